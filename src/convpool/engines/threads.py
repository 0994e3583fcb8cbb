"""Threads: the parts of one call, shared between the caller and a pool of helpers.

A call opens a share of numbered parts. The caller and the free helpers of the pool take the next
number until none is left, so that a slow core delays nobody. Nobody waits for a helper that has not
started: a pool that is busy, shut down or lost in a fork costs time, but the result is the same.
"""

from __future__ import annotations

import operator
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar, copy_context
from time import monotonic
from typing import TYPE_CHECKING

from convpool.engines import cpus

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

VARIABLE = "CONVPOOL_NUM_THREADS"
# variables of other libraries: values that are no numbers are ignored
OTHER_VARIABLES = ("OMP_NUM_THREADS",)
RETRY = 1.0  # seconds after which threads are started again, if some could not be
CREWS = 4  # crews that are kept at most: contexts may each have a number of threads of their own

_chosen: int | None = None  # what set_number set for the process
# what `limited` set for a context
_chosen_here: ContextVar[int | None] = ContextVar("convpool_threads", default=None)
_crews: dict[int, _Crew] = {}  # number of threads -> crew
_here = threading.local()  # .busy is set in a thread that works on a share
_importing = False  # while the pool is being imported
_was_forked_in_import = False  # then the import would never end in this process


def number() -> int:
    """Return how many threads a call may use."""
    return origin()[0]


def origin() -> tuple[int, str]:
    """Return (number, source): how many threads a call may use, and what sets the number.

    In this order: what was set for this context, what was set for the process, our environment
    variable, those of other libraries, and the number of CPUs.
    """
    if (here := _chosen_here.get()) is not None:
        return here, "convpool.threads"
    if _chosen is not None:
        return _chosen, "set_num_threads"
    if text := os.environ.get(VARIABLE, "").strip():
        return _parse(text), VARIABLE
    for name in OTHER_VARIABLES:
        if value := os.environ.get(name):
            with suppress(ValueError):
                # OpenMP takes one number for each level of nesting
                if (n := int(value.partition(",")[0])) > 0:
                    return n, name
    return cpus.count()


def check() -> None:
    """Raise ValueError if our environment variable is used and is not a whole number of 1 or more.

    It is used where no number was set for the process or the context.
    """
    if (
        _chosen is None
        and _chosen_here.get() is None
        and (text := os.environ.get(VARIABLE))
        and text.strip()
    ):
        _parse(text.strip())


def _parse(text: str) -> int:
    """Return the number of threads in `text`, the value of our variable; else raise ValueError."""
    try:
        n = int(text)
    except ValueError:
        n = 0
    if n < 1:
        raise ValueError(
            f"the environment variable {VARIABLE} is {text!r}; it must be a whole number of 1 or "
            "more"
        )
    return n


def set_number(n: int | None) -> None:
    """Set how many threads a call may use; None restores the default."""
    global _chosen
    _chosen = None if n is None else _check_number(n)
    _crews.clear()  # the threads of old crews end with their work


def limited(n: int | None) -> AbstractContextManager[None]:
    """Return a context manager for calls with n threads; None for the number of the process."""
    return _limited(None if n is None else _check_number(n))


@contextmanager
def _limited(n: int | None) -> Iterator[None]:
    """Set the number of this context during a with statement; then restore the one before."""
    before = _chosen_here.get()
    _chosen_here.set(n)
    try:
        yield
    finally:
        # not reset with a token: a generator may be closed in another context than it started in
        _chosen_here.set(before)


def _check_number(n: int) -> int:
    """Return n as an int; TypeError or ValueError unless it is a whole number of 1 or more."""
    message = (
        f"the number of threads is {n!r}; it must be a whole number of 1 or more, or None "
        "for the default"
    )
    # NumPy's bool too, which older versions take for a whole number
    if type(n).__name__ in ("bool", "bool_"):
        raise TypeError(message)
    try:
        threads = operator.index(n)
    except TypeError:
        raise TypeError(message) from None
    if threads < 1:
        raise ValueError(message)
    return threads


@contextmanager
def inline() -> Iterator[None]:
    """Run all shares of this thread in it alone, in a with statement: for callers with threads."""
    before = is_inside_part()
    _here.busy = True
    try:
        yield
    finally:
        _here.busy = before


def is_inside_part() -> bool:
    """Return whether this thread works on a part of some work, or for a caller with threads."""
    return getattr(_here, "busy", False)


def spread(work: Callable[[int], object], parts: int) -> None:
    """Call work(0) to work(parts - 1), each once, in several threads; return when all have ended.

    The first exception is raised here, after the parts that had started have ended; no other part
    starts. Inside a part, everything runs in the thread that called it.
    """
    crew = None if parts < 2 or is_inside_part() else _crew(number())
    if crew is None:
        for i in range(parts):
            work(i)
        return
    share = _Share(work, parts)
    stopped: BaseException | None = None
    _here.busy = True
    try:
        crew.call(share)
        share.run()
    finally:
        # Ctrl-C must not free the arrays while helpers use them. This loop is not in a function,
        # since the signal could arrive when that is called.
        while True:
            try:
                crew.dismiss(share)
                share.close()
                break
            except BaseException as error:
                stopped = error
        _here.busy = False
    stopped = stopped or share.error
    if stopped is not None:
        share.error = None
        try:
            raise stopped
        finally:
            del stopped  # or it would refer to this frame, which refers to it


