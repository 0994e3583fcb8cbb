"""Threads: every part once, whatever the process is doing: forking, ending, nesting, failing,
being interrupted.
"""

from __future__ import annotations

import _thread
import asyncio
import contextvars
import gc
import multiprocessing
import os
import signal
import threading
import weakref
from contextlib import suppress

import numpy as np
import pytest

import convpool
from convpool.engines import cpus, threads
from support import children

LONG = 60  # seconds until something that never ends is given up
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


@pytest.fixture(autouse=True)
def four_threads():
    threads.set_number(4)
    yield
    threads.set_number(None)


@pytest.fixture
def no_helpers(monkeypatch):
    """As in a process that has started none."""
    monkeypatch.setattr(threads, "_helpers", threads._Helpers())


def counted(parts):
    """Spread parts, and return how often each was called."""
    calls = [0] * parts
    lock = threading.Lock()

    def work(i):
        with lock:
            calls[i] += 1

    threads.spread(work, parts)
    return calls


class Meeting:
    """Parts that end only when some number of threads are inside at once."""

    def __init__(self, size):
        self.barrier = threading.Barrier(size, timeout=LONG)
        self.seen = set()

    def __call__(self, i):
        self.seen.add(threading.get_ident())
        self.barrier.wait()


# ---- parts ----


@pytest.mark.parametrize("number", [1, 2, 3, 8])
@pytest.mark.parametrize("parts", [0, 1, 2, 3, 7, 100])
def test_every_part_is_called_once(number, parts):
    threads.set_number(number)
    assert counted(parts) == [1] * parts


def test_the_caller_and_the_helpers_make_the_number():
    meeting = Meeting(4)
    threads.spread(meeting, 4)
    assert len(meeting.seen) == 4
    assert threading.get_ident() in meeting.seen


def most_at_once(parts, begin=int):
    """Spread parts, which first call `begin`; return how many threads were inside at once."""
    inside, most, lock = 0, 0, threading.Lock()
    pause = threading.Event()

    def work(i):
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        begin()
        pause.wait(0.002)
        with lock:
            inside -= 1

    threads.spread(work, parts)
    return most


def test_no_more_threads_than_the_number():
    threads.set_number(3)
    assert 1 < most_at_once(40) <= 3


def test_one_slow_part_does_not_hold_the_others_up():
    threads.set_number(2)
    left = threading.Semaphore(0)

    def work(i):
        if i:
            left.release()
            return
        for _ in range(19):  # the slow part ends only when every other has been called
            assert left.acquire(timeout=LONG)

    threads.spread(work, 20)


def test_one_thread_is_the_caller():
    threads.set_number(1)
    seen = []
    threads.spread(lambda i: seen.append((i, threading.get_ident())), 5)
    assert seen == [(i, threading.get_ident()) for i in range(5)]


def test_no_thread_before_it_is_needed():
    code = """
import _thread, sys
from convpool.engines import threads
threads.set_number(4)
threads.spread(print, 1)
threads.set_number(1)
threads.spread(print, 2)
print(_thread._count())
threads.set_number(4)
threads.spread(lambda i: None, 2)
print(threads._helpers.count, "concurrent.futures" in sys.modules)
"""
    assert children.run(code).stdout.split("\n")[-3:] == ["0", "1 False", ""]


@pytest.mark.skipif(
    np.lib.NumpyVersion(np.__version__) < "2.0.0",
    reason="np.errstate is of one thread before NumPy 2",
)
def test_helpers_have_the_callers_errstate():
    seen = {}
    meeting = Meeting(4)

    def work(i):
        meeting(i)
        seen[i] = np.geterr()["divide"]

    for word in ("raise", "ignore"):
        with np.errstate(divide=word):
            threads.spread(work, 4)
        assert seen == dict.fromkeys(range(4), word)


# ---- nesting ----


def test_inside_a_part_everything_runs_in_its_thread():
    """Although two of the four threads are free."""
    outer = Meeting(2)
    pause = threading.Event()
    seen = {}

    def work(i):
        outer(i)
        inner = set()
        threads.spread(lambda j: (inner.add(threading.get_ident()), pause.wait(0.005)), 10)
        seen[i] = inner == {threading.get_ident()}

    threads.spread(work, 2)
    assert seen == {0: True, 1: True}
    meeting = Meeting(4)
    threads.spread(meeting, 4)  # and after it, all are there again
    assert len(meeting.seen) == 4


def test_a_single_part_may_use_all_threads_inside():
    meeting = Meeting(4)
    threads.spread(lambda i: threads.spread(meeting, 4), 1)
    assert len(meeting.seen) == 4


