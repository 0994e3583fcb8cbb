"""How much memory a child process and all that it started hold together."""

from __future__ import annotations

import os
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def session_memory(process: int) -> int:
    """Return the bytes in memory of a process and its descendants; 0 where there is no /proc.

    Pages that several of them share count once for each.
    """
    children: dict[int, list[int]] = {}
    pages: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            # PID (NAME) STATE PARENT ...; the name may hold spaces and parentheses
            fields = status.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        number = int(status.parent.name)
        children.setdefault(int(fields[1]), []).append(number)
        pages[number] = int(fields[21])
    family = [process]
    for number in family:  # the list grows meanwhile
        family += children.get(number, [])
    return _PAGE * sum(pages.get(number, 0) for number in family)
