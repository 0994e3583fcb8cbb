"""Rules about what a file may use: imports, np.convolve, looking into modules, and what came after NumPy 1.19.2."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from convpool.check.rules.file_form import places
from convpool.check.rules.name_origins import Meanings, defined
from convpool.check.rules.numpy_names import newer
from convpool.check.rules.pages import rule
from convpool.check.submissions.task_files import Source
from convpool.check.tasks import IMPORTS, NUMPY
from convpool.check.verdicts import Finding


def _names(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str, str]]:
    """Yield what a line imports: the line with one name, the module, the name that it gets."""
    module = "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else ""
    for alias in node.names:
        start = f"from {module} import" if module else "import"
        renamed = f" as {alias.asname}" if alias.asname and alias.asname != alias.name else ""
        yield f"{start} {alias.name}{renamed}", module or alias.name, alias.asname or alias.name


def _allowed() -> dict[str, str]:
    lines = {text: node for text in IMPORTS for node in ast.parse(text).body}
    imports = {
        text: node for text, node in lines.items() if isinstance(node, ast.Import | ast.ImportFrom)
    }
    return {line: text for text, node in imports.items() for line, _, _ in _names(node)}


ALLOWED = _allowed()  # as from math import ceil -> the brief's line with it
_OTHERWISE = {
    "numpy": IMPORTS[0],
    "math": IMPORTS[1],
    "__future__": "nothing from it is needed in Python 3.8",
    "itertools": "one loop over a counter, with divmod, goes over pairs",
    "scipy": "the task is to write it",
}


@rule("tree")
def imports(source: Source) -> Iterator[Finding]:
    """Imported are numpy as np, and ceil and floor of math; nothing else.

    Why: the brief allows these two lines, exactly so; fewer names of math are fine.

    good: import numpy as np
    good: from math import floor, ceil
    good:
        def half(size):
            from math import ceil
            return ceil(size / 2)
    bad: import numpy
    bad: import math
    bad: from math import sqrt
    bad: from numpy import *
    bad:
        def load():
            return __import__('scipy.signal')
    """
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for line, module, _ in _names(node):
                if line not in ALLOWED:
                    instead = _OTHERWISE.get(module.split(".")[0])
                    would = (
                        f"; instead: {instead}"
                        if instead
                        else f"; allowed are: {', '.join(IMPORTS)}"
                    )
                    yield Finding(f"{line} is not allowed{would}", line=node.lineno)
        elif isinstance(node, ast.Name) and node.id == "__import__":
            yield Finding(
                f"__import__ is not allowed; allowed are: {', '.join(IMPORTS)}", line=node.lineno
            )


@rule("tree")
def no_np_convolve(source: Source) -> Iterator[Finding]:
    """np.convolve is not used.

    Why: the task is to write it. A function of one's own may have that name, as that of task 5 has.

    good: total = np.sum(window * kernel)
    good:
        def convolve(images, kernels):
            return images
        result = convolve(images, kernels)
    bad: row = np.convolve([1, 2, 3], [0, 1])
    bad:
        import numpy
        c = numpy.convolve
    bad: from numpy import convolve
    """
    meanings, own = Meanings(source.tree), defined(source.tree)
    lines = {
        node.lineno
        for node in ast.walk(source.tree)
        if (isinstance(node, ast.Attribute) or (isinstance(node, ast.Name) and node.id not in own))
        and _is_convolve(meanings.of(node))
    }
    brought = (
        node for node in ast.walk(source.tree) if isinstance(node, ast.ImportFrom) and node.module
    )
    lines |= {
        node.lineno
        for node in brought
        if any(_is_convolve(f"{node.module}.{a.name}") for a in node.names)
    }
    if lines:
        first, *others = sorted(lines)
        also = f" (also in {places(others)})" if others else ""
        words = "multiply each window with the kernel and sum: np.sum(window * kernel)"
        yield Finding(f"np.convolve is not allowed{also}; {words}", line=first)


def _is_convolve(full: str | None) -> bool:
    return full is not None and full.startswith("numpy.") and full.endswith(".convolve")


_LOOKING = {"globals", "locals", "__builtins__", "__loader__"}


@rule("tree")
def no_getattr(source: Source) -> Iterator[Finding]:
    """A module's names are written out, as np.pad; they are not looked up by getattr, vars, __dict__ or globals.

    Why: what is looked up by a string can be anything, np.convolve too, and nobody can tell by
        reading.

    good: sums = {'max': np.max, 'avg': np.mean}['max'](window)
    good: size = getattr(images, 'shape')
    bad: row = getattr(np, 'con' + 'volve')([1, 2, 3], [0, 1])
    bad: row = np.__dict__['convolve']
    bad: row = globals()['np']
    bad: look = getattr
    """
    meanings = Meanings(source.tree)
    called = {node.func: node for node in ast.walk(source.tree) if isinstance(node, ast.Call)}
    found = {}
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr.startswith("__")
            and meanings.is_module(node.value)
        ):
            if node.attr not in ("__version__", "__name__", "__doc__"):
                found[node.lineno] = ast.unparse(node)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            call = called.get(node)
            if node.id in _LOOKING:
                found[node.lineno] = node.id
            elif node.id in ("getattr", "vars") and (
                call is None or any(map(meanings.is_module, call.args[:1]))
            ):
                found[node.lineno] = ast.unparse(call or node)
    for line, what in sorted(found.items()):
        yield Finding(f"{what[:60]} looks a name up; write it out, as np.pad or np.max", line=line)


# What does the same and was there before.
_OLDER = {
    "sliding_window_view": "np.lib.stride_tricks.as_strided, or two loops over i and j",
    "permute_dims": "np.transpose",
    "concat": "np.concatenate",
    "astype": "images.astype(float)",
    "matrix_transpose": "np.swapaxes(a, -1, -2)",
    "vecdot": "np.sum(a * b, axis=-1), or np.einsum",
    "trapezoid": "np.trapz",
    "broadcast_shapes": "np.broadcast_arrays",
    "pow": "np.power",
    "unstack": "np.moveaxis(a, axis, 0)",
}


@rule("tree")
def numpy_names(source: Source) -> Iterator[Finding]:
    """What is used of NumPy was there in version 1.19.2.

    Why: the brief's files are executed with that version; a newer name or word is an error there.

    good: windows = np.lib.stride_tricks.as_strided(images, (3, 3), (24, 8))
    good: mean = np.mean(images, axis=(1, 2))
    good: kind = np.float
    bad: windows = np.lib.stride_tricks.sliding_window_view(images, (3, 3))
    bad: mean = np.mean(images, where=images > 0)
    bad:
        tricks = np.lib.stride_tricks
        view = tricks.sliding_window_view
    """
    meanings = Meanings(source.tree)
    found = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute | ast.Name) and (full := meanings.of(node)) in newer():
            found.add((node.lineno, full or ""))
        elif isinstance(node, ast.Call) and (function := meanings.of(node.func)):
            words = (f"{function}({keyword.arg})" for keyword in node.keywords)
            found |= {(node.lineno, word) for word in words if word in newer()}
        elif isinstance(node, ast.ImportFrom):
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            found |= {(node.lineno, name) for name in names if name in newer()}
    for line, full in sorted(found):
        yield Finding(f"{_written(full)} came after NumPy {NUMPY}{_instead(full)}", line=line)


def _written(full: str) -> str:
    name, _, word = full.rstrip(")").partition("(")
    short = name.replace("numpy.", "np.", 1)
    return f"{word}= of {short}" if word else short


def _instead(full: str) -> str:
    older = _OLDER.get(full.rpartition(".")[2])
    return f"; it has {older}" if older else ""
