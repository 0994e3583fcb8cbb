"""One output pixel as text: its window's numbers, and how the output is computed from them.

Letters: m images, h x w pixels, c channels, kh x kw kernel, nc kernels; i j a position in the
output, u v a tap. An index is (image, i, j), and in task 5 the kernel, in task 6 the channel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.check.behaviour.case import Pair
from convpool.check.behaviour.random_arrays import Array
from convpool.check.diagnosis.arithmetic import Arguments, correct_start, correct_zeros
from convpool.check.tasks import TASKS

ZERO = "·"  # stands for a zero of the padding
MAX_TERMS = 24  # terms of a sum that are written out

Index = tuple[int, ...]  # of one output pixel, as above


def number(value: Any) -> str:
    """Return a number with at most 6 significant digits: 3, -2.5, 1.33333, nan."""
    return f"{float(value):.6g}"


def two_numbers(first: Any, second: Any) -> tuple[str, str]:
    """Return two numbers with as many digits as it takes to tell them apart, 6 at least."""
    for digits in (6, 9, 12, 17):
        texts = f"{float(first):.{digits}g}", f"{float(second):.{digits}g}"
        if texts[0] != texts[1]:
            return texts
    return number(first), number(second)


def pixel_name(arguments: Arguments, index: Index) -> str:
    """Return an index in words: image 0, i = 1, j = 2, kernel 0."""
    last_axis = {5: ("kernel",), 6: ("channel",)}.get(arguments.task, ())
    pairs = zip(("image", "i", "j", *last_axis), index, strict=False)
    return ", ".join(
        f"{name} = {position}" if name in ("i", "j") else f"{name} {position}"
        for name, position in pairs
    )


def window_text(arguments: Arguments, index: Index) -> str:
    """Return several lines: where an output's window begins, its numbers, and what they give.

    That is the sum of its products with the kernel, or its maximum or average.
    """
    row, column = window_start(arguments, index)
    start_line = f"its window begins at row {row}, column {column} of image {index[0]}"
    window_lines = _pooling_lines if arguments.is_pooling else _convolution_lines
    return "\n".join([start_line, *window_lines(arguments, index)])


def window_start(arguments: Arguments, index: Index) -> Pair:
    """Return the (row, column) of the image where a window begins; negative in the padding."""
    row, column = (
        correct_start(arguments, axis, index[1 + axis]) - correct_zeros(arguments, axis)[0]
        for axis in (0, 1)
    )
    return row, column


def call_text(arguments: Arguments) -> str:
    """Return a call in words: 2 images of 5 x 4 (uint8), kernel 3 x 3 (int64), stride=(2, 2)."""
    m, h, w, c = arguments.images.shape
    kh, kw = arguments.window
    parameters = TASKS[arguments.task].parameters
    channels = f" x {c}" if arguments.task >= 4 else ""
    parts = [f"{m} image{'s' * (m > 1)} of {h} x {w}{channels} ({arguments.dtypes[0]})"]
    if arguments.is_pooling:
        parts.append(f"kernel_shape ({kh}, {kw})")
    else:
        kernels = f", {arguments.kernels.shape[3]} kernels" if arguments.task == 5 else ""
        parts.append(f"kernel {kh} x {kw}{channels} ({arguments.dtypes[1]}){kernels}")
    if "padding" in parameters:
        parts.append(f"padding={arguments.padding!r}")
    if "stride" in parameters:
        parts.append(f"stride={arguments.stride}")
    if arguments.is_pooling:
        parts.append(f"mode={arguments.mode!r}")
    return ", ".join(parts)


def _window(arguments: Arguments, index: Index) -> tuple[Array, NDArray[np.bool_]]:
    """Return (pixels, is_pixel) of a window.

    pixels: (kh, kw, c), 0 in the padding. is_pixel: (kh, kw), False in the padding.
    """
    sizes = arguments.images.shape[1:3]
    positions = [
        start + np.arange(k)
        for start, k in zip(window_start(arguments, index), arguments.window, strict=True)
    ]
    # of each axis; positions outside the image are replaced by its nearest edge, then set to 0
    inside = [(axis >= 0) & (axis < n) for axis, n in zip(positions, sizes, strict=True)]
    rows, columns = (axis.clip(0, n - 1) for axis, n in zip(positions, sizes, strict=True))
    is_pixel = inside[0][:, None] & inside[1]
    return arguments.images[index[0]][np.ix_(rows, columns)] * is_pixel[..., None], is_pixel


def _convolution_lines(arguments: Arguments, index: Index) -> list[str]:
    """Return lines: a grid of "pixel x weight" for each channel, and the sum of the products.

    The sum leaves out the zeros of the padding.
    """
    pixels, is_pixel = _window(arguments, index)
    kernel = arguments.kernels[..., index[3] if arguments.task == 5 else 0]
    note = "" if is_pixel.all() else f" ({ZERO} is a zero of the padding)"
    lines, terms = [], []
    for channel in range(pixels.shape[2]):
        cells = [
            [
                f"{number(pixels[u, v, channel]) if is_pixel[u, v] else ZERO} x "
                f"{number(kernel[u, v, channel])}"
                for v in range(kernel.shape[1])
            ]
            for u in range(kernel.shape[0])
        ]
        of_channel = f" of channel {channel}" if pixels.shape[2] > 1 else ""
        lines += [f"its window{of_channel}, pixel x weight{note}:", *_grid(cells)]
        terms += [
            f"{_factor(pixels[u, v, channel])} * {_factor(kernel[u, v, channel])}"
            for u, v in np.argwhere(is_pixel)
        ]
    return [*lines, f"sum: {_sum(terms, (pixels * kernel).sum())}"]


def _pooling_lines(arguments: Arguments, index: Index) -> list[str]:
    """Return lines: a window as a grid of numbers, and its maximum or average."""
    pixels = _window(arguments, index)[0][..., index[3]]
    lines = ["its window:", *_grid([[number(value) for value in row] for row in pixels])]
    if arguments.mode == "max":
        return [*lines, f"maximum: {number(pixels.max())}"]
    total = _sum([_factor(value) for value in pixels.flat], pixels.sum())
    return [*lines, f"average: {total}, / {pixels.size} = {number(pixels.mean())}"]


def _grid(cells: list[list[str]]) -> list[str]:
    """Return one line for each row of cells, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "    " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in cells
    ]


def _sum(terms: list[str], total: float) -> str:
    """Return a sum written out, with at most MAX_TERMS terms: 1 + 2 + 3 = 6."""
    if len(terms) > MAX_TERMS:
        terms = [*terms[:MAX_TERMS], f"... ({len(terms) - MAX_TERMS} more)"]
    return f"{' + '.join(terms) or '0'} = {number(total)}"


def _factor(value: float) -> str:
    """Return a number as it stands in a formula: a negative one in parentheses, (-2.5)."""
    return number(value) if value >= 0 or np.isnan(value) else f"({number(value)})"
