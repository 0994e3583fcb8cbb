"""The words of a call of `explain`, read once, become a plan and its frames."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convpool.explanation.explanation import Explanation
from convpool.explanation.frames import AT_ONCE
from convpool.explanation.kernel_frames import Convolving, Scattering
from convpool.explanation.pooling_frames import Pooling
from convpool.plans import arguments, arrays
from convpool.plans.make import plan_convolution, plan_pooling, plan_transposed
from convpool.windows import volume

Array = NDArray[Any]

# the words that belong to each kind alone, with what they are when nobody says them
OWN: dict[str, dict[str, Any]] = {
    "convolution": {"groups": 1, "pad_mode": "zeros", "fill": 0, "flip": False},
    "pooling": {"ceil": False, "count_padding": False, "p": 2},
    "transposed": {"groups": 1, "output_padding": 0},
}
HOW = {"convolution": "a convolution", "pooling": 'pool="max"', "transposed": "transpose=True"}


def explained(
    images: ArrayLike,
    kernel: ArrayLike,
    pool: str | None,
    transpose: bool,
    shared: dict[str, Any],
    own: dict[str, Any],
) -> Explanation:
    """Explain a call: `shared` are the words that every kind takes, `own` those of which some do."""
    if pool is not None and transpose:
        raise ValueError(f"pool is {pool!r} and transpose is True; explain one of them")
    kind = "pooling" if pool is not None else "transposed" if transpose else "convolution"
    _check_own(kind, own)
    words = shared | {name: own[name] for name in OWN[kind]}
    array = arrays.read_in_memory(images, "images", "explain")
    if kind == "pooling":
        made = _pooling(_one_image(array), kernel, pool, words)
    else:
        made = EXPLAINED[kind](
            *_operands(array, arrays.read_array(kernel, "kernel"), transpose), words
        )
    if volume(made.plan.output_shape) <= AT_ONCE:
        _ = made.result  # raises what the call would
    return made


def _check_own(kind: str, given: dict[str, Any]) -> None:
    for name, value in given.items():
        homes = [home for home, own in OWN.items() if name in own]
        if kind not in homes and value != OWN[homes[0]][name]:
            raise ValueError(
                f"{name} goes with {' or '.join(HOW[home] for home in homes)}; leave it out here"
            )


def _one_image(images: Array) -> Array:
    """Return an image as (1, *spatial, c)."""
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


def _operands(images: Array, kernel: Array, transpose: bool) -> tuple[Array, Array]:
    """Return one image (1, *spatial, c) and kernels (*window, depth, nc)."""
    image = _one_image(images)
    rank, missing = image.ndim - 2, image.ndim - kernel.ndim
    if missing not in (0, 1, 2) or kernel.ndim < rank:
        raise ValueError(
            f"kernel is {kernel.shape}, but the image is {images.shape}; it takes "
            + ("(k,)" if rank == 1 else "(kh, kw), (kh, kw, c) or (kh, kw, c // groups, nc)")
        )
    c = image.shape[-1]
    if missing == 2 and c > 1 and not transpose:
        raise ValueError(
            f"kernel is {kernel.shape}, but images {images.shape} have {c} channels, each of "
            f"which takes weights of its own: give {(*kernel.shape, c)}, as np.stack([kernel] * "
            f"{c}, axis=-1) for the same in each"
        )
    return image, kernel.reshape(kernel.shape + (1,) * missing)


def _convolution(images: Array, kernels: Array, words: dict[str, Any]) -> Explanation:
    flip = words["flip"]
    plan = plan_convolution(
        images.shape, kernels.shape, **words, images_dtype=images.dtype, kernels_dtype=kernels.dtype
    )
    applied = np.flip(kernels, tuple(range(len(plan.axes)))) if flip else kernels
    fill = np.asarray(plan.fill).item()
    frames = Convolving(
        images[0], plan.axes, plan.accumulation, applied, plan.groups, plan.pad_mode, fill
    )
    return Explanation(plan, frames, applied, partial(plan.run, images, kernels))


def _transposed(images: Array, kernels: Array, words: dict[str, Any]) -> Explanation:
    said: dict[str, Any] = {
        "padding": "valid",
        "stride": 1,
        "channel_axis": -1,
        "dtype": None,
        "engine": "auto",
    }
    plan = plan_transposed(
        images.shape,
        kernels.shape,
        **(said | words),
        images_dtype=images.dtype,
        kernels_dtype=kernels.dtype,
    )
    frames = Scattering(images[0], plan.axes, plan.accumulation, kernels, plan.groups)
    return Explanation(plan, frames, kernels, partial(plan.run, images, kernels))


def _pooling(images: Array, window: Any, mode: Any, words: dict[str, Any]) -> Explanation:
    window = arguments.read_per_axis(
        window, images.ndim - 2, "kernel_shape"
    )  # one image has no other reading
    plan = plan_pooling(images.shape, window, mode=mode, **words, images_dtype=images.dtype)
    frames = Pooling(images[0], plan.axes, plan.accumulation, plan.mode, plan.count_padding, plan.p)
    return Explanation(plan, frames, None, partial(plan.run, images))


EXPLAINED: dict[str, Callable[[Array, Array, dict[str, Any]], Explanation]] = {
    "convolution": _convolution,
    "transposed": _transposed,
}
