"""Plans: known from shapes and dtypes alone, immutable, printable, and right about what a run does.

m images, c channels, nc kernels.
"""

from __future__ import annotations

import copy
import inspect
import math
import pickle
import re
import tracemalloc
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from itertools import product
from typing import Any

import numpy as np
import pytest

import convpool
from convpool import convolve, convolve_transpose, plan_convolution, plan_pooling, pool
from convpool.engines.fft import layout
from convpool.engines.pool_modes import POOL_MODES
from convpool.engines.registry.convolution import ENGINES
from convpool.engines.registry.pooling import POOL_ENGINES
from convpool.plans import arguments, formatting
from convpool.plans import make_convolution as planning
from convpool.plans.base import Plan
from convpool.windows import Axis
from support.arrays import numbers
from support.compiled import needs_kernels


@dataclass(frozen=True)
class Case:
    """A convolution, or with a kernel shape of window sizes only a pooling."""

    images: tuple
    kernels: Any
    words: dict = field(default_factory=dict)

    def __str__(self):
        said = " ".join(f"{name}={value}" for name, value in self.words.items())
        return f"{'x'.join(map(str, self.images))} {self.kernels} {said}".replace(" ", "")


CONVOLUTIONS = [
    Case((2, 5, 6, 3), (3, 3, 3, 4)),
    Case((2, 5, 6, 3), (2, 3, 3, 4), {"padding": "valid"}),
    Case((2, 5, 6, 3), (2, 3, 3, 4), {"padding": "full", "stride": (2, 3)}),
    Case((2, 5, 6, 3), (2, 3, 3, 4), {"padding": "same_size", "stride": 2}),
    Case((2, 5, 6, 3), (2, 3, 3, 4), {"padding": "same_lower", "stride": [3, 2]}),
    Case((2, 5, 6, 3), (2, 3, 3, 1), {"padding": ((0, 2), (1, 0)), "dilation": (3, 2)}),
    Case((2, 5, 6, 3), (2, 3, 3, 1), {"padding": 2, "dilation": 2, "stride": 2}),
    Case((2, 4, 5, 6), (2, 2, 4, 3), {"channel_axis": 1}),
    Case((2, 4, 5, 6), (2, 2, 5, 3), {"channel_axis": 2}),
    Case((2, 4, 5, 6), (2, 2, 2, 3), {"channel_axis": 0, "padding": "valid"}),
    Case((2, 4, 5, 6), (2, 2, 5, 7), {"channel_axis": -2, "stride": (1, 2)}),
    Case((2, 5, 6, 4), (3, 3, 2, 6), {"groups": 2}),
    Case(
        (2, 4, 5, 6),
        (3, 3, 1, 8),
        {"groups": 4, "channel_axis": 1, "padding": 1, "dilation": 2, "stride": 2},
    ),
    Case((3, 9, 2), (3, 2, 5), {"dilation": 3}),
    Case((1, 4, 5, 6, 2), (2, 3, 1, 2, 3), {"stride": (1, 2, 3), "padding": (0, 1, 2)}),
    Case((1, 2, 4, 5, 6), (2, 3, 1, 2, 3), {"channel_axis": 1, "padding": "same"}),
    Case((0, 5, 6, 3), (3, 3, 3, 4)),
    Case((2, 0, 6, 3), (3, 3, 3, 4), {"padding": "same", "stride": 2}),
    Case((2, 5, 6, 3), (3, 3, 3, 0)),
    Case((2, 5, 6, 1), (3, 3, 1, 2), {"pad_mode": "reflect"}),
    Case((2, 5, 6, 1), (3, 3, 1, 2), {"pad_mode": "constant", "fill": 2, "flip": True}),
]
POOLINGS = [
    Case((2, 5, 6, 3), 2),
    Case((2, 5, 6, 3), (2, 3), {"stride": 1, "mode": "min"}),
    Case((2, 5, 6, 3), 3, {"stride": 2, "mode": "avg", "padding": 1}),
    Case(
        (2, 5, 6, 3),
        3,
        {"stride": 2, "mode": "avg", "padding": 1, "ceil": True, "count_padding": True},
    ),
    Case((2, 5, 6, 3), 2, {"stride": 2, "ceil": True, "mode": "sum"}),
    Case((2, 6, 6, 3), 2, {"stride": 3, "ceil": True, "padding": ((1, 0), (0, 1))}),
    Case((2, 3, 5, 6), (2, 2), {"channel_axis": 1, "stride": (1, 2)}),
    Case((2, 3, 5, 6), (2, 2), {"channel_axis": 2, "dilation": (1, 3), "stride": 1}),
    Case((2, 3, 5, 6), 3, {"channel_axis": 0, "padding": "same", "stride": 2}),
    Case((2, 7, 3), (3,), {"mode": "lp", "p": 3, "padding": "same_lower"}),
    Case((1, 4, 5, 6, 2), (2, 1, 3), {"padding": "full", "stride": (2, 1, 1)}),
    Case((0, 5, 6, 3), 2),
    Case((2, 0, 6, 3), 2, {"padding": "same", "stride": 2}),
    Case((2, 5, 6, 3), 3, {"mode": "median", "stride": 2, "padding": 1}),
    Case(
        (2, 5, 6, 3),
        3,
        {"mode": "avg", "stride": 2, "padding": 1, "pad_mode": "wrap", "ceil": True},
    ),
    Case((2, 5, 6, 3), 3, {"padding": "same", "pad_mode": "constant", "fill": 2.5}),
    Case((2, 5, 6, 3), (2, 2), {"mode": "min", "footprint": [[True, False], [True, True]]}),
    Case((2, 5, 6, 3), 2, {"mode": "sum", "dtype": np.float32}),
    Case((2, 0, 6, 3), 2, {"padding": "same", "stride": 2, "pad_mode": "constant", "fill": 1}),
]
# of these, images are the results of a convolution: c of the result is c // groups x groups
TRANSPOSED = [
    Case((2, 5, 6, 4), (3, 3, 2, 4)),
    Case((2, 5, 6, 4), (3, 2, 2, 4), {"padding": 1, "stride": 2, "output_padding": 1}),
    Case((2, 5, 6, 4), (3, 2, 2, 4), {"padding": "same", "stride": (2, 3)}),
    Case((2, 5, 6, 4), (3, 2, 2, 4), {"padding": "same_size"}),
    Case(
        (2, 5, 6, 4),
        (3, 2, 2, 4),
        {"padding": ((1, 0), (0, 1)), "dilation": 2, "stride": 3, "output_padding": (0, 2)},
    ),
    Case((2, 5, 4), (3, 2, 4), {"dilation": 4, "output_padding": 3}),
    Case((2, 5, 4), (3, 2, 4), {"dilation": 4, "stride": 2, "output_padding": 1}),
    Case((2, 4, 5, 6), (2, 2, 3, 4), {"channel_axis": 1}),
    Case((4, 2, 5, 6), (2, 2, 3, 4), {"channel_axis": 0}),
    Case((2, 5, 6, 4), (2, 2, 3, 4), {"groups": 2, "stride": 2}),
    Case((2, 4, 5, 6), (2, 2, 1, 4), {"groups": 4, "channel_axis": 1, "dilation": 2}),
    Case((2, 5, 4), (3, 2, 4), {"stride": 4}),
    Case((1, 2, 3, 2, 4), (2, 2, 2, 2, 4), {"stride": (1, 2, 3)}),
]
DTYPES = ["float64", "float32", "int16", "uint8", "complex64", ">f4"]


