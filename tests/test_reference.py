"""The slow twin itself, judged by hand, by SciPy and by NumPy.

The kernel 1 10 100 writes the digits under its taps: over 1 2 3 it gives 321, flipped 123. All of
it was worked by hand from the definitions, without running anything.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import signal

from convpool import reference

DIGITS = [1, 10, 100]


def line(values: list, dtype: object = None) -> np.ndarray:
    """One image of one channel on one axis."""
    return np.array(values, dtype).reshape(1, -1, 1)


def taps(values: list, dtype: object = None) -> np.ndarray:
    return np.array(values, dtype).reshape(-1, 1, 1)


# image, kernel, keywords, result
CONVOLUTIONS = [
    ([1, 2, 3, 4, 5], DIGITS, {"padding": "valid"}, [321, 432, 543]),
    ([1, 2, 3, 4, 5], DIGITS, {"padding": "valid", "flip": True}, [123, 234, 345]),
    ([1, 2, 3, 4, 5], DIGITS, {"padding": "valid", "stride": 2}, [321, 543]),
    ([1, 2, 3, 4, 5], DIGITS, {"padding": "valid", "dilation": 2}, [531]),
    ([1, 2, 3, 4, 5], DIGITS, {"padding": "full"}, [100, 210, 321, 432, 543, 54, 5]),
    ([1, 2, 3, 4, 5], DIGITS, {"padding": "causal"}, [100, 210, 321, 432, 543]),
    ([1, 2, 3, 4, 5], DIGITS, {}, [210, 321, 432, 543, 54]),
    ([1, 2, 3, 4, 5], DIGITS, {"padding": 1}, [210, 321, 432, 543, 54]),
    ([1, 2, 3, 4, 5], DIGITS, {"padding": (1,)}, [210, 321, 432, 543, 54]),
    ([1, 2, 3, 4, 5], DIGITS, {"padding": ((1, 0),)}, [210, 321, 432, 543]),
    ([1, 2, 3, 4, 5], DIGITS, {"stride": 2}, [210, 432, 54]),
    ([1, 2, 3], DIGITS, {"dilation": 2}, [310, 20, 31]),
    # the odd zero: one missing column goes after, before, before
    ([1, 2, 3], [1, 10], {"padding": "same"}, [21, 32, 3]),
    ([1, 2, 3], [1, 10], {"padding": "same_lower"}, [10, 21, 32]),
    ([1, 2, 3], [1, 10], {"padding": "same_size"}, [10, 21, 32]),
    # at stride 2: two named 'same' halve the size, the third keeps it
    ([1, 2, 3, 4], DIGITS, {"padding": "same", "stride": 2}, [321, 43]),
    ([1, 2, 3, 4], DIGITS, {"padding": "same_lower", "stride": 2}, [210, 432]),
    ([1, 2, 3], DIGITS, {"padding": "same_size", "stride": 2}, [100, 321, 3]),
    ([1, 2], DIGITS, {"padding": "same_size", "stride": 2}, [100, 21]),
    ([1, 2, 3, 4], [1], {"padding": "same", "stride": 3}, [1, 4]),  # no negative padding
    # what lies around the image
    (
        [1, 2, 3, 4, 5],
        DIGITS,
        {"padding": ((2, 0),), "pad_mode": "reflect"},
        [123, 212, 321, 432, 543],
    ),
    (
        [1, 2, 3, 4, 5],
        DIGITS,
        {"padding": ((2, 0),), "pad_mode": "symmetric"},
        [112, 211, 321, 432, 543],
    ),
    (
        [1, 2, 3, 4, 5],
        DIGITS,
        {"padding": ((2, 0),), "pad_mode": "edge"},
        [111, 211, 321, 432, 543],
    ),
    (
        [1, 2, 3, 4, 5],
        DIGITS,
        {"padding": ((2, 0),), "pad_mode": "wrap"},
        [154, 215, 321, 432, 543],
    ),
    (
        [1, 2, 3, 4, 5],
        DIGITS,
        {"padding": ((2, 0),), "pad_mode": "constant", "fill": 7},
        [177, 217, 321, 432, 543],
    ),
    (
        [1, 2],
        [1],
        {"padding": 3, "pad_mode": "reflect"},
        [2, 1, 2, 1, 2, 1, 2, 1],
    ),  # wider than the image
    ([1, 2], [1], {"padding": 3, "pad_mode": "wrap"}, [2, 1, 2, 1, 2, 1, 2, 1]),
    ([1, 2], [1], {"padding": 3, "pad_mode": "symmetric"}, [2, 2, 1, 1, 2, 2, 1, 1]),
    ([1, 2, 3], DIGITS, {"padding": "valid", "bias": [5000]}, [5321]),
    ([], DIGITS, {"padding": "same"}, []),
    ([], DIGITS, {"padding": "same_size", "pad_mode": "reflect"}, []),
]


@pytest.mark.parametrize(("image", "kernel", "words", "expected"), CONVOLUTIONS, ids=str)
def test_convolve_by_hand(image: list, kernel: list, words: dict, expected: list) -> None:
    result = reference.convolve(line(image, int), taps(kernel), **words)
    np.testing.assert_array_equal(result, line(expected, np.int64), strict=True)


def test_groups_read_their_own_channels() -> None:
    images = np.array([1, 2, 3, 4]).reshape(1, 1, 4)
    kernels = np.array([[1, 10], [100, 1000], [1, 2], [3, 4]]).T.reshape(
        1, 2, 4
    )  # kernels 0, 1: channels 0, 1
    result = reference.convolve(images, kernels, groups=2)
    assert result.ravel().tolist() == [21, 2100, 11, 25]


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_valid_is_correlate(rank: int) -> None:
    rng = np.random.default_rng(rank)
    images = rng.standard_normal((*(2, 6, 5, 4)[: rank + 1], 3))
    kernels = rng.standard_normal((*(3, 2, 3)[:rank], 3, 2))
    expected = [
        [signal.correlate(x, kernels[..., n], "valid")[..., 0] for n in range(2)] for x in images
    ]
    result = reference.convolve(images, kernels, "valid")
    np.testing.assert_allclose(
        result, np.moveaxis(np.array(expected), 1, -1), rtol=1e-12, atol=1e-12
    )


@pytest.mark.parametrize("axis", [0, 1, -2])
def test_channel_axis_moves_images_and_result_only(axis: int) -> None:
    images, kernels = np.arange(96).reshape(2, 4, 4, 3), np.arange(54).reshape(3, 3, 3, 2)
    moved = np.moveaxis(images, -1, axis)
    for call in (
        lambda x, a: reference.convolve(x, kernels, channel_axis=a),
        lambda x, a: reference.convolve_transpose(x, kernels.swapaxes(-1, -2), channel_axis=a),
        lambda x, a: reference.pool(x, 2, channel_axis=a),
        lambda x, a: reference.max_pool_indices(x, 2, channel_axis=a)[1],
    ):
        np.testing.assert_array_equal(call(moved, axis), np.moveaxis(call(images, -1), -1, axis))


# ---- dtypes ----

RESULTS = [
    (bool, bool, np.int64),
    (np.uint8, np.int8, np.int64),
    (np.uint64, np.uint64, np.int64),
    (np.float16, np.float16, np.float16),
    (np.uint8, np.float16, np.float16),
    (np.int16, np.float32, np.float32),
    (np.int64, np.float32, np.float64),
    (np.float32, np.float64, np.float64),
    (np.float32, np.complex64, np.complex64),
    (np.longdouble, np.float32, np.longdouble),
    (">f4", ">f4", np.dtype("=f4")),
    (">i2", "<i4", np.int64),
]


@pytest.mark.parametrize(("image", "kernel", "result"), RESULTS, ids=str)
def test_dtype_of_the_result(image: object, kernel: object, result: object) -> None:
    images, kernels = line([1, 0, 1], image), taps([1, 1], kernel)
    for values in (
        reference.convolve(images, kernels, "valid"),
        reference.convolve_transpose(images, kernels, padding=1),
    ):
        np.testing.assert_array_equal(values, line([1, 1], result), strict=True)
        assert values.dtype.isnative


@pytest.mark.parametrize("mode", reference.pooling.REDUCTIONS)
def test_results_of_pooling_are_native(mode: str) -> None:
    image = line([1, 2], ">f4")
    assert reference.pool(image, 2, mode=mode).dtype.isnative
    assert reference.max_unpool(image, line([0, 1]), 2).dtype.isnative
    assert reference.fold(image.reshape(1, 2, 1, 1), 2).dtype.isnative


def test_complex_numbers_are_not_conjugated() -> None:
    images, kernels = line([2j]), taps([3j])
    assert reference.convolve(images, kernels).item() == -6
    assert reference.convolve_transpose(images, kernels).item() == -6
    assert reference.pool(line([2j, 1]), 2, mode="avg").item() == 0.5 + 1j


def test_integers_are_exact_beyond_64_bits() -> None:
    big = 2**63 - 1
    images, kernels = line([big, big, 5]), taps([4, -4, 1])
    assert reference.convolve(images, kernels, "valid").item() == 5
    assert reference.convolve(line([2**63], np.uint64), taps([-1])).item() == -(2**63)
    for call in (reference.convolve, reference.convolve_transpose):
        with pytest.raises(OverflowError, match="9223372036854775808 does not fit int64"):
            call(line([2**63], np.uint64), taps([1], np.uint8))
    with pytest.raises(OverflowError, match="256 does not fit uint8"):
        reference.convolve(line([16], np.uint8), taps([16], np.uint8), dtype=np.uint8)


def test_floats_accumulate_where_design_says() -> None:
    half = reference.convolve(line([2048, 1, 1], np.float16), taps([1, 1, 1], np.float16), "valid")
    assert half.item() == 2050  # 2048 + 1 is 2048 in float16
    assert reference.pool(line([2048, 1, 1], np.float16), 3, mode="sum").item() == 2050
    single = reference.convolve(
        line([2**24, 1, 1], np.float32), taps([1, 1, 1], np.float32), "valid"
    )
    assert single.item() == 2**24  # and not in float64
    asked = reference.convolve(
        line([2**24, 1, 1], np.float32), taps([1, 1, 1], np.float32), "valid", dtype=np.float64
    )
    assert asked.item() == 2**24 + 2
    if np.finfo(np.longdouble).nmant > 60:
        tiny = np.longdouble(2) ** -60
        assert (
            reference.convolve(line([1, tiny], np.longdouble), taps([1, 1]), "valid").item()
            == 1 + tiny
        )


def test_padded_zeros_and_zero_weights_are_values() -> None:
    np.testing.assert_array_equal(
        reference.convolve(line([1.0]), taps([np.inf, 1, 0])), line([np.nan])
    )
    np.testing.assert_array_equal(
        reference.convolve(line([np.inf, 1]), taps([0.0, 1]), "valid"), line([np.nan])
    )


# ---- transposed ----

TRANSPOSED = [
    ({}, [1, 12, 120, 200]),
    ({"stride": 2}, [1, 10, 102, 20, 200]),
    ({"stride": 2, "padding": 1}, [10, 102, 20]),
    ({"stride": 2, "padding": ((0, 1),)}, [1, 10, 102, 20]),
    ({"stride": 2, "output_padding": 1}, [1, 10, 102, 20, 200, 0]),
    ({"stride": 4}, [1, 10, 100, 0, 2, 20, 200]),
    ({"dilation": 2}, [1, 2, 10, 20, 100, 200]),
    ({"stride": 2, "padding": "same"}, [1, 10, 102, 20]),
    ({"stride": 2, "padding": "same_lower"}, [10, 102, 20, 200]),
    ({"stride": 2, "padding": "same_size"}, [102, 20]),
    ({"stride": 4, "padding": "same"}, [1, 10, 100, 0, 2, 20, 200, 0]),
    ({"padding": "full"}, []),
    ({"stride": 2, "padding": "causal"}, [102, 20, 200]),
]


@pytest.mark.parametrize(("words", "expected"), TRANSPOSED, ids=str)
def test_convolve_transpose_by_hand(words: dict, expected: list) -> None:
    result = reference.convolve_transpose(line([1, 2]), taps(DIGITS), **words)
    np.testing.assert_array_equal(result, line(expected, np.int64), strict=True)


@pytest.mark.parametrize(
    "padding",
    ["valid", "full", "causal", "same", "same_lower", "same_size", (1, 0), ((0, 1), (2, 0))],
)
@pytest.mark.parametrize(
    ("stride", "dilation", "groups"), [(1, 1, 1), ((2, 3), 1, 2), (1, (2, 1), 2)]
)
def test_transpose_is_the_adjoint(
    padding: object, stride: object, dilation: object, groups: int
) -> None:
    rng = np.random.default_rng(1)
    x, kernels = rng.integers(-9, 9, (2, 6, 6, 4)), rng.integers(-9, 9, (2, 3, 4 // groups, 6))
    words = {"padding": padding, "stride": stride, "dilation": dilation, "groups": groups}
    ahead = reference.convolve(x, kernels, **words)
    y = rng.integers(-9, 9, ahead.shape)
    back = reference.convolve_transpose(y, kernels, **words)
    if back.shape != x.shape:  # what the stride dropped
        dropped = np.subtract(x.shape[1:3], back.shape[1:3])
        back = reference.convolve_transpose(y, kernels, output_padding=dropped, **words)
    assert back.shape == x.shape
    assert (ahead * y).sum() == (x * back).sum()


def test_fold_adds_where_windows_overlap() -> None:
    windows = np.array([[1, 10, 100], [2, 20, 200]]).reshape(1, 2, 1, 3)
    assert reference.fold(windows, 4).ravel().tolist() == [1, 12, 120, 200]
    assert reference.fold(windows, (5,), stride=2).ravel().tolist() == [1, 10, 102, 20, 200]
    assert reference.fold(windows, 6, dilation=2).ravel().tolist() == [1, 2, 10, 20, 100, 200]
    assert reference.fold(windows, 3, stride=2, padding=1).ravel().tolist() == [10, 102, 20]


# ---- pooling ----

INF, NAN = float("inf"), float("nan")
POOLS = [
    ([1, 3, 2, 5, 4], 2, {}, [3, 5]),
    ([1, 3, 2, 5, 4], 2, {"ceil": True}, [3, 5, 4]),
    ([1, 3, 2, 5, 4], 2, {"stride": 1, "mode": "min"}, [1, 2, 2, 4]),
    ([1, 3, 2, 5, 4], 2, {"dilation": 2, "stride": 1, "mode": "sum"}, [3, 8, 6]),
    ([3, 4], 2, {"mode": "lp"}, [5]),
    ([-3, 4], 2, {"mode": "lp", "p": 1}, [7]),
    ([-1, -2], 2, {"padding": 1}, [-1, -2]),  # padding never wins
    ([1, 2], 2, {"padding": 1, "mode": "min"}, [1, 2]),
    ([6, 2, 4, 8], 3, {"padding": "same", "stride": 2, "mode": "avg"}, [4, 6]),
    # avg: 6 over 1 real tap, or over 2 with the declared padding; never over the overhang
    ([6, 2, 4], 2, {"padding": 1, "mode": "avg"}, [6, 3]),
    ([6, 2, 4], 2, {"padding": 1, "mode": "avg", "count_padding": True}, [3, 3]),
    ([6, 2, 4], 2, {"mode": "avg", "ceil": True, "count_padding": True}, [4, 4]),
    ([6, 3, 4], 3, {"padding": 1, "mode": "avg", "ceil": True, "count_padding": True}, [3, 2]),
    # ceil: a last window may not start at or after the end, here at 2 and at 3
    ([1, 2], 1, {"stride": 2, "ceil": True}, [1]),
    ([1, 2], 2, {"stride": 3, "padding": 1, "ceil": True}, [1]),
    ([1, 2], 3, {"ceil": True, "mode": "sum"}, [3]),  # larger than the axis
    # windows without a pixel
    ([1, 2], 2, {"stride": 1, "padding": 2}, [-INF, 1, 2, 2, -INF]),
    ([1, 2], 2, {"stride": 1, "padding": 2, "mode": "min"}, [INF, 1, 1, 2, INF]),
    ([1, 2], 2, {"stride": 1, "padding": 2, "mode": "sum"}, [0, 1, 3, 2, 0]),
    ([1, 2], 2, {"stride": 1, "padding": 2, "mode": "lp", "p": 1}, [0, 1, 3, 2, 0]),
    ([1, 2], 2, {"stride": 1, "padding": 2, "mode": "avg"}, [NAN, 1, 1.5, 2, NAN]),
    (
        [1, 2],
        2,
        {"stride": 1, "padding": 2, "mode": "avg", "count_padding": True},
        [NAN, 0.5, 1.5, 1, NAN],
    ),
    *(
        ([1, NAN, 2, 3], 2, {"mode": mode}, [NAN, last])
        for mode, last in [("max", 3), ("min", 2), ("avg", 2.5)]
    ),
    ([], 2, {"padding": "same"}, []),
    ([], 1, {"padding": "same", "stride": 2, "ceil": True}, []),
]


@pytest.mark.parametrize(("image", "window", "words", "expected"), POOLS, ids=str)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_pool_by_hand(image: list, window: int, words: dict, expected: list, dtype: type) -> None:
    result = reference.pool(line(image, dtype), window, **words)
    np.testing.assert_allclose(result, line(expected, dtype), rtol=np.finfo(dtype).eps, atol=0)
    assert result.dtype == dtype
    assert result.shape == (1, len(expected), 1)


@pytest.mark.parametrize(
    ("dtype", "mode", "expected"),
    [
        (np.uint8, "max", np.array([0, 255, 0], np.uint8)),
        (np.uint8, "min", np.array([255, 250, 255], np.uint8)),
        (">i2", "max", np.array([-(2**15), 255, -(2**15)], np.int16)),
        (bool, "max", np.array([False, True, False])),
        (bool, "min", np.array([True, True, True])),
        (np.uint8, "sum", np.array([0, 505, 0])),
        (bool, "sum", np.array([0, 2, 0])),
        (np.uint8, "avg", np.array([NAN, 252.5, NAN])),
        (bool, "lp", np.array([0, 2**0.5, 0])),
    ],
    ids=str,
)
def test_pool_of_integers(dtype: object, mode: str, expected: np.ndarray) -> None:
    result = reference.pool(line([250, 255], dtype), 2, mode=mode, padding=2)
    np.testing.assert_array_equal(result.ravel(), expected, strict=True)


def test_integer_sums_are_exact() -> None:
    assert reference.pool(line([2**53, 1, 1]), 3, mode="sum").item() == 2**53 + 2
    assert reference.pool(line([2**53 + 1, -(2**53)]), 2, mode="avg").item() == 0.5
    with pytest.raises(OverflowError, match="does not fit int64"):
        reference.pool(line([2**63 - 1] * 2), 2, mode="sum")


def test_indices_are_flat_first_and_of_real_pixels() -> None:
    image = np.array([[1, 5, 5], [7, 5, 0], [7, 7, NAN]]).reshape(1, 3, 3, 1)
    values, indices = reference.max_pool_indices(image, 2, 1)
    np.testing.assert_array_equal(values.ravel(), [7, 5, 7, NAN])
    assert indices.ravel().tolist() == [3, 1, 3, 8]
    assert indices.dtype == np.int64
    two_channels = np.array([[1, 9], [2, 8]]).reshape(1, 2, 2)
    assert reference.max_pool_indices(two_channels, 2)[1].ravel().tolist() == [1, 0]
    assert reference.max_pool_indices(line([NAN, 1, NAN]), 3)[1].item() == 0
    assert reference.max_pool_indices(line([-INF, -INF]), 2, padding=1)[1].ravel().tolist() == [
        0,
        1,
    ]
    assert reference.max_pool_indices(line([3]), 1, padding=1)[1].ravel().tolist() == [-1, 0, -1]


def test_max_unpool_puts_values_back() -> None:
    values, indices = line([7, 9, 5]), line([3, 0, -1])
    assert reference.max_unpool(values, indices, 5).ravel().tolist() == [9, 0, 0, 7, 0]
    image = np.arange(32).reshape(2, 4, 4, 1)[:, ::-1]
    back = reference.max_unpool(*reference.max_pool_indices(image, 2), (4, 4))
    np.testing.assert_array_equal(
        back, np.where(np.isin(image, reference.pool(image, 2)), image, 0)
    )


def test_adaptive_windows_overlap() -> None:
    assert reference.adaptive_pool(line([1, 2, 3, 4, 5]), 3, "sum").ravel().tolist() == [3, 9, 9]
    assert reference.adaptive_pool(line([1, 2]), 3, "max").ravel().tolist() == [1, 2, 2]


def test_global_pool_keeps_the_axes() -> None:
    image = np.arange(24.0).reshape(1, 3, 4, 2)
    np.testing.assert_array_equal(
        reference.global_pool(image, "avg"), image.mean((1, 2), keepdims=True), strict=True
    )
    np.testing.assert_array_equal(
        reference.global_pool(image, "max"), image.max((1, 2), keepdims=True), strict=True
    )


def test_it_shares_nothing() -> None:
    files = sorted(Path(reference.__file__).parent.glob("*.py"))
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "." * node.level for node in nodes if isinstance(node, ast.ImportFrom)}
    names = {name for name in names if not name.startswith(f"{reference.__name__}.")}
    assert {name.split(".")[0] for name in names} - sys.stdlib_module_names == {"numpy"}


def test_it_leaves_its_input_alone() -> None:
    images, kernels = line([1.0, 2, 3]), taps([1.0, 2])
    before = images.tobytes(), kernels.tobytes()
    images.flags.writeable = kernels.flags.writeable = False
    results = [
        reference.convolve(images, kernels, "valid"),
        reference.convolve(images, taps([1.0])),
        reference.convolve_transpose(images, kernels),
        reference.pool(images, 1),
        *reference.max_pool_indices(images, 2),
    ]
    assert (images.tobytes(), kernels.tobytes()) == before
    assert not any(np.shares_memory(images, result) for result in results)
