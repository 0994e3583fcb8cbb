"""What keeps a checkout from being released, and the README's links on a package index."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from pathlib import Path

import pytest

import convpool

ROOT = Path(__file__).parents[2]
if not (ROOT / ".ci/release_check.py").exists():
    pytest.skip("the release's script is not beside these tests", allow_module_level=True)
URLS = """
[project.urls]
Documentation = "https://docs.example.org"
Source = "https://forge.example.org/owner/convpool"
Issues = "https://forge.example.org/owner/convpool/issues"
Changelog = "https://docs.example.org/changelog.html"
"""
KINDS = ("added", "changed", "fixed", "removed")


def load(path):
    """Return a script of the root as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


release_check = load(ROOT / ".ci/release_check.py")


# ---- what is missing ----


@pytest.fixture
def checkout(tmp_path):
    """A checkout that could be released."""
    for name in ("pyproject.toml", "CITATION.cff", "src/convpool/version.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    with (tmp_path / "pyproject.toml").open("a") as file:
        file.write(URLS if "\n[project.urls]" not in file_text(tmp_path / "pyproject.toml") else "")
    (tmp_path / "changes").mkdir()
    changelog = f"# Changelog\n\n## {convpool.__version__} (2026-11-27)\n\n- All of it.\n"
    (tmp_path / "CHANGELOG.md").write_text(changelog)
    write_citation(tmp_path)
    return tmp_path


def file_text(path):
    return path.read_text(encoding="utf-8")


def write_citation(root):
    path = root / "CITATION.cff"
    path.write_text(release_check.citation(file_text(path), release_check.read_release(root)))


def problems(root):
    return list(release_check.file_problems(root))


def test_nothing_keeps_a_complete_checkout(checkout):
    assert problems(checkout) == []
    assert file_text(checkout / "CITATION.cff").endswith(
        f"version: {convpool.__version__}\n"
        "date-released: 2026-11-27\n"
        "repository-code: https://forge.example.org/owner/convpool\n"
    )
    write_citation(checkout)  # once more changes nothing
    assert problems(checkout) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("pyproject.toml", "[project.urls]", "[tool.none]", "no Documentation, Source, Issues"),
        ("pyproject.toml", 'Issues = "https', 'Tracker = "https', "has no Issues"),
        ("pyproject.toml", '"https://docs.example.org"', '"..."', "Documentation is '...'"),
        ("pyproject.toml", '"https://docs.example.org"', '"https://TODO"', "not the address"),
        ("src/convpool/version.py", '"\n', '.dev1"\n', "no version to release"),
        ("CHANGELOG.md", "2026-11-27", "unreleased", "no section for"),
        ("CHANGELOG.md", f"## {convpool.__version__}", "## 0.0.9", "run make changelog"),
        ("CITATION.cff", "2026-11-27", "2026-11-26", "CITATION.cff"),
        ("CITATION.cff", "owner", "other", "CITATION.cff"),
    ],
)
def test_what_is_missing_is_named(checkout, name, old, new, words):
    text = file_text(checkout / name)
    # the last one: a comment may have the same words
    (checkout / name).write_text(new.join(text.rsplit(old, 1)))
    assert file_text(checkout / name) != text
    assert [problem for problem in problems(checkout) if words in problem]


def test_fragments_that_are_left_are_named(checkout):
    (checkout / "changes/README.md").touch()
    assert problems(checkout) == []
    (checkout / "changes/pool.added.md").touch()
    (problem,) = problems(checkout)
    assert "1 fragments, such as pool.added.md" in problem


def test_the_tag_is_that_of_the_version(checkout, monkeypatch):
    monkeypatch.setenv("RELEASE_TAG", f"v{convpool.__version__}")
    assert problems(checkout) == []
    monkeypatch.setenv("RELEASE_TAG", "v9.9.9")
    assert ["the tag is v9.9.9" in problem for problem in problems(checkout)] == [True]


