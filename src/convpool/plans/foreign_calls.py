"""Functions of other libraries, so that an error for such a name can name the call here."""

from __future__ import annotations

from collections.abc import Iterable

POOL_OF_IMAGE = "pool_image(image, size, 1, {mode!r}, padding='same')"
# what others name as a filter, but is no kernel -> the call here
FILTERS_WITHOUT_KERNEL = {
    "sobel": "filters.sobel(image)",
    **{mode: POOL_OF_IMAGE.format(mode=mode) for mode in ("median", "max", "min")},
}
# function of another library -> the call here
FOREIGN_CALLS: dict[str, str] = {
    "conv": "convolve(images, kernels)",
    "conv1d": "convolve(signals, kernels), with signals (batch, length, channels)",
    "conv2d": "convolve(images, kernels); for arrays of PyTorch with channel_axis=1 and "
    "kernel_layout='OIHW'",
    "conv3d": "convolve(volumes, kernels)",
    "depthwise_conv2d": "convolve(images, kernels, kernel_layout='HWCM')",
    "conv_transpose": "convolve_transpose(images, kernels)",
    "conv_transpose2d": "convolve_transpose(images, kernels)",
    "convolve2d": "filter_image(image, kernel, flip=True)",
    "correlate": "filter_image(image, kernel)",
    "correlate2d": "filter_image(image, kernel)",
    "filter2D": "filter_image(image, kernel)",
    "gaussian_filter": "filter_image(image, filters.gaussian(sigma))",
    "GaussianBlur": "filter_image(image, filters.gaussian(sigma))",
    "uniform_filter": "filter_image(image, filters.box(size))",
    "sobel": FILTERS_WITHOUT_KERNEL["sobel"],
    "mean": "filters.box(size)",
    "average": "filters.box(size)",
    "log": "filters.laplacian_of_gaussian(sigma)",
    "median": FILTERS_WITHOUT_KERNEL["median"],
    "median_filter": FILTERS_WITHOUT_KERNEL["median"],
    "medianBlur": FILTERS_WITHOUT_KERNEL["median"],
    "maximum_filter": FILTERS_WITHOUT_KERNEL["max"],
    "dilate": FILTERS_WITHOUT_KERNEL["max"],
    "minimum_filter": FILTERS_WITHOUT_KERNEL["min"],
    "erode": FILTERS_WITHOUT_KERNEL["min"],
    "max_pool": "pool(images, kernel_shape)",
    "max_pool2d": "pool(images, kernel_shape)",
    "avg_pool": "pool(images, kernel_shape, mode='avg')",
    "avg_pool2d": "pool(images, kernel_shape, mode='avg')",
    "average_pool": "pool(images, kernel_shape, mode='avg')",
    "lp_pool2d": "pool(images, kernel_shape, mode='lp')",
    "block_reduce": "pool_image(image, block_size, mode='avg')",
    "prepack": "plan_convolution(images_shape, kernels_shape); for many calls its prepack(kernels)",
    "adaptive_avg_pool2d": "adaptive_pool(images, output_shape, 'avg')",
    "adaptive_max_pool2d": "adaptive_pool(images, output_shape, 'max')",
    "global_average_pool": "global_pool(images, 'avg')",
    "global_avg_pool": "global_pool(images, 'avg')",
    "max_unpool2d": "max_unpool(values, indices, shape)",
    "unfold": "window_view(images, shape)",
    "im2col": "window_view(images, shape)",
    "sliding_window_view": "window_view(images, shape)",
    "view_as_windows": "window_view(images, shape)",
    "col2im": "fold(windows, shape)",
}


def hint_for_call(name: str, public_names: Iterable[str]) -> str:
    """Return the end of an error for a name that is not public: which call it may mean.

    -> "; here that is pool(images, kernel_shape)" for "max_pool", or "" without an idea.
    """
    import difflib  # which takes a while to load, and only an error needs it

    if name in FOREIGN_CALLS:
        return f"; here that is {FOREIGN_CALLS[name]}"
    closest = next(iter(difflib.get_close_matches(name, public_names, n=1)), None)
    return f"; did you mean {closest}?" if closest else ""
