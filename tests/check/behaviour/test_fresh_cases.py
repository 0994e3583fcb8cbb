"""Fresh cases: of the same kinds as those of the table, and others."""

from __future__ import annotations

import pytest

from convpool.check.behaviour import fresh_cases
from convpool.check.behaviour.case import Case
from convpool.check.behaviour.cases_by_task import CASES
from convpool.check.tasks import TASKS


def kind(case: Case) -> tuple[object, ...]:
    """Return what stays the same in a fresh case."""
    axes = tuple(
        ((n - 1) * s + k - n) % 2 if case.padding == "same" else (n - k) % s
        for n, k, s in zip(case.size, case.window, case.stride, strict=True)
    )
    numbers = case.sample.numbers, getattr(case.weights, "numbers", "")
    return case.item, case.window, case.arguments, case.judged, numbers, axes


@pytest.mark.parametrize("task", TASKS)
def test_fresh_cases_are_others_of_the_same_kinds(task: int) -> None:
    (first, _), (second, _) = (fresh_cases.cases(task, seed) for seed in (1, 2))
    for table, fresh in zip(CASES[task], first, strict=True):
        assert kind(fresh) == kind(table)
        assert all(n <= m for n, m in zip(table.size, fresh.size, strict=True))
    seen = {case.source for case in CASES[task]}
    assert sum(case.source not in seen for case in first) > 0.7 * len(first)
    assert len({case.source for case in second} - {case.source for case in first}) > len(first) / 2
    assert any(fresh.size != table.size for table, fresh in zip(CASES[task], first, strict=True))
    assert fresh_cases.cases(task)[0] is CASES[task]
