"""Tiles: the same results as at once, whatever their size, from reads that are no larger than
they must be.
"""

from __future__ import annotations

import errno
import tracemalloc
from functools import partial
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import convpool
from convpool.engines.registry.convolution import ENGINES
from convpool.engines.registry.pooling import POOL_ENGINES
from convpool.out_of_core import tile_sizes
from support.arrays import numbers
from support.engines import refusals

PAD_MODES = ["zeros", "constant", "reflect", "symmetric", "edge", "wrap"]
MEMORY = [1, 600, 3000, "20kB", "200kB"]


class Recorded:
    """An array that can only be read in slices with steps of 1, and remembers them."""

    def __init__(self, array, fails_at=None, error=None):
        self.array, self.shape, self.dtype, self.fails_at, self.error = (
            array,
            array.shape,
            array.dtype,
            fails_at,
            error,
        )
        self.reads = []

    def __getitem__(self, block):
        assert isinstance(block, tuple)
        assert len(block) == len(self.shape)
        assert all(isinstance(cut, slice) and cut.step in (None, 1) for cut in block)
        assert all(
            0 <= cut.start < cut.stop <= size for cut, size in zip(block, self.shape, strict=True)
        )
        self.reads.append(block)
        if len(self.reads) - 1 == self.fails_at:
            raise self.error
        return self.array[block]

    def __array__(self, *words, **named):
        raise AssertionError("it was turned into an array as a whole")


class Written:
    """Something that takes slices and is no array."""

    def __init__(self, shape, dtype, fails_at=None, error=None):
        self.array, self.shape, self.dtype = np.zeros(shape, dtype), shape, np.dtype(dtype)
        self.writes, self.fails_at, self.error = 0, fails_at, error

    def __setitem__(self, block, values):
        self.writes += 1
        if self.writes - 1 == self.fails_at:
            raise self.error
        self.array[block] = values


def skip_without(engine):
    if reason := refusals(np.float32)[engine]:
        pytest.skip(reason)


def least(call):
    """Call with less and less memory until the error names the least, which must do; return
    both.
    """
    with pytest.raises(ValueError, match="one pixel of the result takes") as told:
        call(max_memory=1)
    bytes_needed = int(str(told.value).split("takes ")[1].split(":")[0])
    return bytes_needed, call(max_memory=bytes_needed)


# ---- tiles equal the whole ----


@st.composite
def convolutions(draw):
    rank = draw(st.integers(1, 3))
    few = partial(st.integers, 1)
    sizes = [draw(few(9 if rank < 3 else 5)) for _ in range(rank)]
    window = [draw(few(4)) for _ in range(rank)]
    groups, depth = draw(few(3)), draw(few(2))
    kinds = draw(
        st.sampled_from(
            [("uint8", "int8"), ("int32", "int64"), ("float32", "float64"), ("bool", "uint8")]
        )
    )
    channel_axis = draw(st.integers(0, rank + 1))
    shape = [draw(few(3)), *sizes]
    shape.insert(channel_axis, groups * depth)
    pad_mode = draw(st.sampled_from(PAD_MODES))
    pairs = st.tuples(*[st.tuples(st.integers(0, 7), st.integers(0, 7)) for _ in sizes])
    words = {
        "padding": draw(
            st.sampled_from(["valid", "same", "same_lower", "same_size", "full", "causal"]) | pairs
        ),
        "stride": draw(few(4)),
        "dilation": draw(few(3)),
        "groups": groups,
        "pad_mode": pad_mode,
        "fill": 3 if pad_mode == "constant" else 0,
        "flip": draw(st.booleans()),
        "channel_axis": channel_axis,
        "kernel_layout": "HWIO",
    }
    images = numbers(shape, kinds[0])
    kernels = numbers((*window, depth, groups * draw(few(3))), kinds[1], 1)
    words["bias"] = draw(st.sampled_from([None, numbers(kernels.shape[-1], "int8", 2)]))
    return images, kernels, words


@given(convolutions(), st.sampled_from(MEMORY))
def test_a_convolution_in_tiles_is_the_whole(case, max_memory):
    images, kernels, words = case
    try:
        whole = convpool.convolve(images, kernels, **words)
    except ValueError:  # a window that does not fit
        assume(False)
    given = Recorded(images)
    call = partial(convpool.convolve, given, kernels, **words)
    try:
        made = call(max_memory=max_memory)
    except ValueError:
        _, made = least(call)
    assert (made.dtype, made.shape) == (whole.dtype, whole.shape)
    np.testing.assert_array_equal(made, whole)  # small whole numbers: exact in floats too
    expect_no_more_than_needed(given, words["pad_mode"], kernels.shape[:-2], words)


