"""Kernels in the order of other libraries: PyTorch's (nc, c // groups, *window), Keras's
(*window, c, multiplier).
"""

import inspect
import pickle
import re
import warnings
from itertools import product

import numpy as np
import pytest
from scipy import signal

import convpool
from convpool import convolve, convolve_transpose, filter_image, plan_convolution
from convpool.engines.registry.convolution import ENGINES
from support.arrays import numbers

SPATIAL = {1: (9,), 2: (7, 8), 3: (5, 4, 6)}
WINDOW = {1: (3,), 2: (3, 2), 3: (2, 3, 2)}
# rank -> a name for each of the three
NAMES = {1: ("WIO", "OIW", "WCM"), 2: ("HWIO", "OIHW", "HWCM"), 3: ("DHWIO", "OIDHW", "DHWCM")}


def of_pytorch(images, kernels, groups):
    """Correlate (m, c, *spatial) with (nc, c // groups, *window), one pair of planes after the
    other.
    """
    each, depth = len(kernels) // groups, kernels.shape[1]
    planes = [
        [
            sum(
                signal.correlate(image[n // each * depth + i], kernel[i], "valid")
                for i in range(depth)
            )
            for n, kernel in enumerate(kernels)
        ]
        for image in images
    ]
    return np.array(planes)


def of_keras(images, kernels):
    """Correlate (m, *spatial, c) with (*window, c, multiplier), as DepthwiseConv2D has it."""
    *_, c, multiplier = kernels.shape
    planes = [
        [
            signal.correlate(image[..., k], kernels[..., k, i], "valid")
            for k, i in product(range(c), range(multiplier))
        ]
        for image in images
    ]
    return np.moveaxis(planes, 1, -1)


@pytest.mark.parametrize("engine", ["auto", *ENGINES])
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("rank", SPATIAL)
def test_kernels_of_pytorch(rank, groups, engine):
    images = numbers((2, 4, *SPATIAL[rank]))
    kernels = numbers((6, 4 // groups, *WINDOW[rank]), seed=1)
    expected = of_pytorch(images, kernels, groups)
    for name in ("OIHW", NAMES[rank][1]):
        words = {"channel_axis": 1, "groups": groups, "engine": engine, "kernel_layout": name}
        np.testing.assert_allclose(convolve(images, kernels, "valid", **words), expected, atol=1e-9)
    last = convolve(
        np.moveaxis(images, 1, -1),
        kernels,
        "valid",
        groups=groups,
        kernel_layout="OIHW",
        engine=engine,
    )
    np.testing.assert_allclose(np.moveaxis(last, -1, 1), expected, atol=1e-9)


@pytest.mark.parametrize("engine", ["auto", *ENGINES])
@pytest.mark.parametrize("multiplier", [1, 2])
@pytest.mark.parametrize("rank", SPATIAL)
def test_depthwise_kernels_of_keras(rank, multiplier, engine):
    images, kernels = (
        numbers((2, *SPATIAL[rank], 3)),
        numbers((*WINDOW[rank], 3, multiplier), seed=1),
    )
    expected = of_keras(images, kernels)
    for name, groups in product(("HWCM", NAMES[rank][2]), (1, 3)):
        made = convolve(images, kernels, "valid", kernel_layout=name, groups=groups, engine=engine)
        np.testing.assert_allclose(made, expected, atol=1e-9)


def ours(kernels, layout):
    """Return kernels as (*window, c // groups, nc)."""
    if layout == "OIHW":
        return np.moveaxis(kernels, (0, 1), (-1, -2))
    return kernels.reshape(*kernels.shape[:-2], 1, -1) if layout == "HWCM" else kernels


CASES = {  # layout, kernels, groups in "HWIO"
    "OIHW": (numbers((6, 4, 3, 2), seed=1), 1),
    "OIHW in groups": (numbers((6, 2, 3, 2), seed=1), 2),
    "HWCM": (numbers((3, 2, 4, 2), seed=1), 4),
    "HWIO": (numbers((3, 2, 4, 5), seed=1), 1),
}
IMAGES = numbers((3, 11, 12, 4))
WAYS = {  # of running a call
    "in memory": lambda images, kernels, **words: convolve(images, kernels, **words),
    "flipped": lambda images, kernels, **words: convolve(images, kernels, flip=True, **words),
    "in tiles": lambda images, kernels, **words: convolve(
        images, kernels, max_memory=20_000, **words
    ),
    "integers": lambda images, kernels, **words: convolve(
        images.astype(int), kernels.astype(np.int8), **words
    ),
    "plan": lambda images, kernels, **words: plan_convolution(
        images.shape, kernels.shape, **words
    ).run(images, kernels),
    "pickled plan": lambda images, kernels, **words: pickle.loads(
        pickle.dumps(plan_convolution(images.shape, kernels.shape, **words))
    ).run(images, kernels),
    "dask": lambda images, kernels, **words: lazy(images, kernels, **words),
}


def lazy(images, kernels, **words):
    da = pytest.importorskip("dask.array")
    return convolve(da.from_array(images, chunks=(1, 5, 6, 2)), kernels, **words).compute()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES)
def test_every_way_takes_the_callers_order(case, way):
    layout, (kernels, groups) = case.split()[0], CASES[case]
    words = {
        "padding": "same",
        "stride": 2,
        "bias": np.arange(float(ours(kernels, layout).shape[-1])),
    }
    if "plan" in way or way == "integers":
        del words["bias"]
    given = 1 if layout == "HWCM" else groups
    expected = WAYS["plan" if way == "pickled plan" else way](
        IMAGES, ours(kernels, layout), groups=groups, **words
    )
    made = WAYS[way](IMAGES, kernels, groups=given, kernel_layout=layout, **words)
    np.testing.assert_array_equal(made, expected)
    assert made.dtype == expected.dtype


@pytest.mark.parametrize("rank", SPATIAL)
@pytest.mark.parametrize("case", ["OIHW", "OIHW in groups", "HWCM"])
def test_transposed_is_the_adjoint_in_every_order(case, rank):
    layout, groups = case.split()[0], 2 if "groups" in case else 1
    window = WINDOW[rank]
    kernels = (
        numbers((*window, 4, 2), seed=1)
        if layout == "HWCM"
        else numbers((8, 4 // groups, *window), seed=1)
    )
    x, words = numbers((2, *SPATIAL[rank], 4)), {"groups": groups, "kernel_layout": layout}
    y = numbers(convolve(x, kernels, "valid", **words).shape, seed=2)
    back = convolve_transpose(y, kernels, "valid", **words)
    assert np.vdot(convolve(x, kernels, "valid", **words), y) == np.vdot(x, back)
    if rank == 2:
        first = convolve_transpose(np.moveaxis(y, -1, 1), kernels, "valid", channel_axis=1, **words)
        np.testing.assert_array_equal(np.moveaxis(first, 1, -1), back)


def test_kernels_are_read_as_they_lie():
    kernels = np.asfortranarray(CASES["HWCM"][0])[::-1]
    expected = convolve(IMAGES, ours(kernels, "HWCM"), groups=4)
    np.testing.assert_array_equal(convolve(IMAGES, kernels, kernel_layout="HWCM"), expected)


# ---- plans ----


def test_a_plan_keeps_the_callers_order():
    plan = plan_convolution((2, 3, 32, 48), (8, 3, 5, 5), channel_axis=1, kernel_layout="OIHW")
    assert plan.kernels_shape == (5, 5, 3, 8)
    assert plan.output_shape == (2, 8, 32, 48)
    assert (
        str(plan)
        .splitlines()[0]
        .startswith("convolution with 8 kernels of 5 x 5 x 3, passed as OIHW")
    )
    with pytest.raises(
        ValueError, match=r"kernels are \(5, 5, 3, 8\) float64, but the plan is for \(8, 3, 5, 5\)"
    ):
        plan.run(np.ones((2, 3, 32, 48)), np.ones((5, 5, 3, 8)))
    plan = plan_convolution((2, 32, 48, 3), (5, 5, 3, 2), kernel_layout="HWCM")
    assert (plan.kernels_shape, plan.groups, plan.output_shape) == ((5, 5, 1, 6), 3, (2, 32, 48, 6))
    with pytest.raises(
        ValueError, match=r"kernels are \(5, 5, 1, 6\) float64, but the plan is for \(5, 5, 3, 2\)"
    ):
        plan.run(np.ones((2, 32, 48, 3)), np.ones((5, 5, 1, 6)))


@pytest.mark.parametrize("call", [convolve, convolve_transpose, plan_convolution])
def test_the_signature_shows_the_default(call):
    default = inspect.signature(call).parameters["kernel_layout"].default
    assert type(default) is str
    assert default == "HWIO"


# ---- what is said ----


@pytest.mark.parametrize("word", ["hwio", "IOHW", "NCHW", None, 1, "OIDHW"])
def test_other_words_raise(word):
    with pytest.raises(
        ValueError, match=r"kernel_layout is .*; it must be one of 'HWIO', 'OIHW', 'HWCM'"
    ):
        convolve(IMAGES, numbers((3, 3, 4, 2)), kernel_layout=word)


def test_a_word_in_small_letters_is_recognized():
    with pytest.raises(ValueError, match="did you mean 'OIHW'"):
        convolve(IMAGES, numbers((2, 4, 3, 3)), kernel_layout="oihw")


F = np.ones
BATCH, FIRST = F((2, 8, 9, 3)), F((2, 3, 8, 9))


def same_for_all(images, kernel):
    """Apply a kernel (kh, kw) to every channel."""
    return np.stack([filter_image(image, kernel, pad_mode="zeros") for image in images])


# call, images, kernels, words -> what is advised, as words or as a change of the kernels, and what
# it gives
ADVICE = [
    (convolve, FIRST, (3, 3, 3, 4), {}, "channel_axis=1"),
    (convolve, BATCH, (3, 3, 3, 4), {"channel_axis": 1}, "channel_axis=-1"),
    (convolve, BATCH, (8, 3, 5, 5), {}, "kernel_layout='OIHW'"),
    (convolve, FIRST, (8, 3, 5, 5), {"channel_axis": 1}, "kernel_layout='OIHW'"),
    (convolve, FIRST, (8, 3, 5, 5), {}, "channel_axis=1 and kernel_layout='OIHW'"),
    (convolve, FIRST, (8, 3, 3, 3), {}, "channel_axis=1 and kernel_layout='OIHW'"),
    (convolve, FIRST, (8, 1, 5, 5), {"channel_axis": 1, "groups": 3}, None),
    (convolve, FIRST, (6, 1, 5, 5), {"channel_axis": 1, "groups": 3}, "kernel_layout='OIHW'"),
    (convolve, F((2, 5, 6, 7, 3)), (8, 3, 2, 2, 2), {}, "kernel_layout='OIHW'"),
    (convolve, BATCH, (5, 5, 3, 2), {"groups": 3}, "kernel_layout='HWCM'"),
    (convolve, BATCH, (5, 5, 3, 2), {"groups": 3}, "leave groups out"),
    (convolve, BATCH, (5, 5, 3, 8), {"kernel_layout": "OIHW"}, "kernel_layout='HWIO'"),
    (convolve, BATCH, (5, 5, 1, 6), {"kernel_layout": "HWCM", "groups": 3}, "kernel_layout='HWIO'"),
    (convolve, F((2, 8, 9, 6)), (3, 3, 3, 4), {}, "groups=2"),
    (convolve, F((2, 8, 9, 6)), (3, 3, 3, 4), {"groups": 3}, "groups=2"),
    (convolve, F((2, 8, 9, 2)), (3, 3, 2, 4), {"groups": 3}, "leave groups out"),
    (convolve, F((2, 8, 9, 2)), (4, 2, 3, 3), {"groups": 3}, None),
    (convolve, F((2, 8, 9, 2)), (3, 3, 4, 5), {"groups": 3}, None),
    (convolve, F((2, 8, 9, 6)), (3, 3, 4, 5), {"groups": 3}, None),
    (convolve, BATCH, (3, 3, 4, 3), {}, "kernels.swapaxes(-1, -2)"),
    (
        convolve,
        FIRST,
        (3, 4, 5, 5),
        {"channel_axis": 1, "kernel_layout": "OIHW"},
        "kernels.swapaxes(0, 1)",
    ),
    (convolve, BATCH, (3, 3, 1, 1), {}, "np.repeat(kernels, 3, axis=-1) and groups=3"),
    (convolve, BATCH, (3, 3, 1, 2), {}, "np.concatenate([kernels] * 3, axis=-1) and groups=3"),
    (convolve, BATCH, (3, 3, 1, 1), {"groups": 3}, "np.repeat(kernels, 3, axis=-1)"),
    (
        convolve,
        F((2, 8, 9, 6)),
        (3, 3, 2, 4),
        {"groups": 3},
        "np.concatenate([kernels] * 3, axis=-1)",
    ),
    (
        convolve,
        FIRST,
        (1, 1, 3, 3),
        {"channel_axis": 1, "kernel_layout": "OIHW"},
        "axis=0) and groups=3",
    ),
    (convolve, BATCH, (3, 3, 1, 2), {"kernel_layout": "HWCM"}, "np.repeat(kernels, 3, axis=-2)"),
    (convolve, BATCH, (3, 3, 3, 2), {"kernel_layout": "HWCM", "groups": 2}, "leave groups out"),
    (convolve, BATCH, (3, 3, 2, 2), {"kernel_layout": "HWCM"}, None),
    (convolve, BATCH, (3, 3), {}, "np.repeat(kernels[..., None, None], 3, axis=-1) and groups=3"),
    (convolve, F((2, 8, 9, 1)), (3, 3), {}, "kernels[..., None, None]"),
    (convolve, BATCH, (3, 3, 3), {}, "kernels[..., None]"),
    (convolve, F((2, 8, 9, 1)), (3, 3, 4), {}, "kernels[..., None, :]"),
    (convolve, BATCH, (3, 3, 3), {"groups": 3}, "kernels[..., None, :]"),
    (convolve_transpose, F((2, 8, 9, 3)), (3, 3, 3), {}, "kernels[..., None, :]"),
    (convolve_transpose, F((2, 8, 9, 1)), (3, 3, 2), {}, "kernels[..., None]"),
    (convolve_transpose, F((8, 9, 3)), (3, 3, 2, 3), {}, "images[None]"),
    (convolve, F((8, 9, 6)), (3, 3, 3, 4), {"groups": 2}, "images[None]"),
    (convolve, F((8, 9, 3)), (3, 3, 3, 4), {}, "images[None]"),
    (convolve, F((3, 8, 9)), (3, 3, 3, 4), {"channel_axis": 0}, "images[None] and channel_axis=1"),
    (convolve, F((3, 8, 9)), (3, 3, 3, 4), {"channel_axis": 1}, "images[None]"),
    (convolve, F((3, 8, 9)), (3, 3, 3, 4), {"channel_axis": -3}, "images[None]"),
    (convolve, F((8, 9, 3)), (3, 3, 3, 4), {"channel_axis": 2}, "images[None] and channel_axis=3"),
    (convolve, F((5, 8, 9)), (3, 3, 1, 4), {}, "images[..., None]"),
    (convolve_transpose, F((2, 8, 9, 4)), (4, 3, 5, 5), {}, "kernel_layout='OIHW'"),
    (convolve_transpose, F((2, 4, 8, 9)), (3, 3, 2, 4), {}, "channel_axis=1"),
    (convolve_transpose, F((2, 8, 9, 2)), (3, 3, 2, 4), {}, "kernels.swapaxes(-1, -2)"),
    (
        convolve_transpose,
        F((2, 8, 9, 3)),
        (3, 3, 1, 1),
        {},
        "np.repeat(kernels, 3, axis=-1) and groups=3",
    ),
    (convolve_transpose, F((2, 8, 9, 4)), (3, 3, 1, 4), {"groups": 3}, "leave groups out"),
    (convolve_transpose, F((2, 8, 9, 5)), (3, 3, 2, 4), {}, None),
    (convolve_transpose, F((2, 8, 9, 5)), (3, 3, 2, 4), {"groups": 2}, None),
    (convolve_transpose, F((2, 8, 9, 6)), (3, 3, 2, 2), {"kernel_layout": "HWCM"}, None),
]


def follow(advice, call, images, kernels, words):
    """Do what one hint says."""
    words = dict(words)
    for part in advice.split(" and "):
        if re.fullmatch(r"\w+=[\w'-]+", part):
            name, value = part.split("=")
            words[name] = eval(value)
        elif part == "leave groups out":
            words.pop("groups")
        elif part.startswith("images"):
            images = eval(part)
        else:
            kernels = eval(part)
    return call(images, kernels, **words)


@pytest.mark.parametrize(
    ("call", "images", "shape", "words", "advice"), ADVICE, ids=range(len(ADVICE))
)
def test_advice_can_be_followed(call, images, shape, words, advice):
    kernels = np.arange(np.prod(shape, dtype=float)).reshape(shape)
    with pytest.raises(ValueError, match="kernel") as caught:
        call(images, kernels, **words)
    text = str(caught.value)
    assert text.count("(") == text.count(")")
    hints = re.findall(r"(?:pass |(?=leave)|, as (?!in ))(.*?)(?: for .*?)?(?=;|$)", text)
    assert advice is None or advice in hints or any(hint.endswith(advice) for hint in hints), text
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for hint in hints:  # every one of them
            follow(hint, call, images, kernels, words)
    if advice is None and not hints:  # "kernels must be (*window, 2, kernels)"
        form = re.search(r"kernels must be \((.*?)\)(?:,? with (.*))?$", text)
        follow_form(form, text, call, images, shape, words)


def follow_form(form, text, call, images, shape, words):
    """Make kernels of the shape that the error asks for."""
    words = {**words, "groups": 1} if "groups=1" in text else words
    many, more = 6, form.group(2) or ""
    if "multiplier" in more:  # channels * multiplier = 6
        many = int(more.split()[-1])
    sizes = {
        "*window": (3, 3),
        "channels": (1 if "multiplier" in more else 2 * words.get("groups", 1),),
    }
    sizes |= {"kernels": (many,), "multiplier": (many,)}
    wanted = [
        size for word in form.group(1).split(", ") for size in sizes.get(word) or (int(word),)
    ]
    call(images, np.ones(wanted), **words)


def test_one_kernel_for_every_channel():
    images, kernel = numbers((2, 8, 9, 3)), numbers((3, 3, 1, 1), seed=1)
    expected = same_for_all(images, kernel[..., 0, 0])
    with pytest.raises(ValueError, match="one kernel for every channel") as caught:
        convolve(images, kernel)
    assert "OIHW" not in str(caught.value)  # would be three kernels of one tap
    np.testing.assert_array_equal(
        convolve(images, np.repeat(kernel, 3, axis=-1), groups=3), expected
    )
    kernels = numbers((3, 3, 1, 2), seed=1)
    made = convolve(images, np.concatenate([kernels] * 3, axis=-1), groups=3)
    for i in range(2):
        np.testing.assert_array_equal(made[..., i::2], same_for_all(images, kernels[..., 0, i]))


# ---- the warning ----

AMBIGUOUS = [  # images with the channels at 1, kernels, words
    ((2, 3, 32, 48), (3, 3, 3, 3), {}),
    ((2, 3, 32, 48), (8, 3, 3, 3), {}),
    ((2, 4, 32, 48), (4, 2, 2, 2), {"groups": 2}),
    ((2, 3, 32), (5, 3, 5), {}),
    ((2, 3, 6, 7, 8), (3, 3, 3, 3, 3), {}),
]


@pytest.mark.parametrize("axis", [1, "from the end"])
@pytest.mark.parametrize("call", [convolve, plan_convolution])
@pytest.mark.parametrize(("images", "kernels", "words"), AMBIGUOUS)
def test_kernels_that_fit_both_orders_warn(call, images, kernels, words, axis):
    words = {**words, "channel_axis": 1 if axis == 1 else 1 - len(images)}
    if call is convolve:
        images, kernels = np.ones(images), np.ones(kernels)
    with pytest.warns(
        UserWarning, match=r"pass kernel_layout='HWIO' or kernel_layout='OIHW'"
    ) as caught:
        call(images, kernels, **words)
    assert caught[0].filename == __file__  # where the call stands
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        call(images, kernels, kernel_layout="HWIO", **words)
        call(images, kernels, kernel_layout="OIHW", **words)


@pytest.mark.parametrize("kernels", [(64, 3, 3, 3), (16, 3, 3, 3)])
def test_kernels_of_colours_in_the_order_of_pytorch_warn(kernels):
    """They fit colours with channels last as well, as windows that are not square."""
    images = np.ones((1, 70, 8, 3))
    for axis in (-1, 3):
        with pytest.warns(UserWarning, match=f"channel_axis={axis} may be ours") as caught:
            convolve(images, np.ones(kernels), channel_axis=axis)
        assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        convolve(images, np.ones(kernels), kernel_layout="HWIO")


def test_the_transposed_warns_too():
    images, kernels = np.ones((2, 3, 8, 9)), np.ones((3, 3, 3, 3))
    with pytest.warns(UserWarning, match="kernel_layout"):
        convolve_transpose(images, kernels, channel_axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        convolve_transpose(images, kernels, channel_axis=1, kernel_layout="HWIO")


@pytest.mark.parametrize("groups", [0, -1, 1.5, "1"])
def test_groups_are_read_before_the_order(groups):
    with pytest.raises((ValueError, TypeError), match=r"groups is .* whole number"):
        convolve(np.ones((2, 3, 8, 9)), np.ones((3, 3, 3, 3)), channel_axis=1, groups=groups)


CLEAR = [
    ((2, 32, 48, 3), (3, 3, 3, 3), {}),  # channels last
    ((2, 32, 48, 3), (5, 3, 3, 4), {}),  # windows of 3 x 4 would be odd
    ((2, 48, 3), (5, 3, 3), {}),  # signals: a window of 5, as often
    ((2, 3, 32, 48), (3, 3, 3, 8), {"channel_axis": 1}),  # windows of 3 x 8 would be odd
    ((2, 3, 32, 48), (5, 5, 3, 3), {"channel_axis": 1}),
    ((2, 3, 32, 48), (8, 3, 3, 8), {"channel_axis": 1}),
    ((2, 1, 32, 48), (1, 1, 1, 1), {"channel_axis": 1}),  # the same in either order
    ((2, 3, 32), (5, 3, 8), {"channel_axis": 1}),
]


@pytest.mark.parametrize(("images", "kernels", "words"), CLEAR)
def test_clear_kernels_do_not_warn(images, kernels, words):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        convolve(np.ones(images), np.ones(kernels), **words)


def test_the_warning_comes_once_for_each_place():
    images, kernels = np.ones((2, 3, 8, 9)), np.ones((3, 3, 3, 3))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            convolve(images, kernels, channel_axis=1)
    assert len(caught) == 1


def test_no_channels():
    with pytest.raises(ValueError, match="at least one channel"):
        convolve(np.ones((1, 5, 5, 0)), np.ones((3, 3, 0, 2)), kernel_layout="HWCM")
    made = convolve(np.ones((1, 5, 5, 0)), np.ones((2, 0, 3, 3)), kernel_layout="OIHW")
    np.testing.assert_array_equal(
        made, convpool.convolve(np.ones((1, 5, 5, 0)), np.ones((3, 3, 0, 2)))
    )
