"""Photos filtered and pooled: a colour counts as far as its opacity lets it be seen."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convpool.photos.magnitude_counts import Magnitudes
from convpool.photos.photo import Photo, from_planes
from convpool.photos.picture_bands import Bands, cut
from convpool.photos.rendering import (
    MAX_ROUNDING_ERROR,
    Rendering,
    choose_signed,
    to_pixels,
)
from convpool.plans import arguments
from convpool.plans.kernel_factors import MIN_SEPARATED_WEIGHTS, separate
from convpool.windows import volume

Array = NDArray[Any]
Operation = Callable[..., Array]  # `convpool.filter_image` or `convpool.pool`
Result = tuple[Photo, Rendering]
# how many arrays of float64 values, as large as the result, filtering a transparent photo takes
TRANSPARENCY_ARRAYS = 4
# dtype of pixels -> one that holds the product of a colour and an opacity
WIDE = {np.dtype(np.uint8): np.uint16, np.dtype(np.uint16): np.uint32}


class _Filter(NamedTuple):
    """How a photo is filtered.

    Attributes
    ----------
    kernel : weights (kh, kw)
    filter_image : `convpool.filter_image`, or one like it
    settings : its other arguments
    is_opaque : whether every pixel of the photo is opaque, so that colours are filtered as they are
    factors : a kernel for each axis whose products are the weights, if that is faster; else None
    second_kernel : None for one kernel alone; else the result is sqrt(x^2 + y^2), of the results x
        of `kernel` and y of this one
    """

    kernel: Array
    filter_image: Operation
    settings: dict[str, Any]
    is_opaque: bool
    factors: tuple[Array, Array] | None = None
    second_kernel: Array | None = None

    def apply(self, image: Array, kernel: Array | None = None, **settings: Any) -> Array:
        """Filter an image (h, w) or (h, w, 3) with this kernel, or another of the same shape.

        `settings` override those of this filter.
        """
        weights: Any = self.kernel if kernel is None else kernel
        if self.factors is not None and kernel is None:
            weights = self.factors
        return self.filter_image(image, weights, **(self.settings | settings))

    def at_middle(self, plane: Array) -> Array:
        """Return the values at the middle of each window, (oh, ow) or (oh, ow, 3), dtype kept."""
        kh, kw = self.kernel.shape
        # a weight of 1 in the middle picks out this value
        picking_kernel = np.zeros((kh, kw), dtype=np.int64)
        picking_kernel[kh // 2, kw // 2] = 1
        return np.asarray(self.apply(plane, picking_kernel).astype(plane.dtype))

    @property
    def steps_over_pixels(self) -> bool:
        """Whether the stride is more than 1 on some axis."""
        return self.settings.get("stride", 1) not in (1, (1, 1))


def filter_photo(
    photo: Photo,
    kernel: Array | tuple[Array, Array],
    filter_image: Operation,
    signed: str | None = None,
    gain: float = 1.0,
    percentile: float = 100.0,
    **settings: Any,
) -> Result:
    """Filter the colours of a photo, and leave its transparency as it is.

    Parameters
    ----------
    photo : Photo
        The picture; its values are filtered as they are stored, without gamma.
    kernel : ndarray, or two
        Weights (kh, kw); two of one size give the magnitude sqrt(x^2 + y^2) of both results.
    filter_image : function
        `convpool.filter_image`, or one like it.
    signed : str, optional
        One of `SIGNED`; None asks `choose_signed`, and is "magnitude" for two kernels.
    gain : float
        Factor on the brightness of scaled values; above 1, the brightest saturate.
    percentile : float
        The percentile of the magnitudes that is scaled to the brightest level; 100 is the largest.
    **settings
        For `filter_image`: padding, stride, pad_mode.

    Returns
    -------
    Photo, Rendering
        The result with the metadata of the photo, and how its values became pixels. Where the size
        changes, a pixel takes the opacity of the pixel at the middle of its window.

    Notes
    -----
    A colour counts as far as its opacity lets it be seen. With weights w, opacities a, colours x,
    and the colour x0 at the middle of the window, the result is

        sum(w) x0 + sum(w a (x - x0)) sum(|w|) / sum(|w| a)

    Where nothing is transparent, that is sum(w x). For kernels without weights below 0 it is
    sum(w) sum(w a x) / sum(w a), the mean of premultiplied colours.

    Examples
    --------
    >>> photo = Photo(np.array([[1, 2], [3, 250]], dtype=np.uint8))
    >>> double = lambda image, kernel: image.astype(int) * kernel[0, 0]
    >>> result, rendering = filter_photo(photo, np.array([[2]]), double)
    >>> result.pixels.tolist(), rendering.saturated
    ([[2, 4], [6, 255]], 1)
    """
    kernel, second_kernel = kernel if isinstance(kernel, tuple) else (kernel, None)
    signed = signed or (choose_signed(kernel) if second_kernel is None else "magnitude")
    factors = _factors_if_faster(kernel)
    operation = _Filter(kernel, filter_image, settings, _is_opaque(photo), factors, second_kernel)
    arrays = 1 if operation.is_opaque else TRANSPARENCY_ARRAYS
    bands = cut(photo, kernel.shape, arrays, settings, settings.get("pad_mode", "reflect"))
    if bands is not None:
        return _filter_bands(bands, operation, signed, gain, Magnitudes(percentile))
    values, alpha = _filter_planes(photo, photo, operation)
    greatest = None
    if signed != "clip":
        magnitudes = Magnitudes(percentile)
        magnitudes.add(_visible(values, alpha))
        greatest = magnitudes.value / gain
    rendering = to_pixels(values, photo.pixels.dtype, signed, greatest)
    return replace(photo, pixels=rendering.pixels, alpha=alpha), rendering


def _factors_if_faster(kernel: Array) -> tuple[Array, Array] | None:
    """Return factors (kh,) and (kw,) whose outer product is the kernel (kh, kw).

    None for a small kernel, and for one that has no such factors.
    """
    if kernel.size < MIN_SEPARATED_WEIGHTS or kernel.dtype.kind not in "if":
        return None
    try:
        down, right = separate(kernel)
    except ValueError:
        return None
    return np.asarray(down), np.asarray(right)


def _filter_bands(
    bands: Bands, operation: _Filter, signed: str, gain: float, magnitudes: Magnitudes
) -> Result:
    """Filter a photo band by band, with the result of `filter_photo`.

    Unless `signed` is "clip", values are scaled by one magnitude of the whole result: each band is
    filtered twice, first to find it.
    """
    photo = bands.photo
    is_same_size = bands.shape == photo.pixels.shape[:2]

    def results() -> Iterator[tuple[slice, Array, Array | None]]:
        """Yield (rows of the result, their values, their opacity) for each band."""
        for band in bands:
            # row i of a result of the same size has its middle on row i of the photo
            at_middles = photo.rows(band.rows) if is_same_size else None
            band_operation = operation._replace(settings=band.settings)
            yield band.rows, *_filter_planes(band.photo, at_middles, band_operation)

    greatest = 0.0
    if signed != "clip":
        for _, values, alpha in results():
            magnitudes.add(_visible(values, alpha))
        greatest = magnitudes.value / gain
    pixels = np.empty(bands.shape + photo.pixels.shape[2:], photo.pixels.dtype)
    alphas = None if photo.alpha is None else np.empty(bands.shape, photo.alpha.dtype)
    total = Rendering(pixels, 0, 0, 0)
    for rows, values, alpha in results():
        rendering = to_pixels(values, pixels.dtype, signed, greatest)
        pixels[rows] = rendering.pixels
        if alphas is not None:
            alphas[rows] = alpha
        total = total.with_counts_of(rendering)
    return replace(photo, pixels=pixels, alpha=alphas), total


def _visible(values: Array, alpha: Array | None) -> Array:
    """Return the values whose opacity is not 0; all values if alpha is None."""
    return values if alpha is None or alpha.all() else values[alpha > 0]


def _filter_planes(
    photo: Photo, photo_at_middles: Photo | None, operation: _Filter
) -> tuple[Array, Array | None]:
    """Return (values, alpha): filtered colours (oh, ow) or (oh, ow, 3), and opacity (oh, ow).

    alpha is None if the photo has none. `photo_at_middles` is the photo cut to the rows on which
    the windows have their middle. It may be None, and is not used unless `_is_aligned`: then the
    pixels at the middle are picked out of `photo`, one for each window.
    """
    values = _filter_colours(photo, photo_at_middles, operation)
    if operation.second_kernel is not None:
        second = operation._replace(kernel=operation.second_kernel, factors=None)
        values = np.hypot(values, _filter_colours(photo, photo_at_middles, second))
    if photo.alpha is None:
        return values, None
    if photo_at_middles is not None and _is_aligned(photo_at_middles, values, operation):
        return values, photo_at_middles.alpha
    return values, operation.at_middle(photo.alpha)


def _is_aligned(photo_at_middles: Photo, values: Array, operation: _Filter) -> bool:
    """Return whether pixel (i, j) of a photo is the middle of the window of value (i, j).

    That is so if both have the same size, and the stride is 1.
    """
    is_same_size = photo_at_middles.pixels.shape[:2] == values.shape[:2]
    return is_same_size and not operation.steps_over_pixels


def _is_opaque(photo: Photo) -> bool:
    """Return whether every pixel has full opacity."""
    return photo.alpha is None or bool((photo.alpha == np.iinfo(photo.alpha.dtype).max).all())


def _filter_colours(photo: Photo, photo_at_middles: Photo | None, operation: _Filter) -> Array:
    """Return the filtered colours (oh, ow) or (oh, ow, 3); parameters as in `_filter_planes`.

    With transparency, the formula of `filter_photo` for weights w, opacities a, colours x and x0 at
    the middle, brought to one divisor, is

        (sum(|w|) sum(w a x) + x0 (sum(w) sum(|w| a) - sum(|w|) sum(w a))) / sum(|w| a)

    or sum(w) x0 where nothing in the window can be seen.
    """
    if operation.is_opaque:
        return operation.apply(photo.pixels)
    full_opacity, premultiplied, alpha = _premultiply(photo)
    w = operation.kernel
    # a dtype that holds |w| too: that of int8's -128 is 128
    w = w.astype({"f": np.float64, "i": np.int64}.get(w.dtype.kind, w.dtype))
    abs_w = np.abs(w)
    border: dict[str, Any] = {}
    if operation.settings.get("pad_mode") == "zeros":  # black, not transparent
        border = {"pad_mode": "constant", "fill": full_opacity}

    def sum_of_opacity(weights: Array) -> Array:
        """Return sum(weights a) of each window, with an axis for channels if the photo has one."""
        sums = operation.apply(alpha, weights, **border)
        return sums if photo.pixels.ndim == 2 else sums[..., None]

    sum_w, sum_abs_w = float(w.sum()), float(abs_w.sum())
    sum_w_a_x, sum_w_a = operation.apply(premultiplied, w), sum_of_opacity(w)
    sum_abs_w_a = sum_w_a if w.min() >= 0 else sum_of_opacity(abs_w)
    if photo_at_middles is not None and _is_aligned(photo_at_middles, sum_w_a_x, operation):
        x0 = photo_at_middles.pixels
    else:
        x0 = operation.at_middle(photo.pixels)
    is_visible = sum_abs_w_a > MAX_ROUNDING_ERROR * full_opacity * sum_abs_w
    divisor = np.where(is_visible, sum_abs_w_a, 1)
    dividend = sum_abs_w * sum_w_a_x + x0 * (sum_w * divisor - sum_abs_w * sum_w_a)
    return np.where(is_visible, dividend / divisor, sum_w * x0)


def _premultiply(photo: Photo) -> tuple[int, Array, Array]:
    """Return (full_opacity, colours, alpha) of a photo that has an alpha plane.

    full_opacity: the alpha of an opaque pixel, such as 255. colours: the pixels times their alpha.
    alpha: (h, w). Both arrays have a dtype that holds such products.
    """
    assert photo.alpha is not None
    alpha = photo.alpha.astype(WIDE[photo.alpha.dtype])
    colours = photo.pixels * (alpha if photo.pixels.ndim == 2 else alpha[..., None])
    return int(np.iinfo(photo.alpha.dtype).max), colours, alpha


def pool_scale(mode: str, size: Any) -> float:
    """Return the factor on pooled values with which white stays white when they are shown.

    It is 1, except for "sum" and "lp", whose results grow with the window; `size` is its size.
    """
    window_pixels: int = volume(arguments.read_per_axis(size, 2, "kernel_shape"))
    scales = {"sum": 1 / window_pixels, "lp": 1 / math.sqrt(window_pixels)}
    return scales.get(mode, 1.0)


def _to_pixels(values: Array, photo: Photo, scale: float) -> Rendering:
    """Return pooled values (oh, ow, n) as pixels.

    `scale` is what `pool_scale` returned: it brings the values of a mode such as "sum" back to the
    range of pixels. With transparency, only alpha is scaled: `_Pool.apply` has divided the pooled
    colours by the pooled alpha, which was too large by the same factor.
    """
    scaled = values if scale == 1 else values * scale
    if photo.alpha is not None and scale != 1 and not _is_opaque(photo):
        scaled = np.dstack([values[..., :-1], scaled[..., -1]])
    return replace(to_pixels(scaled, photo.pixels.dtype), scale=scale)


class _Pool(NamedTuple):
    """How a photo is pooled.

    Attributes
    ----------
    pool : `convpool.pool`, or one like it
    size, mode : its arguments
    is_opaque : whether every pixel of the photo is opaque, so that colours are pooled as they are
    """

    pool: Operation
    size: Any
    mode: str
    is_opaque: bool

    def apply(self, photo: Photo, settings: dict[str, Any]) -> Array:
        """Return the pooled values (oh, ow, n) of a photo's planes; `settings` are for `pool`.

        Colours that are not opaque are weighted by their opacity, as `pool_photo` says.
        """
        if self.is_opaque:
            return self._pool(photo.planes(), **settings)
        _, colours, opacity = _premultiply(photo)
        pooled = self._pool(np.dstack([colours, opacity]), **settings)
        alpha = pooled[..., -1:]
        return np.dstack([pooled[..., :-1] / np.where(alpha == 0, 1, alpha), pooled[..., -1]])

    def _pool(self, planes: Array, stride: Any, **settings: Any) -> Array:
        """Return the pooled values (oh, ow, n) of planes (h, w, n)."""
        return np.asarray(self.pool(planes[None], self.size, stride, self.mode, **settings)[0])


def pool_photo(
    photo: Photo, pool: Operation, size: Any, stride: Any = None, mode: str = "max", **settings: Any
) -> Result:
    """Pool a photo; transparency is pooled like the colours, so that the sizes match.

    Colours are multiplied by their opacity, pooled, and divided by the pooled opacity: what cannot
    be seen has no influence on what can.

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
    Photo, Rendering
        The result with the metadata of the photo, and how its values became pixels.

    Examples
    --------
    >>> photo = Photo(np.array([[1, 2], [3, 250]], dtype=np.uint8))
    >>> def greatest(images, size, stride, mode):
    ...     return images.max(axis=(1, 2), keepdims=True)
    >>> result, rendering = pool_photo(photo, greatest, 2)
    >>> result.pixels.tolist()
    [[250]]
    """
    operation, scale = _Pool(pool, size, mode, _is_opaque(photo)), pool_scale(mode, size)
    settings |= {"stride": arguments.stride_of_pooling(stride, size)}
    window = arguments.read_per_axis(size, 2, "kernel_shape")
    arrays = 1 if operation.is_opaque else TRANSPARENCY_ARRAYS
    bands = cut(photo, window, arrays, {"padding": "valid", **settings}, "zeros")
    if bands is None:
        rendering = _to_pixels(operation.apply(photo, settings), photo, scale)
        planes = rendering.pixels
    else:
        count = photo.planes().shape[2]
        planes = np.empty((*bands.shape, count), photo.pixels.dtype)
        rendering = Rendering(planes, 0, 0, 0)
        for band in bands:
            part = _to_pixels(operation.apply(band.photo, band.settings), photo, scale)
            planes[band.rows] = part.pixels
            rendering = rendering.with_counts_of(part)
    pixels, alpha_plane = from_planes(planes)
    return replace(photo, pixels=pixels, alpha=alpha_plane), rendering