def planned(case):
    """Return a case's plan, and what a run of it takes."""
    if isinstance(case.kernels, tuple) and len(case.kernels) == len(case.images):
        plan = plan_convolution(case.images, case.kernels, **case.words)
        return plan, (numbers(case.images), numbers(case.kernels))
    return plan_pooling(case.images, case.kernels, **case.words), (numbers(case.images),)


def called(case):
    """Return what the call that the plan stands for gives."""
    _, given = planned(case)
    return (
        convolve(*given, **case.words)
        if len(given) == 2
        else pool(*given, case.kernels, **case.words)
    )


# ---- a plan tells what a run does ----


def test_a_plan_has_the_words_of_its_call_with_the_same_defaults():
    words, planned_words = (
        dict(inspect.signature(call).parameters) for call in (pool, plan_pooling)
    )
    for name in ("images", "out", "max_memory"):
        words.pop(name)
    for name in ("images_shape", "images_dtype"):
        planned_words.pop(name)
    assert list(planned_words) == list(words)
    for name, word in words.items():
        assert (word.default, word.kind) == (planned_words[name].default, planned_words[name].kind)


@pytest.mark.parametrize("case", CONVOLUTIONS + POOLINGS, ids=str)
def test_output_shape_is_that_of_the_result(case):
    plan, given = planned(case)
    result = called(case)
    assert plan.output_shape == result.shape
    assert plan.dtype == result.dtype
    np.testing.assert_array_equal(plan.run(*given), result)


