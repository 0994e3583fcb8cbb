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
# (done, total): images when making, bytes when downloading; total 0 is unknown
Progress = Callable[[int, int], None]


def silent(done: int, total: int) -> None:
    """Show nothing: the default progress."""


def make_digits(count: int, progress: Progress = silent) -> Array:
    """Make digits in MNIST's form: scikit-learn's 8x8 ones, enlarged, shifted and slanted.

    Returns
    -------
    (count, 28, 28) float64 in [0, 1], in steps of 1/255 as in MNIST; the same at every call
    """
    digits = needed("sklearn.datasets").load_digits().images / 16
    images, generator, shapes = np.empty((count, 28, 28)), np.random.default_rng(0), 64
    # 64 has no factor in common with 1797 digits: no pair of digit and shape comes twice
    for shape in range(min(shapes, count)):
        chosen = np.arange(shape, count, shapes) % len(digits)
        images[shape::shapes] = _enlarge(digits[chosen], generator)
        progress((shape + 1) * count // min(shapes, count), count)
    return images


def _enlarge(digits: Array, generator: np.random.Generator) -> Array:
    """Draw (m, 8, 8) digits in [0, 1] into (m, 28, 28): one size, shift and slant for all m."""
    slant, top, left = generator.uniform((-0.1, -1.5, -1), (0.2, 1.5, 1))
    height, width = generator.uniform((2.3, 2.2), (2.6, 2.5))  # pixels for each of the 8
    at = np.arange(28) - 13.5
    rows = _spline((at - top) / height + 3.5)  # (28, 8)
    # (28, 28, 8): each row of a slanted digit has columns of its own
    columns = _spline((at - left + slant * at[:, None]) / width + 3.5)
    drawn = np.einsum("ri,mij->rmj", rows, digits) @ columns.swapaxes(1, 2)
    contrast = np.clip((drawn.swapaxes(0, 1) - 0.2) / 0.6, 0, 1)
    return np.asarray(np.rint(contrast * 255) / 255)


def _spline(positions: Array) -> Array:
    """Return the weights (..., 8) that interpolate 8 pixels at positions, on a black ground."""
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
    images, generator, scales = (
        np.empty((count, 32, 32, 3), np.uint8),
        np.random.default_rng(0),
        128,
    )
    for scale in range(min(scales, count)):
        picture, closest = animals[scale % len(animals)]
        zoom = closest ** (scale / scales)
        images[scale::scales] = _thumbnails(picture, zoom, len(images[scale::scales]), generator)
        progress((scale + 1) * count // min(scales, count), count)
    return images


def _cat() -> tuple[Array, float]:
    """Return the cat (h, w, 3) in [0, 1], and its largest zoom."""
    return needed("skimage.data").chelsea() / 255, 2.6


def _horse() -> tuple[Array, float]:
    """Return a bay horse between sky and grass (328, 400, 3), and its largest zoom."""
    ground = needed("skimage.data").horse()[..., None]
    depth = np.linspace(0, 1, len(ground))[:, None, None]
    sky, grass, coat = np.array([[0.55, 0.75, 0.95], [0.35, 0.6, 0.2], [0.5, 0.27, 0.12]])
    meadow = np.where(depth < 0.6, sky + 0.4 * depth * (1 - sky), grass * (1.4 - 0.5 * depth))
    return np.where(ground, meadow, coat * (1.3 - 0.7 * depth)), 1.5


def _thumbnails(picture: Array, zoom: float, count: int, generator: np.random.Generator) -> Array:
    """Return `count` random crops (count, 32, 32, 3) of a picture whose height is 32 * zoom pixels.

    The picture is (h, w, 3) in [0, 1], the crops are uint8, half of them mirrored.
    """
    h, w = picture.shape[:2]
    shape = round(32 * zoom), round(32 * zoom * (w / h) ** generator.uniform(0, 0.8))
    scaled = needed("skimage.transform").resize(picture, shape, anti_aliasing=True)
    windows = np.lib.stride_tricks.sliding_window_view(scaled, (32, 32), axis=(0, 1))
    places = generator.integers(0, windows.shape[:2], (count, 2))
    cut = np.moveaxis(windows[places[:, 0], places[:, 1]], 1, -1)
    mirrored = generator.random((count, 1, 1, 1)) < 0.5
    light = generator.uniform(0.75, 1.2, (count, 1, 1, 1)) * generator.uniform(
        0.92, 1.08, (count, 1, 1, 3)
    )
    seen = np.clip(np.where(mirrored, cut[:, :, ::-1], cut) * light, 0, 1)
    thumbnails: Array = np.rint(255 * seen).astype(np.uint8)
    return thumbnails
