"""The reference: every operation again, slowly, one window at a time, to test the fast ones.

It imports NumPy only, shares no code with the rest of the package, and does not check its input. It
is one file, however long, so that it can be read and copied as a whole. Inside, images are
(*spatial, m, c). Letters: m images, c channels, nc kernels, i a window, which is a position in the
output, u a tap, which is a position in the window; both are tuples with a number for each axis.
Integers are computed as Python's own, which do not wrap.

A tap of a window lies at pixel i * stride + u * dilation - before, which is a pixel of the image
from 0 to size - 1, and padding elsewhere.
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
# on one axis, the pixel at which each tap of a window lies; below 0 and from `size` on is padding
Taps = list[int]
# on one axis, (pixels, divisor): the pixels of a window, and how many of its taps lie on pixels or
# padding, by which avg divides with `count_padding`; taps beyond, which `ceil` allows, do not count
Window = tuple[list[int], int]

EXACT: DType = np.dtype(object)  # Python's integers


# ---- where the windows lie ----


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


def _per_axis(value: Any, rank: int) -> list[int]:
    """Return one number for each of `rank` axes, from one for all or one for each."""
    return [int(value)] * rank if np.ndim(value) == 0 else [int(number) for number in value]


def _spans(window: Sequence[int], dilation: Sequence[int]) -> list[int]:
    """Return, for each axis, the number of positions from a window's first tap to its last."""
    return [d * (k - 1) + 1 for k, d in zip(window, dilation, strict=True)]


def _sides(
    padding: Any, sizes: Sequence[int], spans: Sequence[int], stride: Sequence[int]
) -> list[tuple[int, int]]:
    """Return the padding (before, after) of each axis, for the argument `padding`."""
    if isinstance(padding, str):
        return [PADDINGS[padding](*axis) for axis in zip(sizes, spans, stride, strict=True)]
    if np.ndim(padding) < 2:
        return [(p, p) for p in _per_axis(padding, len(sizes))]
    return [(int(before), int(after)) for before, after in padding]


