"""
Learn a kernel by its gradient
==============================

From a picture and what an unknown kernel made of it, gradient descent finds the kernel.
``convolve_gradients`` is the exact adjoint of ``convolve``.
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


random = np.random.default_rng(0)
images = random.normal(size=(1, 64, 64, 1))
unknown = filters.sobel_x().astype(float)[..., None, None]
target = convpool.convolve(images, unknown)

kernels, losses = np.zeros((3, 3, 1, 1)), []
for _ in range(60):
    error = convpool.convolve(images, kernels) - target
    losses.append((error**2).mean())
    gradients = convpool.convolve_gradients(images, kernels, 2 * error / error.size)
    kernels -= 0.2 * gradients.kernels

show(unknown=unknown[..., 0, 0], learned=kernels[..., 0, 0])
print(f"loss {losses[0]:.2f} at first, {losses[-1]:.1e} in the end")
assert np.allclose(kernels, unknown, atol=1e-3)
