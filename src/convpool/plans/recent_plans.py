"""A cache of plans, since making a plan takes longer than convolving a small image.

A plan is looked up only if all arguments are safe keys: immutable, and equal only to arguments that
mean the same. In Python, 1, 1.0 and True are equal, and so are 0.0 and -0.0; lists can change;
dtypes may carry metadata. For a call with another argument, a new plan is made.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

CAPACITY = 256  # plans that are kept for each function, of about a kilobyte each
SAFE_TYPES = frozenset({int, str, bool, type(None)})
SIZE_TYPES = frozenset({int})

Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")


def cache_recent(function: Callable[Arguments, Value]) -> Callable[Arguments, Value]:
    """Return the function with a cache of its last `CAPACITY` values.

    Its `cache_clear()` empties the cache.
    """
    # typed=True: 1 and True are different keys, though not inside of tuples
    cached: Any = lru_cache(CAPACITY, typed=True)(function)

    @wraps(function)
    def look_up(*positional: Arguments.args, **keywords: Arguments.kwargs) -> Value:
        if all(map(_is_safe, positional)) and all(map(_is_safe, keywords.values())):
            value: Value = cached(*positional, **keywords)
            return value
        return function(*positional, **keywords)

    vars(look_up)["cache_clear"] = cached.cache_clear
    return look_up


def _is_safe(argument: Any) -> bool:
    """Return whether an argument is a safe key: immutable, equal only to what means the same."""
    argument_type = type(argument)
    if argument_type in SAFE_TYPES:
        return True
    if argument_type is tuple:  # of ints, or of tuples of ints
        return SIZE_TYPES.issuperset(map(type, argument)) or all(
            type(item) is tuple and SIZE_TYPES.issuperset(map(type, item)) for item in argument
        )
    if argument_type is float:
        return bool(argument)  # not 0.0, which equals -0.0
    if isinstance(argument, np.dtype):
        return argument.metadata is None
    return argument_type is type and issubclass(argument, np.generic)  # such as np.float32
