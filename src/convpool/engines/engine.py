"""What an engine is: one way to compute an operation, with its costs and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from convpool.engines.values import dataclass

Array = NDArray[Any]


def never_refuse(work: Any) -> None:
    """Return None: the refusal of an engine that takes all work."""


def works_everywhere() -> None:
    """Return None: the host refusal of an engine that works on every machine."""


@dataclass(frozen=True)
class Engine:
    """One way to compute an operation. `work` is a `ConvolutionWork` or a `PoolingWork`.

    Attributes
    ----------
    name : what `engine=` takes
    run : computes the operation into its argument `out`; the engines of an operation have the same
        parameters, those of the functions in `engines.numpy`
    make_run : makes a `run` for the calls of one plan, which keeps what it has worked out; None if
        there is nothing to keep
    prepack : from what `run` takes, without images and `out`, to a function of these two, which
        has its own copy of the kernels and may have laid them out; None if there is nothing to gain
    pictures : makes, from windows and keywords, a function for the calls of a plan whose channels
        have the same kernel, or one for each axis: `compiled.picture_filters.Runner`, which also
        rounds results to `out`, and returns whether it took the arrays; None if there is none
    seconds : from work to an estimate of the seconds of one thread, without start_up
    memory : from work to an estimate of the bytes of working memory
    tile_memory : from work whose windows lie on pixels alone to an upper bound of these bytes
    start_up : seconds that every call takes, however small the work
    refusal : from work to a text why the engine cannot do it; None if it can
    host_refusal : returns a text why the engine does not work on this machine; None if it does
    is_threaded : whether more threads make it faster
    margin : 1 for engines whose seconds "auto" compares as they are; an engine with a greater
        margin is taken only if its seconds * margin are less than those of all with a margin of 1
    reason : a text why "auto" takes it: {time} stands for its seconds, {other_time} for those of
        the fallback on one thread or, if the margin is not 1, for the least of those with 1
    """

    name: str
    run: Callable[..., None]
    seconds: Callable[[Any], float]
    memory: Callable[[Any], int]
    tile_memory: Callable[[Any], int]
    start_up: float
    make_run: Callable[[], Callable[..., None]] | None = None
    prepack: Callable[..., Callable[[Array, Array], None]] | None = None
    pictures: Callable[..., Callable[..., bool]] | None = None
    refusal: Callable[[Any], str | None] = never_refuse
    host_refusal: Callable[[], str | None] = works_everywhere
    is_threaded: bool = True
    margin: float = 1.0
    reason: str = "about {time} on one thread, NumPy {other_time}"


def by_name(*engines: Engine) -> dict[str, Engine]:
    """Return name -> engine, in this order."""
    return {engine.name: engine for engine in engines}


def fallback(engines: dict[str, Engine]) -> Engine:
    """Return the engine of an operation that takes all work: the first of its registry."""
    return next(iter(engines.values()))
