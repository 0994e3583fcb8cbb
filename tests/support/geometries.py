"""Random calls of `convolve` and `pool` whose windows fit, for Hypothesis."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

import convpool
from convpool.windows import PADDINGS

REPEATING = ["reflect", "symmetric", "edge", "wrap"]


class ConvolutionCall(NamedTuple):
    """Shapes of operands, with channels last and kernels in layout "HWIO", and keywords."""

    images: tuple[int, ...]
    kernels: tuple[int, ...]
    words: dict[str, Any]

    @property
    def output(self) -> tuple[int, ...]:
        """The shape of the result, channels last."""
        return convpool.plan_convolution(self.images, self.kernels, **self.words).output_shape


def _per_axis(draw: Any, rank: int, least: int, most: int) -> tuple[int, ...]:
    """Return a random number for each axis."""
    return tuple(draw(st.tuples(*[st.integers(least, most)] * rank)))


def _padding(draw: Any, rank: int) -> Any:
    """Return a random padding of any form."""
    pair = st.tuples(st.integers(0, 5), st.integers(0, 5))
    return draw(
        st.one_of(
            st.sampled_from(list(PADDINGS)),
            st.integers(0, 3),
            st.tuples(*[st.integers(0, 4)] * rank),
            st.tuples(*[pair] * rank),
        )
    )


@st.composite
def convolutions(draw: Any, *, pad_modes: bool = True) -> ConvolutionCall:
    """Return a call of `convolve` that gives at least one number."""
    rank = draw(st.integers(1, 3))
    most = 7 if rank < 3 else 4
    groups, depth = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    images = (draw(st.integers(1, 3)), *_per_axis(draw, rank, 1, most), groups * depth)
    kernels = (*_per_axis(draw, rank, 1, 4), depth, groups * draw(st.integers(1, 2)))
    words = {
        "padding": _padding(draw, rank),
        "stride": _per_axis(draw, rank, 1, 3),
        "dilation": _per_axis(draw, rank, 1, 3),
        "groups": groups,
    }
    if pad_modes:
        words["pad_mode"] = draw(st.sampled_from(["zeros", "zeros", "constant", *REPEATING]))
        words["fill"] = 3 if words["pad_mode"] == "constant" else 0
        words["flip"] = draw(st.booleans())
    call = ConvolutionCall(images, kernels, words)
    try:
        assume(np.prod(call.output) > 0)
    except ValueError as error:
        assume("does not fit" not in str(error))
        raise
    return call


class PoolingCall(NamedTuple):
    """The shape of images, with channels last, and arguments of `pool`."""

    images: tuple[int, ...]
    words: dict[str, Any]

    @property
    def output(self) -> tuple[int, ...]:
        """The shape of the result, channels last."""
        return convpool.plan_pooling(self.images, **self.words).output_shape


@st.composite
def poolings(draw: Any, modes: Iterable[str]) -> PoolingCall:
    """Return a call of `pool` with one of these modes that gives at least one number."""
    rank = draw(st.integers(1, 3))
    most = 7 if rank < 3 else 4
    images = (draw(st.integers(1, 2)), *_per_axis(draw, rank, 1, most), draw(st.integers(1, 3)))
    window = _per_axis(draw, rank, 1, 3)
    mode = draw(st.sampled_from(list(modes)))
    words = {
        "kernel_shape": window,
        "mode": mode,
        "stride": draw(st.sampled_from([None, _per_axis(draw, rank, 1, 3)])),
        "padding": _padding(draw, rank),
        "dilation": _per_axis(draw, rank, 1, 3),
        "ceil": draw(st.booleans()),
        "count_padding": draw(st.booleans()),
        "p": draw(st.sampled_from([1, 2, 3, 2.5])),
        "pad_mode": draw(st.sampled_from([None, None, "zeros", "constant", *REPEATING])),
    }
    if words["pad_mode"] == "constant":
        words["fill"] = 2
    if mode in ("max", "min", "median") and draw(st.booleans()):
        footprint = draw(st.lists(st.booleans(), min_size=int(np.prod(window)), max_size=27))
        words["footprint"] = np.reshape([True, *footprint[1 : np.prod(window)]], window)
    call = PoolingCall(images, words)
    try:
        assume(np.prod(call.output) > 0)
    except ValueError as error:
        assume("does not fit" not in str(error))
        raise
    return call
