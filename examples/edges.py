"""
Edges and their strength
========================

The derivatives in x and y, and the length of the gradient that they are.
"""

import matplotlib.pyplot as plt
import numpy as np
from skimage import data

import convpool
from convpool import filters


def show(**pictures):
    """Show pictures side by side, under their names."""
    figure, axes = plt.subplots(1, len(pictures), figsize=(3.2 * len(pictures), 3), squeeze=False)
    for axis, (name, picture) in zip(axes[0], pictures.items(), strict=True):
        axis.imshow(picture, cmap="gray")
        axis.set_title(name.replace("_", " "))
        axis.axis("off")
    figure.tight_layout()
    plt.show()


image = data.coins()
across = convpool.filter_image(image, filters.sobel_x())
down = convpool.filter_image(image, filters.sobel_y())
strength = np.hypot(across, down)
assert across.dtype == np.int64  # integers are exact, and have a sign
show(coins=image, across=across, down=down, strength=strength)
assert np.array_equal(strength, filters.sobel(image))  # the same in one call

# %%
# Edges as lines: what is stronger than nine pixels in ten.
show(edges=strength > np.percentile(strength, 90))