# ---- exceptions ----


@pytest.mark.parametrize("number", [1, 4])
@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_is_raised_and_the_rest_not_started(number, kind):
    threads.set_number(number)
    calls = []

    def work(i):
        calls.append(i)
        if i == 3:
            raise kind("part 3")

    with pytest.raises(kind, match="part 3"):
        threads.spread(work, 10_000)
    assert 4 <= len(calls) < 10_000
    assert counted(50) == [1] * 50


def test_a_helpers_exception_is_raised_here():
    caller = threading.get_ident()
    meeting = Meeting(4)

    def work(i):
        meeting(i)
        if threading.get_ident() != caller:
            raise ZeroDivisionError(f"part {i}")

    with pytest.raises(ZeroDivisionError, match=r"part \d"):
        threads.spread(work, 4)


def test_nothing_is_started_after_a_helpers_exception():
    caller, failed, failures = threading.get_ident(), threading.Event(), []
    threads.set_number(2)

    def work(i):
        if threading.get_ident() != caller:
            failures.append(i)
            failed.set()
            raise ZeroDivisionError
        assert failed.wait(LONG)
        threading.Event().wait(0.02)

    with pytest.raises(ZeroDivisionError):
        threads.spread(work, 50)
    assert len(failures) == 1  # the helper was not called again


def test_an_exception_waits_for_the_parts_that_run():
    failed, ended = threading.Event(), []
    meeting = Meeting(4)

    def work(i):
        meeting(i)
        if i == 0:
            failed.set()
            raise ValueError("part 0")
        assert failed.wait(LONG)
        threading.Event().wait(0.05)
        ended.append(i)

    with pytest.raises(ValueError, match="part 0"):
        threads.spread(work, 4)
    assert sorted(ended) == [1, 2, 3]


def test_the_first_exception_is_raised():
    meeting = Meeting(2)
    threads.set_number(2)
    caller, first = threading.get_ident(), threading.Event()

    def work(i):
        meeting(i)
        if threading.get_ident() == caller:
            assert first.wait(LONG)
            threading.Event().wait(0.05)
            raise ValueError("second")
        first.set()
        raise ValueError("first")

    with pytest.raises(ValueError, match="first"):
        threads.spread(work, 2)


@pytest.mark.skipif(os.name == "nt", reason="no such signal")
@pytest.mark.parametrize("times", [1, 2])
def test_an_interrupted_caller_waits_for_the_helpers(times):
    """The arrays go when the caller leaves, so it may leave only when nobody uses them."""
    main, entered, told, running = (
        threading.main_thread().ident,
        threading.Event(),
        threading.Event(),
        [],
    )
    threads.set_number(2)
    caught = []

    def handler(number, frame):
        caught.append(number)
        if len(caught) == times:
            told.set()
        raise KeyboardInterrupt

    def work(i):
        if threading.get_ident() == main:
            assert entered.wait(LONG)
            return
        running.append(i)
        entered.set()
        for n in range(times):
            while len(caught) < n:
                threading.Event().wait(0.01)
            threading.Event().wait(0.05)  # so that the caller waits by now
            signal.pthread_kill(main, signal.SIGUSR1)
        assert told.wait(LONG)
        threading.Event().wait(0.05)
        running.remove(i)

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            threads.spread(work, 2)
        assert running == []
        assert len(caught) == times
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert counted(50) == [1] * 50


class Work:
    def __init__(self, meeting):
        self.meeting = meeting

    def __call__(self, i):
        self.meeting(i)


def test_a_helper_that_is_slow_to_leave_does_not_hold_the_work(monkeypatch):
    gate, left, meeting = threading.Event(), threading.Event(), Meeting(2)
    help_out = threads._Share.help

    def slow(share):
        help_out(share)
        left.set()
        gate.wait(LONG)

    monkeypatch.setattr(threads._Share, "help", slow)
    threads.set_number(2)
    work = Work(meeting)
    gone = weakref.ref(work)
    threads.spread(work, 2)
    assert left.wait(LONG)
    del work
    assert gone() is None
    gate.set()


def test_an_exceptions_traceback_does_not_hold_the_work():
    def failing(i):
        raise ValueError

    gone = weakref.ref(failing)
    gc.disable()
    try:
        with pytest.raises(ValueError):  # noqa: PT011
            threads.spread(failing, 2)
        del failing
        assert gone() is None
    finally:
        gc.enable()


# ---- many callers ----


