"""Transposed convolution as convolutions: one for each phase of the strides.

It is given values, and writes pixels to `out`. On an axis, pixel p gets, for each tap t, the weight
of t times value number (p + before - t * dilation) / stride: only taps count for which this is an
integer. The pixels of an axis that are `stride` apart are a phase: these taps are the same for all
of them, and the values of one pixel are neighbours, or some steps apart. So a phase is a
convolution of the values with these taps in the opposite order, whose result is written to every
stride-th pixel. values (m, *output, nc), kernels (*window, depth, nc), out (m, *spatial, c); c
channels, nc kernels of depth = c // groups channels; `axes` are the windows on the spatial axes of
out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines import threads
from convpool.engines.compiled import convolution, launch
from convpool.engines.compiled.geometry import are_finite
from convpool.engines.numpy import convolution as numpy_convolution
from convpool.engines.values import NamedTuple
from convpool.windows import Axis, volume

Array = NDArray[Any]

UNSHARED_WEIGHTS = 2**17  # weights up to which one thread copies them with swapped channels


class Phase(NamedTuple):
    """Every stride-th pixel of an axis, and the convolution that computes them.

    Attributes
    ----------
    pixels : the pixels, a slice
    taps : the taps of the kernel that lie on them, in the order of their values; may be none
    axis : the windows of these taps on the values; negative padding leaves out values at an end
    """

    pixels: slice
    taps: slice
    axis: Axis


class PhaseConvolution(NamedTuple):
    """The convolution that computes the pixels in one phase of each axis.

    Attributes
    ----------
    values, taps, pixels : indices of what it reads of values and kernels, and writes of the output
    axes : its windows on these values
    runner : computes it
    """

    values: tuple[slice, ...]
    taps: tuple[slice, ...]
    pixels: tuple[slice, ...]
    axes: list[Axis]
    runner: convolution.Runner


def phases_of(axis: Axis, values: int) -> list[Phase]:
    """Return the phases of an axis of out; `values` is the size of the values' axis.

    Examples
    --------
    >>> for phase in phases_of(Axis(5, 3, stride=2, before=1, after=1), 3):
    ...     print(list(range(5))[phase.pixels], list(range(3))[phase.taps], phase.axis.before)
    [0, 2, 4] [1] 0
    [1, 3] [2, 0] 0
    """
    return [_phase(axis, values, first) for first in range(min(axis.stride, axis.size))]


def _phase(axis: Axis, values: int, first: int) -> Phase:
    """Return the phase of pixels first, first + stride ...; other arguments as in `phases_of`."""
    pixels = slice(first, axis.size, axis.stride)
    position = first + axis.before  # of the first pixel, on the padded axis
    taps = [
        tap for tap in range(axis.window) if (position - tap * axis.dilation) % axis.stride == 0
    ]
    if not taps:
        return Phase(pixels, slice(0, 0), Axis(values, 1))
    step = axis.meeting_distance  # from one of these taps to the next
    dilation = step * axis.dilation // axis.stride  # from the value of one to that of the next
    # the first value of the first pixel (below 0: in the padding), and behind the last of the last
    start = (position - taps[-1] * axis.dilation) // axis.stride
    stop = start + len(range(axis.size)[pixels]) + dilation * (len(taps) - 1)
    windows = Axis(values, len(taps), dilation=dilation, before=-start, after=stop - values)
    descending = slice(taps[-1], taps[0] - 1 if taps[0] else None, -step)
    return Phase(pixels, descending, windows)


def phase_count(axes: Sequence[Axis]) -> int:
    """Return how many convolutions compute all phases; axes: the windows on the output."""
    return volume([min(axis.stride, max(1, axis.size)) for axis in axes])


def convolve_transpose(
    values: Array, kernels: Array, axes: Sequence[Axis], out: Array, **keywords: Any
) -> None:
    """Write the adjoint of a convolution, as `Runner` describes it, once."""
    Runner()(values, kernels, axes, out, **keywords)


class Runner:
    """Computes the adjoint of the convolution of one plan, as often as wanted.

    What follows from shapes, strides and dtypes is worked out once, and kept.
    """

    def __init__(self) -> None:
        self.convolutions: list[PhaseConvolution] = []  # made in the first call

    def __call__(
        self,
        values: Array,
        kernels: Array,
        axes: Sequence[Axis],
        out: Array,
        *,
        groups: int = 1,
        bias: Array | None = None,
        dtype: DTypeLike,
    ) -> None:
        """Write the adjoint of a convolution to out.

        Arguments are those of `engines.numpy.convolution.convolve_transpose`. All but the arrays'
        memory, `bias` and `dtype` must be the same in every call. What
        `engines.compiled.convolution.refusal` refuses must not be passed.
        """
        if not are_finite(kernels):
            # a convolution reads zeros where a pixel has no value, and 0 * inf is NaN
            numpy_convolution.convolve_transpose(
                values, kernels, axes, out, groups=groups, bias=bias, dtype=dtype
            )
            return
        if not self.convolutions:
            phases = (
                phases_of(axis, count) for axis, count in zip(axes, values.shape[1:-1], strict=True)
            )
            self.convolutions = [_convolution_of(combination) for combination in product(*phases)]
        keywords: dict[str, Any] = {"groups": groups, "bias": bias, "dtype": dtype}
        for phase in self.convolutions:
            source, weights, target = values[phase.values], kernels[phase.taps], out[phase.pixels]
            if weights.size and source.size:
                swapped = _with_channels_swapped(weights, groups, np.dtype(dtype))
                phase.runner(source, swapped, phase.axes, target, **keywords)
            else:
                target[...] = 0 if bias is None else bias


def _convolution_of(phases: Sequence[Phase]) -> PhaseConvolution:
    """Return the convolution of one phase of each axis.

    Where the padding of a phase is negative, it reads fewer values instead.
    """
    axes, values = [], []
    for axis in (phase.axis for phase in phases):
        # the values from start to before stop are read; then no padding is less than 0
        start = min(max(0, -axis.before), axis.size)
        stop = max(start, axis.size + min(0, axis.after))
        values.append(slice(start, stop))
        before, after = axis.before + start, axis.after + axis.size - stop
        axes.append(replace(axis, size=stop - start, before=before, after=after))
    return PhaseConvolution(
        values=(slice(None), *values),
        taps=tuple(phase.taps for phase in phases),
        pixels=(slice(None), *(phase.pixels for phase in phases)),
        axes=axes,
        runner=convolution.Runner(),
    )


def _with_channels_swapped(kernels: Array, groups: int, dtype: np.dtype[Any]) -> Array:
    """Return a copy of kernels (*window, depth, nc) as (*window, nc // groups, c), in `dtype`.

    Kernels and channels change places within each group.
    """
    *window, depth, nc = kernels.shape
    by_group = kernels.reshape(volume(window), depth, groups, nc // groups)
    source = by_group.transpose(0, 3, 2, 1)  # (tap, nc // groups, groups, depth)
    swapped = np.empty(source.shape, dtype)
    # ranges of the second axis, which threads share
    range_count = launch.part_count() if swapped.size > UNSHARED_WEIGHTS else 1
    ranges = [slice(*limits) for limits in launch.split_range(source.shape[1], range_count)]
    threads.spread(lambda k: np.copyto(swapped[:, ranges[k]], source[:, ranges[k]]), len(ranges))
    return swapped.reshape(*window, nc // groups, groups * depth)
