"""What the package is made of: who imports whom, what an import loads, and what its docstrings
say and do.
"""

from __future__ import annotations

import ast
import doctest
import importlib
import importlib.machinery
import inspect
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import convpool

PACKAGE = Path(convpool.__file__).parent
ROOT = Path(__file__).parents[2]

# ---- arrows ----

# Who may import whom: what stands here, and whatever that may import; never back. A folder of the
# package is one entry, "convpool" is the package's own face, __init__.py. A new file finds its
# place in a folder.
ARROWS = {
    "__main__": {"commands"},
    "commands": {"demo", "explorer", "check", "photos", "datasets"},
    "demo": {"course", "datasets", "explanation"},
    "explorer": {"convpool"},
    "check": {"system", "version"},
    "photos": {"convpool", "filters"},
    "datasets": {"system", "windows"},
    "convpool": {
        "convolution",
        "pooling",
        "gradients",
        "adaptive_pooling",
        "window_views",
        "configuration",
        "explanation",
        "version",
    },
    "course": {"convolution", "pooling", "gradients"},
    "filters": {"convolution"},
    "configuration": {"engines"},
    "convolution": {"out_of_core"},
    "pooling": {"out_of_core"},
    "gradients": {"out_of_core"},
    "window_views": {"plans"},
    "adaptive_pooling": {"pooling"},
    "out_of_core": {"plans", "system"},
    "explanation": {"plans", "system"},
    "plans": {"engines"},
    "engines": {"windows"},
    "windows": set(),
    "system": set(),
    "version": set(),
    # the slow twin shares nothing with what it judges
    "reference": set(),
}


def module_names():
    """Return every module of the package, as convpool.engines.numpy.convolution."""
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = list(module_names())
NAMES = frozenset(MODULES)
# what only the build can import, in a process that was told an instruction set
LOOPS = "convpool.engines.compiled.loops."


def file_of(module):
    path = PACKAGE.parent.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def place(module):
    """Return the entry of the table that a module belongs to."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def imported(source, module, is_package, modules):
    """Return what a source imports, as full names; a name from a package counts as its module if
    it is one.
    """
    found = set()
    for node in ast.walk(ast.parse(source)):  # what only a type checker reads counts too
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = module.split(".")
            base = ".".join(parts[: len(parts) - node.level + is_package]) if node.level else ""
            origin = ".".join(filter(None, [base, node.module]))
            for alias in node.names:
                inner = f"{origin}.{alias.name}"
                found.add(inner if inner in modules else origin)
        elif isinstance(node, ast.Call) and name_of(node.func) == "import_module":
            found |= {word.value for word in node.args if isinstance(word, ast.Constant)}
    return found


def name_of(function):
    """Return the last name of what is called, as import_module of importlib.import_module."""
    return getattr(function, "attr", getattr(function, "id", ""))


@cache
def imports_of(module):
    file = file_of(module)
    return imported(file.read_text(encoding="utf-8"), module, file.name == "__init__.py", NAMES)


def own(names):
    return {name for name in names if name.split(".")[0] == "convpool"}


def reachable(entry):
    """Return the entries that an entry may import, directly or by skipping levels."""
    found, waiting = set(), [entry]
    while waiting:
        for lower in ARROWS[waiting.pop()] - found:
            found.add(lower)
            waiting.append(lower)
    return found


SOURCE = """
from __future__ import annotations
import os, numpy.linalg as linear
import convpool.windows
import convpool as package
from convpool import dtypes, pool
from convpool.engines import taps
from . import reductions
from .. import course
from ..planning import Plan
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from convpool.cli import main
else:
    import convpool.filters
def later():
    from convpool.data import fetch
    return importlib.import_module("convpool.demo")
