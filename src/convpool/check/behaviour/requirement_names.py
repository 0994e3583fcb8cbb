"""The requirements of a task's behaviour: their names and titles, in the order of the reports."""

from __future__ import annotations

from convpool.check.behaviour.cases_by_task import CASES

# name -> title; `checker` selects by these names
TITLES = {
    "loads": "The file can be imported and has the function.",
    "valid": "Convolution without padding: sums over all windows that fit.",
    "padding": "Convolution with (ph, pw) zeros on both sides.",
    "same": "'same' convolution at stride 1: the output is h x w.",
    "same-strided": "'same' convolution at larger strides: the output is h x w.",
    "max": "The maximum of each window.",
    "avg": "The average of each window.",
    "input-unchanged": "The arrays that are passed in are not modified.",
    "speed": "The larger call takes no longer than --max-ratio allows.",
}


def of_cases(task: int) -> list[str]:
    """Return the requirements of a task that its cases judge, such as ["valid", "same"]."""
    return list(dict.fromkeys(case.item for case in CASES[task]))


def of_task(task: int, *, has_max_ratio: bool = False) -> list[str]:
    """Return all requirements of a task, in order; "speed" only if `has_max_ratio`.

    has_max_ratio: whether the user limits the time, by --max-ratio.
    """
    return ["loads", *of_cases(task), "input-unchanged", *(["speed"] if has_max_ratio else [])]
