"""Planes of numbers in a terminal, with a box around a window; several side by side where they fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from convpool.explanation.frames import Place

COLUMNS, ROWS = 78, 12  # of the numbers that are shown around a window
PADDED = "\N{LIGHT SHADE}"
DIM, STRONG, END = "\x1b[2m", "\x1b[1;7m", "\x1b[0m"


@dataclass(frozen=True)
class Table:
    """A part of a plane: what its cells say, and the box around some of them.

    Parameters
    ----------
    title
        Stands above.
    shown
        Rows and columns that are shown, of `size`.
    cell
        From a place to its words.
    box
        The first row and column in the box, and how many.
    marked
        The places in the box that count, where they are not all.
    """

    title: str
    size: Place
    shown: tuple[range, range]
    cell: Callable[[Place], str]
    box: tuple[Place, Place] | None = None
    marked: frozenset[Place] | None = None

    def lines(self, color: bool) -> Iterator[str]:
        """Write it, line by line, all of one width apart from colours."""
        rows, columns = self.shown
        words = {(i, j): self.cell((i, j)) for i in rows for j in columns}
        wide = max([2, *map(len, words.values())]) + (self.marked is not None)
        top, left = self.box[0] if self.box else (-1, -1)
        bottom, right = (top + self.box[1][0], left + self.box[1][1]) if self.box else (-1, -1)
        yield self.title
        for i in rows:
            if i == top:
                yield self._edge(wide, left, right, "┏┓")
            line = ""
            for j in columns:
                side = self.box and top <= i < bottom
                line += "┃" if side and j in (left, right) else " "
                line += self._colored(
                    words[i, j].rjust(wide), (i, j), color, bool(side) and left <= j < right
                )
            yield line + ("┃" if self.box and top <= i < bottom and columns.stop == right else " ")
            if i == bottom - 1:
                yield self._edge(wide, left, right, "┗┛")

    def _edge(self, wide: int, left: int, right: int, corners: str) -> str:
        line = ""
        for j in range(self.shown[1].start, self.shown[1].stop + 1):
            line += (
                corners[0]
                if j == left
                else corners[1]
                if j == right
                else "━"
                if left < j < right
                else " "
            )
            line += ("━" if left <= j < right else " ") * wide
        return line[:-wide]

    def _colored(self, words: str, place: Place, color: bool, inside: bool) -> str:
        if self.marked is not None and inside and place in self.marked and words[0] == " ":
            words = words.replace(" " + words.strip(), ">" + words.strip(), 1)
        if not color:
            return words
        strong = inside and (self.marked is None or place in self.marked)
        style = STRONG if strong else DIM if words.strip().endswith(PADDED) else ""
        return f"{style}{words}{END}" if style else words


def around(
    name: str,
    size: Place,
    cell: Callable[[Place], str],
    start: Place = (0, 0),
    span: Place = (0, 0),
    marked: frozenset[Place] | None = None,
    room: int = COLUMNS,
) -> Table:
    """Show a plane of any size: as much as fits, with a box in the middle where there is a choice."""
    shown = _part(size, start, span, 2, room)
    wide = max([2, *(len(cell((i, j))) for i in shown[0] for j in shown[1])]) + (marked is not None)
    shown = _part(size, start, span, wide, room)
    parts = [
        f"{word} {some.start} to {some.stop - 1}"
        for word, some, whole in zip(("rows", "columns"), shown, size, strict=True)
        if len(some) < whole
    ]
    box = (start, span) if span != (0, 0) else None
    return Table(
        ": ".join([name, *([", ".join(parts)] if parts else [])]), size, shown, cell, box, marked
    )


def _part(size: Place, start: Place, span: Place, wide: int, room: int) -> tuple[range, range]:
    most = (ROWS, max(1, (room - 1) // (wide + 1)))
    first = (
        max(0, min(size[k] - most[k], start[k] - max(0, most[k] - span[k]) // 2)) for k in (0, 1)
    )
    ranges = [range(n, min(size[k], n + most[k])) for k, n in enumerate(first)]
    return ranges[0], ranges[1]


def beside(parts: Sequence[Table], color: bool) -> list[str]:
    """Lay tables side by side where they fit, else below each other."""
    plain = [list(table.lines(False)) for table in parts]
    widths = [max(map(len, lines)) for lines in plain]
    drawn = [list(table.lines(color)) for table in parts]
    if sum(widths) + 3 * (len(parts) - 1) > COLUMNS:
        return [line.rstrip() for lines in drawn for line in [*lines, ""]][:-1]
    rows = zip_longest(
        *(
            [(a, b) for a, b in zip(lines, shown, strict=True)]
            for lines, shown in zip(plain, drawn, strict=True)
        )
    )
    return [
        "   ".join(
            (cell[1] if cell else "") + " " * (width - len(cell[0] if cell else ""))
            for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
