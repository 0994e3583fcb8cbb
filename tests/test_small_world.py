"""The small world: every geometry that small numbers allow, on every engine, in memory, in tiles
and in dask arrays.

`make test` takes another sample of it each day, `make test-full` all of it. The judge are sums of
shifted copies, in tests/support/shifted.py, which share no code with the package; values are such
that every bit counts.
"""

import re
import signal
import sys
from itertools import product

import numpy as np
import pytest

import convpool
from convpool.engines.registry.convolution import ENGINES
from convpool.engines.registry.pooling import POOL_ENGINES
from support import children, shifted, small_world
from support.compiled import LANES, REFUSAL
from support.sampling import IS_FULL, generator
from support.small_world import PAD_MODES, POOL_MODES, WINDOWS

n = LANES
FEW, MANY = small_world.forms(n)
WAYS = ("memory", "tiles", "dask")
linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="protects pages as Linux does"
)


def skip_without(engine, way):
    if engine == "compiled" and REFUSAL is not None:
        pytest.skip(f"the compiled engine cannot be used here: {REFUSAL}")
    if way == "dask":
        pytest.importorskip("dask.array")


def least_memory(call, *operands, **words):
    """Return the least `max_memory` that a call takes, as the error names it to whoever passes
    less.
    """
    try:
        call(*operands, **words, max_memory=1)
    except ValueError as error:
        return int(re.search(r"one pixel of the result takes (\d+)", str(error))[1])
    return 1


def in_chunks(images, random):
    """Return a dask array, cut at random along every axis."""
    import dask.array

    def cut(size):
        chunks = []
        while sum(chunks) < size:
            chunks.append(random.randint(1, size - sum(chunks)))
        return tuple(chunks)

    return dask.array.from_array(images, chunks=tuple(map(cut, images.shape)))


def answers(call, way, images, random, *operands, **words):
    """Yield what a call returns in memory, in tiles of a pixel or a few or of 30 kB, or of a
    dask array.
    """
    if way == "memory":
        yield call(images, *operands, **words)
    elif way == "tiles":
        least = least_memory(call, images, *operands, **words)
        memory = random.choice([least, random.randint(least, 4 * least), max(least, 30_000)])
        yield call(images, *operands, **words, max_memory=memory)
    else:
        yield call(in_chunks(images, random), *operands, **words).compute(scheduler="synchronous")


class Verdict:
    """Cases that were tried, and what was wrong of them."""

    def __init__(self):
        self.tried, self.wrong = 0, []

    def judge(self, what, answers, expected, atol=0, rtol=0):
        self.tried += 1
        try:
            for actual in answers:
                same = actual.shape == expected.shape and np.allclose(
                    actual, expected, rtol, atol, equal_nan=True
                )
                if not same:
                    values = (
                        f"\n    {actual.ravel()[:12]} for {expected.ravel()[:12]}"
                        if expected.size < 100
                        else ""
                    )
                    self.wrong.append(f"{what}: {actual.shape} for {expected.shape}{values}")
        except Exception as error:
            self.wrong.append(f"{what}: {type(error).__name__}: {error}")

    def expect_none(self, least=1):
        assert self.tried >= least
        assert not self.wrong, f"{len(self.wrong)} of {self.tried} are wrong:\n" + "\n".join(
            self.wrong[:5]
        )


def convolve(verdict, engine, way, geometry, form, pad_mode, random, dtypes=("float32", "float32")):
    case = small_world.convolution(geometry, form, pad_mode, random, dtypes)
    words = {"bias": case.bias, "engine": engine, **case.words}
    found = answers(convpool.convolve, way, case.images, random, case.kernels, **words)
    # what transforms leave of values below 2**14 is rounded away, but where the right value is near
    # 0
    atol = 1e-10 if engine == "fft" else 0
    verdict.judge(
        f"{geometry}, (c, nc, groups) {form}, {pad_mode}, {dtypes}", found, case.expected, atol
    )


