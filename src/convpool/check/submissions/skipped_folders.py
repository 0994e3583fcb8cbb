"""Folders that are skipped in every search, on disk and in archives."""

from __future__ import annotations

from pathlib import Path

# names of folders that tools make, so that no student's files are in them
TOOL_FOLDERS = frozenset(["__pycache__", "__MACOSX", "node_modules", "site-packages"])


def is_skipped_name(name: str) -> bool:
    """Return whether a folder or file of this name is skipped: it is hidden, or made by a tool."""
    return name.startswith(".") or name in TOOL_FOLDERS


def is_skipped_folder(folder: Path) -> bool:
    """Return whether a folder is skipped: by its name, or because it is a virtual environment."""
    return is_skipped_name(folder.name) or (folder / "pyvenv.cfg").exists()
