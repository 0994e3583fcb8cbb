"""The pictures of sums in the course folder's README and in the docs, drawn by convpool.explain.

    python docs/explanation_pictures.py            writes them
    python docs/explanation_pictures.py --check    writes nothing; exit status 1 if one is stale

Only images and kernels are chosen here. To add a picture, add a function to PICTURES.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from convpool.explanation import explain, png_and_gif, svg, window_pictures
from convpool.explanation.explanation import Explanation
from convpool.explanation.sums import equals
from convpool.explanation.written_numbers import factor, number

ROOT = Path(__file__).resolve().parents[1]
COURSE = Path("math/0x04-convolutions_and_pooling/explained")
DOCS = Path("docs/explained")

EDGES = np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]])


def size(values: np.ndarray) -> str:
    """Write the size of an array: 3 x 4."""
    return " \N{MULTIPLICATION SIGN} ".join(str(n) for n in values.shape)


def plane(shown: Explanation) -> np.ndarray:
    """Return the first channel of the result."""
    return shown.result[0, ..., 0]


def drawn(shown: Explanation, title: str, frame: int | None = None) -> str:
    """Draw one window, or all of them; the title is the alt text."""
    drawing = (
        window_pictures.film_strip(shown)
        if frame is None
        else window_pictures.one_window(shown, frame)
    )
    return svg.write(replace(drawing, title=title))


def convolution() -> str:
    """One window, its nine products and their sum."""
    image = np.array([[1, 2, 0, 3, 1], [0, 1, 2, 1, 0], [3, 1, 1, 0, 2], [1, 0, 2, 1, 1]])
    shown, i, j = explain(image, EDGES, "valid"), 1, 2
    title = (
        f"A {size(image)} image, a {size(EDGES)} kernel and the {size(plane(shown))} result. "
        f"The window at row {i}, column {j} gives {number(plane(shown)[i, j].item())}."
    )
    return drawn(shown, title, shown.frames.number((i, j), 0))


def positions() -> str:
    """The four windows of a small image, one after another."""
    image = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    shown = explain(image, np.array([[1, 0], [0, 2]]), "valid")
    results = ", ".join(number(value) for value in plane(shown).ravel().tolist())
    title = (
        f"The kernel at the {len(shown)} places of a {size(image)} image, giving {results} in turn."
    )
    return drawn(shown, title)


def channels() -> str:
    """One kernel plane for each channel, and one sum."""
    red, green = [[1, 0, 2], [2, 1, 0], [0, 3, 1]], [[0, 1, 1], [1, 2, 0], [2, 0, 1]]
    image = np.array([red, green, [[3, 0, 0], [1, 1, 2], [0, 2, 1]]])
    kernel = np.array([[[1, 0], [0, 1]], [[2, 0], [0, -1]], [[0, 1], [1, 0]]])
    shown = explain(np.moveaxis(image, 0, -1), np.moveaxis(kernel, 0, -1), "valid")
    frame = shown.frames[0]
    sums = f"{' + '.join(factor(one) for one in frame.sums)} {equals(frame.total)}"
    return drawn(
        shown,
        "Three channels, each with a kernel plane of its own; the three results are added: "
        f"{sums}.",
        0,
    )


def pooling_edge() -> str:
    """The last row and column fill no window."""
    image = np.array(
        [[1, 3, 2, 0, 9], [5, 7, 4, 2, 9], [8, 0, 1, 1, 9], [4, 4, 3, 3, 9], [9, 9, 9, 9, 9]]
    )
    shown = explain(image, 2, pool="max")
    results = ", ".join(number(value) for value in plane(shown).ravel().tolist())
    title = (
        f"Max pooling of a {size(image)} image with windows of 2 \N{MULTIPLICATION SIGN} 2, "
        "stride 2: the last row and column fill no window and are dropped; the largest value "
        f"{number(image.max().item())} is not in the result {results}."
    )
    return drawn(shown, title, -1)


def same_stride() -> Explanation:
    """A convolution whose windows step by two over a padded image."""
    return explain(np.arange(25).reshape(5, 5) % 7, EDGES, "same", 2)


def transposed() -> Explanation:
    """Numbers that are given to their windows, where they add up."""
    return explain(
        np.array([[1, 2], [3, 4]]),
        np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]]),
        "same",
        2,
        transpose=True,
    )


# file -> the text of an SVG, or the explanation that a GIF shows
PICTURES: dict[Path, Callable[[], str | Explanation]] = {
    COURSE / "convolution.svg": convolution,
    COURSE / "positions.svg": positions,
    COURSE / "channels.svg": channels,
    COURSE / "pooling-edge.svg": pooling_edge,
    DOCS / "same-stride.gif": same_stride,
    DOCS / "transposed.gif": transposed,
}


def is_stale(path: Path, made: str | Explanation) -> bool:
    """Return whether a file shows another picture; a GIF holds the digest of what it shows."""
    if not path.is_file():
        return True
    if isinstance(made, str):
        return path.read_text(encoding="utf-8") != made
    return png_and_gif.digest(made).encode() not in path.read_bytes()


def write(path: Path, made: str | Explanation) -> None:
    """Write a picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(made, str):
        path.write_text(made, encoding="utf-8", newline="\n")
    else:
        made.save(path, seconds=1.2)


def main() -> int:
    """Write or check the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit status 1 if a picture is stale"
    )
    parser.add_argument(
        "--root", type=Path, default=ROOT, help="where the folders are; default: the repository"
    )
    words = parser.parse_args()
    made = {words.root / path: function() for path, function in PICTURES.items()}
    stale = [path for path, picture in made.items() if is_stale(path, picture)]
    left = [
        path
        for folder in (COURSE, DOCS)
        for path in (words.root / folder).glob("*")
        if path not in made
    ]
    if words.check:
        for path in [*stale, *left]:
            print(
                f"{path} is stale: python docs/explanation_pictures.py draws it again",
                file=sys.stderr,
            )
        return int(bool(stale or left))
    for path in stale:
        write(path, made[path])
    for path in left:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
