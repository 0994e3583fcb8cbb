"""Parts of an output for callers who schedule the work themselves."""

from __future__ import annotations

from collections.abc import Sequence

from convpool.plans.base import Plan
from convpool.plans.formatting import plural
from convpool.plans.halos import Part, read_outputs


def part(plan: Plan, block: Sequence[slice]) -> Part:
    """Return the part that computes one block of a plan's output, in any process.

    Parameters
    ----------
    plan
        The plan of a convolution, pooling or transposed convolution. All parts run on its engine.
    block
        One slice for each axis of the output, with steps of 1. The channels of the block are whole
        groups, or lie in one group.

    Returns
    -------
    a part: `part.pieces` are the slices of the images that it needs on each of their axes, and
    `part.plan` is the plan of what these hold. `part.read(images)` reads them, from an array or
    anything else that takes slices, and `part.run(pixels, operands)` returns the block of the
    output. The operands are what `plan.check_operands` returns for all arrays but the images.

    Raises
    ------
    TypeError : `plan` is no plan
    ValueError : the block does not fit the output

    Examples
    --------
    >>> import numpy as np
    >>> from convpool import convolve, part, plan_convolution
    >>> images, kernels = np.ones((1, 100, 100, 3)), np.ones((3, 3, 3, 8))
    >>> plan = plan_convolution(images.shape, kernels.shape)
    >>> corner = part(plan, (slice(0, 1), slice(0, 10), slice(90, 100), slice(0, 8)))
    >>> corner.pieces
    ((slice(0, 1, None),), (slice(0, 11, None),), (slice(89, 100, None),), (slice(0, 3, None),))
    >>> values = corner.run(corner.read(images), plan.check_operands(kernels))
    >>> np.array_equal(values, convolve(images, kernels)[:, :10, 90:])
    True
    """
    if not isinstance(plan, Plan):
        raise TypeError(f"plan is a {type(plan).__name__}; plan_convolution makes one, for example")
    shape = plan.output_shape
    if not isinstance(block, Sequence) or len(block) != len(shape):
        raise ValueError(
            f"block is {block!r}; it must be {plural(len(shape), 'slice')}, one for each axis of "
            f"the output {shape}"
        )
    slices = [read_outputs(piece, count) for piece, count in zip(block, shape, strict=True)]
    channels, size = slices[plan.channel_axis], plan.group_outputs
    is_in_one_group = channels.start // size == (channels.stop - 1) // size
    if not is_in_one_group and (channels.start % size or channels.stop % size):
        raise ValueError(
            f"block has the channels {channels.start} to {channels.stop}; a group has {size}, and "
            "they must be whole groups, or lie in one"
        )
    return plan.part(slices)
