"""The checker's static rules: every page's examples, the seven files, odd styles that are right,
and what is broken.
"""

import ast
import importlib.util
import os
import random
import shutil
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convpool.check.rules import newer_numpy, style
from convpool.check.rules.reachable_loops import ReachableLoops
from convpool.check.rules.registry import RULES, judge
from convpool.check.sandbox import interpreters
from convpool.check.sandbox.static_run import StaticRun
from convpool.check.submissions.task_files import MAX_BYTES, CourseFolder, parse
from convpool.check.tasks import FIRST_LINE, TASKS
from convpool.check.verdicts import Outcome, UncheckedError
from support.submissions import FILES, OURS, copy_ours, course_folder

FIRST = FILES[0]
HAS_STYLE = importlib.util.find_spec("pycodestyle") is not None
STATIC = [name for name in RULES if name != "pycodestyle"]
HAS_GIT = shutil.which("git") is not None


@pytest.fixture
def folder(tmp_path):
    """A right submission: a copy of ours."""
    return copy_ours(tmp_path / "course")


def items(folder, *names, python=None):
    return judge(course_folder(folder, python), names or None)


def item(folder, name, task=0, python=None):
    (found,) = (
        found
        for found in items(folder, name, python=python)
        if found.task == task and found.name == name
    )
    return found


def put(folder, text, task=0):
    """Write a task's file, and keep its run bit."""
    (folder / FILES[task]).write_bytes(text if isinstance(text, bytes) else text.encode())


def words(found):
    return " / ".join(finding.words for finding in (*found.findings, *found.remarks))


@pytest.fixture(scope="module")
def brief():
    """The brief's Python, where there is one."""
    found = interpreters.find()
    if not found.is_the_briefs:
        pytest.skip("no Python 3.8 with NumPy 1.19.2 starts here")
    return found


# ---- pages ----

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


# ---- the seven files ----


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
        told = subprocess.run(
            ["wc", source.path], capture_output=True, text=True, check=True
        ).stdout
        assert source.word_counts == tuple(map(int, told.split()[:3]))


# ---- what is right, and what is not ----

HEAD = f'{FIRST_LINE}\n"""A task."""\nimport numpy as np\nfrom math import ceil, floor\n\n\n'
DEF = 'def convolve_grayscale_valid(images, kernel):\n    """Convolve."""\n'


def written(body, before=""):
    return HEAD + before + DEF + "".join(f"    {line}\n" for line in body.splitlines())


