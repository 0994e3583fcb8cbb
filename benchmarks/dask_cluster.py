"""Throughput and memory of one-thread dask workers, beside the plan's prediction and others.

    python benchmarks/dask_cluster.py [--megabytes 512] [--workers 1 2] [--runs 3]

Pixels are made where they are used, all ones, and results are summed there, so that neither disk
nor network is timed. First a batch of pictures of 256 x 256, then one large picture, whose chunks
need pixels of their neighbours. At the end stands what a petabyte of the pictures would take, from
the rates that were measured.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dask
import dask.array as da
import numpy as np
from dask_image import ndfilters
from distributed import Client, LocalCluster
from scipy import ndimage

import convpool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIDE, TOGETHER, LARGE = (
    256,
    64,
    1024,
)  # pixels of a picture, pictures of a chunk, pixels of a chunk of one picture
WINDOW = 5
KERNEL = np.random.default_rng(0).random((WINDOW, WINDOW)).astype(np.float32)
LIMIT = 120  # seconds for one run
PETABYTE = 10**15
CORES = 16  # of a node, on paper
# bytes a second of a node, on paper: assumed, not measured
LINKS = {"network of 10 Gbit/s": 1.25e9, "network of 100 Gbit/s": 12.5e9, "one NVMe drive": 3e9}


def ours(images: Any) -> Any:
    """Return a lazy result of convpool."""
    return convpool.convolve(images[..., None], KERNEL[..., None, None], pad_mode="reflect")[..., 0]


def dask_image(images: Any) -> Any:
    """Return a lazy result of dask-image, whose mirror is NumPy's reflect."""
    return ndfilters.correlate(images, KERNEL[None], mode="mirror")


def filtered(block: Any) -> Any:
    """Filter a chunk with its margin."""
    return ndimage.correlate(block, KERNEL[None], mode="mirror")


def overlapping(images: Any) -> Any:
    """Return a lazy result of SciPy on chunks with margins."""
    margin = {1: WINDOW // 2, 2: WINDOW // 2}
    return da.map_overlap(filtered, images, depth=margin, boundary="none", dtype=np.float32)


CONTENDERS: dict[str, Callable[[Any], Any]] = {
    "convpool": ours,
    "dask_image.ndfilters": dask_image,
    "map_overlap of SciPy": overlapping,
    "nothing but the sum": lambda images: images,
}


def batch(size: int) -> Any:
    """Return pictures of 256 x 256, of about so many bytes."""
    chunks = max(2, size // (4 * SIDE * SIDE * TOGETHER))
    return da.ones((chunks * TOGETHER, SIDE, SIDE), chunks=(TOGETHER, SIDE, SIDE), dtype=np.float32)


def picture(size: int) -> Any:
    """Return one large picture."""
    side = max(2, round((size / 4) ** 0.5 / LARGE)) * LARGE
    return da.ones((1, side, side), chunks=(1, LARGE, LARGE), dtype=np.float32)


IMAGES: dict[str, Callable[[int], Any]] = {
    "pictures of 256 x 256": batch,
    "one large picture": picture,
}


@contextmanager
def cluster(workers: int) -> Iterator[Client]:
    """Start workers and end them."""
    words = {
        "dashboard_address": None,
        "worker_dashboard_address": None,
        "silence_logs": "CRITICAL",
    }
    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, memory_limit="2GiB", **words
        ) as started,
        Client(started, timeout=LIMIT) as client,
    ):
        client.wait_for_workers(workers, timeout=LIMIT)
        yield client


