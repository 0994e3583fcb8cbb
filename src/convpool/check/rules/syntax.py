"""The rule that a file is Python 3.8: its compiler takes it, and no type in it is written as only a later one can."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from convpool.check.rules.pages import rule
from convpool.check.sandbox.static_child import compiled
from convpool.check.submissions.task_files import Source, parse
from convpool.check.tasks import PYTHON
from convpool.check.verdicts import Finding, UncheckedError

_BUILT_IN = {"list", "tuple", "dict", "set", "frozenset", "type"}
_TYPES = _BUILT_IN | {"int", "float", "str", "bool", "bytes", "complex", "object"}


@rule("text")
def syntax(source: Source) -> Iterator[Finding]:
    """The file is Python 3.8.

    Why: the brief's files are executed with that version. It is asked where it is there. Else the
        current Python is,
    which knows most of what came later, but not all: quotes inside f-strings, for one.

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
    run, text = source.course.static_run, source.text or ""
    answer = run.compiled[source.task.file] if run.has_python else None
    asked = run.has_python and not isinstance(answer, UncheckedError)
    if not asked:
        answer = compiled(text)
    here = parse(text, (3, 8))
    if answer is None and not asked and isinstance(here, SyntaxError):
        answer = [here.msg, here.lineno]
    if answer is not None:
        words, line = answer
        # the newer one often has the better words
        words = here.msg if isinstance(here, SyntaxError) else words
        yield Finding(f"Python {PYTHON} cannot read the file: {words}", line=line)
    elif isinstance(source.parsed, ast.Module):
        for line, words in sorted(_later(source.parsed)):
            yield Finding(f"{words} is an error in Python {PYTHON}", line=line)


def _later(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield what parses, and fails when it runs: types written as only later versions can."""
    nodes = list(ast.walk(tree))
    bound = {
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    unread = set(_never_evaluated(tree))
    for node in nodes:
        if (
            isinstance(node, ast.Subscript)
            and _is_named(node.value, _BUILT_IN - bound)
            and node not in unread
        ):
            yield node.lineno, f"{ast.unparse(node)[:40]} (leave the type out)"
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and node not in unread:
            sides = (node.left, node.right)
            if all(_is_named(side, _TYPES - bound) or _is_none(side) for side in sides):
                yield node.lineno, f"{ast.unparse(node)[:40]} (leave the type out)"
        elif (
            isinstance(node, ast.Call)
            and _is_named(node.func, {"zip"} - bound)
            and _has_word(node, "strict")
        ):
            yield node.lineno, "zip with strict="


def _never_evaluated(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield what annotates the variables of functions."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    yield from ast.walk(node.annotation)


def _is_named(node: ast.expr, names: set[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _has_word(call: ast.Call, name: str) -> bool:
    return any(word.arg == name for word in call.keywords)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
