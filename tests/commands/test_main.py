"""The command line, as its users type it: what is written, what is said, and how it exits."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import pty
import select
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

click_testing = pytest.importorskip("click.testing")
pytest.importorskip("rich")
Image = pytest.importorskip("PIL.Image")
ndimage = pytest.importorskip("scipy.ndimage")

import convpool
from convpool import __version__, filters, photos
from convpool.commands import batch, main
from convpool.datasets import files as data
from convpool.demo import run as demo
from convpool.demo.tasks import TASKS
from support import children
from support.command import run_command

COMMANDS = {name: main.convpool.get_command(None, name) for name in main.COMMANDS}
LEFT_TO_RIGHT = "1 0 -1; 2 0 -2; 1 0 -1"
BRIGHT = "0 -1 0; -1 5 -2; 0 -1 1"  # no symmetry: a flipped or transposed kernel gives other pixels
BRIGHT_ARRAY = np.array([[0, -1, 0], [-1, 5, -2], [0, -1, 1]])
PLAN = ("plan", "--images", "50000x28x28x1")
COURSE = Path("math/0x04-convolutions_and_pooling")


def done(*words):
    """Run a command that must succeed, and return what it says."""
    result = run_command(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*words):
    """Run a command that must not succeed, and return its one line."""
    result = run_command(*words)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


START = "from convpool.__main__ import main; main()"


def read(path):
    with Image.open(path) as image:
        return np.array(image)


def correlated(pixels, weights):
    """Filter with SciPy: whole numbers, the border mirrored without repeating the edge."""
    planes = np.atleast_3d(pixels).astype(np.int64)
    stacked = [
        ndimage.correlate(planes[..., n], weights, mode="mirror") for n in range(planes.shape[2])
    ]
    return np.dstack(stacked).reshape(pixels.shape)


def blocks(pixels, size=2):
    """Return the windows of a pooling (oh, ow, ..., size * size), what does not fill one
    dropped.
    """
    h, w = (n // size * size for n in pixels.shape[:2])
    cut = pixels[:h, :w].reshape(h // size, size, w // size, size, *pixels.shape[2:])
    return np.moveaxis(cut, (1, 3), (-2, -1)).reshape(
        h // size, w // size, *pixels.shape[2:], size**2
    )


@pytest.fixture(scope="module")
def cat():
    """A photograph with odd sides, (75, 113, 3)."""
    return np.ascontiguousarray(pytest.importorskip("skimage.data").cat()[::4, ::4])


@pytest.fixture
def pictures(tmp_path, cat):
    """Picture files of every kind, by name."""
    alpha = np.full(cat.shape[:2], 255, dtype=np.uint8)
    alpha[:20, :30] = 7
    arrays = {
        "colour.png": cat,
        "gray.png": cat[..., 0].copy(),
        "clear.png": np.dstack([cat, alpha]),
        "deep.png": cat[..., 1].astype(np.uint16) * 257 - cat[..., 0],
    }
    files = {}
    for name, array in arrays.items():
        files[name] = tmp_path / name
        Image.fromarray(array).save(files[name])
    return files


# --- the program


def test_version():
    assert done("--version") == f"convpool, version {__version__}\n"


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_ends_with_an_example_that_parses(name):
    said = done(*name.split(), "--help")
    last = said.splitlines()[-1].strip()
    assert last.startswith(f"Example: convpool {name}".rstrip())
    words = shlex.split(last)[2:]
    command = COMMANDS[words[0]]
    with command.make_context(words[0], words[1:]) as context:
        assert context.params


def test_every_command_has_its_line_in_the_help():
    said = done("--help")
    for name in ("apply", "data", "demo", "kernels", "plan", "pool"):
        line = next(line for line in said.splitlines() if line.split()[:1] == [name])
        assert line.endswith(".")
        assert "..." not in line


@pytest.mark.parametrize("start", [["-m", "convpool"], ["-c", START]])
def test_the_program_starts_as_a_module(start):
    words = [sys.executable, *start, "--help"]
    environment = os.environ | {"PYTHONPATH": str(Path(main.__file__).parents[2])}
    made = subprocess.run(words, capture_output=True, text=True, env=environment, check=True)
    assert made.stdout.startswith("Usage: convpool [OPTIONS] COMMAND")


def test_help_loads_nothing_that_is_slow():
    code = f"""
