"""What the words of `convpool check` name: folders, clones, and wrong words."""

import os

import pytest

from convpool.check.submissions import search
from convpool.check.tasks import COURSE, TASKS
from support.handed_in import FILES, make, names, zipped


@pytest.fixture
def scratch(tmp_path):
    return tmp_path / "scratch"


# ---- one submission ----

PLACES = {
    "the course folder": ("", "."),
    "a clone": (COURSE, COURSE),
    "another place": ("conv/pool", "conv/pool"),
    "the brief's name elsewhere": (
        "x/0x04-convolutions_and_pooling",
        "x/0x04-convolutions_and_pooling",
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_one_submission(place, tmp_path):
    put, expected = PLACES[place]
    make(tmp_path / "ada" / put)
    (tmp_path / "ada" / "notes.txt").touch()
    (one,) = search.find([tmp_path / "ada"])
    assert one.name == "ada"
    assert one.folder == tmp_path / "ada" / expected
    assert one.place == str(tmp_path / "ada" / expected)
    assert one.problem == ""
    assert one.notes == ()


def test_some_of_the_seven_are_enough(tmp_path):
    (one,) = search.find([make(tmp_path / "ada", count=1, first=4)])
    assert one.folder == tmp_path / "ada"


def test_the_current_folder_has_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(make(tmp_path / "ada"))
    (one,) = search.find(["."])
    assert one.name == "ada"


def test_others_are_listed_and_not_judged(tmp_path):
    folder = make(tmp_path / "ada")
    for name in ("0-main.py", "10.png", "9.png", ".hidden"):
        (folder / name).touch()
    for name in ("pictures", "__pycache__"):
        (folder / name).mkdir()
    (one,) = search.find([folder])
    assert one.others == ("0-main.py", "9.png", "10.png", "pictures/")


def test_the_brief_s_place_comes_first_and_the_choice_is_said(tmp_path):
    make(tmp_path / "ada" / COURSE, count=3)
    make(tmp_path / "ada" / "backup")
    (one,) = search.find([tmp_path / "ada"])
    assert one.folder == tmp_path / "ada" / COURSE
    assert one.notes == (
        f"judged is {COURSE} with 3 of the seven files, and not backup with 7 of the seven files",
    )


def test_elsewhere_most_files_win_then_the_shallowest_then_the_name(tmp_path):
    top = tmp_path / "ada" / "work"
    for place, count in {"copy/deep": 5, "old": 5, "final": 5, "draft": 2}.items():
        make(top / place, count)
    make(tmp_path / "eve")
    one, _ = search.find([tmp_path])
    assert one.folder == top / "final"
    assert one.notes[0].startswith("judged is work/final with 5 of the seven files, and not ")
    assert one.notes[0].endswith("nor 2 more such folders")


@pytest.mark.parametrize("hidden", [".git", "__MACOSX", "node_modules", "site-packages", "venv"])
def test_what_tools_make_is_skipped(hidden, tmp_path):
    make(tmp_path / "ada" / "work", count=2)
    make(tmp_path / "ada" / hidden)
    if hidden == "venv":
        (tmp_path / "ada" / hidden / "pyvenv.cfg").touch()
    (one,) = search.find([tmp_path / "ada"])
    assert one.folder == tmp_path / "ada" / "work"
    assert one.notes == ()


def test_links_are_not_followed(tmp_path):
    make(tmp_path / "elsewhere")
    folder = make(tmp_path / "ada" / "work", count=2)
    (folder / "loop").symlink_to(tmp_path / "ada")
    (tmp_path / "ada" / "out").symlink_to(tmp_path / "elsewhere")
    (one,) = search.find([tmp_path / "ada"])
    assert one.folder == folder


# ---- a class ----


def test_a_class_has_a_row_for_each_folder_in_the_order_of_names(tmp_path):
    make(tmp_path / "student10" / COURSE)
    make(tmp_path / "student9")
    (tmp_path / "empty").mkdir()
    (tmp_path / "list.csv").touch()
    rows = search.find([tmp_path])
    assert names(rows) == ["empty", "student9", "student10"]
    assert [bool(row.folder) for row in rows] == [False, True, True]
    assert rows[0].problem == "nothing was handed in: there is no file in it"


def test_a_class_inside_one_folder_is_seen_through(tmp_path):
    for name in ("ada", "eve"):
        make(tmp_path / "export" / "class" / name)
    assert names(search.find([tmp_path / "export"])) == ["ada", "eve"]


def test_the_same_names_are_told_apart_and_the_same_folder_is_judged_once(tmp_path):
    for group in ("a", "b"):
        make(tmp_path / group / "ada")
    rows = search.find([tmp_path / "a" / "ada", tmp_path / "b" / "ada", tmp_path / "a"])
    assert names(rows) == [str(tmp_path / group / "ada") for group in ("a", "b")]


# ---- wrong words ----


def test_wrong_words(tmp_path):
    with pytest.raises(ValueError, match="nowhere is not there; name a folder or an archive"):
        search.find([tmp_path / "nowhere"])
    file = make(tmp_path / "ada") / FILES[0]
    with pytest.raises(
        ValueError, match=r"valid.py is a file; name the folder that holds it, or an archive"
    ):
        search.find([file])
    with pytest.raises(ValueError, match="no folder or archive named"):
        search.find([])
    archive = zipped(tmp_path / "eve.zip", tmp_path / "ada")
    with pytest.raises(ValueError, match=r"eve\.zip is an archive; find"):
        search.find([archive])


ABSENT = {
    "empty": ({}, "nothing was handed in: there is no file in it"),
    "readme": ({"README.md": "mine"}, "nothing was handed in: only README.md is there"),
    "notebook": (
        {"homework.ipynb": "{}", "README.md": ""},
        "homework.ipynb is a notebook; the task asks for seven files, "
        "0-convolve_grayscale_valid.py to 6-pool.py",
    ),
    "all in one": (
        {
            "src/all.py": "".join(
                f"def {task.function}(images):\n    1\n" for task in TASKS.values()
            )
        },
        "src/all.py holds 7 of the seven functions; the task asks for seven files, "
        "0-convolve_grayscale_valid.py to 6-pool.py",
    ),
    "others": (
        {f"{number}.txt": "" for number in range(7)},
        "none of the seven files (0-convolve_grayscale_valid.py to 6-pool.py) is there; it holds "
        "0.txt, 1.txt, 2.txt, 3.txt, 4.txt and 2 more",
    ),
}


@pytest.mark.parametrize("name", ABSENT)
def test_what_lies_there_instead(name, tmp_path):
    files, words = ABSENT[name]
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    (one,) = search.find([tmp_path])
    assert one.folder is None
    assert one.problem == words


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_no_file(tmp_path):
    folder = make(tmp_path / "ada", count=1)
    os.mkfifo(folder / FILES[3])
    (folder / FILES[0]).unlink()
    (one,) = search.find([folder])
    assert one.problem == "nothing was handed in: only README.md is there"
