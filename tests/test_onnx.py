"""ONNX's own cases of the operators that convpool has, all of them, for the library and for its
slow twin.
"""

from __future__ import annotations

import importlib
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

import convpool
from convpool.engines.registry.convolution import ENGINES
from support.engines import refusals

pytest.importorskip("onnx", reason="ONNX's backend cases come with onnx: pip install onnx")
from support.onnx_adapter import Case, load_cases

# kernels are transposed to ours on purpose, and some have equal axes
pytestmark = pytest.mark.filterwarnings("ignore:kernels .* may be ours:UserWarning")

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


@pytest.mark.parametrize("operator", COUNTS)
def test_no_case_is_lost(operator: str) -> None:
    cases = load_cases(operator)
    assert len({case.name for case in cases}) == len(cases) == COUNTS[operator]


@pytest.mark.parametrize("operator", COUNTS)
@pytest.mark.parametrize("library", ["convpool", "convpool.reference"])
def test_onnx(library: str, operator: str) -> None:
    module = importlib.import_module(library)
    failures = {}
    for case in load_cases(operator):
        try:
            check(case, case.run(module))
        except Exception as error:
            failures[case.name] = error
    assert not failures, "\n".join(f"{name}: {error!r}" for name, error in failures.items())


# cases of an operator that an engine takes: transforms take no integers
TAKEN = {"numpy": COUNTS, "compiled": COUNTS, "fft": {"Conv": 33, "ConvInteger": 0}}


@pytest.mark.parametrize("operator", ["Conv", "ConvInteger"])
@pytest.mark.parametrize("engine", ENGINES)
def test_convolution_with_every_engine(engine: str, operator: str) -> None:
    if refusals(np.float32)[engine] is not None:
        pytest.skip("this engine cannot be used here")
    library = SimpleNamespace(convolve=partial(convpool.convolve, engine=engine))
    taken = 0
    for case in load_cases(operator):
        try:
            results = case.run(library)
        except ValueError as error:
            assert "cannot do this" in str(error), case.name  # noqa: PT017
            continue
        check(case, results)
        taken += 1
    assert taken == TAKEN[engine][operator]


def check(case: Case, results: list[np.ndarray]) -> None:
    tolerance = FOUR_DIGITS.get(case.name, TOLERANCE)
    for actual, expected in zip(results[: len(case.outputs)], case.outputs, strict=True):
        assert (actual.shape, actual.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_allclose(actual, expected, **tolerance)
