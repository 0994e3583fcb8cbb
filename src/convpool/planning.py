"""Plans: what a call will do, known from shapes and dtypes alone, before any pixel is read.

m images, c channels, nc kernels. A plan is a value: it prints itself, pickles, and runs as often as wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool import arguments, dtypes
from convpool.arguments import Ints, Padding
from convpool.engines import ENGINES, POOL_ENGINES, TRANSPOSE_ENGINES
from convpool.windows import TRANSPOSED_SIZES, Axis, Halo, place, place_transposed, volume

Array = NDArray[Any]
Shape = tuple[int, ...]
DType = np.dtype[Any]
POOL_MODES = ("max", "min", "avg", "sum", "lp")


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

    @property
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

    @property
    def candidates(self) -> tuple[tuple[str, str], ...]:
        """The engines that can do it, the best first, and why."""
        return (("numpy", "takes every dtype and rank"),)

    def chosen(self, engines: dict[str, Callable[..., None]]) -> Callable[..., None]:
        """Return the engine's function: the one asked for, or the first candidate."""
        return engines[self.candidates[0][0] if self.engine == "auto" else self.engine]

    def entered(self, images: Any, name: str = "images") -> Array:
        """Check that images are those of the plan, and return them with channels last."""
        images = arguments.array(images, name)
        if (images.shape, images.dtype) != (self.images_shape, self.images_dtype):
            raise ValueError(
                f"{name} are {images.shape} {images.dtype}, but the plan is for {self.images_shape} "
                f"{self.images_dtype}: make a plan for each shape and dtype"
            )
        return np.moveaxis(images, self.channel_axis, -1)

    def result(self, out: Array | None, *inputs: Array) -> tuple[Array, Array]:
        """Return the array of the result, and the same or a temporary one with channels last to write to."""
        out = np.empty(self.output_shape, self.dtype) if out is None else self._checked(out)
        written = np.moveaxis(out, self.channel_axis, -1)
        if any(np.may_share_memory(out, given) for given in inputs):
            written = np.empty(written.shape, self.dtype)
        return out, written

    def _checked(self, out: Array) -> Array:
        if not isinstance(out, np.ndarray):
            raise TypeError(f"out is a {type(out).__name__}; it must be an array {self.output_shape} {self.dtype}")
        if out.shape != self.output_shape or out.dtype != self.dtype:
            raise ValueError(f"out is {out.shape} {out.dtype}; it must be {self.output_shape} {self.dtype}")
        if not out.flags.writeable:
            raise ValueError(f"out {out.shape} is read-only; it must be writeable")
        return out

    def leave(self, out: Array, written: Array) -> Array:
        """Return the result, with what was written to a temporary array in it."""
        if not np.may_share_memory(out, written):
            np.moveaxis(out, self.channel_axis, -1)[...] = written
        return out

    def rows(self) -> list[tuple[str, str]]:
        """Return what print shows, as (name, text)."""
        rows = [("images", f"{self.images_shape} {self.images_dtype}")]
        names = arguments.AXES[len(self.axes)]
        rows += zip(names, self.formulas(), strict=True)
        rows.append(("result", f"{self.output_shape} {self.dtype}, computed in {self.accumulation}"))
        rows.append(("memory", f"{size(self.bytes_in)} in, {size(self.bytes_out)} out, {size(self.scratch)} scratch"))
        return rows

    def formulas(self) -> list[str]:
        """Write how each size of the result follows, with the numbers in it."""
        return [formula(axis) for axis in self.axes]

    @property
    def scratch(self) -> int:
        """Working memory in bytes, about."""
        return 4 * min(2**18, max(1, volume(self.output_shape) * self.taps)) * self.accumulation.itemsize

    def __str__(self) -> str:
        rows = [*self.rows(), *(("engine", f"{name}: {why}") for name, why in self.candidates)]
        return "\n".join([self.title, *(f"  {name:<9} {text}" for name, text in rows)])

    @property
    def title(self) -> str:
        """The first line of the printed plan."""
        return "plan"


