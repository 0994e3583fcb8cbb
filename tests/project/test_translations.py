"""Every row of the tables "from another library" gives the same on both sides."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
if not (ROOT / "docs/translations.py").exists():
    pytest.skip("the tables are not beside these tests", allow_module_level=True)
spec = importlib.util.spec_from_file_location("translations", ROOT / "docs/translations.py")
translations = importlib.util.module_from_spec(spec)
spec.loader.exec_module(translations)
ROWS = [(library, row) for library in translations.LIBRARIES for row in library.rows]


@pytest.mark.filterwarnings("ignore")  # of the other libraries
@pytest.mark.parametrize(("library", "row"), ROWS, ids=[row.theirs for _, row in ROWS])
def test_both_sides_are_the_same(library, row):
    if library.module == "keras":
        pytest.importorskip("jax")
        import os

        os.environ.setdefault("KERAS_BACKEND", "jax")
    pytest.importorskip(library.module)
    names = translations.namespace(library)
    arrays = translations.arrays()
    ours = eval(row.ours, names | arrays)
    if library.module == "torch":
        arrays |= {name: names["torch"].from_numpy(arrays[name]) for name in ("x", "w", "bias")}
    theirs = np.asarray(eval(row.theirs, names | arrays))
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-5)
