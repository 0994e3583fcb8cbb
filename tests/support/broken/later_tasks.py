"""Wrong results of tasks 3 to 5, with the reading that explains each."""

from __future__ import annotations

from support.broken.code import (
    ALL_3,
    SAMES,
    STRIDED,
    WINDOW,
    same,
)
from support.broken.defect import Broken, text

BEHAVIOURS_3 = (
    same("T // 2 + 1", "total_h // 2 + 1, total_w // 2 + 1", "same: p = T // 2 + 1"),
    same("T // 2", "total_h // 2, total_w // 2", "same: p = T // 2"),
    same("ceil(T / 2)", "-(-total_h // 2), -(-total_w // 2)", "same: p = ceil(T / 2)"),
    same(
        "T // 2 + 1 cut",
        "total_h // 2 + 1, total_w // 2 + 1",
        "same: p = T // 2 + 1, n outputs",
        cut=True,
    ),
    same("k // 2", "kh // 2, kw // 2", "same: p = k // 2 or same: p = ceil(T / 2)"),
    same(
        "(k - 1) // 2", "(kh - 1) // 2, (kw - 1) // 2", "same: p = (k - 1) // 2 or same: p = T // 2"
    ),
    same("all T", "total_h, total_w", "same: p = T"),
    same(
        "n * s + k - n",
        "(total_h + sh) // 2, (total_w + sw) // 2",
        "same: p = (n * s + k - n) // 2 or same: p = ceil(T / 2)",
    ),
    Broken(
        "as TensorFlow",
        3,
        "same-strided",
        text(
            "(h - 1) * sh + kh - h",
            "max((-(-h // sh) - 1) * sh + kh - h, 0)",
            "(w - 1) * sw + kw - w",
            "max((-(-w // sw) - 1) * sw + kw - w, 0)",
        ),
        reading="same: TensorFlow",
    ),
    Broken(
        "k - 1 zeros at any stride",
        3,
        "same-strided",
        text("(h - 1) * sh + kh - h", "kh - 1", "(w - 1) * sw + kw - w", "kw - 1"),
        reading="same: k - 1 zeros, odd after",
    ),
    Broken(
        "strides exchanged in the zeros",
        3,
        "same-strided",
        text("(h - 1) * sh", "(h - 1) * sw", "(w - 1) * sw", "(w - 1) * sh"),
        reading="same: sh and sw swapped",
    ),
    Broken(
        "strides exchanged",
        3,
        STRIDED,
        text("sh, sw = stride", "sw, sh = stride"),
        reading="stride swapped",
    ),
    Broken(
        "strides forgotten",
        3,
        STRIDED,
        text("sh, sw = stride", "sh, sw = 1, 1"),
        reading="stride ignored",
    ),
    Broken(
        "strides forgotten, odd zeros before",
        3,
        STRIDED,
        text("sh, sw = stride", "sh, sw = 1, 1"),
        "tensordot_pixels",
        "stride ignored",
    ),
    Broken(
        "sh on both axes",
        3,
        STRIDED,
        text("sh, sw = stride", "sh, sw = stride[0], stride[0]"),
        reading="sh for both",
    ),
    Broken(
        "stride in the size only",
        3,
        STRIDED,
        text(WINDOW, "i:i + kh, j:j + kw"),
        reading="windows at i",
    ),
    Broken(
        "valid is same",
        3,
        "valid",
        text("if padding == 'same':", "if padding in ('same', 'valid'):"),
        reading="'same' for all",
        raises=True,
    ),
    Broken(
        "valid is same, odd zeros before",
        3,
        "valid",
        text("if padding == 'same':", "if padding in ('same', 'valid'):"),
        "tensordot_pixels",
        "'same' for all",
        raises=True,
    ),
    Broken(
        "same is valid",
        3,
        SAMES,
        text(
            "if padding == 'same':",
            "if False:",
            "elif padding == 'valid':",
            "elif padding in ('same', 'valid'):",
        ),
        reading="same: none or 'valid' for all",
    ),
    Broken(
        "rotated kernel",
        3,
        ALL_3,
        text("] * kernel,", "]\n                * np.rot90(kernel, 2),"),
        reading="kernel flipped",
    ),
    Broken(
        "pair exchanged",
        3,
        "padding",
        text(
            "padding[0]\n",
            "padding[1]\n",
            "before_w = after_w = padding[1]",
            "before_w = after_w = padding[0]",
        ),
        reading="pair: swapped",
        raises=True,
    ),
    Broken(
        "pair below and right only",
        3,
        "padding",
        text(
            "before_h = after_h = padding[0]",
            "before_h, after_h = 0, padding[0]",
            "before_w = after_w = padding[1]",
            "before_w, after_w = 0, padding[1]",
        ),
        reading="pair: after only",
    ),
    Broken(
        "word in capitals", 3, "valid", text("elif padding == 'valid':", "elif padding == 'VALID':")
    ),
)

