"""What every call of a compiled loop needs: compiled loops, work in parts, aligned memory."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
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

_compiled: set[Any] = set()  # (loop, types of its arguments)
_loaded: set[str] = set()  # modules
_was_called = False


def empty_aligned(numbers: int, dtype: np.dtype[Any]) -> Array:
    """Return an uninitialised array of so many numbers that begins at a multiple of 64 bytes."""
    spare = np.empty(numbers * dtype.itemsize + 64, np.uint8)
    start = -spare.ctypes.data % 64
    return spare[start : start + numbers * dtype.itemsize].view(dtype)


def split_range(count: int, parts: int) -> list[tuple[int, int]]:
    """Return ranges (first, behind the last) of about equal length that make up range(count).

    They are `parts` ranges, or one for each number if these are fewer; (0, 0) if count is 0.
    """
    parts = max(1, min(count, parts))
    return list(pairwise(count * k // parts for k in range(parts + 1)))


def part_count() -> int:
    """Return how many parts work is split into: PARTS for each thread, 1 for one thread."""
    number = threads.number()
    return PARTS * number if number > 1 else 1


def load_loops(name: str) -> None:
    """Import a module of engines.compiled.loops.

    Raises
    ------
    UnavailableError
        Numba does not work here; the error says why.
    """
    if refusal := host.refusal():
        raise host.UnavailableError(refusal)
    if name not in _loaded:
        with host.attempt("be imported"):
            importlib.import_module(f"convpool.engines.compiled.loops.{name}")
        _loaded.add(name)


def ensure_compiled(loop: Any, arguments: tuple[Any, ...]) -> None:
    """Compile a loop, or load it, for arguments of these types, before several threads call it."""
    key = (loop, *map(_type_key, arguments))
    if key in _compiled:
        return
    with host.attempt("compile"):
        import numba

        from convpool.engines.compiled.loops import compile_cache

        signature = tuple(map(numba.typeof, arguments))
        with _compile_lock():
            if not compile_cache.is_stored(loop, signature):  # type: ignore[no-untyped-call]
                _print_once("convpool: compiling for this CPU, once ...")
            loop.compile(signature)
    _compiled.add(key)


def _type_key(argument: Any) -> Any:
    """Return a key that is the same for arguments that Numba compiles the same code for.

    numba.typeof would say that too, far more slowly.
    """
    return tuple(map(_type_key, argument)) if isinstance(argument, tuple) else type(argument)


def _print_once(text: str) -> None:
    """Print a text to stderr if it is a terminal, and nothing from the second call on."""
    global _was_called
    if not _was_called and sys.stderr is not None and sys.stderr.isatty():
        print(text, file=sys.stderr)
    _was_called = True


@contextmanager
def _compile_lock() -> Iterator[None]:
    """Hold a lock of all processes, so that one compiles and the others load what it has stored."""
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


def run_ranges(
    loop: Any,
    count: int,
    arguments_from: Callable[[list[Array]], tuple[Any, ...]],
    scratch: Sequence[tuple[int, np.dtype[Any]]] = (),
) -> None:
    """Call loop(first, last, ...) for ranges of `count` blocks, in several threads.

    `scratch` are (size, dtype) of the arrays that each thread has of its own; `arguments_from`
    returns the arguments after the range from these arrays.
    """
    no_scratch = [empty_aligned(0, dtype) for _, dtype in scratch]
    ensure_compiled(loop, (0, 0, *arguments_from(no_scratch)))
    ranges = split_range(count, part_count())

    def run_part(part: int) -> None:
        own_scratch = [empty_aligned(*size) for size in scratch]
        loop(*ranges[part], *arguments_from(own_scratch))

    threads.spread(run_part, len(ranges))
