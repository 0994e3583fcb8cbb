"""What a teacher means by 'same': which readings hold with it."""

from __future__ import annotations

import pytest

from convpool.check.diagnosis.readings.registry import READINGS
from convpool.check.grading.accepted_same import MEANINGS
from convpool.check.verdicts import Outcome
from support.judged_here import failing_names, words

PLAIN = """
import numpy as np


def convolve_grayscale(images, kernel, padding='same', stride=(1, 1)):
    m, h, w = images.shape
    kh, kw = kernel.shape
    sh, sw = stride
    if padding == 'same':
        {same}
    elif padding == 'valid':
        before, after = (0, 0), (0, 0)
    else:
        before = after = padding
    around = tuple(zip(before, after))
    x = np.pad(images * 1.0, ((0, 0), *around))
    oh = (h + sum(around[0]) - kh) // sh + 1
    ow = (w + sum(around[1]) - kw) // sw + 1
    out = np.zeros((m, oh, ow))
    for i in range(oh):
        for j in range(ow):
            out[:, i, j] = (x[:, i * sh:i * sh + kh, j * sw:j * sw + kw] * kernel).sum((1, 2))
    return out
"""
BOTH = "before = after = {}, {}"
TENSORFLOW = (
    "t = [max((-(-n // s) - 1) * s + k - n, 0) for n, k, s in ((h, kh, sh), (w, kw, sw))]\n"
    "        before = t[0] // 2, t[1] // 2\n"
    "        after = t[0] - before[0], t[1] - before[1]"
)
TOTALS = "((h - 1) * sh + kh - h)", "((w - 1) * sw + kw - w)"
WAYS = {
    "brief": (
        f"th, tw = {TOTALS[0]}, {TOTALS[1]}\n"
        "        before, after = (th // 2, tw // 2), (th - th // 2, tw - tw // 2)"
    ),
    "same: p = T // 2 + 1": BOTH.format(*(f"{total} // 2 + 1" for total in TOTALS)),
    "same: p = T // 2": BOTH.format(*(f"{total} // 2" for total in TOTALS)),
    "same: TensorFlow": TENSORFLOW,
    "one zero too many": BOTH.format(*(f"{total}" for total in TOTALS)),
}
# meaning -> the ways that hold with it
HOLDING = {
    "brief": {"brief"},
    "size": {"brief"},
    "tensorflow": {"same: TensorFlow"},
    "any-named": {"brief", "same: p = T // 2 + 1", "same: p = T // 2", "same: TensorFlow"},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("meaning", MEANINGS)
def test_what_holds_with_each_meaning(judge, way, meaning):
    items, _ = judge(3, text=PLAIN.replace("{same}", WAYS[way]), same=meaning)
    sames = [items["same"], items["same-strided"]]
    assert {item.outcome is Outcome.HOLDS for item in sames} == (
        {True} if way in HOLDING[meaning] else {item.outcome is Outcome.HOLDS for item in sames}
    )
    if way not in HOLDING[meaning]:
        assert set(failing_names(items)) & {"same", "same-strided"}
    readings = {remark.reading for item in sames for remark in item.remarks}
    if way.startswith("same: ") and way in HOLDING[meaning]:
        assert way in readings
    assert items["valid"].outcome is Outcome.HOLDS


def test_other_results_that_hold_are_named(judge):
    """What is expected is one of several right ones."""
    text = PLAIN.replace("{same}", WAYS["one zero too many"])
    for meaning in ("size", "any-named"):
        items, _ = judge(3, text=text, same=meaning)
        words_of = items["same"].findings[0].words
        assert words_of.endswith(f"Other results hold too: {MEANINGS[meaning].description}")
    items, _ = judge(3, text=text, same="brief")
    assert "Other results" not in items["same"].findings[0].words


def test_the_size_alone(judge):
    cut = WAYS["same: p = T // 2 + 1"]
    text = PLAIN.replace("{same}", cut).replace(
        "    out = np", "    if padding == 'same':\n        oh, ow = h, w\n    out = np"
    )
    items, _ = judge(3, text=text, same="size")
    assert failing_names(items) == []
    items, _ = judge(3, text=text)
    assert failing_names(items) == ["same", "same-strided"]


def test_every_meaning_has_its_readings(judge):
    for meaning in MEANINGS.values():
        assert set(meaning.readings) <= set(READINGS)
    items, _ = judge(3, text=PLAIN.replace("{same}", WAYS["brief"]), same="tensorflow")
    assert words(items["same-strided"])[0] == (
        "'same' is not what was asked, TensorFlow's: ceil(h / sh) x ceil(w / sw)"
    )
