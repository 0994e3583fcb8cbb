"""Which engine "auto" takes, and why: from shapes and dtypes alone."""

import re
from dataclasses import replace

import numpy as np
import pytest

import convpool
from convpool.engines import convolution_costs, threads
from convpool.engines.compiled import convolution as compiled_convolution
from convpool.engines.compiled.instruction_sets import INSTRUCTION_SETS
from convpool.engines.registry.convolution import ENGINES
from convpool.plans import engine_choice
from convpool.plans.convolution import ConvolutionPlan
from support.compiled import needs_kernels
from support.engines import refusals

plan = convpool.plan_convolution


def float32(images, kernels, *words, **more):
    return plan(images, kernels, *words, images_dtype=np.float32, kernels_dtype=np.float32, **more)


SMALL = [
    ((1, 28, 28, 1), (3, 3, 1, 1), {}),
    ((10, 28, 28, 1), (3, 3, 1, 1), {}),
    ((1, 5, 5, 300), (1, 1, 300, 10), {}),
    ((1, 1, 1, 1), (1, 1, 1, 1), {}),
    ((0, 500, 500, 3), (9, 9, 3, 64), {}),
    ((10, 0, 500, 3), (9, 9, 3, 64), {}),
    ((1, 1000, 1), (3, 1, 1), {}),
]
LARGE = [
    ((50000, 28, 28, 1), (3, 3, 1, 1), {}),
    ((10000, 32, 32, 3), (3, 3, 3, 3), {}),
    ((1, 3000, 4000, 1), (5, 5, 1, 1), {}),
    ((8, 112, 112, 96), (3, 3, 1, 96), {"groups": 96}),
    ((8, 56, 56, 64), (3, 3, 64, 64), {}),
    ((8, 56, 56, 64), (1, 1, 64, 256), {}),
    ((4, 224, 224, 3), (7, 7, 3, 64), {"stride": 2}),
    ((8, 500000, 3), (9, 3, 3), {}),
]
HUGE = [
    ((1, 1024, 1024, 1), (127, 127, 1, 1), {}),
    ((1, 2000, 2000, 3), (255, 255, 3, 1), {}),
]


@needs_kernels
@pytest.mark.parametrize(("images", "kernels", "words"), SMALL + LARGE)
@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8"])
def test_calls_are_compiled(images, kernels, words, dtype):
    made = plan(
        images,
        kernels,
        images_dtype=dtype,
        kernels_dtype="int8" if dtype == "uint8" else dtype,
        **words,
    )
    assert [name for name, _ in made.candidates] == ["compiled", "numpy"]
    assert "on one thread" in made.candidates[0][1]


@needs_kernels
@pytest.mark.parametrize(("images", "kernels", "words"), HUGE)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_large_kernels_are_transformed(images, kernels, words, dtype):
    made = plan(images, kernels, images_dtype=dtype, kernels_dtype=dtype, **words)
    assert [name for name, _ in made.candidates] == ["fft", "compiled", "numpy"]
    assert "finite" in made.candidates[0][1]


@needs_kernels
@pytest.mark.parametrize(("images", "kernels", "words"), HUGE)
def test_large_kernels_of_integers_are_not_transformed(images, kernels, words):
    made = plan(images, kernels, images_dtype="uint8", kernels_dtype="int8", **words)
    assert [name for name, _ in made.candidates] == ["compiled", "numpy"]


@pytest.mark.parametrize("dtype", ["complex64", "longdouble"])
def test_what_only_numpy_takes_is_numpy(dtype):
    made = plan((50, 500, 500, 3), (3, 3, 3, 8), images_dtype=dtype, kernels_dtype=dtype)
    assert [name for name, _ in made.candidates] == ["numpy"]
    assert f"sums are {np.dtype(dtype)}" in made.candidates[0][1]


@needs_kernels
def test_three_axes_are_compiled():
    assert float32((5, 60, 60, 60, 3), (3, 3, 3, 3, 8)).candidates[0][0] == "compiled"


@pytest.fixture
def uncompiled(monkeypatch):
    """As where there is no library."""
    monkeypatch.setattr(compiled_convolution, "refusal", lambda dtype: "it was not built")


def test_large_kernels_are_transformed_where_nothing_is_compiled(uncompiled):
    for images, kernels in [((1, 512, 512, 1), (61, 61, 1, 1)), ((1, 100000, 1), (999, 1, 1))]:
        for made in (float32(images, kernels), plan(images, kernels)):
            assert [name for name, _ in made.candidates] == ["fft", "numpy"]
            assert "finite" in made.candidates[0][1]
            assert made.candidates[1][1] == "takes every dtype and rank; it was not built"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_large_kernels_on_three_axes_are_transformed(dtype):
    made = plan((1, 48, 48, 48, 1), (21, 21, 21, 1, 1), images_dtype=dtype, kernels_dtype=dtype)
    assert made.candidates[0][0] == "fft"


