"""Named kernels: what photographers and vision people call a filter, as arrays.

Every kernel is written for cross-correlation, as `convpool.filter_image` applies it: not flipped.
So ``sobel-x`` is positive where brightness rises to the right, and ``sobel-y`` where it rises
downwards. Shapes are (kh, kw). Float images keep their dtype with these kernels, and with views of
them such as ``sharpen()[..., None, None]``; arithmetic on them gives plain arrays. To add a kernel:
one function, one entry in `NAMES`.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.convolution import filter_image
from convpool.plans.arguments import Ints, Padding
from convpool.plans.filter_sizes import (
    DEFAULT_TRUNCATE,
    WITHOUT_SIGMA,
    binomial_row,
    check_size,
    gaussian_row,
    offsets_from_middle,
    read_finite,
    size_and_sigma,
)
from convpool.plans.filter_sizes import default_size as default_size
from convpool.plans.filter_sizes import effective_sigma as effective_sigma
from convpool.plans.foreign_calls import hint_for_call
from convpool.plans.kernel_factors import separate as separate
from convpool.plans.public_calls import public_call
from convpool.plans.result_dtypes import NamedKernel

Kernel = NDArray[np.float64] | NDArray[np.int64]
Arguments = ParamSpec("Arguments")
Weights = TypeVar("Weights", bound=NDArray[Any])

LARGEST_AMOUNT = 1e6  # of `unsharp`; with far larger ones, rounding errors are seen


def _named_kernel(function: Callable[Arguments, Weights]) -> Callable[Arguments, Weights]:
    """Make a function return a NamedKernel, with which float images keep their dtype."""

    @public_call
    @wraps(function)
    def make_named(*positional: Arguments.args, **keywords: Arguments.kwargs) -> Weights:
        return function(*positional, **keywords).view(NamedKernel)  # type: ignore[return-value]

    return make_named


def _integers(*rows: list[int]) -> NDArray[np.int64]:
    """Return rows of weights as an int64 array."""
    return np.array(rows, dtype=np.int64)


@_named_kernel
def identity(size: int = 3) -> NDArray[np.int64]:
    """One in the middle, zeros around it: the picture does not change."""
    weights = np.zeros((check_size(size), size), dtype=np.int64)
    weights[size // 2, size // 2] = 1
    return weights


@_named_kernel
def box(size: int = 3) -> NDArray[np.float64]:
    """The mean of the window (scipy.ndimage.uniform_filter, cv2.blur)."""
    return np.full((check_size(size), size), 1 / size**2)


@_named_kernel
def blur(size: int = 3) -> NDArray[np.float64]:
    """Binomial weights, 1 2 1 on each axis over 16: a soft blur, as the explorer has it."""
    row = binomial_row(check_size(size))
    return np.outer(row, row)


@_named_kernel
def gaussian(
    sigma: float | None = None, truncate: float = DEFAULT_TRUNCATE, *, size: int | None = None
) -> NDArray[np.float64]:
    """The normal distribution, sampled at the taps and scaled to sum 1 (cv2.getGaussianKernel).

    Its size is 2 * ceil(truncate * sigma) + 1. A smaller `size` cuts it off, and leaves the
    `effective_sigma`. Without sigma it is OpenCV's for the size; without both, 1 4 6 4 1 over 16 on
    each axis.
    """
    taps, sigma_pixels = size_and_sigma(size, sigma, truncate, default=5)
    if sigma is None and taps in WITHOUT_SIGMA:
        row = np.array(WITHOUT_SIGMA[taps], dtype=np.float64)
        row /= row.sum()
    else:
        row = gaussian_row(taps, sigma_pixels)
    return np.outer(row, row)


@_named_kernel
def sharpen() -> NDArray[np.int64]:
    """The picture minus its `laplacian`: each pixel moves away from its four neighbours."""
    return _integers([0, -1, 0], [-1, 5, -1], [0, -1, 0])


@_named_kernel
def unsharp(size: int = 5, amount: float = 1.0) -> NDArray[np.float64]:
    """Unsharp masking: the picture plus `amount` times what a binomial blur takes away."""
    check_size(size)
    strength = read_finite(amount, "amount", "a number such as 1.5")
    if abs(strength) > LARGEST_AMOUNT:
        raise ValueError(
            f"amount must be a number such as 1.5, up to {LARGEST_AMOUNT:.0f}: {amount} came in"
        )
    row = binomial_row(size)
    return np.asarray(
        (1 + strength) * identity(size) - strength * np.outer(row, row), dtype=np.float64
    )


@_named_kernel
def edge() -> NDArray[np.int64]:
    """The Laplacian of eight neighbours, positive on bright details."""
    return _integers([-1, -1, -1], [-1, 8, -1], [-1, -1, -1])


@_named_kernel
def emboss() -> NDArray[np.int64]:
    """A relief lit from the top left; the sum is 1, so plain surfaces keep their brightness."""
    return _integers([-2, -1, 0], [-1, 1, 1], [0, 1, 2])


@_named_kernel
def relief() -> NDArray[np.int64]:
    """As `emboss`, but the sum is 0: plain surfaces become middle grey."""
    return _integers([-2, -1, 0], [-1, 0, 1], [0, 1, 2])


@_named_kernel
def edges() -> NDArray[np.int64]:
    """Vertical edges, positive where brightness falls to the right, as the explorer has them."""
    return _integers([1, 0, -1], [1, 0, -1], [1, 0, -1])


@_named_kernel
def shift() -> NDArray[np.int64]:
    """One in the top left, zeros elsewhere: the picture moves a pixel down and to the right."""
    return _integers([1, 0, 0], [0, 0, 0], [0, 0, 0])


@_named_kernel
def sobel_x() -> NDArray[np.int64]:
    """Sobel's derivative, positive where brightness rises to the right (cv2.Sobel with dx=1)."""
    return _integers([-1, 0, 1], [-2, 0, 2], [-1, 0, 1])


