"""Dask arrays: the same results as in memory, however they are cut, and no more read or planned
than they take.
"""

from __future__ import annotations

import pickle
import threading

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import convpool

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")

from convpool.out_of_core import dask as dask_arrays
from convpool.out_of_core.destination import Destination
from convpool.plans import arrays, halos
from support.arrays import numbers

PAD_MODES = ["zeros", "constant", "reflect", "symmetric", "edge", "wrap"]


@pytest.fixture(autouse=True)
def _in_this_thread():
    with dask.config.set(scheduler="synchronous"):
        yield


def expect_equal(made, whole):
    """A lazy result and its chunks are what was said, and the values those of the whole."""
    assert isinstance(made, da.Array)
    assert (made.dtype, made.shape) == (whole.dtype, whole.shape)
    assert type(made._meta) is np.ndarray
    assert (made._meta.dtype, made._meta.ndim) == (whole.dtype, whole.ndim)
    assert 0 in made.shape or 0 not in [size for sizes in made.chunks for size in sizes]
    values = made.compute()
    assert values.dtype == whole.dtype
    np.testing.assert_array_equal(values, whole)  # small whole numbers: exact in floats too
    last = tuple(n - 1 for n in made.numblocks)
    assert made.blocks[last].compute().shape == tuple(sizes[-1] for sizes in made.chunks)


# ---- chunks equal the whole ----


@st.composite
def chunks_of(draw, size):
    """Draw chunks of any sizes, now and then an empty one."""
    sizes = []
    while sum(sizes) < size:
        sizes.append(draw(st.integers(0 if draw(st.integers(0, 9)) == 0 else 1, size - sum(sizes))))
    return tuple(sizes) or (0,)


@st.composite
def chunked(draw, array):
    if draw(st.integers(0, 3)) == 0:
        return da.from_array(array, chunks=1)
    return da.from_array(array, chunks=tuple(draw(chunks_of(size)) for size in array.shape))


@st.composite
def convolutions(draw):
    rank = draw(st.integers(1, 3))
    few = lambda most: st.integers(1, most)  # noqa: E731
    window = [draw(few(4)) for _ in range(rank)]
    groups, depth = draw(few(3)), draw(few(2))
    kinds = draw(
        st.sampled_from(
            [("uint8", "int8"), ("int32", "int64"), ("float32", "float64"), ("bool", "uint8")]
        )
    )
    channel_axis = draw(st.integers(0, rank + 1))
    shape = [draw(few(3)), *(draw(few(9 if rank < 3 else 4)) for _ in range(rank))]
    shape.insert(channel_axis, groups * depth)
    pad_mode = draw(st.sampled_from(PAD_MODES))
    pairs = st.tuples(*[st.tuples(st.integers(0, 7), st.integers(0, 7)) for _ in window])
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
    kernels = numbers((*window, depth, groups * draw(few(3))), kinds[1], 1)
    words["bias"] = draw(st.sampled_from([None, numbers(kernels.shape[-1], "int8", 2)]))
    return numbers(shape, kinds[0]), kernels, words


@given(st.data())
def test_a_convolution_of_chunks_is_the_whole(data):
    images, kernels, words = data.draw(convolutions())
    try:
        whole = convpool.convolve(images, kernels, **words)
    except ValueError:  # a window that does not fit
        assume(False)
    expect_equal(convpool.convolve(data.draw(chunked(images)), kernels, **words), whole)


@given(st.data())
def test_a_pooling_of_chunks_is_the_whole(data):
    draw = lambda low, high: data.draw(st.integers(low, high))  # noqa: E731
    rank = draw(1, 3)
    shape = [draw(1, 2), *(draw(1, 7 if rank < 3 else 4) for _ in range(rank))]
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
    expect_equal(convpool.pool(data.draw(chunked(images)), window, **words), whole)


@pytest.mark.parametrize("engine", ["numpy", "compiled", "fft"])
def test_engines_in_chunks(engine):
    """Random floats: within the bound that all engines keep."""
    random = np.random.default_rng(0)
    images, kernels = (
        random.random((2, 40, 50, 3), np.float32),
        random.random((7, 5, 3, 4), np.float32),
    )
    whole = convpool.convolve(images, kernels, pad_mode="wrap", engine=engine)
    made = convpool.convolve(
        da.from_array(images, (1, 13, 20, 2)), kernels, pad_mode="wrap", engine=engine
    ).compute()
    np.testing.assert_allclose(
        made, whole, rtol=0, atol=2 * 105 * np.finfo(np.float32).eps * np.abs(whole).max()
    )