@pytest.mark.parametrize(
    ("images", "kernels", "dtype"),
    [
        ((1, 8, 8, 8, 1), (5, 5, 5, 1, 1), "float32"),  # small
        ((1, 48, 48, 48, 1), (3, 3, 3, 1, 1), "float32"),  # few taps
        ((1, 48, 48, 48, 1), (21, 21, 21, 1, 1), "uint8"),
        ((1, 48, 48, 48, 1), (21, 21, 21, 1, 1), "complex64"),
        ((1, 512, 512, 1), (5, 5, 1, 1), "float32"),
        ((1, 512, 512, 1), (61, 61, 1, 1), "int32"),
    ],
)
def test_other_work_is_not(uncompiled, images, kernels, dtype):
    made = plan(images, kernels, images_dtype=dtype, kernels_dtype=dtype)
    assert [name for name, _ in made.candidates] == ["numpy"]


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "float64"])
@pytest.mark.parametrize("window", [1, 2, 3, 31, 127])
@pytest.mark.parametrize("stride", [1, 4])
@pytest.mark.parametrize("size", [30, 3000, 10**6])
@pytest.mark.parametrize("channels", [(1, 1), (64, 64)])
def test_engines_stand_in_the_order_of_their_times(dtype, window, stride, size, channels):
    images, kernels = (1, size, size, channels[0]), (window, window, *channels)
    made = plan(images, kernels, stride=stride, images_dtype=dtype, kernels_dtype=dtype)
    single = {
        name: ENGINES[name].start_up + seconds
        for name, seconds in engine_choice.one_thread_seconds(ENGINES, made.work).items()
    }
    names = [name for name, _ in made.candidates]
    assert names == sorted(names, key=single.get)


@pytest.fixture
def called(monkeypatch):
    """Names of the engines that are called; nothing is computed."""
    names = []

    def stand_in(name):
        return lambda images, kernels, axes, out, **words: (names.append(name), out.fill(0))

    stand_ins = {
        name: replace(engine, run=stand_in(name), make_run=None) for name, engine in ENGINES.items()
    }
    monkeypatch.setattr(ConvolutionPlan, "engines", stand_ins)
    return names


def test_the_engine_asked_for_is_called(called):
    images, kernels = np.ones((1, 9, 9, 1)), np.ones((3, 3, 1, 1))
    able = [name for name in ENGINES if refusals(float)[name] is None]
    for name in able:
        convpool.convolve(images, kernels, engine=name)
    assert called == able


@pytest.mark.parametrize(("images", "kernels", "words"), SMALL + LARGE + HUGE)
def test_the_printed_plan_names_each_choice_with_a_reason(images, kernels, words):
    made = float32(images, kernels, **words)
    lines = re.findall(r"^  engine +(\w+): (.+)$", str(made), re.MULTILINE)
    assert tuple(lines) == made.candidates
    assert all(len(reason) > 10 for _, reason in lines)
    assert len({name for name, _ in lines}) == len(lines)
    assert "numpy" in dict(lines)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("base", [((4, 64, 64, 4), (5, 5, 4, 16)), ((4, 64, 64, 4), (5, 5, 4, 1))])
def test_seconds_grow_with_the_work(engine, base):
    if refusals(np.float32)[engine] is not None:
        pytest.skip("this engine cannot be used here")
    (m, h, w, c), (kh, kw, _, nc) = base

    def seconds(m=m, h=h, w=w, c=c, kh=kh, kw=kw, nc=nc):
        return float32((m, h, w, c), (kh, kw, c, nc), engine=engine).seconds

    least = seconds()
    assert least >= ENGINES[engine].start_up
    assert seconds(m=40) > least
    assert seconds(h=640) > least
    assert seconds(w=640) > least
    assert seconds(c=40) > least
    assert seconds(nc=80) > least
    if engine != "fft":  # whose time hardly depends on the kernel's size
        assert seconds(kh=15) > least
        assert seconds(kw=15) > least
        double = plan((m, h, w, c), (kh, kw, c, nc), engine=engine).seconds
        assert double > least


def test_seconds_are_about_linear_in_the_batch():
    times = [float32((m, 100, 100, 8), (3, 3, 8, 32)).seconds for m in (50, 500)]
    assert 8 < times[1] / times[0] < 12


@needs_kernels
def test_seconds_shrink_with_threads_except_numpys():
    try:
        times = {}
        for number in (1, 4):
            threads.set_number(number)
            times[number] = {
                e: float32((50, 100, 100, 8), (3, 3, 8, 32), engine=e).seconds for e in ENGINES
            }
    finally:
        threads.set_number(None)
    assert times[1]["numpy"] == times[4]["numpy"]
    assert times[1]["compiled"] > 3 * times[4]["compiled"]
    assert times[1]["fft"] > 3 * times[4]["fft"]


def test_the_choice_does_not_depend_on_threads():
    """Results must not change with the number of threads, and engines round otherwise."""
    try:
        chosen = []
        for number in (1, 64):
            threads.set_number(number)
            chosen.append(
                [float32(*shapes, **words).candidates for *shapes, words in SMALL + LARGE + HUGE]
            )
    finally:
        threads.set_number(None)
    assert chosen[0] == chosen[1]


def test_seconds_of_auto_are_those_of_the_first_candidate():
    for images, kernels, words in SMALL + LARGE + HUGE:
        made = float32(images, kernels, **words)
        assert (
            made.seconds == float32(images, kernels, engine=made.candidates[0][0], **words).seconds
        )


def test_every_instruction_set_has_rates():
    assert set(convolution_costs.COMPILED_RATES) == set(INSTRUCTION_SETS)


# pairs of (images, kernels, words): NumPy takes much longer for the second one, which copies
COPIES = [
    (((8, 56, 56, 64), (1, 1, 64, 64), {}), ((8, 56, 56, 64), (1, 1, 64, 64), {"padding": 1})),
    (((8, 56, 56, 64), (1, 1, 64, 64), {}), ((8, 56, 56, 64), (1, 2, 64, 64), {})),
]


@pytest.mark.parametrize(("views", "copies"), COPIES)
def test_products_of_views_are_expected_to_be_fast(views, copies):
    seconds = [
        float32(images, kernels, engine="numpy", **words).seconds
        for images, kernels, words in (views, copies)
    ]
    assert seconds[1] > 1.5 * seconds[0]
