"""Classes: everybody in one has a row, however the folders lie."""

import pytest

from convpool.check.submissions import search
from support.handed_in import FILES, make


@pytest.fixture
def scratch(tmp_path):
    return tmp_path / "scratch"


def laid_out(tmp_path, places):
    """Write seven files, or so many, into each place; return the rows of the whole."""
    for place, count in places.items():
        make(tmp_path / "class" / place, count)
    return search.find([tmp_path / "class"], tmp_path / "scratch")


def judged_places(rows, tmp_path):
    return [row.place.removeprefix(f"{tmp_path}/class/") for row in rows if row.folder]


NESTED = ("morning/ada", "morning/bob", "evening/cy", "evening/dan")
COURSE_2 = "math/convolutions_and_pooling"
CLASSES = {
    "groups": (dict.fromkeys(NESTED, 7), sorted(NESTED)),
    "groups in a folder": (
        dict.fromkeys([f"2026/{place}" for place in NESTED], 7),
        sorted(f"2026/{place}" for place in NESTED),
    ),
    "a group of one": (
        {"morning/ada": 7, "morning/bob": 7, "evening/cy": 7, "evening/dan": 0},
        ["evening/cy", "morning/ada", "morning/bob"],
    ),
    "attempts": (
        {"ada/attempt1": 7, "ada/attempt2": 7, "bob/submission_2": 7, "bob/submission_10": 7},
        ["ada/attempt2", "bob/submission_10"],
    ),
    "students who are numbers": (
        {"submission_1": 7, "submission_2": 7},
        ["submission_1", "submission_2"],
    ),
    "clones": (
        {f"ada/{COURSE_2}": 7, "ada/old": 7, f"bob/x/y/{COURSE_2}": 7, "bob/x/backup": 7},
        [f"ada/{COURSE_2}", f"bob/x/y/{COURSE_2}"],
    ),
    "copies": ({"ada/work": 7, "ada/backup": 7, "bob": 7}, ["ada/backup", "bob"]),
    "one with the course's name": (
        {"ada/0x04-convolutions_and_pooling": 7, "bob": 7},
        ["ada/0x04-convolutions_and_pooling", "bob"],
    ),
}


@pytest.mark.parametrize("name", CLASSES)
def test_nobody_of_a_class_is_passed_over(name, tmp_path):
    places, expected = CLASSES[name]
    rows = laid_out(tmp_path, places)
    assert judged_places(rows, tmp_path) == expected
    for row in rows:
        if row.folder is None:
            assert row.problem == "nothing was handed in: only README.md is there"
    if name == "attempts":
        assert [row.name for row in rows] == ["ada", "bob"]
        assert rows[1].notes == ("judged is submission_10, the latest, and not submission_2",)


def test_a_clone_with_a_stray_copy_is_one_submission(tmp_path):
    make(tmp_path / "repo" / "holberton" / COURSE_2)
    make(tmp_path / "repo" / "stuff")
    (tmp_path / "repo" / "README.md").touch()
    (one,) = search.find([tmp_path / "repo"])
    assert one.folder == tmp_path / "repo" / "holberton" / COURSE_2
    assert "and not stuff" in one.notes[0]


def test_a_class_may_have_one_student_who_handed_something_in(tmp_path):
    rows = laid_out(tmp_path, {"ada": 7, "bob": 0, "cy": 0})
    assert [row.name for row in rows] == ["ada", "bob", "cy"]
    assert judged_places(rows, tmp_path) == ["ada"]
    assert all(row.problem for row in rows[1:])
    (tmp_path / "class" / "README.md").write_text("My work\n")  # a clone has one
    (row,) = search.find([tmp_path / "class"], tmp_path / "scratch")
    assert row.name == "class"


def test_files_beside_the_students_are_named(tmp_path):
    rows = laid_out(tmp_path, dict.fromkeys(("ada", "bob", "cy"), 7) | {"": 1})
    assert [row.name for row in rows] == ["ada", "bob", "cy", FILES[0]]
    assert rows[3].problem == "it lies beside the folders of the class, and in nobody's"
    rows = laid_out(tmp_path, {"": 7})
    assert [row.name for row in rows] == ["ada", "bob", "cy", "class"]
    assert rows[3].folder == tmp_path / "class"


def test_links_to_students_are_named(tmp_path):
    make(tmp_path / "elsewhere")
    for name in ("ada", "bob"):
        make(tmp_path / "class" / name)
    (tmp_path / "class" / "cy").symlink_to(tmp_path / "elsewhere")
    rows = search.find([tmp_path / "class"])
    assert [(row.name, row.problem) for row in rows] == [
        ("ada", ""),
        ("bob", ""),
        ("cy", "it is a link, which is not followed"),
    ]


FLAT = {
    "Canvas": ("lovelaceada_101_{n}_{file}", "hopper_LATE_102_{n}_{file}"),
    "Blackboard": (
        "Homework 1_ada_attempt_2026-01-31-23-59-59_{file}",
        "Homework 1_bob_attempt_2026-01-30-01-02-03_{file}",
    ),
    "Moodle": (
        "Ada Lovelace_12_assignsubmission_file_{file}",
        "Bob_13_assignsubmission_file_{file}",
    ),
    "by hand": ("ada-{file}", "bob {file}"),
}


@pytest.mark.parametrize("platform", FLAT)
def test_flat_downloads_are_laid_out_by_student(platform, tmp_path, scratch):
    for pattern in FLAT[platform]:
        for n, file in enumerate([*FILES, "README.md"]):
            (tmp_path / pattern.format(n=770 + n, file=file)).write_text(f"{pattern} {file}")
    rows = search.find([tmp_path], scratch)
    assert len(rows) == 2
    for row, pattern in zip(
        sorted(rows, key=lambda row: row.place.lower()),
        sorted(FLAT[platform], key=str.lower),
        strict=True,
    ):
        assert {path.name: path.read_text() for path in row.folder.iterdir()} == {
            file: f"{pattern} {file}" for file in [*FILES, "README.md"]
        }
        assert not row.has_run_bits


def test_of_several_uploads_the_latest_counts(tmp_path, scratch):
    for number, again in ((99, ""), (100, ""), (100, "-2"), (100, "-10")):
        name = f"ada_7_{number}_6-pool{again}.py"
        (tmp_path / name).write_text(name)
    (tmp_path / "bob_8_1_6-pool.py").write_text("")
    ada, _ = search.find([tmp_path], scratch)
    assert (ada.folder / "6-pool.py").read_text() == "ada_7_100_6-pool-10.py"
    assert "judged is ada_7_100_6-pool-10.py, and not ada_7_99_6-pool.py" in ada.notes