"""


def test_imports_are_found():
    modules = [
        f"convpool.{name}"
        for name in ("dtypes", "engines", "engines.taps", "engines.reductions", "course")
    ]
    inner = "filters windows engines.taps dtypes engines.reductions course planning cli data demo"
    assert own(imported(SOURCE, "convpool.engines.compiled", False, modules)) == {
        "convpool",
        *(f"convpool.{name}" for name in inner.split()),
    }
    others = imported(SOURCE, "convpool.engines.compiled", False, modules) - {"convpool"}
    assert {name for name in others if not name.startswith("convpool.")} == {
        "__future__",
        "os",
        "numpy.linalg",
        "typing",
    }


def test_every_module_has_a_place():
    assert {place(module) for module in MODULES} == set(ARROWS)


def test_arrows_never_point_back():
    assert [entry for entry in ARROWS if entry in reachable(entry)] == []


@pytest.mark.parametrize("module", MODULES)
def test_imports_follow_the_arrows(module):
    entry = place(module)
    used = {place(name) for name in own(imports_of(module))} - {entry}
    assert used - reachable(entry) == set(), f"{entry} may import {sorted(reachable(entry))}"


def unused(modules, sources):
    """Return the modules that none of the sources, from module to (imports, text), makes use of.

    One that is loaded by its name stands between quotes in another file of its folder.
    """

    def uses(name, imports, text, module):
        folder, _, word = module.rpartition(".")
        return module in imports or (name.rpartition(".")[0] == folder and f'"{word}"' in text)

    return [
        module
        for module in modules
        if not any(
            uses(name, *source, module) for name, source in sources.items() if name != module
        )
    ]


def test_unused_modules_are_found():
    sources = {
        "p.a": ({"p.b"}, 'PARTS = ("c", "x")'),
        "p.b": (set(), '"b"'),
        "p.c": (set(), ""),
        "p.d": ({"p.d"}, '"d"'),
        "q.e": (set(), '"d"'),
    }
    assert unused(sources, sources) == ["p.a", "p.d", "q.e"]


def test_no_module_is_unused():
    """Only commands start by themselves."""
    sources = {
        module: (imports_of(module), file_of(module).read_text(encoding="utf-8"))
        for module in MODULES
    }
    modules = [module for module in MODULES if file_of(module).name != "__init__.py"]
    started = ["convpool.__main__", f"{LOOPS}build"]
    assert unused(modules, sources) == started


def circle(graph):
    """Return what is left of a graph when everything that leads to an end is taken away: its
    circles, if it has any.
    """
    while leaves := {name for name, used in graph.items() if not used & set(graph)}:
        graph = {name: used for name, used in graph.items() if name not in leaves}
    return {name: sorted(used & set(graph)) for name, used in graph.items()}


def test_circles_are_found():
    assert circle({"a": {"b"}, "b": {"c"}, "c": set()}) == {}
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == {"a": ["b"], "b": ["c"], "c": ["b"]}


def test_no_two_modules_import_each_other():
    """Inside a folder too, and a package stands for its __init__.py."""
    assert circle({module: own(imports_of(module)) - {module} for module in MODULES}) == {}


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_no_two_folders_import_each_other(depth):
    """Folders of one depth; a folder and what it holds may name each other."""
    graph = {}
    for module in MODULES:
        folder = folder_of(module, depth)
        used = {folder_of(name, depth) for name in own(imports_of(module))}
        apart = {
            name
            for name in used
            if not f"{name}.".startswith(f"{folder}.") and not f"{folder}.".startswith(f"{name}.")
        }
        graph.setdefault(folder, set()).update(apart)
    assert len(graph) > 10
    assert circle(graph) == {}


def is_inside(one, other):
    """Return whether one of two folders holds the other, or both are the same."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def folder_of(module, depth):
    """Return the folder of a module, or the one above it that lies at most so deep."""
    parts = module.split(".")
    inner = parts if file_of(module).name == "__init__.py" else parts[:-1]
    return ".".join(inner[:depth] if len(parts) > 2 else parts)


def test_the_top_of_the_package_is_small():
    """What a user imports, and folders."""
    entries = [path.name for path in PACKAGE.iterdir() if not path.name.startswith(("_", "."))]
    assert len(entries) <= 25


