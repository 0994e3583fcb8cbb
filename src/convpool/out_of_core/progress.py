"""The progress bar of calls that are computed tile by tile."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any


def with_progress(tiles: Iterator[Any], total: int) -> Iterator[Any]:
    """Return an iterator over the same tiles, with a progress bar on stderr.

    Without a bar if there are fewer than two tiles, stderr is no terminal or rich is not installed.
    """
    if total < 2 or sys.stderr is None or not sys.stderr.isatty():
        return tiles
    try:
        from rich.console import Console
        from rich.progress import track
    except ModuleNotFoundError:
        return tiles
    return iter(track(tiles, "Tiles", total=total, console=Console(stderr=True), transient=True))
