"""Parts that a caller schedules: every block of the whole output, and blocks that do not fit."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convpool
from support.arrays import numbers

IMAGES = numbers((2, 7, 6, 4))
KERNELS = numbers((3, 2, 2, 6))
PLANS = {
    "convolution": (
        convpool.plan_convolution(IMAGES.shape, KERNELS.shape, groups=2, pad_mode="wrap"),
        (KERNELS,),
    ),
    "strided": (
        convpool.plan_convolution(IMAGES.shape, KERNELS.shape, 2, 3, groups=2, dilation=2),
        (KERNELS,),
    ),
    "pooling": (convpool.plan_pooling(IMAGES.shape, 3, 2, "avg", padding=1), ()),
    "transposed": (
        convpool.plan_transposed(IMAGES.shape, (3, 2, 3, 4), stride=2, groups=2),
        (numbers((3, 2, 3, 4)),),
    ),
}


@pytest.mark.parametrize("name", PLANS)
@given(data=st.data())
def test_a_block_is_that_of_the_whole(name, data):
    plan, operands = PLANS[name]
    whole = plan.run(IMAGES, *operands)
    block = []
    for size in plan.output_shape[:-1]:
        start = data.draw(st.integers(0, size))
        block.append(slice(start, data.draw(st.integers(start, size))))
    size = plan.group_outputs
    first = size * data.draw(st.integers(0, plan.group_count - 1))
    inside = slice(first + data.draw(st.integers(0, size - 1)), first + size)
    block.append(data.draw(st.sampled_from([slice(None), slice(first, None), inside])))
    part = convpool.part(plan, block)
    values = part.run(part.read(IMAGES), plan.check_operands(*operands))
    np.testing.assert_allclose(values, whole[tuple(block)], rtol=1e-12)


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ([slice(0, 1)] * 3, "it must be 4 slices, one for each axis of the output (2, 7, 6, 6)"),
        (slice(0, 1), "it must be 4 slices"),
        ([slice(0, 1), slice(0, 8), slice(0, 1), slice(0, 1)], "a slice of the 7 outputs"),
        ([slice(0, 1), slice(0, 7, 2), slice(0, 1), slice(0, 1)], "with a step of 1"),
        ([0, slice(0, 7), slice(0, 1), slice(0, 1)], "part has 0; it must be a slice"),
        ([slice(0, 1)] * 3 + [slice(1, 4)], "the channels 1 to 4; a group has 3"),
    ],
)
def test_a_block_that_does_not_fit_is_named(block, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        convpool.part(PLANS["convolution"][0], block)


def test_what_is_no_plan_is_named():
    with pytest.raises(TypeError, match="plan is a ndarray; plan_convolution makes one"):
        convpool.part(IMAGES, [slice(0, 1)] * 4)
