"""Files of an explanation: whole, or not at all."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from convpool.explanation import html, pictures, svg
from convpool.explanation.drawing import COLORS, Drawing
from convpool.explanation.model import Operation
from convpool.system.whole_files import check, whole

MOVING = 300  # frames of a GIF, at most
PIXELS = 200_000_000  # of a picture, or of all frames of a GIF, at most


def _drawing(operation: Operation, frame: int | None) -> Any:
    return pictures.strip(operation) if frame is None else pictures.one(operation, frame)


def _html(operation: Operation, frame: int | None, seconds: float) -> bytes:
    return html.page(operation, frame or 0, seconds).encode()


def _svg(operation: Operation, frame: int | None, seconds: float) -> bytes:
    return svg.write(_drawing(operation, frame)).encode()


def _png(operation: Operation, frame: int | None, seconds: float) -> bytes:
    from convpool.explanation import pixels

    file, drawing = io.BytesIO(), _drawing(operation, frame)
    _check_pixels(drawing, 2)
    pixels.draw(drawing).save(file, "PNG")
    return file.getvalue()


def _check_pixels(drawing: Drawing, scale: float, frames: int = 1) -> None:
    pixels = drawing.width * drawing.height * scale**2 * frames
    if pixels > PIXELS:
        raise ValueError(
            f"that would be {pixels:,.0f} pixels, but a file holds {PIXELS:,}: save a .html to "
            "step through them, or explain a part of the image, such as image[:8, :8]"
        )


def digest(operation: Operation) -> str:
    """Return a word for everything that a GIF shows, which stands in its comment: two that differ show others."""
    drawn = hashlib.sha256(repr(COLORS).encode())
    for drawing in pictures.frames_of(operation):
        drawn.update(repr(drawing.marks).encode())
    return drawn.hexdigest()


def _gif(operation: Operation, frame: int | None, seconds: float) -> bytes:
    from convpool.explanation import pixels

    if frame is not None:
        raise ValueError(
            f"frame is {frame}, but a GIF shows all windows; save that one as .svg or .png"
        )
    if len(operation) > MOVING:
        raise ValueError(
            f"there are {len(operation):,} windows, but a GIF holds {MOVING}: save a .html to "
            "step through them, or explain a part of the image, such as image[:16, :16]"
        )
    _check_pixels(next(pictures.frames_of(operation)), 1.5, len(operation))
    palette = pixels.palette()
    images = [
        pixels.draw(drawing, 1.5).quantize(palette=palette, dither=0)
        for drawing in pictures.frames_of(operation)
    ]
    file, told = io.BytesIO(), f"{operation.title} ({digest(operation)})"
    times = [round(1000 * seconds)] * (len(images) - 1) + [
        round(3000 * seconds)
    ]  # the last one longer
    images[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=images[1:],
        duration=times,
        loop=0,
        comment=told.encode(),
    )
    return file.getvalue()


# ending -> what the file holds, for the frame that is wanted (None for all) and the seconds of each
FORMATS: dict[str, Callable[[Operation, int | None, float], bytes]] = {
    ".html": _html,
    ".svg": _svg,
    ".png": _png,
    ".gif": _gif,
}


def save(
    operation: Operation, path: Path, *, frame: int | None, seconds: float, force: bool
) -> None:
    """Write a file under a temporary name, and rename it."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
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
    check(path, force=force)
    content = FORMATS[suffix](operation, frame, seconds)
    with whole(path, force=force) as file:
        file.write(content)
