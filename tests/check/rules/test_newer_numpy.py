"""Which of NumPy's names are newer than the brief's version."""

import subprocess
import sys

from convpool.check.rules.analysis import newer_numpy


def test_names_of_the_briefs_numpy_are_not_newer(brief):
    file = newer_numpy.__file__
    printed = subprocess.run([brief.path, file], capture_output=True, text=True, check=True).stdout
    there = set(printed.splitlines())
    assert "numpy.pad" in there
    assert there & newer_numpy.newer_names() == set()


def test_names_of_the_current_numpy_are_newer_or_older():
    there = newer_numpy.public_names()
    wanted = {
        "numpy.mean(where)",
        "numpy.lib.stride_tricks.sliding_window_view",
        "numpy.broadcast_shapes",
    }
    assert wanted <= newer_numpy.newer_names() & there
    assert (
        newer_numpy.newer_names()
        & {"numpy.pad", "numpy.bool", "numpy.float", "numpy.sum(where)", "numpy.moveaxis"}
        == set()
    )


def test_only_words_of_known_functions_are_newer():
    older = frozenset(
        {"numpy.a", "numpy.a()", "numpy.a(x)", "numpy.b", "numpy.c", "numpy.c()", "numpy.c(**)"}
    )
    newer = older | {
        "numpy.a(y)",
        "numpy.b()",
        "numpy.b(y)",
        "numpy.c(y)",
        "numpy.d",
        "numpy.d()",
        "numpy.d(y)",
    }
    assert newer_numpy.only_newer(older, newer) == {"numpy.a(y)", "numpy.d"}


def test_the_list_can_be_made_anew(tmp_path):
    older, newer = tmp_path / "older", tmp_path / "newer"
    older.write_text("numpy.a\n")
    newer.write_text("numpy.a\nnumpy.b\n")
    words = [sys.executable, newer_numpy.__file__, older, newer]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "numpy.b\n"
