"""Plans of pooling. m images, c channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines import padding, threads
from convpool.engines.numpy import pooling as numpy_pooling
from convpool.engines.registry import POOL_ENGINES, Engine
from convpool.engines.work import PoolingWork
from convpool.plans import arguments, dtypes, gradient_arguments
from convpool.plans.base import Plan
from convpool.plans.formatting import plural, sizes
from convpool.plans.lock_free_property import cached_property
from convpool.plans.pooling_gradient import PoolingGradientPlan
from convpool.windows import Axis, volume

Array = NDArray[Any]
Shape = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class PoolingPlan(Plan):
    """A plan of `pool`.

    Attributes
    ----------
    mode, count_padding, p, pad_mode, fill : the arguments of `pool`
    footprint : for each tap of a window, in C order, whether it takes part; None if all do
    """

    mode: str
    count_padding: bool
    p: float
    pad_mode: str | None = None
    fill: Any = 0
    footprint: tuple[bool, ...] | None = None

    engines: ClassVar[dict[str, Engine]] = POOL_ENGINES
    operation: ClassVar[str] = "pooling"
    call: ClassVar[str] = "pool"

    @property
    def output_channels(self) -> int:
        """Number of channels of the output, c."""
        return self.channels

    @property
    def group_count(self) -> int:
        """Number of groups: each channel is pooled by itself."""
        return self.channels

    @property
    def group_inputs(self) -> int:
        """Number of channels of the images in each group."""
        return 1

    @property
    def reading_mode(self) -> str:
        """The pad mode that decides which pixels are read; "zeros" if none stand in the padding."""
        return self.pad_mode or "zeros"

    def work_of(self, images: Shape, axes: tuple[Axis, ...], output_channels: int) -> PoolingWork:
        """Return the work of an engine as `Plan.work_of` describes it."""
        return PoolingWork(
            images=(*images[:-1], output_channels),
            axes=axes,
            mode=self.mode,
            footprint_taps=None if self.footprint is None else sum(self.footprint),
            images_dtype=self.images_dtype,
            accumulation=self.accumulation,
            dtype=self.dtype,
        )

    @property
    def scratch(self) -> int:
        """About how many bytes of working memory a run takes."""
        sizes_with_padding = [axis.spanned_positions for axis in self.reached_pixels.axes]
        pixels_of_image = volume(sizes_with_padding) * self.channels
        # images are padded in chunks of this many pixels, but at least one image
        chunk = max(pixels_of_image, padding.CHUNK_BYTES // self.images_dtype.itemsize)
        padded = min(self.batch * pixels_of_image, chunk)
        return super().scratch + self.extra_bytes(padded, volume(self.output_shape))

    def extra_bytes(self, padded: int, outputs: int) -> int:
        """Return the bytes of the padded copy and, for medians, of the windows that are sorted.

        `padded` is the number of pixels with their padding, `outputs` the number of results.
        """
        itemsize = self.images_dtype.itemsize
        copy_bytes = padded * itemsize if self.pad_mode is not None else 0
        if self.mode == "median":
            # windows are sorted in blocks of at most LARGE bytes, but at least one window; for
            # each block count it, its padded pixels, and what finding the medians takes: 4 at most
            taps = max(self.taps, min(numpy_pooling.LARGE // itemsize, outputs * self.taps))
            copy_bytes += 4 * itemsize * taps
        return copy_bytes

    # ---- integers ----

    def fits(self, *operands: Any) -> bool:
        """Return whether no sum can overflow, whatever the pixels; True if sums are floats."""
        return self._fits

    def check(self, images: Array, *operands: Any) -> None:
        """Raise OverflowError if a sum of integers might overflow; `images` may have any shape."""
        if not self._fits:
            least, greatest = dtypes.extremes(images)
            pixels = min(least, self.fill), max(greatest, self.fill)
            self._sums.working_dtype(self.dtype, pixels, "sums of pixels")

    @cached_property
    def _fits(self) -> bool:
        """What `fits` returns."""
        if self.mode != "sum" or self.dtype.kind not in "iu":
            return True
        return self._sums.fit(self.dtype, dtypes.limits(self.images_dtype))

    @property
    def _sums(self) -> dtypes.Sums:
        """The sum of the pixels of a window: of so many taps, each with a weight of 1."""
        return dtypes.Sums(np.array([self.taps]))

    # ---- arrays ----

    def run(self, images: Any, out: Array | None = None) -> Array:
        """Return the pooled images, written to `out` if given.

        Raises
        ------
        ValueError : the images' shape or dtype is not the plan's
        OverflowError : a sum of integers might overflow; the text names the bound
        """
        return self.execute(self.check_images(images), (), out)

    def execute(self, images: Array, operands: Sequence[Any], out: Array | None = None) -> Array:
        """Compute the result from checked images, as `Plan.execute` describes."""
        threads.check()
        pixels = self.reached_pixels.gather(self.channels_last(images))
        self.check(pixels)
        out, target = self.allocate_output(out, pixels)
        with np.errstate(all="ignore"):
            if self.pad_mode is None or not target.size:
                self._engine.run(pixels, self.engine_axes, target, **self._engine_keywords)
            else:
                for batch, padded, axes in padding.padded(
                    pixels, self.engine_axes, self.pad_mode, self.fill
                ):
                    self._engine.run(padded, axes, target[batch], **self._engine_keywords)
        return self.copy_back(out, target)

    @cached_property
    def _engine_keywords(self) -> dict[str, Any]:
        """The keywords with which the engine is called."""
        keywords = {
            "mode": self.mode,
            "count_padding": self.count_padding,
            "p": self.p,
            "dtype": self.accumulation,
        }
        if self.footprint is not None:
            keywords["footprint"] = np.reshape(self.footprint, [axis.window for axis in self.axes])
        return keywords

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
        gradient = self.dtype
        if output_gradient_dtype is not None:
            gradient = arguments.read_dtype(output_gradient_dtype, "output_gradient_dtype")
        result = gradient_arguments.gradient_dtype(self.dtype, gradient, dtype)
        changed_fields = {
            "dtype": result,
            "accumulation": dtypes.accumulation_dtype(result),
            "engine": arguments.read_choice(
                engine, ("auto", *PoolingGradientPlan.engines), "engine"
            ),
            "candidates_of_whole": None,
        }
        plan = PoolingGradientPlan(
            **{field.name: getattr(self, field.name) for field in fields(self)} | changed_fields,
            gradient_dtype=gradient,
        )
        plan.check_engine()
        return plan

    # ---- text ----

    @property
    def title(self) -> str:
        """The first line of the printed plan: "max pooling with windows of 2 x 2"."""
        window = sizes([axis.window for axis in self.axes])
        title = f"{self.mode} {self.operation} with windows of {window}"
        if self.footprint is None:
            return title
        return f"{title}, of which {plural(sum(self.footprint), 'tap')} of the footprint count"

    @property
    def _padding_text(self) -> str:
        """The padding of the printed plan: "valid, which never wins and is not counted"."""
        if self.pad_mode is not None:
            return f"{self.padding}, filled with {self.pad_mode}"
        counted = "counted" if self.count_padding else "not counted"
        return f"{self.padding}, which never wins and is {counted}"

    @property
    def _work_text(self) -> str:
        """The work of the printed plan: "588 results x 4 taps"."""
        return f"{volume(self.output_shape):,} results x {plural(self.taps, 'tap')}"
