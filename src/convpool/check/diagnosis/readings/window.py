"""What a function may compute from a window: a maximum for a sum, an average over something else.

Letters: m images, c channels, kh x kw kernel, nc kernels, sh sw stride, oh x ow output; in the
tables w windows, a the arguments. Functions of windows return outputs (m, oh, ow, nc), or of a
pooling (m, oh, ow, c).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from convpool.check.behaviour.random_arrays import Array
from convpool.check.diagnosis.arithmetic import Arguments, Reading, Windows


def _wrapping_tap_products(windows: Windows, arguments: Arguments) -> Array | None:
    """Return sums of products of all pixels with one weight at a time, as NumPy 1.19 types them.

    A small whole weight does not widen the images' dtype, so that products wrap in it. None for
    other than integers.
    """
    if any(dtype.kind not in "iu" for dtype in arguments.dtypes):
        return None
    total = np.zeros((*windows.values.shape[:3], arguments.kernels.shape[3]))
    for u, v, channel, n in np.ndindex(arguments.kernels.shape):
        weight = int(arguments.kernels[u, v, channel, n])
        dtype = np.result_type(arguments.dtypes[0], np.min_scalar_type(weight))
        pixels = windows.values[..., u, v, channel].astype(dtype)
        total[..., n] += (pixels * np.array(weight, dtype)).astype(float)
    return total


def _float32_sums(windows: Windows, arguments: Arguments) -> Array:
    """Return the sums of products, computed in float32."""
    return np.tensordot(windows.values.astype(np.float32), arguments.kernels.astype(np.float32), 3)


def _products(windows: Windows, arguments: Arguments) -> Array:
    """Return the products (m, oh, ow, kh, kw, c, nc), not summed."""
    return windows.values[..., None] * arguments.kernels


def _matrix_product_sums(windows: Windows, arguments: Arguments) -> Array | None:
    """Return the sums of all elements of window @ kernel; None if the kernel is not square."""
    if arguments.kernels.shape[0] != arguments.kernels.shape[1]:
        return None
    values: Array = np.einsum("mijuvc,vxcn->mijn", windows.values, arguments.kernels)
    return values


def _over_images(values: Array) -> Array:
    """Return values (m, ...) in which each image has the sum over all images."""
    return np.broadcast_to(values.sum(0, keepdims=True), values.shape)


# name -> (Reading.words, Reading.combine)
CONVOLUTIONS: dict[str, tuple[str, Callable[[Windows, Arguments], Array | None]]] = {
    "maximum of products": (
        "each output is the maximum of the products",
        lambda w, a: _products(w, a).max((3, 4, 5)),
    ),
    "weights added": (
        "pixels and weights are added instead of multiplied",
        lambda w, a: (w.values[..., None] + a.kernels).sum((3, 4, 5)),
    ),
    "matrix product": (
        "window and kernel are multiplied as matrices (@, np.dot), not number by number",
        _matrix_product_sums,
    ),
    "summed over images": (
        "the sum runs over all images (np.sum without axis=(1, 2))",
        lambda w, a: _over_images(np.tensordot(w.values, a.kernels, 3)),
    ),
    "products of taps wrap": (
        "images of uint8 times one weight stay uint8 and wrap at 256; take images.astype(float) "
        "first",
        _wrapping_tap_products,
    ),
    "float32": ("everything is computed in float32", _float32_sums),
}


def _sums_divided_by(
    divisor: Callable[[Arguments], float],
) -> Callable[[Windows, Arguments], Array]:
    """Return a pooling: the sum of each window divided by divisor(arguments)."""
    return lambda windows, arguments: windows.pixels(0).sum((3, 4)) / divisor(arguments)


def _pooled_over(reduce: Any, axes: tuple[int, ...]) -> Callable[[Windows, Arguments], Array]:
    """Return a pooling over kh, kw and further axes of windows (m, oh, ow, kh, kw, c).

    The outputs are repeated along `axes` (0: images, 5: channels). `reduce` is np.max or np.mean.
    """

    def combine(windows: Windows, arguments: Arguments) -> Array:
        values = reduce(windows.values, (3, 4, *axes), keepdims=True)
        shape = (*windows.values.shape[:3], 1, 1, windows.values.shape[-1])
        return np.broadcast_to(values, shape)[:, :, :, 0, 0]

    return combine


def _by_mode(
    **poolings: Callable[[Windows, Arguments], Array],
) -> Callable[[Windows, Arguments], Array | None]:
    """Return a pooling that calls the one of its mode; it returns None for modes without one."""
    return lambda windows, arguments: (
        poolings[arguments.mode](windows, arguments) if arguments.mode in poolings else None
    )


def _over_the_image(reduce: Any) -> Callable[[Windows, Arguments], Array]:
    """Return a pooling of each whole image and channel, whose outputs are all equal.

    `reduce` is np.max or np.mean.
    """

    def combine(windows: Windows, arguments: Arguments) -> Array:
        shape = (*windows.values.shape[:3], windows.values.shape[-1])
        return np.broadcast_to(reduce(arguments.images, (1, 2), keepdims=True), shape)

    return combine


def _maxima(windows: Windows, arguments: Arguments) -> Array:
    """Return the maximum of each window."""
    values: Array = windows.values.max((3, 4))
    return values


def _averages(windows: Windows, arguments: Arguments) -> Array:
    """Return the average of each window."""
    values: Array = windows.values.mean((3, 4))
    return values


# name -> (Reading.words, Reading.combine)
POOLINGS: dict[str, tuple[str, Callable[[Windows, Arguments], Array | None]]] = {
    "max and avg exchanged": ("max and avg are exchanged", _by_mode(max=_averages, avg=_maxima)),
    "whole image": (
        "each output is taken over the whole image",
        _by_mode(max=_over_the_image(np.max), avg=_over_the_image(np.mean)),
    ),
    "minimum": ("each output is the minimum of its window", lambda w, a: w.values.min((3, 4))),
    "sum": ("each output is the sum of its window", lambda w, a: w.values.sum((3, 4))),
    "max from zero": (
        "the maximum starts from 0, which negative pixels never reach",
        lambda w, a: _maxima(w, a).clip(0),
    ),
    "median": ("each output is the median of its window", lambda w, a: np.median(w.values, (3, 4))),
    "sum over sh * sw": (
        "the sum is divided by sh * sw",
        _sums_divided_by(lambda a: a.stride[0] * a.stride[1]),
    ),
    "sum over kh": ("the sum is divided by kh", _sums_divided_by(lambda a: a.window[0])),
    "sum over kw": ("the sum is divided by kw", _sums_divided_by(lambda a: a.window[1])),
    "sum over kh + kw": (
        "the sum is divided by kh + kw",
        _sums_divided_by(lambda a: a.window[0] + a.window[1]),
    ),
    "sum over kh * kh": (
        "the sum is divided by kh * kh",
        _sums_divided_by(lambda a: a.window[0] ** 2),
    ),
    "sum over kw * kw": (
        "the sum is divided by kw * kw",
        _sums_divided_by(lambda a: a.window[1] ** 2),
    ),
    "over channels too": (
        "each window is pooled over its channels too",
        _by_mode(max=_pooled_over(np.max, (5,)), avg=_pooled_over(np.mean, (5,))),
    ),
    "over images and channels too": (
        "each window is pooled over all images and channels (no axis=(1, 2))",
        _by_mode(max=_pooled_over(np.max, (0, 5)), avg=_pooled_over(np.mean, (0, 5))),
    ),
    "last row left out": (
        "the last row of each window is left out",
        lambda w, a: _in_mode(w.values[:, :, :, :-1], a) if a.window[0] > 1 else None,
    ),
    "last column left out": (
        "the last column of each window is left out",
        lambda w, a: _in_mode(w.values[:, :, :, :, :-1], a) if a.window[1] > 1 else None,
    ),
}


def _in_mode(values: Array, arguments: Arguments) -> Array:
    """Return the maxima (mode max) or averages (any other) of windows (m, oh, ow, kh, kw, c)."""
    outputs: Array = values.max((3, 4)) if arguments.mode == "max" else values.mean((3, 4))
    return outputs


def rows() -> Iterator[tuple[str, Reading]]:
    """Yield (name, reading) of each row."""
    for name, (words, combine) in CONVOLUTIONS.items():
        yield name, Reading(words, decided_by="sum", when="convolution", combine=combine)
    for name, (words, combine) in POOLINGS.items():
        yield f"pooling: {name}", Reading(words, decided_by="sum", when="pooling", combine=combine)
