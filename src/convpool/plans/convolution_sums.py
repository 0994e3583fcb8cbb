"""What a plan of convolution and its packed form share: dtypes of sums, and engine keywords."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from convpool.engines.engine import Engine
from convpool.engines.registry.convolution import ENGINES
from convpool.engines.values import dataclass
from convpool.plans import integer_sums
from convpool.plans.kernel_plans import ConvolvedWindowsPlan
from convpool.plans.lock_free_property import cached_property

Array = NDArray[Any]
DType = np.dtype[Any]


@dataclass(frozen=True, kw_only=True)
class ConvolutionSums(ConvolvedWindowsPlan):
    """A convolution's arguments, the dtypes in which its sums are exact, and the engine's keywords.

    Attributes are those of `ConvolvedWindowsPlan`.
    """

    engines: ClassVar[dict[str, Engine]] = ENGINES
    operation: ClassVar[str] = "convolution"
    call: ClassVar[str] = "convolve"

    # ---- integers ----

    def fits(self, *operands: Any) -> bool:
        """Return whether no sum can overflow, whatever the pixels; True if sums are floats."""
        if self.accumulation.kind not in "iu":
            return True
        kernels, bias = operands
        return self.sums_of_kernels(kernels, bias).fit(self.accumulation, self._pixel_limits)

    def check(self, images: Array, *operands: Any) -> None:
        """Raise OverflowError if a sum of integers might overflow; `images` may have any shape."""
        self.working_dtype(images, *operands)

    def working_dtype(
        self,
        images: Array,
        kernels: Array,
        bias: Array | None,
        known_sums: Callable[[], integer_sums.Sums] | None = None,
    ) -> DType:
        """Return the dtype to compute in: for integers, the fastest in which sums are exact.

        Sums are bounded from as few values as will do: from the dtypes alone, then with the
        weights, then with the pixels, which are most. Raise OverflowError if a sum might overflow.
        `known_sums` is called instead of `sums_of_kernels`, by callers who keep its result.
        """
        if self.accumulation.kind not in "iu":
            return self.accumulation
        # the bound for any pixels and weights of these dtypes
        limit = self._limit + (
            0 if bias is None else integer_sums.magnitude(integer_sums.extremes(bias))
        )
        if self.accumulation.kind == "i" and limit <= min(
            integer_sums.EXACT_IN_FLOAT64, integer_sums.limits(self.accumulation)[1]
        ):
            return integer_sums.fastest_exact(self.accumulation, limit)
        # the bound for any pixels of the images' dtype with these weights
        sums = self.sums_of_kernels(kernels, bias) if known_sums is None else known_sums()
        pixels = self._pixel_limits
        if sums.bound(pixels) > integer_sums.EXACT_IN_FLOAT64 or not sums.fit(
            self.accumulation, pixels
        ):
            pixels = self._with_fill(integer_sums.extremes(images))
        return sums.working_dtype(self.accumulation, pixels, "sums of products")

    def sums_of_kernels(self, kernels: Array, bias: Array | None) -> integer_sums.Sums:
        """Return the sums of each kernel: over the window and the channels that it reads."""
        return integer_sums.Sums(kernels, tuple(range(kernels.ndim - 1)), bias)

    @cached_property
    def _pixel_limits(self) -> integer_sums.Range:
        """The least and the greatest value that images of this dtype and their padding can have."""
        return self._with_fill(integer_sums.limits(self.images_dtype))

    @cached_property
    def _limit(self) -> int:
        """The greatest magnitude of a sum, without bias, for any values of the dtypes."""
        weight = integer_sums.magnitude(integer_sums.limits(self.kernels_dtype))
        return self.taps * self.depth * integer_sums.magnitude(self._pixel_limits) * weight

    # ---- the engine ----

    def engine_keywords(self, bias: Array | None, dtype: DType) -> dict[str, Any]:
        """Return the keywords of an engine, with this bias and sums in this dtype."""
        if bias is not None and dtype.kind in "iu":  # NumPy cannot add int64 to uint64 in place
            bias = bias.astype(dtype, copy=False)
        return {
            "groups": self.groups,
            "pad_mode": self.pad_mode,
            "fill": self.fill,
            "bias": bias,
            "dtype": dtype,
        }

    def _apply(
        self, pixels: Array, kernels: Any, target: Array, keywords: dict[str, Any], *, keeps: bool
    ) -> None:
        """Convolve the reached pixels into target, in place; `keywords` are from `engine_keywords`.

        `keeps` says whether what the engine works out is kept with the plan, and reused: only in
        calls with the same keywords.
        """
        run = self._compute if keeps else self._engine.run
        run(pixels, self.as_applied(kernels), self.engine_axes, target, **keywords)

    def as_applied(self, kernels: Array) -> Array:
        """Return kernels as engines take them: flipped if the plan says so."""
        return np.flip(kernels, tuple(range(len(self.axes)))) if self.flip else kernels
