"""Wrong results of task 6, with the reading that explains each."""

from __future__ import annotations

from support.broken.defect import Broken, text

BEHAVIOURS_6 = (
    Broken(
        "maximum from zero",
        6,
        "max",
        text("-np.inf if", "0 if"),
        "kernel_taps",
        "pooling: max from zero",
    ),
    Broken(
        "average over the stride",
        6,
        "avg",
        text("/ (kh * kw)", "/ (sh * sw)"),
        "kernel_taps",
        "pooling: sum over sh * sw",
    ),
    Broken(
        "average over kh",
        6,
        "avg",
        text("/ (kh * kw)", "/ kh"),
        "kernel_taps",
        "pooling: sum over kh",
    ),
    Broken("sum for average", 6, "avg", text("np.mean(", "np.sum("), reading="pooling: sum"),
    Broken(
        "median for average", 6, "avg", text("np.mean(", "np.median("), reading="pooling: median"
    ),
    Broken("minimum for maximum", 6, "max", text("np.max(", "np.min("), reading="pooling: minimum"),
    Broken(
        "modes exchanged",
        6,
        "max avg",
        text("np.max(", "np.least(", "np.mean(", "np.max(", "np.least(", "np.mean("),
        reading="pooling: max and avg exchanged",
    ),
    Broken(
        "maximum at any mode",
        6,
        "avg",
        text("np.mean(", "np.max("),
        reading="pooling: max and avg exchanged",
    ),
    Broken(
        "over all images and channels",
        6,
        "avg",
        text("np.mean(window, axis=(1, 2))", "np.mean(window)"),
        reading="pooling: over images and channels too",
    ),
    Broken(
        "over channels too",
        6,
        "max",
        text(
            "np.max(window, axis=(1, 2))",
            "np.max(\n                    window, axis=(1, 2, 3), keepdims=True)[:, 0, 0]",
        ),
        reading="pooling: over channels too",
    ),
    Broken(
        "kernel as the stride",
        6,
        "max avg",
        text("sh, sw = stride", "sh, sw = kernel_shape"),
        reading="kernel as stride",
    ),
    Broken(
        "stride on one axis",
        6,
        "max avg",
        text("sh, sw = stride", "sh, sw = stride[1], stride[0]"),
        reading="stride swapped",
    ),
    Broken(
        "kernel turned",
        6,
        "max avg",
        text("kh, kw = kernel_shape", "kw, kh = kernel_shape"),
        reading="kh and kw swapped",
        raises=True,
    ),
    Broken(
        "size without + 1",
        6,
        "max avg",
        text("(h - kh) // sh + 1", "(h - kh) // sh", "(w - kw) // sw + 1", "(w - kw) // sw"),
        reading="one output less",
    ),
    Broken(
        "rows without + 1",
        6,
        "max avg",
        text("(h - kh) // sh + 1", "(h - kh) // sh"),
        reading="one output less of the rows",
    ),
    Broken(
        "columns without + 1",
        6,
        "max avg",
        text("(w - kw) // sw + 1", "(w - kw) // sw"),
        reading="one output less of the columns",
    ),
    Broken(
        "ragged windows too",
        6,
        "max avg",
        text(
            "(h - kh) // sh + 1",
            "-(-(h - kh) // sh) + 1",
            "(w - kw) // sw + 1",
            "-(-(w - kw) // sw) + 1",
        ),
        reading="size rounded up, ragged",
        raises=True,
    ),
    Broken(
        "whole image for a window",
        6,
        "avg",
        text("np.mean(window, axis", "np.mean(images, axis"),
        reading="pooling: whole image",
    ),
    Broken(
        "averages cut",
        6,
        "avg",
        text("np.mean(window, axis=(1, 2))", "np.mean(window, axis=(1, 2)).astype(int)"),
        reading="integers",
    ),
    Broken(
        "averages in the dtype of the images",
        6,
        "avg",
        text("(m, new_h, new_w, c))", "(m, new_h, new_w, c), images.dtype)"),
        reading="images' dtype",
    ),
    Broken(
        "images pooled in place",
        6,
        "input-unchanged",
        text("    return pooled\n", "    images[:, ::sh] = 0\n    return pooled\n"),
    ),
)
