"""
Find a template in a picture
============================

Normalized cross-correlation: how well each window fits the template, from -1 to 1, whatever its
brightness and contrast.
"""

import matplotlib.pyplot as plt
import numpy as np
from skimage import data

import convpool

image = data.coins().astype(float)
template = image[170:220, 75:130]

centred = template - template.mean()
ones = np.ones_like(template) / template.size
products = convpool.filter_image(image, centred, "valid")
mean = convpool.filter_image(image, ones, "valid")
variance = convpool.filter_image(image**2, ones, "valid") - mean**2
fit = products / (template.size * np.sqrt(variance) * template.std())

row, column = np.unravel_index(fit.argmax(), fit.shape)
print(f"best fit {fit.max():.3f} at row {row}, column {column}")
assert (row, column) == (170, 75)

figure, axes = plt.subplots(1, 2, figsize=(9, 3.4))
axes[0].imshow(image, cmap="gray")
axes[0].add_patch(plt.Rectangle((column, row), 55, 50, fill=False, color="tab:orange"))
axes[1].imshow(fit, vmin=-1, vmax=1, cmap="RdBu_r")
for axis, name in zip(axes, ("image", "fit"), strict=True):
    axis.set_title(name)
    axis.axis("off")
plt.show()