@_named_kernel
def sobel_y() -> NDArray[np.int64]:
    """Sobel's derivative, positive where brightness rises downwards (cv2.Sobel with dy=1)."""
    return sobel_x().T.copy()


@_named_kernel
def prewitt_x() -> NDArray[np.int64]:
    """Prewitt's derivative, positive where brightness rises to the right."""
    return _integers([-1, 0, 1], [-1, 0, 1], [-1, 0, 1])


@_named_kernel
def prewitt_y() -> NDArray[np.int64]:
    """Prewitt's derivative, positive where brightness rises downwards."""
    return prewitt_x().T.copy()


@_named_kernel
def scharr_x() -> NDArray[np.int64]:
    """Scharr's derivative, positive where brightness rises to the right (cv2.Scharr with dx=1)."""
    return _integers([-3, 0, 3], [-10, 0, 10], [-3, 0, 3])


scharr = scharr_x


@_named_kernel
def scharr_y() -> NDArray[np.int64]:
    """Scharr's derivative, positive where brightness rises downwards (cv2.Scharr with dy=1)."""
    return scharr_x().T.copy()


@_named_kernel
def laplacian() -> NDArray[np.int64]:
    """The sum of the second derivatives, negative on bright details (scipy.ndimage.laplace)."""
    return _integers([0, 1, 0], [1, -4, 1], [0, 1, 0])


@_named_kernel
def laplacian_of_gaussian(
    sigma: float | None = None, truncate: float = DEFAULT_TRUNCATE, *, size: int | None = None
) -> NDArray[np.float64]:
    """The Laplacian of a Gaussian, shifted to sum 0 so that plain surfaces give 0.

    It is MATLAB's fspecial log. Sizes follow sigma as in `gaussian`; without both, it is 9 x 9 with
    a sigma of 1.7.
    """
    taps, sigma_pixels = size_and_sigma(size, sigma, truncate, default=9)
    down, right = (offsets / sigma_pixels for offsets in offsets_from_middle(taps))
    row = gaussian_row(taps, sigma_pixels)
    weights = np.outer(row, row) * (down**2 + right**2 - 2) / sigma_pixels**2
    return np.asarray(weights - weights.mean(), dtype=np.float64)


@_named_kernel
def gaussian_x(
    sigma: float | None = None, truncate: float = DEFAULT_TRUNCATE, *, size: int | None = None
) -> NDArray[np.float64]:
    """The derivative of a `gaussian`, positive where brightness rises to the right.

    It is scipy.ndimage.gaussian_filter with order (0, 1). Sizes follow sigma as in `gaussian`.
    """
    taps, sigma_pixels = size_and_sigma(size, sigma, truncate, default=5)
    row = gaussian_row(taps, sigma_pixels)
    _, to_the_right = offsets_from_middle(taps)
    return np.outer(row, row * to_the_right[0] / sigma_pixels**2)


@_named_kernel
def gaussian_y(
    sigma: float | None = None, truncate: float = DEFAULT_TRUNCATE, *, size: int | None = None
) -> NDArray[np.float64]:
    """The derivative of a `gaussian`, positive where brightness rises downwards."""
    return gaussian_x(sigma, truncate, size=size).T.copy()


