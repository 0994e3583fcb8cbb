"""OpenCV, SciPy and scikit-image: each function prepares a row, as peers.py says.

m images, h x w pixels, c channels, kh x kw kernel, nc kernels, ph pw padding, sh sw stride, oh x ow
output.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness import Prepared
from network_peers import has_bearable_kernel
from rows import SIGMAS, Row

# ---- OpenCV ----


def load_opencv(threads: int) -> Any:
    """Import OpenCV, with so many threads."""
    import cv2

    cv2.setNumThreads(threads)
    return cv2


def opencv_filter(row: Row, images: np.ndarray, kernel: np.ndarray, threads: int) -> Prepared:
    """Filter with filter2D, which reads uint8 and writes float32 at once."""
    cv2 = load_opencv(threads)
    border = cv2.BORDER_REFLECT_101
    return with_channels(row, lambda: cv2.filter2D(images, cv2.CV_32F, kernel, borderType=border))


def with_channels(row: Row, call: Callable[[], np.ndarray]) -> Prepared:
    """Return a call with the axis of channels, which OpenCV drops if there is one channel."""
    return Prepared(lambda: call().reshape(row.output))


def opencv_special(row: Row, images: np.ndarray, kernel: np.ndarray, threads: int) -> Prepared:
    """GaussianBlur (or sepFilter2D, uint8 to float32), Sobel, boxFilter: each for its kernel."""
    cv2 = load_opencv(threads)
    border = {"borderType": cv2.BORDER_REFLECT_101}
    family = row.kernel_name.partition("-")[0]
    if family == "gaussian":
        size, sigma = row.window[0], SIGMAS[row.kernel_name]
        if row.dtype == "float32":
            return with_channels(
                row, lambda: cv2.GaussianBlur(images, (size, size), sigma, sigmaY=sigma, **border)
            )
        taps = cv2.getGaussianKernel(size, sigma)
        return with_channels(row, lambda: cv2.sepFilter2D(images, cv2.CV_32F, taps, taps, **border))
    if family == "sobel":
        return with_channels(row, lambda: cv2.Sobel(images, cv2.CV_32F, 1, 0, ksize=3, **border))
    return with_channels(row, lambda: cv2.boxFilter(images, cv2.CV_32F, row.window, **border))


def has_named_kernel(row: Row) -> bool:
    """Whether the kernel has a name, and so a function of its own."""
    return bool(row.kernel_name)


def opencv_convolve(row: Row, images: np.ndarray, kernels: np.ndarray, threads: int) -> Prepared:
    """Filter image by image; 'valid' and strides are cut out of the whole result."""
    cv2 = load_opencv(threads)
    (ph, pw), (kh, kw), (sh, sw) = row.padding, row.window, row.stride
    depth = cv2.CV_64F if row.dtype == "float64" else cv2.CV_32F
    kernel = np.ascontiguousarray(kernels[..., 0, 0])
    top, left = kh // 2 - ph, kw // 2 - pw
    cut = np.s_[max(top, 0) : -max(top, 0) or None : sh, max(left, 0) : -max(left, 0) or None : sw]
    above, beside = max(-top, 0), max(-left, 0)
    zeros = cv2.BORDER_CONSTANT

    def call() -> np.ndarray:
        result = np.empty(row.output, row.float_dtype)
        for image, place in zip(images[..., 0], result[..., 0], strict=True):
            if above or beside:
                image = cv2.copyMakeBorder(image, above, above, beside, beside, zeros, value=0)
            place[...] = cv2.filter2D(image, depth, kernel, borderType=zeros)[cut]
        return result

    return Prepared(call)


def opencv_pool(row: Row, images: np.ndarray, kernels: None, threads: int) -> Prepared:
    """Halve with resize: its INTER_AREA is the mean of 2x2 pixels; dilate for the greatest.

    Medians are those of medianBlur whose windows lie on pixels alone.
    """
    cv2 = load_opencv(threads)
    if row.mode == "median":
        (size, _), inside = row.window, slice(row.window[0] // 2, -(row.window[0] // 2))
        return with_channels(row, lambda: cv2.medianBlur(images[0], size)[inside, inside])
    if row.mode == "max":
        window = np.ones(row.window, np.uint8)
        return with_channels(row, lambda: cv2.dilate(images[0], window))
    _, oh, ow, _ = row.output

    def call() -> np.ndarray:
        result = np.empty(row.output, row.float_dtype)
        for image, place in zip(images, result, strict=True):
            pixels = image.astype(row.float_dtype, copy=False)
            cv2.resize(pixels, (ow, oh), place, interpolation=cv2.INTER_AREA)
        return result

    return Prepared(call)


def has_flat_kernel(row: Row) -> bool:
    """Whether there is one channel and one kernel, of two axes."""
    return row.channels == row.kernels == 1 and len(row.window) == 2


def has_one_bearable_kernel(row: Row) -> bool:
    """Whether there is one channel and one kernel that is not too large."""
    return row.channels == row.kernels == 1 and has_bearable_kernel(row)


def opencv_can_pool(row: Row) -> bool:
    """Whether the row is the mean of 2x2 pixels, the greatest around each, or a median on pixels.

    There are few channels.
    """
    if len(row.window) != 2:
        return False
    if row.mode == "median":
        most = 255 if row.dtype == "uint8" else 5
        return row.window[0] <= most and row.channels == row.images[0] == row.stride[0] == 1
    if (row.mode, row.stride) == ("max", (1, 1)):
        around = tuple(2 * padding + 1 for padding in row.padding)
        return row.window == around and row.images[0] == 1 and row.channels <= 4
    return (row.mode, row.window, row.stride) == ("avg", (2, 2), (2, 2)) and row.channels <= 4


# ---- SciPy ----


def pad_with_zeros(row: Row, images: np.ndarray) -> np.ndarray:
    """Return images in the dtype of the result, with zeros around them."""
    images = images.astype(row.float_dtype, copy=False)
    widths = [(0, 0), *((p, p) for p in row.padding), (0, 0)]
    return np.pad(images, widths) if any(row.padding) else images


def ndimage_convolve(row: Row, images: np.ndarray, kernels: np.ndarray, threads: int) -> Prepared:
    """Filter the whole stack with correlate; valid and stride are cut out of more."""
    from scipy import ndimage

    axes = [*zip(row.padding, row.window, row.stride, strict=True)]
    beyond = any(p > k // 2 for p, k, _ in axes)
    starts = [k // 2 if beyond else k // 2 - p for p, k, _ in axes]
    steps = zip(starts, row.stride, strict=True)
    cut = (slice(None), *(slice(start, -start or None, step) for start, step in steps))

    def call() -> np.ndarray:
        stack = pad_with_zeros(row, images) if beyond else images
        sums = ndimage.correlate(
            stack[..., 0], kernels[None, ..., 0, 0], row.float_dtype, mode="constant"
        )
        return sums[cut][..., None]

    return Prepared(call)


def ndimage_filter(row: Row, images: np.ndarray, kernel: np.ndarray, threads: int) -> Prepared:
    """Filter each channel with correlate, or with the function that is made for its kernel."""
    from scipy import ndimage

    family, words = row.kernel_name.partition("-")[0], {"mode": "mirror"}
    radius = row.window[0] // 2

    def filter_channel(pixels: np.ndarray, output: np.ndarray) -> None:
        if family == "gaussian":
            sigma = SIGMAS[row.kernel_name]
            ndimage.gaussian_filter(pixels, sigma, output=output, radius=radius, **words)
        elif family == "sobel":
            ndimage.sobel(pixels, axis=1, output=output, **words)
        elif family == "box":
            ndimage.uniform_filter(pixels, row.window, output=output, **words)
        else:
            ndimage.correlate(pixels, kernel, output, **words)

    def call() -> np.ndarray:
        result = np.empty(row.output, row.float_dtype)
        for c in range(row.channels):
            filter_channel(images[..., c], result[..., c])
        return result

    return Prepared(call)


def ndimage_pool(row: Row, images: np.ndarray, kernels: None, threads: int) -> Prepared:
    """Filter at every pixel, then keep one result of each stride."""
    from scipy import ndimage

    names = {"max": "maximum", "min": "minimum", "avg": "uniform", "median": "median"}
    name = f"{names[row.mode]}_filter"
    size, counts = (1, *row.window, 1), row.output[1:-1]
    # of the middle of the first window
    starts = [k // 2 - p for k, p in zip(row.window, row.padding, strict=True)]
    axes = zip(starts, counts, row.stride, strict=True)
    cut = (slice(None), *(slice(start, start + n * step, step) for start, n, step in axes))

    def call() -> np.ndarray:
        return getattr(ndimage, name)(images, size, output=row.float_dtype)[cut]

    return Prepared(call)


def signal_convolve(row: Row, images: np.ndarray, kernels: np.ndarray, threads: int) -> Prepared:
    """Convolve with correlate, or with oaconvolve and the flipped kernel if that is large."""
    from scipy import signal

    (sh, sw) = row.stride

    def correlate(stack: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        if kernel.size <= FOURIER_TAPS:
            return signal.correlate(stack, kernel, "valid", method="direct")
        return signal.oaconvolve(stack, kernel[:, ::-1, ::-1, ::-1], "valid")

    def call() -> np.ndarray:
        stack = pad_with_zeros(row, images)
        sums = [correlate(stack, kernels[None, ..., k])[:, ::sh, ::sw] for k in range(row.kernels)]
        return sums[0] if len(sums) == 1 else np.concatenate(sums, axis=-1)

    return Prepared(call)


FOURIER_TAPS = 300  # taps, from which SciPy is faster by Fourier transforms


def has_few_channels(row: Row) -> bool:
    """Whether there are few channels and kernels, and one group."""
    return row.channels <= 3 and row.kernels <= 3 and row.groups == 1


# ---- scikit-image ----


def skimage_filter(row: Row, images: np.ndarray, kernel: np.ndarray, threads: int) -> Prepared:
    """filters.gaussian where it is that; correlate_sparse on each channel for the others."""
    from skimage import filters

    sigma = SIGMAS.get(row.kernel_name, 1.0)
    words = {"sigma": sigma, "truncate": row.window[0] // 2 / sigma}
    words |= {"mode": "mirror", "channel_axis": -1}

    def call() -> np.ndarray:
        pixels = images.astype(row.float_dtype, copy=False)
        if row.kernel_name in SIGMAS:
            return filters.gaussian(pixels, **words, preserve_range=True)
        result = np.empty(row.output, row.float_dtype)
        for c in range(row.channels):
            result[..., c] = filters.correlate_sparse(pixels[..., c], kernel, mode="mirror")
        return result

    return Prepared(call)


def skimage_pool(row: Row, images: np.ndarray, kernels: None, threads: int) -> Prepared:
    """measure.block_reduce: blocks that do not overlap."""
    from skimage.measure import block_reduce

    combine, block = {"max": np.max, "min": np.min, "avg": np.mean}[row.mode], (1, *row.window, 1)
    return Prepared(
        lambda: block_reduce(images.astype(row.float_dtype, copy=False), block, combine)
    )


def has_disjoint_windows(row: Row) -> bool:
    """Whether windows neither overlap nor leave gaps."""
    return row.window == row.stride
