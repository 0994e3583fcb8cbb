"""What an engine is asked to do, as shapes, dtypes and windows: enough to refuse or to estimate it.

m images, c channels, nc kernels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from convpool.windows import Axis, volume

Shape = tuple[int, ...]
DType = np.dtype[Any]


@dataclass(frozen=True)
class ConvolutionWork:
    """A convolution; of a transposed one, the convolution that it is the adjoint of.

    Attributes
    ----------
    images : shape (m, *spatial, c)
    kernels : shape (*window, c // groups, nc)
    axes : the windows on each spatial axis
    groups : of the channels
    images_dtype, accumulation, dtype : of the pixels, of the sums and of the result
    """

    images: Shape
    kernels: Shape
    axes: tuple[Axis, ...]
    groups: int
    images_dtype: DType
    accumulation: DType
    dtype: DType

    @property
    def windows(self) -> int:
        """Number of windows, over all images."""
        return volume([self.images[0], *(axis.count for axis in self.axes)])

    @property
    def outputs(self) -> int:
        """Numbers of the result."""
        return self.windows * self.kernels[-1]

    @property
    def taps(self) -> int:
        """Taps of one window, over the spatial axes."""
        return volume(self.kernels[:-2])

    @property
    def multiply_adds(self) -> int:
        """Multiplications, each with its addition."""
        return self.windows * volume(self.kernels)

    @property
    def kernels_per_group(self) -> int:
        """Kernels that read the same channels, 1 at least."""
        return max(1, self.kernels[-1] // self.groups)

    @property
    def moved(self) -> int:
        """Bytes that are read and written."""
        pixels = volume(self.images) * self.images_dtype.itemsize
        return pixels + self.outputs * self.dtype.itemsize


@dataclass(frozen=True)
class PoolingWork:
    """A pooling.

    Attributes
    ----------
    images : shape (m, *spatial, c)
    axes : the windows on each spatial axis
    mode : how a window is reduced
    footprint_taps : taps of a window that count, where there is a footprint; else None
    images_dtype, accumulation, dtype : of the pixels, of the reduction and of the result
    """

    images: Shape
    axes: tuple[Axis, ...]
    mode: str
    footprint_taps: int | None
    images_dtype: DType
    accumulation: DType
    dtype: DType

    @property
    def outputs(self) -> int:
        """Numbers of the result."""
        return volume([self.images[0], *(axis.count for axis in self.axes), self.images[-1]])

    @property
    def taps(self) -> int:
        """Taps of one window, over the spatial axes."""
        return volume([axis.window for axis in self.axes])

    @property
    def moved(self) -> int:
        """Bytes that are read and written."""
        pixels = volume(self.images) * self.images_dtype.itemsize
        return pixels + self.outputs * self.dtype.itemsize
