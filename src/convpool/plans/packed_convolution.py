"""Convolution with kernels that were checked and packed once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines import threads
from convpool.plans import integer_sums
from convpool.plans.convolution_sums import ConvolutionSums
from convpool.plans.lock_free_property import cached_property

Array = NDArray[Any]
DType = np.dtype[Any]


class PackedConvolution:
    """A convolution with kernels and a bias that were checked and packed; see `prepack` of a plan.

    Attributes
    ----------
    plan : the plan, for the shape and dtype of the images
    """

    def __init__(self, plan: ConvolutionSums, kernels: Array, bias: Array | None) -> None:
        self.plan = plan
        self._kernels = kernels.copy()
        self._bias = None if bias is None else bias.copy()
        # dtype of sums -> the function of (images, output) that `_pack` returned for it
        self._functions: dict[DType, Callable[[Array, Array], None]] = {}

    def __call__(self, images: Any, out: Array | None = None) -> Array:
        """Return the convolution of images, plus the bias, written to `out` if given.

        Raises
        ------
        ValueError : shape or dtype of the images, or of `out`, is not the plan's
        OverflowError : a sum of integers might overflow; the text names the bound
        """
        plan = self.plan
        images = plan.check_images(images)
        if plan.missing is not None:  # what is missing changes the sums of every call
            return plan.execute(images, (self._kernels, self._bias), out)
        pixels = plan.channels_last(images)
        threads.check()
        pixels = plan.reached_pixels.gather(pixels)
        dtype = plan.working_dtype(pixels, self._kernels, self._bias, lambda: self._sums)
        function = self._functions.get(dtype)
        if function is None:
            function = self._functions[dtype] = self._pack(dtype)
        out, target = plan.allocate_output(out, pixels)
        function(pixels, target)
        return plan.copy_back(out, target)

    def _pack(self, dtype: DType) -> Callable[[Array, Array], None]:
        """Return a function of (images, output), channels last, that sums in this dtype.

        It writes the convolution with the packed kernels, plus the bias, to the output.
        """
        plan = self.plan
        kernels, keywords = plan.as_applied(self._kernels), plan.engine_keywords(self._bias, dtype)
        if plan._engine.prepack is not None:
            return plan._engine.prepack(kernels, plan.engine_axes, **keywords)

        def compute(images: Array, output: Array) -> None:
            plan._compute(images, kernels, plan.engine_axes, output, **keywords)

        return compute

    @cached_property
    def _sums(self) -> integer_sums.Sums:
        """The sums of each kernel: over the window and the channels that it reads."""
        return self.plan.sums_of_kernels(self._kernels, self._bias)

    def __repr__(self) -> str:
        return f"<{self.plan.title}: packed>"

    def __reduce__(self) -> tuple[Any, ...]:
        # copies and pickles pack again
        return PackedConvolution, (self.plan, self._kernels, self._bias)
