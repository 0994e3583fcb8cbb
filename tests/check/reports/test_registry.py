"""Reports in files: what is replaced, and what is not."""

import csv
from dataclasses import replace

import pytest

from convpool.check.reports import registry
from convpool.check.reports.judged_class import Class
from support.judgements import BROKEN, CLASS, make_judgement


@pytest.mark.parametrize("form", registry.FORMATS)
def test_reports_are_replaced_and_other_files_are_not(form, tmp_path):
    file = tmp_path / f"class.{form}"
    registry.write(form, file, CLASS)
    registry.write(form, file, [BROKEN])
    assert file.read_text(encoding="utf-8-sig") == registry.FORMATS[form].text([BROKEN], {})
    assert list(tmp_path.iterdir()) == [file]
    file.write_text("my own notes", encoding="utf-8")
    with pytest.raises(
        ValueError, match="is there, and no report of convpool check; name another file"
    ):
        registry.write(form, file, CLASS)
    assert file.read_text(encoding="utf-8") == "my own notes"
    with pytest.raises(ValueError, match="is a folder; name a file, such as"):
        registry.check_free(form, tmp_path)
    with pytest.raises(ValueError, match="nowhere is no folder; make it first"):
        registry.check_free(form, tmp_path / "nowhere" / "file")


def test_what_cannot_be_written_leaves_the_report_that_is_there(tmp_path, monkeypatch):
    file = tmp_path / "class.csv"
    registry.write("csv", file, CLASS)
    before = file.read_bytes()

    def refuse(*paths):
        raise OSError("the disk is full")

    monkeypatch.setattr("convpool.system.whole_files.os.replace", refuse)
    with pytest.raises(OSError, match="the disk is full"):
        registry.write("csv", file, [BROKEN])
    assert (file.read_bytes(), list(tmp_path.iterdir())) == (before, [file])


def rows_of(file):
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_rows_of_a_csv_are_updated_and_those_of_others_stay(tmp_path):
    file = tmp_path / "class.csv"
    whole_class = Class(("class",))
    everyone = [make_judgement(name=name, seconds=1) for name in ("ada", "bob", "cy")]
    names = {name: f"{name}.feedback.txt" for name in ("ada", "bob", "cy")}
    registry.write("csv", file, everyone, names, whole_class)
    # a teacher writes into it
    text = file.read_text(encoding="utf-8-sig").splitlines()
    mine = ["mine", "=A1", "good", ""]
    edited = [f"{line},{cell}\n" for line, cell in zip(text, mine, strict=True)]
    file.write_text("".join(edited), encoding="utf-8-sig")
    # one again, from another folder, and one who is new
    again = replace(everyone[1], folder="bob", seconds=2)
    dan = make_judgement(name="dan", seconds=3)
    registry.write("csv", file, [again, dan], {}, Class(("bob", "dan")))
    rows = rows_of(file)
    assert [row["submission"] for row in rows] == ["ada", "bob", "cy", "dan"]
    assert [row["seconds"] for row in rows] == ["1.0", "2.0", "1.0", "3.0"]
    assert [row["mine"] for row in rows] == ["=A1", "good", "", ""]
    assert [row["feedback"] for row in rows] == [*names.values(), ""]
    # an interrupted run of the class takes nobody away, a complete one those who are gone
    for is_complete, expected in ((False, ["ada", "bob", "cy", "dan"]), (True, ["ada", "bob"])):
        judged = replace(whole_class, is_complete=is_complete)
        registry.write("csv", file, everyone[:1], {}, judged)
        assert [row["submission"] for row in rows_of(file)] == expected


def test_two_of_one_name_are_two_rows(tmp_path):
    file = tmp_path / "class.csv"
    both = [replace(make_judgement(name="ada"), folder=f"{group}/ada") for group in "ab"]
    registry.write("csv", file, both, {}, Class(("a", "b")))
    registry.write("csv", file, both[::-1], {}, Class(("a", "b")))
    assert [row["place"] for row in rows_of(file)] == ["a/ada", "b/ada"]
    third = replace(both[0], folder="c/ada")
    registry.write("csv", file, [third], {}, Class(("c",)))
    assert [row["place"] for row in rows_of(file)] == ["a/ada", "b/ada", "c/ada"]
