"""Diagnose the results of one requirement: the entry point of this folder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convpool.check.behaviour.case import Case
from convpool.check.behaviour.random_arrays import Array
from convpool.check.diagnosis.finding_text import (
    case_details,
    coincidences,
    count_sentence,
    first_difference,
    quoted_lines,
    window_sentence,
)
from convpool.check.diagnosis.matching_readings import full_explanations, partial_explanation
from convpool.check.diagnosis.observed_result import ObservedResult
from convpool.check.verdicts import Finding


def diagnose(results: Sequence[tuple[Case, Array]], source: str | None = None) -> Finding:
    """Explain why results of a requirement are wrong.

    Parameters
    ----------
    results
        The cases of one requirement of one task, each with the array that came back, right ones
        included.
    source
        The text of the submission's file, so that the line at fault can be quoted.

    Returns
    -------
    Finding
        Its words say how many cases differ, and which wrong reading of the brief gives the same
        results, if one is known. Its line is the one to look at, if that is certain. Its details
        show the simplest wrong case: the window of the first pixel that differs.

    Raises
    ------
    ValueError
        If all results are right.
    """
    observations = [ObservedResult(case, np.asarray(returned)) for case, returned in results]
    wrong = [observation for observation in observations if not observation.is_right]
    wrong.sort(key=lambda observation: observation.simplicity)  # the simplest first
    if not wrong:
        raise ValueError(f"all {len(results)} results are right: pass at least one that is not")
    right = [observation for observation in observations if observation.is_right]
    simplest = wrong[0]
    count = count_sentence(len(wrong), len(observations))
    details = case_details(simplest)
    if explanations := full_explanations(wrong, right):
        (name, reading), *alternatives = explanations
        line, quotes = quoted_lines(source, simplest, reading)
        same = [f"the same comes out if {other.words}" for _, other in alternatives]
        words = f"{count}; your result equals the reference if {reading.words}"
        details += [*same, *quotes]
        return Finding(words, line=line, reading=name, details="\n".join(details))
    if words := window_sentence(wrong):
        return Finding(f"{count}; {words}", details="\n".join(details))
    if partial := partial_explanation(wrong, right):
        name, reading, explained = partial
        line, quotes = quoted_lines(source, simplest, reading)
        share = f"{explained} of the" if explained < len(wrong) else "all"
        words = (
            f"{count}; in {share} {len(wrong)} that differ, your result equals the reference if "
            f"{reading.words}"
        )
        details += quotes
        return Finding(words, line=line, reading=name, details="\n".join(details))
    details += coincidences(simplest)
    return Finding(f"{count}; first: {first_difference(simplest)}", details="\n".join(details))
