"""The crew: every part once, whatever the process is doing: forking, ending, calling from many
threads, being interrupted, or having no thread.
"""

from __future__ import annotations

import _thread
import contextlib
import ctypes
import os
import signal
import threading
import time

import numpy as np
import pytest

import convpool
from convpool.engines import cpus, threads
from convpool.engines.compiled import crew, launch, library, pooling_call
from convpool.engines.compiled.pooling_layout import Layout, Pooling
from convpool.engines.compiled.record import CALLS
from convpool.windows import Axis
from support import children
from support.compiled import needs_kernels

pytestmark = [
    needs_kernels,
    pytest.mark.skipif(crew._system_call() is None, reason="there is no crew here"),
]
LONG = 60  # seconds until something that never ends is given up


@pytest.fixture(autouse=True)
def four_threads():
    threads.set_number(4)
    yield
    threads.set_number(None)


def spread(work, parts):
    """Call work(0) to work(parts - 1) as a form that several threads run."""

    @ctypes.CFUNCTYPE(None, ctypes.c_int64)
    def form(address):
        for i in range(*(ctypes.c_int64 * 2).from_address(address)):
            work(i)

    def record():
        words = (ctypes.c_int64 * 2)()
        return ctypes.addressof(words), words

    launch.run_parts(form, record, range(parts + 1))


def calls_of_parts(parts):
    """Spread parts, and return how often each was called."""
    calls, lock = [0] * parts, threading.Lock()

    def work(i):
        with lock:
            calls[i] += 1

    spread(work, parts)
    return calls


class Meeting:
    """Parts that end only when some number of threads are inside at once."""

    def __init__(self, size):
        self.barrier = threading.Barrier(size, timeout=LONG)
        self.seen = set()

    def __call__(self, i):
        self.seen.add(threading.get_native_id())
        self.barrier.wait()


def word(name):
    """Return a field of the record of the crew."""
    return crew.crew().words[crew._CREW[name]]


def wait_until(is_so):
    end = time.monotonic() + LONG
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.001)


# ---- parts ----


@pytest.mark.parametrize("number", [1, 2, 3, 8])
@pytest.mark.parametrize("parts", [1, 2, 3, 7, 100])
def test_every_part_is_run_once(number, parts):
    threads.set_number(number)
    for _ in range(20):
        assert calls_of_parts(parts) == [1] * parts


@pytest.mark.parametrize("number", [2, 4])
def test_the_caller_and_the_helpers_make_the_number(number):
    threads.set_number(number)
    for _ in range(3):
        meeting = Meeting(number)
        spread(meeting, number)
        assert len(meeting.seen) == number
        assert threading.get_native_id() in meeting.seen


def test_no_more_threads_than_the_number():
    """Although more helpers are there."""
    spread(Meeting(4), 4)
    threads.set_number(2)
    inside, most, lock = 0, 0, threading.Lock()

    def work(i):
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.002)
        with lock:
            inside -= 1

    spread(work, 40)
    assert most == 2


def test_one_slow_part_does_not_hold_the_others_up():
    threads.set_number(2)
    left = threading.Semaphore(0)

    def work(i):
        if i:
            left.release()
            return
        for _ in range(19):  # the slow part ends only when every other has been run
            assert left.acquire(timeout=LONG)

    spread(work, 20)


@pytest.mark.parametrize("is_inside", [False, True])
def test_one_thread_is_the_caller(is_inside):
    seen = []

    def call():
        spread(lambda i: seen.append((i, threading.get_native_id())), 5)

    if is_inside:
        with threads.inline():
            call()
    else:
        threads.set_number(1)
        call()
    assert seen == [(i, threading.get_native_id()) for i in range(5)]


def test_each_thread_has_a_record_of_its_own():
    seen, meeting = {}, Meeting(3)

    @ctypes.CFUNCTYPE(None, ctypes.c_int64)
    def form(address):
        meeting(0)
        seen[address] = tuple((ctypes.c_int64 * 3).from_address(address))

    def record():
        words = (ctypes.c_int64 * 3)(7, 7, 7)
        return ctypes.addressof(words), words

    threads.set_number(3)
    launch.run_parts(form, record, [0, 10, 30, 60], range_bytes=8)
    assert sorted(seen.values()) == [(7, 0, 10), (7, 10, 30), (7, 30, 60)]


