"""Archives, honest and hostile ones."""

import stat
import tarfile
import zipfile

import pytest

from convpool.check.submissions import archives, search
from convpool.check.submissions.task_files import CourseFolder
from convpool.check.tasks import COURSE
from support.handed_in import FILES, found, make, names, written, zipped


@pytest.fixture
def scratch(tmp_path):
    return tmp_path / "scratch"


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
        "broken": "broken.zip is no ZIP file; a ZIP file or a .tar.gz would do",
        "max": "max.rar is no ZIP file; a ZIP file or a .tar.gz would do",
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
    (one,) = found(archive, scratch=scratch)
    assert one.folder is None
    assert one.problem.startswith("ada.zip cannot be unpacked: it holds ")
    assert OUTSIDE[name] in one.problem.replace("\\\\", "\\")
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
    (one,) = found(archive, scratch=scratch / "again")
    assert "it unpacks to more than 0 MB" in one.problem
    with zipfile.ZipFile(archive, "a") as opened:
        for number in range(9):
            opened.writestr(f"more/{number}/x", "")
        opened.writestr(FILES[2], "")
    monkeypatch.setattr(archives, "MAX_BYTES", 10**6)
    monkeypatch.setattr(archives, "MAX_OTHERS", 4)
    (one,) = found(archive, scratch=scratch / "many")
    assert len(list((one.folder / "more").iterdir())) == 4
    assert (one.folder / FILES[2]).is_file()
    monkeypatch.setattr(archives, "MAX_FILES", 1)
    (one,) = found(archive, scratch=scratch / "once more")
    assert "it holds 12 files; 1 are the most" in one.problem


def test_encrypted_archives(tmp_path, scratch):
    archive = written(tmp_path / "ada.zip", [(FILES[0], "text", 0o644)])
    data = bytearray(archive.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(data)
    (one,) = found(archive, scratch=scratch)
    assert "ada.zip cannot be unpacked: " in one.problem
    assert "encrypted" in one.problem


def test_names_that_cannot_be_shown(tmp_path, scratch):
    archive = written(
        tmp_path / "\x1b[31mred.zip", [(FILES[0], "", 0o644), ("\x1b]0;x\x07.txt", "", 0o644)]
    )
    (one,) = found(archive, scratch=scratch)
    assert one.name == r"\x1b[31mred"
    assert one.others == (r"\x1b]0;x\x07.txt",)


# ---- other kinds, and damaged ones ----


@pytest.mark.parametrize("suffix", [".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"])
def test_tars_are_unpacked(suffix, tmp_path, scratch):
    make(tmp_path / "work" / COURSE)
    (tmp_path / "work" / COURSE / FILES[0]).chmod(0o755)
    archive = tmp_path / f"ada{suffix}"
    with tarfile.open(archive, "w:" + {".tgz": "gz"}.get(suffix, suffix[5:])) as opened:
        opened.add(tmp_path / "work", "repository")
        for name in ("../evil", "/evil"):
            entry = tarfile.TarInfo("link")
            entry.type, entry.linkname = tarfile.SYMTYPE, name
            opened.addfile(entry)
    (one,) = found(archive, scratch=scratch)
    assert one.name == "ada"
    assert one.has_run_bits
    assert stat.S_IMODE((one.folder / FILES[0]).stat().st_mode) == 0o755
    assert not list(scratch.rglob("link"))


def test_a_tar_leads_nowhere_else(tmp_path, scratch, monkeypatch):
    make(tmp_path / "work")
    archive = tmp_path / "ada.tar.gz"
    with tarfile.open(archive, "w:gz") as opened:
        opened.add(tmp_path / "work" / FILES[0], f"../{FILES[0]}")
    (one,) = found(archive, scratch=scratch)
    assert "leads out of its folder" in one.problem
    assert not list(tmp_path.glob("scratch/*.py"))
    monkeypatch.setattr(archives, "MAX_TAR_BYTES", 5)
    (one,) = found(archive, scratch=scratch / "2")
    assert "it unpacks to more than 0 MB" in one.problem


def damaged(data, name):
    """Return the bytes of a ZIP file with one kind of damage."""
    if name == "cut":
        return data[: len(data) // 2]
    if name == "kind of compression":  # LZMA, of which the data is none
        start = data.index(b"PK\x01\x02")
        return data[:8] + b"\x0e" + data[9 : start + 10] + b"\x0e" + data[start + 11 :]
    return data.replace(b"never run", b"NEVER RUN")  # another checksum


@pytest.mark.parametrize("name", ["cut", "kind of compression", "checksum"])
def test_a_damaged_archive_ends_nothing(name, tmp_path, scratch):
    make(tmp_path / "class" / "bob")
    archive = zipped(tmp_path / "class" / "ada.zip", make(tmp_path / "work"))
    archive.write_bytes(damaged(archive.read_bytes(), name))
    make(tmp_path / "class" / "cy")
    ada, *others = found(tmp_path / "class", scratch=scratch)
    assert ada.folder is None
    assert "ada.zip" in ada.problem
    assert [row.folder is not None for row in others] == [True, True]


def test_odd_names_end_nothing(tmp_path, scratch):
    odd = ["", ".", "a" * 300, "x/" * 200 + "y", FILES[1] + "/deeper", "nul\x00name"]
    entries = [(name, "text", 0o644) for name in [*FILES, *odd, FILES[0]]]
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive = written(tmp_path / "ada.zip", entries)
    (one,) = found(archive, scratch=scratch)
    assert one.folder, one.problem
    assert {path.name for path in one.folder.iterdir()} >= set(FILES)


def test_names_in_utf_8_without_the_mark(tmp_path, scratch):
    archive = zipped(tmp_path / "class.zip", make(tmp_path / "work"), "Zoé/")
    make(tmp_path / "x")
    data = bytearray(archive.read_bytes())
    for magic, flags in ((b"PK\x01\x02", 9), (b"PK\x03\x04", 7)):
        start = -1
        while (start := data.find(magic, start + 1)) >= 0:
            data[start + flags] &= ~0x08
    archive.write_bytes(data)
    (one,) = found(archive, scratch=scratch)
    assert one.place.endswith("class.zip/Zoé")


NEAR = {
    "0-convolve_greyscale_valid.py": 0,
    "0-convolve_grayscale_valid.py.txt": 0,
    "1_Convolve_Grayscale_Same (1).py": 1,
    "Copy of 6-pool.py": 6,
}


def test_names_that_are_nearly_right_make_a_submission(tmp_path):
    for name in NEAR:
        (tmp_path / name).write_text("")
    (one,) = search.find([tmp_path])
    assert one.folder == tmp_path
    course = CourseFolder(tmp_path, tmp_path)
    for name, task in NEAR.items():
        assert name in course.files[task].problem
    assert course.files[0].problem.endswith("valid.py are there: rename one")
    assert course.files[6].problem == "is missing; Copy of 6-pool.py is there: rename it"
    assert course.files[3].problem == "is missing"
