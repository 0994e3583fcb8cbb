"""Make several calls at once, in threads, as each mostly waits for its child process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def call_all(
    calls: Sequence[Callable[[], Result]], workers: int, stop: threading.Event
) -> list[Result]:
    """Return the results of all calls, in order, with up to `workers` of them made at once.

    An interrupt sets `stop`, at which child processes end. With one worker the calls are made in
    this thread.
    """
    workers = min(workers, len(calls))
    if workers < 2:
        return [call() for call in calls]
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(call) for call in calls]
        try:
            return [future.result() for future in futures]
        except (KeyboardInterrupt, SystemExit):
            stop.set()
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
