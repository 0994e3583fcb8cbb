"""The decorator that makes a function a rule; its docstring is its page.

The page has what the rule asks, why, and examples that hold or do not. An example, after good: or
bad:, is one of three: a file's text, in the same line or indented below; the file's bytes, as
b"..."; or a command, after a $, in the course folder of a submission in which all holds.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from convpool.check.submissions.task_files import CourseFolder, TaskFile
from convpool.check.verdicts import Finding

# what a rule reads: the folder and all its files, or one file as bytes, text or syntax tree
Needs = Literal["folder", "bytes", "text", "tree"]
_Check = Callable[[TaskFile], Iterator[Finding]] | Callable[[CourseFolder], Iterator[Finding]]


@dataclass(frozen=True)
class Rule:
    """A rule and its page."""

    name: str  # first-line
    title: str  # what the rule asks, in a sentence
    why: str
    good: tuple[str, ...]  # examples that hold
    bad: tuple[str, ...]  # examples that do not
    needs: Needs  # without it, the rule cannot be checked
    # takes a TaskFile, or the CourseFolder if the rule needs the folder
    check: Callable[[Any], Iterator[Finding]]


RULES: dict[str, Rule] = {}  # by name; `registry` imports the modules that fill it


def rule(needs: Needs) -> Callable[[_Check], _Check]:
    """Return a decorator that adds a function to RULES, first_line under the name first-line.

    The function yields the findings about its argument, and its docstring is the rule's page.
    """

    def add(check: _Check) -> _Check:
        name = check.__name__.replace("_", "-")
        RULES[name] = Rule(name, *_parse_page(check.__doc__ or ""), needs, check)
        return check

    return add


def _parse_page(docstring: str) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    """Return (title, why, good examples, bad examples) of a page, as in Rule."""
    title, _, rest = docstring.partition("\n")
    # re.split gives: what precedes the first keyword, then keyword, text, keyword, text, ...
    parts = re.split(r"^(Why|good|bad):[ \n]", textwrap.dedent(rest), flags=re.MULTILINE)
    sections = list(zip(parts[1::2], parts[2::2], strict=True))
    why = " ".join(" ".join(text.split()) for key, text in sections if key == "Why")
    good, bad = (
        tuple(textwrap.dedent(text).strip("\n") for key, text in sections if key == side)
        for side in ("good", "bad")
    )
    return title.strip(), why, good, bad
