"""What an engine is asked to do, as shapes, dtypes and windows: enough to refuse or to estimate it.

m images, c channels, nc kernels.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from convpool.engines.values import dataclass
from convpool.windows import Axis, volume

Shape = tuple[int, ...]
DType = np.dtype[Any]


@dataclass(frozen=True)
class ConvolutionWork:
    """A convolution. For a transposed one, it is the convolution whose adjoint is computed.

    Attributes
    ----------
    images : shape (m, *spatial, c)
    kernels : shape (*window, c // groups, nc)
    axes : the windows on each spatial axis
    groups : kernel n reads the channels of group n // (nc // groups)
    images_dtype, accumulation, dtype : dtypes of the pixels, of the sums and of the result
    is_direct : whether sums must be direct ones: small ones are precise then too
    """

    images: Shape
    kernels: Shape
    axes: tuple[Axis, ...]
    groups: int
    images_dtype: DType
    accumulation: DType
    dtype: DType
    is_direct: bool = False

    @property
    def windows(self) -> int:
        """Number of windows of all images."""
        return volume([self.images[0], *(axis.count for axis in self.axes)])

    @property
    def outputs(self) -> int:
        """How many numbers the result has."""
        return self.windows * self.kernels[-1]

    @property
    def taps(self) -> int:
        """Taps of one window on the spatial axes; channels do not count."""
        return volume(self.kernels[:-2])

    @property
    def multiply_adds(self) -> int:
        """Multiplications of a weight with a pixel, each with its addition."""
        return self.windows * volume(self.kernels)

    @property
    def kernels_per_group(self) -> int:
        """Kernels that read the same channels, 1 at least."""
        return max(1, self.kernels[-1] // self.groups)


@dataclass(frozen=True)
class PoolingWork:
    """A pooling.

    Attributes
    ----------
    images : shape (m, *spatial, c)
    axes : the windows on each spatial axis
    mode : how a window is reduced, such as "max"
    footprint_taps : how many taps are True in the footprint; None without a footprint
    images_dtype, accumulation, dtype : dtypes of the pixels, of the reduction and of the result
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
        """How many numbers the result has."""
        return volume([self.images[0], *(axis.count for axis in self.axes), self.images[-1]])

    @property
    def taps(self) -> int:
        """Taps of one window on the spatial axes, whatever the footprint."""
        return volume([axis.window for axis in self.axes])


def bytes_moved(work: ConvolutionWork | PoolingWork) -> int:
    """Return the bytes of the images, which are read, and of the result, which is written."""
    pixels = volume(work.images) * work.images_dtype.itemsize
    return pixels + work.outputs * work.dtype.itemsize
