"""Explanations saved: the formats by ending, what is checked first, and the HTML page.

`svg` and `png_and_gif` make the content of the other formats.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path

from convpool.explanation import png_and_gif, svg, window_pictures
from convpool.explanation.model import Operation
from convpool.system.whole_files import check, whole

SECONDS = 0.8  # for which a GIF shows each window, if the call says no other


def _svg(operation: Operation, frame: int | None, seconds: float) -> bytes:
    """Return an SVG file of one window, or of all where `frame` is None; `seconds` is not used."""
    return svg.write(window_pictures.draw(operation, frame)).encode()


def _html(operation: Operation, frame: int | None, seconds: float) -> bytes:
    """Return an HTML page that holds the picture of `_svg`; `seconds` is not used."""
    drawing = window_pictures.draw(operation, frame)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(drawing.title)}</title>"
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"></head>\n'
        f"<body>{svg.write(drawing)}</body></html>\n"
    ).encode()


# ending -> the function that returns the content of the file, from the operation, the number of
# the only window to draw (None: all windows), and for how many seconds a GIF shows each
FORMATS: dict[str, Callable[[Operation, int | None, float], bytes]] = {
    ".html": _html,
    ".svg": _svg,
    ".png": png_and_gif.png,
    ".gif": png_and_gif.gif,
}


def check_request(operation: Operation, path: Path, frame: int | None, seconds: float) -> None:
    """Raise ValueError unless an explanation can be saved so, as far as is known before drawing.

    `frame` is the number of the only window to draw, negative ones counted from the end; None draws
    all. `seconds` are those for which a GIF shows each window.
    """
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
    """Write a file; parameters and errors as of `Explanation.save`."""
    check_request(operation, path, frame, seconds)
    check(path, force=force)
    content = FORMATS[path.suffix.lower()](operation, frame, seconds)
    with whole(path, force=force) as file:
        file.write(content)
