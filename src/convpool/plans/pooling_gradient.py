"""Plans of the gradient of a pooling. m images, c channels; g is the gradient of the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from convpool.engines import pad_modes, threads
from convpool.engines.engine import Engine
from convpool.engines.registry.gradients import POOL_GRADIENT_ENGINES
from convpool.engines.values import NamedTuple, dataclass
from convpool.plans import allocation, integer_sums, missing_pixels
from convpool.plans.formatting import byte_size
from convpool.plans.gradient_arguments import check_output_gradient
from convpool.plans.halos import Part
from convpool.plans.lock_free_property import cached_property
from convpool.plans.pooling_base import PooledWindowsPlan
from convpool.plans.shared_memory import copy_if_shared
from convpool.windows import Axis, blocks, volume

Array = NDArray[Any]
Shape = tuple[int, ...]


class Copies(NamedTuple):
    """How the pixels of an axis were copied from others, such as the image's pixels.

    Attributes
    ----------
    sources : for each copy, the index of the pixel that it is a copy of; below 0 for none
    size : the number of pixels of the axis that they were copied from
    """

    sources: NDArray[np.int64]
    size: int


@dataclass(frozen=True, kw_only=True)
class PoolingGradientPlan(PooledWindowsPlan):
    """A plan of `pool_gradient`: `axes` are those of the images, `output_shape` is that of g.

    Attributes
    ----------
    gradient_dtype : the dtype of g, the gradient of the result
    """

    gradient_dtype: np.dtype[Any]

    engines: ClassVar[dict[str, Engine]] = POOL_GRADIENT_ENGINES
    call: ClassVar[str] = "pool_gradient"

    @property
    def scratch(self) -> int:
        """About how many bytes of working memory a run takes."""
        copied = 0
        if any(self._copies):
            shape = self.batch, *(axis.spanned_positions for axis in self.reached_pixels.axes)
            # padded pixels and their sums, which `add_copies` puts in order and adds to new ones
            per_pixel = self.images_dtype.itemsize + 3 * self.accumulation.itemsize
            copied = volume([*shape, self.channels]) * per_pixel
            # of some images at a time, one at least: CHUNK_BYTES hold their padded pixels, if these
            # have 8 bytes, and all four arrays then have four times as many
            copied = min(copied, max(copied // max(1, self.batch), 4 * pad_modes.CHUNK_BYTES))
        return super().scratch + copied

    def extra_bytes(self, padded_pixels: int, results: int) -> int:
        """Return the bytes of the gradient of a tile, and of what its computation copies.

        `padded_pixels` is the number of pixels with their padding, `results` the number of results.
        """
        return 4 * padded_pixels * max(8, self.accumulation.itemsize) + 6 * 8 * results

    # ---- integers ----

    def check(self, images: Array, *operands: Any) -> None:
        """Raise OverflowError if a sum of integers might overflow; `images` may have any shape."""
        (gradient,) = operands
        if self.accumulation.kind in "iu":
            sums = integer_sums.Sums(np.array([self._most_terms], object))
            extremes = integer_sums.extremes(gradient)
            sums.working_dtype(self.accumulation, extremes, "the gradient of the images")

    @property
    def _most_terms(self) -> int:
        """An upper bound of how many numbers of g are added up in one pixel."""
        # on each axis, how many windows can have a tap on one pixel
        terms = [min(axis.count, -(-axis.window // axis.meeting_distance)) for axis in self.axes]
        if self.pad_mode in pad_modes.REPEATING_PAD_MODES:
            for k, axis in enumerate(self.axes):
                sources = pad_modes.padded_indices(axis, self.pad_mode)
                terms[k] *= int(np.bincount(sources).max()) if sources.size else 1
        return volume(terms)

    # ---- arrays ----

    def check_operands(self, *operands: Any) -> tuple[Array]:
        """Return (g,) with its channels last; raise ValueError unless shape and dtype fit."""
        (gradient,) = operands
        checked = check_output_gradient(gradient, self.output_shape, self.gradient_dtype)
        return (self.channels_last(checked),)

    def run(
        self, images: Any, output_gradient: Any, out: Array | None = None, missing: Any = None
    ) -> Array:
        """Return the gradient of the images, written to `out` if given.

        `missing` says which pixels are missing, if the plan has missing="mask".

        Raises
        ------
        ValueError : the shape or dtype of an array is not the plan's
        OverflowError : a sum of integers might overflow; the text names the bound
        """
        operands = self.check_operands(output_gradient)
        mask = missing_pixels.read_run_mask(self.missing, missing, self.images_shape)
        return self.execute(self.check_images(images), operands, out, mask)

    def execute(
        self,
        images: Array,
        operands: Sequence[Any],
        out: Array | None = None,
        missing: Array | None = None,
    ) -> Array:
        """Compute the gradient from checked images and g, as `Plan.execute` describes."""
        threads.check()
        (gradient,) = operands
        self.check(images, gradient)
        if out is None:
            out = allocation.empty(self.images_shape, self.dtype)
        allocation.check_out(out, self.images_shape, self.dtype)
        images, gradient, missing = copy_if_shared(out, images, gradient, missing)
        target = self.channels_last(out)
        if not gradient.size or not target.size:
            target[...] = 0
            return out
        with np.errstate(all="ignore"):
            if self.missing is None:
                pixels = self.reached_pixels.gather(self.channels_last(images))
                self._write(pixels, None, gradient, target)
            else:
                mask = None if missing is None else self.channels_last(missing)
                absent = missing_pixels.find(self.channels_last(images), mask)
                self._write_with_missing(self.channels_last(images), absent, gradient, target)
                target[absent] = 0
        return out

    def _write_with_missing(
        self, images: Array, absent: Array, gradient: Array, target: Array
    ) -> None:
        """Write the gradient to the target (m, *spatial, c), where some pixels are `absent`.

        `images` have their channels last, too.
        """
        pixels, gone = self.reached_pixels.gather(images), self.reached_pixels.gather(absent)
        pixels = missing_pixels.replace(
            pixels, gone, missing_pixels.stand_in(self.mode, pixels.dtype)
        )
        if self.mode == "avg":
            pad_mode = missing_pixels.counting_pad_mode(self.pad_mode)
            counts = missing_pixels.count_present(~gone, self.engine_axes, pad_mode)
            counts_padding = self.count_padding and pad_mode is None
            divisors = missing_pixels.divisors(
                counts, self.engine_axes, count_padding=counts_padding
            )
            gradient = np.where(np.isnan(divisors), 0, gradient / divisors)
        self._write(pixels, gone, gradient, target)

    def _write(self, pixels: Array, absent: Array | None, gradient: Array, target: Array) -> None:
        """Write the gradient of the images to the target (m, *spatial, c).

        `pixels` are the reached pixels, and `absent` says which of them are missing.
        """
        masks: Any = None
        if absent is not None:
            masks = self._padded(absent, fill=False)
        for batch, padded, axes in self._padded(pixels, self.fill):
            mask = None if masks is None else next(masks)[1]
            self._write_images(padded, mask, gradient[batch], axes, target[batch])

    def _padded(self, pixels: Array, fill: Any) -> Iterator[tuple[slice, Array, tuple[Axis, ...]]]:
        """Yield (slice of the batch, its pixels with their padding, the windows on these).

        If the plan has no padding to be filled, yield the reached `pixels` once, as they are.
        `fill` is what stands in constant padding.
        """
        if self.pad_mode is None or not any(self._is_padded):
            yield slice(0, self.batch), pixels, self.engine_axes
            return
        batch = pad_modes.images_at_once(self.engine_axes, self.channels, 8)
        for (images,) in blocks((self.batch,), batch):
            ((_, padded, axes),) = pad_modes.padded(
                pixels[images], self.engine_axes, self.pad_mode, fill
            )
            yield images, padded, axes

    def _write_images(
        self,
        pixels: Array,
        absent: Array | None,
        gradient: Array,
        axes: Sequence[Axis],
        target: Array,
    ) -> None:
        """Write the gradient of some images to the target (m, *spatial, c).

        `pixels` are what `_padded` yielded for these images, with the windows `axes`; `absent` says
        which of them are missing. A pixel gets the sum of what its copies get.
        """
        keywords = self._engine_keywords
        if absent is not None:
            keywords = keywords | {"absent": absent}
        if not any(self._copies):
            self._compute(pixels, gradient, axes, target, **keywords)
            return
        sums = np.empty(pixels.shape, self.accumulation)
        self._compute(pixels, gradient, axes, sums, **keywords)
        for k, copies_of_axis in enumerate(self._copies, 1):
            for sources, size in copies_of_axis:
                sums = pad_modes.add_copies(sums, k, sources[: sums.shape[k]], size)
        target[...] = sums

    @cached_property
    def _is_padded(self) -> list[bool]:
        """For each axis, whether it has padding."""
        return [bool(axis.before or axis.after) for axis in self.engine_axes]

    @cached_property
    def _copies(self) -> list[list[Copies]]:
        """For each axis, how the pixels that an engine reads were copied, the last copy first.

        Padded pixels are copies of the reached ones, and if these are few, they are copies of the
        image's own. So an axis has 0 to 2 `Copies`.
        """
        is_padded = self.pad_mode is not None and any(self._is_padded)
        all_copies = []
        for axis, inner, reached in zip(
            self.axes, self.engine_axes, self.reached_pixels.per_axis, strict=True
        ):
            copies = []
            if is_padded:
                sources = pad_modes.padded_indices(inner, self.reading_mode)
                copies.append(Copies(sources, inner.size))
            if reached is not None:
                copies.append(Copies(reached.pixels, axis.size))
            all_copies.append(copies)
        return all_copies

    def select_operands(self, operands: Sequence[Any], part: Part) -> tuple[Any, ...]:
        """Return (g,) of a part: it comes in as that of the part already."""
        return tuple(operands)

    # ---- text ----

    @property
    def title(self) -> str:
        """The first line of the printed plan: "gradient of max pooling with windows of 2 x 2"."""
        return f"gradient of {super().title}"

    def rows(self) -> list[tuple[str, str]]:
        """Return the lines that print shows between title and engines, each as (name, text)."""
        rows = dict(super().rows())
        rows["result"] = f"{self.images_shape} {self.dtype}, computed in {self.accumulation}"
        read = self.bytes_in + volume(self.output_shape) * self.gradient_dtype.itemsize
        rows["memory"] = (
            f"{byte_size(read)} in, "
            f"{byte_size(volume(self.images_shape) * self.dtype.itemsize)} out, "
            f"{byte_size(self.scratch)} scratch"
        )
        gradient_row = ("gradient", f"{self.output_shape} {self.gradient_dtype}, of the result")
        listed = missing_pixels.with_row(list(rows.items()), self.missing, ", which gets 0")
        return [listed[0], gradient_row, *listed[1:]]
