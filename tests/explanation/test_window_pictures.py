"""Explanations as pictures and pages: one layout, two writers, files that are whole, and what a
notebook shows.
"""

from __future__ import annotations

import importlib.util
import io
import re
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

Image = pytest.importorskip("PIL.Image")

from convpool.explanation import explain, png_and_gif, saving, svg, window_pictures
from convpool.explanation.colours import COLORS, shade
from convpool.explanation.drawing_elements import Drawing, Lines, Rect, Text, hatching, wrap

SCRIPT = Path(__file__).parents[2] / "docs" / "explanation_pictures.py"
SVG = "{http://www.w3.org/2000/svg}"
EDGES = np.array([[1, 0, -1]] * 3)


def lot(*shape):
    return np.random.default_rng(0).integers(-4, 9, shape)


SHOWN = {
    "same": lambda: explain(lot(4, 5), EDGES, "same", 2),
    "channels": lambda: explain(
        lot(4, 3, 4), lot(2, 2, 2, 4), ((1, 0), (0, 2)), (2, 1), groups=2, pad_mode="wrap"
    ),
    "dilated": lambda: explain(lot(5, 5), lot(2, 2), "valid", dilation=2),
    "line": lambda: explain(lot(7) / 3, [1, 10, 100], "full", 3, flip=True),
    "pool": lambda: explain(lot(5, 5), 2, pool="max"),
    "ceil": lambda: explain(
        lot(5, 5), 2, ((1, 0), (0, 0)), pool="avg", ceil=True, count_padding=True
    ),
    "transposed": lambda: explain(lot(2, 3), EDGES, "same", 2, transpose=True),
    "nan": lambda: explain(np.array([[np.nan, -np.inf], [0.5, 1e9]]), 1, pool="min"),
    "complex": lambda: explain(np.array([[1j, 2]]), np.array([[1 - 1j]])),
}


@pytest.fixture(params=SHOWN)
def shown(request):
    return SHOWN[request.param]()


def texts(root):
    return [element.text for element in root.iter(f"{SVG}text")]


def test_a_frame_shows_every_number_and_the_sum(shown):
    k = len(shown) // 2
    drawing = window_pictures.one_window(shown, k)
    root = ElementTree.fromstring(svg.write(drawing))
    words = " ".join(" ".join(texts(root)).split())
    assert shown.heading(shown.frames[k]) in words
    for line in [*shown.arithmetic(shown.frames[k]), *shown.formulas]:
        assert " ".join(line.split()) in words
        assert " ".join(line.split()) in " ".join(root.findtext(f"{SVG}desc").split())
    assert root.findtext(f"{SVG}title") == shown.title
    assert min(float(element.get("font-size")) for element in root.iter(f"{SVG}text")) >= 12


@pytest.mark.parametrize("name", ["same", "channels", "transposed", "line"])
def test_the_last_frame_has_the_whole_output(name):
    shown = SHOWN[name]()
    from convpool.explanation.written_numbers import number

    *_, last = window_pictures.every_window(shown)
    drawn = sorted(mark.text for mark in last.marks if isinstance(mark, Text))
    for value in shown.result.ravel().tolist():
        drawn.remove(number(value))  # as often as it occurs


def test_nothing_lies_outside_the_picture(shown):
    for drawing in [window_pictures.film_strip(shown), *window_pictures.every_window(shown)]:
        for mark in drawing.marks:
            if isinstance(mark, Rect):
                assert 0 <= mark.x <= mark.x + mark.width <= drawing.width
                assert 0 <= mark.y <= mark.y + mark.height <= drawing.height
            elif isinstance(mark, Lines):
                assert all(0 <= x <= drawing.width for ends in mark.ends for x in ends[::2])
                assert all(0 <= y <= drawing.height for ends in mark.ends for y in ends[1::2])
            else:
                assert 0 <= mark.y <= drawing.height


def test_frames_have_one_size(shown):
    assert (
        len({(drawing.width, drawing.height) for drawing in window_pictures.every_window(shown)})
        == 1
    )


