"""Which interpreter runs the submissions."""

import os
import pathlib
import re
import sys

import numpy as np
import pytest

from convpool.check.sandbox import interpreters


def test_interpreters(monkeypatch, tmp_path):
    found = interpreters.find(sys.executable)
    assert (
        str(found)
        == f"Python {'.'.join(map(str, sys.version_info[:3]))} with NumPy {np.__version__}"
    )
    assert found.is_the_briefs is False
    assert interpreters.Interpreter(pathlib.Path("x"), "3.8.18", "1.19.2").is_the_briefs
    monkeypatch.setenv(interpreters.VARIABLE, sys.executable)
    assert interpreters.find() == found
    shim = tmp_path / "python3.8"
    shim.write_text("#!/bin/sh\necho no such version >&2\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.delenv(interpreters.VARIABLE)
    (tmp_path / "json.py").write_text("raise SystemError")  # a submission's, in the current folder
    monkeypatch.chdir(tmp_path)
    default = interpreters.find()
    assert default.is_the_briefs or default.path == found.path
    assert any("no such version" in words for words in default.skipped) or "3.8" in str(
        default.path
    )


def test_folders_that_may_not_be_read_are_passed_over(monkeypatch):
    """As /root is for an ordinary user who was given root's HOME and PATH."""
    readable, stat = os.scandir, os.stat

    def refuse(function):
        def call(path, *words, **keywords):
            if "closed" in str(path):
                raise PermissionError(13, "Permission denied", path)
            return function(path, *words, **keywords)

        return call

    monkeypatch.setattr(os, "scandir", refuse(readable))
    monkeypatch.setattr(os, "stat", refuse(stat))
    monkeypatch.setenv("HOME", "/closed")
    monkeypatch.setenv("PATH", "/closed/bin", prepend=os.pathsep)
    assert "/closed" not in "".join(interpreters._candidates())


def test_interpreters_that_will_not_do(monkeypatch, tmp_path):
    would_do = "; name a Python 3.8 with NumPy 1.19.2, or any other with NumPy"

    def words(text):
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        with pytest.raises(ValueError, match=re.escape(would_do)) as error:
            interpreters.find(str(path))
        return str(error.value).replace(str(path), "X").replace(would_do, "")

    assert (
        words("echo no such version >&2; exit 127")
        == "X does not start as a Python: no such version"
    )
    assert words("exit 0") == "X does not start as a Python: it says nothing"
    monkeypatch.setattr(interpreters, "START_SECONDS", 0.2)
    assert words("exec sleep 5").endswith("timed out after 0.2 seconds")
    monkeypatch.setattr(interpreters, "START_SECONDS", 30)
    assert "without NumPy (ModuleNotFoundError: No module named 'numpy')" in words(
        f'exec {sys.executable} -S "$@"'
    )
    with pytest.raises(
        ValueError,
        match=r"^'python of nobody' is no program that can be started; name a Python 3.8",
    ):
        interpreters.find("python of nobody")
