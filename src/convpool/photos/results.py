"""Photos filtered and pooled: which planes go through the library, and what becomes of transparency."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.photos.photo import Photo, from_planes
from convpool.photos.pixels import Shown, choose_signed, to_pixels

Operation = Callable[..., NDArray[Any]]


def filtered(
    photo: Photo, kernel: NDArray[Any], filter_image: Operation, signed: str | None = None, **settings: Any
) -> tuple[Photo, Shown]:
    """Filter the colours of a photo, and leave its transparency as it is.

    Parameters
    ----------
    photo : Photo
        The picture; its values are filtered as they are stored, without gamma or alpha taken into account.
    kernel : ndarray
        Weights (kh, kw).
    filter_image : function
        `convpool.filter_image`, or one like it.
    signed : str, optional
        One of `SIGNED`; None asks `choose_signed`.
    **settings
        For `filter_image`: padding, stride, pad_mode.

    Returns
    -------
    Photo, Shown
        The result with the metadata of the photo, and how its values became pixels. Where the size changes, a pixel
        takes the opacity of the pixel at the middle of its window.

    Examples
    --------
    >>> photo = Photo(np.array([[1, 2], [3, 250]], dtype=np.uint8))
    >>> result, shown = filtered(photo, np.array([[2]]), lambda image, kernel: image.astype(int) * kernel[0, 0])
    >>> result.pixels.tolist(), shown.saturated
    ([[2, 4], [6, 255]], 1)
    """
    values = filter_image(photo.pixels, kernel, **settings)
    shown = to_pixels(values, photo.pixels.dtype, signed or choose_signed(kernel))
    alpha = photo.alpha
    if alpha is not None and alpha.shape != values.shape[:2]:
        alpha = filter_image(alpha, _middle(kernel), **settings).astype(alpha.dtype)
    return replace(photo, pixels=shown.pixels, alpha=alpha), shown


def _middle(kernel: NDArray[Any]) -> NDArray[np.int64]:
    """Return a kernel of the same shape that picks the pixel at the window's middle."""
    picks = np.zeros(kernel.shape, dtype=np.int64)
    picks[kernel.shape[0] // 2, kernel.shape[1] // 2] = 1
    return picks


def pooled(
    photo: Photo, pool: Operation, size: Any, stride: Any = None, mode: str = "max", **settings: Any
) -> tuple[Photo, Shown]:
    """Pool a photo; transparency is pooled like the colours, so that the sizes match.

    Parameters
    ----------
    photo : Photo
        The picture.
    pool : function
        `convpool.pool`, or one like it.
    size, stride, mode, **settings
        For `pool`.

    Returns
    -------
    Photo, Shown
        The result with the metadata of the photo, and how its values became pixels.

    Examples
    --------
    >>> photo = Photo(np.array([[1, 2], [3, 250]], dtype=np.uint8))
    >>> result, shown = pooled(photo, lambda images, size, stride, mode: images.max(axis=(1, 2), keepdims=True), 2)
    >>> result.pixels.tolist()
    [[250]]
    """
    values = pool(photo.planes()[None], size, stride, mode, **settings)[0]
    shown = to_pixels(values, photo.pixels.dtype)
    pixels, alpha = from_planes(shown.pixels)
    return replace(photo, pixels=pixels, alpha=alpha), shown
