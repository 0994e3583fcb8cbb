"""Volumes in the compiled loops: stacks of slices, whatever their number, padding and groups.

The judge is the slow twin; values are small integers or halves, so that every bit counts.
"""

import numpy as np
import pytest

import convpool
from convpool import reference
from convpool.engines.compiled import volumes
from support.arrays import numbers
from support.compiled import needs_kernels

# (volumes, kernels, words)
CASES = [
    ((2, 5, 6, 7, 3), (3, 3, 3, 3, 4), {}),
    ((1, 7, 6, 9, 4), (2, 3, 2, 2, 18), {"groups": 2, "stride": (2, 1, 2), "padding": "full"}),
    ((1, 9, 4, 5, 2), (3, 1, 2, 1, 2), {"groups": 2, "dilation": (3, 1, 2), "pad_mode": "wrap"}),
    ((2, 4, 5, 6, 1), (3, 3, 3, 1, 9), {"pad_mode": "constant", "fill": 2}),
    ((1, 8, 5, 6, 2), (1, 3, 3, 2, 3), {"stride": (3, 1, 1), "padding": "valid"}),
]


@needs_kernels
@pytest.mark.parametrize("limits", [{}, {"STACKED": 1, "SHARED": 0}])
@pytest.mark.parametrize("dtypes", [("float32", "float32"), ("uint8", "int8"), (">f8", "float64")])
@pytest.mark.parametrize(("shape", "window", "words"), CASES)
def test_volumes_are_those_of_the_slow_twin(shape, window, words, dtypes, limits, monkeypatch):
    for name, value in limits.items():
        monkeypatch.setattr(volumes, name, value)
    x, w = numbers(shape, dtypes[0]), numbers(window, dtypes[1], seed=1)
    expected = reference.convolve(x, w, **words)
    actual = convpool.convolve(x, w, engine="compiled", **words)
    assert actual.dtype == expected.dtype
    np.testing.assert_array_equal(actual, expected)
    if dtypes[0] == "float32" and not words.get("fill"):
        packed = convpool.plan_convolution(
            shape, window, images_dtype="f4", kernels_dtype="f4", engine="compiled", **words
        ).prepack(w)
        np.testing.assert_array_equal(packed(x), expected)


@needs_kernels
def test_what_padding_is_filled_with_may_be_no_pixel():
    x, w = numbers((1, 3, 4, 4, 1), "uint8"), numbers((3, 3, 3, 1, 2), "float32")
    words = {"pad_mode": "constant", "fill": 0.5}
    actual = convpool.convolve(x, w, engine="compiled", **words)
    np.testing.assert_array_equal(actual, reference.convolve(x, w, **words))


@needs_kernels
def test_many_taps_are_summed_in_chains():
    """One chain of 729 terms would be off by 4."""
    x, w = np.full((1, 9, 9, 9, 1), 1000001, "f4"), np.full((9, 9, 9, 1, 1), 1 / 729, "f4")
    mean = convpool.convolve(x, w, "valid", engine="compiled").item()
    assert abs(mean - 1000001 * 729 * float(w[0, 0, 0, 0, 0])) < 1
