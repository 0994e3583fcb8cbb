"""Threads: the parts of one call, shared between the caller and helper threads.

A call opens a share of numbered parts. The caller and the free helpers take the next number until
none is left, so that a slow core delays nobody. Nobody waits for a helper that has not begun: if
all are busy, or lost in a fork, a call takes longer, but the result is the same.
"""

from __future__ import annotations

import _thread
import operator
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar, copy_context
from math import inf
from time import monotonic

from convpool.engines import cpus

VARIABLE = "CONVPOOL_NUM_THREADS"
# variables of other libraries: values that are no numbers are ignored
OTHER_VARIABLES = ("OMP_NUM_THREADS",)
RETRY = 1.0  # seconds after which threads are started again, if one could not be

_chosen: int | None = None  # what set_number set for the process
# what `limited` set for a context
_chosen_here: ContextVar[int | None] = ContextVar("convpool_threads", default=None)
_here = threading.local()  # .busy is set in a thread that works on a share


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
    limit = 0 if parts < 2 or is_inside_part() else number() - 1
    if not limit:
        for i in range(parts):
            work(i)
        return
    share, helpers = _Share(work, parts, limit), _helpers
    stopped: BaseException | None = None
    _here.busy = True
    try:
        helpers.call(share)
        share.run()
    finally:
        # Ctrl-C must not free the arrays while helpers use them. This loop is not in a function,
        # since the signal could arrive when that is called.
        while True:
            try:
                helpers.dismiss(share)
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
    """The numbered parts of one call, which the caller and helpers take one by one.

    work: a function of the part's number; parts: how many; limit: of helpers at once.
    """

    def __init__(self, work: Callable[[int], object], parts: int, limit: int) -> None:
        self.work: Callable[[int], object] | None = work
        self.parts, self.limit = parts, limit
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
        """Count a helper and return True, unless nothing is left to do or enough have joined."""
        with self.lock:
            if self.next >= self.parts or self.helpers >= self.limit:
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


class _Helpers:
    """The helper threads of this process, and the shares that are open to them."""

    def __init__(self) -> None:
        self.count = 0  # threads that were started; they stay
        self.idle = 0  # of them, those that wait and were not woken
        self.open_shares: list[_Share] = []
        self.changed = threading.Condition(threading.Lock())  # guards all of this
        self.failed_at = -inf  # when a thread could not be started (monotonic time)

    def call(self, share: _Share) -> None:
        """Open a share, wake helpers, and start those that are missing."""
        with self.changed:
            self.open_shares.append(share)
            wanted = min(share.parts - 1, share.limit)
            woken = min(wanted, self.idle)
            self.idle -= woken
            self.changed.notify(woken)
        for _ in range(wanted - woken):
            self._start(share.limit)

    def _start(self, limit: int) -> None:
        """Start a helper, unless there are `limit`, or a thread could not be had just now."""
        with self.changed:
            if self.count >= limit or monotonic() - self.failed_at < RETRY:
                return
            self.count += 1
        try:
            # a threading.Thread would first have to run, and keep the GIL for its first part
            _thread.start_new_thread(self._serve, ())
        except BaseException as error:
            with self.changed:
                self.count -= 1
                self.failed_at = monotonic()
            if not isinstance(error, RuntimeError):  # that is raised when the interpreter ends too
                raise

    def _serve(self) -> None:
        """Help with the oldest share that takes helpers, for as long as the process lives."""
        _here.busy = True
        while True:
            with self.changed:
                while (share := next((s for s in self.open_shares if s.join()), None)) is None:
                    self.idle += 1
                    self.changed.wait()
            share.help()

    def dismiss(self, share: _Share) -> None:
        """Offer a share to helpers no more; may be called again."""
        with self.changed:
            if share in self.open_shares:
                self.open_shares.remove(share)


_helpers = _Helpers()


def _after_fork() -> None:
    """Start anew in a forked process, which has no helpers, but perhaps locks that they held."""
    global _helpers, _here
    _helpers = _Helpers()
    _here = threading.local()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