@pytest.mark.usefixtures("no_helpers")
def test_many_callers_at_once():
    results, start = {}, threading.Barrier(8, timeout=LONG)

    def call(name):
        start.wait()
        results[name] = all(counted(parts) == [1] * parts for parts in range(2, 42))

    callers = [threading.Thread(target=call, args=(name,)) for name in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(LONG)
    assert results == dict.fromkeys(range(8), True)
    assert threads._helpers.count == 3


def test_the_number_may_change_while_others_call():
    stop, wrong = threading.Event(), []

    def call():
        while not stop.wait(0.001):
            if counted(9) != [1] * 9:
                wrong.append(True)

    callers = [threading.Thread(target=call) for _ in range(3)]
    for caller in callers:
        caller.start()
    for turn in range(50):
        threads.set_number(turn % 5 + 1)
        assert counted(5) == [1] * 5
    stop.set()
    for caller in callers:
        caller.join(LONG)
        assert not caller.is_alive()
    assert wrong == []


@pytest.mark.usefixtures("no_helpers")
def test_calls_beside_a_long_one_leave_nothing_behind():
    """Small calls, for which no helper is free: neither shares nor threads pile up."""
    gate, busy = threading.Event(), threading.Barrier(3, timeout=LONG)
    threads.set_number(2)
    other = threading.Thread(
        target=lambda: threads.spread(lambda i: (busy.wait(), gate.wait(LONG)), 2)
    )
    other.start()
    busy.wait()
    for _ in range(100):
        assert counted(3) == [1] * 3
    assert len(threads._helpers.open_shares) == 1
    assert threads._helpers.count == 1
    gate.set()
    other.join(LONG)


def test_a_helper_comes_when_another_call_has_ended():
    first, second = threading.Event(), Meeting(2)
    busy = threading.Barrier(3, timeout=LONG)
    threads.set_number(2)
    other = threading.Thread(
        target=lambda: threads.spread(lambda i: (busy.wait(), first.wait(LONG)), 2)
    )
    other.start()
    busy.wait()

    def work(i):
        first.set()  # the helper is not here yet
        second(i)

    threads.spread(work, 2)
    assert len(second.seen) == 2
    other.join(LONG)


# ---- forks ----

FORK = """
import os, signal, sys, threading
from convpool.engines import threads
signal.alarm(50)
threads.set_number(4)
def meet():
    seen, barrier = set(), threading.Barrier(4, timeout=40)
    threads.spread(lambda i: (seen.add(threading.get_ident()), barrier.wait()), 4)
    return len(seen)
"""


@forks
def test_a_child_has_threads_of_its_own():
    code = f"""{FORK}
assert meet() == 4
child = os.fork()
if not child:
    signal.alarm(50)
    print(meet(), flush=True)
    sys.exit(0)  # the ordinary end, which waits for threads
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), meet(), flush=True)
"""
    made = children.run(code)
    assert (made.stdout, made.stderr) == ("4\n0 4\n", "")


@forks
def test_a_child_forked_while_others_are_inside():
    code = f"""{FORK}
stop = threading.Event()
def others():
    while not stop.is_set():
        threads.spread(lambda i: sum(range(50)), 8)
assert meet() == 4
callers = [threading.Thread(target=others) for _ in range(4)]
for caller in callers: caller.start()
codes = []
for _ in range(30):
    child = os.fork()
    if not child:
        signal.alarm(20)
        os._exit(10 + meet())
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
stop.set()
for caller in callers: caller.join()
print(set(codes))
"""
    made = children.run(code)
    assert (made.stdout, made.stderr) == ("{14}\n", "")


@forks
def test_a_child_forked_inside_a_part():
    code = f"""{FORK}
def work(i):
    child = os.fork()
    if not child:
        signal.alarm(20)
        os._exit(10 + meet())
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
codes = []
threads.spread(work, 4)
print(codes)
"""
    made = children.run(code)
    assert (made.stdout, made.stderr) == ("[14, 14, 14, 14]\n", "")


@forks
def test_a_child_forked_while_a_plan_is_worked_out():
    """Nobody is left in the child to end that, and it must not matter to other plans."""
    code = f"""{FORK}
import convpool
from convpool.plans import engine_choice
first = convpool.plan_convolution((1, 9, 9, 1), (3, 3, 1, 1))
second = convpool.plan_pooling((1, 9, 9, 1), 3)
begun, go_on = threading.Event(), threading.Event()
fallback = engine_choice.fallback
def slow(engines):
    begun.set()
    go_on.wait()
    return fallback(engines)
engine_choice.fallback = slow
other = threading.Thread(target=lambda: first.candidates)
other.start()
begun.wait()
child = os.fork()
if not child:
    signal.alarm(20)
    engine_choice.fallback = fallback
    same = convpool.plan_convolution((1, 9, 9, 1), (3, 3, 1, 1))
    os._exit(10 + len(same.candidates) + len(first.candidates) + len(second.candidates))
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
go_on.set()
other.join()
print(len(first.candidates))
"""
    made = children.run(code)
    count = len(convpool.plan_convolution((1, 9, 9, 1), (3, 3, 1, 1)).candidates)
    assert (made.stdout, made.stderr) == (f"{10 + 3 * count}\n{count}\n", "")


CALLERS = """
import numpy as np, convpool
from convpool import convolution, pooling
images, kernels = np.ones((2, 9, 9, 1)), np.ones((3, 3, 1, 2))
def calls():
    convolution._plan.cache_clear()
    pooling._plan.cache_clear()
    made = convpool.convolve(images, kernels).sum() + convpool.pool(images, 3, mode="avg").sum()
    with convpool.threads(2):
        threads.spread(lambda i: convpool.convolve(images, kernels, dtype=float, engine="fft"), 4)
    return 0 if made == 2518 else 1
stop = threading.Event()
def others():
    while not stop.is_set():
        calls()
"""


@forks
@pytest.mark.parametrize("count", [15, pytest.param(300, marks=pytest.mark.full)])
def test_children_forked_beside_many_callers(count):
    code = f"""{FORK}{CALLERS}
signal.alarm({50 if count < 100 else 900})
assert calls() == 0
callers = [threading.Thread(target=others) for _ in range(16)]
for caller in callers: caller.start()
codes = []
for _ in range({count}):
    child = os.fork()
    if not child:
        signal.alarm(30)
        os._exit(10 + calls() + calls())
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
stop.set()
for caller in callers: caller.join()
print(set(codes))
"""
    made = children.run(code, timeout=LONG if count < 100 else 1000)
    assert (made.stdout, made.stderr) == ("{10}\n", "")


def in_worker(parts):
    threads.set_number(3)
    meeting = Meeting(3)
    threads.spread(meeting, 3)
    return len(meeting.seen), counted(parts)


@forks
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_use_in_a_forked_worker():
    assert counted(8) == [1] * 8  # this process has its threads by now
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map_async(in_worker, [5, 6, 7, 8]).get(LONG) == [
            (3, [1] * n) for n in (5, 6, 7, 8)
        ]


# ---- CPUs ----

PINS = hasattr(os, "sched_setaffinity")
pins = pytest.mark.skipif(not PINS, reason="threads cannot be kept on CPUs here")


def places():
    """Return the CPUs that each thread of the process may use, by the system's number of the
    thread.
    """
    found = {}
    for thread in os.listdir("/proc/self/task"):
        with suppress(ProcessLookupError):  # it has ended meanwhile
            found[thread] = os.sched_getaffinity(int(thread))
    return found


@pins
def test_no_call_changes_the_cpus_of_a_thread():
    """Neither the caller's nor the helpers', inside a part and after it, whatever happens in it."""
    allowed, seen, meeting = os.sched_getaffinity(0), [], Meeting(4)

    def work(i):
        meeting(i)
        seen.append(places())

    def fails(i):
        meeting(i)
        seen.append(places())
        raise ValueError

    for _ in range(5):
        threads.spread(work, 4)
        with pytest.raises(ValueError):  # noqa: PT011
            threads.spread(fails, 4)
        seen.append(places())
    assert all(cpus == allowed for found in seen for cpus in found.values())


@pins
def test_cpus_that_change_during_a_call_stay_so():
    """As by `taskset -p` from outside."""
    allowed, meeting = os.sched_getaffinity(0), Meeting(2)
    caller, one = threading.get_native_id(), {min(allowed)}
    threads.set_number(2)

    def work(i):
        meeting(i)
        os.sched_setaffinity(caller, one)
        meeting(i)

    try:
        threads.spread(work, 2)
        assert os.sched_getaffinity(0) == one
    finally:
        os.sched_setaffinity(0, allowed)


@forks
@pins
def test_a_child_forked_inside_a_part_has_all_cpus():
    code = """
import os, threading
from convpool.engines import threads
threads.set_number(2)
meeting = threading.Barrier(2)
def work(i):
    meeting.wait(20)
    child = os.fork()
    if not child:
        os._exit(len(os.sched_getaffinity(0)))
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
codes = []
threads.spread(work, 2)
print(codes)
"""
    made = children.run(code)
    cpus = len(os.sched_getaffinity(0))
    assert (made.stdout, made.stderr) == (f"[{cpus}, {cpus}]\n", "")


# ---- the end ----


@pytest.mark.parametrize("used", [True, False])
def test_use_while_the_interpreter_ends(used):
    """No thread can be started by then (Python 3.12 and later)."""
    code = f"""
import atexit
from convpool.engines import threads
threads.set_number(4)
seen = []
def late():
    threads.spread(seen.append, 6)
    threads.spread(seen.append, 6)
    print(sorted(seen) == sorted([*range(6)] * 2))
atexit.register(late)
if {used}: threads.spread(lambda i: None, 4)
"""
    made = children.run(code)
    assert (made.stdout, made.stderr, made.returncode) == ("True\n", "", 0)


def test_the_end_while_daemon_threads_are_inside():
    code = """
import threading, time
from convpool.engines import threads
threads.set_number(4)
def forever():
    while True:
        threads.spread(lambda i: time.sleep(0.001), 8)
daemons = [threading.Thread(target=forever, daemon=True) for _ in range(3)]
for daemon in daemons: daemon.start()
time.sleep(0.2)
print("done", flush=True)
"""
    made = children.run(code)
    assert (made.stdout, made.stderr, made.returncode) == ("done\n", "", 0)


def no_thread(*words):
    raise RuntimeError("can't start new thread")


@pytest.mark.usefixtures("no_helpers")
def test_without_a_thread_to_be_had_the_caller_does_it_all(monkeypatch):
    monkeypatch.setattr(_thread, "start_new_thread", no_thread)
    seen = []
    for _ in range(20):
        threads.spread(lambda i: seen.append(threading.get_ident()), 20)
    assert seen == [threading.get_ident()] * 400


@pytest.mark.usefixtures("no_helpers")
def test_threads_that_can_be_had_again_are_used_again(monkeypatch):
    threads.set_number(5)
    monkeypatch.setattr(threads, "RETRY", 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_thread, "start_new_thread", no_thread)
        for _ in range(3):
            assert counted(20) == [1] * 20
    meeting = Meeting(5)
    threads.spread(meeting, 5)
    assert len(meeting.seen) == 5


@pytest.mark.usefixtures("no_helpers")
@pytest.mark.parametrize("first", [1, 2])
def test_as_many_threads_as_can_be_had_are_used(first, monkeypatch):
    """Of four helpers, one or two come; later all do."""
    threads.set_number(5)
    monkeypatch.setattr(threads, "RETRY", 1e9)
    start, started, refused = _thread.start_new_thread, [], []

    def some(*words):
        if len(started) >= first:
            refused.append(words)
            no_thread()
        started.append(words)
        start(*words)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_thread, "start_new_thread", some)
        for _ in range(20):
            assert counted(20) == [1] * 20
        meeting = Meeting(first + 1)
        threads.spread(meeting, first + 1)
        assert len(meeting.seen) == first + 1
    assert len(refused) == 1  # and not one for each call: that takes longer than many a call
    monkeypatch.setattr(threads, "RETRY", 0)
    meeting = Meeting(5)
    threads.spread(meeting, 5)
    assert len(meeting.seen) == 5


