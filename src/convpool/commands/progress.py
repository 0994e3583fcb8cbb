"""Progress bars on a terminal, for every command that can take long."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

Progress = Callable[[int, int], None]  # called with (done, total); total is 0 if unknown
Item = TypeVar("Item")


@contextmanager
def progress_bar(title: str, unit: str = "") -> Iterator[Progress]:
    """Yield a function that is called with (done, total) to move a progress bar.

    The bar is drawn on standard error if that is a terminal; elsewhere the function does nothing.
    The unit is written behind the numbers; "bytes" are written as MB and the like.
    """
    if not sys.stderr.isatty():  # Bar(disable=True) of an older rich would write an empty line
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar

    numbers = DownloadColumn() if unit == "bytes" else MofNCompleteColumn()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        numbers,
        TextColumn(unit),
        TimeRemainingColumn(),
    )
    with Bar(
        *columns,
        console=Console(stderr=True),
        transient=True,
        # rich would send what is printed to this console, the terminal, even where standard output
        # goes to a file
        redirect_stdout=sys.stdout.isatty(),
    ) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


def with_progress(items: Sequence[Item], title: str) -> Iterator[Item]:
    """Yield each item; if there are several, a bar counts those that are done."""
    if len(items) < 2:
        yield from items
        return
    with progress_bar(title) as progress:
        for done, item in enumerate(items):
            progress(done, len(items))
            yield item
