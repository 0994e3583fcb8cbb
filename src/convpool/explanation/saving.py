"""Explanations as files: SVG, PNG, GIF, or an HTML page with the picture and its description."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from html import escape
from pathlib import Path

from convpool.explanation import pictures, raster, svg
from convpool.explanation.marks import COLORS, Drawing
from convpool.explanation.model import Operation
from convpool.system.whole_files import check, whole

MAX_GIF_WINDOWS = 300
MAX_PIXELS = 200_000_000  # of a picture, or of all windows of a GIF


def _drawing(operation: Operation, frame: int | None) -> Drawing:
    """Draw one window, or a film strip of all where `frame` is None."""
    if frame is None:
        return pictures.film_strip(operation)
    return pictures.one_window(operation, frame)


def _svg(operation: Operation, frame: int | None, seconds: float) -> bytes:
    return svg.write(_drawing(operation, frame)).encode()


def _html(operation: Operation, frame: int | None, seconds: float) -> bytes:
    """Return a page that holds the SVG."""
    drawing = _drawing(operation, frame)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(drawing.title)}</title>"
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"></head>\n'
        f"<body>{svg.write(drawing)}</body></html>\n"
    ).encode()


def _png(operation: Operation, frame: int | None, seconds: float) -> bytes:
    file, drawing = io.BytesIO(), _drawing(operation, frame)
    _check_pixels(drawing, 2)
    raster.draw(drawing).save(file, "PNG")
    return file.getvalue()


def _check_pixels(drawing: Drawing, scale: float, count: int = 1) -> None:
    """Raise if `count` pictures, each with `scale` pixels per unit, are too large for a file."""
    pixels = drawing.width * drawing.height * scale**2 * count
    if pixels > MAX_PIXELS:
        raise ValueError(
            f"that would be {pixels:,.0f} pixels, but a file holds {MAX_PIXELS:,}: explain a part "
            "of the image, such as image[:8, :8]"
        )


def digest(operation: Operation) -> str:
    """Return a hash of everything that a GIF shows; the GIF holds it in its comment."""
    content = hashlib.sha256(repr(COLORS).encode())
    for drawing in pictures.every_window(operation):
        content.update(repr(drawing.marks).encode())
    return content.hexdigest()


def _gif(operation: Operation, frame: int | None, seconds: float) -> bytes:
    """Return a GIF of all windows; a single one is refused."""
    if frame is not None:
        raise ValueError(
            f"frame is {frame}, but a GIF shows all windows; save that one as .svg or .png"
        )
    if len(operation) > MAX_GIF_WINDOWS:
        raise ValueError(
            f"there are {len(operation):,} windows, but a GIF holds {MAX_GIF_WINDOWS}: draw one "
            "as .svg with frame=0, or explain a part of the image, such as image[:16, :16]"
        )
    _check_pixels(next(pictures.every_window(operation)), 1.5, len(operation))
    palette = raster.palette()
    images = [
        raster.draw(drawing, 1.5).quantize(palette=palette, dither=0)
        for drawing in pictures.every_window(operation)
    ]
    file, milliseconds = io.BytesIO(), round(1000 * seconds)
    images[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=images[1:],
        # the last window is shown longer
        duration=[milliseconds] * (len(images) - 1) + [round(3000 * seconds)],
        loop=0,
        comment=f"{operation.title} ({digest(operation)})".encode(),
    )
    return file.getvalue()


# ending -> the content of the file, from the operation, the number of its only window (None: all
# of them) and the seconds for each window
FORMATS: dict[str, Callable[[Operation, int | None, float], bytes]] = {
    ".html": _html,
    ".svg": _svg,
    ".png": _png,
    ".gif": _gif,
}


def check_request(operation: Operation, path: Path, frame: int | None, seconds: float) -> None:
    """Raise ValueError unless the ending, the window's number and the seconds make sense."""
    if path.suffix.lower() not in FORMATS:
        raise ValueError(f"{path.name}: explanations are saved as {', '.join(FORMATS)}")
    if frame is not None and not -len(operation) <= frame < len(operation):
        raise ValueError(
            f"frame is {frame}, but there are {len(operation)} windows, from 0 to "
            f"{len(operation) - 1}"
        )
    if not len(operation):
        raise ValueError("there is no window to draw: the output is empty")
    if not 0.02 <= seconds <= 600:
        raise ValueError(f"seconds is {seconds}; each window is shown for 0.02 to 600 seconds")


def save(
    operation: Operation, path: Path, *, frame: int | None, seconds: float, force: bool
) -> None:
    """Write a file as `Explanation.save` describes."""
    check_request(operation, path, frame, seconds)
    check(path, force=force)
    content = FORMATS[path.suffix.lower()](operation, frame, seconds)
    with whole(path, force=force) as file:
        file.write(content)