def test_results_do_not_depend_on_threads():
    images = np.random.default_rng(0).random((3, 61, 57, 24), np.float32)
    calls = [{"mode": "max"}, {"mode": "avg", "padding": "same"}, {"mode": "sum", "stride": 1}]
    results = []
    for number in (1, 2, 3, 8):
        threads.set_number(number)
        results.append([convpool.pool(images, 3, engine="compiled", **words) for words in calls])
    for others in results[1:]:
        for one, other in zip(results[0], others, strict=True):
            np.testing.assert_array_equal(one, other)


# ---- waiting ----


def test_helpers_sleep_when_nothing_is_to_do():
    spread(Meeting(4), 4)
    helpers = crew.crew().helpers
    assert helpers >= 3
    wait_until(lambda: (word("spinning"), word("sleeping")) == (0, helpers))
    meeting = Meeting(4)
    spread(meeting, 4)  # and they wake
    assert len(meeting.seen) == 4


@pytest.mark.parametrize(("is_free", "number"), [(True, 2), (False, 2), (True, 9)])
def test_threads_look_only_where_cpus_are_free(is_free, number, monkeypatch):
    monkeypatch.setattr(crew, "_crew", None)
    monkeypatch.setattr(crew, "are_cpus_free", lambda: is_free)
    monkeypatch.setattr(cpus, "count", lambda: (8, "here"))
    monkeypatch.setattr(crew, "LOOK_AGAIN", 0)
    threads.set_number(number)
    for _ in range(10):
        meeting = Meeting(number)
        spread(meeting, number)
        assert word("patience") == (crew.PATIENCE if is_free and number <= 8 else 0)


def test_a_helper_that_was_woken_looks_for_a_while(monkeypatch):
    """Also where it came too late, or it would in call after call."""
    monkeypatch.setattr(crew, "_crew", None)
    monkeypatch.setattr(crew, "are_cpus_free", lambda: True)
    monkeypatch.setattr(cpus, "count", lambda: (2, "here"))
    monkeypatch.setattr(crew, "PATIENCE", 300_000_000)
    threads.set_number(2)
    for _ in range(2):
        spread(lambda i: None, 2)
        wait_until(lambda: (word("spinning"), word("sleeping")) == (0, 1))
    spread(lambda i: None, 2)
    wait_until(lambda: word("spinning"))
    wait_until(lambda: (word("spinning"), word("sleeping")) == (0, 1))


@pytest.mark.parametrize(
    ("text", "is_free"),
    [("0.1 0.2 0.3 3/99 1234\n", True), ("0.1 0.2 0.3 4/99 1\n", False), ("", False), ("?", False)],
)
def test_whether_cpus_are_free(text, is_free, monkeypatch, tmp_path):
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    (tmp_path / "loadavg").write_text(text)
    assert crew.are_cpus_free(tmp_path / "loadavg") == is_free
    assert not crew.are_cpus_free(tmp_path / "missing")


def test_who_waits_lets_others_have_the_processor(monkeypatch):
    """The system may put a caller and its helper on one processor."""
    monkeypatch.setattr(cpus, "count", lambda: (4, "these tests"))
    monkeypatch.setattr(crew, "are_cpus_free", lambda: True)
    monkeypatch.setattr(crew, "PATIENCE", 10**10)  # nanoseconds: nobody falls asleep
    _, numbers = crew._system_call()
    made, real = set(), ctypes.CDLL(None).syscall  # (thread, number of the system call)

    @ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * 6)
    def system_call(number, *arguments):
        made.add((threading.get_native_id(), number))
        return real(number, *map(ctypes.c_int64, arguments))

    @ctypes.CFUNCTYPE(None, ctypes.c_int64)
    def form(address):
        both_inside.wait()
        if threading.get_native_id() != caller:
            wait_until(lambda: (caller, numbers[-1]) in made)  # the caller has nothing left to do

    own = crew.Crew(ctypes.cast(system_call, ctypes.c_void_p).value, numbers)
    caller, both_inside = threading.get_native_id(), threading.Barrier(2, timeout=LONG)
    records = [(ctypes.c_int64 * 2)() for _ in range(2)]
    work = crew.SharedWork(crew.code_address(form), [*map(ctypes.addressof, records)], range(3))
    assert own.run(work)
    wait_until(lambda: len({thread for thread, number in made if number == numbers[-1]}) == 2)
    own.words[crew._CREW["is_ending"]] = 1
    own.words[crew._CREW["ticket"]] += 1
    wait_until(lambda: own.words[crew._CREW["spinning"]] == 0)


def test_helpers_need_no_import():
    code = """
import sys, numpy as np, convpool
convpool.set_num_threads(2)
convpool.pool(np.ones((8, 200, 200, 8), "f4"), 2, engine="compiled")
from convpool.engines.compiled import crew
print(crew.crew().helpers, sorted({"concurrent.futures", "logging"} & set(sys.modules)))
"""
    assert children.output(code) == "1 []\n"


