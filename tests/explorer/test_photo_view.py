"""A photograph in its real size beside its filtered twin: the same numbers as the library's."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest

import convpool
from support.explorer_page import agree, array, state

Image = pytest.importorskip("PIL.Image")
LINK = "(id) => document.getElementById(id).toDataURL()"


def pixels(page, name):
    link = page.evaluate(LINK, name)
    with Image.open(io.BytesIO(base64.b64decode(link.partition(",")[2]))) as picture:
        return np.asarray(picture.convert("RGB")).astype(float)


def wait(page):
    page.wait_for_function("() => !document.getElementById('photo').hidden")


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_a_photograph_is_filtered_as_the_library_filters_it(visit, padding):
    page = visit(f"#source=cat&h=24&w=24&kernel=blur&padMode=edge&padding={padding}")
    wait(page)
    photo = pixels(page, "photo-input")
    assert photo.shape == (256, 256, 3)
    kernel = array(page, "kernels")[..., 0, 0]
    expected = convpool.filter_image(photo, kernel, padding, pad_mode="edge")
    actual = pixels(page, "photo-output")
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, atol=0.51)
    page.evaluate("explorer.change({op: 'pool', kh: 2, kw: 2, sh: 2, sw: 2, padding: 'valid'})")
    expected = convpool.pool(photo[np.newaxis], 2)[0]
    np.testing.assert_array_equal(pixels(page, "photo-output"), expected)


def test_a_click_brings_its_pixels_into_the_picture(visit):
    page = visit("#source=coffee&h=24&w=20&c=3")
    wait(page)
    photo = pixels(page, "photo-input")
    page.locator("#photo-input").scroll_into_view_if_needed()
    width = page.locator("#photo-input").bounding_box()["width"]
    page.locator("#photo-input").click(position={"x": width * 100 / 256, "y": width * 60 / 256})
    np.testing.assert_array_equal(array(page, "image"), photo[48:72, 90:110])
    assert state(page)["source"] == "own"
    agree(page)


def test_numbers_have_no_photograph(visit):
    page = visit("#source=cat&h=24&w=24")
    wait(page)
    page.locator("[name=source]").select_option("numbers")
    assert page.locator("#photo").is_hidden()
