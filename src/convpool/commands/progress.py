"""Progress bars on a terminal, for every command that can take long."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

Progress = Callable[[int, int], None]  # (done, total); total 0 is unknown
Item = TypeVar("Item")


@contextmanager
def progress_bar(title: str, unit: str = "") -> Iterator[Progress]:
    """Yield a function (done, total) that draws a bar on a terminal, and does nothing elsewhere.

    The unit is written behind the numbers; "bytes" are written as MB and the like.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar

    if not sys.stderr.isatty():  # a disabled bar still ends its line, with an older rich
        yield lambda done, total: None
        return
    count = DownloadColumn() if unit == "bytes" else MofNCompleteColumn()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        count,
        TextColumn(unit),
        TimeRemainingColumn(),
    )
    with Bar(
        *columns,
        console=Console(stderr=True),
        transient=True,
        # otherwise results that go to a file would be shown on the terminal
        redirect_stdout=sys.stdout.isatty(),
    ) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


def with_progress(items: Sequence[Item], title: str) -> Iterator[Item]:
    """Yield each item, with a bar that counts those that are done if there are several."""
    if len(items) < 2:
        yield from items
        return
    with progress_bar(title) as progress:
        for done, item in enumerate(items):
            progress(done, len(items))
            yield item
