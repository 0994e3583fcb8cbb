"""Compiled loops on disk: each is compiled once for a CPU, and kept for every later process of this user."""

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
STAMP = hashlib.sha256(b"".join(path.read_bytes() for path in SOURCES)).hexdigest()


class _Files:
    """One file for each form of a kernel: its digest, and what it is for and is.

    Whatever is not as it was written is a miss: the processor would run it. Numba's own files have
    no digest, and its index may name a file of another form where the disk was full.
    """

    def __init__(self, folder, name):
        self.folder, self.name = Path(folder), name

    def path(self, key):
        """Return where a form is, or would be; one of other sources or versions has the same place."""
        digest = hashlib.sha256(repr(key[:2]).encode()).hexdigest()
        return self.folder / f"{self.name}.{digest[:20]}.nbc"

    def load(self, key):
        content = self.path(key).read_bytes()
        if hashlib.sha256(content[32:]).digest() != content[:32]:
            return None
        made_for, form = pickle.loads(content[32:])
        return form if made_for == key else None

    def save(self, key, form):
        content = caching.dumps((key, form))
        path = self.path(key)
        unfinished = path.with_name(f"{path.name}.tmp.{uuid.uuid4().hex[:16]}")
        try:
            unfinished.write_bytes(hashlib.sha256(content).digest() + content)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


class _Cache(caching.FunctionCache):
    """Compiled kernels on disk, which count only for the sources they were made from: all, and not one file.

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


def stored(dispatcher, signature):
    """Tell whether a kernel is on disk, compiled for such words on such a CPU."""
    try:
        key = dispatcher._cache._index_key(signature, cpu_target.target_context.codegen())
        return dispatcher._cache._cache_file.path(key).exists()
    except (AttributeError, OSError):  # nothing is kept, or Numba keeps it in another way
        return False


def kernel(function):
    """Compile a function when it is first called, without the interpreter's lock, and keep it on disk."""
    dispatcher = njit(nogil=True)(function)
    try:
        dispatcher._cache = _Cache(function)
    except Exception:  # there is no folder to write to, or Numba keeps kernels in another way
        return dispatcher
    return dispatcher


def folder():
    """Return where Numba keeps the compiled loops of this folder, or None if it can write nowhere."""
    with suppress(RuntimeError, OSError):
        # the same folder for every file that stands beside this one: Numba makes the first that it
        # can write to
        return str(caching.FunctionCache(folder).cache_path)
    return None
