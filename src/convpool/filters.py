"""Named kernels: what photographers and vision people call a filter, as arrays.

Every kernel is written for cross-correlation, as `convpool.filter_image` applies it: not flipped.
So ``sobel-x`` is positive where brightness rises to the right, and ``sobel-y`` where it rises
downwards. Shapes are (kh, kw). Float images keep their dtype with them, as with Python's numbers,
also where the kernels are views such as ``sharpen()[..., None, None]``; arithmetic on them gives
plain arrays. To add a kernel: one function, one entry in `NAMES`.
"""

from __future__ import annotations

import difflib
import inspect
import math
from collections.abc import Callable
from functools import wraps
from numbers import Real
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from convpool.plans.dtypes import NamedKernel

Kernel = NDArray[np.float64] | NDArray[np.int64]
Words = ParamSpec("Words")
Weights = TypeVar("Weights", bound=NDArray[Any])


LARGEST_SIZE = 4095  # rows and columns: 134 MB of weights
SMALLEST_SIGMA = 0.01  # pixels; a neighbour's weight is exp(-5000)
LARGEST_AMOUNT = 1e6  # far below where 1 + amount - amount is no longer 1

# what cv2.getGaussianKernel takes for small sizes where no sigma is named: binomials, and one that
# is near
WITHOUT_SIGMA = {
    1: [1],
    3: [1, 2, 1],
    5: [1, 4, 6, 4, 1],
    7: [2, 7, 14, 18, 14, 7, 2],
    9: [4, 13, 30, 51, 60, 51, 30, 13, 4],
}


def _following(make: Callable[Words, Weights]) -> Callable[Words, Weights]:
    """Return a function whose kernels follow the dtype of float images."""

    @wraps(make)
    def following(*words: Words.args, **named: Words.kwargs) -> Weights:
        return make(*words, **named).view(NamedKernel)  # type: ignore[return-value]

    return following


def _checked(size: int) -> int:
    """Return the size, or say which sizes have a middle."""
    if isinstance(size, bool) or not isinstance(size, int | np.integer):
        raise TypeError(f"size must be a whole number such as 3, not {size!r}")
    if size > LARGEST_SIZE:
        raise ValueError(_too_large(f"size is {size}", f"{LARGEST_SIZE} at most"))
    if size < 1 or size % 2 == 0:
        near = "1, 3 or 5" if size < 2 else f"{size - 1} or {size + 1}"
        raise ValueError(
            f"size must be odd and at least 1, so that a kernel has a middle: {size} came in, "
            f"use {near}"
        )
    return int(size)


def _too_large(value: str, enough: str) -> str:
    return (
        f"{value}, but kernels go up to {LARGEST_SIZE} x {LARGEST_SIZE}: take {enough}, or make "
        "the picture smaller first (convpool.pool with mode='avg')"
    )


def _number(value: float, name: str, such_as: str) -> float:
    """Return a number that is finite."""
    if (
        isinstance(value, bool)
        or not isinstance(value, Real | np.number)
        or isinstance(value, np.complexfloating)
    ):
        raise TypeError(f"{name} must be {such_as}, not {value!r}")
    try:
        number = float(value)
    except OverflowError:  # a whole number beyond all floats
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{name} must be {such_as}: {value} came in")
    return number


def _width(sigma: float) -> float:
    """Return sigma in pixels, checked."""
    number = _number(sigma, "sigma", "a positive number of pixels, such as 1.5")
    if number <= 0:
        raise ValueError(f"sigma must be a positive number of pixels, such as 1.5: {sigma} came in")
    if number < SMALLEST_SIGMA:
        raise ValueError(
            f"sigma must be {SMALLEST_SIGMA} pixels or more: {sigma} came in, which would change "
            "no pixel, as the kernel identity does"
        )
    if number > LARGEST_SIZE:
        raise ValueError(_too_large(f"sigma is {sigma}", f"a sigma of {LARGEST_SIZE // 8} at most"))
    return number


def default_size(sigma: float, truncate: float = 4.0) -> int:
    """Return the size of a Gaussian that reaches `truncate` times sigma to each side: 2 * ceil(truncate * sigma) + 1.

    Examples
    --------
    >>> default_size(5), default_size(1.5, truncate=3)
    (41, 11)
    """
    width, reach = (
        _width(sigma),
        _number(truncate, "truncate", "a positive number of sigmas, such as 4"),
    )
    if reach <= 0:
        raise ValueError(
            f"truncate must be a positive number of sigmas, such as 4: {truncate} came in"
        )
    half = LARGEST_SIZE // 2
    if reach * width > half:
        named = f"sigma is {sigma}" + ("" if truncate == 4 else f" and truncate {truncate}")
        enough = (
            f"a sigma of {int(half / reach)} at most" if reach <= half else "a smaller truncate"
        )
        raise ValueError(_too_large(f"{named}, {reach * width:.5g} pixels to each side", enough))
    return 2 * math.ceil(reach * width) + 1


