"""The layers of the follow-up course: against plain loops, as its students write them."""

import numpy as np
import pytest

from convpool.course import conv_backward, conv_forward, pool_backward, pool_forward
from support.arrays import numbers

GEOMETRIES = [
    ((2, 6, 5, 3), (3, 3), (1, 1)),
    ((2, 7, 6, 1), (2, 3), (2, 1)),
    ((1, 5, 8, 2), (4, 2), (3, 2)),
    ((3, 4, 4, 2), (1, 1), (2, 2)),
    ((1, 5, 6, 4), (3, 4), (1, 1)),  # kernels that might as well be in PyTorch's order
]
DTYPES = ("float64", "float32", "uint8")


def padded_by(h, kh, sh, padding):
    """Return the zeros (before, after) and the windows of an axis."""
    if padding == "valid":
        return (0, 0), (h - kh) // sh + 1
    total = (h - 1) * sh + kh - h
    return ((total + 1) // 2, total // 2), h


def loops(a, w, dz, padding, stride):
    """Return (z, da, dw) of a layer without bias, window by window."""
    (kh, kw), (sh, sw) = w.shape[:2], stride
    rows, oh = padded_by(a.shape[1], kh, sh, padding)
    columns, ow = padded_by(a.shape[2], kw, sw, padding)
    a = np.pad(a.astype(float), ((0, 0), rows, columns, (0, 0)))
    z, da, dw = np.zeros((len(a), oh, ow, w.shape[-1])), np.zeros(a.shape), np.zeros(w.shape)
    for m, i, j, n in np.ndindex(*z.shape):
        window = (m, slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw))
        z[m, i, j, n] = (a[window] * w[..., n]).sum()
        if dz is not None:
            da[window] += w[..., n] * dz[m, i, j, n]
            dw[..., n] += a[window] * dz[m, i, j, n]
    h, w = a.shape[1] - sum(rows), a.shape[2] - sum(columns)
    return z, da[:, rows[0] : rows[0] + h, columns[0] : columns[0] + w], dw


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "window", "stride"), GEOMETRIES)
def test_convolutional_layer(shape, window, stride, dtype, padding):
    a, w = numbers(shape, dtype), numbers((*window, shape[-1], 4), "float64", 1)
    b = numbers((1, 1, 1, 4), "float64", 2)
    z, _, _ = loops(a, w, None, padding, stride)
    dz = numbers(z.shape, "float64", 3)
    forward = conv_forward(a, w, b, np.tanh, padding, stride)
    np.testing.assert_allclose(forward, np.tanh(z + b))
    da, dw, db = conv_backward(dz, a, w, b, padding, stride)
    _, expected_da, expected_dw = loops(a, w, dz, padding, stride)
    np.testing.assert_array_equal(da, expected_da)
    np.testing.assert_array_equal(dw, expected_dw)
    np.testing.assert_array_equal(db, dz.sum(axis=(0, 1, 2), keepdims=True))
    assert {array.dtype for array in (forward, da, dw, db)} == {np.dtype(np.float64)}


@pytest.mark.parametrize("mode", ["max", "avg"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "window", "stride"), GEOMETRIES)
def test_pooling_layer(shape, window, stride, dtype, mode):
    """Small numbers: of equal pixels, each gets all."""
    a, ((kh, kw), (sh, sw)) = numbers(shape, dtype, most=2), (window, stride)
    result = pool_forward(a, window, stride, mode)
    da, expected = numbers(result.shape, "float64", 1), np.zeros(shape)
    for m, i, j, c in np.ndindex(*result.shape):
        place = (m, slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw), c)
        pixels = a[place].astype(float)
        assert result[m, i, j, c] == (pixels.max() if mode == "max" else pixels.mean())
        share = pixels == pixels.max() if mode == "max" else 1 / (kh * kw)
        expected[place] += da[m, i, j, c] * share
    actual = pool_backward(da, a, window, stride, mode)
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-12)
    assert actual.dtype == np.float64


A, W, B = np.ones((1, 5, 5, 2)), np.ones((3, 3, 2, 4)), np.zeros((1, 1, 1, 4))


@pytest.mark.parametrize(
    ("call", "advice"),
    [
        (lambda: conv_forward(A, W, np.zeros(4), np.tanh), r"b is \(4,\).*must be \(1, 1, 1, 4\)"),
        (lambda: conv_forward(A, W, B, np.tanh, (1, 1)), "must be 'same' or 'valid'"),
        (lambda: conv_forward(A, W[..., 0], B, np.tanh), r"W \(3, 3, 2\) must be"),
        (lambda: conv_backward(np.ones((1, 3, 3, 4)), A, W, B), "gives .1, 5, 5, 4."),
        (lambda: conv_backward(np.ones((1, 5, 5, 4)), A[0], W, B), "A_prev"),
        (lambda: conv_backward(np.ones((1, 5, 5, 4)), A, W, B, "full"), "'same' or 'valid'"),
        (lambda: pool_backward(A, A, (2, 2)), r"dA is .* but the pooled A_prev is \(1, 4, 4, 2\)"),
        (lambda: pool_backward(A, A, (2, 2), mode="min"), "must be 'max' or 'avg'"),
    ],
)
def test_misuse(call, advice):
    with pytest.raises(ValueError, match=advice):
        call()
