"""Plans of convolution. m images, c channels, nc kernels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines import threads
from convpool.engines.registry import ENGINES, Engine
from convpool.engines.work import ConvolutionWork
from convpool.plans import arguments, dtypes, gradient_arguments, missing_pixels
from convpool.plans.convolution_gradients import ConvolutionGradientsPlan
from convpool.plans.formatting import plural
from convpool.plans.gradient_arguments import NAMES
from convpool.plans.kernels import KernelsPlan
from convpool.plans.lock_free_property import cached_property
from convpool.plans.regions import Part
from convpool.plans.shared_memory import copy_if_shared
from convpool.windows import Axis, volume

Array = NDArray[Any]
Shape = tuple[int, ...]
DType = np.dtype[Any]


@dataclass(frozen=True, kw_only=True)
class ConvolutionPlan(KernelsPlan):
    """A plan of `convolve`.

    Attributes
    ----------
    pad_mode, fill, flip : the arguments of `convolve`
    missing : None, "nan" if pixels that are NaN are missing, or "mask" for those that a mask says
    """

    pad_mode: str
    fill: Any
    flip: bool
    missing: str | None = None

    engines: ClassVar[dict[str, Engine]] = ENGINES
    operation: ClassVar[str] = "convolution"
    call: ClassVar[str] = "convolve"
    bias_is_added_to: ClassVar[str] = "kernel"

    @property
    def output_channels(self) -> int:
        """Number of kernels, nc."""
        return self.kernels_shape[-1]

    @property
    def group_inputs(self) -> int:
        """Channels of the images in each group, c // groups."""
        return self.depth

    @property
    def reading_mode(self) -> str:
        """The pad mode that decides which pixels are read."""
        return self.pad_mode

    def work_of(
        self, images: Shape, axes: tuple[Axis, ...], output_channels: int
    ) -> ConvolutionWork:
        """Return the work of an engine as `Plan.work_of` describes it."""
        work = super().work_of(images, axes, output_channels)
        return work if self.missing is None else replace(work, is_direct=True)

    def extra_bytes(self, padded: int, outputs: int) -> int:
        """Return the bytes for missing pixels: what stands in for them, counts and weights.

        `padded` is the number of pixels with their padding, `outputs` the number of results.
        """
        if self.missing is None:
            return 0
        # a copy of the pixels, two of the mask, weights of pixels; counts, on each axis and padded
        pixel_bytes = self.images_dtype.itemsize + 3 + 2 * self.accumulation.itemsize + 4 * 8
        # sums, weights that are there, factors and their products; counts
        return padded * pixel_bytes + outputs * (4 * self.accumulation.itemsize + 2 * 8)

    @property
    def scratch(self) -> int:
        """About how many bytes of working memory a run takes."""
        padded = volume([*(axis.spanned_positions for axis in self.reached_pixels.axes)])
        extra = self.extra_bytes(self.batch * padded * self.channels, volume(self.output_shape))
        return super().scratch + extra

    # ---- operands ----

    def check_operands(self, kernels: Any, bias: Any = None) -> tuple[Array, Array | None]:
        """Return (kernels, bias) as `check_kernels` and `check_bias` return them."""
        return self.check_weights(self.check_kernels(kernels)), self.check_bias(bias)

    def check_weights(self, kernels: Array) -> Array:
        """Return kernels; raise ValueError if pixels may be missing and weights sum to 0."""
        if self.missing is not None:
            missing_pixels.check_weights(kernels)
        return kernels

    def select_operands(self, operands: Sequence[Any], part: Part) -> tuple[Any, ...]:
        """Return (kernels, bias) of the kernels that a part applies."""
        kernels, bias = operands
        return kernels[..., part.kernels], None if bias is None else bias[part.kernels]

    def _part_fields(self, groups: int, outputs: slice) -> dict[str, Any]:
        """Return which fields differ in a part with these groups and kernels."""
        shape = (*self.kernels_shape[:-1], outputs.stop - outputs.start)
        # the kernels of a part are taken from kernels that are in this layout already
        return {"groups": groups, "kernels_shape": shape, "kernel_layout": "HWIO"}

    # ---- integers ----

    def fits(self, *operands: Any) -> bool:
        """Return whether no sum can overflow, whatever the pixels; True if sums are floats."""
        if self.accumulation.kind not in "iu":
            return True
        kernels, bias = operands
        return self._sums(kernels, bias).fit(self.accumulation, self._pixel_limits)

    def check(self, images: Array, *operands: Any) -> None:
        """Raise OverflowError if a sum of integers might overflow; `images` may have any shape."""
        self._working_dtype(images, *operands)

    def _working_dtype(
        self,
        images: Array,
        kernels: Array,
        bias: Array | None,
        sums_of: Callable[[], dtypes.Sums] | None = None,
    ) -> DType:
        """Return the dtype to compute in: for integers, the fastest in which sums are exact.

        Sums are bounded from as few values as will do: from the dtypes alone, then with the
        weights, then with the pixels, which are most. Raise OverflowError if a sum might overflow.
        `sums_of` returns what `_sums` returns for the weights, if it is known.
        """
        if self.accumulation.kind not in "iu":
            return self.accumulation
        # the bound for any pixels and weights of these dtypes
        limit = self._limit + (0 if bias is None else dtypes.magnitude(dtypes.extremes(bias)))
        if self.accumulation.kind == "i" and limit <= min(
            dtypes.EXACT_IN_FLOAT64, dtypes.limits(self.accumulation)[1]
        ):
            return dtypes.fastest_exact(self.accumulation, limit)
        # the bound for any pixels of the images' dtype with these weights
        sums = self._sums(kernels, bias) if sums_of is None else sums_of()
        pixels = self._pixel_limits
        if sums.bound(pixels) > dtypes.EXACT_IN_FLOAT64 or not sums.fit(self.accumulation, pixels):
            pixels = self._with_fill(dtypes.extremes(images))
        return sums.working_dtype(self.accumulation, pixels, "sums of products")

    def _sums(self, kernels: Array, bias: Array | None) -> dtypes.Sums:
        """Return the sums of each kernel: over the window and the channels that it reads."""
        return dtypes.Sums(kernels, tuple(range(kernels.ndim - 1)), bias)

    def _with_fill(self, pixels: dtypes.Range) -> dtypes.Range:
        """Return a range of pixels, extended to the value that stands in the padding."""
        return min(pixels[0], self.fill), max(pixels[1], self.fill)

    @cached_property
    def _pixel_limits(self) -> dtypes.Range:
        """The least and the greatest value that images of this dtype and their padding can have."""
        return self._with_fill(dtypes.limits(self.images_dtype))

    @cached_property
    def _limit(self) -> int:
        """The greatest magnitude that a sum of products of these dtypes can have, without bias."""
        weight = dtypes.magnitude(dtypes.limits(self.kernels_dtype))
        return self.taps * self.depth * dtypes.magnitude(self._pixel_limits) * weight

    # ---- arrays ----

    def run(
        self,
        images: Any,
        kernels: Any,
        bias: Any = None,
        out: Array | None = None,
        missing: Any = None,
    ) -> Array:
        """Return the convolution of images with kernels, plus the bias, written to `out` if given.

        `missing` says which pixels are missing, if the plan has missing="mask".

        Raises
        ------
        ValueError : shapes or dtypes are not the plan's
        OverflowError : a sum of integers might overflow; the text names the bound
        """
        images = self.check_images(images)
        mask = missing_pixels.check_run(self.missing, missing, self.images_shape)
        return self.execute(images, self.check_operands(kernels, bias), out, mask)

    def execute(
        self,
        images: Array,
        operands: Sequence[Any],
        out: Array | None = None,
        missing: Array | None = None,
    ) -> Array:
        """Compute the result from checked images, kernels and bias, as `Plan.execute` describes."""
        threads.check()
        pixels = self.reached_pixels.gather(self.channels_last(images))
        kernels, bias = operands
        if self.missing is not None:
            return self._execute_with_missing(pixels, kernels, bias, out, missing)
        working = self._working_dtype(pixels, kernels, bias)
        kernels, bias = copy_if_shared(out, kernels, bias)
        out, target = self.allocate_output(out, pixels)
        words = self._words(bias, working)
        with np.errstate(all="ignore"):
            self._apply(pixels, kernels, target, keeps=True, **words)
        return self.copy_back(out, target)

    def _words(self, bias: Array | None, dtype: DType) -> dict[str, Any]:
        """Return the keywords of `_apply`, with this bias and sums in this dtype."""
        return {"pad_mode": self.pad_mode, "fill": self.fill, "bias": bias, "dtype": dtype}

    def _apply(
        self, pixels: Array, kernels: Any, target: Array, *, keeps: bool, **words: Any
    ) -> None:
        """Convolve the reached pixels into target, in place; `words` are those of the engine.

        If it `keeps`, what the engine works out is kept, for calls with the same words.
        """
        kernels, words = self._engine_arguments(kernels, **words)
        run = self._compute if keeps else self._engine.run
        run(pixels, kernels, self.engine_axes, target, **words)

    def _engine_arguments(self, kernels: Array, **words: Any) -> tuple[Array, dict[str, Any]]:
        """Return (kernels, keywords) as engines take them; `words` are those of `_words`."""
        bias, dtype = words["bias"], words["dtype"]
        if bias is not None and dtype.kind in "iu":  # NumPy cannot add int64 to uint64 in place
            bias = bias.astype(dtype, copy=False)
        if self.flip:
            kernels = np.flip(kernels, tuple(range(len(self.axes))))
        return kernels, {**words, "bias": bias, "groups": self.groups}

    def prepack(self, kernels: Any, bias: Any = None) -> PackedConvolution:
        """Return the convolution with these kernels and this bias: a function of the images.

        Kernels are checked and packed once, for all calls: what a network that is trained needs.
        They are copied, so that later changes of the arrays change no result.

        Parameters
        ----------
        kernels
            In the plan's layout, shape and dtype, as `run` takes them.
        bias
            (nc,), added to the results.

        Returns
        -------
        `layer(images, out=None)`, whose results are those of `run(images, kernels, bias, out)`; it
        may be called by several threads at once

        Raises
        ------
        ValueError, TypeError : shapes or dtypes are not the plan's
        ValueError : the plan has missing="mask", and each call would need a mask

        Examples
        --------
        Two layers of a network, and the larger of each two columns and rows between them:

        >>> import numpy as np
        >>> from convpool import plan_convolution, pool
        >>> rng = np.random.default_rng(0)
        >>> float32 = {"images_dtype": "float32", "kernels_dtype": "float32"}
        >>> def random(*shape):
        ...     return rng.standard_normal(shape, np.float32)
        >>> first = plan_convolution((8, 28, 28, 1), (5, 5, 1, 6), **float32)
        >>> second = plan_convolution((8, 14, 14, 6), (5, 5, 6, 16), "valid", **float32)
        >>> first_layer = first.prepack(random(5, 5, 1, 6), random(6))
        >>> second_layer = second.prepack(random(5, 5, 6, 16), random(16))
        >>> def network(images):
        ...     maps = np.maximum(first_layer(images), 0)
        ...     return np.maximum(second_layer(pool(maps, 2)), 0)
        >>> network(random(8, 28, 28, 1)).shape
        (8, 10, 10, 16)
        """
        if self.missing == "mask":
            raise ValueError(
                "the plan has missing='mask', and a packed convolution takes no mask: call "
                "run(images, kernels, missing=mask), or plan with missing='nan'"
            )
        return PackedConvolution(self, *self.check_operands(kernels, bias))

    # ---- gradients ----

    def gradients(
        self,
        output_gradient_dtype: DTypeLike | None = None,
        *,
        want: Sequence[str] = NAMES,
        dtype: DTypeLike | None = None,
        engine: str = "auto",
    ) -> ConvolutionGradientsPlan:
        """Return the plan of the gradients of this convolution.

        Parameters
        ----------
        output_gradient_dtype
            The dtype of the gradient of the result; None for that of the result.
        want, dtype, engine
            As in `convolve_gradients`.

        Raises
        ------
        ValueError, TypeError : an argument does not fit

        Examples
        --------
        >>> from convpool import plan_convolution
        >>> plan_convolution((10, 28, 28, 1), (3, 3, 1, 8)).gradients().shapes.kernels
        (3, 3, 1, 8)
        """
        gradient = self.dtype
        if output_gradient_dtype is not None:
            gradient = arguments.read_dtype(output_gradient_dtype, "output_gradient_dtype")
        result = gradient_arguments.gradient_dtype(self.dtype, gradient, dtype)
        changed_fields = {
            "dtype": result,
            "accumulation": dtypes.accumulation_dtype(result),
            "engine": arguments.read_choice(
                engine, ("auto", *ConvolutionGradientsPlan.engine_names()), "engine"
            ),
            "candidates_of_whole": None,
        }
        plan = ConvolutionGradientsPlan(
            **self.__getstate__() | changed_fields,
            gradient_dtype=gradient,
            want=gradient_arguments.read_want(want),
        )
        plan.check_engine()
        return plan

    def _execute_with_missing(
        self,
        pixels: Array,
        kernels: Array,
        bias: Array | None,
        out: Array | None,
        missing: Array | None,
    ) -> Array:
        """Return the result if pixels may be missing; parameters as in `execute`.

        `pixels` are the reached ones, with the channels last.
        """
        mask = None if missing is None else self.reached_pixels.gather(self.channels_last(missing))
        absent = missing_pixels.find(pixels, mask)
        filled = missing_pixels.replace(pixels, absent, 0)
        results = np.empty((self.batch, *self.output_sizes, self.output_channels), self.dtype)
        with np.errstate(all="ignore"):
            sums = self._sums_of(filled, kernels, self.pad_mode, self.fill)
            if absent.any():
                sums *= self.rescaling(~absent, kernels)
            results[...] = sums if bias is None else sums + bias.astype(self.accumulation)
        out, target = self.allocate_output(out, results)
        target[...] = results
        return self.copy_back(out, target)

    def rescaling(self, present: Array, kernels: Array) -> Array:
        """Return by how much each sum is rescaled, as `missing_pixels.rescaling` does.

        `present` are bools of the reached pixels, with the channels last, `kernels` the weights
        (*window, c // groups, nc).
        """
        return self._rescaling(present, kernels, kernels)

    def _rescaling(self, present: Array, kernels: Any, weights: Array) -> Array:
        """Return what `rescaling` does; `weights` are those of kernels that may be of one axis."""
        pad_mode = missing_pixels.counting_pad_mode(self.pad_mode)
        counts = missing_pixels.count_present(present, self.engine_axes, pad_mode)
        weights_present = self._sums_of(present.astype(self.accumulation), kernels, pad_mode, 1)
        return missing_pixels.rescaling(weights, weights_present, counts, self.groups)

    def _sums_of(self, pixels: Array, kernels: Array, pad_mode: str | None, fill: Any) -> Array:
        """Return the sums of products of pixels (m, *spatial, c) in the dtype `accumulation`."""
        shape = len(pixels), *self.output_sizes, self.output_channels
        sums = np.empty(shape, self.accumulation)
        words = {"pad_mode": pad_mode, "fill": fill, "bias": None, "dtype": self.accumulation}
        self._apply(pixels, kernels, sums, keeps=False, **words)
        return sums

    # ---- text ----

    @property
    def title(self) -> str:
        """The first line of the printed plan, which says whether kernels are flipped."""
        if self.flip:
            return f"{super().title}, flipped (signal processing)"
        return f"{super().title}, as they are (cross-correlation)"

    def rows(self) -> list[tuple[str, str]]:
        """Return the lines that print shows, with one about missing pixels if there may be some."""
        return missing_pixels.with_row(
            super().rows(), self.missing, "; the rest is rescaled to the kernel's whole weight"
        )

    @property
    def _padding_text(self) -> str:
        """The padding of the printed plan: "same, filled with zeros"."""
        return f"{self.padding}, filled with {self.pad_mode}"

    @property
    def _work_text(self) -> str:
        """The work of the printed plan: "18 multiply-adds = 2 results x 9 taps x 1 channel"."""
        results = f"{volume(self.output_shape):,} results x {plural(self.taps, 'tap')}"
        return f"{self.multiply_adds:,} multiply-adds = {results} x {plural(self.depth, 'channel')}"