def expect_no_more_than_needed(given, pad_mode, window, words):
    """All that is read lies under a window; a read is no larger than a tile of all outputs would
    need.
    """
    reached = np.zeros(given.shape, bool)
    for block in given.reads:
        reached[block] = True
    if pad_mode not in ("zeros", "constant"):
        return
    rank = len(window)
    spatial = tuple(np.delete(given.shape, words["channel_axis"])[1:].tolist())
    plan = convpool.plan_convolution(
        (1, *spatial, 1),
        (*window, 1, 1),
        words["padding"],
        words["stride"],
        dilation=words["dilation"],
    )
    for k, axis in enumerate(plan.axes):
        where = reached.any(
            axis=tuple(i for i in range(rank + 2) if i != k + 1 + (k + 1 >= words["channel_axis"]))
        )
        halo = axis.halo(slice(0, axis.count))
        assert not where[: halo.start].any()
        assert not where[halo.stop :].any()


@given(st.data())
def test_a_pooling_in_tiles_is_the_whole(data):
    rank = data.draw(st.integers(1, 3))
    draw = lambda low, high: data.draw(st.integers(low, high))  # noqa: E731
    shape = [draw(1, 2), *(draw(1, 7) for _ in range(rank))]
    channel_axis = draw(0, rank + 1)
    shape.insert(channel_axis, draw(1, 3))
    words = {
        "stride": data.draw(st.none() | st.integers(1, 4)),
        "mode": data.draw(st.sampled_from(["max", "min", "avg", "sum", "lp", "median"])),
        "pad_mode": data.draw(st.sampled_from([None, *PAD_MODES])),
        "padding": data.draw(
            st.sampled_from(["valid", "same", "full", "same_size"]) | st.integers(0, 6)
        ),
        "dilation": draw(1, 3),
        "ceil": data.draw(st.booleans()),
        "count_padding": data.draw(st.booleans()),
        "channel_axis": channel_axis,
    }
    images = numbers(
        shape, data.draw(st.sampled_from(["uint8", "int16", "float32", "float64", "bool"]))
    )
    window = [draw(1, 3) for _ in range(rank)]
    words["fill"] = int(words["pad_mode"] == "constant")
    if words["mode"] in ("max", "min", "median"):
        words["footprint"] = data.draw(
            st.none() | st.just(np.arange(np.prod(window)).reshape(window) % 3 != 1)
        )
    try:
        whole = convpool.pool(images, window, **words)
    except ValueError:
        assume(False)
    given = Recorded(images)
    try:
        made = convpool.pool(given, window, max_memory=data.draw(st.sampled_from(MEMORY)), **words)
    except ValueError:
        _, made = least(partial(convpool.pool, given, window, **words))
    assert (made.dtype, made.shape) == (whole.dtype, whole.shape)
    np.testing.assert_allclose(made, whole, rtol=1e-6, equal_nan=True)
    if words["mode"] in ("max", "min", "sum"):
        np.testing.assert_array_equal(made, whole)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("pad_mode", ["zeros", "wrap"])
def test_engines_in_tiles(engine, pad_mode):
    skip_without(engine)
    random = np.random.default_rng(0)
    images, kernels = (
        random.random((2, 90, 80, 3), np.float32),
        random.random((7, 5, 3, 4), np.float32),
    )
    words = {"pad_mode": pad_mode, "engine": engine, "stride": (1, 2)}
    whole = convpool.convolve(images, kernels, **words)
    plan = convpool.plan_convolution(
        images.shape, kernels.shape, **words, images_dtype="f4", kernels_dtype="f4"
    )
    tile = tile_sizes.tile_sizes(plan, (limit := 40 * 10**6 if engine == "fft" else 10**6))
    made = convpool.convolve(Recorded(images), kernels, max_memory=limit, **words)
    assert engine == "fft" or tile < [2, 90, 40, 4]
    bound = 2 * 105 * np.finfo(np.float32).eps * np.abs(whole).max()
    np.testing.assert_allclose(made, whole, rtol=0, atol=bound)
    if engine == "compiled":  # one order of sums, wherever a pixel lies
        np.testing.assert_array_equal(made, whole)


