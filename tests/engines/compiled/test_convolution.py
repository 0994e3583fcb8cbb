"""The compiled kernels: every tail, step, form and block, guard bands, threads, instruction sets.

The judge is NumPy alone, `np.pad` and its sliding windows, since images are larger than the slow
twin can walk in a test; small ones show that both agree. Values are halves of small numbers, so
that sums are exact and every bit counts. n is how many float32 numbers a vector of this host holds.
"""

import itertools
import multiprocessing
import sys
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

import convpool
from convpool import reference
from convpool.engines import threads
from convpool.engines.compiled import convolution as compiled_convolution
from convpool.engines.compiled import (
    few_kernels,
    few_kernels_schedule,
    launch,
    library,
    many_kernels,
    many_kernels_schedule,
)
from convpool.engines.compiled import (
    geometry as geometries,
)
from convpool.engines.compiled import panels as panel_module
from convpool.windows import Axis
from support import children
from support.arrays import numbers
from support.axes import convolution_axes
from support.compiled import LANES, REFUSAL, forget
from support.sampling import IS_FULL, mark_others_full, sample

if REFUSAL is not None:
    pytest.skip(f"there are no compiled kernels here: {REFUSAL}", allow_module_level=True)

n = LANES
PAD_MODES = ["zeros", "constant", "reflect", "symmetric", "edge", "wrap"]
IN = [
    "bool",
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float32",
    "float64",
]


def windowed(
    images,
    kernels,
    padding="same",
    stride=1,
    *,
    dilation=1,
    groups=1,
    pad_mode="zeros",
    fill=0,
    bias=None,
    kind=None,
):
    """Convolve by NumPy's sliding windows, in float64 or, for large integers, in `kind`."""
    axes = convolution_axes(images, kernels, padding, stride, dilation)
    sides = [(0, 0), *((axis.before, axis.after) for axis in axes), (0, 0)]
    words = (
        {"mode": "constant", "constant_values": fill}
        if pad_mode in ("zeros", "constant")
        else {"mode": pad_mode}
    )
    padded = np.pad(images.astype(kind or np.float64), sides, **words)
    spatial = tuple(range(1, 1 + len(axes)))
    windows = np.lib.stride_tricks.sliding_window_view(
        padded, [axis.span for axis in axes], spatial
    )
    steps = [slice(None, axis.stride * (axis.count - 1) + 1, axis.stride) for axis in axes]
    taps = [slice(None, None, axis.dilation) for axis in axes]
    windows = windows[(slice(None), *steps, slice(None), *taps)]
    weights = np.moveaxis(kernels, -2, 0).astype(kind or np.float64)
    depth, together = kernels.shape[-2], kernels.shape[-1] // groups
    contracted = tuple(range(1 + len(axes), windows.ndim)), tuple(range(1 + len(axes)))
    parts = []
    with np.errstate(invalid="ignore"):
        for g in range(groups):
            own = windows[(..., slice(g * depth, (g + 1) * depth), *[slice(None)] * len(axes))]
            parts.append(
                np.tensordot(own, weights[..., g * together : (g + 1) * together], contracted)
            )
    result = np.concatenate(parts, axis=-1)
    return result if bias is None else result + bias


def judged(images, kernels, padding="same", stride=1, **words):
    """Convolve with compiled kernels; every bit must be that of NumPy's windows."""
    own = {name: words.pop(name) for name in ("out", "dtype") if name in words}
    expected = windowed(images, kernels, padding, stride, **words)
    words.pop("kind", None)
    actual = convpool.convolve(images, kernels, padding, stride, **words, engine="compiled", **own)
    assert actual.shape == expected.shape
    np.testing.assert_array_equal(actual, expected.astype(actual.dtype))
    return actual


def check(
    shape,
    window,
    nc=1,
    padding="same",
    stride=1,
    dtypes=("float32", "float32"),
    groups=1,
    seed=0,
    **words,
):
    """Judge random images of a shape with random kernels."""
    images = numbers(shape, dtypes[0], seed)
    kernels = numbers((*window, shape[-1] // groups, nc), dtypes[1], seed + 1)
    return judged(images, kernels, padding, stride, groups=groups, **words)


# ---- the judge ----


@pytest.mark.parametrize("pad_mode", PAD_MODES)
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), ((2, 3), (2, 1))])
def test_the_judge_agrees_with_the_slow_twin(pad_mode, stride, dilation):
    images, kernels = numbers((2, 7, 6, 4), "float64", 0), numbers((3, 2, 2, 6), "float64", 1)
    words = {
        "groups": 2,
        "pad_mode": pad_mode,
        "fill": 1.5 if pad_mode == "constant" else 0,
        "dilation": dilation,
    }
    expected = reference.convolve(images, kernels, "same", stride, bias=np.arange(6), **words)
    np.testing.assert_array_equal(
        windowed(images, kernels, "same", stride, bias=np.arange(6), **words), expected
    )


# ---- tails ----

