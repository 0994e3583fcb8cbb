"""The kernel of a picture's filter: read, and laid out for a plan. kh x kw weights, c channels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.plans import arrays, result_dtypes

Array = NDArray[Any]


def read_kernel(kernel: Any) -> tuple[Array, ...]:
    """Return the argument `kernel`: one array (kh, kw), or two, (kh,) and (kw,), of equal dtype.

    A kernel of `convpool.filters` stays a `NamedKernel`. Raise ValueError if it is neither, or can
    be read as both.
    """
    if isinstance(kernel, tuple | list) and len(kernel) == 2:
        are_arrays = [hasattr(item, "__array__") and np.ndim(item) == 1 for item in kernel]
        lengths = [len(item) if hasattr(item, "__len__") else 0 for item in kernel]
        if all(are_arrays) or (min(lengths) > 0 and lengths[0] != lengths[1]):
            down, right = (arrays.read_array(item, "kernel") for item in kernel)
            dtype = np.result_type(down, right)
            named = all(isinstance(item, result_dtypes.NamedKernel) for item in kernel)
            kind = result_dtypes.NamedKernel if named else np.ndarray
            return down.astype(dtype).view(kind), right.astype(dtype).view(kind)
        if isinstance(kernel, tuple) and lengths[0] > 0:
            raise ValueError(
                f"kernel {kernel!r} can be read in more than one way: pass np.array(kernel) for "
                f"one kernel {np.shape(kernel)}, or a tuple of two arrays for one on each axis"
            )
    is_named = isinstance(kernel, result_dtypes.NamedKernel)
    weights = arrays.read_array(kernel, "kernel")
    if weights.ndim != 2:
        raise ValueError(
            f"kernel is {weights.shape}; it must be (kh, kw), one for every "
            f"channel{_advice(weights)}"
        )
    return (weights.view(result_dtypes.NamedKernel) if is_named else weights,)


def kernels_of_channels(kernels: tuple[Array, ...], channels: int) -> Any:
    """Return what a plan takes as kernels, from what `read_kernel` returned.

    One kernel (kh, kw) becomes one for each channel, (kh, kw, 1, channels); two kernels stay a
    tuple.
    """
    if len(kernels) > 1:
        return tuple(np.asarray(kernel) for kernel in kernels)
    (kernel,) = kernels
    if channels == 1:
        return np.asarray(kernel)[:, :, np.newaxis, np.newaxis]
    shape = *kernel.shape, min(1, channels), channels
    return np.repeat(np.asarray(kernel), channels, axis=-1).reshape(shape)


def _advice(kernel: Array) -> str:
    """Return the end of an error for a kernel that is not (kh, kw): what to pass instead."""
    if kernel.ndim == 4 and kernel.shape[2:] == (1, 1):
        return "; pass kernel[..., 0, 0]"
    if kernel.ndim == 1:
        return "; pass kernel[None] for a row, or kernel[:, None] for a column"
    if kernel.ndim == 3:
        return (
            "; for a volume, take convolve(volume[None, ..., None], kernel[..., None, None], "
            "pad_mode='reflect')[0, ..., 0]"
        )
    return (
        "; for kernels that mix channels, take convolve(image[None], kernels, "
        "pad_mode='reflect')[0]"
    )
