"""What a visitor has can be pasted or typed: a call, a matrix, a link, a fraction."""

from __future__ import annotations

import numpy as np
import pytest

from support.explorer_page import agree, array, state, text

BY_HAND = {"padding": "by hand", "top": 1, "bottom": 1, "left": 1, "right": 1}
# a call, and the settings that it means
CALLS = {
    "nn.Conv2d(3, 4, 3, stride=2, padding=1)": {
        "op": "convolve",
        "c": 3,
        "nc": 4,
        "kh": 3,
        "kw": 3,
        "sh": 2,
        "sw": 2,
        **BY_HAND,
        "flip": False,
    },
    "self.conv = torch.nn.Conv2d(in_channels=2, out_channels=4,\n    kernel_size=(3, 5), "
    "groups=2, padding='same', padding_mode='reflect')  # two groups": {
        "c": 2,
        "nc": 4,
        "kh": 3,
        "kw": 5,
        "groups": 2,
        "padding": "same",
        "padMode": "reflect",
    },
    "F.conv2d(x, w, None, 2, (0, 1))": {"sh": 2, "padding": "by hand", "top": 0, "left": 1},
    "nn.ConvTranspose2d(2, 1, 3, stride=2, padding=1, output_padding=1)": {
        "op": "transpose",
        "nc": 2,
        "c": 1,
        "sh": 2,
        "extra": 1,
        **BY_HAND,
    },
    "nn.MaxPool2d(2)": {"op": "pool", "mode": "max", "kh": 2, "sh": 2, "sw": 2},
    "F.max_pool2d(x, 3, 2, ceil_mode=True)": {"kh": 3, "sh": 2, "ceil": True},
    "nn.AvgPool2d(3, stride=1, padding=1)": {"mode": "avg", "countPadding": True, **BY_HAND},
    "nn.AvgPool2d(3, count_include_pad=False)": {"countPadding": False, "sh": 3},
    'keras.layers.Conv2D(2, (3, 3), strides=(2, 2), padding="same", activation="relu")': {
        "nc": 2,
        "sh": 2,
        "padding": "same",
    },
    "MaxPooling2D((2, 2))": {"op": "pool", "kh": 2, "sh": 2},
    "MaxPool2D(pool_size=3, strides=1, padding='same')": {"kh": 3, "sh": 1, "padding": "same"},
    "convolve2d(image, kernel)": {"padding": "full", "flip": True},
    "signal.correlate2d(image, kernel, mode='valid')": {"padding": "valid", "flip": False},
    "cv2.filter2D(img, -1, kernel, borderType=cv2.BORDER_CONSTANT)": {
        "padMode": "zeros",
        "padding": "same_lower",
        "flip": False,
    },
    "cv2.filter2D(img, -1, kernel)": {"padMode": "reflect"},
    "x = F.max_pool2d(F.relu(self.conv1(x)), 2)": {"op": "pool", "kh": 2, "kw": 2, "sh": 2},
    "torch.nn.functional.max_pool2d(x, kernel_size=(2, 3), stride=1)": {"kw": 3, "sh": 1, "sw": 1},
    "cv2.blur(img, (5, 3))": {"kw": 5, "kh": 3, "padMode": "reflect", "padding": "same_lower"},
    "cv2.Sobel(img, cv2.CV_64F, 1, 0, ksize=3)": {"weights": [-1, 0, 1, -2, 0, 2, -1, 0, 1]},
    "cv2.Sobel(gray, ddepth=cv2.CV_16S, dx=0, dy=1)": {"weights": [-1, -2, -1, 0, 0, 0, 1, 2, 1]},
    "cv2.GaussianBlur(img, (5, 5), 0, borderType=cv2.BORDER_REPLICATE)": {"padMode": "edge"},
    "cv2.Laplacian(img, cv2.CV_64F)": {"weights": [0, 1, 0, 1, -4, 1, 0, 1, 0]},
    "k = np.array([[1, 2],\n              [3, 4]]) / 10\ny = signal.convolve2d(x, k, 'same')": {
        "weights": [0.1, 0.2, 0.3, 0.4],
        "flip": True,
    },
    "cv2.filter2D(src=img, ddepth=-1, kernel=np.ones((3, 3), np.float32) / 9)": {
        "weights": [0.111111] * 9
    },
    "x = np.array([[1, 2, 3], [4, 5, 6]], dtype=float)\nw = 1/4 * np.array([[1, -1]])\n"
    "ndimage.correlate(x, w)": {
        "h": 2,
        "w": 3,
        "pixels": [1, 2, 3, 4, 5, 6],
        "weights": [0.25, -0.25],
        "kh": 1,
    },
    "w = torch.tensor([[[[1., 0.], [0., -1.]]]])\nF.conv2d(x, w, stride=2)": {
        "weights": [1, 0, 0, -1],
        "sh": 2,
    },
    "convolve_grayscale(images, kernel, padding='same', stride=(2, 2))": {
        "padding": "same_size",
        "sh": 2,
    },
}


