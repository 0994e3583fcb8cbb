"""Explanations as files: SVG, PNG, GIF, or an HTML page with the picture and its description."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path

from convpool.explanation import png_and_gif, svg, window_pictures
from convpool.explanation.model import Operation
from convpool.system.whole_files import check, whole


def _svg(operation: Operation, frame: int | None, seconds: float) -> bytes:
    return svg.write(window_pictures.draw(operation, frame)).encode()


def _html(operation: Operation, frame: int | None, seconds: float) -> bytes:
    """Return a page that holds the SVG."""
    drawing = window_pictures.draw(operation, frame)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(drawing.title)}</title>"
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"></head>\n'
        f"<body>{svg.write(drawing)}</body></html>\n"
    ).encode()


# ending -> the content of the file, from the operation, the number of its only window (None: all
# of them) and the seconds for each window
FORMATS: dict[str, Callable[[Operation, int | None, float], bytes]] = {
    ".html": _html,
    ".svg": _svg,
    ".png": png_and_gif.png,
    ".gif": png_and_gif.gif,
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