# ---- many callers ----


def test_many_callers_at_once():
    """More than there are records of calls."""
    results, start = {}, threading.Barrier(CALLS + 4, timeout=LONG)

    def call(name):
        start.wait()
        results[name] = all(calls_of_parts(parts) == [1] * parts for parts in range(2, 22))

    callers = [threading.Thread(target=call, args=(name,)) for name in range(CALLS + 4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(LONG)
    assert results == dict.fromkeys(range(CALLS + 4), True)
    assert sorted(crew.crew().free_calls) == [*range(CALLS)]


def test_more_calls_than_there_are_records(monkeypatch):
    monkeypatch.setattr(crew.crew(), "free_calls", [])
    assert calls_of_parts(9) == [1] * 9


def test_a_helper_comes_when_another_call_has_ended():
    first, second, busy = threading.Event(), Meeting(2), threading.Barrier(3, timeout=LONG)
    threads.set_number(2)
    crew._after_fork()  # as many helpers as this test has work for
    other = threading.Thread(target=lambda: spread(lambda i: (busy.wait(), first.wait(LONG)), 2))
    other.start()
    busy.wait()

    def work(i):
        first.set()  # the helper is not here yet
        second(i)

    spread(work, 2)
    assert len(second.seen) == 2
    other.join(LONG)


def test_the_number_may_change_while_others_call():
    stop, wrong = threading.Event(), []

    def call():
        while not stop.wait(0.001):
            if calls_of_parts(9) != [1] * 9:
                wrong.append(True)

    callers = [threading.Thread(target=call) for _ in range(3)]
    for caller in callers:
        caller.start()
    for turn in range(50):
        threads.set_number(turn % 5 + 1)
        assert calls_of_parts(5) == [1] * 5
    stop.set()
    for caller in callers:
        caller.join(LONG)
        assert not caller.is_alive()
    assert wrong == []


# ---- interrupts ----


class LongCall:
    """A pooling in many parts, each of some milliseconds, whose results show which were run."""

    def __init__(self, parts):
        window = Axis(64, 64)
        self.image = image = np.ones((1, 64, 64, 1), np.float32)
        # one image as many
        images = np.lib.stride_tricks.as_strided(image, (400 * parts, 64, 64, 1), (0, 256, 4, 4))
        self.out = np.zeros((400 * parts, 1, 1, 1), np.float32)
        pooling = Pooling((window, window), "sum", False, np.dtype(np.float64))
        call = pooling_call.call_of(Layout.of(images), Layout.of(self.out), pooling)
        cuts = [call.units * k // parts for k in range(parts + 1)]

        def record():
            made = call._make_record()
            made.words[2:4] = [image.ctypes.data, self.out.ctypes.data]
            return made

        self.words = call.function, record, cuts

    def run(self):
        launch.run_parts(*self.words)

    @property
    def images_done(self):
        done = self.out.ravel() != 0
        assert (self.out[done] == 64 * 64).all()
        return done.sum()


@pytest.mark.parametrize("number", [2, 4])
def test_an_interrupt_is_heard_during_a_call(number):
    """Parts that have begun end, and no other begins."""
    threads.set_number(number)
    call = LongCall(1000)

    def handler(number, frame):
        raise KeyboardInterrupt

    def interrupt_once_it_runs():
        wait_until(lambda: call.out.any())
        signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, handler)
    watcher = threading.Thread(target=interrupt_once_it_runs)
    try:
        watcher.start()
        with pytest.raises(KeyboardInterrupt):
            call.run()
    finally:
        watcher.join(LONG)
        signal.signal(signal.SIGUSR1, before)
    done = call.images_done
    assert 0 < done < len(call.out)
    time.sleep(0.02)
    assert call.images_done == done
    assert sorted(crew.crew().free_calls) == [*range(CALLS)]
    assert calls_of_parts(50) == [1] * 50


def test_an_interrupted_caller_waits_for_the_helpers():
    """The arrays go when the caller leaves, so it may leave only when nobody uses them."""
    main, entered, caught, running = threading.get_native_id(), threading.Event(), [], []
    threads.set_number(2)

    def handler(number, frame):
        caught.append(number)
        raise KeyboardInterrupt

    def work(i):
        if threading.get_native_id() == main:
            assert entered.wait(LONG)
            return
        running.append(i)
        entered.set()
        time.sleep(0.05)  # so that the caller waits by now
        signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)
        time.sleep(0.05)
        running.remove(i)

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            spread(work, 2)
        assert (running, len(caught)) == ([], 1)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert calls_of_parts(50) == [1] * 50


# ---- forks, and the end ----

CHILD = """
import os, signal, sys, threading, time
import numpy as np, convpool
from convpool.engines import threads
from convpool.engines.compiled import crew, pooling_call
pooling_call.PART_BYTES = 1
signal.alarm(50)
threads.set_number(4)
images = np.arange(8 * 64 * 64 * 8, dtype="f4").reshape(8, 64, 64, 8)
expected = images[:, 1::2, 1::2]
def right():
    return np.array_equal(convpool.pool(images, 2, engine="compiled"), expected)
def helpers():
    return crew.crew().helpers
"""
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


@forks
def test_a_child_has_helpers_of_its_own():
    code = f"""{CHILD}
assert right() and helpers() == 3
child = os.fork()
if not child:
    signal.alarm(50)
    print(helpers(), right(), helpers(), flush=True)
    sys.exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), right(), flush=True)
"""
    made = children.run(code)
    assert (made.stdout, made.stderr) == ("0 True 3\n0 True\n", "")


@forks
def test_children_forked_while_others_are_inside():
    code = f"""{CHILD}
stop = threading.Event()
def others():
    while not stop.is_set():
        assert right()
assert right()
callers = [threading.Thread(target=others) for _ in range(4)]
for caller in callers: caller.start()
codes = []
for _ in range(20):
    child = os.fork()
    if not child:
        signal.alarm(20)
        os._exit(10 + right() + right())
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
stop.set()
for caller in callers: caller.join()
print(set(codes))
"""
    made = children.run(code)
    assert (made.stdout, made.stderr) == ("{12}\n", "")


@pytest.mark.parametrize("used", [True, False])
def test_use_while_the_interpreter_ends(used):
    code = f"""{CHILD}
import atexit
atexit.register(lambda: print(right(), right()))
if {used}: right()
"""
    made = children.run(code)
    assert (made.stdout, made.stderr, made.returncode) == ("True True\n", "", 0)


def test_the_end_while_daemon_threads_are_inside():
    code = f"""{CHILD}
def forever():
    while True:
        assert right()
daemons = [threading.Thread(target=forever, daemon=True) for _ in range(3)]
for daemon in daemons: daemon.start()
time.sleep(0.2)
print("done", flush=True)
"""
    made = children.run(code)
    assert (made.stdout, made.stderr, made.returncode) == ("done\n", "", 0)


def test_without_a_thread_to_be_had_the_caller_does_it_all(monkeypatch):
    tries = []

    def no_thread(*words):
        tries.append(words)
        raise RuntimeError("can't start new thread")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crew, "_crew", None)
        patch.setattr(_thread, "start_new_thread", no_thread)
        patch.setattr(threads, "RETRY", 1e9)
        seen = []
        for _ in range(20):
            spread(lambda i: seen.append(threading.get_native_id()), 20)
        assert seen == [threading.get_native_id()] * 400
        assert len(tries) == 1  # and not one for each call: that takes longer than many a call
        without = crew.crew()
    monkeypatch.setattr(crew, "_crew", without)
    monkeypatch.setattr(threads, "RETRY", 0)
    meeting = Meeting(4)
    spread(meeting, 4)  # threads can be had again
    assert len(meeting.seen) == 4


def test_without_a_crew_threads_that_run_python_do_the_same(monkeypatch):
    monkeypatch.setattr(crew, "_crew", None)
    monkeypatch.setattr(crew, "_system_call", lambda: None)
    assert calls_of_parts(50) == [1] * 50
    meeting = Meeting(4)
    spread(meeting, 4)
    assert len(meeting.seen) == 4
    assert crew.crew() is None


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity here")
def test_no_call_changes_the_cpus_of_a_thread():
    allowed, seen, meeting = os.sched_getaffinity(0), [], Meeting(4)

    def places():
        found = []
        for name in os.listdir("/proc/self/task"):
            with contextlib.suppress(ProcessLookupError):  # a thread that has ended meanwhile
                found.append(os.sched_getaffinity(int(name)))
        return found

    for _ in range(5):
        spread(lambda i: (meeting(i), seen.extend(places())), 4)
        seen.extend(places())
    assert all(found == allowed for found in seen)


def test_forms_of_the_crew_are_in_the_library():
    assert crew.code_address(library.function(crew.HelpForm())) == library.function_address(
        crew.HelpForm()
    )