# ---- the number ----


def test_number_as_set():
    threads.set_number(np.int64(5))
    assert threads.number() == 5
    assert type(threads.number()) is int


@pytest.mark.parametrize("n", [0, -1, np.int64(0)])
def test_set_number_refuses_too_few(n):
    with pytest.raises(
        ValueError,
        match=r"number of threads is .*; it must be a whole number of 1 or more, or None",
    ):
        threads.set_number(n)
    assert threads.number() == 4


@pytest.mark.parametrize("n", [1.0, "2", True, np.True_, [2]])
def test_set_number_refuses_other_things(n):
    with pytest.raises(
        TypeError, match=r"number of threads is .*; it must be a whole number of 1 or more, or None"
    ):
        threads.set_number(n)
    assert threads.number() == 4


@pytest.fixture
def nothing_set(monkeypatch):
    """Without any word on the number of threads."""
    for name in (threads.VARIABLE, *threads.OTHER_VARIABLES):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(cpus, "quota", lambda: None)
    threads.set_number(None)
    return monkeypatch


def test_default_is_the_cpus(nothing_set):
    for empty in (None, "", " "):
        if empty is not None:
            nothing_set.setenv(threads.VARIABLE, empty)
        assert 1 <= threads.number() <= os.cpu_count()
        assert threads.origin() == (threads.number(), "CPUs that this process may use")


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity here")
def test_default_is_the_cpus_that_the_process_may_use():
    code = """
import os
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from convpool.engines import threads
print(threads.number())
"""
    assert children.run(code, CONVPOOL_NUM_THREADS="", OMP_NUM_THREADS="").stdout == "1\n"


