"""Files that are there whole or not at all: full disks, stops, names that are taken or mean
nothing, links.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from functools import partial

import numpy as np
import pytest

import convpool
from convpool.system import whole_files
from convpool.system.whole_files import Unfinished, UnfinishedFolder, whole
from support import children

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX")


@pytest.fixture(params=["unnamed", "named"])
def kind(request, monkeypatch):
    """With files that have no name until they are whole, and as where the system has none."""
    if request.param == "named":
        monkeypatch.setattr(whole_files, "UNNAMED", 0)
    return request.param


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


# ---- one file ----


@pytest.mark.parametrize("force", [False, True])
def test_a_file_gets_its_name_when_it_is_whole(tmp_path, kind, force):
    target = tmp_path / "a.txt"
    if force:
        target.write_bytes(b"old")
    with whole(target, force=force) as file:
        file.write(b"new")
        assert target.exists() == force
    assert contents(tmp_path) == {"a.txt": b"new"}
    (tmp_path / "usual").write_bytes(b"")
    assert target.stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_nothing_is_left_of_what_fails(tmp_path, kind, error):
    (tmp_path / "a.txt").write_bytes(b"old")

    def fail():
        with whole(tmp_path / "a.txt", force=True) as file:
            file.write(b"new")
            raise error

    with pytest.raises(error):
        fail()
    assert contents(tmp_path) == {"a.txt": b"old"}


@pytest.mark.parametrize("links", [True, False])
def test_what_came_meanwhile_stays(tmp_path, kind, links, monkeypatch):
    if not links:
        link = os.link

        def refuse(source, target, **words):
            if not words:  # the unnamed file gets its first name by a link
                raise OSError(errno.EPERM, "Operation not permitted")
            link(source, target, **words)

        monkeypatch.setattr(os, "link", refuse)

    def write(name, meanwhile=None):
        with whole(tmp_path / name) as file:
            file.write(b"ours")
            if meanwhile:
                (tmp_path / name).write_bytes(meanwhile)

    with pytest.raises(FileExistsError):
        write("a.txt", meanwhile=b"theirs")
    assert contents(tmp_path) == {"a.txt": b"theirs"}
    write("b.txt")
    assert contents(tmp_path) == {"a.txt": b"theirs", "b.txt": b"ours"}


def test_a_folder_that_came_meanwhile_stays(tmp_path):
    unfinished = UnfinishedFolder(tmp_path / "a.zarr")
    (unfinished.name / "ours").touch()
    (tmp_path / "a.zarr").mkdir()
    (tmp_path / "a.zarr" / "theirs").touch()
    with pytest.raises(FileExistsError, match=r"a\.zarr came meanwhile and stays as it is"):
        unfinished.finish()
    unfinished.drop()
    assert [file.name for file in tmp_path.rglob("*")] == ["a.zarr", "theirs"]


@pytest.mark.parametrize("out", ["out.npy", "out.zarr"])
def test_of_two_results_for_one_name_the_first_stays(tmp_path, out, kind):
    if out == "out.zarr":
        pytest.importorskip("zarr")

    class Images:
        shape, dtype = (1, 8, 8, 1), np.dtype(float)

        def __getitem__(self, block):  # read while the other result comes
            if not (tmp_path / out).exists():
                convpool.pool(np.ones((1, 8, 8, 1)), 2, out=tmp_path / out)
            return np.zeros((1, 8, 8, 1))[block]

    with pytest.raises(
        FileExistsError, match="came meanwhile and stays as it is; what was made for it is removed"
    ):
        convpool.pool(Images(), 2, out=tmp_path / out)
    first = (
        np.load(tmp_path / out)
        if out == "out.npy"
        else pytest.importorskip("zarr").open(str(tmp_path / out))[...]
    )
    np.testing.assert_array_equal(first, np.ones((1, 4, 4, 1)))
    assert [file.name for file in tmp_path.iterdir()] == [out]


def test_no_link_that_lies_there_is_followed(tmp_path, monkeypatch):
    """Neither under the name that others could foresee, nor where one guesses the name."""
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    (tmp_path / "folder").mkdir()
    for name in ("a.npz", f"a.npz.{os.getpid()}.part"):
        (tmp_path / "folder" / name).symlink_to(precious)
    with whole(tmp_path / "folder" / "a.npz", force=True) as file:
        file.write(b"new")
    assert precious.read_bytes() == b"precious"
    assert (tmp_path / "folder" / "a.npz").read_bytes() == b"new"
    monkeypatch.setattr(whole_files, "UNNAMED", 0)
    monkeypatch.setattr(
        whole_files, "_beside", lambda path: path.with_name(f"{path.name}.{os.getpid()}.part")
    )
    with pytest.raises(FileExistsError):
        Unfinished(tmp_path / "folder" / "a.npz", force=True)
    assert precious.read_bytes() == b"precious"


# ---- names ----


def bad_names(folder):
    """Return names that no file can have or get there, with what is said."""
    (folder / "file").touch()
    long = "x" * 300
    return [
        (
            folder / "a\0b",
            ValueError,
            "holds a zero character, which no file's name has; leave it out",
        ),
        (folder / long, ValueError, "is too long for a file's name; take a shorter one"),
        (
            folder / "\ud800",
            ValueError,
            "holds characters that no file's name has here; take others",
        ),
        (folder / "missing" / "a", FileNotFoundError, "there is no folder .*missing to write a"),
        (folder / "file" / "a", NotADirectoryError, "file is a file, not a folder to write a"),
    ]


@pytest.mark.parametrize("which", range(5))
@pytest.mark.parametrize("writer", ["array", "photo", "explanation", "explorer"])
def test_names_are_checked_before_any_work(tmp_path, which, writer, monkeypatch):
    if writer == "photo":
        pytest.importorskip("PIL")
    from convpool import photos
    from convpool.explorer import build

    def work(*_, **__):
        raise AssertionError("work was done")

    path, error, said = bad_names(tmp_path)[which]
    suffix = {"array": ".npy", "photo": ".png", "explanation": ".svg", "explorer": ".html"}[writer]
    path = path.with_name(path.name + suffix)
    before = sorted(tmp_path.rglob("*"))
    if writer == "array":

        class Images:
            shape, dtype = (1, 8, 8, 1), np.dtype(float)
            __getitem__ = work

        call = partial(convpool.pool, Images(), 2, out=path)
    elif writer == "photo":
        from PIL import Image

        monkeypatch.setattr(Image.Image, "save", work)
        call = partial(photos.write, photos.Photo(np.zeros((2, 2), np.uint8)), path)
    elif writer == "explanation":
        from convpool.explanation import saving

        monkeypatch.setitem(saving.FORMATS, ".svg", work)
        call = partial(convpool.explain(np.ones((4, 4)), np.ones((2, 2))).save, path)
    else:
        monkeypatch.setattr(build, "page", work)
        call = partial(build.save, path)
    with pytest.raises(error, match=said):
        call()
    assert sorted(tmp_path.rglob("*")) == before


@POSIX
def test_a_folder_that_cannot_be_written_to_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(
        os, "access", lambda path, how: path != tmp_path
    )  # for the superuser every folder can be
    with pytest.raises(
        PermissionError, match=r"nothing can be written into the folder .*; name another for a\.npy"
    ):
        convpool.pool(np.ones((1, 4, 4, 1)), 2, out=tmp_path / "a.npy")


# ---- full disks ----

FILL = """
import os, sys
from pathlib import Path
import numpy as np
from convpool.system import whole_files

