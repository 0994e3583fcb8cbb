"""The gradient of pooling in compiled loops: one pass over images, g and result.

g is the gradient of the pooling's result. Threads share bands: some rows of an image, which take
what all windows give that have taps on them. m images, h x w pixels, c channels, oh x ow output.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines.compiled import host, launch, library
from convpool.engines.compiled.forms import ADD, GREATER, LESSER
from convpool.engines.compiled.gradient_forms import PoolGradientForm
from convpool.engines.compiled.kept_records import Record
from convpool.engines.compiled.record import (
    POOL_GRADIENT,
    address_of,
    as_words,
    copy_of,
    filled,
)
from convpool.engines.numpy import pooling as numpy_pooling
from convpool.engines.numpy import pooling_gradient as numpy_pooling_gradient
from convpool.engines.numpy.convolution import LONG
from convpool.windows import Axis, blocks, volume

Array = NDArray[Any]

COMBINATIONS = {"max": GREATER, "min": LESSER, "avg": ADD, "sum": ADD}  # mode -> how windows give
STAGED = 2**22  # bytes that are copied at a time where the loops cannot read or write the arrays
SMALL = 2**16  # pixels that are not shared among threads


def refusal(
    mode: str, images: np.dtype[Any], axes: Sequence[Axis], sums: np.dtype[Any]
) -> str | None:
    """Return why the gradient of a pooling is not taken, or None.

    `images` is the dtype of the pixels, `sums` that in which the gradient is added up.
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
    if mode in ("max", "min") and not _holds(sums, images):
        return f"images are {images}, whose order would be lost in {sums}"
    if len(axes) > 2:
        return f"there are {len(axes)} spatial axes, and the compiled kernels take 1 or 2"
    if sums == np.float32 and volume([-(-axis.span // axis.stride) for axis in axes]) > LONG:
        return f"more than {LONG} windows may overlap, whose float32 are added in float64"
    return host.refusal()


def _holds(sums: np.dtype[Any], images: np.dtype[Any]) -> bool:
    """Return whether a dtype has all numbers of another one."""
    return bool(np.can_cast(images, sums)) and (
        images.kind not in "iu" or sums.kind == "i" or images.itemsize < sums.itemsize
    )


def pool_gradient(
    images: Array,
    output_gradient: Array,
    axes: Sequence[Axis],
    out: Array,
    *,
    mode: str,
    count_padding: bool = False,
    p: float = 2.0,
    dtype: DTypeLike,
    footprint: Array | None = None,
    absent: Array | None = None,
) -> None:
    """Write the gradient of pooled images (m, *spatial, c) to out, of their shape, in place.

    Arguments are those of `engines.numpy.pooling_gradient.pool_gradient`, which does what is left
    where pixels are absent. What `refusal` refuses, and footprints, must not be passed.
    """
    if absent is not None:
        numpy_pooling_gradient.pool_gradient(
            images,
            output_gradient,
            axes,
            out,
            mode=mode,
            count_padding=count_padding,
            p=p,
            dtype=dtype,
            footprint=footprint,
            absent=absent,
        )
        return
    if len(axes) == 1:
        images, output_gradient, out = images[:, None], output_gradient[:, None], out[:, None]
        axes = (Axis(1, 1), *axes)
    sums, combination = np.dtype(dtype), COMBINATIONS[mode]
    reads = combination != ADD and not _is_readable(images, sums)
    writes = not _is_readable(out, sums)
    copied = volume(images.shape[1:]) * (reads + writes)
    copied += volume(output_gradient.shape[1:]) * (mode == "avg" or output_gradient.dtype != sums)
    for (batch,) in blocks(out.shape[:1], STAGED // (8 * copied) if copied else len(out)):
        source, target = images[batch], out[batch]
        if reads:
            source = np.ascontiguousarray(source, sums)
        g = (
            _shares(output_gradient[batch], axes, sums, count_padding)
            if mode == "avg"
            else (output_gradient[batch])
        )
        if not _is_readable(g, sums):
            g = np.ascontiguousarray(g, sums)
        result = np.empty(target.shape, sums) if writes else target
        _run(_form(combination, sums, axes), (source, g, result), axes)
        if writes:
            target[...] = result


def _form(combination: int, dtype: np.dtype[Any], axes: Sequence[Axis]) -> PoolGradientForm:
    """Return the form: that of windows of this size if there is one."""
    down, across = axes
    fixed = PoolGradientForm(combination, dtype, down.window)
    is_fixed = down.window == across.window and library.is_form(fixed)
    return fixed if is_fixed else PoolGradientForm(combination, dtype)


def _is_readable(array: Array, dtype: np.dtype[Any]) -> bool:
    """Return whether loops can read and write an array: of this dtype, with dense channels."""
    is_dense = array.strides[-1] == array.itemsize or array.shape[-1] == 1
    return array.dtype == dtype and is_dense and array.flags.aligned


def _shares(g: Array, axes: Sequence[Axis], dtype: np.dtype[Any], count_padding: bool) -> Array:
    """Return what each pixel of a window gets of g (m, oh, ow, c), in the gradient of averages."""
    g = g.astype(dtype)
    for k, axis in enumerate(axes, 1):
        divisors = numpy_pooling.divisors_of_axis(axis, count_padding, slice(0, axis.count))
        if (divisors != 1).any():
            g /= divisors.astype(dtype).reshape(-1, *(1,) * (g.ndim - k - 1))
    return g


def _run(form: PoolGradientForm, arrays: tuple[Array, Array, Array], axes: Sequence[Axis]) -> None:
    """Compute the gradient from (images, g, result), which the loop can read and write."""
    images, g, result = arrays
    m, h, w, c = result.shape
    bands = min(h, -(-launch.part_count() // m))
    band_rows = -(-h // bands)
    bands = -(-h // band_rows)
    fields = {
        "h": h,
        "w": w,
        "c": c,
        "oh": g.shape[1],
        "ow": g.shape[2],
        "bands": bands,
        "band_rows": band_rows,
    }
    for name, array in zip(("", "gradient_", "result_"), (images, g, result), strict=True):
        for axis_name, stride in zip(("image", "row", "column"), array.strides, strict=False):
            fields[f"{name}{axis_name}_bytes"] = stride
    for name, array in zip(("address", "gradient", "result"), (images, g, result), strict=True):
        fields[name] = address_of(array)
    for name, axis in zip(("down", "across"), axes, strict=True):
        for word in ("window", "stride", "dilation", "before"):
            fields[f"{word}_{name}"] = getattr(axis, word)
    template = as_words(filled(POOL_GRADIENT, fields))

    def make_record() -> Record:
        words = copy_of(template)
        return Record(ctypes.addressof(words), words, ())

    parts = 1 if result.size <= SMALL else min(m * bands, launch.part_count())
    cuts = [m * bands * k // parts for k in range(parts + 1)]
    launch.run_parts(library.function(form), make_record, cuts)