def effective_sigma(size: int, sigma: float) -> float:
    """Return the standard deviation of what is left of a Gaussian on so many taps.

    Examples
    --------
    >>> round(effective_sigma(5, sigma=5), 2), round(effective_sigma(41, sigma=5), 2)
    (1.39, 5.0)
    """
    row = _row(_checked(size), _width(sigma))
    return float(np.sqrt(row @ (np.arange(size) - size // 2) ** 2))


def _sizes(size: int | None, sigma: float | None, truncate: float, usual: int) -> tuple[int, float]:
    """Return size and sigma in pixels; each follows from the other where it is not given, as in OpenCV."""
    if sigma is None:
        taps = _checked(usual if size is None else size)
        return taps, 0.3 * ((taps - 1) * 0.5 - 1) + 0.8
    largest = default_size(sigma, truncate) if size is None else _checked(size)
    return largest, _width(sigma)


def _row(size: int, sigma: float) -> NDArray[np.float64]:
    """Return a Gaussian of one axis that sums to 1."""
    weights = np.exp(-(((np.arange(size) - size // 2) / sigma) ** 2) / 2)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _offsets(size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far each tap is from the middle: down (size, 1) and to the right (1, size)."""
    steps = np.arange(size, dtype=np.float64) - size // 2
    return steps[:, None], steps[None, :]


def _integers(*rows: list[int]) -> NDArray[np.int64]:
    return np.array(rows, dtype=np.int64)


@_following
def identity(size: int = 3) -> NDArray[np.int64]:
    """One in the middle, zeros around it: the picture comes back as it was."""
    weights = np.zeros((_checked(size), size), dtype=np.int64)
    weights[size // 2, size // 2] = 1
    return weights


@_following
def box(size: int = 3) -> NDArray[np.float64]:
    """The mean of the window (scipy.ndimage.uniform_filter, cv2.blur)."""
    return np.full((_checked(size), size), 1 / size**2)


@_following
def gaussian(
    sigma: float | None = None, truncate: float = 4.0, *, size: int | None = None
) -> NDArray[np.float64]:
    """The normal distribution, sampled at the taps and scaled to sum 1 (cv2.getGaussianKernel).

    Its size is 2 * ceil(truncate * sigma) + 1. A smaller `size` cuts it off: what is left has the
    `effective_sigma`. Without sigma it is what OpenCV takes for the size, 5 if there is none: 1 4 6
    4 1, over 16, on each axis.
    """
    taps, width = _sizes(size, sigma, truncate, usual=5)
    if sigma is None and taps in WITHOUT_SIGMA:
        row = np.array(WITHOUT_SIGMA[taps], dtype=np.float64)
        row /= row.sum()
    else:
        row = _row(taps, width)
    return np.outer(row, row)


@_following
def sharpen() -> NDArray[np.int64]:
    """The picture minus its `laplacian`: each pixel moves away from its four neighbours."""
    return _integers([0, -1, 0], [-1, 5, -1], [0, -1, 0])


@_following
def unsharp(size: int = 5, amount: float = 1.0) -> NDArray[np.float64]:
    """Unsharp masking: the picture plus `amount` of what a binomial blur takes away; size 5 is the known 476/256."""
    _checked(size)
    strength = _number(amount, "amount", "a number such as 1.5")
    if abs(strength) > LARGEST_AMOUNT:
        raise ValueError(
            f"amount must be a number such as 1.5, up to {LARGEST_AMOUNT:.0f}: {amount} came in"
        )
    row = np.array([1.0])
    for _ in range(size - 1):
        row = np.convolve(row, [0.5, 0.5])
    return np.asarray(
        (1 + strength) * identity(size) - strength * np.outer(row, row), dtype=np.float64
    )


@_following
def edge() -> NDArray[np.int64]:
    """Each pixel against its eight neighbours: the eight-neighbour Laplacian, positive on bright details."""
    return _integers([-1, -1, -1], [-1, 8, -1], [-1, -1, -1])


@_following
def emboss() -> NDArray[np.int64]:
    """A relief lit from the top left; the sum is 1, so plain surfaces keep their brightness."""
    return _integers([-2, -1, 0], [-1, 1, 1], [0, 1, 2])


@_following
def sobel_x() -> NDArray[np.int64]:
    """Sobel's derivative, positive where brightness rises to the right (cv2.Sobel with dx=1)."""
    return _integers([-1, 0, 1], [-2, 0, 2], [-1, 0, 1])


@_following
def sobel_y() -> NDArray[np.int64]:
    """Sobel's derivative, positive where brightness rises downwards (cv2.Sobel with dy=1)."""
    return sobel_x().T.copy()


@_following
def prewitt_x() -> NDArray[np.int64]:
    """Prewitt's derivative, positive where brightness rises to the right (scipy.ndimage.prewitt with axis=1)."""
    return _integers([-1, 0, 1], [-1, 0, 1], [-1, 0, 1])


@_following
def prewitt_y() -> NDArray[np.int64]:
    """Prewitt's derivative, positive where brightness rises downwards (scipy.ndimage.prewitt with axis=0)."""
    return prewitt_x().T.copy()


@_following
def scharr_x() -> NDArray[np.int64]:
    """Scharr's derivative, nearly the same in every direction, positive to the right (cv2.Scharr with dx=1)."""
    return _integers([-3, 0, 3], [-10, 0, 10], [-3, 0, 3])


@_following
def scharr() -> NDArray[np.int64]:
    """The same as scharr-x."""
    return scharr_x()


@_following
def scharr_y() -> NDArray[np.int64]:
    """Scharr's derivative, positive where brightness rises downwards (cv2.Scharr with dy=1)."""
    return scharr_x().T.copy()


@_following
def laplacian() -> NDArray[np.int64]:
    """The sum of the second derivatives, negative on bright details (cv2.Laplacian, scipy.ndimage.laplace)."""
    return _integers([0, 1, 0], [1, -4, 1], [0, 1, 0])


@_following
def laplacian_of_gaussian(
    sigma: float | None = None, truncate: float = 4.0, *, size: int | None = None
) -> NDArray[np.float64]:
    """The Laplacian of a Gaussian, shifted to sum 0 so that plain surfaces give 0 (MATLAB's fspecial log).

    Sizes follow sigma as in `gaussian`; without both it is 9 x 9 of sigma 1.7.
    """
    taps, width = _sizes(size, sigma, truncate, usual=9)
    down, right = _offsets(taps)
    row = _row(taps, width)
    weights = np.outer(row, row) * ((down / width) ** 2 + (right / width) ** 2 - 2) / width**2
    return np.asarray(weights - weights.mean(), dtype=np.float64)


@_following
def motion(size: int = 9, angle: float = 0.0) -> NDArray[np.float64]:
    """A camera moved `size` pixels at `angle` degrees, counter-clockwise from the right (MATLAB's fspecial motion)."""
    down, right = _offsets(_checked(size))
    turned = np.deg2rad(_number(angle, "angle", "a number of degrees, such as 45") % 360)
    along = right * np.cos(turned) - down * np.sin(turned)
    across = right * np.sin(turned) + down * np.cos(turned)
    beyond = np.maximum(np.abs(along) - size // 2, 0)
    weights = np.maximum(1 - np.hypot(across, beyond), 0)
    weights[weights < 1e-12] = 0  # what the cosine of a right angle leaves
    return np.asarray(weights / weights.sum(), dtype=np.float64)


NAMES: dict[str, Callable[..., Kernel]] = {
    "identity": identity,
    "box": box,
    "gaussian": gaussian,
    "motion": motion,
    "sharpen": sharpen,
    "unsharp": unsharp,
    "emboss": emboss,
    "edge": edge,
    "sobel-x": sobel_x,
    "sobel-y": sobel_y,
    "prewitt-x": prewitt_x,
    "prewitt-y": prewitt_y,
    "scharr": scharr,
    "scharr-x": scharr_x,
    "scharr-y": scharr_y,
    "laplacian": laplacian,
    "laplacian-of-gaussian": laplacian_of_gaussian,
}


def options(name: str) -> dict[str, Any]:
    """Return the keywords that a named kernel takes, with their defaults.

    Examples
    --------
    >>> options("motion")
    {'size': 9, 'angle': 0.0}
    """
    return {
        word: value.default for word, value in inspect.signature(_named(name)).parameters.items()
    }


def kernel(name: str, size: int | None = None, **values: float | None) -> Kernel:
    """Return the kernel with this name.

    Parameters
    ----------
    name : str
        One of `NAMES`; capitals, spaces and underscores do not matter.
    size : int, optional
        Rows and columns, odd, for kernels that come in sizes. None is the kernel's own default,
        which follows `sigma`.
    **values : float, optional
        `sigma` (pixels), `truncate` (sigmas), `angle` (degrees) or `amount`, for kernels that take
        them; None is the default.

    Returns
    -------
    ndarray
        The weights (kh, kw), int64 or float64, for cross-correlation; a new array each time. Float
        images keep their dtype with it.

    Raises
    ------
    ValueError
        If the name is unknown, the kernel does not take a keyword, or the value has no meaning.

    Examples
    --------
    >>> kernel("sobel-x")
    NamedKernel([[-1,  0,  1],
                 [-2,  0,  2],
                 [-1,  0,  1]])
    >>> kernel("box", 5).shape
    (5, 5)
    """
    given = {word: value for word, value in {"size": size, **values}.items() if value is not None}
    accepted = options(name)
    for word in given:
        if word not in accepted:
            takers = ", ".join(other for other in NAMES if word in options(other)) or "none"
            has = f"only {', '.join(accepted)}" if accepted else "it is fixed"
            raise ValueError(f"{name} takes no {word} ({has}); kernels that do: {takers}")
    return _named(name)(**given)


def _named(name: str) -> Callable[..., Kernel]:
    """Return the function of a name, or say which names there are."""
    plain = name.strip().lower().replace("_", "-").replace(" ", "-")
    if plain in NAMES:
        return NAMES[plain]
    near = difflib.get_close_matches(plain, NAMES, n=1)
    hint = f", did you mean {near[0]!r}?" if near else ";"
    raise ValueError(f"no kernel is named {name!r}{hint} there are: {', '.join(NAMES)}")
