"""Several calls at once, and how many: in threads, as each mostly waits for its child process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def default_jobs(*, compares_times: bool) -> int:
    """Return how many submissions are judged at once without --jobs: as many as processors.

    Only one if their times are compared, as nothing else should run meanwhile.
    """
    return 1 if compares_times else os.cpu_count() or 1


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
