"""What may have been done with a window: a maximum for a sum, an average over something else.

Letters: m images, h x w pixels, c channels, kh x kw kernel, nc kernels, sh sw stride.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from convpool.check.diagnosis.arithmetic import Array, Given, Reading, Windows


def _wrapped(windows: Windows, given: Given) -> Array:
    products = windows.values[..., None].astype(given.dtypes[0]) * given.kernels.astype(
        given.dtypes[1]
    )
    values: Array = products.astype(float).sum((3, 4, 5))
    return values


def _float32(windows: Windows, given: Given) -> Array:
    return np.tensordot(windows.values.astype(np.float32), given.kernels.astype(np.float32), 3)


def _products(windows: Windows, given: Given) -> Array:
    return windows.values[..., None] * given.kernels


def _matrix(windows: Windows, given: Given) -> Array | None:
    if given.kernels.shape[0] != given.kernels.shape[1]:
        return None
    values: Array = np.einsum("mijuvc,vxcn->mijn", windows.values, given.kernels)
    return values


def _over_images(values: Array) -> Array:
    return np.broadcast_to(values.sum(0, keepdims=True), values.shape)


# name -> (words, what becomes of windows)
CONVOLUTIONS: dict[str, tuple[str, Callable[[Windows, Given], Array | None]]] = {
    "maximum of products": (
        "each output is the maximum of the products",
        lambda w, g: _products(w, g).max((3, 4, 5)),
    ),
    "minimum of products": (
        "each output is the minimum of the products",
        lambda w, g: _products(w, g).min((3, 4, 5)),
    ),
    "weights added": (
        "pixels and weights are added instead of multiplied",
        lambda w, g: (w.values[..., None] + g.kernels).sum((3, 4, 5)),
    ),
    "weights subtracted": (
        "weights are subtracted from pixels instead of multiplied",
        lambda w, g: (w.values[..., None] - g.kernels).sum((3, 4, 5)),
    ),
    "matrix product": (
        "window and kernel are multiplied as matrices (@, np.dot), not number by number",
        _matrix,
    ),
    "summed over images": (
        "the sum runs over all images (np.sum without axis=(1, 2))",
        lambda w, g: _over_images(np.tensordot(w.values, g.kernels, 3)),
    ),
    "products wrap": ("the products wrap in the dtype of images and kernel", _wrapped),
    "float32": ("everything is computed in float32", _float32),
}


def _divided(count: Callable[[Given], float]) -> Callable[[Windows, Given], Array]:
    return lambda windows, given: windows.pixels(0).sum((3, 4)) / count(given)


def _shared(reduce: Any, axes: tuple[int, ...]) -> Callable[[Windows, Given], Array]:
    """Return a pooling over other axes too, repeated along them."""

    def combine(windows: Windows, given: Given) -> Array:
        values = reduce(windows.values, (3, 4, *axes), keepdims=True)
        wide = (*windows.values.shape[:3], 1, 1, windows.values.shape[-1])
        return np.broadcast_to(values, wide)[:, :, :, 0, 0]

    return lambda windows, given: combine(windows, given)


def _by_mode(
    **choices: Callable[[Windows, Given], Array],
) -> Callable[[Windows, Given], Array | None]:
    return lambda windows, given: (
        choices[given.mode](windows, given) if given.mode in choices else None
    )


def _nonzero(windows: Windows, given: Given) -> Array:
    counts = (windows.values != 0).sum((3, 4))
    sums: Array = windows.values.sum((3, 4))
    averages: Array = sums / np.maximum(counts, 1)
    return averages


def _averages_of(axis: int, other: int) -> Callable[[Windows, Given], Array]:
    return lambda windows, given: windows.values.max(axis).mean(other)


def _over_the_image(reduce: Any) -> Callable[[Windows, Given], Array]:
    """Return a pooling of the whole image, the same for each output."""

    def combine(windows: Windows, given: Given) -> Array:
        shape = (*windows.values.shape[:3], windows.values.shape[-1])
        return np.broadcast_to(reduce(given.images, (1, 2), keepdims=True), shape)

    return combine


def _max(windows: Windows, given: Given) -> Array:
    values: Array = windows.values.max((3, 4))
    return values


def _mean(windows: Windows, given: Given) -> Array:
    values: Array = windows.values.mean((3, 4))
    return values


# name -> (words, what becomes of windows)
POOLED: dict[str, tuple[str, Callable[[Windows, Given], Array | None]]] = {
    "max and avg exchanged": ("max and avg are exchanged", _by_mode(max=_mean, avg=_max)),
    "whole image": (
        "each output is taken over the whole image",
        _by_mode(max=_over_the_image(np.max), avg=_over_the_image(np.mean)),
    ),
    "minimum": ("each output is the minimum of its window", lambda w, g: w.values.min((3, 4))),
    "sum": ("each output is the sum of its window", lambda w, g: w.values.sum((3, 4))),
    "max from zero": (
        "the maximum starts from 0, which negative pixels never reach",
        lambda w, g: _max(w, g).clip(0),
    ),
    "median": ("each output is the median of its window", lambda w, g: np.median(w.values, (3, 4))),
    "range": ("each output is the maximum less the minimum", lambda w, g: np.ptp(w.values, (3, 4))),
    "sum over sh * sw": (
        "the sum is divided by sh * sw",
        _divided(lambda g: g.stride[0] * g.stride[1]),
    ),
    "sum over h * w": ("the sum is divided by h * w", _divided(lambda g: g.sizes[0] * g.sizes[1])),
    "sum over kh * kw": (
        "the sum is divided by kh * kw",
        _divided(lambda g: g.window[0] * g.window[1]),
    ),
    "sum over kh": ("the sum is divided by kh", _divided(lambda g: g.window[0])),
    "sum over kw": ("the sum is divided by kw", _divided(lambda g: g.window[1])),
    "sum over kh + kw": (
        "the sum is divided by kh + kw",
        _divided(lambda g: g.window[0] + g.window[1]),
    ),
    "sum over kh * kh": ("the sum is divided by kh * kh", _divided(lambda g: g.window[0] ** 2)),
    "sum over kw * kw": ("the sum is divided by kw * kw", _divided(lambda g: g.window[1] ** 2)),
    "sum over kh * kw * c": (
        "the sum is divided by kh * kw * c",
        _divided(lambda g: g.window[0] * g.window[1] * g.images.shape[-1]),
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
        lambda w, g: w.values[:, :, :, 0, 0],
    ),
    "last pixel": (
        "each output is its window's last pixel",
        lambda w, g: w.values[:, :, :, -1, -1],
    ),
    "last row left out": (
        "the last row of each window is left out",
        lambda w, g: _same_mode(w.values[:, :, :, :-1], g) if g.window[0] > 1 else None,
    ),
    "last column left out": (
        "the last column of each window is left out",
        lambda w, g: _same_mode(w.values[:, :, :, :, :-1], g) if g.window[1] > 1 else None,
    ),
    "first row left out": (
        "the first row of each window is left out",
        lambda w, g: _same_mode(w.values[:, :, :, 1:], g) if g.window[0] > 1 else None,
    ),
    "first column left out": (
        "the first column of each window is left out",
        lambda w, g: _same_mode(w.values[:, :, :, :, 1:], g) if g.window[1] > 1 else None,
    ),
}


def _same_mode(values: Array, given: Given) -> Array:
    pooled: Array = values.max((3, 4)) if given.mode == "max" else values.mean((3, 4))
    return pooled


def rows() -> Iterator[tuple[str, Reading]]:
    """Yield each reading by name."""
    for name, (words, combine) in CONVOLUTIONS.items():
        yield name, Reading(words, "sum", "convolution", combine=combine)
    for name, (words, combine) in POOLED.items():
        yield f"pooling: {name}", Reading(words, "sum", "pooling", combine=combine)
