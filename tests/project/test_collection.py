"""What is collected does not depend on the process: workers of pytest-xdist stop where their
lists differ.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support import children
from support.sampling import SEED

ROOT = Path(__file__).parents[2]
COLLECT = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]


def collected(*arguments, before=(), cwd=ROOT, **changes):
    """Start a collection; return what waits for it and gives its ids."""
    command = [*before, *COLLECT, *arguments]
    child = children.start(
        command, stdout=subprocess.PIPE, cwd=cwd, env=children.environment(**changes)
    )

    def ids():
        out, _ = child.communicate(timeout=children.LIMIT)
        assert child.returncode == 0, out[-3000:]
        return [line for line in out.splitlines() if "::" in line]

    return ids


def other_addresses():
    """Return what starts a process without randomized addresses, where there is such a command."""
    setarch = shutil.which("setarch")
    works = (
        setarch
        and subprocess.run([setarch, "-R", "true"], capture_output=True, check=False).returncode
        == 0
    )
    return [setarch, "-R"] if works else []


def compare(*arguments, cwd=ROOT):
    """Collect in two processes that differ in hashes, in addresses and in what allocates; return
    the ids of one.
    """
    both = (
        collected(*arguments, cwd=cwd, PYTHONHASHSEED="1"),
        collected(
            *arguments, cwd=cwd, before=other_addresses(), PYTHONHASHSEED="2", PYTHONMALLOC="malloc"
        ),
    )
    first, second = (ids() for ids in both)
    differing = set(first) ^ set(second)
    assert not differing, sorted(differing)[:20]
    assert first == second
    return first


def test_ids_are_those_of_every_process():
    ids = compare("-m", "full or not full")
    assert len(ids) > 1000
    assert [one for one in ids if " at 0x" in one] == []


BAD = """
import pytest


@pytest.mark.parametrize("x", [set("abcdef")], ids=str)
def test_hashes(x):
    pass


@pytest.mark.parametrize("x", [lambda: 0], ids=lambda f: str(f)[:26])
def test_addresses(x):
    pass
"""


def test_ids_that_depend_on_the_process_are_found(tmp_path):
    """The control: a set's order, and the first digits of an address."""
    (tmp_path / "test_one.py").write_text(BAD)
    with pytest.raises(AssertionError) as caught:
        compare(str(tmp_path), "--rootdir", str(tmp_path), cwd=tmp_path)
    assert "test_hashes[" in str(caught.value)
    assert "test_addresses[<function <lambda> at 0x" in str(caught.value)


def test_children_draw_the_sample_of_this_process():
    code = "import support.sampling as s; print(s.SEED, s.sample(range(99), 3, 'some'))"
    assert os.environ["CONVPOOL_SEED"] == SEED
    outputs = {children.output(code, CONVPOOL_EXAMPLES="100", PYTHONHASHSEED=seed) for seed in "12"}
    assert len(outputs) == 1
    assert outputs.pop().startswith(f"{SEED} [")
    drawn = {
        children.output(code, CONVPOOL_EXAMPLES="100", CONVPOOL_SEED=day).split(None, 1)[1]
        for day in "123456"
    }
    assert len(drawn) > 1
    everything = children.output(code, CONVPOOL_EXAMPLES="5000")
    assert everything == f"{SEED} {list(range(99))}\n"
