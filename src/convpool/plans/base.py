"""What plans are: values that know shapes, dtypes and cost, print themselves, and run as often as wanted.

m images, c channels, nc kernels. What a run asks for again and again is worked out once, since a
run may be short.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from convpool.engines import POOL_ENGINES, padding, threads
from convpool.engines.compiled import host
from convpool.engines.numpy import pooling as numpy_pooling
from convpool.plans import allocation, arguments, cost_model, dtypes, operand_checks
from convpool.plans.cached_value import cached_property
from convpool.plans.formatting import formula, plural, size, sizes
from convpool.plans.shared_memory import shares_memory
from convpool.windows import Axis, Reach, reach, volume

Array = NDArray[Any]
Shape = tuple[int, ...]
DType = np.dtype[Any]

FEW = 8  # times as many pixels as windows reach, from which on these are gathered beforehand


@dataclass(frozen=True)
class Plan:
    """What a call will do: windows on each axis, shapes, dtypes, cost, and the engines that can do it.

    Attributes
    ----------
    images_shape, output_shape : shapes as the caller has them
    axes : one `windows.Axis` for each spatial axis
    images_dtype, dtype, accumulation : of the input, of the result, and of the sums
    candidates : (engine, why) in the order in which "auto" prefers them
    """

    images_shape: Shape
    images_dtype: DType
    channel_axis: int
    axes: tuple[Axis, ...]
    dtype: DType
    accumulation: DType
    padding: str
    engine: str

    # what would do where there is no memory for the result
    instead: ClassVar[str] = ", or pass out='NAME.npy' to have it written to a file"

    @property
    def batch(self) -> int:
        """Number of images, m."""
        return arguments.channels_last(self.images_shape, self.channel_axis)[0]

    @property
    def channels(self) -> int:
        """Number of channels, c."""
        return self.images_shape[self.channel_axis]

    @property
    def counts(self) -> Shape:
        """The spatial sizes of the result."""
        return tuple(axis.count for axis in self.axes)

    @property
    def results(self) -> int:
        """Number of channels of the result."""
        return self.channels

    @cached_property
    def output_shape(self) -> Shape:
        """The shape of the result."""
        sizes = [self.batch, *self.counts]
        sizes.insert(self.channel_axis, self.results)
        return tuple(sizes)

    @property
    def taps(self) -> int:
        """Taps of one window, over the spatial axes."""
        return volume([axis.window for axis in self.axes])

    @property
    def bytes_in(self) -> int:
        """Bytes that are read."""
        return volume(self.images_shape) * self.images_dtype.itemsize

    @property
    def bytes_out(self) -> int:
        """Bytes that are written."""
        return volume(self.output_shape) * self.dtype.itemsize

    @cached_property
    def candidates(self) -> tuple[tuple[str, str], ...]:
        """The engines that can do it, the best first, and why."""
        return (("numpy", "takes every dtype and rank"),)

    @cached_property
    def engine_axes(self) -> tuple[Axis, ...]:
        """The axes as engines take them, on what `near` returns: no step that leads nowhere is larger than these."""
        return tuple(axis.with_least_steps for axis in self.near_axes)

    def compute(self, engines: dict[str, Callable[..., None]], *arrays: Any, **words: Any) -> None:
        """Call the engine; where "auto" chose one that turns out not to work here, NumPy does the call."""
        try:
            engines[self._name](*arrays, **words)
        except host.UnavailableError as error:
            if self.engine != "auto":
                operand_checks.check_engine(self.engine, self.refusals())
                raise
            host.warn(error)
            engines["numpy"](*arrays, **words)

    def refusals(self) -> dict[str, str | None]:
        """Return, for each engine, why it cannot do it; None if it can."""
        return {"numpy": None}

    def __getstate__(self) -> dict[str, Any]:
        # copies and pickles are of the plan's words, not of what has been worked out from them
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def entered(self, images: Any, name: str = "images") -> Array:
        """Check that images are those of the plan, and return them with channels last."""
        threads.check()
        images = arguments.in_memory(images, name, "a plan")
        if images.shape != self.images_shape or images.dtype != self.images_dtype:
            raise ValueError(
                f"{name} are {images.shape} {images.dtype}, but the plan is for "
                f"{self.images_shape} {self.images_dtype}: make a plan for each shape and dtype"
            )
        return self.channels_last(images)

    def _reaches(self) -> tuple[Reach | None, ...]:
        """Which pixels the windows reach on each axis, None for all: those that `near` gathers."""
        close, length = (
            volume([getattr(axis, name) for axis in self.axes]) for name in ("close", "length")
        )
        if not 0 < close * FEW <= length:
            return (None,) * len(self.axes)
        pad_mode = getattr(self, "pad_mode", "zeros")
        return tuple(reach(axis, pad_mode) for axis in self.axes)

    @cached_property
    def near_axes(self) -> tuple[Axis, ...]:
        """The windows as they lie on what `near` returns; the plan's axes where that is the images as they are."""
        return tuple(
            axis if one is None else one.axis
            for axis, one in zip(self.axes, self._reaches(), strict=True)
        )

    @property
    def near_shape(self) -> Shape:
        """The shape (m, *spatial, c) of what `near` returns."""
        return self.batch, *(axis.size for axis in self.near_axes), self.channels

    def near(self, images: Array) -> Array:
        """Return images (m, *spatial, c), or a copy of only the pixels that windows reach where these are far fewer."""
        if self.near_axes == self.axes:
            return images
        gathered = [
            (
                len(one.pixels) / max(1, axis.size),
                k,
                one.pixels,
            )  # a part may lie in the padding alone
            for k, (axis, one) in enumerate(zip(self.axes, self._reaches(), strict=True), 1)
            if one is not None
        ]
        for _, k, pixels in sorted(gathered, key=lambda one: one[:2]):
            images = np.asarray(
                images[(slice(None),) * k + (pixels,)]
            )  # take would copy a view as a whole
        return images

    def places(self, indices: Array) -> Array:
        """Return flat indices into an image for those into what `near` returns of it; -1 stays."""
        shape = [axis.size for axis in self.near_axes]
        if self.near_axes == self.axes or 0 in shape:
            return indices
        places = np.unravel_index(indices.clip(0), shape)
        pixels = [
            at if one is None else one.pixels[at]
            for at, one in zip(places, self._reaches(), strict=True)
        ]
        flat = np.ravel_multi_index(tuple(pixels), [axis.size for axis in self.axes])
        return np.where(indices < 0, indices, flat)

    def channels_last(self, array: Array) -> Array:
        """Return images or a result with their channels last."""
        return (
            array
            if self.channel_axis == array.ndim - 1
            else np.moveaxis(array, self.channel_axis, -1)
        )

    def result(self, out: Array | None, images: Array) -> tuple[Array, Array]:
        """Return the array of the result, and the same or a temporary one with channels last to write to.

        Images are too large to be copied where they share memory with `out`; for what else is read,
        see `apart`.
        """
        if out is None:
            out = allocation.empty(self.output_shape, self.dtype, instead=self.instead)
            return out, self.channels_last(out)
        written = self.channels_last(check_out(out, self.output_shape, self.dtype))
        if shares_memory(images, out):
            written = np.empty(written.shape, self.dtype)
        return out, written

    def leave(self, out: Array, written: Array) -> Array:
        """Return the result, with what was written to a temporary array in it."""
        if written is not out and not np.may_share_memory(out, written):
            self.channels_last(out)[...] = written
        return out

    def rows(self) -> list[tuple[str, str]]:
        """Return what print shows, as (name, text)."""
        rows = [("images", f"{self.images_shape} {self.images_dtype}")]
        names = arguments.AXES[len(self.axes)]
        rows += zip(names, self.formulas(), strict=True)
        rows.append(
            ("result", f"{self.output_shape} {self.dtype}, computed in {self.accumulation}")
        )
        rows.append(
            (
                "memory",
                f"{size(self.bytes_in)} in, {size(self.bytes_out)} out, {size(self.scratch)} "
                "scratch",
            )
        )
        return rows

    def formulas(self) -> list[str]:
        """Write how each size of the result follows, with the numbers in it."""
        return [formula(axis) for axis in self.axes]

    @property
    def scratch(self) -> int:
        """Working memory in bytes, about."""
        return (
            4
            * min(2**18, max(1, volume(self.output_shape) * self.taps))
            * self.accumulation.itemsize
        )

    @property
    def _gathered(self) -> int:
        """Bytes that `near` takes: of an axis' copy, and of the next one made of it."""
        near = [
            (one.size, max(1, axis.size))
            for axis, one in zip(self.axes, self.near_axes, strict=True)
            if axis != one
        ]
        numbers, held = volume([self.batch, *(axis.size for axis in self.axes), self.channels]), [0]
        for fewer, whole in sorted(near, key=lambda sizes: sizes[0] / sizes[1]):
            numbers = numbers // whole * fewer
            held.append(numbers)
        return self.images_dtype.itemsize * max(a + b for a, b in pairwise([*held, 0]))

    @property
    def _name(self) -> str:
        """The engine that will be taken."""
        return self.candidates[0][0] if self.engine == "auto" else self.engine

    def __str__(self) -> str:
        rows = [*self.rows(), *(("engine", f"{name}: {why}") for name, why in self.candidates)]
        return "\n".join([self.title, *(f"  {name:<9} {text}" for name, text in rows)])

    @property
    def title(self) -> str:
        """The first line of the printed plan."""
        return "plan"