@pytest.mark.parametrize("padding", ["same", "full", "same_size", ((0, 9),)])
@pytest.mark.parametrize("pad_mode", ["zeros", "constant", "wrap"])
def test_transforms_in_tiles_of_windows_larger_than_the_axis(padding, pad_mode):
    for size, window, stride, dilation, channels in product(
        (1, 2, 5), (1, 2, 3, 6, 7), (1, 3), (1, 3), (0, 1)
    ):
        images, kernels = (
            numbers((1, size, channels), "float64"),
            numbers((window, channels, 2), "float64"),
        )
        words = {"padding": padding, "stride": stride, "dilation": dilation, "pad_mode": pad_mode}
        if padding == ((0, 9),) and size + 9 < dilation * (window - 1) + 1:
            continue
        whole = convpool.convolve(images, kernels, engine="numpy", **words)
        for limit in ("16.9MB", "100MB"):
            made = convpool.convolve(images, kernels, engine="fft", max_memory=limit, **words)
            np.testing.assert_allclose(made, whole, rtol=0, atol=1e-12)
    image, kernel = np.ones((20, 20)), np.ones((21, 21))
    out = np.empty((20, 20))
    assert convpool.filter_image(image, kernel, pad_mode="zeros", engine="fft", out=out) is out
    np.testing.assert_allclose(
        out, convpool.filter_image(image, kernel, pad_mode="zeros", engine="numpy")
    )


@pytest.mark.parametrize("window", [1, 5, 99, 100, 101, 150, 199])
def test_what_transforms_take_grows_with_the_tile(window):
    plan = convpool.plan_convolution((1, 100, 100, 1), (window, window, 1, 1), engine="fft")
    held = [
        tile_sizes.tile_bytes(plan, [1, n, n, 1], is_read=False, is_in_place=True)
        for n in (1, 10, 50, 100)
    ]
    assert held[0] > 16 * window**2  # a kernel's spectrum at least
    assert all(less <= more for less, more in pairwise(held))


def test_tiles_keep_nan_where_it_is():
    """Transforms would spread it: a block with others than finite numbers is summed."""
    images, kernels = np.ones((1, 300, 300, 1), np.float32), np.ones((101, 101, 1, 1), np.float32)
    images[0, 10, 10] = np.nan
    plan = convpool.plan_convolution(
        images.shape, kernels.shape, images_dtype="f4", kernels_dtype="f4"
    )
    assert plan.candidates[0][0] == "fft"
    made = convpool.convolve(images, kernels, max_memory="100MB")
    np.testing.assert_array_equal(np.isnan(made), np.isnan(convpool.convolve(images, kernels)))


def test_filter_image_in_tiles():
    for shape in ((40, 50), (40, 50, 3), (40, 50, 0)):
        image, kernel = numbers(shape, "uint8"), numbers((3, 5), "int64")
        whole = convpool.filter_image(image, kernel)
        given, out = Recorded(image), Written(whole.shape, whole.dtype)
        assert convpool.filter_image(given, kernel, out=out, max_memory="40kB") is out
        np.testing.assert_array_equal(out.array, whole)
        assert (len(given.reads) > 3) == (0 not in shape)
        into = np.empty_like(whole)
        assert convpool.filter_image(image, kernel, out=into) is into
        np.testing.assert_array_equal(into, whole)


def test_nothing_to_do():
    for shape in ((0, 5, 5, 1), (1, 0, 5, 1), (1, 5, 5, 0)):
        kernels = np.ones((3, 3, shape[-1], 2 * shape[-1]), np.int64)
        whole = convpool.convolve(np.ones(shape, np.uint8), kernels)
        made = convpool.convolve(Recorded(np.ones(shape, np.uint8)), kernels, max_memory="1MB")
        assert (made.shape, made.dtype) == (whole.shape, whole.dtype)


@pytest.mark.parametrize("engine", POOL_ENGINES)
@pytest.mark.parametrize("mode", ["max", "min", "sum", "avg"])
@pytest.mark.parametrize(("window", "stride"), [(2, 2), (3, 1), (9, 1), (13, 4)])
def test_the_sign_of_zero_does_not_depend_on_tiles(window, stride, mode, engine):
    skip_without(engine)
    images = (
        np.random.default_rng(window).choice([0.0, -0.0, -0.0], (2, 30, 33, 3)).astype(np.float32)
    )
    words = {"padding": "same", "engine": engine}
    whole = convpool.pool(images, window, stride, mode, **words)
    assert not np.signbit(whole).any()
    assert (
        convpool.pool(images, window, stride, mode, max_memory="100kB", **words).tobytes()
        == whole.tobytes()
    )


