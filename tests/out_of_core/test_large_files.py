"""Files larger than memory: .npy, HDF5, Zarr and TIFF, read and written in parts; and labelled
arrays.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest

import convpool
from convpool.out_of_core import array_in_file, outputs, tile_sizes
from support.arrays import numbers

SOURCE = Path(convpool.__file__).parents[1]
KERNELS = np.arange(18, dtype=np.float32).reshape(3, 3, 1, 2) - 8


# ---- .npy ----

LIMITED = """
import json, resource, sys, time
import numpy as np, convpool
given, made, copied, limit = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
images, kernels = np.load(given, mmap_mode="r"), np.full((3, 3, 1, 1), 0.5, np.float32)
convpool.convolve(images[:, :500], kernels)  # loads what the first call needs
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
start = time.perf_counter()
out = convpool.convolve(images, kernels, max_memory="256MB", out=made)
middle = time.perf_counter()
import os
block = bytearray(2**24)
with open(given, "rb", buffering=0) as source, open(copied, "wb", buffering=0) as target:
    while count := source.readinto(block):
        target.write(memoryview(block)[:count])
    os.fsync(target.fileno())
end = time.perf_counter()
row = len(images[0]) // 2
part = convpool.convolve(images[:, row - 1 : row + 3], kernels, ((0, 0), (1, 1)))
same = bool((out[:, row : row + 2] == part).all())
try:
    whole = np.asarray(images) + np.float32(0)
except MemoryError:
    whole = None
