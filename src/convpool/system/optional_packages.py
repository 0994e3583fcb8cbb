"""Optional packages, imported where they are needed; the error names the pip line."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Any

# module -> the name under which its package is known
KNOWN_AS = {"PIL": "Pillow", "skimage": "scikit-image"}


def needed(name: str, extra: str = "demo") -> Any:
    """Import a module of an optional package, and return it.

    Raises ModuleNotFoundError if it is missing; the text has the pip line that installs it:
    pip install "convpool[EXTRA]".
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        text = _text(error.name or name, extra)
        raise ModuleNotFoundError(text, name=error.name) from error


def shipped_file(package: str, path: str) -> Path:
    """Return a file that an optional package ships, without importing the package.

    The package is one of the extra "demo"; `path` is that of the file inside of it. Raises
    ModuleNotFoundError as `needed` if the package is missing, FileNotFoundError if it has no such
    file.
    """
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec is not None else None
    if not folders:
        raise ModuleNotFoundError(_text(package, "demo"), name=package)
    file = Path(folders[0], path)
    if not file.is_file():
        raise FileNotFoundError(
            f"{package} has no {path}; install a release that has it: pip install --upgrade "
            f"{package}"
        )
    return file


def _text(module: str, extra: str) -> str:
    """Return the text of the error for a missing module, which an extra of convpool installs."""
    package = module.partition(".")[0]
    return f'{KNOWN_AS.get(package, package)} is missing; pip install "convpool[{extra}]" brings it'