@pins
def test_a_caller_that_is_kept_on_one_cpu_uses_one_thread(nothing_set):
    """Also where others are not, and although helpers are there from earlier calls."""
    allowed, seen = os.sched_getaffinity(0), set()
    threads.set_number(4)
    assert counted(8) == [1] * 8
    threads.set_number(None)

    def call():
        os.sched_setaffinity(0, {max(allowed)})
        threads.spread(lambda i: seen.add(threading.get_native_id()), 50)
        seen.remove(threading.get_native_id())

    caller = threading.Thread(target=call)
    caller.start()
    caller.join(LONG)
    assert seen == set()
    assert threads.number() == len(allowed)


def test_the_variable_sets_the_number_and_a_call_overrides_it():
    code = """
from convpool.engines import threads
print(threads.origin())
threads.set_number(2)
print(threads.origin())
threads.set_number(None)
print(threads.number())
"""
    said = children.run(code, CONVPOOL_NUM_THREADS=" 7 ").stdout
    assert said == "(7, 'CONVPOOL_NUM_THREADS')\n(2, 'set_num_threads')\n7\n"


@pytest.mark.parametrize("name", threads.OTHER_VARIABLES)
@pytest.mark.parametrize(("text", "n"), [("3", 3), (" 5 ", 5), ("4,2", 4), ("6, 3, 1", 6)])
def test_variables_of_others_set_the_number(nothing_set, name, text, n):
    nothing_set.setenv(name, text)
    assert threads.origin() == (n, name)


