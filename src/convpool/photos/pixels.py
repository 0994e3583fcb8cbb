"""Results as pixels: rounding, saturating, and three ways to show values below zero."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

FAINT = 0.5
"""Results that stay under half a grey level are shown as zero: they are rounding, not picture."""


@dataclass(frozen=True, eq=False)
class Shown:
    """Pixels, and what was done to the values to get them.

    Attributes
    ----------
    pixels : ndarray
        The picture, in the shape of the values.
    count, rounded, saturated : int
        How many values there were, how many lay between two grey levels, and how many beyond black or white.
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


def to_pixels(values: ArrayLike, dtype: DTypeLike = np.uint8, signed: str = "clip", most: float | None = None) -> Shown:
    """Turn results into the pixels of a picture.

    Parameters
    ----------
    values : array_like
        Real results of any shape.
    dtype : uint8 or uint16
        The picture's dtype.
    signed : {"clip", "zero-in-the-middle", "magnitude"}
        ``clip`` shows values as they are: rounded to the nearest grey level (halves to the even one), black below 0 and
        white above the largest. The other two scale by the largest absolute value, so that nothing saturates:
        ``zero-in-the-middle`` shows 0 as middle grey (128 of 255), ``magnitude`` shows 0 as black.
    most : float, optional
        The largest absolute value of the whole picture, where the values are a part of it.

    Returns
    -------
    Shown
        The pixels, and how many values were rounded or saturated. NaN is shown as black and counts as saturated.

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
        raise ValueError(f"no way to show signed values is named {signed!r}; there are: {', '.join(SIGNED)}")
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"pixels are made from real numbers, not from {array.dtype}; take the real part or np.abs")
    return SIGNED[signed](array, np.iinfo(depth).max, most).cast(depth)


def largest(values: NDArray[Any]) -> float:
    """Return the largest absolute value that is finite."""
    sizes = np.abs(values.astype(np.float64))
    return float(np.max(sizes, where=np.isfinite(sizes), initial=0.0))


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


@dataclass(frozen=True, eq=False)
class _Levels:
    """Values in grey levels, before they are whole."""

    values: NDArray[Any]
    top: int
    scale: float = 1.0

    def cast(self, dtype: np.dtype[Any]) -> Shown:
        whole = self.values if self.values.dtype.kind in "biu" else np.rint(self.values)
        kept = np.nan_to_num(np.clip(whole, 0, self.top), nan=0.0)
        noise = 1e-9 * self.top  # what sums of fractions leave of a whole number
        with np.errstate(invalid="ignore"):  # infinity less infinity
            near = np.abs(whole - self.values) <= noise
        rounded = int(np.count_nonzero(~near & np.isfinite(self.values)))
        saturated = int(np.count_nonzero(kept != whole))
        return Shown(kept.astype(dtype), self.values.size, rounded, saturated, self.scale)


def _clip(values: NDArray[Any], top: int, most: float | None) -> _Levels:
    kind = np.int64 if values.dtype.kind == "b" else np.float64 if values.dtype.kind == "f" else values.dtype
    return _Levels(values.astype(kind), top)


def _zero_in_the_middle(values: NDArray[Any], top: int, most: float | None) -> _Levels:
    middle = top // 2 + 1
    scale = _scale(values, top - middle, most)
    return _Levels(values.astype(np.float64) * scale + middle, top, scale)


def _magnitude(values: NDArray[Any], top: int, most: float | None) -> _Levels:
    scale = _scale(values, top, most)
    return _Levels(np.abs(values.astype(np.float64)) * scale, top, scale)


def _scale(values: NDArray[Any], levels: int, most: float | None) -> float:
    """Return what stretches the largest absolute value to so many levels."""
    most = largest(values) if most is None else most
    return levels / most if most >= FAINT else 1.0


SIGNED: dict[str, Callable[[NDArray[Any], int, float | None], _Levels]] = {
    "clip": _clip,
    "zero-in-the-middle": _zero_in_the_middle,
    "magnitude": _magnitude,
}
