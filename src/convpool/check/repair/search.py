"""Search for a change of a submission's file that makes its results right.

A case is named by its number, its index in the list of cases.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from convpool.check.behaviour.case import Case
from convpool.check.repair.edits import Change, Source, changed_lines, wrapped
from convpool.check.repair.right_lines import right_lines
from convpool.check.repair.small_changes import small_changes
from convpool.check.repair.trials import Trials
from convpool.check.tasks import Task

MAX_CHARACTERS, MAX_NODES = 20_000, 4000  # of a file and its tree; an ordinary one has a tenth
MAX_ROUNDS = 3  # how many mistakes a file may have
# of each list of changes in a round:
MAX_CHANGES = 2000  # that are tried with the sample cases
MAX_SURVIVORS = 40  # the best of these, which are tried with SEVERAL_CASES cases
MAX_FINALISTS = 4  # the best of these, which are tried with all cases
SEVERAL_CASES = 8


@dataclass(frozen=True)
class Repair:
    """A change that was tried, and the cases that it makes right."""

    line: int  # the first changed line, from 1
    lines: str  # what to write, as `edits.changed_lines` returns it
    mended: frozenset[int]  # numbers of the cases that were wrong and become right
    is_complete: bool  # whether all cases are right with the change

    def advice(self, effect: str) -> str:
        """Return what to write, after a sentence with its effect, such as "all cases are right"."""
        return f"With this change, which was tried, {effect}:\n{self.lines}"


class Candidate(NamedTuple):
    """A text of the submission's file, and the cases that are wrong with it."""

    text: str
    wrong: set[int]  # numbers of cases


class ChangedTexts(NamedTuple):
    """The texts that one change of a file gives, by the kind of change."""

    near: list[str]  # by a slip of the pen
    far: list[str]  # by a name from elsewhere
    rewritten: list[str]  # by lines written anew, as the task needs them


def find_repair(
    text: str, cases: Sequence[Case], wrong: Iterable[int], trials: Trials
) -> Repair | None:
    """Return a change that makes wrong cases right and none wrong; None if none is found.

    Parameters
    ----------
    text
        The submission's file.
    cases
        All cases that are to be right.
    wrong
        The numbers of the cases that are wrong.
    trials
        Runs changed files.
    """
    first = latest = Candidate(text, set(wrong))
    for _ in range(MAX_ROUNDS):
        better = _best(latest, cases, trials)
        if better is None:
            break
        latest = better
        if not latest.wrong:
            break
    if 2 * len(latest.wrong) > len(first.wrong):
        return None  # no change was found, or one of few cases, which may lead nowhere
    line, lines = changed_lines(text, wrapped(text, latest.text))
    return Repair(line, lines, frozenset(first.wrong - latest.wrong), not latest.wrong)


def _best(before: Candidate, cases: Sequence[Case], trials: Trials) -> Candidate | None:
    """Return the best text after one change; None if each makes no case right or others wrong."""
    try:
        changed = _all_texts(before.text, trials.task)
    except (SyntaxError, ValueError, RecursionError):
        return None
    samples = _sample_cases(cases, before.wrong)
    first, others = samples[:1], samples[1:]
    # (texts, samples that they are tried with); at first one sample alone, to save time: a change
    # that makes all cases right makes it right too
    turns = [
        (changed.near, first),
        (changed.rewritten, samples),
        (changed.far, first),
        (changed.near, others),
        (changed.far, others),
    ]
    best: Candidate | None = None
    for texts, numbers in turns:
        if best and not best.wrong and texts is not changed.far:
            break
        better = _best_of(before, texts, numbers, cases, trials)
        if better and (best is None or _rank(before, better) < _rank(before, best)):
            best = better
        if best and not best.wrong and texts is not changed.rewritten:
            break  # where lines are rewritten, a far change may be smaller: try these too
    return best


def _rank(before: Candidate, after: Candidate) -> tuple[int, int]:
    """Return a sort key, low for a text with few wrong cases and a small change."""
    return len(after.wrong), _size_of_change(before.text, after.text)


