"""A picture as arrays, and the metadata that its file holds beside the pixels."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Metadata:
    """What a picture file holds beside its pixels.

    Attributes
    ----------
    exif : bytes
        The EXIF block, without its orientation, which is applied to the pixels, and its resolution,
        which is `dpi`.
    icc : bytes, optional
        The ICC colour profile.
    dpi : tuple of float, optional
        Dots per inch, (x, y).
    """

    exif: bytes = b""
    icc: bytes | None = None
    dpi: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class Photo:
    """A picture as arrays.

    Attributes
    ----------
    pixels : ndarray
        Grey (h, w) or colour (h, w, 3), uint8 or uint16, upright.
    alpha : ndarray, optional
        Opacity (h, w) in the dtype of the pixels; None when everything is opaque.
    metadata : Metadata
        EXIF, ICC profile and dots per inch.
    notes : tuple of str
        What reading had to decide, such as ``first of 12 frames``.

    Raises
    ------
    TypeError, ValueError
        If dtype or shape is not one of those above.

    Examples
    --------
    >>> Photo(np.zeros((2, 3, 3), dtype=np.uint8)).pixels.shape
    (2, 3, 3)
    """

    pixels: NDArray[Any]
    alpha: NDArray[Any] | None = None
    metadata: Metadata = field(default_factory=Metadata)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shape, dtype = self.pixels.shape, self.pixels.dtype
        if dtype not in (np.uint8, np.uint16):
            raise TypeError(
                f"pixels must be uint8 or uint16, not {dtype}; convpool.photos.to_pixels makes "
                "them so"
            )
        if len(shape) not in (2, 3) or shape[2:] not in ((), (3,)) or 0 in shape:
            raise ValueError(
                f"pixels must be grey (h, w) or colour (h, w, 3), at least 1 x 1, not {shape}"
            )
        if self.alpha is not None and (self.alpha.shape != shape[:2] or self.alpha.dtype != dtype):
            raise ValueError(
                f"alpha {self.alpha.shape} {self.alpha.dtype} does not match pixels {shape} {dtype}"
            )

    def planes(self) -> NDArray[Any]:
        """Return pixels and alpha as one array (h, w, n): grey or colour first, alpha last."""
        planes = self.pixels if self.pixels.ndim == 3 else self.pixels[..., None]
        if self.alpha is None:
            return planes
        return np.concatenate([planes, self.alpha[..., None]], axis=2)

    def rows(self, rows: slice) -> Photo:
        """Return the picture cut to some rows, which are views."""
        alpha = None if self.alpha is None else self.alpha[rows]
        return replace(self, pixels=self.pixels[rows], alpha=alpha)


def from_planes(planes: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Return (pixels, alpha) from samples (h, w, n) as `Photo.planes` returns them.

    n is 1 (grey), 2 (grey, alpha), 3 (colour) or 4 (colour, alpha). Pixels are (h, w) or (h, w, 3),
    alpha is (h, w) or None.
    """
    # with alpha, n is even
    pixels, alpha = (planes, None) if planes.shape[2] % 2 else (planes[..., :-1], planes[..., -1])
    return (pixels[..., 0] if pixels.shape[2] == 1 else pixels), alpha


# what red, green and blue add to the brightness that the eye sees: ITU-R BT.601, as in JPEG
BRIGHTNESS = np.array([0.299, 0.587, 0.114])


def in_grey(photo: Photo) -> Photo:
    """Return a photo in grey: the brightness of its colours, rounded; a grey one as it is."""
    if photo.pixels.ndim == 2:
        return photo
    pixels = np.rint(photo.pixels @ BRIGHTNESS).astype(photo.pixels.dtype)
    # a profile for colours says nothing about grey
    return replace(photo, pixels=pixels, metadata=replace(photo.metadata, icc=None))
