"""Plans of what has kernels: convolution and its adjoint. m images, c channels, nc kernels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from convpool.engines import ENGINES, TRANSPOSE_ENGINES
from convpool.engines.fft import layout as fourier_layout
from convpool.engines.numpy import convolution as numpy_convolution
from convpool.plans import arguments, cost_model, dtypes
from convpool.plans.base import Plan
from convpool.plans.cached_value import cached_property
from convpool.plans.formatting import plural, sizes, span
from convpool.plans.kernel_layouts import LAYOUTS
from convpool.plans.shared_memory import apart
from convpool.windows import volume

Array = NDArray[Any]
Shape = tuple[int, ...]
DType = np.dtype[Any]


@dataclass(frozen=True)
class KernelsPlan(Plan):
    """What plans with kernels share.

    Attributes
    ----------
    kernels_shape : (*window, c // groups, nc), whatever the layout
    kernel_layout : the order of the axes in which `run` takes kernels, one of
        `kernel_layouts.LAYOUTS`
    """

    kernels_shape: Shape
    kernels_dtype: DType
    groups: int
    kernel_layout: str

    @property
    def depth(self) -> int:
        """Channels that one kernel reads."""
        return self.kernels_shape[-2]

    @property
    def multiply_adds(self) -> int:
        """Multiplications, each with its addition."""
        return volume([self.batch, *(axis.count for axis in self.axes)]) * volume(
            self.kernels_shape
        )

    @property
    def title(self) -> str:
        """The first line of the printed plan."""
        groups = f" in {self.groups} groups" if self.groups > 1 else ""
        layout = f", passed as {self.kernel_layout}" if self.kernel_layout != "HWIO" else ""
        kernels = plural(self.kernels_shape[-1], "kernel")
        return f"{self.name} with {kernels} of {sizes(self.kernels_shape[:-1])}{groups}{layout}"

    @property
    def name(self) -> str:
        """What is done."""
        return "convolution"

    def kernels(self, given: Any) -> Array:
        """Check that kernels are those of the plan, and return them as (*window, c // groups, nc)."""
        kernels = arguments.array(given, "kernels")
        layout = LAYOUTS[self.kernel_layout]
        shape = layout.original(self.kernels_shape, self.groups)
        if kernels.shape != shape or kernels.dtype != self.kernels_dtype:
            raise ValueError(
                f"kernels are {kernels.shape} {kernels.dtype}, but the plan is for {shape} "
                f"{self.kernels_dtype}: make a plan for each shape and dtype"
            )
        return layout.array(kernels)


@dataclass(frozen=True)
class ConvolutionPlan(KernelsPlan):
    """A plan of `convolve`."""

    pad_mode: str
    fill: Any
    flip: bool

    @property
    def results(self) -> int:
        """Number of kernels, nc."""
        return self.kernels_shape[-1]

    @property
    def title(self) -> str:
        """The first line of the printed plan."""
        return super().title + (
            ", flipped (signal processing)" if self.flip else ", as they are (cross-correlation)"
        )

    def rows(self) -> list[tuple[str, str]]:
        """Return what print shows, as (name, text)."""
        rows = super().rows()
        work = (
            f"{self.multiply_adds:,} multiply-adds = {volume(self.output_shape):,} results x "
            f"{plural(self.taps, 'tap')}"
        )
        rows.insert(-1, ("work", f"{work} x {plural(self.depth, 'channel')}"))
        rows.insert(1, ("padding", f"{self.padding}, filled with {self.pad_mode}"))
        return rows

    @cached_property
    def _work(self) -> cost_model.Work:
        moved = volume(self.near_shape) * self.images_dtype.itemsize + self.bytes_out
        return cost_model.Work(
            self.near_shape,
            self.kernels_shape,
            self.near_axes,
            self.groups,
            self.accumulation,
            moved,
        )

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
        held = self._gathered
        if not volume(self.output_shape) or self._name == "compiled":
            return held + super().scratch
        if self._name == "fft" and self.depth:
            layout = (self.batch, self.near_axes, self.depth, self.results, self.groups)
            return held + fourier_layout.cheapest(*layout).memory
        numbers = numpy_convolution.numbers(
            self.near_shape, self.kernels_shape, self.near_axes, self.groups, self.accumulation
        )
        return held + self.accumulation.itemsize * numbers

    def run(self, images: Any, kernels: Any, bias: Any = None, out: Array | None = None) -> Array:
        """Convolve images with kernels of the plan's shapes and dtypes.

        Raises
        ------
        ValueError : shapes or dtypes are not the plan's
        OverflowError : integers might not fit; the text names the bound
        """
        entered = self.near(self.entered(images))
        kernels, bias = self.operands(kernels, bias)
        working = self._working(entered, kernels, bias)
        if bias is not None and working.kind in "iu":  # NumPy adds no int64 to uint64
            bias = bias.astype(working, copy=False)
        kernels, bias = apart(out, kernels, bias)
        out, written = self.result(out, entered)
        weights = np.flip(kernels, tuple(range(len(self.axes)))) if self.flip else kernels
        padded = {
            "pad_mode": self.pad_mode,
            "fill": self.fill,
            "bias": bias,
            "groups": self.groups,
            "dtype": working,
        }
        with np.errstate(all="ignore"):
            self.compute(ENGINES, entered, weights, self.engine_axes, written, **padded)
        return self.leave(out, written)

    def refusals(self) -> dict[str, str | None]:
        """Return, for each engine, why it cannot do it; None if it can."""
        return cost_model.refusals(self.accumulation, len(self.axes))

    def operands(self, kernels: Any, bias: Any) -> tuple[Array, Array | None]:
        """Check that kernels and bias are those of the plan."""
        return self.kernels(kernels), None if bias is None else self._bias(bias)

    def fits(self, kernels: Array, bias: Array | None) -> bool:
        """Tell whether no images of this dtype can give sums that are too large, so that `check` need not read any."""
        if self.accumulation.kind not in "iu":
            return True
        return self._sums(kernels, bias).fit(self.accumulation, self._pixels)

    def check(self, images: Array, kernels: Array, bias: Array | None) -> None:
        """Raise OverflowError if sums of integers might not fit, for images of any shape."""
        self._working(images, kernels, bias)

    def _bias(self, given: Any) -> Array:
        bias = arguments.array(given, "bias")
        if bias.shape != (self.results,):
            raise ValueError(
                f"bias is {bias.shape}; it must be ({self.results},), one number for each kernel"
            )
        dtypes.check_kind(f"bias is {bias.dtype}", bias.dtype, self.accumulation)
        return bias

    def _working(self, images: Array, kernels: Array, bias: Array | None) -> DType:
        """Return the dtype to compute in: for integers, one in which these sums are exact."""
        if self.accumulation.kind not in "iu":
            return self.accumulation
        limit = self._limit + (0 if bias is None else dtypes.magnitude(dtypes.extremes(bias)))
        if self.accumulation.kind == "i" and limit <= min(
            dtypes.EXACT_IN_FLOAT64, dtypes.limits(self.accumulation)[1]
        ):
            return dtypes.working(self.accumulation, limit)
        sums, pixels = self._sums(kernels, bias), self._pixels
        if sums.bound(pixels) > dtypes.EXACT_IN_FLOAT64 or not sums.fit(self.accumulation, pixels):
            pixels = self._with_fill(dtypes.extremes(images))  # read last, since they may be large
        return sums.working(self.accumulation, pixels, "sums of products")

    def _sums(self, kernels: Array, bias: Array | None) -> dtypes.Sums:
        return dtypes.Sums(kernels, tuple(range(kernels.ndim - 1)), bias)

    def _with_fill(self, pixels: dtypes.Range) -> dtypes.Range:
        return min(pixels[0], self.fill), max(pixels[1], self.fill)

    @cached_property
    def _pixels(self) -> dtypes.Range:
        """The range that images of this dtype and their padding may have."""
        return self._with_fill(dtypes.limits(self.images_dtype))

    @cached_property
    def _limit(self) -> int:
        """What no sum of products of these dtypes can exceed."""
        weight = dtypes.magnitude(dtypes.limits(self.kernels_dtype))
        return self.taps * self.depth * dtypes.magnitude(self._pixels) * weight


@dataclass(frozen=True)
class TransposedPlan(KernelsPlan):
    """A plan of `convolve_transpose`: the axes are those of its result, which `convolve` would read."""

    values: Shape  # the spatial sizes of the input

    instead: ClassVar[str] = ""

    @cached_property
    def counts(self) -> Shape:
        """The spatial sizes of the result."""
        return tuple(axis.size for axis in self.axes)

    @property
    def results(self) -> int:
        """Number of channels of the result."""
        return self.depth * self.groups

    @property
    def multiply_adds(self) -> int:
        """Multiplications, each with its addition."""
        return volume([self.batch, *self.values]) * volume(self.kernels_shape)

    @property
    def name(self) -> str:
        """What is done."""
        return "transposed convolution"

    def formulas(self) -> list[str]:
        """Write how each size of the result follows, with the numbers in it."""
        texts = []
        for o, axis in zip(self.values, self.axes, strict=True):
            more = axis.size - ((o - 1) * axis.stride + axis.span - axis.before - axis.after)
            text = f"({o} - 1) * {axis.stride} + {span(axis)} - {axis.before} - {axis.after}"
            texts.append(f"{text}{f' + {more}' if more else ''} = {axis.size}")
        return texts

    def rows(self) -> list[tuple[str, str]]:
        """Return what print shows, as (name, text)."""
        rows = super().rows()
        rows.insert(-1, ("work", f"{self.multiply_adds:,} multiply-adds"))
        rows.insert(1, ("padding", self.padding))
        return rows

    def run(self, images: Any, kernels: Any, out: Array | None = None) -> Array:
        """Give values of the plan's shape and dtype back to their windows.

        Raises
        ------
        ValueError : shapes or dtypes are not the plan's
        OverflowError : integers might not fit; the text names the bound
        """
        entered, kernels = self.entered(images), self.kernels(kernels)
        working = self._working(entered, kernels)
        (kernels,) = apart(out, kernels)
        out, written = self.result(out, entered)
        with np.errstate(all="ignore"):
            self.compute(
                TRANSPOSE_ENGINES,
                entered,
                kernels,
                self.axes,
                written,
                groups=self.groups,
                dtype=working,
            )
        return self.leave(out, written)

    def _working(self, values: Array, kernels: Array) -> DType:
        if self.accumulation.kind not in "iu":
            return self.accumulation
        return self._sums(kernels).working(
            self.accumulation, dtypes.extremes(values), "sums of products"
        )

    def _sums(self, kernels: Array) -> dtypes.Sums:
        """Add up the weights that may meet on one pixel: of the kernels of a group, taps that are `apart`."""
        steps = [min(axis.window, axis.apart) for axis in self.axes]
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
