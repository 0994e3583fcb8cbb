"""
Local contrast: even out the light
==================================

Divide by the local mean and spread: text under a shadow becomes readable. Variance is the mean of
the squares less the square of the mean.
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


page = data.page().astype(float)
window = filters.box(31)
mean = convpool.filter_image(page, window, pad_mode="symmetric")
variance = convpool.filter_image(page**2, window, pad_mode="symmetric") - mean**2
even = (page - mean) / np.sqrt(variance.clip(25))
show(page=page, mean=mean, evened_out=even.clip(-3, 2))
print(f"spread of the local means: {mean.std():.1f} grey levels before")
