"""`convpool explain`, as its users type it."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

click_testing = pytest.importorskip("click.testing")
pytest.importorskip("rich")
Image = pytest.importorskip("PIL.Image")

from convpool.commands import explain
from support.command import run_command


def done(*words):
    result = run_command("explain", *words)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*words):
    result = run_command("explain", *words)
    assert result.exit_code == 2, result.output
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


def test_the_sizes_the_first_window_and_the_output_are_printed():
    said = done("--input", "5x6", "--size", "3x3", "--padding", "same", "--stride", 2)
    assert "height floor((1 + 5 + 1 - 3) / 2) + 1 = 3" in said
    assert "width floor((0 + 6 + 1 - 3) / 2) + 1 = 3" in said
    assert said.count("Window ") == 1
    assert done("--input", "5x6", "--stride", 2) == said  # what is left out is what stands here
    assert done("--input", "5x6", "--stride", 2, "--seed", 1) != said


def test_every_window_is_printed():
    said = done("--input", "3x3", "--size", "2x2", "--padding", "valid", "--all")
    assert re.findall(r"Window (\d)", said) == list("1234")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--kernel", "sobel-x"), "\N{MIDDLE DOT}(\N{MINUS SIGN}2)"),
        (("--kernel", "1 2; 3 4", "--padding", "valid"), "kernel 2 \N{MULTIPLICATION SIGN} 2"),
        (("--size", "2x2", "--mode", "avg"), "/ 4 "),
        (("--mode", "avg"), "Avg pooling with windows of 2 x 2"),
        (
            ("--size", "2x2", "--mode", "avg", "--ceil", "--padding", "1,0", "--count-padding"),
            "ceil(",
        ),
        (("--transpose", "--stride", "2"), "(5 - 1) * 2 + 3 - 0 - 0 = 11"),
        (("--channels", "4", "--kernel-count", "2", "--groups", "2"), "Window 1 of 50"),
        (("--transpose", "--channels", "2", "--kernel-count", "3"), "kernel 0"),
        (("--pad-mode", "constant", "--fill", "7", "--flip"), "7·"),
        (("--dilation", "2", "--padding", "valid"), "(2 * (3 - 1) + 1)"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_words(words, expected):
    assert expected in done(*words)


@pytest.mark.parametrize("suffix", [".html", ".svg", ".png", ".gif"])
def test_files(suffix, tmp_path):
    path = tmp_path / f"out{suffix}"
    assert done("--input", "3x3", "-o", path) == f"9 windows in {path}\n"
    assert path.stat().st_size > 1000
    assert "exists and stays as it is; --force" in refused("--input", "3x3", "-o", path)
    done("--input", "4x4", "-o", path, "--force")


def test_a_page_is_the_explorer_where_it_can_show_this_and_else_a_picture(tmp_path):
    explorer = "<title>Convolution and pooling, number by number</title>"
    done("-o", tmp_path / "a.html", "--frame", "7")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert explorer in page
    assert "i=1&j=2&n=0" in page
    done("-o", tmp_path / "b.html", "--mode", "median", "--size", "2")
    page = (tmp_path / "b.html").read_text(encoding="utf-8")
    assert explorer not in page
    assert page.count("<svg") == 1


def test_one_window(tmp_path):
    assert done("-o", tmp_path / "a.svg", "--frame", 3) == f"window 3 in {tmp_path / 'a.svg'}\n"
    assert "Window 4 of 25" in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_a_photo(tmp_path):
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    said = done("--image", tmp_path / "a.png", "--kernel", "identity")
    assert "channel 2" in said
    assert "Window 1 of 16" in said
    assert "0·1 + 3·0" in said


def test_a_part_of_a_photo_and_a_small_one(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (60, 90), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    words = ("--image", tmp_path / "a.png", "--kernel", "identity", "--padding", "valid")
    said = done(*words, "--crop", "4x5+50+80")
    assert "input 4 \N{MULTIPLICATION SIGN} 5" in said
    assert " ".join(map(str, pixels[53, 80:85])) in re.sub(r"[\s┃]+", " ", said)
    said = done(*words, "--crop", "6x6")
    assert " ".join(map(str, pixels[32, 42:48])) in re.sub(r"[\s┃]+", " ", said)
    said = done(*words, "--crop", "30x40+1+2", "--resize", "3x4")
    means = np.rint(pixels[1:31, 2:42].reshape(3, 10, 4, 10).mean((1, 3))).astype(int)
    assert " ".join(map(str, means[1])) in re.sub(r"[\s┃]+", " ", said)
    for name in ("a.gif", "a.html"):
        message = refused(*words, "-o", tmp_path / name)
        assert re.search(r"such as with --crop (\d+)x\1 or --resize \1x\1", message), message
        side = re.search(r"--crop (\w+)", message)[1]
        assert "windows in" in done(*words, "-o", tmp_path / name, "--crop", side)
    assert "--crop 61x5+-1+42 does not lie in a picture of 60 x 90; --crop 60x5 is" in refused(
        *words, "--crop", "61x5"
    )
    assert "--resize takes a height" in refused(*words, "--resize", "0x5")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--image", "no.png"), "no.png"),
        (("--crop", "4x4"), "--crop and --resize go with --image; --input is a size"),
        (("--crop", "4x4+1"), "'4x4+1' is not written as in 16x16 or 16x16+40+25"),
        (("--input", "no.png"), "'no.png' is not written as in 5x6"),
        (("--input", "5"), "'5' is not written as in 5x6"),
        (("--input", "0x5", "--size", "2x2", "--mode", "max"), "the images' height is 0"),
        (
            ("--kernel", "sharpen", "--mode", "max"),
            "pooling has no weights: leave --kernel 'sharpen' out; --size is the window",
        ),
        (("--kernel", "nonsense"), "nonsense"),
        (
            ("--image", "a.png", "--channels", "3"),
            "a.png has channels of its own: leave --channels out",
        ),
        (("--frame", "1"), "--frame goes with -o; --all prints every window"),
        (("--groups", "2"), "--groups 2 does not divide 1 channels"),
        (("--ceil",), 'ceil goes with pool="max"'),
        (("--padding", "valid", "--size", "9"), "does not fit"),
        (("--input", "100x100", "-o", "a.gif"), "10,000 windows, but a GIF holds 300"),
        (("-o", "a.txt"), "a.txt: explanations are saved as .html, .svg, .png, .gif"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_refusals_in_one_line(words, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert expected in refused(*words)
    assert list(tmp_path.iterdir()) == []


def test_a_huge_image_is_no_trouble_in_a_terminal():
    assert "Window 1 of 25,000,000" in done("--input", "5000x5000")


def test_help_ends_with_an_example():
    said = done("--help").rstrip().splitlines()[-1]
    assert (
        said.strip()
        == "Example: convpool explain --input 5x5 --size 3x3 --padding same --stride 2 -o out.gif"
    )


@pytest.mark.parametrize(("environment", "colored"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_on_a_terminal_only(environment, colored):
    def said(output):
        code = (
            "from convpool.commands.main import Program; from convpool.commands import explain;"
            "Program('convpool', commands={'explain': explain.explain})(['explain', "
            "'--input', '3x3'])"
        )
        known = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        path = {"PYTHONPATH": str(Path(explain.__file__).parents[2]), "PYTHONIOENCODING": "utf-8"}
        subprocess.run(
            [sys.executable, "-c", code],
            stdout=output,
            env=known | path | environment,
            check=True,
            timeout=60,
        )

    ours, theirs = pty.openpty()
    said(theirs)
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        seen += part
        if not part:
            break
    os.close(ours)
    assert (b"\x1b[1;38;5;" in seen) == colored