folder, kind, room = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
if kind == "named":
    whole_files.UNNAMED = 0
if room:
    import resource

import convpool
from convpool import photos
from convpool.check.reports import registry
from convpool.commands.main import convpool as command
from convpool.datasets import files as data
from convpool.explorer import build as explorer

noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3)).astype(np.uint8)
images = noise[None].astype(np.float32)
kernels = np.ones((3, 3, 3, 1), np.float32)

explained = convpool.explain(noise[:20, :20, 0], kernels[..., 0, 0])

def photo(name):
    return lambda target: photos.write(photos.Photo(noise), target / name, force=True)

def array(**words):
    axis = words.get("channel_axis", -1)
    def write(target):
        convpool.convolve(
            np.moveaxis(images, -1, axis), kernels, out=target / "new.npy", engine="numpy", **words
        )
    return write

def in_parts(target):
    from click.testing import CliRunner
    words = ["apply", str(folder / "given.tif"), "-o", str(target / "old.tif"), "--force"]
    done = CliRunner().invoke(command, [*words, "--kernel", "sharpen", "--max-memory", "300kB"])
    assert done.exit_code == 2, (done.output, done.exception)
    raise OSError(done.stderr)

def stand_ins(target):
    import dataclasses
    for name, entry in data.DATASETS.items():
        shape = (40, *entry.shape[1:])
        make = lambda count, progress, entry=entry, shape=shape: {entry.key: np.zeros(shape)}
        data.DATASETS[name] = dataclasses.replace(entry, shape=shape, make=make)
    data.make(target, force=True)

def report(target):
    registry._write(target / "old.csv", "x" * 10**5, "utf-8")

writers = {
    "npy": array(),
    "npy in tiles": array(max_memory="200kB"),
    "npy, channels first": array(channel_axis=1, max_memory="200kB"),
    **{name: photo(f"old{name}") for name in (".png", ".tif", ".webp", ".jpg")},
    "explanation": lambda target: explained.save(target / "old.html", frame=0, force=True),
    "explorer": lambda target: explorer.save(target / "old.html", force=True),
    "report": report,
    "data": stand_ins,
}
try:
    import tifffile, zarr
    tifffile.imwrite(folder / "given.tif", noise, photometric="rgb", metadata=None)
    writers["tif in parts"] = in_parts
except ModuleNotFoundError:
    pass
target = folder / "disk"
pictures = ("old.png", "old.tif", "old.webp", "old.jpg")
for name in (*pictures, "old.html", "old.csv", "MNIST.npz", "animals_1.npz"):
    (target / name).write_bytes(b"precious")
