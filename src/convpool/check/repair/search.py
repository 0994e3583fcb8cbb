"""Search a change of a submission's file after which its results are right."""

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

MOST_CHARACTERS, MOST_NODES = 20_000, 4000  # of a file and its tree; an ordinary one has a tenth
MOST_CHANGES = 2000  # that are tried in one round
MOST_SURVIVORS = 40  # that are tried with several cases
MOST_FINALISTS = 4  # that are tried with all cases
SEVERAL = 8  # cases
MOST_ROUNDS = 3  # how many mistakes a file may have


@dataclass(frozen=True)
class Repair:
    """A change that was tried, and what it brings."""

    line: int  # the first that changes
    lines: str  # what to write, as `edits.changed_lines` says it
    mended: frozenset[int]  # numbers of the cases that were wrong and become right
    is_complete: bool  # whether all cases are right then

    def advice(self, effect: str) -> str:
        """Return what to write, below a sentence that says what effect it has."""
        return f"With this change, which was tried, {effect}:\n{self.lines}"


class Candidate(NamedTuple):
    """A changed text, and the cases that are wrong with it."""

    text: str
    wrong: set[int]  # their numbers


def find_repair(
    text: str, cases: Sequence[Case], wrong: Iterable[int], trials: Trials
) -> Repair | None:
    """Return a change that makes wrong cases right and none wrong; None if none is found.

    Parameters
    ----------
    text
        The submission's file.
    cases
        The cases to be right.
    wrong
        The numbers of those that are not.
    trials
        Runs changed files.
    """
    first = now = Candidate(text, set(wrong))
    for _ in range(MOST_ROUNDS):
        better = _best(now, cases, trials)
        if better is None:
            break
        now = better
        if not now.wrong:
            break
    if 2 * len(now.wrong) > len(first.wrong):
        return None  # nothing, or what makes a few cases right may be no step to the aim
    line, lines = changed_lines(text, wrapped(text, now.text))
    return Repair(line, lines, frozenset(first.wrong - now.wrong), not now.wrong)


def _best(before: Candidate, cases: Sequence[Case], trials: Trials) -> Candidate | None:
    """Return the best change of a text; None if none makes cases right and no other ones wrong."""
    try:
        near, far, lines = _all_texts(before.text, trials.task)
    except (SyntaxError, ValueError, RecursionError):
        return None
    samples = _samples(cases, before.wrong)
    first, others = samples[:1], samples[1:]
    # at first the first sample alone, as a change that mends all mends it too
    turns = [(near, first), (lines, samples), (far, first), (near, others), (far, others)]
    best: Candidate | None = None
    for texts, numbers in turns:
        if best and not best.wrong and texts is not far:
            break
        better = _best_of(before, texts, numbers, cases, trials)
        if better and (best is None or _rank(before, better) < _rank(before, best)):
            best = better
        if best and not best.wrong and texts is not lines:
            break  # a line that is written anew may be right by a smaller change too
    return best


def _rank(before: Candidate, after: Candidate) -> tuple[int, int]:
    """Return a sort key, low for a text with few wrong cases and a small change."""
    return len(after.wrong), _size(before.text, after.text)


def _all_texts(text: str, task: Task) -> tuple[list[str], list[str], list[str]]:
    """Return the changed texts: by slips of the pen, by names from elsewhere, by right lines.

    Raises SyntaxError, ValueError or RecursionError for a text that is not looked at: one that
    cannot be parsed, lacks the function, or is so long that an hour would be spent on it.
    """
    source = Source(text, task.function)
    if len(text) > MOST_CHARACTERS or sum(1 for _ in ast.walk(source.tree)) > MOST_NODES:
        raise ValueError("the file is too long")
    seen = {text}
    near, far = (_new_texts(source, changes, seen) for changes in small_changes(source))
    return near, far, _new_texts(source, right_lines(source, task), seen)


def _new_texts(source: Source, changes: Iterable[Change], seen: set[str]) -> list[str]:
    """Return the changed texts, each once, without those that were `seen`."""
    texts = []
    for change in changes:
        text = source.changed(change)
        if text not in seen:
            seen.add(text)
            texts.append(text)
    return texts[:MOST_CHANGES]


def _best_of(
    before: Candidate,
    texts: Sequence[str],
    samples: Sequence[int],
    cases: Sequence[Case],
    trials: Trials,
) -> Candidate | None:
    """Return the best of some changed texts; None if none is better than before.

    All are tried with some of the wrong cases, those that mend most of them with several more, and
    the best of these with all cases.

    samples: the numbers of the cases of which it must make one right at least.
    """
    if not samples:
        return None
    rows = trials.right(texts, [cases[sample] for sample in samples])
    found = [(sum(row), text) for text, row in zip(texts, rows, strict=True) if any(row)]
    found.sort(key=lambda pair: (-pair[0], _size(before.text, pair[1])))
    survivors = [text for _, text in found[:MOST_SURVIVORS]]
    several = _spread(sorted(before.wrong), SEVERAL)
    counts = [sum(row) for row in trials.right(survivors, [cases[number] for number in several])]
    finalists = sorted(zip(counts, survivors, strict=True), key=lambda pair: -pair[0])
    best: Candidate | None = None
    last = [text for _, text in finalists[:MOST_FINALISTS]]
    for text, row in zip(last, trials.right(last, cases), strict=True):
        wrong = {number for number, is_right in enumerate(row) if not is_right}
        if wrong < before.wrong and (best is None or len(wrong) < len(best.wrong)):
            best = Candidate(text, wrong)
            if not wrong:
                break
    return best


def _spread(numbers: Sequence[int], count: int) -> list[int]:
    """Return at most so many numbers of a sequence, evenly spread."""
    step = max(len(numbers) / count, 1)
    return [numbers[int(at * step)] for at in range(min(count, len(numbers)))]


def _size(before: str, after: str) -> int:
    """Return how many characters a change takes away and puts."""
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    return len(before) + len(after) - 2 * (start + end)


def _common(one: str, other: str) -> int:
    """Return with how many equal characters two texts begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _samples(cases: Sequence[Case], wrong: set[int]) -> list[int]:
    """Return the numbers of a few wrong cases: of each requirement the simplest one.

    That of the requirement with the most wrong cases comes first.
    """
    by_item: dict[str, list[int]] = {}
    for number in sorted(wrong):
        by_item.setdefault(cases[number].item, []).append(number)
    ordered = sorted(by_item.values(), key=len, reverse=True)
    return [min(numbers, key=lambda number: _simplicity(cases[number])) for numbers in ordered]


def _simplicity(case: Case) -> tuple[int, int]:
    """Return a sort key, lowest for a small case whose rows and columns cannot be confused."""
    differences = sum(one != other for one, other in (case.size, case.window, case.stride))
    differences += min(case.window) > 1
    return -differences, prod(case.expected[0].shape) * prod(case.window)
