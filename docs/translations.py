"""Calls of other libraries, and the same here: the tables of the site, each row run by a test.

To add a row, add it to its library. Both sides are expressions of what `arrays()` makes and of the
library under its usual name; the test of the tables compares their values.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Row(NamedTuple):
    """A call of another library, the same here, and what to know."""

    theirs: str
    ours: str
    note: str = ""


class Library(NamedTuple):
    """A library, what it is imported as, and its rows."""

    title: str
    module: str  # its name in a file of the site, and for importorskip
    imports: str
    rows: tuple[Row, ...]


def arrays() -> dict[str, np.ndarray]:
    """Return the arrays that the rows name: always the same numbers."""
    random = np.random.default_rng(0)
    return {
        "image": random.normal(size=(9, 12)),
        "photo": random.integers(0, 256, (9, 12), dtype=np.uint8),
        "kernel": random.normal(size=(3, 3)),
        "even": random.normal(size=(2, 4)),
        "x": random.normal(size=(2, 4, 8, 10)).astype(np.float32),  # channels first
        "w": random.normal(size=(6, 4, 3, 3)).astype(np.float32),  # PyTorch's order
        "images": random.normal(size=(2, 8, 10, 4)).astype(np.float32),  # channels last
        "kernels": random.normal(size=(3, 3, 4, 6)).astype(np.float32),
        "depthwise": random.normal(size=(3, 3, 4, 2)).astype(np.float32),
        "bias": random.normal(size=6).astype(np.float32),
        "signal": random.normal(size=20),
        "weights": random.normal(size=5),
    }


LARGEST = "pool_image(image, 3, 1, {mode!r}, padding='same', pad_mode='symmetric')"

SCIPY = Library(
    "SciPy and NumPy",
    "scipy",
    "from scipy import ndimage, signal as sp",
    (
        Row(
            "ndimage.correlate(image, kernel)",
            "filter_image(image, kernel, 'same_lower', pad_mode='symmetric')",
            'Its `"reflect"` repeats the edge pixel, which NumPy and we call `"symmetric"`.',
        ),
        Row(
            "ndimage.correlate(image, even, mode='nearest')",
            "filter_image(image, even, 'same_lower', pad_mode='edge')",
            'Windows of even size: `"same_lower"`. For odd ones both are the same.',
        ),
        Row(
            "ndimage.correlate(image, kernel, mode='mirror')",
            "filter_image(image, kernel, pad_mode='reflect')",
            "Our default: `filter_image(image, kernel)`.",
        ),
        Row(
            "ndimage.correlate(image, kernel, mode='wrap')",
            "filter_image(image, kernel, pad_mode='wrap')",
        ),
        Row(
            "ndimage.correlate(image, kernel, mode='constant', cval=5)",
            "filter_image(image, kernel, pad_mode='constant', fill=5)",
        ),
        Row(
            "ndimage.convolve(image, kernel)",
            "filter_image(image, kernel, pad_mode='symmetric', flip=True)",
            "A convolution of signal processing flips its kernel.",
        ),
        Row(
            "ndimage.uniform_filter(image, 3)",
            "filter_image(image, filters.box(3), pad_mode='symmetric')",
        ),
        Row(
            "ndimage.gaussian_filter(image, 1.0)",
            "filter_image(image, filters.gaussian(1.0), pad_mode='symmetric')",
            "Both cut off at 4 sigma.",
        ),
        Row(
            "ndimage.maximum_filter(image, 3)",
            LARGEST.format(mode="max"),
            "Left out, `pad_mode` is None: what lies beyond the edge takes no part.",
        ),
        Row("ndimage.minimum_filter(image, 3)", LARGEST.format(mode="min")),
        Row("ndimage.median_filter(image, 3)", LARGEST.format(mode="median")),
        Row(
            "sp.correlate2d(image, kernel, 'valid')",
            "filter_image(image, kernel, 'valid')",
        ),
        Row(
            "sp.correlate2d(image, even, 'same')",
            "filter_image(image, even, 'same', pad_mode='zeros')",
        ),
        Row(
            "sp.convolve2d(image, even, 'same')",
            "filter_image(image, even, 'same_lower', pad_mode='zeros', flip=True)",
        ),
        Row(
            "sp.convolve2d(image, kernel)",
            "filter_image(image, kernel, 'full', pad_mode='zeros', flip=True)",
            '`"full"` is its default, `"same"` ours.',
        ),
        Row(
            "sp.fftconvolve(image, kernel, 'valid')",
            "filter_image(image, kernel, 'valid', flip=True)",
            "Transforms are chosen where they are faster and exact enough.",
        ),
        Row(
            "np.convolve(signal, weights, 'valid')",
            "convolve(signal.reshape(1, -1, 1), weights.reshape(-1, 1, 1), 'valid', flip=True)"
            ".ravel()",
            "Signals are (batch, length, channels), weights (length, channels, kernels).",
        ),
        Row(
            "np.correlate(signal, weights, 'full')",
            "convolve(signal.reshape(1, -1, 1), weights.reshape(-1, 1, 1), 'full').ravel()",
            "For complex weights, conjugate them: NumPy does.",
        ),
        Row(
            "sp.lfilter(weights, 1, signal)",
            "convolve(signal.reshape(1, -1, 1), weights.reshape(-1, 1, 1), 'causal', flip=True)"
            ".ravel()",
        ),
    ),
)

SCIKIT_IMAGE = Library(
    "scikit-image",
    "skimage",
    "import skimage",
    (
        Row(
            "skimage.filters.gaussian(image, 1.0, mode='nearest')",
            "filter_image(image, filters.gaussian(1.0), pad_mode='edge')",
            "A uint8 image stays in its range here; there it becomes 0 to 1.",
        ),
        Row(
            "skimage.filters.sobel_h(image)",
            "filter_image(image, filters.sobel_y() / 4, pad_mode='symmetric')",
            "_h_ finds level edges, which we call the derivative in y; its weights are a quarter.",
        ),
        Row(
            "skimage.filters.sobel_v(image)",
            "filter_image(image, filters.sobel_x() / 4, pad_mode='symmetric')",
        ),
        Row(
            "skimage.filters.median(image, np.ones((3, 3)))",
            "pool_image(image, 3, 1, 'median', padding='same', pad_mode='edge')",
        ),
        Row(
            "skimage.morphology.dilation(image, np.ones((3, 3)))",
            "pool_image(image, 3, 1, 'max', padding='same')",
            "Padding never wins a maximum here.",
        ),
        Row(
            "skimage.morphology.erosion(image, skimage.morphology.disk(2))",
            "pool_image(image, 5, 1, 'min', padding='same', "
            "footprint=skimage.morphology.disk(2).astype(bool))",
        ),
        Row(
            "skimage.measure.block_reduce(image, (3, 4), np.mean)",
            "pool_image(image, (3, 4), mode='avg')",
            "Where blocks do not fit, theirs fills with zeros; ours leaves the rest out, or counts "
            "what is there with `ceil=True`.",
        ),
        Row(
            "skimage.util.view_as_windows(image, (3, 3), 2)",
            "window_view(image[None, ..., None], 3, 2)[0, :, :, 0]",
        ),
    ),
)

OPENCV = Library(
    "OpenCV",
    "cv2",
    "import cv2",
    (
        Row(
            "cv2.filter2D(image, -1, kernel)",
            "filter_image(image, kernel)",
            '`BORDER_REFLECT_101`, the default of both, is `pad_mode="reflect"`.',
        ),
        Row(
            "cv2.filter2D(image, -1, even)",
            "filter_image(image, even, 'same_lower')",
            'Windows of even size: `"same_lower"`.',
        ),
        Row(
            "cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REPLICATE)",
            "filter_image(image, kernel, pad_mode='edge')",
        ),
        Row(
            "cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REFLECT)",
            "filter_image(image, kernel, pad_mode='symmetric')",
        ),
        Row(
            "cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_CONSTANT)",
            "filter_image(image, kernel, pad_mode='zeros')",
        ),
        Row(
            "cv2.filter2D(photo, -1, filters.sharpen())",
            "filter_image(photo, filters.sharpen(), round_to='uint8')",
            "Theirs saturates always; ours is exact unless you ask.",
        ),
        Row("cv2.blur(image, (5, 3))", "filter_image(image, np.ones((3, 5)) / 15)"),
        Row(
            "cv2.GaussianBlur(image, (5, 5), 1.5)",
            "filter_image(image, filters.gaussian(1.5, size=5))",
        ),
        Row("cv2.GaussianBlur(image, (7, 7), 0)", "filter_image(image, filters.gaussian(size=7))"),
        Row("cv2.Sobel(image, cv2.CV_64F, 1, 0)", "filter_image(image, filters.sobel_x())"),
        Row("cv2.Scharr(image, cv2.CV_64F, 0, 1)", "filter_image(image, filters.scharr_y())"),
        Row(
            "cv2.dilate(image, np.ones((3, 3), np.uint8))",
            "pool_image(image, 3, 1, 'max', padding='same')",
        ),
        Row(
            "cv2.medianBlur(photo, 3)",
            "pool_image(photo, 3, 1, 'median', padding='same', pad_mode='edge')",
        ),
        Row(
            "cv2.sepFilter2D(image, -1, weights, np.array([1.0, 2, 1]))",
            "filter_image(image, (np.array([1.0, 2, 1]), weights))",
            "One kernel for each axis, rows first.",
        ),
    ),
)

PYTORCH = Library(
    "PyTorch",
    "torch",
    "import torch, torch.nn.functional as F",
    (
        Row(
            "F.conv2d(x, w)",
            "convolve(x, w, 'valid', channel_axis=1, kernel_layout='OIHW')",
            "Channels first, and its order of the weights, have a word each.",
        ),
        Row(
            "F.conv2d(x, w, bias, stride=2, padding=1)",
            "convolve(x, w, 1, 2, bias=bias, channel_axis=1, kernel_layout='OIHW')",
        ),
        Row(
            "F.conv2d(x, w, padding='same', dilation=2)",
            "convolve(x, w, 'same', dilation=2, channel_axis=1, kernel_layout='OIHW')",
        ),
        Row(
            "F.conv2d(x, w[:, :2], groups=2)",
            "convolve(x, w[:, :2], 'valid', groups=2, channel_axis=1, kernel_layout='OIHW')",
        ),
        Row(
            "F.conv2d(x, w[:4, :1], padding=1, groups=4)",
            "convolve(x, w[:4, :1], 1, groups=4, channel_axis=1, kernel_layout='OIHW')",
            "Depthwise: as many groups as channels.",
        ),
        Row(
            "F.conv2d(F.pad(x, (2, 0, 1, 3)), w)",
            "convolve(x, w, ((1, 3), (2, 0)), channel_axis=1, kernel_layout='OIHW')",
            "Pairs of (before, after), the first axis first; `F.pad` begins with the last.",
        ),
        Row(
            "F.conv2d(F.pad(x, (1, 1, 1, 1), 'circular'), w)",
            "convolve(x, w, 1, pad_mode='wrap', channel_axis=1, kernel_layout='OIHW')",
            '`"circular"` is `"wrap"`, `"replicate"` is `"edge"`.',
        ),
        Row(
            "F.conv_transpose2d(x, w.transpose(0, 1), stride=2, padding=1, output_padding=1)",
            "convolve_transpose(x, np.swapaxes(w, 0, 1), 1, 2, output_padding=1, channel_axis=1, "
            "kernel_layout='OIHW')",
            "Its weights (in, out, height, width) are passed on unchanged, as `OIHW`: they are "
            "those of the convolution whose transpose it is.",
        ),
        Row(
            "torch.nn.grad.conv2d_input(x.shape, w, F.conv2d(x, w))",
            "convolve_gradients(x, w, convolve(x, w, channel_axis=1, kernel_layout='OIHW', "
            "padding='valid'), 'valid', channel_axis=1, kernel_layout='OIHW').images",
            "`.kernels` is `conv2d_weight`, `.bias` the sums of the gradient.",
        ),
        Row("F.max_pool2d(x, 2)", "pool(x, 2, channel_axis=1)"),
        Row(
            "F.max_pool2d(x, 3, 2, padding=1, ceil_mode=True)",
            "pool(x, 3, 2, padding=1, ceil=True, channel_axis=1)",
        ),
        Row(
            "F.avg_pool2d(x, 3, 2, padding=1)",
            "pool(x, 3, 2, 'avg', padding=1, count_padding=True, channel_axis=1)",
            "PyTorch counts the padding unless told not to; here it is the other way round.",
        ),
        Row(
            "F.avg_pool2d(x, 3, 2, padding=1, count_include_pad=False)",
            "pool(x, 3, 2, 'avg', padding=1, channel_axis=1)",
        ),
        Row("F.lp_pool2d(x.abs(), 3, 2)", "pool(np.abs(x), 2, mode='lp', p=3, channel_axis=1)"),
        Row(
            "F.adaptive_avg_pool2d(x, (3, 4))",
            "adaptive_pool(x, (3, 4), 'avg', channel_axis=1)",
        ),
        Row("x.mean(dim=(2, 3))", "global_pool(x, 'avg', channel_axis=1).reshape(2, 4)"),
        Row(
            "F.max_pool2d(x, 2, return_indices=True)[1]",
            "max_pool_indices(x, 2, channel_axis=1)[1]",
            "The same numbers: flat over the plane.",
        ),
        Row(
            "F.unfold(x, 3)",
            "np.moveaxis(window_view(x, 3, channel_axis=1), (4, 5), (2, 3)).reshape(2, 36, 48)",
            "A view until `reshape` copies it.",
        ),
    ),
)

KERAS = Library(
    "Keras and TensorFlow",
    "keras",
    "import keras",
    (
        Row(
            "keras.ops.conv(images, kernels, 2, 'same')",
            "convolve(images, kernels, 'same', 2)",
            'Its `"same"` is ours, at every stride.',
        ),
        Row("keras.ops.conv(images, kernels)", "convolve(images, kernels, 'valid')"),
        Row(
            "keras.ops.conv(images, kernels, padding='same', dilation_rate=2)",
            "convolve(images, kernels, 'same', dilation=2)",
        ),
        Row(
            "keras.ops.depthwise_conv(images, depthwise, padding='same')",
            "convolve(images, depthwise, 'same', groups=4, kernel_layout='HWCM')",
            "Depthwise weights have a layout of their own.",
        ),
        Row(
            "keras.ops.conv_transpose(images, np.swapaxes(kernels, 2, 3), 2, 'valid')",
            "convolve_transpose(images, np.swapaxes(kernels, 2, 3), 'valid', 2)",
            "Kernels are (kh, kw, channels of the result, channels of the images) in both.",
        ),
        Row("keras.layers.MaxPooling2D(2)(images)", "pool(images, 2)"),
        Row(
            "keras.ops.max_pool(images, 3, 2, 'same')",
            "pool(images, 3, 2, padding='same')",
        ),
        Row(
            "keras.ops.average_pool(images, 3, 2, 'same')",
            "pool(images, 3, 2, 'avg', padding='same')",
            "Neither counts the padding.",
        ),
        Row(
            "keras.layers.GlobalMaxPooling2D()(images)",
            "global_pool(images, 'max').reshape(2, 4)",
        ),
    ),
)

ASTROPY = Library(
    "astropy",
    "astropy",
    "from astropy import convolution as ac",
    (
        Row(
            "ac.convolve(image, kernel, normalize_kernel=False)",
            "filter_image(image, kernel, pad_mode='zeros', flip=True)",
        ),
        Row(
            "ac.convolve(image, kernel, 'extend', normalize_kernel=False)",
            "filter_image(image, kernel, pad_mode='edge', flip=True)",
        ),
        Row(
            "ac.convolve(image, kernel, 'wrap', normalize_kernel=False)",
            "filter_image(image, kernel, pad_mode='wrap', flip=True)",
        ),
        Row(
            "ac.convolve(np.where(photo > 200, np.nan, photo), filters.gaussian(1.0), 'extend')",
            "filter_image(np.where(photo > 200, np.nan, photo), filters.gaussian(1.0), "
            "pad_mode='edge', missing='nan')",
            "Missing pixels are left out, and the rest is scaled to the kernel's whole weight.",
        ),
    ),
)

LIBRARIES = (SCIPY, SCIKIT_IMAGE, OPENCV, PYTORCH, KERAS, ASTROPY)


def namespace(library: Library) -> dict[str, Any]:
    """Return what the rows of a library name, beside the arrays; its import may fail."""
    import convpool

    found: dict[str, Any] = {name: getattr(convpool, name) for name in convpool.__all__}
    found |= {"np": np, "filters": convpool.filters}
    exec(library.imports, found)
    return found


def table(library: Library) -> str:
    """Return the rows of a library as a table of Markdown."""
    lines = [f"| {library.title} | convpool | |", "| --- | --- | --- |"]
    lines += [f"| `{row.theirs}` | `{row.ours}` | {row.note} |" for row in library.rows]
    return "\n".join(lines) + "\n"
