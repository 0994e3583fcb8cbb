"""The checker of the brief: what holds in a submission, what does not, and why.

`checker` judges submissions; each folder says what it is for. May import system and the version:
the library's calls are never used, as they are among what is judged.
"""

from typing import Any

CALLS = ("check", "requirement_titles")


def __getattr__(name: str) -> Any:
    """Return a call of `checker`, which is imported only when it is asked for."""
    if name not in CALLS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from convpool.check import checker

    return getattr(checker, name)
