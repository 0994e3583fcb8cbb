"""Which engine should do some work, and how long it should take: what "auto" decides by.

Each engine estimates its seconds, as `engines.convolution_costs` does; here they are compared.
`work` is a `ConvolutionWork` or a `PoolingWork`. The fallback is the engine that can do all work
(NumPy).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from convpool.engines import threads
from convpool.engines.engine import Engine, fallback
from convpool.plans.formatting import duration

Engines = Mapping[str, Engine]


def refusals(engines: Engines, work: Any) -> dict[str, str | None]:
    """Return name -> why an engine cannot do this work, for all engines; None if it can."""
    return {name: engine.refusal(work) for name, engine in engines.items()}


def check_engine(engine: str, refusals: Mapping[str, str | None]) -> None:
    """Raise ValueError if the engine of this name cannot do the work; name those that can.

    `refusals` maps the name of each engine to why it cannot do the work, None if it can.
    """
    if refusal := refusals.get(engine):
        able = ", ".join(repr(name) for name, reason in refusals.items() if reason is None)
        raise ValueError(
            f"engine {engine!r} cannot do this: {refusal}; use 'auto' or one of {able}"
        )


def one_thread_seconds(engines: Engines, work: Any) -> dict[str, float]:
    """Return name -> seconds on one thread, without start-up, of each engine that can do this work.

    An engine that has no estimate for this work (infinite seconds) is left out.
    """
    seconds = {
        name: engine.seconds(work)
        for name, engine in engines.items()
        if engine.refusal(work) is None
    }
    return {name: estimate for name, estimate in seconds.items() if estimate < math.inf}


def rank_engines(engines: Engines, work: Any) -> tuple[tuple[str, str], ...]:
    """Return (name, reason) of each engine that "auto" may take for this work, the fastest first.

    These are the fallback, each engine with a margin of 1 that can do the work, and each engine
    with a larger margin that is more than margin times faster than all of these. A reason is a text
    such as "about 1.5 ms on one thread, NumPy 20 ms".
    """
    seconds = {
        name: engines[name].start_up + estimate
        for name, estimate in one_thread_seconds(engines, work).items()
    }
    last_resort = fallback(dict(engines))
    # name -> the seconds with which the engine's reason compares its own
    rivals = {name: seconds[last_resort.name] for name in seconds if engines[name].margin == 1}
    best_seconds = min(seconds[name] for name in rivals)
    for name in seconds.keys() - rivals:
        if seconds[name] * engines[name].margin < best_seconds:
            rivals[name] = best_seconds
    reasons = {
        name: engines[name].reason.format(
            time=duration(seconds[name]), other_time=duration(rival_seconds)
        )
        for name, rival_seconds in rivals.items()
    }
    refusal_texts = [
        refusal
        for name, refusal in refusals(engines, work).items()
        if refusal and engines[name].margin == 1
    ]
    reasons[last_resort.name] = "; ".join([last_resort.reason, *refusal_texts])
    return tuple((name, reasons[name]) for name in sorted(reasons, key=seconds.__getitem__))


def predict_seconds(engines: Engines, work: Any, name: str) -> float:
    """Return how long the named engine should take with the threads that may be used.

    If it cannot do this work, return how long the fallback should take, which then does it.
    """
    seconds = one_thread_seconds(engines, work)
    engine = engines[name] if name in seconds else fallback(dict(engines))
    thread_count = threads.number() if engine.is_threaded else 1
    return engine.start_up + seconds[engine.name] / thread_count