print(json.dumps([same, out.shape == images.shape, whole is None, middle - start, end - middle]))
"""


def limited(folder, rows, limit):
    """Convolve a file of rows of 4000 float32 in a child whose data segment is limited, and copy
    it in the same way.
    """
    block = np.random.default_rng(0).random((1000, 4000), np.float32)
    given = folder / "given.npy"
    with given.open("wb") as file:
        header = {"descr": "<f4", "fortran_order": False, "shape": (1, rows, 4000, 1)}
        np.lib.format.write_array_header_1_0(file, header)
        for _ in range(rows // 1000):
            file.write(block.data)
    paths = os.pathsep.join(filter(None, [str(SOURCE), os.environ.get("PYTHONPATH")]))
    words = [str(given), str(folder / "made.npy"), str(folder / "copied"), str(limit)]
    child = [sys.executable, "-c", LIMITED, *words]
    done = subprocess.run(
        child, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": paths}, timeout=3600
    )
    for file in folder.iterdir():
        file.unlink()
    assert done.returncode == 0, done.stderr
    same, shaped, too_large, made, copied = json.loads(done.stdout)
    assert (same, shaped, too_large) == (True, True, True)
    return made, copied


@pytest.mark.skipif(sys.platform != "linux", reason="the data segment is limited as Linux has it")
def test_a_file_that_does_not_fit_in_memory(tmp_path):
    limited(tmp_path, 30000, 450 * 10**6)  # 480 MB in, as many out


@pytest.mark.full
@pytest.mark.skipif(sys.platform != "linux", reason="the data segment is limited as Linux has it")
def test_eight_gigabytes_in_one(tmp_path):
    made, copied = limited(tmp_path, 500_000, 10**9)
    print(f"8 GB convolved in {made:.1f} s, copied in {copied:.1f} s")


@pytest.mark.parametrize("max_memory", ["20kB", "60kB", "1MB"])
@pytest.mark.parametrize("channel_axis", [1, -1])
def test_npy_files_hold_the_result(max_memory, channel_axis, tmp_path):
    images = numbers((3, 40, 50, 1), "float32")
    images = np.moveaxis(images, -1, channel_axis)
    whole = convpool.convolve(images, KERNELS, channel_axis=channel_axis)
    words = {
        "channel_axis": channel_axis,
        "max_memory": max_memory,
        "out": str(tmp_path / "out.npy"),
    }
    made = convpool.convolve(images, KERNELS, **words)
    assert isinstance(made, np.memmap)
    assert not made.flags.writeable
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), whole)
    assert [file.name for file in tmp_path.iterdir()] == ["out.npy"]


def test_every_block_of_a_file_is_written_in_its_place(tmp_path, monkeypatch):
    """Long rows one by one, short ones through a map: both, for blocks that cut any axis."""
    values = numbers((4, 5, 6, 3), "int32")
    for short in (0, 64, 10**6):
        monkeypatch.setattr(array_in_file, "SHORT_PIECE", short)
        for cut in [(2, 5, 6, 3), (1, 2, 6, 3), (3, 2, 4, 3), (1, 1, 1, 2), (4, 5, 6, 1)]:
            target = outputs.open_output(
                tmp_path / f"{short}{cut}.npy", values.shape, values.dtype, cut
            )
            for start in np.ndindex(
                *(-(-n // step) for n, step in zip(values.shape, cut, strict=True))
            ):
                block = tuple(
                    slice(i * step, min((i + 1) * step, n))
                    for i, step, n in zip(start, cut, values.shape, strict=True)
                )
                buffer = target.buffer(block)
                buffer[...] = values[block]
                target.write(block, buffer)
            np.testing.assert_array_equal(target.finish(), values)


def test_an_empty_result_is_a_file_too(tmp_path):
    made = convpool.pool(np.ones((0, 4, 4, 1)), 2, out=tmp_path / "out.npy")
    assert made.shape == (0, 2, 2, 1)


# ---- HDF5 and Zarr ----


@pytest.mark.parametrize("chunks", [None, (1, 16, 50, 1), (2, 7, 7, 1)])
def test_hdf5(chunks, tmp_path):
    h5py = pytest.importorskip("h5py")
    images = numbers((3, 40, 50, 1), "float32")
    with h5py.File(tmp_path / "images.h5", "w") as file:
        given = file.create_dataset("images", data=images, chunks=chunks)
        for pad_mode in ("zeros", "wrap"):
            whole = convpool.convolve(images, KERNELS, stride=2, pad_mode=pad_mode)
            out = file.create_dataset(pad_mode, whole.shape, whole.dtype)
            words = {"stride": 2, "pad_mode": pad_mode, "max_memory": "40kB", "out": out}
            assert convpool.convolve(given, KERNELS, **words) is out
            np.testing.assert_array_equal(out[...], whole)


@pytest.mark.parametrize("chunks", [(1, 16, 50, 1), (2, 7, 7, 1)])
def test_zarr(chunks, tmp_path):
    zarr = pytest.importorskip("zarr")
    images = numbers((3, 40, 50, 1), "uint8")
    given = zarr.open(
        str(tmp_path / "images.zarr"), mode="w", shape=images.shape, chunks=chunks, dtype="uint8"
    )
    given[...] = images
    whole = convpool.pool(images, 3, 2, "avg", ceil=True)
    made = convpool.pool(
        given, 3, 2, "avg", ceil=True, max_memory="30kB", out=tmp_path / "out.zarr"
    )
    np.testing.assert_array_equal(made[...], whole)
    assert made.chunks != whole.shape
    with pytest.raises(FileExistsError, match="exists and stays as it is"):
        convpool.pool(given, 3, 2, "avg", ceil=True, out=tmp_path / "out.zarr")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["images.zarr", "out.zarr"]


@pytest.mark.parametrize("channel_axis", [-1, 1])
@pytest.mark.parametrize("call", ["convolve", "pool"])
def test_a_finished_zarr_is_read_only_with_tiles_as_chunks(call, channel_axis, tmp_path):
    zarr = pytest.importorskip("zarr")
    images, kernels = (
        numbers((3, 2, 40, 50) if channel_axis == 1 else (3, 40, 50, 2), "float32"),
        np.ones((3, 3, 2, 4)),
    )
    words = {"channel_axis": channel_axis, "engine": "numpy"}
    kinds = {
        "images_dtype": images.dtype,
        **({"kernels_dtype": kernels.dtype} if call == "convolve" else {}),
    }
    if call == "convolve":
        function, operands = convpool.convolve, (images, kernels)
        plan = convpool.plan_convolution(images.shape, kernels.shape, **words, **kinds)
    else:
        function, operands = convpool.pool, (images, 3, 2)
        plan = convpool.plan_pooling(images.shape, 3, 2, **words, **kinds)
    path = tmp_path / "out.zarr"
    made = function(*operands, **words, max_memory="60kB", out=path)
    np.testing.assert_array_equal(made[...], function(*operands, **words))
    tile = tile_sizes.in_output_order(
        plan, tile_sizes.tile_sizes(plan, 60_000, images, is_in_place=False)
    )
    assert made.chunks == tuple(tile)
    assert made.chunks != made.shape
    assert made.dtype == plan.dtype
    with pytest.raises(ValueError, match="read-only"):
        made[0] = 0
    again = zarr.open(str(path), mode="r")
    assert again.chunks == made.chunks
    np.testing.assert_array_equal(again[...], made[...])


# ---- labelled arrays ----


def test_the_recipe_for_xarray():
    """As in docs/large_arrays.md."""
    xarray = pytest.importorskip("xarray")
    images = numbers((4, 20, 30, 2), "float32")
    kernels = numbers((3, 3, 2, 5), "float32")
    given = xarray.DataArray(images, dims=("time", "y", "x", "band"), coords={"time": [3, 4, 5, 6]})
    made = xarray.apply_ufunc(
        convpool.convolve,
        given,
        input_core_dims=[["time", "y", "x", "band"]],
        output_core_dims=[["time", "y", "x", "kernel"]],
        kwargs={"kernels": kernels},
    )
    assert made.dims == ("time", "y", "x", "kernel")
    assert made.time.values.tolist() == [3, 4, 5, 6]
    np.testing.assert_array_equal(made.values, convpool.convolve(images, kernels))


# ---- TIFF ----


def command(*words):
    from click.testing import CliRunner

    from convpool.commands.main import convpool as main

    done = CliRunner().invoke(main, [str(word) for word in words], prog_name="convpool")
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def tifffile():
    pytest.importorskip("zarr")
    pytest.importorskip("click")
    return pytest.importorskip("tifffile")


TILED = {"tile": (64, 64), "compression": "zlib", "resolution": (300, 300)}


@pytest.mark.parametrize(
    ("shape", "dtype", "layout", "words"),
    [
        ((200, 300, 3), "uint8", TILED, ("apply", "--kernel", "sobel-x")),
        ((200, 300), "uint8", {}, ("apply", "--kernel", "edge", "--percentile", "90")),
        ((200, 300), "uint16", {}, ("apply", "--kernel", "gaussian", "--pad-mode", "wrap")),
        ((200, 300, 3), "uint8", {"rowsperstrip": 7}, ("pool", "--size", "3,2", "--mode", "avg")),
    ],
    ids=str,
)
def test_tiff_in_parts_is_the_whole(tifffile, shape, dtype, layout, words, tmp_path):
    pixels = numbers(shape, dtype)
    photometric = "rgb" if len(shape) == 3 else "minisblack"
    tifffile.imwrite(
        tmp_path / "given.tif", pixels, photometric=photometric, metadata=None, **layout
    )
    name, *rest = words
    whole = command(name, tmp_path / "given.tif", *rest, "-o", tmp_path / "whole.tif")
    parts = command(
        name, tmp_path / "given.tif", *rest, "-o", tmp_path / "parts.tif", "--max-memory", "2MB"
    )
    assert parts == (0, whole[1].replace("whole.tif", "parts.tif"), "")
    np.testing.assert_array_equal(
        tifffile.imread(tmp_path / "parts.tif"), tifffile.imread(tmp_path / "whole.tif")
    )
    with tifffile.TiffFile(tmp_path / "parts.tif") as file:
        assert ("resolution" in layout) == (file.pages[0].tags[282].value == (300, 1))
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "given.tif",
        "parts.tif",
        "whole.tif",
    ]
    again = command(
        name, tmp_path / "given.tif", *rest, "-o", tmp_path / "parts.tif", "--max-memory", "200kB"
    )
    assert again[0] == 2
    assert "exists and stays as it is" in again[2]


@pytest.mark.parametrize(
    ("suffix", "shape", "dtype", "layout", "said"),
    [
        (".png", (20, 30), "uint8", {}, "only TIFF files are read and written in parts"),
        (
            ".tif",
            (20, 30, 4),
            "uint8",
            {"photometric": "rgb"},
            "its samples are RGB of shape (20, 30, 4)",
        ),
        (".tif", (2, 20, 30), "uint8", {"photometric": "minisblack"}, "it holds 2 frames"),
        (".tif", (20, 30), "uint8", {"extratags": [(274, 3, 1, 6, True)]}, "it has to be turned"),
        (".tif", (20, 30), "int16", {}, "its samples are int16"),
    ],
    ids=str,
)
def test_what_is_not_read_in_parts(tifffile, suffix, shape, dtype, layout, said, tmp_path):
    from convpool.photos.tiff_in_parts import refusal

    source = tmp_path / "given.tif"
    tifffile.imwrite(source, numbers(shape, dtype), metadata=None, **layout)
    assert said in refusal(source, tmp_path / f"out{suffix}")


def test_the_command_says_what_it_reads_whole(tifffile, tmp_path):
    tifffile.imwrite(tmp_path / "given.tif", numbers((20, 30), "uint8"), metadata=None)
    words = tmp_path / "given.tif", "-o", tmp_path / "out.png", "--max-memory", "1MB"
    code, said, note = command("apply", *words, "--kernel", "sharpen")
    assert (code, note) == (
        0,
        f"{tmp_path / 'given.tif'}: in memory as a whole: only TIFF files "
        "are read and written in parts\n",
    )
    code, said, note = command("pool", *words[:-1], "much", "--force")
    assert (code, said) == (2, "")
    assert "max_memory is 'much'" in note


def test_a_small_file_of_many_pixels_is_refused_before_any_work(tifffile, tmp_path, monkeypatch):
    image = pytest.importorskip("PIL.Image")
    monkeypatch.setattr(image, "MAX_IMAGE_PIXELS", image.MAX_IMAGE_PIXELS)  # so that it comes back
    given = tmp_path / "given.tif"
    layout = {
        "shape": (300_000, 400_000),
        "dtype": "uint8",
        "tile": (65536, 65536),
        "metadata": None,
    }
    tifffile.imwrite(
        given, iter([b""] * 35), compression="zlib", bigtiff=True, **layout
    )  # tiles that are not there
    assert given.stat().st_size < 10**6
    words = ("pool", given, "-o", tmp_path / "out.tif", "--max-memory", "1MB")
    code, said, note = command(*words)
    assert (code, said) == (2, "")
    assert "has 120,000,000,000 pixels; the limit of" in note
    assert note.endswith("raise --max-pixels (PIL.Image.MAX_IMAGE_PIXELS)\n")
    assert [file.name for file in tmp_path.iterdir()] == ["given.tif"]
    tifffile.imwrite(given, numbers((20, 30), "uint8"), metadata=None)
    assert command(*words, "--max-pixels", "599")[0] == 2
    assert command(*words, "--max-pixels", "600")[0] == 0


def test_a_tile_larger_than_any_picture_is_refused(tifffile, tmp_path):
    given = tmp_path / "given.tif"
    layout = {"shape": (20, 30), "dtype": "uint8", "tile": (65536, 65536), "metadata": None}
    tifffile.imwrite(given, iter([b""]), compression="zlib", bigtiff=True, **layout)
    code, said, note = command("pool", given, "-o", tmp_path / "out.tif", "--max-memory", "1MB")
    assert (code, said) == (2, "")
    assert "has 4,294,967,296 pixels; the limit of" in note


def test_a_tile_unpacks_to_no_more_than_it_has(tifffile, tmp_path, monkeypatch):
    given = tmp_path / "given.tif"
    layout = {"shape": (16, 16), "dtype": "uint8", "tile": (16, 16), "metadata": None}
    tifffile.imwrite(given, iter([zlib.compress(bytes(10**8))]), compression="zlib", **layout)
    tracemalloc.start()
    assert (
        command(
            "apply", given, "--kernel", "sharpen", "-o", tmp_path / "out.tif", "--max-memory", "1MB"
        )[0]
        == 0
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * 10**7
    assert not tifffile.imread(tmp_path / "out.tif").any()


@pytest.mark.parametrize(
    "error", [AttributeError("x"), IndexError(), struct.error("y"), KeyError(7)]
)
def test_whatever_a_damaged_directory_raises_the_batch_goes_on(
    tifffile, tmp_path, monkeypatch, error
):

    def fail():
        raise error

    for name in ("bad.tif", "good.tif"):
        tifffile.imwrite(tmp_path / name, numbers((20, 30), "uint8"), metadata=None)
    whole = tifffile.TiffPage.aszarr
    monkeypatch.setattr(
        tifffile.TiffPage,
        "aszarr",
        lambda page: fail() if page.parent.filename == "bad.tif" else whole(page),
    )
    words = (
        tmp_path / "bad.tif",
        tmp_path / "good.tif",
        "-o",
        tmp_path / "out",
        "--max-memory",
        "1MB",
    )
    code, _, note = command("pool", *words)
    assert code == 2
    assert note.count("\n") == 1
    assert "bad.tif is damaged or cut short (" in note
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["good.tif"]


def test_damaged_tiff_leaves_no_file(tifffile, tmp_path):
    given = tmp_path / "given.tif"
    tifffile.imwrite(
        given, numbers((400, 300, 3), "uint8"), photometric="rgb", metadata=None, **TILED
    )
    whole = given.read_bytes()
    with tifffile.TiffFile(given) as file:
        first = file.pages[0].dataoffsets[15]
    given.write_bytes(
        whole[:first] + bytes(len(whole[first:]) // 2) + whole[first + len(whole[first:]) // 2 :]
    )
    code, said, note = command("pool", given, "-o", tmp_path / "out.tif", "--max-memory", "200kB")
    assert (code, said) == (2, "")
    assert "the images were not read at" in note
    assert "no picture was written" in note
    assert [file.name for file in tmp_path.iterdir()] == ["given.tif"]
