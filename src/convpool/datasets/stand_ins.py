"""Stand-ins for the brief's data sets, made from pictures that packages ship.

m images, h x w pixels, i j a position in a 28 x 28 digit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.system.optional_packages import needed

Array = NDArray[Any]
# called with (done, total): images when making, bytes when downloading; total is 0 if unknown
Progress = Callable[[int, int], None]


def silent(done: int, total: int) -> None:
    """Do nothing: the default of `progress`."""


def make_digits(count: int, progress: Progress = silent) -> Array:
    """Make digits in MNIST's form: scikit-learn's 8x8 ones, enlarged, shifted and slanted.

    Returns
    -------
    (count, 28, 28) float64 in [0, 1], in steps of 1/255 as in MNIST; the same at every call
    """
    digits = needed("sklearn.datasets").load_digits().images / 16
    images, generator = np.empty((count, 28, 28)), np.random.default_rng(0)
    # 64 shapes: sizes, shifts and slants. Image n is digit n % 1797 in shape n % 64; since 64 and
    # 1797 have no common factor, no pair of digit and shape comes twice.
    shapes = 64
    for shape in range(min(shapes, count)):
        digit_numbers = np.arange(shape, count, shapes) % len(digits)
        images[shape::shapes] = _enlarge(digits[digit_numbers], generator)
        progress((shape + 1) * count // min(shapes, count), count)
    return images


def _enlarge(digits: Array, generator: np.random.Generator) -> Array:
    """Return (m, 8, 8) digits in [0, 1] drawn into (m, 28, 28), all in one size, shift and slant.

    These are random.
    """
    slant, top, left = generator.uniform((-0.1, -1.5, -1), (0.2, 1.5, 1))
    height, width = generator.uniform((2.3, 2.2), (2.6, 2.5))  # pixels for each of the 8
    from_middle = np.arange(28) - 13.5
    # weights that interpolate the digit's rows at each row of the image, (28, 8), and its columns
    # at each pixel, (28, 28, 8): a slanted digit is shifted in each row
    rows = _spline((from_middle - top) / height + 3.5)
    columns = _spline((from_middle - left + slant * from_middle[:, None]) / width + 3.5)
    drawn = np.einsum("ri,mij->rmj", rows, digits) @ columns.swapaxes(1, 2)
    contrast = np.clip((drawn.swapaxes(0, 1) - 0.2) / 0.6, 0, 1)
    return np.asarray(np.rint(contrast * 255) / 255)


def _spline(positions: Array) -> Array:
    """Return the weights (..., 8) that interpolate 8 pixels at positions of any shape.

    Position 0 is the first pixel, 7 the last; beyond them all is black, and weights are 0.
    """
    # a cubic spline through 12 pixels, of which two on each side are black
    spline = needed("scipy.interpolate").make_interp_spline(
        np.arange(-2, 10), np.eye(12)[:, 2:10], k=3
    )
    weights: Array = np.nan_to_num(spline(positions, extrapolate=False))
    return weights


def make_animals(count: int, progress: Progress = silent) -> Array:
    """Make animals: crops and mirror images of scikit-image's cat, and of its horse on a meadow.

    Returns
    -------
    (count, 32, 32, 3) uint8; the same at every call
    """
    animals = [_cat(), _cat(), _cat(), _horse()]
    images, generator = np.empty((count, 32, 32, 3), np.uint8), np.random.default_rng(0)
    scales = 128  # image n has the scale n % 128
    for scale in range(min(scales, count)):
        picture, max_zoom = animals[scale % len(animals)]
        zoom = max_zoom ** (scale / scales)
        images[scale::scales] = _thumbnails(picture, zoom, len(images[scale::scales]), generator)
        progress((scale + 1) * count // min(scales, count), count)
    return images


def _cat() -> tuple[Array, float]:
    """Return (picture, max_zoom): the cat (h, w, 3) in [0, 1], and how large it may be shown."""
    return needed("skimage.data").chelsea() / 255, 2.6


def _horse() -> tuple[Array, float]:
    """Return (picture, max_zoom): a bay horse between sky and grass (328, 400, 3), in [0, 1]."""
    is_ground = needed("skimage.data").horse()[..., None]
    depth = np.linspace(0, 1, len(is_ground))[:, None, None]  # 0 at the top
    sky, grass, coat = np.array([[0.55, 0.75, 0.95], [0.35, 0.6, 0.2], [0.5, 0.27, 0.12]])
    meadow = np.where(depth < 0.6, sky + 0.4 * depth * (1 - sky), grass * (1.4 - 0.5 * depth))
    return np.where(is_ground, meadow, coat * (1.3 - 0.7 * depth)), 1.5


def _thumbnails(picture: Array, zoom: float, count: int, generator: np.random.Generator) -> Array:
    """Return `count` random crops (count, 32, 32, 3) of a picture whose height is 32 * zoom pixels.

    The picture is (h, w, 3) in [0, 1], the crops are uint8, half of them mirrored.
    """
    h, w = picture.shape[:2]
    shape = round(32 * zoom), round(32 * zoom * (w / h) ** generator.uniform(0, 0.8))
    scaled = needed("skimage.transform").resize(picture, shape, anti_aliasing=True)
    windows = np.lib.stride_tricks.sliding_window_view(scaled, (32, 32), axis=(0, 1))
    corners = generator.integers(0, windows.shape[:2], (count, 2))
    crops = np.moveaxis(windows[corners[:, 0], corners[:, 1]], 1, -1)  # channels last
    is_mirrored = generator.random((count, 1, 1, 1)) < 0.5
    light = generator.uniform(0.75, 1.2, (count, 1, 1, 1)) * generator.uniform(
        0.92, 1.08, (count, 1, 1, 3)
    )
    lit = np.clip(np.where(is_mirrored, crops[:, :, ::-1], crops) * light, 0, 1)
    thumbnails: Array = np.rint(255 * lit).astype(np.uint8)
    return thumbnails