def test_the_engine_is_that_of_the_whole():
    """Chunks far too small for it are made by what was chosen for all, also after a journey as
    bytes.
    """
    call = dask_arrays.Call(convpool.plan_convolution((64, 256, 256, 3), (3, 3, 3, 8)), ())
    there = pickle.loads(pickle.dumps(call))
    assert there.plan == call.plan
    some = there.plan.part([slice(0, 1), slice(0, 2), slice(0, 2), slice(0, 8)])
    assert some.plan.candidates == call.plan.candidates
    alone = convpool.plan_convolution(some.plan.images_shape, (3, 3, 3, 8))
    assert alone.candidates != some.plan.candidates


def test_filter_image_in_chunks():
    for shape in ((40, 50), (40, 50, 3)):
        image, kernel = numbers(shape, "uint8"), numbers((9, 5), "int64")
        made = convpool.filter_image(da.from_array(image, (4, 20, 2)[: len(shape)]), kernel)
        expect_equal(made, convpool.filter_image(image, kernel))
        assert made.chunks == da.from_array(image, (4, 20, 2)[: len(shape)]).chunks


@pytest.mark.parametrize("shape", [(0, 5, 5, 1), (1, 0, 5, 1), (1, 5, 5, 0)])
def test_nothing_to_do(shape):
    for kernels in (
        np.ones((3, 3, shape[-1], 2 * shape[-1]), np.int64),
        np.ones((3, 3, shape[-1], 2), np.int64),
    ):
        whole = convpool.convolve(
            np.ones(shape, np.uint8), kernels, bias=np.full(kernels.shape[-1], 7)
        )
        made = convpool.convolve(
            da.ones(shape, dtype=np.uint8), kernels, bias=np.full(kernels.shape[-1], 7)
        )
        expect_equal(made, whole)


def test_a_window_that_nobody_reaches():
    """Far out in the padding a chunk needs no chunk of the images."""
    images = numbers((1, 4, 4, 2), "float32")
    for stride in (1, 12):  # windows start at -9 and 3: the first has a chunk for itself
        for word in ("zeros", "wrap"):
            words = {"padding": 9, "stride": stride, "pad_mode": word}
            made = convpool.convolve(da.from_array(images, 1), np.ones((1, 1, 2, 1)), **words)
            expect_equal(made, convpool.convolve(images, np.ones((1, 1, 2, 1)), **words))
        made = convpool.pool(da.from_array(images, 1), 1, stride, padding=9)
        expect_equal(made, convpool.pool(images, 1, stride, padding=9))


# ---- chunks of the result ----


@pytest.mark.parametrize("padding", ["same", "same_lower", "same_size"])
@pytest.mark.parametrize("window", [1, 2, 3, 4, 9])
def test_same_keeps_the_chunks(padding, window):
    images = da.zeros((5, 20, 3), chunks=((2, 3), (1, 7, 2, 10), (3,)))
    kernels = np.ones((window, 3, 2))
    assert convpool.convolve(images, kernels, padding).chunks == ((2, 3), (1, 7, 2, 10), (2,))


def test_chunks_are_those_that_windows_start_in():
    images = da.zeros((1, 20, 1), chunks=((1,), (8, 4, 3, 5), (1,)))
    assert convpool.convolve(images, np.ones((5, 1, 1)), "valid").chunks[1] == (8, 4, 3, 1)
    assert convpool.convolve(images, np.ones((9, 1, 1)), "valid").chunks[1] == (
        8,
        4,
    )  # none is empty
    assert convpool.convolve(images, np.ones((3, 1, 1)), "full").chunks[1] == (8, 4, 3, 7)
    assert convpool.convolve(images, np.ones((3, 1, 1)), 9).chunks[1] == (15, 4, 3, 14)
    assert convpool.convolve(images, np.ones((3, 1, 1)), "same", 2).chunks[1] == (4, 2, 2, 2)
    assert convpool.pool(images, (4,)).chunks[1] == (2, 1, 1, 1)
    assert convpool.pool(images, (7,)).chunks[1] == (2,)


