"""The marks that pictures consist of: rectangles, lines and text.

Colours are names in `colours.COLORS`. Lengths are units: a pixel in an SVG, two in a PNG. `svg` and
`png_and_gif` draw marks and decide nothing, so that they cannot disagree.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

FONT = 15  # size of letters
SMALL = 13
# average width of a letter as a share of the font's size
BOLD_WIDTH = 0.62  # in wide bold fonts
SUM_WIDTH = 0.55  # in sums, with their narrow signs
HATCH_STEP = 6  # between the lines of a hatching, along an edge


@dataclass(frozen=True)
class Rect:
    """A rectangle: x and y of its upper left corner, its size, its colours, the edge's width.

    `fill` and `edge` are names in COLORS, empty for none.
    """

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    edge: str = ""
    stroke: float = 1


@dataclass(frozen=True)
class Lines:
    """Straight lines, each from (x, y) to (x, y), in a colour of COLORS and of a width."""

    ends: tuple[tuple[float, float, float, float], ...]
    edge: str
    stroke: float = 1


@dataclass(frozen=True)
class Text:
    """One line of text: its `anchor` ("start", "middle" or "end") is at x, its baseline at y.

    `font` is the size of the letters, `fill` a name in COLORS.
    """

    x: float
    y: float
    text: str
    font: float = FONT
    anchor: str = "start"
    fill: str = "ink"
    bold: bool = False


Mark = Rect | Lines | Text


@dataclass(frozen=True)
class Drawing:
    """A picture: size, marks from the lowest layer up, title and description for screen readers."""

    width: float
    height: float
    title: str
    marks: tuple[Mark, ...] = field(repr=False)
    description: str = ""


def shift(marks: Iterable[Mark], x: float, y: float) -> list[Mark]:
    """Return marks moved to the right by x and down by y."""
    return [_shift_mark(mark, x, y) for mark in marks]


def _shift_mark(mark: Mark, x: float, y: float) -> Mark:
    """Return a mark moved to the right by x and down by y."""
    if isinstance(mark, Lines):
        return replace(mark, ends=tuple((a + x, b + y, c + x, d + y) for a, b, c, d in mark.ends))
    return replace(mark, x=mark.x + x, y=mark.y + y)


def hatching(x: float, y: float, width: float, height: float, *, is_rising: bool) -> Lines:
    """Return slanted lines that cover a rectangle.

    They rise to the right in the colour of padding, "hatch", or fall in that of what is left over,
    "left".
    """
    ends = []
    # each line goes along right + down = diagonal, counted from the upper left corner, from the
    # left or lower edge to the upper or right one
    diagonal = HATCH_STEP / 2
    while diagonal < width + height:
        right_0, down_0 = max(0.0, diagonal - height), min(diagonal, height)
        right_1, down_1 = min(diagonal, width), max(0.0, diagonal - width)
        if is_rising:
            ends.append((x + right_0, y + down_0, x + right_1, y + down_1))
        else:  # the mirror image
            ends.append((x + width - right_0, y + down_0, x + width - right_1, y + down_1))
        diagonal += HATCH_STEP
    return Lines(tuple(ends), "hatch" if is_rising else "left")


def text_width(text: str, font: float = FONT) -> float:
    """Return a width that one line of text does not exceed in any usual font, bold or not."""
    return len(text) * font * BOLD_WIDTH


def wrap(text: str, width: float, font: float = FONT) -> list[str]:
    """Break text into lines of at most a width; all but the first are indented by two spaces."""
    letters_per_line = max(8, int(width / (font * SUM_WIDTH)))
    return textwrap.wrap(text, letters_per_line, break_on_hyphens=False, subsequent_indent="  ")