import atexit, sys
slow = "matplotlib scipy skimage sklearn PIL pooch rich.console".split()
atexit.register(lambda: print("loaded:", [name for name in slow if name in sys.modules]))
{START}
"""
    assert children.run(code, "--help").stdout.endswith("loaded: []\n")


@pytest.mark.parametrize("missing", ["click", "rich"])
@pytest.mark.parametrize("words", [("--help",), ("kernels",)])
def test_without_a_package_one_line_names_the_pip_line(missing, words):
    code = f"""
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocked())
{START}
"""
    made = children.run(code, *words)
    assert (made.returncode, made.stdout) == (2, "")
    assert made.stderr == f'convpool: the command needs {missing}: pip install "convpool[app]"\n'


def test_other_missing_modules_are_not_blamed_on_the_extra():
    made = children.run(
        f"import sys; sys.modules['convpool.commands.main'] = None; {START}", "--help"
    )
    assert made.returncode == 1
    assert "Traceback" in made.stderr
    assert "pip install" not in made.stderr


@pytest.mark.parametrize("extra", [(), ("--max-pixels", "9999")])
def test_without_pillow_one_line_names_the_pip_line(pictures, tmp_path, extra):
    words = ("apply", pictures["gray.png"], "--kernel", "box", "-o", tmp_path / "out.png", *extra)
    made = children.run(f"import sys; sys.modules['PIL'] = None; {START}", *words)
    assert made.returncode == 2
    assert made.stderr.count("\n") == 1
    assert 'pip install "convpool[app]"' in made.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["aply"], "convpool: No such command 'aply'. Did you mean 'apply'? (see convpool --help)"),
        (["--nope"], "convpool: No such option '--nope' (see convpool --help)"),
        (["pool", "--zz"], "convpool pool: No such option '--zz'"),
        (
            ["apply", "--kernel", "box", "-o", "x.png"],
            "convpool apply: Missing argument 'PHOTO...'",
        ),
        (["apply", "x.png", "--kernel", "box"], "Missing option '-o' / '--output'"),
        (
            ["pool", "x.png", "--mode", "mx", "-o", "y.png"],
            "'mx' is not one of 'max', 'min', 'avg', 'sum', 'lp'",
        ),
        (
            ["pool", "x.png", "--size", "2,2,2", "-o", "y.png"],
            "'2,2,2' is not written as in 2 or 2,1",
        ),
        (
            ["pool", "x.png", "--padding", "some", "-o", "y.png"],
            "padding is 'some'; it must be one of",
        ),
        (["pool", "x.png", "--quality", "101", "-o", "y.png"], "101 is not in the range 1<=x<=100"),
        (["kernels", "--image", "x.png"], "add --sheet FILE.png"),
    ],
)
def test_wrong_words_get_one_line(words, said):
    assert said in refused(*words)


def test_no_words_show_the_help():
    result = run_command()
    assert result.exit_code == 2
    assert result.stderr.startswith("Usage: convpool [OPTIONS] COMMAND [ARGS]...\n")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyboardInterrupt(), "convpool: stopped\n"),
        (MemoryError(), "convpool: not enough memory\n"),
        (OSError("no\nspace left"), "convpool: no space left\n"),
        (ZeroDivisionError("by nothing"), "convpool: by nothing\n"),
    ],
)
def test_a_stop_or_a_failure_is_one_line_and_exit_2(monkeypatch, error, said):
    def fail(*words, **options):
        raise error

    monkeypatch.setattr(convpool, "plan_pooling", fail)
    assert refused(*PLAN, "--size", "2") == said


def test_a_mistake_in_the_program_is_not_hidden(monkeypatch):
    monkeypatch.setattr(convpool, "plan_pooling", lambda *words, **options: {}["nothing"])
    result = run_command(*PLAN, "--size", "2")
    assert result.exit_code == 1
    assert isinstance(result.exception, KeyError)


# --- plan


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--kernels", "3x3x1x1", "--stride", "2", "--padding", "same"],
            "(50000, 14, 14, 1) float64",
        ),
        (["--kernels", "3x3x1x8"], "(50000, 28, 28, 8)"),
        (["--kernels", "3x3x1x8", "--padding", "2,4"], "(50000, 30, 34, 8)"),
        (["--kernels", "3x3x1x8", "--padding", "-0x1"], "(50000, 26, 28, 8)"),
        (["--kernels", "3x3x1x8", "--padding", "same_size", "--stride", "2"], "(50000, 28, 28, 8)"),
        (["--kernels", "3x3x1x8", "--padding", "valid", "--dilation", "2,3"], "(50000, 24, 22, 8)"),
        (["--kernels", "3x3x1x8", "--dtype", "uint8"], "result    (50000, 28, 28, 8) int64"),
        (["--size", "2x2"], "(50000, 14, 14, 1)"),
        (["--size", "3"], "(50000, 9, 9, 1)"),
        (["--size", "3", "--ceil"], "(50000, 10, 10, 1)"),
        (
            ["--size", "2x3", "--stride", "1", "--mode", "avg", "--dtype", "uint8"],
            "(50000, 27, 26, 1) float64",
        ),
        (["--size", "3", "--padding", "same", "--stride", "2x1"], "(50000, 14, 28, 1)"),
    ],
)
def test_plan_prints_the_sizes(words, said):
    assert said in done(*PLAN, *words)


def test_plan_takes_kernels_in_the_order_of_its_help():
    """Without a warning that these may be in PyTorch's order."""
    assert "(1, 4, 5, 2) float64" in done("plan", "--images", "1x4x5x2", "--kernels", "3x2x2x2")


def test_plan_prints_what_the_library_prints():
    plan = convpool.plan_convolution(
        (8, 9, 10, 11, 6), (3, 2, 1, 3, 4), (1, 0, 2), (1, 2, 3), groups=2
    )
    words = "--images 8x9x10x11x6 --kernels 3X2X1X3X4 --padding 1,0,2 --stride 1,2,3 --groups 2"
    assert done("plan", *words.split()) == f"{plan}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "--images 50000x28x28 --kernels 3x3x1x1",
            "kernels (3, 3, 1, 1) have 4 axes, but images (50000, 28, 28)",
        ),
        ("--images 5x28x28x3 --kernels 3x3x1x1", "kernels (3, 3, 1, 1) take 1 channel"),
        ("--images 5x28x28x3 --kernels 3x3x3x1 --padding smae", "did you mean 'same'?"),
        ("--images 5x28x28x3 --kernels 3x3x3x1 --padding -1", "padding is -1"),
        ("--images 5x28x28x3 --kernels 3x3x3x1 --padding 1x", "'1x' is not written as in 2 or 2,1"),
        ("--images 5x28x28x3 --kernels 3x3x3x1 --padding 1,2,3", "padding"),
        ("--images 5x28x28x3 --kernels 3x3x3x1 --stride 0", "stride is 0"),
        ("--images 5x28x28x3 --kernels 3x3x3x1 --dtype flat", "dtype is 'flat'"),
        ("--images 5x28x28x3 --kernels 31x3x3x1 --padding valid", "a window of 31 does not fit"),
        ("--images 5x28xax3 --kernels 3x3x3x1", "'5x28xax3' is not written as in 10x28x28x1"),
        ("--images 5x28x28x3 --size 2x2 --mode mx", "did you mean 'max'?"),
        ("--images 5x28x28x3", "name either --kernels"),
        ("--images 5x28x28x3 --kernels 3x3x3x1 --size 2", "name either --kernels"),
        ("--images 5x28x28x3 --size 2 --groups 1", "--groups goes with --kernels"),
        ("--images 5x28x28x3 --kernels 3x3x3x1 --ceil", "--ceil goes with --size"),
        ("--images 5x28x28x3 --kernels 3x3x3x1 --mode max", "--mode goes with --size"),
        ("--kernels 3x3x3x1", "Missing option '--images'"),
    ],
)
def test_plan_refuses_in_one_line(words, said):
    assert said in refused("plan", *words.split())


# --- apply and pool


