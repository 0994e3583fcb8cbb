"""The gradient of a convolution's kernels in compiled loops: one pass over images and g.

g is the gradient of the convolution's result; a block is some images, rows and columns of it. A
weight's gradient is the sum, over all windows, of the pixel under its tap times g of the window. A
panel is some neighbouring kernels. All windows of a block add to the sums of a few pixels of a
window with a panel, which stay in registers; see `loops.kernels_gradient`.

The sums of a block are added to totals, which may have a longer dtype. Where there are few weights,
threads share the blocks: these are cut into parts with totals of their own, by sizes alone, so that
the result does not depend on the number of threads. Else there is one part, and threads share the
panels. As many panels as have their totals in the cache are a chunk: chunks are taken one after the
other.

m images of c channels, nc kernels of depth channels, kh x kw taps, oh x ow output. images (m,
*spatial, c), g (m, *output, nc), `axes` the windows on each spatial axis, `sums` the dtype of the
sums; `keywords` are groups, pad_mode, fill. GRADIENT has the index of each field of the record
KERNELS_GRADIENT among the words that the loop is given.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines import threads
from convpool.engines.compiled import geometry as geometries
from convpool.engines.compiled import launch, library, volumes
from convpool.engines.compiled.convolution import is_regular
from convpool.engines.compiled.forms import PackForm
from convpool.engines.compiled.geometry import ConvolutionGeometry
from convpool.engines.compiled.gradient_forms import TOTALS
from convpool.engines.compiled.kept_records import KeptRecords, Record
from convpool.engines.compiled.kernels_gradient_schedule import GRADIENT, Chunk, schedule_of
from convpool.engines.compiled.launch import MAIN, STAGED
from convpool.engines.compiled.record import (
    address_of,
    address_of_word,
    as_words,
    copy_of,
)
from convpool.windows import Axis, blocks, volume

Array = NDArray[Any]

# numbers before the pixels of a scratch that may be read, as a piece of a short row of taps begins
# before it; behind the pixels, a vector may be read
SLACK = 8


def kernels_gradient(
    images: Array,
    output_gradient: Array,
    axes: Sequence[Axis],
    out: Array,
    **keywords: Any,
) -> None:
    """Write the gradient of the kernels of a convolution, as `Runner` describes it, once."""
    Runner()(images, output_gradient, axes, out, **keywords)


class Runner:
    """Computes gradients of the kernels of one plan, whatever their memory, as often as wanted."""

    def __init__(self) -> None:
        self.computations: dict[Any, KernelsGradient] = {}

    def __call__(
        self,
        images: Array,
        output_gradient: Array,
        axes: Sequence[Axis],
        out: Array,
        *,
        dtype: DTypeLike,
        **keywords: Any,
    ) -> None:
        """Write the gradient of the kernels of `convolve` to out (*window, depth, nc).

        Arguments are those of `engines.numpy.kernels_gradient.kernels_gradient`; shapes and axes
        must be the same in every call. What `engines.compiled.convolution.refusal` refuses must
        not be passed.
        """
        if not (out.size and output_gradient.size):
            out[...] = 0
            return
        if images.dtype == bool:
            images = images.view(np.uint8)
        if len(axes) == 1:
            images, output_gradient, out = images[:, None], output_gradient[:, None], out[None]
            axes = (Axis(1, 1), *axes)
        sums, g = np.dtype(dtype), output_gradient
        if len(axes) == 3:
            _gradient_by_stacks(images, g, sums, axes, out, **keywords)
            return
        if not (_is_readable(images, sums) and g.dtype == sums and g.flags.carray):
            _sum_copies(lambda: _copies(images, g, sums), axes, out, **keywords)
            return
        # all that a computation depends on, and that may differ from call to call
        key = images.strides, images.dtype, sums, *keywords.values()
        computation = self.computations.get(key)
        if computation is None:
            computation = KernelsGradient(_geometry(images, g, axes, out, **keywords))
            self.computations[key] = computation
        fill = keywords.get("fill", 0)
        for chunk in computation.schedule.chunks:
            totals = computation.new_totals(chunk)
            computation.sum_chunk(images, g, chunk, totals, fill=fill, accumulates=False)
            _write(totals, out[..., chunk.kernels])


def _is_readable(images: Array, sums: np.dtype[Any]) -> bool:
    """Return whether the loops can read images where they lie, for sums of a dtype."""
    return library.is_form(PackForm(images.dtype, sums)) and is_regular(images)


def _geometry(
    images: Array,
    g: Array,
    axes: Sequence[Axis],
    out: Array,
    *,
    groups: int = 1,
    pad_mode: str = "zeros",
    fill: Any = 0,
) -> ConvolutionGeometry:
    """Return the geometry of the convolution whose kernels have the shape of out, its result of g.

    Its output_strides and terms, which gradients do not need, are empty and 0.
    """
    return ConvolutionGeometry(
        images=images.shape,
        output=g.shape,
        kernels=out.shape,
        input_strides=geometries.strides_in_numbers(images),
        output_strides=(),
        axes=(axes[0], axes[1]),
        groups=groups,
        pad_mode=pad_mode,
        is_padded_with_zeros=pad_mode in ("zeros", "constant") and fill == 0,
        dtypes=(images.dtype, g.dtype, TOTALS[g.dtype]),
        terms=0,
    )


def _copies(images: Array, g: Array, sums: np.dtype[Any]) -> Iterator[tuple[Array, Array]]:
    """Yield (images, g) as the loops can read them, some images at a time: copies where needed.

    STAGED bytes are copied at a time, if numbers have 8 bytes; one image at least.
    """
    is_readable = _is_readable(images, sums)
    per_image = volume(images.shape[1:]) * (not is_readable) + volume(g.shape[1:])
    for (batch,) in blocks(images.shape[:1], STAGED // (8 * per_image)):
        source = images[batch] if is_readable else np.ascontiguousarray(images[batch], sums)
        yield source, np.ascontiguousarray(g[batch], sums)


def _gradient_by_stacks(
    images: Array,
    g: Array,
    sums: np.dtype[Any],
    axes: Sequence[Axis],
    out: Array,
    *,
    groups: int = 1,
    pad_mode: str = "zeros",
    fill: Any = 0,
) -> None:
    """Write to out the gradient of kernels that have three spatial axes.

    The slices of an image under one window of its first axis, side by side as channels, make a
    stack, which is an image with two axes. The convolution of an image is that of its stacks with
    `fold_kernels(kernels)`, and so are the gradients; see `volumes`.
    """
    first_axis, *plane_axes = axes
    padding = volumes.Padding(pad_mode, fill)

    def copies() -> Iterator[tuple[Array, Array]]:
        """Yield some stacks of one image, and g of their windows, at a time."""
        for image, windows, stacks in volumes.stacks(images, first_axis, groups, padding, sums):
            yield stacks, np.ascontiguousarray(g[image, windows], sums)

    folded = np.empty(volumes.fold_kernels(out).shape, out.dtype)
    _sum_copies(copies, plane_axes, folded, groups=groups, pad_mode=pad_mode, fill=fill)
    out[...] = volumes.unfold_kernels(folded, first_axis.window)


def _sum_copies(
    copies: Callable[[], Iterator[tuple[Array, Array]]],
    axes: Sequence[Axis],
    out: Array,
    **keywords: Any,
) -> None:
    """Write the gradient to out, the sum over all (images, g) that `copies()` yields.

    `copies` is called once for each chunk of panels, so that no copy has to be kept.
    """
    fill = keywords.get("fill", 0)
    first = KernelsGradient(_geometry(*next(copies()), axes, out, **keywords))
    computations = {first.geometry.output[0]: first}  # number of images -> computation
    for chunk in first.schedule.chunks:
        totals = first.new_totals(chunk)
        for k, (images, g) in enumerate(copies()):
            if len(g) not in computations:
                computations[len(g)] = KernelsGradient(_geometry(images, g, axes, out, **keywords))
            computation = computations[len(g)]
            computation.sum_chunk(images, g, chunk, totals, fill=fill, accumulates=k > 0)
        _write(totals, out[..., chunk.kernels])


def _write(totals: Array, out: Array) -> None:
    """Write the sum of the totals (part, row, kernel) of all parts to out (kh, kw, depth, nc)."""
    total = totals[0] if len(totals) == 1 else np.add.reduce(totals)
    out[...] = total.reshape(out.shape)


class KernelsGradient:
    """Sums gradients of one geometry, whose arrays may be others in each call."""

    def __init__(self, geometry: ConvolutionGeometry) -> None:
        self.geometry, self.schedule = geometry, schedule_of(geometry)
        self.rows = volume(geometry.kernels[:3])  # of the totals: weights of a kernel
        self.records = KeptRecords()

    def new_totals(self, chunk: Chunk) -> Array:
        """Return an array for the totals of a chunk of panels: (part, row, kernel).

        A row is one weight of each kernel.
        """
        width = chunk.kernels.stop - chunk.kernels.start
        return np.empty((self.schedule.parts, self.rows, width), self.geometry.dtypes[2])

    def sum_chunk(
        self,
        images: Array,
        g: Array,
        chunk: Chunk,
        totals: Array,
        *,
        fill: Any,
        accumulates: bool,
    ) -> None:
        """Write the sums of a chunk of panels to the totals, or add them if `accumulates`.

        g: that of the windows on these images; totals: an array of `new_totals`; fill: what stands
        in constant padding.
        """
        parts, rows, width = totals.shape
        # the blocks where parts begin, and the last one ends
        block_cuts = as_words([self.schedule.blocks * k // parts for k in range(parts + 1)])
        # The panels of each part are cut into so many shares that each thread gets about two; it
        # takes one share of one part at a time.
        shares, thread_count = 1, threads.number()
        if thread_count > 1 and not self.schedule.is_small:
            shares = min(-(-2 * thread_count // parts), len(chunk.panels))
        words_of_call = (  # (index, value)
            (GRADIENT.shares, shares),
            (GRADIENT.cuts, ctypes.addressof(block_cuts)),
            (GRADIENT.gradient, address_of(g)),
            (GRADIENT.first_panel, chunk.panels.start),
            (GRADIENT.last_panel, chunk.panels.stop),
            (GRADIENT.totals, address_of(totals)),
            (GRADIENT.part_stride, rows * width),
            (GRADIENT.width, width),
            (GRADIENT.first_kernel, chunk.kernels.start),
            (GRADIENT.accumulates, accumulates),
        )

        def prepare(kept: Record | None) -> Record:
            """Return a record, the kept one or a new one, with the words of this call."""
            record = kept or self._new_record()
            for index, value in words_of_call:
                record.words[index] = value
            pixels, _ = record.memory
            launch.point_to_pixels(record.words, GRADIENT, images, fill, pixels)
            return record

        cuts = range(parts * shares + 1)  # number k is share k % shares of part k // shares
        self.records.run(self.schedule.function, prepare, cuts)

    def _new_record(self) -> Record:
        """Return a new record with its scratches, without what depends on the arrays of a call.

        The scratches are arrays for one block: of its packed pixels (None where they are read in
        the images), and of a panel's g, which the loop copies there window by window, unless it
        reads g where it lies.
        """
        schedule, pixels, dtype = self.schedule, None, self.geometry.dtypes[1]
        words = copy_of(schedule.words)
        if schedule.scratch_numbers:
            numbers = SLACK + schedule.scratch_numbers + self.geometry.lanes
            pixels = launch.empty_aligned(numbers, dtype)[SLACK:]
        panel_of_g = launch.empty_aligned(schedule.panel_numbers, dtype)
        words[GRADIENT.panel] = address_of(panel_of_g)
        return Record(address_of_word(words, MAIN), words, (pixels, panel_of_g))
