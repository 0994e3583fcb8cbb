"""What is collected does not depend on the process: workers of pytest-xdist stop where their
lists differ.
"""

import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support import children, sampling

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


def test_a_sample_follows_from_the_seed_alone():
    code = """
import sys
from support import sampling
sampling.configure(9, sys.argv[1])
print(sampling.in_sample(99, 3, "letters"))
"""
    assert len({children.output(code, 7, PYTHONHASHSEED=seed) for seed in "12"}) == 1
    assert len({children.output(code, seed) for seed in range(5)}) > 1


def test_what_is_not_in_the_sample_is_marked_full():
    table = sampling.mark_others_full("abcdef", 2, "letters")
    assert sum(isinstance(entry, str) for entry in table) == 2
    assert [entry if isinstance(entry, str) else entry.values[0] for entry in table] == list(
        "abcdef"
    )


def test_slow_tests_are_there():
    """A name in the table that no test has would mark nothing."""
    tests = Path(__file__).parents[1]
    table = runpy.run_path(str(tests / "conftest.py"))["SLOW"]
    for path, names in table.items():
        text = (tests / path).read_text(encoding="utf-8")
        for name in names:
            assert f"def {name.partition('[')[0]}(" in text, (path, name)