@dataclass(frozen=True)
class KernelsPlan(Plan):
    """What plans with kernels share."""

    kernels_shape: Shape
    kernels_dtype: DType
    groups: int

    @property
    def depth(self) -> int:
        """Channels that one kernel reads."""
        return self.kernels_shape[-2]

    @property
    def multiply_adds(self) -> int:
        """Multiplications, each with its addition."""
        return volume([self.batch, *(axis.count for axis in self.axes)]) * volume(self.kernels_shape)

    @property
    def title(self) -> str:
        """The first line of the printed plan."""
        groups = f" in {self.groups} groups" if self.groups > 1 else ""
        return (
            f"{self.name} with {plural(self.kernels_shape[-1], 'kernel')} of {sizes(self.kernels_shape[:-1])}{groups}"
        )

    @property
    def name(self) -> str:
        """What is done."""
        return "convolution"

    def kernels(self, given: Any) -> Array:
        """Check that kernels are those of the plan."""
        kernels = arguments.array(given, "kernels")
        if (kernels.shape, kernels.dtype) != (self.kernels_shape, self.kernels_dtype):
            raise ValueError(
                f"kernels are {kernels.shape} {kernels.dtype}, but the plan is for {self.kernels_shape} "
                f"{self.kernels_dtype}: make a plan for each shape and dtype"
            )
        return kernels


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
        return super().title + (", flipped (signal processing)" if self.flip else ", as they are (cross-correlation)")

    def rows(self) -> list[tuple[str, str]]:
        """Return what print shows, as (name, text)."""
        rows = super().rows()
        work = (
            f"{self.multiply_adds:,} multiply-adds = {volume(self.output_shape):,} results x {plural(self.taps, 'tap')}"
        )
        rows.insert(-1, ("work", f"{work} x {plural(self.depth, 'channel')}"))
        rows.insert(1, ("padding", f"{self.padding}, filled with {self.pad_mode}"))
        return rows

    def run(self, images: Any, kernels: Any, bias: Any = None, out: Array | None = None) -> Array:
        """Convolve images with kernels of the plan's shapes and dtypes.

        Raises
        ------
        ValueError : shapes or dtypes are not the plan's
        OverflowError : integers might not fit; the text names the bound
        """
        entered, kernels = self.entered(images), self.kernels(kernels)
        bias = None if bias is None else self._bias(bias)
        working = self._working(entered, kernels, bias)
        out, written = self.result(out, entered, kernels)
        weights = np.flip(kernels, tuple(range(len(self.axes)))) if self.flip else kernels
        padded = {"pad_mode": self.pad_mode, "fill": self.fill, "bias": bias, "groups": self.groups, "dtype": working}
        with np.errstate(all="ignore"):
            self.chosen(ENGINES)(entered, weights, self.axes, written, **padded)
        return self.leave(out, written)

    def _bias(self, given: Any) -> Array:
        bias = arguments.array(given, "bias")
        if bias.shape != (self.results,):
            raise ValueError(f"bias is {bias.shape}; it must be ({self.results},), one number for each kernel")
        if not np.can_cast(bias.dtype, self.accumulation, "same_kind"):
            raise TypeError(
                f"bias is {bias.dtype}, but sums are taken in {self.accumulation}: pass dtype=float or round it"
            )
        return bias

    def _working(self, images: Array, kernels: Array, bias: Array | None) -> DType:
        """Return the dtype to compute in: for integers, one in which these sums are exact."""
        if self.accumulation.kind not in "iu":
            return self.accumulation
        extra = dtypes.magnitude(bias) if bias is not None else 0
        terms = self.taps * self.depth
        limit = terms * max(dtypes.greatest(self.images_dtype), abs(self.fill)) * dtypes.greatest(self.kernels_dtype)
        if limit + extra > dtypes.EXACT_IN_FLOAT64:
            values = np.array([dtypes.magnitude(images), abs(self.fill)], dtype=object)
            limit = dtypes.bound(values, kernels, tuple(range(kernels.ndim - 1)))
        negative = any(part is not None and part.size and part.min() < 0 for part in (images, kernels, bias))
        return dtypes.working(self.accumulation, limit + extra, "sums of products", negative or self.fill < 0)


