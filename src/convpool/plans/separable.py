"""Plans of filters that have one kernel for each spatial axis: one pass along each of them.

k is the number of a spatial axis, from 0; c are the channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from convpool.engines.quiet import without_warnings
from convpool.engines.values import dataclass
from convpool.engines.work import ConvolutionWork
from convpool.plans import integer_sums, missing_pixels
from convpool.plans.convolution import ConvolutionPlan
from convpool.plans.formatting import sizes
from convpool.plans.halos import Part
from convpool.plans.lock_free_property import cached_property
from convpool.plans.make_convolution import plan_convolution
from convpool.windows import Axis, volume

Array = NDArray[Any]
Shape = tuple[int, ...]
Kernels = tuple[Array, ...]  # one kernel (taps,) for each spatial axis


@dataclass(frozen=True, kw_only=True)
class SeparablePlan(ConvolutionPlan):
    """A plan of `filter_image` with one kernel for each spatial axis.

    Its fields are those of the plan of one kernel whose weights are the products of these. Each
    pass sums in the dtype `accumulation`; only the last pass writes the result's dtype.
    """

    operation: ClassVar[str] = "separable convolution"
    call: ClassVar[str] = "filter_image"

    @property
    def multiply_adds(self) -> int:
        """Number of multiplications, each with one addition."""
        lengths, total = [axis.size for axis in self.axes], 0
        for k, axis in reversed(list(enumerate(self.axes))):
            lengths[k] = axis.count
            total += volume(lengths) * axis.window
        return self.batch * self.channels * total

    def work_of(
        self, images: Shape, axes: tuple[Axis, ...], output_channels: int
    ) -> ConvolutionWork:
        """Return the work of an engine as `Plan.work_of` describes it.

        All passes count as one along the last axis, with as many taps as all of them have.
        """
        work = super().work_of(images, axes, output_channels)
        taps = sum(axis.window for axis in axes)
        row = replace(axes[-1], window=taps, dilation=1, ceil=True)
        other_axes = tuple(replace(axis, window=1, dilation=1) for axis in axes[:-1])
        shape = (*(1,) * len(other_axes), taps, *work.kernels[-2:])
        return replace(work, kernels=shape, axes=(*other_axes, row), is_direct=True)

    def extra_bytes(self, padded_pixels: int, results: int) -> int:
        """Return the bytes for missing pixels, and for the sums of all passes but the last."""
        pass_bytes = (len(self.axes) - 1) * padded_pixels * self.accumulation.itemsize
        return super().extra_bytes(padded_pixels, results) + pass_bytes

    # ---- operands: a tuple of one kernel for each axis, and None for the bias ----

    def check_operands(self, kernels: Any, bias: Any = None) -> tuple[Any, None]:
        """Return (kernels, None); raise ValueError unless kernels have the plan's shape and dtype.

        `bias` is None.
        """
        window = self.kernels_shape[:-2]
        if tuple(map(len, kernels)) != window or any(
            k.dtype != self.kernels_dtype for k in kernels
        ):
            raise ValueError(
                f"the plan is for one kernel {self.kernels_dtype} for each axis, of {window} taps"
            )
        return self.check_weights(kernels), None

    def check_weights(self, kernels: Any) -> Any:
        """Return kernels; raise ValueError if pixels may be missing and weights sum to 0."""
        if self.missing is not None:
            for kernel in kernels:
                missing_pixels.check_weights(kernel[:, np.newaxis])  # (taps, 1): one kernel
        return kernels

    def select_operands(self, operands: Sequence[Any], part: Part) -> tuple[Any, ...]:
        """Return the same operands: all channels of a part have the same kernels."""
        return tuple(operands)

    def _weights_of(self, kernels: Kernels) -> Array:
        """Return the products of the kernels, (*window, 1, c); of integers, as Python's ints."""
        exact = [
            kernel.astype(object) if kernel.dtype.kind in "biu" else kernel for kernel in kernels
        ]
        product = reduce(np.multiply.outer, exact)[..., np.newaxis, np.newaxis]
        return np.broadcast_to(product, (*product.shape[:-1], self.output_channels))

    # ---- integers ----

    def _with_channel_axes(self, kernels: Kernels) -> Kernels:
        """Return the kernels as they are: `working_dtype` of this class takes them so."""
        return kernels

    def sums_of_kernels(self, kernels: Any, bias: Array | None) -> integer_sums.Sums:
        """Return the sums of one channel, over the whole window."""
        product = self._weights_of(kernels)[..., :1]
        return integer_sums.Sums(product, tuple(range(product.ndim - 1)), bias)

    @cached_property
    def _limit(self) -> int:
        """The greatest magnitude that a sum of products of these dtypes can have."""
        weight: int = integer_sums.magnitude(integer_sums.limits(self.kernels_dtype)) ** len(
            self.axes
        )
        return self.taps * integer_sums.magnitude(self._pixel_limits) * weight

    # ---- arrays ----

    @without_warnings
    def _apply(
        self, pixels: Array, kernels: Any, target: Array, keywords: dict[str, Any], *, keeps: bool
    ) -> None:
        """Convolve along one axis after the other, as `ConvolutionPlan._apply` describes it."""
        kernels = self._flip_if_planned(kernels)
        filter_pictures = self._filter_pictures if keeps else self._new_filter_pictures()
        if filter_pictures and filter_pictures(pixels, kernels, target, keywords["dtype"]):
            return
        # the last axis first, as `filter_pictures` does
        fill = keywords["fill"]
        for k, axes in self._passes:
            sums = target
            if k > 0:
                sizes = [axis.count for axis in axes]
                sums = np.empty((len(pixels), *sizes, pixels.shape[-1]), keywords["dtype"])
            kernel = self._along(k, kernels[k])
            # a number in the padding that follows from the weights may differ in the next call
            run = self._runs[k] if keeps and fill == self.fill else self._engine.run
            run(pixels, kernel, axes, sums, **keywords | {"fill": fill})
            if fill:  # the next pass pads with what this one makes of a constant
                fill *= kernels[k].sum().item()
            pixels = sums

    @cached_property
    def _passes(self) -> list[tuple[int, tuple[Axis, ...]]]:
        """(k, windows) of the pass along each axis k, on what the passes before have left."""
        passes, lengths = [], [axis.size for axis in self.engine_axes]
        for k, axis in reversed(list(enumerate(self.engine_axes))):
            windows = tuple(axis if j == k else Axis(n, 1) for j, n in enumerate(lengths))
            passes.append((k, windows))
            lengths[k] = axis.count
        return passes

    def _along(self, k: int, kernel: Array) -> Array:
        """Return the kernel of axis k as (*window, 1, c)."""
        rank = len(self.axes)
        column = kernel.reshape(*(-1 if j == k else 1 for j in range(rank)), 1, 1)
        return column if self.output_channels == 1 else column.repeat(self.output_channels, -1)

    @cached_property
    def _runs(self) -> list[Any]:
        """The engine's function for each pass, which may keep what it works out."""
        make_run = self._engine.make_run
        return [self._engine.run if make_run is None else make_run() for _ in self.axes]

    # ---- text ----

    @property
    def title(self) -> str:
        """The first line of the printed plan: "separable convolution with kernels of 9 x 9"."""
        window = sizes(self.kernels_shape[:-2])
        order = "flipped (signal processing)" if self.flip else "as they are (cross-correlation)"
        return f"{self.operation} with kernels of {window}, one axis after the other, {order}"

    @property
    def _work_text(self) -> str:
        """The work of the printed plan: "36 multiply-adds of 3 + 3 taps"."""
        taps = " + ".join(map(str, self.kernels_shape[:-2]))
        return f"{self.multiply_adds:,} multiply-adds of {taps} taps"


def plan_separable(*args: Any, engine: str = "auto", **keywords: Any) -> SeparablePlan:
    """Return the plan of one pass along each axis; arguments are those of `plan_convolution`."""
    whole = plan_convolution(*args, **keywords)
    plan = SeparablePlan(**whole.__getstate__() | {"engine": engine})
    plan.check_engine()
    return plan
