"""What a picture is made of: rectangles, lines and words at places in pixels, with colours by name.

The writers of SVG and of pixels draw these and decide nothing, so that they cannot disagree.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

# name -> (light, dark); "p4" to "n4" are shades of numbers above and below 0: orange and blue,
# which the colour-blind tell apart
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
WIDE = 0.62  # of the font's size: what a letter takes on average, in wide bold fonts
SUMS = 0.55  # and in sums, with their narrow signs


@dataclass(frozen=True)
class Rect:
    """A rectangle; `frame` is the number of the window that it shows, for pages that can go there."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    edge: str = ""
    stroke: float = 1
    frame: int | None = None


@dataclass(frozen=True)
class Lines:
    """Straight lines (x, y, x, y)."""

    ends: tuple[tuple[float, float, float, float], ...]
    edge: str
    stroke: float = 1


@dataclass(frozen=True)
class Words:
    """One line of words, whose start, middle or end is at x, on the line y."""

    x: float
    y: float
    words: str
    font: float = FONT
    anchor: str = "start"
    fill: str = "ink"
    bold: bool = False


Mark = Rect | Lines | Words


@dataclass(frozen=True)
class Drawing:
    """A picture; the title and description are for those who do not see it."""

    width: float
    height: float
    title: str
    marks: tuple[Mark, ...] = field(repr=False)
    description: str = ""


def moved(marks: Iterable[Mark], x: float, y: float) -> list[Mark]:
    """Return marks at another place."""
    return [_moved(mark, x, y) for mark in marks]


def _moved(mark: Mark, x: float, y: float) -> Mark:
    if isinstance(mark, Lines):
        return replace(mark, ends=tuple((a + x, b + y, c + x, d + y) for a, b, c, d in mark.ends))
    return replace(mark, x=mark.x + x, y=mark.y + y)


def hatching(
    x: float, y: float, width: float, height: float, rising: bool, step: float = 6
) -> Lines:
    """Cover a rectangle with slanted lines, rising or falling to the right."""
    ends, at = [], step / 2
    while at < width + height:
        # from the left or lower edge to the upper or right one, along a + b = at
        first, second = (
            (max(0.0, at - height), min(at, height)),
            (min(at, width), max(0.0, at - width)),
        )
        if rising:
            ends.append((x + first[0], y + first[1], x + second[0], y + second[1]))
        else:
            ends.append((x + width - first[0], y + first[1], x + width - second[0], y + second[1]))
        at += step
    return Lines(tuple(ends), "hatch" if rising else "left")


def width_of(words: str, font: float = FONT) -> float:
    """Return the room that words may take, in any usual font."""
    return len(words) * font * WIDE


def wrapped(words: str, width: float, font: float = FONT) -> list[str]:
    """Break words into lines that fit."""
    return textwrap.wrap(
        words, max(8, int(width / (font * SUMS))), break_on_hyphens=False, subsequent_indent="  "
    )


def shade(value: object, most: float) -> str:
    """Return the colour of a number among numbers up to a magnitude."""
    if isinstance(value, complex) or not isinstance(value, (int, float)) or value != value:
        return "zero"
    if value == 0 or not most:
        return "zero"
    step = min(4, 1 + int(4 * min(1.0, abs(value) / most) * 0.9999))
    return f"{'p' if value > 0 else 'n'}{step}"