@dataclass(frozen=True)
class TransposedPlan(KernelsPlan):
    """A plan of `convolve_transpose`: the axes are those of its result, which `convolve` would read."""

    values: Shape  # the spatial sizes of the input

    @property
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
        out, written = self.result(out, entered, kernels)
        with np.errstate(all="ignore"):
            self.chosen(TRANSPOSE_ENGINES)(entered, kernels, self.axes, written, groups=self.groups, dtype=working)
        return self.leave(out, written)

    def _working(self, values: Array, kernels: Array) -> DType:
        if self.accumulation.kind not in "iu":
            return self.accumulation
        window = tuple(range(kernels.ndim - 2))
        limit = dtypes.bound(values, kernels, (*window, kernels.ndim - 1))
        negative = any(part.size and part.min() < 0 for part in (values, kernels))
        return dtypes.working(self.accumulation, limit, "sums of products", negative)


@dataclass(frozen=True)
class PoolingPlan(Plan):
    """A plan of `pool`."""

    mode: str
    count_padding: bool
    p: float

    @property
    def title(self) -> str:
        """The first line of the printed plan."""
        return f"{self.mode} pooling with windows of {sizes([axis.window for axis in self.axes])}"

    def rows(self) -> list[tuple[str, str]]:
        """Return what print shows, as (name, text)."""
        rows = super().rows()
        rows.insert(
            1, ("padding", f"{self.padding}, which never wins and is {'' if self.count_padding else 'not '}counted")
        )
        rows.insert(-1, ("work", f"{volume(self.output_shape):,} results x {plural(self.taps, 'tap')}"))
        return rows

    def check(self, images: Array) -> None:
        """Raise OverflowError if sums of integers might not fit."""
        if self.mode == "sum" and self.accumulation.kind in "iu":
            limit = self.taps * dtypes.greatest(self.images_dtype)
            if limit > np.iinfo(self.accumulation).max:
                limit = self.taps * dtypes.magnitude(images)
            dtypes.working(self.accumulation, limit, "sums of pixels", False)

    def run(self, images: Any, out: Array | None = None) -> Array:
        """Pool images of the plan's shape and dtype.

        Raises
        ------
        ValueError : shape or dtype are not the plan's
        OverflowError : integer sums might not fit; the text names the bound
        """
        entered = self.entered(images)
        self.check(entered)
        out, written = self.result(out, entered)
        words = {"mode": self.mode, "count_padding": self.count_padding, "p": self.p, "dtype": self.accumulation}
        with np.errstate(all="ignore"):
            self.chosen(POOL_ENGINES)(entered, self.axes, written, **words)
        return self.leave(out, written)


def sizes(numbers: Any) -> str:
    """Write sizes as in 3 x 3."""
    return " x ".join(map(str, numbers))


def size(count: float) -> str:
    """Write bytes as in 1.5 MB."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"


def plural(count: int, noun: str) -> str:
    """Write a count with its noun."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def span(axis: Axis) -> str:
    """Write a window's span, with the formula where it is dilated."""
    return f"{axis.span}" if axis.dilation == 1 else f"({axis.dilation} * ({axis.window} - 1) + 1)"


def formula(axis: Axis) -> str:
    """Write how the number of windows follows, with the numbers in it."""
    room = f"({axis.before} + {axis.size} + {axis.after} - {span(axis)}) / {axis.stride}"
    less = ", less one that would start behind the pixels" if axis.ceil and _dropped(axis) else ""
    return f"{'ceil' if axis.ceil else 'floor'}({room}) + 1 = {axis.count}{less}"


