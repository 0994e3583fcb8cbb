"""How long a child is waited for: longer if other processes keep it from running."""

import subprocess
import sys
import time

import pytest

from convpool.check.sandbox import deadline
from convpool.check.sandbox.deadline import Deadline, is_starved


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what waits")
def test_who_waits_for_a_processor_is_starved():
    for body, starved in (("while True: pass", True), ("import time; time.sleep(99)", False)):
        process = subprocess.Popen([sys.executable, "-c", body], start_new_session=True)
        try:
            time.sleep(1.5)
            # it cannot have had so many seconds
            assert is_starved(process.pid, 1000) is starved
            assert not is_starved(process.pid, 0)
        finally:
            process.kill()
            process.wait()
    assert not is_starved(process.pid, 1000)


def test_a_starved_process_gets_more_time_but_not_for_ever(monkeypatch):
    now = 0.0
    monkeypatch.setattr(deadline.time, "monotonic", lambda: now)
    monkeypatch.setattr(deadline, "is_starved", lambda session, seconds: session == 7)
    ending = Deadline(8)
    now = 7.9
    assert not ending.is_over()
    now = 8.1
    assert ending.is_over()
    assert ending.is_over(6)
    assert not ending.is_over(7)
    assert not ending.is_over()
    assert ending.seconds_left == pytest.approx(2)
    now = 32.1
    assert ending.is_over(7)
