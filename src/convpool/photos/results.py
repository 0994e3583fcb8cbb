"""Photos filtered and pooled: colours count as far as they can be seen, and transparency goes its own way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.photos.photo import Photo, from_planes
from convpool.photos.pixels import NOISE, Shown, choose_signed, largest, to_pixels
from convpool.photos.row_bands import Bands, cut

Operation = Callable[..., NDArray[Any]]
Result = tuple[Photo, Shown]
ARRAYS = 4  # of values, that transparency takes
WIDE = {np.dtype(np.uint8): np.uint16, np.dtype(np.uint16): np.uint32}
"""What holds the product of a colour and an opacity."""


def filtered(
    photo: Photo,
    kernel: NDArray[Any],
    filter_image: Operation,
    signed: str | None = None,
    **settings: Any,
) -> tuple[Photo, Shown]:
    """Filter the colours of a photo, and leave its transparency as it is.

    Parameters
    ----------
    photo : Photo
        The picture; its values are filtered as they are stored, without gamma.
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
        The result with the metadata of the photo, and how its values became pixels. Where the size
        changes, a pixel takes the opacity of the pixel at the middle of its window.

    Notes
    -----
    A colour that cannot be seen has no influence on one that can. With weights w, opacities a,
    colours x and that of the middle x0, the result is sum(w) x0 + sum(w a (x - x0)) sum(|w|) /
    sum(|w| a): where nothing is transparent, sum(w x); for kernels without weights below 0, sum(w)
    sum(w a x) / sum(w a), the mean of premultiplied colours.

    Examples
    --------
    >>> photo = Photo(np.array([[1, 2], [3, 250]], dtype=np.uint8))
    >>> result, shown = filtered(photo, np.array([[2]]), lambda image, kernel: image.astype(int) * kernel[0, 0])
    >>> result.pixels.tolist(), shown.saturated
    ([[2, 4], [6, 255]], 1)
    """
    signed, opaque = signed or choose_signed(kernel), _is_opaque(photo)
    bands = cut(photo, kernel.shape, 1 if opaque else ARRAYS, settings)
    if bands is not None:
        return _in_bands(bands, kernel, filter_image, signed, opaque)
    values, alpha = _values(photo, photo, kernel, filter_image, settings, opaque)
    shown = to_pixels(
        values, photo.pixels.dtype, signed, None if signed == "clip" else _most(values, alpha)
    )
    return replace(photo, pixels=shown.pixels, alpha=alpha), shown


def _in_bands(
    bands: Bands, kernel: NDArray[Any], filter_image: Operation, signed: str, opaque: bool
) -> Result:
    """Filter a photo band by band: twice where the largest value of the whole comes first."""
    photo = bands.photo
    same = bands.shape == photo.pixels.shape[:2]

    def results() -> Iterator[tuple[slice, NDArray[Any], NDArray[Any] | None]]:
        for band in bands:
            own = _rows(photo, band.rows) if same else None
            yield band.rows, *_values(band.photo, own, kernel, filter_image, band.settings, opaque)

    most = 0.0 if signed == "clip" else max(_most(values, alpha) for _, values, alpha in results())
    pixels = np.empty(bands.shape + photo.pixels.shape[2:], photo.pixels.dtype)
    alphas = None if photo.alpha is None else np.empty(bands.shape, photo.alpha.dtype)
    count = rounded = saturated = 0
    for rows, values, alpha in results():
        shown = to_pixels(values, pixels.dtype, signed, most)
        pixels[rows] = shown.pixels
        if alphas is not None:
            alphas[rows] = alpha
        count, rounded, saturated = (
            count + shown.count,
            rounded + shown.rounded,
            saturated + shown.saturated,
        )
    return replace(photo, pixels=pixels, alpha=alphas), Shown(
        pixels, count, rounded, saturated, shown.scale
    )


def _rows(photo: Photo, rows: slice) -> Photo:
    return replace(
        photo, pixels=photo.pixels[rows], alpha=None if photo.alpha is None else photo.alpha[rows]
    )


def _most(values: NDArray[Any], alpha: NDArray[Any] | None) -> float:
    """Return the largest value that can be seen."""
    return largest(values if alpha is None or alpha.all() else values[alpha > 0])


def _values(
    photo: Photo,
    own: Photo | None,
    kernel: NDArray[Any],
    filter_image: Operation,
    settings: dict[str, Any],
    opaque: bool,
) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Return filtered colours and opacity; `own` has the pixels at the middle where the result has one for each."""
    values = _colours(photo, own, kernel, filter_image, settings, opaque)
    if photo.alpha is None:
        return values, None
    return values, _at_middle(
        photo.alpha,
        None if own is None else own.alpha,
        kernel,
        values.shape,
        filter_image,
        settings,
    )


