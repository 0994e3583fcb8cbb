"""A cache of plans: to read the arguments of a call takes longer than to convolve a small image.

Only arguments that can neither change nor equal other ones are looked up. Python takes 1, 1.0 and
True for equal, and 0.0 and -0.0; lists change; dtypes may carry metadata. A call with any other
argument is planned anew.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

from convpool.engines.compiled import host

CAPACITY = 256  # plans of each function, of about a kilobyte
SAFE_TYPES = frozenset({int, str, bool, type(None)})
SIZES = frozenset({int})

Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")


def cache_recent(function: Callable[Arguments, Value]) -> Callable[Arguments, Value]:
    """Return a function that returns the same value again for the same arguments.

    Its `cache_clear()` forgets all values: for when what they depend on has changed.
    """
    # typed: 1 differs from True, though not inside of tuples
    cached: Any = lru_cache(CAPACITY, typed=True)(function)
    host.dependents.append(cached.cache_clear)  # plans name an engine

    @wraps(function)
    def look_up(*positional: Arguments.args, **named: Arguments.kwargs) -> Value:
        if all(map(_is_safe, positional)) and all(map(_is_safe, named.values())):
            value: Value = cached(*positional, **named)
            return value
        return function(*positional, **named)

    vars(look_up)["cache_clear"] = cached.cache_clear
    return look_up


def _is_safe(argument: Any) -> bool:
    """Return whether arguments that equal this one mean the same, now and later."""
    kind = type(argument)
    if kind in SAFE_TYPES:
        return True
    if kind is tuple:
        return SIZES.issuperset(map(type, argument)) or all(
            type(part) is tuple and SIZES.issuperset(map(type, part)) for part in argument
        )
    if kind is float:
        return bool(argument)  # not 0.0, which equals -0.0
    if isinstance(argument, np.dtype):
        return argument.metadata is None
    return kind is type and issubclass(argument, np.generic)
