"""What the machine allows: a threaded copy of a row's bytes, and the peak of its multiply-adds.

The copy reads every byte of the images and writes every byte of a fresh result, in equal parts on
`threads` threads, each on a CPU of its own: left alone, two may share one for longer than a copy
takes. The peak is measured: chains of fused multiply-adds in registers, nothing else, in LLVM
vectors by way of Numba.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

# bytes read and written in turn; smaller ones cost more in Python than they save in the cache
BLOCK = 2**22
LEAST = 2**19  # bytes for each thread, so that handing out costs less than copying
# bytes of a vector -> chains that hide the latency and stay in registers
CHAINS = {16: 12, 32: 12, 64: 24}
TURNS = 500_000  # some milliseconds


def make_copy(images: np.ndarray, bytes_out: int, threads: int) -> Callable[[], np.ndarray]:
    """Return what reads all bytes of the images and returns `bytes_out` new ones."""
    source = images.reshape(-1).view(np.uint8)
    most = max(source.nbytes, bytes_out)
    threads = min(threads, most // LEAST) or 1
    steps = max(threads, most // BLOCK)
    pool = ThreadPoolExecutor(threads) if threads > 1 else None
    cpus = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else []

    def part(result: np.ndarray, worker: int) -> None:
        if cpus and pool is not None:
            os.sched_setaffinity(0, {cpus[worker % len(cpus)]})
        for step in range(worker * steps // threads, (worker + 1) * steps // threads):
            here, there = block(source, step, steps), block(result, step, steps)
            both = min(here.size, there.size)
            there[:both] = here[:both]
            there[both:] = 1
            rest = here[both:]
            np.bitwise_or.reduce(rest[: rest.size // 8 * 8].view(np.uint64))

    def call() -> np.ndarray:
        result = np.empty(bytes_out, np.uint8)
        if pool is None:
            part(result, 0)
        else:
            list(pool.map(functools.partial(part, result), range(threads)))
        return result

    return call


def block(array: np.ndarray, step: int, steps: int) -> np.ndarray:
    """Return one of `steps` equal parts, cut at whole vectors."""
    cuts = [array.size * place // steps // 64 * 64 for place in (step, step + 1)]
    return array[cuts[0] : array.size if step + 1 == steps else cuts[1]]


def vector_bytes() -> int:
    """Return the widest vector that the host computes with."""
    from llvmlite import binding

    features = binding.get_host_cpu_features()
    return 64 if features.get("avx512f") else 32 if features.get("fma") else 16


@functools.cache
def make_chains(dtype: str) -> tuple[Callable[[int], float], int]:
    """Return a function of turns, and the multiply-adds of one turn."""
    import numba
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    width = vector_bytes()
    lanes, chains = width // np.dtype(dtype).itemsize, CHAINS[width]

    @intrinsic
    def multiply_add(typing: Any, turns: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            scalar = ir.FloatType() if dtype == "float32" else ir.DoubleType()
            vector, integer = ir.VectorType(scalar, lanes), ir.IntType(64)
            name = f"llvm.fma.v{lanes}f{8 * np.dtype(dtype).itemsize}"
            fma = cgutils.get_or_insert_function(
                builder.module, ir.FunctionType(vector, [vector] * 3), name
            )
            start, entry = ir.Constant(vector, [1.0] * lanes), builder.block
            # halved and increased, values stay near 2; they are read at the end, so that nothing is
            # left out
            half, one = ir.Constant(vector, [0.5] * lanes), start
            loop, done = builder.append_basic_block("loop"), builder.append_basic_block("done")
            builder.branch(loop)
            builder.position_at_end(loop)
            turn = builder.phi(integer)
            sums = [builder.phi(vector) for _ in range(chains)]
            after = [builder.call(fma, [value, half, one]) for value in sums]
            following = builder.add(turn, ir.Constant(integer, 1))
            turn.add_incoming(ir.Constant(integer, 0), entry)
            turn.add_incoming(following, loop)
            for number, (value, new) in enumerate(zip(sums, after, strict=True)):
                value.add_incoming(ir.Constant(vector, [float(number)] * lanes), entry)
                value.add_incoming(new, loop)
            builder.cbranch(builder.icmp_signed("<", following, arguments[0]), loop, done)
            builder.position_at_end(done)
            total = functools.reduce(builder.fadd, after)
            first = builder.extract_element(total, ir.Constant(ir.IntType(32), 0))
            return builder.fpext(first, ir.DoubleType()) if dtype == "float32" else first

        return types.float64(types.int64), generate

    @numba.njit("float64(int64)", nogil=True)
    def chained(turns: int) -> float:
        return multiply_add(turns)

    return chained, lanes * chains


def describe_vectors() -> str:
    """Say how wide the vectors are."""
    try:
        return f"{8 * vector_bytes()}-bit vectors"
    except ImportError:
        return "vectors unknown without numba"


def measure_peak(dtype: str, threads: int, runs: int = 100) -> float | None:
    """Return the multiply-adds of a second on `threads` threads, the best of `runs`.

    None where Numba is not installed.
    """
    try:
        chained, each = make_chains(dtype)
    except ImportError:
        return None
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(chained, [1000] * threads))
        best = float("inf")
        for _ in range(runs):
            start = time.perf_counter()
            list(pool.map(chained, [TURNS] * threads))
            best = min(best, time.perf_counter() - start)
    return threads * TURNS * each / best
