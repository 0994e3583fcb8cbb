"""The brief's rules for the seven files and their mains, each seen to fail on a broken copy."""

import ast
import collections
import os
import pathlib
import re
import subprocess
import sys

import pytest

FOLDER = pathlib.Path(__file__).parents[2] / "math" / "0x04-convolutions_and_pooling"
ALLOWED_FOR = {"5-convolve.py": 3}
LOOP_NODES = (
    ast.While,
    ast.AsyncFor,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Lambda,
)
LOOP_CALLS = {
    "map",
    "filter",
    "reduce",
    "zip",
    "iter",
    "next",
    "exec",
    "eval",
    "getattr",
    "__import__",
    "vectorize",
    "frompyfunc",
    "fromiter",
    "fromfunction",
    "nditer",
    "ndenumerate",
    "ndindex",
    "apply_along_axis",
    "apply_over_axes",
    "piecewise",
}
BLOCKS = {  # what repeats, by its first and last line, and the files it stands in
    "slices": ("    # slices of images", "    # slices of images", "0123456"),
    "taps": (
        "        for tap in range(kh * kw):\n",
        "            u, v = tap // kw, tap % kw\n",
        "01234",
    ),
    "grayscale": ("    weights = kernel", "            u, v = tap", "0123"),
    "padding": ("    if np.shape(padding) == (2,)", "    hp, wp =", "345"),
    "stride": ("    sh, sw = stride\n", "        raise ValueError", "345"),
}

Source = collections.namedtuple("Source", "name data mode main")


def tree(source):
    return ast.parse(source.data.decode())


def first_line(source):
    return source.data.startswith(b"#!/usr/bin/env python3\n")


def run_bit(source):
    return source.mode & 0o111 == 0o111


def final_newline(source):
    return (
        source.data.endswith(b"\n")
        and not source.data.endswith(b"\n\n")
        and b"\r" not in source.data
    )


def docstrings(source):
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return all(
        ast.get_docstring(node) for node in ast.walk(tree(source)) if isinstance(node, kinds)
    )


def imports(source):
    allowed = {
        "import numpy as np",
        "from math import ceil, floor",
        "from math import ceil",
        "from math import floor",
    }
    lines = source.data.decode().splitlines()
    nodes = [
        node for node in ast.walk(tree(source)) if isinstance(node, (ast.Import, ast.ImportFrom))
    ]
    return all(lines[node.lineno - 1] in allowed for node in nodes)


def no_np_convolve(source):
    """No attribute or imported name `convolve`, however numpy is called, and no text of it for
    getattr.
    """
    for node in ast.walk(tree(source)):
        if isinstance(node, ast.Attribute) and node.attr in {"convolve", "correlate"}:
            return False
        if isinstance(node, ast.Constant) and node.value == "convolve":
            return False
        if isinstance(node, ast.ImportFrom) and any(name.name == "convolve" for name in node.names):
            return False
    return True


def for_loops(source):
    count = sum(isinstance(node, ast.For) for node in ast.walk(tree(source)))
    return count <= ALLOWED_FOR.get(source.name, 2)


def no_other_loop(source):
    functions = {node.name for node in ast.walk(tree(source)) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree(source)):
        if isinstance(node, LOOP_NODES):
            return False
        if isinstance(node, ast.Call):
            called = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
            if called in LOOP_CALLS | functions:
                return False
    return True


def length(source):
    return source.data.count(b"\n") <= 60


def raises(source):
    return sum(isinstance(node, ast.Raise) for node in ast.walk(tree(source))) <= 3


# rule -> (whether mains obey it too, a way to break a file)
RULES = {
    first_line: (True, lambda s: s._replace(data=s.data.replace(b"env python3", b"env python", 1))),
    run_bit: (True, lambda s: s._replace(mode=0o644)),
    final_newline: (True, lambda s: s._replace(data=s.data[:-1])),
    docstrings: (
        True,
        lambda s: s._replace(data=re.sub(rb'"""(.|\n)*?"""', b"0", s.data, count=1)),
    ),
    imports: (False, lambda s: s._replace(data=s.data + b"import itertools\n")),
    no_np_convolve: (
        False,
        lambda s: s._replace(data=s.data + b"row = np.lib.convolve([1], [2])\n"),
    ),
    for_loops: (
        False,
        lambda s: s._replace(data=s.data + b"for i in a:\n    for j in b:\n        pass\n"),
    ),
    no_other_loop: (False, lambda s: s._replace(data=s.data + b"rows = [row for row in a]\n")),
    length: (False, lambda s: s._replace(data=s.data + b"#\n" * 30)),
    raises: (False, lambda s: s._replace(data=s.data + b"raise 1\nraise 2\nraise 3\nraise 4\n")),
}
OTHER_BREAKS = [
    (final_newline, b"\n"),
    (docstrings, b"def more():\n    pass\n"),
    (docstrings, b"class More:\n    pass\n"),
    (imports, b"import numpy\n"),
    (imports, b"from math import *\n"),
    (no_np_convolve, b"from numpy import convolve\n"),
    (no_np_convolve, b"f = getattr(np, 'convolve')\n"),
    (no_other_loop, b"while False:\n    pass\n"),
    (no_other_loop, b"x = list(map(len, []))\n"),
    (no_other_loop, b"x = sum(y for y in z)\n"),
    (no_other_loop, b"x = np.vectorize(len)\n"),
    (no_other_loop, b"x = np.apply_along_axis(len, 0, z)\n"),
    (no_other_loop, b"def f():\n    '''F.'''\n    return f()\n"),
    (no_other_loop, b"f = lambda x: x\n"),
]


