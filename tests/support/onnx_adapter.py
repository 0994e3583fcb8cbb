"""ONNX's single-operator backend cases, said in convpool's words. Letters: n images, c channels,
as in ONNX's NCHW.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.case import node
from onnx.backend.test.loader import load_model_tests

STORED = ("pytorch-converted", "pytorch-operator")  # kinds of cases that lie in files
AUTO_PAD = {"SAME_UPPER": "same", "SAME_LOWER": "same_lower", "VALID": "valid"}

Array = np.ndarray[Any, Any]
Attributes = dict[str, Any]
Pairs = list[tuple[int, int]]


@dataclass(frozen=True)
class Case:
    """One case of the suite: an operator, its attributes and inputs, and the right outputs."""

    name: str
    operator: str
    attributes: Attributes
    inputs: list[Array]
    outputs: list[Array]

    def run(self, library: Any) -> list[Array]:
        """Run the case through the calls of a library that has convpool's."""
        results = OPERATORS[self.operator](library, self.attributes, *self.inputs)
        return list(results) if isinstance(results, tuple) else [results]


@cache
def load_cases(operator: str) -> list[Case]:
    """Load every case whose graph is one operator and nothing else; no network.

    Importing the module of an operator makes its cases, which takes seconds for poolings.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # making cases of integers divides by zero
        import_module(f"{node.__name__}.{operator.lower()}")
    stored = [test for kind in STORED for test in load_model_tests(kind=kind)]
    tests = [*node._NodeTestCases, *stored]
    models = [(test, test.model or onnx.load(f"{test.model_dir}/model.onnx")) for test in tests]
    return [
        _read(test, model)
        for test, model in models
        if [entry.op_type for entry in model.graph.node] == [operator]
    ]


def _read(test: Any, model: Any) -> Case:
    """Return a case from a test of the suite and its model."""
    (node,) = model.graph.node
    ((inputs, outputs),) = test.data_sets or [_read_arrays(Path(test.model_dir, "test_data_set_0"))]
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    given = [value.name for value in model.graph.input if value.name not in weights]
    named = weights | dict(zip(given, inputs, strict=True))
    attributes = {
        attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute
    }
    attributes["auto_pad"] = attributes.get("auto_pad", b"NOTSET").decode()
    return Case(
        test.name, node.op_type, attributes, [named[name] for name in node.input], list(outputs)
    )


def _read_arrays(folder: Path) -> list[list[Array]]:
    """Read the inputs and the outputs that stand in a folder, in their order."""
    counts = {word: len([*folder.glob(f"{word}_*.pb")]) for word in ("input", "output")}
    paths = [[folder / f"{word}_{i}.pb" for i in range(count)] for word, count in counts.items()]
    return [[numpy_helper.to_array(onnx.load_tensor(path)) for path in some] for some in paths]


# ---- ONNX's words and layouts ----


def _pairs(a: Attributes, rank: int) -> Pairs:
    """Return the padding (before, after) of each axis from the attributes; 0 by default."""
    pads = a.get("pads", [0] * 2 * rank)
    return list(zip(pads[:rank], pads[rank:], strict=True))


def _padding(a: Attributes, rank: int) -> Any:
    """Return the padding as convpool takes it: a name, or a pair for each axis."""
    return AUTO_PAD.get(a["auto_pad"]) or _pairs(a, rank)


def _steps(a: Attributes, rank: int) -> dict[str, Any]:
    """Return the stride and the dilation as keywords of a call; 1 by default."""
    return {"stride": a.get("strides", [1] * rank), "dilation": a.get("dilations", [1] * rank)}


def _kernels(w: Array) -> Array:
    """From (nc, c // groups, *window) to (*window, c // groups, nc)."""
    return np.moveaxis(w, (0, 1), (-1, -2))


def _last(x: Array) -> Array:
    """Return an array with its channels moved from axis 1 to the end."""
    return np.moveaxis(x, 1, -1)


def _first(x: Array) -> Array:
    """Return an array with its channels moved from the end to axis 1."""
    return np.moveaxis(x, -1, 1)


# ---- the operators: library, attributes, inputs -> output or outputs ----


def _conv(library: Any, a: Attributes, x: Array, w: Array, bias: Array | None = None) -> Array:
    """Return a convolution of images (n, c, *spatial) with weights, and a bias if there is one."""
    rank = x.ndim - 2
    words = _steps(a, rank) | {"groups": a.get("group", 1), "bias": bias, "channel_axis": 1}
    return library.convolve(x, _kernels(w), _padding(a, rank), **words)


def _conv_integer(
    library: Any, a: Attributes, x: Array, w: Array, x_zero: Any = 0, w_zero: Any = 0
) -> Array:
    """Return the sums of a convolution of integers, less their zero points, as int32."""
    w_zeros = np.asarray(w_zero, np.int64).reshape(
        -1, *[1] * (w.ndim - 1)
    )  # one, or one per kernel
    result = _conv(library, a, x.astype(np.int64) - np.int64(x_zero), w.astype(np.int64) - w_zeros)
    assert result.dtype == np.int64
    return result.astype(np.int32)


def _conv_transpose(
    library: Any, a: Attributes, x: Array, w: Array, bias: Array | None = None
) -> Array:
    """Return a transposed convolution of values (n, c, *spatial) with weights."""
    rank = x.ndim - 2
    words = _steps(a, rank) | {"groups": a.get("group", 1), "channel_axis": 1}
    padding, extra = _padding(a, rank), a.get("output_padding", [0] * rank)
    if "output_shape" in a:
        padding, extra = _fit(a, x.shape[2:], w.shape[2:], words, extra)
    y = library.convolve_transpose(x, _kernels(w), padding, output_padding=extra, **words)
    return y if bias is None else y + bias.reshape(-1, *[1] * rank)


def _fit(
    a: Attributes, counts: Any, window: Any, words: Any, extra: list[int]
) -> tuple[Pairs, list[int]]:
    """Return the padding and output padding that give output_shape, as the operator's page
    computes them.
    """
    pairs, more = [], []
    for o, k, s, d, e, size in zip(
        counts, window, words["stride"], words["dilation"], extra, a["output_shape"], strict=True
    ):
        total = s * (o - 1) + e + (k - 1) * d + 1 - size
        half = max(total, 0) // 2
        pair = (half, max(total, 0) - half)
        pairs.append(pair if a["auto_pad"] == "SAME_UPPER" else pair[::-1])
        more.append(e - min(total, 0))
    return pairs, more


def _pool_words(a: Attributes, x: Array) -> dict[str, Any]:
    """Return the keywords of a pooling of images from the attributes."""
    rank = x.ndim - 2
    return _steps(a, rank) | {
        "padding": _padding(a, rank),
        "ceil": bool(a.get("ceil_mode", 0)),
        "channel_axis": 1,
    }


def _max_pool(library: Any, a: Attributes, x: Array) -> tuple[Array, Array]:
    """Return the greatest pixels and their indices, which count over the whole array."""
    values, indices = library.max_pool_indices(x, a["kernel_shape"], **_pool_words(a, x))
    np.testing.assert_array_equal(
        library.pool(x, a["kernel_shape"], mode="max", **_pool_words(a, x)), values
    )
    if a.get("storage_order", 0):  # column-major within an image
        indices = np.ravel_multi_index(
            np.unravel_index(indices, x.shape[2:]), x.shape[2:], order="F"
        )
    planes = np.arange(x.shape[0] * x.shape[1]).reshape(*x.shape[:2], *[1] * (x.ndim - 2))
    return values, indices + planes * prod(x.shape[2:])


def _average_pool(library: Any, a: Attributes, x: Array) -> Array:
    """Return the averages of windows."""
    count_padding = bool(a.get("count_include_pad", 0))
    return library.pool(
        x, a["kernel_shape"], mode="avg", count_padding=count_padding, **_pool_words(a, x)
    )


def _lp_pool(library: Any, a: Attributes, x: Array) -> Array:
    """Return the p-norms of windows; p is 2 by default."""
    return library.pool(x, a["kernel_shape"], mode="lp", p=a.get("p", 2), **_pool_words(a, x))


def _global_average_pool(library: Any, a: Attributes, x: Array) -> Array:
    """Return the average of each channel of each image."""
    return _first(library.global_pool(_last(x), "avg"))


def _global_max_pool(library: Any, a: Attributes, x: Array) -> Array:
    """Return the greatest pixel of each channel of each image."""
    return _first(library.global_pool(_last(x), "max"))


def _max_unpool(
    library: Any, a: Attributes, x: Array, indices: Array, output_shape: Array | None = None
) -> Array:
    """Indices count in the inferred shape; a larger output_shape only adds zeros at the ends."""
    rank = x.ndim - 2
    axes = zip(
        x.shape[2:], _steps(a, rank)["stride"], a["kernel_shape"], _pairs(a, rank), strict=True
    )
    sizes = [(o - 1) * s + k - sum(pair) for o, s, k, pair in axes]
    y = _first(library.max_unpool(_last(x), _last(indices % prod(sizes)), sizes))
    shape = y.shape if output_shape is None else output_shape
    return np.pad(y, [(0, int(wanted - size)) for wanted, size in zip(shape, y.shape, strict=True)])


def _col2im(
    library: Any, a: Attributes, columns: Array, image_shape: Array, block_shape: Array
) -> Array:
    """Columns are (n, c * taps, windows)."""
    rank = len(image_shape)
    words = _steps(a, rank)
    axes = zip(
        image_shape, block_shape, words["stride"], words["dilation"], _pairs(a, rank), strict=True
    )
    counts = [int(size + sum(pair) - (k - 1) * d - 1) // s + 1 for size, k, s, d, pair in axes]
    windows = columns.reshape(len(columns), -1, *block_shape, *counts)  # n, c, window, output
    output_axes = range(2 + rank, 2 + 2 * rank)
    windows = np.moveaxis(windows, tuple(output_axes), tuple(range(1, 1 + rank)))
    return _first(library.fold(windows, tuple(image_shape), padding=_pairs(a, rank), **words))


OPERATORS: dict[str, Callable[..., Array | tuple[Array, ...]]] = {
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "ConvInteger": _conv_integer,
    "MaxPool": _max_pool,
    "AveragePool": _average_pool,
    "LpPool": _lp_pool,
    "GlobalAveragePool": _global_average_pool,
    "GlobalMaxPool": _global_max_pool,
    "MaxUnpool": _max_unpool,
    "Col2Im": _col2im,
}
