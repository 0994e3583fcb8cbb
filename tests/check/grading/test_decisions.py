"""A teacher's own points and comments: what they change, and what is refused in words."""

from dataclasses import replace

import pytest

from convpool.check.checker import requirement_titles
from convpool.check.grading import decisions
from convpool.check.grading.points import score
from support.judgements import FAILS, UNCHECKED, item, make_judgement

NAMES = requirement_titles()
HEAD = "submission,requirement,points,comment,outcome\n"
POINTS = {"behaviour": 2, "rules": 0.5}
ADA = make_judgement(item(3, "same", FAILS), item(3, "valid", UNCHECKED), item(3, "padding"))
WHOLE = [(3, "same"), (3, "valid"), (3, "padding")]


def read(tmp_path, text):
    file = tmp_path / "decisions.csv"
    file.write_text(text, encoding="utf-8-sig")
    return decisions.read(file, NAMES)


def test_points_by_hand_take_the_place_of_those_of_the_verdict(tmp_path):
    judged = replace(ADA, score=score(ADA, POINTS, WHOLE))
    assert str(judged.score) == "2 of 6 points, 2 undecided"
    text = (
        f"{HEAD}ada,3:same,1.5,almost,does not hold\nada,3:valid,2,I ran it,\n"
        "ada,3:padding,,well done,does not hold\nbob,3:same,9,other,\n,,,,\n"
    )
    said = read(tmp_path, text)
    decided = decisions.apply(judged, said, POINTS)
    assert str(decided.score) == "5.5 of 6 points"
    assert decided.notes == (
        "3:same: 1.5 points by hand, almost",
        "3:valid: 2 points by hand, I ran it",
        "3:padding: well done (at that time it was: does not hold; now: holds. Is this still "
        "right?)",
    )
    (less,) = read(tmp_path, f"{HEAD}ada,3:padding,0.5,,\n")
    assert str(decisions.apply(judged, [less], POINTS).score) == "0.5 of 6 points, 2 undecided"
    # without points the words stay
    assert decisions.apply(ADA, said, {}).score is None
    assert decisions.apply(ADA, said, {}).notes == decided.notes
    assert decisions.unused(said, ["ada"]) == ["bob"]


@pytest.mark.parametrize(
    ("text", "words"),
    {
        "submission,points\nada,1\n": "needs the columns submission, requirement, points, comment",
        f"{HEAD}ada,3:smae,1,,\n": "'3:smae' is no requirement; near it: same",
        f"{HEAD}ada,9:same,1,,\n": "'9:same' is no requirement",
        f"{HEAD}ada,3:same,much,,\n": "points are 'much'; a number would do",
    }.items(),
)
def test_what_means_nothing_is_refused(tmp_path, text, words):
    with pytest.raises(ValueError, match=words):
        read(tmp_path, text)
    with pytest.raises(ValueError, match="cannot be read"):
        decisions.read(tmp_path / "nowhere", NAMES)