@pytest.mark.parametrize("name", ["gray.png", "colour.png", "deep.png"])
def test_apply_agrees_with_scipy(pictures, tmp_path, name):
    before = read(pictures[name])
    said = done("apply", pictures[name], "--kernel", BRIGHT, "-o", tmp_path / "out.png")
    values = correlated(before, BRIGHT_ARRAY)
    top = np.iinfo(before.dtype).max
    after = read(tmp_path / "out.png")
    assert after.dtype == before.dtype
    np.testing.assert_array_equal(after, np.clip(values, 0, top))
    share = 100 * np.mean((values < 0) | (values > top))
    assert f"none of the values rounded, {share:.1f} % saturated" in said
    assert f"1 picture written to {tmp_path / 'out.png'}: " in said


def test_apply_rounds_and_says_so(pictures, tmp_path):
    said = done(
        "apply", pictures["colour.png"], "--kernel", "0.25 0.5 0.25", "-o", tmp_path / "out.png"
    )
    sums = correlated(read(pictures["colour.png"]), np.array([[1, 2, 1]]))
    np.testing.assert_array_equal(read(tmp_path / "out.png"), np.rint(sums / 4))
    assert f"{100 * np.mean(sums % 4 != 0):.1f} % of the values rounded, none saturated" in said


def test_apply_says_when_all_is_exact(pictures, tmp_path):
    said = done("apply", pictures["deep.png"], "--kernel", "identity", "-o", tmp_path / "out.tif")
    assert said.endswith("no value rounded or saturated\n")
    np.testing.assert_array_equal(read(tmp_path / "out.tif"), read(pictures["deep.png"]))


SIGNED = {
    "zero-in-the-middle": lambda values: np.rint(values * (127 / abs(values).max()) + 128),
    "magnitude": lambda values: np.rint(abs(values) * (255 / abs(values).max())),
    "clip": lambda values: np.clip(values, 0, 255),
}


@pytest.mark.parametrize(
    ("words", "way"), [((), "zero-in-the-middle"), *((("--signed", way), way) for way in SIGNED)]
)
def test_signed_results_have_zero_in_the_middle_or_what_was_asked_for(
    pictures, tmp_path, words, way
):
    said = done(
        "apply", pictures["gray.png"], "--kernel", LEFT_TO_RIGHT, "-o", tmp_path / "out.png", *words
    )
    values = correlated(read(pictures["gray.png"]), np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]]))
    np.testing.assert_array_equal(read(tmp_path / "out.png"), SIGNED[way](values))
    assert ("scaled by" in said) == (way != "clip")


def test_a_kernel_is_a_name_with_options_a_file_or_numbers(pictures, tmp_path):
    np.save(tmp_path / "mine.npy", BRIGHT_ARRAY)
    for kernel, out in (
        (tmp_path / "mine.npy", "file.png"),
        (BRIGHT.replace(" ", ","), "words.png"),
    ):
        done("apply", pictures["gray.png"], "--kernel", kernel, "-o", tmp_path / out)
    np.testing.assert_array_equal(read(tmp_path / "file.png"), read(tmp_path / "words.png"))
    words = ("--kernel", "Motion", "--size", "5", "--angle", "90")
    done("apply", pictures["gray.png"], *words, "-o", tmp_path / "motion.png")
    sums = correlated(read(pictures["gray.png"]), np.ones((5, 1), dtype=int))
    np.testing.assert_array_equal(read(tmp_path / "motion.png"), np.rint(sums / 5))


def test_a_kernel_may_begin_with_a_minus(pictures, tmp_path):
    done(
        "apply",
        pictures["gray.png"],
        "--kernel",
        "-1 2",
        "--padding",
        "valid",
        "-o",
        tmp_path / "out.png",
    )
    gray = read(pictures["gray.png"]).astype(int)
    np.testing.assert_array_equal(
        read(tmp_path / "out.png"), np.clip(2 * gray[:, 1:] - gray[:, :-1], 0, 255)
    )


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--padding", "valid"), np.s_[1:-1, 1:-1]),
        (("--padding", "valid", "--stride", "2,3"), np.s_[1:-1:2, 1:-1:3]),
        (("--padding", "1", "--stride", "2x3"), np.s_[::2, ::3]),
        (("--padding", "0,1"), np.s_[1:-1]),
    ],
)
def test_apply_takes_padding_and_stride(pictures, tmp_path, words, part):
    done("apply", pictures["colour.png"], "--kernel", BRIGHT, *words, "-o", tmp_path / "out.png")
    expected = np.clip(correlated(read(pictures["colour.png"]), BRIGHT_ARRAY), 0, 255)[part]
    np.testing.assert_array_equal(read(tmp_path / "out.png"), expected)


@pytest.mark.parametrize(
    ("word", "mode"),
    [("symmetric", "reflect"), ("edge", "nearest"), ("wrap", "wrap"), ("zeros", "constant")],
)
def test_apply_takes_a_pad_mode(pictures, tmp_path, word, mode):
    done(
        "apply",
        pictures["gray.png"],
        "--kernel",
        "box",
        "--size",
        "5",
        "--pad-mode",
        word,
        "-o",
        tmp_path / "o.png",
    )
    sums = ndimage.correlate(
        read(pictures["gray.png"]).astype(int), np.ones((5, 5), dtype=int), mode=mode
    )
    np.testing.assert_array_equal(read(tmp_path / "o.png"), np.rint(sums / 25))


def test_transparency_is_kept_by_apply_and_pooled_by_pool(pictures, tmp_path):
    before = read(pictures["clear.png"])
    done("apply", pictures["clear.png"], "--kernel", BRIGHT, "-o", tmp_path / "same.png")
    after = read(tmp_path / "same.png")
    np.testing.assert_array_equal(after[..., 3], before[..., 3])
    expected = np.clip(correlated(before[..., :3], BRIGHT_ARRAY), 0, 255)
    for part in (np.s_[:19, :29], np.s_[21:], np.s_[:, 31:]):  # of one opacity
        np.testing.assert_array_equal(after[part][..., :3], expected[part])
    words = ("--kernel", BRIGHT, "--padding", "valid", "--stride", "2")
    done("apply", pictures["clear.png"], *words, "-o", tmp_path / "less.png")
    np.testing.assert_array_equal(read(tmp_path / "less.png")[..., 3], before[1:-1:2, 1:-1:2, 3])
    done("pool", pictures["clear.png"], "-o", tmp_path / "pool.png")
    np.testing.assert_array_equal(read(tmp_path / "pool.png"), blocks(before).max(axis=-1))


