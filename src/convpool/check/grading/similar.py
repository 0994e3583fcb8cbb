"""Pairs of submissions that share much of their code, names and comments aside, for a person.

It is a list and never a verdict: short files for one task look alike by nature.
"""

from __future__ import annotations

import ast
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from convpool.check.submissions.task_files import parse
from convpool.check.tasks import TASKS

SHARE = 0.95  # of the statements of two files, from which on they are called similar
LEAST = 8  # statements of a file; smaller ones say nothing
MAX_BYTES = 256_000

Shape = Counter[str]  # statements of a file without names -> how often


def shape(text: str) -> Shape | None:
    """Count the statements in the text of a file, without docstrings and names of variables.

    None for a text that cannot be parsed, or has fewer than LEAST statements.
    """
    tree = parse(text)
    if not isinstance(tree, ast.Module):
        return None
    counter: Shape = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not _is_docstring(node):
            names: dict[str, str] = {}
            counter[" ".join(_word(part, names) for part in _own_parts(node))] += 1
    return counter if counter.total() >= LEAST else None


def similar_pairs(folders: Mapping[str, Path]) -> list[tuple[str, str, tuple[int, ...]]]:
    """Return (submission, submission, tasks whose files are similar), most tasks first.

    folders: submission -> its course folder.
    """
    shapes = {
        name: {task: shape(_read(folder / TASKS[task].file)) for task in TASKS}
        for name, folder in folders.items()
    }
    pairs = []
    for first, second in itertools.combinations(shapes, 2):
        tasks = tuple(
            task for task in TASKS if _share(shapes[first][task], shapes[second][task]) >= SHARE
        )
        if tasks:
            pairs.append((first, second, tasks))
    return sorted(pairs, key=lambda pair: (-len(pair[2]), pair[:2]))


def _share(first: Shape | None, second: Shape | None) -> float:
    """Return which part of the statements of two files is in both."""
    if not first or not second:
        return 0.0
    return 2 * (first & second).total() / (first.total() + second.total())


def _own_parts(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a statement and its parts, without the statements in it."""
    yield node
    for part in ast.iter_child_nodes(node):
        if not isinstance(part, ast.stmt):
            yield from _own_parts(part)


def _word(node: ast.AST, names: dict[str, str]) -> str:
    """Return a node as a word in which variables are numbered by their first use."""
    if isinstance(node, ast.Name):
        return names.setdefault(node.id, f"v{len(names)}")
    if isinstance(node, ast.Attribute):
        return f".{node.attr}"
    if isinstance(node, ast.Constant):
        return repr(node.value)
    return type(node).__name__


def _is_docstring(node: ast.stmt) -> bool:
    """Return whether a statement is a string alone."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _read(path: Path) -> str:
    """Return the text of a file; "" if it cannot be read or is too long."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return ""
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return ""
