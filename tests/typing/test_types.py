"""What type checkers see of the package: mypy and pyright, on code as users write it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import convpool

HERE = Path(__file__).parent
RIGHT = ("user_code.py", "dask_code.py")
WRONG = "wrong_code.py"


def errors_of_mypy(name):
    """Return the lines where `mypy --strict` finds an error."""
    pytest.importorskip("mypy")
    words = ["--config-file=", "--strict", "--no-error-summary", "--hide-error-context", name]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *words],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr, done.stderr
    return sorted({int(line) for line in re.findall(r":(\d+): error: ", done.stdout)})


def errors_of_pyright(name):
    """Return the lines where pyright finds an error."""
    pytest.importorskip("pyright")
    words = ["--outputjson", "--pythonpath", sys.executable, name]
    done = subprocess.run(
        [sys.executable, "-m", "pyright", *words],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    )
    if "{" not in done.stdout:
        pytest.skip(f"pyright does not start: {done.stderr[-300:]}")
    found = json.loads(done.stdout[done.stdout.index("{") :])["generalDiagnostics"]
    return sorted({one["range"]["start"]["line"] + 1 for one in found})


CHECKERS = pytest.mark.parametrize("errors_of", [errors_of_mypy, errors_of_pyright])


@pytest.mark.parametrize("name", RIGHT)
@CHECKERS
def test_nothing_is_found_in_right_code(errors_of, name):
    assert errors_of(name) == []


@CHECKERS
def test_every_error_is_found_in_wrong_code(errors_of):
    lines = (HERE / WRONG).read_text(encoding="utf-8").splitlines()
    expected = [number for number, line in enumerate(lines, 1) if "  # error: " in line]
    assert len(expected) > 5
    assert errors_of(WRONG) == expected


def test_every_public_name_is_used():
    text = (HERE / "user_code.py").read_text(encoding="utf-8")
    unused = [name for name in convpool.__all__ if not re.search(rf"\b{name}\b", text)]
    assert unused == []


def test_the_code_runs(tmp_path):
    """Types that hold for code which cannot run would be worth nothing."""
    pytest.importorskip("dask.array")
    code = "\n".join(
        [
            "import user_code as u, dask_code, dask.array as da",
            "u.convolutions(), u.pools(), u.gradients(), u.windows(), u.plans(), u.the_rest()",
            "dask_code.lazily(da.ones((2, 6, 7, 3), chunks=3), da.ones((6, 7)))",
        ]
    )
    path = [str(HERE), *sys.path]
    code = f"import sys; sys.path[:] = {path}\n{code}"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)
