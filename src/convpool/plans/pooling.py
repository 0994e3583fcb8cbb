"""Plans of pooling. m images, c channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines import pad_modes, threads
from convpool.engines.engine import Engine
from convpool.engines.numpy import pooling as numpy_pooling
from convpool.engines.pool_modes import POOL_MODES
from convpool.engines.quiet import without_warnings
from convpool.engines.registry.pooling import POOL_ENGINES
from convpool.engines.values import dataclass
from convpool.plans import (
    accepted_dtypes,
    arguments,
    gradient_arguments,
    integer_sums,
    missing_pixels,
    result_dtypes,
)
from convpool.plans.lock_free_property import cached_property
from convpool.plans.pooling_base import PooledWindowsPlan
from convpool.plans.shared_memory import copy_if_shared
from convpool.windows import volume

if TYPE_CHECKING:
    from convpool.plans.pooling_gradient import PoolingGradientPlan

Array = NDArray[Any]
Shape = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class PoolingPlan(PooledWindowsPlan):
    """A plan of `pool`; its attributes are those of `PooledWindowsPlan`."""

    engines: ClassVar[dict[str, Engine]] = POOL_ENGINES
    call: ClassVar[str] = "pool"

    @property
    def scratch(self) -> int:
        """About how many bytes of working memory a run takes."""
        sizes_with_padding = [axis.spanned_positions for axis in self.reached_pixels.axes]
        pixels_of_image = volume(sizes_with_padding) * self.channels
        # images are padded in chunks of this many pixels, but at least one image
        chunk = max(pixels_of_image, pad_modes.CHUNK_BYTES // self.images_dtype.itemsize)
        padded = min(self.batch * pixels_of_image, chunk)
        return super().scratch + self.extra_bytes(padded, volume(self.output_shape))

    def extra_bytes(self, padded_pixels: int, results: int) -> int:
        """Return the bytes of the padded copy and, for medians, of the windows that are sorted.

        `padded_pixels` is the number of pixels with their padding, `results` the number of results.
        """
        itemsize = self.images_dtype.itemsize
        copy_bytes = padded_pixels * itemsize if self.pad_mode is not None else 0
        if self.mode == "median":
            # windows are sorted in blocks of at most LARGE bytes, but at least one window; for
            # each block count it, its padded pixels, and what finding the medians takes: 4 at most
            taps = max(self.taps, min(numpy_pooling.LARGE // itemsize, results * self.taps))
            copy_bytes += 4 * itemsize * taps
        if self.missing is not None:
            # a copy of the pixels, two of the mask, and, for averages, sums and counts
            copy_bytes += padded_pixels * (itemsize + 3)
            if self._divides_sums:
                copy_bytes += padded_pixels * 4 * 8
                copy_bytes += results * (self.accumulation.itemsize + 4 * 8)
        return copy_bytes

    # ---- integers ----

    def fits(self, *operands: Any) -> bool:
        """Return whether no sum can overflow, whatever the pixels; True if sums are floats."""
        return self._fits

    def check(self, images: Array, *operands: Any) -> None:
        """Raise OverflowError if a sum of integers might overflow; `images` may have any shape."""
        if not self._fits:
            least, greatest = integer_sums.extremes(images)
            pixels = min(least, self.fill), max(greatest, self.fill)
            self._sums.working_dtype(self.dtype, pixels, "sums of pixels")

    @cached_property
    def _fits(self) -> bool:
        """What `fits` returns."""
        if not POOL_MODES[self.mode].may_overflow(self.dtype):
            return True
        return self._sums.fit(self.dtype, integer_sums.limits(self.images_dtype))

    @property
    def _sums(self) -> integer_sums.Sums:
        """The sum of the pixels of a window, each with a weight of 1."""
        return integer_sums.Sums(np.array([self.taps]))

    # ---- arrays ----

    def run(self, images: Any, out: Array | None = None, missing: Any = None) -> Array:
        """Return the pooled images, written to `out` if given.

        `missing` says which pixels are missing, if the plan has missing="mask".

        Raises
        ------
        ValueError : the images' shape or dtype is not the plan's
        OverflowError : a sum of integers might overflow; the text names the bound
        """
        images = self.check_images(images)
        mask = missing_pixels.read_run_mask(self.missing, missing, self.images_shape)
        return self.execute(images, (), out, mask)

    def execute(
        self,
        images: Array,
        operands: Sequence[Any],
        out: Array | None = None,
        missing: Array | None = None,
    ) -> Array:
        """Compute the result from checked images, as `Plan.execute` describes.

        A pooling has no `operands`; `missing` are bools of the images' shape.
        """
        threads.check()
        pixels = self.reached_pixels.gather(self.channels_last(images))
        absent = None
        if self.missing is not None:
            mask = None if missing is None else self._gather_mask(missing, out)
            absent = missing_pixels.find(pixels, mask)
            # it never wins and adds nothing to a sum; averages and medians still need `absent`
            value = missing_pixels.stand_in(self.mode, pixels.dtype)
            pixels = missing_pixels.replace(pixels, absent, value)
        self.check(pixels)
        out, target = self.allocate_output(out, pixels)
        if absent is None or not POOL_MODES[self.mode].counts_pixels:
            self._reduce(pixels, target)
        elif self.mode == "avg":
            self._average(pixels, absent, target)
        else:
            self._reduce(pixels, target, absent)
        return self.copy_back(out, target)

    def _gather_mask(self, missing: Array, out: Array | None) -> Array:
        """Return the mask of the reached pixels, channels last, copied if it overlaps `out`."""
        (mask,) = copy_if_shared(out, missing)
        return self.reached_pixels.gather(self.channels_last(mask))

    def _reduce(self, pixels: Array, target: Array, absent: Array | None = None) -> None:
        """Reduce the windows of the reached pixels (m, *spatial, c) into target, in place.

        `absent` says which pixels are missing, for medians.
        """
        keywords = self._engine_keywords
        if self.pad_mode is None or not target.size:
            masked = {} if absent is None else {"absent": absent}
            self._compute(pixels, self.engine_axes, target, **keywords, **masked)
            return
        for batch, padded, axes in pad_modes.padded(
            pixels, self.engine_axes, self.pad_mode, self.fill
        ):
            masked = {}
            if absent is not None:
                ((_, mask, _),) = pad_modes.padded(
                    absent[batch], self.engine_axes, self.pad_mode, fill=False
                )
                masked = {"absent": mask}
            self._compute(padded, axes, target[batch], **keywords, **masked)

    @without_warnings
    def _average(self, pixels: Array, absent: Array, target: Array) -> None:
        """Write the averages of the present pixels to target; `pixels` are 0 where `absent`."""
        sums = np.empty(target.shape, self.accumulation)
        self._reduce(pixels, sums)
        pad_mode = missing_pixels.counting_pad_mode(self.pad_mode)
        counts = missing_pixels.count_present(~absent, self.engine_axes, pad_mode)
        counts_padding = self.count_padding and pad_mode is None
        target[...] = sums / missing_pixels.divisors(
            counts, self.engine_axes, count_padding=counts_padding
        )

    # ---- gradients ----

    def gradients(
        self,
        output_gradient_dtype: DTypeLike | None = None,
        *,
        dtype: DTypeLike | None = None,
        engine: str = "auto",
    ) -> PoolingGradientPlan:
        """Return the plan of the gradient of this pooling.

        Parameters
        ----------
        output_gradient_dtype
            The dtype of the gradient of the result; None for that of the result.
        dtype, engine
            As in `pool_gradient`.

        Raises
        ------
        ValueError, TypeError : an argument does not fit

        Examples
        --------
        >>> from convpool import plan_pooling
        >>> plan_pooling((10, 28, 28, 3), 2).gradients().output_shape
        (10, 14, 14, 3)
        """
        # loaded here, since most poolings have no gradients
        from convpool.plans.pooling_gradient import PoolingGradientPlan

        gradient = self.dtype
        if output_gradient_dtype is not None:
            gradient = accepted_dtypes.read_dtype(output_gradient_dtype, "output_gradient_dtype")
        result = gradient_arguments.gradient_dtype(self.dtype, gradient, dtype)
        changed_fields = {
            "dtype": result,
            "accumulation": result_dtypes.accumulation_dtype(result),
            "engine": arguments.read_choice(
                engine, ("auto", *PoolingGradientPlan.engines), "engine"
            ),
            "candidates_of_whole": None,
        }
        plan = PoolingGradientPlan(
            **self.__getstate__() | changed_fields,
            gradient_dtype=gradient,
        )
        plan.check_engine()
        return plan

    # ---- text ----

    def rows(self) -> list[tuple[str, str]]:
        """Return the lines that print shows, with one about missing pixels if there may be some."""
        return missing_pixels.with_row(
            super().rows(), self.missing, ", which never wins and is not counted"
        )
