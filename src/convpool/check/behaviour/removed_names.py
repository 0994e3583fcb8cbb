"""Errors that only a newer NumPy than the brief's raises: names that were removed since."""

from __future__ import annotations

import re
from dataclasses import replace

from convpool.check.sandbox.calls import Answer
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.tasks import NUMPY

# names of NumPy 1.19.2 that later versions have no more
REMOVED = frozenset({
    "alen", "alltrue", "asfarray", "asscalar", "bool", "cast", "cfloat", "clongfloat",
    "compat", "complex", "complex_", "cumproduct", "find_common_type", "float", "float_",
    "geterrobj", "in1d", "Inf", "Infinity", "infty", "int", "int0", "longfloat", "mat",
    "msort", "NaN", "NINF", "NZERO", "obj2sctype", "object", "PINF", "product", "PZERO",
    "round_", "row_stack", "safe_eval", "sctype2char", "sctypes", "seterrobj",
    "singlecomplex", "sometrue", "str", "string_", "trapz", "uint0", "unicode",
    "unicode_", "who"
})  # fmt: skip
_MISSING = re.compile(r"AttributeError: .*(?:module 'numpy'|`np\.\w+` was removed).*", re.DOTALL)
_NAME = re.compile(r"has no attribute '(\w+)'|`np\.(\w+)` was removed")


def without_removed_names(answer: Answer, python: Interpreter) -> Answer:
    """Return an answer; as not run if it is an error that the brief's NumPy would not raise."""
    if python.is_the_briefs or answer.outcome != "raised" or not _MISSING.match(answer.words):
        return answer
    found = _NAME.search(answer.words)
    name = found and (found[1] or found[2])
    if name not in REMOVED:
        return answer
    words = f"np.{name} is there in NumPy {NUMPY}, and not in the {python.numpy} that runs it here"
    return replace(answer, outcome="not run", words=words)