@pytest.mark.parametrize("call", CALLS)
def test_a_call_sets_the_page(visit, call):
    page = visit("#h=8&w=8&flip=1&padMode=wrap")
    page.evaluate("(call) => explorer.paste.take(call, 'pixels')", call)
    shown = state(page)
    assert {name: shown[name] for name in CALLS[call]} == CALLS[call]
    agree(page, atol=1e-9)


def test_opencv_filters_each_channel_with_one_kernel(visit):
    weights = ",".join(map(str, range(108)))
    page = visit(f"#h=8&w=8&c=3&nc=4&kernel=own&weights={weights}&sh=2&bias=1")
    said = page.evaluate("explorer.paste.take('cv2.filter2D(img, -1, k)', 'pixels')")
    assert "Kept as they were: channels 3, bias 1." in said
    kernels = array(page, "kernels")
    assert kernels.shape == (3, 3, 1, 3)
    assert kernels[..., 0, 0].ravel().tolist() == list(range(0, 108, 12))
    assert all((kernels[..., n] == kernels[..., 0]).all() for n in range(3))
    agree(page)
    said = page.evaluate("explorer.paste.take('1 2\\n3 4', 'weights')")
    assert said.endswith("as they were: padding same_lower, filled with reflect, bias 1.")
    page.evaluate("explorer.open('#h=6')")
    assert "Kept" not in page.evaluate("explorer.paste.take('1 2', 'weights')")


# kernels as OpenCV 4 prints them: cv2.getGaussianKernel, cv2.getDerivKernels
OPENCV = {
    "GaussianBlur(img, (3, 3), 0)": np.outer([1, 2, 1], [1, 2, 1]) / 16,
    "GaussianBlur(img, ksize=(5, 1), sigmaX=0)": np.array([[1, 4, 6, 4, 1]]) / 16,
    "GaussianBlur(img, (3, 1), 1.0)": [[0.274069, 0.451863, 0.274069]],
    "GaussianBlur(img, (0, 0), 1)": None,  # 7 x 7
    "Sobel(img, -1, 1, 0, ksize=5)": np.outer([1, 4, 6, 4, 1], [-1, -2, 0, 2, 1]),
    "Sobel(img, -1, 2, 0)": np.outer([1, 2, 1], [1, -2, 1]),
    "Sobel(img, -1, 0, 1, ksize=1, scale=2)": [[-2], [0], [2]],
    "boxFilter(img, -1, (2, 2), normalize=False)": [[1, 1], [1, 1]],
}


@pytest.mark.parametrize("call", OPENCV)
def test_opencv_s_named_filters_bring_their_kernels(visit, call):
    page = visit("#h=12&w=12&c=3&nc=2&sh=2")
    page.evaluate("(call) => explorer.paste.take(call, 'pixels')", f"cv2.{call}")
    kernels = array(page, "kernels")
    expected = np.ones((7, 7)) if OPENCV[call] is None else np.array(OPENCV[call])
    assert kernels.shape == (*expected.shape, 1, 3)
    assert state(page)["groups"] == 3
    if OPENCV[call] is not None:
        for n in range(3):
            np.testing.assert_allclose(kernels[:, :, 0, n], expected, atol=1e-6)
    agree(page, atol=1e-9)


def test_what_a_call_cannot_bring_is_said(visit):
    page = visit("#h=8&w=8")
    take = "(call) => explorer.paste.take(call, 'pixels')"
    assert "The kernel here stays" in page.evaluate(take, "convolve2d(x, k)")
    assert "stays" not in page.evaluate(take, "k = [[1, 2]]\nconvolve2d(x, k)")
    said = page.evaluate(take, "k = np.ones((12, 12))\nconvolve2d(x, k)")
    assert "too large" in said
    assert "stays" not in page.evaluate(take, "cv2.blur(img, (3, 3))")
    assert "The kernel here stays" in page.evaluate(take, "cv2.GaussianBlur(img, size, 0)")