def read(path):
    return Source(
        path.name, path.read_bytes(), os.stat(str(path)).st_mode, path.stem.endswith("-main")
    )


MAINS = [read(path) for path in sorted(FOLDER.glob("?-main.py"))]
FILES = [read(path) for path in sorted(FOLDER.glob("?-*.py")) if not path.stem.endswith("-main")]
names = pytest.mark.parametrize


def test_all_fourteen_files_are_there():
    assert [len(FILES), len(MAINS)] == [7, 7]
    assert (FOLDER / "README.md").stat().st_size > 0
    assert not (FOLDER / "__init__.py").exists()
    assert not (FOLDER.parent / "__init__.py").exists(), "it would shadow the standard module math"


@names("rule", RULES, ids=lambda rule: rule.__name__)
@names("source", FILES, ids=lambda source: source.name)
def test_rule(rule, source):
    assert rule(source)
    assert not rule(RULES[rule][1](source)), "a broken copy passes"


@names(
    "rule", [rule for rule, (mains, _) in RULES.items() if mains], ids=lambda rule: rule.__name__
)
@names("source", MAINS, ids=lambda source: source.name)
def test_rule_for_mains(rule, source):
    assert rule(source)
    assert not rule(RULES[rule][1](source)), "a broken copy passes"


@names(("rule", "addition"), OTHER_BREAKS)
def test_rule_sees_other_breaks(rule, addition):
    source = FILES[0]
    assert rule(source)
    assert not rule(source._replace(data=source.data + addition))


def test_run_bits_are_in_git():
    """A clone gets its run bits from git's index."""
    command = ["git", "ls-files", "-s", "--", str(FOLDER)]
    try:
        listed = subprocess.run(
            command, cwd=str(FOLDER), stdout=subprocess.PIPE, check=True
        ).stdout.decode()
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip("not a git checkout: {}".format(error))
    modes = {
        line.split("\t")[1].split("/")[-1]: line[:6]
        for line in listed.splitlines()
        if line.endswith(".py")
    }
    assert set(modes.values()) == {"100755"}, modes


def style(path):
    pycodestyle = pytest.importorskip(
        "pycodestyle", reason="make lint judges the style with pycodestyle 2.6.0"
    )
    if pycodestyle.__version__ != "2.6.0" or sys.version_info >= (3, 12):
        pytest.skip(
            "pycodestyle {}: 2.6.0 on Python < 3.12 is the judge".format(pycodestyle.__version__)
        )
    return pycodestyle.StyleGuide(quiet=2).check_files([str(path)]).total_errors


@names("source", FILES + MAINS, ids=lambda source: source.name)
def test_pycodestyle(source, tmp_path):
    assert style(FOLDER / source.name) == 0
    broken = tmp_path / source.name
    broken.write_bytes(source.data + b"x=1\n")
    assert style(broken) > 0


def block(source, first, last):
    lines = source.data.decode().splitlines(True)
    start = next(k for k, line in enumerate(lines) if line.startswith(first))
    stop = next(k for k in range(start, len(lines)) if lines[k].startswith(last))
    return "".join(lines[start : stop + 1])


@names("name", BLOCKS)
def test_what_repeats_is_identical(name):
    first, last, numbers = BLOCKS[name]
    blocks = {block(source, first, last) for source in FILES if source.name[0] in numbers}
    assert len(blocks) == 1


def test_import_math_still_finds_the_standard_module():
    root = str(FOLDER.parents[1])
    program = "import sys; sys.path.insert(0, ''); import math; math.floor(1.5)"
    assert subprocess.call([sys.executable, "-c", program], cwd=root) == 0