@pytest.mark.parametrize("case", TRANSPOSED, ids=str)
def test_output_shape_of_a_transposed_convolution(case):
    plan = planning.plan_transposed(case.images, case.kernels, **case.words)
    result = convolve_transpose(numbers(case.images), numbers(case.kernels), **case.words)
    assert plan.output_shape == result.shape
    assert plan.dtype == result.dtype


def leads_back(case):
    """Return whether the output padding fits what the convolution's ragged end leaves over."""
    return np.max(case.words.get("output_padding", 0)) < np.min(case.words.get("stride", 1))


@pytest.mark.parametrize("case", [case for case in TRANSPOSED if leads_back(case)], ids=str)
def test_the_convolution_that_a_transposed_one_transposes_leads_back(case):
    plan = planning.plan_transposed(case.images, case.kernels, **case.words)
    words = {name: value for name, value in case.words.items() if name != "output_padding"}
    back = plan_convolution(plan.output_shape, case.kernels, **{"padding": "valid", **words})
    assert back.output_shape == case.images
    assert back.axes == plan.axes


@pytest.mark.parametrize(("images", "kernels"), list(product(DTYPES, repeat=2)))
def test_dtypes_and_bytes(images, kernels):
    plan = plan_convolution(
        (2, 5, 6, 3), (3, 3, 3, 4), "valid", images_dtype=images, kernels_dtype=kernels
    )
    result = convolve(numbers((2, 5, 6, 3), images), numbers((3, 3, 3, 4), kernels), "valid")
    assert (plan.images_dtype, plan.kernels_dtype, plan.dtype) == (
        np.dtype(images),
        np.dtype(kernels),
        result.dtype,
    )
    assert plan.bytes_in == 2 * 5 * 6 * 3 * np.dtype(images).itemsize
    assert plan.bytes_out == 2 * 3 * 4 * 4 * result.dtype.itemsize == result.nbytes


@pytest.mark.parametrize("images", DTYPES)
@pytest.mark.parametrize("mode", ["max", "min", "avg", "sum", "lp"])
def test_dtypes_and_bytes_of_pooling(images, mode):
    if images == "complex64" and mode not in ("avg", "sum"):
        with pytest.raises(
            TypeError, match=rf"{mode} pooling has no meaning for images of complex64.*np\.abs"
        ):
            plan_pooling((2, 5, 6, 3), 2, mode=mode, images_dtype=images)
        return
    plan = plan_pooling((2, 5, 6, 3), 2, mode=mode, images_dtype=images)
    result = pool(numbers((2, 5, 6, 3), images), 2, mode=mode)
    assert plan.dtype == result.dtype
    assert plan.bytes_in == 2 * 5 * 6 * 3 * np.dtype(images).itemsize
    assert plan.bytes_out == 2 * 2 * 3 * 3 * result.dtype.itemsize == result.nbytes


