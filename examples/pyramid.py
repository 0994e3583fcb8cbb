"""
A pyramid of smaller pictures
=============================

Blur, then keep every second pixel: a stride of 2 does both in one call, and computes a quarter.
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


levels = [data.astronaut()]
while min(levels[-1].shape[:2]) > 40:
    levels.append(
        convpool.filter_image(levels[-1], filters.gaussian(1.0), stride=2, round_to="uint8")
    )
for level in levels:
    print(level.shape)
show(**{f"level_{number}": level for number, level in enumerate(levels)})
