"""Texts to hand back: whose they are, when they go, what they tell."""

import re
from dataclasses import replace

import pytest

from convpool.check.reports import disclosure, feedback
from convpool.check.reports.judged_class import Class
from convpool.check.verdicts import Finding, Item, Outcome
from support.judgements import BROKEN, CLASS, make_judgement

JUDGED = Class(("class",))


def names_in(folder):
    return sorted(file.name for file in folder.glob(f"*{feedback.FEEDBACK}"))


def test_feedback_is_one_text_for_each(tmp_path):
    names = feedback.write_feedback(tmp_path / "new", CLASS, JUDGED)
    assert sorted(names.values()) == names_in(tmp_path / "new")
    text = (tmp_path / "new" / names["ada"]).read_text(encoding="utf-8")
    assert "README.md is missing" in text
    assert not re.search(" $", text, re.MULTILINE)
    with pytest.raises(ValueError, match="is a file; name a folder for the texts"):
        feedback.check_folder(tmp_path / "new" / names["ada"])


def test_a_student_keeps_the_file_and_it_goes_with_the_student(tmp_path):
    both = [make_judgement(name="Ada L."), make_judgement(name="ada_l")]
    feedback.write_feedback(tmp_path, both, JUDGED)
    assert names_in(tmp_path) == ["Ada_L.feedback.txt", "ada_l-2.feedback.txt"]
    # alone, the second would have had the first one's name
    feedback.write_feedback(tmp_path, both[1:], Class(("class/ada_l",)))
    assert names_in(tmp_path) == ["Ada_L.feedback.txt", "ada_l-2.feedback.txt"]
    feedback.write_feedback(tmp_path, [make_judgement(name="cy")], Class(("evening",)))
    (tmp_path / "mine.feedback.txt").write_text("a teacher's", encoding="utf-8")
    feedback.write_feedback(tmp_path, both[1:], replace(JUDGED, is_complete=False))
    assert len(names_in(tmp_path)) == 4
    feedback.write_feedback(tmp_path, both[1:], JUDGED)
    assert names_in(tmp_path) == ["ada_l-2.feedback.txt", "cy.feedback.txt", "mine.feedback.txt"]


def test_an_index_names_no_file_elsewhere(tmp_path):
    folder, outside = tmp_path / "texts", tmp_path / f"x{feedback.FEEDBACK}"
    folder.mkdir()
    outside.write_text("kept", encoding="utf-8")
    index = f'{{"../{outside.name}": ["gone", "{JUDGED.key}"]}}'
    (folder / feedback.INDEX).write_text(index, encoding="utf-8")
    feedback.write_feedback(folder, [BROKEN], JUDGED)
    assert outside.read_text(encoding="utf-8") == "kept"


def test_no_path_of_the_teachers_machine(tmp_path):
    error = Finding(f"{tmp_path}/class/ada failed", details=f'File "{feedback.__file__}"')
    judgement = make_judgement(
        Item(None, "checker", "The checker could look at it.", Outcome.UNCHECKED, (error,)),
        notes=(f"{tmp_path}/class/ada/old was not judged",),
    )
    names = feedback.write_feedback(
        tmp_path / "out", [judgement], Class((str(tmp_path / "class"),))
    )
    text = (tmp_path / "out" / names["ada"]).read_text(encoding="utf-8")
    assert "class/ada failed" in text
    assert str(tmp_path) not in text
    assert feedback.__file__ not in text


def test_levels_of_disclosure(tmp_path):
    texts = {}
    for level in disclosure.DISCLOSURES:
        names = feedback.write_feedback(tmp_path, [BROKEN], JUDGED, level)
        texts[level] = (tmp_path / names["ada"]).read_text(encoding="utf-8")
    tells = {
        level: ("The title of same." in text, "flipped" in text, "row 0:  1  2" in text)
        for level, text in texts.items()
    }
    case_text = feedback.feedback_text(BROKEN, is_verbose=True)
    assert tells == {
        "verdict": (True, False, False),
        "cause": (False, True, False),
        "case": (False, True, "row 0:  1  2" in texts["case"]),
    }
    assert "row 0:  1  2" in case_text
    assert "row 0:  1  2" not in feedback.feedback_text(
        disclosure.disclosed(BROKEN, "cause"), is_verbose=True
    )


NAMES = [
    "Ada",
    "ada",
    "../../etc/passwd",
    "a/b",
    "a\\b",
    "",
    "..",
    "con",
    "Zoë",
    "x" * 300,
    "x" * 299,
    "ada-2",
    "\x00",
    "ADA",
]


def test_file_names_are_safe_and_told_apart():
    made = feedback.file_names(NAMES)
    assert len({name.casefold() for name in made}) == len(NAMES)
    assert all(re.fullmatch(r"\w[\w.-]*\.feedback\.txt", name) for name in made)
    assert max(len(name.encode()) for name in made) < 255
    assert made[0] == "Ada.feedback.txt"
    assert made[7] == "_con.feedback.txt"
    assert feedback.file_names(["Ada"], ["ADA.feedback.txt"]) == ["Ada-2.feedback.txt"]
