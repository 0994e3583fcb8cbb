"""What all plans share: shapes, dtypes, the choice of an engine, and how arrays become a result.

m images, c channels, nc kernels. A plan is immutable; what every run needs is computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from convpool.engines.engine import Engine
from convpool.engines.values import dataclass
from convpool.plans import allocation, arguments, arrays, engine_choice
from convpool.plans.formatting import byte_size, formula
from convpool.plans.halos import Need, Part, need_of_windows
from convpool.plans.lock_free_property import cached_property
from convpool.plans.reached_pixels import ReachedPixels
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
    images_shape, output_shape : shapes, with the channels at `channel_axis`
    channel_axis : where images and output have their channels, counted from the front
    axes : the windows on each spatial axis, as `windows.Axis` values
    images_dtype, dtype, accumulation : the dtypes of the images, of the output, and of the sums
    padding : the argument `padding` as a text
    engine : the argument `engine`: "auto" or the name of an engine
    seconds, scratch : about how long a run takes, and how many bytes beside input and output
    candidates : (engine, reason) for the engines that "auto" may take, the fastest first
    candidates_of_whole : in the plan of a part, the candidates of the whole plan; otherwise None

    Methods
    -------
    run(images, ...) : compute the result; `prepack(kernels)` of a convolution packs weights once
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
    engines: ClassVar[dict[str, Engine]]  # name -> engine, for this operation
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
        """Number of taps of one window: the product of its sizes."""
        return volume([axis.window for axis in self.axes])

    @property
    def bytes_in(self) -> int:
        """Number of bytes of the images."""
        return volume(self.images_shape) * self.images_dtype.itemsize

    @property
    def bytes_out(self) -> int:
        """Number of bytes of the output."""
        return volume(self.output_shape) * self.dtype.itemsize

    # ---- groups: the outputs of a group of channels need the inputs of that group alone ----

    @property
    def group_count(self) -> int:
        """Number of groups into which the channels of images and output are divided."""
        raise NotImplementedError

    @property
    def group_inputs(self) -> int:
        """Number of channels of the images in each group."""
        raise NotImplementedError

    @property
    def group_outputs(self) -> int:
        """Number of channels of the output in each group, 1 if there are none."""
        return max(1, self.output_channels // max(1, self.group_count))

    # ---- engines ----

    def work_of(self, images: Shape, axes: tuple[Axis, ...], output_channels: int) -> Any:
        """Return the work of one call of an engine, from which its cost is estimated.

        The call reads images of the shape (m, *spatial, c) with the windows `axes`, and computes
        `output_channels` channels. The result is a `ConvolutionWork` or a `PoolingWork`.
        """
        raise NotImplementedError

    @cached_property
    def work(self) -> Any:
        """The work of the engine for the whole output, as `work_of` returns it."""
        axes = self.reached_pixels.axes
        images = self.batch, *(axis.size for axis in axes), self.channels
        return self.work_of(images, axes, self.output_channels)

    @cached_property
    def reached_pixels(self) -> ReachedPixels:
        """The pixels that windows have taps on; if they are few, the engine gets these alone."""
        return ReachedPixels(self.axes, self.reading_mode)

    @cached_property
    def engine_axes(self) -> tuple[Axis, ...]:
        """The windows on the reached pixels, as `Axis.with_least_steps` gives them."""
        return tuple(axis.with_least_steps for axis in self.reached_pixels.axes)

    @cached_property
    def candidates(self) -> tuple[tuple[str, str], ...]:
        """(name, reason) of each engine that "auto" may take, the fastest first."""
        if self.candidates_of_whole is not None:
            return self.candidates_of_whole
        return engine_choice.rank_engines(self.engines, self.work)

    @property
    def engine_name(self) -> str:
        """The name of the engine that runs the plan."""
        return self.candidates[0][0] if self.engine == "auto" else self.engine

    def refusals(self) -> dict[str, str | None]:
        """Return name -> why an engine cannot run this plan, for all engines; None if it can."""
        return engine_choice.refusals(self.engines, self.work)

    def check_engine(self) -> None:
        """Raise ValueError if the argument `engine` names one that cannot run this plan."""
        if self.engine != "auto":
            engine_choice.check_engine(self.engine, self.refusals())

    @property
    def seconds(self) -> float:
        """About how long a run takes with the threads that may be used; print says it for one."""
        return engine_choice.predict_seconds(self.engines, self.work, self.engine_name)

    @property
    def scratch(self) -> int:
        """About how many bytes of working memory a run takes."""
        gathered_bytes = self.reached_pixels.gathered_bytes(
            self.batch, self.channels, self.images_dtype.itemsize
        )
        return gathered_bytes + self.engines[self.engine_name].memory(self.work)

    # ---- arrays ----

    def run(self, *args: Any, **kwargs: Any) -> Array:
        """Return the result for arrays; raise unless they have the plan's shapes and dtypes."""
        raise NotImplementedError

    def execute(
        self,
        images: Array,
        operands: Sequence[Any],
        out: Array | None = None,
        missing: Array | None = None,
    ) -> Array:
        """Return the result for checked arrays.

        Parameters
        ----------
        images
            What `check_images` returned, with the channels at `channel_axis`.
        operands
            What `check_operands` returned.
        out
            The array to write to and return, not yet checked; None for a new array.
        missing
            Which pixels are missing, bools of the images' shape; None unless the plan takes a mask.

        Raises
        ------
        TypeError, ValueError : `out` is not a writeable array of the output's shape and dtype
        OverflowError : a sum of integers might overflow
        """
        raise NotImplementedError

    def check_images(self, images: Any) -> Array:
        """Return images as an array; raise unless they have the plan's shape and dtype."""
        pixels = arrays.read_in_memory(images, "images", "a plan")
        if pixels.shape != self.images_shape or pixels.dtype != self.images_dtype:
            raise ValueError(
                f"images are {pixels.shape} {pixels.dtype}, but the plan is for "
                f"{self.images_shape} {self.images_dtype}: make a plan for each shape and "
                "dtype, which is planned with images_dtype="
            )
        return pixels

    def check_operands(self, *operands: Any) -> tuple[Any, ...]:
        """Return the operands for `execute`; raise unless they have the plan's shapes and dtypes.

        Operands are all arrays beside the images, such as kernels; a pooling has none, and there is
        nothing to check.
        """
        return operands

    def fits(self, *operands: Any) -> bool:
        """Return whether no sum can overflow, whatever the pixels; True if sums are floats."""
        return True

    def check(self, images: Array, *operands: Any) -> None:
        """Raise OverflowError if a sum of integers might overflow; `images` may have any shape."""

    def channels_last(self, array: Array) -> Array:
        """Return a view of images or output with their channels last."""
        if self.channel_axis == array.ndim - 1:
            return array
        return np.moveaxis(array, self.channel_axis, -1)

    def allocate_output(self, out: Array | None, images: Array) -> tuple[Array, Array]:
        """Return (out, target): the output, and the array with channels last that the engine fills.

        `out` is the argument, checked, or a new array if that is None. `target` is a view of it, or
        a temporary array for `copy_back` if `out` shares memory with the images.
        """
        if out is None:
            out = allocation.empty(self.output_shape, self.dtype, instead=self.memory_advice)
            return out, self.channels_last(out)
        if not isinstance(out, np.ndarray):
            needed = f"it must be an array {self.output_shape} {self.dtype}"
            raise TypeError(f"out is a {type(out).__name__}; {needed}")
        allocation.check_out(out, self.output_shape, self.dtype)
        target = self.channels_last(out)
        if shares_memory(images, out):
            target = np.empty(target.shape, self.dtype)
        return out, target

    def copy_back(self, out: Array, target: Array) -> Array:
        """Copy `target` into `out` if `allocate_output` made it a temporary array; return `out`."""
        if target is not out and not np.may_share_memory(out, target):
            self.channels_last(out)[...] = target
        return out

    @cached_property
    def _engine(self) -> Engine:
        """The engine that runs the plan."""
        return self.engines[self.engine_name]

    @cached_property
    def _compute(self) -> Callable[..., None]:
        """The engine's function for this plan, which may reuse what earlier calls worked out."""
        return self._engine.run if self._engine.make_run is None else self._engine.make_run()

    # ---- parts ----

    @property
    def reading_mode(self) -> str:
        """The pad mode that decides which pixels are read; "zeros" if none stand in the padding."""
        return "zeros"

    def extra_bytes(self, padded_pixels: int, results: int) -> int:
        """Return the bytes of working memory that a run takes beside the engine's own.

        `padded_pixels` is the number of pixels with their padding, `results` the number of results.
        """
        return 0

    def reads(self, block: Sequence[slice]) -> list[tuple[slice, ...]]:
        """Return the blocks of the images that `part` reads for a block of the output."""
        return [source for source, _ in self.part(block).source_blocks()]

    def part(self, block: Sequence[slice]) -> Part:
        """Return the part that computes a block of the output, one slice for each of its axes.

        Slices have a step of 1. The channels of the block lie in one group, or are whole groups.
        """
        batch, *windows, outputs = arguments.shape_channels_last(block, self.channel_axis)
        groups = self._groups_of(outputs)
        channels = slice(groups.start * self.group_inputs, groups.stop * self.group_inputs)
        needs = tuple(
            need_of_windows(axis, cut, self.reading_mode)
            for axis, cut in zip(self.axes, windows, strict=True)
        )
        sizes = tuple(need.axis.size for need in needs)
        changed = self._part_fields(groups.stop - groups.start, outputs)
        plan = self._part_plan(batch, sizes, channels, needs, **changed)
        return Part(plan, batch, channels, needs, outputs, depth=slice(None), outputs=outputs)

    def _groups_of(self, outputs: slice) -> slice:
        """Return the slice of the groups to which a slice of the output's channels belongs."""
        return slice(outputs.start // self.group_outputs, -(-outputs.stop // self.group_outputs))

    def _part_plan(
        self, batch: slice, sizes: Shape, channels: slice, needs: Sequence[Need], **changed: Any
    ) -> Self:
        """Return the plan of a part; its images are what the part reads, of these spatial sizes.

        `changed` are all other fields in which it differs from this plan.
        """
        shape = [batch.stop - batch.start, *sizes]
        shape.insert(self.channel_axis, channels.stop - channels.start)
        return replace(
            self,
            images_shape=tuple(shape),
            axes=tuple(need.axis for need in needs),
            candidates_of_whole=self.candidates,  # all parts must run on one engine
            **changed,
        )

    def _part_fields(self, group_count: int, outputs: slice) -> dict[str, Any]:
        """Return the fields, name -> value, that differ in a part with these output channels."""
        return {}

    def select_operands(self, operands: Sequence[Any], part: Part) -> tuple[Any, ...]:
        """Return the operands for a part's plan, from those that `check_operands` returned."""
        return ()

    # ---- text ----

    @property
    def title(self) -> str:
        """The first line of the printed plan."""
        raise NotImplementedError

    def formulas(self) -> list[str]:
        """Return, for each spatial axis, the calculation of its output size as a text.

        Such as "floor((0 + 28 + 1 - 3) / 2) + 1 = 14".
        """
        return [formula(axis) for axis in self.axes]

    def rows(self) -> list[tuple[str, str]]:
        """Return the lines that print shows between title and engines, each as (name, text)."""
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
    def _padding_text(self) -> str:  # of the printed plan, as is _work_text
        return self.padding

    @property
    def _work_text(self) -> str:
        raise NotImplementedError

    def engine_rows(self) -> list[tuple[str, str]]:
        """Return the printed lines of the engines, each as (name, text)."""
        return [("engine", f"{name}: {reason}") for name, reason in self.candidates]

    def __str__(self) -> str:
        rows = (f"  {name:<9} {text}" for name, text in [*self.rows(), *self.engine_rows()])
        return "\n".join([self.title, *rows])

    def __getstate__(self) -> dict[str, Any]:
        # copies and pickles have the plan's fields, not what was computed from them
        return {field.name: getattr(self, field.name) for field in fields(self)}
