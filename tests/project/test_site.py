"""What the site is made of: recipes that run, pictures of what is there, a page for each name."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

import convpool
from support import children

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
if not (DOCS / "conf.py").exists():
    pytest.skip("the site is not beside these tests", allow_module_level=True)
# digits.py takes a minute, and has tests of its own
RECIPES = sorted(set((ROOT / "examples").glob("*.py")) - {ROOT / "examples/digits.py"})


@pytest.fixture(scope="module", autouse=True)
def docs_on_path():
    sys.path.insert(0, str(DOCS))
    yield
    sys.path.remove(str(DOCS))


def load(name):
    """Return a module of docs/."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text_of(path):
    return (DOCS / path).read_text(encoding="utf-8")


# ---- recipes ----


def test_there_are_twenty_recipes():
    assert len(RECIPES) >= 20


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_runs(path, tmp_path):
    for name in re.findall(r"^(?:import|from) (\w+)", path.read_text("utf-8"), re.MULTILINE):
        pytest.importorskip(name)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=children.LIMIT,
        env=children.environment(MPLBACKEND="Agg"),
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_five_calls_of_the_first_page_run(capsys):
    (block,) = re.findall(r"```python\n(.*?)```", text_of("index.md"), re.DOTALL)
    names = {}
    exec(block, names)
    assert names["images"].shape == (8, 32, 32, 3)
    assert "engine" in capsys.readouterr().out


# ---- reference ----


def test_every_public_name_has_a_page():
    listed = re.findall(r"^   (\w+)$", text_of("reference/index.md"), re.MULTILINE)
    assert sorted(listed) == sorted(set(convpool.__all__) - {"__version__"})


@pytest.mark.parametrize("name", ["filters", "course"])
def test_every_function_of_a_public_module_has_a_page(name):
    module = importlib.import_module(f"convpool.{name}")
    listed = re.findall(r"^   (\w+)$", load("site_parts").module_summary(name), re.MULTILINE)
    defined = re.findall(r"^def ([a-z]\w*)", Path(module.__file__).read_text("utf-8"), re.MULTILINE)
    assert defined
    assert set(defined) <= set(listed)
    assert "wraps" not in listed  # which is imported


# ---- parts that are made ----


def test_the_course_has_nine_questions_and_what_follows():
    course = (ROOT / "math/0x04-convolutions_and_pooling/README.md").read_text("utf-8")
    sections = load("site_parts").course_sections(course)
    assert set(sections) == {*map(str, range(1, 10)), "open", "loops", "test"}
    for number in range(1, 10):
        assert len(sections[str(number)]) > 100
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", "".join(sections.values()))
    assert len(pictures) > 8
    assert [name for name in pictures if not (DOCS / "learn" / name).exists()] == []


def test_shapes_in_docstrings_are_no_markup():
    lines = ["(m, *spatial, c), |x| and `a *b* |c|`", ">>> f(*words)"]
    load("site_parts").escape_docstring(None, "function", "f", None, None, lines)
    assert lines == [r"(m, \*spatial, c), \|x\| and `a *b* |c|`", ">>> f(*words)"]


def test_what_a_call_returns_is_text_and_no_type():
    lines = [
        "Do it.",
        "",
        "Returns",
        "-------",
        "Nothing. Or",
        "so.",
        "",
        "Raises",
        "------",
        "E : x",
    ]
    load("site_parts").indent_returns(lines)
    assert lines[2:7] == ["Returns", "-------", "result", "    Nothing. Or", "    so."]
    assert lines[7:] == ["", "Raises", "------", "E : x"]
    typed = ["Returns", "-------", "array", "    All of it."]
    load("site_parts").indent_returns(typed)
    assert typed == ["Returns", "-------", "array", "    All of it."]


def test_what_an_error_means_stands_below_its_name():
    lines = ["Raises", "------", "ValueError, TypeError : when it", "    does not fit", "OSError"]
    load("site_parts").part_errors(lines)
    assert lines[2:] == ["ValueError, TypeError", "    when it", "    does not fit", "OSError"]


def test_the_picture_of_the_house_has_every_room_and_arrows_that_go_down():
    picture = load("design_picture")
    uses = picture.imports()
    assert {"windows", "engines", "plans", "check"} <= set(uses)
    floors = picture.floors(uses)
    assert [
        (room, used) for room in uses for used in uses[room] if floors[used] >= floors[room]
    ] == []
    assert "windows" in picture.reachable("commands", uses)
    svg = picture.draw()
    assert svg.count("<rect") == len(uses)
    assert [room for room in uses if f">{room}</text>" not in svg] == []


