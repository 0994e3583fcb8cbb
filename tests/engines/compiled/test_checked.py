"""The checked library: a sample of the small world, with an assertion before each access."""

import sys
from pathlib import Path

import numpy as np
import pytest

import convpool
from convpool.engines.compiled import library
from support import checked, children
from support.compiled import forget, needs_kernels

pytestmark = [pytest.mark.full, needs_kernels]
SMALL_WORLD = Path(__file__).parents[2] / "test_small_world.py"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """The path of the checked library, which takes a minute or two to build."""
    pytest.importorskip("numba")
    folder = tmp_path_factory.mktemp("checked")
    child = children.start([sys.executable, "-m", "support.checked", str(folder)])
    assert child.wait(1200) == 0
    return folder / library.file_name(library.isa())


def test_loops_touch_the_arrays_of_their_call_alone(path):
    names = "compiled and not beside_arrays"
    words = [str(SMALL_WORLD), "-q", "-p", "support.checked", "-k", names]
    code = f"import sys, pytest; sys.exit(pytest.main({words!r}))"
    made = children.run(code, timeout=3600, CONVPOOL_CHECKED=str(path))
    assert made.returncode == 0, made.stdout + made.stderr
    assert " passed" in made.stdout


@pytest.mark.parametrize("beside", ["output", "images"])
def test_checks_see_what_lies_beside_an_array(path, beside, monkeypatch):
    """Ranges that end a number too early are left, by the stores and by the loads."""
    ranges = checked.use_checked(path, monkeypatch)
    images, kernels = np.ones((1, 9, 17, 1), np.float32), np.ones((3, 3, 1, 1), np.float32)
    out = np.empty(images.shape, np.float32)
    short = {"output": out, "images": images}[beside]
    add = ranges.add

    def add_less(array):
        address = add(array)
        if array.__array_interface__["data"] == short.__array_interface__["data"]:
            begin, end = ranges.bounds[ranges.numbers]
            ranges.bounds[ranges.numbers] = begin, end - 4
        return address

    forget()
    words = {"engine": "compiled", "out": out}
    convpool.convolve(images, kernels, **words)  # nothing else is touched
    begins = short.__array_interface__["data"][0]
    for number in [k for k, (begin, _) in ranges.bounds.items() if begin == begins]:
        del ranges.bounds[number]  # of the call before
    for module in list(sys.modules.values()):
        if getattr(module, "address_of", None) == add:
            monkeypatch.setattr(module, "address_of", add_less)
    with pytest.raises(AssertionError, match="in none of the arrays"):
        convpool.convolve(images, kernels, **words)
    forget()
