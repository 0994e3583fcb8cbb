"""What all plans share: shapes, dtypes, the choice of an engine, and how arrays become a result.

m images, c channels, nc kernels. A plan is immutable and runs as often as wanted; what every run
needs is computed once, since a run may be short.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from convpool.engines.compiled import host
from convpool.engines.registry import Engine, fallback
from convpool.plans import allocation, arguments, arrays, engine_choice, operand_checks
from convpool.plans.formatting import byte_size, formula
from convpool.plans.lock_free_property import cached_property
from convpool.plans.reached_pixels import ReachedPixels
from convpool.plans.regions import Need, Part, need
from convpool.plans.shared_memory import shares_memory
from convpool.windows import Axis, volume

Array = NDArray[Any]
Shape = tuple[int, ...]
DType = np.dtype[Any]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a call will do: windows on each axis, shapes, dtypes, cost, and engines that can do it.

    Attributes
    ----------
    images_shape, output_shape : shapes, with the channels where the caller has them
    channel_axis : of images and output, counted from the front
    axes : one `windows.Axis` for each spatial axis
    images_dtype, dtype, accumulation : of the input, of the result, and of the sums
    padding : the argument, as print shows it
    engine : the argument, "auto" or a name
    candidates : (engine, why) in the order in which "auto" prefers them
    candidates_of_whole : those of the plan that this one is a part of; None for a whole plan
    """

    images_shape: Shape
    images_dtype: DType
    channel_axis: int
    axes: tuple[Axis, ...]
    dtype: DType
    accumulation: DType
    padding: str
    engine: str
    candidates_of_whole: tuple[tuple[str, str], ...] | None = None

    operation: ClassVar[str]  # what is done, as in "transposed convolution"
    call: ClassVar[str]  # the public function that does it
    # name -> engine, for this operation
    engines: ClassVar[dict[str, Engine]]
    # ends the error of a result that is too large for the memory
    memory_advice: ClassVar[str] = ", or pass out='NAME.npy' to have it written to a file"

    # ---- sizes ----

    @property
    def batch(self) -> int:
        """Number of images, m."""
        return arguments.shape_channels_last(self.images_shape, self.channel_axis)[0]

    @property
    def channels(self) -> int:
        """Number of channels, c."""
        return self.images_shape[self.channel_axis]

    @property
    def output_sizes(self) -> Shape:
        """The spatial sizes of the output."""
        return tuple(axis.count for axis in self.axes)

    @property
    def output_channels(self) -> int:
        """Number of channels of the output."""
        raise NotImplementedError

    @cached_property
    def output_shape(self) -> Shape:
        """The shape of the output."""
        sizes = [self.batch, *self.output_sizes]
        sizes.insert(self.channel_axis, self.output_channels)
        return tuple(sizes)

    @property
    def taps(self) -> int:
        """Taps of one window, over the spatial axes."""
        return volume([axis.window for axis in self.axes])

    @property
    def bytes_in(self) -> int:
        """Bytes of the images."""
        return volume(self.images_shape) * self.images_dtype.itemsize

    @property
    def bytes_out(self) -> int:
        """Bytes of the output."""
        return volume(self.output_shape) * self.dtype.itemsize

    # ---- groups: which channels of the images each channel of the output needs ----

    @property
    def group_count(self) -> int:
        """Number of groups that images and output are cut into along their channels."""
        raise NotImplementedError

    @property
    def group_inputs(self) -> int:
        """Channels of the images in each group."""
        raise NotImplementedError

    @property
    def group_outputs(self) -> int:
        """Channels of the output in each group, 1 at least."""
        return max(1, self.output_channels // max(1, self.group_count))

    # ---- engines ----

    def work_of(self, images: Shape, axes: tuple[Axis, ...], output_channels: int) -> Any:
        """Return what an engine is asked to do, as a value of `engines.work`.

        Parameters
        ----------
        images
            Shape (m, *spatial, c) of what is read.
        axes
            The windows on these.
        output_channels
            Of what is computed.
        """
        raise NotImplementedError

    @cached_property
    def work(self) -> Any:
        """What the engine is asked to do for all of the output."""
        images = self.batch, *(axis.size for axis in self.reached.axes), self.channels
        return self.work_of(images, self.reached.axes, self.output_channels)

    @cached_property
    def reached(self) -> ReachedPixels:
        """The pixels that windows reach, and how they are gathered."""
        return ReachedPixels(self.axes, self.reading_mode)

    @cached_property
    def engine_axes(self) -> tuple[Axis, ...]:
        """The windows on the reached pixels, without large steps that lead nowhere."""
        return tuple(axis.with_least_steps for axis in self.reached.axes)

    @cached_property
    def candidates(self) -> tuple[tuple[str, str], ...]:
        """The engines that "auto" may take, the best first, and why."""
        if self.candidates_of_whole is not None:
            return self.candidates_of_whole
        return engine_choice.rank_engines(self.engines, self.work)

    @property
    def engine_name(self) -> str:
        """The engine that will be taken."""
        return self.candidates[0][0] if self.engine == "auto" else self.engine

    def refusals(self) -> dict[str, str | None]:
        """Return, for the name of each engine, why it cannot do it; None if it can."""
        return engine_choice.refusals(self.engines, self.work)

    def check_engine(self) -> None:
        """Raise ValueError if the engine that was asked for by name cannot do it."""
        if self.engine != "auto":
            operand_checks.check_engine(self.engine, self.refusals())

    @property
    def seconds(self) -> float:
        """How long the engine should take with the threads that may be used, about."""
        return engine_choice.predict_seconds(self.engines, self.work, self.engine_name)

    @property
    def scratch(self) -> int:
        """Working memory in bytes, about."""
        shape = self.batch, self.channels, self.images_dtype.itemsize
        gathered = self.reached.gathered_bytes(*shape)
        return gathered + self.engines[self.engine_name].memory(self.work)

    # ---- arrays ----

    def run(self, *args: Any, **kwargs: Any) -> Array:
        """Check arrays, which must have the plan's shapes and dtypes, and compute the result."""
        raise NotImplementedError

    def execute(self, images: Array, operands: Sequence[Any], out: Array | None = None) -> Array:
        """Compute the result from checked images, with channels at `channel_axis`, and operands.

        Parameters
        ----------
        images
            As `check_images` returns them.
        operands
            As `check_operands` returns them.
        out
            An array of the output's shape and dtype to write to, unchecked; None for a new one.
        """
        raise NotImplementedError

    def check_images(self, images: Any) -> Array:
        """Return images as an array; raise unless they have the plan's shape and dtype."""
        pixels = arrays.read_in_memory(images, "images", "a plan")
        if pixels.shape != self.images_shape or pixels.dtype != self.images_dtype:
            raise ValueError(
                f"images are {pixels.shape} {pixels.dtype}, but the plan is for "
                f"{self.images_shape} {self.images_dtype}: make a plan for each shape and dtype"
            )
        return pixels

    def check_operands(self, *operands: Any) -> tuple[Any, ...]:
        """Return what `execute` takes beside the images; raise unless it has the plan's shapes."""
        return operands

    def fits(self, *operands: Any) -> bool:
        """Return whether sums of integers fit for all images of this dtype."""
        return True

    def check(self, images: Array, *operands: Any) -> None:
        """Raise OverflowError if sums of integers might not fit, for pixels of any shape."""

    def channels_last(self, array: Array) -> Array:
        """Return a view of images or output with their channels last."""
        if self.channel_axis == array.ndim - 1:
            return array
        return np.moveaxis(array, self.channel_axis, -1)

    def allocate_output(self, out: Array | None, images: Array) -> tuple[Array, Array]:
        """Return (out, target): the output, and the array with channels last that an engine fills.

        The target is a view of the output. If `out` shares memory with the images, which may be too
        large to copy, it is a temporary array.
        """
        if out is None:
            out = allocation.empty(self.output_shape, self.dtype, instead=self.memory_advice)
            return out, self.channels_last(out)
        if not isinstance(out, np.ndarray):
            kind = type(out).__name__
            raise TypeError(
                f"out is a {kind}; it must be an array {self.output_shape} {self.dtype}"
            )
        allocation.check_out(out, self.output_shape, self.dtype)
        target = self.channels_last(out)
        if shares_memory(images, out):
            target = np.empty(target.shape, self.dtype)
        return out, target

    def copy_back(self, out: Array, target: Array) -> Array:
        """Return the output, after copying what was written to a temporary array into it."""
        if target is not out and not np.may_share_memory(out, target):
            self.channels_last(out)[...] = target
        return out

    @cached_property
    def _engine(self) -> Engine:
        return self.engines[self.engine_name]

    def _run_engine(self, arrays_and_axes: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        """Call the engine, or the fallback if "auto" chose one that turns out not to work here."""
        try:
            self._engine.run(*arrays_and_axes, **keywords)
        except host.UnavailableError as error:
            self.check_engine()
            if self.engine != "auto":
                raise
            host.warn(error)
            fallback(self.engines).run(*arrays_and_axes, **keywords)

    # ---- parts ----

    @property
    def reading_mode(self) -> str:
        """The pad mode that decides which pixels are read: "zeros" where padding is not there."""
        return "zeros"

    def extra_bytes(self, padded: int, outputs: int) -> int:
        """Return the bytes taken beside the engine's, for numbers of padded pixels and outputs."""
        return 0

    def reads(self, block: Sequence[slice]) -> list[tuple[slice, ...]]:
        """Return the blocks of the images that a block of the output needs."""
        return [source for source, _ in self.part(block).reads()]

    def part(self, block: Sequence[slice]) -> Part:
        """Return what a block of the output needs, given as slices with steps of 1.

        Of several groups, the channels are taken whole.
        """
        spatial = list(block)
        outputs = spatial.pop(self.channel_axis)
        batch, *windows = spatial
        first, last = outputs.start // self.group_outputs, -(-outputs.stop // self.group_outputs)
        channels = slice(first * self.group_inputs, last * self.group_inputs)
        needs = tuple(
            need(axis, cut, self.reading_mode) for axis, cut in zip(self.axes, windows, strict=True)
        )
        keywords = self._part_fields(last - first, outputs)
        plan = self._part_plan(batch, channels, needs, keywords)
        return Part(plan, batch, channels, needs, outputs, depth=slice(None))

    def _part_plan(
        self, batch: slice, channels: slice, needs: Sequence[Need], keywords: dict[str, Any]
    ) -> Self:
        """Return the plan that computes a part from the pixels that it reads."""
        shape = [batch.stop - batch.start, *(need.axis.size for need in needs)]
        shape.insert(self.channel_axis, channels.stop - channels.start)
        return replace(
            self,
            images_shape=tuple(shape),
            axes=tuple(need.axis for need in needs),
            candidates_of_whole=self.candidates,  # the size of a part must not choose another
            **keywords,
        )

    def _part_fields(self, groups: int, outputs: slice) -> dict[str, Any]:
        """Return what else changes in the plan of a part, with this many groups and channels."""
        return {}

    def select_operands(self, operands: Sequence[Any], part: Part) -> tuple[Any, ...]:
        """Return what a part uses of this plan's operands."""
        return ()

    # ---- text ----

    @property
    def title(self) -> str:
        """The first line of the printed plan."""
        raise NotImplementedError

    def formulas(self) -> list[str]:
        """Write how each spatial size of the output follows, with the numbers in it."""
        return [formula(axis) for axis in self.axes]

    def rows(self) -> list[tuple[str, str]]:
        """Return what print shows below the title, as (name, text)."""
        names = arguments.AXIS_NAMES[len(self.axes)]
        return [
            ("images", f"{self.images_shape} {self.images_dtype}"),
            ("padding", self._padding_text),
            *zip(names, self.formulas(), strict=True),
            ("result", f"{self.output_shape} {self.dtype}, computed in {self.accumulation}"),
            ("work", self._work_text),
            (
                "memory",
                f"{byte_size(self.bytes_in)} in, {byte_size(self.bytes_out)} out, "
                f"{byte_size(self.scratch)} scratch",
            ),
        ]

    @property
    def _padding_text(self) -> str:
        return self.padding

    @property
    def _work_text(self) -> str:
        raise NotImplementedError

    def __str__(self) -> str:
        rows = [*self.rows(), *(("engine", f"{name}: {why}") for name, why in self.candidates)]
        return "\n".join([self.title, *(f"  {name:<9} {text}" for name, text in rows)])

    def __getstate__(self) -> dict[str, Any]:
        # copies and pickles have the plan's fields, not what was computed from them
        return {field.name: getattr(self, field.name) for field in fields(self)}
