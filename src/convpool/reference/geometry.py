"""Where windows lie, and the dtypes and layout in which the loops compute."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]
DType = np.dtype[Any]
Ints = int | Sequence[int]
Pairs = Sequence[tuple[int, int]]
Padding = str | int | Sequence[int] | Pairs
Place = tuple[int, ...]
EXACT: DType = np.dtype(object)  # Python's integers


def _same(size: int, span: int, stride: int) -> tuple[int, int]:
    """Return the padding (before, after) for ceil(size / stride) windows, the odd zero after."""
    total = max((-(-size // stride) - 1) * stride + span - size, 0)
    return total // 2, total - total // 2


def _same_size(size: int, span: int, stride: int) -> tuple[int, int]:
    """Return the padding (before, after) for as many windows as pixels, the odd zero before."""
    total = max((size - 1) * stride + span - size, 0)  # below 0 only where size is 0
    return total - total // 2, total // 2


# name -> function of an axis's size, span and stride that returns the padding (before, after)
PADDINGS: dict[str, Callable[[int, int, int], tuple[int, int]]] = {
    "valid": lambda size, span, stride: (0, 0),
    "full": lambda size, span, stride: (span - 1, span - 1),
    "causal": lambda size, span, stride: (span - 1, 0),
    "same": _same,
    "same_lower": lambda size, span, stride: _same(size, span, stride)[::-1],
    "same_size": _same_size,
}


def per_axis(value: Any, rank: int) -> list[int]:
    """Return one number for each of `rank` axes, from one for all or one for each."""
    return [int(value)] * rank if np.ndim(value) == 0 else [int(number) for number in value]


def spans_of(window: Sequence[int], dilation: Sequence[int]) -> list[int]:
    """Return, for each axis, the number of positions from a window's first tap to its last."""
    return [d * (k - 1) + 1 for k, d in zip(window, dilation, strict=True)]


def padding_sides(
    padding: Any, sizes: Sequence[int], spans: Sequence[int], stride: Sequence[int]
) -> list[tuple[int, int]]:
    """Return the padding (before, after) of each axis, for the argument `padding`."""
    if isinstance(padding, str):
        return [PADDINGS[padding](*axis) for axis in zip(sizes, spans, stride, strict=True)]
    if np.ndim(padding) < 2:
        return [(p, p) for p in per_axis(padding, len(sizes))]
    return [(int(before), int(after)) for before, after in padding]


def window_count(
    size: int, side: tuple[int, int], span: int, stride: int, ceil: bool = False
) -> int:
    """Return the number of windows on an axis with the padding `side`, (before, after)."""
    last_start = size + sum(side) - span
    if not ceil:
        return last_start // stride + 1
    count = -(-last_start // stride) + 1  # rounded up
    # a last window that starts behind all pixels is left out
    return count - 1 if (count - 1) * stride >= side[0] + size else count


def taps_of(
    counts: Sequence[int],
    window: Sequence[int],
    sides: Pairs,
    stride: Sequence[int],
    dilation: Sequence[int],
) -> Iterator[tuple[Place, Place, Place]]:
    """Yield (i, u, pixel) for each tap u of each window i.

    pixel: the index of the pixel that the tap lies on; outside of the image if it is padding.
    `counts` and `window` are the numbers of windows and of taps on each axis, `sides` the padding.
    """
    for i in np.ndindex(*counts):
        for u in np.ndindex(*window):
            axes = zip(i, u, sides, stride, dilation, strict=True)
            yield i, u, tuple(a * s + b * d - before for a, b, (before, _), s, d in axes)


def is_inside(pixel: Place, sizes: Sequence[int]) -> bool:
    """Return whether the index of a pixel lies in an image of these sizes, not on padding."""
    return all(0 <= x < size for x, size in zip(pixel, sizes, strict=True))


def work_and_result_dtypes(dtype: DTypeLike | None, *operands: Array) -> tuple[DType, DType]:
    """Return (work, result): the dtype of sums and the result's dtype, for the argument `dtype`.

    Sums of integers are Python's ints (EXACT), and sums of float16 are float32.
    """
    if dtype is not None:
        result: DType = np.dtype(dtype)
    elif all(operand.dtype.kind in "biu" for operand in operands):
        result = np.dtype(np.int64)
    else:
        result = np.result_type(*(operand.dtype for operand in operands))
    if result.kind in "iu":
        return EXACT, result
    return np.dtype(np.float32) if result == np.float16 else result, result


def limits_of(dtype: DType) -> tuple[Any, Any]:
    """Return the least and the greatest value of a float, bool or integer dtype."""
    if dtype.kind in "fb":
        return (-np.inf, np.inf) if dtype.kind == "f" else (False, True)
    return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)


def to_inner(images: Array, channel_axis: int, work: DType) -> Array:
    """Convert images with channels at `channel_axis` to (*spatial, m, c) of the dtype `work`."""
    return np.moveaxis(np.moveaxis(images, channel_axis, -1), 0, -2).astype(work)


def narrow(values: Array, result: DType) -> Array:
    """Convert values to the dtype `result`; raise OverflowError where an integer does not fit."""
    if values.dtype == EXACT and result.kind in "iu":
        least, greatest = limits_of(result)
        for value in values.flat:
            if not least <= value <= greatest:
                raise OverflowError(f"{value} does not fit {result}")
    return values.astype(result)


def to_result(values: Array, channel_axis: int, result: DType) -> Array:
    """Convert values (*output, m, c) to the dtype `result`, with channels at `channel_axis`.

    Raise OverflowError if an exact integer does not fit.
    """
    return np.moveaxis(np.moveaxis(narrow(values, result), -2, 0), -1, channel_axis)


def pad_images(images: Array, sides: Pairs, pad_mode: str, fill: Any) -> Array:
    """Return a copy of images (*spatial, m, c) with this padding on each spatial axis."""
    sizes = images.shape[:-2]
    if pad_mode in ("zeros", "constant"):
        padded_sizes = [size + sum(side) for size, side in zip(sizes, sides, strict=True)]
        value = fill if pad_mode == "constant" else 0
        padded = np.full((*padded_sizes, *images.shape[-2:]), value, images.dtype)
        inside = [slice(side[0], side[0] + n) for n, side in zip(sizes, sides, strict=True)]
        padded[tuple(inside)] = images
        return padded
    mode: Any = pad_mode  # Any: NumPy's types take only the names of its modes
    for axis, side in enumerate(sides):
        images = images.take(np.pad(np.arange(sizes[axis]), side, mode=mode), axis)
    return images


def absent_pixels(images: Array, missing: Any, channel_axis: int) -> Array:
    """Return which pixels are missing, as bools (*spatial, m, c), for the argument `missing`."""
    if isinstance(missing, str):  # "nan"
        absent = images != images  # only NaN differs from itself
    else:
        absent = np.broadcast_to(False if missing is None else missing, images.shape)
    return to_inner(absent, channel_axis, np.dtype(bool))


def source_pixels(sizes: Place, sides: Pairs, pad_mode: str) -> list[list[int]]:
    """Return, for each axis, the pixel that stands at each position with its padding.

    It is -1 where none does, with the pad modes "zeros" and "constant".
    """
    axes: list[list[int]] = []
    for size, side in zip(sizes, sides, strict=True):
        mode: Any = "constant" if pad_mode == "zeros" else pad_mode
        options = {"constant_values": -1} if mode == "constant" else {}
        axes.append(np.pad(np.arange(size), side, mode=mode, **options).tolist())
    return axes
