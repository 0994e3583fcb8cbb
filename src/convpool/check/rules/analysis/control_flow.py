"""Where control goes after a part of the code, with the most for loops on the way there."""

from __future__ import annotations

import ast
from typing import NamedTuple

# the for loops on one path through the code, in order; a dict as an ordered set, all values None
Path = dict[ast.AST, None]


class Flow(NamedTuple):
    """The path with most for loops to each end of a part of the code; None: no path ends so."""

    falls: Path | None = None  # to what comes after it
    leaves: Path | None = None  # to return or raise
    jumps: Path | None = None  # to break or continue of the loop around it

    @property
    def longest(self) -> Path:
        """The path with most for loops, wherever it ends."""
        return longest(self.falls, self.leaves, self.jumps) or {}

    def after(self, before: Path | None) -> Flow:
        """Return this flow with the path `before` in front; no end is reached if that is None."""
        if before is None:
            return Flow()
        return Flow(*(None if path is None else {**before, **path} for path in self))

    def then(self, following: Flow) -> Flow:
        """Return the flow through this part and then, where it falls through, the following one."""
        after = following.after(self.falls)
        return Flow(
            after.falls, longest(self.leaves, after.leaves), longest(self.jumps, after.jumps)
        )

    def or_else(self, other: Flow) -> Flow:
        """Return the flow through this part or another one, as through the branches of an if."""
        return Flow(*(longest(*paths) for paths in zip(self, other, strict=True)))

    def as_loop(self) -> Flow:
        """Return the flow through a loop with this body, which may also run no time."""
        return Flow(longest(self.falls, self.jumps) or {}, self.leaves)


def longest(*paths: Path | None) -> Path | None:
    """Return the path with most for loops, the first of equals; None if all are None."""
    return max((path for path in paths if path is not None), key=len, default=None)