def test_channels():
    """Kernels that read all channels bring them together; groups and pooling keep their chunks."""
    images = da.zeros((1, 8, 12), chunks=(1, 8, (1, 5, 6)))
    assert convpool.convolve(images, np.ones((3, 12, 7))).chunks[2] == (7,)
    assert convpool.convolve(images, np.ones((3, 4, 6)), groups=3).chunks[2] == (2, 2, 2)
    assert convpool.convolve(images, np.ones((3, 1, 24)), groups=12).chunks[2] == (2, 10, 12)
    assert convpool.pool(images, (2,)).chunks[2] == (1, 5, 6)


# ---- the graph ----


class Counted:
    """An array that remembers what is read of it."""

    def __init__(self, shape):
        self.shape, self.ndim, self.dtype, self.read = shape, len(shape), np.dtype("f4"), []
        self.lock = threading.Lock()

    def __getitem__(self, block):
        with self.lock:
            self.read.append(tuple((cut.start, cut.stop) for cut in block))
        return np.ones([cut.stop - cut.start for cut in block], self.dtype)


def lazy(pixels, chunks):
    return da.from_array(
        pixels, chunks, meta=np.empty(0, pixels.dtype)
    )  # else dask reads a piece of length 0


def test_nothing_is_read_before_it_is_asked_for():
    pixels = Counted((6, 40, 40, 1))
    made = convpool.convolve(lazy(pixels, (1, 10, 10, 1)), np.ones((3, 3, 1, 1), "f4"))
    again = convpool.pool(made, 2)
    assert pixels.read == []
    made[:1, :5, :5].compute()
    assert {block[:3] for block in pixels.read} == {
        ((0, 1), (i, i + 10), (j, j + 10)) for i in (0, 10) for j in (0, 10)
    }
    pixels.read.clear()
    again[5, 19:, 19:].compute()
    assert len(pixels.read) == 4
    pixels.read.clear()
    assert again.sum().compute() == 6 * 20 * 20 * 9
    assert len(pixels.read) == len(set(pixels.read)) == 6 * 16


def test_far_chunks_are_read_where_the_padding_repeats_them():
    pixels = Counted((1, 40, 1))
    made = convpool.convolve(lazy(pixels, (1, 10, 1)), np.ones((3, 1, 1), "f4"), pad_mode="wrap")
    made[:, :1].compute()
    assert sorted(block[1] for block in pixels.read) == [(0, 10), (10, 20), (30, 40)]


@pytest.mark.parametrize("n", [4, 16, 30])
def test_tasks_grow_as_the_chunks_do(n):
    images = da.zeros((1, 10 * n, 10 * n, 1), chunks=(1, 10, 10, 1))
    made = convpool.convolve(images, np.ones((5, 5, 1, 1)))
    assert len(made.dask) - len(images.dask) <= 9 * n * n + 1
    assert len(made.dask.layers) - len(images.dask.layers) == 1
    alone = da.zeros((n * n, 10, 10, 1), chunks=(1, 10, 10, 1))
    assert len(convpool.convolve(alone, np.ones((5, 5, 1, 1))).dask) == 2 * n * n + 1
    assert len(convpool.pool(images, 2).dask) == 2 * n * n + 1  # no halo


def test_only_pieces_travel():
    """No task but that of a chunk itself takes all of it, and pieces are copies, which let go of
    their chunk.
    """
    images = da.from_array(numbers((1, 30, 1), "float32"), chunks=(1, 10, 1))
    made = convpool.convolve(images, np.ones((3, 1, 1)))
    tasks = dict(made.dask)
    takers = [
        key
        for key, task in tasks.items()
        if key[0] == made.name and (images.name, 0, 1, 0) in task.dependencies
    ]
    assert takers == [(made.name, 0, 1, 0)]
    block = np.ones((5, 5))
    assert not np.may_share_memory(
        dask_arrays._copy_piece(block, (slice(0, 1), slice(0, 5))), block
    )


def test_names_say_what_was_asked():
    images, kernels = da.zeros((1, 30, 1), chunks=5), np.ones((3, 1, 1))
    name = lambda *words, **named: convpool.convolve(images, *words, **named).name  # noqa: E731
    assert name(kernels) == name(kernels.copy())
    others = [
        name(kernels),
        name(2 * kernels),
        name(kernels, stride=2),
        name(kernels, bias=[1]),
        name(kernels, "full"),
    ]
    assert len(set(others)) == 5
    pooled = [convpool.pool(images, (2,), mode=mode).name for mode in ("max", "max", "min")]
    assert pooled[0] == pooled[1] != pooled[2]
    assert {name.split("-")[0] for name in [*others, *pooled]} == {"convolve", "pool"}


