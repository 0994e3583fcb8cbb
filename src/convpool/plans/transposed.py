"""Plans of transposed convolution, the adjoint of `convolve`. m images, c channels, nc kernels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from convpool.engines import threads
from convpool.engines.engine import Engine
from convpool.engines.registry.convolution import TRANSPOSE_ENGINES
from convpool.engines.values import dataclass
from convpool.plans import arguments, integer_sums
from convpool.plans.formatting import span
from convpool.plans.halos import Need, Part
from convpool.plans.kernel_plans import KernelsPlan
from convpool.plans.lock_free_property import cached_property
from convpool.plans.shared_memory import copy_if_shared
from convpool.windows import Axis, volume

Array = NDArray[Any]
Shape = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class TransposedPlan(KernelsPlan):
    """A plan of `convolve_transpose`: `axes` are those of its output.

    It is the adjoint of the convolution whose images have the shape of this output: the windows lie
    on the output, and each input value is added to one window.

    Attributes
    ----------
    input_sizes : the spatial sizes of the images, which on each axis is the number of windows
    """

    input_sizes: Shape

    engines: ClassVar[dict[str, Engine]] = TRANSPOSE_ENGINES
    operation: ClassVar[str] = "transposed convolution"
    call: ClassVar[str] = "convolve_transpose"
    bias_is_added_to: ClassVar[str] = "channel of the result"
    memory_advice: ClassVar[str] = ""

    @cached_property
    def output_sizes(self) -> Shape:
        """The spatial sizes of the output."""
        return tuple(axis.size for axis in self.axes)

    @property
    def output_channels(self) -> int:
        """Number of channels of the output, c."""
        return self.depth * self.groups

    @property
    def group_inputs(self) -> int:
        """Channels of the images in each group, nc // groups."""
        return self.kernels_shape[-1] // self.groups

    @property
    def multiply_adds(self) -> int:
        """Number of multiplications, each with one addition."""
        return volume([self.batch, *self.input_sizes]) * volume(self.kernels_shape)

    @cached_property
    def work(self) -> Any:
        """The work of the convolution whose adjoint this is, a `ConvolutionWork`."""
        images = self.batch, *self.output_sizes, self.output_channels
        return self.work_of(images, self.axes, self.kernels_shape[-1])

    @property
    def scratch(self) -> int:
        """About how many bytes of working memory a run takes."""
        return self.engines[self.engine_name].memory(self.work)

    # ---- parts ----

    def part(self, block: Sequence[slice]) -> Part:
        """Return the part that computes a block of the output, one slice for each of its axes.

        Slices have a step of 1. The channels of the block lie in one group, or are whole groups.
        """
        batch, *spatial, outputs = arguments.shape_channels_last(block, self.channel_axis)
        groups = self._groups_of(outputs)
        # the images have a channel for each kernel
        kernels = slice(groups.start * self.group_inputs, groups.stop * self.group_inputs)
        depth = slice(0, self.depth)  # the channels of each kernel that are used
        if groups.stop - groups.start == 1:
            group_start = groups.start * self.depth
            depth = slice(outputs.start - group_start, outputs.stop - group_start)
        needs = tuple(
            _need_of_pixels(axis, count, pixels)
            for axis, count, pixels in zip(self.axes, self.input_sizes, spatial, strict=True)
        )
        input_sizes = tuple(need.size for need in needs)
        window = self.kernels_shape[:-2]
        plan = self._part_plan(
            batch,
            input_sizes,
            kernels,
            needs,
            groups=groups.stop - groups.start,
            kernels_shape=(*window, depth.stop - depth.start, kernels.stop - kernels.start),
            kernel_layout="HWIO",
            input_sizes=input_sizes,
        )
        return Part(plan, batch, kernels, needs, kernels=kernels, depth=depth, outputs=outputs)

    def select_operands(self, operands: Sequence[Any], part: Part) -> tuple[Any, ...]:
        """Return the kernels, with the channels, and the bias that a part uses: (kernels, bias)."""
        kernels, bias = operands
        return kernels[..., part.depth, part.kernels], None if bias is None else bias[part.outputs]

    # ---- integers ----

    def fits(self, *operands: Any) -> bool:
        """Return whether no sum can overflow, whatever the pixels; True if sums are floats."""
        if self.accumulation.kind not in "iu":
            return True
        return self.sums(*operands).fit(self.accumulation, integer_sums.limits(self.images_dtype))

    def check(self, images: Array, *operands: Any) -> None:
        """Raise OverflowError if a sum of integers might overflow; `images` may have any shape."""
        self._working_dtype(images, *operands)

    def _working_dtype(self, images: Array, kernels: Array, bias: Array | None) -> np.dtype[Any]:
        """Return the dtype to compute in: for integers, the fastest in which sums are exact."""
        if self.accumulation.kind not in "iu":
            return self.accumulation
        return self.sums(kernels, bias).working_dtype(
            self.accumulation, integer_sums.extremes(images), "sums of products"
        )

    def sums(self, kernels: Array, bias: Array | None) -> integer_sums.Sums:
        """Return the sums whose products are added up in one output pixel, to bound their size.

        One sum has the weights of all kernels of a group, for one channel, at taps that are a
        multiple of `Axis.meeting_distance` apart on each axis.
        """
        # the taps of each axis are arranged in rows of `distance` taps, the last row filled up with
        # weights of 0, so that the taps of a column are those that can lie on one pixel
        distances = [min(axis.window, axis.meeting_distance) for axis in self.axes]
        rows = [-(-axis.window // n) for axis, n in zip(self.axes, distances, strict=True)]
        shape = [size for pair in zip(rows, distances, strict=True) for size in pair]
        zeros_after = [
            (0, count * distance - axis.window)
            for axis, count, distance in zip(self.axes, rows, distances, strict=True)
        ]
        weights = np.pad(kernels, [*zeros_after, (0, 0), (0, 0)])
        weights = weights.reshape(*shape, self.depth, self.groups, self.group_inputs)
        summed_axes = (*range(0, len(shape), 2), -1)  # the rows, and the kernels of a group
        # the sums are (..., depth, groups)
        sums_bias = None if bias is None else bias.reshape(self.groups, self.depth).T
        return integer_sums.Sums(weights, summed_axes, sums_bias)

    # ---- arrays ----

    @property
    def compute(self) -> Callable[..., None]:
        """The engine's function, called as `engines.numpy.convolution.convolve_transpose`.

        It takes arrays of the plan's shapes only, since it reuses what earlier calls worked out.
        """
        return self._compute

    @property
    def compute_once(self) -> Callable[..., None]:
        """The engine's function as `compute`, but for any number of images."""
        return self._engine.run

    def run(self, images: Any, kernels: Any, bias: Any = None, out: Array | None = None) -> Array:
        """Return the transposed convolution of images and kernels, plus the bias.

        It is written to `out` if given.

        Raises
        ------
        ValueError : shapes or dtypes are not the plan's
        OverflowError : a sum of integers might overflow; the text names the bound
        """
        return self.execute(self.check_images(images), self.check_operands(kernels, bias), out)

    def execute(
        self,
        images: Array,
        operands: Sequence[Any],
        out: Array | None = None,
        missing: Array | None = None,
    ) -> Array:
        """Compute the result from checked images, kernels and bias, as `Plan.execute` describes.

        `missing` is None.
        """
        threads.check()
        values, (kernels, bias) = self.channels_last(images), operands
        working = self._working_dtype(values, kernels, bias)
        if bias is not None and working.kind in "iu":  # NumPy cannot add int64 to uint64 in place
            bias = bias.astype(working, copy=False)
        kernels, bias = copy_if_shared(out, kernels, bias)
        out, target = self.allocate_output(out, values)
        with np.errstate(all="ignore"):
            keywords = {"groups": self.groups, "bias": bias, "dtype": working}
            self.compute(values, kernels, self.axes, target, **keywords)
        return self.copy_back(out, target)

    # ---- text ----

    def formulas(self) -> list[str]:
        """Return, for each spatial axis, the calculation of its output size as a text.

        For 4 values, a stride of 2 and a window of 3 without padding: "(4 - 1) * 2 + 3 - 0 - 0 =
        9". An output padding of 1 adds " + 1" before the equals sign.
        """
        texts = []
        for o, axis in zip(self.input_sizes, self.axes, strict=True):
            text = f"({o} - 1) * {axis.stride} + {span(axis)} - {axis.before} - {axis.after}"
            unpadded_size = (o - 1) * axis.stride + axis.span - axis.before - axis.after
            if output_padding := axis.size - unpadded_size:
                text += f" + {output_padding}"
            texts.append(f"{text} = {axis.size}")
        return texts

    @property
    def _work_text(self) -> str:
        """The work of the printed plan: "18 multiply-adds"."""
        return f"{self.multiply_adds:,} multiply-adds"


def _need_of_pixels(axis: Axis, count: int, pixels: slice) -> Need:
    """Return which of the `count` windows of an output axis cover a slice of its pixels.

    Each window is an input value here, so the slice of windows is what is read of the input.
    `before` and `after` of the part's axis may be negative: then pixels at that end are covered by
    no window.
    """
    size = pixels.stop - pixels.start
    # windows from `first` to before `stop` have a tap between the first and the last of the pixels
    first = max(0, -((axis.span - 1 - axis.before - pixels.start) // axis.stride))
    stop = min(count, (pixels.stop - 1 + axis.before) // axis.stride + 1)
    first, stop = (first, max(first, stop)) if size > 0 else (0, 0)
    before = pixels.start + axis.before - first * axis.stride
    after = (stop - first - 1) * axis.stride + axis.span - before - size
    part_axis = replace(axis, size=size, before=before, after=after)
    return Need((slice(first, stop),) if stop > first else (), None, part_axis)
