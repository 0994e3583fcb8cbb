"""Reports in files: what is replaced, and what is not."""

import re

import pytest

from convpool.check.reports import files as report_files
from support.judgements import BROKEN, CLASS


@pytest.mark.parametrize("form", report_files.FORMATS)
def test_reports_are_replaced_and_other_files_are_not(form, tmp_path):
    file = tmp_path / f"class.{form}"
    report_files.write(form, file, CLASS)
    report_files.write(form, file, [BROKEN])
    assert file.read_text(encoding="utf-8-sig") == report_files.FORMATS[form]([BROKEN])
    assert list(tmp_path.iterdir()) == [file]
    file.write_text("my own notes", encoding="utf-8")
    with pytest.raises(
        ValueError, match="is there, and no report of convpool check; name another file"
    ):
        report_files.write(form, file, CLASS)
    assert file.read_text(encoding="utf-8") == "my own notes"
    with pytest.raises(ValueError, match="is a folder; name a file, such as"):
        report_files.check_free(form, tmp_path)
    with pytest.raises(ValueError, match="nowhere is no folder; make it first"):
        report_files.check_free(form, tmp_path / "nowhere" / "file")


def test_what_cannot_be_written_leaves_the_report_that_is_there(tmp_path, monkeypatch):
    file = tmp_path / "class.csv"
    report_files.write("csv", file, CLASS)
    before = file.read_bytes()

    def refuse(*paths):
        raise OSError("the disk is full")

    monkeypatch.setattr("convpool.system.whole_files.os.replace", refuse)
    with pytest.raises(OSError, match="the disk is full"):
        report_files.write("csv", file, [BROKEN])
    assert (file.read_bytes(), list(tmp_path.iterdir())) == (before, [file])


def test_feedback_is_one_text_for_each(tmp_path):
    files = report_files.write_feedback(tmp_path / "new", CLASS)
    assert sorted(files) == sorted((tmp_path / "new").iterdir())
    text = files[0].read_text(encoding="utf-8")
    assert "README.md is missing" in text
    assert not re.search(" $", text, re.MULTILINE)
    with pytest.raises(ValueError, match="is a file; name a folder for the texts"):
        report_files.check_folder(files[0])


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
    made = report_files.file_names(NAMES)
    assert len({name.casefold() for name in made}) == len(NAMES)
    assert all(re.fullmatch(r"\w[\w.-]*\.feedback\.txt", name) for name in made)
    assert max(len(name.encode()) for name in made) < 255
    assert made[0] == "Ada.feedback.txt"
    assert made[7] == "_con.feedback.txt"
