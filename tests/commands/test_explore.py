"""`convpool explore`, the file that it writes, and the copies in the docs."""

from __future__ import annotations

import base64
import importlib.util
import json
import re
import webbrowser
from pathlib import Path

import numpy as np
import pytest

click_testing = pytest.importorskip("click.testing")
Image = pytest.importorskip("PIL.Image")

from convpool.explorer import build
from support.command import run_command

DOCS = Path(__file__).parents[2] / "docs"


def refused(*words):
    result = run_command("explore", *words)
    assert result.exit_code == 2, result.output
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def photos_in(page):
    return json.loads(re.search(r"const PHOTOS = (.*);\n", page)[1])


def test_it_writes_one_file_that_needs_no_other(folder):
    result = run_command("explore")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"open {folder / 'explorer.html'}\n"
    assert [path.name for path in folder.iterdir()] == ["explorer.html"]
    page = (folder / "explorer.html").read_text(encoding="utf-8")
    assert (folder / "explorer.html").stat().st_size <= 700_000
    assert "default-src 'none'" in page
    assert not re.search(r"""(src|href)=["'](?!#|data:)""", page)
    assert not re.search(r"\b(import|fetch|XMLHttpRequest|WebSocket|eval)\s*\(", page)
    assert not re.search(r"/\*[A-Z]+\*/", page)  # every place is filled
    assert page.count("</script>") == 1


@pytest.mark.parametrize(
    ("mode", "shape", "value", "expected"),
    [
        ("RGB", (40, 60), (9, 8, 7), [9, 8, 7]),
        ("L", (50, 20), 77, [77] * 3),
        ("I;16", (33, 33), 257 * 5, [5] * 3),
        ("RGBA", (1, 1), (1, 2, 3, 4), [1, 2, 3]),
    ],
)
def test_a_photo_becomes_the_first_picture(folder, mode, shape, value, expected):
    Image.new(mode, shape, value).save("mine.png")
    assert run_command("explore", "--image", "mine.png", "-o", "mine.html").exit_code == 0
    given = photos_in((folder / "mine.html").read_text(encoding="utf-8"))["photo"]
    assert given["size"] == build.SIDE
    pixels = np.frombuffer(base64.b64decode(given["base64"]), np.uint8).reshape(-1, 3)
    assert pixels.shape == (build.SIDE**2, 3)
    assert (pixels == expected).all()


def test_the_middle_of_a_photo_is_shown():
    photo = np.zeros((40, 100, 3), np.uint8)
    photo[:, 30:70] = 255
    assert set(base64.b64decode(build.square(photo)["base64"])) == {255}


def test_it_opens_the_browser_where_asked(folder, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    assert run_command("explore", "-o", "a.html").exit_code == 0
    assert opened == []
    assert run_command("explore", "-o", "a.html", "--open").exit_code == 0
    assert opened == [(folder / "a.html").as_uri()]


def test_other_files_are_not_replaced_unless_forced(folder):
    theirs = folder / "notes.html"
    theirs.write_text("<p>my notes</p>")
    said = refused("-o", "notes.html")
    assert (
        said
        == "convpool: notes.html exists and is no explorer page; --force (force=True) replaces it\n"
    )
    assert theirs.read_text() == "<p>my notes</p>"
    assert run_command("explore", "-o", "notes.html", "--force").exit_code == 0
    assert run_command("explore", "-o", "notes.html").exit_code == 0  # now it is one
    assert [path.name for path in folder.iterdir()] == ["notes.html"]


def test_what_cannot_be_done_is_said_in_one_line(folder):
    assert "as in -o explorer.html" in refused("-o", "-")
    assert "there is no folder nowhere to write a.html into; make it first" in refused(
        "-o", "nowhere/a.html"
    )
    (folder / "sub").mkdir()
    assert f"sub is a folder; name a file in it, such as {Path('sub/explorer.html')}" in refused(
        "-o", "sub"
    )
    assert "missing.png" in refused("--image", "missing.png")
    (folder / "words.png").write_text("no picture")
    assert "words.png" in refused("--image", "words.png")
    assert sorted(path.name for path in folder.iterdir()) == ["sub", "words.png"]


def test_nothing_is_left_where_writing_fails(folder, monkeypatch):
    def full(*_, **__):
        raise OSError("No space left on device")

    monkeypatch.setattr("convpool.system.whole_files.os.link", full)
    assert "No space left on device" in refused("-o", "a.html")
    assert list(folder.iterdir()) == []


# ---- the copies in the docs ----


def script(name):
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_the_docs_is_the_one_that_the_command_writes(folder, monkeypatch):
    docs = script("explorer_page")
    monkeypatch.setattr(docs, "PAGE", folder / "docs.html")
    monkeypatch.setattr("sys.argv", ["explorer_page.py"])
    docs.main()
    assert run_command("explore", "-o", "ours.html").exit_code == 0
    assert docs.PAGE.read_bytes() == (folder / "ours.html").read_bytes()


def test_stale_photographs_are_noticed(folder, monkeypatch, capsys):
    pytest.importorskip("skimage")
    docs = script("explorer_photos")
    monkeypatch.setattr("sys.argv", ["explorer_photos.py", "--check"])
    assert docs.main() == 0
    monkeypatch.setattr(docs, "FILE", folder / "photos.json")
    assert docs.main() == 1
    assert "run python docs/explorer_photos.py" in capsys.readouterr().err


def test_the_docs_show_the_page():
    words = (DOCS / "explorer.md").read_text(encoding="utf-8")
    for name in re.findall(r"\]\((?!https:)([^)]+)\)", words):
        assert (DOCS / name).is_file()
    assert (DOCS / "explorer.webp").stat().st_size < 150_000
