"""Boards: planes of cells side by side and below each other, as many as there are channels or kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from convpool.explanation.drawing import SMALL, Mark, Rect, Words, hatching, width_of
from convpool.explanation.frames import Place
from convpool.explanation.words import number

CELL = 32  # pixels, at least
MARGIN = 24  # around the planes, for the numbers of rows and columns of padding
GAP = 30  # between planes
TITLE = 24


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, on which ground, with which hatching ("", "padding" or "left")."""

    words: str
    fill: str
    hatch: str = ""


@dataclass(frozen=True)
class Board:
    """Planes of cells side by side and below each other."""

    title: str
    down: int
    across: int
    rows: int
    columns: int
    cell: float
    labels: dict[tuple[int, int], str]

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        width = self.across * self.columns * self.cell + (self.across - 1) * GAP + 2 * MARGIN
        height = self.down * self.rows * CELL + (self.down - 1) * GAP + 2 * MARGIN + TITLE
        return max(width, width_of(self.title) + MARGIN), height

    def corner(self, plane: tuple[int, int], row: float, column: float) -> tuple[float, float]:
        """Return where a cell's upper left corner lies."""
        x = MARGIN + plane[1] * (self.columns * self.cell + GAP) + column * self.cell
        return x, TITLE + MARGIN + plane[0] * (self.rows * CELL + GAP) + row * CELL

    def draw(
        self, plane: tuple[int, int], row: int, column: int, cell: Cell, frame: int | None = None
    ) -> list[Mark]:
        """Draw one cell."""
        x, y = self.corner(plane, row, column)
        marks: list[Mark] = [Rect(x, y, self.cell, CELL, cell.fill, "line", 1, frame)]
        room = 9 * len(cell.words) + 6
        if cell.hatch:
            marks.append(hatching(x, y, self.cell, CELL, cell.hatch == "padding"))
            if cell.words:
                marks.append(
                    Rect(x + (self.cell - room) / 2, y + CELL / 2 - 10, room, 20, cell.fill)
                )
        if cell.words:
            marks.append(Words(x + self.cell / 2, y + CELL / 2 + 5, cell.words, anchor="middle"))
        return marks

    def outline(
        self, plane: tuple[int, int], place: Place, size: Place, stroke: float = 3.5
    ) -> Mark:
        """Draw a frame around some cells."""
        x, y = self.corner(plane, *place)
        return Rect(x, y, size[1] * self.cell, size[0] * CELL, "", "frame", stroke)

    def heading(self) -> list[Mark]:
        """Write the title, and a label above each plane that has one."""
        marks: list[Mark] = [Words(MARGIN, 18, self.title, bold=True)]
        for plane, words in self.labels.items():
            x, y = self.corner(plane, 0, 0)
            marks.append(Words(x, y - 6, words, SMALL, fill="grey"))
        return marks


def flat(numbers: Sequence[int], missing: int = 0) -> tuple[int, int]:
    """Return a place or size with two numbers: a line is a picture of one row."""
    return int(numbers[-2]) if len(numbers) == 2 else missing, int(numbers[-1])


def across(numbers: Any) -> str:
    """Write sizes as in 3 x 3."""
    return " \N{MULTIPLICATION SIGN} ".join(map(str, numbers))


def wide(values: Any) -> float:
    """Return how wide the cells of some numbers must be."""
    return max([CELL, *(10 + 9.5 * len(number(value)) for value in values)])


def padding_labels(
    board: Board, plane: tuple[int, int], before: Place, after: Place, size: Place
) -> list[Mark]:
    """Write at each side how many rows or columns of padding there are."""
    (top, left), (bottom, right) = before, after
    x, y = board.corner(plane, 0, 0)
    middle = x + (left + size[1] / 2) * board.cell, y + (top + size[0] / 2) * CELL + 5
    height, width = board.rows * CELL, board.columns * board.cell
    spots = {
        (middle[0], y - 6, "middle"): top,
        (middle[0], y + height + 15, "middle"): bottom,
        (x - 6, middle[1], "end"): left,
        (x + width + 6, middle[1], "start"): right,
    }
    return [
        Words(a, b, str(count), SMALL, anchor, "grey")
        for (a, b, anchor), count in spots.items()
        if count
    ]
