"""Compiled pooling: what the loops can read and write, how work is divided, and which loop does it.

A window is the product of its axes' windows. A block of rows is combined down the columns into
lines, and these along the row into results, which are finished on their way out. A window of many
taps is combined from longer and longer parts, so its cost hardly grows with it; sums are taken over
taps only, never as differences of running sums. m images, h x w pixels, c channels, oh x ow output.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines.compiled import host, launch
from convpool.engines.compiled.convolution import STAGED, is_regular
from convpool.engines.compiled.forms import NUMBERS as READABLE
from convpool.engines.compiled.geometry import strides_in_numbers
from convpool.engines.compiled.pooling_blocks import block_of, program_of
from convpool.windows import Axis, blocks, volume

Array = NDArray[Any]
Floats = NDArray[np.float64]

# mode -> a tuple whose length says to the loops how numbers are combined: 1 adds them, 2 keeps the
# greater, 3 keeps the lesser
COMBINATIONS = {"sum": (0,), "avg": (0,), "max": (0, 0), "min": (0, 0, 0)}
FEW_TAPS = 16  # taps of a window at most that are combined on both axes at once
MAX_VECTORS = 8  # vectors at most that are de-interleaved in registers
SHORT = 4  # taps on an axis at most of windows that are pooled in registers alone


def refusal(
    mode: str, images: np.dtype[Any], rank: int, sums: np.dtype[Any] | None = None
) -> str | None:
    """Return why a pooling is not taken, or None.

    `images` is the dtype of the pixels, `rank` the number of spatial axes, `sums` the dtype in
    which avg and sum add, None if that is not known.
    """
    if mode not in COMBINATIONS:
        return (
            f"the mode is {mode!r}, and the compiled kernels take "
            f"{', '.join(map(repr, COMBINATIONS))}"
        )
    if images.kind != "b" and images not in READABLE:
        return (
            f"images are {images}, and the compiled kernels take float32, float64, bool and "
            "native integers"
        )
    if mode in ("avg", "sum") and sums is not None and sums not in (np.int64, np.float64):
        return f"sums are taken in {sums}, and the compiled kernels take int64 and float64"
    if rank > 2:
        return f"there are {rank} spatial axes, and the compiled kernels take 1 or 2"
    return host.refusal()


@dataclass(frozen=True)
class Divisors:
    """What avg divides by: at row i and column j of the output, rows[i] * columns[j].

    They are NaN where a window has no pixel.
    """

    rows: Floats
    columns: Floats

    def of_rows(self, rows: slice) -> Divisors:
        """Return the divisors of a slice of the rows."""
        return Divisors(self.rows[rows], self.columns)


@dataclass(frozen=True)
class PoolingWork:
    """A pooling on two spatial axes: arrays that the loops can read and write, and its windows.

    images are (m, h, w, c), out is (m, oh, ow, c); numbers are combined in dtype `sum_dtype`.
    """

    images: Array
    axes: tuple[Axis, Axis]
    out: Array
    divisors: Divisors
    mode: str
    sum_dtype: np.dtype[Any]


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
    """Reduce each window of images (m, *spatial, c) to one number of out (m, *output, c), in place.

    Arguments are those of `engines.numpy.pooling.pool`; `p`, which is for lp, is not used. Numbers
    are combined in `dtype`, or in a shorter one that holds every result.
    """
    launch.load_loops("pooling")
    if not out.size:
        return
    if len(axes) == 1:
        images, axes, out = images[:, None], (Axis(1, 1), *axes), out[:, None]
    images, out = (
        array.view(np.uint8) if array.dtype == bool else array for array in (images, out)
    )
    down, across = axes
    dtype = np.dtype(np.uint8) if np.dtype(dtype) == bool else np.dtype(dtype)
    divisors = Divisors(*(_divisors(axis, count_padding and mode == "avg") for axis in axes))
    sum_dtype = _sum_dtype(images.dtype, mode, down.window * across.window, dtype)
    for image, output in _without_planes(images, out):
        for part in _staged(image, down, output, dtype):
            row_divisors = divisors.of_rows(part.windows)
            part_axes = (part.rows, across)
            work = PoolingWork(part.images, part_axes, part.out, row_divisors, mode, sum_dtype)
            _pool(work)


def _divisors(axis: Axis, count_padding: bool) -> Floats:
    """Return for each window of an axis how many taps it has on pixels, NaN instead of 0.

    With `count_padding`, taps on the padding count too, if any lies on a pixel.
    """
    on_pixels = axis.taps_on(0, axis.size)
    counted = axis.taps_on(-axis.before, axis.size + axis.after) if count_padding else on_pixels
    return np.where(on_pixels > 0, counted, np.nan)


def _sum_dtype(images: np.dtype[Any], mode: str, taps: int, dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype in which the loops combine.

    That of the images for max and min; for sums of integers the shortest of int16, int32 and
    `dtype` that holds every sum of so many taps; else `dtype`.
    """
    if mode in ("max", "min"):
        return images
    if images.kind == "f":
        return dtype
    most = max(-int(np.iinfo(images).min), int(np.iinfo(images).max)) * taps
    return next((np.dtype(f"i{size}") for size in (2, 4) if most < 2 ** (8 * size - 1)), dtype)