def test_what_is_given_may_change_afterwards():
    images, kernels, bias = (
        numbers((1, 9, 1), "int64"),
        np.ones((3, 1, 1), np.int64),
        np.ones(1, np.int64),
    )
    whole = convpool.convolve(images, kernels, bias=bias)
    made = convpool.convolve(da.from_array(images, chunks=4), kernels, bias=bias)
    kernels[...], bias[...] = 7, 7
    expect_equal(made, whole)


def test_graphs_are_pickled():
    images = numbers((1, 9, 9, 2), "int64")
    made = convpool.pool(
        convpool.convolve(da.from_array(images, chunks=4), np.ones((3, 3, 2, 2), int)), 2
    )
    whole = convpool.pool(convpool.convolve(images, np.ones((3, 3, 2, 2), int)), 2)
    expect_equal(pickle.loads(pickle.dumps(made)), whole)


def test_kernels_that_are_a_dask_array_are_computed():
    images, kernels = numbers((1, 9, 9, 1), "int64"), numbers((3, 3, 1, 2), "int64", 1)
    made = convpool.convolve(da.from_array(images, chunks=4), da.from_array(kernels, chunks=1))
    expect_equal(made, convpool.convolve(images, kernels))


def test_a_chunk_is_made_in_one_thread(monkeypatch):
    seen = []
    monkeypatch.setattr(
        halos.Part,
        "run",
        lambda *words, **options: seen.append(threads_wanted()) or np.zeros((1, 4, 1)),
    )
    with dask.config.set(scheduler="threads"):
        convpool.convolve(da.zeros((3, 4, 1), chunks=(1, 4, 1)), np.ones((3, 1, 1))).compute()
    assert seen == [1, 1, 1]
    assert threads_wanted() > 1


def threads_wanted():
    """Return in how many threads parts of a call would run here, with 4 of them."""
    from convpool.engines import threads

    before, used, wait = threads._chosen, set(), threading.Barrier(2, timeout=0.5)

    def work(_):
        used.add(threading.get_ident())
        try:
            wait.wait()
        except threading.BrokenBarrierError:
            wait.abort()

    threads.set_number(4)
    try:
        threads.spread(work, 4)
    finally:
        threads.set_number(before)
    return len(used)


# ---- integers ----


def test_integers_are_checked_chunk_by_chunk():
    """What would overflow is an error when that chunk is computed; the others are exact."""
    images = np.zeros((2, 4, 1), np.int64)
    images[1] = 2**62
    kernels = np.full((3, 1, 1), 2, np.int64)
    with pytest.raises(OverflowError):
        convpool.convolve(images, kernels)
    made = convpool.convolve(da.from_array(images, chunks=(1, 2, 1)), kernels)
    assert made[0].compute().tolist() == [[0]] * 4
    with pytest.raises(
        OverflowError, match=r"sums of products may reach .*, more than int64 holds"
    ):
        made[1].compute()
    pooled = convpool.pool(da.from_array(images, chunks=(1, 2, 1)), (2,), mode="sum")
    assert pooled[0].compute().tolist() == [[0]] * 2
    with pytest.raises(OverflowError, match="sums of pixels may reach"):
        pooled.compute()


def test_nan_stays_where_it_is():
    """Transforms would spread it: a block with others than finite numbers is summed."""
    images, kernels = np.ones((1, 300, 300, 1), np.float32), np.ones((101, 101, 1, 1), np.float32)
    images[0, 10, 10] = np.nan
    plan = convpool.plan_convolution(
        images.shape, kernels.shape, images_dtype="f4", kernels_dtype="f4"
    )
    assert plan.candidates[0][0] == "fft"
    made = convpool.convolve(da.from_array(images, chunks=150), kernels).compute()
    np.testing.assert_array_equal(np.isnan(made), np.isnan(convpool.convolve(images, kernels)))


# ---- errors ----


