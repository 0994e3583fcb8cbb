"""Results that no memory or no array holds, and positions that no machine counts: refused at
once, in words.
"""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

import convpool
from convpool.engines.registry.convolution import ENGINES
from convpool.engines.registry.pooling import POOL_ENGINES
from convpool.out_of_core import tile_sizes
from convpool.plans import allocation

SIGNAL, KERNEL = np.arange(1.0, 6).reshape(1, 5, 1), np.array([1.0, 10, 100]).reshape(3, 1, 1)
PICTURE = np.ones((5, 6))
FAR = 2**44  # 2**48 bytes and more are beyond the addresses of a process

CALLS = {
    "convolve": lambda far, **words: convpool.convolve(SIGNAL, KERNEL, far, **words),
    "filter_image": lambda far, **words: convpool.filter_image(
        PICTURE, np.ones((3, 3)), (far, 0), **words
    ),
    "max": lambda far, **words: convpool.pool(SIGNAL, (3,), 1, padding=far, **words),
    "avg": lambda far, **words: convpool.pool(
        SIGNAL, (3,), 1, "avg", padding=((0, 2 * far),), **words
    ),
    "edge": lambda far, **words: convpool.convolve(SIGNAL, KERNEL, far, pad_mode="edge", **words),
    "plan": lambda far: convpool.plan_convolution((1, 5, 1), (3, 1, 1), far).run(SIGNAL, KERNEL),
    "indices": lambda far: convpool.max_pool_indices(SIGNAL, (3,), 1, padding=far),
    "transposed": lambda far: convpool.convolve_transpose(SIGNAL, KERNEL, stride=far),
    "dilated": lambda far: convpool.convolve_transpose(SIGNAL, KERNEL, dilation=far),
    "output_padding": lambda far: convpool.convolve_transpose(
        SIGNAL, KERNEL, output_padding=2 * far - 1, stride=2 * far
    ),
    "fold": lambda far: convpool.fold(np.ones((1, 1, 1, 1)), (2 * far,), 2 * far),
    "unpool": lambda far: convpool.max_unpool(SIGNAL, np.zeros((1, 5, 1), int), (2 * far,)),
    "adaptive": lambda far: convpool.adaptive_pool(SIGNAL, (2 * far,), "max"),
}
TILED = [name for name in CALLS if name in ("convolve", "filter_image", "max", "avg", "edge")]


@pytest.mark.parametrize("name", CALLS)
def test_a_result_that_no_memory_holds(name):
    with pytest.raises(
        MemoryError,
        match=r"the result would be \(.*\d{14}.*\) \w+, .* TB, for which there is no memory",
    ):
        CALLS[name](FAR)


@pytest.mark.parametrize("name", TILED)
def test_a_result_that_no_memory_holds_in_tiles(name):
    with pytest.raises(
        MemoryError, match=r"the result would be .* no memory: .* or pass out='NAME.npy'"
    ):
        CALLS[name](FAR, max_memory="1MB")


@pytest.mark.parametrize("far", [2**61 - 9, 2**62, 2**63, 2**70, 10**40])
@pytest.mark.parametrize("name", CALLS)
def test_a_result_that_no_array_holds(name, far):
    with pytest.raises(
        ValueError,
        match=r"which is more than any array has: take|more than 2\*\*62: use less padding",
    ):
        CALLS[name](far)


@pytest.mark.parametrize("name", TILED)
def test_no_file_is_begun_for_a_result_that_no_array_holds(name, tmp_path):
    for far in (2**61 - 9, 2**62):
        with pytest.raises(ValueError, match=r"more than any array has|more than 2\*\*62"):
            CALLS[name](far, out=tmp_path / "y.npy", max_memory="1MB")
    assert list(tmp_path.iterdir()) == []


def test_the_sizes_stand_in_the_words():
    with pytest.raises(
        ValueError,
        match=r"^a width of 5 with 4611686018427387904 \+ 4611686018427387904 padding and w",
    ):
        convpool.convolve(SIGNAL, KERNEL, padding=2**62)
    with pytest.raises(
        ValueError,
        match=r"^the result would be \(1, 2305843009213693952, 1\) float64, 1.84e\+07 TB",
    ):
        convpool.max_unpool(SIGNAL, np.zeros((1, 5, 1), int), (2**61,))


