"""For loops are counted along one path through the function."""

import pytest

from convpool.check.rules.analysis.reachable_loops import ReachableLoops
from convpool.check.submissions.task_files import parse
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Outcome
from support.rule_checks import DEF, EARLY_RETURN, THREE, file_text, item, put, words

SAME = """
def convolve(images, kernels, padding='same', stride=(1, 1)):
    if padding == 'same':
        return convolve(images, kernels, (1, 1), stride)
    return images
"""
COUNTS = {
    "def f():\n    for i in x:\n        pass\n    else:\n        for j in x:\n            pass": 2,
    "def f():\n    if a:\n        for i in x: pass\n    for j in x: pass": 2,
    "def f():\n    if a:\n        for i in x: pass\n        return\n    for j in x: pass": 1,
    "def f():\n    if a:\n        return\n    elif b:\n        for i in x: p\n    else:\n        "
    "for j in x: p": 1,
    "def f():\n    for i in x:\n        if a:\n            continue\n        for j in x: pass": 2,
    "def g():\n    for i in x: pass\ndef f():\n    return {'a': g, 'b': g}['a']()": 1,
    "def g():\n    for i in x: pass\ndef h():\n    for i in x: pass\ndef f():\n    {'a': g, 'b': "
    "h}['a']()": 1,
    "def g():\n    for i in x: pass\ndef h():\n    for i in x: pass\ndef f():\n    return g() if "
    "a else h()": 1,
    "def g():\n    for i in x: pass\ndef h():\n    for i in x: pass\ndef f():\n    return g() + "
    "h()": 2,
    "def g():\n    for i in x: pass\ndef f():\n    g = 1\n    return g": 0,
    "def g():\n    for i in x: pass\nhelp = g\ndef f():\n    return help()": 1,
    "for i in x: pass\ndef f():\n    try:\n        for j in x: pass\n    except E:\n        for "
    "k in x: pass": 3,
    "def f():\n    with a:\n        for j in x: pass": 1,
    "f = lambda: g()\ndef g():\n    for i in x: pass": 1,
    "def f(): pass\nif '__main__' == __name__:\n    for i in x: pass\nelse:\n    for i in x: "
    "pass": 1,
    "def f():\n    for i in x: pass\ndef f():\n    pass": 0,
    # a return deeper than the last statement of a branch
    "def f():\n    if a:\n        p\n    else:\n        if b:\n            for i in x:\n"
    "                for j in x: p\n            return 1\n    for i in x:\n"
    "        for j in x: p": 2,
    "def f():\n    if a:\n        if b:\n            for i in x: p\n            return 1\n"
    "        else:\n            return 2\n    for i in x: p": 1,
    "def f():\n    with a:\n        for i in x: p\n        return 1\n    for j in x: p": 1,
    "def f():\n    try:\n        for i in x: p\n        return 1\n    except E:\n        p\n"
    "    for j in x: p": 2,
    "def f():\n    return 1\n    for i in x: p": 0,
    "def f():\n    for i in x:\n        if a:\n            for j in x: p\n            return 1\n"
    "    for i in x: p": 2,
    "def f():\n    for i in x:\n        if a:\n            for j in x: p\n            break\n"
    "    for i in x: p": 3,
    # values of one name, and a return under one of them
    "def f():\n    if m == 'a':\n        if b:\n            for i in x: p\n            return 1\n"
    "        for j in x: p\n    if m == 'c':\n        for k in x: p\n    return 2": 1,
    "def f():\n    if m == 'a':\n        for i in x: p\n    if m == 'a':\n        for j in x: p\n"
    "        return 1\n    return 2": 2,
}


@pytest.mark.parametrize("source", COUNTS)
def test_for_loops_are_counted_along_one_way(source):
    walk = ReachableLoops(parse(source), "f")
    assert len(walk.path) == COUNTS[source]
    assert walk.other_loops == {}


def test_a_call_of_itself_with_the_sizes_is_a_remark(folder):
    put(folder, SAME, 5)
    found = item(folder, "loops", 5)
    assert found.outcome == Outcome.HOLDS
    assert "calls the function itself once" in words(found)
    put(folder, SAME.replace("(1, 1), stride)", "padding, stride)"), 5)
    assert "convolve, which calls itself (recursion)" in words(item(folder, "loops", 5))


def test_more_written_than_run_is_a_remark(folder):
    put(folder, EARLY_RETURN)
    found = item(folder, "loops")
    assert "4 for loops are written, but at most 2 lie on one way" in words(found)


def test_task_5_may_have_three(folder):
    three = file_text(THREE).replace("convolve_grayscale_valid(images, kernel)", TASKS[5].signature)
    put(folder, three, 5)
    assert item(folder, "loops", 5).outcome == Outcome.HOLDS
    put(
        folder,
        three.replace("            pass", "            for v in [1]:\n                    pass"),
        5,
    )
    assert "three for loops are allowed" in words(item(folder, "loops", 5))


def test_loops_without_the_function_are_not_counted(folder):
    put(folder, file_text(THREE).replace("_valid", "_value"))
    found = item(folder, "loops")
    assert found.outcome == Outcome.UNCHECKED
    assert "there is no function convolve_grayscale_valid" in words(found)


def test_the_last_of_two_definitions_counts(folder):
    put(folder, file_text("return images") + "\n\n" + DEF.replace("kernel", "kernels"))
    found = item(folder, "signature")
    assert "is defined 2 times (lines 7, 12); the last one counts" in words(found)
    assert found.outcome == Outcome.FAILS
