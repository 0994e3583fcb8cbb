"""The numbers that say how large a named kernel is, read and checked: sizes and sigmas."""

from __future__ import annotations

import math
from numbers import Real

import numpy as np
from numpy.typing import NDArray

LARGEST_SIZE = 4095  # rows and columns, 134 MB of weights
DEFAULT_TRUNCATE = 4.0  # sigmas that a Gaussian reaches to each side
SMALLEST_SIGMA = 0.01  # pixels; with it, a neighbour's weight is exp(-5000), so 0

# size -> weights of cv2.getGaussianKernel without sigma, before they are scaled to sum 1
WITHOUT_SIGMA = {
    1: [1],
    3: [1, 2, 1],
    5: [1, 4, 6, 4, 1],
    7: [2, 7, 14, 18, 14, 7, 2],
    9: [4, 13, 30, 51, 60, 51, 30, 13, 4],
}


def check_size(size: int) -> int:
    """Return the argument `size` as an int; raise unless it is odd and from 1 to LARGEST_SIZE."""
    if isinstance(size, np.ndarray) and size.ndim:
        raise TypeError(
            f"size must be a whole number such as 3, not an array {size.shape}; to filter a "
            "picture with a kernel, pass both to convpool.filter_image"
        )
    if isinstance(size, bool) or not isinstance(size, int | np.integer):
        raise TypeError(f"size must be a whole number such as 3, not {size!r}")
    if size > LARGEST_SIZE:
        raise _size_error(f"size is {size}", f"{LARGEST_SIZE} at most")
    if size < 1 or size % 2 == 0:
        odd_sizes = "1, 3 or 5" if size < 2 else f"{size - 1} or {size + 1}"
        raise ValueError(
            f"size must be odd and at least 1, so that a kernel has a middle: {size} came in, "
            f"use {odd_sizes}"
        )
    return int(size)


def _size_error(subject: str, limit: str) -> ValueError:
    """Return the error for a kernel too large: subject "size is 5001", limit "4095 at most"."""
    return ValueError(
        f"{subject}, but kernels go up to {LARGEST_SIZE} x {LARGEST_SIZE}: take {limit}, or make "
        "the picture smaller first (convpool.pool with mode='avg')"
    )


def read_finite(value: float, name: str, requirement: str) -> float:
    """Return the argument `name` as a float; raise unless it is a finite real number.

    `requirement` says in the error what it must be, such as "a positive number of pixels".
    """
    if isinstance(value, np.ndarray) and value.ndim:
        raise TypeError(
            f"{name} must be {requirement}, not an array {value.shape}; to filter a picture with "
            "a kernel, pass both to convpool.filter_image"
        )
    is_number = isinstance(value, Real | np.number)
    if not is_number or isinstance(value, bool | np.complexfloating):
        raise TypeError(f"{name} must be {requirement}, not {value!r}")
    try:
        number = float(value)
    except OverflowError:  # a whole number beyond all floats
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{name} must be {requirement}: {value} came in")
    return number


def check_sigma(sigma: float) -> float:
    """Return the argument `sigma` as a float; raise unless SMALLEST_SIGMA to LARGEST_SIZE."""
    number = read_finite(sigma, "sigma", "a positive number of pixels, such as 1.5")
    if number <= 0:
        raise ValueError(f"sigma must be a positive number of pixels, such as 1.5: {sigma} came in")
    if number < SMALLEST_SIGMA:
        raise ValueError(
            f"sigma must be {SMALLEST_SIGMA} pixels or more: {sigma} came in, which would change "
            "no pixel, as the kernel identity does"
        )
    if number > LARGEST_SIZE:
        raise _size_error(f"sigma is {sigma}", f"a sigma of {LARGEST_SIZE // 8} at most")
    return number


def default_size(sigma: float, truncate: float = DEFAULT_TRUNCATE) -> int:
    """Return the size of a Gaussian that reaches `truncate` times sigma to each side.

    It is 2 * ceil(truncate * sigma) + 1.

    Examples
    --------
    >>> default_size(5), default_size(1.5, truncate=3)
    (41, 11)
    """
    sigma_pixels = check_sigma(sigma)
    sigmas_to_side = read_finite(truncate, "truncate", "a positive number of sigmas, such as 4")
    if sigmas_to_side <= 0:
        raise ValueError(
            f"truncate must be a positive number of sigmas, such as 4: {truncate} came in"
        )
    pixels_to_side, limit_to_side = sigmas_to_side * sigma_pixels, LARGEST_SIZE // 2
    if pixels_to_side > limit_to_side:
        is_default = truncate == DEFAULT_TRUNCATE
        subject = f"sigma is {sigma}" + ("" if is_default else f" and truncate {truncate}")
        limit = "a smaller truncate"
        if sigmas_to_side <= limit_to_side:
            limit = f"a sigma of {int(limit_to_side / sigmas_to_side)} at most"
        raise _size_error(f"{subject}, {pixels_to_side:.5g} pixels to each side", limit)
    return 2 * math.ceil(pixels_to_side) + 1


def effective_sigma(size: int, sigma: float) -> float:
    """Return the standard deviation of a Gaussian that is cut off after `size` taps.

    Examples
    --------
    >>> round(effective_sigma(5, sigma=5), 2), round(effective_sigma(41, sigma=5), 2)
    (1.39, 5.0)
    """
    row = gaussian_row(check_size(size), check_sigma(sigma))
    return float(np.sqrt(row @ (np.arange(size) - size // 2) ** 2))


def gaussian_row(size: int, sigma: float) -> NDArray[np.float64]:
    """Return the weights (size,) of a Gaussian on one axis, which sum to 1."""
    weights = np.exp(-(((np.arange(size) - size // 2) / sigma) ** 2) / 2)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def size_and_sigma(
    size: int | None, sigma: float | None, truncate: float, default: int
) -> tuple[int, float]:
    """Return (size, sigma) of a Gaussian: if one is None, it follows from the other.

    If both are None, the size is `default`. `truncate` is as in `default_size`.
    """
    if sigma is None:
        checked_size = check_size(default if size is None else size)
        return checked_size, 0.3 * ((checked_size - 1) * 0.5 - 1) + 0.8  # as OpenCV has it
    checked_size = default_size(sigma, truncate) if size is None else check_size(size)
    return checked_size, check_sigma(sigma)


def binomial_row(size: int) -> NDArray[np.float64]:
    """Return the binomial weights (size,), which sum to 1: 1 2 1 over 4."""
    row = np.array([1.0])
    for _ in range(size - 1):
        row = np.convolve(row, [0.5, 0.5])
    return row


def offsets_from_middle(size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (down, right), (size, 1) and (1, size): pixels below and right of the middle tap."""
    steps = np.arange(size, dtype=np.float64) - size // 2
    return steps[:, None], steps[None, :]
