"""Planes of numbers in a terminal, with a box around a window; several side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from convpool.explanation.frames import Place

COLUMNS = 78  # characters of a line
ROWS = 12  # of a plane that are shown
PADDED = "\N{LIGHT SHADE}"
DIM, STRONG, END = "\x1b[2m", "\x1b[1;7m", "\x1b[0m"


class Box(NamedTuple):
    """A box around cells: its first row and column, their number, and the places that count.

    `marked` is None where all places in the box count.
    """

    start: Place
    span: Place
    marked: frozenset[Place] | None = None


class Plane(NamedTuple):
    """A plane of text: its title, its numbers of (rows, columns), and the text of each place."""

    title: str
    size: Place
    cell: Callable[[Place], str]


@dataclass(frozen=True)
class Table:
    """The part of a plane that is shown, with a box."""

    plane: Plane
    rows: range
    columns: range
    box: Box | None = None

    def lines(self, *, is_colored: bool) -> Iterator[str]:
        """Write the table, line by line, all of one width apart from colours."""
        texts = {(i, j): self.plane.cell((i, j)) for i in self.rows for j in self.columns}
        width = max([2, *map(len, texts.values())]) + _has_marks(self.box)
        (top, left), (bottom, right) = (-1, -1), (-1, -1)
        if self.box:
            top, left = self.box.start
            bottom, right = top + self.box.span[0], left + self.box.span[1]
        yield self._title()
        for i in self.rows:
            if i == top:
                yield self._edge(width, left, right, "┏┓")
            is_boxed = top <= i < bottom
            line = ""
            for j in self.columns:
                line += "┃" if is_boxed and j in (left, right) else " "
                text = texts[i, j].rjust(width)
                if is_boxed and left <= j < right:
                    text = self._mark(text, (i, j), is_colored=is_colored)
                elif is_colored:
                    text = _dim_padding(text)
                line += text
            yield line + ("┃" if is_boxed and self.columns.stop == right else " ")
            if i == bottom - 1:
                yield self._edge(width, left, right, "┗┛")

    def _title(self) -> str:
        """Return the plane's title, and which rows and columns are shown where not all are."""
        parts = [
            f"{word} {numbers.start} to {numbers.stop - 1}"
            for word, numbers, size in zip(
                ("rows", "columns"), (self.rows, self.columns), self.plane.size, strict=True
            )
            if len(numbers) < size
        ]
        return f"{self.plane.title}: {', '.join(parts)}" if parts else self.plane.title

    def _edge(self, width: int, left: int, right: int, corners: str) -> str:
        """Return the upper or lower edge of the box, from column `left` up to `right`."""
        line = ""
        for j in range(self.columns.start, self.columns.stop + 1):
            edge = "━" if left < j < right else " "
            line += {left: corners[0], right: corners[1]}.get(j, edge)
            line += ("━" if left <= j < right else " ") * width
        return line[:-width]

    def _mark(self, text: str, place: Place, *, is_colored: bool) -> str:
        """Mark a cell in the box: > before those that count where not all do, and colours."""
        assert self.box is not None
        is_marked = self.box.marked is None or place in self.box.marked
        if self.box.marked is not None and is_marked and text[0] == " ":
            text = text.replace(" " + text.strip(), ">" + text.strip(), 1)
        if not is_colored:
            return text
        return f"{STRONG}{text}{END}" if is_marked else _dim_padding(text)


def _has_marks(box: Box | None) -> bool:
    return box is not None and box.marked is not None


def _dim_padding(text: str) -> str:
    return f"{DIM}{text}{END}" if text.strip().endswith(PADDED) else text


def around(plane: Plane, box: Box | None = None, room: int = COLUMNS) -> Table:
    """Show as much of a plane as fits in `room` columns, with the box in the middle of it."""
    rows, columns = _visible(plane.size, box, 2, room)
    texts = (plane.cell((i, j)) for i in rows for j in columns)
    width = max([2, *map(len, texts)]) + _has_marks(box)
    return Table(plane, *_visible(plane.size, box, width, room), box)


def _visible(size: Place, box: Box | None, width: int, room: int) -> tuple[range, range]:
    """Return the rows and columns that are shown where each cell takes `width` characters."""
    start, span = (box.start, box.span) if box else ((0, 0), (0, 0))
    most = (ROWS, max(1, (room - 1) // (width + 1)))
    first = (
        max(0, min(size[k] - most[k], start[k] - max(0, most[k] - span[k]) // 2)) for k in (0, 1)
    )
    rows, columns = (range(n, min(size[k], n + most[k])) for k, n in enumerate(first))
    return rows, columns


def beside(tables: Sequence[Table], *, is_colored: bool) -> list[str]:
    """Lay tables side by side where they fit, else below each other."""
    plain = [list(table.lines(is_colored=False)) for table in tables]
    colored = [list(table.lines(is_colored=True)) for table in tables] if is_colored else plain
    widths = [max(map(len, lines)) for lines in plain]
    if sum(widths) + 3 * (len(tables) - 1) > COLUMNS:
        return [line.rstrip() for lines in colored for line in [*lines, ""]][:-1]
    # colours take no room: each line is padded by the length of its plain twin
    padded = [
        [line + " " * (width - len(twin)) for line, twin in zip(lines, twins, strict=True)]
        for lines, twins, width in zip(colored, plain, widths, strict=True)
    ]
    rows = zip_longest(*padded)
    return [
        "   ".join(
            " " * width if cell is None else cell for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