@pytest.fixture
def red_on_clear_green(tmp_path):
    """An opaque red square on green that cannot be seen, in files of every kind that hold it;
    and gray on white.
    """
    square = np.zeros((24, 24), bool)
    square[7:17, 7:17] = True
    colour = np.where(square[..., None], (255, 0, 0, 255), (0, 255, 0, 0)).astype(np.uint8)
    palette = Image.fromarray(np.uint8(square))
    palette.putpalette([0, 255, 0, 255, 0, 0])
    gray = np.where(square[..., None], (90, 255), (255, 0)).astype(np.uint8)
    for name in ("colour.png", "colour.tif", "colour.webp"):
        Image.fromarray(colour).save(
            tmp_path / name, **({"lossless": True, "exact": True} if "webp" in name else {})
        )
    Image.fromarray(gray).save(tmp_path / "gray.png")
    palette.save(tmp_path / "palette.png", transparency=0)
    palette.save(tmp_path / "palette.gif", transparency=0)
    photo = photos.Photo(
        colour[..., :3].astype(np.uint16) * 257, colour[..., 3].astype(np.uint16) * 257
    )
    photos.write(photo, tmp_path / "deep.tif")
    return square


@pytest.mark.parametrize(
    "name",
    [
        "colour.png",
        "colour.tif",
        "colour.webp",
        "gray.png",
        "palette.png",
        "palette.gif",
        "deep.tif",
    ],
)
@pytest.mark.parametrize("more", [(), ("--max-memory", "1MB")], ids=["whole", "in-parts"])
def test_colours_of_transparent_pixels_do_not_bleed(red_on_clear_green, tmp_path, name, more):
    if more:
        pytest.importorskip("zarr")
    colour = (90, 255) if name == "gray.png" else (255, 0, 0, 255)
    out = tmp_path / f"out{Path(name).suffix if name != 'palette.gif' else '.png'}"
    for words in (
        ("apply", "--kernel", "gaussian", "--size", "9"),
        ("apply", "--kernel", "unsharp"),
        ("pool", "--mode", "avg", "--size", "3", "--stride", "1", "--padding", "same"),
        ("pool", "--mode", "max", "--size", "3", "--stride", "1", "--padding", "same"),
    ):
        command, *options = words
        assert (
            run_command(command, tmp_path / name, *options, *more, "-o", out, "--force").exit_code
            == 0
        )
        photo = photos.read(out)
        planes = photo.planes() // (257 if photo.pixels.dtype == np.uint16 else 1)
        seen = photo.alpha > 0
        assert (planes[seen][:, :-1] == colour[:-1]).all()
        if command == "apply":
            assert (planes[7, 12] == colour).all()  # at the edge, inside
            np.testing.assert_array_equal(seen, red_on_clear_green)


# sums are shown over what a window of white gives, so as averages
MODES = {"max": np.max, "min": np.min, "avg": np.mean, "sum": np.mean}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["gray.png", "colour.png", "deep.png"])
def test_pool_agrees_with_blocks(pictures, tmp_path, name, mode):
    before = read(pictures[name])
    said = done("pool", pictures[name], "--size", "2", "--mode", mode, "-o", tmp_path / "out.png")
    expected = MODES[mode](blocks(before.astype(np.int64)), axis=-1)
    top = np.iinfo(before.dtype).max
    after = read(tmp_path / "out.png")
    assert after.dtype == before.dtype
    np.testing.assert_array_equal(after, np.rint(np.minimum(expected, top)))
    if mode in ("max", "min"):
        assert said.endswith("no value rounded or saturated\n")
    else:
        assert (
            f"{100 * np.mean(expected % 1 > 0):.1f} % of the values rounded".replace(
                "0.0 %", "none"
            )
            in said
        )
    assert said.endswith("; scaled by 0.25\n") == (mode == "sum")


def test_apply_shows_edges_as_asked(pictures, tmp_path):
    before, out = read(pictures["colour.png"]), tmp_path / "out.png"
    slope = filters.sobel(before)
    assert "; scaled by" in done("apply", pictures["colour.png"], "--kernel", "sobel", "-o", out)
    np.testing.assert_array_equal(read(out), np.rint(slope * 255 / slope.max()))
    words = ("--kernel", "Sobel", "--gain", "3", "--grey", "-o", out, "--force")
    said = done("apply", pictures["colour.png"], *words)
    grey = filters.sobel(np.rint(before @ [0.299, 0.587, 0.114]).astype(np.uint8))
    expected = np.rint(np.minimum(3 * grey * 255 / grey.max(), 255))
    np.testing.assert_array_equal(read(out), expected)
    assert "none saturated" not in said
    refused("apply", pictures["colour.png"], "--kernel", "sobel", "--gain", "0", "-o", out)
    words = ("--kernel", "sobel", "--percentile", "90", "-o", out, "--force")
    assert "none saturated" not in done("apply", pictures["colour.png"], *words)
    share_of_white = (read(out) == 255).mean()
    assert 0.09 < share_of_white < 0.12
    refused("apply", pictures["colour.png"], "--kernel", "sobel", "--percentile", "0", "-o", out)


def test_apply_says_what_does_not_go_together(pictures, tmp_path):
    words = ("apply", pictures["gray.png"], "--max-memory", "1MB", "-o", tmp_path / "out.tif")
    assert "take sobel-x or sobel-y" in refused(*words, "--kernel", "sobel")
    assert "exclude each other" in refused(*words, "--kernel", "box", "--grey")


