"""How long a child process is waited for: longer if it waits itself, for a processor."""

from __future__ import annotations

import time
from pathlib import Path

from convpool.check.sandbox.limits import MOST_WAITING

# of the fields after the name in /proc/PID/stat, see proc(5): times in ticks
STATE, SESSION, USER_TIME, SYSTEM_TIME = 0, 3, 11, 12
TICKS = 100  # in a second, on every Linux
STARVED_SHARE = 0.6  # a process that got a smaller part of the time waits for a processor


class Deadline:
    """The end of a number of seconds from now on.

    It moves by a quarter of them whenever a process had to wait, up to MOST_WAITING times them.
    """

    def __init__(self, seconds: float) -> None:
        self.start = time.monotonic()
        self.seconds, self.extension = seconds, seconds / 4
        self.most_seconds = MOST_WAITING * seconds

    @property
    def seconds_left(self) -> float:
        """Seconds until the end as it is now, at least 0."""
        return max(self.start + self.seconds - time.monotonic(), 0)

    def is_over(self, session: int | None = None) -> bool:
        """Return whether the time is over; extend it if it is but the processes were starved.

        session: the id of the session of the processes; None: it is never extended.
        """
        passed = time.monotonic() - self.start
        if passed < self.seconds:
            return False
        if session is None or passed >= self.most_seconds or not is_starved(session, passed):
            return True
        self.seconds = passed + self.extension
        return False


def is_starved(session: int, seconds: float) -> bool:
    """Return whether a session's processes want to run, but got little processor time.

    session: its id. seconds: since the processes started; under STARVED_SHARE of them is little.
    False where there is no /proc.
    """
    used, wants_to_run = 0, False
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            # PID (NAME) STATE PARENT GROUP SESSION ...; the name may hold spaces and parentheses
            fields = status.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[SESSION]) == session:
            used += int(fields[USER_TIME]) + int(fields[SYSTEM_TIME])
            wants_to_run |= fields[STATE] == "R"
    return wants_to_run and used / TICKS < STARVED_SHARE * seconds
