"""The explorer page opened at an explanation: it shows the same numbers as the library."""

from __future__ import annotations

import re
from importlib import resources

import numpy as np
import pytest

from convpool import explain
from convpool.engines.pad_modes import PAD_MODES
from convpool.explorer import build, link_fragment
from support.explorer_page import new_page

RANDOM = np.random.default_rng(0)


def whole(*shape):
    return RANDOM.integers(-4, 9, shape)


SHOWN = {
    "same": lambda: explain(whole(5, 6), whole(3, 3), "same", 2),
    "fractions": lambda: explain(whole(4, 4) / 8, whole(2, 3) / 4, "full", flip=True),
    "groups": lambda: explain(whole(4, 5, 4), whole(3, 2, 2, 4), 1, groups=2, dilation=(1, 2)),
    "filled": lambda: explain(
        whole(4, 5), whole(2, 2), ((1, 0), (2, 3)), pad_mode="constant", fill=7
    ),
    "mirrored": lambda: explain(whole(4, 5), whole(3, 2), ((2, 0), (1, 1)), pad_mode="reflect"),
    "average": lambda: explain(
        whole(5, 5, 2), 2, ((1, 0), (0, 1)), pool="avg", ceil=True, count_padding=True
    ),
    "least": lambda: explain(whole(5, 7), (2, 3), pool="min"),
    "transposed": lambda: explain(
        whole(2, 3, 2), whole(3, 3, 2, 2), 1, 2, transpose=True, output_padding=1
    ),
    "transposed same": lambda: explain(whole(2, 3), whole(2, 2), "same", 4, transpose=True),
}


@pytest.mark.parametrize("name", SHOWN)
def test_the_page_opens_at_a_window_and_shows_what_the_library_gives(name, browser, tmp_path):
    shown = SHOWN[name]()
    frame = shown.frames[len(shown) - 2]
    build.save(tmp_path / "a.html", fragment=link_fragment.fragment_of(shown, frame.number))
    page = new_page(browser)
    page.goto((tmp_path / "a.html").as_uri())
    output = page.evaluate(
        "(({shape, data}) => [shape, Array.from(data)])(explorer.model().output)"
    )
    state = page.evaluate("explorer.state()")
    page.close()
    np.testing.assert_array_equal(np.reshape(output[1], output[0]), shown.result[0])
    plane = "front" if shown.kind == "transposed" else "n"
    assert (state["i"], state["j"], state[plane]) == (*frame.position, frame.channel)


NOT_SHOWN = {
    "one axis": lambda: explain(whole(5), [1, 2]),
    "mode": lambda: explain(whole(5, 5), 2, pool="median"),
    "pixels": lambda: explain(whole(33, 5), whole(2, 2)),
    "channels": lambda: explain(whole(5, 5, 5), whole(2, 2, 5)),
    "taps": lambda: explain(whole(13, 13), whole(12, 12), "valid"),
    "padding": lambda: explain(whole(9, 9), whole(2, 2), 10),
    "decimals": lambda: explain(whole(5, 5) / 3, whole(2, 2)),
    "NaN": lambda: explain(np.full((3, 3), np.nan), whole(2, 2)),
    "large": lambda: explain(np.full((3, 3), 10**6 + 1), whole(2, 2)),
    "complex": lambda: explain(whole(3, 3) * 1j, whole(2, 2)),
    "fill": lambda: explain(whole(3, 3) / 2, whole(2, 2), pad_mode="constant", fill=0.5),
    "output padding": lambda: explain(
        whole(3, 3), whole(2, 2), stride=2, transpose=True, output_padding=(0, 1)
    ),
}


@pytest.mark.parametrize("name", NOT_SHOWN)
def test_what_the_page_cannot_show_exactly_has_no_link(name):
    assert link_fragment.fragment_of(NOT_SHOWN[name]()) is None


def table_of(name, file):
    """Return the text of a table of the page, such as LIMITS of settings.js."""
    text = resources.files("convpool.explorer").joinpath("page", file).read_text(encoding="utf-8")
    return re.search(rf"^  const {name} = \{{(.*?)^  \}};", text, re.DOTALL | re.MULTILINE)[1]


def names_in(table):
    return set(re.findall(r"^    (\w+):", table, re.MULTILINE))


def test_limits_and_names_are_those_of_the_page():
    pairs = re.findall(r"(\w+): \[(-?\d+), (\d+)\]", table_of("LIMITS", "settings.js"))
    numbers = {name: (int(least), int(greatest)) for name, least, greatest in pairs}
    assert link_fragment.LIMITS.items() <= numbers.items()
    modes = re.search(r"^ +mode: \[(.*?)\]", table_of("CHOICES", "settings.js"), re.MULTILINE)[1]
    assert set(re.findall(r'"([^"]+)"', modes)) == set(link_fragment.EXPLORER_POOL_MODES)
    paddings = names_in(table_of("PADDINGS", "window_axes.js"))
    assert paddings == set(link_fragment.EXPLORER_PADDINGS)
    assert names_in(table_of("PAD_MODES", "window_axes.js")) == set(PAD_MODES)
