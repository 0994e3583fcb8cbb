"""The animations of convolutions and poolings in docs/animations.md, which `make docs` draws.

They are the figures of "A guide to convolution arithmetic for deep learning" (V. Dumoulin and
F. Visin), with numbers, and its two poolings. To add one, add a row to ANIMATIONS.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from convpool.explanation import explain, png_and_gif
from convpool.explanation.explanation import Explanation

# small numbers that can be told apart
DIGITS = np.array(
    [
        [2, 6, 3, 1, 9, 0, 4],
        [4, 0, 7, 9, 5, 2, 1],
        [1, 7, 8, 5, 2, 7, 3],
        [2, 5, 1, 3, 0, 2, 8],
        [9, 8, 4, 5, 6, 2, 0],
        [8, 1, 7, 3, 9, 9, 5],
        [3, 2, 0, 6, 1, 4, 7],
    ]
)
EDGES = np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]])
WIDE = np.array([[1, 0, 0, -1]] * 4)


class Animation(NamedTuple):
    """A figure: its title, the image's side, the kernel or the window's, and words of `explain`."""

    title: str
    side: int
    kernel: Any
    words: dict[str, Any]


# name of the file -> what it shows
ANIMATIONS = {
    "no-padding": Animation("No padding, stride 1", 4, EDGES, {"padding": "valid"}),
    "arbitrary-padding": Animation("Padding 2, a kernel of 4 x 4", 5, WIDE, {"padding": 2}),
    "half-padding": Animation("Half ('same') padding", 5, EDGES, {"padding": "same"}),
    "full-padding": Animation("Full padding", 5, EDGES, {"padding": 2}),
    "stride": Animation("No padding, stride 2", 5, EDGES, {"padding": "valid", "stride": 2}),
    "padding-stride": Animation("Padding 1, stride 2", 5, EDGES, {"padding": 1, "stride": 2}),
    "padding-stride-left": Animation(
        "Padding 1, stride 2, a row and a column left over",
        6,
        EDGES,
        {"padding": 1, "stride": 2},
    ),
    "dilation": Animation("Dilation 2", 7, EDGES, {"padding": "valid", "dilation": 2}),
    "transposed": Animation(
        "Transposed, no padding", 2, EDGES, {"transpose": True, "padding": "valid"}
    ),
    "transposed-padding": Animation(
        "Transposed, padding 2, a kernel of 4 x 4", 6, WIDE, {"transpose": True, "padding": 2}
    ),
    "transposed-half": Animation(
        "Transposed, half padding", 5, EDGES, {"transpose": True, "padding": 1}
    ),
    "transposed-full": Animation(
        "Transposed, full padding", 7, EDGES, {"transpose": True, "padding": 2}
    ),
    "transposed-stride": Animation(
        "Transposed, stride 2", 2, EDGES, {"transpose": True, "padding": "valid", "stride": 2}
    ),
    "transposed-padding-stride": Animation(
        "Transposed, padding 1, stride 2",
        3,
        EDGES,
        {"transpose": True, "padding": 1, "stride": 2},
    ),
    "transposed-output-padding": Animation(
        "Transposed, padding 1, stride 2, output padding 1",
        3,
        EDGES,
        {"transpose": True, "padding": 1, "stride": 2, "output_padding": 1},
    ),
    "average-pooling": Animation("Average pooling", 5, 3, {"pool": "avg", "stride": 1}),
    "max-pooling": Animation("Max pooling", 5, 3, {"pool": "max", "stride": 1}),
}


def shown(one: Animation) -> Explanation:
    """Return the explanation that an animation draws."""
    return explain(DIGITS[: one.side, : one.side], one.kernel, **one.words)


def page() -> str:
    """Return the part of the page: each animation below its title."""
    parts = []
    for name, one in ANIMATIONS.items():
        result = shown(one).result.shape[1:3]
        sizes = f"{one.side} x {one.side} becomes {result[0]} x {result[1]}"
        words = ", ".join(f"{key}={value!r}" for key, value in one.words.items())
        kernel = "kernel" if isinstance(one.kernel, np.ndarray) else one.kernel
        call = f"convpool.explain(image, {kernel}, {words})"
        parts.append(
            f"## {one.title}\n\n`{call}`: {sizes}.\n\n"
            f"![{one.title}: {sizes}, step by step](_made/animations/{name}.gif)\n"
        )
    return "\n".join(parts)


def draw(folder: Path) -> None:
    """Draw all animations into a folder; one that is there as it would be drawn stays."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, one in ANIMATIONS.items():
        path, explanation = folder / f"{name}.gif", shown(one)
        digest = png_and_gif.digest(explanation).encode()
        if not path.is_file() or digest not in path.read_bytes():
            explanation.save(path)
