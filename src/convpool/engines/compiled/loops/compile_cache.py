"""Compiled loops on disk: each is compiled once for a CPU, then loaded by every later process."""

from __future__ import annotations

import hashlib
import pickle
import uuid
from contextlib import suppress
from pathlib import Path

import numba
from numba import njit
from numba.core import caching
from numba.core.registry import cpu_target

SOURCES = [*sorted(Path(__file__).parent.glob("*.py"))]
# changes with any source of this folder, so that no older machine code is loaded
STAMP = hashlib.sha256(b"".join(path.read_bytes() for path in SOURCES)).hexdigest()


class _Files:
    """One file for each form of a loop: a digest, then the pickled pair (key, machine code).

    A form is the machine code for arguments of some types on some CPU; its key says which.

    A file that does not match its digest is a miss, since the processor would run it. Numba's own
    files have no digest, and its index may name a file of another form where the disk was full.
    """

    def __init__(self, folder, name):
        self.folder, self.name = Path(folder), name

    def path(self, key):
        """Return the path of a form's file, the same for all versions of the sources."""
        digest = hashlib.sha256(repr(key[:2]).encode()).hexdigest()
        return self.folder / f"{self.name}.{digest[:20]}.nbc"

    def load(self, key):
        """Return the form that was saved for a key; None if the file is damaged or another's."""
        content = self.path(key).read_bytes()
        if hashlib.sha256(content[32:]).digest() != content[:32]:
            return None
        saved_key, form = pickle.loads(content[32:])
        return form if saved_key == key else None

    def save(self, key, form):
        """Write a form for a key to its file, which appears complete or not at all."""
        content = caching.dumps((key, form))
        path = self.path(key)
        unfinished = path.with_name(f"{path.name}.tmp.{uuid.uuid4().hex[:16]}")
        try:
            unfinished.write_bytes(hashlib.sha256(content).digest() + content)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


class _Cache(caching.FunctionCache):
    """Numba's cache, with keys that hold a digest of all the loops' sources, not of one file.

    A file that cannot be read or written, whatever the reason, costs the time to compile and
    nothing else.
    """

    def __init__(self, function):
        super().__init__(function)
        self._cache_file = _Files(self._cache_path, self._impl.filename_base)

    def _index_key(self, *words):
        return (*super()._index_key(*words), STAMP, numba.__version__)

    def load_overload(self, *words):
        with suppress(Exception):
            return super().load_overload(*words)
        return None

    def save_overload(self, *words):
        with suppress(Exception):
            super().save_overload(*words)


def is_stored(dispatcher, signature):
    """Return whether a loop is on disk, compiled for arguments of these types on this CPU.

    False also where there is no cache.
    """
    try:
        key = dispatcher._cache._index_key(signature, cpu_target.target_context.codegen())
        return dispatcher._cache._cache_file.path(key).exists()
    except (AttributeError, OSError):  # there is no cache, or it is one of another Numba
        return False


def compiled_loop(function):
    """Return a function as Numba compiles it: when it is first called, to run without the GIL.

    The machine code is kept on disk where that is possible.
    """
    dispatcher = njit(nogil=True)(function)
    try:
        dispatcher._cache = _Cache(function)
    except Exception:  # there is no folder to write to, or Numba's cache is another one
        return dispatcher
    return dispatcher


def folder():
    """Return the folder with the compiled loops, or None if Numba can write to none."""
    with suppress(RuntimeError, OSError):
        # Numba creates the first folder that it can write to, the same for all files that stand
        # beside this one; the function `folder` only says which file that is
        return str(caching.FunctionCache(folder).cache_path)
    return None