def test_pool_takes_windows_strides_and_padding(pictures, tmp_path):
    gray = read(pictures["gray.png"])
    done(
        "pool", pictures["gray.png"], "--size", "3,2", "--stride", "1,2", "-o", tmp_path / "out.png"
    )
    h, w = gray.shape
    expected = np.lib.stride_tricks.sliding_window_view(gray, (3, 2)).max(axis=(2, 3))[:, ::2]
    np.testing.assert_array_equal(read(tmp_path / "out.png"), expected)
    done(
        "pool",
        pictures["gray.png"],
        "--padding",
        "same",
        "--mode",
        "min",
        "-o",
        tmp_path / "same.png",
    )
    assert read(tmp_path / "same.png").shape == (-(-h // 2), -(-w // 2))


def test_jpeg_takes_a_quality(pictures, tmp_path):
    sizes = {}
    for quality in ("10", "95", None):
        out = tmp_path / f"{quality}.jpg"
        words = () if quality is None else ("--quality", quality)
        done("apply", pictures["colour.png"], "--kernel", "identity", "-o", out, *words)
        sizes[quality] = out.stat().st_size
    assert sizes["10"] < sizes["95"] == sizes[None]
    assert np.abs(read(tmp_path / "95.jpg").astype(int) - read(pictures["colour.png"])).mean() < 4


def test_files_and_folders_go_into_a_folder(pictures, tmp_path):
    deeper = tmp_path / "album" / "deeper"
    deeper.mkdir(parents=True)
    pictures["colour.png"].rename(tmp_path / "album" / "one.png")
    Image.fromarray(read(pictures["gray.png"])).save(deeper / "two.bmp")
    (deeper / "notes.txt").write_text("no picture")
    out = tmp_path / "out"
    said = done("pool", pictures["gray.png"], tmp_path / "album", "-o", out)
    assert said.startswith(f"3 pictures written to {out}: ")
    names = sorted(str(file.relative_to(out)) for file in out.rglob("*") if file.is_file())
    assert names == ["deeper/two.png", "gray.png", "one.png"]
    np.testing.assert_array_equal(read(out / "deeper" / "two.png"), read(out / "gray.png"))


def files_in(folder):
    return sorted(file.name for file in folder.rglob("*") if file.is_file())


def test_a_broken_file_gets_one_line_and_the_others_are_done(pictures, tmp_path):
    whole = pictures["gray.png"].read_bytes()
    (tmp_path / "broken.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.png").write_text("no picture")
    words = (
        pictures["gray.png"],
        tmp_path / "broken.png",
        tmp_path / "text.png",
        pictures["colour.png"],
    )
    for force in ((), ("--force",)):
        result = run_command(
            "apply",
            *words,
            tmp_path / "nothing.png",
            "--kernel",
            "box",
            "-o",
            tmp_path / "out",
            *force,
        )
        assert result.exit_code == 2
        lines = result.stderr.splitlines()
        assert len(lines) == 3
        assert lines[0].startswith(f"convpool: {tmp_path / 'broken.png'} is damaged or cut short")
        assert lines[1].startswith(f"convpool: {tmp_path / 'text.png'} is not a picture")
        assert lines[2].startswith(f"convpool: there is no file {tmp_path / 'nothing.png'}")
        assert result.stdout.startswith("2 pictures written")
        assert files_in(tmp_path / "out") == ["colour.png", "gray.png"]


def test_a_picture_that_does_not_fit_is_named(pictures, tmp_path):
    Image.fromarray(np.zeros((1, 1), dtype=np.uint8)).save(tmp_path / "dot.png")
    words = ("pool", tmp_path / "dot.png", pictures["gray.png"], "-o", tmp_path / "out")
    result = run_command(*words)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"convpool: {tmp_path / 'dot.png'}: a window of 2 does not fit")
    assert result.stderr.count("\n") == 1
    assert files_in(tmp_path / "out") == ["gray.png"]


def test_what_is_there_stays_without_force(pictures, tmp_path):
    (tmp_path / "out.png").write_bytes(b"mine")
    words = ("apply", pictures["gray.png"], "--kernel", "box", "-o", tmp_path / "out.png")
    assert f"{tmp_path / 'out.png'} exists and stays as it is; --force" in refused(*words)
    assert "exists and stays" in refused(
        "pool", tmp_path / "not-even-read.png", "-o", tmp_path / "out.png"
    )
    assert (tmp_path / "out.png").read_bytes() == b"mine"
    done(*words, "--force")
    assert read(tmp_path / "out.png").shape == read(pictures["gray.png"]).shape


def test_a_picture_is_not_its_own_result_without_force(pictures):
    before = read(pictures["gray.png"])
    words = ("apply", pictures["gray.png"], "--kernel", "box", "-o", pictures["gray.png"])
    refused(*words)
    np.testing.assert_array_equal(read(pictures["gray.png"]), before)
    done(*words, "--force")
    assert not np.array_equal(read(pictures["gray.png"]), before)


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("out.jpg", "JPEG holds no transparency"),
        ("out.gif", "pictures are written as .png"),
        (".", "a folder"),
    ],
)
def test_refusals_leave_nothing(pictures, tmp_path, out, said):
    before = files_in(tmp_path)
    if out == ".":
        (tmp_path / "out" / "clear.png").mkdir(parents=True)
        out = "out"
    assert said in refused("pool", pictures["clear.png"], "-o", tmp_path / out)
    assert files_in(tmp_path) == before


