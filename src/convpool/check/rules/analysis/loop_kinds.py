"""What counts as a loop, other than a for loop: the tables that `reachable_loops` reads."""

from __future__ import annotations

import ast
from dataclasses import dataclass


@dataclass(frozen=True)
class OtherLoop:
    """A loop that is not a for loop."""

    line: int
    words: str  # what it is, before "is a loop too": "a list comprehension"


# kind of node, name of a function, full name -> OtherLoop.words
SYNTAX: dict[type[ast.AST], str] = {
    ast.ListComp: "a list comprehension",
    ast.SetComp: "a set comprehension",
    ast.DictComp: "a dict comprehension",
    ast.GeneratorExp: "a generator expression",
    ast.While: "a while loop",
    ast.AsyncFor: "an async for loop",
}
BUILT_IN = {
    "map": "map",
    "filter": "filter",
    "reduce": "reduce",
    "exec": "exec, which can hide a loop,",
    "eval": "eval, which can hide a loop,",
}
_NUMPY = (
    "vectorize",
    "apply_along_axis",
    "apply_over_axes",
    "nditer",
    "nested_iters",
    "frompyfunc",
    "fromiter",
)
LIBRARY = {f"numpy.{name}": f"np.{name}" for name in _NUMPY} | {"functools.reduce": "reduce"}
# what a for loop may run over without being a further loop: for i, j in np.ndindex(h, w); anywhere
# else they are loops
INDICES = {"numpy.ndindex": "np.ndindex", "numpy.ndenumerate": "np.ndenumerate"}
