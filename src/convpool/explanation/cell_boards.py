"""Boards: planes of cells side by side and below each other, one for each channel or kernel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from convpool.explanation.drawing_elements import SMALL, Mark, Rect, Text, hatching, text_width
from convpool.explanation.frames import Place
from convpool.explanation.sums import TIMES, number

# lengths in units of a drawing
CELL = 32  # height of a cell, and its least width
MARGIN = 24  # around the planes, for the numbers of rows and columns of padding
GAP = 30  # between planes
TITLE = 24
OUTLINE = 3.5


class Cell(NamedTuple):
    """The text of a cell, the colour of its ground, and its hatching ("", "padding" or "left")."""

    text: str
    fill: str
    hatch: str = ""


class Position(NamedTuple):
    """Where a cell lies on a board: the plane (counted down, across), and the cell on the plane."""

    plane: tuple[int, int]
    place: tuple[int, int]


@dataclass(frozen=True)
class Board:
    """Planes of cells side by side and below each other.

    Attributes
    ----------
    planes_down, planes_across : number of planes
    rows, columns : number of cells of each plane
    cell_width : of each cell
    labels : plane (down, across) -> text above it
    """

    title: str
    planes_down: int
    planes_across: int
    rows: int
    columns: int
    cell_width: float
    labels: dict[tuple[int, int], str]

    @property
    def plane_size(self) -> tuple[float, float]:
        """Width and height of a plane."""
        return self.columns * self.cell_width, self.rows * CELL

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the board."""
        width, height = self.plane_size
        width = self.planes_across * (width + GAP) - GAP + 2 * MARGIN
        height = self.planes_down * (height + GAP) - GAP + 2 * MARGIN + TITLE
        return max(width, text_width(self.title) + MARGIN), height

    def corner(self, position: Position) -> tuple[float, float]:
        """Return x and y of a cell's upper left corner."""
        (down, across), (row, column) = position
        width, height = self.plane_size
        x = MARGIN + across * (width + GAP) + column * self.cell_width
        return x, TITLE + MARGIN + down * (height + GAP) + row * CELL

    def draw_cell(self, position: Position, cell: Cell) -> list[Mark]:
        """Draw one cell: its ground, its hatching, and its text."""
        x, y = self.corner(position)
        width = self.cell_width
        marks: list[Mark] = [Rect(x, y, width, CELL, cell.fill, "line")]
        if cell.hatch:
            marks.append(hatching(x, y, width, CELL, is_rising=cell.hatch == "padding"))
            if cell.text:
                room = 9 * len(cell.text) + 6
                marks.append(Rect(x + (width - room) / 2, y + CELL / 2 - 10, room, 20, cell.fill))
        if cell.text:
            marks.append(Text(x + width / 2, y + CELL / 2 + 5, cell.text, anchor="middle"))
        return marks

    def outline(self, position: Position, size: Place, stroke: float = OUTLINE) -> Mark:
        """Draw a frame around the (rows, columns) of cells from a position on."""
        x, y = self.corner(position)
        return Rect(x, y, size[1] * self.cell_width, size[0] * CELL, "", "frame", stroke)

    def heading(self) -> list[Mark]:
        """Write the title, and a label above each plane that has one."""
        marks: list[Mark] = [Text(MARGIN, 18, self.title, bold=True)]
        for plane, label in self.labels.items():
            x, y = self.corner(Position(plane, (0, 0)))
            marks.append(Text(x, y - 6, label, SMALL, fill="grey"))
        return marks

    def padding_labels(self, before: Place, after: Place, size: Place) -> list[Mark]:
        """Write at each side of the first plane how many rows or columns of padding there are.

        `before`, `after` and `size` are numbers of (rows, columns).
        """
        (top, left), (bottom, right) = before, after
        x, y = self.corner(Position((0, 0), (0, 0)))
        middle_x = x + (left + size[1] / 2) * self.cell_width
        middle_y = y + (top + size[0] / 2) * CELL + 5
        width, height = self.plane_size
        spots = {
            (middle_x, y - 6, "middle"): top,
            (middle_x, y + height + 15, "middle"): bottom,
            (x - 6, middle_y, "end"): left,
            (x + width + 6, middle_y, "start"): right,
        }
        return [
            Text(a, b, str(count), SMALL, anchor, "grey")
            for (a, b, anchor), count in spots.items()
            if count
        ]


def row_and_column(numbers: Sequence[int], missing: int = 0) -> tuple[int, int]:
    """Return a place or size on one or two axes as two numbers; a line has `missing` as its row."""
    return int(numbers[-2]) if len(numbers) == 2 else missing, int(numbers[-1])


def size_text(sizes: Iterable[Any]) -> str:
    """Write sizes as in "3 x 3", with a multiplication sign."""
    return f" {TIMES} ".join(map(str, sizes))


def cell_width(values: Iterable[Any]) -> float:
    """Return the width of cells in which each of some numbers fits."""
    return max([CELL, *(10 + 9.5 * len(number(value)) for value in values)])
