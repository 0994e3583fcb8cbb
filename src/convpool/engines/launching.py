"""How compiled kernels are called: compiled beforehand, in parts, with memory that lies right."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines import host, threads

Array = NDArray[Any]

PARTS = 4  # parts of the work for each thread, so that none waits long for another

_ready: set[Any] = set()


def aligned(numbers: int, dtype: np.dtype[Any]) -> Array:
    """Return uninitialised memory that begins where a vector may."""
    room = np.empty(numbers * dtype.itemsize + 64, np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + numbers * dtype.itemsize].view(dtype)


def ranges(count: int, parts: int) -> list[tuple[int, int]]:
    """Cut a range into parts of about the same length."""
    parts = max(1, min(count, parts))
    return list(pairwise(count * k // parts for k in range(parts + 1)))


def parts() -> int:
    """Return in how many parts work is cut."""
    number = threads.number()
    return PARTS * number if number > 1 else 1


def ready(kernel: Any, call: tuple[Any, ...]) -> None:
    """See to it that a kernel is compiled for such a call, so that no two threads do it."""
    kinds = (kernel, *map(_kind, call))
    if kinds in _ready:
        return
    import numba

    from convpool.engines import vectors

    signature = tuple(map(numba.typeof, call))
    with _alone():
        if not vectors.stored(kernel, signature):  # type: ignore[no-untyped-call]
            _say("convpool: compiling for this CPU, once ...")
        kernel.compile(signature)
    _ready.add(kinds)


def _kind(word: Any) -> Any:
    """Return what a kernel is compiled for, far faster than Numba tells it."""
    return tuple(map(_kind, word)) if isinstance(word, tuple) else type(word)


_said = False


def _say(text: str) -> None:
    """Write to a terminal, once."""
    global _said
    if not _said and sys.stderr is not None and sys.stderr.isatty():
        print(text, file=sys.stderr)
    _said = True


@contextmanager
def _alone() -> Iterator[None]:
    """Keep other processes from writing to the same cache meanwhile: Numba numbers its files without asking."""
    try:
        import fcntl

        file = open(Path(host.cache_folder() or os.devnull, "convpool.lock"), "a")  # noqa: SIM115
    except (ImportError, OSError):  # on Windows, or without a folder to write to
        yield
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
