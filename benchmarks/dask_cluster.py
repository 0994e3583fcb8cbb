"""Throughput and memory of one-thread dask workers, beside the plan's prediction and others.

    python benchmarks/dask_cluster.py [--megabytes 512] [--workers 1 2] [--runs 5]

Pixels are made where they are used, all ones, and results are summed there, so that neither disk
nor network is timed. First a batch of pictures of 256 x 256, then one large picture, whose chunks
need pixels of their neighbours. At the end stands what a petabyte of the pictures would take, from
the rates that were measured.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import dask
import dask.array as da
import numpy as np
from dask_image import ndfilters
from distributed import Client, LocalCluster
from scipy import ndimage

import convpool
import harness
import reports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIDE = 256  # of a picture, in pixels
CHUNK_PICTURES, CHUNK_SIDE = 64, 1024  # pictures of a chunk; side of a chunk of one large picture
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


def filter_chunk(block: Any) -> Any:
    """Filter a chunk with its margin."""
    return ndimage.correlate(block, KERNEL[None], mode="mirror")


def map_overlap(images: Any) -> Any:
    """Return a lazy result of SciPy on chunks with margins."""
    margin = {1: WINDOW // 2, 2: WINDOW // 2}
    return da.map_overlap(filter_chunk, images, depth=margin, boundary="none", dtype=np.float32)


CONTENDERS: dict[str, Callable[[Any], Any]] = {
    "convpool": ours,
    "dask_image.ndfilters": dask_image,
    "map_overlap of SciPy": map_overlap,
    "nothing but the sum": lambda images: images,
}


def make_batch(size: int) -> Any:
    """Return pictures of 256 x 256, of about so many bytes."""
    chunks = max(2, size // (4 * SIDE * SIDE * CHUNK_PICTURES))
    return da.ones(
        (chunks * CHUNK_PICTURES, SIDE, SIDE), chunks=(CHUNK_PICTURES, SIDE, SIDE), dtype=np.float32
    )


def make_picture(size: int) -> Any:
    """Return one large picture."""
    side = max(2, round((size / 4) ** 0.5 / CHUNK_SIDE)) * CHUNK_SIDE
    return da.ones((1, side, side), chunks=(1, CHUNK_SIDE, CHUNK_SIDE), dtype=np.float32)


IMAGES = {"pictures of 256 x 256": make_batch, "one large picture": make_picture}


@contextmanager
def cluster(workers: int) -> Iterator[Client]:
    """Start workers and end them."""
    resources = {"n_workers": workers, "threads_per_worker": 1, "memory_limit": "2GiB"}
    dashboards = {"dashboard_address": None, "worker_dashboard_address": None}
    with (
        LocalCluster(**resources, **dashboards, silence_logs="CRITICAL") as started,
        Client(started, timeout=LIMIT) as client,
    ):
        client.wait_for_workers(workers, timeout=LIMIT)
        yield client


class Measurement(NamedTuple):
    """Runs of a contender over some images."""

    contender: str
    workers: str
    megabytes: float
    seconds: harness.Spread
    memory: float | None = None  # greatest peak of a worker, MiB
    prediction: float | None = None  # seconds

    @property
    def rate(self) -> float:
        """Megabytes of a second."""
        return self.megabytes / self.seconds.median


COLUMNS: dict[str, Callable[[Measurement], str]] = {
    "contender": lambda one: one.contender,
    "workers": lambda one: one.workers,
    "seconds": lambda one: str(one.seconds),
    "MB/s": lambda one: f"{one.rate:.0f}",
    "peak of a worker, MiB": lambda one: reports.format_optional(one.memory, ".0f"),
    "predicted, s": lambda one: reports.format_optional(one.prediction, ".2f"),
}


def time_calls(call: Callable[[], Any], runs: int) -> harness.Spread:
    """Return the seconds of some runs."""
    return harness.Spread.of([harness.time_call(call) for _ in range(runs)])


def measure_in_memory(images: Any, threads: int, runs: int) -> Measurement:
    """Measure the same call on arrays in this process."""
    convpool.set_num_threads(threads)
    pixels = np.ones(images.shape, np.float32)
    ours(pixels[:1, :CHUNK_SIDE, :CHUNK_SIDE])  # warms up
    seconds = time_calls(lambda: ours(pixels).sum(), runs)
    return Measurement("convpool, in memory", f"{threads} thr.", images.nbytes / 1e6, seconds)


def measure(name: str, images: Any, workers: int, runs: int) -> Measurement:
    """Measure a contender on workers of its own."""
    contender = CONTENDERS[name]
    with cluster(workers) as client:

        def compute(images: Any) -> Any:
            return client.compute(contender(images).sum()).result(timeout=LIMIT)

        compute(images[: CHUNK_PICTURES * workers] if len(images) > 1 else images)  # warms up
        seconds = time_calls(lambda: compute(images), runs)
        memory = max(client.run(harness.peak_memory).values())
    prediction = predict(images, workers) if contender is ours else None
    return Measurement(name, str(workers), images.nbytes / 1e6, seconds, memory, prediction)


def predict(images: Any, workers: int) -> float:
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
    for contender in (ours, dask_image, map_overlap):
        np.testing.assert_allclose(
            contender(images).compute(scheduler="threads"), expected, rtol=1e-5
        )


def print_table(name: str, images: Any, counts: list[int], runs: int) -> float:
    """Print a table; return the bytes a second of one worker of convpool."""
    print(
        f"\n{name}: {images.shape} float32, {images.nbytes / 1e6:.0f} MB in {images.npartitions} "
        f"chunks, {WINDOW} x {WINDOW} kernel\n"
    )
    table = reports.Table(COLUMNS)
    for threads in (1, 2):
        table.add(measure_in_memory(images, threads, runs))
    rates = []
    for contender in CONTENDERS:
        for workers in counts:
            measurement = measure(contender, images, workers, runs)
            table.add(measurement)
            rates.append(measurement.rate * 1e6 / workers)
    return rates[0]


def measure_scheduler(tasks: int = 3000) -> float:
    """Return how many tasks that do nothing one scheduler gives out in a second."""
    with cluster(2) as client:
        total = da.zeros((tasks, 1), chunks=1).sum(split_every=8)
        client.compute(total).result(timeout=LIMIT)
        seconds = harness.time_call(lambda: client.compute(total + 1).result(timeout=LIMIT))
        return len(dict(dask.optimize(total)[0].dask)) / seconds


def measure_planning(chunks: int = 10_000) -> float:
    """Return the seconds that the graph of a chunk takes to be made."""
    images = da.zeros((chunks, SIDE, SIDE), chunks=(1, SIDE, SIDE), dtype=np.float32)
    return harness.time_call(lambda: ours(images)) / chunks


def print_petabyte(rate: float) -> None:
    """Print the hours that a petabyte takes at a worker's bytes a second, and what limits them."""
    picture_bytes = 4 * SIDE * SIDE
    chunk_bytes = picture_bytes * CHUNK_PICTURES
    chunks, tasks, planning = PETABYTE / chunk_bytes, measure_scheduler(), measure_planning()
    print(
        f"\n1 PB of such pictures: {PETABYTE / picture_bytes:.2g} of them, {chunks:.2g} chunks of "
        f"{chunk_bytes / 1e6:.0f} MB.\n"
        f"Measured here: {rate / 1e6:.0f} MB/s of a worker, {tasks:.0f} tasks/s of the scheduler, "
        f"{planning * 1e6:.0f} us to plan a chunk.\n"
        f"Assumed: nodes of {CORES} workers; as many bytes written as read; 2 tasks to a chunk.\n"
    )
    rates = {"compute": rate * CORES, **{name: link / 2 for name, link in LINKS.items()}}
    hours = {name: lambda nodes, each=each: PETABYTE / each / nodes for name, each in rates.items()}
    for factor in (1, 16):
        name = f"scheduler, {chunk_bytes * factor / 1e6:.0f} MB chunks"
        hours[name] = lambda _, factor=factor: 2 * chunks / factor / tasks
    table = reports.Table(
        {
            "hours on": lambda name: name,
            **{
                f"{nodes} nodes": lambda name, nodes=nodes: f"{hours[name](nodes) / 3600:.3g}"
                for nodes in (10, 100, 1000)
            },
        }
    )
    for name in hours:
        table.add(name)


def main() -> None:
    """Print the tables."""
    parser = reports.make_parser(__doc__)
    parser.add_argument("--megabytes", type=reports.parse_count, default=512)
    parser.add_argument("--workers", type=reports.parse_count, nargs="+", default=[1, 2])
    options = parser.parse_args()
    check()
    print(reports.describe_machine("numpy", "dask", "distributed", "dask-image", "scipy"))
    print(f"Seconds: median (least..most) of {options.runs} runs.")
    rates = [
        print_table(name, make(options.megabytes * 10**6), options.workers, options.runs)
        for name, make in IMAGES.items()
    ]
    print_petabyte(rates[0])


if __name__ == "__main__":
    main()
