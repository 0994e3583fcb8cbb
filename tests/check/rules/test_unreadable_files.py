"""Files that are missing, unreadable or odd."""

import os

import pytest

from convpool.check.rules.registry import RULES
from convpool.check.submissions.task_files import MAX_BYTES
from convpool.check.verdicts import Outcome
from support.rule_checks import FIRST, HEAD, STATIC, item, items, put, words


def not_there(folder):
    (folder / FIRST).unlink()


def a_folder(folder):
    not_there(folder)
    (folder / FIRST).mkdir()


def a_pipe(folder):
    not_there(folder)
    os.mkfifo(folder / FIRST)


def outside(folder):
    not_there(folder)
    (folder / FIRST).symlink_to("/etc/hostname")


def nowhere(folder):
    not_there(folder)
    (folder / FIRST).symlink_to("nothing")


def round_and_round(folder):
    not_there(folder)
    (folder / FIRST).symlink_to(FIRST)


def other_name(folder):
    (folder / FIRST).rename(folder / "0-Convolve-Grayscale-Valid.py")


def nothing(folder):
    put(folder, b" \n\n")


def huge(folder):
    put(folder, b"# " + b"x" * 10_000_000)


UNREADABLE = {
    not_there: "is missing",
    a_folder: "is a folder",
    a_pipe: "is no plain file",
    outside: "is a link to /etc/hostname, outside the submission",
    nowhere: "is missing",
    round_and_round: "cannot be read",
    other_name: "is missing; 0-Convolve-Grayscale-Valid.py is there: rename it",
    nothing: "is empty",
    huge: f"has 10000002 bytes and is not read: at most {MAX_BYTES} would do",
}


@pytest.mark.parametrize("change", UNREADABLE)
def test_a_file_that_cannot_be_read_is_one_item(folder, change):
    change(folder)
    found = [each for each in items(folder, *STATIC) if each.task == 0]
    assert [(each.name, each.outcome) for each in found] == [("file", Outcome.FAILS)]
    assert UNREADABLE[change] in words(found[0])


def test_a_link_within_the_submission_is_followed(folder):
    (folder / "mine.py").write_bytes((folder / FIRST).read_bytes())
    (folder / "mine.py").chmod(0o755)
    not_there(folder)
    (folder / FIRST).symlink_to("mine.py")
    assert {each.outcome for each in items(folder, "file", "run-bit", "loops")} == {Outcome.HOLDS}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_the_right_to_read_it(folder):
    (folder / FIRST).chmod(0)
    assert "permission denied" in words(item(folder, "file"))


HOSTILE = {
    "parentheses": b"x = " + b"(" * 20_000 + b")" * 20_000,
    "minus": b"x = " + b"-" * 100_000 + b"1",
    "plus": b"x = 1" + b" + 1" * 20_000,
    "attributes": b"x = np" + b".a" * 20_000,
    "elif": b"if a: pass\n" + b"elif a: pass\n" * 5_000,
    "nested": b"\n".join(b" " * n + b"if a:" for n in range(99)) + b"\n" + b" " * 99 + b"pass",
    "null": b"x = 1\0\n",
    "latin": b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
    "no codec": b"# -*- coding: nothing -*-\nx = 1\n",
    "number": b"x = " + b"9" * 100_000 + b"\n",
    "form feeds": b"\x0c\x0c\n\x0cx = 1\n",
    "surrogates": b"\xed\xa0\x80\n",
    "mark": b"\xef\xbb\xbf" + HEAD.encode(),
    "returns": HEAD.replace("\n", "\r").encode(),
    "tabs": b"if a:\n\tb\n        c\n",
    "backslash": b"x = 1 \\",
    "fstring": b"f'{x!r:{y}}' f'{'\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_odd_bytes_are_judged(folder, name):
    put(folder, HOSTILE[name])
    found = [each for each in items(folder) if each.task == 0]
    assert [each.name for each in found] == [
        name for name in RULES if RULES[name].needs != "folder" or name == "file"
    ]
    assert all(words(each) for each in found if each.outcome != Outcome.HOLDS)
