"""
Lazy arrays of dask
===================

Dask arrays give dask arrays, for any chunks: nothing is computed until it is asked for, and then
chunk by chunk, with what each needs of its neighbours.
"""

import dask.array as da
import numpy as np

import convpool

images = da.random.default_rng(0).random((4, 600, 600, 1), chunks=(1, 250, 300, 1))
kernels = np.ones((5, 5, 1, 1)) / 25

smooth = convpool.convolve(images, kernels, pad_mode="reflect")
small = convpool.pool(smooth, 4, mode="avg")
print(small)

# %%
# One corner is read, and nothing else:
corner = small[0, :2, :2, 0].compute()
print(corner.round(3))
whole = convpool.pool(
    convpool.convolve(images[:1].compute(), kernels, pad_mode="reflect"), 4, mode="avg"
)
assert np.allclose(corner, whole[0, :2, :2, 0])
