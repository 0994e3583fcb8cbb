"""The brief's seven functions on the library: same names, signatures and results, any size, fast.

And the four of the course that follows, for the layers of a network and their gradients.

m images of h x w pixels and c channels, nc kernels of kh x kw weights, ph pw padding, sh sw stride,
oh x ow outputs. Results are float64, and so are the sums of all dtypes; kernels are not flipped;
'same' keeps h x w at any stride, with the odd zero before; pooling drops pixels that do not fill a
window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool import convolution, pooling
from convpool.gradients import convolve_gradients, pool_gradient

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
        kernel_layout="HWIO",
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
    dtype = np.float64 if mode == "avg" else None  # max keeps the pixels as they are
    return pooling.pool(_floats(images), window, steps, mode, dtype=dtype).astype(
        np.float64, copy=False
    )


# ---- the course that follows: layers of a network, forward and backward ----


def conv_forward(
    A_prev: Array,  # noqa: N803
    W: Array,  # noqa: N803
    b: Array,
    activation: Callable[[Result], Result],
    padding: str = "same",
    stride: Pair = (1, 1),
) -> Result:
    """Convolve A_prev (m, h, w, c) with W (kh, kw, c, nc), add b, activate -> (m, oh, ow, nc).

    b is (1, 1, 1, nc). Padding is 'same' or 'valid'; 'same' keeps h x w at any stride: in public
    solutions of the course ph = ceil(((h - 1) * sh + kh - h) / 2), so that an odd zero is before.

    Raises
    ------
    ValueError : padding, stride or shapes that do not fit

    Examples
    --------
    >>> bias = np.full((1, 1, 1, 1), -2.0)
    >>> conv_forward(np.ones((1, 3, 3, 1)), np.ones((3, 3, 1, 1)), bias, np.tanh, "valid").round(2)
    array([[[[1.]]]])
    """
    _check_layer(W, b)
    return activation(convolve(A_prev, W, _layer_padding(padding), stride) + b)


def conv_backward(
    dZ: Array,  # noqa: N803
    A_prev: Array,  # noqa: N803
    W: Array,  # noqa: N803
    b: Array,
    padding: str = "same",
    stride: Pair = (1, 1),
) -> tuple[Result, Result, Result]:
    """Return (dA_prev, dW, db), the gradients of a convolutional layer before its activation.

    dZ (m, oh, ow, nc) is the gradient of the convolution with its bias; the other arguments are as
    in `conv_forward`. The results have the shapes of A_prev, W and b, and db is (1, 1, 1, nc).

    Raises
    ------
    ValueError : padding, stride or shapes that do not fit

    Examples
    --------
    >>> ones = np.ones((1, 2, 2, 1))
    >>> dA_prev, dW, db = conv_backward(ones, ones, np.ones((3, 3, 1, 1)), np.zeros((1, 1, 1, 1)))
    >>> dA_prev[0, :, :, 0].tolist(), dW[1, 1].tolist(), db.tolist()
    ([[4.0, 4.0], [4.0, 4.0]], [[4.0]], [[[[4.0]]]])
    """
    _check_rank(A_prev, ("m", "h", "w", "c"), "A_prev")
    _check_layer(W, b)
    gradients = convolve_gradients(
        _floats(A_prev),
        _floats(W),
        _floats(dZ),
        _library_padding(_layer_padding(padding)),
        _pair(stride, "stride"),
        kernel_layout="HWIO",
        dtype=np.float64,
    )
    return gradients.images, gradients.kernels, gradients.bias.reshape(np.shape(b))


def pool_forward(
    A_prev: Array,  # noqa: N803
    kernel_shape: Pair,
    stride: Pair = (1, 1),
    mode: str = "max",
) -> Result:
    """Pool A_prev (m, h, w, c) over windows (kh, kw) -> (m, oh, ow, c), as `pool`.

    Raises
    ------
    ValueError : mode, stride or shapes that do not fit

    Examples
    --------
    >>> pool_forward(np.arange(4.0).reshape(1, 2, 2, 1), (2, 2)).ravel()
    array([3.])
    """
    return pool(A_prev, kernel_shape, stride, mode)


def pool_backward(
    dA: Array,  # noqa: N803
    A_prev: Array,  # noqa: N803
    kernel_shape: Pair,
    stride: Pair = (1, 1),
    mode: str = "max",
) -> Result:
    """Return dA_prev (m, h, w, c), the gradient of a pooling layer.

    dA (m, oh, ow, c) is the gradient of its result; the other arguments are as in `pool_forward`.
    What several windows give to a pixel is added. For 'max', each pixel that equals the greatest of
    its window gets all of dA, as in public solutions of the course; in `convpool.pool_gradient` it
    is the first of them alone.

    Raises
    ------
    ValueError : mode, stride or shapes that do not fit

    Examples
    --------
    >>> A_prev = np.array([[1.0, 3.0], [3.0, 2.0]]).reshape(1, 2, 2, 1)
    >>> pool_backward(np.ones((1, 1, 1, 1)), A_prev, (2, 2))[0, :, :, 0]
    array([[0., 1.],
           [1., 0.]])
    """
    result = pool(A_prev, kernel_shape, stride, mode)
    if np.shape(dA) != result.shape:
        raise ValueError(f"dA is {np.shape(dA)}, but the pooled A_prev is {result.shape}")
    if mode == "avg":
        gradient, window = np.asarray(dA, np.float64), tuple(kernel_shape)
        return pool_gradient(_floats(A_prev), gradient, window, tuple(stride), mode)
    dA_prev = np.zeros(np.shape(A_prev))  # noqa: N806
    (_, oh, ow, _), (kh, kw), (sh, sw) = result.shape, kernel_shape, stride
    for u in range(kh):
        for v in range(kw):
            taps = (
                slice(None),
                slice(u, u + (oh - 1) * sh + 1, sh),
                slice(v, v + (ow - 1) * sw + 1, sw),
            )
            dA_prev[taps] += dA * (A_prev[taps] == result)
    return dA_prev


def _layer_padding(padding: str) -> str:
    """Return the padding of a layer; raise ValueError unless it is 'same' or 'valid'."""
    if not isinstance(padding, str) or padding not in PADDINGS:
        raise ValueError(f"padding is {padding!r}; it must be 'same' or 'valid'")
    return padding


def _check_layer(W: Array, b: Array) -> None:  # noqa: N803
    """Raise ValueError unless W is (kh, kw, c, nc) and b (1, 1, 1, nc)."""
    _check_rank(W, ("kh", "kw", "c", "nc"), "W")
    expected = (1, 1, 1, np.shape(W)[-1])
    if np.shape(b) != expected:
        raise ValueError(f"b is {np.shape(b)}; for W {np.shape(W)} it must be {expected}")


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
