"""
Dilation, erosion, opening, closing
===================================

A maximum over a neighbourhood is a dilation, a minimum an erosion: pools with a stride of 1. Any
neighbourhood is a ``footprint``.
"""

import matplotlib.pyplot as plt
import numpy as np
from skimage import data

import convpool


def show(**pictures):
    """Show pictures side by side, under their names."""
    figure, axes = plt.subplots(1, len(pictures), figsize=(3.2 * len(pictures), 3), squeeze=False)
    for axis, (name, picture) in zip(axes[0], pictures.items(), strict=True):
        axis.imshow(picture, cmap="gray")
        axis.set_title(name.replace("_", " "))
        axis.axis("off")
    figure.tight_layout()
    plt.show()


y, x = np.mgrid[-3:4, -3:4]
disc = x**2 + y**2 <= 9


def morphology(image, mode):
    """Dilate ("max") or erode ("min") one picture; pixels beyond the edge take no part."""
    return convpool.pool_image(image, disc.shape, 1, mode, padding="same", footprint=disc)


image = ~data.horse()  # True where the horse is
dilated, eroded = morphology(image, "max"), morphology(image, "min")
opened, closed = morphology(eroded, "max"), morphology(dilated, "min")
show(horse=image, dilated=dilated, eroded=eroded, opened=opened, closed=closed)
assert (eroded <= image).all()
assert (image <= dilated).all()