def test_words_are_checked_when_they_are_said():
    images = da.zeros((1, 9, 9, 3), chunks=3)
    with pytest.raises(ValueError, match="take 2 channels, but images"):
        convpool.convolve(images, np.ones((3, 3, 2, 1)))
    with pytest.raises(ValueError, match=r"bias is \(3,\); it must be \(1,\)"):
        convpool.convolve(images, np.ones((3, 3, 3, 1)), bias=[1, 2, 3])
    with pytest.raises(ValueError, match=r"kernels are .* but the plan is for"):
        dask_arrays.run(
            convpool.plan_convolution(images.shape, (3, 3, 3, 1)),
            images,
            (np.ones((3, 3, 3, 2)), None),
            Destination(None, None),
        )


def test_out_and_max_memory_are_not_for_dask():
    images, kernels = da.zeros((1, 9, 9, 1), chunks=3), np.ones((3, 3, 1, 1))
    for out in (np.zeros(images.shape), "out.npy"):
        with pytest.raises(
            ValueError,
            match=r"out is a (ndarray|str), but .* is lazy: call its to_zarr.*store\(result, out\)",
        ):
            convpool.convolve(images, kernels, out=out)
    with pytest.raises(
        ValueError,
        match=r"max_memory is '1MB', but .* chunks, here of up to \(1, 3, 3, 1\): pass images.rech",
    ):
        convpool.pool(images, 2, max_memory="1MB")


def test_sizes_must_be_known():
    images = da.ones((1, 9, 9, 1), chunks=3)
    unknown = images[:, da.arange(9, chunks=3) > 2]
    with pytest.raises(
        ValueError, match=r"images are \(1, nan, 9, 1\).*call images.compute_chunk_sizes\(\) first"
    ):
        dask_arrays.check_images(unknown)
    with pytest.raises(TypeError, match="the dtype of image is object"):
        dask_arrays.check_images(images.astype(object), "image")
    with pytest.raises(TypeError, match="images are a dask Delayed; pass a dask array"):
        dask_arrays.check_images(dask.delayed(np.ones)(3))
    assert dask_arrays.check_images(images) is images
    assert convpool.convolve(unknown.compute_chunk_sizes(), np.ones((3, 3, 1, 1))).shape == (
        1,
        6,
        9,
        1,
    )


def test_expressions_are_not_taken(monkeypatch):
    monkeypatch.setattr(da, "ARRAY_EXPR_ENABLED", True, raising=False)
    with pytest.raises(ValueError, match=r"array.query-planning is on, .*: call dask.config.set"):
        dask_arrays.check_images(da.ones(3))


def test_calls_with_unknown_sizes_say_so():
    unknown = da.ones((9, 9, 1), chunks=3)[da.arange(9, chunks=3) > 2]
    with pytest.raises(ValueError, match="compute_chunk_sizes"):
        convpool.pool(unknown, 2)


# ---- the recipes of docs/large_arrays.md ----


def test_recipe_of_apply_gufunc():
    images, kernels = numbers((4, 9, 9, 2), "float32"), numbers((3, 3, 2, 5), "float32", 1)
    made = da.apply_gufunc(
        convpool.convolve,
        "(h,w,c),(u,v,c,n)->(h,w,n)",
        da.from_array(images, chunks=(1, 9, 9, 2)),
        kernels,
        output_sizes={"n": 5},
        output_dtypes=np.float32,
        vectorize=False,
    )
    np.testing.assert_array_equal(made.compute(), convpool.convolve(images, kernels))


def test_recipe_of_xarray():
    xarray = pytest.importorskip("xarray")
    images, kernels = numbers((4, 8, 8, 2), "float32"), numbers((3, 3, 2, 5), "float32", 1)
    pictures = xarray.DataArray(
        da.from_array(images, chunks=(1, 8, 8, 2)), dims=("time", "y", "x", "band")
    )
    words = {"dask": "parallelized", "output_dtypes": [np.float32]}
    made = xarray.apply_ufunc(
        convpool.convolve,
        pictures,
        kwargs={"kernels": kernels},
        input_core_dims=[["y", "x", "band"]],
        output_core_dims=[["y", "x", "kernel"]],
        dask_gufunc_kwargs={"output_sizes": {"kernel": 5}},
        **words,
    )
    assert made.dims == ("time", "y", "x", "kernel")
    np.testing.assert_array_equal(made.values, convpool.convolve(images, kernels))
    halved = xarray.apply_ufunc(
        convpool.pool,
        pictures,
        kwargs={"kernel_shape": 2},
        input_core_dims=[["y", "x", "band"]],
        output_core_dims=[["y", "x", "band"]],
        exclude_dims={"y", "x"},
        dask_gufunc_kwargs={"output_sizes": {"y": 4, "x": 4}},
        **words,
    )
    np.testing.assert_array_equal(halved.values, convpool.pool(images, 2))


