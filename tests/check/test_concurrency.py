"""Calls that are made at once: their order, an error, an interrupt."""

import threading

import pytest

from convpool.check.concurrency import call_all


@pytest.mark.parametrize("workers", [1, 2, 9])
def test_results_come_in_the_order_of_the_calls(workers):
    calls = [lambda number=number: number for number in range(20)]
    assert call_all(calls, workers, threading.Event()) == list(range(20))
    assert call_all([], workers, threading.Event()) == []


def test_as_many_as_there_are_workers_are_made_at_once():
    meeting = threading.Barrier(2, timeout=30)
    call_all([meeting.wait, meeting.wait], 2, threading.Event())


@pytest.mark.parametrize(("error", "stops"), [(KeyboardInterrupt, True), (RuntimeError, False)])
def test_an_interrupt_ends_the_others_and_an_error_does_not(error, stops):
    """A broken judge of one task must not end the processes of other submissions."""

    def fail():
        raise error

    stop = threading.Event()
    with pytest.raises(error):
        call_all([fail, lambda: None], 2, stop)
    assert stop.is_set() == stops
