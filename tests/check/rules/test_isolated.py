"""Rules in a child process: they are those of this process, and none takes longer than allowed."""

import json
import subprocess
import sys
import time

import pytest

from convpool.check.rules import isolated, registry
from convpool.check.sandbox import limits as sandbox_limits
from convpool.check.sandbox.limits import Limits
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Outcome
from support.rule_checks import STATIC, put
from support.submissions import course_folder


def test_the_child_finds_what_this_process_finds(folder):
    put(folder, "import os\ndef f():\n    pass\n", 2)
    course = course_folder(folder)
    assert isolated.judge(course, STATIC, Limits()) == registry.judge(course, STATIC)


def test_the_child_imports_no_numpy():
    """Which would take longer than the rules."""
    program = isolated._PROGRAM.replace("isolated.answer()", "print('numpy' in sys.modules)")
    words = [json.dumps(sys.path), json.dumps(isolated._FOLDERS)]
    command = [sys.executable, "-I", "-c", program, *words]
    assert subprocess.check_output(command, text=True) == "False\n"


def test_one_endless_file_leaves_the_others(folder, monkeypatch):
    for name in ("RULES_SECONDS", "STOP_SECONDS"):  # no child answers at once
        monkeypatch.setattr(isolated, name, 0)
    items = isolated.judge(course_folder(folder), STATIC, Limits())
    assert {item.outcome for item in items} == {Outcome.UNCHECKED}
    assert {item.task for item in items} == set(TASKS)
    assert items[0].findings[0].words == "the rules were not checked: no answer within 0 s"


def test_a_stop_ends_it(folder):
    limits = Limits()
    limits.stop.set()
    start = time.monotonic()
    items = isolated.judge(course_folder(folder), STATIC, limits)
    assert {item.outcome for item in items} <= {Outcome.UNCHECKED, Outcome.HOLDS}
    assert time.monotonic() - start < sandbox_limits.RULES_SECONDS


# texts that once took minutes
LONG = {
    "statements": "a=1\n" * 4000,
    "names": "".join(f"a{i} = a{i + 1}\n" for i in range(9000)) + "a9000 = np.sum\n",
    "f-strings": "x = f'{1}'+f'{2 }'\n" * 2000,
    "branches": "if a:\n    pass\n" * 8000,
    "nested": "x = " + "(" * 80 + "1" + ")" * 80 + "\n",
}


@pytest.mark.parametrize("name", LONG)
def test_long_texts_come_to_an_end(folder, name):
    put(folder, "import numpy as np\n" + LONG[name])
    items = isolated.judge(course_folder(folder), STATIC, Limits())
    assert Outcome.UNCHECKED not in {item.outcome for item in items if item.name != "loops"}
