"""The crew: helpers that stay in compiled code, without the GIL, and run parts of calls.

Helpers are threads. They are woken in microseconds, and need neither Python nor its lock. A caller
never depends on them: it takes parts itself until none is left, and waits for those that have
begun. So a call works the same while helpers start, after a fork, and while the interpreter ends.
There is a crew on Linux; elsewhere `engines.threads` does the same with threads that run Python.

Callers and helpers share memory, 64-bit words: a record CREW, and CALLS records SHARED_CALL, one
for each call that may be open at a time; `record` explains their fields.
"""

from __future__ import annotations

import _thread
import ctypes
import os
import platform
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from time import monotonic
from typing import Any

import numpy as np

from convpool.engines import cpus, threads
from convpool.engines.compiled import library
from convpool.engines.compiled.forms import HelpForm, ShareForm
from convpool.engines.compiled.record import (
    CALLS,
    CLOSED,
    CREW,
    LINE_BYTES,
    SHARED_CALL,
    WORD_BYTES,
    address_of,
)
from convpool.engines.values import NamedTuple

PATIENCE = 200_000  # nanoseconds that a waiting thread spins before it sleeps
LOOK_AGAIN = 0.1  # seconds for which it is believed that CPUs are free, or are not
# machine -> the numbers of the system calls futex, clock_gettime and sched_yield
SYSTEM_CALLS = {"x86_64": (202, 228, 24), "aarch64": (98, 113, 124)}

# field -> its index in the words of a record, from its offset in bytes
_CREW, _CALL = (
    {
        name: dtype.fields[name][1] // WORD_BYTES  # type: ignore[index]
        for name in dtype.names  # type: ignore[union-attr]
    }
    for dtype in (CREW, SHARED_CALL)
)
CREW_WORDS, CALL_WORDS = CREW.itemsize // WORD_BYTES, SHARED_CALL.itemsize // WORD_BYTES

_crew: Crew | None = None  # that of this process, once there was a call for it


class SharedWork(NamedTuple):
    """Parts of a range, which threads take one by one.

    Parameters
    ----------
    function
        The address of a form, a function of the library that takes the address of a record.
    records
        The addresses of its records, one for each thread that takes part, the caller included.
    cuts
        Where each part begins, and the last one ends.
    range_bytes
        Where (first, last) of a part stand in a record, in bytes from its begin.
    """

    function: int
    records: Sequence[int]
    cuts: Sequence[int]
    range_bytes: int = 0