def _all_texts(text: str, task: Task) -> ChangedTexts:
    """Return the texts that one change of a file gives, each once.

    Raises SyntaxError or RecursionError for a text that cannot be parsed, ValueError for one that
    lacks the function, or is so long that the search would take an hour.
    """
    source = Source(text, task.function)
    if len(text) > MAX_CHARACTERS or sum(1 for _ in ast.walk(source.tree)) > MAX_NODES:
        raise ValueError("the file is too long")
    seen = {text}
    near, far = (_new_texts(source, changes, seen) for changes in small_changes(source))
    return ChangedTexts(near, far, _new_texts(source, right_lines(source, task), seen))


def _new_texts(source: Source, changes: Iterable[Change], seen: set[str]) -> list[str]:
    """Return the first MAX_CHANGES changed texts that are not in `seen`, and add all to it."""
    texts = []
    for change in changes:
        text = source.changed(change)
        if text not in seen:
            seen.add(text)
            texts.append(text)
    return texts[:MAX_CHANGES]


def _best_of(
    before: Candidate,
    texts: Sequence[str],
    samples: Sequence[int],
    cases: Sequence[Case],
    trials: Trials,
) -> Candidate | None:
    """Return the best of some changed texts; None if none is better than before.

    All texts are tried with the sample cases, the best MAX_SURVIVORS of them with SEVERAL_CASES
    wrong cases, and the best MAX_FINALISTS of these with all cases. A text must make one sample
    right, make some wrong cases right, and none wrong.

    samples: numbers of wrong cases.
    """
    if not samples:
        return None
    rows = trials.right(texts, [cases[sample] for sample in samples])
    # (how many samples are right, text)
    found = [(sum(row), text) for text, row in zip(texts, rows, strict=True) if any(row)]
    found.sort(key=lambda pair: (-pair[0], _size_of_change(before.text, pair[1])))
    survivors = [text for _, text in found[:MAX_SURVIVORS]]
    several = _evenly_spread(sorted(before.wrong), SEVERAL_CASES)
    counts = [sum(row) for row in trials.right(survivors, [cases[number] for number in several])]
    finalists = sorted(zip(counts, survivors, strict=True), key=lambda pair: -pair[0])
    best: Candidate | None = None
    last = [text for _, text in finalists[:MAX_FINALISTS]]
    for text, row in zip(last, trials.right(last, cases), strict=True):
        wrong = {number for number, is_right in enumerate(row) if not is_right}
        if wrong < before.wrong and (best is None or len(wrong) < len(best.wrong)):
            best = Candidate(text, wrong)
            if not wrong:
                break
    return best


def _evenly_spread(numbers: Sequence[int], count: int) -> list[int]:
    """Return `count` numbers of a sequence, evenly spread; all of them if there are fewer."""
    step = max(len(numbers) / count, 1)
    return [numbers[int(at * step)] for at in range(min(count, len(numbers)))]


def _size_of_change(before: str, after: str) -> int:
    """Return how many characters differ: the removed ones and the added ones together."""
    start = _common_length(before, after)
    end = _common_length(before[start:][::-1], after[start:][::-1])
    return len(before) + len(after) - 2 * (start + end)


def _common_length(one: str, other: str) -> int:
    """Return the length of the common beginning of two texts."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _sample_cases(cases: Sequence[Case], wrong: set[int]) -> list[int]:
    """Return the number of one wrong case for each requirement, the lowest by `_sample_rank`.

    First that of the requirement with the most wrong cases.
    """
    by_item: dict[str, list[int]] = {}
    for number in sorted(wrong):
        by_item.setdefault(cases[number].item, []).append(number)
    ordered = sorted(by_item.values(), key=len, reverse=True)
    return [min(numbers, key=lambda number: _sample_rank(cases[number])) for numbers in ordered]


def _sample_rank(case: Case) -> tuple[int, int]:
    """Return a sort key, lowest for a case in which rows and columns cannot be confused.

    Of several such cases, the smallest.
    """
    differences = sum(one != other for one, other in (case.size, case.window, case.stride))
    differences += min(case.window) > 1
    return -differences, prod(case.expected[0].shape) * prod(case.window)
