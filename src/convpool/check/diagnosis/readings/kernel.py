"""What the kernel may be used as: flipped, of one channel, divided by something.

Letters: c channels, kh x kw kernel, nc kernels; in the tables k the kernels (kh, kw, c, nc).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from convpool.check.behaviour.random_arrays import Array
from convpool.check.diagnosis.arithmetic import Arguments, Reading


def _only(kernels: Array, axis: int, position: int) -> Array:
    """Return kernels whose weights are kept at one position of an axis, and 0 elsewhere."""
    kept = np.zeros_like(kernels)
    index = (slice(None),) * axis + (position,)
    kept[index] = kernels[index]
    return kept


def _for_all(kernels: Array, axis: int, position: int) -> Array:
    """Return kernels with the weights at one position of an axis in all its positions."""
    return np.broadcast_to(kernels.take([position], axis), kernels.shape)


# name -> (Reading.words, a function from the kernels to those that are used instead)
Kernels = dict[str, tuple[str, Callable[[Array], Array]]]
FLIPS: Kernels = {
    "kernel flipped": (
        "the kernel is flipped (rotated by 180 degrees)",
        lambda k: k[::-1, ::-1],
    ),
    "kernel upside down": ("the kernel's rows are in reverse order", lambda k: k[::-1]),
    "kernel mirrored": ("the kernel's columns are in reverse order", lambda k: k[:, ::-1]),
    "kernel transposed": ("the kernel is transposed", lambda k: k.swapaxes(0, 1)),
    "kernel and channels flipped": (
        "the kernel is flipped along all its axes, channels too",
        lambda k: k[::-1, ::-1, ::-1],
    ),
    "channels reversed": (
        "the kernel's channels are in reverse order",
        lambda k: k[:, :, ::-1],
    ),
}
WEIGHTS: Kernels = {
    "divided by the kernel's size": (
        "each sum is divided by the kernel's size kh * kw (an average)",
        lambda k: k / k[..., 0, 0].size,
    ),
    "divided by all weights": (
        "each sum is divided by the number of weights kh * kw * c (an average)",
        lambda k: k / k[..., 0].size,
    ),
    "weights unused": ("the pixels of a window are summed without the kernel", np.ones_like),
    "last tap only": (
        "only the kernel's last weight is used",
        lambda k: _only(_only(k, 0, -1), 1, -1),
    ),
    "last row left out": ("the last row of each window is left out", lambda k: k - _only(k, 0, -1)),
    "last column left out": (
        "the last column of each window is left out",
        lambda k: k - _only(k, 1, -1),
    ),
    "first channel only": ("only the first channel is used", lambda k: _only(k, 2, 0)),
    "last channel only": ("only the last channel is used", lambda k: _only(k, 2, -1)),
    "channels averaged": ("the channels are averaged, not summed", lambda k: k / k.shape[2]),
    "one kernel for all": (
        "the first kernel is used for all outputs",
        lambda k: _for_all(k, 3, 0),
    ),
    "last kernel for all": (
        "the last kernel is used for all outputs",
        lambda k: _for_all(k, 3, -1),
    ),
    "kernels reversed": ("the kernels are in reverse order", lambda k: k[..., ::-1]),
    "first kernel only": ("only the first kernel's outputs are filled", lambda k: _only(k, 3, 0)),
    "last kernel only": ("only the last kernel's outputs are filled", lambda k: _only(k, 3, -1)),
    "one kernel returned": ("only the first kernel's output is returned", lambda k: k[..., :1]),
    "sum of kernels returned": (
        "the outputs of all kernels are added into one",
        lambda k: k.sum(3, keepdims=True),
    ),
}


def rows() -> Iterator[tuple[str, Reading]]:
    """Yield (name, reading) of each row."""
    for decided_by, table in (("flip", FLIPS), ("sum", WEIGHTS)):
        for name, (words, used_kernels) in table.items():
            change = _with_kernels(used_kernels)
            yield name, Reading(words, decided_by=decided_by, when="convolution", change=change)


def _with_kernels(used_kernels: Callable[[Array], Array]) -> Callable[[Arguments], Arguments]:
    """Return a Reading.change: it replaces the kernels, and the window by their new shape."""

    def change(arguments: Arguments) -> Arguments:
        kernels = used_kernels(arguments.kernels)
        return replace(arguments, kernels=kernels, window=kernels.shape[:2])

    return change
