"""Halos: which pixels a block of an output needs, and the plan that computes it alone.

A block is one slice for each axis of an array. `Need` is what one axis of it needs, `Part` all of
them; `halo` is for callers who read the pixels themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, product
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from convpool.engines.pad_modes import REPEATING_PAD_MODES
from convpool.engines.values import dataclass
from convpool.plans import arguments, arrays, operand_checks
from convpool.plans.arguments import Ints, Padding
from convpool.plans.formatting import plural
from convpool.plans.public_calls import public_call
from convpool.windows import Axis, Halo

Array = NDArray[Any]
Block = tuple[slice, ...]


# ---- one axis ----


@dataclass(frozen=True, eq=False)
class Need:
    """The pixels of one axis from which some of its windows can be computed.

    Attributes
    ----------
    pieces : slices of the pixels to read, in ascending order, with gaps between them; () if no
        pixel is needed
    order : None, or how to arrange the pixels that were read, if the padding repeats some: for each
        pixel of the result, its index in the pieces put end to end
    axis : the same windows, as they lie on the arranged pixels; it still has padding to be added
    """

    pieces: tuple[slice, ...]
    order: NDArray[np.int64] | None
    axis: Axis

    @property
    def size(self) -> int:
        """Number of pixels that are read, before `order` repeats some."""
        return sum(piece.stop - piece.start for piece in self.pieces)


def need_of_windows(axis: Axis, windows: slice, pad_mode: str = "zeros") -> Need:
    """Return the pixels that a slice of the windows of an axis needs.

    These are all pixels from the first tap of these windows to the last one. If the pad mode
    repeats pixels ("wrap" ...), the pixels that stand on the padding are needed too; they may lie
    at the other end of the axis.

    Examples
    --------
    >>> axis = Axis(9, 3, before=1, after=1)
    >>> first = need_of_windows(axis, slice(0, 4))
    >>> first.pieces, first.axis.before
    ((slice(0, 5, None),), 1)
    >>> at_the_end = need_of_windows(axis, slice(6, 9), "wrap")
    >>> at_the_end.pieces, at_the_end.order.tolist()
    ((slice(0, 1, None), slice(5, 9, None)), [1, 2, 3, 4, 0])
    """
    if windows.stop <= windows.start:
        # no pixel, and padding (span - 1) on which not one window fits
        return Need((), None, replace(axis, size=0, before=0, after=axis.span - 1, ceil=False))
    if pad_mode in REPEATING_PAD_MODES:
        return _need_with_repeats(axis, windows, pad_mode)
    start, stop, before, after = axis.halo(windows)
    # with ceil, the last window may hang over the padding: the part has `ceil` for that, not zeros
    overhang = axis.overhang if windows.stop == axis.count else 0
    part_axis = replace(
        axis, size=stop - start, before=before, after=after - overhang, ceil=overhang > 0
    )
    return Need((slice(start, stop),) if stop > start else (), None, part_axis)


def _need_with_repeats(axis: Axis, windows: slice, pad_mode: str) -> Need:
    """Return the pixels that windows need if the pad mode repeats pixels.

    `order` then repeats these pixels, so that no padding is left to add. But a slice of all windows
    needs the whole axis as it is, with its padding.
    """
    if windows == slice(0, axis.count):
        return Need((slice(0, axis.size),), None, axis)
    # with ceil, the last window may hang over the padding, where no pixel is repeated
    overhang = axis.overhang if windows.stop == axis.count else 0
    length = max(0, (windows.stop - windows.start - 1) * axis.stride + axis.span - overhang)
    first = windows.start * axis.stride - axis.before
    pixels = REPEATING_PAD_MODES[pad_mode](np.arange(first, first + length), axis.size)
    distinct = np.unique(pixels)
    # a piece ends where the next pixel is not its neighbour
    edges: list[Any] = [0, *(np.flatnonzero(np.diff(distinct) > 1) + 1).tolist(), len(distinct)]
    pieces = tuple(
        slice(int(distinct[low]), int(distinct[high - 1]) + 1) for low, high in pairwise(edges)
    )
    order = np.searchsorted(distinct, pixels)
    is_in_order = np.array_equal(order, np.arange(len(distinct)))
    part_axis = replace(axis, size=length, before=0, after=0, ceil=overhang > 0)
    return Need(pieces, None if is_in_order else order, part_axis)


# ---- all axes ----


class PartialPlan(Protocol):
    """What `Part` uses of the plan that computes it, which is a `Plan`."""

    @property
    def images_shape(self) -> tuple[int, ...]:
        """Shape of what the part reads."""

    @property
    def images_dtype(self) -> np.dtype[Any]:
        """Dtype of what the part reads."""

    @property
    def channel_axis(self) -> int:
        """Axis of the channels."""

    def check_images(self, images: Any) -> Array:
        """Return images as an array; raise unless they have the plan's shape and dtype."""

    def execute(
        self, images: Array, operands: Sequence[Any], out: Array | None, missing: Array | None
    ) -> Array:
        """Return the result for checked arrays."""

    def select_operands(self, operands: Sequence[Any], part: Part) -> tuple[Any, ...]:
        """Return the operands for the part, from those of the whole output."""


