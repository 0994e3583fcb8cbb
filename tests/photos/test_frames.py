"""All frames of a picture: read and written with Pillow as the judge."""

import numpy as np
import pytest

Image = pytest.importorskip("PIL.Image")
pytest.importorskip("click.testing")
ndimage = pytest.importorskip("scipy.ndimage")

from convpool import filters
from convpool.photos.frames import FORMATS, Film, read_frames, write_frames
from convpool.photos.photo import Photo
from support.command import run_command

RANDOM = np.random.default_rng(3)
GREY = [RANDOM.integers(0, 256, (9, 12), dtype=np.uint8) for _ in range(3)]


def save(path, frames, **words):
    first, *others = map(Image.fromarray, frames)
    first.save(path, save_all=True, append_images=others, **words)
    return path


def load(path):
    """Return the frames of a file as Pillow has them, in grey, and their durations."""
    frames, durations = [], []
    with Image.open(path) as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            frames.append(np.array(image.convert("L")))
            durations.append(image.info.get("duration"))
    return frames, durations


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_written_is_read(suffix, tmp_path):
    path, film = tmp_path / f"film{suffix}", Film(tuple(map(Photo, GREY)), (50, 120, 70), 0)
    write_frames(film, path)
    frames, durations = load(path)
    np.testing.assert_array_equal(frames, GREY)
    again = read_frames(path)
    for frame, expected in zip(again.frames, GREY, strict=True):
        planes = frame.pixels if frame.pixels.ndim == 2 else frame.pixels[..., 0]
        np.testing.assert_array_equal(planes, expected)
    if "tif" not in suffix:
        assert durations == [50, 120, 70]
        assert (again.durations, again.loop) == ((50, 120, 70), 0)


def test_a_film_is_filtered_on_one_scale(tmp_path):
    """The second frame is fainter, and stays so; the third is plain."""
    frames = [GREY[0], GREY[1] // 4, np.full((9, 12), 9, np.uint8)]
    source = save(tmp_path / "film.gif", frames, duration=[40, 80, 40], loop=0)
    out = tmp_path / "edges.png"
    words = ("--kernel", "sobel-x", "--grey", "--all-frames", "-o", out)
    result = run_command("apply", source, *words)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    results, durations = load(out)
    values = [
        ndimage.correlate(frame.astype(int), filters.sobel_x(), mode="mirror") for frame in frames
    ]
    scale = 127 / max(np.abs(each).max() for each in values)
    for pixels, each in zip(results, values, strict=True):
        np.testing.assert_allclose(pixels, 128 + each * scale, atol=0.501)
    assert durations == [40, 80, 40]


def test_pages_are_pooled_into_pages(tmp_path):
    pages = [GREY[0], GREY[1][:6, :7]]  # of two sizes
    source, out = save(tmp_path / "scan.tif", pages), tmp_path / "half.tif"
    assert run_command("pool", source, "--all-frames", "-o", out).exit_code == 0
    results, _ = load(out)
    for pixels, page in zip(results, pages, strict=True):
        h, w = page.shape[0] // 2, page.shape[1] // 2
        blocks = page[: 2 * h, : 2 * w].reshape(h, 2, w, 2)
        np.testing.assert_array_equal(pixels, blocks.max((1, 3)))
    refused = run_command("pool", source, "--all-frames", "-o", tmp_path / "half.gif")
    assert refused.exit_code == 2
    assert "several sizes, which only .tif holds" in refused.stderr
    assert not (tmp_path / "half.gif").exists()


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("-o", "out.jpg"), "pictures are written as .gif, .png, .webp, .tif, .tiff"),
        (("-o", "out.gif", "--max-memory", "1MB"), "exclude each other"),
        (("-o", "out.gif", "--max-pixels", "200"), "convpool: film.gif has 216 pixels; the limit"),
    ],
    ids=str,
)
def test_what_all_frames_does_not_go_with(words, text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)
    save("film.gif", GREY)
    result = run_command("pool", "film.gif", "--all-frames", *words)
    assert result.exit_code == 2
    assert text in result.stderr
