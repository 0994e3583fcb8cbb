"""The type of a call that computes arrays at once, and gives lazy ones for lazy ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast, overload

from numpy.typing import ArrayLike, NDArray

Arguments = ParamSpec("Arguments")


class LazyArray(Protocol):
    """An array of dask, as a type checker sees it without dask."""

    def __dask_graph__(self) -> Any:
        """Return the graph of tasks."""


Lazy = TypeVar("Lazy", bound=LazyArray)


class LazyCall(Protocol[Arguments]):
    """A call of images and other arguments: lazy arrays give lazy ones, all others arrays."""

    __name__: str

    @overload
    def __call__(
        self, images: Lazy, *positional: Arguments.args, **keywords: Arguments.kwargs
    ) -> Lazy: ...
    @overload
    def __call__(
        self, images: ArrayLike, *positional: Arguments.args, **keywords: Arguments.kwargs
    ) -> NDArray[Any]: ...


def takes_lazy_arrays(
    call: Callable[Concatenate[ArrayLike, Arguments], NDArray[Any]],
) -> LazyCall[Arguments]:
    """Return the call as it is, with the types of one that takes lazy arrays too."""
    return cast("LazyCall[Arguments]", call)
