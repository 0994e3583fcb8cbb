"""What a function may compute from a window: a maximum for a sum, an average over something else.

Letters: m images, h x w pixels, c channels, kh x kw kernel, nc kernels, sh sw stride, oh x ow
output; in the tables w windows, a the arguments. Functions of windows return outputs (m, oh, ow,
nc), or of a pooling (m, oh, ow, c).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from convpool.check.behaviour.random_arrays import Array
from convpool.check.diagnosis.arithmetic import Arguments, Reading, Windows


def _wrapped(windows: Windows, arguments: Arguments) -> Array:
    """Return sums of products that wrap in the dtypes of images and kernels."""
    products = windows.values[..., None].astype(arguments.dtypes[0]) * arguments.kernels.astype(
        arguments.dtypes[1]
    )
    values: Array = products.astype(float).sum((3, 4, 5))
    return values


def _float32(windows: Windows, arguments: Arguments) -> Array:
    """Return sums of products in float32."""
    return np.tensordot(windows.values.astype(np.float32), arguments.kernels.astype(np.float32), 3)


def _products(windows: Windows, arguments: Arguments) -> Array:
    """Return the products (m, oh, ow, kh, kw, c, nc), not summed."""
    return windows.values[..., None] * arguments.kernels


def _matrix(windows: Windows, arguments: Arguments) -> Array | None:
    """Return sums of matrix products; None if the kernel is not square."""
    if arguments.kernels.shape[0] != arguments.kernels.shape[1]:
        return None
    values: Array = np.einsum("mijuvc,vxcn->mijn", windows.values, arguments.kernels)
    return values


def _over_images(values: Array) -> Array:
    """Return values (m, ...) summed over all images, the same for each image."""
    return np.broadcast_to(values.sum(0, keepdims=True), values.shape)


# name -> (words, the outputs of windows)
CONVOLUTIONS: dict[str, tuple[str, Callable[[Windows, Arguments], Array | None]]] = {
    "maximum of products": (
        "each output is the maximum of the products",
        lambda w, a: _products(w, a).max((3, 4, 5)),
    ),
    "minimum of products": (
        "each output is the minimum of the products",
        lambda w, a: _products(w, a).min((3, 4, 5)),
    ),
    "weights added": (
        "pixels and weights are added instead of multiplied",
        lambda w, a: (w.values[..., None] + a.kernels).sum((3, 4, 5)),
    ),
    "weights subtracted": (
        "weights are subtracted from pixels instead of multiplied",
        lambda w, a: (w.values[..., None] - a.kernels).sum((3, 4, 5)),
    ),
    "matrix product": (
        "window and kernel are multiplied as matrices (@, np.dot), not number by number",
        _matrix,
    ),
    "summed over images": (
        "the sum runs over all images (np.sum without axis=(1, 2))",
        lambda w, a: _over_images(np.tensordot(w.values, a.kernels, 3)),
    ),
    "products wrap": ("the products wrap in the dtype of images and kernel", _wrapped),
    "float32": ("everything is computed in float32", _float32),
}


def _divided(count: Callable[[Arguments], float]) -> Callable[[Windows, Arguments], Array]:
    """Return a pooling by sums that are divided by a number."""
    return lambda windows, arguments: windows.pixels(0).sum((3, 4)) / count(arguments)


def _shared(reduce: Any, axes: tuple[int, ...]) -> Callable[[Windows, Arguments], Array]:
    """Return a pooling over more axes of the windows, whose outputs are repeated along them."""

    def combine(windows: Windows, arguments: Arguments) -> Array:
        values = reduce(windows.values, (3, 4, *axes), keepdims=True)
        wide = (*windows.values.shape[:3], 1, 1, windows.values.shape[-1])
        return np.broadcast_to(values, wide)[:, :, :, 0, 0]

    return combine


def _by_mode(
    **choices: Callable[[Windows, Arguments], Array],
) -> Callable[[Windows, Arguments], Array | None]:
    """Return a pooling that depends on the mode."""
    return lambda windows, arguments: (
        choices[arguments.mode](windows, arguments) if arguments.mode in choices else None
    )


def _nonzero(windows: Windows, arguments: Arguments) -> Array:
    """Return sums divided by the number of pixels that are not 0."""
    counts = (windows.values != 0).sum((3, 4))
    sums: Array = windows.values.sum((3, 4))
    averages: Array = sums / np.maximum(counts, 1)
    return averages


def _averages_of(axis: int, other: int) -> Callable[[Windows, Arguments], Array]:
    """Return a pooling: the average along `other` of the maxima along `axis`."""
    return lambda windows, arguments: windows.values.max(axis).mean(other)


def _over_the_image(reduce: Any) -> Callable[[Windows, Arguments], Array]:
    """Return a pooling of the whole image, whose outputs are all equal."""

    def combine(windows: Windows, arguments: Arguments) -> Array:
        shape = (*windows.values.shape[:3], windows.values.shape[-1])
        return np.broadcast_to(reduce(arguments.images, (1, 2), keepdims=True), shape)

    return combine


def _max(windows: Windows, arguments: Arguments) -> Array:
    """Return the maximum of each window."""
    values: Array = windows.values.max((3, 4))
    return values


def _mean(windows: Windows, arguments: Arguments) -> Array:
    """Return the average of each window."""
    values: Array = windows.values.mean((3, 4))
    return values


# name -> (words, the outputs of windows)
POOLINGS: dict[str, tuple[str, Callable[[Windows, Arguments], Array | None]]] = {
    "max and avg exchanged": ("max and avg are exchanged", _by_mode(max=_mean, avg=_max)),
    "whole image": (
        "each output is taken over the whole image",
        _by_mode(max=_over_the_image(np.max), avg=_over_the_image(np.mean)),
    ),
    "minimum": ("each output is the minimum of its window", lambda w, a: w.values.min((3, 4))),
    "sum": ("each output is the sum of its window", lambda w, a: w.values.sum((3, 4))),
    "max from zero": (
        "the maximum starts from 0, which negative pixels never reach",
        lambda w, a: _max(w, a).clip(0),
    ),
    "median": ("each output is the median of its window", lambda w, a: np.median(w.values, (3, 4))),
    "range": ("each output is the maximum less the minimum", lambda w, a: np.ptp(w.values, (3, 4))),
    "sum over sh * sw": (
        "the sum is divided by sh * sw",
        _divided(lambda a: a.stride[0] * a.stride[1]),
    ),
    "sum over h * w": ("the sum is divided by h * w", _divided(lambda a: a.sizes[0] * a.sizes[1])),
    "sum over kh * kw": (
        "the sum is divided by kh * kw",
        _divided(lambda a: a.window[0] * a.window[1]),
    ),
    "sum over kh": ("the sum is divided by kh", _divided(lambda a: a.window[0])),
    "sum over kw": ("the sum is divided by kw", _divided(lambda a: a.window[1])),
    "sum over kh + kw": (
        "the sum is divided by kh + kw",
        _divided(lambda a: a.window[0] + a.window[1]),
    ),
    "sum over kh * kh": ("the sum is divided by kh * kh", _divided(lambda a: a.window[0] ** 2)),
    "sum over kw * kw": ("the sum is divided by kw * kw", _divided(lambda a: a.window[1] ** 2)),
    "sum over kh * kw * c": (
        "the sum is divided by kh * kw * c",
        _divided(lambda a: a.window[0] * a.window[1] * a.images.shape[-1]),
    ),
    "sum over nonzeros": ("the sum is divided by the number of pixels that are not 0", _nonzero),
    "over channels too": (
        "each window is pooled over its channels too",
        _by_mode(max=_shared(np.max, (5,)), avg=_shared(np.mean, (5,))),
    ),
    "over images too": (
        "each window is pooled over all images too",
        _by_mode(max=_shared(np.max, (0,)), avg=_shared(np.mean, (0,))),
    ),
    "over images and channels too": (
        "each window is pooled over all images and channels (no axis=(1, 2))",
        _by_mode(max=_shared(np.max, (0, 5)), avg=_shared(np.mean, (0, 5))),
    ),
    "average of the rows' maxima": (
        "each output is the average of its rows' maxima",
        _averages_of(4, 3),
    ),
    "average of the columns' maxima": (
        "each output is the average of its columns' maxima",
        _averages_of(3, 3),
    ),
    "first pixel": (
        "each output is its window's first pixel",
        lambda w, a: w.values[:, :, :, 0, 0],
    ),
    "last pixel": (
        "each output is its window's last pixel",
        lambda w, a: w.values[:, :, :, -1, -1],
    ),
    "last row left out": (
        "the last row of each window is left out",
        lambda w, a: _in_mode(w.values[:, :, :, :-1], a) if a.window[0] > 1 else None,
    ),
    "last column left out": (
        "the last column of each window is left out",
        lambda w, a: _in_mode(w.values[:, :, :, :, :-1], a) if a.window[1] > 1 else None,
    ),
    "first row left out": (
        "the first row of each window is left out",
        lambda w, a: _in_mode(w.values[:, :, :, 1:], a) if a.window[0] > 1 else None,
    ),
    "first column left out": (
        "the first column of each window is left out",
        lambda w, a: _in_mode(w.values[:, :, :, :, 1:], a) if a.window[1] > 1 else None,
    ),
}


def _in_mode(values: Array, arguments: Arguments) -> Array:
    """Return the maxima or averages of windows (m, oh, ow, kh, kw, c), by the mode."""
    outputs: Array = values.max((3, 4)) if arguments.mode == "max" else values.mean((3, 4))
    return outputs


def rows() -> Iterator[tuple[str, Reading]]:
    """Yield each reading by name."""
    for name, (words, combine) in CONVOLUTIONS.items():
        yield name, Reading(words, "sum", "convolution", combine=combine)
    for name, (words, combine) in POOLINGS.items():
        yield f"pooling: {name}", Reading(words, "sum", "pooling", combine=combine)
