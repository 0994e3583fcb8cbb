"""What the kernel may be used as: flipped, of one channel, divided by something.

Letters: c channels, kh x kw kernel, nc kernels; in the tables k the kernels (kh, kw, c, nc).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from convpool.check.behaviour.random_arrays import Array
from convpool.check.diagnosis.arithmetic import Arguments, Reading


def _only(kernels: Array, axis: int, position: int) -> Array:
    """Return kernels whose weights are kept at one position of an axis, and 0 elsewhere."""
    result = np.zeros_like(kernels)
    index: list[Any] = [slice(None)] * kernels.ndim
    index[axis] = position
    result[tuple(index)] = kernels[tuple(index)]
    return result


def _area(kernels: Array) -> int:
    """Return kh * kw."""
    area: int = kernels.shape[0] * kernels.shape[1]
    return area


# name -> (Reading.words, a function from the kernels to those that are used instead,
# Reading.decided_by)
KERNELS: dict[str, tuple[str, Callable[[Array], Array], str]] = {
    "kernel flipped": (
        "the kernel is flipped (rotated by 180 degrees)",
        lambda k: k[::-1, ::-1],
        "flip",
    ),
    "kernel upside down": ("the kernel's rows are in reverse order", lambda k: k[::-1], "flip"),
    "kernel mirrored": ("the kernel's columns are in reverse order", lambda k: k[:, ::-1], "flip"),
    "kernel transposed": ("the kernel is transposed", lambda k: k.swapaxes(0, 1), "flip"),
    "kernel turned left": ("the kernel is rotated by 90 degrees", np.rot90, "flip"),
    "kernel turned right": (
        "the kernel is rotated by -90 degrees",
        lambda k: np.rot90(k, -1),
        "flip",
    ),
    "kernel and channels flipped": (
        "the kernel is flipped along all its axes, channels too",
        lambda k: k[::-1, ::-1, ::-1],
        "flip",
    ),
    "divided by the kernel's size": (
        "each sum is divided by the kernel's size kh * kw (an average)",
        lambda k: k / _area(k),
        "sum",
    ),
    "divided by the kernel's sum": (
        "the kernel is divided by the sum of its weights",
        lambda k: k / k.sum((0, 1, 2)),
        "sum",
    ),
    "weights unused": ("the pixels of a window are summed without the kernel", np.ones_like, "sum"),
    "absolute weights": ("the weights lose their sign", np.abs, "sum"),
    "first tap only": (
        "only the kernel's first weight is used",
        lambda k: _only(_only(k, 0, 0), 1, 0),
        "sum",
    ),
    "last tap only": (
        "only the kernel's last weight is used",
        lambda k: _only(_only(k, 0, -1), 1, -1),
        "sum",
    ),
    "last row left out": (
        "the last row of each window is left out",
        lambda k: k - _only(k, 0, -1),
        "sum",
    ),
    "last column left out": (
        "the last column of each window is left out",
        lambda k: k - _only(k, 1, -1),
        "sum",
    ),
    "first row left out": (
        "the first row of each window is left out",
        lambda k: k - _only(k, 0, 0),
        "sum",
    ),
    "first column left out": (
        "the first column of each window is left out",
        lambda k: k - _only(k, 1, 0),
        "sum",
    ),
    "first row only": (
        "only the first row of each window is used",
        lambda k: _only(k, 0, 0),
        "sum",
    ),
    "first column only": (
        "only the first column of each window is used",
        lambda k: _only(k, 1, 0),
        "sum",
    ),
}
# the same, for tasks whose images have channels
CHANNELS: dict[str, tuple[str, Callable[[Array], Array], str]] = {
    "channels reversed": (
        "the kernel's channels are in reverse order",
        lambda k: k[:, :, ::-1],
        "flip",
    ),
    "first channel only": ("only the first channel is used", lambda k: _only(k, 2, 0), "sum"),
    "last channel only": ("only the last channel is used", lambda k: _only(k, 2, -1), "sum"),
    "channels averaged": ("the channels are averaged, not summed", lambda k: k / k.shape[2], "sum"),
    "first channel's weights": (
        "the kernel's first channel is used for all channels",
        lambda k: np.broadcast_to(k[:, :, :1], k.shape),
        "sum",
    ),
    "divided by all weights": (
        "each sum is divided by the number of weights kh * kw * c (an average)",
        lambda k: k / _area(k) / k.shape[2],
        "sum",
    ),
}
# the same, for the task with several kernels
SEVERAL: dict[str, tuple[str, Callable[[Array], Array], str]] = {
    "one kernel for all": (
        "the first kernel is used for all outputs",
        lambda k: np.broadcast_to(k[..., :1], k.shape),
        "sum",
    ),
    "last kernel for all": (
        "the last kernel is used for all outputs",
        lambda k: np.broadcast_to(k[..., -1:], k.shape),
        "sum",
    ),
    "kernels reversed": ("the kernels are in reverse order", lambda k: k[..., ::-1], "sum"),
    "first kernel only": (
        "only the first kernel's outputs are filled",
        lambda k: _only(k, 3, 0),
        "sum",
    ),
    "last kernel only": (
        "only the last kernel's outputs are filled",
        lambda k: _only(k, 3, -1),
        "sum",
    ),
    "kernels summed": (
        "each output is the sum over all kernels",
        lambda k: np.broadcast_to(k.sum(3, keepdims=True), k.shape),
        "sum",
    ),
    "one kernel returned": (
        "only the first kernel's output is returned",
        lambda k: k[..., :1],
        "size",
    ),
    "sum of kernels returned": (
        "the outputs of all kernels are added into one",
        lambda k: k.sum(3, keepdims=True),
        "sum",
    ),
}


def rows() -> Iterator[tuple[str, Reading]]:
    """Yield (name, reading) of each row."""
    for when, table in (("convolution", KERNELS), ("channels", CHANNELS), ("kernels", SEVERAL)):
        for name, (words, change_kernels, decided_by) in table.items():
            change = _arguments_change(change_kernels)
            yield name, Reading(words, decided_by, when, change=change)


def _arguments_change(
    change_kernels: Callable[[Array], Array],
) -> Callable[[Arguments], Arguments]:
    """Return a Reading.change: it replaces the kernels, and the window by their new shape."""

    def change(arguments: Arguments) -> Arguments:
        kernels = change_kernels(arguments.kernels)
        return replace(arguments, kernels=kernels, window=kernels.shape[:2])

    return change
