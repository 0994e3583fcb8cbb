"""The gradient of pooling in compiled loops: one pass over images, g and result.

g is the gradient of the pooling's result, (m, oh, ow, c). Threads share bands: some rows of an
image's gradient, to which all windows add that have taps on them. m images, h x w pixels, c
channels, oh x ow output.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines.compiled import host, launch, library
from convpool.engines.compiled.base_form import ADD
from convpool.engines.compiled.gradient_forms import PoolGradientForm
from convpool.engines.compiled.kept_records import Record
from convpool.engines.compiled.launch import STAGED
from convpool.engines.compiled.pooling_layout import COMBINATIONS
from convpool.engines.compiled.pooling_records import POOL_GRADIENT
from convpool.engines.compiled.record import (
    address_of,
    as_words,
    copy_of,
    filled,
    indices_of,
)
from convpool.engines.compiled.record_fields import stride_fields, window_fields
from convpool.engines.numpy import pooling_gradient as numpy_pooling_gradient
from convpool.engines.numpy.convolution import LONG
from convpool.windows import Axis, blocks, volume

Array = NDArray[Any]

UNSHARED = 2**16  # numbers of the gradient up to which one thread is as fast as several
BAND = 2**14  # numbers of a band at most, or one row
FIELD = indices_of(POOL_GRADIENT)


def refusal(
    mode: str, images: np.dtype[Any], axes: Sequence[Axis], sums: np.dtype[Any]
) -> str | None:
    """Return why `pool_gradient` cannot compute a gradient, or None if it can.

    `images` is the dtype of the pixels, `sums` that in which the gradient is added up; `axes` are
    the windows on each spatial axis.
    """
    if mode not in COMBINATIONS:
        return (
            f"the mode is {mode!r}, and the compiled kernels take "
            f"{', '.join(map(repr, COMBINATIONS))}"
        )
    if sums not in (np.float32, np.float64, np.int64):
        return (
            f"gradients are added in {sums}, and the compiled kernels take float32, float64 and "
            "int64"
        )
    if mode in ("max", "min") and not _keeps_order(images, sums):
        return f"images are {images}, whose order would be lost in {sums}"
    if len(axes) > 2:
        return f"there are {len(axes)} spatial axes, and the compiled kernels take 1 or 2"
    if sums == np.float32 and volume([-(-axis.span // axis.stride) for axis in axes]) > LONG:
        return f"more than {LONG} windows may overlap, whose float32 are added in float64"
    return host.refusal()


def _keeps_order(images: np.dtype[Any], sums: np.dtype[Any]) -> bool:
    """Return whether pixels of the dtype `images` can be converted to `sums` without rounding."""
    # NumPy lets int64 be cast to float64, which rounds it
    is_rounded = images.kind in "iu" and sums.kind != "i" and images.itemsize >= sums.itemsize
    return bool(np.can_cast(images, sums)) and not is_rounded


def pool_gradient(
    images: Array, output_gradient: Array, axes: Sequence[Axis], out: Array, **keywords: Any
) -> None:
    """Write the gradient of pooled images, as `Runner` describes it, once."""
    Runner()(images, output_gradient, axes, out, **keywords)


class Runner:
    """Computes gradients of the poolings of one plan, whatever their memory, as often as wanted."""

    def __init__(self) -> None:
        self.computations: dict[Any, PoolingGradient] = {}

    def __call__(
        self,
        images: Array,
        output_gradient: Array,
        axes: Sequence[Axis],
        out: Array,
        *,
        mode: str,
        count_padding: bool = False,
        dtype: DTypeLike,
        absent: Array | None = None,
        **keywords: Any,
    ) -> None:
        """Write the gradient of pooled images (m, *spatial, c) to out, of their shape.

        Arguments are those of `engines.numpy.pooling_gradient.pool_gradient`: `output_gradient` is
        g, added in `dtype`; with `count_padding`, averages divide by taps on padding too; `absent`
        says which pixels are missing, None if none is. If some are, that function does the work; it
        alone reads `keywords`. What `refusal` refuses must not be passed.
        """
        if absent is not None:
            keywords |= {"mode": mode, "count_padding": count_padding, "absent": absent}
            numpy_pooling_gradient.pool_gradient(
                images, output_gradient, axes, out, dtype=dtype, **keywords
            )
            return
        if not (out.size and output_gradient.size):
            out[...] = 0
            return
        if len(axes) == 1:  # a signal is an image of one row
            images, output_gradient, out = images[:, None], output_gradient[:, None], out[:, None]
            axes = (Axis(1, 1), *axes)
        sums, combination = np.dtype(dtype), COMBINATIONS[mode]
        # pixels decide only which of them gets g; for ADD, all do, and none is read
        copies_images = combination != ADD and not _is_readable(images, sums)
        copies_out, is_average = not _is_readable(out, sums), mode == "avg"
        # numbers that are copied for each image
        copied = volume(images.shape[1:]) * (copies_images + copies_out)
        copied += volume(output_gradient.shape[1:]) * (is_average or output_gradient.dtype != sums)
        form = _form(combination, sums, axes)
        images_at_once = STAGED // (8 * copied) if copied else len(out)  # 8: bytes of a number
        for (batch,) in blocks(out.shape[:1], images_at_once):
            source, target, g = images[batch], out[batch], output_gradient[batch]
            if copies_images:
                source = np.ascontiguousarray(source, sums)
            if is_average:
                g = _shares(g, axes, sums, count_padding)
            if not _is_readable(g, sums):
                g = np.ascontiguousarray(g, sums)
            result = np.empty(target.shape, sums) if copies_out else target
            self._run(form, (source, g, result), axes)
            if copies_out:
                target[...] = result

    def _run(
        self, form: PoolGradientForm, arrays: tuple[Array, Array, Array], axes: Sequence[Axis]
    ) -> None:
        """Write the gradient of the arrays (images, g, result) to `result`.

        The loop `form` must be able to read and write the arrays; axes: the windows on rows and
        columns.
        """
        key = len(arrays[0]), *(array.strides for array in arrays)
        computation = self.computations.get(key)
        if computation is None:
            computation = self.computations[key] = PoolingGradient(form, arrays, axes)
        computation.run(arrays)


class PoolingGradient:
    """Computes gradients for arrays (images, g, result) of one layout, as often as wanted.

    form: the loop for their dtype and these windows; axes: the windows on rows and columns.
    """

    def __init__(
        self, form: PoolGradientForm, arrays: tuple[Array, Array, Array], axes: Sequence[Axis]
    ) -> None:
        g, result = arrays[1:]
        m, h, w, c = result.shape
        self.function, self.is_small = library.function(form), result.size <= UNSHARED
        band_rows = h if self.is_small else max(1, min(h, BAND // (w * c)))
        bands = -(-h // band_rows)
        self.bands = m * bands
        # a row of the result without gaps is filled with zeros as if it were one column
        is_row_dense = result.strides[2] == c * result.itemsize
        fields = {
            "h": h,
            "w": w,
            "c": c,
            "oh": g.shape[1],
            "ow": g.shape[2],
            "bands": bands,
            "band_rows": band_rows,
            "fill_columns": 1 if is_row_dense else w,
            "fill_numbers": w * c if is_row_dense else c,
            "are_apart": all(axis.span <= axis.stride for axis in axes),
            **window_fields(axes, "window", "stride", "dilation", "before"),
        }
        for prefix, array in zip(("", "gradient_", "result_"), arrays, strict=True):
            fields |= stride_fields(array.strides, prefix)
        self.words = as_words(filled(POOL_GRADIENT, fields))

    def run(self, arrays: tuple[Array, Array, Array]) -> None:
        """Write the gradient of the arrays (images, g, result) to `result`."""
        addresses: list[Any] = [address_of(array) for array in arrays]

        def make_record() -> Record:
            words = copy_of(self.words)
            words[FIELD.address : FIELD.result + 1] = addresses
            return Record(ctypes.addressof(words), words, ())

        cuts = launch.cuts_of(self.bands, 1 if self.is_small else self.bands)
        launch.run_parts(self.function, make_record, cuts)


def _form(combination: int, dtype: np.dtype[Any], axes: Sequence[Axis]) -> PoolGradientForm:
    """Return the form for windows of this size if there is one, else the form for any size.

    combination: ADD, GREATER or LESSER; axes: the windows on rows and columns.
    """
    down, across = axes
    fixed = PoolGradientForm(combination, dtype, down.window)
    is_fixed = down.window == across.window and library.is_form(fixed)
    return fixed if is_fixed else PoolGradientForm(combination, dtype)


def _is_readable(array: Array, dtype: np.dtype[Any]) -> bool:
    """Return whether loops can read and write an array in place.

    It is aligned and of this dtype, and the channels of a pixel lie side by side.
    """
    is_dense = array.strides[-1] == array.itemsize or array.shape[-1] == 1
    return array.dtype == dtype and is_dense and array.flags.aligned


def _shares(g: Array, axes: Sequence[Axis], dtype: np.dtype[Any], count_padding: bool) -> Array:
    """Return what each pixel of a window gets in the gradient of averages, (m, oh, ow, c).

    That is g, of this shape, divided by what the average of the window divides by.
    """
    g = g.astype(dtype)
    for k, axis in enumerate(axes, 1):  # k: the axis of g; behind it, divisors have axes of size 1
        divisors = axis.divisors(count_padding=count_padding)
        if (divisors != 1).any():
            g /= divisors.astype(dtype).reshape(-1, *(1,) * (g.ndim - k - 1))
    return g