@pytest.mark.parametrize("command", [("apply", "--kernel", "box"), ("pool",)])
def test_one_picture_makes_no_folder_by_surprise(pictures, tmp_path, command, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = files_in(tmp_path)
    assert "name a file, as in -o out.png" in refused(*command, "gray.png", "-o", "-")
    assert "as in -o result.png, or -o result/ to make a folder" in refused(
        *command, "gray.png", "-o", "result"
    )
    assert (files_in(tmp_path), sorted(Path().glob("*/"))) == (before, [])
    done(*command, "gray.png", "-o", "result.png")
    said = done(*command, "gray.png", "-o", "result/")
    assert said.startswith("1 picture written to result: ")
    np.testing.assert_array_equal(read("result.png"), read("result/gray.png"))
    done(*command, "gray.png", "-o", "result", "--force")  # it is there now


STEERS = "a\x1b[31m\u202e\x07b\udcff"
VISIBLE = r"a\x1b[31m\u202e\x07b\udcff"


def test_names_of_files_do_not_steer_the_terminal(pictures, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkdir(STEERS)
    pictures["gray.png"].rename(f"{STEERS}.png")
    assert f"no file {VISIBLE}.jpg" in refused(
        "apply", f"{STEERS}.jpg", "--kernel", "box", "-o", "out.png"
    )
    assert VISIBLE in refused("apply", "x.png", "--kernel", STEERS, "-o", "out.png")
    assert VISIBLE in refused("pool", "x.png", "--size", STEERS, "-o", "out.png")
    assert VISIBLE in refused(STEERS)
    said = done("pool", f"{STEERS}.png", "-o", f"{STEERS}/")
    assert said.startswith(f"1 picture written to {VISIBLE}: ")
    assert VISIBLE in done("kernels", "--sheet", f"{STEERS}/sheet.png")
    assert VISIBLE in done("explain", "-o", f"{STEERS}/a.svg", "--frame", "0")
    assert VISIBLE in done("explore", "-o", f"{STEERS}/a.html")
    Path(f"{STEERS}.gif").write_bytes(b"GIF89a")
    noted = run_command("pool", f"{STEERS}.gif", f"{STEERS}.png", "-o", STEERS, "--force")
    assert VISIBLE in noted.stderr
    assert "\x1b" not in noted.stderr


def test_a_failing_disk_leaves_nothing_half_written(pictures, tmp_path, monkeypatch):
    def full(self, file, *words, **options):
        file.write(b"half")
        raise OSError("no space left on device")

    before = files_in(tmp_path)
    monkeypatch.setattr(Image.Image, "save", full)
    said = refused("pool", pictures["gray.png"], "-o", tmp_path / "out.png")
    assert said == f"convpool: {pictures['gray.png']}: no space left on device\n"
    assert files_in(tmp_path) == before


def test_two_pictures_need_a_folder(pictures, tmp_path):
    words = ("pool", pictures["gray.png"], pictures["colour.png"], "-o", tmp_path / "out.png")
    assert "2 pictures need a folder" in refused(*words)


@pytest.mark.parametrize(
    ("kernel", "said"),
    [
        (("sharpn",), "did you mean 'sharpen'?"),
        (("1 2; 3",), "rows of [2, 1]"),
        (("none.npy",), "no kernel file none.npy"),
        (("sharpen", "--size", "5"), "sharpen takes no size"),
        (("box", "--size", "4"), "use 3 or 5"),
        (("box", "--size", "100000001"), "kernels go up to 4095 x 4095: take 4095 at most"),
        (("gaussian", "--sigma", "1e-200"), "sigma must be 0.01 pixels or more"),
        (
            ("gaussian", "--sigma", "1e308"),
            "kernels go up to 4095 x 4095: take a sigma of 511 at most",
        ),
        (("gaussian", "--sigma", "-1"), "sigma must be a positive number of pixels"),
        (("laplacian-of-gaussian", "--sigma", "0"), "sigma must be a positive number of pixels"),
        (
            ("gaussian", "--sigma", "2", "--truncate", "nan"),
            "truncate must be a positive number of sigmas",
        ),
        (("gaussian", "--sigma", "2", "--truncate", "3", "--size", "5"), "leave one out"),
        (("unsharp", "--amount", "nan"), "amount must be a number such as 1.5: nan came in"),
        (("unsharp", "--amount", "1e308"), "up to 1000000: 1e+308 came in"),
        (("motion", "--angle", "inf"), "angle must be a number of degrees"),
    ],
)
def test_kernels_that_mean_nothing_are_explained(pictures, tmp_path, kernel, said):
    assert said in refused(
        "apply", pictures["gray.png"], "--kernel", *kernel, "-o", tmp_path / "out.png"
    )


def npy_of(shape, cut=0):
    words = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\1\0" + len(words[cut:]).to_bytes(2, "little") + words[cut:] + bytes(72)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            npy_of((100_000, 100_000)),
            "10,000,000,000 weights, (100000, 100000); a kernel for pictures has up to",
        ),
        (npy_of((-1, 9)), "is not a plain .npy file of numbers"),
        (npy_of((3, 3))[:30], "is not a plain .npy file of numbers"),
        (npy_of("(3, 3"), "is not a plain .npy file of numbers"),  # a bracket that nothing closes
        (npy_of("'"), "is not a plain .npy file of numbers"),
        (npy_of((3, 4)), "is not a plain .npy file of numbers"),  # too few numbers
        (
            b"PK\5\6" + bytes(18),
            "holds several arrays; a kernel is one array (kh, kw), saved with numpy.save",
        ),
        (b"", "is not a plain .npy file of numbers"),
    ],
    ids=range(8),
)
def test_damaged_kernel_files_are_one_line(pictures, tmp_path, content, said):
    (tmp_path / "k.npy").write_bytes(content)
    assert said in refused(
        "apply", pictures["gray.png"], "--kernel", tmp_path / "k.npy", "-o", tmp_path / "out.png"
    )
    (tmp_path / "k.npy").write_bytes(npy_of((3, 3)))
    done("apply", pictures["gray.png"], "--kernel", tmp_path / "k.npy", "-o", tmp_path / "out.png")


def test_the_size_of_a_gaussian_follows_sigma_and_a_smaller_one_is_said(pictures, tmp_path):
    before = read(pictures["gray.png"]).astype(float)
    for name, truncate, reach in (("a", (), 4), ("b", ("--truncate", "2"), 2)):
        words = ("--kernel", "gaussian", "--sigma", "3", *truncate, "-o", tmp_path / f"{name}.png")
        done("apply", pictures["gray.png"], *words)
        expected = ndimage.gaussian_filter(before, 3, radius=3 * reach, mode="mirror")
        np.testing.assert_array_equal(read(tmp_path / f"{name}.png"), np.rint(expected))
    words = ("--kernel", "gaussian", "--sigma", "10", "--size", "5", "-o", tmp_path / "c.png")
    result = run_command("apply", pictures["gray.png"], *words)
    assert result.exit_code == 0
    assert (
        result.stderr
        == "a size of 5 cuts off sigma 10: what is left has a sigma of 1.41; a size of 81 holds "
        "it\n"
    )
    expected = ndimage.gaussian_filter(before, 10, radius=2, mode="mirror")
    np.testing.assert_array_equal(read(tmp_path / "c.png"), np.rint(expected))


def test_the_limit_of_pixels_can_be_lowered_and_is_said(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)  # so that it comes back
    size = f"has {75 * 113:,} pixels; the limit of 100 protects"
    for words in (
        ("pool", pictures["gray.png"], "-o", tmp_path / "out.png"),
        ("apply", pictures["gray.png"], "--kernel", "box", "-o", tmp_path / "out.png"),
        ("kernels", "--sheet", tmp_path / "out.png", "--image", pictures["gray.png"]),
        ("explain", "--image", pictures["gray.png"]),
        ("explore", "--image", pictures["gray.png"], "-o", tmp_path / "out.html"),
    ):
        said = refused(*words, "--max-pixels", "100")
        assert size in said
        assert "raise --max-pixels" in said
    done(*words, "--max-pixels", 75 * 113)
    assert not (tmp_path / "out.png").exists()


