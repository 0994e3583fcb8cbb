"""A drawing as pixels, with Pillow: the same rectangles, lines and text as in SVG."""

from __future__ import annotations

from functools import cache
from typing import Any

from convpool.explanation.marks import COLORS, Drawing, Lines, Rect, Text
from convpool.system.optional_packages import needed

# what Pillow's own font lacks
ASCII = str.maketrans(
    {"\N{MINUS SIGN}": "-", "\N{MULTIPLICATION SIGN}": "x", "\N{ALMOST EQUAL TO}": "~"}
)
ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def draw(drawing: Drawing, scale: float = 2) -> Any:
    """Return a drawing as a PIL image with `scale` pixels per unit."""
    pil_image, pil_draw = needed("PIL.Image", "app"), needed("PIL.ImageDraw", "app")
    size = round(drawing.width * scale), round(drawing.height * scale)
    image = pil_image.new("RGB", size, COLORS["ground"][0])
    canvas = pil_draw.Draw(image)
    for mark in drawing.marks:
        if isinstance(mark, Rect):
            _rect(canvas, mark, scale)
        elif isinstance(mark, Lines):
            for ends in mark.ends:
                points = [n * scale for n in ends]
                canvas.line(points, COLORS[mark.edge][0], round(mark.stroke * scale))
        else:
            _text(canvas, mark, scale)
    return image


def palette() -> Any:
    """Return a PIL image whose palette has every colour, and those between text and its ground."""
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


def _rect(canvas: Any, mark: Rect, scale: float) -> None:
    # in SVG, half of a stroke lies outside
    half = mark.stroke / 2 if mark.edge else 0
    ends = (mark.x - half, mark.y - half, mark.x + mark.width + half, mark.y + mark.height + half)
    canvas.rectangle(
        [round(n * scale) for n in ends[:2]] + [round(n * scale) - 1 for n in ends[2:]],
        COLORS[mark.fill][0] if mark.fill else None,
        COLORS[mark.edge][0] if mark.edge else None,
        max(1, round(mark.stroke * scale)) if mark.edge else 0,
    )


@cache
def _font(size: float) -> Any:
    return needed("PIL.ImageFont", "app").load_default(size)


def _text(canvas: Any, mark: Text, scale: float) -> None:
    canvas.text(
        (mark.x * scale, mark.y * scale),
        mark.text.translate(ASCII),
        COLORS[mark.fill][0],
        _font(mark.font * scale),
        ANCHORS[mark.anchor],
        stroke_width=scale * 0.2 if mark.bold else 0,
    )