def pool(verdict, engine, way, geometry, channels, mode, count_padding, random, dtype="float32"):
    case = small_world.pooling(geometry, channels, mode, count_padding, random, dtype)
    found = answers(convpool.pool, way, case.images, random, engine=engine, **case.words)
    rtol = 1e-6 if mode in ("avg", "lp") else 0
    what = f"{geometry}, {channels} channels, {mode}, count_padding {count_padding}, {dtype}"
    verdict.judge(what, found, case.expected, rtol=rtol)


# ---- the judge ----


def test_the_judge_is_that_of_a_sum_by_hand():
    """What it does was worked out on paper once."""
    x = np.array([1.0, 2, 3]).reshape(1, 3, 1)
    w = np.array([1.0, 10]).reshape(2, 1, 1)
    axes = [shifted.Steps(1, 2, 2)]
    assert shifted.convolve(x, w, axes).ravel().tolist() == [10, 32, 0]
    assert shifted.convolve(x, w, axes, pad_mode="constant", fill=5).ravel().tolist() == [
        15,
        32,
        55,
    ]
    assert shifted.convolve(x, w, axes, pad_mode="wrap", bias=np.ones(1)).ravel().tolist() == [
        14,
        33,
        22,
    ]
    assert shifted.convolve_transpose(np.array([[[1.0], [2]]]), w, axes, (3,)).ravel().tolist() == [
        10,
        2,
        20,
    ]
    assert shifted.pool(x, (2,), axes, "avg").ravel()[:2].tolist() == [1, 2.5]
    assert shifted.pool(x, (2,), axes, "avg", count_padding=True).ravel()[:2].tolist() == [0.5, 2.5]
    assert shifted.pool(x, (2,), axes, "max", least=-9).ravel().tolist() == [1, 3, -9]
    assert [part.ravel().tolist() for part in shifted.max_pool_indices(x * 0, (2,), axes, -9)] == [
        [0, 0, -9],
        [0, 1, -1],
    ]
    assert shifted.named_padding("same", 5, 3, 2, 1) == (1, 1)
    assert [
        shifted.named_padding(name, 4, 3, 2, 1) for name in ("same", "same_lower", "same_size")
    ] == [
        (0, 1),
        (1, 0),
        (3, 2),
    ]


# ---- convolution ----


COUNTS = {
    "memory": {1: 150, 2: 100, 3: 50},
    "tiles": {1: 20, 2: 8, 3: 3},
    "dask": {1: 15, 2: 8, 3: 5},
}  # of a sample


def drawn_geometries(way, random, ceil=False):
    """Return drawn geometries of one, two and three axes."""
    return [
        one
        for rank, count in COUNTS[way].items()
        for one in small_world.some_axes(rank, count, random, ceil)
    ]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("engine", ENGINES)
def test_convolutions(engine, way):
    skip_without(engine, way)
    random, verdict = generator(f"convolutions {engine} {way}"), Verdict()
    for geometry in drawn_geometries(way, random):
        convolve(
            verdict,
            engine,
            way,
            geometry,
            random.choice(FEW + MANY),
            random.choice(PAD_MODES),
            random,
        )
    verdict.expect_none(20)


@pytest.mark.full
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("engine", ENGINES)
def test_every_convolution_on_one_axis(engine, way, window):
    """Every geometry under every pad mode with a few forms; in tiles and chunks under zeros, a
    constant and another.
    """
    skip_without(engine, way)
    random, verdict = generator(f"every convolution {engine} {way} {window}"), Verdict()
    for geometry in small_world.one_axis([window]):
        for pad_mode in (
            PAD_MODES if way == "memory" else [*PAD_MODES[:2], random.choice(PAD_MODES[2:])]
        ):
            forms = [random.choice(FEW), *random.sample(MANY, 2)]
            for form in forms if way == "memory" else [random.choice(forms)]:
                convolve(verdict, engine, way, geometry, form, pad_mode, random)
    verdict.expect_none(1000)


