"""Parse Python, in one thread at a time.

CPython 3.11 counts how deep a tree is for all threads together: where one of them parses while
another does, `ast.parse` may raise SystemError. NumPy parses the headers of .npy files.
"""

from __future__ import annotations

import ast
import io
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

_LOCK = threading.Lock()


def parse(text: str, feature_version: tuple[int, int] | None = None) -> ast.Module:
    """Return the tree of a module; errors and `feature_version` as of `ast.parse`."""
    with _LOCK:
        return ast.parse(text, feature_version=feature_version)


def parse_expression(text: str) -> ast.expr:
    """Return the tree of an expression; errors as of `ast.parse`."""
    with _LOCK:
        return ast.parse(text, mode="eval").body


def parse_array_header(stream: io.BytesIO) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Read a header of format 1.0 behind the magic bytes of a .npy.

    Returns (shape, whether it is in Fortran's order, dtype); errors as of NumPy.
    """
    import numpy as np  # which the process that only checks the form of files never needs

    with _LOCK:
        return np.lib.format.read_array_header_1_0(stream)
