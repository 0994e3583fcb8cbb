"""What runs in the processes of the library's benchmark: ours, the copy, the other libraries."""

from __future__ import annotations

import argparse
import contextlib
import functools
from collections.abc import Callable
from typing import Any

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
        words = {"stride": row.stride, "mode": row.mode, "engine": engine, "padding": row.padding}
        return Prepared(lambda: convpool.pool(images, row.window, **words))
    if row.is_separable:
        factors = convpool.filters.separate(kernels)
        return Prepared(lambda: convpool.filter_image(images, factors, engine=engine))
    function = convpool.filter_image if row.kind == "filter" else convpool.convolve
    return Prepared(lambda: function(images, kernels, engine=engine, **row.words))


def prepare_layer(
    threads: int, row: Row, images: np.ndarray, kernels: np.ndarray | None
) -> Prepared:
    """Plan the row, and pack its kernels, before it is timed."""
    import convpool

    convpool.set_num_threads(threads)
    plan = make_plan(row)
    function = plan.run if row.kind == "pool" else plan.prepack(kernels)
    return Prepared(lambda: function(images))


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


def make_plan(row: Row, engine: str = "auto") -> Any:
    """Return the plan of a row; a picture is planned as an image for each channel."""
    import convpool

    if row.kind == "pool":
        return convpool.plan_pooling(
            row.images, row.window, row.stride, row.mode, engine=engine, images_dtype=row.dtype
        )
    shape = (*row.window, row.channels // row.groups, row.kernels)
    words = {**row.words, "engine": engine}
    images = row.images
    if row.kind == "filter":
        *sizes, c = row.images
        images, shape = (1, *sizes, c), (*row.window, 1, c)
        words |= {"groups": c, "pad_mode": "reflect"}
    dtypes = {"images_dtype": row.dtype, "kernels_dtype": row.float_dtype}
    return convpool.plan_convolution(images, shape, **words, **dtypes)


def predict(row: Row) -> float:
    """Return the seconds that the plan of a row expects."""
    return make_plan(row).seconds


def predict_engines(row: Row) -> dict[str, float]:
    """Return the seconds that plans expect of "auto" and of each engine that can do the row."""
    able = [name for name, refusal in make_plan(row).refusals().items() if refusal is None]
    return {engine: make_plan(row, engine).seconds for engine in ("auto", *able)}


def start(
    options: argparse.Namespace,
    threads: int,
    others: dict[str, Callable[..., Prepared]] | None = None,
    least: float = 0.0,
    prepare: Callable[..., Prepared] = prepare_ours,
) -> contextlib.AbstractContextManager[dict[str, harness.Contender]]:
    """Start ours and others, each on as many CPUs as threads; `least` as in time_call.

    `prepare` is what prepares ours.
    """
    prepare_calls = {OURS: functools.partial(prepare, threads), **(others or {})}
    pause = 0.0 if options.small else harness.PAUSE
    return harness.contenders(
        load_row, prepare_calls, thread_variables(threads), threads, pause, least
    )