def test_no_file_is_long():
    lengths = {module: len(file_of(module).read_text("utf-8").splitlines()) for module in MODULES}
    assert {module for module, length in lengths.items() if length > 400} == set()


def test_every_folder_says_what_it_is_for_and_what_it_may_import():
    folders = [
        module
        for module in MODULES
        if module != "convpool" and file_of(module).name == "__init__.py"
    ]
    for module in folders:
        docstring = ast.get_docstring(ast.parse(file_of(module).read_text(encoding="utf-8")))
        assert re.search(r"[Ii]mports? ", docstring), module


def test_reference_shares_nothing_with_what_it_judges():
    parts = [module for module in MODULES if place(module) == "reference"]
    names = set().union(*map(imports_of, parts)) - set(parts)
    assert "numpy" in names
    assert {name.split(".")[0] for name in names} - {"numpy"} <= sys.stdlib_module_names
    users = [
        module
        for module in MODULES
        if module not in parts and not imports_of(module).isdisjoint(parts)
    ]
    assert users == []


def test_engines_get_axes_and_arrays_and_nothing_else():
    engines = [module for module in MODULES if place(module) == "engines"]
    assert len(engines) > 1
    for module in engines:
        used = {name for name in own(imports_of(module)) if place(name) != "engines"}
        assert used <= {"convpool.windows"}


@pytest.mark.parametrize("folder", ["engines", "plans", "out_of_core"])
def test_no_property_of_a_call_has_a_lock(folder):
    """functools.cached_property of Python 3.11 has one, which a fork may leave locked."""
    texts = {path: path.read_text(encoding="utf-8") for path in (PACKAGE / folder).rglob("*.py")}
    found = [
        path.name for path, text in texts.items() if "functools import cached_property" in text
    ]
    assert found == (["lock_free_property.py"] if folder == "plans" else [])


def test_loops_are_for_the_build_alone():
    loops = [module for module in MODULES if module.startswith(LOOPS)]
    assert len(loops) > 1
    for module in MODULES:
        if not module.startswith(LOOPS):
            assert [name for name in imports_of(module) if name.startswith(LOOPS)] == [], module


# ---- what an import loads ----

LOADED = """
import json, sys
before = set(sys.modules)
import convpool
for name in convpool.__all__:
    getattr(convpool, name)
print(json.dumps(sorted(set(sys.modules) - before)))
"""
BEYOND_NUMPY = LOADED.replace("before", "import numpy; before", 1)


def python(*words, cwd):
    return subprocess.run(
        [sys.executable, *words], cwd=cwd, capture_output=True, text=True, check=True, timeout=120
    )


def test_import_loads_numpy_and_nothing_else(tmp_path):
    loaded = json.loads(python("-c", LOADED, cwd=tmp_path).stdout)
    roots = {name.split(".")[0] for name in loaded}
    assert {"convpool", "numpy"} <= roots
    assert roots - {"convpool", "numpy"} <= sys.stdlib_module_names


def test_import_loads_no_command_picture_or_data(tmp_path):
    loaded = json.loads(python("-c", LOADED, cwd=tmp_path).stdout)
    needed = {"convpool", *reachable("convpool")}
    assert {place(name) for name in loaded if name.split(".")[0] == "convpool"} <= needed


def test_public_names_load_no_slow_module_that_numpy_does_not_load(tmp_path):
    loaded = set(json.loads(python("-c", BEYOND_NUMPY, cwd=tmp_path).stdout))
    slow = {"difflib", "hashlib", "pathlib", "queue", "shutil", "subprocess", "urllib.parse"}
    assert not loaded & slow


def test_names_are_imported_when_they_are_used(tmp_path):
    code = "import sys, numpy; before = set(sys.modules); import convpool; "
    show = "print(*sorted(set(sys.modules) - before))"
    assert python("-c", code + show, cwd=tmp_path).stdout == "convpool convpool.version\n"