# (channels, kernels, groups)
FORMS = {
    "plane": (1, 1, 1),
    "planes": (3, 2, 1),
    "planes in groups": (4, 4, 2),
    "multiplier": (3, 6, 3),
    "lanes": (5, 5, 5),
    "tiles": (2, n, 1),
    "tiles of many channels": (18, n + 1, 1),
    "tiles in groups": (4, 4 * n, 2),
    "channels": (2 * n + 3, 3, 1),
    "channels in groups": (4 * n, 2, 2),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_every_width(form, padding):
    c, nc, groups = FORMS[form]
    for wide in range(3, 2 * n + 4):
        check((2, 5, wide, c), (3, 3), nc, padding, groups=groups, seed=wide)


@pytest.mark.parametrize("form", FORMS)
def test_every_height(form):
    c, nc, groups = FORMS[form]
    for high in range(1, 2 * n + 4):
        check((1, high, 5, c), (3, 3), nc, groups=groups, seed=high)


@pytest.mark.parametrize(
    "dtypes", [("float32", "float32"), ("uint8", "float32"), ("float64", "float64")]
)
def test_every_number_of_channels_of_lanes(dtypes):
    for c in range(1, 2 * n + 4):
        check((2, 4, 7, c), (3, 3), c, groups=c, dtypes=dtypes, seed=c)


@pytest.mark.parametrize("stride", [2, 3])
def test_every_number_of_channels_of_lanes_with_strides(stride):
    for c in sample(range(n - 1, 3 * n + 2), 5, f"lanes {stride}"):
        check((1, 6, 9, c), (3, 3), c, "valid", stride, groups=c, seed=c)


def test_every_number_of_channels():
    for c in sample(range(1, 40), 2, "channels"):
        check((2, 4, 9, c), (2, 1), 2, seed=c)  # planes
        check((2, 4, 9, c), (3, 3), n, seed=c)  # tiles


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_every_number_of_kernels(dtype):
    for nc in (
        range(1, 5 * n + 2)
        if IS_FULL or dtype == "float32"
        else (1, 3, n // 2, n, n + 1, 2 * n + 1)
    ):
        check((1, 5, 6, 3), (2, 2), nc, dtypes=(dtype, dtype), seed=nc)


@pytest.mark.parametrize("groups", [2, 3, 5, 16])
def test_every_number_of_kernels_in_groups(groups):
    for together in sample(range(1, 3 * n), 3, f"groups {groups}"):
        check((1, 5, 6, 2 * groups), (2, 2), groups * together, groups=groups, seed=together)


def test_every_number_of_pixels_of_a_tile():
    for pixels in range(1, 30):
        check((1, 1, pixels, 3), (1, 1), n, "valid", seed=pixels)
        check((pixels, 1, 1, 20), (1, 1), 2 * n, "valid", seed=pixels)
        check((1, pixels, 2, 20), (2, 2), 5 * n, "same", seed=pixels)


@pytest.mark.parametrize("pad_mode", PAD_MODES)
@pytest.mark.parametrize("c", [1, 3, 18])
@pytest.mark.parametrize(
    ("sizes", "window", "padding"),
    [
        ((1, 3), (1, 3), "same"),  # each axis: every window has the same taps on padding
        ((1, 1), (3, 3), "same"),
        ((5, 5), (7, 7), 1),
        ((1, 4), (3, 2), ((1, 1), (0, 0))),
        ((2, 1), (3, 1), ((0, 1), (0, 0))),
        ((2,), (3,), ((0, 1),)),
        ((1,), (4,), ((5, 1),)),
    ],
)
def test_every_window_has_the_same_taps_on_padding(sizes, window, padding, c, pad_mode):
    fill = 2.5 if pad_mode == "constant" else 0
    check((3, *sizes, c), window, 2 * n, padding, pad_mode=pad_mode, fill=fill)


# ---- steps and slabs ----


def steps(axis):
    """Return every window of 1 to 17, stride of 1 to 5 and dilation of 1 to 3 of one axis, a few
    of the other.
    """
    for window, stride, dilation in itertools.product(range(1, 18), range(1, 6), range(1, 4)):
        other = (2 if window % 2 else 1, 1 + dilation % 2, 1)
        one = (window, stride, dilation)
        yield (one, other) if axis == 0 else (other, one)


@pytest.mark.parametrize("form", ["plane", "planes", "lanes", "tiles", "tiles of many channels"])
@pytest.mark.parametrize("axis", [0, 1])
def test_every_step(form, axis):
    c, nc, groups = FORMS[form]
    for (kh, sh, dh), (kw, sw, dw) in sample(
        steps(axis), 30 if "tiles" in form else 8, f"steps {form} {axis}"
    ):
        size = (2 + (kh - 1) * dh + 2 * sh, 3 + (kw - 1) * dw + n * (sw if axis else 1))
        check(
            (2, *size, c),
            (kh, kw),
            nc,
            "valid",
            (sh, sw),
            dilation=(dh, dw),
            groups=groups,
            seed=kh,
        )
        check(
            (1, *size, c), (kh, kw), nc, "same", (sh, sw), dilation=(dh, dw), groups=groups, seed=kw
        )


@pytest.mark.parametrize("kh", mark_others_full(range(1, 40), 2, "slabs"))
def test_every_slab(kh):
    check((1, kh + 7, n + 3, 1), (kh, 1), 1, "valid", seed=kh)
    check((1, kh + 7, n + 3, 1), (kh, 1), 1, "full", seed=kh)


@pytest.mark.parametrize(
    "padding", ["valid", "full", "same_lower", "same_size", 3, ((0, 5), (7, 1))]
)
@pytest.mark.parametrize("form", FORMS)
def test_paddings(form, padding):
    c, nc, groups = FORMS[form]
    check((2, 6, n + 5, c), (3, 3), nc, padding, groups=groups)
    check((2, 6, n + 5, c), (3, 3), nc, padding, 2, groups=groups)


@pytest.mark.parametrize("pad_mode", PAD_MODES)
@pytest.mark.parametrize("form", FORMS)
def test_pad_modes(form, pad_mode):
    c, nc, groups = FORMS[form]
    words = {"pad_mode": pad_mode, "fill": 1.5 if pad_mode == "constant" else 0, "groups": groups}
    check((2, 5, 6, c), (3, 3), nc, 9, **words)  # wider than the image
    check((2, 5, n + 6, c), (3, 3), nc, "same", 2, **words)
    check((2, 5, 6, c), (3, 3), nc, ((0, 3), (4, 0)), dtypes=("uint8", "float32"), **words)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("biased", [False, True])
def test_one_axis(form, biased):
    c, nc, groups = FORMS[form]
    for size, window, stride, dilation in [
        (1, 1, 1, 1),
        (n, 3, 1, 1),
        (5 * n + 3, 4, 3, 2),
        (70, 31, 1, 1),
    ]:
        words = {
            "groups": groups,
            "dilation": dilation,
            "bias": np.arange(nc) / 2 if biased else None,
        }
        check((3, size, c), (window,), nc, "same", stride, **words)


@pytest.mark.parametrize("form", FORMS)
def test_a_single_pixel_and_size_0(form):
    c, nc, groups = FORMS[form]
    bias = np.arange(nc).astype(np.float32)
    check((1, 1, 1, c), (1, 1), nc, groups=groups, bias=bias)
    check((1, 1, 1, c), (3, 5), nc, groups=groups, bias=bias)
    check((3, 1, 1, c), (2, 2), nc, "full", groups=groups)
    for shape in [(0, 5, 6, c), (2, 0, 6, c), (2, 5, 0, c), (0, 0, 0, c)]:
        images, kernels = np.ones(shape, np.float32), np.ones((3, 3, c // groups, nc), np.float32)
        result = convpool.convolve(images, kernels, groups=groups, engine="compiled")
        assert (result.shape, result.dtype) == ((*shape[:3], nc), np.float32)


def test_no_channels_and_no_kernels():
    bias = np.arange(4.0)
    result = convpool.convolve(
        np.ones((2, 3, 3, 0)), np.ones((2, 2, 0, 4)), bias=bias, engine="compiled"
    )
    np.testing.assert_array_equal(result, np.broadcast_to(bias, (2, 3, 3, 4)))
    assert convpool.convolve(
        np.ones((2, 3, 3, 1)), np.ones((2, 2, 1, 0)), engine="compiled"
    ).shape == (2, 3, 3, 0)


# ---- dtypes ----


@pytest.mark.parametrize("kind", IN)
@pytest.mark.parametrize("weight", ["float32", "float64", "int8", "int64", "uint8"])
def test_dtypes(kind, weight):
    forms = ["plane", "planes", "lanes", "tiles"]
    # by default one form of each pair, and of every form a few
    for form in forms if IS_FULL else forms[(IN.index(kind) + len(weight)) % 4 :][:1]:
        c, nc, groups = FORMS[form]
        result = check((2, 5, n + 3, c), (3, 3), nc, dtypes=(kind, weight), groups=groups)
        whole = kind[0] in "biu" and weight[0] in "iu"
        assert result.dtype == (np.int64 if whole else np.result_type(kind, weight))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", ["f2", "f4", "f8", "i2", "u4", "i8"])
def test_byte_orders_and_float16(order, kind):
    result = check((2, 5, 9, 2), (3, 3), 2, dtypes=(order + kind, order + kind))
    assert result.dtype.isnative


def test_float16_sums_in_float32():
    images, kernels = np.ones((1, 60, 60, 1), np.float16), np.ones((60, 60, 1, 1), np.float16)
    result = convpool.convolve(images, kernels, "valid", engine="compiled")
    assert (result.dtype, result.item()) == (np.float16, 3600)


@pytest.mark.parametrize("form", ["plane", "planes", "lanes", "tiles"])
@pytest.mark.parametrize("bits", [20, 30, 50, 58])
def test_integer_sums_are_exact(form, bits):
    """Sums below 2**24 are taken in float32, below 2**53 in float64, above in int64."""
    c, nc, groups = FORMS[form]
    random = np.random.default_rng(bits)
    images = random.integers(-(2 ** (bits - 8)) - 1, 2 ** (bits - 8), (2, 5, n + 3, c))
    kernels = random.integers(-7, 8, (3, 3, c // groups, nc))
    judged(images, kernels, groups=groups, kind=np.int64, bias=random.integers(-5, 5, nc))


@pytest.mark.parametrize("form", ["plane", "planes", "lanes", "tiles"])
def test_integer_extremes(form):
    c, nc, groups = FORMS[form]
    for kind in (np.int64, np.uint64):
        images = np.zeros((1, 3, n + 1, c), kind)
        images[0, 1, 1:4], images[0, 2, -1] = 2**63 - 1, 2**62 + 1
        if kind == np.int64:
            images[0, 0, 0] = -(2**63) + 1
        kernels = np.zeros((1, 1, c // groups, nc), np.int8)
        kernels[0, 0, -1] = 1
        judged(images, kernels, groups=groups, kind=np.int64)


@pytest.mark.parametrize("kind", ["uint8", "uint16", "uint32", "uint64", "int8", "int32"])
@pytest.mark.parametrize("form", ["planes", "tiles"])
def test_the_upper_half_of_integers_keeps_its_sign(form, kind):
    """The greatest and the least of a dtype, in sums of float32 or float64, of int64, and with
    float kernels.
    """
    c, nc, _ = FORMS[form]
    ends = np.iinfo(kind)
    images = (
        np.random.default_rng(0)
        .choice([ends.min, min(ends.max, 2**62), 1], (2, 3, n + 3, c))
        .astype(kind)
    )
    kernels = np.zeros((1, 1, c, nc), np.int64)
    kernels[0, 0, 0] = 1
    judged(images, kernels, kind=np.int64)
    if images.itemsize < 8:
        judged(images, kernels * (2**54 >> 8 * (images.itemsize - 1)), kind=np.int64)
    judged(images, kernels.astype(np.float64))
    judged(images, kernels.astype(np.float32), dtype=np.float32)


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_integers_summed_in_floats_that_are_asked_for(dtype):
    for form in ["planes", "tiles"]:
        c, nc, groups = FORMS[form]
        result = check(
            (2, 5, 9, c), (3, 3), nc, dtypes=("uint8", "int8"), groups=groups, dtype=dtype
        )
        assert result.dtype == dtype


# ---- layouts ----


def strided(array, step):
    """Return the same values on every `step`th place of a larger array, along every axis."""
    wide = np.full([size * step for size in array.shape], 99, array.dtype)
    view = wide[(slice(None, None, step),) * array.ndim]
    view[...] = array
    return view


def unaligned(array):
    memory = np.empty(array.nbytes + 1, np.uint8)
    view = memory[1:].view(array.dtype).reshape(array.shape)
    view[...] = array
    return view


def planar(array):
    return np.moveaxis(np.moveaxis(array, -1, 1).copy(), 1, -1)


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def in_a_record(array):
    """Return numbers that lie 13 bytes apart."""
    records = np.zeros(
        array.shape, np.dtype([("pad", "u1"), ("number", array.dtype), ("rest", "V8")])
    )
    records["number"] = array
    return records["number"]


LAYOUTS = {
    "fortran": np.asfortranarray,
    "planar": planar,
    "strided": lambda array: strided(array, 2),
    "negative": lambda array: array[:, ::-1, ::-1].copy()[:, ::-1, ::-1],
    "all negative": lambda array: array[::-1, ::-1, ::-1, ::-1].copy()[::-1, ::-1, ::-1, ::-1],
    "broadcast": lambda array: np.broadcast_to(array[:1, :1], array.shape),
    "swapped": lambda array: np.swapaxes(np.swapaxes(array, 1, 2).copy(), 1, 2),
    "unaligned": unaligned,
    "read-only": read_only,
    "byte-swapped": lambda array: array.astype(array.dtype.newbyteorder()),
    "in a record": in_a_record,
}


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("form", FORMS)
def test_layouts(form, name):
    c, nc, groups = FORMS[form]
    images, kernels = (
        numbers((2, 6, n + 4, c), "float32", 0),
        numbers((3, 3, c // groups, nc), "float32", 1),
    )
    bias = np.arange(nc).astype(np.float32)
    before = images.copy(), kernels.copy()
    for padding in ("same", "valid"):
        judged(LAYOUTS[name](images), LAYOUTS[name](kernels), padding, groups=groups, bias=bias)
        judged(LAYOUTS[name](images), kernels, padding, 2, groups=groups, bias=bias[::-1])
    np.testing.assert_array_equal(images, before[0])
    np.testing.assert_array_equal(kernels, before[1])


@pytest.mark.parametrize(
    "name", [name for name in LAYOUTS if name not in ("read-only", "broadcast", "byte-swapped")]
)
@pytest.mark.parametrize("form", FORMS)
def test_layouts_of_out(form, name):
    c, nc, groups = FORMS[form]
    for dtypes, kind in [(("float32", "float32"), np.float32), (("uint8", "int8"), np.int64)]:
        out = LAYOUTS[name](np.full((2, 6, n + 4, nc), 7, kind))
        assert check((2, 6, n + 4, c), (3, 3), nc, dtypes=dtypes, groups=groups, out=out) is out


@pytest.mark.parametrize("form", FORMS)
def test_channels_first(form):
    c, nc, groups = FORMS[form]
    images, kernels = (
        numbers((2, c, 6, n + 4), "float32", 0),
        numbers((3, 3, c // groups, nc), "float32", 1),
    )
    expected = windowed(np.moveaxis(images, 1, -1), kernels, groups=groups)
    actual = convpool.convolve(images, kernels, groups=groups, channel_axis=1, engine="compiled")
    assert actual.flags.c_contiguous
    np.testing.assert_array_equal(np.moveaxis(actual, 1, -1), expected)


@pytest.mark.parametrize("form", ["plane", "planes", "lanes", "tiles"])
def test_every_place_of_out_in_a_line_of_the_cache(form):
    """Whole lines of out are written at once where its rows allow, from the first whole line on."""
    c, nc, groups = FORMS[form]
    for offset in range(n + 1):
        memory = np.full((2 * 5 * 4 * n * nc) + 2 * n, 7, np.float32)
        out = memory[offset : offset + 2 * 5 * 4 * n * nc].reshape(2, 5, 4 * n, nc)
        check((2, 5, 4 * n, c), (3, 3), nc, groups=groups, out=out, seed=offset)
        assert (memory[:offset] == 7).all()
        assert (memory[offset + out.size :] == 7).all()


# ---- blocks ----

BLOCKS = {
    "a plane larger than a block": ((3, 300, 700, 1), (3, 3), 1, {}),
    "a plane of bytes larger than a block": (
        (3, 300, 700, 1),
        (3, 3),
        1,
        {"dtypes": ("uint8", "float32")},
    ),
    "a plane that is read where it lies": ((1, 300, 701, 1), (5, 5), 1, {"padding": "valid"}),
    "long lines": ((1, 20, 5000, 3), (3, 3), 2, {}),
    "long lines that are read where they lie": ((1, 20, 5003, 1), (3, 3), 1, {"padding": "valid"}),
    "long lines with strides": ((1, 20, 5000, 3), (3, 3), 2, {"stride": (1, 3)}),
    "a line": ((1, 1, 30000, 1), (1, 9), 1, {}),
    "a column": ((1, 30000, 1, 1), (9, 1), 1, {}),
    "a column with strides": ((1, 30001, 2, 1), (9, 1), 1, {"stride": (3, 1)}),
    "small images": ((40, 6, 7, 1), (3, 3), 1, {}),
    "small images that do not fill the last block": ((317, 9, 9, 3), (3, 3), 2, {}),
    "small images with edges": ((317, 9, 9, 3), (3, 3), 2, {"pad_mode": "reflect"}),
    "small images with edges in tiles": ((317, 9, 9, 3), (3, 3), n, {"pad_mode": "wrap"}),
    "small images in tiles": ((61, 7, 7, 20), (3, 3), 2 * n, {}),
    "small images in lanes": ((61, 7, 7, 5), (3, 3), 5, {"groups": 5}),
    "lanes larger than a block": ((2, 90, 90, 40), (3, 3), 40, {"groups": 40}),
    "lanes with strides": ((2, 91, 93, 40), (3, 3), 40, {"groups": 40, "stride": 2}),
    "a large image": ((1, 530, 521, 1), (5, 7), 1, {}),
    "a large image with strides": ((1, 530, 521, 1), (5, 7), 1, {"stride": (2, 1)}),
    "a large image on one side": ((1, 530, 521, 1), (4, 4), 1, {"padding": ((0, 3), (2, 0))}),
    "a large image in lanes": ((1, 100, 97, 32), (3, 3), 32, {"groups": 32}),
    "a large image with edges": ((1, 530, 521, 1), (3, 3), 1, {"pad_mode": "wrap"}),
    "a large image and filled": (
        (1, 530, 521, 1),
        (3, 3),
        1,
        {"pad_mode": "constant", "fill": 2.5},
    ),
    "tiles of a large image": ((2, 71, 101, 17), (3, 3), n, {}),
    "tiles of a prime size": ((1, 53, 2053, 3), (3, 3), n, {}),
    "tiles of few channels with strides": ((2, 61, 67, 3), (7, 7), n, {"stride": 2}),
    "tiles with filled borders": (
        (2, 30, 31, 17),
        (3, 3),
        n,
        {"pad_mode": "constant", "fill": 2.5},
    ),
    "tiles with many classes of borders": ((2, 12, 12, 17), (9, 9), n, {}),
    "tiles of dilated windows": ((1, 40, 40, 17), (3, 3), n, {"dilation": (5, 7)}),
    "few kernels of many channels": ((2, 61, 67, 2 * n), (3, 3), 3, {}),
    "few kernels of odd channels, packed": ((1, 61, 67, n + 3), (5, 5), 2, {"pad_mode": "edge"}),
    "few kernels of many channels in a row": ((5, 1, 4001, n), (1, 1), 1, {}),
    "few kernels in two panels": ((3, 14, 15, 2 * n), (3, 3), n // 2, {"stride": 2}),
    "few kernels of bytes": ((2, 30, 31, 2 * n), (3, 3), 2, {"dtypes": ("uint8", "float32")}),
    "channels in pieces": ((1, 10, 11, 300), (9, 9), 200, {}),
    "channels in pieces, to be packed": (
        (1, 10, 11, 300),
        (9, 9),
        200,
        {"dtypes": ("uint8", "float32")},
    ),
    "channels in pieces, of integers": (
        (1, 10, 11, 300),
        (9, 9),
        200,
        {"dtypes": ("uint8", "int8")},
    ),
    "channels in pieces, in groups": ((2, 7, 6, 300), (9, 9), 200, {"groups": 2}),
    "panel by panel": ((3, 9, 9, 200), (3, 3), 150, {}),
    "panel by panel, with edges": ((3, 9, 9, 200), (3, 3), 150, {"pad_mode": "reflect"}),
    "panel by panel, with strides": ((3, 9, 9, 200), (3, 3), 150, {"stride": 2}),
}


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("name", BLOCKS)
def test_blocks(name, number):
    shape, window, nc, words = BLOCKS[name]
    convpool.set_num_threads(number)
    try:
        bias = np.arange(nc).astype(np.int8)
        check(shape, window, nc, bias=bias, **words)
    finally:
        convpool.set_num_threads(None)


@pytest.mark.parametrize("step", [1, 2, 3, 5])
@pytest.mark.parametrize("nc", [1, 2, 3])
def test_results_of_few_kernels_are_written_between_others(nc, step):
    """Some as far from each other as more results side by side would be."""
    for wide in range(1, 9):
        images, kernels = numbers((1, 3, wide, n), "f4"), numbers((1, 1, n, nc), "f4", 1)
        held = np.full((1, 3 * step, wide * step, nc), -1, np.float32)
        expected = held.copy()
        for rows, columns in ((1, step), (step, 1), (step, step)):
            out, wanted = (whole[:, : 3 * rows : rows, ::columns] for whole in (held, expected))
            out, wanted = out[:, :, :wide], wanted[:, :, :wide]
            wanted[...] = reference.convolve(images, kernels)
            convpool.convolve(images, kernels, out=out, engine="compiled")
            np.testing.assert_array_equal(held, expected)
            held[...] = expected[...] = -1


@pytest.mark.parametrize(
    ("shape", "window", "nc", "is_shared"),
    [
        ((8, 14, 14, 6), 5, 64, True),  # few windows
        ((1, 28, 28, 6), 5, 64, True),
        ((1, 28, 28, 6), 5, 16, False),  # less than sharing takes
        ((1, 200, 200, 32), 1, 2, True),  # the lanes without a kernel take as long
        ((1, 40, 40, 32), 1, 2, False),
    ],
)
def test_work_that_threads_share(shape, window, nc, is_shared):
    images, out = np.ones(shape, np.float32), np.ones((*shape[:3], nc), np.float32)
    pad = window // 2
    words = {"axes": (Axis(shape[1], window, 1, 1, pad, pad),) * 2, "groups": 1, "terms": 150}
    words |= {"pad_mode": "zeros", "is_padded_with_zeros": True}
    kernels = (window, window, shape[3], nc)
    geometry = compiled_convolution.geometry_of(images, out, kernels, out.dtype, **words)
    schedule = many_kernels_schedule.schedule_of(geometry, False)
    assert len(schedule.block_ranges(4)) == (4 if is_shared else 1)


def schedule_of_layer(shape, window, nc):
    """The schedule of a layer with as much padding as keeps its size, in float32."""
    images, out = np.ones(shape, np.float32), np.ones((*shape[:3], nc), np.float32)
    pad = window // 2
    axes = tuple(Axis(size, window, 1, 1, pad, pad) for size in shape[1:3])
    words = {"axes": axes, "groups": 1, "terms": window**2 * shape[3]}
    words |= {"pad_mode": "zeros", "is_padded_with_zeros": True}
    kernels = (window, window, shape[3], nc)
    geometry = compiled_convolution.geometry_of(images, out, kernels, out.dtype, **words)
    return many_kernels_schedule.schedule_of(geometries.in_one_row(geometry), True)


@pytest.mark.parametrize("vectors", [1, 2, 4])
def test_what_is_left_of_a_block_is_no_whole_tile(vectors):
    """As 7 x 7 pixels are one more than 8 tiles of 6."""
    for pixels in range(1, 129):
        schedule = schedule_of_layer((1, 1, pixels, 16), 1, vectors * n)
        third, blocks = schedule.panels.fewest_pixels, -(-pixels // 64)
        assert third == schedule.panels.pixels // 3
        assert schedule.work[-1] == -(-pixels // (blocks * third)) * third * blocks


def test_blocks_of_sizes_that_have_few_divisors():
    """11 x 11 windows, the middle of 13 x 13, are no 11 blocks of a row each."""
    schedule = schedule_of_layer((1, 13, 13, 256), 3, 384)
    middle = schedule.tables[0][
        4
    ]  # (last block, images, rows and columns of it and of a block ...)
    assert list(middle[1:7]) == [1, 11, 11, 1, 11, 11]


@pytest.mark.parametrize(("nc", "blocks"), [(128, 4), (2048, 2)])
def test_blocks_are_few_where_threads_share_panels(nc, blocks):
    """Each reads all weights of a panel."""
    assert len(schedule_of_layer((1, 14, 14, 512), 1, nc).work) - 1 == blocks


@pytest.mark.parametrize("is_large", [True, False])
def test_results_of_the_next_tile_are_fetched(is_large, monkeypatch):
    """If the output is large."""
    monkeypatch.setattr(many_kernels_schedule, "LARGE", 40 * 40 * 48 * 4 + (not is_large))
    many_kernels_schedule.schedule_of.cache_clear()
    images, out = np.ones((1, 40, 40, 32), np.float32), np.ones((1, 40, 40, 48), np.float32)
    words = {"axes": (Axis(40, 1, 1, 1, 0, 0),) * 2, "groups": 1, "terms": 150}
    words |= {"pad_mode": "zeros", "is_padded_with_zeros": True}
    geometry = compiled_convolution.geometry_of(images, out, (1, 1, 32, 48), out.dtype, **words)
    schedule = many_kernels_schedule.schedule_of(geometry, False)
    many_kernels_schedule.schedule_of.cache_clear()
    output_places = schedule.tables[2]
    expected = output_places[schedule.panels.pixels] - output_places[0] if is_large else 0
    assert schedule.words[many_kernels.TILE.ahead] == expected


SMALL = [
    (few_kernels_schedule, "PACKED", 20),
    (few_kernels_schedule, "LINE", 2),
    (few_kernels_schedule, "NEAR", 200),
    (many_kernels_schedule, "LARGE", 0),
    (many_kernels_schedule, "BLOCK", 600),
    (many_kernels_schedule, "WINDOWS", 40),
    (many_kernels_schedule, "RESULTS", 400),
    (many_kernels_schedule, "LEAST", 10),
    (many_kernels_schedule, "SHARED", 2000),
    (panel_module, "WEIGHTS", 900),
    (many_kernels, "TOGETHER", 1800),
    (many_kernels, "UNSHARED_WEIGHTS", 500),
    (many_kernels, "PADDED", 3000),
    (compiled_convolution, "STAGED", 4096),
]


@pytest.fixture
def small_blocks(monkeypatch):
    """Cut small images as if they were large."""
    for module, name, value in SMALL:
        monkeypatch.setattr(module, name, value)
    forget()
    yield
    forget()


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("shape", [(3, 7, 9, 5), (2, 1, 1009, 8), (5, 1, 1, 40)], ids=str)
def test_pixels_of_all_images_are_taken_as_one_row(shape, number):
    convpool.set_num_threads(number)
    try:
        check(shape, (1, 1), 3 * n + 1, bias=np.arange(3 * n + 1).astype(np.int8))
    finally:
        convpool.set_num_threads(None)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("window", [1, 3])
@pytest.mark.parametrize("panels", [2, 3, 17])
def test_threads_share_panels(panels, window, number, monkeypatch):
    """Weights of all panels are packed before, once or, without padding, in each call."""
    monkeypatch.setattr(many_kernels_schedule, "SHARED", 0)
    kept, find = [], many_kernels.Convolution._convolve_by_packed_panels
    monkeypatch.setattr(
        many_kernels.Convolution,
        "_convolve_by_packed_panels",
        lambda self, *words: (kept.append(words), find(self, *words)),
    )
    nc, shape = 3 * n * panels - 5, (2, 7, 9, 40)
    words = {"images_dtype": "float32", "kernels_dtype": "float32", "engine": "compiled"}
    kernels, bias = numbers((window, window, 40, nc), "float32", 1), numbers(nc)
    layer = convpool.plan_convolution(shape, kernels.shape, **words).prepack(kernels, bias)
    with convpool.threads(number):
        for seed in range(2):  # with records that are made, and kept
            images = numbers(shape, "float32", seed)
            expected = judged(images, kernels, bias=bias)
            np.testing.assert_array_equal(layer(images), expected)
    assert len(kept) == (2 if window == 3 or number == 1 else 4)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("form", ["few panels", *FORMS])
def test_the_number_of_threads_may_change_from_call_to_call(form):
    """Records are kept, and the next call may share its work in another way."""
    c, nc, groups = (40, 9 * n, 1) if form == "few panels" else FORMS[form]
    shape, window = (1, 14, 14, c), (3, 3, c // groups, nc)
    words = {"images_dtype": "float32", "kernels_dtype": "float32", "engine": "compiled"}
    images, kernels = numbers(shape, "float32", 1), numbers(window, "float32", 2)
    plan = convpool.plan_convolution(shape, window, groups=groups, **words)
    layer, expected = plan.prepack(kernels), windowed(images, kernels, groups=groups)
    for number in (8, 2, 1, 3, 1, 8, 1):
        with convpool.threads(number):
            for call in (layer, lambda images, out: plan.run(images, kernels, out=out)):
                out = np.full(expected.shape, 7, np.float32)
                np.testing.assert_array_equal(call(images, out), expected)


@pytest.mark.full
@pytest.mark.usefixtures("small_blocks")
def test_every_size_around_the_blocks():
    """Small images have many blocks then, and the last of an axis has any size."""
    random = np.random.default_rng(5)
    for k in range(60 if not IS_FULL else 1000):
        c, nc, groups = list(FORMS.values())[k % len(FORMS)]
        shape = (int(random.integers(1, 5)), *random.integers(3, 60, 2).tolist(), c)
        padding = ["same", "valid", "full", ((2, 0), (0, 1))][k // 2 % 4]
        stride = [1, 1, 2, (1, 3)][random.integers(4)]
        check(shape, (3, 3), nc, padding, stride, groups=groups, seed=k, bias=np.arange(nc))
        check(shape, (3, 3), nc, padding, stride, groups=groups, seed=k, dtypes=("uint8", "int8"))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("stride", [1, 2])
def test_small_planes_are_read_where_they_lie(stride, dtype, monkeypatch):
    """Masks stand for the padding at both ends of a line and for the columns between windows, of
    float32: every width is a case.
    """
    found = []
    reading = few_kernels_schedule._reading
    monkeypatch.setattr(
        few_kernels_schedule, "_reading", lambda *words: found.append(reading(*words)) or found[-1]
    )
    forget()
    for width in sample(range(1, 3 * n + 2), 8, f"planes {stride} {dtype}"):
        check(
            (9, 5, width, 1), (3, 3), 1, ((1, 0), (0, 2)), stride, dtypes=(dtype, dtype), seed=width
        )
    for count in (
        320,
        321,
        700,
    ):  # of one block, and of some blocks the last of which has images in common with another
        check((count, 5, 5, 1), (3, 3), 1, "same_size", stride, dtypes=(dtype, dtype))
    has_masks = library.isa().name == "avx512" and dtype == "float32"
    assert set(found) == {(has_masks, has_masks)}


@pytest.mark.parametrize("form", ["planes", "tiles"])
def test_copies_of_a_few_images_at_a_time(form, monkeypatch):
    """What the kernels cannot read or write is copied: every image once, the last copy with
    fewer.
    """
    monkeypatch.setattr(compiled_convolution, "STAGED", 8 * 3 * 90)
    c, nc, _ = FORMS[form]
    images, kernels = numbers((8, 5, 6, c), "float32", 0), numbers((3, 3, c, nc), "float32", 1)
    judged(unaligned(images), kernels)
    judged(images.astype(">f2"), kernels)
    judged(images, kernels, out=unaligned(np.full((8, 5, 6, nc), 7, np.float32)))


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("form", FORMS)
def test_weights_that_are_not_finite_meet_the_padding(form, value):
    c, nc, groups = FORMS[form]
    images, kernels = (
        numbers((2, 5, n + 4, c), "float32", 0) + 1,
        numbers((3, 3, c // groups, nc), "float32", 1),
    )
    kernels[0, 1, -1, -1] = value
    result = judged(images, kernels, groups=groups)
    assert np.isnan(result[:, 0, :, -1]).all()  # 0 * inf
    judged(images, kernels, "valid", groups=groups)
    large = numbers((1, 600, 500, c), "float32", 0)  # borders apart
    assert np.isnan(judged(large, kernels, groups=groups)[:, 0, :, -1]).all()


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_many_weights_that_are_not_finite_are_found_on_the_way(value, dtype, number):
    """They are looked at as they are packed, each of them; what was made before is made again."""
    images, kernels = (
        numbers((3, 9, 8, 40), dtype, 0) + 1,
        numbers((3, 3, 40, 5 * n - 3), dtype, 1),
    )
    with convpool.threads(number):
        judged(images, kernels)
        for k in sample(range(kernels.shape[-1]), 6, f"not finite {value} {dtype} {number}"):
            kernels[0, 1, k % 40, k] = value
            result = judged(images, kernels, bias=np.arange(5 * n - 3))
            assert np.isnan(result[:, 0, :, k]).all()  # 0 * inf
            kernels[0, 1, k % 40, k] = 1


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("form", FORMS)
def test_pixels_that_are_not_finite_stay_where_they_are(form, value):
    c, nc, groups = FORMS[form]
    images, kernels = (
        numbers((2, 6, 2 * n + 4, c), "float32", 0),
        numbers((3, 3, c // groups, nc), "float32", 1),
    )
    images[1, 3, n, 0] = value
    images[0, 5, -1, -1] = value
    kernels[1, 1] = 0  # weights of 0 are not skipped
    for stride in (1, 2):
        judged(images, kernels, "same", stride, groups=groups)
        judged(images, kernels, "valid", stride, groups=groups)


# ---- rounding ----


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("form", FORMS)
def test_rounding_stays_within_the_bound_of_a_plain_sum(form, dtype):
    """Each product and each addition rounds once: the error is within (terms + 2) eps / 2 of the
    sum of magnitudes.
    """
    c, nc, groups = FORMS[form]
    random = np.random.default_rng(0)
    images = random.standard_normal((1, 9, n + 5, c)).astype(dtype)
    kernels = random.standard_normal((11, 3, c // groups, nc)).astype(dtype)
    actual = convpool.convolve(images, kernels, groups=groups, engine="compiled")
    exact = windowed(images, kernels, groups=groups, kind=np.longdouble)
    magnitude = windowed(abs(images), abs(kernels), groups=groups, kind=np.longdouble)
    terms = kernels[..., 0].size
    assert (abs(actual - exact) <= (terms + 2) * np.finfo(dtype).eps / 2 * magnitude).all()


# ---- guard bands ----

BAND = 4096


class Bands:
    """Arrays in the middle of bands, which must not change."""

    def __init__(self):
        self.rooms = []

    def array(self, shape, dtype):
        dtype = np.dtype(dtype)
        size = int(np.prod(shape)) * dtype.itemsize
        memory = np.full(size + 2 * BAND + 64, 0xFF, np.uint8)  # NaN, -1
        start = -memory.ctypes.data % 64
        room = memory[start : start + size + 2 * BAND]
        self.rooms.append(room)
        return room[BAND : BAND + size].view(dtype).reshape(shape)

    def given(self, array):
        banded = self.array(array.shape, array.dtype)
        banded[...] = array
        return banded

    def scratch(self, numbers, dtype):
        return self.array((numbers,), dtype)

    def check(self):
        for room in self.rooms:
            assert (room[:BAND] == 0xFF).all()
            assert (room[-BAND:] == 0xFF).all()


GUARDED = [
    *[
        ((2, 7, wide, c), (3, 3), nc, {"groups": g})
        for c, nc, g in FORMS.values()
        for wide in (5, n, 2 * n + 3)
    ],
    *[((2, 7, n + 3, c), (2, 4), nc, {"groups": g, "stride": 2}) for c, nc, g in FORMS.values()],
    *[
        ((2, 9, n + 3, c), (3, 3), nc, {"groups": g, "padding": "valid"})
        for c, nc, g in FORMS.values()
    ],
    *[
        ((2, 7, 9, c), (3, 3), nc, {"groups": g, "dtypes": ("uint8", "int8")})
        for c, nc, g in FORMS.values()
    ],
    ((1, 20, 21, 1), (9, 9), 1, {"dilation": 2, "padding": "full"}),
    ((1, 9, 9, 200), (3, 3), 150, {}),
    ((2, 6, 7, 300), (9, 9), 150, {}),
]


@pytest.mark.parametrize("case", mark_others_full(GUARDED, 10, "guarded"))
def test_nothing_is_written_beside_arrays(case, monkeypatch):
    shape, window, nc, words = case
    bands = Bands()
    monkeypatch.setattr(launch, "empty_aligned", bands.scratch)
    dtypes, groups = words.get("dtypes", ("float32", "float32")), words.get("groups", 1)
    images = bands.given(numbers(shape, dtypes[0], 0))
    kernels = bands.given(numbers((*window, shape[-1] // groups, nc), dtypes[1], 1))
    words = {name: word for name, word in words.items() if name != "dtypes"}
    expected = windowed(images, kernels, **words)
    out = bands.array(expected.shape, np.int64 if dtypes[0] == "uint8" else np.float32)
    judged(images, kernels, **words, out=out)
    bands.check()
    np.testing.assert_array_equal(images, numbers(shape, dtypes[0], 0))


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_written_between_lines(form):
    """Images and out are parts of larger ones, with NaN and sentinels beside each line."""
    c, nc, groups = FORMS[form]
    around = np.full((4, 12, 3 * n, c), np.nan, np.float32)
    images = around[1:3, 2:9, 3 : n + 8]
    images[...] = numbers(images.shape, "float32", 0)
    kernels = numbers((3, 3, c // groups, nc), "float32", 1)
    for padding, stride in [("same", 1), ("valid", 1), ("same", 2)]:
        counts = windowed(images, kernels, padding, stride, groups=groups).shape
        whole = np.full((4, 12, 3 * n, nc), 7, np.float32)
        out = whole[1:3, 2 : 2 + counts[1], 3 : 3 + counts[2]]
        judged(images, kernels, padding, stride, groups=groups, out=out)
        out[...] = 7
        assert (whole == 7).all()


# The child's arrays and scratches end where a page ends that nobody may touch, or begin where one
# does.
CHILD = """
import numpy as np
import convpool
from convpool import reference
from convpool.engines.compiled import kept_records, launch, library
from support import fences

kept_records.MOST = 0  # so that each call has memory beside fences

n = library.isa().vector_bytes // 4
random = np.random.default_rng(0)
FORMS = [(1, 1, 1), (3, 2, 1), (4, 4, 2), (5, 5, 5), (2, n, 1), (18, n + 1, 1), (n + 3, 3, 1)]


def check(shape, window, nc, padding="same", stride=1, groups=1, kinds=("f4", "f4"), **words):
    images = random.integers(0, 5, shape).astype(kinds[0])
    kernels = random.integers(0, 5, (*window, shape[-1] // groups, nc)).astype(kinds[1])
    bias = np.arange(nc).astype(kinds[1])
    words.update(groups=groups, bias=bias)
    expected = reference.convolve(images, kernels, padding, stride, **words)
    for side in fences.SIDES:
        launch.empty_aligned = lambda numbers, dtype: fences.array((numbers,), dtype, side)
        banded = [fences.copy(array, side) for array in (images, kernels, bias)]
        out = fences.array(expected.shape, expected.dtype, side)
        fenced = dict(words, bias=banded[2], engine="compiled", out=out)
        convpool.convolve(banded[0], banded[1], padding, stride, **fenced)
        np.testing.assert_array_equal(out, expected)
        fences.clear()
    actual = convpool.convolve(images, kernels, padding, stride, engine="compiled", **words)
    assert actual.dtype == expected.dtype
    np.testing.assert_array_equal(actual, expected)


def sweep():
    for c, nc, groups in FORMS:
        for wide in (3, n, 2 * n + 3):
            check((1, 4, wide, c), (3, 3), nc, groups=groups)
        check((2, 5, n + 3, c), (3, 3), nc, "valid", groups=groups)
"""
MORE = """
for c, nc, groups in FORMS:
    check((2, 5, 2 * n + 2, c), (3, 3), nc, "same", 2, groups=groups)
    check((1, 5, n + 2, c), (3, 3), nc, groups=groups, kinds=("uint8", "int8"))
check((1, 9, 11, 1), (8, 3), 1, "full")
check((1, 5, 6, 20), (2, 3), n, pad_mode="reflect")
"""
# Every form of convolution is called by one of these.
EVERY_FORM = """
from itertools import product
from convpool.engines.compiled import convolution as compiled_convolution
from convpool.engines.compiled import base_form, forms, many_kernels_schedule, picture_forms

used = set()
for name in ("function", "function_address"):
    found = getattr(library, name)
    setattr(library, name, lambda form, found=found: used.add(form) or found(form))


def compare(shape, window, nc, kinds, padding="same", stride=1, groups=1, scale=1, dtype=None):
    images = random.integers(0, 5, shape).astype(kinds[0])
    kernels = random.integers(1, 5, (*window, shape[-1] // groups, nc)).astype(kinds[1]) * scale
    words = dict(padding=padding, stride=stride, groups=groups, dtype=dtype)
    expected = convpool.convolve(images, kernels, engine="numpy", **words)
    for side in fences.SIDES:
        launch.empty_aligned = lambda numbers, dtype: fences.array((numbers,), dtype, side)
        banded = [fences.copy(array, side) for array in (images, kernels)]
        out = fences.array(expected.shape, expected.dtype, side)
        convpool.convolve(*banded, engine="compiled", out=out, **words)
        np.testing.assert_array_equal(out, expected)
        fences.clear()


def compare_pictures(kind, window, results, kernel_kind="i8"):
    image = random.integers(0, 5, (5, 16 * n + 3)).astype(kind)
    kernel = random.integers(-4, 5, window).astype(kernel_kind)
    words = dict(dtype=results) if results.kind == "f" else dict(round_to=results)
    expected = convpool.filter_image(image, kernel, engine="numpy", **words)
    for side in fences.SIDES:
        launch.empty_aligned = lambda numbers, dtype: fences.array((numbers,), dtype, side)
        out = fences.array(expected.shape, expected.dtype, side)
        banded = fences.copy(image, side)
        convpool.filter_image(banded, kernel, engine="compiled", out=out, **words)
        np.testing.assert_array_equal(out, expected)
        fences.clear()


# (dtype of sums, of results): dtypes and a scale of the weights that lead to them
PAIRS = {
    ("f4", "f4"): (("f4", "f4"), 1),
    ("f8", "f8"): (("f8", "f8"), 1),
    ("f4", "i8"): (("u1", "i1"), 1),
    ("f8", "i8"): (("i2", "i8"), 2**30),
    ("i8", "i8"): (("i2", "i8"), 2**52),
}


def all_kinds(kinds, scale):
    lanes = library.isa().vector_bytes // (4 if kinds[0] in ("f4", "u1") else 8)
    words = dict(kinds=kinds, scale=scale)
    compare((2, 5, 21, 1), (1, 4), 1, **words)
    compare((2, 5, 9, 5), (1, 4), 5, groups=5, **words)
    for vectors in (1, 2, 4):
        compare((1, 4, 5, 20), (2, 2), vectors * lanes, **words)
    for nc in (1, 2, 4):
        compare((1, 4, 21, lanes + 1), (2, 2), nc, **words)


for kinds, scale in PAIRS.values():
    all_kinds(kinds, scale)
for kind in ("f4", "f8"):
    for window, c, stride in product((2, 3, 5), (1, 2), (1, 2)):
        compare((2, 9, 21, c), (window, window), 1, (kind, kind), stride=stride)
        compare((2, 9, 21, c), (window, window), 2, (kind, kind), "valid", stride=stride)
    compare((2, 9, 21, 5), (3, 3), 5, (kind, kind), groups=5)
    for window, stride, multiplier in product((2, 3, 5), (1, 2), (1, 2)):
        for c, padding in ((16, "same"), (27, "valid"), (35, 4)):
            words = dict(padding=padding, stride=stride, groups=c)
            compare((2, 9, 13, c), (window, window), multiplier * c, (kind, kind), **words)
    for window, stride, depth in product((2, 3), (1, 2), (2, 4)):
        words = dict(stride=stride, groups=36 // depth)
        compare((2, 9, 21, 36), (window, window), 36, (kind, kind), **words)
compare((2, 9, 21, 1), (3, 3), 2, ("u1", "i1"))
for images in base_form.NUMBERS:
    for sums in ("f4", "f8"):
        if images == sums or images.kind != "f" or sums == "f8":
            compare((2, 5, 21, 3), (3, 4), 1, (images, sums), dtype=sums)
    if images.kind != "f":
        compare((2, 5, 21, 3), (3, 4), 1, (images, "i8"), scale=2**52)
# rows of pictures
for images, sums in base_form.READ:
    kernels, scale = (sums, 1) if sums != "i8" else ("i8", 2**52)
    compare((2, 5, 8 * n + 3, 1), (3, 4), 1, (images, kernels), scale=scale)
for sums, results in picture_forms.FILTERED:
    if sums == np.int16:
        for image, window in product(("u1", "i1"), ((2, 3), (3, 3))):
            compare_pictures(image, window, results)
        continue
    if sums == np.float64 and results.kind == "u":
        compare_pictures("u2", (2, 3), results, "f8")
        continue
    kinds, scale = ("u1", "i1"), {"f8": 2**30, "i8": 2**52}.get(sums.str[1:], 1)
    if results.kind == "f":
        kinds, scale = (sums, sums), 1
    elif sums != "f4":
        kinds = ("i2", "i8")
    compare((1, 5, 8 * n + 3, 1), (2, 3), 1, kinds, scale=scale, dtype=results)
for window in (3, 5):
    compare_pictures("f4", (window, window), np.dtype("f4"))
compiled_convolution.LONG, compiled_convolution.FAR, compiled_convolution.CHAIN = 0, 0, 5
convpool.convolution._plan.cache_clear()
all_kinds(("f4", "f4"), 1)
many_kernels_schedule.SHARED = 0  # weights are packed panel by panel
many_kernels_schedule.schedule_of.cache_clear()
convpool.convolution._plan.cache_clear()
with convpool.threads(1):
    for sums in ("f4", "f8", "i8"):
        all_kinds(*PAIRS[sums, sums])
table = set(forms.convolution_forms(library.isa()))
used -= set(forms.CREW_FORMS)
assert used == table, (table - used, used - table)
"""
linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="protects pages as Linux does"
)
ISAS = [
    isa.name if isa == library.choice().isa else pytest.param(isa.name, marks=pytest.mark.full)
    for isa in library.isas_of_processor()
]


@linux
@pytest.mark.parametrize("isa", ISAS)
def test_every_form_is_called_beside_fences(isa):
    children.output(CHILD + EVERY_FORM, CONVPOOL_ISA=isa)


@linux
@pytest.mark.parametrize("isa", ISAS)
def test_nothing_is_read_beside_arrays(isa):
    """Wide vectors and narrow ones, many registers and few, masked instructions and none."""
    children.output(CHILD + "sweep()\n" + (MORE if IS_FULL else ""), CONVPOOL_ISA=isa)


# ---- threads, forks, processes ----


def test_many_threads_call_at_once():
    """Eight threads, two seconds, other shapes in each."""
    cases = []
    for k, (c, nc, groups) in enumerate(FORMS.values()):
        images = numbers((3, 30 + k, 40 + k, c), "float32", k)
        kernels = numbers((3, 3, c // groups, nc), "float32", k + 1)
        cases.append((images, kernels, groups, windowed(images, kernels, groups=groups)))
        convpool.convolve(images, kernels, groups=groups, engine="compiled")
    end = time.monotonic() + 2
    wrong, calls = [], [0] * 8

    def caller(k):
        try:
            while time.monotonic() < end or not calls[k]:
                images, kernels, groups, expected = cases[(k + calls[k]) % len(cases)]
                actual = convpool.convolve(images, kernels, groups=groups, engine="compiled")
                np.testing.assert_array_equal(actual, expected)
                calls[k] += 1
        except BaseException as error:
            wrong.append(error)

    callers = [threading.Thread(target=caller, args=(k,)) for k in range(8)]
    for one in callers:
        one.start()
    for one in callers:
        one.join(60)
    assert not wrong, wrong[0]
    assert all(calls)


@pytest.mark.parametrize(
    "name", [name for name, (*_, words) in BLOCKS.items() if "dtypes" not in words]
)
def test_results_do_not_depend_on_the_number_of_threads(name):
    shape, window, nc, words = BLOCKS[name]
    random, groups = np.random.default_rng(0), words.get("groups", 1)
    images = random.standard_normal(shape).astype(np.float32)  # sums that round
    kernels = random.standard_normal((*window, shape[-1] // groups, nc)).astype(np.float32)
    results = []
    try:
        for number in (1, 2, 3):
            convpool.set_num_threads(number)
            results.append(convpool.convolve(images, kernels, **words, engine="compiled"))
    finally:
        convpool.set_num_threads(None)
    assert results[0].tobytes() == results[1].tobytes() == results[2].tobytes()


FORKED = """
import multiprocessing, os
import numpy as np
import convpool

images = np.arange(3 * 300 * 400.0).reshape(3, 300, 400, 1) % 7
kernels = np.arange(9.0).reshape(3, 3, 1, 1)
convpool.set_num_threads(3)


def work(k):
    return convpool.convolve(images + k, kernels, engine="compiled").sum()


expected = [work(k) for k in range(4)]
child = os.fork()
if not child:
    os._exit(0 if [work(k) for k in range(4)] == expected else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert pool.map(work, range(4)) == expected
assert [work(k) for k in range(4)] == expected
"""


@pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="there is no fork here"
)
def test_forks_after_use_and_in_workers():
    children.output(FORKED)


# ---- results that are added to ----


def test_no_two_blocks_have_a_row_in_common(monkeypatch):
    """Tall kernels add to what they stored: the last block of rows once began inside of the one
    before it.
    """
    pytest.importorskip("numba")
    monkeypatch.setenv("CONVPOOL_BUILD", library.isa().name)
    from convpool.engines.compiled.loops.blocks import block_corner

    grid = {"images": 1, "oh": 300, "ow": 400}
    block = {"block_images": 1, "block_rows": 26, "block_columns": 400}
    call = SimpleNamespace(**grid, **block)
    rows = [block_corner.py_func(call, number)[1] for number in range(12)]
    assert rows == list(range(0, 300, 26))


@pytest.mark.parametrize("threads_used", [2, 4])
def test_tall_kernels_give_the_same_on_several_threads(threads_used):
    generator = np.random.default_rng(8)
    images, kernel = (
        generator.random((2, 300, 400, 1), np.float32),
        generator.random((31, 31, 1, 1), np.float32),
    )
    threads.set_number(1)
    try:
        expected = convpool.convolve(images, kernel, engine="compiled")
        threads.set_number(threads_used)
        for _ in range(10):
            found = convpool.convolve(images, kernel, engine="compiled")
            np.testing.assert_array_equal(found, expected)
    finally:
        threads.set_number(None)


# name: (channels, kernels, groups, what vectors hold); windows are 1x1, pixels in order
HELD = {
    "more than half a vector of kernels": (3, n // 2 + 1, 1, "kernels"),
    "one kernel of many channels": (512, 1, 1, "channels"),
    "two kernels of a vector of channels": (n, 2, 1, "channels"),
    "two kernels of fewer channels": (n - 1, 2, 1, "kernels"),
    "more kernels of many channels": (64, n // 2 + 1, 1, "kernels"),
    "two kernels of each group": (4 * n, 4, 2, "channels"),
    "half a vector of kernels of few channels": (3, n // 2, 1, "kernels"),
    "two kernels of few channels": (4, 2, 1, "columns"),
    "two kernels of one channel": (1, 2, 1, "columns"),
    "one kernel for each channel": (64, 64, 64, None),
}


@pytest.mark.parametrize("name", HELD)
def test_what_vectors_hold(name):
    c, nc, groups, held = HELD[name]
    images, kernels = numbers((2, 9, 8, c), "f4"), numbers((1, 1, c // groups, nc), "f4")
    plan = convpool.plan_convolution(
        images.shape,
        kernels.shape,
        groups=groups,
        engine="compiled",
        images_dtype="f4",
        kernels_dtype="f4",
    )
    result = plan.run(images, kernels)
    np.testing.assert_array_equal(result, reference.convolve(images, kernels, groups=groups))
    (program,) = plan._compute.programs.values()
    over_channels = {"channels": True, "kernels": False}.get(held)
    assert getattr(program, "over_channels", None) == over_channels
    assert isinstance(program, few_kernels.Convolution) == (held == "columns")
    # channels that do not lie side by side need not be parted
    apart = np.ascontiguousarray(images.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1)
    if c > 1 and 2 * nc // groups <= n:
        np.testing.assert_array_equal(plan.run(apart, kernels), result)
        assert isinstance([*plan._compute.programs.values()][1], few_kernels.Convolution)