def test_the_window_is_framed():
    shown = SHOWN["dilated"]()
    marks = window_pictures.one_window(shown, 4).marks
    frames = [mark for mark in marks if isinstance(mark, Rect) and mark.edge == "frame"]
    sizes = sorted(round(mark.width / 32) for mark in frames)
    assert sizes == [1, 1, 1, 1, 1, 2, 3]  # four taps and the output's number, the kernel, the span


def test_hatching_tells_padding_from_what_is_left_over():
    kinds = {
        name: {
            mark.edge
            for mark in window_pictures.one_window(SHOWN[name](), 0).marks
            if isinstance(mark, Lines)
        }
        for name in SHOWN
    }
    assert kinds["same"] == {"hatch"}
    assert kinds["pool"] == {"left"}
    assert kinds["channels"] == {"hatch", "left"}
    assert kinds["line"] == {"hatch", "left"}
    assert kinds["dilated"] == set()


@pytest.mark.parametrize(("width", "height"), [(32, 32), (60, 20), (20, 60)])
@pytest.mark.parametrize("rising", [True, False])
def test_hatching_stays_in_its_cell(width, height, rising):
    for a, b, c, d in hatching(10, 20, width, height, is_rising=rising).ends:
        assert 10 <= min(a, c) <= max(a, c) <= 10 + width
        assert 20 <= min(b, d) <= max(b, d) <= 20 + height
        assert abs(a - c) == pytest.approx(abs(b - d))
        assert ((a - c) * (b - d) < 0) == rising


def test_svg_and_pixels_draw_the_same():
    marks = (
        Rect(10, 10, 20, 20, "p4", "line", 2),
        Lines(((50, 12, 70, 12),), "left", 4),
        Text(80, 30, "8", 20, fill="ink"),
    )
    drawing = Drawing(120, 40, "one of each", marks)
    image = png_and_gif.draw(drawing, 3)
    assert image.size == (360, 120)
    at = {
        (60, 60): "p4",
        (60, 30): "line",
        (60, 27): "line",
        (180, 36): "left",
        (330, 60): "ground",
        (60, 20): "ground",
    }
    for place, name in at.items():
        assert "#{:02x}{:02x}{:02x}".format(*image.getpixel(place)) == COLORS[name][0], place
    columns, rows = np.nonzero((np.asarray(image)[..., 0] < 60).T)
    assert (
        80 * 3 <= columns.min() <= columns.max() < 93 * 3
    )  # the 8 stands where SVG has it, on the line y = 30
    assert 14 * 3 <= rows.min() <= rows.max() <= 31 * 3
    root = ElementTree.fromstring(svg.write(drawing))
    assert [element.get("x") for element in root.iter(f"{SVG}rect")] == ["0.5", "10"]
    assert root.find(f"{SVG}path").get("d") == "M50 12L70 12"


def luminance(color):
    parts = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_words_can_be_read_on_every_ground(theme):
    def contrast(a, b):
        low, high = sorted((luminance(COLORS[a][theme]), luminance(COLORS[b][theme])))
        return (high + 0.05) / (low + 0.05)

    for ground in ("ground", "zero", *(f"{sign}{k}" for sign in "pn" for k in range(1, 5))):
        assert contrast("ink", ground) >= 4.5, ground
    assert contrast("grey", "ground") >= 4.5
    assert contrast("frame", "ground") >= 7


def test_shades_have_zero_in_the_middle():
    assert [shade(value, 8) for value in (-8, -5, -1, 0, 1, 4, 8)] == [
        "n4",
        "n3",
        "n1",
        "zero",
        "p1",
        "p2",
        "p4",
    ]
    assert [shade(value, 8) for value in (np.nan, np.inf, -np.inf, 1j, None)] == [
        "zero",
        "p4",
        "n4",
        "zero",
        "zero",
    ]