def test_type_checkers_see_the_names_that_are_imported_when_they_are_used():
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    (checked,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {f"{node.module}.{name.name}" for node in checked.body for name in node.names}
    modules = convpool._MODULES.items()
    assert seen == {f"convpool.{module}.{name}" for module, names in modules for name in names}
    assert {name.split(".")[-1] for name in seen} == {*convpool.__all__} - {"__version__"}


# ---- the folder math ----


def test_the_folder_math_does_not_hide_the_standard_module():
    said = python(
        "-c", "import math; print(math.sqrt(16), hasattr(math, '__path__'))", cwd=ROOT
    ).stdout
    assert said == "4.0 False\n"
    # even where the standard module is built in: as a package, the folder would have a loader
    assert importlib.machinery.PathFinder.find_spec("math", [str(ROOT)]).loader is None
    assert list((ROOT / "math").rglob("__init__.py")) == []


# ---- the face of the package ----


def test_types_ship():
    assert (PACKAGE / "py.typed").is_file()


def test_version():
    assert re.fullmatch(r"\d+\.\d+\.\d+([a-z.]\S*)?", convpool.__version__)


def test_public_names_are_there_and_sorted():
    assert convpool.__all__ == sorted(convpool.__all__)
    assert [name for name in convpool.__all__ if not hasattr(convpool, name)] == []
    seen = {
        name
        for name, value in vars(convpool).items()
        if name[0] != "_" and not inspect.ismodule(value)
    }
    assert seen | {"__version__"} == set(convpool.__all__)


# ---- docstrings ----

PUBLIC = [name for name in convpool.__all__ if name != "__version__"]
FUNCTIONS = [name for name in PUBLIC if inspect.isfunction(getattr(convpool, name))]
CLASSES = [name for name in PUBLIC if inspect.isclass(getattr(convpool, name))]


def sections(documented):
    """Return a numpydoc docstring's text by section; what stands before the first is under ''."""
    parts = re.split(r"^([A-Z]\w+)\n-{3,}\n", inspect.getdoc(documented), flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def test_public_names_are_functions_or_classes():
    assert set(PUBLIC) == {*FUNCTIONS, *CLASSES}
    assert len(FUNCTIONS) > 10


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_documented(name):
    function = getattr(convpool, name)
    told = sections(function)
    assert re.match(r"[A-Z].*\.(\n|$)", told[""]), "one sentence that says what"
    assert {"Parameters", "Returns", "Raises", "Examples"} <= set(told)
    assert all(text.strip() for text in told.values())
    named = [
        word
        for line in told["Parameters"].splitlines()
        if re.match(r"\w", line)
        for word in line.split(", ")
    ]
    assert sorted(named) == sorted(inspect.signature(function).parameters)
    assert ">>> " in told["Examples"]
    assert re.search(r"\w+(Error)", told["Raises"])


@pytest.mark.parametrize("name", CLASSES)
def test_classes_are_documented(name):
    told = sections(getattr(convpool, name))
    assert told[""].strip()
    (described,) = {"Attributes", "Parameters"} & set(told)
    assert told[described].strip()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_have_types(name):
    signature = inspect.signature(getattr(convpool, name))
    untyped = [
        name
        for name, value in signature.parameters.items()
        if value.annotation is inspect.Parameter.empty
    ]
    assert untyped == []
    assert signature.return_annotation is not inspect.Signature.empty


# These have examples; others may.
WITH_EXAMPLES = [
    "convpool.windows",
    "convpool.convolution",
    "convpool.pooling",
    "convpool.course",
    "convpool.plans.halos",
    "convpool.out_of_core.tile_sizes",
    "convpool.plans.make_convolution",
]


@pytest.mark.parametrize(
    "module",
    [module for module in MODULES if place(module) != "__main__" and not module.startswith(LOOPS)],
)
def test_examples_run(module):
    try:
        loaded = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name.split(".")[0] == "convpool":
            raise
        pytest.skip(f"{error.name} is not installed")
    failed, tried = doctest.testmod(loaded)
    assert failed == 0
    if module in WITH_EXAMPLES:
        assert tried > 0
