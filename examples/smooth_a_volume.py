"""
Smooth a volume
===============

Three spatial axes are as good as two: (batch, depth, height, width, channels). A Gaussian is one
kernel for each axis in turn, which costs 3 n instead of n cubed.
"""

import matplotlib.pyplot as plt
import numpy as np

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


random = np.random.default_rng(0)
z, y, x = np.mgrid[-20:20, -20:20, -20:20]
ball = (x**2 + y**2 + z**2 < 150).astype(np.float32)
volume = ball + random.normal(scale=0.8, size=ball.shape).astype(np.float32)

row = convpool.filters.gaussian(1.5)
row = row.sum(axis=0).astype(np.float32)  # a Gaussian is the product of its rows
smooth = volume[None, ..., None]
for shape in ((-1, 1, 1), (1, -1, 1), (1, 1, -1)):
    kernels = row.reshape(*shape, 1, 1)
    smooth = convpool.convolve(smooth, kernels, pad_mode="reflect")
smooth = smooth[0, ..., 0]

# the mean of 3 x 3 x 3 pixels needs no weights
mean = convpool.pool(volume[None, ..., None], 3, 1, "avg", padding="same")[0, ..., 0]
assert np.isclose(mean[20, 20, 20], volume[19:22, 19:22, 19:22].mean(), rtol=1e-4)

show(noisy=volume[20], mean=mean[20], smooth=smooth[20], ball=ball[20])
print(f"error {abs(volume - ball).mean():.3f} before, {abs(smooth - ball).mean():.3f} after")