def test_what_reading_decided_is_said(tmp_path, cat):
    frames = [Image.fromarray(cat), Image.fromarray(cat[::-1].copy())]
    frames[0].save(tmp_path / "film.gif", save_all=True, append_images=frames[1:])
    result = run_command("pool", tmp_path / "film.gif", "-o", tmp_path / "out.png")
    assert result.exit_code == 0
    assert result.stderr == f"{tmp_path / 'film.gif'}: first of 2 frames\n"


# --- kernels


def test_kernels_lists_each_on_one_line():
    lines = done("kernels").splitlines()
    assert lines[0].split() == ["name", "size", "options", "what", "it", "does"]
    assert [line.split()[0] for line in lines[1:]] == list(filters.NAMES)
    motion = next(line for line in lines if line.startswith("motion"))
    assert motion.split()[1:6] == ["9", "x", "9", "--size", "--angle"]


@pytest.mark.parametrize("own", [True, False])
def test_a_sheet_is_drawn_once(pictures, tmp_path, own):
    words = (
        "kernels",
        "--sheet",
        tmp_path / "sheet.png",
        *(("--image", pictures["colour.png"]) if own else ()),
    )
    assert done(*words) == f"every named kernel drawn on {tmp_path / 'sheet.png'}\n"
    assert read(tmp_path / "sheet.png").std() > 10
    before = (tmp_path / "sheet.png").read_bytes()
    assert "--force" in refused(*words)
    done(*words, "--force")
    assert (tmp_path / "sheet.png").read_bytes() == before


# --- data and demo


def few(count, progress=data.silent):
    progress(count, count)
    return {"X_train": np.full((count, 28, 28), 0.5)}


def few_animals(count, progress=data.silent):
    progress(count, count)
    return {"data": np.full((count, 32, 32, 3), 128, dtype=np.uint8)}


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Data sets of 16 images, and a folder outside of any repository to work in."""
    makers = {"MNIST": few, "animals": few_animals}
    entries = {
        name: dataclasses.replace(entry, shape=(16, *entry.shape[1:]), make=makers[name])
        for name, entry in data.DATASETS.items()
    }
    monkeypatch.setattr(data, "DATASETS", entries)
    monkeypatch.chdir(tmp_path)
    return tmp_path


NAMES = [entry.file for entry in data.DATASETS.values()]


def test_data_makes_stand_ins_and_says_so(small):
    said = done("data", "--to", "sets")
    assert files_in(small) == sorted(NAMES)
    assert [line.split()[0] for line in said.splitlines()[:2]] == [f"sets/{name}" for name in NAMES]
    assert "These are stand-ins; --download fetches the real ones" in said
    assert data.find_stand_ins(small / "sets") == list(data.DATASETS)


def test_data_goes_to_the_nearest_repository(small, monkeypatch):
    (small / COURSE).mkdir(parents=True)
    (small / "deep" / "deeper").mkdir(parents=True)
    monkeypatch.chdir(small / "deep" / "deeper")
    done("data")
    assert files_in(small / "supervised_learning" / "data") == sorted(NAMES)


def test_data_outside_the_repository_asks_for_a_folder(small):
    assert "name a folder, as in --to data" in refused("data")
    assert files_in(small) == []


def test_data_never_replaces_without_force(small):
    (small / NAMES[1]).write_bytes(b"mine")
    assert f"already there: {NAMES[1]}; --force replaces" in refused("data", "--to", ".")
    assert files_in(small) == [NAMES[1]]
    assert (small / NAMES[1]).read_bytes() == b"mine"
    done("data", "--to", ".", "--force")
    assert (small / NAMES[1]).stat().st_size > 10000


def test_data_copies_files_that_one_has(small):
    np.savez(small / "digits.npz", **few(16))
    np.savez(small / "beasts.npz", **few_animals(16))
    said = done("data", "--to", "sets", "--from", "digits.npz", "--from", "beasts.npz")
    assert files_in(small / "sets") == sorted(NAMES)
    assert "stand-ins" not in said
    (small / "wrong.npz").write_bytes(b"wrong")
    assert "wrong.npz is no .npz file" in refused("data", "--to", "more", "--from", "wrong.npz")
    assert "nowhere.npz" in refused("data", "--to", "more", "--from", "nowhere.npz")
    assert not (small / "more").exists()


def test_data_downloads_when_asked_to(small, monkeypatch):
    def download(folder, *, force, progress):
        progress(3, 0)
        return data.make(folder, force=force, progress=progress)

    monkeypatch.setattr(data, "download", download)
    said = done("data", "--to", "sets", "--download")
    assert "stand-ins" not in said
    digest = hashlib.sha256(Path("sets", "animals_1.npz").read_bytes()).hexdigest()
    assert f"animals_1.npz: SHA-256 {digest}; none is known to compare it with" in said
    assert "already there" in refused("data", "--to", "sets", "--download")
    done("data", "--to", "sets", "--download", "--force")


def test_download_and_from_exclude_each_other(small):
    said = refused("data", "--to", "sets", "--download", "--from", "x.npz")
    assert "--download and --from exclude each other" in said
    assert files_in(small) == []


def test_a_stop_of_data_leaves_nothing(small, monkeypatch):
    def stopped(count, progress):
        raise KeyboardInterrupt

    entry = dataclasses.replace(data.DATASETS["animals"], make=stopped)
    monkeypatch.setitem(data.DATASETS, "animals", entry)
    assert refused("data", "--to", "sets") == "convpool: stopped\n"
    assert files_in(small) == []


@pytest.fixture
def undrawn(monkeypatch):
    """Pictures that take no time."""

    class Figure:
        def savefig(self, file):
            file.write(b"drawn")

    pytest.importorskip("matplotlib")
    monkeypatch.setattr(demo, "draw", lambda *pictures, **words: Figure())


def test_demo_outside_the_repository_makes_data_runs_and_names_the_page(small, undrawn):
    lines = done("demo", "--to", "slides").splitlines()
    assert lines[0] == "MNIST and animals: stand-ins made by convpool data for the course's files"
    assert [line.split()[1] for line in lines[1:-1]] == [task.function for task in TASKS]
    assert "(16, 28, 28) -> (16, 26, 26)" in lines[1]
    assert lines[-1] == f"open {(small / 'slides' / 'index.html').resolve()}"
    pictures = [f"{task.file}{theme}.png" for task in TASKS for theme in ("", "-dark")]
    assert files_in(small) == sorted([*NAMES, "index.html", *pictures])
    assert "stand-in" in (small / "slides" / "index.html").read_text()


def test_demo_with_real_data_speaks_of_no_stand_ins(small, undrawn):
    (small / "slides" / "data").mkdir(parents=True)
    np.savez(small / "slides" / "data" / NAMES[0], **few(16))
    np.savez(small / "slides" / "data" / NAMES[1], **few_animals(16))
    assert "stand-in" not in done("demo", "--to", "slides")


def test_demo_needs_a_folder_outside_the_repository(small):
    assert "name a folder for the page, as in --to demo" in refused("demo")
    assert files_in(small) == []


def test_demo_says_which_course_file_is_missing(small, undrawn):
    (small / COURSE).mkdir(parents=True)
    assert "0-convolve_grayscale_valid.py is missing" in refused("demo")


def test_demo_does_not_use_broken_data(small, undrawn):
    (small / "slides" / "data").mkdir(parents=True)
    (small / "slides" / "data" / NAMES[0]).write_bytes(b"broken")
    assert "delete it, or replace it" in refused("demo", "--to", "slides")
    assert not (small / "slides" / "index.html").exists()


# --- progress


def on_terminal(code, *words, folder, both=False):
    """Run code with its errors on a terminal and its results in a pipe, or both on it; return
    what came on each.
    """
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "PYTHONPATH": str(Path(main.__file__).parents[2])}
    command = [sys.executable, "-c", code, *map(str, words)]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=theirs if both else subprocess.PIPE,
        stderr=theirs,
        cwd=folder,
        env=environment,
    ) as process:
        os.close(theirs)
        seen = b""
        while select.select([ours], [], [], 60)[0]:
            try:
                seen += os.read(ours, 65536)
            except OSError:  # Linux: the other side is closed
                break
        said = b"" if both else process.stdout.read()
    os.close(ours)
    return said.decode(), seen.decode()


SLOW_DEMO = f"""
import dataclasses, numpy as np
from pathlib import Path
from convpool.datasets import files as data
from convpool.demo import run as demo
def slowly(key, shape, value):
    return lambda count, progress: [
        progress(count, count), {{key: np.full((count, *shape), value)}}
    ][1]
