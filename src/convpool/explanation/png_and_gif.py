"""PNG and GIF files of an explanation: drawings as pixels, with Pillow.

The rectangles, lines and text are the same as in SVG.
"""

from __future__ import annotations

import hashlib
import io
from functools import cache
from typing import Any

from convpool.explanation import window_pictures
from convpool.explanation.colours import COLORS
from convpool.explanation.drawing_elements import Drawing, Lines, Rect, Text
from convpool.explanation.model import Operation
from convpool.system.optional_packages import needed

MAX_GIF_WINDOWS = 300
MAX_PIXELS = 200_000_000  # of a PNG, or of all windows of a GIF
PNG_SCALE, GIF_SCALE = 2, 1.5  # pixels per unit of a drawing
# signs that Pillow's own font lacks -> what is written instead
ASCII = str.maketrans(
    {"\N{MINUS SIGN}": "-", "\N{MULTIPLICATION SIGN}": "x", "\N{ALMOST EQUAL TO}": "~"}
)
# part of a text that is at its x -> Pillow's code for it, with the baseline (s) at its y
ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def draw(drawing: Drawing, scale: float = PNG_SCALE) -> Any:
    """Return a drawing as a PIL image, RGB, in the light colours, with `scale` pixels per unit."""
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
    """Return a PIL image of 1 x 1 that carries the palette of a GIF, for `Image.quantize`.

    The palette has every light colour, and three shades between each of them and the colour of
    text, for the smooth edges of letters.
    """
    colors = [_rgb(light) for light, _ in COLORS.values()]
    ink = _rgb(COLORS["ink"][0])
    for ground in list(colors):
        colors += [
            tuple(round(a + (b - a) * quarter / 4) for a, b in zip(ink, ground, strict=True))
            for quarter in (1, 2, 3)  # of the way from ink to ground
        ]
    image = needed("PIL.Image", "app").new("P", (1, 1))
    image.putpalette([level for color in colors for level in color])
    return image


def _rgb(color: str) -> tuple[int, ...]:
    """Return "#rrggbb" as (red, green, blue), 0 to 255."""
    return tuple(bytes.fromhex(color[1:]))


def _rect(canvas: Any, mark: Rect, scale: float) -> None:
    """Draw a rectangle on a PIL canvas; as in SVG, half of the stroke lies outside it."""
    half = mark.stroke / 2 if mark.edge else 0
    upper_left = mark.x - half, mark.y - half
    lower_right = mark.x + mark.width + half, mark.y + mark.height + half
    canvas.rectangle(
        # Pillow draws the last row and column too
        [round(n * scale) for n in upper_left] + [round(n * scale) - 1 for n in lower_right],
        fill=COLORS[mark.fill][0] if mark.fill else None,
        outline=COLORS[mark.edge][0] if mark.edge else None,
        width=max(1, round(mark.stroke * scale)) if mark.edge else 0,
    )


@cache
def _font(size: float) -> Any:
    """Return Pillow's own font in a size in pixels."""
    return needed("PIL.ImageFont", "app").load_default(size)


def _text(canvas: Any, mark: Text, scale: float) -> None:
    """Write a text on a PIL canvas; the font has no bold, so bold letters get an outline."""
    canvas.text(
        (mark.x * scale, mark.y * scale),
        mark.text.translate(ASCII),
        COLORS[mark.fill][0],
        _font(mark.font * scale),
        ANCHORS[mark.anchor],
        stroke_width=scale * 0.2 if mark.bold else 0,
    )


def png(operation: Operation, frame: int | None, seconds: float) -> bytes:
    """Return a PNG file of one window, or of all as a film strip where `frame` is None.

    `seconds` is not used: all formats are called with the same arguments.
    """
    file, drawing = io.BytesIO(), window_pictures.draw(operation, frame)
    _check_pixels(drawing, PNG_SCALE)
    draw(drawing).save(file, "PNG")
    return file.getvalue()


def gif(operation: Operation, frame: int | None, seconds: float) -> bytes:
    """Return a GIF file that shows each window for some seconds, and the last three times as long.

    Raises
    ------
    ValueError : `frame` is not None, since a GIF shows all windows; or there are too many windows
        or pixels
    """
    if frame is not None:
        raise ValueError(
            f"frame is {frame}, but a GIF shows all windows; save that one as .svg or .png"
        )
    if len(operation) > MAX_GIF_WINDOWS:
        raise ValueError(
            f"there are {len(operation):,} windows, but a GIF holds {MAX_GIF_WINDOWS}: draw one "
            "as .svg with frame=0, or explain a part of the image, such as image[:6, :6]"
        )
    # all drawings have the size of the first
    _check_pixels(next(window_pictures.every_window(operation)), GIF_SCALE, len(operation))
    image_with_palette = palette()
    images = [
        draw(drawing, GIF_SCALE).quantize(palette=image_with_palette, dither=0)
        for drawing in window_pictures.every_window(operation)
    ]
    file, milliseconds = io.BytesIO(), round(1000 * seconds)
    images[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=images[1:],
        duration=[milliseconds] * (len(images) - 1) + [round(3000 * seconds)],
        loop=0,  # for ever
        comment=f"{operation.title} ({digest(operation)})".encode(),
    )
    return file.getvalue()


def digest(operation: Operation) -> str:
    """Return the SHA-256, in hexadecimal, of everything that a GIF of an operation shows.

    It is in the comment of the GIF, so that one can tell whether a file is up to date.
    """
    content = hashlib.sha256(repr(COLORS).encode())
    for drawing in window_pictures.every_window(operation):
        content.update(repr(drawing.marks).encode())
    return content.hexdigest()


def _check_pixels(drawing: Drawing, scale: float, count: int = 1) -> None:
    """Raise ValueError if `count` pictures of `scale` pixels per unit are too large for a file."""
    pixels = drawing.width * drawing.height * scale**2 * count
    if pixels > MAX_PIXELS:
        raise ValueError(
            f"that would be {pixels:,.0f} pixels, but a file holds {MAX_PIXELS:,}: explain a part "
            "of the image, such as image[:6, :6]"
        )
