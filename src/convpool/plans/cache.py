"""Plans of recent calls are kept: reading the words of a call takes longer than convolving a small image.

Only words that can neither change nor pass for others are looked up. Python takes 1, 1.0 and True
for equal, and 0.0 and -0.0; lists change; dtypes may carry metadata. A call with anything else is
planned anew.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

from convpool.engines.compiled import host

KEPT = 256  # plans of each function, of about a kilobyte
PLAIN = frozenset({int, str, bool, type(None)})
SIZES = frozenset({int})

Words = ParamSpec("Words")
Made = TypeVar("Made")


def recent(make: Callable[Words, Made]) -> Callable[Words, Made]:
    """Return a function that makes the same values, and gives the same one again for the same words.

    Its `cache_clear()` forgets them all: for when what the values depend on has changed.
    """
    kept: Any = lru_cache(KEPT, typed=True)(
        make
    )  # typed: it tells 1 from True, though not inside of tuples
    host.dependents.append(kept.cache_clear)  # plans name an engine

    @wraps(make)
    def made(*words: Words.args, **named: Words.kwargs) -> Made:
        if all(map(_plain, words)) and all(map(_plain, named.values())):
            value: Made = kept(*words, **named)
            return value
        return make(*words, **named)

    made.cache_clear = kept.cache_clear  # type: ignore[attr-defined]
    return made


def _plain(word: Any) -> bool:
    """Tell whether equal words of this type mean the same, now and later."""
    kind = type(word)
    if kind in PLAIN:
        return True
    if kind is tuple:
        return SIZES.issuperset(map(type, word)) or all(
            type(part) is tuple and SIZES.issuperset(map(type, part)) for part in word
        )
    if kind is float:
        return bool(word)  # not 0.0, which equals -0.0
    if isinstance(word, np.dtype):
        return word.metadata is None
    return kind is type and issubclass(word, np.generic)