makers = {{
    "MNIST": slowly("X_train", (28, 28), 0.5),
    "animals": slowly("data", (32, 32, 3), np.uint8(9)),
}}
for name, maker in makers.items():
    entry = data.DATASETS[name]
    data.DATASETS[name] = dataclasses.replace(entry, shape=(4, *entry.shape[1:]), make=maker)
class Figure:
    def savefig(self, file):
        file.write(b"drawn")
demo.draw = lambda *pictures, **words: Figure()
{START}
"""


def test_a_bar_on_a_terminal_and_results_where_they_belong(tmp_path):
    pytest.importorskip("matplotlib")
    said, seen = on_terminal(SLOW_DEMO, "demo", "--to", "slides", folder=tmp_path)
    assert [line.split()[1] for line in said.splitlines()[1:-1]] == [
        task.function for task in TASKS
    ]
    assert "\x1b" not in said
    assert "Seven functions" in seen
    assert "━" in seen
    assert "7/7" in seen


def test_a_bar_for_several_pictures_and_none_for_one(pictures, tmp_path):
    words = ("pool", pictures["gray.png"], "-o", f"{tmp_path / 'out'}/")
    assert on_terminal(START, *words, folder=tmp_path)[1] == ""
    said, seen = on_terminal(START, *words, pictures["colour.png"], "--force", folder=tmp_path)
    assert "Pictures" in seen
    assert "━" in seen
    assert said.startswith("2 pictures written")


def test_what_is_said_stands_on_lines_of_its_own_above_the_bar(pictures, tmp_path):
    pytest.importorskip("matplotlib")
    above = "\r\x1b[2K"  # the line that held the bar is cleared first
    seen = on_terminal(SLOW_DEMO, "demo", "--to", "slides", folder=tmp_path, both=True)[1]
    for task in TASKS:
        assert f"{above}{task.number} {task.function}" in seen
    words = ("pool", pictures["gray.png"], tmp_path / "nothing.png", "-o", tmp_path / "out")
    seen = on_terminal(START, *words, folder=tmp_path)[1]
    assert f"{above}convpool: there is no file" in seen


@pytest.mark.parametrize(
    "environment", [{}, {"FORCE_COLOR": "1"}, {"TTY_COMPATIBLE": "1"}], ids=str
)
def test_no_bar_where_nobody_looks(pictures, tmp_path, environment):
    words = ("pool", pictures["gray.png"], pictures["colour.png"], "-o", tmp_path / "out")
    made = children.run(START, *words, **environment)
    assert (made.returncode, made.stderr) == (0, "")
    made = children.run(SLOW_DEMO, "demo", "--to", "slides", cwd=tmp_path, **environment)
    assert (made.returncode, made.stderr) == (0, "")
    assert len(made.stdout.splitlines()) == 9


def test_the_summary_names_small_shares_and_scales():
    shown = photos.Rendering(np.zeros(1, np.uint8), 10000, 1, 0)
    scaled = dataclasses.replace(shown, scale=0.25)
    said = batch.summary([shown, scaled], Path("out"))
    assert (
        said
        == "2 pictures written to out: under 0.1 % of the values rounded, none saturated; scaled "
        "by 0.25 to 1"
    )


def test_a_command_imports_its_own_module_alone():
    code = (
        "import sys; sys.argv = ['convpool', 'pool', '--help']\n"
        "from convpool.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted(n for n in sys.modules if n.startswith('convpool.commands.')))"
    )
    loaded = children.output(code).splitlines()[-1]
    assert "'convpool.commands.pool'" in loaded
    for name in ("apply", "check", "demo", "explain", "explore", "plan"):
        assert f"'convpool.commands.{name}'" not in loaded
