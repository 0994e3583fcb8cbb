"""How long a child process is waited for: longer if it waits itself, for a processor."""

from __future__ import annotations

import time
from pathlib import Path

from convpool.check.sandbox.limits import MOST_WAITING

STARVED_SHARE = 0.6  # a process that got a smaller part of the time waits for a processor


class Deadline:
    """The end of a number of seconds from now on; it moves while a process has to wait."""

    def __init__(self, seconds: float) -> None:
        self.start = time.monotonic()
        self.seconds, self.step = seconds, seconds / 4
        self.most_seconds = MOST_WAITING * seconds

    @property
    def seconds_left(self) -> float:
        """Seconds until the end as it is now, at least 0."""
        return max(self.start + self.seconds - time.monotonic(), 0)

    def is_over(self, session: int | None = None) -> bool:
        """Return whether the time is over.

        session: of processes that get more time if other processes keep them from running.
        """
        passed = time.monotonic() - self.start
        if passed < self.seconds:
            return False
        if session is None or passed >= self.most_seconds or not is_starved(session, passed):
            return True
        self.seconds = passed + self.step
        return False


def is_starved(session: int, seconds: float) -> bool:
    """Return whether processes of a session want to run, and got too little of these seconds.

    False where there is no /proc.
    """
    used, wants_to_run = 0, False
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            # PID (NAME) STATE PARENT GROUP SESSION ...; the name may hold spaces and parentheses
            fields = status.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[3]) == session:
            used += int(fields[11]) + int(fields[12])
            wants_to_run |= fields[0] == "R"
    return wants_to_run and used / TICKS < STARVED_SHARE * seconds


TICKS = 100  # of the clock of /proc in a second, on every Linux