SCIPY = [
    "signal.convolve2d(x, k)",
    "signal.convolve2d(x, k, mode='same')",
    "signal.convolve2d(x, k, 'valid')",
    "signal.convolve2d(x, k, mode='same', boundary='symm')",
    "signal.correlate2d(x, k, 'same', 'wrap')",
    "signal.correlate2d(x, k, mode='full', boundary='fill', fillvalue=3)",
    "ndimage.convolve(x, k)",
    "ndimage.correlate(x, k, mode='nearest')",
    "scipy.ndimage.correlate(x, k, mode='mirror')",
    "ndimage.convolve(x, k, mode='constant', cval=2)",
]


@pytest.mark.parametrize("call", SCIPY)
def test_the_page_shows_what_scipy_gives(visit, call):
    scipy = pytest.importorskip("scipy")
    from scipy import ndimage, signal

    page = visit("#h=6&w=7&kernel=own&weights=1,2,3,4,5,6,7,8,9")
    page.evaluate("(call) => explorer.paste.take(call, 'pixels')", call)
    names = {"signal": signal, "ndimage": ndimage, "scipy": scipy}
    names |= {"x": array(page, "image")[..., 0], "k": array(page, "kernels")[..., 0, 0]}
    np.testing.assert_allclose(array(page, "output")[..., 0], eval(call, names))


def test_what_is_beyond_the_page_is_said(visit):
    page = visit("")
    page.locator("#paste-part summary").click()
    page.locator("#paste").fill("Conv2d(64, 128, 3, shiny=2)")
    page.get_by_role("button", name="Use it", exact=True).click()
    said = text(page, "#paste-verdict")
    assert "64 is more than the page draws: 4 is shown." in said
    assert "“shiny” is not known here" in said
    page.locator("#paste").fill("plt.imshow(x)")
    page.get_by_role("button", name="Use it", exact=True).click()
    assert "no call that is known here" in text(page, "#paste-verdict")


def test_what_is_said_of_a_call_goes_when_the_settings_change(visit):
    page = visit("")
    page.locator("#paste-part summary").click()
    page.locator("#paste").fill("nn.Conv2d(3, 2, 3, padding=1)")
    page.get_by_role("button", name="Use it", exact=True).click()
    said = text(page, "#paste-verdict")
    told = said.replace(" \N{MULTIPLICATION SIGN} ", "x")
    assert "An image of 5x5 with 3 channels; 2 kernels of 3x3x3; padding 1 above" in told
    assert "brings no weights: those here stay (vertical edges)." in said
    page.evaluate("explorer.change({i: 1})")
    assert text(page, "#paste-verdict") == said
    page.evaluate("explorer.change({sh: 2})")
    assert text(page, "#paste-verdict") == ""
    page.locator("#paste").fill("nn.MaxPool2d(2)")
    page.get_by_role("button", name="Use it", exact=True).click()
    assert "stay" not in text(page, "#paste-verdict")


MATRICES = {
    "[[1, 2, 1], [2, 4, 2]]": [[1, 2, 1], [2, 4, 2]],
    "1\t0,5\n-1\t2": [[1, 0.5], [-1, 2]],
    "1/9 1/9\n1/3 0": [[0.111111, 0.111111], [0.333333, 0]],
    "array([[0., 1.]], dtype=float32)": [[0, 1]],
}


@pytest.mark.parametrize("matrix", MATRICES)
def test_a_matrix_becomes_the_input_or_the_kernel(visit, matrix):
    page = visit("#c=2&nc=2")
    page.locator("#paste-part summary").click()
    page.locator("#paste").fill(matrix)
    page.get_by_role("button", name="Use it as the kernel").click()
    assert array(page, "kernels")[..., 0, 0].tolist() == MATRICES[matrix]
    page.get_by_role("button", name="Use it", exact=True).click()
    assert array(page, "image")[..., 0].tolist() == MATRICES[matrix]


def test_a_matrix_pasted_into_a_weight_is_the_kernel(visit):
    page = visit("")
    page.locator("#weights input").first.focus()
    page.evaluate("""() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text", "1\\t2\\n3\\t4");
      document.activeElement.dispatchEvent(
        new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
    }""")
    assert array(page, "kernels")[..., 0, 0].tolist() == [[1, 2], [3, 4]]
    assert "The kernel is now this matrix of 2" in text(page, "#note-words")


