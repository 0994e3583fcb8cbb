"""Threads: the parts of one call, shared between the caller and a pool of helpers.

A call opens a share of numbered parts. The caller and whoever is free in the pool take the next
number until none is left, so a slow core holds nobody up. Nobody ever waits for a helper that has
not begun: a pool that is busy, forked away or shut down costs time, never the answer.
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
OTHERS = (
    "OMP_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)  # what people set for all libraries; not ours to refuse
RETRY = 1.0  # seconds after which threads are asked for again, if they could not be had
CREWS = 4  # kept at most, since calls of several contexts may each have a number of their own

_chosen: int | None = None
_chosen_here: ContextVar[int | None] = ContextVar("convpool_threads", default=None)
_crews: dict[int, _Crew] = {}  # by the number of threads that they are for
_here = threading.local()  # .busy in a thread that works on a share
_importing = False
# in a child that was forked during the import of the pool: there, that import would never end
_alone = False


def number() -> int:
    """Return how many threads a call may use."""
    return origin()[0]


def origin() -> tuple[int, str]:
    """Return how many threads a call may use, and what says so.

    That is what was set, for this context or else for the process, else the environment: our own
    variable, those of others, and at last the CPUs.
    """
    if (here := _chosen_here.get()) is not None:
        return here, "convpool.threads"
    if _chosen is not None:
        return _chosen, "set_num_threads"
    if text := os.environ.get(VARIABLE, "").strip():
        return _parse(text), VARIABLE
    for name in OTHERS:
        if others := os.environ.get(name):
            with suppress(ValueError):
                if (
                    n := int(others.partition(",")[0])
                ) > 0:  # OpenMP takes one number for each level of nesting
                    return n, name
    return cpus.count()


def check() -> None:
    """Raise ValueError if the variable has no number of threads, also for a call that will use one thread."""
    if (
        (text := os.environ.get(VARIABLE))
        and _chosen is None
        and _chosen_here.get() is None
        and text.strip()
    ):
        _parse(text.strip())


def _parse(text: str) -> int:
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
    """Set how many threads a call may use; None goes back to the default."""
    global _chosen
    _chosen = None if n is None else _whole(n)
    _crews.clear()  # threads of a number that is no longer wanted end with their work


def limited(n: int | None) -> AbstractContextManager[None]:
    """Return a context whose calls may use n threads; None goes back to what the process has."""
    return _limited(None if n is None else _whole(n))


@contextmanager
def _limited(n: int | None) -> Iterator[None]:
    before = _chosen_here.get()
    _chosen_here.set(n)
    try:
        yield
    finally:
        _chosen_here.set(
            before
        )  # and no token: a generator may be closed in another context than it was begun in


def _whole(n: int) -> int:
    wrong = (
        f"the number of threads is {n!r}; it must be a whole number of 1 or more, or None "
        "for the default"
    )
    if type(n).__name__ in (
        "bool",
        "bool_",
    ):  # NumPy's too, which an older one takes for a whole number
        raise TypeError(wrong)
    try:
        threads = operator.index(n)
    except TypeError:
        raise TypeError(wrong) from None
    if threads < 1:
        raise ValueError(wrong)
    return threads


@contextmanager
def inline() -> Iterator[None]:
    """Let this thread do all its shares itself, as inside a worker: for callers that have threads of their own."""
    before = getattr(_here, "busy", False)
    _here.busy = True
    try:
        yield
    finally:
        _here.busy = before


def spread(work: Callable[[int], object], parts: int) -> None:
    """Call work(0) to work(parts - 1), each once, in several threads; return when all have ended.

    The first exception is raised here, after the parts that had begun have ended; no other part
    begins. Inside a part, everything runs in the thread that called.
    """
    crew = None if parts < 2 or getattr(_here, "busy", False) else _crew(number())
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
        # Control-C must not let the arrays go while helpers use them. No function of our own around
        # this loop: the signal could come at its door.
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
            del stopped  # else it would hold this frame, which holds it


class _Share:
    """The parts of one call."""

    def __init__(self, work: Callable[[int], object], parts: int) -> None:
        self.work: Callable[[int], object] | None = work
        self.parts = parts
        self.next = 0
        self.helpers = 0
        self.error: BaseException | None = None
        self.lock = threading.Lock()  # for next, helpers and error
        self.context = copy_context()  # np.errstate holds for every part
        self.ended = threading.Lock()  # open once the last helper has left
        self.ended.acquire()

    def run(self) -> None:
        """Take parts until none is left; after an exception, none is left."""
        try:
            while (i := self._take()) < self.parts:
                self.work(i)  # type: ignore[misc]
        except BaseException as error:
            with self.lock:
                self.next = self.parts
                if self.error is None:
                    self.error = error

    def _take(self) -> int:
        with self.lock:
            i = self.next
            self.next = min(i + 1, self.parts)
            return i

    def join(self) -> bool:
        """Let a helper in, unless nothing is left to do."""
        with self.lock:
            if self.next >= self.parts:
                return False
            self.helpers += 1
            return True

    def help(self) -> None:
        """Run as a helper that has joined, and leave."""
        self.context.copy().run(self.run)
        with self.lock:
            self.helpers -= 1
            if not self.helpers:  # which happens once: nothing is left, so nobody joins any more
                self.ended.release()

    def close(self) -> None:
        """Give out no more parts, wait for the helpers, and let go of the work; may be called again."""
        with self.lock:
            self.next = self.parts
            waiting = self.helpers > 0
        if waiting:
            self.ended.acquire()
        self.work = None


class _Crew:
    """A pool of helpers for all open shares. As many are called as there are at most, so its queue stays short."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.called = 0  # helpers that work or are about to
        self.open: list[_Share] = []
        self.lock = threading.Lock()  # for called and open
        self.failed: float | None = (
            None  # when a thread could not be had, so that `size` are all that there are
        )
        self.pool = _executor()(size, "convpool")

    def call(self, share: _Share) -> None:
        """Open a share and call helpers."""
        with self.lock:
            self.open.append(share)
            wanted = max(0, min(share.parts - 1, self.size - self.called))
            self.called += wanted
        coming = 0
        try:
            while coming < wanted and self._submit():
                coming += 1
        except BaseException:
            _crews.clear()  # nobody knows how many were called
            raise
        if coming < wanted:
            with self.lock:
                self.called -= (
                    wanted - coming - 1
                )  # the pool keeps the one that failed, for a helper that is free
                self.size = self.called - 1
                self.failed = monotonic()

    def _submit(self) -> bool:
        """Ask the pool for a helper; return False at the interpreter's end, or where no thread can be had now."""
        try:
            self.pool.submit(self._serve)
        except RuntimeError:
            return False
        return True

    def _serve(self) -> None:
        """Help with the oldest share that has parts left."""
        _here.busy = True
        with self.lock:
            share = next((share for share in self.open if share.join()), None)
        if share is not None:
            share.help()
        del share
        with self.lock:
            more = any(share.next < share.parts for share in self.open)
            self.called -= not more
        if more:
            self._submit()  # and not a loop: the pool must be able to end between two shares

    def dismiss(self, share: _Share) -> None:
        """Close a share; may be called again."""
        with self.lock:
            if share in self.open:
                self.open.remove(share)


def _crew(n: int) -> _Crew | None:
    """Return the helpers for n threads, or None."""
    if n < 2 or _alone:
        return None
    crew = _crews.get(n)
    if crew is not None and crew.failed is not None and monotonic() - crew.failed >= RETRY:
        _crews.pop(n, None)
        crew = None
    if crew is None:
        try:
            crew = _crews.setdefault(
                n, _Crew(n - 1)
            )  # no lock: whoever holds it when the process forks holds it on
        except RuntimeError:  # the interpreter is ending
            return None
        for other in list(_crews)[:-CREWS]:
            _crews.pop(other, None)  # its threads end with their work
    return crew


def _executor() -> type[ThreadPoolExecutor]:
    """Import the pool's class, which is slow, so not before it is needed."""
    global _importing
    _importing = True
    try:
        from concurrent.futures import ThreadPoolExecutor
    finally:
        _importing = False
    return ThreadPoolExecutor


def _after_fork() -> None:
    """Start anew in a child, which has none of the threads, and perhaps locks that they held."""
    global _crews, _here, _alone
    _crews = {}
    _here = threading.local()
    _alone = _alone or _importing


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
