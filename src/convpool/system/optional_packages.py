"""Optional packages, imported where they are needed; the error names the pip line."""

from __future__ import annotations

import importlib
from typing import Any


def needed(name: str, extra: str = "demo") -> Any:
    """Import a module of an optional package, and return it.

    Raises ModuleNotFoundError if it is missing; the text has the pip line that installs it:
    pip install "convpool[EXTRA]".
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        text = f'{error.name} is missing; pip install "convpool[{extra}]" brings it'
        raise ModuleNotFoundError(text, name=error.name) from error