# ---- masks, units, labels, and what has no lazy form ----


class Metres(np.ndarray):
    """As a Quantity of astropy."""

    unit = "m"
    value = property(lambda self: self.view(np.ndarray))


def masked(chunk):
    return np.ma.masked_array(chunk, chunk > 3)


CALLS = {
    "convolve": lambda images: convpool.convolve(images, np.ones((3, 3, 2, 1))),
    "pool": lambda images: convpool.pool(images, (2, 2)),
    "filter_image": lambda images: convpool.filter_image(images[0], np.ones((3, 3))),
}
PIXELS = numbers((2, 9, 8, 2), "float64")


@pytest.mark.parametrize("call", CALLS)
def test_masked_chunks_raise_and_the_advice_works(call):
    images = da.from_array(PIXELS, chunks=(1, 5, 8, 2)).map_blocks(masked)
    with pytest.raises(TypeError, match=r"pass dask\.array\.ma\.filled\(images?, value\)"):
        CALLS[call](images)
    expect_equal(CALLS[call](da.ma.filled(images, 9)), CALLS[call](np.where(PIXELS > 3, 9, PIXELS)))


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("chunks", [(2, 9, 8, 2), (1, 5, 8, 2), (2, 2, 3, 1)])
def test_masked_chunks_that_dask_does_not_know_of_raise_when_they_are_made(call, chunks):
    images = da.from_array(PIXELS, chunks=chunks).map_blocks(masked, meta=np.empty((0, 0, 0, 0)))
    result = CALLS[call](images)
    with pytest.raises(TypeError, match=r"pass dask\.array\.ma\.filled\(images, value\)"):
        result.compute()
    expect_equal(CALLS[call](da.ma.filled(images, 9)), CALLS[call](np.where(PIXELS > 3, 9, PIXELS)))


def test_units_of_chunks_raise_and_the_advice_works():
    images = da.from_array(PIXELS.view(Metres), chunks=(1, 5, 8, 2), asarray=False)
    with pytest.raises(TypeError, match=r"pass images\.map_blocks\(lambda chunk: chunk\.value\)"):
        CALLS["convolve"](images)
    expect_equal(
        CALLS["convolve"](images.map_blocks(lambda chunk: chunk.value)), CALLS["convolve"](PIXELS)
    )


def test_masked_kernels_of_dask_raise():
    kernels = da.from_array(np.ma.masked_array(np.ones((3, 3, 2, 1))), chunks=2)
    for images in (PIXELS, da.from_array(PIXELS)):
        with pytest.raises(
            TypeError,
            match=r"kernels came as a masked array.* pass dask\.array\.ma\.filled\(kernels",
        ):
            convpool.convolve(images, kernels)


@pytest.mark.parametrize("call", CALLS)
def test_dask_in_xarray_stays_lazy(call):
    xarray = pytest.importorskip("xarray")
    images = da.from_array(PIXELS, chunks=(1, 5, 8, 2))
    for labelled in (xarray.DataArray(images), xarray.Variable(list("abcd"), images)):
        expect_equal(CALLS[call](labelled), CALLS[call](PIXELS))
    assert type(CALLS[call](xarray.DataArray(PIXELS))) is np.ndarray


@pytest.mark.parametrize("words", [{}, {"max_memory": "1MB"}])
def test_units_in_xarray_raise(words):
    xarray = pytest.importorskip("xarray")
    labelled = xarray.DataArray(PIXELS.view(Metres))
    with pytest.raises(TypeError, match=r"images came with a unit, m, .* pass images\.data\.value"):
        convpool.pool(labelled, (2, 2), **words)
    with pytest.raises(TypeError, match=r"image came with a unit, m, .* pass image\.data\.value"):
        convpool.filter_image(labelled[0], np.ones((3, 3)), **words)
    expected = convpool.pool(PIXELS, (2, 2))
    np.testing.assert_array_equal(convpool.pool(labelled.data.value, (2, 2), **words), expected)
    described = xarray.DataArray(
        PIXELS, attrs={"units": "m", "value": 1, "mask": 1, "filled": 1}
    )  # words, no units
    np.testing.assert_array_equal(convpool.pool(described, (2, 2), **words), expected)


