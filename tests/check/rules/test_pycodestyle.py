"""pycodestyle and the brief's Python, in child processes."""

import importlib.util

import pytest

from convpool.check.rules import pycodestyle
from convpool.check.sandbox import interpreters
from convpool.check.sandbox.static_checks import StaticRun
from convpool.check.verdicts import Outcome, UncheckedError
from support.rule_checks import HAS_STYLE, file_text, item, put, words
from support.submissions import course_folder


def test_repeated_slips_are_one_finding():
    found = pycodestyle.merge("W291", [(line, "trailing whitespace") for line in range(3, 63)])
    assert (
        found.words
        == "trailing whitespace, also in lines 4, 5, 6, 7, 8 and 54 more: delete the spaces"
    )
    assert (found.line, found.code) == (3, "W291")


@pytest.mark.skipif(not HAS_STYLE, reason="pycodestyle is missing")
def test_settings_of_the_student_are_not_read(folder):
    for name in ("setup.cfg", "tox.ini"):
        (folder / name).write_text("[pycodestyle]\nignore = E,W\n")
    put(folder, file_text("return images [0]"))
    assert item(folder, "pycodestyle").outcome == Outcome.FAILS


NEWER = {
    "@ property\ndef f(): pass": "E204",
    "if(x): pass": "E275",
    "x = type(a) == int": "E721",
    "f = lambda l: l": "E741",
    "x = f'{a,b}'": "E231",
}


@pytest.mark.parametrize("text", NEWER)
def test_what_came_after_2_6_is_left_out(folder, text):
    put(folder, text + "\n")
    source = course_folder(folder).files[0]
    column = text.find("a,b") + 1 if "a,b" in text else 1
    assert not pycodestyle.is_in_2_6(source, 1, column, NEWER[text])
    assert pycodestyle.is_in_2_6(source, 1, 1, "E501")


def test_what_2_6_has_is_kept(folder):
    put(folder, "from math import(ceil)\nif type(a) == type(b): x = f'{a}'+1\n")
    source = course_folder(folder).files[0]
    assert pycodestyle.is_in_2_6(source, 1, 16, "E275")
    assert pycodestyle.is_in_2_6(source, 2, 11, "E721")
    assert pycodestyle.is_in_2_6(source, 2, 34, "E225")


def test_the_briefs_pycodestyle_is_asked(folder, brief):
    if brief.pycodestyle != "2.6.0":
        pytest.skip("the brief's Python has no pycodestyle 2.6.0")
    put(folder, "@ property\ndef f(): return(1)\n")
    codes = {finding.code for finding in item(folder, "pycodestyle", python=brief).findings}
    assert not codes & {"E204", "E275", "E704"}
    put(folder, "x = [1,2]\n")
    (found,) = item(folder, "pycodestyle", python=brief).findings
    assert (found.code, found.line) == ("E231", 1)


def test_without_pycodestyle_the_line_that_brings_it_is_named(folder, monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", missing)
    found = item(folder, "pycodestyle")
    assert found.outcome == Outcome.UNCHECKED
    assert 'pip install "convpool[check]"' in words(found)


def fake(tmp_path, script):
    """A Python 3.8 that answers otherwise."""
    path = tmp_path / "python3.8"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return interpreters.Interpreter(
        path=path, version="3.8.18", numpy="1.19.2", pycodestyle="2.6.0"
    )


@pytest.mark.parametrize(
    ("script", "expected"),
    [("echo no >&2; exit 3", "ended with 3: no"), ("sleep 9", "within 0.2 s")],
)
def test_a_python_that_fails_is_said(folder, tmp_path, monkeypatch, script, expected):
    monkeypatch.setattr("convpool.check.sandbox.static_checks.STATIC_SECONDS", 0.2)
    python = fake(tmp_path, script)
    found = item(folder, "pycodestyle", python=python)
    assert found.outcome == Outcome.UNCHECKED
    assert expected in words(found)
    # the current one reads the syntax instead
    assert item(folder, "syntax", python=python).outcome == Outcome.HOLDS


def test_a_python_that_is_gone_is_said(tmp_path):
    python = interpreters.Interpreter(
        path=tmp_path / "none", version="3.8.18", numpy="1.19.2", pycodestyle="2.6.0"
    )
    (answer,) = StaticRun({"a.py": "x = 1\n"}, python).syntax_errors.values()
    assert isinstance(answer, UncheckedError)
    assert "does not start" in str(answer)


LATER = [
    "match x:\n    case 1:\n        pass\n",
    "with (open('a') as a, open('b') as b):\n    pass\n",
    "try:\n    pass\nexcept* ValueError:\n    pass\n",
    "@a[0].b\ndef f():\n    pass\n",
    "x = f'{'a'}'\n",
    "return 1\n",
    "x = [1, 2\n",
]


@pytest.mark.parametrize("text", LATER)
def test_the_briefs_python_refuses_what_came_later(folder, brief, text):
    put(folder, text)
    found = item(folder, "syntax", python=brief)
    assert found.outcome == Outcome.FAILS
    assert found.findings[0].line in (1, 2, 3)
