"""Which engine should do some work, and how long it should take: what "auto" decides by.

The rates of each engine stand in `engines.costs`; here they are compared.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from convpool.engines import threads
from convpool.engines.registry import Engine, fallback

SMALL = 1e-3  # seconds below which a call is not worth another engine than the fallback

Engines = Mapping[str, Engine]


def refusals(engines: Engines, work: Any) -> dict[str, str | None]:
    """Return, for the name of each engine, why it cannot do this work; None if it can."""
    return {name: engine.refusal(work) for name, engine in engines.items()}


def parallel_seconds(engines: Engines, work: Any) -> dict[str, float]:
    """Return the seconds after start-up, on one thread, of each engine that can do this work."""
    able = {
        name: engine.seconds(work)
        for name, engine in engines.items()
        if engine.refusal(work) is None
    }
    return {name: seconds for name, seconds in able.items() if seconds < math.inf}


def rank_engines(engines: Engines, work: Any) -> tuple[tuple[str, str], ...]:
    """Return (name, why) of the engines that "auto" may take for this work, the best first."""
    first = fallback(dict(engines))
    alone = first.start_up + first.seconds(work)
    if alone < SMALL:
        return ((first.name, f"a small call, about {_duration(alone)}"),)
    seconds = {
        name: engines[name].start_up + parallel
        for name, parallel in parallel_seconds(engines, work).items()
    }
    direct = [name for name in seconds if engines[name].margin == 1]
    others = [
        refusal
        for name, refusal in refusals(engines, work).items()
        if refusal and engines[name].margin == 1
    ]
    best = min(seconds[name] for name in direct)
    reasons = {first.name: "; ".join([first.reason, *others])}
    for name in seconds:
        engine = engines[name]
        if engine is not first and (engine.margin == 1 or seconds[name] * engine.margin < best):
            other = alone if engine.margin == 1 else best
            reasons[name] = engine.reason.format(
                time=_duration(seconds[name]), other_time=_duration(other)
            )
    return tuple((name, reasons[name]) for name in sorted(reasons, key=seconds.__getitem__))


def predict_seconds(engines: Engines, work: Any, name: str) -> float:
    """Return how long an engine should take with the threads that may be used."""
    seconds = parallel_seconds(engines, work)
    # the fallback does what was planned for an engine that turned out not to work
    engine = engines[name] if name in seconds else fallback(dict(engines))
    helpers = threads.number() if engine.is_threaded else 1
    return engine.start_up + seconds[engine.name] / helpers


def _duration(seconds: float) -> str:
    """Write seconds with two digits, as in 1.5 ms."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{_two_digits(seconds / size)} {unit}"
    return f"{_two_digits(seconds / 1e-6)} us"


def _two_digits(number: float) -> str:
    return f"{float(f'{number:.2g}'):g}"
