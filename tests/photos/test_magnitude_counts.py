"""The magnitude that is shown brightest, against NumPy's percentiles."""

import numpy as np
import pytest

from convpool.photos import magnitude_counts
from convpool.photos.magnitude_counts import Magnitudes


@pytest.mark.parametrize("percentile", [10, 50, 99.5, 99.99])
@pytest.mark.parametrize("dtype", ["int64", "float64"])
def test_percentiles_are_numpys(percentile, dtype, monkeypatch):
    monkeypatch.setattr(magnitude_counts, "PIECE", 999)
    values = (np.random.default_rng(0).normal(size=(3, 5000)) * 300).astype(dtype)
    counted = Magnitudes(percentile)
    for line in values:
        counted.add(line)
    expected = np.percentile(np.abs(values), percentile)
    assert expected <= counted.value * 1.001
    assert counted.value <= expected * 1.01 + 1


def test_the_largest():
    values = np.array([[3, -7.25], [np.nan, np.inf]])
    for percentile in (100, 99.0):
        counted = Magnitudes(percentile)
        counted.add(values)
        assert counted.value == 7.25  # a percentile is never beyond it


def test_where_nearly_all_is_plain_the_largest_counts():
    counted = Magnitudes(90)
    counted.add(np.array([0] * 99 + [40]))
    assert counted.value == 40
    assert Magnitudes().value == Magnitudes(90).value == 0
