"""How compiled kernels are called: compiled beforehand, in parts, with memory that lies right."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines import threads
from convpool.engines.compiled import host

Array = NDArray[Any]

PARTS = 4  # parts of the work for each thread, so that none waits long for another

_ready: set[Any] = set()
_loaded: set[str] = set()


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


def load(name: str) -> None:
    """Import a module of kernels.

    Raises
    ------
    UnavailableError : Numba does not work here, with the reason
    """
    if refusal := host.refusal():
        raise host.UnavailableError(refusal)
    if name not in _loaded:
        with host.attempt("be imported"):
            importlib.import_module(f"convpool.engines.compiled.loops.{name}")
        _loaded.add(name)


def ready(kernel: Any, call: tuple[Any, ...]) -> None:
    """See to it that a kernel is compiled for such a call, so that no two threads do it."""
    kinds = (kernel, *map(_kind, call))
    if kinds in _ready:
        return
    with host.attempt("compile"):
        import numba

        from convpool.engines.compiled.loops import compile_cache

        signature = tuple(map(numba.typeof, call))
        with _alone():
            if not compile_cache.stored(kernel, signature):  # type: ignore[no-untyped-call]
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
    """Keep other processes from compiling meanwhile: what one has made, the others only load."""
    try:
        import fcntl

        file = open(Path(host.cache_folder() or os.devnull, "convpool.lock"), "a")  # noqa: SIM115
    except (ImportError, OSError):  # on Windows, or without a folder to write to
        yield
        return
    with file:
        with suppress(OSError):  # some file systems have no locks
            fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        # a child that was forked meanwhile has the file open too, and closing it here would not be
        # enough
        finally:
            with suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_UN)
