"""Rosters of learning platforms, and the submissions of their students."""

import pytest

from convpool.check.grading import roster

ROSTERS = {
    "Moodle": "Identifier,Full name,Email address,Grade\nParticipant 12,Ada Lovelace,ada@x.org,\n"
    "Participant 13,Zoé Núñez,zoe@x.org,\n",
    "Canvas": "Student,ID,SIS User ID\nAda Lovelace,101,ada7\nZoé Núñez,102,zoe8\n",
    "Blackboard": "Last Name,First Name,Username\nLovelace,Ada,ada\nNúñez,Zoé,zoe\n",
    "plain": "\ufeffname\nAda Lovelace\nZoé Núñez\n",
}
SUBMISSIONS = {
    "Moodle": ("Ada Lovelace_12_assignsubmission_file", "Zoe Nunez_13_assignsubmission_file"),
    "Canvas": ("lovelaceada_101", "nunezzoe_LATE_102"),
    "Blackboard": ("Homework 1_ada", "Homework 1_zoe"),
    "plain": ("ada-lovelace", "NunezZoe"),
}


@pytest.mark.parametrize("platform", ROSTERS)
def test_students_are_found_in_the_names_of_their_submissions(platform, tmp_path):
    file = tmp_path / "class.csv"
    file.write_text(ROSTERS[platform], encoding="utf-8")
    students = roster.read(file)
    assert {student.name for student in students} == {"Ada Lovelace", "Zoé Núñez"}
    ada, zoe = SUBMISSIONS[platform]
    matched = roster.match(students, [ada, zoe, "stranger"])
    assert matched == {ada: "Ada Lovelace", zoe: "Zoé Núñez"}
    assert roster.missing(students, matched) == []
    assert roster.missing(students, roster.match(students, [zoe])) == ["Ada Lovelace"]


def test_two_who_fit_are_nobody():
    students = [roster.Student("Ada", ()), roster.Student("Ada Lovelace", ())]
    assert roster.match(students, ["ada lovelace"]) == {}


def test_files_that_are_no_rosters(tmp_path):
    file = tmp_path / "class.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="needs a column such as name or student; its columns: a"):
        roster.read(file)
    with pytest.raises(ValueError, match="cannot be read"):
        roster.read(tmp_path / "nowhere.csv")