def test_every_problem_ends_the_check(checkout, monkeypatch, capsys):
    monkeypatch.setattr(release_check, "ROOT", checkout)
    monkeypatch.setattr(release_check, "build_problems", lambda root, dist: iter([]))
    monkeypatch.setattr(sys, "argv", ["release_check.py"])
    with pytest.raises(SystemExit) as ended:
        release_check.main()
    assert not ended.value.code
    (checkout / "CHANGELOG.md").write_text("")
    with pytest.raises(SystemExit) as ended:
        release_check.main()
    assert ended.value.code
    assert "no section for" in capsys.readouterr().out


def test_the_citation_has_the_version():
    assert f"\nversion: {convpool.__version__}\n" in file_text(ROOT / "CITATION.cff")


# ---- fragments of the changelog ----


def test_fragments_have_a_kind_and_a_sentence():
    for path in sorted((ROOT / "changes").glob("*.md")):
        if path.name != "README.md":
            topic, kind = path.name.removesuffix(".md").rsplit(".", 1)
            assert re.fullmatch(r"[\w-]+", topic), path.name
            assert kind in KINDS, path.name
            assert re.match(r"[^-*#\s].*\.\n$", file_text(path), re.DOTALL), path.name


def test_fragments_become_a_section(tmp_path):
    """The template has a bullet for each, below the line, under its kind."""
    towncrier = pytest.importorskip("towncrier.build")
    for name in ("pyproject.toml", "CHANGELOG.md", "changes/_template.jinja"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "CHANGELOG.md").write_text(file_text(ROOT / "CHANGELOG.md").split("## ")[0])
    (tmp_path / "changes/pool.added.md").write_text("Pools of the sea.\n")
    (tmp_path / "changes/edge.fixed.md").write_text("The edge is sharp.\n")
    words = ["--dir", str(tmp_path), "--version", "7.0.0", "--date", "2026-01-02", "--yes"]
    towncrier._main(words, standalone_mode=False)
    head, section = file_text(tmp_path / "CHANGELOG.md").split("writes below this line -->\n")
    assert "Keep a Changelog" in head
    assert " ".join(section.split()) == (
        "## 7.0.0 (2026-01-02) ### Added - Pools of the sea. ### Fixed - The edge is sharp."
    )


# ---- links of the README ----


@pytest.fixture(scope="module")
def hatch_build():
    pytest.importorskip("hatchling")
    return load(ROOT / "hatch_build.py")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[x](docs/a.md)", "[x](https://h/blob/v1/docs/a.md)"),
        ("[x](docs/a.md#part)", "[x](https://h/blob/v1/docs/a.md#part)"),
        ("![x](a.png)", "![x](https://h/raw/v1/a.png)"),
        ("[![x](a.png)](b.md)", "[![x](https://h/raw/v1/a.png)](https://h/blob/v1/b.md)"),
        ("[x](https://a.b/c) [y](#part) [z](mailto:a@b)", None),
        ("`f(x)[0](y z)`", None),
    ],
)
def test_links_are_made_absolute(hatch_build, text, expected):
    assert hatch_build.absolute_links(text, "https://h", "v1") == (expected or text)


@pytest.mark.parametrize("urls", [{}, {"Source": "https://h/"}])
def test_the_description_has_no_dead_link(hatch_build, urls):
    """Without an address it is README.md as it stands."""
    metadata = {"urls": urls}
    hatch_build.ReadmeHook(str(ROOT), {}).update(metadata)
    assert metadata["readme"]["content-type"] == "text/markdown"
    text, readme = metadata["readme"]["text"], file_text(ROOT / "README.md")
    relative = r"\]\((?!https?:|#)"
    assert len(re.findall(relative, readme)) > 3
    if not urls:
        assert text == readme
        return
    assert re.findall(relative, text) == []
    tag = f"v{convpool.__version__}"
    paths = re.findall(rf"https://h/(?:raw|blob)/{re.escape(tag)}/([^)#]+)", text)
    assert len(paths) == len(re.findall(relative, readme))
    assert [path for path in paths if not (ROOT / path).exists()] == []