def _is_opaque(photo: Photo) -> bool:
    return photo.alpha is None or bool((photo.alpha == np.iinfo(photo.alpha.dtype).max).all())


def _colours(
    photo: Photo,
    own: Photo | None,
    kernel: NDArray[Any],
    filter_image: Operation,
    settings: dict[str, Any],
    opaque: bool,
) -> NDArray[Any]:
    """Return the filtered colours; `filtered` has the formulas."""
    if opaque:
        return filter_image(photo.pixels, kernel, **settings)
    top, colours, alpha = _premultiplied(photo)
    kernel = kernel.astype(
        {"f": np.float64, "i": np.int64}.get(kernel.dtype.kind, kernel.dtype)
    )  # room for |w|
    border = (
        {"pad_mode": "constant", "fill": top} if settings.get("pad_mode") == "zeros" else {}
    )  # black, not nothing

    def opacity(weights: NDArray[Any]) -> NDArray[Any]:
        seen = filter_image(alpha, weights, **{**settings, **border})
        return seen if photo.pixels.ndim == 2 else seen[..., None]

    sums, seen = filter_image(colours, kernel, **settings), opacity(kernel)
    sizes = np.abs(kernel)
    seen_at_all = seen if kernel.min() >= 0 else opacity(sizes)
    own_pixels = None if own is None else own.pixels
    middle = _at_middle(photo.pixels, own_pixels, kernel, sums.shape, filter_image, settings)
    total, most = float(kernel.sum()), float(sizes.sum())
    something = seen_at_all > NOISE * top * most
    divisor = np.where(something, seen_at_all, 1)
    return np.where(
        something,
        (most * sums + middle * (total * divisor - most * seen)) / divisor,
        total * middle,
    )


def _at_middle(
    plane: NDArray[Any],
    own: NDArray[Any] | None,
    kernel: NDArray[Any],
    shape: tuple[int, ...],
    filter_image: Operation,
    settings: dict[str, Any],
) -> NDArray[Any]:
    """Return the values at the middle of each window; where there is one for each pixel, those are its own."""
    if own is not None and own.shape[:2] == shape[:2] and settings.get("stride", 1) in (1, (1, 1)):
        return own
    picks = np.zeros(kernel.shape, dtype=np.int64)
    picks[kernel.shape[0] // 2, kernel.shape[1] // 2] = 1
    return np.asarray(filter_image(plane, picks, **settings).astype(plane.dtype))


def _premultiplied(photo: Photo) -> tuple[int, NDArray[Any], NDArray[Any]]:
    """Return what is opaque, the colours times their opacity, and the opacity, in a dtype that holds them."""
    assert photo.alpha is not None
    alpha = photo.alpha.astype(WIDE[photo.alpha.dtype])
    colours = photo.pixels * (alpha if photo.pixels.ndim == 2 else alpha[..., None])
    return int(np.iinfo(photo.alpha.dtype).max), colours, alpha


def pooled(
    photo: Photo, pool: Operation, size: Any, stride: Any = None, mode: str = "max", **settings: Any
) -> tuple[Photo, Shown]:
    """Pool a photo; transparency is pooled like the colours, so that the sizes match.

    Colours are pooled premultiplied by their opacity, and divided by the pooled one: what cannot be
    seen has no influence on what can.

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
    if _is_opaque(photo):
        values = pool(photo.planes()[None], size, stride, mode, **settings)[0]
    else:
        top, colours, opacity = _premultiplied(photo)
        sums = pool(np.dstack([colours, opacity])[None], size, stride, mode, **settings)[0]
        seen = np.clip(sums[..., -1:], 0, top)
        values = np.dstack([sums[..., :-1] / np.where(seen == 0, 1, seen), sums[..., -1]])
    shown = to_pixels(values, photo.pixels.dtype)
    pixels, alpha = from_planes(shown.pixels)
    return replace(photo, pixels=pixels, alpha=alpha), shown
