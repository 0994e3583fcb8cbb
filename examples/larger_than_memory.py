"""
Files larger than memory
========================

``max_memory`` computes in tiles, and ``out`` names a file. Input and output may be far larger than
memory; the file gets its name when it is complete.
"""

import tempfile
from pathlib import Path

import numpy as np

import convpool

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    random = np.random.default_rng(0)
    np.save(folder / "images.npy", random.integers(0, 256, (6, 500, 700, 1), dtype=np.uint8))

    images = np.load(folder / "images.npy", mmap_mode="r")  # opened, not read
    kernels = np.ones((9, 9, 1, 1), dtype=np.uint8)
    result = convpool.convolve(images, kernels, out=folder / "sums.npy", max_memory="4MB")
    print(type(result).__name__, result.shape, f"{result.nbytes / 1e6:.0f} MB on the disk")
    assert result[0, 4, 4, 0] == images[0, :9, :9, 0].astype(int).sum()
    del images, result
