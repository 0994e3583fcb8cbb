"""Pictures in bands of rows: the same pixels and counts as in one, whatever the padding, and no
more memory.
"""

from __future__ import annotations

import sys

import numpy as np
import pytest

import convpool
from convpool import filters
from convpool.photos import picture_bands
from convpool.photos.filter_and_pool import filter_photo, pool_photo
from convpool.photos.photo import Photo
from support import children, sampling

CHOICES = {
    "kernel": [(3, 3), (2, 4), (5, 1), (1, 6)],
    "padding": [
        "same",
        "same_lower",
        "same_size",
        "valid",
        "full",
        1,
        (0, 2),
        ((1, 0), (2, 1)),
        ((2, 2), (1, 1)),
    ],
    "stride": [1, 2, (3, 1), (1, 1)],
    "pad_mode": ["reflect", "symmetric", "edge", "wrap", "zeros"],
    "signed": ["clip", "zero-in-the-middle", "magnitude", None],
    "percentile": [100, 95.0],
    "kind": ["gray", "colour", "opaque", "clear", "deep"],
    "rows": [1, 2, 5],
}


# a band that has as many rows as the part of the picture that it needs, while the result has more
# than the picture
AS_MANY_BY_CHANCE = {
    "kernel": (3, 3),
    "padding": ((2, 2), (1, 1)),
    "stride": 1,
    "pad_mode": "zeros",
    "signed": "clip",
    "percentile": 100,
    "kind": "clear",
    "rows": 5,
}


def photo_of(kind, draw):
    top = 65535 if kind == "deep" else 255
    dtype = np.uint16 if kind == "deep" else np.uint8
    shape = (draw.randint(6, 15), draw.randint(6, 15), *([3] if kind != "gray" else []))
    numbers = np.random.default_rng(draw.randrange(2**32))
    pixels = numbers.integers(0, top + 1, shape).astype(dtype)
    if kind in ("gray", "colour"):
        return Photo(pixels)
    alpha = numbers.choice([0, 1, top // 2, top], shape[:2]).astype(dtype)
    return Photo(pixels, np.full_like(alpha, top) if kind == "opaque" else alpha)


def test_bands_are_the_whole(monkeypatch):
    draw = sampling.generator("bands")
    cut_into = 0
    drawn = ({word: draw.choice(values) for word, values in CHOICES.items()} for _ in range(400))
    for case in (AS_MANY_BY_CHANCE, *drawn):
        photo = photo_of(case["kind"], draw)
        kernel = np.random.default_rng(draw.randrange(2**32)).integers(-4, 5, case["kernel"])
        settings = {word: case[word] for word in ("padding", "stride", "pad_mode", "percentile")}
        one, shown = filter_photo(photo, kernel, convpool.filter_image, case["signed"], **settings)
        with monkeypatch.context() as small:
            small.setattr(picture_bands, "MAX_WHOLE", 0)
            small.setattr(
                picture_bands,
                "BAND",
                photo.pixels.size * 8 * case["rows"] // len(one.pixels),
            )
            calls = []

            def filter_image(*operands, calls=calls, **words):
                calls.append(1)
                return convpool.filter_image(*operands, **words)

            several, shown_in_bands = filter_photo(
                photo, kernel, filter_image, case["signed"], **settings
            )
        cut_into += len(calls) > 8
        np.testing.assert_array_equal(several.pixels, one.pixels, err_msg=str(case))
        assert (several.alpha is None) == (one.alpha is None)
        if one.alpha is not None:
            np.testing.assert_array_equal(several.alpha, one.alpha, err_msg=str(case))
        parts = [
            (each.count, each.rounded, each.saturated, each.scale)
            for each in (shown, shown_in_bands)
        ]
        assert parts[0] == parts[1], case
    assert cut_into > 100


@pytest.mark.parametrize("kind", ["gray", "colour", "clear", "deep"])
@pytest.mark.parametrize("mode", ["max", "avg", "sum", "lp"])
def test_pools_in_bands_are_the_whole(monkeypatch, kind, mode):
    draw = sampling.generator(f"pools {kind} {mode}")
    for words in ({}, {"stride": (1, 2)}, {"padding": 1}, {"padding": "same", "stride": 3}):
        photo = photo_of(kind, draw)
        whole, shown = pool_photo(photo, convpool.pool, (3, 2), mode=mode, **words)
        calls = []

        def pool(*operands, calls=calls, **settings):
            calls.append(1)
            return convpool.pool(*operands, **settings)

        with monkeypatch.context() as small:
            small.setattr(picture_bands, "MAX_WHOLE", 0)
            small.setattr(picture_bands, "BAND", 1)
            several, shown_in_bands = pool_photo(photo, pool, (3, 2), mode=mode, **words)
        assert len(calls) == len(whole.pixels)
        np.testing.assert_array_equal(several.pixels, whole.pixels)
        if whole.alpha is not None:
            np.testing.assert_array_equal(several.alpha, whole.alpha)
        for name in ("count", "rounded", "saturated", "scale"):
            assert getattr(shown, name) == getattr(shown_in_bands, name)


@pytest.mark.parametrize("name", ["gaussian", "box", "sobel-x", "motion"])
def test_large_kernels_are_applied_axis_by_axis(name):
    """The same pixels, from fewer products where the weights are products."""
    photo = photo_of("colour", sampling.generator(name))
    words = {"sobel-x": {}, "motion": {"size": 7, "angle": 30}}.get(name, {"size": 7})
    kernel = filters.kernel(name, **words)
    passed = []

    def filter_image(image, kernel, **words):
        passed.append(kernel)
        return convpool.filter_image(image, kernel, **words)

    result, _ = filter_photo(photo, kernel, filter_image, "clip")
    assert isinstance(passed[0], tuple) == (name in ("gaussian", "box"))
    expected = convpool.filter_image(photo.pixels, kernel, round_to="uint8")
    np.testing.assert_array_equal(result.pixels, expected)


PEAK = """
import resource, struct, sys, zlib
from pathlib import Path
from click.testing import CliRunner
from convpool.commands.main import convpool

def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

folder, side = Path(sys.argv[1]), int(sys.argv[2])
packer = zlib.compressobj()
row = b"\\0" + struct.pack(">4H", 1000, 2000, 3000, 30000) * side
data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
header = struct.pack(">IIBBBBB", side, side, 16, 6, 0, 0, 0)
chunks = [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
given = folder / "given.png"
given.write_bytes(b"\\x89PNG\\r\\n\\x1a\\n" + b"".join(map(chunk, *zip(*chunks))))
assert given.stat().st_size < 4 * 10**6, given.stat().st_size
words = ["apply", str(given), "--kernel", "sharpen", "-o", str(folder / "out.tif")]
done = CliRunner().invoke(convpool, words)
assert done.exit_code == 0, (done.output, done.exception)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


@pytest.mark.full
@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux has it")
def test_a_small_file_of_many_pixels_takes_memory_for_its_pixels(tmp_path):
    pytest.importorskip("click")
    pytest.importorskip("PIL")
    side = 9400  # nearly what is opened without --max-pixels
    peak = int(children.output(PEAK, tmp_path, side))
    pixels = side * side * 8
    assert peak < 6 * pixels, f"{peak / 1e9:.1f} GB for {pixels / 1e9:.1f} GB of pixels"