if room:
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
for name, write in writers.items():
    try:
        write(target)
    except OSError as error:
        print(name, "|", " ".join(str(error).split()))
    else:
        raise SystemExit(f"{name} found room")
    left = {file.name for file in target.iterdir() if file.read_bytes() != b"precious"}
    if left:
        raise SystemExit(f"{name} left {left}")
"""
FULL = ("No space left on device", "File too large", "write error")


def check_full(said):
    lines = said.strip().splitlines()
    assert len(lines) >= 10
    for line in lines:
        assert any(words in line for words in FULL) or "encoder error" in line, line


@POSIX
@pytest.mark.parametrize("kind", ["unnamed", "named"])
def test_a_quota_loses_nothing_and_leaves_nothing(tmp_path, kind):
    pytest.importorskip("click")
    pytest.importorskip("PIL")
    (tmp_path / "disk").mkdir()
    check_full(children.output(FILL, tmp_path, kind, 10_000))


@pytest.mark.skipif(
    shutil.which("unshare") is None, reason="a small disk of its own takes namespaces"
)
@pytest.mark.parametrize("kind", ["unnamed", "named"])
def test_a_full_disk_loses_nothing_and_leaves_nothing(tmp_path, kind):
    pytest.importorskip("click")
    pytest.importorskip("PIL")
    (tmp_path / "disk").mkdir()
    small = 'mount -t tmpfs -o size=64k none "$0/disk" && exec "$@"'
    space = ["unshare", "--map-root-user", "--mount", "sh", "-c", small, str(tmp_path)]
    if subprocess.run([*space, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    child = [*space, sys.executable, "-W", "ignore", "-c", FILL, str(tmp_path), kind, "0"]
    done = subprocess.run(
        child,
        capture_output=True,
        text=True,
        env=children.environment(),
        timeout=children.LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    check_full(done.stdout)


# ---- stops ----

STOP = """
import os, signal, sys
from pathlib import Path
from convpool.system import whole_files
_, sheet, kind, name = sys.argv
if kind == "named":
    whole_files.UNNAMED = 0
from PIL import Image
import convpool.__main__ as program

def save(image, file, *words, **settings):
    file.write(b"half")
    file.flush()
    print("half written", flush=True)
    os.kill(os.getpid(), getattr(signal, name))
    signal.pause()

Image.Image.save = save
sys.argv[1:] = ["kernels", "--sheet", sheet]
program.main()
"""


@POSIX
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
@pytest.mark.parametrize("kind", ["unnamed", "named"])
def test_a_command_that_is_ended_leaves_nothing(tmp_path, name, kind):
    pytest.importorskip("click")
    pytest.importorskip("PIL")
    done = children.run(STOP, tmp_path / "a.png", kind, name)
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "half written\n",
        "convpool: stopped\n",
    )
    assert contents(tmp_path) == {}


@POSIX
def test_what_is_ignored_stays_ignored():
    said = children.output(
        "import signal, convpool.__main__ as program\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"  # as under nohup
        "program.stop_cleanly()\n"
        "print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN, "
        "callable(signal.getsignal(signal.SIGTERM)))"
    )
    assert said == "True True\n"


KILL = """
import os, signal, sys
from pathlib import Path
import numpy as np
import convpool
folder = Path(sys.argv[1])

class Images:
    shape, dtype = (8, 64, 64, 1), np.dtype(float)

    def __getitem__(self, block):
        if block[0].start == 6:
            os.kill(os.getpid(), getattr(signal, sys.argv[2]))
        return np.ones(self.shape)[block]

convpool.pool(Images(), 2, out=folder / "out.npy", max_memory="100kB")
"""


@pytest.mark.skipif(not whole_files.UNNAMED, reason="files without names are Linux's")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGKILL"])
def test_a_process_that_is_killed_leaves_nothing(tmp_path, name):
    """Without handlers: they are the caller's."""
    if whole_files._open_unnamed(tmp_path / "a", -1) is None:
        pytest.skip("this file system has no files without names")
    done = children.run(KILL, tmp_path, name)
    assert done.returncode < 0, done.stderr
    assert contents(tmp_path) == {}


# ---- what is read ----


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX's")
@pytest.mark.parametrize("reader", ["photo", "kernel", "data"])
def test_pipes_are_not_waited_for(tmp_path, reader):
    from convpool import photos
    from convpool.commands import kernel_from_text
    from convpool.datasets import files

    read = {
        "photo": photos.read,
        "kernel": lambda path: kernel_from_text.parse(str(path)),
        "data": lambda path: files.copy_from(path, tmp_path / "folder"),
    }[reader]
    os.mkfifo(tmp_path / "pipe.npy")
    with pytest.raises(
        ValueError, match="is a pipe or a device; save what it gives in a file, and name that"
    ):
        read(tmp_path / "pipe.npy")
    assert [file.name for file in tmp_path.iterdir()] == ["pipe.npy"]
