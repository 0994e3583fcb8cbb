"""A drawing as pixels, with Pillow: the same rectangles, lines and words as in SVG."""

from __future__ import annotations

from functools import cache
from typing import Any

from convpool.explanation.drawing import COLORS, Drawing, Lines, Rect, Words
from convpool.system.optional_packages import needed

# what Pillow's own font lacks
ASCII = str.maketrans(
    {"\N{MINUS SIGN}": "-", "\N{MULTIPLICATION SIGN}": "x", "\N{ALMOST EQUAL TO}": "~"}
)
ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def draw(drawing: Drawing, scale: float = 2) -> Any:
    """Return a PIL image of a drawing."""
    module, pen_of = needed("PIL.Image", "app"), needed("PIL.ImageDraw", "app")
    size = round(drawing.width * scale), round(drawing.height * scale)
    image = module.new("RGB", size, COLORS["ground"][0])
    pen = pen_of.Draw(image)
    for mark in drawing.marks:
        if isinstance(mark, Rect):
            _rect(pen, mark, scale)
        elif isinstance(mark, Lines):
            for ends in mark.ends:
                pen.line(
                    [n * scale for n in ends], COLORS[mark.edge][0], round(mark.stroke * scale)
                )
        else:
            _words(pen, mark, scale)
    return image


def palette() -> Any:
    """Return an image whose palette has every colour, and those between words and their ground."""
    colors = [_rgb(light) for light, _ in COLORS.values()]
    ink = _rgb(COLORS["ink"][0])
    for ground in list(colors):
        colors += [
            tuple(round(a + (b - a) * k / 4) for a, b in zip(ink, ground, strict=True))
            for k in (1, 2, 3)
        ]
    image = needed("PIL.Image", "app").new("P", (1, 1))
    image.putpalette([part for color in colors for part in color])
    return image


def _rgb(color: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(color[1:]))


def _rect(pen: Any, mark: Rect, scale: float) -> None:
    # in SVG, a stroke lies half outside
    half = mark.stroke / 2 if mark.edge else 0
    ends = (mark.x - half, mark.y - half, mark.x + mark.width + half, mark.y + mark.height + half)
    pen.rectangle(
        [round(n * scale) for n in ends[:2]] + [round(n * scale) - 1 for n in ends[2:]],
        COLORS[mark.fill][0] if mark.fill else None,
        COLORS[mark.edge][0] if mark.edge else None,
        max(1, round(mark.stroke * scale)) if mark.edge else 0,
    )


@cache
def _font(size: float) -> Any:
    return needed("PIL.ImageFont", "app").load_default(size)


def _words(pen: Any, mark: Words, scale: float) -> None:
    pen.text(
        (mark.x * scale, mark.y * scale),
        mark.words.translate(ASCII),
        COLORS[mark.fill][0],
        _font(mark.font * scale),
        ANCHORS[mark.anchor],
        stroke_width=scale * 0.2 if mark.bold else 0,
    )
