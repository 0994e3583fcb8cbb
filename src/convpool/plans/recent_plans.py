"""A cache of plans, since making a plan takes longer than convolving a small image.

A plan is looked up only if all arguments are safe keys: immutable, and equal only to arguments that
mean the same. In Python, 1, 1.0 and True are equal, and so are 0.0 and -0.0; dtypes may carry
metadata. For a call with another argument, a new plan is made. Lists are looked up as tuples,
and integers of NumPy as those of Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

CAPACITY = 256  # plans that are kept for each function, of about a kilobyte each
SAFE_TYPES = frozenset({int, str, bool, type(None)})
ITEM_TYPES = frozenset({int, str})

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
        if _are_safe(positional) and _are_safe(keywords.values()):
            value: Value = cached(*positional, **keywords)
            return value
        frozen = [_freeze(argument) for argument in positional]
        frozen_keywords = {name: _freeze(argument) for name, argument in keywords.items()}
        if _are_safe(frozen) and _are_safe(frozen_keywords.values()):
            try:
                value = cached(*frozen, **frozen_keywords)
            except Exception:
                pass  # it is raised below, and names the lists that came in
            else:
                return value
        return function(*positional, **keywords)

    vars(look_up)["cache_clear"] = cached.cache_clear
    return look_up


def _freeze(argument: Any) -> Any:
    """Return lists as tuples, integers of NumPy as Python's, and anything else as it is."""
    if type(argument) in (list, tuple):
        return tuple(map(_freeze, argument))
    return int(argument) if isinstance(argument, np.integer) else argument


def _are_safe(arguments: Iterable[Any]) -> bool:
    """Return whether all arguments are safe keys: immutable, equal only to what means the same."""
    for argument in arguments:
        kind = type(argument)
        if kind in SAFE_TYPES:
            continue
        if kind is tuple:  # of ints and texts, or of tuples of these
            if not ITEM_TYPES.issuperset(map(type, argument)) and not all(
                type(item) is tuple and ITEM_TYPES.issuperset(map(type, item)) for item in argument
            ):
                return False
        elif kind is float:
            if not argument:  # 0.0 equals -0.0
                return False
        elif isinstance(argument, np.dtype):
            if argument.metadata is not None:
                return False
        elif not (kind is type and issubclass(argument, np.generic)):  # such as np.float32
            return False
    return True