class _Share:
    """The numbered parts of one call, which the caller and helpers take one by one."""

    def __init__(self, work: Callable[[int], object], parts: int) -> None:
        self.work: Callable[[int], object] | None = work
        self.parts = parts
        self.next = 0  # number of the next part
        self.helpers = 0  # helpers that run parts
        self.error: BaseException | None = None
        self.lock = threading.Lock()  # for next, helpers and error
        self.context = copy_context()  # np.errstate applies to every part
        self.ended = threading.Lock()  # released when the last helper has left
        self.ended.acquire()

    def run(self) -> None:
        """Run parts until none is left; an exception is stored, and no part is left then."""
        try:
            while (i := self._take()) < self.parts:
                self.work(i)  # type: ignore[misc]
        except BaseException as error:
            with self.lock:
                self.next = self.parts
                if self.error is None:
                    self.error = error

    def _take(self) -> int:
        """Return the number of the next part; `parts` if none is left."""
        with self.lock:
            i = self.next
            self.next = min(i + 1, self.parts)
            return i

    def join(self) -> bool:
        """Count a helper and return True, unless nothing is left to do."""
        with self.lock:
            if self.next >= self.parts:
                return False
            self.helpers += 1
            return True

    def help(self) -> None:
        """Run parts as a helper that has joined, and leave."""
        self.context.copy().run(self.run)
        with self.lock:
            self.helpers -= 1
            if not self.helpers:  # happens once: nothing is left, so nobody joins any more
                self.ended.release()

    def close(self) -> None:
        """Give out no more parts, wait for the helpers, and drop the work; may be called again."""
        with self.lock:
            self.next = self.parts
            has_helpers = self.helpers > 0
        if has_helpers:
            self.ended.acquire()
        self.work = None


class _Crew:
    """A pool of helpers for all open shares, whose queue is never longer than its size."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.helper_count = 0  # helpers that work, or were called to
        self.open_shares: list[_Share] = []
        self.lock = threading.Lock()  # for helper_count and open_shares
        # when a thread could not be started (monotonic time); size was reduced to those there are
        self.failed_at: float | None = None
        self.pool = _executor()(size, "convpool")

    def call(self, share: _Share) -> None:
        """Open a share and call helpers."""
        with self.lock:
            self.open_shares.append(share)
            needed = max(0, min(share.parts - 1, self.size - self.helper_count))
            self.helper_count += needed
        submitted = 0
        try:
            while submitted < needed and self._submit():
                submitted += 1
        except BaseException:
            _crews.clear()  # how many were called is unknown
            raise
        if submitted < needed:
            with self.lock:
                # the pool keeps the task that failed, for a helper that is free
                self.helper_count -= needed - submitted - 1
                self.size = self.helper_count - 1
                self.failed_at = monotonic()

    def _submit(self) -> bool:
        """Call a helper; return False if no thread can be started, as when the interpreter ends."""
        try:
            self.pool.submit(self._serve)
        except RuntimeError:
            return False
        return True

    def _serve(self) -> None:
        """Help with the oldest share that has parts left."""
        _here.busy = True
        with self.lock:
            share = next((share for share in self.open_shares if share.join()), None)
        if share is not None:
            share.help()
        del share
        with self.lock:
            has_parts = any(share.next < share.parts for share in self.open_shares)
            self.helper_count -= not has_parts
        if has_parts:
            self._submit()  # not a loop: the pool must be able to end between two shares

    def dismiss(self, share: _Share) -> None:
        """Offer a share to helpers no more; may be called again."""
        with self.lock:
            if share in self.open_shares:
                self.open_shares.remove(share)


def _crew(n: int) -> _Crew | None:
    """Return the crew for n threads, the caller included; None if the caller has to work alone."""
    if n < 2 or _was_forked_in_import:
        return None
    crew = _crews.get(n)
    if crew is not None and crew.failed_at is not None and monotonic() - crew.failed_at >= RETRY:
        _crews.pop(n, None)
        crew = None
    if crew is None:
        try:
            # without a lock, which would stay locked in a process that is forked meanwhile
            crew = _crews.setdefault(n, _Crew(n - 1))
        except RuntimeError:  # the interpreter is ending
            return None
        for old_number in list(_crews)[:-CREWS]:
            _crews.pop(old_number, None)  # its threads end with their work
    return crew


def _executor() -> type[ThreadPoolExecutor]:
    """Return the class of the pool, whose import is slow."""
    global _importing
    _importing = True
    try:
        from concurrent.futures import ThreadPoolExecutor
    finally:
        _importing = False
    return ThreadPoolExecutor


def _after_fork() -> None:
    """Start anew in a forked process, which has no helpers, but perhaps locks that they held."""
    global _crews, _here, _was_forked_in_import
    _crews = {}
    _here = threading.local()
    _was_forked_in_import = _was_forked_in_import or _importing


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
