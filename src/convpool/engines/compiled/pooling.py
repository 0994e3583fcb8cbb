"""Compiled pooling: what the loops can read and write, and copies where they cannot.

`pooling_call` says which loops pool, and how. Of volumes, the windows of each slice are reduced
first, and then the results across slices. m images, h x w pixels, c channels, oh x ow output; of
volumes d slices, and od in the output. images (m, *spatial, c), out (m, *output, c), `axes` the
windows on each spatial axis; `pooling` is these windows and how they are reduced, for two spatial
axes. A layout is how an array lies in memory: its shape, strides and dtype.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines.compiled import host, picture_extremes, picture_medians
from convpool.engines.compiled.base_form import ADD, NUMBERS
from convpool.engines.compiled.launch import STAGED
from convpool.engines.compiled.picture_rows import RowFilter
from convpool.engines.compiled.pooling_call import PoolingCall, call_of
from convpool.engines.compiled.pooling_layout import COMBINATIONS, Layout, Pooling
from convpool.engines.numpy import footprint_and_median
from convpool.engines.numpy.one_axis import axis_of_part
from convpool.engines.numpy.reductions import REDUCTIONS
from convpool.engines.quiet import without_warnings
from convpool.engines.values import NamedTuple
from convpool.windows import Axis, blocks, volume

Array = NDArray[Any]

SLICES = 2**20  # bytes of results of slices of volumes that are held at a time
KEPT_LAYOUTS = 16  # of the arrays of one plan, whose calls are kept


def refusal(
    mode: str,
    images: np.dtype[Any],
    axes: Sequence[Axis],
    sums: np.dtype[Any] | None = None,
    results: np.dtype[Any] | None = None,
) -> str | None:
    """Return why `pool` cannot compute a pooling, or None if it can.

    `images` is the dtype of the pixels, `sums` the dtype in which avg and sum add and `results`
    that of the results, None if they are not known.
    """
    if mode == "median" and len(axes) > 2:
        return "there are 3 spatial axes, and the compiled kernels take medians of 1 or 2"
    if mode == "median" and (text := picture_medians.refusal(images, results, axes)):
        return text
    if mode not in (*COMBINATIONS, "median"):
        return (
            f"the mode is {mode!r}, and the compiled kernels take "
            f"{', '.join(map(repr, COMBINATIONS))} and 'median'"
        )
    if images.kind != "b" and images not in NUMBERS:
        return (
            f"images are {images}, and the compiled kernels take float32, float64, bool and "
            "native integers"
        )
    if COMBINATIONS.get(mode) == ADD and sums is not None and sums not in (np.int64, np.float64):
        return f"sums are taken in {sums}, and the compiled kernels take int64 and float64"
    return host.refusal()


def volume_windows_at_once(axis: Axis, slice_bytes: int) -> int:
    """Return how many windows on the first axis of volumes are pooled at a time.

    axis: these windows; slice_bytes: bytes of the results of one slice, of which SLICES are held.
    """
    slices = SLICES // max(1, slice_bytes)
    # at least about as many as overlap, since the slices that windows of two turns share are
    # reduced twice
    windows = max(axis.span // axis.stride, (slices - axis.span) // axis.stride) + 1
    return min(axis.count, windows)


def pool(images: Array, axes: Sequence[Axis], out: Array, **keywords: Any) -> None:
    """Reduce each window of images to one number of out, as `Runner` describes it, once."""
    Runner()(images, axes, out, **keywords)


class Runner:
    """Pools images of one plan, whatever their memory, as often as wanted.

    The calls for layouts that the loops can read and write are kept.
    """

    def __init__(self) -> None:
        self.medians = picture_medians.Runner()
        self.calls: dict[Any, PoolingCall | RowFilter] = {}
        self.of_slices: Runner | None = None  # what pools the slices of volumes

    def __call__(
        self,
        images: Array,
        axes: Sequence[Axis],
        out: Array,
        *,
        mode: str,
        count_padding: bool = False,
        p: float = 2.0,
        dtype: DTypeLike,
        absent: Array | None = None,
    ) -> None:
        """Reduce each window of images (m, *spatial, c) to one number of out (m, *output, c).

        Arguments are those of `engines.numpy.pooling.pool`: `p`, which is for lp, is not used;
        `absent` says which pixels are missing, for medians alone. Numbers are combined in `dtype`,
        or in a shorter one that holds every result. In every call of a runner, all arguments must
        be the same, except for the arrays' memory and shapes.
        """
        if mode == "median":
            self._find_medians(images, axes, out, dtype, absent)
            return
        key = (  # what a call depends on, beside the arguments that never change
            *(images.shape, images.strides, images.flags.aligned),
            *(out.strides, out.flags.aligned),
        )
        call: PoolingCall | RowFilter | None = self.calls.get(key)
        if call is not None:
            call.run(images, out)
            return
        if not out.size:
            return
        if len(axes) == 3:
            self._pool_volumes(images, axes, out, mode, count_padding, np.dtype(dtype))
            return
        if len(axes) == 1:  # a signal is an image of one row
            images, axes, out = images[:, None], (Axis(1, 1), *axes), out[:, None]
        pooling = Pooling((axes[0], axes[1]), mode, count_padding, np.dtype(dtype))
        call = _pool_once(images, out, pooling)
        if call is not None:
            if len(self.calls) >= KEPT_LAYOUTS:
                self.calls.clear()
            self.calls[key] = call

    @without_warnings
    def _pool_volumes(
        self,
        images: Array,
        axes: Sequence[Axis],
        out: Array,
        mode: str,
        count_padding: bool,
        dtype: np.dtype[Any],
    ) -> None:
        """Pool volumes (m, d, h, w, c) into out (m, od, oh, ow, c), some slices at a time.

        The windows of each slice are reduced first. Then each slice of results is a row of one
        image, oh * ow pixels wide, whose windows have one column and span some rows.
        """
        if self.of_slices is None:
            self.of_slices = Runner()
        first_axis, *slice_axes = axes
        oh, ow, c = out.shape[2:]
        # averages are sums that are divided at the end
        combined_mode, finish = "sum" if mode == "avg" else mode, REDUCTIONS[mode].finish
        total_dtype = dtype if COMBINATIONS[mode] == ADD else images.dtype
        divisors = [axis.divisors(count_padding=count_padding) for axis in axes]
        single_columns = Axis(oh * ow, 1)
        most_windows = volume_windows_at_once(first_axis, oh * ow * c * total_dtype.itemsize)
        most_slices = min(first_axis.size, (most_windows - 1) * first_axis.stride + first_axis.span)
        slices, totals = (
            np.empty((count, oh, ow, c), total_dtype) for count in (most_slices, most_windows)
        )
        for b, (windows,) in product(range(len(out)), blocks((first_axis.count,), most_windows)):
            # the slices under these windows, and the windows on those as on rows
            depths, windows_on_rows = axis_of_part(first_axis, windows)
            source, target = images[b, depths], out[b, windows]
            reduced = slices[: len(source)]
            self.of_slices(source, slice_axes, reduced, mode=combined_mode, dtype=dtype)
            writes_out = finish is None and target.flags.c_contiguous
            results = target if writes_out else totals[: len(target)]
            rows, row_results = (
                array.reshape(1, len(array), oh * ow, c) for array in (reduced, results)
            )
            window_axes = windows_on_rows, single_columns
            _pool(rows, row_results, Pooling(window_axes, combined_mode, count_padding, dtype))
            if finish is not None:
                results = finish(results[None], [divisors[0][windows], *divisors[1:]], 0)[0]
            if not writes_out:
                target[...] = results

    @without_warnings
    def _find_medians(
        self,
        images: Array,
        axes: Sequence[Axis],
        out: Array,
        dtype: DTypeLike,
        absent: Array | None,
    ) -> None:
        """Write the median of each window of images (m, *spatial, c) to out (m, *output, c).

        `absent`, bools like images, says which pixels are missing; None: none.
        """
        if absent is not None:
            footprint_and_median.pool(images, axes, out, mode="median", dtype=dtype, absent=absent)
            return
        if len(axes) == 1:  # a signal is an image of one row
            images, axes, out = images[:, None], (Axis(1, 1), *axes), out[:, None]
        self.medians(images, axes, out)


@without_warnings
def _pool_once(images: Array, out: Array, pooling: Pooling) -> PoolingCall | RowFilter | None:
    """Pool images (m, h, w, c) into out (m, oh, ow, c).

    Return the call, which can be repeated on other arrays of these layouts; None if some had to be
    copied.
    """
    call: PoolingCall | RowFilter | None = picture_extremes.row_filter_of(images, out, pooling)
    if call is None:
        call = call_of(Layout.of(images), Layout.of(out), pooling)
    if call is None:
        _pool(images, out, pooling)
    else:
        call.run(images, out)
    return call


def _pool(images: Array, out: Array, pooling: Pooling) -> None:
    """Pool images (m, h, w, c) into out (m, oh, ow, c), whatever their layouts.

    Where the pixels of each channel lie side by side, each channel is an image of its own; other
    arrays that the loops cannot read or write are copied stage by stage.
    """
    call = call_of(Layout.of(images), Layout.of(out), pooling)
    if call is not None:
        call.run(images, out)
    elif _is_planar(images) and _is_planar(out):
        for planes in zip(_planes(images), _planes(out), strict=True):
            _pool(*planes, pooling)
    else:
        for stage in _stages(images, out, pooling):
            _pool(*stage)


def _is_planar(array: Array) -> bool:
    """Return whether there are several channels, and the pixels of each lie side by side."""
    return array.shape[3] > 1 and array.shape[2] > 1 and array.strides[2] == array.itemsize


def _planes(array: Array) -> Array:
    """Return a view (m, c, h, w, 1), in which each channel is an image of one channel."""
    return np.moveaxis(array, 3, 1)[..., None]


class Stage(NamedTuple):
    """Arrays that the loops can read and write: rows of pixels of some images, and their results.

    `pooling` has the windows on these rows.
    """

    images: Array
    out: Array
    pooling: Pooling


def _stages(images: Array, out: Array, pooling: Pooling) -> Iterator[Stage]:
    """Yield stages that make up a pooling of images (m, h, w, c) into out (m, oh, ow, c).

    Each has views of the arrays, or copies of a few rows. The caller fills the `out` of a stage;
    if that is a copy, it is written to `out` before the next stage is yielded.
    """
    down, across = pooling.axes
    read_dtype = pooling.readable_dtype(images.dtype)
    is_readable = Layout.of(images).is_dense and images.dtype == read_dtype
    is_writable = Layout.of(out).is_dense and pooling.can_write(images.dtype, out.dtype)
    copied = 0  # numbers that are copied for each row of the output
    if not is_readable:
        copied += volume(images.shape[2:]) * down.stride
    if not is_writable:
        copied += volume(out.shape[2:])
    rows_that_fit = STAGED // (8 * max(1, copied))  # 8: bytes of a number at most
    # whole images if they fit, else rows of one; but at least about as many rows of windows as
    # overlap, since the pixels that two stages share are copied twice
    for (batch,) in blocks(out.shape[:1], max(1, rows_that_fit // down.count)):
        for (windows,) in blocks((down.count,), max(rows_that_fit, 1 + down.span // down.stride)):
            pixels, windows_on_rows = axis_of_part(down, windows)
            source, target = images[batch, pixels], out[batch, windows]
            output = target if is_writable else np.empty(target.shape, pooling.dtype)
            source = source if is_readable else np.array(source, read_dtype, order="C")
            part = pooling._replace(
                axes=(windows_on_rows, across),
                divided_rows=pooling.divided_rows or down,
                first_row=pooling.first_row + windows.start,
            )
            yield Stage(source, output, part)
            if not is_writable:
                target[...] = output