BEHAVIOURS_4 = (
    same("T // 2 + 1 in task 4", "total_h // 2 + 1, total_w // 2 + 1", "same: p = T // 2 + 1", 4),
    Broken(
        "channels averaged",
        4,
        ALL_3,
        text(
            "kw] * kernel,\n                axis=(1, 2, 3))",
            "kw] * kernel,\n                axis=(1, 2, 3)) / c",
        ),
        reading="channels averaged",
    ),
    Broken(
        "first channel only",
        4,
        ALL_3,
        text(
            "kw] * kernel,\n                axis=(1, 2, 3))",
            "kw, 0]\n                * kernel[:, :, 0], axis=(1, 2))",
        ),
        reading="first channel only",
    ),
    Broken(
        "channels not summed",
        4,
        ALL_3,
        text("(m, new_h, new_w)", "(m, new_h, new_w, c)", "axis=(1, 2, 3))", "axis=(1, 2))"),
        reading="channels not summed",
    ),
    Broken(
        "channels reversed",
        4,
        ALL_3,
        text("] * kernel,", "]\n                * kernel[:, :, ::-1],"),
        reading="channels reversed",
    ),
    Broken(
        "channels flipped too",
        4,
        ALL_3,
        text("] * kernel,", "]\n                * kernel[::-1, ::-1, ::-1],"),
        reading="kernel and channels flipped",
    ),
    Broken(
        "sums in one byte",
        4,
        ALL_3,
        text("(m, new_h, new_w))", "(m, new_h, new_w), np.int8)"),
        reading="int8",
    ),
    Broken(
        "channels padded too",
        4,
        ALL_3,
        text("(before_w, after_w), (0, 0)),", "(before_w, after_w), (1, 0)),"),
        unchecked="input-unchanged",
    ),
)

BEHAVIOURS_5 = (
    same(
        "ceil(T / 2) in task 5",
        "-(-total_h // 2), -(-total_w // 2)",
        "same: p = ceil(T / 2)",
        5,
    ),
    Broken(
        "one kernel for all",
        5,
        ALL_3,
        text("kernels[:, :, :, k]", "kernels[:, :, :, 0]"),
        reading="one kernel for all",
    ),
    Broken(
        "kernels in reverse order",
        5,
        ALL_3,
        text("kernels[:, :, :, k]", "kernels[:, :, :, -1 - k]"),
        reading="kernels reversed",
    ),
    Broken(
        "kernels in front",
        5,
        ALL_3,
        text("return convolved", "return convolved.transpose(3, 0, 1, 2)"),
        reading="kernels first",
    ),
    Broken(
        "last kernel only",
        5,
        ALL_3,
        text("convolved[:, i, j, k]", "convolved[:, i, j, nc - 1]"),
        reading="last kernel only",
    ),
    Broken(
        "first kernel returned",
        5,
        ALL_3,
        text("return convolved", "return convolved[..., :1]"),
        reading="one kernel returned",
    ),
    Broken(
        "kernels added",
        5,
        ALL_3,
        text("return convolved", "return convolved.sum(axis=3, keepdims=True)"),
        reading="sum of kernels returned",
    ),
)