def _dropped(axis: Axis) -> bool:
    room = axis.before + axis.size + axis.after - axis.span
    return axis.count < -(-room // axis.stride) + 1


def plan_convolution(
    images_shape: Any,
    kernels_shape: Any,
    padding: Padding = "same",
    stride: Ints = 1,
    *,
    dilation: Ints = 1,
    groups: int = 1,
    pad_mode: str = "zeros",
    fill: Any = 0,
    flip: bool = False,
    channel_axis: int = -1,
    dtype: DTypeLike | None = None,
    engine: str = "auto",
    images_dtype: DTypeLike = np.float64,
    kernels_dtype: DTypeLike = np.float64,
) -> ConvolutionPlan:
    """Plan a convolution from shapes and dtypes, without any pixel.

    Parameters
    ----------
    images_shape, kernels_shape
        Shapes (m, *spatial, c) and (*window, c // groups, nc).
    padding, stride, dilation, groups, pad_mode, fill, flip, channel_axis, dtype, engine
        As in `convolve`.
    images_dtype, kernels_dtype
        Dtypes of the arrays that it will run on.

    Returns
    -------
    an immutable plan: print it, look at its attributes, call its run(images, kernels)

    Raises
    ------
    ValueError, TypeError : a word that cannot be, with what came in and what would do

    Examples
    --------
    >>> print(plan_convolution((10, 28, 28, 1), (3, 3, 1, 8), stride=2))
    convolution with 8 kernels of 3 x 3 x 1, as they are (cross-correlation)
      images    (10, 28, 28, 1) float64
      padding   same, filled with zeros
      height    floor((0 + 28 + 1 - 3) / 2) + 1 = 14
      width     floor((0 + 28 + 1 - 3) / 2) + 1 = 14
      result    (10, 14, 14, 8) float64, computed in float64
      work      141,120 multiply-adds = 15,680 results x 9 taps x 1 channel
      memory    62.7 kB in, 125 kB out, 4.52 MB scratch
      engine    numpy: takes every dtype and rank
    """
    images, kernels, axis, rank = _operands(images_shape, kernels_shape, channel_axis)
    groups = arguments.integer(groups, "groups", 1)
    c, depth, nc = images[axis], kernels[-2], kernels[-1]
    _check_channels(images, kernels, axis, groups, c == depth * groups)
    if nc % groups:
        raise ValueError(
            f"kernels {kernels} are {nc}, which {groups} groups do not divide; groups must divide {nc} and {c}"
        )
    word = arguments.padding(padding, rank)
    stride, dilation = arguments.per_axis(stride, rank, "stride"), arguments.per_axis(dilation, rank, "dilation")
    spatial = arguments.channels_last(images, axis)[1:-1]
    axes = lay(spatial, kernels[:-2], stride, dilation, word, False)
    pad_mode = arguments.choice(pad_mode, arguments.PAD_MODES, "pad_mode")
    _check_pad_mode(pad_mode, axes)
    kinds = arguments.dtype(images_dtype, "images_dtype"), arguments.dtype(kernels_dtype, "kernels_dtype")
    result = dtypes.result(*kinds, dtype)
    sums = dtypes.accumulation(result)
    return ConvolutionPlan(
        images_shape=images,
        images_dtype=kinds[0],
        channel_axis=axis,
        axes=axes,
        dtype=result,
        accumulation=sums,
        padding=_said(padding),
        engine=arguments.choice(engine, ("auto", *ENGINES), "engine"),
        kernels_shape=kernels,
        kernels_dtype=kinds[1],
        groups=groups,
        pad_mode=pad_mode,
        fill=_fill(fill, pad_mode, sums),
        flip=bool(flip),
    )


def plan_transposed(
    images_shape: Any,
    kernels_shape: Any,
    padding: Padding,
    stride: Ints,
    *,
    output_padding: Ints,
    dilation: Ints,
    groups: int,
    channel_axis: int,
    dtype: DTypeLike | None,
    engine: str,
    images_dtype: DTypeLike,
    kernels_dtype: DTypeLike,
) -> TransposedPlan:
    """Plan a transposed convolution; words as in `convolve_transpose`."""
    images, kernels, axis, rank = _operands(images_shape, kernels_shape, channel_axis)
    groups = arguments.integer(groups, "groups", 1)
    nc = kernels[-1]
    _check_channels(images, kernels, axis, groups, images[axis] == nc, transposed=True)
    if nc % groups:
        raise ValueError(f"kernels {kernels} are {nc}, which {groups} groups do not divide; groups must divide {nc}")
    word = arguments.padding(padding, rank)
    stride, dilation = arguments.per_axis(stride, rank, "stride"), arguments.per_axis(dilation, rank, "dilation")
    extra = arguments.per_axis(output_padding, rank, "output_padding", least=0)
    _check_output_padding(extra, word, stride, dilation)
    spatial = arguments.channels_last(images, axis)[1:-1]
    axes = tuple(map(place_transposed, spatial, kernels[:-2], stride, dilation, arguments.each(word, rank), extra))
    for name, made, o in zip(arguments.AXES[rank], axes, spatial, strict=True):
        if o == 0 and not (isinstance(word, str) and word in TRANSPOSED_SIZES):
            raise ValueError(f"the images' {name} is 0; only a named 'same' ({_names()}) takes an empty axis")
        if made.size < 0:
            raise ValueError(
                f"the {name} of the result would be {made.size}: ({o} - 1) * {made.stride} + {made.span} "
                f"- {made.before} - {made.after}; use less padding"
            )
    kinds = arguments.dtype(images_dtype, "images_dtype"), arguments.dtype(kernels_dtype, "kernels_dtype")
    result = dtypes.result(*kinds, dtype)
    return TransposedPlan(
        images_shape=images,
        images_dtype=kinds[0],
        channel_axis=axis,
        axes=axes,
        dtype=result,
        accumulation=dtypes.accumulation(result),
        padding=_said(padding),
        engine=arguments.choice(engine, ("auto", *TRANSPOSE_ENGINES), "engine"),
        kernels_shape=kernels,
        kernels_dtype=kinds[1],
        groups=groups,
        values=spatial,
    )


def plan_pooling(
    images_shape: Any,
    kernel_shape: Ints,
    stride: Ints | None = None,
    mode: str = "max",
    *,
    padding: Padding = "valid",
    dilation: Ints = 1,
    ceil: bool = False,
    count_padding: bool = False,
    p: float = 2,
    channel_axis: int = -1,
    engine: str = "auto",
    images_dtype: DTypeLike = np.float64,
) -> PoolingPlan:
    """Plan a pooling from shapes and dtypes, without any pixel.

    Parameters
    ----------
    images_shape
        Shape (m, *spatial, c).
    kernel_shape, stride, mode, padding, dilation, ceil, count_padding, p, channel_axis, engine
        As in `pool`.
    images_dtype
        Dtype of the arrays that it will run on.

    Returns
    -------
    an immutable plan: print it, look at its attributes, call its run(images)

    Raises
    ------
    ValueError, TypeError : a word that cannot be, with what came in and what would do

    Examples
    --------
    >>> plan_pooling((10, 28, 28, 3), 3, 2, ceil=True).output_shape
    (10, 14, 14, 3)
    """
    images = arguments.shape(images_shape, "images_shape")
    rank = arguments.spatial_rank(images)
    axis = arguments.channel_axis(channel_axis, images)
    mode = arguments.choice(mode, POOL_MODES, "mode")
    window = arguments.per_axis(kernel_shape, rank, "kernel_shape")
    stride = window if stride is None else arguments.per_axis(stride, rank, "stride")
    dilation = arguments.per_axis(dilation, rank, "dilation")
    word = arguments.padding(padding, rank)
    axes = lay(arguments.channels_last(images, axis)[1:-1], window, stride, dilation, word, bool(ceil))
    kind = arguments.dtype(images_dtype, "images_dtype")
    if kind.kind == "c" and mode not in ("avg", "sum"):
        raise TypeError(
            f"{mode} pooling has no meaning for images of {kind}; use 'avg' or 'sum', or pool np.abs(images)"
        )
    if not (isinstance(p, (int, float, np.number)) and 0 < p < np.inf):
        raise ValueError(f"p is {p!r}; lp pooling takes a finite number above 0, or use mode='max' for infinity")
    return PoolingPlan(
        images_shape=images,
        images_dtype=kind,
        channel_axis=axis,
        axes=axes,
        dtype=dtypes.pooled(kind, mode),
        accumulation=dtypes.pooling(kind, mode),
        padding=_said(padding),
        engine=arguments.choice(engine, ("auto", *POOL_ENGINES), "engine"),
        mode=mode,
        count_padding=bool(count_padding),
        p=float(p),
    )


def halo(
    shape: Ints,
    window: Ints,
    part: Sequence[slice],
    padding: Padding = "same",
    stride: Ints = 1,
    *,
    dilation: Ints = 1,
    ceil: bool = False,
) -> tuple[Halo, ...]:
    """Tell which pixels, and how many zeros, a part of an output needs: what a tile of a larger image has to read.

    Parameters
    ----------
    shape
        The spatial sizes of the whole images: a sequence, of 1 to 3 axes.
    window
        The window's sizes.
    part
        One slice for each axis of the output, with steps of 1.
    padding, stride, dilation
        As in `convolve`.
    ceil
        As in `pool`.

    Returns
    -------
    for each axis (start, stop, before, after): read start to stop, put zeros before and after, and take no other
    padding. A part that lies wholly in the padding has start equal to stop.

    Raises
    ------
    ValueError, TypeError : words that do not fit, or a part beyond the output

    Examples
    --------
    >>> halo((100, 100), 3, [slice(0, 10), slice(90, 100)])
    (Halo(start=0, stop=11, before=1, after=0), Halo(start=89, stop=100, before=0, after=1))
    """
    if np.ndim(shape) != 1 or len(np.atleast_1d(shape)) not in arguments.AXES:
        raise ValueError(f"shape is {shape!r}; it must be the 1 to 3 spatial sizes of the images, such as (480, 640)")
    rank = len(np.atleast_1d(shape))
    spatial = arguments.per_axis(shape, rank, "shape", least=0)
    sizes = arguments.per_axis(window, rank, "window")
    steps = arguments.per_axis(stride, rank, "stride"), arguments.per_axis(dilation, rank, "dilation")
    axes = lay(spatial, sizes, *steps, arguments.padding(padding, rank), bool(ceil))
    if not isinstance(part, Sequence) or len(part) != rank:
        raise ValueError(f"part is {part!r}; it must be {plural(rank, 'slice')}, one for each spatial axis")
    return tuple(axis.halo(_outputs(piece, axis)) for piece, axis in zip(part, axes, strict=True))


def _outputs(piece: slice, axis: Axis) -> slice:
    try:
        start, stop, step = piece.indices(axis.count)
    except (AttributeError, TypeError):
        start, stop, step = 0, 0, 0
    if step != 1 or stop < start or (piece.stop is not None and piece.stop > axis.count):
        raise ValueError(f"part has {piece!r}; it must be a slice of the {axis.count} outputs, with a step of 1")
    return slice(start, stop)


def _said(padding: Padding) -> str:
    return padding if isinstance(padding, str) else str(padding)


def _operands(images_shape: Any, kernels_shape: Any, channel_axis: int) -> tuple[Shape, Shape, int, int]:
    images, kernels = arguments.shape(images_shape, "images_shape"), arguments.shape(kernels_shape, "kernels_shape")
    rank = arguments.spatial_rank(images)
    axis = arguments.channel_axis(channel_axis, images)
    if len(kernels) != len(images):
        raise ValueError(
            f"kernels {kernels} have {len(kernels)} axes, but images {images} have {len(images)}: kernels must be "
            f"(*window, channels, kernels) with {rank} window {'axis' if rank == 1 else 'axes'}"
            + (", as kernel[..., None, None]" if len(kernels) == rank else "")
        )
    if min(kernels[:-2]) < 1:
        raise ValueError(f"kernels {kernels} have an empty window; each of its sizes must be 1 or more")
    return images, kernels, axis, rank


def _check_channels(
    images: Shape, kernels: Shape, axis: int, groups: int, agree: bool, transposed: bool = False
) -> None:
    """Raise unless images and kernels agree in their channels; say what the likely next step is."""
    if agree:
        return
    c, depth, nc = images[axis], kernels[-2], kernels[-1]
    wanted = nc if transposed else depth * groups
    takes = (
        f"give {nc} channels"
        if transposed
        else f"take {depth} channels" + (f" in each of {groups} groups" * (groups > 1))
    )
    hints = []
    if axis == len(images) - 1 and images[1] == wanted:
        hints.append("are the channels first? pass channel_axis=1")
    if axis == 1 and images[-1] == wanted:
        hints.append("are the channels last? pass channel_axis=-1")
    if not transposed and depth and c % depth == 0 and groups == 1 and c > depth > 0 and nc % (c // depth) == 0:
        hints.append(f"grouped kernels? pass groups={c // depth}")
    if (depth if transposed else nc) == c and depth != nc:
        hints.append("are the kernels' last two axes swapped? they are (channels, kernels)")
    if kernels[1] == c and wanted != c:
        hints.append("kernels first, as in PyTorch? pass np.moveaxis(kernels, (0, 1), (-1, -2))")
    hint = "; " + "; or ".join(hints) if hints else f"; kernels must be (*window, {_expected(c, groups, transposed)})"
    raise ValueError(f"kernels {kernels} {takes}, but images {images} have {c}{hint}")


def _expected(c: int, groups: int, transposed: bool) -> str:
    if transposed:
        return f"channels, {c}"
    return f"{c // groups}, kernels" if c % groups == 0 else f"{c} // groups, kernels), and groups must divide {c}"


def lay(
    spatial: Shape, window: Shape, stride: Shape, dilation: Shape, word: str | tuple[tuple[int, int], ...], ceil: bool
) -> tuple[Axis, ...]:
    """Lay the windows on every axis and check that there is one."""
    rank = len(spatial)
    axes = tuple(map(place, spatial, window, stride, dilation, arguments.each(word, rank), [ceil] * rank))
    for name, axis in zip(arguments.AXES[len(axes)], axes, strict=True):
        if axis.size == 0 and not (isinstance(word, str) and word in TRANSPOSED_SIZES):
            raise ValueError(f"the images' {name} is 0; only a named 'same' ({_names()}) takes an empty axis")
        if axis.count < 1 and axis.size > 0:
            spread = f" (a span of {axis.span} at dilation {axis.dilation})" if axis.dilation > 1 else ""
            raise ValueError(
                f"a window of {axis.window}{spread} does not fit the images' {name} of {axis.size} with {axis.before} "
                f"+ {axis.after} padding; use a smaller window, more padding or padding='same'"
            )
    return axes


def _names() -> str:
    return ", ".join(map(repr, TRANSPOSED_SIZES))


def _check_pad_mode(pad_mode: str, axes: tuple[Axis, ...]) -> None:
    for name, axis in zip(arguments.AXES[len(axes)], axes, strict=True):
        if pad_mode not in ("zeros", "constant") and axis.size == 0 and axis.before + axis.after > 0:
            raise ValueError(f"pad_mode {pad_mode!r} has nothing to take from: the images' {name} is 0; use 'zeros'")


def _check_output_padding(
    extra: Shape, word: str | tuple[tuple[int, int], ...], stride: Shape, dilation: Shape
) -> None:
    if isinstance(word, str) and word in TRANSPOSED_SIZES and any(extra):
        raise ValueError(f"padding {word!r} settles the size and takes no output_padding, but that is {extra}")
    for more, step, spread in zip(extra, stride, dilation, strict=True):
        if more >= max(step, spread):
            raise ValueError(
                f"output_padding is {more}, but it must be below {max(step, spread)}, the larger of stride, dilation"
            )


def _fill(fill: Any, pad_mode: str, sums: DType) -> Any:
    value = np.asarray(fill)
    if value.ndim or value.dtype.kind not in "biufc":
        raise TypeError(f"fill is {fill!r}; it must be one number")
    if pad_mode != "constant":
        if value != 0:
            raise ValueError(f"fill is {fill!r}, but pad_mode is {pad_mode!r}; pass pad_mode='constant' to use it")
        return 0
    if not np.can_cast(value.dtype, sums, "same_kind"):
        raise TypeError(f"fill is {fill!r}, but sums are taken in {sums}: pass dtype=float or a whole number")
    return value.item() if sums.kind in "iu" else sums.type(fill)
