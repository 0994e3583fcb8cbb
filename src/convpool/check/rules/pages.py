"""A rule of the checker is a function; its docstring is its page: what it asks, why, and examples that hold or do not.

An example, behind good: or bad:, is one of three: a file's text, in the same line or indented
below; the file's bytes, as b"..."; or a command, behind a $, in the course folder of a submission
that is right.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from convpool.check.verdicts import Finding

if TYPE_CHECKING:
    from convpool.check.submissions.task_files import Course, Source

Needs = Literal["folder", "bytes", "text", "tree"]


@dataclass(frozen=True)
class Rule:
    """A rule and its page."""

    name: str
    title: str
    why: str
    good: tuple[str, ...]
    bad: tuple[str, ...]
    needs: Needs
    check: Callable[
        [Any], Iterator[Finding]
    ]  # of a Source, or of the Course where it needs the folder


RULES: dict[str, Rule] = {}

_Check = Callable[["Source"], Iterator[Finding]] | Callable[["Course"], Iterator[Finding]]


def rule(needs: Needs) -> Callable[[_Check], _Check]:
    """Enter a function into RULES under its name, first_line as first-line."""

    def entered(check: _Check) -> _Check:
        name = check.__name__.replace("_", "-")
        RULES[name] = Rule(name, *_page(check.__doc__ or ""), needs, check)
        return check

    return entered


def _page(docstring: str) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    title, _, rest = docstring.partition("\n")
    parts = re.split(r"^(Why|good|bad):[ \n]", textwrap.dedent(rest), flags=re.MULTILINE)
    told = list(zip(parts[1::2], parts[2::2], strict=True))
    why = " ".join(" ".join(text.split()) for key, text in told if key == "Why")
    good, bad = (
        tuple(textwrap.dedent(text).strip("\n") for key, text in told if key == side)
        for side in ("good", "bad")
    )
    return title.strip(), why, good, bad
