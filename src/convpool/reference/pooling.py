"""Pooling, one window at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from convpool.reference.geometry import (
    EXACT,
    Array,
    DType,
    Ints,
    Padding,
    Place,
    absent_pixels,
    is_inside,
    limits_of,
    pad_images,
    padding_sides,
    per_axis,
    spans_of,
    to_inner,
    to_result,
    window_count,
    work_and_result_dtypes,
)

# on one axis, the pixel at which each tap of a window lies; below 0 and from `size` on is padding
Taps = list[int]


class Window(NamedTuple):
    """A window on one axis.

    Attributes
    ----------
    pixels : the pixels that its taps lie on
    counted_taps : how many of its taps lie on pixels or padding, and not beyond, which `ceil`
        allows; avg divides by it with `count_padding`
    """

    pixels: list[int]
    counted_taps: int

    @classmethod
    def on_pixels(cls, pixels: Iterable[int]) -> Window:
        """Return the window whose taps all lie on pixels, these."""
        listed = list(pixels)
        return cls(listed, counted_taps=len(listed))


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
    "max": lambda pixels, divisor, p: pixels.max(axis=-1, initial=limits_of(pixels.dtype)[0]),
    "min": lambda pixels, divisor, p: pixels.min(axis=-1, initial=limits_of(pixels.dtype)[1]),
    "sum": lambda pixels, divisor, p: pixels.sum(axis=-1),
    "avg": _average,
    "lp": _lp,
    "median": _median,
}


def pooling_dtypes(images: Array, mode: str, dtype: DTypeLike | None) -> tuple[DType, DType]:
    """Return (work, result): the dtype in which pixels are reduced, and the result's dtype."""
    if mode in ("max", "min"):
        return images.dtype.newbyteorder("="), images.dtype.newbyteorder("=")
    work, result = work_and_result_dtypes(None, images)
    if work == EXACT and mode != "sum":
        result = np.dtype(np.float64)
        work = result if mode == "lp" else EXACT
    if dtype is not None:
        result = np.dtype(dtype).newbyteorder("=")
        if work != EXACT and mode != "median":
            work = np.result_type(work, result)
    return work, result


def taps_of_windows(
    sizes: Place, window: Any, stride: Any, padding: Any, dilation: Any, ceil: bool
) -> tuple[list[list[Taps]], list[tuple[int, int]]]:
    """Return (axes, sides), computed from arguments of `pool`.

    axes: for each axis, the taps of each of its windows. sides: the padding of each axis.
    """
    rank = len(sizes)
    window, dilation = per_axis(window, rank), per_axis(dilation, rank)
    stride = window if stride is None else per_axis(stride, rank)
    spans = spans_of(window, dilation)
    sides = padding_sides(padding, sizes, spans, stride)
    axes: list[list[Taps]] = []
    for size, side, span, s, k, d in zip(
        sizes, sides, spans, stride, window, dilation, strict=True
    ):
        axes.append(
            [
                [i * s + u * d - side[0] for u in range(k)]
                for i in range(window_count(size, side, span, s, ceil))
            ]
        )
    return axes, sides


def _windows(
    sizes: Place, window: Any, stride: Any, padding: Any, dilation: Any, ceil: bool
) -> list[list[Window]]:
    """Return, for each axis, its windows, computed from arguments of `pool`."""
    axes, sides = taps_of_windows(sizes, window, stride, padding, dilation, ceil)
    return [
        [
            Window(
                pixels=[x for x in taps if 0 <= x < size],
                counted_taps=sum(x < size + after for x in taps),
            )
            for taps in taps_of_axis
        ]
        for taps_of_axis, size, (_, after) in zip(axes, sizes, sides, strict=True)
    ]


def _pixels_of_windows(
    images: Array, axes: Sequence[Sequence[Window]]
) -> Iterator[tuple[Place, Array, int]]:
    """Yield (i, pixels, counted_taps) for each window i of images (*spatial, m, c).

    pixels: (m, c, pixels), those of the window in C order. counted_taps: the number of its taps on
    pixels or padding.
    """
    for i in np.ndindex(*map(len, axes)):
        windows = [axis[position] for axis, position in zip(axes, i, strict=True)]
        box = images[np.ix_(*(window.pixels for window in windows))]
        flat = box.reshape(prod(box.shape[:-2]), *box.shape[-2:])
        pixels = np.ascontiguousarray(np.moveaxis(flat, 0, -1))
        yield i, pixels, prod(window.counted_taps for window in windows)


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
    """Pool images (m, *spatial, c) over the windows of each of `axes`; the rest is as in `pool`.

    `absent` says which pixels (*spatial, m, c) are missing; None if none is.
    """
    work, result = pooling_dtypes(images, mode, dtype)
    images = to_inner(images, channel_axis, work)
    output = np.zeros((*map(len, axes), *images.shape[-2:]), work)
    if absent is not None:
        for (i, pixels, counted_taps), (_, are_absent, _) in zip(
            _pixels_of_windows(images, axes), _pixels_of_windows(absent, axes), strict=True
        ):
            for image, channel in np.ndindex(*pixels.shape[:2]):
                is_absent = are_absent[image, channel]  # for each pixel of the window
                present = pixels[image, channel][~is_absent][None, None]  # (1, 1, pixels)
                divisor = counted_taps - is_absent.sum() if count_padding else present.shape[-1]
                output[i][image, channel] = np.squeeze(REDUCTIONS[mode](present, divisor, p))
        return to_result(output, channel_axis, result)
    for i, pixels, counted_taps in _pixels_of_windows(images, axes):
        divisor = counted_taps if count_padding else pixels.shape[-1]
        output[i] = REDUCTIONS[mode](pixels, divisor, p)
    return to_result(output, channel_axis, result)