@dataclass(frozen=True, eq=False)
class Part:
    """A block of an output: the pixels that it needs, and the plan that computes it from these.

    Attributes
    ----------
    plan : the plan of this block alone, whose images are what `read` returns
    batch, channels : the images, and the channels of these, that are read
    needs : for each spatial axis, the pixels that are read
    kernels : the kernels that are applied; in pooling, the channels of the output
    depth : the channels that are used within each kernel, of axis -2 of (*window, c // groups, nc)
    outputs : the channels of the output that are computed
    """

    plan: PartialPlan
    batch: slice
    channels: slice
    needs: tuple[Need, ...]
    kernels: slice
    depth: slice
    outputs: slice

    @property
    def is_outside(self) -> bool:
        """Whether no pixel is read, as all windows lie in the padding of an axis."""
        return not all(need.pieces for need in self.needs)

    @property
    def box(self) -> Block:
        """The block of the images from the first to the last pixel that is read on each axis."""
        spatial = [
            slice(need.pieces[0].start, need.pieces[-1].stop) if need.pieces else slice(0, 0)
            for need in self.needs
        ]
        return self._block(self.batch, spatial, self.channels)

    @property
    def pieces(self) -> tuple[tuple[slice, ...], ...]:
        """For each axis of the images, the slices that are read."""
        pieces = [(self.batch,), *(need.pieces for need in self.needs)]
        pieces.insert(self.plan.channel_axis, (self.channels,))
        return tuple(pieces)

    def source_blocks(self) -> Iterator[tuple[Block, Block]]:
        """Yield (source, target) for each block of the images that is read.

        source: the block of the images. target: where it goes in an array that holds all of them
        side by side.
        """
        batch = slice(0, self.batch.stop - self.batch.start)
        channels = slice(0, self.channels.stop - self.channels.start)
        for pairs in product(*(list(_end_to_end(need.pieces)) for need in self.needs)):
            source = self._block(self.batch, [piece for piece, _ in pairs], self.channels)
            yield source, self._block(batch, [target for _, target in pairs], channels)

    def read(self, images: Any, dtype: np.dtype[Any] | None = None) -> Array:
        """Read the blocks that the part needs, and nothing else; return the images of its plan.

        `images` is an array or anything else that can be read in slices, of the images' dtype, or
        of `dtype` for a mask.
        """
        blocks = list(self.source_blocks())
        if len(blocks) == 1:
            ((source, _),) = blocks
            return self.arrange(arrays.read_array(images[source], "images[:]"))
        shape = list(self.plan.images_shape)
        for axis, need in zip(self.spatial_axes, self.needs, strict=True):
            shape[axis] = need.size
        pixels = np.empty(shape, self.plan.images_dtype if dtype is None else dtype)
        for source, target in blocks:
            pixels[target] = arrays.read_array(images[source], "images[:]")
        return self.arrange(pixels)

    def arrange(self, pixels: Array) -> Array:
        """Return the images of the plan, from all blocks that were read, put side by side.

        On each axis with `Need.order`, the pixels are arranged in that order.
        """
        for axis, need in zip(self.spatial_axes, self.needs, strict=True):
            if need.order is not None:
                pixels = np.take(pixels, need.order, axis=axis)
        return pixels

    def run(
        self,
        pixels: Array,
        operands: Sequence[Any] = (),
        out: Array | None = None,
        missing: Array | None = None,
    ) -> Array:
        """Return the block of the output, written to `out` if given.

        `pixels` and `missing` are what `read` returned for the images and for the mask of missing
        pixels; `operands` are those of the whole output, as its plan's `check_operands` returned.
        """
        selected = self.plan.select_operands(operands, self)
        return self.plan.execute(self.plan.check_images(pixels), selected, out, missing)

    @property
    def spatial_axes(self) -> list[int]:
        """The axes of the images to which `needs` belong: all but those of batch and channels."""
        rank = len(self.needs)
        return [k for k in range(rank + 2) if k != self.plan.channel_axis][1:]

    def _block(self, batch: slice, spatial: Sequence[slice], channels: slice) -> Block:
        """Return a block of an array with the axes of the images, from slices of its axes."""
        block = [batch, *spatial]
        block.insert(self.plan.channel_axis, channels)
        return tuple(block)


