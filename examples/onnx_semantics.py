"""
What ONNX means
===============

Each word of an ONNX node has its own here: ``auto_pad``, ``dilations``, ``group``, ``ceil_mode``,
``count_include_pad``.
"""

import numpy as np

import convpool

AUTO_PAD = {"SAME_UPPER": "same", "SAME_LOWER": "same_lower", "VALID": "valid"}


def conv(x, w, b=None, *, auto_pad="NOTSET", pads=None, strides=1, dilations=1, group=1):
    """Return the result of an ONNX Conv node; x has its channels first, w its kernels."""
    axes = x.ndim - 2
    pads = pads or [0] * 2 * axes
    by_hand = tuple(zip(pads[:axes], pads[axes:], strict=True))  # all the begins, then all the ends
    padding = AUTO_PAD.get(auto_pad, by_hand)
    words = {"dilation": dilations, "groups": group, "bias": b}
    return convpool.convolve(x, w, padding, strides, channel_axis=1, kernel_layout="OIHW", **words)


random = np.random.default_rng(0)
x, w = random.normal(size=(1, 4, 7, 7)), random.normal(size=(6, 2, 3, 3))
for words in (
    {"auto_pad": "SAME_UPPER", "strides": 2},
    {"auto_pad": "SAME_LOWER", "strides": 2},
    {"pads": [1, 0, 1, 2]},
    {"dilations": 2},
):
    print(words, conv(x, w, group=2, **words).shape)

# %%
# ``AveragePool`` with ``ceil_mode`` and ``count_include_pad``:
words = {"padding": 1, "ceil": True, "count_padding": True, "channel_axis": 1}
print(convpool.pool(x, 3, 2, "avg", **words).shape)
