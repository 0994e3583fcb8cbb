"""From the arguments of `explain` to an Explanation: a plan, its frames and the library's call."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convpool.explanation.explanation import Explanation
from convpool.explanation.frames import EAGER_RESULTS
from convpool.explanation.kernel_frames import ConvolutionFrames, TransposedFrames
from convpool.explanation.pooling_frames import PoolingFrames
from convpool.plans import arguments as argument_checks
from convpool.plans import arrays
from convpool.plans.make_convolution import plan_convolution, plan_transposed
from convpool.plans.make_pooling import plan_pooling
from convpool.windows import volume

Array = NDArray[Any]
Arguments = dict[str, Any]

# kind of call -> the arguments that not every kind takes, with their defaults
SPECIFIC: dict[str, Arguments] = {
    "convolution": {"groups": 1, "pad_mode": "zeros", "fill": 0, "flip": False},
    "pooling": {"ceil": False, "count_padding": False, "p": 2},
    "transposed": {"groups": 1, "output_padding": 0},
}
# kind of call -> how `explain` is asked for it, for error messages
REQUESTS = {"convolution": "a convolution", "pooling": 'pool="max"', "transposed": "transpose=True"}


def make_explanation(
    images: ArrayLike,
    kernel: ArrayLike,
    pool: str | None,
    arguments: Arguments,
    *,
    is_transposed: bool,
) -> Explanation:
    """Return the explanation of a call.

    Parameters
    ----------
    images, kernel, pool
        As in `explain`.
    arguments
        The other arguments of `explain` by name; without those that are None.
    is_transposed
        The argument `transpose` of `explain`.
    """
    if pool is not None and is_transposed:
        raise ValueError(f"pool is {pool!r} and transpose is True; explain one of them")
    kind = "pooling" if pool is not None else "transposed" if is_transposed else "convolution"
    arguments = _arguments_of(kind, arguments)
    array = arrays.read_in_memory(images, "images", "explain")
    if kind == "pooling":
        explanation = _pooling(_one_image(array), kernel, pool, arguments)
    else:
        weights = arrays.read_array(kernel, "kernel")
        image, kernels = _operands(array, weights, is_transposed=is_transposed)
        explanation = WITH_KERNELS[kind](image, kernels, arguments)
    if volume(explanation.plan.output_shape) <= EAGER_RESULTS:
        _ = explanation.result  # so that errors of the call are raised now, not on first access
    return explanation


def _arguments_of(kind: str, arguments: Arguments) -> Arguments:
    """Return the arguments that a kind of call takes.

    An argument that only other kinds take is left out if it has its default value; otherwise
    ValueError.
    """
    accepted = {}
    for name, value in arguments.items():
        # empty for an argument that every kind takes
        kinds_with_it = [owner for owner, defaults in SPECIFIC.items() if name in defaults]
        if not kinds_with_it or kind in kinds_with_it:
            accepted[name] = value
        elif value != SPECIFIC[kinds_with_it[0]][name]:  # the default is the same in all of them
            requests = " or ".join(REQUESTS[owner] for owner in kinds_with_it)
            raise ValueError(f"{name} goes with {requests}; leave it out here")
    return accepted


def _one_image(images: Array) -> Array:
    """Return one image (h, w), (h, w, c), (1, h, w, c) or one line (w,) as (1, *spatial, c).

    Raises ValueError for other shapes; three axes are always (h, w, c).
    """
    if images.ndim in (1, 2):
        return images[None, ..., None]
    if images.ndim == 3:
        return images[None]
    if images.ndim == 5:
        raise ValueError(
            f"images are {images.shape}, with three spatial axes; explain draws two: pass "
            "images[0, 0]"
        )
    if images.ndim != 4:
        raise ValueError(
            f"images are {images.shape}; explain takes one image (h, w), (h, w, c) or (1, h, w, c)"
        )
    if len(images) != 1:
        raise ValueError(
            f"images are {images.shape}, {len(images)} of them; explain shows one: pass images[0]"
        )
    return images


def _operands(images: Array, kernel: Array, *, is_transposed: bool) -> tuple[Array, Array]:
    """Return (image, kernels) as (1, *spatial, channels) and (*window, c // groups, nc).

    The channels of the image are c, or nc for a transposed convolution. The kernel may lack its
    last axis, or its last two; they get one entry. Raises ValueError if its axes do not fit those
    of the image.
    """
    image = _one_image(images)
    rank, missing_axes = image.ndim - 2, image.ndim - kernel.ndim  # rank: of the spatial axes
    if missing_axes not in (0, 1, 2) or kernel.ndim < rank:
        raise ValueError(
            f"kernel is {kernel.shape}, but the image is {images.shape}; it takes "
            + ("(k,)" if rank == 1 else "(kh, kw), (kh, kw, c) or (kh, kw, c // groups, nc)")
        )
    c = image.shape[-1]
    if missing_axes == 2 and c > 1 and not is_transposed:
        raise ValueError(
            f"kernel is {kernel.shape}, but images {images.shape} have {c} channels, each of "
            f"which takes weights of its own: give {(*kernel.shape, c)}, as np.stack([kernel] * "
            f"{c}, axis=-1) for the same in each"
        )
    return image, kernel.reshape(kernel.shape + (1,) * missing_axes)


def _convolution(images: Array, kernels: Array, arguments: Arguments) -> Explanation:
    """Explain a convolution of (1, *spatial, c) with (*window, c // groups, nc)."""
    plan = plan_convolution(
        images.shape,
        kernels.shape,
        **arguments,
        kernel_layout="HWIO",
        images_dtype=images.dtype,
        kernels_dtype=kernels.dtype,
    )
    is_flipped = arguments["flip"]
    applied = np.flip(kernels, tuple(range(len(plan.axes)))) if is_flipped else kernels
    frames = ConvolutionFrames(
        image=images[0],
        axes=plan.axes,
        dtype=plan.accumulation,
        kernels=applied,
        groups=plan.groups,
        pad_mode=plan.pad_mode,
        fill=np.asarray(plan.fill).item(),
    )
    return Explanation(plan, frames, applied, partial(plan.run, images, kernels))


def _transposed(images: Array, kernels: Array, arguments: Arguments) -> Explanation:
    """Explain a transposed convolution of (1, *spatial, nc) with (*window, c // groups, nc).

    The images are its input, whose channels belong to the kernels.
    """
    plan = plan_transposed(
        images.shape,
        kernels.shape,
        **arguments,
        kernel_layout="HWIO",
        images_dtype=images.dtype,
        kernels_dtype=kernels.dtype,
    )
    frames = TransposedFrames(images[0], plan.axes, plan.accumulation, kernels, plan.groups)
    return Explanation(plan, frames, kernels, partial(plan.run, images, kernels))


def _pooling(images: Array, window: Any, mode: Any, arguments: Arguments) -> Explanation:
    """Explain a pooling of (1, *spatial, c)."""
    # expanded here: `plan_pooling` refuses one number for (1, w, c), which could be a picture
    window = argument_checks.read_per_axis(window, images.ndim - 2, "kernel_shape")
    plan = plan_pooling(images.shape, window, mode=mode, **arguments, images_dtype=images.dtype)
    frames = PoolingFrames(
        image=images[0],
        axes=plan.axes,
        dtype=plan.accumulation,
        mode=plan.mode,
        count_padding=plan.count_padding,
        p=plan.p,
    )
    return Explanation(plan, frames, None, partial(plan.run, images))


# kind of call -> its explanation, from images (1, *spatial, channels), one image in each case, and
# kernels (*window, c // groups, nc)
WITH_KERNELS: dict[str, Callable[[Array, Array, Arguments], Explanation]] = {
    "convolution": _convolution,
    "transposed": _transposed,
}
