"""
Find blobs with a Laplacian of Gaussian
=======================================

It answers most where a spot of its own size stands: the scale of a spot is where the answer, times
sigma squared, is the greatest.
"""

import matplotlib.pyplot as plt
import numpy as np

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


y, x = np.mgrid[:120, :200]
image = sum(
    np.exp(-((y - 60) ** 2 + (x - middle) ** 2) / (2 * sigma**2))
    for middle, sigma in ((40, 2.0), (90, 4.0), (150, 8.0))
)

sigmas = (2.0, 4.0, 8.0)
answers = {
    f"sigma_{sigma:g}": -(sigma**2)
    * convpool.filter_image(image, filters.laplacian_of_gaussian(sigma=sigma))
    for sigma in sigmas
}
show(image=image, **answers)

# %%
# Each spot, and which sigma answers most in its middle:
for middle in (40, 90, 150):
    best = max(answers, key=lambda name: answers[name][60, middle])
    print(f"spot at x = {middle}: {best.replace('_', ' ')}")
