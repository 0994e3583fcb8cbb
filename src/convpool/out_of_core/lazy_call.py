"""The type of a call that computes arrays at once, and gives lazy ones for lazy ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast, overload

from numpy.typing import ArrayLike, NDArray

Words = ParamSpec("Words")


class LazyArray(Protocol):
    """An array of dask, as a type checker sees it without dask."""

    def __dask_graph__(self) -> Any:
        """Return the graph of tasks."""


Lazy = TypeVar("Lazy", bound=LazyArray)


class LazyCall(Protocol[Words]):
    """A call of images and other words: lazy arrays give lazy ones, all others arrays."""

    __name__: str

    @overload
    def __call__(self, images: Lazy, *words: Words.args, **keywords: Words.kwargs) -> Lazy: ...
    @overload
    def __call__(
        self, images: ArrayLike, *words: Words.args, **keywords: Words.kwargs
    ) -> NDArray[Any]: ...


def takes_lazy_arrays(
    call: Callable[Concatenate[ArrayLike, Words], NDArray[Any]],
) -> LazyCall[Words]:
    """Return the call as it is, with the types of one that takes lazy arrays too."""
    return cast("LazyCall[Words]", call)
