"""The brief's seven functions on the library: same names, signatures and results, any size, fast.

m images of h x w pixels and c channels, nc kernels of kh x kw weights, ph pw padding, sh sw stride,
oh x ow outputs. Results are float64, and so are the sums of all dtypes; kernels are not flipped;
'same' keeps h x w at any stride, with the odd zero before; pooling drops pixels that do not fill a
window.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool import convolution, pooling

Array = NDArray[Any]
Result = NDArray[np.float64]
Pair = Sequence[int]
Padding = str | Pair

PADDINGS = {"same": "same_size", "valid": "valid"}  # the brief's names -> those of the library


def convolve_grayscale_valid(images: Array, kernel: Array) -> Result:
    """Convolve images (m, h, w) with a kernel (kh, kw), unpadded -> (m, h - kh + 1, w - kw + 1).

    Raises
    ------
    ValueError : the kernel is larger than the images

    Examples
    --------
    >>> convolve_grayscale_valid(np.ones((1, 3, 4)), np.ones((3, 3)))
    array([[[9., 9.]]])
    """
    return convolve_grayscale(images, kernel, "valid")


def convolve_grayscale_same(images: Array, kernel: Array) -> Result:
    """Convolve images (m, h, w) with a kernel (kh, kw), padded to keep their size -> (m, h, w).

    Examples
    --------
    >>> convolve_grayscale_same(np.ones((1, 2, 2)), np.ones((3, 3)))
    array([[[4., 4.],
            [4., 4.]]])
    """
    return convolve_grayscale(images, kernel, "same")


def convolve_grayscale_padding(images: Array, kernel: Array, padding: Pair) -> Result:
    """Convolve images (m, h, w) with a kernel (kh, kw), padded with (ph, pw) zeros on both sides.

    Raises
    ------
    ValueError : padding is not a pair of numbers from 0 up, or the kernel is larger than the padded
        images

    Examples
    --------
    >>> convolve_grayscale_padding(np.ones((1, 1, 1)), np.ones((3, 3)), (1, 1))
    array([[[1.]]])
    """
    if isinstance(padding, str):
        raise ValueError(f"padding is {padding!r}; it must be a pair (ph, pw) of numbers from 0 up")
    return convolve_grayscale(images, kernel, padding)


def convolve_grayscale(
    images: Array, kernel: Array, padding: Padding = "same", stride: Pair = (1, 1)
) -> Result:
    """Convolve images (m, h, w) with a kernel (kh, kw) -> (m, oh, ow).

    Padding is 'same', 'valid' or (ph, pw), stride (sh, sw).

    Raises
    ------
    ValueError : padding, stride or shapes that do not fit

    Examples
    --------
    >>> convolve_grayscale(np.ones((1, 5, 5)), np.ones((3, 3)), "valid", (2, 2))
    array([[[9., 9.],
            [9., 9.]]])
    """
    _check_rank(images, ("m", "h", "w"), "images")
    _check_rank(kernel, ("kh", "kw"), "kernel")
    return convolve(images[..., None], kernel[..., None, None], padding, stride)[..., 0]


def convolve_channels(
    images: Array, kernel: Array, padding: Padding = "same", stride: Pair = (1, 1)
) -> Result:
    """Convolve images (m, h, w, c) with a kernel (kh, kw, c), channels summed -> (m, oh, ow).

    Raises
    ------
    ValueError : padding, stride or shapes that do not fit

    Examples
    --------
    >>> convolve_channels(np.ones((1, 3, 3, 2)), np.ones((3, 3, 2)), "valid")
    array([[[18.]]])
    """
    _check_rank(kernel, ("kh", "kw", "c"), "kernel")
    return convolve(images, kernel[..., None], padding, stride)[..., 0]


def convolve(
    images: Array, kernels: Array, padding: Padding = "same", stride: Pair = (1, 1)
) -> Result:
    """Convolve images (m, h, w, c) with kernels (kh, kw, c, nc) -> (m, oh, ow, nc).

    Raises
    ------
    ValueError : padding, stride or shapes that do not fit

    Examples
    --------
    >>> convolve(np.ones((1, 3, 3, 2)), np.ones((3, 3, 2, 1)), "valid").ravel()
    array([18.])
    """
    _check_rank(images, ("m", "h", "w", "c"), "images")
    _check_rank(kernels, ("kh", "kw", "c", "nc"), "kernels")
    c, depth = np.shape(images)[-1], np.shape(kernels)[2]
    if c != depth:  # the library would advise keywords that this call does not have
        raise ValueError(
            f"kernels {np.shape(kernels)} take {depth} channels, but images {np.shape(images)} "
            f"have {c}; kernels must be (kh, kw, {c}, nc)"
        )
    return convolution.convolve(
        _floats(images),
        _floats(kernels),
        _library_padding(padding),
        _pair(stride, "stride"),
        dtype=np.float64,
    )


def pool(images: Array, kernel_shape: Pair, stride: Pair, mode: str = "max") -> Result:
    """Pool images (m, h, w, c) over windows (kh, kw) with stride (sh, sw) -> (m, oh, ow, c).

    Mode is 'max' or 'avg'.

    Raises
    ------
    ValueError : mode, stride or shapes that do not fit

    Examples
    --------
    >>> pool(np.arange(4.0).reshape(1, 2, 2, 1), (2, 2), (2, 2), "avg").ravel()
    array([1.5])
    """
    _check_rank(images, ("m", "h", "w", "c"), "images")
    if mode not in ("max", "avg"):
        raise ValueError(f"mode is {mode!r}; it must be 'max' or 'avg'")
    window, steps = _pair(kernel_shape, "kernel_shape"), _pair(stride, "stride")
    return pooling.pool(images, window, steps, mode).astype(np.float64, copy=False)


def _floats(numbers: Array) -> Array:
    """Return an array that the library sums in float64.

    That is the array itself if it holds bool, integers, or floats of up to 64 bits, which engines
    convert a block at a time; otherwise a copy in float64.
    """
    if numbers.dtype.kind in "biuf" and numbers.dtype.itemsize <= 8:
        return numbers
    return numbers.astype(np.float64)


def _check_rank(array: Array, axes: tuple[str, ...], name: str) -> None:
    """Raise ValueError unless the argument `name` has as many axes as `axes` has names."""
    if np.ndim(array) != len(axes):
        raise ValueError(f"{name} {np.shape(array)} must be an array ({', '.join(axes)})")


def _pair(value: Pair, name: str) -> tuple[int, int]:
    """Return the argument `name` as a tuple of two; raise ValueError unless it is a pair."""
    if np.shape(value) != (2,):
        raise ValueError(f"{name} is {value!r}; it must be a pair")
    return value[0], value[1]


def _library_padding(padding: Padding) -> str | tuple[int, int]:
    """Convert the brief's padding to the library's: 'same' -> "same_size", (ph, pw) as it is.

    Raise ValueError if it is neither 'same', 'valid' nor a pair.
    """
    if isinstance(padding, str):
        if padding not in PADDINGS:
            raise ValueError(
                f"padding is {padding!r}; it must be 'same', 'valid' or a pair (ph, pw)"
            )
        return PADDINGS[padding]
    return _pair(padding, "padding")
