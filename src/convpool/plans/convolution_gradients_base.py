"""What a plan of the gradients of a convolution knows without arrays: sizes, engines, text.

m images, c channels, nc kernels; g is the gradient of the result.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from convpool.engines.engine import Engine
from convpool.engines.pad_modes import (
    CHUNK_BYTES,
    REPEATING_PAD_MODES,
    padded_indices,
)
from convpool.engines.registry.gradients import KERNELS_GRADIENT_ENGINES
from convpool.engines.values import NamedTuple, dataclass
from convpool.plans import integer_sums, missing_pixels
from convpool.plans.formatting import byte_size
from convpool.plans.gradient_arguments import (
    NAMES,
    Gradients,
)
from convpool.plans.kernel_layouts import LAYOUTS
from convpool.plans.kernel_plans import ConvolvedWindowsPlan
from convpool.plans.lock_free_property import cached_property
from convpool.plans.transposed import TransposedPlan
from convpool.windows import Axis, volume

Array = NDArray[Any]
Shape = tuple[int, ...]
DType = np.dtype[Any]


class ReadAxis(NamedTuple):
    """One axis of the pixels that an engine reads: the images' own pixels, or copies of them.

    Attributes
    ----------
    axis : the windows on the pixels that are read
    sources : for each pixel that is read, the index of the pixel of the images that it is a copy
        of; None if the images' own pixels are read
    """

    axis: Axis
    sources: NDArray[np.int64] | None

    @property
    def most_copies(self) -> int:
        """How many copies a pixel of the images has at most; 1 if nothing is copied."""
        if self.sources is None or not self.sources.size:
            return 1
        return int(np.bincount(self.sources).max())


@dataclass(frozen=True, kw_only=True)
class ConvolutionGradientsBase(ConvolvedWindowsPlan):
    """A plan of `convolve_gradients` without its run.

    `axes` are those of the images, `output_shape` is that of g.

    Attributes
    ----------
    gradient_dtype : the dtype of g, the gradient of the result
    want : the names of the gradients that are computed
    """

    gradient_dtype: DType
    want: tuple[str, ...]

    engines: ClassVar[dict[str, Engine]] = KERNELS_GRADIENT_ENGINES
    operation: ClassVar[str] = "gradients of a convolution"
    call: ClassVar[str] = "convolve_gradients"

    # ---- sizes ----

    @property
    def passed_kernels_shape(self) -> Shape:
        """The shape of kernels in the layout in which `run` takes and returns them."""
        return LAYOUTS[self.kernel_layout].shape_from_hwio(self.kernels_shape, self.groups)

    @property
    def shapes(self) -> Gradients:
        """The shapes of all three gradients."""
        return Gradients(self.images_shape, self.passed_kernels_shape, self.kernels_shape[-1:])

    @cached_property
    def images_plan(self) -> TransposedPlan:
        """The plan of the adjoint, which computes the gradient of the pixels an engine reads."""
        return TransposedPlan(
            images_shape=self.output_shape,
            images_dtype=self.gradient_dtype,
            channel_axis=self.channel_axis,
            axes=tuple(read.axis for read in self.read_axes),
            dtype=self.dtype,
            accumulation=self.accumulation,
            padding=self.padding,
            engine=self.engine,
            kernels_shape=self.kernels_shape,
            kernels_dtype=self.kernels_dtype,
            groups=self.groups,
            kernel_layout="HWIO",
            input_sizes=self.output_sizes,
        )

    @cached_property
    def read_axes(self) -> list[ReadAxis]:
        """For each spatial axis, the pixels that an engine reads, and the windows on them.

        Copies are read if windows reach few pixels (these alone are copied), or if a pad mode
        repeats pixels in the padding (they are copied with it).
        """
        read_axes = []
        for axis, reached in zip(self.axes, self.reached_pixels.per_axis, strict=True):
            if reached is not None:
                read_axes.append(ReadAxis(reached.axis, reached.pixels))
            elif self.pad_mode in REPEATING_PAD_MODES and (axis.before or axis.after):
                sources = padded_indices(axis, self.pad_mode)
                padded = replace(axis, size=len(sources), before=0, after=0)
                read_axes.append(ReadAxis(padded, sources))
            else:
                read_axes.append(ReadAxis(axis, None))
        return read_axes

    def read_shape(self, image_count: int) -> Shape:
        """Return the shape (m, *spatial, c) of what an engine reads of `image_count` images."""
        return (image_count, *(read.axis.size for read in self.read_axes), self.channels)

    @property
    def images_at_once(self) -> int:
        """Number of images whose pixels are copied at a time."""
        bytes_per_image = volume(self.read_shape(1)) * self.accumulation.itemsize
        return max(1, min(self.batch, CHUNK_BYTES // 4 // max(1, bytes_per_image)))

    @property
    def scratch(self) -> int:
        """About how many bytes of working memory a run takes."""
        scratch = [0]
        if "kernels" in self.want:
            scratch.append(super().scratch)
        if "images" in self.want:
            copy_bytes = 0
            if any(read.sources is not None for read in self.read_axes):
                copied = volume(self.read_shape(self.images_at_once))
                copy_bytes = 3 * self.accumulation.itemsize * copied
            scratch.append(copy_bytes + self.images_plan.scratch)
        return max(scratch)

    def extra_bytes(self, padded_pixels: int, results: int) -> int:
        """Return the bytes of the gradients of a tile, and of what their computation copies.

        `padded_pixels` is the number of pixels with their padding, `results` the number of results.
        """
        sums = 2 * volume(self.kernels_shape) * 8
        blocks = 2**22 * self.accumulation.itemsize  # of the adjoint
        padded_bytes = padded_pixels * self.accumulation.itemsize
        return 4 * padded_bytes + sums + min(blocks, 8 * results * self.taps)

    @property
    def multiply_adds(self) -> int:
        """Number of multiplications, each with one addition, of the wanted gradients."""
        return super().multiply_adds * len(set(self.want) & {"images", "kernels"})

    @classmethod
    def engine_names(cls) -> list[str]:
        """Return the names of all engines that compute at least one of the gradients."""
        return list(dict.fromkeys([*TransposedPlan.engines, *cls.engines]))

    def refusals(self) -> dict[str, str | None]:
        """Return name -> why an engine cannot compute all that is wanted, None if it can."""
        refusals: dict[str, str | None] = dict.fromkeys(self.engine_names())
        of_images, of_kernels = self.images_plan.refusals(), super().refusals()
        for name in refusals:
            if "images" in self.want:
                refusals[name] = of_images.get(name, "it has no gradient of the images")
            if "kernels" in self.want and refusals[name] is None:
                refusals[name] = of_kernels.get(name, "it has no gradient of the kernels")
        return refusals

    # ---- integers ----

    def fits(self, *operands: Any) -> bool:
        """Return whether no sum can overflow, whatever the pixels; True if sums are floats."""
        if self.accumulation.kind not in "iu" or "kernels" not in self.want:
            return True
        _, gradient = operands
        sums = self._sums(gradient)
        return sums.fit(self.accumulation, self._with_fill(integer_sums.limits(self.images_dtype)))

    def check(self, images: Array, *operands: Any) -> None:
        """Raise OverflowError if a sum of integers might overflow; `images` may have any shape."""
        kernels, gradient = operands
        self.working_dtypes(images, kernels, gradient)

    def working_dtypes(self, images: Array, kernels: Array, gradient: Array) -> dict[str, DType]:
        """Return {name: dtype}: for each wanted gradient, the fastest dtype in which it is exact.

        `Sums.working_dtype` finds the dtype from the range of the integers that are multiplied by
        known weights and summed; it raises OverflowError if a sum might overflow.
        """
        if self.accumulation.kind not in "iu":
            return dict.fromkeys(self.want, self.accumulation)
        working: dict[str, DType] = {}
        if "images" in self.want:
            # the gradients of all copies of a pixel are added up
            copies = volume([read.most_copies for read in self.read_axes])
            least, greatest = integer_sums.extremes(gradient)
            sums_over_kernels = self.images_plan.sums(kernels, None)
            working["images"] = sums_over_kernels.working_dtype(
                self.accumulation,
                (copies * least, copies * greatest),
                "the gradient of the images",
            )
        sums_over_windows = self._sums(gradient)
        if "kernels" in self.want:
            # the images are read for their extremes only where the limits of their dtype, which
            # cost nothing, leave open whether sums overflow or are exact in floats
            pixels = self._with_fill(integer_sums.limits(self.images_dtype))
            may_overflow = not sums_over_windows.fit(self.accumulation, pixels)
            if may_overflow or sums_over_windows.bound(pixels) > integer_sums.EXACT_IN_FLOAT64:
                pixels = self._with_fill(integer_sums.extremes(images))
            working["kernels"] = sums_over_windows.working_dtype(
                self.accumulation, pixels, "the gradient of the kernels"
            )
        if "bias" in self.want:
            # sums of g alone, as of pixels that are 1 (a range contains 0); only may raise: the
            # gradient of the bias is summed in `accumulation` in any case
            ones = (0, 1)
            sums_over_windows.working_dtype(self.accumulation, ones, "the gradient of the bias")
            working["bias"] = self.accumulation
        return working

    def _sums(self, gradient: Array) -> integer_sums.Sums:
        """Return the sums over all windows of all images; `gradient` is g (m, *output, nc)."""
        return integer_sums.Sums(gradient, tuple(range(gradient.ndim - 1)))

    # ---- text ----

    def rows(self) -> list[tuple[str, str]]:
        """Return the lines that print shows between title and engines, each as (name, text)."""
        rows = dict(super().rows())
        shapes = [
            f"{name} {shape}"
            for name, shape in zip(NAMES, self.shapes, strict=True)
            if name in self.want
        ]
        rows["result"] = f"{', '.join(shapes)}; {self.dtype}, computed in {self.accumulation}"
        written = volume(self.images_shape) if "images" in self.want else 0
        written += volume(self.kernels_shape) if "kernels" in self.want else 0
        read = self.bytes_in + volume(self.output_shape) * self.gradient_dtype.itemsize
        rows["memory"] = (
            f"{byte_size(read)} in, {byte_size(written * self.dtype.itemsize)} out, "
            f"{byte_size(self.scratch)} scratch"
        )
        gradient_row = ("gradient", f"{self.output_shape} {self.gradient_dtype}, of the result")
        listed = missing_pixels.with_row(list(rows.items()), self.missing, ", which gets 0")
        return [listed[0], gradient_row, *listed[1:]]

    def engine_rows(self) -> list[tuple[str, str]]:
        """Return the lines that print shows for the engines of each gradient."""
        candidates = []
        if "images" in self.want:
            candidates += [("images", *pair) for pair in self.images_plan.candidates]
        if "kernels" in self.want:
            candidates += [("kernels", *pair) for pair in self.candidates]
        return [("engine", f"{name} for {which}: {why}") for which, name, why in candidates]

    @property
    def _work_text(self) -> str:
        """The work of the printed plan: "18 multiply-adds"."""
        return f"{self.multiply_adds:,} multiply-adds"