FLIPS = {
    "images": (slice(None, None, -1),),
    "rows": (slice(None), slice(None, None, -1)),
    "columns": (slice(None), slice(None), slice(None, None, -1)),
    "channels": (..., slice(None, None, -1)),
    "all": (slice(None, None, -1),) * 4,
    "every second row": (slice(None), slice(None, None, -2)),
}


@pytest.mark.parametrize("max_memory", [None, "20kB", "200kB"])
@pytest.mark.parametrize("flip", FLIPS)
def test_a_mapped_file_may_be_read_backwards(flip, max_memory, tmp_path):
    """What is fetched ahead begins at the lowest address, which is not that of the first pixel
    then.
    """
    mapped = np.memmap(tmp_path / "images", np.float32, "w+", 4096, (3, 40, 50, 2))
    mapped[...] = numbers(mapped.shape, "float32")
    view, kernels = mapped[FLIPS[flip]], numbers((3, 2, 2, 3), "float32", 1)
    words = {"engine": "numpy", "max_memory": max_memory, "out": tmp_path / "out.npy"}
    made = convpool.convolve(view, kernels, **words)
    np.testing.assert_array_equal(made, convpool.convolve(view.copy(), kernels, engine="numpy"))
    made = convpool.pool(view, 3, 2, engine="numpy", max_memory=max_memory)
    np.testing.assert_array_equal(made, convpool.pool(view.copy(), 3, 2, engine="numpy"))


# ---- sizes ----


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("256MB", 256 * 10**6),
        ("256MiB", 2**28),
        ("1.5 GiB", 3 * 2**29),
        ("4096", 4096),
        (4096, 4096),
        ("2kB", 2000),
        (np.int64(7), 7),
        ("1TB", 10**12),
        ("3 B", 3),
        ("2G", 2 * 10**9),
    ],
)
def test_memory_in_words(words, expected):
    assert tile_sizes.read_memory(words) == expected


def test_tiles_are_images_first_then_rows_then_columns_then_kernels():
    plan = convpool.plan_convolution((100, 300, 200, 4), (3, 3, 4, 8), engine="numpy")
    sizes = [
        tile_sizes.tile_sizes(plan, limit)
        for limit in (3 * 10**7, 10**7, 8 * 10**5, 5 * 10**4, 2 * 10**4)
    ]
    assert 1 < sizes[0][0] < 100
    assert sizes[0][1:] == [300, 200, 8]
    whole = [next((k for k, n in enumerate(tile) if n > 1), 4) for tile in sizes]
    assert whole == sorted(whole)
    assert whole[-1] >= 2
    for tile in sizes:
        first = next((k for k, n in enumerate(tile) if n > 1), 4)
        assert tile[first + 1 :] == [100, 300, 200, 8][first + 1 :]


def test_no_rest_is_left_small():
    assert tile_sizes._even_length(100, 99, 0) == 50
    assert tile_sizes._even_length(100, 99, 32) == 96  # whole chunks


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (2, [(0, 2), (2, 3), (3, 5), (5, 6), (6, 8), (8, 9), (9, 11), (11, 12)]),
        (3, [(0, 3), (3, 6), (6, 9), (9, 12)]),
        (4, [(0, 3), (3, 6), (6, 9), (9, 12)]),
        (7, [(0, 6), (6, 12)]),
        (12, [(0, 12)]),
    ],
)
def test_a_tile_has_whole_groups_or_lies_in_one(step, expected):
    plan = convpool.plan_convolution((1, 5, 5, 8), (3, 3, 2, 12), groups=4)
    found = tile_sizes.cut_axes(plan, [1, 5, 5, step])[-1]
    assert [(cut.start, cut.stop) for cut in found] == expected


def test_tiles_of_chunked_images_are_whole_chunks():
    given = Recorded(numbers((1, 96, 64, 1), "float64"))
    given.chunks = (1, 16, 64, 1)
    kernels = np.ones((3, 3, 1, 1))
    convpool.convolve(given, kernels, max_memory="500kB", engine="numpy")
    assert {cut.start + (cut.start > 0) for _, cut, _, _ in given.reads} <= set(range(0, 96, 16))
    assert 1 < len(given.reads) <= 6


