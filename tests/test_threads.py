"""Threads: every part once, whatever the process is doing: forking, ending, nesting, failing, being interrupted."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import weakref
from pathlib import Path

import numpy as np
import pytest

import convpool
from convpool.engines import threads

LONG = 60  # seconds until something that never ends is given up
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


@pytest.fixture(autouse=True)
def four_threads():
    threads.set_number(4)
    yield
    threads.set_number(None)


def python(code, **environment):
    """Run code in a Python of its own."""
    return subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", code],
        capture_output=True,
        text=True,
        timeout=LONG,
        env=os.environ | {"PYTHONPATH": str(Path(convpool.__file__).parents[1])} | environment,
        check=False,
    )


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


def test_no_more_threads_than_the_number():
    inside, most, lock = 0, 0, threading.Lock()
    pause = threading.Event()

    def work(i):
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        pause.wait(0.002)
        with lock:
            inside -= 1

    threads.set_number(3)
    threads.spread(work, 40)
    assert 1 < most <= 3


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
import sys, threading
from convpool.engines import threads
threads.set_number(4)
threads.spread(print, 1)
threads.set_number(1)
threads.spread(print, 2)
print(threading.active_count(), "concurrent.futures" in sys.modules)
threads.set_number(4)
threads.spread(lambda i: None, 2)
print(threading.active_count() > 1, "concurrent.futures" in sys.modules)
"""
    assert python(code).stdout.split("\n")[-3:] == ["1 False", "True True", ""]


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.0.0", reason="np.errstate is of one thread before NumPy 2")
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
    main, entered, told, running = threading.main_thread().ident, threading.Event(), threading.Event(), []
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
    assert sum(thread.name.startswith("convpool") for thread in threading.enumerate()) <= 3 + 3  # one pool more may end


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


def test_a_busy_pool_gets_no_queue():
    """Small calls beside a long one: what they ask of the pool must not pile up in it."""
    gate, busy = threading.Event(), threading.Barrier(3, timeout=LONG)
    threads.set_number(2)
    other = threading.Thread(target=lambda: threads.spread(lambda i: (busy.wait(), gate.wait(LONG)), 2))
    other.start()
    busy.wait()
    for _ in range(100):
        assert counted(3) == [1] * 3
    (crew,) = threads._crews.values()
    assert crew.pool._work_queue.qsize() <= 1
    gate.set()
    other.join(LONG)


def test_a_helper_comes_when_another_call_has_ended():
    first, second = threading.Event(), Meeting(2)
    busy = threading.Barrier(3, timeout=LONG)
    threads.set_number(2)
    other = threading.Thread(target=lambda: threads.spread(lambda i: (busy.wait(), first.wait(LONG)), 2))
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
    made = python(code)
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
    made = python(code)
    assert (made.stdout, made.stderr) == ("{14}\n", "")


@forks
def test_a_child_forked_while_the_pool_is_imported():
    """In the child, nobody is left to end that import, and whoever waits for it waits forever."""
    code = f"""{FORK}
begun, go_on = threading.Event(), threading.Event()
from importlib.machinery import SourceFileLoader
load = SourceFileLoader.exec_module
def slow(self, module):
    if module.__name__ == "concurrent.futures":
        begun.set()
        go_on.wait()
    load(self, module)
SourceFileLoader.exec_module = slow
def call():
    seen = []
    threads.spread(seen.append, 8)
    return len(seen)
other = threading.Thread(target=call)
other.start()
begun.wait()
child = os.fork()
if not child:
    signal.alarm(20)
    os._exit(10 + call())
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
go_on.set()
other.join()
print(meet())
"""
    made = python(code)
    assert (made.stdout, made.stderr) == ("18\n4\n", "")


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
    made = python(code)
    assert (made.stdout, made.stderr) == ("[14, 14, 14, 14]\n", "")


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
        assert pool.map_async(in_worker, [5, 6, 7, 8]).get(LONG) == [(3, [1] * n) for n in (5, 6, 7, 8)]


# ---- CPUs ----

