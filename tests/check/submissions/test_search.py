"""What the words of `convpool check` name: folders, clones, classes and archives, honest and
hostile ones.
"""

import os
import stat
import zipfile

import pytest

from convpool.check.submissions import archives, search
from convpool.check.tasks import COURSE, TASKS

FILES = [task.file for task in TASKS.values()]


def make(folder, count=7, first=0, readme=True):
    """Write some of the seven files, none of which runs."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES[first : first + count]:
        (folder / name).write_text("never run\n", encoding="utf-8")
    if readme:
        (folder / "README.md").write_text("mine\n", encoding="utf-8")
    return folder


def zipped(archive, folder, prefix=""):
    """Pack a folder as Unix tools do, with modes."""
    with zipfile.ZipFile(archive, "w") as opened:
        for path in sorted(folder.rglob("*")):
            opened.write(path, f"{prefix}{path.relative_to(folder).as_posix()}")
    return archive


def written(archive, entries, system=3, comment=b""):
    """Pack entries as (name, text, mode)."""
    with zipfile.ZipFile(archive, "w") as opened:
        opened.comment = comment
        for name, text, mode in entries:
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = system, mode << 16
            opened.writestr(entry, text)
    return archive


def names(found):
    return [submission.name for submission in found]


def found(*paths, scratch):
    return search.find(paths, scratch)


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
    for place, count in {"b/deep": 5, "d": 5, "c": 5, "a": 2}.items():
        make(top / place, count)
    make(tmp_path / "eve")
    one, _ = search.find([tmp_path])
    assert one.folder == top / "c"
    assert one.notes[0].startswith("judged is work/c with 5 of the seven files, and not ")
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
    assert (
        "empty holds none of the seven files (0-convolve_grayscale_valid.py to 6-pool.py)"
        in rows[0].problem
    )


def test_a_class_inside_one_folder_is_seen_through(tmp_path):
    for name in ("ada", "eve"):
        make(tmp_path / "export" / "class" / name)
    assert names(search.find([tmp_path / "export"])) == ["ada", "eve"]


def test_the_same_names_are_told_apart_and_the_same_folder_is_judged_once(tmp_path):
    for group in ("a", "b"):
        make(tmp_path / group / "ada")
    rows = search.find([tmp_path / "a" / "ada", tmp_path / "b" / "ada", tmp_path / "a"])
    assert names(rows) == [str(tmp_path / group / "ada") for group in ("a", "b")]


# ---- archives ----


def test_an_archive_of_a_clone(tmp_path, scratch):
    make(tmp_path / "work" / COURSE)
    (tmp_path / "work" / COURSE / FILES[0]).chmod(0o755)
    archive = zipped(tmp_path / "ada.zip", tmp_path / "work", "repository-main/")
    (one,) = found(archive, scratch=scratch)
    assert one.name == "ada"
    assert one.place == f"{archive}/repository-main/{COURSE}"
    assert one.folder.is_relative_to(scratch)
    assert one.has_run_bits
    modes = [stat.S_IMODE((one.folder / name).stat().st_mode) for name in FILES[:2]]
    assert modes == [0o755, 0o644]


def test_a_folder_of_archives_and_of_folders_with_one(tmp_path, scratch):
    make(tmp_path / "work")
    there = tmp_path / "class"
    (there / "eve_123_assignsubmission").mkdir(parents=True)
    zipped(there / "ada.zip", tmp_path / "work")
    zipped(there / "eve_123_assignsubmission" / "mine.zip", tmp_path / "work", "0x04/")
    (there / "broken.zip").write_text("no archive", encoding="utf-8")
    (there / "max.rar").write_text("no archive either", encoding="utf-8")
    make(there / "zoe")
    rows = found(there, scratch=scratch)
    assert names(rows) == ["ada", "broken", "eve_123_assignsubmission", "max", "zoe"]
    assert {row.name: row.problem for row in rows if not row.folder} == {
        "broken": "broken.zip is no ZIP file",
        "max": "max.rar is no ZIP file",
    }
    assert rows[2].place.endswith("eve_123_assignsubmission/mine.zip/0x04")


def test_an_archive_of_a_class_of_archives(tmp_path, scratch):
    make(tmp_path / "work")
    (tmp_path / "class").mkdir()
    for name in ("ada", "eve"):
        zipped(tmp_path / "class" / f"{name}.zip", tmp_path / "work")
    rows = found(zipped(tmp_path / "export.zip", tmp_path / "class"), scratch=scratch)
    assert names(rows) == ["ada", "eve"]
    assert all(row.folder for row in rows)


def test_the_folder_for_archives_is_removed(tmp_path):
    archive = zipped(tmp_path / "ada.zip", make(tmp_path / "work"))
    with search.open_submissions([archive]) as (one,):
        assert one.folder.is_dir()
    assert not one.folder.exists()


def test_only_what_is_judged_has_content(tmp_path, scratch):
    entries = [
        *((name, "text", 0o644) for name in FILES),
        ("own.py", "text", 0o644),
        ("big.npz", "x" * 99, 0o644),
    ]
    (one,) = found(written(tmp_path / "ada.zip", entries), scratch=scratch)
    assert {path.name: path.stat().st_size for path in one.folder.iterdir()} == {
        **dict.fromkeys([*FILES, "own.py"], 4),
        "big.npz": 0,
    }
    assert one.others == ("big.npz", "own.py")


RUN_BITS = {
    "a Unix tool": (3, 0o644, b"", True),
    "Windows": (0, 0, b"", False),
    "git, where no file is a program": (0, 0, b"0123456789abcdef0123456789abcdef01234567", True),
}


@pytest.mark.parametrize("made_by", RUN_BITS)
def test_whether_the_run_bits_are_known(made_by, tmp_path, scratch):
    system, mode, comment, known = RUN_BITS[made_by]
    archive = written(tmp_path / "ada.zip", [(name, "", mode) for name in FILES], system, comment)
    (one,) = found(archive, scratch=scratch)
    assert one.has_run_bits is known


def test_of_git_the_index_alone_is_unpacked(tmp_path, scratch):
    entries = [
        (FILES[0], "", 0),
        (".git/index", "DIRC", 0),
        (".git/config", "fsmonitor", 0),
        (".git/hooks/x", "", 0),
    ]
    (one,) = found(written(tmp_path / "ada.zip", entries), scratch=scratch)
    assert [path.name for path in (one.folder / ".git").iterdir()] == ["index"]


LINK = stat.S_IFLNK | 0o777
OUTSIDE = {
    "../evil.py": "it holds '../evil.py', which leads out of its folder",
    "/tmp/evil.py": "it holds '/tmp/evil.py', which leads out of its folder",
    "a\\..\\..\\evil.py": "which leads out of its folder",
    "C:/evil.py": "which leads out of its folder",
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_nothing_is_written_outside(name, tmp_path, scratch):
    archive = written(tmp_path / "ada.zip", [(FILES[0], "", 0o644), (name, "evil", 0o644)])
    with pytest.raises(ValueError, match=r"ada.zip cannot be unpacked: .*leads out of its folder"):
        found(archive, scratch=scratch)
    assert list(tmp_path.rglob("evil*")) == []


def test_links_in_archives_are_left_out(tmp_path, scratch):
    outside = make(tmp_path / "outside")
    entries = [(FILES[0], "", 0o644), (FILES[1], str(outside / FILES[1]), LINK), ("up", "..", LINK)]
    (one,) = found(written(tmp_path / "ada.zip", entries), scratch=scratch)
    assert [path.name for path in one.folder.iterdir()] == [FILES[0]]


def test_a_bomb_is_cut_off(tmp_path, scratch, monkeypatch):
    archive = tmp_path / "ada.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr(FILES[0], bytes(50_000_000))
        opened.writestr(FILES[1], "")
    (one,) = found(archive, scratch=scratch)
    assert (one.folder / FILES[0]).stat().st_size == archives.MAX_FILE_BYTES[".py"]
    monkeypatch.setattr(archives, "MAX_BYTES", 200_000)
    with pytest.raises(ValueError, match="it unpacks to more than 0 MB"):
        found(archive, scratch=scratch / "again")
    monkeypatch.setattr(archives, "MAX_FILES", 1)
    with pytest.raises(ValueError, match="it holds 2 files; 1 are the most"):
        found(archive, scratch=scratch / "once more")


def test_encrypted_archives(tmp_path, scratch):
    archive = written(tmp_path / "ada.zip", [(FILES[0], "text", 0o644)])
    data = bytearray(archive.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(data)
    with pytest.raises(ValueError, match=r"ada.zip cannot be unpacked: .*encrypted"):
        found(archive, scratch=scratch)


def test_names_that_cannot_be_shown(tmp_path, scratch):
    archive = written(
        tmp_path / "\x1b[31mred.zip", [(FILES[0], "", 0o644), ("\x1b]0;x\x07.txt", "", 0o644)]
    )
    (one,) = found(archive, scratch=scratch)
    assert one.name == r"\x1b[31mred"
    assert one.others == (r"\x1b]0;x\x07.txt",)


# ---- wrong words ----


def test_wrong_words(tmp_path):
    with pytest.raises(ValueError, match="nowhere is not there; name a folder or a ZIP file"):
        search.find([tmp_path / "nowhere"])
    file = make(tmp_path / "ada") / FILES[0]
    with pytest.raises(
        ValueError, match=r"valid.py is a file; name the folder that holds it, or a ZIP file"
    ):
        search.find([file])
    with pytest.raises(ValueError, match="no folder or ZIP file named"):
        search.find([])
    archive = zipped(tmp_path / "eve.zip", tmp_path / "ada")
    with pytest.raises(ValueError, match=r"eve\.zip is an archive; find"):
        search.find([archive])


def test_nothing_found(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    words = (
        r"a holds none of the seven files \(0-.*.py to 6-pool.py\), neither in itself nor in "
        r"math/0x04-.* nor deeper"
    )
    with pytest.raises(ValueError, match=rf"{words} \(and 1 more\)"):
        search.find([tmp_path / "a", tmp_path / "b"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_no_file(tmp_path):
    folder = make(tmp_path / "ada", count=1)
    os.mkfifo(folder / FILES[3])
    (folder / FILES[0]).unlink()
    with pytest.raises(ValueError, match="holds none of the seven files"):
        search.find([folder])