@pytest.mark.parametrize("name", threads.OTHER_VARIABLES)
@pytest.mark.parametrize("text", ["", " ", "0", "-1", "abc", "2.5", ",3", "0,4", "9" * 5000])
def test_variables_of_others_that_say_nothing_are_left_out(nothing_set, name, text):
    nothing_set.setenv(name, text)
    assert threads.origin() == cpus.count()
    images, kernels = np.ones((1, 9, 9, 1)), np.ones((3, 3, 1, 1))
    assert convpool.convolve(images, kernels).max() == 9


def test_a_huge_number_of_threads_costs_no_memory(nothing_set):
    nothing_set.setenv("OMP_NUM_THREADS", "2000000000")
    images, kernels = np.ones((64, 8, 8, 16), np.float32), np.ones((3, 3, 16, 32), np.float32)
    assert convpool.convolve(images, kernels).max() == 144


def test_which_word_on_the_number_counts(nothing_set):
    """Each goes before those that were set earlier here."""
    assert threads.origin()[1] == "CPUs that this process may use"
    nothing_set.setattr(cpus, "_mask_count", lambda: 8)
    nothing_set.setattr(cpus, "quota", lambda: 7)
    assert threads.origin() == (7, "the container's CPU quota")
    nothing_set.setenv("OMP_NUM_THREADS", "5")
    assert threads.origin() == (5, "OMP_NUM_THREADS")
    nothing_set.setenv("CONVPOOL_NUM_THREADS", "4")
    assert threads.origin() == (4, "CONVPOOL_NUM_THREADS")
    threads.set_number(3)
    assert threads.origin() == (3, "set_num_threads")
    with threads.limited(2):
        assert threads.origin() == (2, "convpool.threads")


@pytest.mark.parametrize(
    ("mask", "quota", "n"), [(4, None, 4), (4, 4, 4), (4, 9, 4), (4, 3, 3), (1, 1, 1)]
)
def test_the_fewer_of_mask_and_quota_count(nothing_set, mask, quota, n):
    nothing_set.setattr(cpus, "_mask_count", lambda: mask)
    nothing_set.setattr(cpus, "quota", lambda: quota)
    assert threads.number() == n


# The files of a system, by their paths, and the CPUs that its quota is worth. Paths and mounts are
# as they were seen.
V2 = "30 23 0:26 {root} /sys/fs/cgroup ro,nosuid shared:4 - cgroup2 cgroup rw,nsdelegate\n"
V1 = "31 25 0:27 {root} /sys/fs/cgroup/cpu,cpuacct ro,nosuid - cgroup cgroup rw,cpu,cpuacct\n"
SETS = "33 25 0:29 / /sys/fs/cgroup/cpuset ro,nosuid - cgroup cgroup rw,cpuset\n"
MIXED = "32 25 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
PROC = "22 1 0:5 / /proc rw - proc proc rw\n"
PATHS = """\
12:pids:/docker/abc
4:cpu,cpuacct:/docker/abc
3:cpuset:/other
1:name=systemd:/docker/abc
0::/docker/abc
"""


