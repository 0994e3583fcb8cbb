"""Diagnose the results of one requirement: the entry point of this folder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convpool.check.behaviour.case import Case
from convpool.check.behaviour.random_arrays import Array
from convpool.check.diagnosis.finding_text import (
    case_details,
    first_difference,
    quoted_lines,
    same_sentence,
    window_sentence,
)
from convpool.check.diagnosis.matching_readings import NamedReading, full_explanation
from convpool.check.diagnosis.observed_result import ObservedResult
from convpool.check.verdicts import Finding

Result = tuple[Case, Array]


def diagnose(
    results: Sequence[Result], source: str | None = None, related: Sequence[Result] = ()
) -> Finding:
    """Explain why results of a requirement are wrong.

    Parameters
    ----------
    results
        The cases of one requirement of one task, each with the array that came back, right ones
        included.
    source
        The text of the submission's file, so that the line at fault can be quoted.
    related
        Results of another requirement, wrong ones too: a cause of both is named first.

    Returns
    -------
    Finding
        Its words name the wrong reading of the brief that gives all these results, if one is known;
        a cause that explains only some of them is not named. Its line is the one to look at, if
        that is certain. Its details show the simplest wrong case: the window of the first pixel
        that differs, and the lines of Python that make the call.

    Raises
    ------
    ValueError
        If all results are right.
    """
    observations = [ObservedResult(case, np.asarray(returned)) for case, returned in results]
    wrong = [observation for observation in observations if not observation.is_right]
    wrong.sort(key=lambda observation: observation.case.simplicity)  # the simplest first
    if not wrong:
        raise ValueError(f"all {len(results)} results are right: pass at least one that is not")
    right = [observation for observation in observations if observation.is_right]
    simplest = wrong[0]
    details = case_details(simplest)
    line, name = None, ""
    if explanation := _explanation(wrong, right, related):
        name, reading = explanation
        line, quotes = quoted_lines(source, simplest, reading)
        details = [*quotes, *details]
        words = f"your result is what comes out if {reading.words}"
        if reading.when == "same":
            words = f"{words}. {same_sentence(simplest.arguments)}"
    else:
        words = window_sentence(wrong) or first_difference(simplest)
    lines = "\n".join([*details, "", simplest.case.source])
    return Finding(words, line=line, reading=name, details=lines)


def _explanation(
    wrong: Sequence[ObservedResult], right: Sequence[ObservedResult], related: Sequence[Result]
) -> NamedReading | None:
    """Return the reading that explains these results and the related ones, else these alone."""
    others = [ObservedResult(case, np.asarray(returned)) for case, returned in related]
    wrong_others = [other for other in others if not other.is_right]
    right_others = [other for other in others if other.is_right]
    if wrong_others and (
        of_both := full_explanation([*wrong, *wrong_others], [*right, *right_others])
    ):
        return of_both
    return full_explanation(wrong, right)
