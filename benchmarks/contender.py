"""Contenders: processes that hold their data and run when asked, while the others wait.

The benchmarks share this file. It runs on the brief's Python 3.8 with NumPy 1.19.2 as well as on
current ones.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import platform
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

CAN_PIN = hasattr(os, "sched_setaffinity")
CPUS = len(os.sched_getaffinity(0)) if CAN_PIN else os.cpu_count()
# seconds before each run: worker threads of the one before (OpenMP, BLAS) go on spinning for a
# while
PAUSE = 0.1
FAR_BEHIND = 3  # times as long as the fastest


def serve(connection: Connection, opening: Callable[..., Callable], words: tuple) -> None:
    """Answer each question with opening(*words)(*question), until None comes."""
    answer = None
    with contextlib.suppress(EOFError, KeyboardInterrupt):  # who asked has gone
        for question in iter(connection.recv, None):
            try:
                answer = answer or opening(*words)
                connection.send(answer(*question))
            except Exception as error:
                connection.send(RuntimeError(f"{type(error).__name__}: {error}"))


@contextlib.contextmanager
def surroundings(environment: dict[str, str], cpus: int | None) -> Iterator[None]:
    """Let processes that start here inherit variables and the first `cpus` CPUs (None: all)."""
    before = dict(os.environ)
    allowed = os.sched_getaffinity(0) if CAN_PIN else set()
    os.environ.update(environment)
    if CAN_PIN and cpus:
        os.sched_setaffinity(0, sorted(allowed)[:cpus])
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        if CAN_PIN:
            os.sched_setaffinity(0, allowed)


class Contender:
    """A process that does nothing until it is asked; opening(*words) makes in it what answers."""

    def __init__(
        self,
        opening: Callable,
        *words: Any,
        environment: dict[str, str] | None = None,
        cpus: int | None = None,
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, opening, words), daemon=True)
        with surroundings(environment or {}, cpus):
            self.process.start()
        theirs.close()

    def ask(self, *question: Any) -> Any:
        """Ask, and wait for the answer; RuntimeError with its words if the contender failed."""
        try:
            self.connection.send(question)
            answer = self.connection.recv()
        except (EOFError, OSError):
            self.process.join()
            raise RuntimeError(f"the process ended with {self.process.exitcode}") from None
        if isinstance(answer, RuntimeError):
            raise answer
        return answer

    def stop(self) -> None:
        """End the process."""
        with contextlib.suppress(OSError):
            self.connection.send(None)
        self.process.join()


def run(call: Callable[[], Any], pause: float | None = None) -> float:
    """Return the seconds of a call; its result is freed after the time is taken."""
    time.sleep(PAUSE if pause is None else pause)
    start = time.perf_counter()
    result = call()
    seconds = time.perf_counter() - start
    del result
    return seconds


def take_turns(
    runs: dict[str, Callable[[], float]], turns: int, what: str, patience: float = float("inf")
) -> dict[str, list[float]]:
    """Return the seconds of `turns` runs of each, in turn: A B C A B C.

    One that is far behind, and whose runs have taken over `patience` seconds together, is left out
    of further turns.
    """
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(turns):
        report(f"{what}: run {turn + 1} of {turns}")
        least = min(
            (statistics.median(values) for values in seconds.values() if values), default=0.0
        )
        for name, one in runs.items():
            behind = turn and statistics.median(seconds[name]) > FAR_BEHIND * least
            if not (behind and sum(seconds[name]) > patience):
                seconds[name].append(one())
    return seconds


def spread(count: int, most: int) -> np.ndarray:
    """Return at most `most` indices, evenly spread from the first to the last."""
    return np.unique(np.linspace(0, count - 1, most).astype(int))


def say_seconds(seconds: list[float] | None, unit: float = 1) -> str:
    """Median (least..most), in units of so many seconds."""
    if not seconds:
        return "-"
    middle, least, most = (
        value / unit for value in (statistics.median(seconds), min(seconds), max(seconds))
    )
    return f"{middle:.3g} ({least:.3g}..{most:.3g})"


def report(progress: str) -> None:
    """Show progress on a terminal, each line over the one before."""
    if sys.stderr.isatty():
        print(f"\r\033[K{progress}", end="", file=sys.stderr, flush=True)


def print_row(cells: list[str]) -> None:
    """Print a line of the table at once, so that a long run can be watched."""
    report("")
    print(f"| {' | '.join(cells)} |", flush=True)


def find_cpu() -> str:
    """Return the processor's name."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
