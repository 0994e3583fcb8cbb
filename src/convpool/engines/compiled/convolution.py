"""Compiled convolution: what the loops can read and write, and which module does the work.

That depends on the number of kernels that read the same channels: of few, vectors hold columns
(`few_kernels`); of many, they hold kernels (`many_kernels`). Of few kernels that read many channels
they hold kernels too, since the channels would have to be parted for columns. Where each channel
has kernels of its own, vectors hold channels (`depthwise`). Rows of large pictures that have one
kernel are taken one after the other (`picture_rows`). Of volumes, slices are stacked (`volumes`).
`axes` are the windows on each spatial axis, `sums` is the dtype of the sums.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines.compiled import (
    depthwise,
    few_kernels,
    host,
    library,
    many_kernels,
    picture_rows,
    volumes,
)
from convpool.engines.compiled.base_form import SUMS_AND_RESULTS
from convpool.engines.compiled.forms import ColumnsForm, PackForm
from convpool.engines.compiled.geometry import (
    ConvolutionGeometry,
    Operands,
    Weights,
    geometry_of,
    strides_in_numbers,
)
from convpool.engines.compiled.launch import STAGED
from convpool.engines.compiled.library import is_form
from convpool.engines.compiled.picture_forms import FILTERED
from convpool.engines.compiled.record import LINES
from convpool.engines.numpy.convolution import LONG
from convpool.engines.quiet import without_warnings
from convpool.windows import Axis, volume

Array = NDArray[Any]
Program = (
    depthwise.Convolution
    | few_kernels.Convolution
    | many_kernels.Convolution
    | picture_rows.Convolution
)

# products of float32 are summed in chains: of at least SHORTEST products, or, if a window has more
# than FAR, of CHAIN products, and then the sums of chains are added in float64
FAR = 2**16
SHORTEST = 2**7
CHAIN = 2**9
# What decides whether vectors hold columns or kernels: nanoseconds, in proportion, fitted
# to some 3,000 small calls with AVX2 and AVX-512 of an Intel Xeon. Where vectors hold columns: to
# copy a channel of a pixel to a line of its own, by vectors (LINES) or one by one; to write a
# result, of up to FEW kernels or of more; to multiply a vector, with loops for windows of up to
# FEW_ROWS rows or with general ones.
PART_LINES, PART_PIXEL = 0.4, 1.0
FEW, WRITE_FEW, WRITE_MANY = 4, 1.0, 2.0
FEW_ROWS, MULTIPLY_FEW_ROWS, MULTIPLY = 5, 0.5, 1.0
# where they hold kernels: to begin a window, one of its groups, and to multiply with one pixel
WINDOW, GROUP, MULTIPLY_PIXEL = 2.0, 1.8, 0.27
# vectors of a row of results from which even the smallest windows are taken row by row
LONG_ROW = 16


def refusal(dtype: np.dtype[Any]) -> str | None:
    """Return why convolutions with sums of this dtype are not taken, or None."""
    if dtype not in (np.float32, np.float64) and (dtype.kind not in "iu" or dtype == np.uint64):
        return (
            f"sums are {dtype}, and the compiled kernels take float32, float64 and integers "
            "up to int64"
        )
    return host.refusal()


def convolve(
    images: Array, kernels: Array, axes: Sequence[Axis], out: Array, **keywords: Any
) -> None:
    """Convolve images with kernels into out, as `Runner` describes it, once."""
    Runner()(images, kernels, axes, out, **keywords)


def prepack(
    kernels: Array, axes: Sequence[Axis], **keywords: Any
) -> Callable[[Array, Array], None]:
    """Return a function of (images, out) that convolves with these kernels, as `Runner` does.

    Kernels and bias are copied, and packed in the first call.
    """
    bias, dtype = keywords.pop("bias", None), keywords.pop("dtype")
    weights, runner = _weights(kernels, bias, np.dtype(dtype), keeps_forms=True), Runner()
    return lambda images, out: runner.run(images, weights, axes, out, **keywords)


def _weights(
    kernels: Array, bias: Array | None, sums: np.dtype[Any], *, keeps_forms: bool
) -> Weights:
    """Return the weights of kernels (*window, depth, nc) and a bias (nc,), in the dtype `sums`.

    If it `keeps_forms`, they are copied, and what loops read instead of them is kept.
    """
    if kernels.ndim == 3:
        kernels = kernels[None]
    elif kernels.ndim == 5:
        kernels = volumes.fold_kernels(kernels)
    kernels = _as_sums(kernels, sums)
    bias = np.zeros(kernels.shape[-1], sums) if bias is None else _as_sums(bias, sums)
    return Weights(kernels.copy(), bias.copy(), {}) if keeps_forms else Weights(kernels, bias)


def _as_sums(numbers: Array, sums: np.dtype[Any]) -> Array:
    """Return numbers in the dtype of the sums, in C order."""
    if numbers.dtype == sums and numbers.flags.c_contiguous:
        return numbers
    return without_warnings(np.ascontiguousarray)(numbers, sums)


class Runner:
    """Convolves images with kernels of one plan, whatever their memory, as often as wanted.

    What follows from shapes, strides and dtypes is worked out once, and kept.

    Parameters
    ----------
    taps_of_stack
        Where images are stacks of slices, as `volumes` makes them: how many slices.
    """

    def __init__(self, taps_of_stack: int = 1) -> None:
        self.taps_of_stack = taps_of_stack
        self.programs: dict[Any, Program] = {}
        self.runners: dict[int, Runner] = {}  # number of stacks -> what convolves them

    def __call__(
        self,
        images: Array,
        kernels: Array,
        axes: Sequence[Axis],
        out: Array,
        *,
        bias: Array | None = None,
        dtype: DTypeLike,
        **keywords: Any,
    ) -> None:
        """Convolve images (m, *spatial, c) with kernels (*window, depth, nc) into out.

        `out`, (m, *output, nc), is filled in place. Sums are taken in `dtype`: float32, float64 or
        int64; `out` may have another dtype that holds the results. What `refusal` refuses must not
        be passed. All but the arrays' memory, `bias` and `dtype` must be the same in every call;
        see `engines.numpy.convolution.convolve` for it.
        """
        weights = _weights(kernels, bias, np.dtype(dtype), keeps_forms=False)
        self.run(images, weights, axes, out, **keywords)

    def run(
        self,
        images: Array,
        weights: Weights,
        axes: Sequence[Axis],
        out: Array,
        *,
        groups: int = 1,
        pad_mode: str = "zeros",
        fill: Any = 0,
    ) -> None:
        """Convolve images (m, *spatial, c) with weights into out (m, *output, nc).

        Arguments are those of `engines.numpy.convolution.convolve`.
        """
        if images.dtype.kind == "b":
            images = images.view(np.uint8)
        if len(axes) == 1:
            images, out = images[:, None], out[:, None]
        key = (
            *(images.strides, images.flags.aligned, out.strides, out.flags.aligned),
            weights.kernels.dtype,
        )
        operands = Operands(images, weights, out, fill)
        program = self.programs.get(key)
        if program is not None:
            program.run(operands)
        elif out.size and not weights.kernels.size:
            out[...] = weights.bias
        elif out.size and len(axes) == 3:
            self._run_stacks(operands, axes, groups, volumes.Padding(pad_mode, fill))
        elif out.size:
            program = self._run_first(operands, axes, groups, pad_mode)
            if program is not None:
                self.programs[key] = program

    def _run_first(
        self, operands: Operands, axes: Sequence[Axis], groups: int, pad_mode: str
    ) -> Program | None:
        """Convolve, with arguments as in `run`; return what can do it again, or None."""
        fill = operands.fill
        keywords = {
            "axes": (Axis(1, 1), axes[0]) if len(axes) == 1 else (axes[0], axes[1]),
            "groups": groups,
            "pad_mode": pad_mode,
            "is_padded_with_zeros": pad_mode in ("zeros", "constant") and fill == 0,
        }
        return _run_once(operands, keywords, self.taps_of_stack)

    @without_warnings
    def _run_stacks(
        self, operands: Operands, axes: Sequence[Axis], groups: int, padding: volumes.Padding
    ) -> None:
        """Convolve volumes (m, d, h, w, c) with weights into out, some stacks at a time.

        A stack is the slices under one window of the first axis, side by side as channels of one
        image. `axes` are the windows on all three axes.
        """
        images, weights, out, _ = operands
        sums, first = weights.kernels.dtype, axes[0]
        keywords = {"groups": groups, **padding._asdict()}
        for b, windows, stacks in volumes.stacks(images, first, groups, padding, sums):
            # what a runner keeps is for one number of images
            runner = self.runners.setdefault(len(stacks), Runner(first.window))
            runner.run(stacks, weights, axes[1:], out[b, windows], **keywords)


@without_warnings
def _run_once(operands: Operands, keywords: dict[str, Any], taps_of_stack: int) -> Program | None:
    """Convolve; return what can do it again with other arrays, None if some had to be copied.

    `keywords` are the fields of ConvolutionGeometry that do not follow from the arrays; for
    `taps_of_stack` see `Runner`.
    """
    images, weights, out, fill = operands
    shape, sums = weights.kernels.shape, weights.kernels.dtype
    has_many = _should_hold_kernels(images, out, shape, keywords["groups"], sums)
    # the slices of a stack are taps of the window, not channels
    window = (shape[0] * taps_of_stack, shape[1], shape[2] // taps_of_stack)
    terms, added_dtype = chains(window, sums, out.dtype)
    program: Program
    if is_regular(images) and is_regular(out):
        geometry = geometry_of(images, out, shape, sums, terms=terms, **keywords)
        if _takes_rows(geometry):
            program = picture_rows.Convolution(geometry)
            program.run(operands)
            return program
    for source, output in staged(images, out, sums, added_dtype, needs_dense_channels=has_many):
        geometry = geometry_of(source, output, shape, sums, terms=terms, **keywords)
        program = _program(geometry, has_many=has_many)
        program.run(Operands(source, weights, output, fill))
    return program if source is images and output is out else None


def _takes_rows(geometry: ConvolutionGeometry) -> bool:
    """Return whether `picture_rows` can convolve this, and nothing else is faster."""
    (kh, kw, *_), (_, sums, results) = geometry.kernels, geometry.dtypes
    # what takes channels with kernels of their own instead writes fewer dtypes
    pairs = FILTERED if geometry.kernels[3] == 1 else SUMS_AND_RESULTS
    if not picture_rows.takes(geometry, pairs) or depthwise.takes(geometry):
        return False
    small_window = ColumnsForm(sums, results, False, kh, geometry.axes[0].stride, kw)
    row = geometry.output[2] * geometry.output[3]
    return not is_form(small_window) or row >= LONG_ROW * geometry.lanes


def _program(geometry: ConvolutionGeometry, *, has_many: bool) -> Program:
    """Return what convolves: of the modules for channels, for many kernels, or for few.

    has_many: whether vectors should hold kernels.
    """
    if depthwise.takes(geometry):
        return depthwise.Convolution(geometry)
    if has_many:
        return many_kernels.Convolution(geometry)
    return few_kernels.Convolution(geometry)


def _should_hold_kernels(
    images: Array, out: Array, kernels: tuple[int, ...], groups: int, sums: np.dtype[Any]
) -> bool:
    """Return whether vectors should hold kernels, whose shape is (kh, kw, depth, nc)."""
    c = images.shape[3]
    lanes = library.isa().vector_bytes // sums.itemsize
    are_together = strides_in_numbers(images)[2:] == (c, 1) and strides_in_numbers(out)[3] == 1
    if not are_together:  # channels need not be parted, but vectors of kernels would need copies
        return _fill_half(kernels, groups, lanes)
    return holds_kernels(c, kernels, groups, lanes)


def _fill_half(kernels: tuple[int, ...], groups: int, lanes: int) -> bool:
    """Return whether the kernels of a group fill more than half a vector."""
    return 2 * (kernels[-1] // groups) > lanes


def holds_kernels(c: int, kernels: tuple[int, ...], groups: int, lanes: int) -> bool:
    """Return whether vectors of `lanes` numbers hold kernels, where c channels lie in order.

    They do where kernels fill half a vector; where not, times are compared.
    """
    *window, depth, nc = kernels
    products = volume(window) * depth
    if _fill_half(kernels, groups, lanes):
        return True
    part = PART_LINES if c in LINES else PART_PIXEL
    write = WRITE_FEW if nc // groups <= FEW else WRITE_MANY
    multiply = MULTIPLY_FEW_ROWS if window[0] <= FEW_ROWS else MULTIPLY
    with_columns = c * part + nc * (write + products * multiply / lanes)
    return WINDOW + groups * (GROUP + products * MULTIPLY_PIXEL) < with_columns


def chains(
    window: tuple[int, ...], sum_dtype: np.dtype[Any], result: np.dtype[Any]
) -> tuple[int, np.dtype[Any]]:
    """Return (products that are summed in one chain, dtype in which the sums of chains are added).

    window is (*window, depth), sum_dtype the dtype of the chains. The rounding errors of one long
    chain of float32 would grow with its length. With about as many chains as terms of one, they
    grow with its root; where that too is much, chains are added in float64.
    """
    term_count = volume(window)  # products of a window
    if sum_dtype != np.float32 or result.kind != "f" or volume(window[:-1]) <= LONG:
        return term_count, sum_dtype
    if term_count > FAR:
        return CHAIN, np.dtype(np.float64)
    return max(SHORTEST, math.isqrt(term_count)), sum_dtype


def staged(
    images: Array,
    out: Array,
    sum_dtype: np.dtype[Any],
    added_dtype: np.dtype[Any],
    *,
    needs_dense_channels: bool,
) -> Iterator[tuple[Array, Array]]:
    """Yield (images, output) that the loops can read and write: the arrays, or copies.

    Copies are of some images at a time; those of outputs are written back before the next. Products
    are summed in sum_dtype, and these sums are added in added_dtype, which is that of a copied
    output. Channels of an output lie side by side if it `needs_dense_channels`.
    """
    is_readable = is_form(PackForm(images.dtype, sum_dtype)) and is_regular(images)
    is_writable = (
        (added_dtype, out.dtype) in SUMS_AND_RESULTS
        and out.dtype.isnative
        and is_regular(out)
        and (not needs_dense_channels or strides_in_numbers(out)[3] == 1)
    )
    if is_readable and is_writable:
        yield images, out
        return
    native = images.dtype.newbyteorder("=")
    read_dtype = native if is_form(PackForm(native, sum_dtype)) else sum_dtype
    numbers = volume(images.shape[1:]) * (not is_readable)
    numbers += volume(out.shape[1:]) * (not is_writable)
    count = min(len(images), max(1, STAGED // max(1, 8 * numbers)))
    # the same memory for all copies
    sources = None if is_readable else np.empty((count, *images.shape[1:]), read_dtype)
    outputs = None if is_writable else np.empty((count, *out.shape[1:]), added_dtype)
    for first in range(0, len(images), count):
        source, target = images[first : first + count], out[first : first + count]
        output = target
        if sources is not None:
            sources[: len(source)] = source
            source = sources[: len(source)]
        if outputs is not None:
            output = outputs[: len(target)]
        yield source, output
        if outputs is not None:
            target[...] = output


def is_regular(array: Array) -> bool:
    """Return whether numbers are aligned, and strides are multiples of their size."""
    return array.flags.aligned and all(stride % array.itemsize == 0 for stride in array.strides)
