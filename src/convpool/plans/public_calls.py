"""The decorator of public calls: errors for wrong arguments, and operands that are bfloat16."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from convpool.plans import bfloat16
from convpool.plans.foreign_words import unknown_keyword_text

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def public_call(call: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Return a public call that explains arguments it does not take, and takes bfloat16.

    If the call raises TypeError, the first of these that applies is done:

    - Another TypeError is raised for a keyword that the call does not have, with the one that was
      meant (it may be another library's, or misspelled), for too many arguments without their
      names, or if `mode` is left out.
    - If an argument is bfloat16, a computation is called again in float32.
    - The TypeError is raised.
    """

    @wraps(call)
    def call_and_explain(*positional: Arguments.args, **keywords: Arguments.kwargs) -> Result:
        try:
            return call(*positional, **keywords)
        except TypeError:  # arguments are checked only after a failure, so that calls stay fast
            signature = inspect.signature(call)
            if text := _misuse_text(call.__name__, signature, positional, keywords):
                raise TypeError(text) from None
            # views and plans of bfloat16 are refused, as only computations can be done in float32
            is_computation = bfloat16.is_computation(signature.parameters)
            if not (is_computation and bfloat16.is_among(positional, keywords)):
                raise
        # outside of the except clause, so that an error in float32 does not name the first one
        bound = signature.bind(*positional, **keywords).arguments
        result: Result = bfloat16.compute_in_float32(call, bound)
        return result

    return call_and_explain


def _misuse_text(
    call: str,
    signature: inspect.Signature,
    positional: tuple[object, ...],
    keywords: dict[str, object],
) -> str | None:
    """Return the text of the error for arguments that do not fit the signature of a call.

    It is about an unknown keyword, too many arguments without names, or `mode` alone left out; None
    for any other error.
    """
    parameters = signature.parameters
    unknown = [keyword for keyword in keywords if keyword not in parameters]
    if unknown:
        return unknown_keyword_text(call, unknown[0], parameters)
    keyword_only = [name for name, each in parameters.items() if each.kind is each.KEYWORD_ONLY]
    most_positional = len(parameters) - len(keyword_only)
    if len(positional) > most_positional:
        return (
            f"{call}() takes {most_positional} arguments without "
            f"their names, but {len(positional)} came in; name the others: "
            f"{keyword_only[0]}=..."
        )
    if _left_out(signature, positional, keywords) == ["mode"]:
        return f"{call}() needs a mode, such as mode='avg' or mode='max'"
    return None


def _left_out(
    signature: inspect.Signature, positional: tuple[object, ...], keywords: dict[str, object]
) -> list[str]:
    """Return the names of the parameters without a default that a call leaves out."""
    passed = signature.bind_partial(*positional, **keywords).arguments
    parameters = signature.parameters.values()
    return [
        each.name for each in parameters if each.default is each.empty and each.name not in passed
    ]
