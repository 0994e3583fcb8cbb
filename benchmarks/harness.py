"""The harness that the benchmarks share: processes, timing, memory and checks.

Every contender lives in a process of its own, which is started once, prepares a row beforehand and
runs it when asked, while the others wait. Before anything is timed, every result is compared with
the expected one. Contenders run in turn (A B C A B C), so that all of them meet the same load; a
ratio is the median over the turns. Runs on the brief's Python 3.8 with NumPy 1.19.2 as well as on
current ones.
"""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import statistics
import sys
import time
import tracemalloc
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

OURS = "ours"
CAN_PIN = hasattr(os, "sched_setaffinity")
CPUS = len(os.sched_getaffinity(0)) if CAN_PIN else os.cpu_count()
# seconds before each run: worker threads of the previous one (OpenMP, BLAS) spin for a while
PAUSE = 0.1
FAR_BEHIND = 3  # times as long as the fastest


# ---- processes ----


def serve(connection: Connection, make_station: Callable[..., Callable], arguments: tuple) -> None:
    """Answer each question with make_station(*arguments)(*question), until None comes."""
    station = None
    with contextlib.suppress(EOFError, KeyboardInterrupt):  # the parent has ended
        for question in iter(connection.recv, None):
            try:
                station = station or make_station(*arguments)
                connection.send(station(*question))
            except Exception as error:
                connection.send(RuntimeError(f"{type(error).__name__}: {error}"))


