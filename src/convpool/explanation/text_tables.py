"""Planes of numbers in a terminal, with a box around a window; several side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from convpool.explanation.frames import Place
from convpool.explanation.written_numbers import MINUS

COLUMNS = 78  # characters of a line
ROWS = 12  # rows of a plane that are shown at most
LEAST_WIDTH = 2  # characters of a cell, without the space before it
GAP = "   "  # between tables
PADDED = "\N{LIGHT SHADE}"  # stands behind a value in padding, or for one that is not there
# codes of terminals: pale, bold; orange for numbers above 0 and blue for those below it, as in
# pictures, in shades that can be read on black and on white
DIM, STRONG, ABOVE, BELOW = "2", "1", "38;5;166", "38;5;33"


class Box(NamedTuple):
    """A box around the cells of a window.

    Attributes
    ----------
    start : its first (row, column)
    span : its number of (rows, columns)
    marked : the places in it, (row, column), that are marked with ">" or by colour: taps of a
        dilated window, or the pixel that max or min chose; None if all places are equal
    """

    start: Place
    span: Place
    marked: frozenset[Place] | None = None


class Plane(NamedTuple):
    """A plane of text: title, number of (rows, columns), and the function from place to text."""

    title: str
    size: Place
    cell: Callable[[Place], str]


@dataclass(frozen=True)
class Table:
    """The rows and columns of a plane that are shown, with a box; None draws no box."""

    plane: Plane
    rows: range
    columns: range
    box: Box | None = None

    def lines(self, *, is_colored: bool) -> Iterator[str]:
        """Yield the title, the rows, and the edges of the box between them.

        Lines with cells have one width on the screen, where colours take no room.
        """
        texts = {(i, j): self.plane.cell((i, j)) for i in self.rows for j in self.columns}
        width = max([LEAST_WIDTH, *map(len, texts.values())]) + _has_marks(self.box)  # of a cell
        rows, columns = range(0), range(0)  # those in the box
        if self.box:
            (top, left), (height, breadth) = self.box.start, self.box.span
            rows, columns = range(top, top + height), range(left, left + breadth)
        yield self._title()
        for i in self.rows:
            if rows and i == rows[0]:
                yield self._edge(width, columns, "┏┓")
            walls = (columns.start, columns.stop) if i in rows else ()  # left of these columns
            line = ""
            for j in self.columns:
                line += "┃" if j in walls else " "
                text = texts[i, j].rjust(width)
                if i in rows and j in columns:
                    line += self._mark(text, (i, j), is_colored=is_colored)
                else:
                    line += _colored(text) if is_colored else text
            yield line + ("┃" if self.columns.stop in walls else " ")
            if rows and i == rows[-1]:
                yield self._edge(width, columns, "┗┛")

    def _title(self) -> str:
        """Return the plane's title; if a part of it is shown, as "input 9 x 90: columns 0 to 9"."""
        rows_and_columns = zip(
            ("rows", "columns"), (self.rows, self.columns), self.plane.size, strict=True
        )
        ranges = [
            f"{name} {shown.start} to {shown.stop - 1}"
            for name, shown, size in rows_and_columns
            if len(shown) < size
        ]
        return f"{self.plane.title}: {', '.join(ranges)}" if ranges else self.plane.title

    def _edge(self, width: int, columns: range, corners: str) -> str:
        """Return the line with the upper or lower edge of the box over these columns.

        Cells are `width` characters wide, and `corners` are the edge's left and right end.
        """
        line = ""
        for j in range(self.columns.start, self.columns.stop + 1):
            if j == columns.start:
                line += corners[0]
            elif j == columns.stop:
                line += corners[1]
            else:
                line += "━" if j in columns else " "
            line += ("━" if j in columns else " ") * width
        return line[:-width]  # without the cell behind the last column

    def _mark(self, text: str, place: Place, *, is_colored: bool) -> str:
        """Return the text of a cell in the box, marked if its place is.

        If only some places are marked, ">" takes the place of the last space before their text. In
        colours, marked ones are bold too.
        """
        assert self.box is not None
        is_marked = self.box.marked is None or place in self.box.marked
        if self.box.marked is not None and is_marked and text[0] == " ":
            text = text.replace(" " + text.strip(), ">" + text.strip(), 1)
        if not is_colored:
            return text
        return _colored(text, is_strong=is_marked)


def _has_marks(box: Box | None) -> bool:
    """Return whether some cells get ">", which takes a character of each cell's width."""
    return box is not None and box.marked is not None


def _colored(text: str, *, is_strong: bool = False) -> str:
    """Return the text of a cell in the colour of its sign; padding is dim."""
    codes = [STRONG] if is_strong else []
    word = text.strip(" >")
    if word.endswith(PADDED):
        codes = [DIM]
    elif word.startswith(MINUS):
        codes.append(BELOW)
    elif any(digit in word for digit in "123456789"):
        codes.append(ABOVE)
    return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if codes else text


def table_around(plane: Plane, box: Box | None = None, max_width: int = COLUMNS) -> Table:
    """Return as much of a plane as fits in `max_width` characters and ROWS rows.

    The box is in the middle of it, as far as the plane reaches.
    """
    # The wider the cells, the fewer fit. So measure those that would fit if all were narrow.
    rows, columns = _visible(plane.size, box, LEAST_WIDTH, max_width)
    texts = (plane.cell((i, j)) for i in rows for j in columns)
    cell_width = max([LEAST_WIDTH, *map(len, texts)]) + _has_marks(box)
    return Table(plane, *_visible(plane.size, box, cell_width, max_width), box)


def _visible(size: Place, box: Box | None, cell_width: int, max_width: int) -> tuple[range, range]:
    """Return the (rows, columns) of a plane of some size that are shown.

    Each cell takes `cell_width` characters and one for the space before it.
    """
    start, span = (box.start, box.span) if box else ((0, 0), (0, 0))
    limits = (ROWS, max(1, (max_width - 1) // (cell_width + 1)))
    rows, columns = (
        _around_box(size[axis], start[axis], span[axis], limits[axis]) for axis in (0, 1)
    )
    return rows, columns


def _around_box(size: int, start: int, span: int, limit: int) -> range:
    """Return which rows, or columns, of a plane that has `size` of them are shown: up to `limit`.

    The `span` rows from `start` on, which are in the box, are in the middle where possible.
    """
    centred = start - max(0, limit - span) // 2
    first = max(0, min(size - limit, centred))
    return range(first, min(size, first + limit))


def side_by_side(tables: Sequence[Table], *, is_colored: bool) -> list[str]:
    """Return the lines of tables side by side, or below each other if these exceed COLUMNS."""
    plain = [list(table.lines(is_colored=False)) for table in tables]
    colored = [list(table.lines(is_colored=True)) for table in tables] if is_colored else plain
    widths = [max(map(len, lines)) for lines in plain]
    if sum(widths) + len(GAP) * (len(tables) - 1) > COLUMNS:
        return [line.rstrip() for lines in colored for line in [*lines, ""]][:-1]
    # escape sequences take no room: each line is padded as its plain twin is
    padded = [
        [line + " " * (width - len(twin)) for line, twin in zip(lines, twins, strict=True)]
        for lines, twins, width in zip(colored, plain, widths, strict=True)
    ]
    return [
        GAP.join(
            " " * width if line is None else line
            for line, width in zip(lines_of_tables, widths, strict=True)
        ).rstrip()
        for lines_of_tables in zip_longest(*padded)  # None where a table has ended
    ]