def _reduce_footprint(
    images: Array,
    axes: Sequence[Sequence[Taps]],
    mode: str,
    footprint: Array,
    channel_axis: int,
    dtype: DTypeLike | None,
    absent: Array,
) -> Array:
    """Pool the pixels of each window on which a tap lies where the footprint is True.

    `axes` are the taps of each window on each axis. Pixels that are `absent` (*spatial, m, c) are
    left out; the other parameters are those of `pool`.
    """
    work, result = pooling_dtypes(images, mode, dtype)
    images = to_inner(images, channel_axis, work)
    output = np.zeros((*map(len, axes), *images.shape[-2:]), work)
    for i in np.ndindex(*map(len, axes)):
        taps = [axis[position] for axis, position in zip(axes, i, strict=True)]
        places = [
            tuple(x[t] for x, t in zip(taps, u, strict=True))
            for u in np.argwhere(footprint).tolist()
        ]
        on_pixels = [place for place in places if is_inside(place, images.shape[:-2])]
        for image, channel in np.ndindex(*images.shape[-2:]):
            present = [place for place in on_pixels if not absent[place][image, channel]]
            pixels = np.array([images[place][image, channel] for place in present], work)
            output[i][image, channel] = np.squeeze(REDUCTIONS[mode](pixels[None, None], 0, 2))
    return to_result(output, channel_axis, result)


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
    axes, sides = taps_of_windows(sizes, *geometry)
    absent = absent_pixels(images, missing, channel_axis)
    if pad_mode is not None and all(axes):  # at least one window on each axis
        # pad for real: padded values are pixels from here on, and all pixels of a window count
        inner = np.moveaxis(np.moveaxis(images, channel_axis, -1), 0, -2)
        padded, absent = (
            pad_images(inner, sides, pad_mode, fill),
            pad_images(absent, sides, pad_mode, False),
        )
        images = np.moveaxis(np.moveaxis(padded, -2, 0), -1, channel_axis)
        sizes = padded.shape[:-2]
        axes = [
            [[x + before for x in taps] for taps in taps_of_axis]
            for taps_of_axis, (before, _) in zip(axes, sides, strict=True)
        ]
        windows = [
            [Window.on_pixels(x for x in taps if x < size) for taps in taps_of_axis]
            for taps_of_axis, size in zip(axes, sizes, strict=True)
        ]
    else:
        windows = _windows(sizes, *geometry)
    if footprint is not None:
        taps = np.asarray(footprint)
        return _reduce_footprint(images, axes, mode, taps, channel_axis, dtype, absent)
    mask = None if missing is None else absent
    return _reduce(images, windows, mode, channel_axis, count_padding, p, dtype, mask)


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
    return _reduce(images, windows, mode, channel_axis, count_padding=False, p=2, dtype=dtype)


def _adaptive_windows(images: Array, output_shape: Any, channel_axis: int) -> list[list[Window]]:
    """Return, for each axis, the windows of adaptive pooling, which may overlap.

    On an axis of `size` pixels and `count` outputs, window i has the pixels from
    floor(i * size / count) to before ceil((i + 1) * size / count). `output_shape` has the counts:
    one for all axes, or one for each; None keeps an axis's size.
    """
    sizes = np.moveaxis(images, channel_axis, -1).shape[1:-1]
    counts = [output_shape] * len(sizes) if np.ndim(output_shape) == 0 else output_shape
    axes: list[list[Window]] = []
    for size, given_count in zip(sizes, counts, strict=True):
        count = size if given_count is None else given_count
        starts = [i * size // count for i in range(count)]
        stops = [-(-(i + 1) * size // count) for i in range(count)]  # rounded up
        axes.append([Window.on_pixels(range(*ends)) for ends in zip(starts, stops, strict=True)])
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
    inner = to_inner(images, channel_axis, images.dtype.newbyteorder("="))
    *sizes, m, c = inner.shape
    flat_indices = np.arange(prod(sizes)).reshape(*sizes, 1, 1)  # of each pixel, as an image
    indices = np.full((*map(len, axes), m, c), -1)
    for (i, pixels, _), (_, indices_of_window, _) in zip(
        _pixels_of_windows(inner, axes), _pixels_of_windows(flat_indices, axes), strict=True
    ):
        if pixels.shape[-1]:
            indices[i] = indices_of_window[0, 0][pixels.argmax(axis=-1)]
    values = _reduce(images, axes, "max", channel_axis, count_padding=False, p=2)
    return values, to_result(indices, channel_axis, np.dtype(np.int64))


def max_unpool(values: Array, indices: Array, shape: Ints, *, channel_axis: int = -1) -> Array:
    """Put values (m, *output, c) at their indices in zeros -> (m, *shape, c).

    A value of index -1 is left out; of several with one index, the last one stays.
    """
    sizes = per_axis(shape, values.ndim - 2)
    values, indices = np.moveaxis(values, channel_axis, -1), np.moveaxis(indices, channel_axis, -1)
    flat = np.zeros((len(values), prod(sizes), values.shape[-1]), values.dtype.newbyteorder("="))
    for image, *i, channel in np.ndindex(*values.shape):
        place = indices[(image, *i, channel)]
        if place >= 0:
            flat[image, place, channel] = values[(image, *i, channel)]
    return np.moveaxis(flat.reshape(len(values), *sizes, values.shape[-1]), -1, channel_axis)