@contextlib.contextmanager
def child_environment(variables: dict[str, str], cpus: int | None) -> Iterator[None]:
    """Let processes that start here inherit variables and the first `cpus` CPUs (None: all)."""
    before = dict(os.environ)
    allowed = os.sched_getaffinity(0) if CAN_PIN else set()
    os.environ.update(variables)
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
    """A process that does nothing until it is asked; make_station(*arguments) answers in it."""

    def __init__(self, make_station: Callable[..., Callable], *arguments: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(
            target=serve, args=(theirs, make_station, arguments), daemon=True
        )
        self.process.start()
        theirs.close()

    def ask(self, *question: Any) -> Any:
        """Ask, and wait for the answer; RuntimeError with its message if the contender failed."""
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


@dataclass
class Prepared:
    """A call that is ready to be timed.

    call : what is timed; its result is new memory
    convert_result : the call's result -> an array with channels last
    convert_images : what was done to the images beforehand, None where nothing was
    """

    call: Callable[[], Any]
    convert_result: Callable[[Any], np.ndarray] = np.asarray
    convert_images: Callable[[], Any] | None = None


class Station:
    """Answers questions in a contender's process; it holds the data and the calls of one row.

    load : row -> data, such as (images, kernels)
    prepare_call : (row, *data, *variant) -> Prepared; most have one variant, named by nothing
    pause, least : as in time_call
    """

    def __init__(
        self,
        load: Callable[..., tuple],
        prepare_call: Callable[..., Prepared],
        pause: float,
        least: float = 0.0,
    ) -> None:
        self.load, self.prepare_call, self.pause, self.least = load, prepare_call, pause, least
        self.row: Any = None
        self.data: tuple = ()
        self.prepared: dict[tuple, Prepared] = {}

    def __call__(self, question: str, *arguments: Any) -> Any:
        """Answer a question by the method of this name."""
        return getattr(self, question)(*arguments)

    def evaluate(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return a function's result in this process."""
        return function(*arguments)

    def prepare(self, row: Any, *variant: str) -> None:
        """Load the row's data unless they are here, and build what needs to be built."""
        if row != self.row:
            self.prepared.clear()
            self.data = ()
            self.row, self.data = row, self.load(row)
        self.prepared[variant] = self.prepare_call(row, *self.data, *variant)

    def sample(self, *variant: str) -> tuple[tuple[int, ...], np.ndarray]:
        """Run once; return the shape of the result and the part of it that is compared."""
        prepared = self.prepared[variant]
        result = prepared.convert_result(prepared.call())
        return result.shape, self.row.select_compared(result)

    def run(self, *variant: str) -> float:
        """Return the seconds of a call."""
        return time_call(self.prepared[variant].call, self.pause, self.least)

    def memory(self, *variant: str) -> float:
        """Return the MiB of NumPy's memory that a call takes beyond input and result."""
        return traced_memory(self.prepared[variant].call)

    def layout(self, *variant: str) -> float:
        """Return the least seconds that converting images and result takes."""
        prepared = self.prepared[variant]
        if prepared.convert_images is None:
            return 0.0
        result = prepared.call()

        def convert() -> None:
            prepared.convert_images()
            prepared.convert_result(result)

        return min(time_call(convert, pause=0) for _ in range(3))


@contextlib.contextmanager
def contenders(
    load: Callable[..., tuple],
    prepare_calls: dict[str, Callable[..., Prepared]],
    variables: dict[str, str] | None = None,
    cpus: int | None = None,
    pause: float = PAUSE,
    least: float = 0.0,
) -> Iterator[dict[str, Contender]]:
    """Start a process for each of prepare_calls, wait until all have started, end them."""
    with child_environment(variables or {}, cpus):
        started = {
            name: Contender(Station, load, prepare_call, pause, least)
            for name, prepare_call in prepare_calls.items()
        }
    try:
        for contender in started.values():
            contender.ask("evaluate", int)  # answers once the process has started
        yield started
    finally:
        for contender in started.values():
            contender.stop()


# ---- time and memory ----


def time_call(call: Callable[[], Any], pause: float = PAUSE, least: float = 0.0) -> float:
    """Return the seconds of a call; the last result is freed after the time is taken.

    Short calls are repeated until they have taken `least` seconds, and their mean is returned; as
    long again, they have been called before, since after a pause a processor is slow for a while.
    """
    time.sleep(pause)
    if least:
        _time_calls(call, least)
    return _time_calls(call, least)


def _time_calls(call: Callable[[], Any], least: float) -> float:
    """Return the mean seconds of calls that take `least` seconds together, or of one."""
    count, seconds, start = 0, 0.0, time.perf_counter()
    while not count or seconds < least:
        result = call()
        count, seconds = count + 1, time.perf_counter() - start
    del result
    return seconds / count


def traced_memory(call: Callable[[], np.ndarray]) -> float:
    """Return the peak of NumPy's memory beyond input and result, in MiB."""
    tracemalloc.start()
    result = call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return (peak - result.nbytes) / 2**20


def peak_memory() -> float:
    """Return this process's peak memory in MiB (getrusage includes that of its parent)."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 2**10


def take_turns(
    calls: dict[str, Callable[[], float]], runs: int, row: Any, patience: float = float("inf")
) -> dict[str, list[float]]:
    """Return the seconds of `runs` runs of each call, in turn: A B C A B C.

    One that is far behind, and whose runs have taken over `patience` seconds together, is left out
    of further turns.
    """
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(runs):
        show_progress(f"{row}: run {turn + 1} of {runs}")
        least = min(
            (statistics.median(values) for values in seconds.values() if values), default=0.0
        )
        for name, call in calls.items():
            is_behind = turn and statistics.median(seconds[name]) > FAR_BEHIND * least
            if not (is_behind and sum(seconds[name]) > patience):
                seconds[name].append(call())
    return seconds


def show_progress(text: str) -> None:
    """Show progress on a terminal, each line over the previous one."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


class Spread(NamedTuple):
    """The median of measurements, with the least and the most of them."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: list[float], unit: float = 1) -> Spread:
        """Return the spread of values, in units of so many."""
        return cls(statistics.median(values) / unit, min(values) / unit, max(values) / unit)

    def __str__(self) -> str:
        return f"{self.median:.3g} ({self.least:.3g}..{self.most:.3g})"


# ---- results and checks ----


class Expected(NamedTuple):
    """What a result should be: its shape, the part that is compared, how far it may be away."""

    shape: tuple[int, ...]
    part: np.ndarray
    allowed: Any  # a number, or one for each value
    dtype: str = ""  # empty: any


def evenly_spaced(size: int, most: int) -> np.ndarray:
    """Return at most `most` indices, evenly spaced from the first to the last."""
    return np.unique(np.linspace(0, size - 1, most).astype(int))


def describe_difference(sample: tuple[tuple[int, ...], np.ndarray], expected: Expected) -> str:
    """Say how a sample of a result differs from what is expected; empty if it does not."""
    shape, part = sample
    if tuple(shape) != expected.shape or str(part.dtype) != (expected.dtype or str(part.dtype)):
        dtype = f"{expected.dtype} " if expected.dtype else ""
        return f"the result is {part.dtype} {tuple(shape)}, but should be {dtype}{expected.shape}"
    away = np.abs(part.astype(np.float64) - expected.part)
    if np.all(away <= expected.allowed):
        return ""
    return (
        f"up to {away.max():.3g} away from what is right, of {np.max(expected.allowed):.3g} allowed"
    )


@dataclass
class Result:
    """The measurements of a row by contender.

    wrong : what is wrong with those that are
    seconds : of each run of those that are right
    layout : seconds that converting images and result takes, before and after the call
    memory : MiB that ours takes beyond input and result
    predicted : seconds that plans expect of engines
    """

    row: Any
    wrong: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    layout: dict[str, float] = field(default_factory=dict)
    memory: float | None = None
    predicted: dict[str, float] = field(default_factory=dict)

    def median(self, name: str) -> float:
        """The median of a contender's seconds."""
        return statistics.median(self.seconds[name])

    def ratio(self, name: str | None, to: str = OURS) -> Spread | None:
        """How many times as long as ours (or `to`) a contender took, over turns; None: untimed."""
        if name not in self.seconds or to not in self.seconds:
            return None
        pairs = zip(self.seconds[name], self.seconds[to])
        return Spread.of([seconds / base for seconds, base in pairs])

    def format_seconds(self, name: str, unit: float = 1) -> str:
        """The seconds of a contender, in units of so many."""
        if name in self.wrong:
            return "WRONG"
        return str(Spread.of(self.seconds[name], unit)) if self.seconds.get(name) else "-"


def compare(contender: Contender, row: Any, expected: Expected | None, *variant: str) -> str:
    """Prepare; say what is wrong with the result (None expected: not compared), empty if right."""
    try:
        contender.ask("prepare", row, *variant)
        sample = expected and contender.ask("sample", *variant)
    except RuntimeError as error:
        return str(error).splitlines()[0]
    return describe_difference(sample, expected) if expected else ""


def measure(
    row: Any,
    contenders: dict[str, Contender],
    expected: Expected,
    runs: int,
    patience: float = float("inf"),
    unchecked: tuple[str, ...] = (),
) -> Result:
    """Compare all but the unchecked, then time those that are right, in turn."""
    result = Result(row)
    for name, contender in contenders.items():
        show_progress(f"{row}: comparing {name}")
        difference = compare(contender, row, None if name in unchecked else expected)
        if difference:
            result.wrong[name] = difference
    right = {name: one for name, one in contenders.items() if name not in result.wrong}
    if OURS in right:
        result.memory = right[OURS].ask("memory")
    calls = {name: functools.partial(one.ask, "run") for name, one in right.items()}
    result.seconds = take_turns(calls, runs, row, patience)
    result.layout = {name: one.ask("layout") for name, one in right.items()}
    return result
