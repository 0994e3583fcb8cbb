"""
Sharpen with an unsharp mask
============================

What a blur takes away, added once more. ``amount`` says how much of it.
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


photo = data.coffee()[100:300, 150:400]
soft = convpool.filter_image(photo, filters.gaussian(1.0), round_to="uint8")
sharp = convpool.filter_image(soft, filters.unsharp(amount=1.5), round_to="uint8")
show(soft=soft, sharpened=sharp)

# %%
# The same by hand: one kernel does both steps, since a convolution is linear.
blur = convpool.filter_image(soft.astype(float), filters.gaussian())
by_hand = (soft + 1.5 * (soft - blur)).round().clip(0, 255)
print("largest difference:", abs(by_hand - sharp).max())
