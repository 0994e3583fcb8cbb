"""Every example on a rule's page holds or fails as it says, and the seven files hold."""

import ast
import subprocess

import pytest

from convpool.check.rules.registry import RULES, judge
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Outcome
from support.rule_checks import (
    HAS_GIT,
    HAS_STYLE,
    item,
    items,
    put,
    words,
)
from support.submissions import OURS, course_folder

EXAMPLES = [
    pytest.param(name, example, outcome, id=f"{name}-{outcome.name}-{place}")
    for name, each in RULES.items()
    for outcome, side in ((Outcome.HOLDS, each.good), (Outcome.FAILS, each.bad))
    for place, example in enumerate(side)
]


@pytest.mark.parametrize(("name", "example", "outcome"), EXAMPLES)
def test_examples_of_the_pages(folder, name, example, outcome):
    if (name == "pycodestyle" and not HAS_STYLE) or ("git " in example and not HAS_GIT):
        pytest.skip("pycodestyle or git is missing")
    if example.startswith("$ "):
        subprocess.run(["sh", "-c", example[2:]], cwd=folder, check=True)
    else:
        put(
            folder,
            ast.literal_eval(example)
            if example.startswith("b") and example[1] in "'\""
            else example + "\n",
        )
    # the file's own absence stands under its task
    found = item(folder, name, None if RULES[name].needs == "folder" and name != "file" else 0)
    assert found.outcome == outcome, words(found)
    assert all(finding.words and finding.file for finding in found.findings)


@pytest.mark.parametrize("name", RULES)
def test_pages_are_whole(name):
    each = RULES[name]
    assert each.title.endswith(".")
    assert each.why
    assert each.good
    assert each.bad


def test_nothing_is_found_in_the_seven_files():
    found = judge(course_folder(OURS, root=OURS.parents[1]))
    assert {
        (each.task, each.name, words(each)) for each in found if each.outcome != Outcome.HOLDS
    } == (set() if HAS_STYLE else {(task, "pycodestyle", words(found[-1])) for task in TASKS})
    assert len(found) == len(TASKS) * (len(RULES) - 1) + 1


def test_nothing_is_found_in_the_seven_files_by_the_briefs_python(brief):
    found = judge(course_folder(OURS, brief, OURS.parents[1]))
    assert [words(each) for each in found if each.outcome == Outcome.FAILS] == []
    assert {each.outcome for each in found if each.name == "syntax"} == {Outcome.HOLDS}


def test_names_choose_rules(folder):
    assert {each.name for each in items(folder, "loops", "readme")} == {"loops", "readme"}
    assert {each.name for each in items(folder)} == set(RULES)


def test_measure_is_that_of_wc():
    for source in course_folder(OURS).files.values():
        printed = subprocess.run(
            ["wc", source.path], capture_output=True, text=True, check=True
        ).stdout
        assert source.word_counts == tuple(map(int, printed.split()[:3]))