@pytest.mark.parametrize(
    ("engine", "images"),
    [("numpy", ">f4"), ("compiled", "uint8"), ("compiled", ">f4"), ("fft", "f8")],
)
def test_memory_is_bounded(engine, images, tmp_path):
    skip_without(engine)
    limit = 60 * 10**6 if engine == "fft" else 12 * 10**6
    given = Recorded(np.ones((3, 700, 600, 4), images))
    kernels = np.ones((5, 5, 4, 3), np.float32)
    words = {"engine": engine, "pad_mode": "reflect", "max_memory": limit}
    convpool.convolve(given, kernels, out=tmp_path / "first.npy", **words)  # warms up
    tracemalloc.start()
    result = convpool.convolve(given, kernels, out=tmp_path / "out.npy", **words)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result[0, 5, 5, 0] == pytest.approx(100)
    assert peak < limit
    assert len(given.reads) > 4


# ---- errors ----


def shown(path):
    return sorted(file.name for file in path.iterdir())


@pytest.mark.parametrize("out", ["out.npy", "out.zarr", None])
@pytest.mark.parametrize(
    "error", [OSError(errno.EIO, "Input/output error"), KeyError("chunk 3"), ValueError()]
)
def test_what_cannot_be_read_is_one_error(out, error, tmp_path):
    if out == "out.zarr":
        pytest.importorskip("zarr")
    given = Recorded(numbers((8, 20, 20, 1), "float32"), fails_at=3, error=error)
    target = out and tmp_path / out
    with pytest.raises(
        OSError, match=r"the images were not read at \[\d+:\d+, .*stopped after 3 of \d+ tiles; "
    ) as told:
        convpool.convolve(
            given, np.ones((3, 3, 1, 1)), out=target, max_memory="9kB", engine="numpy"
        )
    assert told.value.__cause__ is error
    assert told.value.errno == (errno.EIO if isinstance(error, OSError) else None)
    assert (f"{target} was not made, and what was done is removed" in str(told.value)) == (
        out is not None
    )
    assert shown(tmp_path) == []


def test_a_full_disk_is_one_error(tmp_path, monkeypatch):
    from convpool.out_of_core import array_in_file

    written = array_in_file._write_all
    calls = []

    def full(file, values):
        calls.append(1)
        if len(calls) == 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        written(file, values)

    monkeypatch.setattr(array_in_file, "_write_all", full)
    with pytest.raises(
        OSError, match=r"not be written: No space left on device; stopped after \d of \d+ tiles; "
    ) as told:
        convpool.convolve(
            numbers((8, 20, 20, 1), "float32"),
            np.ones((3, 3, 1, 1)),
            out=tmp_path / "out.npy",
            max_memory="20kB",
            engine="numpy",
        )
    assert told.value.errno == errno.ENOSPC
    assert shown(tmp_path) == []


def test_what_takes_no_slices_any_more():
    out = Written((8, 20, 20, 1), "float64", fails_at=2, error=RuntimeError("closed"))
    call = partial(
        convpool.convolve, numbers((8, 20, 20, 1), "float64"), np.ones((3, 3, 1, 1)), out=out
    )
    with pytest.raises(
        OSError,
        match=r"not be written: closed; stopped after 2 of .*those are in out, the rest is as it",
    ):
        call(max_memory="20kB", engine="numpy")


@pytest.mark.parametrize("out", ["out.npy", "out.zarr"])
def test_control_c(out, tmp_path):
    if out == "out.zarr":
        pytest.importorskip("zarr")
    given = Recorded(numbers((8, 20, 20, 1), "float32"), fails_at=2, error=KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt) as told:
        convpool.convolve(
            given, np.ones((3, 3, 1, 1)), out=tmp_path / out, max_memory="9kB", engine="numpy"
        )
    (note,) = told.value.__notes__
    assert note.startswith("stopped after 2 of ")
    assert "was not made" in note
    assert shown(tmp_path) == []


def test_sums_that_might_not_fit_raise_before_anything_is_written():
    images = np.ones((1, 200, 200, 1), np.int64)
    images[0, -1, -1] = 2**62  # in the last tile
    out = np.full(images.shape, -7)
    call = partial(convpool.convolve, Recorded(images), np.ones((3, 3, 1, 1), int))
    with pytest.raises(OverflowError, match="may reach"):
        call(out=out, max_memory="100kB")
    assert (out == -7).all()
    call = partial(convpool.convolve, Recorded(-images), np.ones((3, 3, 1, 1), int), dtype="uint64")
    with pytest.raises(OverflowError, match="may be negative"):
        call(max_memory="100kB")
    with pytest.raises(OverflowError, match="sums of pixels may reach"):
        convpool.pool(Recorded(images), 3, mode="sum", max_memory="100kB")


