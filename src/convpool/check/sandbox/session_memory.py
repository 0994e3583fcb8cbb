"""How much memory a child process and all that it started hold together."""

from __future__ import annotations

import contextlib
import os

_PARENT, _RESIDENT_PAGES = 1, 21  # of the fields after the name in /proc/PID/stat, see proc(5)
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def session_memory(process: int) -> int:
    """Return the bytes in memory of a process and its descendants; 0 where there is no /proc.

    Pages that several of them share count once for each.
    """
    children: dict[int, list[int]] = {}
    pages: dict[int, int] = {}
    with contextlib.suppress(FileNotFoundError):
        for number in map(int, filter(str.isdigit, os.listdir("/proc"))):
            # it may just have ended
            with contextlib.suppress(OSError), open(f"/proc/{number}/stat", "rb") as status:
                # PID (NAME) STATE PARENT ...; the name may hold spaces and parentheses
                fields = status.read().rpartition(b")")[2].split()
                children.setdefault(int(fields[_PARENT]), []).append(number)
                pages[number] = int(fields[_RESIDENT_PAGES])
    family = [process]
    for number in family:  # the list grows meanwhile
        family += children.get(number, [])
    return _PAGE * sum(pages.get(number, 0) for number in family)
