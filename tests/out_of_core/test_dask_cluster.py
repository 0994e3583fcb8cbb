"""Dask arrays on workers in processes of their own: right results, also when one is killed, and
bounded memory.
"""

from __future__ import annotations

import os
import signal
import time
import warnings
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import convpool

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")
distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.full  # workers take seconds to start

WAIT = 60  # seconds after which a test is given up


@contextmanager
def workers(n, memory="1GiB"):
    """Start workers of one thread each, and let none stay behind."""
    settings = {
        "distributed.comm.timeouts.connect": f"{WAIT}s",
        "distributed.worker.memory.spill": False,
    }
    words = {"n_workers": n, "threads_per_worker": 1, "memory_limit": memory, "processes": True}
    with (
        warnings.catch_warnings(),
        dask.config.set(settings),
        distributed.LocalCluster(
            **words,
            dashboard_address="localhost:0",  # any free port
            worker_dashboard_address=None,
            silence_logs="CRITICAL",
        ) as cluster,
        distributed.Client(cluster, timeout=WAIT) as client,
    ):
        client.wait_for_workers(n, timeout=WAIT)
        yield client


@pytest.fixture(scope="module")
def two_workers():
    with workers(2) as client:
        yield client


def gathered(client, made):
    return client.compute(made).result(timeout=WAIT)


def slowly(block):
    time.sleep(0.1)
    return block


# to compile for the first time takes each worker seconds
@pytest.mark.parametrize("engine", ["numpy", pytest.param("compiled", marks=pytest.mark.full)])
def test_workers_give_what_memory_gives(two_workers, engine):
    random = np.random.default_rng(0)
    images, kernels = (
        random.integers(0, 255, (2, 25, 40, 3), np.uint8),
        random.integers(-9, 9, (9, 9, 3, 4)),
    )
    given = da.from_array(images, chunks=(1, 7, 20, 2))  # lower than the kernel
    for words in ({}, {"pad_mode": "reflect", "stride": (1, 2)}, {"padding": "full"}):
        made = gathered(two_workers, convpool.convolve(given, kernels, engine=engine, **words))
        np.testing.assert_array_equal(
            made, convpool.convolve(images, kernels, engine=engine, **words)
        )
    made = gathered(two_workers, convpool.pool(given, 3, 2, ceil=True, engine=engine))
    np.testing.assert_array_equal(made, convpool.pool(images, 3, 2, ceil=True, engine=engine))


def test_errors_come_from_the_workers_as_they_are(two_workers):
    made = convpool.convolve(da.full((1, 9, 1), 2**62, chunks=3), np.full((3, 1, 1), 2))
    with pytest.raises(OverflowError, match="more than int64 holds"):
        gathered(two_workers, made)


def test_a_worker_may_be_killed(two_workers):
    images = np.random.default_rng(0).integers(0, 255, (40, 20, 30, 1), np.uint8)
    kernels = np.arange(25).reshape(5, 5, 1, 1)  # small work, for which nothing is compiled
    given = da.from_array(images, chunks=(2, 10, 30, 1)).map_blocks(slowly)
    before = two_workers.run(os.getpid)
    with dask.config.set({"optimization.fuse.active": False}):
        future = two_workers.compute(convpool.convolve(given, kernels))
    while not any(two_workers.processing().values()):
        time.sleep(0.01)
    time.sleep(0.5)
    assert not future.done()
    os.kill(next(iter(before.values())), signal.SIGKILL)
    np.testing.assert_array_equal(future.result(timeout=WAIT), convpool.convolve(images, kernels))
    two_workers.wait_for_workers(2, timeout=WAIT)
    assert set(two_workers.run(os.getpid).values()) != set(before.values())


def peak():
    """Return the greatest memory of this process so far, in bytes; getrusage would give that of
    who started it.
    """
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


@pytest.mark.full
@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the system does not tell the greatest memory"
)
def test_memory_of_a_worker_is_bounded():
    """Ten times as many images take no more memory."""
    kernels, peaks = np.ones((5, 5, 1, 1), np.float32), []
    for m in (40, 400):
        with workers(2) as client:
            images = da.random.default_rng(0).random(
                (m, 512, 512, 1), np.float32, chunks=(4, 512, 256, 1)
            )
            total = convpool.convolve(images, kernels).sum()
            assert gathered(client, total) == pytest.approx(m * 510 * 510 * 12.5, rel=0.01)
            peaks.append(max(client.run(peak).values()))
    assert peaks[1] - peaks[0] < images.nbytes / 4  # where each of two keeps all, it is a half
    assert peaks[1] < 400 * 10**6
