"""
im2col: a convolution as a product of matrices
==============================================

``window_view`` shows each window without a copy. Flattened, the windows are the rows of a matrix,
and a convolution is one product. ``fold`` is its adjoint.
"""

import numpy as np

import convpool

random = np.random.default_rng(0)
images = random.normal(size=(2, 8, 9, 3))
kernels = random.normal(size=(3, 3, 3, 5))

windows = convpool.window_view(images, 3)  # (m, oh, ow, c, kh, kw)
print("view:", windows.shape, "memory shared:", np.shares_memory(windows, images))
columns = windows.reshape(2 * 6 * 7, 27)
weights = kernels.transpose(2, 0, 1, 3).reshape(27, 5)
result = (columns @ weights).reshape(2, 6, 7, 5)
assert np.allclose(result, convpool.convolve(images, kernels, "valid"))

# %%
# Folding adds each window's values where it lies: of ones, that counts the windows over each pixel.
count = convpool.fold(np.ones_like(windows), (8, 9))[0, :, :, 0]
print(count.astype(int))
