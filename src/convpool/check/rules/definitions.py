"""Rules about what a file defines: docstrings, and the function that its task asks for."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from typing import Any

from convpool.check.rules.rule import rule
from convpool.check.submissions.task_files import TaskFile
from convpool.check.tasks import REQUIRED, Task
from convpool.check.verdicts import Finding, Remark

Function = ast.FunctionDef | ast.AsyncFunctionDef


def has_docstring(node: ast.Module | ast.ClassDef | Function) -> bool:
    """Return whether a definition has a docstring that is not blank."""
    return bool((ast.get_docstring(node, clean=False) or "").strip())


@rule("tree")
def module_docstring(file: TaskFile) -> Iterator[Finding]:
    '''The file begins with a docstring.

    Why: every module must have documentation: __import__("my_module").__doc__ prints it.

    good: """Convolution of images."""
    bad: import numpy as np
    bad: """ """
    bad:
        import numpy as np
        """Convolution of images."""
    '''
    if not has_docstring(file.tree):
        line = next((node.lineno for node in file.tree.body if _is_string(node)), None)
        hint = f"; the one in line {line} comes too late, after other code, or is blank"
        words = (
            'the file has no docstring: write """What it does.""" below the first line, before '
            f"the imports{hint if line else ''}"
        )
        yield Finding(words, line=1)


def _is_string(node: ast.stmt) -> bool:
    """Return whether a statement is a string literal and nothing else, as a docstring is."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


@rule("tree")
def class_docstring(file: TaskFile) -> Iterator[Finding]:
    '''Every class has a docstring.

    Why: every class must have documentation, inner ones too.

    good:
        class Window:
            """A part of an image."""
    bad:
        class Window:
            size = 3
    '''
    for node in ast.walk(file.tree):
        if isinstance(node, ast.ClassDef) and not has_docstring(node):
            words = f"class {node.name} has no docstring: write what it is below its first line"
            yield Finding(words, line=node.lineno)


@rule("tree")
def function_docstring(file: TaskFile) -> Iterator[Finding]:
    '''Every function has a docstring, methods and inner functions too.

    Why: every function must have documentation, inside and outside a class.

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
    for node in ast.walk(file.tree):
        if isinstance(node, Function) and not has_docstring(node):
            words = f"{node.name} has no docstring: write what it does below its first line"
            yield Finding(words, line=node.lineno)


def definitions_of_task(file: TaskFile) -> list[Function]:
    """Return all definitions of the task's function at module level, in order.

    If there are several, Python uses the last one.
    """
    return [
        node
        for node in module_level(file.tree)
        if isinstance(node, Function) and node.name == file.task.function
    ]


def module_level(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes below `node` that run on import, down to whole expressions.

    Statements under if, for, try and with are among them. The bodies of functions and classes, and
    the parts of expressions, are not.
    """
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, Function | ast.ClassDef | ast.expr):
            yield from module_level(child)


@rule("tree")
def signature(file: TaskFile) -> Iterator[Finding]:
    """The function has the name, parameters and defaults of the task.

    Why: the programs of the task call it so, by position and by name.

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
    functions = definitions_of_task(file)
    if not functions:
        yield _missing_function(file)
        return
    last = functions[-1]
    if len(functions) > 1:
        lines = ", ".join(str(node.lineno) for node in functions)
        words = (
            f"{last.name} is defined {len(functions)} times (lines {lines}); the last one counts"
        )
        yield Remark(words, line=last.lineno)
    if last.decorator_list:
        decorator = ast.unparse(last.decorator_list[0])[:40]
        words = f"{last.name} is decorated by @{decorator}, which may change what it takes"
        yield Remark(words, line=last.lineno)
    if isinstance(last, ast.AsyncFunctionDef):
        yield Finding(f"{last.name} is defined by async def; write def", line=last.lineno)
    if words := " and ".join(parameter_differences(last.args, file.task)):
        yield Finding(f"{words}; the task asks for {file.task.signature}", line=last.lineno)


def _missing_function(file: TaskFile) -> Finding:
    """Return the finding for a file that does not define its task's function at module level.

    It says what is nearest: an assignment to that name, a definition elsewhere, a similar name.
    """
    function = file.task.function
    assignments = (
        node.lineno
        for node in module_level(file.tree)
        if isinstance(node, ast.Name) and node.id == function and isinstance(node.ctx, ast.Store)
    )
    if line := next(assignments, None):
        words = f"{function} is assigned; define it: def {file.task.signature}:"
        return Finding(words, line=line)
    lines: dict[str, int] = {}  # name -> line of the first function of that name, wherever it is
    for node in ast.walk(file.tree):
        if isinstance(node, Function):
            lines.setdefault(node.name, node.lineno)
    if function in lines:
        words = f"{function} is inside another definition; move it to the left margin"
        return Finding(words, line=lines[function])
    near = difflib.get_close_matches(function, lines, 1, 0.5) or list(lines)[:1]
    hint = f"; {near[0]} is there" if near else "; no function is there"
    words = f"the file has no function {file.task.signature}{hint}"
    return Finding(words, line=lines[near[0]] if near else None)


def parameter_differences(parameters: ast.arguments, task: Task) -> Iterator[str]:
    """Yield a phrase for each way in which parameters differ from the task's.

    Such as "it takes *args" or "stride has no default, not (1, 1)". Defaults are compared only if
    all names are right.
    """
    names = [arg.arg for arg in (*parameters.posonlyargs, *parameters.args)]
    # what the brief's functions never take: *args, keyword-only parameters, **keywords
    extras = [f"*{parameters.vararg.arg}"] if parameters.vararg else []
    extras += [f"{arg.arg} by keyword only" for arg in parameters.kwonlyargs]
    extras += [f"**{parameters.kwarg.arg}"] if parameters.kwarg else []
    if extras:
        yield f"it takes {', '.join(extras)}"
    if parameters.posonlyargs:
        yield f"it takes {', '.join(arg.arg for arg in parameters.posonlyargs)} by position only"
    if names != list(task.parameters):
        if names and not (extras or parameters.posonlyargs):
            yield f"its parameters are ({', '.join(names)})"
        elif not extras:
            yield "it has no parameters"
        return
    # the last parameters have the defaults; None: no default
    without_default = len(names) - len(parameters.defaults)
    defaults = [None] * without_default + [*parameters.defaults]
    for name, default in zip(names, defaults, strict=True):
        expected = task.parameters[name]
        if repr(_default_value(default)) != repr(expected):
            code = "no default" if default is None else f"the default {ast.unparse(default)[:40]}"
            instead_of = "" if expected is REQUIRED else f", not {expected!r}"
            yield f"{name} has {code}{instead_of}"


def _default_value(default: ast.expr | None) -> Any:
    """Return the value of a default that is a literal.

    REQUIRED for None, no default. For an expression such as np.pi, its node: unequal to any value.
    """
    if default is None:
        return REQUIRED
    try:
        return ast.literal_eval(default)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return default
