"""Records of small calls that are kept: one call uses each, and none holds much memory."""

import threading

import numpy as np
import pytest

import convpool
from convpool.engines.compiled import kept_records
from convpool.engines.compiled.kept_records import KEPT, MOST, KeptRecords, Record
from convpool.engines.compiled.record import as_words
from support.arrays import numbers
from support.compiled import needs_kernels


def make_record(scratch=None):
    return Record(0, as_words([0]), (scratch,))


def test_a_record_is_taken_by_one_call_at_a_time():
    records = KeptRecords()
    assert records.take() is None
    one, other = make_record(np.zeros(8)), make_record(np.zeros(8))
    records.put_back(one)
    records.put_back(other)
    assert {id(records.take()), id(records.take())} == {id(one), id(other)}
    assert records.take() is None


def test_few_records_with_little_scratch_are_kept():
    large, small = KeptRecords(), KeptRecords()
    large.put_back(make_record(np.zeros(KEPT + 1, np.uint8)))
    assert large.take() is None
    for _ in range(MOST + 3):
        small.put_back(make_record(np.zeros(KEPT, np.uint8)))
    assert len(small.idle) == MOST


# name: (images, kernels, words)
CALLS = {
    "few kernels": ((1, 9, 8, 3), (3, 3, 3, 2), {}),
    "few kernels of other bytes": ((1, 9, 8, 3), (3, 3, 3, 2), {"pad_mode": "constant", "fill": 2}),
    "many kernels": ((1, 9, 8, 16), (3, 3, 16, 24), {}),
    "many kernels, packed": ((1, 9, 8, 16), (3, 3, 16, 24), {"pad_mode": "edge"}),
}


@needs_kernels
@pytest.mark.parametrize("name", CALLS)
def test_records_are_used_again_with_other_arrays(name, monkeypatch):
    """By a plan, in turn and by threads at once; each call has its own arrays."""
    shape, kernels_shape, words = CALLS[name]
    made = []
    original = kept_records.Record.__new__

    def counting(*fields, **more):
        made.append(fields)
        return original(*fields, **more)

    monkeypatch.setattr(kept_records.Record, "__new__", counting)
    plan = convpool.plan_convolution(shape, kernels_shape, engine="compiled", **words)
    failures = []

    def call(seed):
        images, kernels = numbers(shape, seed=seed), numbers(kernels_shape, seed=seed + 1)
        bias = numbers(kernels_shape[-1], seed=seed + 2)
        expected = convpool.convolve(images, kernels, bias=bias, engine="numpy", **words)
        if not (plan.run(images, kernels, bias) == expected).all():
            failures.append(seed)

    for seed in range(2):
        call(seed)
    assert len(made) == 1
    others = [threading.Thread(target=call, args=(seed,)) for seed in range(2, 5)]
    for thread in others:
        thread.start()
    for thread in others:
        thread.join()
    assert not failures