def check_out(out: Any, shape: Shape, dtype: DType) -> Array:
    """Return `out` if results of this shape and dtype can be written to it."""
    if not isinstance(out, np.ndarray):
        raise TypeError(f"out is a {type(out).__name__}; it must be an array {shape} {dtype}")
    arguments.check_plain(out, "out")
    if out.shape != shape or out.dtype != dtype:
        raise ValueError(f"out is {out.shape} {out.dtype}; it must be {shape} {dtype}")
    if not out.flags.writeable:
        raise ValueError(f"out {out.shape} is read-only; it must be writeable")
    return out


@dataclass(frozen=True)
class PoolingPlan(Plan):
    """A plan of `pool`."""

    mode: str
    count_padding: bool
    p: float
    pad_mode: str | None = None
    fill: Any = 0
    footprint: tuple[bool, ...] | None = None

    @property
    def title(self) -> str:
        """The first line of the printed plan."""
        some = (
            ""
            if self.footprint is None
            else f", of which {plural(sum(self.footprint), 'tap')} of the footprint count"
        )
        return (
            f"{self.mode} pooling with windows of "
            f"{sizes([axis.window for axis in self.axes])}{some}"
        )

    def rows(self) -> list[tuple[str, str]]:
        """Return what print shows, as (name, text)."""
        rows = super().rows()
        never = f"which never wins and is {'' if self.count_padding else 'not '}counted"
        filled = never if self.pad_mode is None else f"filled with {self.pad_mode}"
        rows.insert(1, ("padding", f"{self.padding}, {filled}"))
        rows.insert(
            -1, ("work", f"{volume(self.output_shape):,} results x {plural(self.taps, 'tap')}")
        )
        return rows

    @cached_property
    def _work(self) -> cost_model.Reduction:
        moved = volume(self.near_shape) * self.images_dtype.itemsize + self.bytes_out
        taps = self.taps_alone if self.mode == "median" or self.footprint is not None else None
        results = volume(self.output_shape)
        refusal = self.refusals()["compiled"]
        return cost_model.Reduction(
            self.images_dtype, self.mode, self.near_axes, results, moved, taps, refusal
        )

    @property
    def taps_alone(self) -> int:
        """Taps of one window that count."""
        return self.taps if self.footprint is None else sum(self.footprint)

    @cached_property
    def candidates(self) -> tuple[tuple[str, str], ...]:
        """The engines that can do it, the best first, and why."""
        return tuple(self._work.order)

    @property
    def seconds(self) -> float:
        """How long the engine should take with the threads that may be used, by a small model."""
        return self._work.seconds(self._name)

    @property
    def scratch(self) -> int:
        """Working memory in bytes, about."""
        image, size = (
            volume([axis.length for axis in self.near_axes]) * self.channels,
            self.accumulation.itemsize,
        )
        padded = min(self.batch * image, max(image, padding.ROOM // self.images_dtype.itemsize))
        held = self._gathered + self.beside(padded, volume(self.output_shape))
        if self._name != "numpy":
            return held + super().scratch
        return held + size * numpy_pooling.numbers(self.near_shape, self.near_axes, size)

    def beside(self, padded: int, results: int) -> int:
        """Return the bytes that so many padded pixels and, of medians, the windows of so many results take."""
        size = self.images_dtype.itemsize
        held = padded * size if self.pad_mode is not None else 0
        if self.mode == "median":  # windows lie side by side, one at least
            held += 4 * size * max(self.taps, min(numpy_pooling.LARGE // size, results * self.taps))
        return held

    def refusals(self) -> dict[str, str | None]:
        """Return, for each engine, why it cannot do it; None if it can."""
        rank, has_footprint = len(self.axes), self.footprint is not None
        return cost_model.pooling_refusals(
            self.mode, self.images_dtype, rank, self.accumulation, has_footprint=has_footprint
        )

    def check(self, images: Array) -> None:
        """Raise OverflowError if sums of integers might not fit."""
        if not self._fits:
            least, greatest = dtypes.extremes(images)
            pixels = min(least, self.fill), max(greatest, self.fill)
            self._sums.working(self.dtype, pixels, "sums of pixels")

    def fits(self) -> bool:
        """Tell whether no sum of pixels of this dtype can be too large."""
        return self._fits

    @cached_property
    def _fits(self) -> bool:
        if self.mode != "sum" or self.dtype.kind not in "iu":
            return True
        return self._sums.fit(self.dtype, dtypes.limits(self.images_dtype))

    @property
    def _sums(self) -> dtypes.Sums:
        return dtypes.Sums(np.array([self.taps]))

    def run(self, images: Any, out: Array | None = None) -> Array:
        """Pool images of the plan's shape and dtype.

        Raises
        ------
        ValueError : shape or dtype are not the plan's
        OverflowError : integer sums might not fit; the text names the bound
        """
        entered = self.near(self.entered(images))
        self.check(entered)
        out, written = self.result(out, entered)
        words = {
            "mode": self.mode,
            "count_padding": self.count_padding,
            "p": self.p,
            "dtype": self.accumulation,
        }
        if self.footprint is not None:
            words["footprint"] = np.reshape(self.footprint, [axis.window for axis in self.axes])
        with np.errstate(all="ignore"):
            if self.pad_mode is None or not written.size:
                self.compute(POOL_ENGINES, entered, self.engine_axes, written, **words)
            else:
                for batch, pixels, axes in padding.padded(
                    entered, self.engine_axes, self.pad_mode, self.fill
                ):
                    self.compute(POOL_ENGINES, pixels, axes, written[batch], **words)
        return self.leave(out, written)
