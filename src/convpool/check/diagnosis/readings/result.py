"""What may have become of a result that was right: cast, left at 0 in places, in another shape.

Letters: m images, c channels, nc kernels, oh x ow output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from convpool.check.diagnosis.arithmetic import Array, Given, Reading, Windows, as_asked


def _cast(dtype: Any) -> Callable[[Array, Given], Array | None]:
    def finish(output: Array, given: Given) -> Array:
        wanted = np.dtype(dtype)
        whole = np.trunc(output).astype(np.int64) if wanted.kind in "iu" else output
        return whole.astype(wanted).astype(float)

    return finish


def _without(*places: Any) -> Callable[[Array, Given], Array]:
    """Leave some of the output at 0."""

    def finish(output: Array, given: Given) -> Array:
        kept = output.copy()
        for place in places:
            kept[place] = 0
        return kept

    return finish


# name -> (words, what becomes of the output, what decides it)
FINISHES: dict[str, tuple[str, Callable[[Array, Given], Array | None], str]] = {
    "images' dtype": (
        "the result is cast to the dtype of the images, where it wraps or loses its fraction",
        lambda output, given: (
            _cast(given.dtypes[0])(output, given) if given.dtypes[0].kind in "iub" else None
        ),
        "dtype",
    ),
    "kernel's dtype": (
        "the result is cast to the dtype of the kernel",
        lambda output, given: (
            _cast(given.dtypes[1])(output, given) if given.dtypes[1].kind in "iub" else None
        ),
        "dtype",
    ),
    "integers": (
        "the result is cut to whole numbers (int, astype(int), dtype=int)",
        _cast(np.int64),
        "dtype",
    ),
    "uint8": ("the result is cast to uint8, where it wraps", _cast(np.uint8), "dtype"),
    "int8": ("the result is cast to int8, where it wraps", _cast(np.int8), "dtype"),
    "int16": ("the result is cast to int16, where it wraps", _cast(np.int16), "dtype"),
    "uint16": ("the result is cast to uint16, where it wraps", _cast(np.uint16), "dtype"),
    "int32": ("the result is cast to int32", _cast(np.int32), "dtype"),
    "float16": ("the result is cast to float16", _cast(np.float16), "dtype"),
    "rounded": ("the result is rounded to whole numbers", lambda o, g: np.round(o), "dtype"),
    "floor": ("the result is rounded down", lambda o, g: np.floor(o), "dtype"),
    "ceil": ("the result is rounded up", lambda o, g: np.ceil(o), "dtype"),
    "absolute": ("the result loses its sign", lambda o, g: np.abs(o), ""),
    "clipped to 0..255": ("the result is clipped to 0..255", lambda o, g: o.clip(0, 255), ""),
    "clipped at 0": ("negative results become 0", lambda o, g: o.clip(0), ""),
    "clipped at 255": ("results over 255 become 255", lambda o, g: o.clip(None, 255), ""),
    "negated": ("the result has the opposite sign", lambda o, g: -o, ""),
    "doubled": ("each sum is taken twice", lambda o, g: 2 * o, ""),
    "divided by 255": ("the result is divided by 255", lambda o, g: o / 255, ""),
    "NaN": ("all of it is NaN", lambda o, g: np.full_like(o, np.nan), ""),
    "zeros": ("nothing is filled in: all of it is 0", lambda o, g: np.zeros_like(o), ""),
    "ones": ("nothing is filled in: all of it is 1", lambda o, g: np.ones_like(o), ""),
    "last row 0": ("the last row is left at 0", _without(np.s_[:, -1:]), ""),
    "last column 0": ("the last column is left at 0", _without(np.s_[:, :, -1:]), ""),
    "last row and column 0": (
        "the last row and column are left at 0",
        _without(np.s_[:, -1:], np.s_[:, :, -1:]),
        "",
    ),
    "first row 0": ("the first row is left at 0", _without(np.s_[:, :1]), ""),
    "first column 0": ("the first column is left at 0", _without(np.s_[:, :, :1]), ""),
    "first row and column 0": (
        "the first row and column are left at 0",
        _without(np.s_[:, :1], np.s_[:, :, :1]),
        "",
    ),
    "first row only": ("only the first row is filled", _without(np.s_[:, 1:]), ""),
    "first column only": ("only the first column is filled", _without(np.s_[:, :, 1:]), ""),
    "diagonal only": (
        "only the pixels with i = j are filled (one loop for both)",
        lambda o, g: o * np.eye(*o.shape[1:3]).reshape(1, *o.shape[1:3], *[1] * (o.ndim - 3)),
        "",
    ),
    "upside down": ("the output is upside down", lambda o, g: o[:, ::-1], ""),
    "mirrored": ("the output is mirrored", lambda o, g: o[:, :, ::-1], ""),
    "rolled down": (
        "each row is written one further (modulo the size)",
        lambda o, g: np.roll(o, 1, 1),
        "",
    ),
    "rolled up": (
        "each row is written one before (index -1 is the last)",
        lambda o, g: np.roll(o, -1, 1),
        "",
    ),
    "rolled right": (
        "each column is written one further (modulo the size)",
        lambda o, g: np.roll(o, 1, 2),
        "",
    ),
    "rolled left": (
        "each column is written one before (index -1 is the last)",
        lambda o, g: np.roll(o, -1, 2),
        "",
    ),
    "first image for all": (
        "the first image is used for all",
        lambda o, g: np.broadcast_to(o[:1], o.shape),
        "",
    ),
    "last image for all": (
        "the last image is used for all",
        lambda o, g: np.broadcast_to(o[-1:], o.shape),
        "",
    ),
    "first image only": ("only the first image is filled", _without(np.s_[1:]), ""),
    "last image only": ("only the last image is filled", _without(np.s_[:-1]), ""),
    "last image left out": ("the last image is left at 0", _without(np.s_[-1]), ""),
    "first image left out": ("the first image is left at 0", _without(np.s_[0]), ""),
    "images reversed": ("the images are in reverse order", lambda o, g: o[::-1], ""),
    "images averaged": (
        "each output is the average over all images",
        lambda o, g: np.broadcast_to(o.mean(0, keepdims=True), o.shape),
        "",
    ),
}

# name -> (words, what becomes of an output (m, oh, ow, nc)): another shape than the brief's
SHAPES: dict[str, tuple[str, Callable[[Array, Given], Array | None]]] = {
    "output transposed": (
        "the output is transposed, (m, ow, oh)",
        lambda o, g: as_asked(o.swapaxes(1, 2), g),
    ),
    "axis of 1 left": (
        "the output has one more axis, of size 1",
        lambda o, g: as_asked(o, g)[..., None],
    ),
    "axis of 1 before": (
        "the output has one more axis in front, of size 1",
        lambda o, g: as_asked(o, g)[None],
    ),
    "axes of 1 squeezed": (
        "axes of size 1 are dropped (np.squeeze)",
        lambda o, g: as_asked(o, g).squeeze(),
    ),
    "first image returned": ("only the first image is returned", lambda o, g: as_asked(o, g)[:1]),
    "first image alone": (
        "only the first image is returned, without its axis",
        lambda o, g: as_asked(o, g)[0],
    ),
    "sum of images returned": ("the images are added into one", lambda o, g: as_asked(o, g).sum(0)),
    "images last": (
        "the axis of the images is the last",
        lambda o, g: np.moveaxis(as_asked(o, g), 0, -1),
    ),
    "channels before rows": (
        "the last axis stands before the rows",
        lambda o, g: np.moveaxis(o, -1, 1),
    ),
    "kernels first": ("the axis of the kernels is the first", lambda o, g: np.moveaxis(o, -1, 0)),
    "rows flattened": (
        "each image's output is one flat row",
        lambda o, g: as_asked(o, g).reshape(len(o), -1),
    ),
    "flattened": ("the output is one flat row", lambda o, g: as_asked(o, g).reshape(-1)),
}


def _by_channel(windows: Windows, given: Given) -> Array | None:
    """Keep the channels of a convolution with one kernel apart."""
    if given.kernels.shape[3] != 1:
        return None
    values: Array = (windows.values * given.kernels[..., 0]).sum((3, 4))
    return values


def rows() -> Iterator[tuple[str, Reading]]:
    """Yield each reading by name."""
    for name, (words, finish, decided) in FINISHES.items():
        yield name, Reading(words, decided, finish=finish)
    for name, (words, finish) in SHAPES.items():
        yield name, Reading(words, finish=finish, reshapes=True)
    yield (
        "channels not summed",
        Reading(
            "the channels are not summed: the output has one for each",
            "sum",
            "convolution",
            combine=_by_channel,
            finish=lambda output, given: output,
            reshapes=True,
        ),
    )
