"""Rules about what a file may use: imports, np.convolve, getattr, NumPy names of version 1.19.

A rule about a statement, such as `global`, would belong here too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from convpool.check import syntax
from convpool.check.rules.analysis.name_origins import definitions_by_name, origins_of
from convpool.check.rules.analysis.newer_numpy import newer_names
from convpool.check.rules.analysis.phrases import also_in
from convpool.check.rules.rule import rule
from convpool.check.submissions.task_files import TaskFile
from convpool.check.tasks import IMPORTS, NUMPY
from convpool.check.verdicts import Finding


def _single_imports(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Yield (line, module) for each name of an import; line: code that imports that name alone.

    import numpy as np, math -> ("import numpy as np", "numpy"), ("import math", "math").
    """
    module = "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else ""
    for alias in node.names:
        start = f"from {module} import" if module else "import"
        renamed = f" as {alias.asname}" if alias.asname and alias.asname != alias.name else ""
        yield f"{start} {alias.name}{renamed}", module or alias.name


# the allowed lines that import one name, such as "from math import ceil"
ALLOWED = {
    line
    for text in IMPORTS
    for node in syntax.parse(text).body
    if isinstance(node, ast.Import | ast.ImportFrom)
    for line, _ in _single_imports(node)
}
# module -> what to write instead of an import from it that is not allowed
_INSTEAD = {
    "numpy": IMPORTS[0],
    "math": IMPORTS[1],
    "__future__": "nothing from it is needed in Python 3.8",
    "itertools": "one loop over a counter, with divmod, goes over pairs",
    "scipy": "the task is to write it",
}


@rule("tree")
def imports(file: TaskFile) -> Iterator[Finding]:
    """The only imports are numpy as np, and ceil and floor of math.

    Why: the task allows exactly these two lines; fewer names of math are fine.

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
    allowed = f"allowed are: {', '.join(IMPORTS)}"
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for line, module in _single_imports(node):
                if line not in ALLOWED:
                    instead = _INSTEAD.get(module.split(".")[0])
                    advice = f"instead: {instead}" if instead else allowed
                    yield Finding(f"{line} is not allowed; {advice}", line=node.lineno)
        elif isinstance(node, ast.Name) and node.id == "__import__":
            yield Finding(f"__import__ is not allowed; {allowed}", line=node.lineno)


@rule("tree")
def no_np_convolve(file: TaskFile) -> Iterator[Finding]:
    """np.convolve is not used.

    Why: the task is to write it. A function of the file's own may have that name, as in task 5.

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
    origins, own_names = origins_of(file.tree), definitions_by_name(file.tree)
    lines = set()
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Attribute) or (
            isinstance(node, ast.Name) and node.id not in own_names
        ):
            if _is_numpys_convolve(origins.of(node)):
                lines.add(node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            if any(map(_is_numpys_convolve, names)):
                lines.add(node.lineno)
    if lines:
        first, *others = sorted(lines)
        advice = "multiply each window with the kernel and sum: np.sum(window * kernel)"
        yield Finding(f"np.convolve is not allowed{also_in(others)}; {advice}", line=first)


def _is_numpys_convolve(full_name: str | None) -> bool:
    """Return whether a full name, such as numpy.core.numeric.convolve, is NumPy's convolve."""
    return (
        full_name is not None and full_name.startswith("numpy.") and full_name.endswith(".convolve")
    )


# names through which any other name can be looked up by a string
_LOOKUPS = {"globals", "locals", "__builtins__", "__loader__"}


@rule("tree")
def no_getattr(file: TaskFile) -> Iterator[Finding]:
    """A module's names are written out, as np.pad, not looked up by getattr or vars.

    Why: a name that is looked up by a string can be anything, np.convolve too, and no reader can
        tell. globals, locals and __dict__ are lookups too.

    good: sums = {'max': np.max, 'avg': np.mean}['max'](window)
    good: size = getattr(images, 'shape')
    bad: row = getattr(np, 'con' + 'volve')([1, 2, 3], [0, 1])
    bad: row = np.__dict__['convolve']
    bad: row = globals()['np']
    bad: look = getattr
    """
    origins = origins_of(file.tree)
    calls = {node.func: node for node in ast.walk(file.tree) if isinstance(node, ast.Call)}
    lookups = {}  # line -> the code that looks a name up
    for node in ast.walk(file.tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr.startswith("__")
            and origins.is_module(node.value)
        ):
            if node.attr not in ("__version__", "__name__", "__doc__"):
                lookups[node.lineno] = ast.unparse(node)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            call = calls.get(node)  # None: the name is read without being called
            if node.id in _LOOKUPS:
                lookups[node.lineno] = node.id
            elif node.id in ("getattr", "vars") and (
                call is None or any(map(origins.is_module, call.args[:1]))
            ):
                lookups[node.lineno] = ast.unparse(call or node)
    for line, code in sorted(lookups.items()):
        yield Finding(f"{code[:60]} looks a name up; write it out, as np.pad or np.max", line=line)


# last part of a newer name -> what does the same in NumPy 1.19.2
_REPLACEMENTS = {
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
def numpy_names(file: TaskFile) -> Iterator[Finding]:
    """Every NumPy name and keyword argument that is used exists in NumPy 1.19.2.

    Why: the files are run with that version; a newer name or argument is an error.

    good: windows = np.lib.stride_tricks.as_strided(images, (3, 3), (24, 8))
    good: mean = np.mean(images, axis=(1, 2))
    good: kind = np.float
    bad: windows = np.lib.stride_tricks.sliding_window_view(images, (3, 3))
    bad: mean = np.mean(images, where=images > 0)
    bad:
        tricks = np.lib.stride_tricks
        view = tricks.sliding_window_view
    """
    origins, newer = origins_of(file.tree), newer_names()
    uses = set()  # (line, full name) of the newer names
    for node in ast.walk(file.tree):
        names: list[str] = []
        if isinstance(node, ast.Attribute | ast.Name):
            names = [origins.of(node) or ""]
        elif isinstance(node, ast.Call) and (function := origins.of(node.func)):
            names = [f"{function}({keyword.arg})" for keyword in node.keywords]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        uses |= {(getattr(node, "lineno", 0), name) for name in names if name in newer}
    for line, full_name in sorted(uses):
        replacement = _REPLACEMENTS.get(full_name.rpartition(".")[2])
        advice = f"; it has {replacement}" if replacement else ""
        yield Finding(f"{_short_name(full_name)} came after NumPy {NUMPY}{advice}", line=line)


def _short_name(full_name: str) -> str:
    """Return a name of `newer_names` as a student writes it.

    numpy.permute_dims -> np.permute_dims; numpy.mean(where) -> where= of np.mean.
    """
    name, _, keyword = full_name.rstrip(")").partition("(")
    short = name.replace("numpy.", "np.", 1)
    return f"{keyword}= of {short}" if keyword else short