@pytest.mark.full
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("rank", [2, 3])
def test_many_convolutions_on_more_axes(rank, engine, way):
    skip_without(engine, way)
    random, verdict = generator(f"many convolutions {engine} {way} {rank}"), Verdict()
    # float64 has half as many numbers in a vector, integers are summed in what holds them
    kinds = [
        ("float32", "float32"),
        ("float64", "float64"),
        ("uint8", "float32"),
        ("uint8", "int8"),
    ]
    kinds, forms = kinds[:3] if engine == "fft" else kinds, FEW + MANY
    count = {"memory": 5000, "tiles": 300, "dask": 200}[way]
    geometries = small_world.some_axes(rank, count, random)
    for geometry in geometries:
        dtypes = random.choice(kinds) if way == "memory" else kinds[0]
        convolve(
            verdict,
            engine,
            way,
            geometry,
            random.choice(forms),
            random.choice(PAD_MODES),
            random,
            dtypes,
        )
    verdict.expect_none(200)


# ---- transposed convolution ----


def transpose(verdict, case, form):
    found = [convpool.convolve_transpose(case.values, case.kernels, **case.words)]
    verdict.judge(
        f"values {case.values.shape}, kernels {case.kernels.shape}, {form}, {case.words}",
        found,
        case.expected,
    )


def test_transposed_convolutions():
    random, verdict = generator("transposed"), Verdict()
    form = random.choice(FEW + MANY)
    for case in random.sample(
        list(small_world.every_transposed_convolution(form, random, [random.choice(WINDOWS)])), 100
    ):
        transpose(verdict, case, form)
    verdict.expect_none()


@pytest.mark.full
@pytest.mark.parametrize("form", FEW + MANY[::3], ids=str)
def test_every_transposed_convolution_on_one_axis(form):
    verdict = Verdict()
    for case in small_world.every_transposed_convolution(form, generator(f"transposed {form}")):
        transpose(verdict, case, form)
    verdict.expect_none(7000)


@pytest.mark.parametrize("rank", [2, 3])
def test_transposed_convolutions_on_more_axes(rank):
    random, verdict = generator(f"transposed {rank}"), Verdict()
    while verdict.tried < (3000 if IS_FULL else 60):
        form, line = (
            random.choice(FEW + MANY[::3]),
            [small_world.some_axes(1, 1, random)[0] for _ in range(rank)],
        )
        counts, window = tuple(one.sizes[0] for one in line), tuple(one.window[0] for one in line)
        steps = tuple(one.stride[0] for one in line), tuple(one.dilation[0] for one in line)
        pairs = tuple((one.axes[0].before, one.axes[0].after) for one in line)
        padding = random.choice([*small_world.NAMES, pairs])
        free = padding not in ("same", "same_lower", "same_size")
        extra = tuple(random.randrange(max(s, d)) * free for s, d in zip(*steps, strict=True))
        case = small_world.transposed_convolution(
            counts, window, padding, *steps, extra, form, random
        )
        if case:
            transpose(verdict, case, form)
    verdict.expect_none()


# ---- pooling ----