def test_lines_that_follow_from_others_are_left_out():
    uses = {"a": {"b", "c"}, "b": {"c"}, "c": set()}
    assert load("design_picture").reduced("a", uses) == {"b"}


def test_the_chart_shows_every_row_of_the_table():
    chart = load("speed_chart")
    page = text_of("speed.md")
    rows = chart.rows(page)
    table = page.partition("<details>")[2].partition("</details>")[0]
    assert len(rows) == table.count("\n|") - 2 > 40
    svg = chart.draw(page)
    assert svg.count("<rect") == len(rows)
    losses = [row for row in rows if row.ratio < 1]
    assert svg.count(chart.LOSES) == len(losses) > 0
    for row in rows:
        assert abs(row.others / row.ours - row.ratio) <= 0.05 * row.ratio, row.name


def test_the_animations_show_what_their_page_says(tmp_path):
    image = pytest.importorskip("PIL.Image")
    made = load("animations")
    page = made.page()
    for name, one in made.ANIMATIONS.items():
        assert f"## {one.title}\n" in page
        assert f"(_made/animations/{name}.gif)" in page
        if "pool" in one.words:
            size = convpool.pool(made.DIGITS[None, :5, :5, None], 3, 1, "avg").shape[1]
        else:
            k, padding = len(one.kernel), one.words["padding"]
            before = {"valid": 0, "same": (k - 1) // 2}.get(padding, padding)
            stride = one.words.get("stride", 1)
            span = one.words.get("dilation", 1) * (k - 1) + 1
            size = (one.side + 2 * before - span) // stride + 1
            if "transpose" in one.words:
                extra = one.words.get("output_padding", 0)
                size = (one.side - 1) * stride + k - 2 * before + extra
        call = page.split(f"## {one.title}\n")[1].splitlines()[1]
        assert call.endswith(f"{one.side} x {one.side} becomes {size} x {size}."), call
    made.ANIMATIONS = {"dilation": made.ANIMATIONS["dilation"]}
    made.draw(tmp_path)
    file = tmp_path / "dilation.gif"
    with image.open(file) as drawn:
        assert drawn.n_frames == 9
    first = file.stat().st_mtime_ns
    made.draw(tmp_path)
    assert file.stat().st_mtime_ns == first  # not drawn again


def test_measured_tables_stand_below_what_ran_on_what(tmp_path, monkeypatch):
    parts = load("site_parts")
    monkeypatch.setattr(parts, "HERE", tmp_path)
    assert parts.measured_tables() == ""
    (tmp_path / "measured").mkdir()
    text = "Python 3.11, a <CPU>.\n\n## 1 thread\n\n| row |\n| --- |\n| box |\n"
    (tmp_path / "measured" / "pictures.txt").write_text(text)
    made = parts.measured_tables()
    assert "TABLE=pictures</code>: Python 3.11, a &lt;CPU&gt;.</summary>" in made
    assert "\n\n**1 thread**\n\n| row |\n" in made  # no heading, and a table of its own


def test_fragments_are_shown_by_their_kinds(tmp_path, monkeypatch):
    parts = load("site_parts")
    (tmp_path / "changes").mkdir()
    monkeypatch.setattr(parts, "ROOT", tmp_path)
    assert parts.unreleased_changes() == ""
    (tmp_path / "changes/a.fixed.md").write_text("One\ntwo.\n")
    (tmp_path / "changes/b.added.md").write_text("Three.\n")
    assert parts.unreleased_changes() == (
        "## Next version\n\n### Added\n\n- Three.\n\n### Fixed\n\n- One\n  two.\n"
    )


# ---- links ----


def test_dead_links_are_found(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static/x.html").write_text('<a href="{{ nothing }}">')
    (tmp_path / "play.html").write_text("")
    (tmp_path / "index.html").write_text(
        '<a id="top" href="sub/"></a><a href="sub/index.html#here"></a><a href="#top"></a>'
        '<a href="play.html#h=5"></a><a href="https://example.org/x"></a>'
    )
    (tmp_path / "sub/index.html").write_text('<p id="here"></p><img src="../index.html">')
    check_links = load("check_links")
    assert list(check_links.dead_links(tmp_path)) == []
    (tmp_path / "sub/index.html").write_text('<a href="x.html"></a><img src="../index.html#low">')
    assert list(check_links.dead_links(tmp_path)) == [
        "index.html: sub/index.html#here",
        "sub/index.html: x.html",
        "sub/index.html: ../index.html#low",
    ]
