"""Compiled convolution: what the loops can read and write, and which module does the work.

That depends on what vectors hold, as `vector_choice` says: columns (`few_kernels`), kernels or
channels (`many_kernels`). Where each channel has kernels of its own, they hold channels too
(`depthwise`). Rows of large pictures that have one kernel are taken one after the other
(`picture_rows`). Of volumes, slices are stacked (`volumes`). m images of c channels, nc kernels of
depth channels, kh x kw taps. `axes` are the windows on each spatial axis, `sums` is the dtype of
the sums. A form is a compiled loop for given dtypes. A geometry is a convolution without its
arrays: shapes, strides, windows and dtypes.
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
    vector_choice,
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
from convpool.engines.compiled.vector_choice import Held
from convpool.engines.numpy.convolution import LONG
from convpool.engines.quiet import without_warnings
from convpool.windows import Axis, volume

Array = NDArray[Any]
# convolves arrays of one geometry, which may be others in each call
Program = (
    depthwise.Convolution
    | few_kernels.Convolution
    | many_kernels.Convolution
    | picture_rows.Convolution
)

# products of float32 are summed in chains: of at least SHORTEST products, or, if a window has more
# than FAR products, of CHAIN ones, and then the sums of chains are added in float64
FAR = 2**16
SHORTEST = 2**7
CHAIN = 2**9
# rows of results of at least so many vectors are taken by `picture_rows`, however small the window
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
    """Return a function of (images, out) that convolves with these kernels.

    Other arguments are those of `Runner.__call__`. Kernels and bias are copied; what loops read
    instead, such as kernels in another order, is derived from them in the first call, and kept.
    """
    bias, dtype = keywords.pop("bias", None), keywords.pop("dtype")
    weights, runner = _weights(kernels, bias, np.dtype(dtype), are_kept=True), Runner()
    return lambda images, out: runner.run(images, weights, axes, out, **keywords)


def _weights(kernels: Array, bias: Array | None, sums: np.dtype[Any], *, are_kept: bool) -> Weights:
    """Return the weights of kernels (*window, depth, nc) and a bias (nc,), in the dtype `sums`.

    If they `are_kept` for later calls, they are copied, and what is derived from them is kept too.
    """
    if kernels.ndim == 3:
        kernels = kernels[None]
    elif kernels.ndim == 5:
        kernels = volumes.fold_kernels(kernels)
    kernels = _as_sums(kernels, sums)
    bias = np.zeros(kernels.shape[-1], sums) if bias is None else _as_sums(bias, sums)
    return Weights(kernels.copy(), bias.copy(), {}) if are_kept else Weights(kernels, bias)


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
        self.runners: dict[int, Runner] = {}  # of volumes: number of stacks -> their runner

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
        weights = _weights(kernels, bias, np.dtype(dtype), are_kept=False)
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
        # all that a program depends on, and that may differ from call to call
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
            program = self._run_new(operands, axes, groups, pad_mode)
            if program is not None:
                self.programs[key] = program

    @without_warnings
    def _run_new(
        self, operands: Operands, axes: Sequence[Axis], groups: int, pad_mode: str
    ) -> Program | None:
        """Convolve for the first time, on one or two axes; other arguments are those of `run`.

        Return the program for later calls, or None if arrays had to be copied for the loops.
        """
        images, weights, out, fill = operands
        shape, sums = weights.kernels.shape, weights.kernels.dtype
        # the slices of a stack are taps of the window, not channels
        window = (shape[0] * self.taps_of_stack, shape[1], shape[2] // self.taps_of_stack)
        # how many products are summed in one chain, and the dtype in which chains are added up
        terms, added_dtype = chains(window, sums, out.dtype)
        held = _what_vectors_hold(images, out, shape, groups, (sums, added_dtype))
        fields = {
            "axes": (Axis(1, 1), axes[0]) if len(axes) == 1 else (axes[0], axes[1]),
            "groups": groups,
            "pad_mode": pad_mode,
            "is_padded_with_zeros": pad_mode in ("zeros", "constant") and fill == 0,
            "terms": terms,
        }
        program: Program
        if is_regular(images) and is_regular(out):
            geometry = geometry_of(images, out, shape, sums, **fields)
            if _should_filter_rows(geometry):
                program = picture_rows.Convolution(geometry)
                program.run(operands)
                return program
        # the arrays themselves if the loops can read and write them, else copies of their parts
        needs_dense_channels = held != "columns"
        staged_parts = staged(
            images, out, sums, added_dtype, needs_dense_channels=needs_dense_channels
        )
        for source, target in staged_parts:
            geometry = geometry_of(source, target, shape, sums, **fields)
            program = _program(geometry, held)
            program.run(Operands(source, weights, target, fill))
        return program if source is images and target is out else None

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


def _should_filter_rows(geometry: ConvolutionGeometry) -> bool:
    """Return whether `picture_rows` can convolve this, and nothing else is faster."""
    (kh, kw, _, nc), (_, sums, results) = geometry.kernels, geometry.dtypes
    # (dtype of sums, of results): where the kernels of a call differ, `few_kernels` does the work,
    # which writes fewer dtypes
    dtype_pairs = FILTERED if nc == 1 else SUMS_AND_RESULTS
    if not picture_rows.takes(geometry, dtype_pairs) or depthwise.takes(geometry):
        return False
    # `few_kernels` has loops for some small windows, which are faster on short rows
    small_window = ColumnsForm(sums, results, False, kh, geometry.axes[0].stride, kw)
    row_length = geometry.output[2] * nc
    return not is_form(small_window) or row_length >= LONG_ROW * geometry.lanes


def _program(geometry: ConvolutionGeometry, held: Held) -> Program:
    """Return the program of `depthwise` if it takes this, else that for what vectors hold."""
    if depthwise.takes(geometry):
        return depthwise.Convolution(geometry)
    if held == "columns":
        return few_kernels.Convolution(geometry)
    return many_kernels.Convolution(geometry, over_channels=held == "channels")


def _what_vectors_hold(
    images: Array,
    out: Array,
    kernels: tuple[int, ...],
    groups: int,
    dtypes: tuple[np.dtype[Any], np.dtype[Any]],
) -> Held:
    """Return what vectors hold, for kernels of shape (kh, kw, depth, nc).

    dtypes: of the sums, and of what adds them up.
    """
    (sums, added), c = dtypes, images.shape[3]
    results = out.dtype if (added, out.dtype) in SUMS_AND_RESULTS else added
    return vector_choice.what_vectors_hold(
        c,
        kernels,
        groups,
        library.isa().vector_bytes // sums.itemsize,
        is_interleaved=strides_in_numbers(images)[2:] == (c, 1) and strides_in_numbers(out)[3] == 1,
        may_be_channels=sums == results and sums.kind == "f",
    )


def chains(
    window: tuple[int, ...], sum_dtype: np.dtype[Any], result: np.dtype[Any]
) -> tuple[int, np.dtype[Any]]:
    """Return (products that are summed in one chain, dtype in which the sums of chains are added).

    window is (*window, depth), sum_dtype the dtype of each chain, result that of the results. The
    rounding errors of one long chain of float32 would grow with its length. With about as many
    chains as each has products, they grow with the root of that; for the largest windows, where
    that too is much, chains are added in float64.
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
    """Yield (images, output) that the loops can read and write: the arrays themselves, or copies.

    Copies are of some images at a time. The caller fills a copied output, which is written to `out`
    when the next is asked for. Products are summed in sum_dtype, and these sums are added in
    added_dtype, which a copied output has. If the loops write results as vectors of kernels, as
    `needs_dense_channels` says, the channels of the output lie side by side.
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
    numbers_per_image = volume(images.shape[1:]) * (not is_readable)
    numbers_per_image += volume(out.shape[1:]) * (not is_writable)
    bytes_per_image = 8 * numbers_per_image  # or fewer, of short dtypes
    at_once = min(len(images), max(1, STAGED // max(1, bytes_per_image)))
    # the same memory for all copies
    image_copies = None if is_readable else np.empty((at_once, *images.shape[1:]), read_dtype)
    out_copies = None if is_writable else np.empty((at_once, *out.shape[1:]), added_dtype)
    for first in range(0, len(images), at_once):
        source, target = images[first : first + at_once], out[first : first + at_once]
        output = target
        if image_copies is not None:
            image_copies[: len(source)] = source
            source = image_copies[: len(source)]
        if out_copies is not None:
            output = out_copies[: len(target)]
        yield source, output
        if out_copies is not None:
            target[...] = output


def is_regular(array: Array) -> bool:
    """Return whether the numbers of an array are aligned, and strides are multiples of their size.

    Loops read and write only such arrays.
    """
    return array.flags.aligned and all(stride % array.itemsize == 0 for stride in array.strides)
