"""Whether this host can use the compiled engine, and the name of its CPU."""

from __future__ import annotations

import platform
import re
import sys
from contextlib import suppress

from convpool.engines.compiled import library

CPU_INFO = "/proc/cpuinfo"


def refusal() -> str | None:
    """Return why the compiled engine cannot be used, None if it can.

    Raises
    ------
    ValueError : the environment variable CONVPOOL_ISA is wrong
    """
    chosen = library.choice()
    return None if chosen.isa else chosen.reason


def cpu_name() -> str:
    """Return the name of the CPU, "unknown" if the system does not tell it."""
    import subprocess  # which takes a while to load, and no call needs it

    name = ""
    with suppress(OSError, subprocess.SubprocessError):
        if sys.platform == "darwin":
            name = subprocess.check_output(
                ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"], text=True, timeout=9
            )
        elif sys.platform == "linux":
            with open(CPU_INFO, encoding="utf-8", errors="replace") as file:
                match = re.search(r"^model name\s*: *(.+)$", file.read(), re.MULTILINE)
            name = match[1] if match else ""
    return name.strip() or platform.processor() or platform.machine() or "unknown"
