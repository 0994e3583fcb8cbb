"""Plans of the gradients of a convolution. m images, c channels, nc kernels.

With the gradient of the result, g, the gradient of the images is the adjoint of the convolution,
applied to g; then each pixel gets the sum of what its copies in the padding got. That of a weight
is the sum, over all windows, of the pixel under its tap times g; that of a bias is the sum of g.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines import threads
from convpool.engines.numpy.kernels_gradient import bias_gradient
from convpool.engines.pad_modes import (
    add_copies,
)
from convpool.engines.values import dataclass
from convpool.plans import allocation, missing_pixels
from convpool.plans.convolution_gradients_base import ConvolutionGradientsBase
from convpool.plans.gradient_arguments import (
    NAMES,
    Gradients,
    check_output_gradient,
    read_out,
)
from convpool.plans.gradients_with_missing_pixels import missing_terms
from convpool.plans.halos import Part
from convpool.plans.shared_memory import copy_if_shared
from convpool.windows import blocks

Array = NDArray[Any]
Shape = tuple[int, ...]
DType = np.dtype[Any]


@dataclass(frozen=True, kw_only=True)
class ConvolutionGradientsPlan(ConvolutionGradientsBase):
    """A plan of `convolve_gradients`; attributes as in `ConvolutionGradientsBase`."""

    # ---- arrays ----

    def check_operands(self, *operands: Any) -> tuple[Array, Array]:
        """Return (kernels, g): (*window, c // groups, nc) and (m, *output, nc).

        Raises
        ------
        TypeError : they are not numbers
        ValueError : their shape or dtype is not the plan's
        """
        kernels, gradient = operands
        checked = check_output_gradient(gradient, self.output_shape, self.gradient_dtype)
        hwio_kernels = self.check_kernels(kernels)
        if self.missing is not None:
            missing_pixels.check_weights(hwio_kernels)
        return hwio_kernels, self.channels_last(checked)

    def run(  # type: ignore[override]
        self,
        images: Any,
        kernels: Any,
        output_gradient: Any,
        out: Any = None,
        missing: Any = None,
    ) -> Gradients:
        """Return the gradients that are wanted, written to the arrays of `out` if given.

        `missing` says which pixels are missing, if the plan has missing="mask".

        Raises
        ------
        ValueError : shapes or dtypes are not the plan's
        OverflowError : a sum of integers might overflow; the text names the bound
        """
        operands = self.check_operands(kernels, output_gradient)
        mask = missing_pixels.read_run_mask(self.missing, missing, self.images_shape)
        return self.execute(self.check_images(images), operands, out, mask)

    def execute(  # type: ignore[override]
        self,
        images: Array,
        operands: Sequence[Any],
        out: Any = None,
        missing: Array | None = None,
    ) -> Gradients:
        """Compute the gradients from checked images and operands, as `Plan.execute` describes.

        `out` is a `Gradients` of arrays to write to, of which any may be None, or None.
        """
        threads.check()
        pixels, (kernels, gradient) = self.channels_last(images), operands
        out = read_out(out, self.shapes, self.dtype, self.want)
        mask = None if missing is None else self.channels_last(missing)
        for array in out:
            pixels, kernels, gradient, mask = copy_if_shared(array, pixels, kernels, gradient, mask)
        if self.flip:
            kernels = np.flip(kernels, tuple(range(len(self.axes))))
        working = self.working_dtypes(pixels, kernels, gradient)
        targets = Gradients(*map(self._allocate, NAMES, self.shapes, out))
        with np.errstate(all="ignore"):
            if targets.bias is not None:
                bias_gradient(gradient, targets.bias, self.accumulation)
            if self.missing is None:
                self._write(pixels, kernels, gradient, targets, working)
            else:
                absent = missing_pixels.find(pixels, mask)
                self._write_with_missing(pixels, absent, kernels, gradient, targets)
        return targets

    def _write(
        self,
        pixels: Array,
        kernels: Array,
        gradient: Array,
        targets: Gradients,
        working: dict[str, DType],
    ) -> None:
        """Write the gradients of images and kernels to the targets, each if it is wanted."""
        if targets.images is not None:
            target = self.channels_last(targets.images)
            self._write_images(kernels, gradient, target, working["images"])
        if targets.kernels is not None:
            reached, target = self.reached_pixels.gather(pixels), self.to_hwio(targets.kernels)
            self._sum_kernels(reached, gradient, target, working["kernels"])
            self.put_kernels(self._flip_if_planned(target), targets.kernels)

    def _write_with_missing(
        self, pixels: Array, absent: Array, kernels: Array, gradient: Array, targets: Gradients
    ) -> None:
        """Write the gradients of images and kernels as `_write`, with pixels that are `absent`.

        The formulas are those of `gradients_with_missing_pixels`.
        """
        reached, gone = self.reached_pixels.gather(pixels), self.reached_pixels.gather(absent)
        filled = missing_pixels.replace(reached, gone, 0)
        terms = missing_terms(self, filled, gone, kernels, gradient)
        if targets.images is not None:
            target = self.channels_last(targets.images)
            self._write_images(kernels, terms.by_sum, target, self.accumulation)
            target[absent] = 0
        if targets.kernels is not None:
            sums, by_present = (np.empty(self.kernels_shape, self.accumulation) for _ in range(2))
            self._sum_kernels(filled, terms.by_sum, sums, self.accumulation)
            counting = {"pad_mode": missing_pixels.counting_pad_mode(self.pad_mode), "fill": 1}
            present = (~gone).astype(self.accumulation)
            self._sum_kernels(present, terms.by_present, by_present, self.accumulation, **counting)
            sums += terms.by_whole.sum(axis=tuple(range(gradient.ndim - 1))) - by_present
            self.put_kernels(self._flip_if_planned(sums), targets.kernels)

    def _allocate(self, name: str, shape: Shape, out: Array | None) -> Array | None:
        """Return the array for the gradient `name`: `out`, a new one, or None if not wanted."""
        if name not in self.want or out is not None:
            return out
        return allocation.empty(shape, self.dtype, "take smaller images or a part of the batch")

    def _write_images(self, kernels: Array, gradient: Array, target: Array, working: DType) -> None:
        """Write the gradient of the images to the target (m, *spatial, c), summed in `working`.

        Where an engine reads copies of pixels, a pixel gets the sum of what its copies get.
        """
        axes = self.images_plan.axes
        keywords: dict[str, Any] = {"groups": self.groups, "bias": None, "dtype": working}
        if all(read.sources is None for read in self.read_axes):
            self.images_plan.compute(gradient, kernels, axes, target, **keywords)
            return
        for (batch,) in blocks(target.shape[:1], self.images_at_once):
            sums = np.empty(self.read_shape(batch.stop - batch.start), working)
            self.images_plan.compute_once(gradient[batch], kernels, axes, sums, **keywords)
            for k, (axis, read) in enumerate(zip(self.axes, self.read_axes, strict=True), 1):
                if read.sources is not None:
                    sums = add_copies(sums, k, read.sources, axis.size)
            target[batch] = sums

    def _sum_kernels(
        self, reached: Array, gradient: Array, target: Array, working: DType, **padding: Any
    ) -> None:
        """Write the gradient of the kernels to the target (*window, c // groups, nc), not flipped.

        `reached` are the reached pixels (m, *spatial, c), `working` is the dtype of the sums, and
        `padding` may replace the plan's `pad_mode` and `fill`.
        """
        padding = {"pad_mode": self.pad_mode, "fill": self.fill} | padding
        axes, groups = self.engine_axes, self.groups
        self._compute(reached, gradient, axes, target, groups=groups, dtype=working, **padding)

    def _flip_if_planned(self, sums: Array) -> Array:
        """Flip the sums of `_sum_kernels` in place if the plan has `flip`; return them."""
        if self.flip:
            sums[...] = np.flip(sums, tuple(range(len(self.axes)))).copy()
        return sums

    def put_kernels(self, sums: Array, target: Array) -> None:
        """Write sums (*window, c // groups, nc) to a target in the plan's layout.

        They may be a view of the target, and are in place then.
        """
        if not np.may_share_memory(sums, target):
            hwio_target = self.to_hwio(target)
            hwio_target[...] = sums
            if not np.may_share_memory(hwio_target, target):  # it is a copy, not a view
                target[...] = sums.reshape(target.shape)

    # ---- parts ----

    def select_operands(self, operands: Sequence[Any], part: Part) -> tuple[Any, ...]:
        """Return (kernels, g) of a part: its kernels; g comes in as that of the part already."""
        kernels, gradient = operands
        return kernels[..., part.kernels], gradient
