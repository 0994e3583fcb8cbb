"""Boards: planes of cells side by side and below each other, one for each channel or kernel.

A board shows one array, such as the input; a plane of it is a grid of cells, each with one number.
Methods that draw or write return marks, whose lengths are units of a drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from convpool.explanation.drawing_elements import SMALL, Mark, Rect, Text, hatching, text_width
from convpool.explanation.frames import Place
from convpool.explanation.written_numbers import TIMES, number

CELL = 32  # height of a cell, and its least width
MARGIN = 24  # around all planes, for the numbers of rows and columns of padding
GAP = 30  # between planes
TO_BASELINE = 5  # from the middle of a digit down to its baseline
TITLE = 24  # height of the line with the title
OUTLINE = 3.5  # width of the frame around a window


class Cell(NamedTuple):
    """A cell: its text, the colour of its ground as a name in COLORS, and its hatching.

    The hatching is "" for none, "padding", or "left_over" for what no window reaches.
    """

    text: str
    fill: str
    hatch: str = ""


class Address(NamedTuple):
    """Which cell of a board: the plane's number (down, across), and (row, column) on that plane."""

    plane: tuple[int, int]
    place: tuple[int, int]


@dataclass(frozen=True)
class Board:
    """Planes of cells side by side and below each other.

    Attributes
    ----------
    planes_down, planes_across : number of planes
    rows, columns : number of cells of each plane
    cell_width : width of each cell; its height is CELL
    labels : number of a plane (down, across) -> text above it
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
        """(width, height) of a plane."""
        return self.columns * self.cell_width, self.rows * CELL

    @property
    def size(self) -> tuple[float, float]:
        """(width, height) of the board: its planes, the space around them, and its title."""
        plane_width, plane_height = self.plane_size
        width = self.planes_across * (plane_width + GAP) - GAP + 2 * MARGIN
        height = self.planes_down * (plane_height + GAP) - GAP + 2 * MARGIN + TITLE
        return max(width, text_width(self.title) + MARGIN), height

    def corner(self, address: Address) -> tuple[float, float]:
        """Return (x, y) of a cell's upper left corner on the board."""
        (down, across), (row, column) = address
        width, height = self.plane_size
        x = MARGIN + across * (width + GAP) + column * self.cell_width
        return x, TITLE + MARGIN + down * (height + GAP) + row * CELL

    def draw_cell(self, address: Address, cell: Cell) -> list[Mark]:
        """Draw one cell: its ground, its hatching, and its text."""
        x, y = self.corner(address)
        width = self.cell_width
        marks: list[Mark] = [Rect(x, y, width, CELL, cell.fill, "line")]
        if cell.hatch:
            marks.append(hatching(x, y, width, CELL, is_rising=cell.hatch == "padding"))
            if cell.text:  # on a patch without hatching: about 9 for a letter, 3 on either side
                patch_width, patch_height = 9 * len(cell.text) + 6, 20
                left, top = x + (width - patch_width) / 2, y + (CELL - patch_height) / 2
                marks.append(Rect(left, top, patch_width, patch_height, cell.fill))
        if cell.text:
            baseline = y + CELL / 2 + TO_BASELINE
            marks.append(Text(x + width / 2, baseline, cell.text, anchor="middle"))
        return marks

    def outline(self, address: Address, size: Place, stroke: float = OUTLINE) -> Mark:
        """Draw a frame around `size` (rows, columns) of cells, the first of them at `address`.

        `stroke` is the width of the frame's line.
        """
        x, y = self.corner(address)
        return Rect(x, y, size[1] * self.cell_width, size[0] * CELL, "", "frame", stroke)

    def heading(self) -> list[Mark]:
        """Write the title, and a label above each plane that has one."""
        marks: list[Mark] = [Text(MARGIN, 18, self.title, bold=True)]
        for plane, label in self.labels.items():
            x, y = self.corner(Address(plane, (0, 0)))
            marks.append(Text(x, y - 6, label, SMALL, fill="grey"))
        return marks

    def padding_labels(self, before: Place, after: Place, size: Place) -> list[Mark]:
        """Write at each side of the first plane how many rows or columns of padding it has.

        A side without padding gets no number. `before` and `after` are how many (rows, columns) of
        padding there are, `size` how many of the image between them.
        """
        (top, left), (bottom, right) = before, after
        x, y = self.corner(Address((0, 0), (0, 0)))
        middle_x = x + (left + size[1] / 2) * self.cell_width
        middle_y = y + (top + size[0] / 2) * CELL + TO_BASELINE
        width, height = self.plane_size
        # (x, y, anchor of the text) -> number of rows or columns of padding
        labels = {
            (middle_x, y - 6, "middle"): top,
            (middle_x, y + height + 15, "middle"): bottom,
            (x - 6, middle_y, "end"): left,
            (x + width + 6, middle_y, "start"): right,
        }
        return [
            Text(label_x, label_y, str(count), SMALL, anchor, "grey")
            for (label_x, label_y, anchor), count in labels.items()
            if count
        ]


def place_on_plane(place: Sequence[int]) -> tuple[int, int]:
    """Return a place, or a distance, on one or two axes as (row, column); on one, the row is 0."""
    return int(place[-2]) if len(place) == 2 else 0, int(place[-1])


def size_on_plane(sizes: Sequence[int]) -> tuple[int, int]:
    """Return sizes on one or two axes as (rows, columns); on one axis, there is one row."""
    return int(sizes[-2]) if len(sizes) == 2 else 1, int(sizes[-1])


def size_text(sizes: Iterable[Any]) -> str:
    """Return sizes as text: "3 x 3", with multiplication signs."""
    return f" {TIMES} ".join(map(str, sizes))


def cell_width(values: Iterable[Any]) -> float:
    """Return the width of a cell that has room for the longest of some numbers; at least CELL.

    A digit takes 9.5, with 5 on either side.
    """
    return max([CELL, *(10 + 9.5 * len(number(value)) for value in values)])
