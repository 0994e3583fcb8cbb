"""Plans of transposed convolution, the adjoint of `convolve`. m images, c channels, nc kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from convpool.engines import threads
from convpool.engines.registry import TRANSPOSE_ENGINES, Engine
from convpool.plans import dtypes
from convpool.plans.convolution import KernelsPlan
from convpool.plans.formatting import span
from convpool.plans.lock_free_property import cached_property
from convpool.plans.regions import Need, Part
from convpool.plans.shared_memory import copy_if_shared
from convpool.windows import Axis, volume

Array = NDArray[Any]
Shape = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class TransposedPlan(KernelsPlan):
    """A plan of `convolve_transpose`: its axes are those of the output, on which windows lie.

    Attributes
    ----------
    input_sizes : the spatial sizes of the images, which are the numbers of windows
    """

    input_sizes: Shape

    engines: ClassVar[dict[str, Engine]] = TRANSPOSE_ENGINES
    operation: ClassVar[str] = "transposed convolution"
    call: ClassVar[str] = "convolve_transpose"
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
        """Multiplications, each with its addition."""
        return volume([self.batch, *self.input_sizes]) * volume(self.kernels_shape)

    @cached_property
    def work(self) -> Any:
        """What the engine is asked to do: the convolution that this is the adjoint of."""
        images = self.batch, *self.output_sizes, self.output_channels
        return self.work_of(images, self.axes, self.kernels_shape[-1])

    @property
    def scratch(self) -> int:
        """Working memory in bytes, about."""
        return self.engines[self.engine_name].memory(self.work)

    # ---- parts ----

    def part(self, block: Sequence[slice]) -> Part:
        """Return what a block of the output needs, given as slices with steps of 1.

        Its channels lie in one group, or are whole groups.
        """
        spatial = list(block)
        outputs = spatial.pop(self.channel_axis)
        batch, *pixels = spatial
        first, last = outputs.start // self.group_outputs, -(-outputs.stop // self.group_outputs)
        kernels = slice(first * self.group_inputs, last * self.group_inputs)
        depth = slice(0, self.depth)
        if last - first == 1:
            depth = slice(outputs.start - first * self.depth, outputs.stop - first * self.depth)
        needs = tuple(
            _need_of_pixels(axis, count, cut)
            for axis, count, cut in zip(self.axes, self.input_sizes, pixels, strict=True)
        )
        reads = [need.pieces[0] if need.pieces else slice(0, 0) for need in needs]
        keywords = {
            "groups": last - first,
            "kernels_shape": (
                *self.kernels_shape[:-2],
                depth.stop - depth.start,
                kernels.stop - kernels.start,
            ),
            "kernel_layout": "HWIO",
            "input_sizes": tuple(read.stop - read.start for read in reads),
        }
        shape = [batch.stop - batch.start, *keywords["input_sizes"]]
        shape.insert(self.channel_axis, kernels.stop - kernels.start)
        plan = replace(
            self,
            images_shape=tuple(shape),
            axes=tuple(need.axis for need in needs),
            candidates_of_whole=self.candidates,
            **keywords,
        )
        return Part(plan, batch, kernels, needs, kernels, depth)

    def select_operands(self, operands: Sequence[Any], part: Part) -> tuple[Any, ...]:
        """Return the kernels of a part."""
        (kernels,) = operands
        return (kernels[..., part.depth, part.kernels],)

    # ---- integers ----

    def fits(self, *operands: Any) -> bool:
        """Return whether sums of integers fit for all images of this dtype."""
        if self.accumulation.kind not in "iu":
            return True
        return self._sums(*operands).fit(self.accumulation, dtypes.limits(self.images_dtype))

    def check(self, images: Array, *operands: Any) -> None:
        """Raise OverflowError if sums of integers might not fit, for pixels of any shape."""
        self._working_dtype(images, *operands)

    def _working_dtype(self, images: Array, kernels: Array) -> np.dtype[Any]:
        """Return the dtype to compute in: for integers, one in which these sums are exact."""
        if self.accumulation.kind not in "iu":
            return self.accumulation
        return self._sums(kernels).working_dtype(
            self.accumulation, dtypes.extremes(images), "sums of products"
        )

    def _sums(self, kernels: Array) -> dtypes.Sums:
        """Return the sums of the weights that may meet on one pixel.

        They are those of the kernels of a group, whose taps are `Axis.meeting_distance` apart.
        """
        steps = [min(axis.window, axis.meeting_distance) for axis in self.axes]
        beyond = [(0, -axis.window % step) for axis, step in zip(self.axes, steps, strict=True)]
        weights = np.pad(kernels, [*beyond, (0, 0), (0, 0)])
        split = [
            n
            for size, step in zip(weights.shape, steps, strict=False)
            for n in (size // step, step)
        ]
        each = weights.reshape(
            *split, self.depth, self.groups, self.kernels_shape[-1] // self.groups
        )
        return dtypes.Sums(each, (*range(0, len(split), 2), -1))

    # ---- arrays ----

    def check_operands(self, *operands: Any) -> tuple[Array]:
        """Return the kernels as (*window, c // groups, nc); raise unless they are as planned."""
        (kernels,) = operands
        return (self.check_kernels(kernels),)

    def run(self, images: Any, kernels: Any, out: Array | None = None) -> Array:
        """Give values of the plan's shape and dtype back to their windows.

        Raises
        ------
        ValueError : shapes or dtypes are not the plan's
        OverflowError : integers might not fit; the text names the bound
        """
        return self.execute(self.check_images(images), self.check_operands(kernels), out)

    def execute(self, images: Array, operands: Sequence[Any], out: Array | None = None) -> Array:
        """Scatter checked images through kernels (*window, c // groups, nc); see `Plan.execute`."""
        threads.check()
        values, (kernels,) = self.channels_last(images), operands
        working = self._working_dtype(values, kernels)
        (kernels,) = copy_if_shared(out, kernels)
        out, target = self.allocate_output(out, values)
        with np.errstate(all="ignore"):
            keywords = {"groups": self.groups, "dtype": working}
            self._run_engine((values, kernels, self.axes, target), keywords)
        return self.copy_back(out, target)

    # ---- text ----

    def formulas(self) -> list[str]:
        """Write how each spatial size of the output follows, with the numbers in it."""
        texts = []
        for o, axis in zip(self.input_sizes, self.axes, strict=True):
            more = axis.size - ((o - 1) * axis.stride + axis.span - axis.before - axis.after)
            text = f"({o} - 1) * {axis.stride} + {span(axis)} - {axis.before} - {axis.after}"
            texts.append(f"{text}{f' + {more}' if more else ''} = {axis.size}")
        return texts

    @property
    def _work_text(self) -> str:
        return f"{self.multiply_adds:,} multiply-adds"


def _need_of_pixels(axis: Axis, count: int, pixels: slice) -> Need:
    """Return which of the `count` windows of an axis give values to some of its pixels."""
    size = pixels.stop - pixels.start
    first = max(0, -((axis.span - 1 - axis.before - pixels.start) // axis.stride))
    last = min(count, (pixels.stop - 1 + axis.before) // axis.stride + 1)
    first, last = (first, max(first, last)) if size > 0 else (0, 0)
    before = pixels.start + axis.before - first * axis.stride
    after = (last - first - 1) * axis.stride + axis.span - before - size
    part = replace(axis, size=size, before=before, after=after)
    return Need((slice(first, last),) if last > first else (), None, part)
