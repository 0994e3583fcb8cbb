"""
Filter a picture with missing pixels
====================================

Pixels without a value are left out, and the rest is scaled to the kernel's whole weight
(normalized convolution). A fill value would bleed into its neighbours.
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


random = np.random.default_rng(0)
photo = data.moon()[100:300, 100:300].astype(float)
measured = np.where(random.random(photo.shape) < 0.6, np.nan, photo)

zeros = convpool.filter_image(np.nan_to_num(measured), filters.gaussian(2.0))
filled = convpool.filter_image(measured, filters.gaussian(2.0), missing="nan")
show(measured=measured, zeros_bleed=zeros, left_out=filled)
print(
    f"error with zeros {abs(zeros - photo).mean():.1f}, left out {abs(filled - photo).mean():.1f}"
)
assert not np.isnan(filled).any()
