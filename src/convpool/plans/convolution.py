"""Plans of convolution. m images, c channels, nc kernels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines import threads
from convpool.engines.values import dataclass
from convpool.engines.work import ConvolutionWork
from convpool.plans import (
    accepted_dtypes,
    allocation,
    arguments,
    gradient_arguments,
    integer_sums,
    missing_pixels,
    result_dtypes,
)
from convpool.plans.convolution_sums import ConvolutionSums
from convpool.plans.formatting import plural
from convpool.plans.gradient_arguments import NAMES
from convpool.plans.halos import Part
from convpool.plans.lock_free_property import cached_property
from convpool.plans.packed_convolution import PackedConvolution
from convpool.plans.shared_memory import copy_if_shared, shares_memory
from convpool.windows import Axis, volume

if TYPE_CHECKING:
    from convpool.plans.convolution_gradients import ConvolutionGradientsPlan

Array = NDArray[Any]
Shape = tuple[int, ...]
DType = np.dtype[Any]
ROUNDED_FLOATS = np.float32, np.float64  # those that an engine can round as it computes them


@dataclass(frozen=True, kw_only=True)
class ConvolutionPlan(ConvolutionSums):
    """A plan of `convolve`; its attributes are those of `ConvolutionSums`."""

    def work_of(
        self, images: Shape, axes: tuple[Axis, ...], output_channels: int
    ) -> ConvolutionWork:
        """Return the work of an engine as `Plan.work_of` describes it."""
        work = super().work_of(images, axes, output_channels)
        return work if self.missing is None else replace(work, is_direct=True)

    def extra_bytes(self, padded_pixels: int, results: int) -> int:
        """Return the bytes for missing pixels: what stands in for them, counts and weights.

        `padded_pixels` is the number of pixels with their padding, `results` the number of results.
        """
        if self.missing is None:
            return 0
        # a copy of the pixels, two of the mask, weights of pixels; counts, on each axis and padded
        pixel_bytes = self.images_dtype.itemsize + 3 + 2 * self.accumulation.itemsize + 4 * 8
        # sums, weights that are there, factors and their products; counts
        return padded_pixels * pixel_bytes + results * (4 * self.accumulation.itemsize + 2 * 8)

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
        """Return (kernels, bias) with the kernels that a part applies, and their biases."""
        kernels, bias = operands
        return kernels[..., part.kernels], None if bias is None else bias[part.kernels]

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
        mask = missing_pixels.read_run_mask(self.missing, missing, self.images_shape)
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
        working = self.working_dtype(pixels, kernels, bias)
        kernels, bias = copy_if_shared(out, kernels, bias)
        out, target = self.allocate_output(out, pixels)
        keywords = self.engine_keywords(bias, working)
        self._apply(pixels, kernels, target, keywords, keeps=True)
        return self.copy_back(out, target)

    def execute_pictures(
        self, images: Array, kernels: tuple[Array, ...], dtype: DType, out: Array | None
    ) -> Array | None:
        """Return the result for images whose channels all have one kernel, by `Engine.pictures`.

        That also rounds and saturates in the same pass. Return None if it does not support this
        case; then `execute` has to be called.

        Parameters
        ----------
        images, out
            As in `execute`.
        kernels
            One kernel (kh, kw), or two kernels (kh,) and (kw,).
        dtype
            The dtype of the result: the plan's, or an integer dtype to which it is rounded.
        """
        filter_pictures = self._filter_pictures
        rounds = dtype != self.dtype
        if (
            filter_pictures is None
            or self.missing is not None
            or (rounds and self.dtype not in ROUNDED_FLOATS and self.dtype.kind not in "iu")
            or (out is not None and shares_memory(images, out))
            or (images.strides, dtype) in self._refused_pictures
        ):
            return None
        threads.check()
        pixels = self.reached_pixels.gather(self.channels_last(images))
        kernels = copy_if_shared(out, *kernels)
        if out is None:
            out = allocation.empty(self.output_shape, dtype, instead=self.memory_advice)
        operands = pixels, self._flip_if_planned(kernels), self.channels_last(out)
        if self._has_short_sums(kernels) and filter_pictures(*operands, np.dtype(np.int16)):
            return out
        # to integers of more than 16 bits, sums of float32 would be truncated, not rounded
        needs_rounding = rounds and self.dtype.kind == "f" and dtype.itemsize > 2
        sums = self.working_dtype(pixels, self._with_channel_axes(kernels), None)
        if not needs_rounding and filter_pictures(*operands, sums):
            return out
        self._refused_pictures.add((images.strides, dtype))
        return None

    def _has_short_sums(self, kernels: tuple[Array, ...]) -> bool:
        """Return whether int16 holds all sums of products of the pixels with these kernels."""
        pixels = self._short_pixels
        return pixels is not None and integer_sums.sums_fit_int16(kernels, pixels)

    @cached_property
    def _short_pixels(self) -> integer_sums.Range | None:
        """The range of the pixels and of `fill`; None if int16 cannot hold sums of their products.

        It may hold them only if pixels have one byte and `fill` is a whole number.
        """
        if self.images_dtype.kind not in "biu" or self.images_dtype.itemsize > 1:
            return None
        is_exact = self.accumulation.kind in "if" and self.accumulation.itemsize > 1
        return self._pixel_limits if is_exact and self.fill % 1 == 0 else None

    @cached_property
    def _refused_pictures(self) -> set[tuple[Shape, DType]]:
        """(strides, result dtype) of images for which `execute_pictures` returned None before."""
        return set()

    def _with_channel_axes(self, kernels: tuple[Array, ...]) -> Any:
        """Return the one kernel (kh, kw) as (kh, kw, 1, 1), which `working_dtype` takes."""
        return kernels[0][..., np.newaxis, np.newaxis]

    def _flip_if_planned(self, kernels: tuple[Array, ...]) -> tuple[Array, ...]:
        """Return each kernel flipped on all its axes if the plan has `flip`, else as it is."""
        return tuple(map(np.flip, kernels)) if self.flip else kernels

    @cached_property
    def _filter_pictures(self) -> Callable[..., bool] | None:
        """The function of `_new_filter_pictures` that this plan uses in all its calls."""
        return self._new_filter_pictures()

    def _new_filter_pictures(self) -> Callable[..., bool] | None:
        """Return a new function from `Engine.pictures`; None if the engine has none for this plan.

        It returns whether it has computed the result, and reuses what its earlier calls worked out.
        """
        if self._engine.pictures is None or len(self.axes) != 2:
            return None
        keywords = {"groups": self.groups, "pad_mode": self.pad_mode, "fill": self.fill}
        return self._engine.pictures(self.engine_axes, **keywords)

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
        # loaded here, since most convolutions have no gradients
        from convpool.plans.convolution_gradients import ConvolutionGradientsPlan

        gradient = self.dtype
        if output_gradient_dtype is not None:
            gradient = accepted_dtypes.read_dtype(output_gradient_dtype, "output_gradient_dtype")
        result = gradient_arguments.gradient_dtype(self.dtype, gradient, dtype)
        changed_fields = {
            "dtype": result,
            "accumulation": result_dtypes.accumulation_dtype(result),
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
                sums *= self.rescaling_factors(~absent, kernels)
            results[...] = sums if bias is None else sums + bias.astype(self.accumulation)
        out, target = self.allocate_output(out, results)
        target[...] = results
        return self.copy_back(out, target)

    def rescaling_factors(self, present: Array, kernels: Any) -> Array:
        """Return the factor of each result that makes up for missing pixels: (m, *output, nc).

        It is the sum of the kernel's weights / the sum of the weights whose pixel is present. Zeros
        and constants in the padding count as present. `present` are bools (m, *spatial, c): which
        of the reached pixels are not missing. `kernels` are (*window, c // groups, nc), or in a
        separable plan the kernels of each axis.
        """
        # pixels become 1, or 0 if missing; "zeros" becomes "constant", so that padding is 1 too
        pad_mode = missing_pixels.counting_pad_mode(self.pad_mode)
        counts = missing_pixels.count_present(present, self.engine_axes, pad_mode)
        ones = present.astype(self.accumulation)
        weights_present = self._sums_of(ones, kernels, pad_mode, fill=1)
        weights = self._weights_of(kernels)
        return missing_pixels.rescaling(weights, weights_present, counts, self.groups)

    def _weights_of(self, kernels: Any) -> Array:
        """Return the weights (*window, c // groups, nc) of the kernels: these themselves.

        Separable plans, whose kernels are one for each axis, return their product.
        """
        weights: Array = kernels
        return weights

    def _sums_of(self, pixels: Array, kernels: Array, pad_mode: str | None, fill: Any) -> Array:
        """Return the sums of products of pixels (m, *spatial, c) in the dtype `accumulation`."""
        shape = len(pixels), *self.output_sizes, self.output_channels
        sums = np.empty(shape, self.accumulation)
        keywords = self.engine_keywords(None, self.accumulation)
        keywords |= {"pad_mode": pad_mode, "fill": fill}
        self._apply(pixels, kernels, sums, keywords, keeps=False)
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
    def _work_text(self) -> str:
        """The work of the printed plan: "18 multiply-adds = 2 results x 9 taps x 1 channel"."""
        results = f"{volume(self.output_shape):,} results x {plural(self.taps, 'tap')}"
        return f"{self.multiply_adds:,} multiply-adds = {results} x {plural(self.depth, 'channel')}"
