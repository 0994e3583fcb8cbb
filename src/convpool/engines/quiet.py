"""Engines give no warnings: what overflows or is no number shows in the results."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import numpy as np

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def without_warnings(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Return the function, in which NumPy's arithmetic gives no warnings.

    For engines, and for those parts of the compiled ones that NumPy computes: entering np.errstate
    takes a tenth of a small call.
    """

    @wraps(function)
    def call(*positional: Arguments.args, **keywords: Arguments.kwargs) -> Result:
        # not np.errstate as a decorator, which threads share in older versions
        with np.errstate(all="ignore"):
            return function(*positional, **keywords)

    return call