def test_sums_that_the_images_do_not_let_overflow():
    images = np.full((1, 200, 200, 1), 2**50)
    given = Recorded(images)
    made = convpool.convolve(given, np.ones((3, 3, 1, 1), int), max_memory="100kB")
    np.testing.assert_array_equal(made, convpool.convolve(images, np.ones((3, 3, 1, 1), int)))


IMAGES, KERNELS = np.ones((2, 8, 9, 3)), np.ones((3, 3, 3, 4))


@pytest.mark.parametrize(
    ("error", "words", "said"),
    [
        (
            ValueError,
            {"max_memory": "lots"},
            "max_memory is 'lots'; it must be bytes or words such as '256MB'",
        ),
        (ValueError, {"max_memory": "5KiloB"}, "max_memory is '5KiloB'"),
        (ValueError, {"max_memory": 0}, "max_memory is 0; it must be a whole number of 1 or more"),
        (TypeError, {"max_memory": 1.5}, "max_memory is 1.5"),
        (TypeError, {"max_memory": True}, "max_memory is True"),
        (
            ValueError,
            {"max_memory": 10},
            r"max_memory is 10 bytes, but one pixel of the result takes \d+: pass",
        ),
        (ValueError, {"out": "out.png"}, "out is 'out.png'; files are made as .npy and .zarr"),
        (
            FileNotFoundError,
            {"out": "nowhere/out.npy"},
            "there is no folder nowhere to write out.npy into",
        ),
        (
            TypeError,
            {"out": [1]},
            r"out is a list; it must be an array \(2, 8, 9, 4\) float64, something that",
        ),
        (
            ValueError,
            {"out": Written((2, 8, 9, 3), "float64")},
            r"out is \(2, 8, 9, 3\) float64; it must be \(2, 8, 9",
        ),
        (ValueError, {"out": Written((2, 8, 9, 4), "float32")}, "float32; it must be"),
        (
            ValueError,
            {"out": np.broadcast_to(0.0, (2, 8, 9, 4)), "max_memory": "1MB"},
            "read-only; it must be writeable",
        ),
    ],
    ids=lambda word: str(word) if isinstance(word, str) else None,
)
def test_misuse(error, words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=said):
        convpool.convolve(IMAGES, KERNELS, **words)
    assert shown(tmp_path) == []


def test_files_that_are_there_stay(tmp_path):
    there = tmp_path / "out.npy"
    there.write_text("mine")
    with pytest.raises(FileExistsError, match=r"out\.npy' exists and stays as it is"):
        convpool.convolve(IMAGES, KERNELS, out=there)
    assert there.read_text() == "mine"


def test_out_may_not_be_the_images():
    images = np.ones((1, 50, 50, 1))
    with pytest.raises(ValueError, match="shares memory with images"):
        convpool.convolve(images, np.ones((3, 3, 1, 1)), out=images, max_memory="1MB")


def test_words_and_pictures_hold_no_numbers():
    with pytest.raises(TypeError, match="the dtype of images is <U1; convpool takes"):
        convpool.convolve(Recorded(np.full((1, 2, 2, 1), "a")), KERNELS, max_memory="1MB")


def test_lists_and_read_only_arrays_may_come_in_tiles():
    images = numbers((1, 30, 30, 1), "int64")
    images.flags.writeable = False
    whole = convpool.convolve(images, np.ones((3, 3, 1, 1), int))
    for form in (images, images.tolist()):
        made = convpool.convolve(form, np.ones((3, 3, 1, 1), int), max_memory="30kB")
        np.testing.assert_array_equal(made, whole)


# ---- what is seen ----


def test_nothing_is_printed_where_nobody_looks(capfd):
    convpool.convolve(Recorded(IMAGES), KERNELS, max_memory="40kB", engine="numpy")
    assert capfd.readouterr() == ("", "")


def test_a_bar_is_shown_on_a_terminal(monkeypatch, capsys):
    pytest.importorskip("rich")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    convpool.convolve(Recorded(IMAGES), KERNELS, max_memory="40kB", engine="numpy")
    assert "Tiles" in capsys.readouterr().err