def peak() -> int:
    """Return this process's peak memory in bytes (getrusage includes that of its parent)."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def measure(
    contender: Callable[[Any], Any], images: Any, workers: int, runs: int
) -> tuple[float, int]:
    """Return the seconds of a run, the median, and the greatest memory of a worker."""
    with cluster(workers) as client:
        first = images[: TOGETHER * workers] if len(images) > 1 else images
        client.compute(contender(first).sum()).result(timeout=LIMIT)  # compiles
        seconds = []
        for _ in range(runs):
            started = time.perf_counter()
            client.compute(contender(images).sum()).result(timeout=LIMIT)
            seconds.append(time.perf_counter() - started)
        return statistics.median(seconds), max(client.run(peak).values())


def in_memory(images: Any, threads: int, runs: int) -> float:
    """Return the seconds of the same call on arrays in this process."""
    convpool.set_num_threads(threads)
    given, seconds = np.ones(images.shape, np.float32), []
    ours(given[:1, :LARGE, :LARGE])
    for _ in range(runs):
        started = time.perf_counter()
        ours(given).sum()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def predicted(images: Any, workers: int) -> float:
    """Return the seconds that the plan of a chunk predicts, for all chunks."""
    convpool.set_num_threads(1)
    shape = (*images.chunksize, 1)
    plan = convpool.plan_convolution(
        shape, (*KERNEL.shape, 1, 1), images_dtype="f4", kernels_dtype="f4"
    )
    return plan.seconds * images.npartitions / workers


def check() -> None:
    """Stop unless all contenders give the same."""
    images = da.random.default_rng(0).random((3, 60, 50), dtype=np.float32, chunks=(2, 20, 30))
    expected = ours(images.compute())
    for contender in (ours, dask_image, overlapping):
        np.testing.assert_allclose(
            contender(images).compute(scheduler="threads"), expected, rtol=1e-5
        )


def table(name: str, images: Any, counts: list[int], runs: int) -> float:
    """Print a table; return the bytes a second of one worker of convpool."""
    size = images.nbytes / 1e6
    print(
        f"\n{name}: {images.shape} float32, {size:.0f} MB in {images.npartitions} chunks, "
        f"{WINDOW} x {WINDOW} kernel"
    )
    print(
        f"{'':<26}{'workers':>8}{'seconds':>9}{'MB/s':>8}{'peak of a worker':>18}{'predicted':>11}"
    )
    for threads in (1, 2):
        seconds = in_memory(images, threads, runs)
        cells = f"{f'{threads} thr.':>8}{seconds:>9.2f}{size / seconds:>8.0f}"
        print(f"{'convpool, in memory':<26}{cells}")
    rate = 0.0
    for label, contender in CONTENDERS.items():
        for workers in counts:
            seconds, memory = measure(contender, images, workers, runs)
            expected = f"{predicted(images, workers):.2f} s" if contender is ours else ""
            cells = f"{workers:>8}{seconds:>9.2f}{size / seconds:>8.0f}{memory / 1e6:>15.0f} MB"
            print(f"{label:<26}{cells}{expected:>11}", flush=True)
            rate = rate or images.nbytes / seconds / workers
    return rate


def scheduling(tasks: int = 3000) -> float:
    """Return how many tasks that do nothing one scheduler gives out in a second."""
    with cluster(2) as client:
        total = da.zeros((tasks, 1), chunks=1).sum(split_every=8)
        client.compute(total).result(timeout=LIMIT)
        started = time.perf_counter()
        client.compute(total + 1).result(timeout=LIMIT)
        return len(dict(dask.optimize(total)[0].dask)) / (time.perf_counter() - started)


def building(chunks: int = 10_000) -> float:
    """Return the seconds that the graph of a chunk takes to be made."""
    images = da.zeros((chunks, SIDE, SIDE), chunks=(1, SIDE, SIDE), dtype=np.float32)
    started = time.perf_counter()
    ours(images)
    return (time.perf_counter() - started) / chunks


def on_paper(rate: float) -> None:
    """Print what a petabyte takes, and what is in the way."""
    chunk, tasks, build = 4 * SIDE * SIDE * TOGETHER, scheduling(), building()
    chunks = PETABYTE / chunk
    pictures = PETABYTE / (4 * SIDE * SIDE)
    print(
        f"\n1 PB of such pictures: {pictures:.2g} of them, {chunks:.2g} chunks of "
        f"{chunk / 1e6:.0f} MB"
    )
    print(
        f"measured here: {rate / 1e6:.0f} MB/s of a worker, {tasks:.0f} tasks/s of the scheduler, "
        f"{build * 1e6:.0f} us to plan a chunk"
    )
    print(f"assumed: nodes of {CORES} workers; as many bytes written as read; 2 tasks to a chunk")
    print(f"{'hours on':<26}" + "".join(f"{f'{nodes} nodes':>13}" for nodes in (10, 100, 1000)))
    rates = {"compute": rate * CORES, **{name: link / 2 for name, link in LINKS.items()}}
    for name, each in rates.items():
        days = [PETABYTE / (each * nodes) / 3600 for nodes in (10, 100, 1000)]
        print(f"{name:<26}" + "".join(f"{some:>13.3g}" for some in days))
    for factor in (1, 16):
        said = 2 * chunks / factor / tasks / 3600
        print(f"{f'scheduler, {chunk * factor / 1e6:.0f} MB chunks':<26}" + f"{said:>13.3g}" * 3)


def main() -> None:
    """Print the tables."""
    words = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words.add_argument("--megabytes", type=int, default=512)
    words.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    words.add_argument("--runs", type=int, default=3)
    asked = words.parse_args()
    check()
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} CPUs, dask "
        f"{dask.__version__}, load {os.getloadavg()[0]:.1f}"
    )
    rates = [
        table(name, make(asked.megabytes * 10**6), asked.workers, asked.runs)
        for name, make in IMAGES.items()
    ]
    on_paper(rates[0])


if __name__ == "__main__":
    main()
