"""Named kernels: what photographers and vision people call a filter, as plain arrays.

Every kernel is written for cross-correlation, as `convpool.filter_image` applies it: not flipped. So ``sobel-x`` is
positive where brightness rises to the right, and ``sobel-y`` where it rises downwards. Shapes are (kh, kw).
To add a kernel: one function, one entry in `NAMES`.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Kernel = NDArray[np.float64] | NDArray[np.int64]


def _checked(size: int) -> int:
    """Return the size, or say which sizes have a middle."""
    if isinstance(size, bool) or not isinstance(size, int | np.integer):
        raise TypeError(f"size must be a whole number such as 3, not {size!r}")
    if size < 1 or size % 2 == 0:
        near = "1, 3 or 5" if size < 2 else f"{size - 1} or {size + 1}"
        raise ValueError(f"size must be odd and at least 1, so that a kernel has a middle: {size} came in, use {near}")
    return int(size)


def _sigma(size: int, sigma: float | None) -> float:
    """Return sigma in pixels; when it is not given, the one that OpenCV's getGaussianKernel takes for this size."""
    if sigma is None:
        return 0.3 * ((size - 1) * 0.5 - 1) + 0.8
    if not 0 < sigma < np.inf:
        raise ValueError(f"sigma must be a positive number of pixels, such as 1.5: {sigma} came in")
    return float(sigma)


def _offsets(size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far each tap is from the middle: down (size, 1) and to the right (1, size)."""
    steps = np.arange(size, dtype=np.float64) - size // 2
    return steps[:, None], steps[None, :]


def _integers(*rows: list[int]) -> NDArray[np.int64]:
    return np.array(rows, dtype=np.int64)


def identity(size: int = 3) -> NDArray[np.int64]:
    """One in the middle, zeros around it: the picture comes back as it was."""
    weights = np.zeros((_checked(size), size), dtype=np.int64)
    weights[size // 2, size // 2] = 1
    return weights


def box(size: int = 3) -> NDArray[np.float64]:
    """The mean of the window (scipy.ndimage.uniform_filter, cv2.blur)."""
    return np.full((_checked(size), size), 1 / size**2)


def gaussian(size: int = 5, sigma: float | None = None) -> NDArray[np.float64]:
    """The normal distribution, sampled at the taps and scaled to sum 1 (cv2.getGaussianKernel)."""
    down, right = _offsets(_checked(size))
    weights = np.exp(-(down**2 + right**2) / (2 * _sigma(size, sigma) ** 2))
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def sharpen() -> NDArray[np.int64]:
    """The picture minus its `laplacian`: each pixel moves away from its four neighbours."""
    return _integers([0, -1, 0], [-1, 5, -1], [0, -1, 0])


def unsharp(size: int = 5, amount: float = 1.0) -> NDArray[np.float64]:
    """Unsharp masking: the picture plus `amount` of what a binomial blur takes away; size 5 is the known 476/256."""
    row = np.array([1.0])
    for _ in range(_checked(size) - 1):
        row = np.convolve(row, [0.5, 0.5])
    return np.asarray((1 + amount) * identity(size) - amount * np.outer(row, row), dtype=np.float64)


def edge() -> NDArray[np.int64]:
    """Each pixel against its eight neighbours: the eight-neighbour Laplacian, positive on bright details."""
    return _integers([-1, -1, -1], [-1, 8, -1], [-1, -1, -1])


def emboss() -> NDArray[np.int64]:
    """A relief lit from the top left; the sum is 1, so plain surfaces keep their brightness."""
    return _integers([-2, -1, 0], [-1, 1, 1], [0, 1, 2])


def sobel_x() -> NDArray[np.int64]:
    """Sobel's derivative, positive where brightness rises to the right (cv2.Sobel with dx=1)."""
    return _integers([-1, 0, 1], [-2, 0, 2], [-1, 0, 1])


def sobel_y() -> NDArray[np.int64]:
    """Sobel's derivative, positive where brightness rises downwards (cv2.Sobel with dy=1)."""
    return sobel_x().T.copy()


def prewitt_x() -> NDArray[np.int64]:
    """Prewitt's derivative, positive where brightness rises to the right (scipy.ndimage.prewitt with axis=1)."""
    return _integers([-1, 0, 1], [-1, 0, 1], [-1, 0, 1])


def prewitt_y() -> NDArray[np.int64]:
    """Prewitt's derivative, positive where brightness rises downwards (scipy.ndimage.prewitt with axis=0)."""
    return prewitt_x().T.copy()


def scharr_x() -> NDArray[np.int64]:
    """Scharr's derivative, nearly the same in every direction, positive to the right (cv2.Scharr with dx=1)."""
    return _integers([-3, 0, 3], [-10, 0, 10], [-3, 0, 3])


def scharr() -> NDArray[np.int64]:
    """The same as scharr-x."""
    return scharr_x()


def scharr_y() -> NDArray[np.int64]:
    """Scharr's derivative, positive where brightness rises downwards (cv2.Scharr with dy=1)."""
    return scharr_x().T.copy()


def laplacian() -> NDArray[np.int64]:
    """The sum of the second derivatives, negative on bright details (cv2.Laplacian, scipy.ndimage.laplace)."""
    return _integers([0, 1, 0], [1, -4, 1], [0, 1, 0])


def laplacian_of_gaussian(size: int = 9, sigma: float | None = None) -> NDArray[np.float64]:
    """The Laplacian of a Gaussian, shifted to sum 0 so that plain surfaces give 0 (MATLAB's fspecial log)."""
    variance = _sigma(_checked(size), sigma) ** 2
    down, right = _offsets(size)
    weights = gaussian(size, sigma) * (down**2 + right**2 - 2 * variance) / variance**2
    return np.asarray(weights - weights.mean(), dtype=np.float64)


def motion(size: int = 9, angle: float = 0.0) -> NDArray[np.float64]:
    """A camera moved `size` pixels at `angle` degrees, counter-clockwise from the right (MATLAB's fspecial motion)."""
    if not np.isfinite(angle):
        raise ValueError(f"angle must be a number of degrees, such as 45: {angle} came in")
    down, right = _offsets(_checked(size))
    turned = np.deg2rad(angle)
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
    return {word: value.default for word, value in inspect.signature(_named(name)).parameters.items()}


def kernel(name: str, size: int | None = None, **values: float | None) -> Kernel:
    """Return the kernel with this name.

    Parameters
    ----------
    name : str
        One of `NAMES`; capitals, spaces and underscores do not matter.
    size : int, optional
        Rows and columns, odd, for kernels that come in sizes. None is the kernel's own default.
    **values : float, optional
        `sigma` (pixels), `angle` (degrees) or `amount`, for kernels that take them; None is the default.

    Returns
    -------
    ndarray
        The weights (kh, kw), int64 or float64, for cross-correlation; a new array each time.

    Raises
    ------
    ValueError
        If the name is unknown, the kernel does not take a keyword, or the value has no meaning.

    Examples
    --------
    >>> kernel("sobel-x")
    array([[-1,  0,  1],
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