@pytest.mark.parametrize("case", CONVOLUTIONS, ids=str)
def test_multiply_adds(case):
    """Each result has one for every tap and every channel of its group: ones summed over full
    windows count them.
    """
    plan, _ = planned(case)
    groups = case.words.get("groups", 1)
    axis = case.words.get("channel_axis", -1)
    c = case.images[axis]
    # over constant ones, every tap counts, those on padding too
    words = {**case.words, "pad_mode": "constant", "fill": 1}
    counted = convolve(np.ones(case.images, int), np.ones(case.kernels, int), **words)
    assert plan.multiply_adds == counted.sum()
    taps = math.prod(case.kernels[:-2])
    assert plan.multiply_adds == math.prod(called(case).shape) * taps * (c // groups)


@pytest.mark.parametrize(
    ("call", "plan"),
    [
        (convolve, plan_convolution),
        (pool, plan_pooling),
        (convolve_transpose, planning.plan_transposed),
    ],
)
def test_defaults_of_a_plan_are_those_of_its_call(call, plan):
    ours, theirs = (
        {
            word.name: word.default
            for word in inspect.signature(one).parameters.values()
            if word.default is not word.empty
        }
        for one in (plan, call)
    )
    dtypes = {name: ours.pop(name) for name in list(ours) if name.endswith("_dtype")}
    assert set(dtypes.values()) == {np.float64}
    arrays = ("bias", "out", "max_memory")  # what a plan gets when it runs
    assert ours == {name: word for name, word in theirs.items() if name not in arrays}


def test_a_plan_without_words_is_that_of_the_call_without_words():
    """For lp, an exponent of 2."""
    x, w = numbers((2, 5, 6, 3)) - 4, numbers((3, 3, 3, 3))
    np.testing.assert_array_equal(plan_convolution(x.shape, w.shape).run(x, w), convolve(x, w))
    np.testing.assert_array_equal(
        planning.plan_transposed(x.shape, w.shape).run(x, w), convolve_transpose(x, w)
    )
    for mode in POOL_MODES:
        np.testing.assert_array_equal(
            plan_pooling(x.shape, 2, mode=mode).run(x), pool(x, 2, mode=mode)
        )
    three_four = np.array([3.0, -4]).reshape(1, 2, 1)
    assert plan_pooling((1, 2, 1), (2,), mode="lp").run(three_four).item() == 5
    assert pool(three_four, (2,), mode="lp").item() == 5


def test_attributes():
    plan = plan_convolution((7, 4, 10, 12), (3, 5, 2, 6), stride=2, channel_axis=1, groups=2)
    assert (plan.batch, plan.channels, plan.output_channels, plan.output_sizes, plan.taps) == (
        7,
        4,
        6,
        (5, 6),
        15,
    )
    assert plan.axes == (Axis(10, 3, 2, 1, 0, 1), Axis(12, 5, 2, 1, 1, 2))
    assert plan.multiply_adds == 7 * 5 * 6 * 6 * 15 * 2 == 37800
    assert (plan.padding, plan.groups, plan.pad_mode, plan.flip, plan.engine) == (
        "same",
        2,
        "zeros",
        False,
        "auto",
    )
    assert plan.scratch > 0


@pytest.mark.parametrize("case", [CONVOLUTIONS[0], POOLINGS[0]], ids=str)
def test_candidates_are_engines_with_a_reason(case):
    plan, given = planned(case)
    engines = ENGINES if len(given) == 2 else POOL_ENGINES
    assert plan.candidates
    for name, why in plan.candidates:
        assert name in engines
        assert why
        assert f"engine    {name}: {why}" in str(plan)


# ---- a plan reads no array ----


def test_plans_of_more_than_fits_in_memory():
    shape, kernels = (10**6, 10**6, 10**6, 10**3), (3, 3, 10**3, 10**3)
    tracemalloc.start()
    try:
        convolution, pooling = plan_convolution(shape, kernels), plan_pooling(shape, 2)
        texts = str(convolution), str(pooling)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2**20
    assert convolution.output_shape == shape
    # exact, although no machine integer holds them
    assert convolution.bytes_in == convolution.bytes_out == 8 * 10**21
    assert convolution.multiply_adds == 9 * 10**24
    assert pooling.bytes_out == 2 * 10**21
    assert all("TB" in text for text in texts)


@pytest.mark.parametrize("case", [CONVOLUTIONS[0], POOLINGS[0]], ids=str)
def test_shapes_may_be_lists_and_numpy_integers(case):
    plan, _ = planned(case)
    make = plan_pooling if isinstance(case.kernels, int) else plan_convolution
    same = make(list(case.images), np.array(case.kernels), **case.words)
    assert same == plan
    assert {type(size) for size in same.images_shape} == {int}
    assert {type(size) for size in same.output_shape} == {int}


# ---- a plan is a value ----

PLANS = [CONVOLUTIONS[6], CONVOLUTIONS[12], CONVOLUTIONS[20], POOLINGS[3], POOLINGS[9]]


@pytest.mark.parametrize("case", PLANS, ids=str)
def test_plans_are_immutable(case):
    plan, _ = planned(case)
    assert isinstance(plan, Plan)
    for name in [part.name for part in fields(plan)]:
        with pytest.raises(FrozenInstanceError):
            setattr(plan, name, getattr(plan, name))
        with pytest.raises(FrozenInstanceError):
            delattr(plan, name)
    for name in ("output_shape", "bytes_in"):
        with pytest.raises(AttributeError):
            setattr(plan, name, 0)
    with pytest.raises(FrozenInstanceError):
        plan.axes[0].stride = 1


@pytest.mark.parametrize("case", PLANS, ids=str)
def test_equal_plans_are_one_key(case):
    plan, again = planned(case)[0], planned(case)[0]
    assert plan is not again
    assert plan == again
    assert len({plan, again}) == 1


@pytest.mark.parametrize("case", PLANS, ids=str)
@pytest.mark.parametrize(
    "twin", [lambda plan: pickle.loads(pickle.dumps(plan)), copy.copy, copy.deepcopy]
)
def test_plans_pickle_and_copy(case, twin):
    plan, given = planned(case)
    other = twin(plan)
    assert type(other) is type(plan)
    assert other == plan
    assert str(other) == str(plan)
    assert other.run(*given).tobytes() == plan.run(*given).tobytes()


@pytest.mark.parametrize("case", PLANS, ids=str)
def test_plans_run_again_and_again(case):
    plan, given = planned(case)
    before, kept = str(plan), [array.copy() for array in given]
    first = plan.run(*given)
    np.testing.assert_array_equal(first, called(case))
    others = [numbers(array.shape) + 1 for array in given]
    assert plan.run(*others).tobytes() != first.tobytes()
    second = plan.run(*given)
    assert second is not first
    assert second.tobytes() == first.tobytes()
    out = np.full(plan.output_shape, np.nan)
    assert plan.run(*given, out=out) is out
    assert out.tobytes() == first.tobytes()
    assert str(plan) == before
    assert all((array == copied).all() for array, copied in zip(given, kept, strict=True))


def test_a_plan_takes_bias():
    plan = plan_convolution((1, 4, 1), (2, 1, 2), "valid")
    given = numbers((1, 4, 1)), numbers((2, 1, 2))
    bias = np.array([10.0, -1.0])
    np.testing.assert_array_equal(plan.run(*given, bias), plan.run(*given) + bias)
    with pytest.raises(ValueError, match=re.escape("bias is (3,); it must be (2,)")):
        plan.run(*given, np.zeros(3))


# ---- a plan prints itself ----

PRINTED = {
    "as in the docstring": (
        plan_convolution((10, 28, 28, 1), (3, 3, 1, 8), stride=2),
        """\
convolution with 8 kernels of 3 x 3 x 1, as they are (cross-correlation)
  images    (10, 28, 28, 1) float64
  padding   same, filled with zeros
  height    floor((0 + 28 + 1 - 3) / 2) + 1 = 14
  width     floor((0 + 28 + 1 - 3) / 2) + 1 = 14
  result    (10, 14, 14, 8) float64, computed in float64
  work      141,120 multiply-adds = 15,680 results x 9 taps x 1 channel
""",
    ),
    "groups, dilation, flipped, another fill": (
        plan_convolution(
            (2, 4, 9),
            (3, 2, 6),
            1,
            dilation=2,
            groups=2,
            channel_axis=1,
            pad_mode="edge",
            flip=True,
            images_dtype="uint8",
            kernels_dtype="float16",
        ),
        """\
convolution with 6 kernels of 3 x 2 in 2 groups, flipped (signal processing)
  images    (2, 4, 9) uint8
  padding   1, filled with edge
  width     floor((1 + 9 + 1 - (2 * (3 - 1) + 1)) / 1) + 1 = 7
  result    (2, 6, 7) float16, computed in float32
  work      504 multiply-adds = 84 results x 3 taps x 2 channels
""",
    ),
    "pooling": (
        plan_pooling((1, 4, 28, 28, 3), (1, 3, 3), (1, 2, 2), "avg", padding="valid", ceil=True),
        """\
avg pooling with windows of 1 x 3 x 3
  images    (1, 4, 28, 28, 3) float64
  padding   valid, which never wins and is not counted
  depth     ceil((0 + 4 + 0 - 1) / 1) + 1 = 4
  height    ceil((0 + 28 + 0 - 3) / 2) + 1 = 14
  width     ceil((0 + 28 + 0 - 3) / 2) + 1 = 14
  result    (1, 4, 14, 14, 3) float64, computed in float64
  work      2,352 results x 9 taps
""",
    ),
}


@pytest.mark.parametrize("name", PRINTED)
def test_plans_print(name):
    plan, text = PRINTED[name]
    assert str(plan).startswith(text)
    rest = [line.split()[0] for line in str(plan)[len(text) :].splitlines()]
    assert rest == ["memory", *["engine"] * len(plan.candidates)]


def test_memory_is_printed_in_words():
    plan = plan_convolution((10, 28, 28, 1), (3, 3, 1, 8), stride=2)
    assert "memory    62.7 kB in, 125 kB out, " in str(plan)
    assert "memory    24 bytes in, 8 bytes out, " in str(plan_pooling((1, 3, 1), (3,)))
    assert [formatting.byte_size(count) for count in (999, 1000, 1.5e6, 2e9, 3e12)] == [
        "999 bytes",
        "1 kB",
        "1.5 MB",
        "2 GB",
        "3 TB",
    ]


@pytest.mark.parametrize("case", CONVOLUTIONS + POOLINGS, ids=str)
def test_formulas_are_true(case):
    """The printed formula, read as Python, gives the number behind its equals sign."""
    plan, _ = planned(case)
    names = arguments.AXIS_NAMES[len(plan.axes)]
    lines = dict(line.split(maxsplit=1) for line in str(plan).splitlines()[1:])
    for name, axis, count in zip(names, plan.axes, called_counts(case), strict=True):
        left, right = lines[name].split(" = ")
        shown = {
            str(number) for number in (axis.before, axis.size, axis.after, axis.window, axis.stride)
        }
        assert set(re.findall(r"\d+", left)) >= shown
        less = ", less one" in right
        assert eval(left, {"floor": math.floor, "ceil": math.ceil}) - less == count
        assert int(re.match(r"\d+", right)[0]) == count


def called_counts(case):
    """Return the spatial sizes of a result."""
    shape = list(called(case).shape)
    shape.pop(case.words.get("channel_axis", -1))
    return shape[1:]


def test_a_dropped_window_is_told():
    text = str(plan_pooling((1, 5, 1), (2,), 2, padding=1, ceil=True))
    assert "ceil((1 + 5 + 1 - 2) / 2) + 1 = 3, less one that would start behind the pixels" in text


# ---- misuse ----

MISFITS = {
    "other shape": (numbers((1, 6, 5, 3)), "(1, 6, 5, 3) float64", "(1, 5, 5, 3) float64"),
    "more images": (numbers((2, 5, 5, 3)), "(2, 5, 5, 3) float64", "(1, 5, 5, 3) float64"),
    "other dtype": (numbers((1, 5, 5, 3), "int32"), "(1, 5, 5, 3) int32", "(1, 5, 5, 3) float64"),
    "other byte order": (numbers((1, 5, 5, 3), ">f8"), "(1, 5, 5, 3) >f8", "(1, 5, 5, 3) float64"),
}


@pytest.mark.parametrize("name", MISFITS)
@pytest.mark.parametrize("kind", ["convolution", "pooling"])
def test_run_with_other_images_names_both(name, kind):
    images, came, planned_for = MISFITS[name]
    shape = (1, 5, 5, 3)
    given = [images] if kind == "pooling" else [images, numbers((3, 3, 3, 2))]
    plan = plan_pooling(shape, 2) if kind == "pooling" else plan_convolution(shape, (3, 3, 3, 2))
    out = np.full(plan.output_shape, 7.0)
    with pytest.raises(
        ValueError, match=re.escape(f"images are {came}, but the plan is for {planned_for}: make a")
    ):
        plan.run(*given, out=out)
    assert (out == 7).all()


@pytest.mark.parametrize(
    ("kernels", "came"),
    [
        (numbers((3, 3, 3, 4)), "(3, 3, 3, 4) float64"),
        (numbers((3, 3, 3, 2), "float32"), "(3, 3, 3, 2) float32"),
    ],
    ids=["shape", "dtype"],
)
def test_run_with_other_kernels_names_both(kernels, came):
    plan = plan_convolution((1, 5, 5, 3), (3, 3, 3, 2))
    message = f"kernels are {came}, but the plan is for (3, 3, 3, 2) float64: make a plan"
    with pytest.raises(ValueError, match=re.escape(message)):
        plan.run(numbers((1, 5, 5, 3)), kernels)


@pytest.mark.parametrize(
    ("make", "engines"),
    [
        (lambda engine: plan_convolution((1, 5, 1), (3, 1, 1), engine=engine), ENGINES),
        (lambda engine: plan_pooling((1, 5, 1), (3,), engine=engine), POOL_ENGINES),
    ],
    ids=["convolution", "pooling"],
)
@needs_kernels
def test_engines_by_name(make, engines):
    for engine in ("auto", *engines):
        assert make(engine).engine == engine
    there = ", ".join(map(repr, ["auto", *engines]))
    with pytest.raises(ValueError, match=re.escape(f"engine is 'cuda'; it must be one of {there}")):
        make("cuda")
    with pytest.raises(ValueError, match="did you mean 'numpy'"):
        make("NumPy")


@pytest.mark.parametrize("name", ["auto", "numpy", "another"])
def test_a_plan_runs_the_engine_of_its_name(monkeypatch, name):
    ran = []

    def counting(word, engine):
        def run(*arrays, **words):
            ran.append(word)
            engine.run(*arrays, **words)

        return replace(engine, name=word, run=run, make_run=None)

    for engines in (ENGINES, POOL_ENGINES):
        numpy_engine = engines["numpy"]
        for word in ("another", *engines):
            monkeypatch.setitem(engines, word, counting(word, engines.get(word, numpy_engine)))
    images, kernels = numbers((1, 5, 1)), numbers((3, 1, 1))
    plans = (
        plan_convolution(images.shape, kernels.shape, engine=name),
        plan_pooling(images.shape, (3,), engine=name),
    )
    plans[0].run(images, kernels)
    plans[1].run(images)
    assert ran == [plan.candidates[0][0] if name == "auto" else name for plan in plans]


# ---- working memory ----


def peak(run):
    """Return the most bytes that a second call holds at a time."""
    run()
    tracemalloc.start()
    run()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


OBJECTS = 20_000  # bytes of small Python objects, which a plan does not count


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8"])
@pytest.mark.parametrize(
    "case",
    [
        Case((10, 28, 28, 1), (3, 3, 1, 8), {"stride": 2}),
        Case((1, 200, 300, 3), (3, 3, 3, 4)),
        Case((1, 600, 600, 1), (9, 9, 1, 1)),
        Case((4, 64, 64, 32), (3, 3, 32, 32)),
        Case((2, 50, 50, 64), (1, 1, 64, 128)),
        Case((1, 3000, 1), (301, 1, 1)),
        Case((1, 20, 20, 20, 2), (3, 3, 3, 2, 4)),
        Case((1, 1000, 1000, 1), (3, 3, 1, 1), {"stride": 50}),
        Case((1, 1000, 1000, 1), (3, 3, 1, 1), {"stride": 7}),
        Case((1, 400, 400, 1), (3, 3, 1, 1), {"dilation": 100}),
        Case((3, 40, 40, 6), (5, 5, 1, 6), {"groups": 6}),
        Case((1, 300, 300, 2), (3, 3, 2, 2), {"pad_mode": "reflect"}),
        Case((1, 64, 64, 256), (3, 3, 256, 256)),
    ],
    ids=str,
)
def test_a_convolution_takes_no_more_scratch_than_its_plan_says(case, dtype):
    kind = "int8" if dtype == "uint8" else dtype
    images, kernels = np.ones(case.images, dtype), np.ones(case.kernels, kind)
    words = case.words | {"images_dtype": dtype, "kernels_dtype": kind}
    plan = plan_convolution(case.images, case.kernels, engine="numpy", **words)
    out = np.empty(plan.output_shape, plan.dtype)
    # windows of one pixel are copied only where pixels are not in order
    orders = images, np.asfortranarray(images)
    used = max(peak(lambda array=array: plan.run(array, kernels, out=out)) for array in orders)
    assert used <= plan.scratch + OBJECTS
    assert plan.scratch < 5 * used or plan.scratch < 5 * 10**6


@needs_kernels
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(
    ("case", "dtype"),
    [
        (Case((1, 7, 7, 2048), (1, 1, 2048, 512)), "float32"),
        (Case((1, 7, 7, 512), (3, 3, 512, 512), {"pad_mode": "reflect"}), "float32"),
        (Case((2, 60, 60, 64), (3, 3, 64, 64), {"pad_mode": "edge"}), "float64"),
        (Case((1, 20, 20, 300), (3, 3, 1, 300), {"groups": 300}), "float32"),
        (Case((2, 700, 800, 3), (3, 3, 3, 5)), "float16"),
        (Case((1, 8000, 8000, 1), (3, 3, 1, 1), {"stride": 1000}), "uint8"),
    ],
    ids=str,
)
def test_compiled_loops_take_no_more_scratch_than_their_plan_says(case, dtype, count):
    kind = "int8" if dtype == "uint8" else dtype
    images, kernels = np.ones(case.images, dtype), np.ones(case.kernels, kind)
    words = case.words | {"images_dtype": dtype, "kernels_dtype": kind}
    with convpool.threads(count):
        plan = plan_convolution(case.images, case.kernels, engine="compiled", **words)
        out = np.empty(plan.output_shape, plan.dtype)
        plan.run(images, kernels, out=out)
        plan = plan_convolution(case.images, case.kernels, engine="compiled", **words)
        assert peak(lambda: plan.run(images, kernels, out=out)) <= plan.scratch + OBJECTS


@pytest.mark.parametrize("mode", ["max", "avg", "lp"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8"])
@pytest.mark.parametrize(
    "case",
    [
        Case((10, 28, 28, 1), 2),
        Case((1, 2000, 2000, 1), 3, {"stride": 1}),
        Case((8, 112, 112, 64), 3, {"stride": 2}),
        Case((1, 100000, 2), (9,)),
        Case((1, 30, 30, 30, 2), 2),
        Case((1, 900, 900, 3), 31, {"stride": 4}),
        Case((1, 2000, 2000, 1), 3, {"stride": 100}),
        Case((4, 50, 60, 8), 5, {"stride": 1, "padding": "same"}),
    ],
    ids=str,
)
def test_a_pooling_takes_no_more_scratch_than_its_plan_says(case, dtype, mode):
    if mode == "lp" and dtype == "uint8":
        pytest.skip("one dtype more tells nothing more")
    images = np.ones(case.images, dtype)
    plan = plan_pooling(
        case.images, case.kernels, mode=mode, engine="numpy", images_dtype=dtype, **case.words
    )
    out = np.empty(plan.output_shape, plan.dtype)
    used = peak(lambda: plan.run(images, out))
    assert used <= plan.scratch + OBJECTS
    assert plan.scratch < used + 20 * 10**6


@pytest.mark.parametrize("dtype", ["float64", "uint8"])
@pytest.mark.parametrize(
    "words",
    [
        {"mode": "median"},
        {"mode": "median", "padding": "same", "pad_mode": "wrap"},
        {"mode": "max", "padding": "same", "pad_mode": "edge"},
        {"mode": "max", "padding": "same", "pad_mode": "constant", "fill": 1},
        {"mode": "max", "footprint": np.eye(7, dtype=bool)},
        {"mode": "sum", "dtype": np.float32},
    ],
    ids=lambda words: "-".join(words),
)
def test_padded_and_sorted_windows_take_no_more_scratch_than_their_plan_says(words, dtype):
    images = np.ones((6, 300, 400, 3), dtype)
    plan = plan_pooling(images.shape, 7, 2, engine="numpy", images_dtype=dtype, **words)
    out = np.empty(plan.output_shape, plan.dtype)
    assert peak(lambda: plan.run(images, out)) <= plan.scratch + OBJECTS


def test_scratch_of_transforms_is_that_of_their_layout():
    plan = plan_convolution((1, 512, 512, 1), (61, 61, 1, 1), engine="fft")
    assert plan.scratch == layout.cheapest(1, plan.axes, 1, 1, 1).memory
    for images, kernels in [
        ((1, 0, 9, 1), (3, 3, 1, 1)),
        ((1, 9, 9, 0), (3, 3, 0, 2)),
        ((0, 9, 9, 1), (3, 3, 1, 0)),
    ]:
        for engine in ("numpy", "fft"):
            assert plan_convolution(images, kernels, engine=engine).scratch >= 0