PINS = hasattr(os, "sched_setaffinity")
pins = pytest.mark.skipif(not PINS, reason="threads cannot be kept on CPUs here")


def places():
    """Return the CPUs that each thread of the process may use, by the system's number of the thread."""
    return {thread: os.sched_getaffinity(int(thread)) for thread in os.listdir("/proc/self/task")}


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
    made = python(code)
    cpus = len(os.sched_getaffinity(0))
    assert (made.stdout, made.stderr) == (f"[{cpus}, {cpus}]\n", "")


# ---- the end ----


@pytest.mark.parametrize("used", [True, False])
def test_use_while_the_interpreter_ends(used):
    """The pool takes nothing by then, and its module cannot even be imported."""
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
    made = python(code)
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
    made = python(code)
    assert (made.stdout, made.stderr, made.returncode) == ("done\n", "", 0)


def no_thread(*words):
    raise RuntimeError("can't start new thread")


def test_without_a_thread_to_be_had_the_caller_does_it_all(monkeypatch):
    threads.set_number(7)  # a number of its own, so a pool of its own
    monkeypatch.setattr(threading.Thread, "start", no_thread)
    seen = []
    for _ in range(20):
        threads.spread(lambda i: seen.append(threading.get_ident()), 20)
    assert seen == [threading.get_ident()] * 400


def test_threads_that_can_be_had_again_are_used_again():
    threads.set_number(5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_thread)
        for _ in range(3):
            assert counted(20) == [1] * 20
    meeting = Meeting(5)
    threads.spread(meeting, 5)
    assert len(meeting.seen) == 5


@pytest.mark.parametrize("first", [1, 2])
def test_threads_that_can_be_had_in_part_are_used(first):
    """Of four helpers, one or two come; later all do, and never more."""
    threads.set_number(5)
    start, started = threading.Thread.start, []

    def some(thread):
        if len(started) >= first:
            no_thread()
        started.append(thread)
        start(thread)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading.Thread, "start", some)
        meeting = Meeting(first + 1)
        threads.spread(meeting, first + 1)
        for _ in range(20):
            assert counted(20) == [1] * 20
        meeting = Meeting(first + 1)  # while no more can be had, these still come
        threads.spread(meeting, first + 1)
        assert len(meeting.seen) == first + 1
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
    with pytest.raises(ValueError, match=r"number of threads is .*; it must be a whole number of 1 or more, or None"):
        threads.set_number(n)
    assert threads.number() == 4


@pytest.mark.parametrize("n", [1.0, "2", True, np.True_, [2]])
def test_set_number_refuses_other_things(n):
    with pytest.raises(TypeError, match=r"number of threads is .*; it must be a whole number of 1 or more, or None"):
        threads.set_number(n)
    assert threads.number() == 4


def test_default_is_the_cpus(monkeypatch):
    monkeypatch.delenv(threads.VARIABLE, raising=False)
    threads.set_number(None)
    for empty in (None, "", " "):
        if empty is not None:
            monkeypatch.setenv(threads.VARIABLE, empty)
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
    assert python(code, CONVPOOL_NUM_THREADS="").stdout == "1\n"


def test_the_variable_sets_the_number_and_a_call_overrides_it():
    code = """
from convpool.engines import threads
print(threads.origin())
threads.set_number(2)
print(threads.origin())
threads.set_number(None)
print(threads.number())
"""
    said = python(code, CONVPOOL_NUM_THREADS=" 7 ").stdout
    assert said == "(7, 'CONVPOOL_NUM_THREADS')\n(2, 'set_num_threads')\n7\n"


@pytest.mark.parametrize("text", ["0", "-2", "1.5", "all"])
def test_the_variable_must_be_a_number(monkeypatch, text):
    threads.set_number(None)
    monkeypatch.setenv(threads.VARIABLE, text)
    words = f"the environment variable CONVPOOL_NUM_THREADS is '{text}'; it must be a whole number of 1 or more"
    with pytest.raises(ValueError, match=words):
        threads.number()
