"""Results as pixels: rounding, saturating, and three ways to show values below zero."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from convpool.plans.rounding import saturate

FAINT = 0.5
"""Results that stay under half a grey level are shown as zero: they are rounding, not picture."""
NOISE = 1e-9
"""What sums of fractions leave of a whole number, as a share of white."""
PIECE = 2**20
"""Values that are worked on at a time, since each takes several arrays."""


@dataclass(frozen=True, eq=False)
class Shown:
    """Pixels, and what was done to the values to get them.

    Attributes
    ----------
    pixels : ndarray
        The picture, in the shape of the values.
    count, rounded, saturated : int
        How many values there were, how many lay between two grey levels, and how many beyond black
        or white.
    scale : float
        Grey levels per unit; 1 when the values are shown as they are.
    """

    pixels: NDArray[Any]
    count: int
    rounded: int
    saturated: int
    scale: float = 1.0

    def counted(self) -> Shown:
        """Return the counts without the pixels, to keep them for many pictures."""
        return replace(self, pixels=self.pixels[:0].copy())


def to_pixels(
    values: ArrayLike, dtype: DTypeLike = np.uint8, signed: str = "clip", most: float | None = None
) -> Shown:
    """Turn results into the pixels of a picture.

    Parameters
    ----------
    values : array_like
        Real results of any shape.
    dtype : uint8 or uint16
        The picture's dtype.
    signed : {"clip", "zero-in-the-middle", "magnitude"}
        ``clip`` shows values as they are: rounded to the nearest grey level (halves to the even
        one), black below 0 and white above the largest. The other two scale by the largest absolute
        value, so that nothing saturates: ``zero-in-the-middle`` shows 0 as middle grey (128 of
        255), ``magnitude`` shows 0 as black.
    most : float, optional
        The largest absolute value of the whole picture, where the values are a part of it.

    Returns
    -------
    Shown
        The pixels, and how many values were rounded or saturated. NaN is shown as black and counts
        as saturated.

    Raises
    ------
    ValueError
        If `signed` or `dtype` is not one of those above.
    TypeError
        If the values are not real numbers.

    Examples
    --------
    >>> to_pixels([-3, 12.5, 300]).pixels
    array([  0,  12, 255], dtype=uint8)
    >>> to_pixels([-4, 0, 4], signed="zero-in-the-middle").pixels
    array([  1, 128, 255], dtype=uint8)
    >>> to_pixels([-4, 0, 2], signed="magnitude").pixels
    array([255,   0, 128], dtype=uint8)
    """
    depth = np.dtype(dtype)
    if depth not in (np.uint8, np.uint16):
        raise ValueError(f"pictures hold uint8 or uint16, not {depth}")
    if signed not in SIGNED:
        raise ValueError(
            f"no way to show signed values is named {signed!r}; there are: {', '.join(SIGNED)}"
        )
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"pixels are made from real numbers, not from {array.dtype}; take the real part or "
            "np.abs"
        )
    levels, top = SIGNED[signed], int(np.iinfo(depth).max)
    scale = 1.0 if levels.reach is None else _stretch(array, levels.reach(top), most)
    pixels = np.empty(array.shape, depth)
    rounded = saturated = 0
    for piece, place in zip(_pieces(array), _pieces(pixels), strict=True):
        shown = levels.of(piece, top, scale)
        place[...] = saturate(shown, depth)
        far, beyond = _count(shown, place, top)
        rounded, saturated = rounded + far, saturated + beyond
    return Shown(pixels, array.size, rounded, saturated, scale)


def _pieces(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    flat = array.reshape(-1)
    return (flat[start : start + PIECE] for start in range(0, flat.size, PIECE))


def _count(values: NDArray[Any], pixels: NDArray[Any], top: int) -> tuple[int, int]:
    """Return how many values were rounded, and how many were beyond black or white."""
    if values.dtype.kind in "iu":
        return 0, int(np.count_nonzero(pixels != values))
    whole = np.rint(values)
    with np.errstate(invalid="ignore"):  # infinity less infinity
        far = np.abs(whole - values) > NOISE * top
    return int(np.count_nonzero(far)), int(np.count_nonzero(pixels != whole))


def largest(values: NDArray[Any]) -> float:
    """Return the largest absolute value that is finite."""
    most = 0.0
    for piece in _pieces(values):
        sizes = np.abs(piece.astype(np.float64))
        most = max(most, float(np.max(sizes, where=np.isfinite(sizes), initial=0.0)))
    return most


def choose_signed(kernel: ArrayLike) -> str:
    """Say how to show what a kernel gives: a kernel that sums to about 0 gives values on both sides of 0.

    Examples
    --------
    >>> choose_signed([[-1, 0, 1]]), choose_signed([[0.5, 0.5]])
    ('zero-in-the-middle', 'clip')
    """
    weights = np.asarray(kernel, dtype=np.float64)
    cancels = abs(weights.sum()) <= 1e-9 * np.abs(weights).sum()
    return "zero-in-the-middle" if cancels and (weights < 0).any() else "clip"


class Levels(NamedTuple):
    """A way to show values as grey levels.

    Attributes
    ----------
    of : from values, the level of white, and the scale to levels that are not yet whole
    reach : from the level of white to how many levels the largest value gets; None shows values as
        they are
    """

    of: Callable[[NDArray[Any], int, float], NDArray[Any]]
    reach: Callable[[int], int] | None


def _clip(values: NDArray[Any], top: int, scale: float) -> NDArray[Any]:
    kind = (
        np.int64
        if values.dtype.kind == "b"
        else np.float64
        if values.dtype.kind == "f"
        else values.dtype
    )
    return values.astype(kind, copy=False)


def _zero_in_the_middle(values: NDArray[Any], top: int, scale: float) -> NDArray[Any]:
    return np.asarray(values.astype(np.float64) * scale + (top // 2 + 1))


def _magnitude(values: NDArray[Any], top: int, scale: float) -> NDArray[Any]:
    return np.asarray(np.abs(values.astype(np.float64)) * scale)


def _stretch(values: NDArray[Any], levels: int, most: float | None) -> float:
    """Return what stretches the largest absolute value to so many levels."""
    most = largest(values) if most is None else most
    return levels / most if most >= FAINT else 1.0


SIGNED: dict[str, Levels] = {
    "clip": Levels(_clip, None),
    "zero-in-the-middle": Levels(_zero_in_the_middle, lambda top: top // 2),
    "magnitude": Levels(_magnitude, lambda top: top),
}
