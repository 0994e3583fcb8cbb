"""What goes to a child process and what comes back: plain values."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, fields, replace
from typing import Any

from numpy.typing import NDArray

OUTCOMES = ("returned", "raised", "not an array", "timed out", "died", "not run")


@dataclass(frozen=True)
class Call:
    """The arguments of one call: arrays, numbers, strings, None, and tuples and lists of these."""

    arguments: tuple[Any, ...]
    words: dict[str, Any] = field(default_factory=dict)  # by keyword


@dataclass(frozen=True)
class Answer:
    """What came of one call."""

    outcome: str  # one of OUTCOMES
    value: NDArray[Any] | None = None  # where it returned an array
    words: str = ""  # a sentence for all but "returned"
    line: int | None = None  # of the submission's file, where it is known
    changed: tuple[int, ...] = ()  # positions of the array arguments that the function wrote to
    seconds: float = 0.0  # of the processor, all threads of the child together
    peak: int = 0  # bytes that the child has held at most so far
    # False: no call was made, for the file or its function could not be had; words say why
    loaded: bool = True
    isolation: tuple[str, ...] = ()  # in words: what bound the child, such as "no network"


@dataclass(frozen=True)
class Limits:
    """What a child may use; task_seconds are for all calls of one `run` together."""

    task_seconds: float = 20.0
    submission_seconds: float = 180.0  # kept by the caller: see until
    memory: int = 500_000_000  # bytes of data of a process
    file_bytes: int = (
        20_000_000  # of a file that it writes; of all of them together where it has its own root
    )
    processes: int = 16  # threads included
    result_bytes: int = 100_000_000  # of one array that comes back
    namespaces: bool = True  # False: without a root, a process space and a network of its own
    stop: threading.Event = field(
        default_factory=threading.Event, compare=False, repr=False
    )  # set: end at once

    @property
    def of_process(self) -> dict[str, Any]:
        """What the child itself is told."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "stop"}

    def until(self, deadline: float) -> Limits:
        """Return limits that end at a moment of time.monotonic() at the latest."""
        return replace(self, task_seconds=min(self.task_seconds, deadline - time.monotonic()))


@dataclass(frozen=True)
class Step:
    """One line that ran, and what it changed among the local names."""

    line: int
    function: str
    values: dict[str, str]  # name -> short text


@dataclass(frozen=True)
class Followed:
    """A call that was followed line by line."""

    answer: Answer
    steps: tuple[Step, ...]
    complete: bool  # False: there were more steps than are kept, or the call did not end


LIMITS = Limits()