def _count(size: int, side: tuple[int, int], span: int, stride: int, ceil: bool = False) -> int:
    """Return the number of windows on an axis with the padding `side`, (before, after)."""
    last_start = size + sum(side) - span
    if not ceil:
        return last_start // stride + 1
    count = -(-last_start // stride) + 1  # rounded up
    # a last window that starts behind all pixels is left out
    return count - 1 if (count - 1) * stride >= side[0] + size else count


def _taps(
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


def _is_inside(pixel: Place, sizes: Sequence[int]) -> bool:
    """Return whether the index of a pixel lies in an image of these sizes, not on padding."""
    return all(0 <= x < size for x, size in zip(pixel, sizes, strict=True))


# ---- dtypes and layout ----


def _dtypes(dtype: DTypeLike | None, *operands: Array) -> tuple[DType, DType]:
    """Return (work, result): the dtype of sums, and that of the result, for the argument `dtype`.

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


def _limits(dtype: DType) -> tuple[Any, Any]:
    """Return the least and the greatest value of a float, bool or integer dtype."""
    if dtype.kind in "fb":
        return (-np.inf, np.inf) if dtype.kind == "f" else (False, True)
    return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)


def _to_inner(images: Array, channel_axis: int, work: DType) -> Array:
    """Convert images with channels at `channel_axis` to (*spatial, m, c) of the dtype `work`."""
    return np.moveaxis(np.moveaxis(images, channel_axis, -1), 0, -2).astype(work)


def _narrow(values: Array, result: DType) -> Array:
    """Convert values to the dtype `result`; raise OverflowError where an integer does not fit."""
    if values.dtype == EXACT and result.kind in "iu":
        least, greatest = _limits(result)
        for value in values.flat:
            if not least <= value <= greatest:
                raise OverflowError(f"{value} does not fit {result}")
    return values.astype(result)


def _to_result(values: Array, channel_axis: int, result: DType) -> Array:
    """Convert values (*output, m, c) to the dtype `result`, with channels at `channel_axis`.

    Raise OverflowError if an exact integer does not fit.
    """
    return np.moveaxis(np.moveaxis(_narrow(values, result), -2, 0), -1, channel_axis)


# ---- convolution ----


def _pad(images: Array, sides: Pairs, pad_mode: str, fill: Any) -> Array:
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


def _absent(images: Array, missing: Any, channel_axis: int) -> Array:
    """Return which pixels are missing, as bools (*spatial, m, c), for the argument `missing`."""
    if isinstance(missing, str):  # "nan"
        absent = images != images  # only NaN differs from itself
    else:
        absent = np.broadcast_to(False if missing is None else missing, images.shape)
    return _to_inner(absent, channel_axis, np.dtype(bool))


def _channels_of_kernel(n: int, nc: int, groups: int, depth: int) -> slice:
    """Return the channels that kernel n of nc reads: those of its group of `depth` channels."""
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
    missing: Any = None,
    channel_axis: int = -1,
    dtype: DTypeLike | None = None,
) -> Array:
    """Convolve images (m, *spatial, c), kernels (*window, c // groups, nc) -> (m, *output, nc).

    Parameters and result are those of `convpool.convolve`, in layout "HWIO".
    """
    work, result = _dtypes(dtype, images, kernels)
    if missing is not None and result.kind in "iu":
        work = result = np.dtype(np.float64)
    absent = _absent(images, missing, channel_axis)
    images, kernels = _to_inner(images, channel_axis, work), kernels.astype(work)
    (*sizes, m, _), (*window, depth, nc) = images.shape, kernels.shape
    rank = len(sizes)
    stride, dilation = _per_axis(stride, rank), _per_axis(dilation, rank)
    if flip:
        kernels = np.flip(kernels, tuple(range(rank)))
    spans = _spans(window, dilation)
    sides = _sides(padding, sizes, spans, stride)
    counts = [_count(*axis) for axis in zip(sizes, sides, spans, stride, strict=True)]
    output = np.zeros((*counts, m, nc), work)
    # what is there of each window: its weight, and how many of its pixels
    weight, there = np.zeros_like(output), np.zeros(output.shape, int)
    padded = _pad(images, sides, pad_mode, fill) if prod(counts) else images
    present = ~_pad(absent, sides, pad_mode, False) if prod(counts) else ~absent
    # padding is part of `padded`, so pixels count from its start: [(0, 0)]
    for i, u, pixel in _taps(counts, window, [(0, 0)] * rank, stride, dilation):
        for n in range(nc):
            channels = _channels_of_kernel(n, nc, groups, depth)
            products = padded[pixel][:, channels] * kernels[u][:, n]
            if missing is None:
                output[i][:, n] += products.sum(axis=-1)
                continue
            is_there = present[pixel][:, channels]
            output[i][:, n] += np.where(is_there, products, work.type(0)).sum(axis=-1)
            weight[i][:, n] += np.where(is_there, kernels[u][:, n], work.type(0)).sum(axis=-1)
            there[i][:, n] += is_there.sum(axis=-1)
    if missing is not None:
        whole = kernels.reshape(-1, nc).sum(axis=0)
        factor = np.where(there == prod(window) * depth, work.type(1), whole / weight)
        output = np.where(there == 0, np.nan, output * factor)
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
    output_shape: Ints | None = None,
    output_padding: Ints = 0,
    dilation: Ints = 1,
    groups: int = 1,
    bias: Any = None,
    channel_axis: int = -1,
    dtype: DTypeLike | None = None,
) -> Array:
    """Add each value times its kernel to its window: images (m, *output, nc) -> (m, *spatial, c).

    Parameters and result are those of `convpool.convolve_transpose`, in layout "HWIO".
    """
    work, result = _dtypes(dtype, images, kernels)
    images, kernels = _to_inner(images, channel_axis, work), kernels.astype(work)
    (*counts, m, nc), (*window, depth, _) = images.shape, kernels.shape
    rank = len(counts)
    stride, dilation = _per_axis(stride, rank), _per_axis(dilation, rank)
    output_paddings = _per_axis(output_padding, rank)
    spans = _spans(window, dilation)
    if output_shape is not None:
        sizes = _per_axis(output_shape, rank)
    elif padding in ("same", "same_lower"):
        sizes = [o * s for o, s in zip(counts, stride, strict=True)]
    elif padding == "same_size":
        sizes = counts
    else:
        sides = _sides(padding, counts, spans, stride)
        axes = zip(counts, stride, spans, sides, output_paddings, strict=True)
        sizes = [(o - 1) * s + span - sum(side) + extra for o, s, span, side, extra in axes]
    output = np.zeros((*sizes, m, groups * depth), work)
    sides = _sides(padding, sizes, spans, stride)
    for i, u, pixel in _taps(counts, window, sides, stride, dilation):
        if _is_inside(pixel, sizes):
            for n in range(nc):
                output[pixel][:, _channels_of_kernel(n, nc, groups, depth)] += (
                    images[i][:, [n]] * kernels[u][:, n]
                )
    if bias is not None:
        output = output + np.asarray(bias).astype(work)
    return _to_result(output, channel_axis, result)


def _sources(sizes: Place, sides: Pairs, pad_mode: str) -> list[list[int]]:
    """Return, for each axis, the pixel that stands at each position with its padding.

    It is -1 where none does, with the pad modes "zeros" and "constant".
    """
    axes: list[list[int]] = []
    for size, side in zip(sizes, sides, strict=True):
        mode: Any = "constant" if pad_mode == "zeros" else pad_mode
        words = {"constant_values": -1} if mode == "constant" else {}
        axes.append(np.pad(np.arange(size), side, mode=mode, **words).tolist())
    return axes


@np.errstate(all="ignore")
def convolve_gradients(
    images: Array,
    kernels: Array,
    output_gradient: Array,
    padding: Padding = "same",
    stride: Ints = 1,
    *,
    dilation: Ints = 1,
    groups: int = 1,
    pad_mode: str = "zeros",
    fill: Any = 0,
    flip: bool = False,
    channel_axis: int = -1,
    dtype: DTypeLike | None = None,
) -> tuple[Array, Array, Array]:
    """Return the gradients (of the images, of the kernels, of the bias) of `convolve`.

    Parameters and results are those of `convpool.convolve_gradients`, in layout "HWIO".
    """
    work, result = _dtypes(dtype, images, kernels, output_gradient)
    images = _to_inner(images, channel_axis, work)
    gradient, kernels = _to_inner(output_gradient, channel_axis, work), kernels.astype(work)
    sizes, (*window, depth, nc) = images.shape[:-2], kernels.shape
    rank = len(sizes)
    stride, dilation = _per_axis(stride, rank), _per_axis(dilation, rank)
    spatial = tuple(range(rank))
    if flip:
        kernels = np.flip(kernels, spatial)
    spans = _spans(window, dilation)
    sides = _sides(padding, sizes, spans, stride)
    counts = [_count(*axis) for axis in zip(sizes, sides, spans, stride, strict=True)]
    of_images, of_kernels = np.zeros(images.shape, work), np.zeros(kernels.shape, work)
    padded = _pad(images, sides, pad_mode, fill) if prod(counts) else images
    sources = _sources(sizes, sides, pad_mode) if prod(counts) else []
    for i, u, position in _taps(counts, window, [(0, 0)] * rank, stride, dilation):
        pixel = tuple(source[x] for source, x in zip(sources, position, strict=True))
        for n in range(nc):
            channels, g = _channels_of_kernel(n, nc, groups, depth), gradient[i][:, [n]]
            of_kernels[u][:, n] += (padded[position][:, channels] * g).sum(axis=0)
            if min(pixel) >= 0:
                of_images[pixel][:, channels] += kernels[u][:, n] * g
    if flip:
        of_kernels = np.flip(of_kernels, spatial)
    of_bias = gradient.sum(axis=tuple(range(rank + 1)))
    return (
        _to_result(of_images, channel_axis, result),
        _narrow(of_kernels, result),
        _narrow(of_bias, result),
    )


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
    """Add overlapping windows (m, *output, c, *window) -> (m, *shape, c).

    Parameters and result are those of `convpool.fold`, with channels last.
    """
    rank = (windows.ndim - 2) // 2
    work, result = _dtypes(dtype, windows)
    windows = _to_inner(windows, rank + 1, work)
    counts, window = windows.shape[:rank], windows.shape[rank:-2]
    sizes, stride, dilation = (
        _per_axis(shape, rank),
        _per_axis(stride, rank),
        _per_axis(dilation, rank),
    )
    output = np.zeros((*sizes, *windows.shape[-2:]), work)
    sides = _sides(padding, sizes, _spans(window, dilation), stride)
    for i, u, pixel in _taps(counts, window, sides, stride, dilation):
        if _is_inside(pixel, sizes):
            output[pixel] += windows[i + u]
    return _to_result(output, -1, result)


# ---- pooling ----


def _average(pixels: Array, divisor: int, p: float) -> Any:
    """Return the sum of the pixels / divisor; NaN without pixels."""
    return pixels.sum(axis=-1) / divisor if pixels.shape[-1] else np.nan


def _lp(pixels: Array, divisor: int, p: float) -> Any:
    """Return (sum |x|^p)^(1/p), computed in the pixels' dtype; 0 without pixels."""
    real = pixels.dtype.type
    return (np.abs(pixels) ** real(p)).sum(axis=-1) ** (real(1) / real(p))


def _median(pixels: Array, divisor: int, p: float) -> Any:
    """Return the average of the two middle pixels, or the middle one, exact for integers.

    It is NaN without pixels, and if one of them is NaN.
    """
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


# mode -> function of the pixels of one window (m, c, pixels), the divisor of avg and the exponent
# of lp, which returns (m, c)
REDUCTIONS: dict[str, Callable[[Array, int, float], Any]] = {
    "max": lambda pixels, divisor, p: pixels.max(axis=-1, initial=_limits(pixels.dtype)[0]),
    "min": lambda pixels, divisor, p: pixels.min(axis=-1, initial=_limits(pixels.dtype)[1]),
    "sum": lambda pixels, divisor, p: pixels.sum(axis=-1),
    "avg": _average,
    "lp": _lp,
    "median": _median,
}


def _pool_dtypes(images: Array, mode: str, dtype: DTypeLike | None) -> tuple[DType, DType]:
    """Return (work, result): the dtype that is reduced, and that of the result."""
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
    """Return (axes, sides), computed from arguments of `pool`.

    axes: for each axis, the taps of each of its windows. sides: the padding of each axis.
    """
    rank = len(sizes)
    window, dilation = _per_axis(window, rank), _per_axis(dilation, rank)
    stride = window if stride is None else _per_axis(stride, rank)
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
    """Return, for each axis, its windows, computed from arguments of `pool`."""
    axes, sides = _taps_of_windows(sizes, window, stride, padding, dilation, ceil)
    return [
        [
            ([x for x in taps if 0 <= x < size], sum(x < size + after for x in taps))
            for taps in taps_of_axis
        ]
        for taps_of_axis, size, (_, after) in zip(axes, sizes, sides, strict=True)
    ]


def _pixels_of_windows(
    images: Array, axes: Sequence[Sequence[Window]]
) -> Iterator[tuple[Place, Array, int]]:
    """Yield (i, pixels, divisor) for each window i of images (*spatial, m, c).

    pixels: (m, c, pixels), those of the window in C order. divisor: the number of its taps on
    pixels or padding.
    """
    for i in np.ndindex(*map(len, axes)):
        windows = [axis[position] for axis, position in zip(axes, i, strict=True)]
        box = images[np.ix_(*(pixels for pixels, _ in windows))]
        flat = box.reshape(prod(box.shape[:-2]), *box.shape[-2:])
        pixels = np.ascontiguousarray(np.moveaxis(flat, 0, -1))
        yield i, pixels, prod(divisor for _, divisor in windows)


@np.errstate(all="ignore")
def _reduce(
    images: Array,
    axes: Sequence[Sequence[Window]],
    mode: str,
    channel_axis: int,
    count_padding: bool,
    p: float,
    dtype: DTypeLike | None = None,
    absent: Array | None = None,
) -> Array:
    """Pool images (m, *spatial, c) over the windows `axes`; other parameters as in `pool`.

    `absent` says which pixels (*spatial, m, c) are missing; None if none is.
    """
    work, result = _pool_dtypes(images, mode, dtype)
    images = _to_inner(images, channel_axis, work)
    output = np.zeros((*map(len, axes), *images.shape[-2:]), work)
    if absent is not None:
        for (i, pixels, with_padding), (_, is_absent, _) in zip(
            _pixels_of_windows(images, axes), _pixels_of_windows(absent, axes), strict=True
        ):
            for image, channel in np.ndindex(*pixels.shape[:2]):
                gone = is_absent[image, channel]
                rest = pixels[image, channel][~gone][None, None]
                divisor = with_padding - gone.sum() if count_padding else rest.shape[-1]
                output[i][image, channel] = np.squeeze(REDUCTIONS[mode](rest, divisor, p))
        return _to_result(output, channel_axis, result)
    for i, pixels, with_padding in _pixels_of_windows(images, axes):
        divisor = with_padding if count_padding else pixels.shape[-1]
        output[i] = REDUCTIONS[mode](pixels, divisor, p)
    return _to_result(output, channel_axis, result)


def _reduce_footprint(
    images: Array,
    axes: Sequence[Sequence[Taps]],
    mode: str,
    footprint: Array,
    channel_axis: int,
    dtype: DTypeLike | None,
    absent: Array,
) -> Array:
    """Pool, of each window, the pixels where the footprint is True; `axes` are the taps.

    Of these, the pixels (*spatial, m, c) that are `absent` are left out.
    """
    work, result = _pool_dtypes(images, mode, dtype)
    images = _to_inner(images, channel_axis, work)
    output = np.zeros((*map(len, axes), *images.shape[-2:]), work)
    for i in np.ndindex(*map(len, axes)):
        taps = [axis[position] for axis, position in zip(axes, i, strict=True)]
        places = [
            tuple(x[t] for x, t in zip(taps, u, strict=True))
            for u in np.argwhere(footprint).tolist()
        ]
        real = [place for place in places if _is_inside(place, images.shape[:-2])]
        for image, channel in np.ndindex(*images.shape[-2:]):
            there = [place for place in real if not absent[place][image, channel]]
            pixels = np.array([images[place][image, channel] for place in there], work)
            output[i][image, channel] = np.squeeze(REDUCTIONS[mode](pixels[None, None], 0, 2))
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
    missing: Any = None,
    channel_axis: int = -1,
    dtype: DTypeLike | None = None,
) -> Array:
    """Reduce each window of images (m, *spatial, c) to one pixel -> (m, *output, c).

    Parameters and result are those of `convpool.pool`.
    """
    sizes = np.moveaxis(images, channel_axis, -1).shape[1:-1]
    geometry = kernel_shape, stride, padding, dilation, ceil
    axes, sides = _taps_of_windows(sizes, *geometry)
    absent = _absent(images, missing, channel_axis)
    if pad_mode is not None and all(axes):  # at least one window on each axis
        # pad for real: padded values are pixels from here on, and all pixels of a window count
        inner = np.moveaxis(np.moveaxis(images, channel_axis, -1), 0, -2)
        padded, absent = _pad(inner, sides, pad_mode, fill), _pad(absent, sides, pad_mode, False)
        images = np.moveaxis(np.moveaxis(padded, -2, 0), -1, channel_axis)
        sizes = padded.shape[:-2]
        axes = [
            [[x + before for x in taps] for taps in taps_of_axis]
            for taps_of_axis, (before, _) in zip(axes, sides, strict=True)
        ]
        windows = [
            [([x for x in taps if x < size], 0) for taps in taps_of_axis]
            for taps_of_axis, size in zip(axes, sizes, strict=True)
        ]
        count_padding = False
    else:
        windows = _windows(sizes, *geometry)
    if footprint is not None:
        taps = np.asarray(footprint)
        return _reduce_footprint(images, axes, mode, taps, channel_axis, dtype, absent)
    gone = None if missing is None else absent
    return _reduce(images, windows, mode, channel_axis, count_padding, p, dtype, gone)


# ---- the gradient of pooling ----


def _first_equal(values: Sequence[Any], value: Any) -> list[Any]:
    """Return 1 for the first of the values that equals `value`, or is NaN if that is, else 0."""
    shares = [0] * len(values)
    for k, candidate in enumerate(values):
        if candidate == value or (candidate != candidate and value != value):
            shares[k] = 1
            break
    return shares


def _lp_shares(values: Sequence[Any], p: float) -> list[Any]:
    """Return the derivatives of (sum |x|^p)^(1/p); 0 for an x of 0, and if all are."""
    x = np.array(values, np.float64)
    norm = (np.abs(x) ** p).sum() ** (1 / p)
    if norm == 0:
        return [0] * len(values)
    return list(np.where(x == 0, 0, np.sign(x) * np.abs(x) ** (p - 1) * norm ** (1 - p)))


def _median_shares(values: Sequence[Any]) -> list[Any]:
    """Return a half for the first that equals either of the two middle values, 1 if it is one."""
    n = len(values)
    ordered = sorted(values)
    middle = [ordered[(n - 1) // 2], ordered[n // 2]]
    if any(value != value for value in values):
        middle = [np.nan, np.nan]
    halves = zip(*(_first_equal(values, value) for value in middle), strict=True)
    return [(low + high) / 2 for low, high in halves]


# mode -> function of the numbers of a window, the divisor of avg and the exponent of lp, which
# returns the derivative of its result by each of them
SHARES: dict[str, Callable[[Sequence[Any], int, float], list[Any]]] = {
    "max": lambda values, divisor, p: _first_equal(values, np.max(values)),
    "min": lambda values, divisor, p: _first_equal(values, np.min(values)),
    "sum": lambda values, divisor, p: [1] * len(values),
    "avg": lambda values, divisor, p: [1 / divisor] * len(values),
    "lp": lambda values, divisor, p: _lp_shares(values, p),
    "median": lambda values, divisor, p: _median_shares(values),
}


@np.errstate(all="ignore")
def pool_gradient(
    images: Array,
    output_gradient: Array,
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
    missing: Any = None,
    channel_axis: int = -1,
    dtype: DTypeLike | None = None,
) -> Array:
    """Return the gradient of the images of `pool`, as `convpool.pool_gradient`."""
    pooled = np.empty(0, _pool_dtypes(images, mode, None)[1])
    work, result = _dtypes(dtype, pooled, output_gradient)
    pixels = np.moveaxis(np.moveaxis(images, channel_axis, -1), 0, -2)
    gradient, sizes = _to_inner(output_gradient, channel_axis, work), pixels.shape[:-2]
    axes, sides = _taps_of_windows(sizes, kernel_shape, stride, padding, dilation, ceil)
    total = np.zeros(pixels.shape, work)
    if not (all(axes) and total.size):
        return _to_result(total, channel_axis, result)
    padded = _pad(pixels, sides, pad_mode or "zeros", fill)
    sources = _sources(sizes, sides, pad_mode or "zeros")
    absent = _pad(_absent(images, missing, channel_axis), sides, pad_mode or "zeros", False)
    for i in np.ndindex(*map(len, axes)):
        # the tap's position on each axis, on the padded images
        taps = [
            [x + before for x in axis[place]]
            for axis, place, (before, _) in zip(axes, i, sides, strict=True)
        ]
        positions = [
            tuple(x[t] for x, t in zip(taps, u, strict=True))
            for u in np.ndindex(*map(len, taps))
            if footprint is None or footprint[u]
        ]
        declared = [place for place in positions if _is_inside(place, padded.shape[:-2])]
        places = [
            (place, tuple(source[x] for source, x in zip(sources, place, strict=True)))
            for place in declared
        ]
        if pad_mode is None:  # padding is not there
            places = [(place, pixel) for place, pixel in places if min(pixel) >= 0]
        divisor = len(declared) if count_padding else len(places)
        for image, channel in np.ndindex(*pixels.shape[-2:]) if places else ():
            there = [one for one in places if not absent[one[0]][image, channel]]
            values = [padded[place][image, channel] for place, _ in there]
            gone = len(places) - len(there)
            shares = SHARES[mode](values, divisor - gone, p) if there else []
            for (_, pixel), share in zip(there, shares, strict=True):
                if min(pixel) >= 0 and share != 0:
                    total[pixel][image, channel] += share * gradient[i][image, channel]
    return _to_result(total, channel_axis, result)


def adaptive_pool(
    images: Array,
    output_shape: Any,
    mode: str,
    *,
    channel_axis: int = -1,
    dtype: DTypeLike | None = None,
) -> Array:
    """Pool images (m, *spatial, c) -> (m, *output_shape, c), as `convpool.adaptive_pool`."""
    windows = _adaptive_windows(images, output_shape, channel_axis)
    return _reduce(images, windows, mode, channel_axis, False, 2, dtype)


def _adaptive_windows(images: Array, output_shape: Any, channel_axis: int) -> list[list[Window]]:
    """Return, for each axis, the windows of adaptive pooling; None in output_shape keeps a size."""
    sizes = np.moveaxis(images, channel_axis, -1).shape[1:-1]
    counts = [output_shape] * len(sizes) if np.ndim(output_shape) == 0 else output_shape
    axes: list[list[Window]] = []
    for n, count in zip(sizes, counts, strict=True):
        o = n if count is None else count
        bounds = [(i * n // o, -(-(i + 1) * n // o)) for i in range(o)]
        axes.append([(list(range(start, stop)), 0) for start, stop in bounds])
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
    """Return (values, indices) of the greatest pixel of each window, both (m, *output, c).

    As `convpool.max_pool_indices`: the index is -1 for a window without a pixel.
    """
    sizes = np.moveaxis(images, channel_axis, -1).shape[1:-1]
    return _max_indices(
        images, _windows(sizes, kernel_shape, stride, padding, dilation, ceil), channel_axis
    )


def adaptive_max_pool_indices(
    images: Array, output_shape: Any, *, channel_axis: int = -1
) -> tuple[Array, Array]:
    """Return (values, indices) of the greatest pixel of each window of `adaptive_pool`."""
    windows = _adaptive_windows(images, output_shape, channel_axis)
    return _max_indices(images, windows, channel_axis)


def _max_indices(
    images: Array, axes: Sequence[Sequence[Window]], channel_axis: int
) -> tuple[Array, Array]:
    """Return (values, indices) of the greatest pixel of each of the windows `axes`."""
    inner = _to_inner(images, channel_axis, images.dtype.newbyteorder("="))
    *sizes, m, c = inner.shape
    flat_indices = np.arange(prod(sizes)).reshape(*sizes, 1, 1)  # of each pixel, as an image
    indices = np.full((*map(len, axes), m, c), -1)
    for (i, pixels, _), (_, indices_of_window, _) in zip(
        _pixels_of_windows(inner, axes), _pixels_of_windows(flat_indices, axes), strict=True
    ):
        if pixels.shape[-1]:
            indices[i] = indices_of_window[0, 0][pixels.argmax(axis=-1)]
    values = _reduce(images, axes, "max", channel_axis, False, 2)
    return values, _to_result(indices, channel_axis, np.dtype(np.int64))


def max_unpool(values: Array, indices: Array, shape: Ints, *, channel_axis: int = -1) -> Array:
    """Put values (m, *output, c) at their indices in zeros -> (m, *shape, c).

    A value of index -1 is left out; of several with one index, the last one stays.
    """
    sizes = _per_axis(shape, values.ndim - 2)
    values, indices = np.moveaxis(values, channel_axis, -1), np.moveaxis(indices, channel_axis, -1)
    flat = np.zeros((len(values), prod(sizes), values.shape[-1]), values.dtype.newbyteorder("="))
    for image, *i, channel in np.ndindex(*values.shape):
        place = indices[(image, *i, channel)]
        if place >= 0:
            flat[image, place, channel] = values[(image, *i, channel)]
    return np.moveaxis(flat.reshape(len(values), *sizes, values.shape[-1]), -1, channel_axis)
