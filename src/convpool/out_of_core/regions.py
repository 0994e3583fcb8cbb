"""A part of a plan: what it reads of the images, and the plan that makes it alone.

Every part is made by the engine that was chosen for the whole. m images, c channels, nc kernels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.out_of_core.halos import Need, need
from convpool.plans import arguments
from convpool.plans.base import Plan, PoolingPlan
from convpool.plans.convolution import ConvolutionPlan

Array = NDArray[Any]
Block = tuple[slice, ...]


@dataclass(frozen=True, eq=False)
class Part:
    """A part of an output.

    Attributes
    ----------
    plan : makes this part alone, from what `read` returns
    batch, channels : of the images
    needs : one for each spatial axis
    kernels : those that this part applies; of pooling, the channels
    """

    plan: Plan
    batch: slice
    channels: slice
    needs: tuple[Need, ...]
    kernels: slice

    @property
    def outside(self) -> bool:
        """Whether all windows lie in the padding, so that nothing is read."""
        return not all(one.pieces for one in self.needs)

    @property
    def box(self) -> Block:
        """From the first to the last pixel that is read, on each axis."""
        spatial = [
            slice(one.pieces[0].start, one.pieces[-1].stop) if one.pieces else slice(0, 0)
            for one in self.needs
        ]
        return _placed(self.batch, spatial, self.channels, self.plan.channel_axis)

    def reads(self) -> Iterator[tuple[Block, Block]]:
        """Yield slices of the images, all with steps of 1, and where they go in the block that is laid of them."""
        choices = [list(_laid(one.pieces)) for one in self.needs]
        for chosen in product(*choices):
            given = _placed(
                self.batch, [piece for piece, _ in chosen], self.channels, self.plan.channel_axis
            )
            whole = (
                slice(0, self.batch.stop - self.batch.start),
                slice(0, self.channels.stop - self.channels.start),
            )
            yield (
                given,
                _placed(whole[0], [place for _, place in chosen], whole[1], self.plan.channel_axis),
            )

    def ordered(self, block: Array) -> Array:
        """Return what has been read with pixels repeated where the padding repeats them."""
        for k, one in enumerate(self.needs):
            if one.order is not None:
                block = np.take(block, one.order, axis=k + 1 + (k + 1 >= self.plan.channel_axis))
        return block

    def read(self, images: Any) -> Array:
        """Read what the part needs from anything that can be sliced, and nothing else."""
        reads = list(self.reads())
        if len(reads) == 1:
            return self.ordered(arguments.array(images[reads[0][0]], "images[:]"))
        sizes = [one.read for one in self.needs]
        shape = list(self.plan.images_shape)
        for k, size in enumerate(sizes):
            shape[k + 1 + (k + 1 >= self.plan.channel_axis)] = size
        block = np.empty(shape, self.plan.images_dtype)
        for given, place in reads:
            block[place] = arguments.array(images[given], "images[:]")
        return self.ordered(block)

    def run(self, images: Array, operands: Sequence[Any] = (), out: Array | None = None) -> Array:
        """Make the part from what was read; `operands` are all kernels and their bias."""
        if isinstance(self.plan, PoolingPlan):
            return self.plan.run(images, out)
        kernels, bias = operands
        some = None if bias is None else bias[self.kernels]
        made: Array = self.plan.run(images, kernels[..., self.kernels], some, out)  # type: ignore[attr-defined]
        return made


def part(plan: Plan, outputs: Sequence[slice]) -> Part:
    """Return a part of a plan, given as slices of the output with steps of 1.

    Of several groups, the kernels are taken whole.
    """
    cuts = list(outputs)
    results = cuts.pop(plan.channel_axis)
    batch, *windows = cuts
    if isinstance(plan, PoolingPlan):
        return _pooling(plan, batch, windows, results)
    return _convolution(plan, batch, windows, results)  # type: ignore[arg-type]


def _convolution(
    plan: ConvolutionPlan, batch: slice, windows: Sequence[slice], results: slice
) -> Part:
    each = max(1, plan.results // plan.groups)
    first, last = results.start // each, -(-results.stop // each)
    channels = slice(first * plan.depth, last * plan.depth)
    needs = tuple(
        need(axis, some, plan.pad_mode) for axis, some in zip(plan.axes, windows, strict=True)
    )
    smaller = _smaller(
        plan,
        batch,
        channels,
        needs,
        kernels_shape=(*plan.kernels_shape[:-1], results.stop - results.start),
        groups=last - first,
        # that of the kernels of the whole, which were read when the work began
        kernel_layout="HWIO",
    )
    return Part(smaller, batch, channels, needs, results)


def _pooling(plan: PoolingPlan, batch: slice, windows: Sequence[slice], results: slice) -> Part:
    needs = tuple(
        need(axis, some, plan.pad_mode or "zeros")
        for axis, some in zip(plan.axes, windows, strict=True)
    )
    return Part(_smaller(plan, batch, results, needs), batch, results, needs, results)


def _smaller(plan: Any, batch: slice, channels: slice, needs: Sequence[Need], **words: Any) -> Any:
    shape = [batch.stop - batch.start, *(one.axis.size for one in needs)]
    shape.insert(plan.channel_axis, channels.stop - channels.start)
    made = replace(plan, images_shape=tuple(shape), axes=tuple(one.axis for one in needs), **words)
    # what is cached there stands in its place: the size of a part must not choose another engine
    made.__dict__["candidates"] = plan.candidates
    return made


def _laid(pieces: Sequence[slice]) -> Iterator[tuple[slice, slice]]:
    """Yield pieces, and where they lie end to end."""
    start = 0
    for piece in pieces:
        stop = start + piece.stop - piece.start
        yield piece, slice(start, stop)
        start = stop


def _placed(batch: slice, spatial: Sequence[slice], channels: slice, axis: int) -> Block:
    cuts = [batch, *spatial]
    cuts.insert(axis, channels)
    return tuple(cuts)