def test_what_xarray_reads_from_a_file_is_read_in_tiles():
    xarray = pytest.importorskip("xarray")
    indexing, reads = pytest.importorskip("xarray.core.indexing"), []

    class File(xarray.backends.BackendArray):
        shape, dtype = PIXELS.shape, PIXELS.dtype

        def __getitem__(self, key):
            reads.append(PIXELS[key.tuple])
            return reads[-1]

    pictures = xarray.Variable(list("myxc"), indexing.LazilyIndexedArray(File()))
    made = convpool.convolve(pictures, np.ones((3, 3, 2, 1)), max_memory=20_000)
    np.testing.assert_array_equal(made, CALLS["convolve"](PIXELS))
    assert len(reads) > 2
    assert max(read.size for read in reads) < PIXELS.size


@pytest.mark.parametrize("mode", ["max", "avg"])
@pytest.mark.parametrize("channel_axis", [-1, 1])
def test_global_pool_stays_lazy(mode, channel_axis):
    xarray = pytest.importorskip("xarray")
    images = da.from_array(PIXELS, chunks=(1, 5, 3, 2))
    for lazy_images in (images, xarray.DataArray(images)):
        made = convpool.global_pool(lazy_images, mode, channel_axis=channel_axis)
        expect_equal(made, convpool.global_pool(PIXELS, mode, channel_axis=channel_axis))


def test_three_axes_of_dask_or_in_tiles_are_as_unclear_as_in_memory():
    xarray = pytest.importorskip("xarray")
    picture = np.ones((32, 48, 3))
    lazy_picture = da.from_array(picture, chunks=(8, 8, 3))
    for images, words in [
        (lazy_picture, {}),
        (xarray.DataArray(lazy_picture), {}),
        (xarray.DataArray(picture), {}),
        (picture, {"max_memory": "1MB"}),
        (picture, {"out": np.zeros((16, 24, 3))}),
    ]:
        with pytest.raises(
            ValueError,
            match=r"images\[None\] for one picture.* kernel_shape=\(2,\) for a batch of sig",
        ):
            convpool.pool(images, 2, **words)
        assert convpool.pool(images, (2,), **({} if "out" in words else words)).shape == (32, 24, 3)
    with pytest.raises(ValueError, match=r"images\[None\] for one picture"):
        convpool.global_pool(lazy_picture, "max")
    assert convpool.global_pool(lazy_picture[None], "max").shape == (1, 1, 1, 3)


def test_pooling_that_has_no_lazy_form_says_so():
    xarray = pytest.importorskip("xarray")
    values, indices = convpool.max_pool_indices(PIXELS, 2)
    for call, name, plain in [
        (lambda images: convpool.max_pool_indices(images, 2)[1], "images", PIXELS),
        (lambda images: convpool.adaptive_pool(images, 2, "avg"), "images", PIXELS),
        (lambda values: convpool.max_unpool(values, indices, (9, 8)), "values", values),
        (lambda indices: convpool.max_unpool(values, indices, (9, 8)), "indices", indices),
    ]:
        for lazy in (da.from_array(plain), xarray.DataArray(da.from_array(plain))):
            with pytest.raises(
                TypeError,
                match=rf"{name} are a dask array.* has no lazy form: pass {name}\.compute",
            ):
                call(lazy)
            np.testing.assert_array_equal(call(lazy.compute()), call(plain))


def test_explain_computes_nothing_in_silence():
    image = da.from_array(PIXELS[0, :, :, 0])
    with pytest.raises(
        TypeError, match=r"images are a dask array, and explain has no .* pass images\.compute\(\)"
    ):
        convpool.explain(image, np.ones((3, 3)))
    assert convpool.explain(image.compute(), np.ones((3, 3))).formulas


@pytest.mark.parametrize("name", ["images", "values"])
def test_what_has_no_lazy_form_says_so(name):
    xarray = pytest.importorskip("xarray")
    images = da.from_array(PIXELS)
    for lazy_images in (images, xarray.DataArray(images)):
        with pytest.raises(
            TypeError,
            match=rf"{name} are a dask array.* max_unpool has no.* pass {name}\.compute\(\)",
        ):
            arrays.read_in_memory(lazy_images, name, "max_unpool")
        np.testing.assert_array_equal(
            arrays.read_in_memory(lazy_images.compute(), name, "max_unpool"), PIXELS
        )
