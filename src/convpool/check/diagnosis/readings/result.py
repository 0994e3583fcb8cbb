"""What a function may do to a right result: cast it, leave parts at 0, change its shape.

Letters: m images, c channels, nc kernels, oh x ow output; in the tables o an output, a the
arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from convpool.check.behaviour.random_arrays import Array
from convpool.check.diagnosis.arithmetic import Arguments, Reading, Windows, in_task_shape


def _cast(dtype: Any) -> Callable[[Array, Arguments], Array | None]:
    """Return a Reading.finish: it casts the output to a dtype, in which integers wrap."""

    def finish(output: Array, arguments: Arguments) -> Array:
        target = np.dtype(dtype)
        # through int64, as the result of a cast from float is undefined for too large numbers
        values = np.trunc(output).astype(np.int64) if target.kind in "iu" else output
        return values.astype(target).astype(float)

    return finish


def _without(*parts: Any) -> Callable[[Array, Arguments], Array]:
    """Return a Reading.finish that sets parts of the output to 0, each an index as np.s_[-1]."""

    def finish(output: Array, arguments: Arguments) -> Array:
        result = output.copy()
        for part in parts:
            result[part] = 0
        return result

    return finish


Finishes = dict[str, tuple[str, Callable[[Array, Arguments], Array | None]]]
# name -> (Reading.words, Reading.finish), of another dtype
CASTS: Finishes = {
    "images' dtype": (
        "the result is cast to the dtype of the images, where it wraps or loses its fraction",
        lambda o, a: _cast(a.dtypes[0])(o, a) if a.dtypes[0].kind in "iub" else None,
    ),
    "kernel's dtype": (
        "the result is cast to the dtype of the kernel",
        lambda o, a: _cast(a.dtypes[1])(o, a) if a.dtypes[1].kind in "iub" else None,
    ),
    "integers": (
        "the result is cut to whole numbers (int, astype(int), dtype=int)",
        _cast(np.int64),
    ),
    "uint8": ("the result is cast to uint8, where it wraps", _cast(np.uint8)),
    "int8": ("the result is cast to int8, where it wraps", _cast(np.int8)),
    "rounded": ("the result is rounded to whole numbers", lambda o, a: np.round(o)),
    "floor": ("the result is rounded down", lambda o, a: np.floor(o)),
}
# the same, of other or missing values
VALUES: Finishes = {
    "absolute": ("the result loses its sign", lambda o, a: np.abs(o)),
    "negated": ("the result has the opposite sign", lambda o, a: -o),
    "clipped to 0..255": ("the result is clipped to 0..255", lambda o, a: o.clip(0, 255)),
    "NaN": ("all of it is NaN", lambda o, a: np.full_like(o, np.nan)),
    "zeros": ("nothing is filled in: all of it is 0", lambda o, a: np.zeros_like(o)),
    "last row 0": ("the last row is left at 0", _without(np.s_[:, -1:])),
    "last column 0": ("the last column is left at 0", _without(np.s_[:, :, -1:])),
    "last row and column 0": (
        "the last row and column are left at 0",
        _without(np.s_[:, -1:], np.s_[:, :, -1:]),
    ),
    "first row 0": ("the first row is left at 0", _without(np.s_[:, :1])),
    "first column 0": ("the first column is left at 0", _without(np.s_[:, :, :1])),
    "first row and column 0": (
        "the first row and column are left at 0",
        _without(np.s_[:, :1], np.s_[:, :, :1]),
    ),
    "first row filled": ("only the first row is filled", _without(np.s_[:, 1:])),
    "first column filled": ("only the first column is filled", _without(np.s_[:, :, 1:])),
    "diagonal only": (
        "only the pixels with i = j are filled (one loop for both)",
        lambda o, a: o * np.eye(*o.shape[1:3]).reshape(1, *o.shape[1:3], *[1] * (o.ndim - 3)),
    ),
    "first image only": ("only the first image is filled", _without(np.s_[1:])),
}

# name -> (Reading.words, Reading.finish), which turns (m, oh, ow, nc) into a wrong shape
SHAPES: Finishes = {
    "output transposed": (
        "the output is transposed, (m, ow, oh)",
        lambda o, a: in_task_shape(o.swapaxes(1, 2), a),
    ),
    "axis of 1 left": (
        "the output has one more axis, of size 1",
        lambda o, a: in_task_shape(o, a)[..., None],
    ),
    "first image returned": (
        "only the first image is returned",
        lambda o, a: in_task_shape(o, a)[:1],
    ),
    "first image alone": (
        "only the first image is returned, without its axis",
        lambda o, a: in_task_shape(o, a)[0],
    ),
    "sum of images returned": (
        "the images are added into one",
        lambda o, a: in_task_shape(o, a).sum(0),
    ),
    "kernels first": ("the axis of the kernels is the first", lambda o, a: np.moveaxis(o, -1, 0)),
}


def _by_channel(windows: Windows, arguments: Arguments) -> Array | None:
    """Return sums over each channel alone, (m, oh, ow, c); None if there are several kernels."""
    if arguments.kernels.shape[3] != 1:
        return None
    values: Array = (windows.values * arguments.kernels[..., 0]).sum((3, 4))
    return values


def rows() -> Iterator[tuple[str, Reading]]:
    """Yield (name, reading) of each row, and of channels that are not summed."""
    for decided_by, table in (("dtype", CASTS), ("", VALUES)):
        for name, (words, finish) in table.items():
            yield name, Reading(words, decided_by=decided_by, finish=finish)
    for name, (words, finish) in SHAPES.items():
        yield name, Reading(words, finish=finish, is_reshaped=True)
    yield (
        "channels not summed",
        Reading(
            "the channels are not summed: the output has one for each",
            decided_by="sum",
            when="convolution",
            combine=_by_channel,
            finish=lambda o, a: o,
            is_reshaped=True,
        ),
    )
