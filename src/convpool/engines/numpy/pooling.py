"""Pooling in plain NumPy: every dtype, every rank, one axis at a time.

A window is the product of its axes' windows, so it is reduced along one axis after the other, the
axis that shrinks most first. Sums are taken over the taps of a window only, never as differences of
running sums, so that an infinity or a NaN stays in its windows. Which of 0 and -0 wins, and whether
a sum of -0 begins with a 0, depends on the order of the taps: every 0 becomes 0 at the end. x is a
part of the images (n, *spatial, c), k one of its axes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.windows import Axis, blocks, view, volume

Array = NDArray[Any]
Block = tuple[slice, ...]

ROOM = 2**21  # bytes of a block: they stay in the processor's cache
LARGE = 2**23  # bytes of a block where long lines have to lie side by side
LINES = 2**8  # lines that lie side by side at least, where LARGE allows, since short runs are slow
FEW = 16  # taps up to which one step per tap beats a reduction of windows
FEW_CHANNELS = 16  # channels up to which each channel is taken by itself, since short runs are slow


# ---- modes ----


@dataclass(frozen=True)
class Mode:
    """What a window becomes: its prepared pixels, combined, finished.

    Parameters
    ----------
    ufunc
        Combines two pixels.
    identity
        From a dtype to the value that changes nothing, which stands in the padding.
    repeats
        Whether a pixel may be combined twice.
    prepare
        From pixels and p to what is combined.
    finish
        From totals, their divisors on each axis and p to the result; None where totals are the
        result.
    """

    ufunc: np.ufunc
    identity: Callable[[np.dtype[Any]], Any]
    repeats: bool = False
    prepare: Callable[[Array, float], Array] = lambda x, p: x
    finish: Callable[[Array, Sequence[Array], float], Array] | None = None


def _least(dtype: np.dtype[Any]) -> Any:
    """Return the least value of a dtype."""
    if dtype.kind in "fb":
        return dtype.type(-np.inf if dtype.kind == "f" else False)
    return np.iinfo(dtype).min


def _greatest(dtype: np.dtype[Any]) -> Any:
    """Return the greatest value of a dtype."""
    if dtype.kind in "fb":
        return dtype.type(np.inf if dtype.kind == "f" else True)
    return np.iinfo(dtype).max


def _zero(dtype: np.dtype[Any]) -> Any:
    """Return 0."""
    return dtype.type(0)


def _average(total: Array, divisors: Sequence[Array], p: float) -> Array:
    """Divide totals by the product of their divisors, which is NaN where a window has no pixel."""
    quotient: Array
    if all(one.min() == one.max() for one in divisors):
        quotient = total / float(volume([one[0] for one in divisors]))
        return quotient
    divisor = np.ones(())
    for one in divisors:
        divisor = np.multiply.outer(divisor, one)
    quotient = total / _widened(divisor, total.shape[1:])
    return quotient


def _widened(divisor: Array, shape: Sequence[int]) -> Array:
    """Repeat divisors for each channel, since runs of one channel are slow."""
    return np.ascontiguousarray(np.broadcast_to(divisor.reshape(*shape[:-1], 1), shape))


def _power(x: Array, p: float) -> Array:
    """Return |x| ** p."""
    powers: Array = np.abs(x) ** x.dtype.type(p)
    return powers


def _root(total: Array, divisors: Sequence[Array], p: float) -> Array:
    """Return total ** (1 / p)."""
    one = total.dtype.type(1)
    root: Array = total ** (one / total.dtype.type(p))
    return root


MODES: dict[str, Mode] = {
    "max": Mode(np.maximum, _least, repeats=True),
    "min": Mode(np.minimum, _greatest, repeats=True),
    "avg": Mode(np.add, _zero, finish=_average),
    "sum": Mode(np.add, _zero),
    "lp": Mode(np.add, _zero, prepare=_power, finish=_root),
}


# ---- one axis ----

Along = Callable[[Array, int, Array, Mode], None]


def _on(k: int, place: Any) -> tuple[Any, ...]:
    """Return the index of some places on axis k."""
    return (slice(None),) * k + (place,)


def _planes(x: Array, k: int) -> Iterator[tuple[Any, ...]]:
    """Yield each channel where few of them lie between the taps, else all at once."""
    between = (
        1 < x.shape[-1] < FEW_CHANNELS
        and k == x.ndim - 2
        and abs(x.strides[-1]) < abs(x.strides[k])
    )
    return ((..., slice(c, c + 1)) for c in range(x.shape[-1])) if between else iter([(...,)])


def _by_taps(axis: Axis, x: Array, k: int, out: Array, mode: Mode) -> None:
    """Combine one tap of all windows after the other."""
    everywhere = slice(0, axis.count)
    reaches = sorted(
        (axis.reach(tap) for tap in range(axis.window)), key=lambda reach: reach[0] != everywhere
    )
    whole = sum(windows == everywhere for windows, _ in reaches)
    pixels = [_on(k, places) for _, places in reaches]
    for plane in _planes(x, k):
        some, total = x[plane], out[plane]
        if whole > 1:
            mode.ufunc(some[pixels[0]], some[pixels[1]], out=total)
        else:
            total[...] = some[pixels[0]] if whole else mode.identity(out.dtype)
        for (windows, _), places in list(zip(reaches, pixels, strict=True))[min(whole, 2) :]:
            reached = total[_on(k, windows)]
            mode.ufunc(reached, some[places], out=reached)


def _by_windows(axis: Axis, x: Array, k: int, out: Array, mode: Mode) -> None:
    """Reduce each window over its taps: those that lie on pixels wholly in one step, the others one by one."""
    counts = axis.taps_on(0, axis.size)
    whole, ragged = (
        np.flatnonzero(counts == axis.window),
        np.flatnonzero((counts > 0) & (counts < axis.window)),
    )
    out[_on(k, counts == 0)] = mode.identity(out.dtype)
    for plane in _planes(x, k):
        if len(whole):
            windows = slice(whole[0], whole[-1] + 1)
            halo = axis.halo(windows)
            inner = Axis(halo.stop - halo.start, axis.window, axis.stride, axis.dilation)
            some = view(x[plane][_on(k, slice(halo.start, halo.stop))], [inner], first=k)
            mode.ufunc.reduce(some, axis=-1, out=out[plane][_on(k, windows)])
        for i in ragged.tolist():
            mode.ufunc.reduce(x[plane][_on(k, _pixels(axis, i))], axis=k, out=out[plane][_on(k, i)])


def _pixels(axis: Axis, i: int) -> slice:
    """Return the pixels under window i."""
    start = i * axis.stride - axis.before
    first = start if start >= 0 else start % axis.dilation
    return slice(first, max(first, min(start + axis.span, axis.size)), axis.dilation)


def _by_doubling(axis: Axis, x: Array, k: int, out: Array, mode: Mode) -> None:
    """Build windows of 1, 2, 4, ... taps from shifted copies, and the window from them."""
    part, length, done = pad_axis(x, axis, k, mode.identity(out.dtype), slice(0, axis.count)), 1, 0
    for wanted in _lengths(axis.window, mode.repeats):
        while length < wanted:
            shift = length * axis.dilation
            part, length = (
                mode.ufunc(part[_on(k, slice(None, -shift))], part[_on(k, slice(shift, None))]),
                2 * length,
            )
        _take(axis, part, k, out, mode.ufunc, min(done, axis.window - wanted))
        done += wanted


def _lengths(window: int, repeats: bool) -> list[int]:
    """Return powers of two that fill a window: two as large as fit where taps may repeat, else its binary digits."""
    powers = [1 << digit for digit in range(window.bit_length())]
    return (
        [powers[-1]] * min(2, window.bit_count())
        if repeats
        else [power for power in powers if window & power]
    )


def _take(axis: Axis, part: Array, k: int, out: Array, ufunc: np.ufunc, tap: int) -> None:
    """Combine with out what stands at a tap of each window; the first time, put it there."""
    start = tap * axis.dilation
    some = part[_on(k, slice(start, start + (axis.count - 1) * axis.stride + 1, axis.stride))]
    if tap:
        ufunc(out, some, out=out)
    else:
        out[...] = some


def pad_axis(x: Array, axis: Axis, k: int, fill: Any, windows: slice) -> Array:
    """Return the pixels that some windows reach, and the padding around them."""
    halo = axis.halo(windows)
    pixels: Array = x[_on(k, slice(halo.start, halo.stop))]
    if not halo.before and not halo.after:
        return pixels
    shape = (*x.shape[:k], halo.before + pixels.shape[k] + halo.after, *x.shape[k + 1 :])
    padded = np.empty_like(x, shape=shape, subok=False)
    padded[_on(k, slice(0, halo.before))] = fill
    padded[_on(k, slice(shape[k] - halo.after, None))] = fill
    padded[_on(k, slice(halo.before, shape[k] - halo.after))] = pixels
    return padded


def _cheapest(axis: Axis) -> Callable[[Axis, Array, int, Array, Mode], None]:
    """Choose the way that combines fewest numbers in few steps."""
    if axis.window <= 5:  # doubling saves no step
        return _by_taps
    passes, digits = axis.window.bit_length(), axis.window.bit_count()
    if (
        axis.span + axis.count * axis.stride
    ) * passes + axis.count * digits < axis.count * axis.window:
        return _by_doubling
    if axis.window <= FEW:
        return _by_taps
    counts = axis.taps_on(0, axis.size)
    ragged = np.count_nonzero((counts > 0) & (counts < axis.window))
    return _by_taps if ragged > axis.window else _by_windows


def _uneven(starts: Array, stops: Array, x: Array, k: int, out: Array, mode: Mode) -> None:
    """Reduce windows of uneven length: window by window where they are few, else tap by tap."""
    lengths = stops - starts
    out[...] = mode.identity(out.dtype)
    if len(lengths) <= lengths.max():
        for i in np.flatnonzero(lengths > 0).tolist():
            mode.ufunc.reduce(x[_on(k, slice(starts[i], stops[i]))], axis=k, out=out[_on(k, i)])
        return
    for tap in range(lengths.max()):
        windows = np.flatnonzero(lengths > tap)
        out[_on(k, windows)] = mode.ufunc(out[_on(k, windows)], x[_on(k, starts[windows] + tap)])


# ---- all axes ----


@dataclass(frozen=True)
class Lane:
    """An axis as the reduction sees it.

    Parameters
    ----------
    size, count
        How long it is, and how long it becomes.
    extent
        How long it is in between.
    windows
        How many windows to reduce at a time, from the numbers that there is room for.
    divisors
        From some windows to what avg divides by.
    cut
        From some windows to the pixels they need and the way to reduce them.
    """

    size: int
    count: int
    extent: int
    windows: Callable[[int], int]
    divisors: Callable[[slice], Array]
    cut: Callable[[slice], tuple[slice, Along]]


def _lane(axis: Axis, count_padding: bool) -> Lane:
    """Prepare the reduction along an axis."""
    extent = max(axis.size, (axis.count - 1) * axis.stride + axis.span)
    divisors = partial(_divisors, axis, count_padding)
    return Lane(
        axis.size, axis.count, extent, partial(_windows, axis), divisors, partial(_cut, axis)
    )


def _windows(axis: Axis, room: int) -> int:
    """Return how many windows fit, but at least as many as overlap, so that no pixel is taken more than twice."""
    return max(room, axis.span) // axis.stride + 1


def _cut(axis: Axis, windows: slice) -> tuple[slice, Along]:
    """Return the pixels that some windows need, and the way to reduce them."""
    pixels, some = axis_of(axis, windows)
    return pixels, partial(_cheapest(some), some)


def axis_of(axis: Axis, windows: slice) -> tuple[slice, Axis]:
    """Lay some windows on the pixels they need."""
    start, stop, before, after = axis.halo(windows)
    return slice(start, stop), Axis(
        stop - start, axis.window, axis.stride, axis.dilation, before, after
    )


def _divisors(axis: Axis, count_padding: bool, windows: slice) -> Array:
    """Return for some windows their taps on pixels, or on pixels and declared padding; NaN where no pixel is."""
    pixels, some = axis_of(axis, windows)
    if not some.before and not some.after:
        return np.full(some.count, float(axis.window))
    real = some.taps_on(0, some.size)
    ends = -axis.before - pixels.start, axis.size + axis.after - pixels.start
    return np.where(real > 0, some.taps_on(*ends) if count_padding else real, np.nan)


def _uneven_lane(size: int, starts: Array, stops: Array) -> Lane:
    """Prepare the reduction along an axis with windows of uneven length."""
    lengths = np.where(stops > starts, stops - starts, np.nan)
    pixels, along, count = slice(0, size), partial(_uneven, starts, stops), len(starts)
    return Lane(
        size,
        count,
        max(size, count),
        lambda room: count,
        lengths.__getitem__,
        lambda windows: (pixels, along),
    )


@dataclass(frozen=True)
class Reduction:
    """All that a block of images needs to be pooled."""

    lanes: Sequence[Lane]
    mode: Mode
    p: float
    dtype: np.dtype[Any]

    def lane(self, k: int) -> Lane:
        """Return the lane of axis k of the images."""
        return self.lanes[k - 1]

    def order(self) -> list[int]:
        """Return the axes of the images, those that shrink most first."""
        return sorted(
            range(1, len(self.lanes) + 1),
            key=lambda k: self.lane(k).count / max(1, self.lane(k).size),
        )

    def divisors(self, chunk: Block) -> list[Array]:
        """Return the divisors of a chunk of the output on each axis."""
        return [lane.divisors(part) for lane, part in zip(self.lanes, chunk[1:], strict=False)]


def pool(
    images: Array,
    axes: Sequence[Axis],
    out: Array,
    *,
    mode: str,
    count_padding: bool = False,
    p: float = 2.0,
    dtype: DTypeLike,
) -> None:
    """Reduce each window of images (m, *spatial, c) to one pixel of out (m, *output, c), combining in `dtype`."""
    lanes = [_lane(axis, count_padding) for axis in axes]
    _run(Reduction(lanes, MODES[mode], p, np.dtype(dtype)), images, out)


def adaptive(
    images: Array,
    windows: Sequence[tuple[Array, Array]],
    out: Array,
    *,
    mode: str,
    p: float = 2.0,
    dtype: DTypeLike,
) -> None:
    """Pool windows of uneven length, given on each axis as the pixels where they start and stop."""
    sizes = images.shape[1:-1]
    lanes = [
        _uneven_lane(size, *map(np.asarray, ends))
        for size, ends in zip(sizes, windows, strict=True)
    ]
    _run(Reduction(lanes, MODES[mode], p, np.dtype(dtype)), images, out)


def numbers(images: Sequence[int], axes: Sequence[Axis], itemsize: int) -> int:
    """Return how many numbers `pool` holds at a time, beside images (m, *spatial, c) and result, about and not less."""
    m, *_, c = images
    lanes = sorted(
        (_lane(axis, False) for axis in axes), key=lambda lane: lane.count / max(1, lane.size)
    )
    at_once = max(1, min(m, ROOM // max(1, c * volume([lane.extent for lane in lanes]) * itemsize)))
    reduced = [
        at_once
        * c
        * volume([lane.count for lane in lanes[:k]] + [lane.extent for lane in lanes[k:]])
        for k in range(1, len(lanes))
    ]
    every = m * c * volume([lane.extent for lane in lanes])
    return sum(reduced) + min(2 * LARGE // itemsize, 4 * every)


def _run(reduction: Reduction, images: Array, out: Array) -> None:
    """Pool a slice of the batch after the other."""
    numbers = images.shape[-1] * volume([lane.extent for lane in reduction.lanes])
    order = reduction.order()
    with np.errstate(all="ignore"):
        for (batch,) in blocks(out.shape[:1], ROOM // max(1, numbers * reduction.dtype.itemsize)):
            _reduce(reduction, images[batch], order, out[batch])


def _reduce(
    reduction: Reduction, x: Array, order: Sequence[int], out: Array, *, is_final: bool = True
) -> None:
    """Reduce x along some axes, the last of them in chunks that are whole along it, and finish it if it `is_final`."""
    *earlier, k = order
    source = _reduced(reduction, x, earlier, k) if earlier else x
    for pixels, chunk, along in _chunks(reduction, source.shape, k):
        part = source[(*chunk[:k], pixels, *chunk[k + 1 :])]
        if not earlier:
            part = reduction.mode.prepare(part.astype(reduction.dtype, copy=False), reduction.p)
        _put(reduction, along, part, k, chunk, out[chunk], is_final=is_final)


def _reduced(reduction: Reduction, x: Array, order: Sequence[int], k: int) -> Array:
    """Return x reduced along some axes, done in pieces of axis k so that nothing else is as large."""
    shape = list(x.shape)
    for done in order:
        shape[done] = reduction.lane(done).count
    result = np.empty_like(x, reduction.dtype, shape=shape, subok=False)
    numbers = volume([max(a, b) for a, b in zip(shape, x.shape, strict=True)]) // max(1, shape[k])
    for (piece,) in blocks(shape[k : k + 1], LARGE // max(1, numbers * reduction.dtype.itemsize)):
        _reduce(reduction, x[_on(k, piece)], order, result[_on(k, piece)], is_final=False)
    return result


def _chunks(
    reduction: Reduction, shape: Sequence[int], k: int
) -> Iterator[tuple[slice, Block, Along]]:
    """Cut the output along axis k: yield the pixels on that axis, the chunk of the output, and the way between."""
    lane, size = reduction.lane(k), reduction.dtype.itemsize
    others = [*shape[:k], 1, *shape[k + 1 :]]
    for (windows,) in blocks((lane.count,), lane.windows(LARGE // size)):
        pixels, along = lane.cut(windows)
        line = size * max(1, pixels.stop - pixels.start, windows.stop - windows.start)
        for block in blocks(others, max(ROOM // line, min(LINES, LARGE // line))):
            yield pixels, (*block[:k], windows, *block[k + 1 :]), along


def _put(
    reduction: Reduction,
    along: Along,
    part: Array,
    k: int,
    chunk: Block,
    out: Array,
    *,
    is_final: bool,
) -> None:
    """Reduce a part along axis k, finish it if no axis is left, and put it where it belongs."""
    finish = reduction.mode.finish if is_final else None
    direct = finish is None and out.dtype == reduction.dtype
    total = out if direct else np.empty_like(part, reduction.dtype, shape=out.shape, subok=False)
    along(part, k, total, reduction.mode)
    if finish is not None:
        out[...] = finish(total, reduction.divisors(chunk), reduction.p)
    elif not direct:
        out[...] = total
    if is_final:
        unsign_zeros(out)


def unsign_zeros(results: Array) -> None:
    """Turn every -0 into 0, in place."""
    if results.dtype.kind in "fc":
        np.add(results, 0, out=results)


# ---- where the greatest pixel lies ----


def max_indices(images: Array, axes: Sequence[Axis], values: Array, indices: Array) -> None:
    """Put the greatest pixel of each window into values and its place into indices, both (m, *output, c).

    Places are flat over the spatial axes of one image and channel; -1 where a window has no pixel.
    """
    first, *others = axes
    if 0 in images.shape:
        values[...], indices[...] = _least(values.dtype), -1
        return
    row = images.shape[-1] * volume([max(axis.size, axis.count) for axis in others])
    room = LARGE // np.dtype(np.int64).itemsize // row
    for (batch,) in blocks(images.shape[:1], room // first.size):
        for (outputs,) in blocks((first.count,), _windows(first, room)):
            pixels, some = axis_of(first, outputs)
            block = batch, outputs
            if some.size:
                values[block], indices[block] = _greatest_places(
                    images[batch, pixels], [some, *others]
                )
                indices[block] += pixels.start * volume(images.shape[2:-1])
            unsign_zeros(values[block])
            for k, axis in enumerate([some, *others], 1):
                nowhere = _on(k, axis.taps_on(0, axis.size) == 0)
                values[block][nowhere], indices[block][nowhere] = _least(values.dtype), -1


def adaptive_max_indices(
    images: Array, bounds: Sequence[tuple[Array, Array]], values: Array, indices: Array
) -> None:
    """Put the greatest pixel of uneven windows, which have pixels, into values, and its place into indices."""
    for (batch,) in blocks(
        images.shape[:1], LARGE // np.dtype(np.int64).itemsize // max(1, volume(images.shape[1:]))
    ):
        ways = [partial(_greatest_uneven, starts, stops) for starts, stops in bounds]
        values[batch], indices[batch] = _greatest_of_axes(images[batch], ways)
    unsign_zeros(values)


def _greatest_uneven(starts: Array, stops: Array, x: Array, k: int) -> tuple[Array, Array]:
    """Return the first greatest pixel of each window on axis k, and where it lies on that axis."""
    shape = (*x.shape[:k], len(starts), *x.shape[k + 1 :])
    best, pixels = np.empty(shape, x.dtype), np.empty(shape, np.int64)
    for i, (start, stop) in enumerate(zip(starts.tolist(), stops.tolist(), strict=True)):
        window = x[_on(k, slice(start, stop))]
        taps = np.expand_dims(window.argmax(axis=k), k)
        best[_on(k, slice(i, i + 1))] = np.take_along_axis(window, taps, axis=k)
        pixels[_on(k, slice(i, i + 1))] = taps + start
    return best, pixels


def _greatest_places(x: Array, axes: Sequence[Axis]) -> tuple[Array, Array]:
    """Return the first greatest pixel of each window and its flat place."""
    return _greatest_of_axes(x, [partial(_greatest_along, axis) for axis in axes])


def _greatest_of_axes(
    x: Array, ways: Sequence[Callable[[Array, int], tuple[Array, Array]]]
) -> tuple[Array, Array]:
    """Return the first greatest pixel of each window and its flat place, by the ways to reduce each axis.

    The last axis is reduced first: of equals the first row wins, and in it the first column.
    """
    places, step = np.zeros(1, np.int64), 1
    for k in range(len(ways), 0, -1):
        size = x.shape[k]
        x, pixels = ways[k - 1](x, k)
        places = (np.take_along_axis(places, pixels, axis=k) if step > 1 else 0) + step * pixels
        step *= size
    return x, places


def _greatest_along(axis: Axis, x: Array, k: int) -> tuple[Array, Array]:
    """Return the first greatest pixel of each window on axis k, and where it lies on that axis."""
    shape = (*x.shape[:k], axis.count, *x.shape[k + 1 :])
    best, pixels = np.empty(shape, x.dtype), np.empty(shape, np.int64)
    for block in blocks(shape, ROOM // np.dtype(np.int64).itemsize // axis.window):
        part = pad_axis(
            x[(*block[:k], slice(None), *block[k + 1 :])], axis, k, _least(x.dtype), block[k]
        )
        inner = Axis(part.shape[k], axis.window, axis.stride, axis.dilation)
        best[block], taps = (_tap_by_steps if axis.window <= FEW else _tap_by_argmax)(
            part, inner, k
        )
        pixels[block] = _pixel(axis, block[k], taps, k)
    return best, pixels


def _pixel(axis: Axis, windows: slice, taps: Array, k: int) -> Array:
    """Return the pixel under the tap of each window.

    Padding is the least value: where it comes before a pixel that is as small, that pixel is meant.
    """
    starts = np.arange(windows.start, windows.stop) * axis.stride - axis.before
    column = (-1,) + (1,) * (taps.ndim - k - 1)
    taps = np.maximum(taps, -(np.minimum(starts, 0) // axis.dilation).reshape(column))
    pixels: Array = starts.reshape(column) + taps * axis.dilation
    return pixels.clip(0, axis.size - 1)


def _tap_by_steps(part: Array, axis: Axis, k: int) -> tuple[Array, Array]:
    """Return the first greatest number of each window and its tap, comparing tap after tap."""
    shape = (*part.shape[:k], axis.count, *part.shape[k + 1 :])
    best, taps = np.empty(shape, part.dtype), np.zeros(shape, np.int64)
    for plane in _planes(part, k):
        least, chosen = best[plane], taps[plane]
        for tap in range(axis.window):
            some = part[plane][_on(k, axis.reach(tap)[1])]
            if tap == 0:
                least[...] = some
                continue
            better = some > least
            if part.dtype.kind == "f":
                better |= np.isnan(some) & ~np.isnan(least)
            np.copyto(least, some, where=better)
            np.copyto(chosen, tap, where=better)
    return best, taps


def _tap_by_argmax(part: Array, axis: Axis, k: int) -> tuple[Array, Array]:
    """Return the first greatest number of each window and its tap, from windows laid side by side."""
    windows = view(part, [axis], first=k)
    taps = windows.argmax(axis=-1)
    return np.take_along_axis(windows, taps[..., np.newaxis], axis=-1)[..., 0], taps


def unpool(values: Array, indices: Array, out: Array) -> None:
    """Put values (m, *output, c) at their places in out (m, *spatial, c), zeros elsewhere; place -1 puts nothing."""
    out[...] = 0
    for block in blocks(values.shape, ROOM // 8):
        some, places = values[block], indices[block]
        chosen = np.nonzero(places >= 0)
        spatial = np.unravel_index(places[chosen], out.shape[1:-1])
        out[(chosen[0] + block[0].start, *spatial, chosen[-1] + block[-1].start)] = some[chosen]