TWO = "for i in range(3):\n    for j in range(3):\n        pass"
HELPER = '''def row(images):
    """Sum a row."""
    for j in range(3):
        images[j] += 1
    return images


'''
CLASS = '''class Conv:
    """A convolution."""

    def __init__(self, images):
        """Keep the images."""
        self.images = images

    def run(self):
        """Go."""
        {line}
        return Conv.size(self.images)

    @staticmethod
    def size(images):
        """Size."""
        return images.shape


'''
TWO_INSIDE = "    for i in range(3):\n        for j in range(3):\n            pass\n"
CHOICES = [f"if kernel == '{word}':\n{TWO_INSIDE}" for word in ("max", "avg")]
RIGHT = {
    "no loop": written("return np.tensordot(np.array(images), kernel)"),
    "flat": written("for t in range(9):\n    i, j = divmod(t, 3)\nreturn images"),
    "two after another": written("for i in range(3):\n    pass\nfor j in range(3):\n    pass"),
    "branches": written(
        f"if kernel is None:\n    {TWO.replace(chr(10), chr(10) + '    ')}\nelse:\n    pass\n"
    ),
    "early return": written(
        "if kernel is None:\n    for i in range(3):\n        for j in range(3):\n            "
        "pass\n    return 1\n" + TWO
    ),
    "ifs that exclude each other": written(f"{CHOICES[0]}{CHOICES[1]}"),
    "elifs, then an if of the same name": written(
        f"{CHOICES[0]}el{CHOICES[1]}if type(kernel) is tuple:\n{TWO_INSIDE}"
    ),
    "the same asked twice": written(
        "if kernel == 'max':\n    for i in range(3):\n        pass\n" * 2
    ),
    "helper": written("for i in range(3):\n    row(images)", HELPER),
    "helper called twice": written(
        "row(images)\nrow(kernel)\nfor i in range(3):\n    pass", HELPER
    ),
    "helper that is not called": written(TWO, HELPER),
    "helper's name for a variable": written("row = images[0]\n" + TWO + "\nreturn row", HELPER),
    "main": written(TWO) + "\n\nif __name__ == '__main__':\n    print([n for n in range(3)])\n",
    "choice": written("return {'max': lambda x: x, 'avg': np.mean}['max'](images)"),
    "ufunc reduce": written("return np.add.reduce(images) + np.maximum.reduce(images)"),
    "sum of zip": written("return sum(images), max(zip(images, kernel)), list(range(3))"),
    "ndindex": written("for i, j in np.ndindex(3, 3):\n    pass"),
    "re-entry": written(
        "if kernel == 'same':\n    return convolve_grayscale_valid(images, 1)\n" + TWO
    ),
    "class": written(
        "return Conv(images).run()", CLASS.format(line="for i in range(3):\n            pass")
    ),
    "own convolve": written(
        TWO + "\nconvolve(images)",
        "def convolve(images):\n    '''Mine.'''\n    return images\n\n\n",
    ),
    "correlate": written("return np.correlate(images, kernel)"),
    "types": written("return images").replace(
        "(images, kernel)", "(images: np.ndarray, kernel: np.ndarray) -> 'm'"
    ),
    "imports otherwise": written("return images").replace("ceil, floor", "floor"),
    "old names": written("return images.astype(np.float) + np.bool(0)"),
    "walrus": written("if (n := len(images)) > 3:\n    return n"),
    "async in a string": written("return 'async for [i for i in j] np.convolve'"),
    "method named map": written("return images.map(kernel), np.piecewise"),
    "variable named filter": written("filter = images[0]\nreturn filter * kernel"),
    "nested function": written(
        "def inner():\n    '''One.'''\n    for i in range(3):\n        pass\ninner()"
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_styles_hold(folder, name):
    put(folder, RIGHT[name])
    failed = [
        f"{each.name}: {words(each)}" for each in items(folder) if each.outcome == Outcome.FAILS
    ]
    assert failed == []


THREE = TWO.replace("pass", "for u in range(3):\n            pass")
# name: the file, and what fails with a part of its words
BROKEN = {
    "third loop": (
        written(THREE),
        {"loops": "for u in range(3) is one too many: two for loops are allowed, and lines"},
    ),
    "loop over images": (
        written(TWO.replace("pass", "for n in range(images.shape[0]):\n            pass")),
        {"loops": "Take all images at once"},
    ),
    "loop over the window": (
        written(THREE.replace("u in range(3)", "u in range(kh)")),
        {"loops": "whole window"},
    ),
    "loop over channels": (
        written(THREE.replace("u in range(3)", "u in range(c)")),
        {"loops": "over the channels"},
    ),
    "helper's loop": (
        written(TWO + "\nrow(images)", HELPER),
        {"loops": "for j in range(3) is one too many"},
    ),
    "loop of the module": (
        written(TWO, "TABLE = []\nfor n in range(3):\n    TABLE.append(n)\n\n\n"),
        {"loops": "one too many"},
    ),
    "lambda": (
        written("f = lambda x: [n for n in x]\nreturn f(images)"),
        {"loops": "a list", "pycodestyle": "E731"},
    ),
    "mutual recursion": (
        written(
            "return even(9)",
            "def even(n):\n    '''Even.'''\n    return n == 0 or odd(n - 1)\n\n\n"
            "def odd(n):\n    '''Odd.'''\n    return n != 0 and even(n - 1)\n\n\n",
        ),
        {"loops": "even, which calls itself (recursion)"},
    ),
    "ifs that ask for the same": (written(CHOICES[0] * 2), {"loops": "one too many"}),
    "ifs between which the name is set": (
        written(f"{CHOICES[0]}kernel = 'avg'\n{CHOICES[1]}"),
        {"loops": "one too many"},
    ),
    "ifs of two names": (
        written(CHOICES[0] + CHOICES[1].replace("kernel", "images")),
        {"loops": "one too many"},
    ),
    "ifs with an else": (
        written(f"{CHOICES[0]}else:\n    pass\n{CHOICES[1]}"),
        {"loops": "one too many"},
    ),
    "loops, then a choice": (written(TWO + "\n" + CHOICES[0]), {"loops": "one too many"}),
    "recursion": (
        written("return convolve_grayscale_valid(images[1:], kernel)"),
        {"loops": "(recursion)"},
    ),
    "method": (
        written("return Conv(images).run()", CLASS.format(line="i = [n for n in '']")),
        {"loops": "a list"},
    ),
    "method recursion": (
        written("return Conv(images).run()", CLASS.format(line="self.run()")),
        {"loops": "recursion"},
    ),
    "map": (written("return list(map(np.sum, images))"), {"loops": "map is a loop too"}),
    "filter": (written("return list(filter(None, images))"), {"loops": "filter is a loop too"}),
    "alias": (
        written("go = np.apply_along_axis\nreturn go(np.sum, 0, images)"),
        {"loops": "np.apply_along_axis"},
    ),
    "nditer": (
        written("for x in np.nditer(images):\n    pass"),
        {"loops": "np.nditer is a loop too"},
    ),
    "ndindex list": (written("return list(np.ndindex(3, 3))"), {"loops": "np.ndindex"}),
    "eval": (
        written("return eval('[i for i in images]')"),
        {"loops": "eval, which can hide a loop"},
    ),
    "decorator": (
        written("return images").replace(DEF, "@np.vectorize\n" + DEF),
        {"loops": "np.vectorize"},
    ),
    "default": (
        written(
            "return images", "def size(n=[i for i in '']):\n    '''Size.'''\n    return n\n\n\n"
        ),
        {"loops": "a list comprehension"},
    ),
    "set comprehension": (written("return {i for i in images}"), {"loops": "a set comprehension"}),
    "dict comprehension": (
        written("return {i: 1 for i in images}"),
        {"loops": "a dict comprehension"},
    ),
    "os": (
        HEAD.replace("import numpy as np", "import os\nimport numpy as np") + DEF,
        {"imports": "import os is not"},
    ),
    "numpy as n": (
        written("return images").replace("as np", "as n"),
        {"imports": "import numpy as n is not allowed"},
    ),
    "relative": (
        written("from . import convolve\nreturn convolve"),
        {"imports": "from . import convolve"},
    ),
    "renamed": (
        written("return images").replace("floor\n", "floor as fl\n"),
        {"imports": "from math import floor as fl"},
    ),
    "getattr": (
        written("return getattr(np, 'pad')(images, 1)"),
        {"no-getattr": "getattr(np, 'pad') looks a name up"},
    ),
    "vars": (written("return vars(np)['pad']"), {"no-getattr": "vars(np)"}),
    "convolve": (
        written("c = np.convolve\nreturn c(images, kernel)"),
        {"no-np-convolve": "np.convolve is not allowed"},
    ),
    "default of a parameter": (
        written(
            "return f(images)",
            "def f(images, c=np.convolve):\n    '''F.'''\n    return c(images, images)\n\n\n",
        ),
        {"no-np-convolve": "np.sum(window * kernel)"},
    ),
    "new name": (
        written("return np.permute_dims(images)"),
        {"numpy-names": "np.permute_dims came after NumPy 1.19.2"},
    ),
    "new word": (
        written("return np.mean(images, where=True)"),
        {"numpy-names": "where= of np.mean came after"},
    ),
    "no such function": (
        written("return images").replace("_valid", "_value"),
        {
            "signature": "the file has no function convolve_grayscale_valid(images, kernel); "
            "convolve_grayscale_value is"
        },
    ),
    "inside a class": (
        HEAD
        + "class Conv:\n    '''Conv.'''\n\n    "
        + DEF.replace("\n", "\n    ")
        + "    return images\n",
        {"signature": "convolve_grayscale_valid is inside another definition"},
    ),
    "keyword only": (
        written("return images").replace("images, kernel)", "images, *, kernel)"),
        {"signature": "kernel by keyword only"},
    ),
    "position only": (
        written("return images").replace("images, kernel)", "images, kernel, /)"),
        {"signature": "images, kernel by position only"},
    ),
    "more parameters": (
        written("return images").replace("kernel)", "kernel, debug=False)"),
        {"signature": "its parameters are (images, kernel, debug)"},
    ),
    "syntax": (
        written("return (images"),
        {"syntax": "Python 3.8 cannot read the file: '(' was never closed"},
    ),
    "empty docstring": (
        written("return 1").replace('"Convolve."', '" "'),
        {"function-docstring": "has no docstring"},
    ),
    "async": (
        written("return 1").replace("def ", "async def "),
        {"signature": "defined by async def"},
    ),
    "spaces": (written("return images [0]"), {"pycodestyle": "E211"}),
    "long line": (written(f"return {'1 + ' * 30}1"), {"pycodestyle": "line too long"}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_ones_fail_where_they_should_and_nowhere_else(folder, name):
    text, expected = BROKEN[name]
    put(
        folder,
        text if text.endswith("\n") and not text.endswith(DEF) else text + "    return images\n",
    )
    failed = {
        each.name: each
        for each in items(folder)
        if each.outcome == Outcome.FAILS and each.task == 0
    }
    wanted = {rule for rule in expected if rule != "pycodestyle" or HAS_STYLE}
    assert set(failed) == wanted, {rule: words(each) for rule, each in failed.items()}
    for rule in wanted:
        codes = "".join(finding.code for finding in failed[rule].findings)
        assert expected[rule] in words(failed[rule]) + codes
        assert all(finding.line and finding.file == FIRST for finding in failed[rule].findings)


# task: what is written for its parameters, and whether that is the brief's
SIGNATURES = [
    (3, "images, kernel, padding='same', stride=(1, 1)", ""),
    (3, 'images, kernel, padding="same", stride=(1,1)', ""),
    (3, "images, kernel, padding: str = 'same', stride=(1, 1)", ""),
    (
        3,
        "images, kernel, padding='same', stride=[1, 1]",
        "stride has the default [1, 1], not (1, 1)",
    ),
    (
        3,
        "images, kernel, padding='valid', stride=(1, 1)",
        "padding has the default 'valid', not 'same'",
    ),
    (3, "images, kernel, padding='same', stride=(1, True)", "not (1, 1)"),
    (3, "images, kernel, padding, stride", "padding has no default, not 'same'"),
    (3, "images, kernel, padding=SAME, stride=(1, 1)", "the default SAME"),
    (
        3,
        "images, kernel, stride=(1, 1), padding='same'",
        "its parameters are (images, kernel, stride, padding)",
    ),
    (3, "images, kernel, padding='same', stride=(1, 1), **more", "**more"),
    (6, "images, kernel_shape, stride, mode='max'", ""),
    (
        6,
        "images, kernel_shape, stride=(1, 1), mode='max'",
        "stride has the default (1, 1); the brief has pool(images",
    ),
]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if True:", ""),
        ("if np is None:\n    pass\nelse:", ""),
        ("try:", "except ImportError:\n    pass\n"),
        ("try:\n    import numba\nexcept ImportError:", ""),
        ("try:\n    import numba\nexcept ImportError:\n    pass\nelse:", ""),
        ("try:\n    pass\nfinally:", ""),
        ("with open(__file__):", ""),
        ("for _ in range(1):", ""),
        ("while True:", "    break\n"),
        ("if True:\n    pass\nelif True:", ""),
    ],
)
@pytest.mark.parametrize(
    ("parameters", "holds"), [("images, kernel", True), ("images, kernels", False)]
)
def test_a_function_may_be_defined_under_a_statement(folder, before, after, parameters, holds):
    """Of the module: the brief's programs can import it then."""
    task = TASKS[0].function
    put(
        folder,
        f"import numpy as np\n{before}\n    def {task}({parameters}):\n        return "
        f"images\n{after}",
        0,
    )
    found = item(folder, "signature", 0)
    assert (found.outcome == Outcome.HOLDS) == holds
    assert holds or "its parameters are (images, kernels)" in words(found)


@pytest.mark.parametrize(("task", "parameters", "expected"), SIGNATURES)
def test_signatures(folder, task, parameters, expected):
    put(folder, f"def {TASKS[task].function}({parameters}):\n    return images\n", task)
    found = item(folder, "signature", task)
    assert (found.outcome == Outcome.HOLDS) == (not expected)
    assert expected in words(found)


# ---- loops, counted ----

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
    put(folder, RIGHT["early return"])
    found = item(folder, "loops")
    assert "4 for loops are written, but at most 2 lie on one way" in words(found)


def test_task_5_may_have_three(folder):
    three = written(THREE).replace("convolve_grayscale_valid(images, kernel)", TASKS[5].signature)
    put(folder, three, 5)
    assert item(folder, "loops", 5).outcome == Outcome.HOLDS
    put(
        folder,
        three.replace("            pass", "            for v in [1]:\n                    pass"),
        5,
    )
    assert "three for loops are allowed" in words(item(folder, "loops", 5))


def test_loops_without_the_function_are_not_counted(folder):
    put(folder, written(THREE).replace("_valid", "_value"))
    found = item(folder, "loops")
    assert found.outcome == Outcome.UNCHECKED
    assert "there is no function convolve_grayscale_valid" in words(found)


def test_the_last_of_two_definitions_counts(folder):
    put(folder, written("return images") + "\n\n" + DEF.replace("kernel", "kernels"))
    found = item(folder, "signature")
    assert "is defined 2 times (lines 7, 12); the last one counts" in words(found)
    assert found.outcome == Outcome.FAILS


# ---- files that are none ----


def not_there(folder):
    (folder / FIRST).unlink()


def a_folder(folder):
    not_there(folder)
    (folder / FIRST).mkdir()


def a_pipe(folder):
    not_there(folder)
    os.mkfifo(folder / FIRST)


def outside(folder):
    not_there(folder)
    (folder / FIRST).symlink_to("/etc/hostname")


def nowhere(folder):
    not_there(folder)
    (folder / FIRST).symlink_to("nothing")


def round_and_round(folder):
    not_there(folder)
    (folder / FIRST).symlink_to(FIRST)


def other_name(folder):
    (folder / FIRST).rename(folder / "0-Convolve-Grayscale-Valid.py")


def nothing(folder):
    put(folder, b" \n\n")


def huge(folder):
    put(folder, b"# " + b"x" * 10_000_000)


UNREADABLE = {
    not_there: "is missing",
    a_folder: "is a folder",
    a_pipe: "is no plain file",
    outside: "is a link to /etc/hostname, outside the submission",
    nowhere: "is missing",
    round_and_round: "cannot be read",
    other_name: "is missing; 0-Convolve-Grayscale-Valid.py is there: rename it",
    nothing: "is empty",
    huge: f"has 10000002 bytes and is not read: at most {MAX_BYTES} would do",
}


@pytest.mark.parametrize("change", UNREADABLE)
def test_a_file_that_cannot_be_read_is_one_item(folder, change):
    change(folder)
    found = [each for each in items(folder, *STATIC) if each.task == 0]
    assert [(each.name, each.outcome) for each in found] == [("file", Outcome.FAILS)]
    assert UNREADABLE[change] in words(found[0])


def test_a_link_within_the_submission_is_followed(folder):
    (folder / "mine.py").write_bytes((folder / FIRST).read_bytes())
    (folder / "mine.py").chmod(0o755)
    not_there(folder)
    (folder / FIRST).symlink_to("mine.py")
    assert {each.outcome for each in items(folder, "file", "run-bit", "loops")} == {Outcome.HOLDS}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_the_right_to_read_it(folder):
    (folder / FIRST).chmod(0)
    assert "permission denied" in words(item(folder, "file"))


HOSTILE = {
    "parentheses": b"x = " + b"(" * 20_000 + b")" * 20_000,
    "minus": b"x = " + b"-" * 100_000 + b"1",
    "plus": b"x = 1" + b" + 1" * 20_000,
    "attributes": b"x = np" + b".a" * 20_000,
    "elif": b"if a: pass\n" + b"elif a: pass\n" * 5_000,
    "nested": b"\n".join(b" " * n + b"if a:" for n in range(99)) + b"\n" + b" " * 99 + b"pass",
    "null": b"x = 1\0\n",
    "latin": b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
    "no codec": b"# -*- coding: nothing -*-\nx = 1\n",
    "number": b"x = " + b"9" * 100_000 + b"\n",
    "form feeds": b"\x0c\x0c\n\x0cx = 1\n",
    "surrogates": b"\xed\xa0\x80\n",
    "mark": b"\xef\xbb\xbf" + HEAD.encode(),
    "returns": HEAD.replace("\n", "\r").encode(),
    "tabs": b"if a:\n\tb\n        c\n",
    "backslash": b"x = 1 \\",
    "fstring": b"f'{x!r:{y}}' f'{'\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_odd_bytes_are_judged(folder, name):
    put(folder, HOSTILE[name])
    found = [each for each in items(folder) if each.task == 0]
    assert [each.name for each in found] == [
        name for name in RULES if RULES[name].needs != "folder" or name == "file"
    ]
    assert all(words(each) for each in found if each.outcome != Outcome.HOLDS)


def test_what_cannot_be_parsed_is_said_once(folder):
    put(folder, written("return (images"))
    found = {each.name: each for each in items(folder) if each.task == 0}
    assert found["syntax"].outcome == Outcome.FAILS
    unchecked = {name for name, each in found.items() if each.outcome == Outcome.UNCHECKED}
    assert unchecked == {name for name, each in RULES.items() if each.needs == "tree"}
    assert words(found["loops"]) == "the file cannot be parsed; see syntax"


def test_what_is_not_utf8_is_said_once(folder):
    put(folder, HEAD.encode() + b"# \xe9\n")
    found = {each.name: each for each in items(folder) if each.task == 0}
    assert "the byte E9 is no UTF-8" in words(found["utf8"])
    assert found["utf8"].findings[0].line == 7
    assert words(found["syntax"]) == words(found["loops"]) == "the file is not UTF-8"


@pytest.mark.parametrize(("end", "other"), [(b"\r\n", "line-ends"), (b"\r", "line-ends")])
def test_one_slip_one_finding(folder, end, other):
    put(folder, (folder / FIRST).read_bytes().replace(b"\n", end))
    assert [each.name for each in items(folder) if each.outcome == Outcome.FAILS] == [other]


def test_a_missing_end_is_one_finding(folder):
    put(folder, (folder / FIRST).read_bytes().rstrip(b"\n"))
    assert [each.name for each in items(folder) if each.outcome == Outcome.FAILS] == [
        "final-newline"
    ]


def test_a_byte_order_mark_is_one_finding(folder):
    put(folder, b"\xef\xbb\xbf" + (folder / FIRST).read_bytes())
    assert [each.name for each in items(folder) if each.outcome == Outcome.FAILS] == ["utf8"]


def test_a_late_first_line_is_one_finding(folder):
    put(folder, b"\n" + (folder / FIRST).read_bytes())
    (found,) = (each for each in items(folder) if each.outcome == Outcome.FAILS)
    assert found.name == "first-line"
    assert "it stands in line 2" in words(found)


def test_what_is_slipped_once_is_said_once(folder):
    called = (
        "for image in images:\n    [n for n in image]\n    np.convolve(image, kernel)\n    "
        "(n for n in image)"
    )
    put(
        folder,
        written(
            f"slide = np.convolve\n{called}\nreturn {{i for i in kernel}}, [n for n in images]"
        ),
    )
    (found,) = item(folder, "no-np-convolve").findings
    assert found.line == 9
    assert "also in line 12" in found.words
    told = [
        finding.words.partition(" is a loop too")[::2] for finding in item(folder, "loops").findings
    ]
    kinds = ["a list comprehension", "a generator expression", "a set comprehension"]
    assert [kind for kind, _ in told] == kinds
    assert [rest.partition(":")[0] for _, rest in told] == [" (also in line 14)", "", ""]


SIGNATURES = {
    "*arrays": "it takes *arrays; the brief has",
    "": "it has no parameters; the brief has",
    "images=1, kernel=2": "images has the default 1 and kernel has the default 2; the brief has",
    "images, *, kernel": "it takes kernel by keyword only; the brief has",
}


@pytest.mark.parametrize("parameters", SIGNATURES)
def test_a_signature_is_one_finding(folder, parameters):
    put(folder, written("return 1").replace("(images, kernel)", f"({parameters})"))
    (found,) = item(folder, "signature").findings
    assert found.words.startswith(SIGNATURES[parameters])


def test_the_loop_that_is_not_needed_is_named(folder):
    loops = (
        "for n in range(m):\n    for i in range(h - kh + 1):\n        for j in range(w - kw "
        "+ 1):\n            pass"
    )
    put(folder, written(loops))
    (found,) = item(folder, "loops").findings
    assert found.line == 11
    assert "The loop in line 9 is not needed: take all images at once" in found.words


def test_line_ends_of_a_whole_file_are_said_the_same_everywhere(folder):
    for name in FILES:
        (folder / name).write_bytes((folder / name).read_bytes().replace(b"\n", b"\r\n"))
    told = [
        each.findings[0].words.replace(FILES[each.task], "FILE")
        for each in items(folder, "line-ends")
    ]
    assert (
        told
        == [
            "every line ends with a carriage return (CR): save with line ends LF, or sed -i "
            "'s/\\r$//' FILE"
        ]
        * 7
    )


ADVICE = {
    "total = 1;": "E703 leave out the semicolon",
    "#total": "E265 write # and a space",
    "half = lambda n: n": "E731 write def",
    "l = 1": "E741 choose a name",
    "total = '\\d'": "W605 double the backslash",
    "total=1": "E225 one space",
}


@pytest.mark.skipif(not HAS_STYLE, reason="pycodestyle is missing")
@pytest.mark.parametrize("line", ADVICE)
def test_a_slip_of_style_says_what_would_do(folder, line):
    put(folder, written(line))
    (found,) = item(folder, "pycodestyle").findings
    code, _, remedy = ADVICE[line].partition(" ")
    assert found.code == code
    assert f": {remedy}" in found.words


# ---- run bits ----


def test_run_bits_that_an_archive_does_not_tell_cannot_be_checked(folder):
    (folder / FIRST).chmod(0o644)
    judged = {
        each.task: each
        for each in judge(CourseFolder(folder, folder, keeps_run_bits=False), ["run-bit"])
    }
    assert judged[0].outcome == Outcome.UNCHECKED
    assert (
        words(judged[0])
        == f"the archive does not say which files may be run; on Linux or macOS: chmod +x {FIRST}"
    )
    assert judged[1].outcome == Outcome.HOLDS


def test_lost_run_bits_are_said(folder):
    (folder / FIRST).chmod(0o644)
    assert "may have lost it" not in words(item(folder, "run-bit"))
    for name in FILES:
        (folder / name).chmod(0o644)
    assert "uploading or unpacking may have lost it" in words(item(folder, "run-bit"))


@pytest.mark.skipif(not HAS_GIT, reason="git is missing")
def test_no_program_of_a_repository_is_run(tmp_path, folder):
    def git(*told):
        subprocess.run(["git", *told], cwd=folder, check=True, capture_output=True)

    trap, sprung = tmp_path / "trap", tmp_path / "sprung"
    trap.write_text(f"#!/bin/sh\ntouch {sprung}\n")
    trap.chmod(0o755)
    git("init", "-q", ".")
    git("add", ".")
    hook = folder / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    shutil.copy(trap, hook)
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "filter.x.clean", "core.editor"):
        git("config", key, str(trap))
    (folder / FIRST).chmod(0o644)
    assert item(folder, "run-bit").outcome == Outcome.HOLDS
    assert not sprung.exists()
    (folder / ".git" / "index").write_bytes(b"DIRC nonsense")
    assert item(folder, "run-bit").outcome == Outcome.FAILS


@pytest.mark.skipif(not HAS_GIT, reason="git is missing")
def test_a_clone_above_the_folder_counts(tmp_path):
    inner = tmp_path / "math" / "course"
    inner.parent.mkdir()
    copy_ours(inner)
    subprocess.run(
        ["sh", "-c", "git init -q . && git add . && chmod -x math/course/*.py"],
        cwd=tmp_path,
        check=True,
    )
    assert {each.outcome for each in items(inner, "run-bit")} == {Outcome.HOLDS}


# ---- pycodestyle and the brief's Python ----


def test_repeated_slips_are_one_finding():
    found = style.merge("W291", [(line, "trailing whitespace") for line in range(3, 63)])
    assert (
        found.words
        == "trailing whitespace, also in lines 4, 5, 6, 7, 8 and 54 more: delete the spaces"
    )
    assert (found.line, found.code) == (3, "W291")


@pytest.mark.skipif(not HAS_STYLE, reason="pycodestyle is missing")
def test_settings_of_the_student_are_not_read(folder):
    for name in ("setup.cfg", "tox.ini"):
        (folder / name).write_text("[pycodestyle]\nignore = E,W\n")
    put(folder, written("return images [0]"))
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
    assert not style.is_in_2_6(source, 1, column, NEWER[text])
    assert style.is_in_2_6(source, 1, 1, "E501")


def test_what_2_6_has_is_kept(folder):
    put(folder, "from math import(ceil)\nif type(a) == type(b): x = f'{a}'+1\n")
    source = course_folder(folder).files[0]
    assert style.is_in_2_6(source, 1, 16, "E275")
    assert style.is_in_2_6(source, 2, 11, "E721")
    assert style.is_in_2_6(source, 2, 34, "E225")


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
    monkeypatch.setattr("convpool.check.sandbox.static_run.STATIC_SECONDS", 0.2)
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


# ---- NumPy's names ----


def test_names_of_the_briefs_numpy_are_not_newer(brief):
    file = newer_numpy.__file__
    told = subprocess.run([brief.path, file], capture_output=True, text=True, check=True).stdout
    there = set(told.splitlines())
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


# ---- anything at all ----

PIECES = [
    "for i in x:",
    "    ",
    "\n",
    "(",
    ")",
    "lambda: ",
    "def f():",
    "np.",
    "import ",
    "class A:",
    '"""',
    "f'{",
    "\\",
    ":=",
]


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """A folder for one file: only what is there is parsed."""
    return tmp_path_factory.mktemp("rules")


@given(
    data=st.binary(max_size=300)
    | st.lists(st.sampled_from(PIECES)).map(lambda parts: "".join(parts).encode())
)
def test_random_bytes_are_judged(bench, data):
    put(bench, data)
    for each in items(bench, *STATIC):
        assert each.outcome == Outcome.HOLDS or words(each)


@given(task=st.sampled_from(sorted(TASKS)), seed=st.integers(0, 2**32), edits=st.integers(1, 4))
def test_random_edits_of_the_seven_are_judged(bench, task, seed, edits):
    chance = random.Random(seed)
    lines = (OURS / FILES[task]).read_text().splitlines(keepends=True)
    for _ in range(edits):
        first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(4):
            case 0:
                lines[first], lines[second] = lines[second], lines[first]
            case 1:
                lines[first] = chance.choice(PIECES) + lines[first]
            case 2:
                lines[first] = lines[second][: chance.randrange(40)] + lines[first]
            case 3:
                lines[first] = "    " + lines[first]
    put(bench, "".join(lines), task)
    for each in items(bench, *STATIC):
        assert each.outcome == Outcome.HOLDS or words(each)
    (bench / FILES[task]).unlink()
