"""ONNX's own cases of the operators that convpool has, all of them, for the library and for its slow twin."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

pytest.importorskip("onnx", reason="ONNX's backend cases come with onnx: pip install onnx")

if TYPE_CHECKING:
    from onnx_adapter import Case

COUNTS = {
    "Conv": 33,
    "ConvTranspose": 14,
    "ConvInteger": 2,
    "MaxPool": 28,
    "AveragePool": 25,
    "LpPool": 8,
    "GlobalAveragePool": 2,
    "GlobalMaxPool": 2,
    "MaxUnpool": 2,
    "Col2Im": 5,
}
# float32 results lie within these of the stored ones; one case is stored with four digits
TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}
FOUR_DIGITS = {"test_averagepool_2d_ceil_last_window_starts_on_pad": {"rtol": 0, "atol": 6e-5}}


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parent)
        from onnx_adapter import load_cases
    return load_cases()


def test_no_case_is_lost(cases: list[Case]) -> None:
    found = [case.operator for case in cases]
    assert {operator: found.count(operator) for operator in found} == COUNTS
    assert len({case.name for case in cases}) == len(cases) == 121


@pytest.mark.parametrize("operator", COUNTS)
@pytest.mark.parametrize("library", ["convpool", "convpool.reference"])
def test_onnx(library: str, operator: str, cases: list[Case]) -> None:
    module = importlib.import_module(library)
    failures = {}
    for case in [case for case in cases if case.operator == operator]:
        try:
            check(case, case.run(module))
        except Exception as error:
            failures[case.name] = error
    assert not failures, "\n".join(f"{name}: {error!r}" for name, error in failures.items())


def check(case: Case, results: list[np.ndarray]) -> None:
    tolerance = FOUR_DIGITS.get(case.name, TOLERANCE)
    for actual, expected in zip(results[: len(case.outputs)], case.outputs, strict=True):
        assert (actual.shape, actual.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_allclose(actual, expected, **tolerance)
