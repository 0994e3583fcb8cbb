"""The marks that pictures consist of: rectangles, lines and text, with colours by name.

Lengths are units of which an SVG shows one per pixel and a PNG two. The writers (svg, png_and_gif) draw
marks and decide nothing, so that they cannot disagree.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

# name -> (light, dark); "p4" to "n4" are shades of numbers above and below 0: orange and blue,
# which colour-blind people can tell apart
COLORS = {
    "ground": ("#ffffff", "#12161c"),
    "ink": ("#17202a", "#f1f5f9"),
    "grey": ("#52606d", "#a7b4c2"),
    "line": ("#9aa5b1", "#566373"),
    "frame": ("#111827", "#ffffff"),
    "hatch": ("#a9b4c0", "#5d6b7a"),
    "left": ("#c2255c", "#f783ac"),
    "p4": ("#f59f4c", "#9c5a10"),
    "p3": ("#fbc080", "#80490f"),
    "p2": ("#fdd9b0", "#633a12"),
    "p1": ("#feeddc", "#452d17"),
    "zero": ("#f4f5f7", "#272e37"),
    "n1": ("#e3eefa", "#20344a"),
    "n2": ("#c4dcf4", "#1f4870"),
    "n3": ("#9bc4ec", "#1d5a94"),
    "n4": ("#6caae2", "#1b69b3"),
}
FONT = 15
SMALL = 13
BOLD_WIDTH = 0.62  # of a letter, as a share of the font's size: the average in wide bold fonts
SUM_WIDTH = 0.55  # and in sums, with their narrow signs
HATCH_STEP = 6


@dataclass(frozen=True)
class Rect:
    """A rectangle; `fill` and `edge` are names of colours, empty for none."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    edge: str = ""
    stroke: float = 1


@dataclass(frozen=True)
class Lines:
    """Straight lines (x, y, x, y)."""

    ends: tuple[tuple[float, float, float, float], ...]
    edge: str
    stroke: float = 1


@dataclass(frozen=True)
class Text:
    """One line of text whose start, middle or end is at x, with its baseline at y."""

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
    """A picture; the title and description are for readers who do not see it."""

    width: float
    height: float
    title: str
    marks: tuple[Mark, ...] = field(repr=False)
    description: str = ""


def shift(marks: Iterable[Mark], x: float, y: float) -> list[Mark]:
    """Return marks moved to the right by x and down by y."""
    return [_shift_mark(mark, x, y) for mark in marks]


def _shift_mark(mark: Mark, x: float, y: float) -> Mark:
    if isinstance(mark, Lines):
        return replace(mark, ends=tuple((a + x, b + y, c + x, d + y) for a, b, c, d in mark.ends))
    return replace(mark, x=mark.x + x, y=mark.y + y)


def hatching(x: float, y: float, width: float, height: float, *, is_rising: bool) -> Lines:
    """Cover a rectangle with slanted lines, rising or falling to the right."""
    ends, at = [], HATCH_STEP / 2
    while at < width + height:
        # from the left or lower edge to the upper or right one, along a + b = at
        a, b = max(0.0, at - height), min(at, height)
        c, d = min(at, width), max(0.0, at - width)
        if is_rising:
            ends.append((x + a, y + b, x + c, y + d))
        else:
            ends.append((x + width - a, y + b, x + width - c, y + d))
        at += HATCH_STEP
    return Lines(tuple(ends), "hatch" if is_rising else "left")


def text_width(text: str, font: float = FONT) -> float:
    """Return a width that text fits in any usual font."""
    return len(text) * font * BOLD_WIDTH


def wrap(text: str, width: float, font: float = FONT) -> list[str]:
    """Break text into lines that fit a width."""
    letters = max(8, int(width / (font * SUM_WIDTH)))
    return textwrap.wrap(text, letters, break_on_hyphens=False, subsequent_indent="  ")


def shade(value: object, greatest: float) -> str:
    """Return the name of a number's colour, among numbers of magnitudes up to `greatest`."""
    if isinstance(value, complex) or not isinstance(value, (int, float)) or value != value:
        return "zero"
    if value == 0 or not greatest:
        return "zero"
    step = min(4, 1 + int(4 * min(1.0, abs(value) / greatest) * 0.9999))
    return f"{'p' if value > 0 else 'n'}{step}"
