"""The slow twin: every operation again, one window and one tap at a time, to judge the fast ones.

It imports NumPy only, shares no code with the rest of the package, and takes its input to be valid.
It is one file, however long, so that it can be read and copied as a whole. Inside, images are
(*spatial, m, c). Letters: m images, c channels, nc kernels, i a position in the output, u a tap.
Integers are computed as Python's own, which do not wrap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]
DType = np.dtype[Any]
Ints = int | Sequence[int]
Pairs = Sequence[tuple[int, int]]
Padding = str | int | Sequence[int] | Pairs
Place = tuple[int, ...]
Taps = list[int]  # where the taps of a window lie on one axis; pixel 0 is the first
# on one axis, the pixels of a window, and the number of its taps on pixels or declared padding
Window = tuple[list[int], int]

EXACT: DType = np.dtype(object)  # Python's integers


# ---- where the windows lie ----


def _same(size: int, span: int, stride: int) -> tuple[int, int]:
    """Return the padding before and after, the odd zero after."""
    total = max((-(-size // stride) - 1) * stride + span - size, 0)
    return total // 2, total - total // 2


def _same_size(size: int, span: int, stride: int) -> tuple[int, int]:
    """Return the padding before and after for as many windows as pixels, the odd zero before."""
    total = max((size - 1) * stride + span - size, 0)  # below 0 only where size is 0
    return total - total // 2, total // 2


# name -> from size, span and stride of an axis to the padding before and after
PADDINGS: dict[str, Callable[[int, int, int], tuple[int, int]]] = {
    "valid": lambda size, span, stride: (0, 0),
    "full": lambda size, span, stride: (span - 1, span - 1),
    "same": _same,
    "same_lower": lambda size, span, stride: _same(size, span, stride)[::-1],
    "same_size": _same_size,
}


def _each(value: Any, rank: int) -> list[int]:
    """Return one number for each of `rank` axes."""
    return [int(value)] * rank if np.ndim(value) == 0 else [int(number) for number in value]


def _spans(window: Sequence[int], dilation: Sequence[int]) -> list[int]:
    """Return, for each axis, how many positions a window reaches over."""
    return [d * (k - 1) + 1 for k, d in zip(window, dilation, strict=True)]


def _sides(
    padding: Any, sizes: Sequence[int], spans: Sequence[int], stride: Sequence[int]
) -> list[tuple[int, int]]:
    """Return the padding (before, after) of each axis."""
    if isinstance(padding, str):
        return [PADDINGS[padding](*axis) for axis in zip(sizes, spans, stride, strict=True)]
    if np.ndim(padding) < 2:
        return [(p, p) for p in _each(padding, len(sizes))]
    return [(int(before), int(after)) for before, after in padding]


def _count(size: int, side: tuple[int, int], span: int, stride: int, ceil: bool = False) -> int:
    """Return the number of windows on an axis with padding `side`."""
    room = size + sum(side) - span
    if not ceil:
        return room // stride + 1
    count = -(-room // stride) + 1
    return count - 1 if (count - 1) * stride >= side[0] + size else count


def _taps(
    counts: Sequence[int],
    window: Sequence[int],
    sides: Pairs,
    stride: Sequence[int],
    dilation: Sequence[int],
) -> Iterator[tuple[Place, Place, Place]]:
    """Yield (i, u, pixel) of each tap of each window; on padding before, the pixel is negative."""
    for i in np.ndindex(*counts):
        for u in np.ndindex(*window):
            axes = zip(i, u, sides, stride, dilation, strict=True)
            yield i, u, tuple(a * s + b * d - before for a, b, (before, _), s, d in axes)


def _is_inside(pixel: Place, sizes: Sequence[int]) -> bool:
    """Return whether a pixel lies in an image of these sizes."""
    return all(0 <= x < size for x, size in zip(pixel, sizes, strict=True))


# ---- dtypes and layout ----


def _dtypes(dtype: DTypeLike | None, *operands: Array) -> tuple[DType, DType]:
    """Return (accumulation, result): the dtype of sums, and that of the result."""
    if dtype is not None:
        result: DType = np.dtype(dtype)
    elif all(operand.dtype.kind in "biu" for operand in operands):
        result = np.dtype(np.int64)
    else:
        result = np.result_type(*(operand.dtype for operand in operands))
    if result.kind in "iu":
        return EXACT, result
    return np.dtype(np.float32) if result == np.float16 else result, result


def _limits(dtype: DType) -> tuple[Any, Any]:
    """Return the least and the greatest value of a dtype."""
    if dtype.kind in "fb":
        return (-np.inf, np.inf) if dtype.kind == "f" else (False, True)
    return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)


def _to_inner(images: Array, channel_axis: int, work: DType) -> Array:
    """Return images (m, *spatial, c), or with other channels, as (*spatial, m, c) of a dtype."""
    return np.moveaxis(np.moveaxis(images, channel_axis, -1), 0, -2).astype(work)


def _to_result(values: Array, channel_axis: int, result: DType) -> Array:
    """Return values (*output, m, c) as (m, *output, c) of a dtype, which must hold them."""
    if values.dtype == EXACT and result.kind in "iu":
        least, greatest = _limits(result)
        for value in values.flat:
            if not least <= value <= greatest:
                raise OverflowError(f"{value} does not fit {result}")
    return np.moveaxis(np.moveaxis(values.astype(result), -2, 0), -1, channel_axis)


# ---- convolution ----


def _pad(images: Array, sides: Pairs, pad_mode: str, fill: Any) -> Array:
    """Return images (*spatial, m, c) with padding."""
    sizes = images.shape[:-2]
    if pad_mode in ("zeros", "constant"):
        around = [size + sum(side) for size, side in zip(sizes, sides, strict=True)]
        padded = np.full(
            (*around, *images.shape[-2:]), fill if pad_mode == "constant" else 0, images.dtype
        )
        padded[
            tuple(slice(side[0], side[0] + size) for size, side in zip(sizes, sides, strict=True))
        ] = images
        return padded
    mode: Any = pad_mode
    for axis, side in enumerate(sides):
        images = images.take(np.pad(np.arange(sizes[axis]), side, mode=mode), axis)
    return images


def _group(n: int, nc: int, groups: int, depth: int) -> slice:
    """Return the channels that kernel n of nc reads, of groups of `depth` channels."""
    first = n // (nc // groups) * depth
    return slice(first, first + depth)


@np.errstate(all="ignore")
def convolve(
    images: Array,
    kernels: Array,
    padding: Padding = "same",
    stride: Ints = 1,
    *,
    dilation: Ints = 1,
    groups: int = 1,
    bias: Any = None,
    pad_mode: str = "zeros",
    fill: Any = 0,
    flip: bool = False,
    channel_axis: int = -1,
    dtype: DTypeLike | None = None,
) -> Array:
    """Convolve images (m, *spatial, c), kernels (*window, c // groups, nc) -> (m, *output, nc)."""
    work, result = _dtypes(dtype, images, kernels)
    images, kernels = _to_inner(images, channel_axis, work), kernels.astype(work)
    (*sizes, m, _), (*window, depth, nc) = images.shape, kernels.shape
    rank = len(sizes)
    stride, dilation = _each(stride, rank), _each(dilation, rank)
    if flip:
        kernels = np.flip(kernels, tuple(range(rank)))
    spans = _spans(window, dilation)
    sides = _sides(padding, sizes, spans, stride)
    counts = [_count(*axis) for axis in zip(sizes, sides, spans, stride, strict=True)]
    output = np.zeros((*counts, m, nc), work)
    padded = _pad(images, sides, pad_mode, fill) if prod(counts) else images
    for i, u, pixel in _taps(counts, window, [(0, 0)] * rank, stride, dilation):
        for n in range(nc):
            output[i][:, n] += (
                padded[pixel][:, _group(n, nc, groups, depth)] * kernels[u][:, n]
            ).sum(axis=-1)
    if bias is not None:
        output = output + np.asarray(bias).astype(work)
    return _to_result(output, channel_axis, result)


@np.errstate(all="ignore")
def convolve_transpose(
    images: Array,
    kernels: Array,
    padding: Padding = "valid",
    stride: Ints = 1,
    *,
    output_padding: Ints = 0,
    dilation: Ints = 1,
    groups: int = 1,
    channel_axis: int = -1,
    dtype: DTypeLike | None = None,
) -> Array:
    """Scatter images (m, *output, nc) by kernels (*window, depth, nc) -> (m, *spatial, c)."""
    work, result = _dtypes(dtype, images, kernels)
    images, kernels = _to_inner(images, channel_axis, work), kernels.astype(work)
    (*counts, m, nc), (*window, depth, _) = images.shape, kernels.shape
    rank = len(counts)
    stride, dilation, extra = (
        _each(stride, rank),
        _each(dilation, rank),
        _each(output_padding, rank),
    )
    spans = _spans(window, dilation)
    if padding in ("same", "same_lower"):
        sizes = [o * s for o, s in zip(counts, stride, strict=True)]
    elif padding == "same_size":
        sizes = counts
    else:
        axes = zip(
            counts, stride, spans, _sides(padding, counts, spans, stride), extra, strict=True
        )
        sizes = [(o - 1) * s + span - sum(side) + more for o, s, span, side, more in axes]
    output = np.zeros((*sizes, m, groups * depth), work)
    for i, u, pixel in _taps(
        counts, window, _sides(padding, sizes, spans, stride), stride, dilation
    ):
        if _is_inside(pixel, sizes):
            for n in range(nc):
                output[pixel][:, _group(n, nc, groups, depth)] += (
                    images[i][:, [n]] * kernels[u][:, n]
                )
    return _to_result(output, channel_axis, result)


@np.errstate(all="ignore")
def fold(
    windows: Array,
    shape: Ints,
    stride: Ints = 1,
    dilation: Ints = 1,
    padding: Padding = "valid",
    *,
    dtype: DTypeLike | None = None,
) -> Array:
    """Add windows (m, *output, c, *window), which overlap -> (m, *shape, c)."""
    rank = (windows.ndim - 2) // 2
    work, result = _dtypes(dtype, windows)
    windows = _to_inner(windows, rank + 1, work)
    counts, window = windows.shape[:rank], windows.shape[rank:-2]
    sizes, stride, dilation = _each(shape, rank), _each(stride, rank), _each(dilation, rank)
    output = np.zeros((*sizes, *windows.shape[-2:]), work)
    sides = _sides(padding, sizes, _spans(window, dilation), stride)
    for i, u, pixel in _taps(counts, window, sides, stride, dilation):
        if _is_inside(pixel, sizes):
            output[pixel] += windows[i + u]
    return _to_result(output, -1, result)


# ---- pooling ----


def _average(pixels: Array, divisor: int, p: float) -> Any:
    """Return sum / divisor, NaN without pixels."""
    return pixels.sum(axis=-1) / divisor if pixels.shape[-1] else np.nan


def _lp(pixels: Array, divisor: int, p: float) -> Any:
    """Return (sum |x|^p)^(1/p)."""
    real = pixels.dtype.type
    return (np.abs(pixels) ** real(p)).sum(axis=-1) ** (real(1) / real(p))


def _median(pixels: Array, divisor: int, p: float) -> Any:
    """Return the average of the two middle pixels, exact for integers; NaN if there is one."""
    n = pixels.shape[-1]
    if n == 0:
        return np.nan
    ordered = np.sort(pixels, axis=-1)
    low, high = ordered[..., (n - 1) // 2], ordered[..., n // 2]
    if pixels.dtype == EXACT:
        return (low + high) / 2
    wide = np.result_type(pixels.dtype, np.longdouble)
    middle = ((low.astype(wide) + high.astype(wide)) / 2).astype(pixels.dtype)
    return np.where(np.isnan(ordered[..., -1]), np.nan, middle)


# mode -> from the pixels of one window (m, c, pixels), avg's divisor and lp's p to (m, c)
REDUCTIONS: dict[str, Callable[[Array, int, float], Any]] = {
    "max": lambda pixels, divisor, p: pixels.max(axis=-1, initial=_limits(pixels.dtype)[0]),
    "min": lambda pixels, divisor, p: pixels.min(axis=-1, initial=_limits(pixels.dtype)[1]),
    "sum": lambda pixels, divisor, p: pixels.sum(axis=-1),
    "avg": _average,
    "lp": _lp,
    "median": _median,
}


def _pool_dtypes(images: Array, mode: str, dtype: DTypeLike | None) -> tuple[DType, DType]:
    """Return (accumulation, result): the dtype that is reduced, and that of the result."""
    if mode in ("max", "min"):
        return images.dtype.newbyteorder("="), images.dtype.newbyteorder("=")
    work, result = _dtypes(None, images)
    if work == EXACT and mode != "sum":
        result = np.dtype(np.float64)
        work = result if mode == "lp" else EXACT
    if dtype is not None:
        result = np.dtype(dtype).newbyteorder("=")
        if work != EXACT and mode != "median":
            work = np.result_type(work, result)
    return work, result


def _taps_of_windows(
    sizes: Place, window: Any, stride: Any, padding: Any, dilation: Any, ceil: bool
) -> tuple[list[list[Taps]], list[tuple[int, int]]]:
    """Return, for each axis, the taps of each window, and the padding."""
    rank = len(sizes)
    window, dilation = _each(window, rank), _each(dilation, rank)
    stride = window if stride is None else _each(stride, rank)
    spans = _spans(window, dilation)
    sides = _sides(padding, sizes, spans, stride)
    axes: list[list[Taps]] = []
    for size, side, span, s, k, d in zip(
        sizes, sides, spans, stride, window, dilation, strict=True
    ):
        axes.append(
            [
                [i * s + u * d - side[0] for u in range(k)]
                for i in range(_count(size, side, span, s, ceil))
            ]
        )
    return axes, sides


def _windows(
    sizes: Place, window: Any, stride: Any, padding: Any, dilation: Any, ceil: bool
) -> list[list[Window]]:
    """Return, for each axis, its windows."""
    axes, sides = _taps_of_windows(sizes, window, stride, padding, dilation, ceil)
    return [
        [([x for x in t if 0 <= x < size], sum(x < size + side[1] for x in t)) for t in taps]
        for taps, size, side in zip(axes, sizes, sides, strict=True)
    ]


def _walk(images: Array, axes: Sequence[Sequence[Window]]) -> Iterator[tuple[Place, Array, int]]:
    """Yield (i, pixels (m, c, pixels) in the image's order, taps on pixels or padding)."""
    for i in np.ndindex(*map(len, axes)):
        windows = [axis[position] for axis, position in zip(axes, i, strict=True)]
        pixels = images[np.ix_(*(places for places, _ in windows))]
        flat = pixels.reshape(prod(pixels.shape[:-2]), *pixels.shape[-2:])
        yield (
            i,
            np.ascontiguousarray(np.moveaxis(flat, 0, -1)),
            prod(declared for _, declared in windows),
        )


@np.errstate(all="ignore")
def _reduce(
    images: Array,
    axes: Sequence[Sequence[Window]],
    mode: str,
    channel_axis: int,
    count_padding: bool,
    p: float,
    dtype: DTypeLike | None = None,
) -> Array:
    """Reduce images (m, *spatial, c) over windows of each axis."""
    work, result = _pool_dtypes(images, mode, dtype)
    images = _to_inner(images, channel_axis, work)
    output = np.zeros((*map(len, axes), *images.shape[-2:]), work)
    for i, pixels, declared in _walk(images, axes):
        output[i] = REDUCTIONS[mode](pixels, declared if count_padding else pixels.shape[-1], p)
    return _to_result(output, channel_axis, result)


def _reduce_footprint(
    images: Array,
    axes: Sequence[Sequence[Taps]],
    mode: str,
    footprint: Array,
    channel_axis: int,
    dtype: DTypeLike | None,
) -> Array:
    """Reduce, of each window, the pixels where the footprint is True."""
    work, result = _pool_dtypes(images, mode, dtype)
    images = _to_inner(images, channel_axis, work)
    output = np.zeros((*map(len, axes), *images.shape[-2:]), work)
    for i in np.ndindex(*map(len, axes)):
        taps = [axis[position] for axis, position in zip(axes, i, strict=True)]
        places = [
            tuple(x[t] for x, t in zip(taps, u, strict=True))
            for u in np.argwhere(footprint).tolist()
        ]
        real = [images[place] for place in places if _is_inside(place, images.shape[:-2])]
        pixels = np.stack(real, axis=-1) if real else np.zeros((*images.shape[-2:], 0), work)
        output[i] = REDUCTIONS[mode](pixels, 0, 2)
    return _to_result(output, channel_axis, result)


def pool(
    images: Array,
    kernel_shape: Ints,
    stride: Ints | None = None,
    mode: str = "max",
    *,
    padding: Padding = "valid",
    dilation: Ints = 1,
    ceil: bool = False,
    count_padding: bool = False,
    p: float = 2,
    pad_mode: str | None = None,
    fill: Any = 0,
    footprint: Any = None,
    channel_axis: int = -1,
    dtype: DTypeLike | None = None,
) -> Array:
    """Reduce each window of images (m, *spatial, c) to one pixel -> (m, *output, c)."""
    sizes = np.moveaxis(images, channel_axis, -1).shape[1:-1]
    words = kernel_shape, stride, padding, dilation, ceil
    taps, sides = _taps_of_windows(sizes, *words)
    if pad_mode is not None and all(
        taps
    ):  # pixels around pixels, which change nothing but their places
        padded = _pad(
            np.moveaxis(np.moveaxis(images, channel_axis, -1), 0, -2), sides, pad_mode, fill
        )
        images = np.moveaxis(np.moveaxis(padded, -2, 0), -1, channel_axis)
        taps = [
            [[x + side[0] for x in t] for t in axis] for axis, side in zip(taps, sides, strict=True)
        ]
        sizes = padded.shape[:-2]
        whole = [
            [([x for x in t if x < n], 0) for t in axis]
            for axis, n in zip(taps, sizes, strict=True)
        ]
        count_padding = False
    else:
        whole = _windows(sizes, *words)
    if footprint is not None:
        return _reduce_footprint(images, taps, mode, np.asarray(footprint), channel_axis, dtype)
    return _reduce(images, whole, mode, channel_axis, count_padding, p, dtype)


def adaptive_pool(
    images: Array,
    output_shape: Any,
    mode: str,
    *,
    channel_axis: int = -1,
    dtype: DTypeLike | None = None,
) -> Array:
    """Reduce images (m, *spatial, c) -> (m, *output_shape, c); None keeps a size."""
    return _reduce(
        images, _adaptive(images, output_shape, channel_axis), mode, channel_axis, False, 2, dtype
    )


def _adaptive(images: Array, output_shape: Any, channel_axis: int) -> list[list[Window]]:
    """Return, for each axis, the windows of adaptive pooling."""
    sizes = np.moveaxis(images, channel_axis, -1).shape[1:-1]
    axes: list[list[Window]] = []
    for n, o in zip(
        sizes,
        [output_shape] * len(sizes) if np.ndim(output_shape) == 0 else output_shape,
        strict=True,
    ):
        count = n if o is None else o
        axes.append(
            [(list(range(i * n // count, -(-(i + 1) * n // count))), 0) for i in range(count)]
        )
    return axes


def global_pool(
    images: Array, mode: str, *, channel_axis: int = -1, dtype: DTypeLike | None = None
) -> Array:
    """Reduce images (m, *spatial, c) to one pixel each -> (m, 1, ..., 1, c)."""
    return adaptive_pool(images, 1, mode, channel_axis=channel_axis, dtype=dtype)


def max_pool_indices(
    images: Array,
    kernel_shape: Ints,
    stride: Ints | None = None,
    *,
    padding: Padding = "valid",
    dilation: Ints = 1,
    ceil: bool = False,
    channel_axis: int = -1,
) -> tuple[Array, Array]:
    """Return the greatest pixel of each window and its index, -1 without one: (m, *output, c)."""
    sizes = np.moveaxis(images, channel_axis, -1).shape[1:-1]
    return _max_indices(
        images, _windows(sizes, kernel_shape, stride, padding, dilation, ceil), channel_axis
    )


def adaptive_max_pool_indices(
    images: Array, output_shape: Any, *, channel_axis: int = -1
) -> tuple[Array, Array]:
    """Return the greatest pixel of each adaptive window and its index: (m, *output_shape, c)."""
    return _max_indices(images, _adaptive(images, output_shape, channel_axis), channel_axis)


def _max_indices(
    images: Array, axes: Sequence[Sequence[Window]], channel_axis: int
) -> tuple[Array, Array]:
    entered = _to_inner(images, channel_axis, images.dtype.newbyteorder("="))
    *sizes, m, c = entered.shape
    numbers = np.arange(prod(sizes)).reshape(*sizes, 1, 1)
    indices = np.full((*map(len, axes), m, c), -1)
    for (i, pixels, _), (_, number, _) in zip(
        _walk(entered, axes), _walk(numbers, axes), strict=True
    ):
        if pixels.shape[-1]:
            indices[i] = number[0, 0][pixels.argmax(axis=-1)]
    return _reduce(images, axes, "max", channel_axis, False, 2), _to_result(
        indices, channel_axis, np.dtype(np.int64)
    )


def max_unpool(values: Array, indices: Array, shape: Ints, *, channel_axis: int = -1) -> Array:
    """Put values (m, *output, c) at their indices, if not -1, in zeros -> (m, *shape, c)."""
    sizes = _each(shape, values.ndim - 2)
    values, indices = np.moveaxis(values, channel_axis, -1), np.moveaxis(indices, channel_axis, -1)
    flat = np.zeros((len(values), prod(sizes), values.shape[-1]), values.dtype.newbyteorder("="))
    for image, *i, channel in np.ndindex(*values.shape):
        place = indices[(image, *i, channel)]
        if place >= 0:
            flat[image, place, channel] = values[(image, *i, channel)]
    return np.moveaxis(flat.reshape(len(values), *sizes, values.shape[-1]), -1, channel_axis)