def modes_of(engine):
    """Return the modes that an engine takes."""
    return [mode for mode in POOL_MODES if engine != "compiled" or mode != "lp"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("engine", POOL_ENGINES)
def test_poolings(engine, way):
    skip_without(engine, way)
    random, verdict = generator(f"poolings {engine} {way}"), Verdict()
    modes, channels = modes_of(engine), (1, 3, n, 2 * n + 1)
    for ceil in (False, True):
        for geometry in drawn_geometries(way, random, ceil):
            words = random.choice(channels), random.choice(modes), random.choice((False, True))
            pool(verdict, engine, way, geometry, *words, random)
    verdict.expect_none(40)


@pytest.mark.full
@pytest.mark.parametrize("mode", POOL_MODES)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("engine", POOL_ENGINES)
def test_every_pooling_on_one_axis(engine, way, mode):
    skip_without(engine, way)
    if engine == "compiled" and mode == "lp":
        pytest.skip("it takes no lp")
    random, verdict = generator(f"every pooling {engine} {way} {mode}"), Verdict()
    every = small_world.one_axis() + small_world.one_axis(ceil=True)
    if way != "memory":  # each geometry in one of the modes
        generator(f"every pooling {engine} {way}").shuffle(every)
        every = every[POOL_MODES.index(mode) :: len(POOL_MODES)]
    for geometry, count_padding in product(every, (False, True) if mode == "avg" else (False,)):
        pool(
            verdict,
            engine,
            way,
            geometry,
            random.choice((1, 3, n, 2 * n + 1)),
            mode,
            count_padding,
            random,
        )
    verdict.expect_none(1500)


@pytest.mark.full
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("engine", POOL_ENGINES)
@pytest.mark.parametrize("rank", [2, 3])
def test_many_poolings_on_more_axes(rank, engine, way):
    skip_without(engine, way)
    random, verdict = generator(f"many poolings {engine} {way} {rank}"), Verdict()
    count = {"memory": 2500, "tiles": 150, "dask": 100}[way]
    for ceil in (False, True):
        for geometry in small_world.some_axes(rank, count, random, ceil):
            words = random.choice((1, 3, n, 2 * n + 1)), random.choice(modes_of(engine))
            dtype = random.choice(("float32", "float64", "uint8", "int64"))
            counts_padding = random.choice((False, True))
            pool(verdict, engine, way, geometry, *words, counts_padding, random, dtype)
    verdict.expect_none(200)


def indices(verdict, geometry, random):
    case = small_world.pooling(
        geometry, random.choice((1, 3)), "max", False, random, random.choice(("float32", "uint8"))
    )
    words = {
        word: case.words[word] for word in ("kernel_shape", "stride", "dilation", "padding", "ceil")
    }
    least = -np.inf if case.images.dtype.kind == "f" else 0
    expected = shifted.max_pool_indices(case.images, geometry.window, geometry.axes, least)
    for found, right in zip(convpool.max_pool_indices(case.images, **words), expected, strict=True):
        verdict.judge(geometry, [found], right)


def test_indices():
    random, verdict = generator("indices"), Verdict()
    for ceil in (False, True):
        every = small_world.one_axis(ceil=ceil)
        for geometry in every if IS_FULL else random.sample(every, 100):
            indices(verdict, geometry, random)
        for rank in (2, 3):
            for geometry in small_world.some_axes(rank, 1000 if IS_FULL else 50, random, ceil):
                indices(verdict, geometry, random)
    verdict.expect_none(400)


# ---- beside pages that nobody may touch ----


def run_beside_fences(engine, count):
    """Judge convolutions and poolings whose operands, results and scratches end or begin at a
    forbidden page.

    Whoever reads or writes beyond them kills this process; the last line that it wrote names the
    case.
    """
    from convpool.engines.compiled import kept_records, pooling_call
    from convpool.engines.compiled import launch as launching
    from support import fences

    kept_records.MOST = 0  # so that each call has memory beside fences
    modules = (fences, launching, pooling_call)
    random = generator(f"fences {engine}")
    for way in WAYS:
        cases = [(one, random.choice(FEW + MANY)) for one in drawn_geometries(way, random)]
        for geometry, form in random.sample(
            cases, min(len(cases), count if way == "memory" else count // 3)
        ):
            case = small_world.convolution(geometry, form, random.choice(PAD_MODES), random)
            fenced(
                engine,
                way,
                modules,
                convpool.convolve,
                case,
                (case.images, case.kernels),
                random,
            )
            if engine in POOL_ENGINES:
                mode = random.choice(modes_of(engine))
                pooled = small_world.pooling(geometry, random.choice((1, 3)), mode, False, random)
                fenced(
                    engine,
                    way,
                    modules,
                    convpool.pool,
                    pooled,
                    (pooled.images,),
                    random,
                )


def fenced(engine, way, modules, function, case, operands, random):
    fences, launching, pooling_call = modules
    expected = case.expected.astype(case.images.dtype)
    print(
        f"{engine}, {way}: {[one.shape for one in operands]} {case.words}",
        file=sys.stderr,
        flush=True,
    )
    for side in fences.SIDES:
        launching.empty_aligned = lambda numbers, dtype, side=side: fences.array(
            (numbers,), dtype, side
        )
        pooling_call.allocate = lambda sizes, side=side: fences.scratches(sizes, side)
        words = {"engine": engine, **case.words}
        if way != "dask":
            words["out"] = fences.array(expected.shape, expected.dtype, side)
        if len(operands) > 1:
            words["bias"] = fences.copy(case.bias, side)
        images, *others = (fences.copy(one, side) for one in operands)
        for actual in answers(function, way, images, random, *others, **words):
            np.testing.assert_allclose(actual, expected, 1e-6, 1e-10, equal_nan=True)
        fences.clear()


# images, kernels, padding: where every window lacks the same taps, which were once read beside the
# images
LACKING = [
    ((1, 2, 1), (3, 1, 32), [(0, 1)]),
    ((1, 2, 1), (3, 1, 32), [(1, 0)]),
    ((1, 1, 1, 3), (3, 3, 3, 32), "same"),
    ((1, 1, 3), (7, 3, 32), [(4, 2)]),
    ((1, 5, 1), (7, 1, 32), 1),
    ((2, 1, 18), (3, 18, 32), "same"),
]


def run_what_lacks_taps(dtype):
    from convpool.engines.compiled import launch as launching
    from support import fences

    for images, kernels, padding in LACKING:
        drawn = generator(str(images))
        x, w = (
            small_world.halves(images, drawn, dtype),
            small_world.halves(kernels, drawn, dtype, zero=False),
        )
        expected = convpool.convolve(x, w, padding, engine="numpy")
        print(images, kernels, padding, file=sys.stderr, flush=True)
        for side in fences.SIDES:
            launching.empty_aligned = lambda numbers, dtype, side=side: fences.array(
                (numbers,), dtype, side
            )
            given = [fences.copy(one, side) for one in (x, w)]
            np.testing.assert_array_equal(
                convpool.convolve(*given, padding, engine="compiled"), expected
            )
            fences.clear()


def in_child(call):
    done = children.run(f"import test_small_world as tests; tests.{call}")
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stderr[-3000:]}"


@linux
@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_is_touched_beside_arrays(engine):
    skip_without(engine, "dask")
    in_child(f"run_beside_fences({engine!r}, {200 if IS_FULL else 12})")


@linux
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nothing_is_read_for_taps_that_every_window_lacks(dtype):
    skip_without("compiled", "memory")
    in_child(f"run_what_lacks_taps({dtype!r})")


@linux
@pytest.mark.parametrize(("side", "step"), [("end", "array.nbytes"), ("start", "-1")])
def test_the_fences_hold(side, step):
    code = f"""
import ctypes
from support import fences
array = fences.array((3,), "f4", {side!r})
array[...] = 1
ctypes.string_at(array.ctypes.data, array.nbytes)
print(array.sum(), flush=True)
ctypes.string_at(array.ctypes.data + {step}, 1)
"""
    done = children.run(code)
    assert done.stdout == "3.0\n"
    assert done.returncode == -signal.SIGSEGV


# ---- large calls of one region ----


@pytest.mark.parametrize(
    ("engine", "images", "kernels", "padding"),
    [
        ("compiled", (6, 200, 1, 3), (1, 3, 3, 64), "same"),
        ("compiled", (900, 1, 3), (3, 3, 64), "same"),
        ("compiled", (300, 5, 5, 3), (7, 7, 3, 64), 1),
        ("auto", (32, 2000, 1, 3), (1, 3, 3, 64), "same"),  # as large as it has to be compiled
        ("auto", (50000, 1, 3), (3, 3, 64), "same"),
        ("auto", (5000, 5, 5, 3), (7, 7, 3, 64), 1),
    ],
)
def test_many_windows_that_all_lack_the_same_taps(engine, images, kernels, padding):
    skip_without(engine, "memory")
    random = np.random.default_rng(0)
    x, w = (random.integers(-4, 5, shape).astype(np.float32) for shape in (images, kernels))
    lines = list(zip(images[1:-1], kernels[:-2], strict=True))
    pairs = [
        shifted.named_padding(padding, *line) if isinstance(padding, str) else (padding, padding)
        for line in lines
    ]
    expected = shifted.convolve(x, w, [shifted.Steps(*pair) for pair in pairs])
    np.testing.assert_array_equal(convpool.convolve(x, w, padding, engine=engine), expected)