def test_a_matrix_that_is_too_large_is_refused(visit):
    page = visit("")
    said = page.evaluate("explorer.paste.take('1 '.repeat(33), 'pixels')")
    assert "too large: here each side has at most 32" in said
    assert "rows have different" in page.evaluate("explorer.paste.take('1 2\\n3', 'pixels')")
    assert state(page)["source"] == "numbers"


def test_a_link_can_be_pasted(visit):
    page = visit("")
    assert page.evaluate(
        "explorer.paste.take('file:///home/me/explorer.html#h=7&padding=same', 'pixels')"
    ).startswith("The link")
    assert (state(page)["h"], state(page)["padding"]) == (7, "same")


@pytest.mark.parametrize(
    ("typed", "weight"),
    [("1/9", 0.111111), ("0,5", 0.5), ("-2", -2), ("\N{MINUS SIGN}3", -3), (".5", 0.5)],
)  # fmt: skip
def test_numbers_are_typed_as_one_writes_them(visit, typed, weight):
    page = visit("")
    page.get_by_label("weight in row 0, column 0").fill(typed)
    assert array(page, "kernels")[0, 0, 0, 0] == weight


def test_very_small_and_very_long_numbers_are_written(visit):
    page = visit("")
    assert page.evaluate("explorer.written(0.00001)") == "1e\N{MINUS SIGN}5"
    page.evaluate(
        "explorer.change({pixels: Array(25).fill(1e6), weights: Array(9).fill(333333.3)})"
    )
    shown = (
        "explorer.interactivePicture.drawn().sheet.filter(({kind}) => kind === 'text')"
        ".map(({words}) => words)"
    )
    assert "3e12" in page.evaluate(shown)
    # decimals are dropped, as many as must be, and no whole digits
    page.evaluate("explorer.change({h: 12, w: 12, weights: Array(9).fill(0.25)})")
    page.evaluate("explorer.change({pixels: Array(144).fill(1234.567)})")
    assert "2778" in page.evaluate(shown)


FORMATS = """([values, cell]) => {
  const {texts, size, isRounded} = explorer.cellNumbers.format(values, cell);
  return [texts.join(" "), isRounded, size > 5];
}"""


@pytest.mark.parametrize(
    ("values", "cell", "words", "is_rounded"),
    [
        ([120, 123.875, 98.5], 40, "120 123.88 98.5", True),
        ([120, 123.875, 98.5], 20, "120 124 99", True),
        ([0.0625, 0.125, 0.25], 38, "0.0625 0.125 0.25", False),
        ([7, 0, 13], 20, "7 0 13", False),
        ([123456.5, 0.25], 20, "1e5 0.3", True),
        ([0.00001, 0.5], 46, "1e-5 0.5", True),
    ],
)
def test_cells_have_one_format_without_loss_of_whole_digits(visit, values, cell, words, is_rounded):
    page = visit("")
    told = page.evaluate(FORMATS, [values, cell])
    assert told == [words.replace("e-", "e\N{MINUS SIGN}"), is_rounded, True]
    page.evaluate("explorer.change({kernel: 'blur', h: 9, w: 9, padding: 'same'})")
    assert "≈ rounded" in text(page, "#legend")
    page.evaluate("explorer.change({kernel: 'edges'})")
    assert "≈" not in text(page, "#legend")


def test_the_wheel_does_not_change_a_field(visit):
    page = visit("")
    field = page.locator("[name=h]")
    field.focus()
    box = field.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.wheel(0, 300)
    page.wait_for_timeout(100)
    assert state(page)["h"] == 5


def test_a_picture_can_be_dropped(visit):
    page = visit("")
    page.evaluate("""async () => {
      const canvas = new OffscreenCanvas(8, 6);
      canvas.getContext("2d").fillRect(0, 0, 8, 6);
      const file = new File([await canvas.convertToBlob()], "black.png", {type: "image/png"});
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(file);
      dispatchEvent(new DragEvent("drop", {dataTransfer, bubbles: true, cancelable: true}));
    }""")
    page.wait_for_function("() => explorer.state().source === 'own'")
    assert array(page, "image").shape == (6, 8, 1)