class Crew:
    """Helpers, and the memory that they share with callers.

    Parameters
    ----------
    system_call
        Address of the C library's function `syscall`.
    numbers
        The numbers of the system calls futex, clock_gettime and sched_yield.
    """

    def __init__(self, system_call: int, numbers: tuple[int, int, int]) -> None:
        word_count = CREW_WORDS + CALLS * CALL_WORDS
        # helpers have a reference to it for ever, also while the interpreter ends; a line of the
        # cache is spare, since the words begin with one
        self.memory = np.zeros(word_count + LINE_BYTES // WORD_BYTES, np.int64)
        self.address = address_of(self.memory) + -address_of(self.memory) % LINE_BYTES
        self.words = (ctypes.c_int64 * word_count).from_address(self.address)
        self.words[_CREW["system_call"]] = system_call
        for name, number in zip(("futex", "clock", "sched_yield"), numbers, strict=True):
            self.words[_CREW[name]] = number
        self.free_calls = list(range(CALLS))  # which records SHARED_CALL no call has
        for k in self.free_calls:
            first = CREW_WORDS + k * CALL_WORDS
            self.words[first + _CALL["state"]] = CLOSED
            self.words[first + _CALL["crew"]] = self.address
        self.help_calls = library.function(HelpForm())
        self.share_call = library.function(ShareForm())
        self.helpers = 0  # how many were started
        self.failed_at: float | None = None  # when a thread could not be started
        self.looked_at: float | None = None  # when it was last found out whether CPUs are free

    def run(self, work: SharedWork) -> bool:
        """Run all parts, together with helpers.

        Return False, with nothing run, if CALLS other calls are open. An exception that a signal's
        handler raises is raised here, after the parts that had begun have ended; no other part
        begins.
        """
        try:
            k = self.free_calls.pop()
        except IndexError:
            return False
        first = CREW_WORDS + k * CALL_WORDS  # the index of the call's first word
        words, address = self.words, self.address + WORD_BYTES * first
        is_open, interruption = first + _CALL["is_open"], None
        try:
            self._start_helpers(len(work.records))
            tables = self._write_call(first, work)  # kept until the call has ended
            self.share_call(address)
            while words[is_open]:  # it comes back now and then, so that Ctrl-C is heard
                self.share_call(address)
        finally:
            # After an exception parts may still run: Ctrl-C must not free the arrays while helpers
            # use them, however often it is pressed. This loop is not in a function, since the
            # signal could arrive when that is called.
            while True:
                try:
                    if not words[is_open]:
                        break
                    words[first + _CALL["is_cancelled"]] = 1
                    self.share_call(address)
                except BaseException as error:
                    interruption = error
            self.free_calls.append(k)
        del tables
        if interruption is not None:
            raise interruption
        return True

    def _write_call(self, first: int, work: SharedWork) -> ctypes.Array[ctypes.c_int64]:
        """Write the record SHARED_CALL for this work to the words from index `first` on.

        Return the memory of its tables, which must be kept until the call has ended.
        """
        participants, parts = len(work.records), len(work.cuts) - 1
        # the addresses of the records, and behind them the cuts
        tables = (ctypes.c_int64 * (participants + parts + 1))(*work.records, *work.cuts)
        records = ctypes.addressof(tables)
        cuts = records + WORD_BYTES * participants
        # all fields from `function` to `wanted`, the helpers that are of use
        self.words[first + _CALL["function"] : first + _CALL["wanted"] + 1] = [
            *(work.function, records, participants, cuts, parts),
            *(work.range_bytes, participants - 1),
        ]
        self.words[first + _CALL["is_cancelled"]] = 0
        return tables

    def _start_helpers(self, participants: int) -> None:
        """Start helpers until they and the caller are as many as the participants.

        First set `patience` of CREW, how long waiting threads spin: not at all if no CPU is free.
        """
        now = monotonic()
        if self.looked_at is None or now - self.looked_at >= LOOK_AGAIN:
            self.looked_at = now
            thread_count = max(self.helpers + 1, participants)
            has_cpus = thread_count <= cpus.count()[0] and are_cpus_free()
            self.words[_CREW["patience"]] = PATIENCE if has_cpus else 0
        if self.helpers >= participants - 1:
            return
        if self.failed_at is not None and now - self.failed_at < threads.RETRY:
            return
        try:
            while self.helpers < participants - 1:
                _thread.start_new_thread(self._serve, ())
                self.helpers += 1
        except RuntimeError:  # no thread can be had, as while the interpreter ends
            self.failed_at = now

    def _serve(self) -> None:
        """Help with calls, for ever."""
        self.help_calls(self.address)


def are_cpus_free(loads: str = "/proc/loadavg") -> bool:
    """Return whether this machine has no more runnable threads than CPUs; False if that is unknown.

    `loads` is the path of the file from which the number of runnable threads is read, on Linux.
    """
    with suppress(OSError, ValueError, IndexError):
        # such as "0.52 0.58 0.59 2/613 4127": 2 of 613 are runnable. Bytes, since text would import
        # a codec, and a process that is forked meanwhile would wait for that import for ever
        with open(loads, "rb") as file:
            runnable = file.read().split()[3].partition(b"/")[0]
        return int(runnable) <= (os.cpu_count() or 1)
    return False


@lru_cache(maxsize=1)
def _system_call() -> tuple[int, tuple[int, int, int]] | None:
    """Return the arguments (system_call, numbers) of `Crew`, None where there can be no crew."""
    numbers = SYSTEM_CALLS.get(platform.machine().lower())
    if sys.platform != "linux" or numbers is None:
        return None
    function = getattr(ctypes.CDLL(None), "syscall", None)
    if function is None:
        return None
    return ctypes.cast(function, ctypes.c_void_p).value or 0, numbers


def crew() -> Crew | None:
    """Return the crew of this process, None where there is none."""
    global _crew
    if _crew is None and (words := _system_call()) is not None:
        _crew = Crew(*words)  # two threads may make one each; then one crew has few calls
    return _crew


def code_address(function: Callable[[int], Any]) -> int:
    """Return the address of a form's function."""
    address = ctypes.c_void_p.from_buffer(function).value  # type: ignore[arg-type]
    assert address is not None
    return address


def _after_fork() -> None:
    """Start anew in a forked process, which has no helpers."""
    global _crew
    _crew = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