def _without_planes(images: Array, out: Array) -> Iterator[tuple[Array, Array]]:
    """Yield (images, out) as they are, unless the pixels of each channel lie side by side.

    Then yield views of each image and its output, in which each channel is an image of one channel.
    """
    is_planar = images.shape[3] > 1 and all(
        strides_in_numbers(array)[2] == 1 and array.shape[2] > 1 for array in (images, out)
    )
    if not is_planar:
        yield images, out
        return
    for image, result in zip(images, out, strict=True):
        yield np.moveaxis(image, 2, 0)[..., None], np.moveaxis(result, 2, 0)[..., None]


class Stage(NamedTuple):
    """Arrays that the loops can read and write.

    Parameters
    ----------
    images, out
        Some images, some of their rows, and the results of their windows.
    rows
        The windows on these rows.
    windows
        Which rows of the whole output these are.
    """

    images: Array
    rows: Axis
    out: Array
    windows: slice


def _staged(images: Array, down: Axis, out: Array, dtype: np.dtype[Any]) -> Iterator[Stage]:
    """Yield images and outputs that the loops can read and write: the arrays, or copies.

    Copies are of a few rows at a time; those of outputs have dtype `dtype`, and are written back
    before the next.
    """
    is_readable, is_writable = _has_dense_rows(images), _has_dense_rows(out)
    is_narrowed = (dtype.str[1:], out.dtype.str[1:]) == ("f8", "f4")
    is_writable = is_writable and (out.dtype == dtype or is_narrowed) and out.dtype.isnative
    if is_readable and is_writable:
        yield Stage(images, down, out, slice(0, down.count))
        return
    # numbers that are copied for each row of the output; a bool counts as 0 or 1
    row_numbers = volume(images.shape[2:]) * (not is_readable) * max(1, down.stride)
    row_numbers += volume(out.shape[2:]) * (not is_writable)
    rows_that_fit = STAGED // (8 * max(1, row_numbers))
    for (batch,) in blocks(out.shape[:1], max(1, rows_that_fit // down.count)):
        for (windows,) in blocks((down.count,), max(rows_that_fit, 1 + down.span // down.stride)):
            start, stop, before, after = down.halo(windows)
            source, target = images[batch, start:stop], out[batch, windows]
            rows = Axis(stop - start, down.window, down.stride, down.dilation, before, after)
            output = target if is_writable else np.empty(target.shape, dtype)
            source = source if is_readable else np.ascontiguousarray(source)
            yield Stage(source, rows, output, windows)
            if not is_writable:
                with np.errstate(all="ignore"):
                    target[...] = output


def _has_dense_rows(array: Array) -> bool:
    """Return whether the numbers of a row lie side by side."""
    return is_regular(array) and strides_in_numbers(array)[2:] == (array.shape[3], 1)


# ---- the three loops ----


class Arguments(NamedTuple):
    """Arguments that the loops have in common, as loops.pooling.pool_blocks takes them.

    constants are (combination, averaging, image_dtype, sum_dtype, output_dtype).
    """

    sizes: tuple[int, int, int]
    address: int
    input_strides: tuple[int, ...]
    axes: tuple[tuple[int, int, int, int], ...]
    row_divisors: Floats
    column_divisors: Floats
    are_factors: bool
    output: int
    output_strides: tuple[int, ...]
    constants: tuple[Any, ...]

    @property
    def divisors(self) -> tuple[int, int, bool]:
        """Their addresses (row_divisors, column_divisors or 0), and are_factors."""
        columns = self.column_divisors.ctypes.data if self.column_divisors.size else 0
        return self.row_divisors.ctypes.data, columns, self.are_factors


def _arguments(work: PoolingWork) -> Arguments:
    """Return the arguments that the loops have in common."""
    rows, columns, are_factors = _divisors_of_lines(work)
    averaging = (0, 0) if work.mode == "avg" else (0,)
    dtypes = (work.images.dtype, work.sum_dtype, work.out.dtype)
    return Arguments(
        sizes=work.images.shape[1:],
        address=work.images.ctypes.data,
        input_strides=strides_in_numbers(work.images)[:2],
        axes=tuple((axis.window, axis.stride, axis.dilation, axis.before) for axis in work.axes),
        row_divisors=rows,
        column_divisors=columns,
        are_factors=are_factors,
        output=work.out.ctypes.data,
        output_strides=strides_in_numbers(work.out)[:2],
        constants=(COMBINATIONS[work.mode], averaging, *(dtype.type(0) for dtype in dtypes)),
    )


def _pool(work: PoolingWork) -> None:
    """Pool with the loop that suits the windows: in one step, in registers, or axis after axis."""
    arguments = _arguments(work)
    (down, across), c = work.axes, work.images.shape[3]
    lanes = host.vector_bytes() // work.sum_dtype.itemsize
    if c >= lanes and down.window * across.window <= FEW_TAPS:
        _pool_by_windows(work, arguments)
    elif not arguments.column_divisors.size and _fits_registers(work):
        _pool_rows(work, arguments, lanes)
    else:
        _pool_blocks(work, arguments, lanes)


def _pool_by_windows(work: PoolingWork, arguments: Arguments) -> None:
    """Pool short windows of many channels, both axes at once."""
    from convpool.engines.compiled.loops import pooling as loops

    m, oh, ow, _ = work.out.shape
    source = (arguments.sizes, arguments.address, arguments.input_strides, *arguments.axes)
    target = (*arguments.divisors, arguments.output, arguments.output_strides)
    arguments_of_loop = ((oh, ow), *source, *target, *arguments.constants)
    launch.run_ranges(loops.pool_by_windows, m * oh, lambda scratch: arguments_of_loop)


def _fits_registers(work: PoolingWork) -> bool:
    """Return whether windows are pooled row by row in registers.

    They are short, lie on pixels, and skip columns; the numbers of a stride fill few enough vectors
    to be de-interleaved.
    """
    down, across = work.axes
    are_inside = all(
        not axis.before and axis.size >= (axis.count - 1) * axis.stride + axis.span
        for axis in work.axes
    )
    are_short = max(down.window, across.window) <= SHORT and down.dilation == across.dilation == 1
    vectors = work.images.shape[3] * across.stride
    return are_inside and are_short and across.stride > 1 and vectors <= MAX_VECTORS


def _pool_rows(work: PoolingWork, arguments: Arguments, lanes: int) -> None:
    """Pool short windows of few channels, row by row in registers."""
    from convpool.engines.compiled.loops import pooling as loops

    (down, across), (m, oh, ow, c) = work.axes, work.out.shape
    combination, averaging, image_zero, sum_zero, output_zero = arguments.constants
    if work.sum_dtype == np.int16 and work.mode in ("avg", "sum") and ow < lanes:
        sum_zero = np.int32(0)  # a vector would be longer than a row
    row_divisors, _, are_factors = arguments.divisors
    source = (arguments.address, arguments.input_strides, down.stride, row_divisors, are_factors)
    sizes = (down.window, across.window, c, across.stride)
    constants = (combination, averaging, image_zero, sum_zero, output_zero)
    target = (arguments.output, arguments.output_strides, *((0,) * size for size in sizes))
    arguments_of_loop = ((oh, ow), *source, *target, *constants)
    launch.run_ranges(loops.pool_rows, m * oh, lambda scratch: arguments_of_loop)


def _pool_blocks(work: PoolingWork, arguments: Arguments, lanes: int) -> None:
    """Pool any windows, block by block along one axis after the other."""
    from convpool.engines.compiled.loops import pooling as loops

    across, (m, oh, ow, c) = work.axes[1], work.out.shape
    programs = tuple(program_of(axis, work.mode in ("max", "min")) for axis in work.axes)
    skips_columns = across.stride > 1 and c * across.stride <= MAX_VECTORS and ow > 1
    overshoot = 64 * (1 + MAX_VECTORS) if skips_columns else 64
    block = block_of(work.axes, c, lanes, overshoot, has_parts=len(programs[0]) > 1)
    is_flat = (
        block.results_pitch == ow * c == arguments.output_strides[1]
        and not arguments.column_divisors.size
        and len(set(arguments.row_divisors.tolist())) == 1
    )
    grid = (oh, ow, block.rows, block.columns)
    source = (arguments.sizes, arguments.address, arguments.input_strides, *arguments.axes)
    target = (*arguments.divisors, is_flat, arguments.output, arguments.output_strides)
    tuples = ((0,) * c, (0,) * across.stride) if skips_columns else (None, None)

    def arguments_from(scratch: list[Array]) -> tuple[Any, ...]:
        addresses = tuple(array.ctypes.data for array in scratch)
        inner = (programs, addresses, block.pitches)
        return (grid, *source, *inner, *target, *tuples, *arguments.constants)

    count = m * -(-oh // block.rows) * -(-ow // block.columns)
    sizes = block.scratch_sizes(with_all_windows=skips_columns)
    launch.run_ranges(
        loops.pool_blocks, count, arguments_from, [(size, work.sum_dtype) for size in sizes]
    )


def _divisors_of_lines(work: PoolingWork) -> tuple[Floats, Floats, bool]:
    """Return (divisors of rows, divisors of the numbers of a line, are_factors).

    Those of a line are empty if all are the same, which is then multiplied into those of the rows.
    If all divisors are powers of two or NaN, they are factors: their reciprocals, which are as
    exact, and to multiply is faster.
    """
    rows, columns = work.divisors.rows, work.divisors.columns
    if (columns == columns[0]).all():
        rows, columns = rows * columns[0], columns[:0]
    are_factors = all(
        # frexp gives (fraction, exponent), and the fraction 0.5 for powers of two
        bool(((np.frexp(divisors)[0] == 0.5) | np.isnan(divisors)).all())
        for divisors in (rows, columns)
    )
    if are_factors:
        rows, columns = 1 / rows, 1 / columns
    return rows, np.repeat(columns, work.images.shape[3]), are_factors


def warmup() -> Iterator[str]:
    """Compile, or load, the loops that common calls need; yield the name of each call."""
    for dtype, c, window, mode in product(("f4", "f8", "u1"), (1, 3, 64), (2, 3), ("max", "avg")):
        images = np.zeros((2, 8, 8, c), dtype)
        axes = [Axis(8, window, 2)] * 2
        result = np.dtype(dtype) if mode == "max" or dtype[0] == "f" else np.dtype(np.float64)
        sums = result if mode == "max" else np.dtype(np.float64)
        pool(
            images,
            axes,
            np.empty((2, axes[0].count, axes[1].count, c), result),
            mode=mode,
            dtype=sums,
        )
        yield f"{mode} pooling {window} x {window}, {images.dtype}, {c} channels"
