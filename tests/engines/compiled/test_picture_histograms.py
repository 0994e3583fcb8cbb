"""Medians of bytes by histograms, against NumPy's medians of the pixels under each window."""

from __future__ import annotations

import numpy as np
import pytest

import convpool
from convpool import pool
from convpool.engines.compiled import host, picture_medians

pytestmark = pytest.mark.skipif(host.refusal() is not None, reason="no compiled loops")


@pytest.fixture(autouse=True)
def no_bisection(monkeypatch):
    """Small windows too are taken by histograms."""
    monkeypatch.setattr(picture_medians, "BISECTED", 0)


def medians(images, window, stride, before, after):
    """Return the medians of what is there under each window, NaN where there is nothing."""
    pad = [(0, 0), *zip(before, after, strict=True), (0, 0)]
    padded = np.pad(images.astype(float), pad, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, window, (1, 2))
    with np.errstate(all="ignore"):
        return np.nanmedian(windows[:, :: stride[0], :: stride[1]], (-2, -1))


CASES = [  # shape, window, stride, before, after
    ((1, 40, 50, 1), (7, 7), (1, 1), (3, 3), (3, 3)),
    ((2, 23, 37, 3), (4, 6), (1, 2), (1, 2), (2, 3)),  # even windows, channels
    ((1, 9, 1300, 1), (5, 31), (2, 1), (4, 30), (4, 30)),  # several blocks of columns
    ((1, 300, 21, 1), (9, 11), (1, 3), (0, 5), (8, 0)),  # several bands of rows
    ((1, 12, 13, 2), (4, 2), (7, 5), (0, 0), (0, 0)),  # pixels between windows
    ((1, 30, 30, 1), (3, 3), (1, 1), (1, 1), (1, 1)),
]


@pytest.mark.filterwarnings("ignore:All-NaN slice")
@pytest.mark.parametrize("values", [2, 40, 256])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_medians_of_bytes(case, values):
    shape, window, stride, before, after = case
    images = np.random.default_rng(0).integers(0, values, shape, np.uint8)
    padding = tuple(zip(before, after, strict=True))
    expected = medians(images, window, stride, before, after)
    for threads in (1, 3):
        with convpool.threads(threads):
            result = pool(images, window, stride, "median", padding=padding, engine="compiled")
        np.testing.assert_array_equal(result, expected)
    mirrored, words = images[:, ::-1, ::-1], {"padding": padding, "dtype": "float32"}
    result = pool(mirrored, window, 1, "median", engine="compiled", **words)
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, medians(mirrored, window, (1, 1), before, after))


@pytest.mark.filterwarnings("ignore:All-NaN slice")
def test_windows_without_pixels_and_bools():
    images = np.random.default_rng(1).integers(0, 2, (1, 6, 7, 1)).astype(bool)
    before, after = (9, 2), (0, 12)
    out = np.frombuffer(bytearray(8 * 12 * 18 + 1), np.float64, offset=1).reshape(1, 12, 18, 1)
    assert not out.flags.aligned
    padding = tuple(zip(before, after, strict=True))
    pool(images, 4, 1, "median", padding=padding, out=out, engine="compiled")
    np.testing.assert_array_equal(out, medians(images, (4, 4), (1, 1), before, after))