@pytest.mark.parametrize("name", TILED)
def test_what_does_not_fit_memory_can_be_made_in_a_file(name, tmp_path, monkeypatch):
    def refuse(*words):
        raise MemoryError("Unable to allocate")

    expected = CALLS[name](2)
    with monkeypatch.context() as patched:
        refusing = {"empty": refuse, "zeros": refuse}
        patched.setattr(allocation, "np", SimpleNamespace(**(vars(np) | refusing)))
        for words in ({}, {"max_memory": "1MB"}):
            with pytest.raises(
                MemoryError, match=r"or pass out='NAME.npy' to have it written to a file$"
            ):
                CALLS[name](2, **words)
        np.testing.assert_array_equal(CALLS[name](2, out=tmp_path / "NAME.npy"), expected)


# ---- large steps between few windows are no large work ----


@pytest.mark.parametrize("stride", [5, 2**40, 2**63 - 1, 2**63, 2**70])
def test_large_strides(stride):
    for engine in ENGINES:
        actual = convpool.convolve(SIGNAL, KERNEL, "valid", stride, engine=engine)
        np.testing.assert_allclose(actual, [[[321.0]]])
    for engine in POOL_ENGINES:
        for ceil in (False, True):
            assert convpool.pool(SIGNAL, (3,), stride, ceil=ceil, engine=engine).tolist() == [
                [[3.0]]
            ]
    values, indices = convpool.max_pool_indices(SIGNAL, (3,), stride)
    assert (values.item(), indices.item()) == (3.0, 2)
    assert convpool.window_view(SIGNAL, (3,), stride).tolist() == [[[[1.0, 2.0, 3.0]]]]
    assert convpool.convolve_transpose(SIGNAL[:, :1], KERNEL, stride=stride).ravel().tolist() == [
        1.0,
        10.0,
        100.0,
    ]
    assert convpool.fold(np.ones((1, 1, 1, 3)), (3,), stride).ravel().tolist() == [1.0] * 3
    tiled = convpool.convolve(SIGNAL, KERNEL, "valid", stride, max_memory="1MB")
    assert tiled.tolist() == [[[321.0]]]


@pytest.mark.parametrize("dilation", [5, 2**40, 2**63 - 1, 2**63, 2**70])
def test_large_dilations_of_one_tap(dilation):
    for engine in ENGINES:
        actual = convpool.convolve(SIGNAL, KERNEL[1:2], dilation=dilation, engine=engine)
        np.testing.assert_allclose(actual, 10 * SIGNAL)
    for engine in POOL_ENGINES:
        np.testing.assert_array_equal(
            convpool.pool(SIGNAL, (1,), dilation=dilation, engine=engine), SIGNAL
        )
    np.testing.assert_array_equal(
        convpool.window_view(SIGNAL, (1,), dilation=dilation)[..., 0], SIGNAL
    )
    np.testing.assert_array_equal(
        convpool.convolve_transpose(SIGNAL, KERNEL[1:2], dilation=dilation), 10 * SIGNAL
    )


def test_shapes_of_plans_are_those_of_arrays():
    for make in (
        partial(convpool.plan_convolution, kernels_shape=(3, 1, 1)),
        partial(convpool.plan_pooling, kernel_shape=(3,)),
    ):
        assert "TB" in str(make((1, 2**60, 1)))
        for shape in ((2**63, 5, 1), (1, 10**400, 1), (1, 5, 10**400)):
            with pytest.raises(
                ValueError,
                match=r"images_shape is .*; an axis of an array has up to 2\*\*63 - 1 numbers",
            ):
                make(shape)


def test_memory_in_words_has_no_end():
    assert tile_sizes.read_memory("9" * 400 + "MB") == (10**400 - 1) * 10**6
    assert tile_sizes.read_memory("0.1GiB") == 2**30 // 10


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_results_begin_with_a_line_of_the_cache(dtype):
    images = np.ones((1, 65, 65, 8), dtype)
    kernels = np.ones((1, 1, 8, 8), dtype)
    kept = []  # so that no memory is taken again
    for _ in range(4):
        kept += [convpool.convolve(images, kernels), convpool.pool(images, 2, 1)]
    assert [result.ctypes.data % 64 for result in kept] == [0] * len(kept)


def test_very_large_results_begin_with_a_huge_page():
    size = allocation.HUGE_PAGES * allocation.HUGE_PAGE
    images = np.zeros((1, size // 8 // 2**10, 2**10, 1))
    for number in range(3):
        result = convpool.pool(images, (1, 1), mode="max")
        assert result.nbytes == size
        assert result.ctypes.data % allocation.HUGE_PAGE == 0, number
