"""The rule that a file is Python 3.8: it compiles, and has no types that only a newer one knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from convpool.check.rules.rule import rule
from convpool.check.sandbox.static_checks_child import syntax_error
from convpool.check.submissions.task_files import TaskFile, parse
from convpool.check.tasks import PYTHON
from convpool.check.verdicts import Finding, Remark, UncheckedError

_GENERIC_TYPES = {"list", "tuple", "dict", "set", "frozenset", "type"}
_TYPES = _GENERIC_TYPES | {"int", "float", "str", "bool", "bytes", "complex", "object"}


@rule("text")
def syntax(file: TaskFile) -> Iterator[Finding]:
    """The file is Python 3.8.

    Why: the files are run with that version, which compiles them if it is installed;
        else the current Python checks them, which misses a few newer things, such as quotes inside
        f-strings.

    good:
        if (n := 3) > 2:
            print(n)
    good:
        def pad(images, /, size: 'tuple[int, int]'):
            sizes: list[int] = [size]
            return sizes
    bad: total = (1 + 2
    bad: return 1
    bad:
        match mode:
            case 'max':
                pass
    bad:
        with (open('a') as a, open('b') as b):
            pass
    bad:
        def pad(images, size: tuple[int, int]):
            return images
    bad:
        def pad(images, size: int | None = None):
            return images
    bad: pairs = zip([1], [2], strict=True)
    """
    checks, text = file.course.static_checks, file.text or ""
    error = checks.syntax_errors[file.task.file] if checks.has_briefs_python else None
    is_from_briefs_python = checks.has_briefs_python and not isinstance(error, UncheckedError)
    if not is_from_briefs_python:
        error = syntax_error(text)
    parsed_here = parse(text, (3, 8))  # by the current Python, with the syntax of 3.8
    if error is None and not is_from_briefs_python and isinstance(parsed_here, SyntaxError):
        error = [parsed_here.msg, parsed_here.lineno]
    if error is not None:
        words, line = error
        # the current Python often has the better words
        words = parsed_here.msg if isinstance(parsed_here, SyntaxError) else words
        yield Finding(f"Python {PYTHON} cannot read the file: {words}", line=line)
    elif isinstance(file.parsed, ast.Module):
        for line, words in sorted(_newer_constructs(file.parsed)):
            yield Finding(f"{words} is an error in Python {PYTHON}", line=line)
        for line, words in sorted(_identities(file.parsed)):
            yield Remark(f"{words} is true by accident only; write ==", line=line)


def _identities(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield (line, code) for each comparison with a string or a number by is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Is | ast.IsNot):
            for side in (node.left, node.comparators[0]):
                if isinstance(side, ast.Constant) and type(side.value) in (str, int, float):
                    yield node.lineno, ast.unparse(node)[:60]


def _newer_constructs(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield (line, words) for what Python 3.8 compiles but cannot run.

    These are list[int], int | None and zip(..., strict=True), unless the file assigns the name.
    """
    nodes = list(ast.walk(tree))
    assigned = {
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    assigned |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    not_evaluated = set(_unevaluated(tree))
    for node in nodes:
        if node in not_evaluated:
            continue
        if isinstance(node, ast.Subscript) and _is_name(node.value, _GENERIC_TYPES - assigned):
            yield node.lineno, f"{ast.unparse(node)[:40]} (leave the type out)"
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            sides = (node.left, node.right)
            if all(_is_name(side, _TYPES - assigned) or _is_none(side) for side in sides):
                yield node.lineno, f"{ast.unparse(node)[:40]} (leave the type out)"
        elif (
            isinstance(node, ast.Call)
            and _is_name(node.func, {"zip"} - assigned)
            and any(keyword.arg == "strict" for keyword in node.keywords)
        ):
            yield node.lineno, "zip with strict="


def _unevaluated(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield all nodes in annotations of variables in functions, which Python never evaluates."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    yield from ast.walk(node.annotation)


def _is_name(node: ast.expr, names: set[str]) -> bool:
    """Return whether an expression is one of these names."""
    return isinstance(node, ast.Name) and node.id in names


def _is_none(node: ast.expr) -> bool:
    """Return whether an expression is the literal None."""
    return isinstance(node, ast.Constant) and node.value is None