def test_colours_follow_light_and_dark_but_do_not_need_a_style():
    text = svg.write(window_pictures.one_window(SHOWN["same"](), 0))
    assert "@media(prefers-color-scheme:dark)" in text
    root = ElementTree.fromstring(text)
    for element in [*root.iter(f"{SVG}rect"), *root.iter(f"{SVG}text")]:
        assert element.get("fill") in {"none", *(light for light, _ in COLORS.values())}


def test_words_are_broken_where_they_are_too_long():
    assert wrap("aaaa bbbb cccc", 100, 16) == ["aaaa bbbb", "  cccc"]


# ---- files ----


@pytest.mark.parametrize("suffix", saving.FORMATS)
def test_files(suffix, tmp_path):
    path = tmp_path / f"shown{suffix}"
    SHOWN["same"]().save(path)
    content = path.read_bytes()
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    if suffix in (".png", ".gif"):
        image = Image.open(io.BytesIO(content))
        assert image.format == suffix[1:].upper()
    else:
        assert b"prefers-color-scheme" in content


def test_a_gif_goes_on_and_the_last_window_stays_longer(tmp_path):
    shown = SHOWN["same"]()
    shown.save(tmp_path / "a.gif", seconds=0.5)
    image = Image.open(tmp_path / "a.gif")
    assert (image.n_frames, image.info["loop"]) == (len(shown), 0)
    times, ends = [], []
    for k in range(image.n_frames):
        image.seek(k)
        times.append(image.info["duration"])
        ends.append(np.asarray(image.convert("RGB"), int))
    assert times == [500] * (len(shown) - 1) + [1500]
    assert all((a != b).any() for a, b in pairwise(ends))
    drawn = np.asarray(png_and_gif.draw(window_pictures.one_window(shown, 1), 1.5), int)
    assert abs(drawn - ends[1]).max() <= 80  # in between letters and ground
    assert (drawn == ends[1]).all(axis=-1).mean() > 0.95


def test_one_frame_alone(tmp_path):
    shown = SHOWN["same"]()
    shown.save(tmp_path / "a.svg", frame=-1)
    assert shown.heading(shown.frames[-1]) in texts(ElementTree.parse(tmp_path / "a.svg").getroot())


def large():
    return explain(np.zeros((30, 30)), np.ones((3, 3)))


REFUSED = [
    (
        "a.bmp",
        {},
        lambda: SHOWN["same"](),
        ValueError,
        r"a.bmp: explanations are saved as .html, .svg, .png, .gif",
    ),
    (
        "a.svg",
        {"frame": 6},
        lambda: SHOWN["same"](),
        ValueError,
        "frame is 6, but there are 6 windows, from 0 to 5",
    ),
    (
        "a.gif",
        {"frame": 1},
        lambda: SHOWN["same"](),
        ValueError,
        "frame is 1, but a GIF shows all windows; save that one",
    ),
    (
        "a.gif",
        {"seconds": 0},
        lambda: SHOWN["same"](),
        ValueError,
        "seconds is 0; each window is shown for 0.02 to 600",
    ),
    (
        "no/a.gif",
        {},
        lambda: SHOWN["same"](),
        FileNotFoundError,
        "there is no folder .*no to write a.gif into; make it",
    ),
    (
        "a.svg",
        {},
        lambda: explain(np.zeros((0, 3)), np.ones((3, 3))),
        ValueError,
        "no window to draw: the output is empty",
    ),
    ("a.gif", {}, large, ValueError, "900 windows, but a GIF holds 300: draw one as .svg"),
    (
        "a.svg",
        {},
        large,
        ValueError,
        "900 windows, but a film strip holds 64: draw one with frame=0",
    ),
    (
        "a.svg",
        {},
        lambda: explain(np.zeros((40, 40)), 6, pool="max"),
        ValueError,
        "cells are too many for a film strip",
    ),
    (
        "a.gif",
        {},
        lambda: explain(np.zeros((45, 45)), 3, pool="max"),
        ValueError,
        "pixels, but a file holds 200,000,000",
    ),
    (
        "a.gif",
        {},
        lambda: explain(np.zeros((100, 100)), 40, pool="max"),
        ValueError,
        r"image of 100 x 100 x 1.*image\[:16",
    ),
    (
        "a.html",
        {},
        lambda: explain(np.zeros((100, 100)), 40, pool="max"),
        ValueError,
        "print.explanation., which takes any",
    ),
]