class PackedConvolution:
    """A convolution with kernels and a bias that were checked and packed; see `prepack` of a plan.

    Attributes
    ----------
    plan : the plan, for the shape and dtype of the images
    """

    def __init__(self, plan: ConvolutionPlan, kernels: Array, bias: Array | None) -> None:
        self.plan = plan
        self._kernels = kernels.copy()
        self._bias = None if bias is None else bias.copy()
        # dtype of sums -> what computes the operation from (images, output)
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
        dtype = plan._working_dtype(pixels, self._kernels, self._bias, self._known_sums)
        function = self._functions.get(dtype)
        if function is None:
            function = self._functions[dtype] = self._pack(dtype)
        out, target = plan.allocate_output(out, pixels)
        with np.errstate(all="ignore"):
            function(pixels, target)
        return plan.copy_back(out, target)

    def _pack(self, dtype: DType) -> Callable[[Array, Array], None]:
        """Return what computes the operation with sums of this dtype from (images, output)."""
        plan = self.plan
        kernels, words = plan._engine_arguments(self._kernels, **plan._words(self._bias, dtype))
        if plan._engine.prepack is not None:
            return plan._engine.prepack(kernels, plan.engine_axes, **words)

        def compute(images: Array, output: Array) -> None:
            plan._compute(images, kernels, plan.engine_axes, output, **words)

        return compute

    def _known_sums(self) -> dtypes.Sums:
        """Return the sums of each kernel, computed once."""
        return self._sums

    @cached_property
    def _sums(self) -> dtypes.Sums:
        """The sums of each kernel: over the window and the channels that it reads."""
        return self.plan._sums(self._kernels, self._bias)

    def __repr__(self) -> str:
        return f"<{self.plan.title}: packed>"

    def __reduce__(self) -> tuple[Any, ...]:
        # copies and pickles pack again
        return PackedConvolution, (self.plan, self._kernels, self._bias)
