"""Every limit of the child processes: seconds, bytes, processes and files.

`child_main` and `child_isolation` run on another Python and cannot import this file: the child gets
`Limits.for_child` with its job.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, fields, replace
from typing import Any

TASK_SECONDS = 20.0  # for all calls of one task
SUBMISSION_SECONDS = 180.0  # for all tasks of one submission
STATIC_SECONDS = TASK_SECONDS  # for the compiler or pycodestyle; an ordinary file takes 0.1
RULES_SECONDS = TASK_SECONDS  # for all rules of a submission
RULES_MEMORY = 2_000_000_000  # bytes of address space of the process that judges by the rules
STOP_SECONDS = 0.1  # between two looks at `Limits.stop` and at the memory of all its processes
START_SECONDS = 30.0  # for an interpreter to start and import NumPy, on a cold and busy machine
BASELINE_SECONDS = (
    60.0  # at least so many for the project's own file, with which times are compared
)
GIT_SECONDS = 20.0  # for git to list an index
END_SECONDS = 5.0  # for a process to end after it was asked to
MOST_DEATHS = 3  # after so many processes of a task have died, its remaining calls are not made
SOURCE_BYTES = 1_000_000  # of a submission's file; a longer one is not loaded
MESSAGE_BYTES = 100_000  # of a message's JSON
STEPS_BYTES = 8_000_000  # of the JSON of the steps of a followed call
# of a result: so many for each number in the arguments, and some more
RESULT_BYTES, MORE_RESULT_BYTES = 64, 1 << 20
MOST_LATE = 3  # after so many calls without an answer in time, a task's remaining ones are not made
# processor time for one call, as a part of the time of a task; it is measured in whole seconds
CALL_SHARE = 0.25
# a process that waits for a processor gets up to so many times the time of a task
MOST_WAITING = 4.0


@dataclass(frozen=True)
class Limits:
    """What a child process may use; `task_seconds` covers all calls of one `caller.run`."""

    task_seconds: float = TASK_SECONDS  # of a clock, for a process that need not wait for others
    # for all tasks; whoever runs several tasks keeps to it, by `until`
    submission_seconds: float = SUBMISSION_SECONDS
    memory: int = 500_000_000  # bytes of data of a process
    # bytes of address space beyond `memory`: shared libraries, and what is reserved but not used
    reserved_memory: int = 1_000_000_000
    # bytes of a file that it writes; of all its files together where it has its own root folder
    file_bytes: int = 20_000_000
    files: int = 4000  # number of files in its own root folder
    open_files: int = 128
    # bytes in memory of all its processes together; measured every STOP_SECONDS
    total_memory: int = 1_000_000_000
    processes: int = 16  # threads included
    result_bytes: int = 100_000_000  # of one array that comes back
    # whether the child gets its own root folder, process space and network, where the system can
    namespaces: bool = True
    # once it is set, every child ends at once
    stop: threading.Event = field(default_factory=threading.Event, compare=False, repr=False)

    @property
    def for_child(self) -> dict[str, Any]:
        """The limits by name as JSON values, all but `stop`."""
        names = (entry.name for entry in fields(self) if entry.name != "stop")
        return {name: getattr(self, name) for name in names} | {"call_seconds": self.call_seconds}

    @property
    def call_seconds(self) -> float:
        """Processor time for one call."""
        return max(1.0, CALL_SHARE * self.task_seconds)

    def until(self, deadline: float) -> Limits:
        """Return limits whose task_seconds end at a moment of time.monotonic() at the latest."""
        return replace(self, task_seconds=min(self.task_seconds, deadline - time.monotonic()))


LIMITS = Limits()