@_named_kernel
def motion(size: int = 9, angle: float = 0.0) -> NDArray[np.float64]:
    """A camera moved `size` pixels at an angle in degrees, counter-clockwise from the right."""
    down, right = offsets_from_middle(check_size(size))
    radians = np.deg2rad(read_finite(angle, "angle", "a number of degrees, such as 45") % 360)
    # the weight of a tap falls from 1 on the line of the motion to 0 at a distance of one pixel
    along = right * np.cos(radians) - down * np.sin(radians)
    across = right * np.sin(radians) + down * np.cos(radians)
    beyond_end = np.maximum(np.abs(along) - size // 2, 0)
    weights = np.maximum(1 - np.hypot(across, beyond_end), 0)
    weights[weights < 1e-12] = 0  # rounding errors of right angles
    return np.asarray(weights / weights.sum(), dtype=np.float64)


NAMES: dict[str, Callable[..., Kernel]] = {
    "identity": identity,
    "shift": shift,
    "box": box,
    "blur": blur,
    "gaussian": gaussian,
    "motion": motion,
    "sharpen": sharpen,
    "unsharp": unsharp,
    "emboss": emboss,
    "relief": relief,
    "edge": edge,
    "edges": edges,
    "sobel-x": sobel_x,
    "sobel-y": sobel_y,
    "prewitt-x": prewitt_x,
    "prewitt-y": prewitt_y,
    "scharr": scharr,
    "scharr-x": scharr_x,
    "scharr-y": scharr_y,
    "gaussian-x": gaussian_x,
    "gaussian-y": gaussian_y,
    "laplacian": laplacian,
    "laplacian-of-gaussian": laplacian_of_gaussian,
}
# other words -> the name of the kernel
ALIASES = {"average": "box", "mean": "box", "log": "laplacian-of-gaussian"}
# what is two kernels: the magnitude of both results shows edges of every direction
MAGNITUDES = {"sobel": ("sobel-x", "sobel-y"), "prewitt": ("prewitt-x", "prewitt-y")}


def sobel(
    image: Any,
    padding: Padding = "same",
    stride: Ints = 1,
    *,
    round_to: DTypeLike | None = None,
    out: Any = None,
    channel_axis: int | None = None,
    **keywords: Any,
) -> Any:
    """Return how steep brightness is: the magnitude of `sobel_x` and `sobel_y` of one picture.

    Parameters
    ----------
    image
        (h, w) or (h, w, c), or as `channel_axis` says.
    padding, stride, channel_axis, **keywords
        As in `convpool.filter_image`, which mirrors the border without repeating its edge
        (pad_mode="reflect"); `flip` changes nothing.
    round_to, out
        As in `convpool.filter_image`, for the magnitude.

    Returns
    -------
    of the shape and dtype of `filter_image`'s result, but float64 for integers: sqrt(x^2 + y^2)

    Examples
    --------
    >>> sobel(np.array([[0, 0, 3], [0, 0, 3], [0, 0, 3]]))[1].tolist()
    [0.0, 12.0, 0.0]
    """
    keywords["channel_axis"] = channel_axis
    derivatives = (
        filter_image(image, kernel(), padding, stride, **keywords) for kernel in (sobel_x, sobel_y)
    )
    magnitude = np.hypot(*derivatives)
    if round_to is None and out is None:
        return magnitude
    # a kernel that changes nothing, so that the magnitude is rounded and written to `out`
    one = np.ones((1, 1), magnitude.dtype)
    return filter_image(magnitude, one, round_to=round_to, out=out, channel_axis=channel_axis)


def options(name: str) -> dict[str, Any]:
    """Return keyword -> default for the keywords that the kernel of this name takes.

    Examples
    --------
    >>> options("motion")
    {'size': 9, 'angle': 0.0}
    """
    return {
        word: parameter.default
        for word, parameter in inspect.signature(_function(name)).parameters.items()
    }


def kernel(name: str, size: int | None = None, **values: float | None) -> Kernel:
    """Return the kernel with this name.

    Parameters
    ----------
    name : str
        One of `NAMES`; capitals, spaces and underscores do not matter.
    size : int, optional
        Rows and columns, odd, of kernels that have several sizes. None is the kernel's default,
        which follows `sigma`.
    **values : float, optional
        `sigma` (pixels), `truncate` (sigmas), `angle` (degrees) or `amount`, for kernels that take
        them; None is the default.

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
    NamedKernel([[-1,  0,  1],
                 [-2,  0,  2],
                 [-1,  0,  1]])
    """
    keywords = {
        keyword: value for keyword, value in {"size": size, **values}.items() if value is not None
    }
    accepted = options(name)
    for keyword in keywords:
        if keyword not in accepted:
            takers = ", ".join(other for other in NAMES if keyword in options(other)) or "none"
            accepts = f"only {', '.join(accepted)}" if accepted else "it is fixed"
            raise ValueError(f"{name} takes no {keyword} ({accepts}); kernels that do: {takers}")
    return _function(name)(**keywords)


def __getattr__(name: str) -> Any:
    """Raise AttributeError for a name that is not here; the text says which one it may mean."""
    names = [other.replace("-", "_") for other in NAMES]
    hint = "" if name.startswith("_") else hint_for_call(name, names)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{hint}")


def _function(name: str) -> Callable[..., Kernel]:
    """Return the function that makes the kernel of this name; ValueError lists all names."""
    canonical_name = name.strip().lower().replace("_", "-").replace(" ", "-")
    canonical_name = ALIASES.get(canonical_name, canonical_name)
    if canonical_name in NAMES:
        return NAMES[canonical_name]
    if canonical_name in MAGNITUDES:
        both = " and ".join(MAGNITUDES[canonical_name])
        raise ValueError(f"{name!r} is two kernels: take {both}, or filters.sobel(image) for both")
    matches = difflib.get_close_matches(canonical_name, NAMES, n=1)
    hint = f", did you mean {matches[0]!r}?" if matches else ";"
    raise ValueError(f"no kernel is named {name!r}{hint} there are: {', '.join(NAMES)}")
