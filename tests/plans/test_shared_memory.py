"""Results are right where `out` shares its memory with what is read, or the call is refused."""

import numpy as np
import pytest

import convpool
from convpool import plan_convolution
from convpool.engines.compiled import host
from convpool.engines.numpy import convolution as numpy_convolution
from convpool.engines.registry.convolution import ENGINES
from convpool.engines.registry.pooling import POOL_ENGINES
from convpool.plans import shared_memory
from convpool.plans.make_convolution import plan_transposed
from support.arrays import numbers

if host.refusal() is not None:
    ENGINES = {name: run for name, run in ENGINES.items() if name != "compiled"}
    POOL_ENGINES = {name: run for name, run in POOL_ENGINES.items() if name != "compiled"}

MEMORIES = [None, "60kB"]


def enough(engine, max_memory):
    """Return the working memory of a call with tiles: transforms need more."""
    return "60MB" if max_memory and engine == "fft" else max_memory


def inside(out, values, start=7):
    """Return an array that lies inside of out and holds these values."""
    view = out.reshape(-1)[start : start + values.size].reshape(values.shape)
    view[...] = values
    return view


# ---- every operand of every call ----


@pytest.mark.parametrize("max_memory", MEMORIES)
@pytest.mark.parametrize("nc", [3, 24])
@pytest.mark.parametrize("operand", ["kernels", "bias"])
@pytest.mark.parametrize("engine", ENGINES)
def test_operands_of_convolve_inside_of_out(engine, operand, nc, max_memory):
    images, kernels, bias = numbers((2, 20, 40, 5)), numbers((5, 5, 5, nc)), numbers((nc,))
    expected = convpool.convolve(images, kernels, bias=bias, engine="numpy")
    for start in (0, 7, expected.size - kernels.size):
        out = np.zeros(expected.shape)
        words = {"kernels": kernels, "bias": bias}
        words[operand] = inside(out, words[operand], start)
        made = convpool.convolve(
            images, **words, engine=engine, out=out, max_memory=enough(engine, max_memory)
        )
        assert made is out
        np.testing.assert_allclose(made, expected, atol=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_operands_of_a_plan_inside_of_out(engine):
    images, kernels, bias = numbers((1, 32, 32, 1)), numbers((3, 3, 1, 1)), numbers((1,))
    plan = plan_convolution(images.shape, kernels.shape, engine=engine)
    expected = plan.run(images, kernels, bias)
    out = np.zeros(plan.output_shape)
    assert plan.run(images, inside(out, kernels), inside(out, bias, 500), out) is out
    np.testing.assert_allclose(out, expected, atol=1e-9)


def test_operands_of_a_transposed_plan_inside_of_out():
    values, kernels = numbers((1, 9, 9, 2)), numbers((3, 3, 2, 2))
    words = {
        "output_padding": 0,
        "dilation": 1,
        "groups": 1,
        "channel_axis": -1,
        "dtype": None,
        "engine": "auto",
    }
    plan = plan_transposed(
        values.shape, kernels.shape, "valid", 1, **words, images_dtype="f8", kernels_dtype="f8"
    )
    expected = plan.run(values, kernels)
    for number in range(2):
        out = np.zeros(plan.output_shape)
        operands = [values, kernels]
        operands[number] = inside(out, operands[number])
        np.testing.assert_array_equal(plan.run(*operands, out=out), expected)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("max_memory", MEMORIES)
def test_the_kernel_of_a_picture_inside_of_out(engine, max_memory):
    image, kernel = numbers((40, 50, 3)), numbers((5, 5))
    expected = convpool.filter_image(image, kernel)
    out = np.zeros(image.shape)
    words = {"engine": engine, "max_memory": enough(engine, max_memory)}
    convpool.filter_image(image, inside(out, kernel), out=out, **words)
    np.testing.assert_allclose(out, expected, atol=1e-9)


def test_what_takes_slices_may_hold_the_operands():
    class Written:
        def __init__(self, array):
            self.array, self.shape, self.dtype = array, array.shape, array.dtype

        def __setitem__(self, block, values):
            self.array[block] = values

    images, kernels = numbers((1, 50, 60, 2)), numbers((3, 3, 2, 2))
    expected = convpool.convolve(images, kernels)
    out = np.zeros(expected.shape)
    convpool.convolve(images, inside(out, kernels), out=Written(out), max_memory="40kB")
    np.testing.assert_allclose(out, expected, atol=1e-9)


# ---- images ----


def overlapping():
    """Yield a name and two views (1, 20, 30, 3) of one memory."""
    memory = np.zeros((4, 20, 30, 3)).reshape(-1)
    size = 20 * 30 * 3
    for shift in (0, 1, 3, 90, size - 1):
        whole = (
            memory[:size].reshape(1, 20, 30, 3),
            memory[shift : shift + size].reshape(1, 20, 30, 3),
        )
        yield f"shifted by {shift}", *whole
        yield f"shifted by {-shift}", *whole[::-1]
    first = memory[:size].reshape(1, 20, 30, 3)
    yield "upside down", first, first[:, ::-1]
    yield "transposed", first, first.reshape(1, 30, 20, 3).transpose(0, 2, 1, 3)


@pytest.mark.parametrize(
    ("name", "images", "out"), [pytest.param(*case, id=case[0]) for case in overlapping()]
)
@pytest.mark.parametrize("call", ["convolve", "pool", "filter_image"])
def test_out_that_overlaps_the_images(call, name, images, out, monkeypatch):
    monkeypatch.setattr(
        numpy_convolution, "BLOCK", 2**8
    )  # what is written is read by the next block
    images[...] = numbers(images.shape)
    kernels = numbers((3, 3, 1, 3))
    calls = {
        "convolve": lambda x, **words: convpool.convolve(x, kernels, groups=3, **words),
        "pool": lambda x, **words: convpool.pool(x, 3, 1, "sum", padding="same", **words),
        "filter_image": lambda x, **words: convpool.filter_image(
            x[0], kernels[:, :, 0, 0], **words
        ),
    }
    target = out[0] if call == "filter_image" else out
    expected = calls[call](images.copy())
    before = images.copy()
    with pytest.raises(
        ValueError,
        match=r"out shares memory with images, .* pass another array, or leave max_memory",
    ):
        calls[call](images, out=target, max_memory="60kB")
    np.testing.assert_array_equal(images, before)
    assert calls[call](images, out=target) is target  # as it says
    np.testing.assert_allclose(target, expected, atol=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("shape", [(30, 40), (30, 40, 3)])
def test_a_picture_is_filtered_in_its_place(engine, shape):
    image, kernel = numbers(shape), numbers((3, 5))
    expected = convpool.filter_image(image.copy(), kernel)
    assert convpool.filter_image(image, kernel, out=image, engine=engine) is image
    np.testing.assert_allclose(image, expected, atol=1e-9)


@pytest.mark.parametrize("index", [np.s_[:], np.s_[::-1], np.s_[:, ::-1], np.s_[::-1, ::-1]])
@pytest.mark.parametrize("dtype", ["uint8", "float64"])
def test_a_picture_is_filtered_into_a_view_of_itself(index, dtype):
    image, kernel = np.arange(12 * 15).reshape(12, 15).astype(dtype), numbers((3, 5))
    rounded = {"round_to": dtype} if dtype == "uint8" else {}
    expected = convpool.filter_image(image.copy(), kernel, **rounded)
    out = image[index]
    assert convpool.filter_image(image, kernel, out=out, **rounded) is out
    np.testing.assert_allclose(out, expected, atol=1e-9)


@pytest.mark.parametrize(
    "out", [np.zeros((5, 5, 1)), np.zeros((5, 4)), np.zeros((1, 5, 5, 1)), np.zeros((5, 5), "f4")]
)
def test_errors_of_a_picture_speak_of_its_shape(out):
    with pytest.raises(ValueError, match=r"it must be \(5, 5\) float64"):
        convpool.filter_image(np.zeros((5, 5)), np.ones((3, 3)), out=out)
    with pytest.raises(ValueError, match="read-only"):
        convpool.filter_image(np.zeros((5, 5)), np.ones((3, 3)), out=np.broadcast_to(0.0, (5, 5)))


@pytest.mark.parametrize("max_memory", MEMORIES)
@pytest.mark.parametrize("engine", POOL_ENGINES)
def test_neighbours_share_nothing(engine, max_memory):
    """What lies between the numbers of out may be read, without a copy."""
    memory = numbers((1, 40, 30, 2, 3))
    images, out = memory[..., 0, :], memory[..., 1, :]
    expected = (
        convpool.pool(images.copy(), 3, 1, padding="same"),
        convpool.convolve(images.copy(), np.ones((3, 3, 3, 3))),
    )
    convpool.pool(images, 3, 1, padding="same", out=out, engine=engine, max_memory=max_memory)
    np.testing.assert_array_equal(out, expected[0])
    convpool.convolve(images, np.ones((3, 3, 3, 3)), out=out, engine=engine, max_memory=max_memory)
    np.testing.assert_array_equal(out, expected[1])


# ---- files and what is read in slices ----


@pytest.mark.parametrize("max_memory", MEMORIES)
def test_maps_of_one_file(tmp_path, max_memory):
    path = tmp_path / "numbers"
    values = numbers((1, 60, 50, 2))
    np.concatenate([values.ravel(), np.zeros(values.size)]).tofile(path)
    (tmp_path / "link").symlink_to(path)
    kernels = np.ones((3, 3, 2, 2))
    expected = convpool.convolve(values, kernels)
    images = np.memmap(path, np.float64, "r", 0, values.shape)
    behind = np.memmap(tmp_path / "link", np.float64, "r+", values.nbytes, values.shape)
    convpool.convolve(images, kernels, out=behind, max_memory=max_memory)  # the file's other half
    np.testing.assert_array_equal(behind, expected)
    out = np.memmap(tmp_path / "link", np.float64, "r+", 800, values.shape)
    if max_memory:
        with pytest.raises(ValueError, match="shares memory with images"):
            convpool.convolve(images, kernels, out=out, max_memory=max_memory)
        np.testing.assert_array_equal(images, values)
        return
    convpool.convolve(images, kernels, out=out)
    np.testing.assert_array_equal(out, expected)


def test_maps_of_one_file_that_has_gone(tmp_path):
    path = tmp_path / "numbers.npy"
    np.save(path, numbers(100))
    first, second = np.load(path, mmap_mode="r+"), np.load(path, mmap_mode="r+")
    assert shared_memory.shares_memory(first[10:20], second[19:30])
    assert not shared_memory.shares_memory(first[10:20], second[20:30])
    assert shared_memory.shares_memory(np.asarray(first)[20:10:-1], second[11:12])
    assert not shared_memory.shares_memory(first[20:10:-1], second[21:])
    path.unlink()
    assert shared_memory.shares_memory(first, second[3:])
    assert not shared_memory.shares_memory(first, np.array(second))


def test_views_that_are_read_in_slices():
    class Views:
        def __init__(self, array):
            self.array, self.shape, self.dtype = array, array.shape, array.dtype

        def __getitem__(self, block):
            return self.array[block]

    images = numbers((1, 50, 60, 2))
    before = images.copy()
    with pytest.raises(ValueError, match="shares memory with images"):
        convpool.pool(Views(images), 3, 1, padding="same", out=images, max_memory="40kB")
    np.testing.assert_array_equal(images, before)


def test_one_dataset_is_not_read_and_written(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "file.h5", "w") as file:
        file["x"], file["y"] = numbers((1, 50, 60, 2)), np.zeros((1, 50, 60, 2))
        with pytest.raises(
            ValueError, match=r"out is the Dataset that the images are read from .* pass another"
        ):
            convpool.pool(file["x"], 3, 1, padding="same", out=file["x"], max_memory="40kB")
        np.testing.assert_array_equal(file["x"], numbers((1, 50, 60, 2)))
        convpool.pool(file["x"], 3, 1, padding="same", out=file["y"], max_memory="40kB")


def test_one_zarr_array_is_not_read_and_written(tmp_path):
    zarr = pytest.importorskip("zarr")
    group = zarr.open_group(str(tmp_path / "group.zarr"), mode="w")
    for name in ("x", "y"):
        group.create_array(name, shape=(1, 50, 60, 2), dtype="f8")
    with pytest.raises(ValueError, match="out is the Array that the images are read from"):
        convpool.pool(group["x"], 3, 1, padding="same", out=group["x"])
    convpool.pool(group["x"], 3, 1, padding="same", out=group["y"])


def test_what_is_too_hard_to_tell_counts_as_shared(monkeypatch):
    memory = np.zeros(10**5)
    one = np.lib.stride_tricks.as_strided(memory, (20, 30, 40), (8 * 101, 8 * 1031, 8 * 307))
    two = np.lib.stride_tricks.as_strided(memory[3:], (20, 30, 40), (8 * 103, 8 * 1033, 8 * 311))
    monkeypatch.setattr(shared_memory, "MAX_WORK", 1)
    assert shared_memory.shares_memory(one, two)


def test_operands_are_copied_only_where_they_must():
    memory = np.zeros(100)
    own, shared = np.zeros(4), memory[10:14]
    assert shared_memory.copy_if_shared(None, shared)[0] is shared
    first, second, third = shared_memory.copy_if_shared(memory, own, None, shared)
    assert first is own
    assert second is None
    assert not np.shares_memory(third, memory)