@pytest.mark.parametrize(
    ("name", "words", "make", "error", "said"), REFUSED, ids=[case[4][:30] for case in REFUSED]
)
def test_refusals_say_what_would_do_and_leave_nothing(name, words, make, error, said, tmp_path):
    with pytest.raises(error, match=said):
        make().save(tmp_path / name, **words)
    assert list(tmp_path.iterdir()) == []


def test_a_file_stays_unless_it_may_be_replaced(tmp_path):
    (tmp_path / "a.svg").write_text("mine")
    with pytest.raises(FileExistsError, match=r"a.svg exists and stays as it is; --force"):
        SHOWN["pool"]().save(tmp_path / "a.svg", force=False)
    assert (tmp_path / "a.svg").read_text() == "mine"


# ---- notebooks and pages ----


def test_a_notebook_shows_the_first_window(shown):
    root = ElementTree.fromstring(shown._repr_html_())
    assert root.tag == f"{SVG}svg"
    words = " ".join(" ".join(texts(root)).split())
    for line in [shown.heading(shown.frames[0]), *shown.formulas]:
        assert " ".join(line.split()) in words


@pytest.mark.parametrize("shape", [(100, 100), (0, 3)], ids=["too large", "empty"])
def test_what_cannot_be_drawn_is_text_in_a_notebook(shape):
    shown = explain(np.zeros(shape), np.ones((3, 3)))
    assert shown._repr_html_().startswith("<pre>Convolution with 1 kernel")


def test_a_page_is_whole_and_asks_nothing_of_a_network(shown, tmp_path):
    shown.save(tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert not re.search(r"(src|href)=|url\(|@import|fetch\(|<script", page)
    assert set(re.findall(r"https?://[^\"'\s<>]*", page)) <= {"http://www.w3.org/2000/svg"}
    drawn = re.search("<svg.*</svg>", page, re.DOTALL)[0]
    headings = texts(ElementTree.fromstring(drawn))
    assert [frame.number for frame in shown if shown.heading(frame) not in headings] == []


# ---- the pictures of the documents ----


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the script with some words; returns its exit status and what it complains about."""
    spec = importlib.util.spec_from_file_location("explanation_pictures", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)

    def call(*words):
        monkeypatch.setattr(sys, "argv", [SCRIPT.name, *map(str, words)])
        return script.main(), capsys.readouterr().err

    return call


def test_pictures_are_not_stale(run):
    assert run("--check") == (0, "")


def test_stale_pictures_are_named_and_drawn_again(run, tmp_path):
    assert run("--root", tmp_path) == (0, "")
    found = sorted(tmp_path.rglob("*.*"))
    svgs, gifs = ([path for path in found if path.suffix == suffix] for suffix in (".svg", ".gif"))
    svgs[0].write_text(svgs[0].read_text(encoding="utf-8").replace(">1<", ">2<"), encoding="utf-8")
    gifs[0].write_bytes(gifs[1].read_bytes())
    svgs[1].unlink()
    extra = svgs[0].with_name("left-over.svg")
    extra.write_text("<svg/>")
    status, said = run("--root", tmp_path, "--check")
    assert status == 1
    assert {line.split(" is stale")[0] for line in said.splitlines()} == {
        *map(str, (*svgs[:2], gifs[0], extra))
    }
    assert not svgs[1].exists()
    assert run("--root", tmp_path) == (0, "")
    assert sorted(tmp_path.rglob("*.*")) == found
    assert run("--root", tmp_path, "--check") == (0, "")