def _end_to_end(pieces: Sequence[slice]) -> Iterator[tuple[slice, slice]]:
    """Yield (piece, target) for each piece.

    target: the slice that it covers if all pieces are put end to end.
    """
    start = 0
    for piece in pieces:
        stop = start + piece.stop - piece.start
        yield piece, slice(start, stop)
        start = stop


# ---- for callers who read tiles themselves ----


@public_call
def halo(
    shape: Ints,
    window: Ints,
    part: Sequence[slice],
    padding: Padding = "same",
    stride: Ints = 1,
    *,
    dilation: Ints = 1,
    ceil: bool = False,
) -> tuple[Halo, ...]:
    """Return which pixels, and how many zeros, a part of an output needs on each axis.

    Parameters
    ----------
    shape
        The spatial sizes of the whole images: a sequence, of 1 to 3 axes.
    window
        The window's sizes.
    part
        One slice for each axis of the output, with steps of 1.
    padding, stride, dilation
        As in `convolve`.
    ceil
        As in `pool`.

    Returns
    -------
    for each axis (start, stop, before, after): read start to stop, put zeros before and after, and
    take no other padding. A part that lies wholly in the padding has start equal to stop.

    Raises
    ------
    ValueError, TypeError : arguments that do not fit, or a part beyond the output

    Examples
    --------
    >>> halo((100, 100), 3, [slice(0, 10), slice(90, 100)])
    (Halo(start=0, stop=11, before=1, after=0), Halo(start=89, stop=100, before=0, after=1))
    """
    if np.ndim(shape) != 1 or len(np.atleast_1d(shape)) not in arguments.AXIS_NAMES:
        raise ValueError(
            f"shape is {shape!r}; it must be the 1 to 3 spatial sizes of the images, such as "
            "(480, 640)"
        )
    rank = len(np.atleast_1d(shape))
    spatial = arguments.read_per_axis(shape, rank, "shape", least=0)
    sizes = arguments.read_per_axis(window, rank, "window")
    windows = operand_checks.read_windows(sizes, stride, dilation, padding)
    axes = operand_checks.make_axes(spatial, windows, ceil=arguments.read_bool(ceil, "ceil"))
    if not isinstance(part, Sequence) or len(part) != rank:
        raise ValueError(
            f"part is {part!r}; it must be {plural(rank, 'slice')}, one for each spatial axis"
        )
    return tuple(
        axis.halo(read_outputs(piece, axis.count)) for piece, axis in zip(part, axes, strict=True)
    )


def read_outputs(piece: slice, count: int) -> slice:
    """Return a slice of the `count` outputs of an axis with numbers for start and stop.

    Raises
    ------
    ValueError : it is not a slice, has a step other than 1, or ends beyond the outputs
    """
    try:
        start, stop, step = piece.indices(count)
    except (AttributeError, TypeError):
        start, stop, step = 0, 0, 0  # a step that is refused below
    if step != 1 or stop < start or (piece.stop is not None and piece.stop > count):
        raise ValueError(
            f"part has {piece!r}; it must be a slice of the {count} outputs, with a step of 1"
        )
    return slice(start, stop)
