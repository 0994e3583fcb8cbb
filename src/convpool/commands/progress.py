"""A progress bar for the commands that take long."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from convpool.datasets.stand_ins import Progress


@contextmanager
def progress_bar(words: str, unit: str = "") -> Iterator[Progress]:
    """Give a function (done, total) that draws a bar on a terminal, and does nothing elsewhere."""
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
        # else what belongs into a file would go to the terminal
        redirect_stdout=sys.stdout.isatty(),
    ) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)
