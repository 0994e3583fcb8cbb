"""What all processes of a submission may use together, and what none of them sees."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import convpool
from convpool.check.sandbox import child_process
from convpool.check.sandbox.limits import Limits
from support.sandboxed import KERNEL, LIMITS, call_body, is_clean


def test_memory_is_counted_over_all_processes(place, python):
    """Each holds less than one process may."""
    body = """
for _ in range(3):
    if os.fork() == 0:
        held = bytearray(os.urandom(1 << 20) * 80)
        import time
        time.sleep(60)
import time
time.sleep(60)
"""
    limits = Limits(task_seconds=30, processes=8, total_memory=200_000_000)
    answer = call_body(place, python, body, limits=limits)[0]
    assert answer.outcome == "died"
    assert "MB together; 200 are the most" in answer.words
    assert is_clean(place)


@pytest.mark.parametrize(
    "body",
    [
        "os.memfd_create('held')",
        "assert ctypes.CDLL(None).shmget(0, 1 << 20, 0o1600) == -1\nraise PermissionError",
        "assert ctypes.CDLL(None).msgget(0, 0o1600) == -1\nraise PermissionError",
        "__import__('socket').socketpair()",
        "__import__('mmap').mmap(-1, 1 << 20)",
    ],
)
def test_memory_that_counts_for_no_process_is_refused(body, place, python):
    if sys.platform != "linux" or not hasattr(os, "memfd_create"):
        pytest.skip("the filter is Linux's")
    assert call_body(place, python, "return images")[0].outcome == "returned"
    answer = call_body(place, python, f"import ctypes\n{body}\nreturn images")[0]
    assert "PermissionError" in answer.words


def test_our_own_files_are_out_of_sight(place, python):
    package = str(Path(convpool.__file__).parent)
    body = """
path = bytes(images).decode()
return np.array(os.path.isdir(path) and len(os.listdir(path)))
"""
    answer = call_body(
        place, python, body, arguments=(np.frombuffer(package.encode(), np.uint8), KERNEL)
    )[0]
    if "own root" in answer.isolation:
        assert answer.value == 0


def test_what_is_hidden_is_empty_inside(place, python, monkeypatch):
    """Our own files would be seen where this package is installed beside NumPy."""
    body = "path = os.path.join(os.path.dirname(os.__file__), 'wsgiref')\n"
    (answer,) = call_body(place, python, f"{body}return np.frombuffer(path.encode(), np.uint8)")
    folder = bytes(answer.value).decode()
    count = f"{body}return np.array(len(os.listdir(path)))"
    (seen,) = call_body(place, python, count)
    assert seen.value > 0
    monkeypatch.setattr(child_process, "_HIDDEN", [os.path.realpath(folder), folder])
    (hidden,) = call_body(place, python, count)
    assert hidden.value == 0 or "own root" not in hidden.isolation


def test_the_package_is_what_is_hidden():
    (hidden,) = child_process._HIDDEN
    assert os.path.samefile(hidden, Path(convpool.__file__).parent)


def test_limits_reach_the_child(place, python):
    body = "import resource\nreturn np.array(resource.getrlimit(resource.RLIMIT_NOFILE))"
    answer = call_body(place, python, body, limits=replace(LIMITS, open_files=125))[0]
    assert answer.value.tolist() == [125, 125]
