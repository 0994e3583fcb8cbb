"""Rules about what a file defines: docstrings, and the function that its task asks for."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from typing import Any

from convpool.check.rules.pages import rule
from convpool.check.submissions.task_files import Source
from convpool.check.tasks import REQUIRED, Task
from convpool.check.verdicts import Finding, Remark

Function = ast.FunctionDef | ast.AsyncFunctionDef


def documented(node: ast.Module | ast.ClassDef | Function) -> bool:
    """Whether there is a docstring with words in it."""
    return bool((ast.get_docstring(node, clean=False) or "").strip())


@rule("tree")
def module_docstring(source: Source) -> Iterator[Finding]:
    '''The file begins with a docstring.

    Why: all modules have documentation, which is what __import__("my_module").__doc__ prints.

    good: """Convolution of images."""
    bad: import numpy as np
    bad: """ """
    bad:
        import numpy as np
        """Convolution of images."""
    '''
    if not documented(source.tree):
        below = next((node.lineno for node in source.tree.body if _is_text(node)), None)
        late = (
            f"; the one in line {below} comes too late, behind other code, or is blank"
            if below
            else ""
        )
        words = f'the file has no docstring: write """What it does.""" below the first line, before the imports{late}'
        yield Finding(words, line=1)


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


@rule("tree")
def class_docstring(source: Source) -> Iterator[Finding]:
    '''Every class has a docstring.

    Why: all classes have documentation, inner ones too.

    good:
        class Window:
            """A part of an image."""
    bad:
        class Window:
            size = 3
    '''
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and not documented(node):
            yield Finding(
                f"class {node.name} has no docstring: write what it is below its first line",
                line=node.lineno,
            )


@rule("tree")
def function_docstring(source: Source) -> Iterator[Finding]:
    '''Every function has a docstring, methods and inner functions too.

    Why: all functions have documentation, inside and outside a class.

    good:
        def half(size):
            """Return half of a size."""
            return size // 2
    good: half = lambda size: size // 2
    bad:
        def half(size):
            return size // 2
    bad:
        def half(size):
            # Return half of a size.
            return size // 2
    bad:
        def outer():
            """Return one."""
            def inner():
                return 1
            return inner()
    '''
    for node in ast.walk(source.tree):
        if isinstance(node, Function) and not documented(node):
            yield Finding(
                f"{node.name} has no docstring: write what it does below its first line",
                line=node.lineno,
            )


def of_task(source: Source) -> list[Function]:
    """Return the definitions of the task's function, in order; the last one counts."""
    return [
        node
        for node in module_level(source.tree)
        if isinstance(node, Function) and node.name == source.task.function
    ]


def module_level(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements that run on import, those under if, try and with too."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, Function | ast.ClassDef | ast.expr):
            yield from module_level(child)


@rule("tree")
def signature(source: Source) -> Iterator[Finding]:
    """The function has the name, parameters and defaults of the brief.

    Why: the brief's programs and its checks call it so, by position and by name.

    good:
        def convolve_grayscale_valid(images, kernel):
            return images
    bad:
        def convolve_grayscale_vaild(images, kernel):
            return images
    bad:
        def convolve_grayscale_valid(images, kernels):
            return images
    bad:
        def convolve_grayscale_valid(images, kernel=None):
            return images
    bad:
        def convolve_grayscale_valid(*args):
            return args[0]
    bad: convolve_grayscale_valid = lambda images, kernel: images
    """
    found = of_task(source)
    if not found:
        yield _missing(source)
        return
    last = found[-1]
    if len(found) > 1:
        lines = ", ".join(str(node.lineno) for node in found)
        yield Remark(
            f"{last.name} is defined {len(found)} times (lines {lines}); the last one counts",
            line=last.lineno,
        )
    if last.decorator_list:
        word = ast.unparse(last.decorator_list[0])[:40]
        yield Remark(
            f"{last.name} is decorated by @{word}, which may change what it takes", line=last.lineno
        )
    if isinstance(last, ast.AsyncFunctionDef):
        yield Finding(f"{last.name} is defined by async def; write def", line=last.lineno)
    if words := " and ".join(differences(last.args, source.task)):
        yield Finding(f"{words}; the brief has {source.task.signature}", line=last.lineno)


def _missing(source: Source) -> Finding:
    wanted = source.task.function
    assigned = [
        node
        for node in module_level(source.tree)
        if isinstance(node, ast.Name) and node.id == wanted
    ]
    stored = next((node.lineno for node in assigned if isinstance(node.ctx, ast.Store)), None)
    if stored:
        return Finding(
            f"{wanted} is assigned; define it: def {source.task.signature}:", line=stored
        )
    inside = [node for node in ast.walk(source.tree) if isinstance(node, Function)]
    names = [node.name for node in inside]
    if wanted in names:
        line = inside[names.index(wanted)].lineno
        return Finding(
            f"{wanted} is inside another definition; move it to the left margin", line=line
        )
    near = difflib.get_close_matches(wanted, names, 1, 0.5) or names[:1]
    at = inside[names.index(near[0])].lineno if near else None
    there = f"; {near[0]} is there" if near else "; no function is there"
    return Finding(f"the file has no function {source.task.signature}{there}", line=at)


def differences(given: ast.arguments, task: Task) -> Iterator[str]:
    """Yield in words where parameters differ from the task's."""
    wanted = list(task.parameters)
    named = [arg.arg for arg in (*given.posonlyargs, *given.args)]
    stars = [f"*{given.vararg.arg}"] if given.vararg else []
    stars += [f"{arg.arg} by keyword only" for arg in given.kwonlyargs] + (
        [f"**{given.kwarg.arg}"] if given.kwarg else []
    )
    if stars:
        yield f"it takes {', '.join(stars)}"
    if given.posonlyargs:
        yield f"it takes {', '.join(arg.arg for arg in given.posonlyargs)} by position only"
    if named != wanted:
        if named and not (stars or given.posonlyargs):
            yield f"its parameters are ({', '.join(named)})"
        elif not stars:
            yield "it has no parameters"
        return
    defaults: list[ast.expr | None] = [None] * (len(named) - len(given.defaults)) + given.defaults
    for name, default in zip(named, defaults, strict=True):
        expected = task.parameters[name]
        if repr(_value(default)) != repr(expected):
            there = "no default" if default is None else f"the default {ast.unparse(default)[:40]}"
            yield (
                f"{name} has {there}, not {expected!r}"
                if expected is not REQUIRED
                else f"{name} has {there}"
            )


def _value(default: ast.expr | None) -> Any:
    """Return a default's value; an expression that is no literal differs from every value."""
    if default is None:
        return REQUIRED
    try:
        return ast.literal_eval(default)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return default
