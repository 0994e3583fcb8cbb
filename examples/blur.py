"""
Blur a picture
==============

A Gaussian of 3 pixels. ``round_to`` rounds and keeps the range of the picture, as an editor
would; without it the result is exact.
"""

import matplotlib.pyplot as plt
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


photo = data.chelsea()
blurred = convpool.filter_image(photo, filters.gaussian(3.0), round_to="uint8")
assert blurred.shape == photo.shape
assert blurred.dtype == photo.dtype
show(photo=photo, blurred=blurred)

# %%
# Borders are mirrored, so that they do not darken. ``pad_mode="zeros"`` shows the difference:
dark = convpool.filter_image(photo, filters.gaussian(3.0), pad_mode="zeros", round_to="uint8")
show(mirrored=blurred[:60, :60], zeros=dark[:60, :60])
