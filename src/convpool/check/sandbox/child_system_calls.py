"""Runs in the child process: refuse system calls for memory that counts for no process.

Python 3.8 syntax, the standard library alone; child_main.py loads it by its path. What is left
counts for a process, so that the checker sees it: see session_memory.py.
"""

from __future__ import annotations

import os
import struct
import sys

try:
    import ctypes
except ImportError:  # a Python that was built without it
    ctypes = None  # type: ignore[assignment]

# options of prctl(2) and seccomp(2): PR_SET_SECCOMP, SECCOMP_MODE_FILTER
_SET_FILTER, _FILTER = 22, 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x50000 | 1  # what a filter returns; the latter is EPERM
# machine -> AUDIT_ARCH_*, the number of mmap, and those of the calls that hold memory which counts
# for no process, or make a socket: memfd_create, shmget, msgget, socket, socketpair,
# io_uring_setup, memfd_secret
_CALLS = {
    "x86_64": (0xC000003E, 9, (319, 29, 68, 41, 53, 425, 447)),
    "aarch64": (0xC00000B7, 222, (279, 194, 186, 198, 199, 425, 447)),
}


def refuse_uncounted_memory() -> None:
    """Make the calls of _CALLS, and maps of memory that processes share, fail with EPERM.

    The process must have given up its rights to new privileges. Nothing happens where Linux has no
    such filter.
    """
    if sys.platform != "linux" or ctypes is None or os.uname().machine not in _CALLS:
        return
    architecture, mmap, refused = _CALLS[os.uname().machine]
    load, equal, at_least, any_bit, answer = 0x20, 0x15, 0x35, 0x45, 0x06
    # a program of classic BPF; each step: operation, how many steps to skip if it is true, how many
    # if not, its operand. What it loads is struct seccomp_data, which has the call's number at 0,
    # the architecture at 4, the fourth argument (mmap's flags) at 40
    program = [(load, 0, 0, 4), (equal, 1, 0, architecture), (answer, 0, 0, _REFUSE)]
    program += [(load, 0, 0, 0), (at_least, 0, 1, 0x40000000), (answer, 0, 0, _REFUSE)]
    for number in refused:
        program += [(equal, 0, 1, number), (answer, 0, 0, _REFUSE)]
    program += [(equal, 0, 3, mmap), (load, 0, 0, 40), (any_bit, 0, 1, 1)]  # MAP_SHARED
    program += [(answer, 0, 0, _REFUSE), (answer, 0, 0, _ALLOW)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    # struct sock_fprog
    pointer = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code))
    ctypes.CDLL(None).prctl(_SET_FILTER, ctypes.c_ulong(_FILTER), pointer, 0, 0)
