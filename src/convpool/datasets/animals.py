"""Stand-ins for the brief's animals, made from pictures that scikit-image ships. h x w pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.datasets.digits import Progress, silent
from convpool.system.optional_packages import needed

Array = NDArray[Any]
SCALES = 128  # sizes of each picture: from about 32 x 32 pixels to its largest zoom


def make_animals(count: int, progress: Progress = silent) -> dict[str, Array]:
    """Make animals: crops and mirror images of scikit-image's cat, and of its horse on a meadow.

    Returns
    -------
    data (count, 32, 32, 3) uint8; the same at every call
    """
    animals = [_cat(), _cat(), _cat(), _horse()]
    images, generator = np.empty((count, 32, 32, 3), np.uint8), np.random.default_rng(0)
    # images n, n + SCALES, n + 2 * SCALES ... are crops of one picture at one scale
    for n in range(min(SCALES, count)):
        picture, max_zoom = animals[n % len(animals)]
        crops = images[n::SCALES]
        crops[:] = _thumbnails(picture, max_zoom ** (n / SCALES), len(crops), generator)
        progress((n + 1) * count // min(SCALES, count), count)
    return {"data": images}


def _cat() -> tuple[Array, float]:
    """Return (picture, max_zoom): the cat (h, w, 3) in [0, 1], and the most for `_thumbnails`."""
    return needed("skimage.data").chelsea() / 255, 2.6


def _horse() -> tuple[Array, float]:
    """Return (picture, max_zoom) as `_cat`: a bay horse between sky and grass, (328, 400, 3)."""
    is_ground = needed("skimage.data").horse()[..., None]
    depth = np.linspace(0, 1, len(is_ground))[:, None, None]  # 0 at the top
    sky, grass, coat = np.array([[0.55, 0.75, 0.95], [0.35, 0.6, 0.2], [0.5, 0.27, 0.12]])
    meadow = np.where(depth < 0.6, sky + 0.4 * depth * (1 - sky), grass * (1.4 - 0.5 * depth))
    return np.where(is_ground, meadow, coat * (1.3 - 0.7 * depth)), 1.5


def _thumbnails(picture: Array, zoom: float, count: int, generator: np.random.Generator) -> Array:
    """Return random crops (count, 32, 32, 3) of a picture scaled to a height of 32 * zoom pixels.

    The picture is (h, w, 3) in [0, 1], the crops are uint8, half of them mirrored.
    """
    h, w = picture.shape[:2]
    # the width lies between that of a square and that of the picture's own proportions
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
