"""What runs in the processes of the library's benchmark: ours, the copy, the other libraries."""

from __future__ import annotations

import argparse
import contextlib
import functools
from collections.abc import Callable

import numpy as np

import harness
import limits
from harness import OURS, Prepared
from peers import PEERS, thread_variables
from rows import Row, load_row

# seconds: one whose runs of a row take longer together, and that is far behind, is run less often
PATIENCE = 5


def prepare_ours(
    threads: int, row: Row, images: np.ndarray, kernels: np.ndarray | None, engine: str = "auto"
) -> Prepared:
    """Call the library, as anyone would."""
    import convpool

    convpool.set_num_threads(threads)
    if row.kind == "pool":
        words = {"stride": row.stride, "mode": row.mode, "engine": engine}
        return Prepared(lambda: convpool.pool(images, row.window, **words))
    function = convpool.filter_image if row.kind == "filter" else convpool.convolve
    return Prepared(lambda: function(images, kernels, engine=engine, **row.words))


def prepare_copy(
    threads: int, row: Row, images: np.ndarray, _kernels: np.ndarray | None
) -> Prepared:
    """Copy the row's bytes."""
    return Prepared(limits.make_copy(images, row.bytes_out, threads))


def prepare_peer(
    name: str, threads: int, row: Row, images: np.ndarray, kernels: np.ndarray | None
) -> Prepared:
    """Call another library."""
    return PEERS[name].prepare(row, images, kernels, threads)


def find_engines(kind: str) -> list[str]:
    """Return the names of the engines for a kind of row."""
    from convpool.engines import registry

    return list(registry.POOL_ENGINES if kind == "pool" else registry.ENGINES)


def predict(row: Row) -> float | None:
    """Return the seconds that the plan expects, None where it says nothing."""
    import convpool

    words = {key: value for key, value in row.words.items() if key != "stride"}
    if row.kind == "pool":
        plan = convpool.plan_pooling(
            row.images, row.window, row.stride, row.mode, images_dtype=row.dtype
        )
    else:
        shape = (*row.window, row.channels // row.groups, row.kernels)
        dtypes = {"images_dtype": row.dtype, "kernels_dtype": row.float_dtype}
        plan = convpool.plan_convolution(row.images, shape, stride=row.stride, **words, **dtypes)
    return getattr(plan, "seconds", None)


def start(
    options: argparse.Namespace,
    threads: int,
    others: dict[str, Callable[..., Prepared]] | None = None,
) -> contextlib.AbstractContextManager[dict[str, harness.Contender]]:
    """Start ours and others, each on as many CPUs as threads."""
    prepare_calls = {OURS: functools.partial(prepare_ours, threads), **(others or {})}
    pause = 0.0 if options.small else harness.PAUSE
    return harness.contenders(load_row, prepare_calls, thread_variables(threads), threads, pause)
