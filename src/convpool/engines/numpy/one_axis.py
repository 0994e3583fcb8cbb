"""Windows reduced along one axis: tap by tap, window by window, or by doubling.

x is an array of pixels (m, *spatial, c), k the number of the axis that is reduced, out the array of
results, whose axis k has as many numbers as there are windows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.numpy.reductions import Reduction
from convpool.windows import Axis, view

Array = NDArray[Any]
Index = tuple[Any, ...]
# (axis, x, k, out, reduction): reduce the windows of axis k of x into out
ReduceAxis = Callable[[Axis, Array, int, Array, Reduction], None]

FEW_TAPS = 16  # taps of a window up to which one step per tap beats a reduction of windows
FEW_CHANNELS = 16  # fewer channels are taken one by one, since short runs are slow


def fastest_method(axis: Axis) -> ReduceAxis:
    """Return _by_taps, _by_windows or _by_doubling: which reduces the windows of an axis fastest.

    That is the one that combines the fewest numbers, in few steps.
    """
    if axis.window <= 5:  # doubling saves no step
        return _by_taps
    # numbers that doubling combines: in each pass the whole axis, then a run for each digit
    passes, digits = axis.window.bit_length(), axis.window.bit_count()
    doubled = (axis.span + axis.count * axis.stride) * passes + axis.count * digits
    if doubled < axis.count * axis.window:
        return _by_doubling
    if axis.window <= FEW_TAPS:
        return _by_taps
    counts = axis.taps_on(0, axis.size)
    # windows that the ends of the axis cut: each takes _by_windows a step of its own
    ragged = np.count_nonzero((counts > 0) & (counts < axis.window))
    return _by_taps if ragged > axis.window else _by_windows


def on_axis(k: int, places: Any) -> Index:
    """Return the index of `places`, a slice or an array, on axis k, and of everything before it.

    -> (slice(None), slice(None), places) for k = 2
    """
    return (slice(None),) * k + (places,)


def axis_of_part(axis: Axis, windows: slice) -> tuple[slice, Axis]:
    """Return (slice of the pixels that some windows need, these windows on these pixels).

    `windows` is a slice of the windows of the axis.
    """
    start, stop, before, after = axis.halo(windows)
    return slice(start, stop), Axis(
        stop - start, axis.window, axis.stride, axis.dilation, before, after
    )


def pad_axis(x: Array, axis: Axis, k: int, fill: Any, windows: slice) -> Array:
    """Return the pixels of axis k that some windows reach, with `fill` on the padding.

    It is a view of x where none of them reaches padding, else a copy.
    """
    halo = axis.halo(windows)
    pixels: Array = x[on_axis(k, slice(halo.start, halo.stop))]
    if not halo.before and not halo.after:
        return pixels
    shape = (*x.shape[:k], halo.before + pixels.shape[k] + halo.after, *x.shape[k + 1 :])
    padded = np.empty_like(x, shape=shape, subok=False)
    padded[on_axis(k, slice(0, halo.before))] = fill
    padded[on_axis(k, slice(shape[k] - halo.after, None))] = fill
    padded[on_axis(k, slice(halo.before, shape[k] - halo.after))] = pixels
    return padded


def channel_slices(x: Array, k: int) -> Iterator[Index]:
    """Yield indices of x that select one channel each where that is faster, else one of all x.

    It is faster where a few channels lie between the taps of axis k in memory.
    """
    are_between = (
        1 < x.shape[-1] < FEW_CHANNELS
        and k == x.ndim - 2
        and abs(x.strides[-1]) < abs(x.strides[k])
    )
    if not are_between:
        return iter([(...,)])
    return ((..., slice(c, c + 1)) for c in range(x.shape[-1]))


def _by_taps(axis: Axis, x: Array, k: int, out: Array, reduction: Reduction) -> None:
    """Reduce the windows of axis k of x into out, in place, tap by tap for all windows."""
    all_windows = slice(0, axis.count)
    # (windows, pixels) of each tap: those that all windows have come first
    reaches = sorted(
        (axis.reach(tap) for tap in range(axis.window)), key=lambda reach: reach[0] != all_windows
    )
    complete_taps = sum(windows == all_windows for windows, _ in reaches)
    pixels = [on_axis(k, places) for _, places in reaches]
    for channels in channel_slices(x, k):
        source, total = x[channels], out[channels]
        if complete_taps > 1:
            reduction.ufunc(source[pixels[0]], source[pixels[1]], out=total)
        else:
            total[...] = source[pixels[0]] if complete_taps else reduction.identity(out.dtype)
        later_taps = list(zip(reaches, pixels, strict=True))[min(complete_taps, 2) :]
        for (windows, _), places in later_taps:
            results_with_tap = total[on_axis(k, windows)]
            reduction.ufunc(results_with_tap, source[places], out=results_with_tap)


def _by_windows(axis: Axis, x: Array, k: int, out: Array, reduction: Reduction) -> None:
    """Reduce the windows of axis k of x into out, in place: all complete windows at once.

    Windows that the ends of the axis cut are reduced one by one; one without a pixel gives the
    identity of the reduction.
    """
    counts = axis.taps_on(0, axis.size)
    complete = np.flatnonzero(counts == axis.window)
    ragged = np.flatnonzero((counts > 0) & (counts < axis.window))
    out[on_axis(k, counts == 0)] = reduction.identity(out.dtype)
    for channels in channel_slices(x, k):
        source, total = x[channels], out[channels]
        if len(complete):
            windows = slice(complete[0], complete[-1] + 1)
            halo = axis.halo(windows)
            inner = Axis(halo.stop - halo.start, axis.window, axis.stride, axis.dilation)
            taps = view(source[on_axis(k, slice(halo.start, halo.stop))], [inner], first=k)
            reduction.ufunc.reduce(taps, axis=-1, out=total[on_axis(k, windows)])
        for i in ragged.tolist():
            pixels = source[on_axis(k, _pixels_of_window(axis, i))]
            reduction.ufunc.reduce(pixels, axis=k, out=total[on_axis(k, i)])


def _pixels_of_window(axis: Axis, i: int) -> slice:
    """Return the slice of the pixels of an axis under window i, empty if there is none."""
    start = i * axis.stride - axis.before
    first = start if start >= 0 else start % axis.dilation
    return slice(first, max(first, min(start + axis.span, axis.size)), axis.dilation)


def _by_doubling(axis: Axis, x: Array, k: int, out: Array, reduction: Reduction) -> None:
    """Reduce the windows of axis k of x into out, in place, from runs of 1, 2, 4, ... taps.

    A run is some neighbouring taps, combined; those of 2 n taps are combined from two copies of
    those of n taps, one of them shifted.
    """
    runs = pad_axis(x, axis, k, reduction.identity(out.dtype), slice(0, axis.count))
    length, covered = 1, 0  # taps of a run; taps that are in out already
    for run_length in _run_lengths(axis.window, reuses_taps=reduction.is_idempotent):
        while length < run_length:
            shift = length * axis.dilation
            first, second = slice(None, -shift), slice(shift, None)
            runs = reduction.ufunc(runs[on_axis(k, first)], runs[on_axis(k, second)])
            length *= 2
        # the last run ends with the window: of max and min, it may overlap the run before it
        tap = min(covered, axis.window - run_length)
        start = tap * axis.dilation
        stop = start + (axis.count - 1) * axis.stride + 1
        run_of_window = runs[on_axis(k, slice(start, stop, axis.stride))]
        if tap:
            reduction.ufunc(out, run_of_window, out=out)
        else:
            out[...] = run_of_window
        covered += run_length


def _run_lengths(window: int, *, reuses_taps: bool) -> list[int]:
    """Return the lengths of the runs that a window is combined from, powers of two.

    If it `reuses_taps`, as max and min may, these are two of the longest that fit, or one that is
    as long as the window; else the binary digits of its length.

    -> [1, 4] for a window of 5, [4, 4] if it reuses taps
    """
    powers = [1 << digit for digit in range(window.bit_length())]
    if reuses_taps:
        return [powers[-1]] * min(2, window.bit_count())
    return [power for power in powers if window & power]
