"""Plain values of a call in a child process: the function, its arguments, and what came back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray

# of a call: "died": its process ended; "not run": the call was not made
OUTCOMES = ("returned", "raised", "not an array", "timed out", "died", "not run")


class SubmittedFunction(NamedTuple):
    """A function of a submission's file.

    The child sees copies of the seven files of `folder`, and nothing else of it.
    """

    folder: Path  # the course folder
    file: str  # 1-convolve_grayscale_same.py
    name: str  # convolve_grayscale_same


@dataclass(frozen=True)
class Call:
    """The arguments of one call: arrays, numbers, strings, None, and tuples and lists of these."""

    arguments: tuple[Any, ...]  # by position
    keywords: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What came of one call."""

    outcome: str  # one of OUTCOMES
    value: NDArray[Any] | None = None  # the array; None unless the outcome is "returned"
    words: str = ""  # a sentence, for every outcome but "returned"
    line: int | None = None  # of the submission's file: where an exception was raised
    changed: tuple[int, ...] = ()  # positions of the array arguments that the function wrote to
    seconds: float = 0.0  # of processor time, all threads of the child together
    peak: int = 0  # most bytes of memory that the child has held so far
    loaded: bool = True  # False: the file or its function could not be loaded; words say why
    # the first error of a statement of the file that was passed over, as "TypeError: ... in line 3"
    load_problem: str = ""
    load_line: int | None = None  # where that statement is
    is_checkers_limit: bool = False  # whether that error is about something missing on this machine
    printed: str = ""  # the beginning of what the call printed
    printed_count: int = 0  # characters of all that it printed
    isolation: tuple[str, ...] = ()  # the restrictions in force, such as "no network"


@dataclass(frozen=True)
class Step:
    """One line that ran, and the local names that it changed."""

    line: int
    function: str
    values: dict[str, str]  # name -> new value, as short text


@dataclass(frozen=True)
class FollowedCall:
    """A call that was followed line by line."""

    answer: Answer
    steps: tuple[Step, ...]
    complete: bool  # False: there were more steps than were recorded, or the call did not end