def v1(quota, period="100000"):
    return {"cfs_quota_us": quota, "cfs_period_us": period}


SYSTEMS = {
    "no Linux": ({}, None),
    "no mounts": ({"proc/self/cgroup": "0::/\n"}, None),
    "no quota, version 2": (
        ("0::/\n", PROC + V2.format(root="/"), {"sys/fs/cgroup/cpu.max": "max 100000\n"}),
        None,
    ),
    "two CPUs": (("0::/\n", V2.format(root="/"), {"sys/fs/cgroup/cpu.max": "200000 100000\n"}), 2),
    "a part of a CPU": (
        ("0::/\n", V2.format(root="/"), {"sys/fs/cgroup/cpu.max": "1000 100000\n"}),
        1,
    ),
    "one and a half": (
        ("0::/\n", V2.format(root="/"), {"sys/fs/cgroup/cpu.max": "75000 50000\n"}),
        2,
    ),
    "in the group of the process": (
        ("0::/a/b\n", V2.format(root="/"), {"sys/fs/cgroup/a/b/cpu.max": "300000 100000\n"}),
        3,
    ),
    "in a group further up": (
        (
            "0::/a/b/c\n",
            V2.format(root="/"),
            {
                "sys/fs/cgroup/a/b/c/cpu.max": "max 100000\n",
                "sys/fs/cgroup/a/cpu.max": "200000 100000\n",
            },
        ),
        2,
    ),
    "in several groups": (
        (
            "0::/a/b\n",
            V2.format(root="/"),
            {
                "sys/fs/cgroup/a/b/cpu.max": "500000 100000\n",
                "sys/fs/cgroup/a/cpu.max": "300000 100000\n",
            },
        ),
        3,
    ),
    "in a group of others": (
        ("0::/a\n", V2.format(root="/"), {"sys/fs/cgroup/b/cpu.max": "100000 100000\n"}),
        None,
    ),
    "a path of the host": (
        ("0::/../../x\n", V2.format(root="/"), {"sys/fs/cgroup/cpu.max": "200000 100000\n"}),
        2,
    ),
    "a mount of a part": (
        ("0::/pod/box\n", V2.format(root="/pod"), {"sys/fs/cgroup/box/cpu.max": "200000 100000\n"}),
        2,
    ),
    "a space in the path": (
        (
            "0::/\n",
            V2.format(root="/").replace("cgroup ro", "c\\040g ro"),
            {"sys/fs/c g/cpu.max": "200000 100000\n"},
        ),
        2,
    ),
    "not understood": (("0::/\n", V2.format(root="/"), {"sys/fs/cgroup/cpu.max": "many\n"}), None),
    "no period": (("0::/\n", V2.format(root="/"), {"sys/fs/cgroup/cpu.max": "200000 0\n"}), None),
    "lines of another kind": (
        ("0\n", "x\n" + V2.format(root="/"), {"sys/fs/cgroup/cpu.max": "200000 1\n"}),
        None,
    ),
    "no quota, version 1": (
        (PATHS, V1.format(root="/docker/abc"), {"sys/fs/cgroup/cpu,cpuacct": v1("-1\n")}),
        None,
    ),
    "two CPUs, version 1": (
        (PATHS, V1.format(root="/docker/abc"), {"sys/fs/cgroup/cpu,cpuacct": v1("200000\n")}),
        2,
    ),
    "of a part, version 1": (
        (PATHS, V1.format(root="/"), {"sys/fs/cgroup/cpu,cpuacct": v1("20000\n", "50000")}),
        1,
    ),
    "one and a part, version 1": (
        (PATHS, V1.format(root="/"), {"sys/fs/cgroup/cpu,cpuacct/docker/abc": v1("120000\n")}),
        2,
    ),
    "further up, version 1": (
        (
            PATHS,
            V1.format(root="/"),
            {
                "sys/fs/cgroup/cpu,cpuacct/docker/abc": v1("-1\n"),
                "sys/fs/cgroup/cpu,cpuacct/docker": v1("300000\n"),
            },
        ),
        3,
    ),
    "of another kind, version 1": ((PATHS, SETS, {"sys/fs/cgroup/cpuset": v1("200000\n")}), None),
    "both versions": (
        (
            PATHS,
            V1.format(root="/docker/abc") + MIXED,
            {
                "sys/fs/cgroup/cpu,cpuacct": v1("400000\n"),
                "sys/fs/cgroup/unified/docker/cpu.max": "200000 100000",
            },
        ),
        2,
    ),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_containers_quota(tmp_path, name):
    files, expected = SYSTEMS[name]
    if isinstance(files, tuple):
        groups, mounts, limits = files
        files = {"proc/self/cgroup": groups, "proc/self/mountinfo": mounts}
        for path, limit in limits.items():
            texts = (
                {f"{path}/cpu.{end}": text for end, text in limit.items()}
                if isinstance(limit, dict)
                else {path: limit}
            )
            files |= texts
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert cpus.quota.__wrapped__(tmp_path) == expected


def test_the_quota_is_read_once():
    cpus.quota.cache_clear()
    before = cpus.quota.cache_info().misses
    for _ in range(3):
        cpus.count()
    assert cpus.quota.cache_info().misses == before + 1


# ---- the number of a block ----


def test_a_block_has_its_number():
    with convpool.threads(np.int64(3)) as nothing:
        assert nothing is None
        assert threads.number() == 3
        with convpool.threads(2):
            assert threads.number() == 2
            meeting = Meeting(2)
            threads.spread(meeting, 2)
            with convpool.threads(None):
                assert threads.number() == 4
            assert threads.number() == 2
        assert threads.number() == 3
        threads.set_number(5)  # the process's, which waits outside
        assert threads.number() == 3
    assert threads.number() == 5


def test_a_block_that_fails_gives_its_number_back():
    with pytest.raises(ZeroDivisionError), convpool.threads(3):
        raise ZeroDivisionError
    assert threads.number() == 4


@pytest.mark.parametrize(
    ("n", "error"),
    [(0, ValueError), (-1, ValueError), (True, TypeError), (1.0, TypeError), ("2", TypeError)],
)
def test_a_block_refuses_other_numbers_at_once(n, error):
    with pytest.raises(
        error, match=r"number of threads is .*; it must be a whole number of 1 or more, or None"
    ):
        convpool.threads(n)


def test_a_function_may_be_a_block():
    @convpool.threads(3)
    def number():
        return threads.number()

    assert [number(), threads.number(), number()] == [3, 4, 3]


def test_other_threads_keep_their_number():
    """Those that run meanwhile, and those that are started inside the block."""
    inside, seen = Meeting(3), {}

    def call(n):
        with convpool.threads(n):
            inside(n)
            seen[n] = threads.number()
            inside(n)

    with convpool.threads(7):
        callers = [threading.Thread(target=call, args=(n,)) for n in (2, 3)]
        for caller in callers:
            caller.start()
        inside(7)
        seen[7] = threads.number()
        inside(7)
        outside = threading.Thread(target=lambda: seen.update(outside=threads.number()))
        outside.start()
        for thread in (*callers, outside):
            thread.join(LONG)
    assert seen == {2: 2, 3: 3, 7: 7, "outside": 4}


def test_each_task_has_its_number():
    async def call(n):
        with convpool.threads(n):
            await asyncio.sleep(0)
            first = threads.number()
            await asyncio.sleep(0)
            return first, threads.number(), await asyncio.to_thread(threads.number)

    async def all_calls():
        return await asyncio.gather(*map(call, (2, 3, 5)))

    assert asyncio.run(all_calls()) == [(n, n, n) for n in (2, 3, 5)]
    assert threads.number() == 4


def test_a_block_in_a_generator_may_be_closed_elsewhere():
    def numbers():
        with convpool.threads(3):
            yield threads.number()

    steps = numbers()
    assert contextvars.copy_context().run(next, steps) == 3
    steps.close()
    assert threads.number() == 4


@pytest.mark.usefixtures("no_helpers")
def test_numbers_of_several_blocks_share_their_helpers():
    for _ in range(20):
        for n in (2, 3):
            with convpool.threads(n):
                threads.spread(Meeting(n), n)
    assert threads._helpers.count == 2


def test_helpers_that_leave_a_large_call_do_not_all_join_a_small_one():
    gate, busy = threading.Event(), threading.Barrier(5, timeout=LONG)
    other = threading.Thread(
        target=lambda: threads.spread(lambda i: (busy.wait(), gate.wait(LONG)), 4)
    )
    other.start()
    busy.wait()
    with convpool.threads(2):
        assert most_at_once(40, gate.set) == 2
    other.join(LONG)


@pytest.mark.parametrize("text", ["0", "-2", "1.5", "all"])
def test_the_variable_must_be_a_number(monkeypatch, text):
    threads.set_number(None)
    monkeypatch.setenv(threads.VARIABLE, text)
    words = (
        f"the environment variable CONVPOOL_NUM_THREADS is '{text}'; it must be a whole "
        "number of 1 or more"
    )
    with pytest.raises(ValueError, match=words):
        threads.number()
