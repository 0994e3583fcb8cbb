"""Results of filter_image as whole numbers: rounded and saturated, in memory, in tiles, in files
and in chunks.
"""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

import convpool
from convpool.out_of_core import tiles
from convpool.out_of_core.tile_sizes import tile_sizes
from convpool.plans.saturation import saturate

KINDS = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"]
EDGES = [
    0.0,
    -0.0,
    0.5,
    1.5,
    2.5,
    -0.5,
    -1.5,
    126.5,
    127.5,
    254.5,
    255.4,
    255.5,
    256,
    65534.5,
    65535.5,
    1e6,
    -1e6,
    -7,
]
FAR = [
    2.0**31 - 1,
    2.0**31,
    2.0**53 + 2,
    2.0**63,
    -(2.0**63),
    2.0**64,
    1e30,
    -1e30,
    math.inf,
    -math.inf,
    math.nan,
]


def whole(value, kind):
    """What stands in the words of filter_image, in plain Python: round() goes to the even
    neighbour.
    """
    limits = np.iinfo(kind)
    if math.isnan(value):
        return 0
    if math.isinf(value):
        return int(limits.max if value > 0 else limits.min)
    return min(max(round(value), int(limits.min)), int(limits.max))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("source", ["float16", "float32", "float64", "longdouble"])
def test_floats_are_rounded_and_saturated(source, kind):
    with np.errstate(over="ignore"):
        values = np.array(EDGES + FAR).astype(source)
    before = values.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = saturate(values, np.dtype(kind))
    assert result.dtype == kind
    assert result.tolist() == [whole(float(value), kind) for value in values]
    np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("source", [*KINDS, "bool"])
def test_integers_are_saturated(source, kind):
    limits = (0, 1) if source == "bool" else (np.iinfo(source).min, np.iinfo(source).max)
    values = np.array([limits[0], 0, 1, limits[1]], source)
    assert saturate(values, np.dtype(kind)).tolist() == [
        whole(int(value), kind) for value in values
    ]


rng = np.random.default_rng(7)
SHARP = np.array([[0, -1, 0], [-1, 5, -2], [0, -1, 1]], np.int8)
CASES = [
    (rng.integers(0, 256, (13, 17), dtype=np.uint8), SHARP, "uint8"),
    (rng.integers(0, 256, (13, 17, 3), dtype=np.uint8), np.full((3, 3), 1 / 8), "uint8"),
    (rng.integers(0, 65536, (13, 17, 3), dtype=np.uint16), SHARP, np.uint16),
    (rng.normal(0, 200, (13, 17)), SHARP, np.dtype(">i2")),
    (rng.normal(0, 200, (13, 17, 2)).astype(np.float32), SHARP, "int8"),
]


def expected(image, kernel, kind, **words):
    values = convpool.filter_image(image, kernel, **words)
    kind = np.dtype(kind).newbyteorder("=")
    return np.array([whole(value, kind) for value in values.ravel().tolist()], kind).reshape(
        values.shape
    )


def check_equal(actual, image, kernel, kind, **words):
    right = expected(image, kernel, kind, **words)
    assert actual.dtype == right.dtype
    np.testing.assert_array_equal(actual, right)


@pytest.mark.parametrize(("image", "kernel", "kind"), CASES, ids=range(len(CASES)))
def test_filter_image_rounds(image, kernel, kind, tmp_path):
    words = {"pad_mode": "wrap", "stride": (1, 2)}
    check_equal(
        convpool.filter_image(image, kernel, round_to=kind, **words), image, kernel, kind, **words
    )
    check_equal(
        convpool.filter_image(image, kernel, round_to=kind, max_memory="3kB"), image, kernel, kind
    )
    into = np.empty_like(expected(image, kernel, kind))
    assert convpool.filter_image(image, kernel, round_to=kind, out=into) is into
    check_equal(into, image, kernel, kind)
    into[...] = 1
    assert convpool.filter_image(image, kernel, round_to=kind, out=into, max_memory="3kB") is into
    check_equal(into, image, kernel, kind)
    made = convpool.filter_image(
        image, kernel, round_to=kind, out=tmp_path / "out.npy", max_memory="3kB"
    )
    check_equal(made, image, kernel, kind)
    check_equal(np.load(tmp_path / "out.npy"), image, kernel, kind)


@pytest.mark.parametrize(("image", "kernel", "kind"), CASES, ids=range(len(CASES)))
def test_filter_image_rounds_lazily(image, kernel, kind):
    array = pytest.importorskip("dask.array")
    lazy = convpool.filter_image(
        array.from_array(image, chunks=(5, 6, 1)[: image.ndim]), kernel, round_to=kind
    )
    assert lazy.dtype == np.dtype(kind).newbyteorder("=")
    check_equal(lazy.compute(), image, kernel, kind)


def test_dtype_is_that_of_the_sums_before_they_are_rounded():
    image, kernel = np.array([[3, 2**24 + 1]]), np.array([[0.5]])
    made = convpool.filter_image(image, kernel, dtype="float32", round_to="int64")
    assert made.tolist() == [[2, 2**23]]


def test_tiles_that_are_rounded_have_room_beside_the_result(monkeypatch):
    plan = convpool.plan_convolution((1, 5000, 5000, 1), (3, 3, 1, 1), images_dtype="uint8")
    image = np.empty((1, 5000, 5000, 1), np.uint8)
    sizes = [np.prod(tile_sizes(plan, 2**24, image, is_in_place=flag)) for flag in (True, False)]
    assert sizes[1] < sizes[0]
    seen = []
    monkeypatch.setattr(
        tiles,
        "tile_sizes",
        lambda *words, is_in_place: (
            seen.append(is_in_place) or tile_sizes(*words, is_in_place=is_in_place)
        ),
    )
    convpool.filter_image(IMAGE, SHARP, max_memory="1MB")
    convpool.filter_image(IMAGE, SHARP, max_memory="1MB", round_to="uint8")
    assert seen == [True, False]


IMAGE = np.ones((4, 4), np.uint8)
BAD = [
    (
        {"round_to": "float32"},
        TypeError,
        "round_to is 'float32'; it must be an integer dtype such as 'uint8' or 'int1",
    ),
    ({"round_to": "wat"}, TypeError, "round_to is 'wat'; it must be an integer dtype"),
    ({"round_to": bool}, TypeError, "round_to is <class 'bool'>; it must be an integer dtype"),
    ({"round_to": 8}, TypeError, "round_to is 8; it must be an integer dtype"),
    (
        {"round_to": "uint8", "dtype": complex},
        TypeError,
        "round_to is 'uint8', but the results are complex128: leave it",
    ),
    (
        {"round_to": "uint8", "out": np.empty((4, 4), int)},
        ValueError,
        r"out is \(4, 4\) int64; it must be \(4, 4\) uint8",
    ),
    (
        {"out": np.empty((4, 4), np.uint8)},
        ValueError,
        r"out is \(4, 4\) uint8; it must be \(4, 4\) int64",
    ),
]


@pytest.mark.parametrize(("words", "error", "message"), BAD, ids=range(len(BAD)))
@pytest.mark.parametrize("more", [{}, {"max_memory": "1MB"}], ids=["memory", "tiles"])
def test_misuse_of_round_to_is_explained(words, error, message, more):
    with pytest.raises(error, match=message):
        convpool.filter_image(IMAGE, SHARP, **words, **more)
