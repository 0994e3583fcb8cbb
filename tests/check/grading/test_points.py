"""Points: of the same whole for every submission of a class."""

import pytest

from convpool.check.checker import requirement_titles
from convpool.check.grading.points import requirements, score, worth
from convpool.check.rules.registry import RULES
from convpool.check.tasks import TASKS
from support.judgements import FAILS, HOLDS, UNCHECKED, item, make_judgement

ALL = set(requirement_titles()) - {"speed"}
POINTS = {"behaviour": 2.0, "rules": 0.5, "same": 3.0, "3:same": 4.0}


def test_the_whole_is_what_our_own_files_are_judged_by():
    whole = requirements(ALL, list(TASKS))
    assert len(whole) == len(set(whole)) == 151
    assert (None, "readme") in whole
    assert (6, "max") in whole
    assert (6, "same") not in whole
    assert {name for task, name in whole if task == 0} >= set(RULES) - {"readme"}
    assert {task for task, _ in requirements(ALL, [3])} == {3}
    assert requirements({"same"}, list(TASKS)) == [(task, "same") for task in (1, 3, 4, 5)]


def test_the_nearest_name_counts():
    assert worth((3, "same"), POINTS) == 4
    assert worth((4, "same"), POINTS) == 3
    assert worth((4, "valid"), POINTS) == 2
    assert worth((4, "loops"), POINTS) == 0.5
    assert worth((None, "readme"), {"same": 1}) == 0


def test_what_does_not_hold_is_worth_nothing_and_the_unchecked_is_undecided():
    whole = [(3, "same"), (4, "same"), (4, "valid"), (4, "loops"), (5, "valid")]
    judgement = make_judgement(
        item(3, "same", HOLDS),
        item(4, "same", FAILS),
        item(4, "valid", UNCHECKED),
        item(4, "loops", HOLDS),
    )
    found = score(judgement, POINTS, whole)
    assert (found.points, found.most, found.undecided) == (4.5, 11.5, 2)
    assert str(found) == "4.5 of 11.5 points, 2 undecided"


@pytest.mark.parametrize("items", [(), (item(0, "file", FAILS),)])
def test_a_missing_file_is_no_smaller_whole(items):
    whole = requirements(ALL, list(TASKS))
    found = score(make_judgement(*items), POINTS, whole)
    assert found.most == score(make_judgement(), POINTS, whole).most
