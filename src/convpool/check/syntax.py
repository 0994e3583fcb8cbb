"""Parse Python, in one thread at a time.

CPython 3.11 counts how deep a tree is for all threads together: where one of them runs while
another parses, `ast.parse` may raise SystemError.
"""

from __future__ import annotations

import ast
import threading

_LOCK = threading.Lock()


def parse(text: str, feature_version: tuple[int, int] | None = None) -> ast.Module:
    """Return the tree of a module; errors and `feature_version` as of `ast.parse`."""
    with _LOCK:
        return ast.parse(text, feature_version=feature_version)


def parse_expression(text: str) -> ast.expr:
    """Return the tree of an expression; errors as of `ast.parse`."""
    with _LOCK:
        return ast.parse(text, mode="eval").body
