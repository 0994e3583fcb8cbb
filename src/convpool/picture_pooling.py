"""Pooling of one picture, without a batch axis: the filters median, dilation and erosion."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from convpool.out_of_core.destination import Destination, drop_axes
from convpool.out_of_core.lazy_call import takes_lazy_arrays
from convpool.out_of_core.routes import choose_route
from convpool.plans import allocation, arguments
from convpool.plans.arguments import Ints, Padding
from convpool.plans.foreign_words import explain_foreign_keywords
from convpool.plans.make import plan_pooling
from convpool.plans.recent_plans import cache_recent

Array = NDArray[Any]

_plan = cache_recent(plan_pooling)


@takes_lazy_arrays
@explain_foreign_keywords
def pool_image(
    image: ArrayLike,
    kernel_shape: Ints,
    stride: Ints | None = None,
    mode: str = "max",
    *,
    padding: Padding = "valid",
    dilation: Ints = 1,
    ceil: bool = False,
    count_padding: bool = False,
    p: float = 2,
    pad_mode: str | None = None,
    fill: Any = 0,
    footprint: ArrayLike | None = None,
    missing: ArrayLike | str | None = None,
    channel_axis: int | None = None,
    dtype: DTypeLike | None = None,
    out: Any = None,
    engine: str = "auto",
    max_memory: int | str | None = None,
) -> Array:
    """Reduce each window of one picture to one pixel, channel by channel.

    With a stride of 1 and padding="same" it is a filter: "median" takes away specks, "max" and
    "min" are dilation and erosion.

    Parameters
    ----------
    image
        (h, w) or (h, w, c), or as `channel_axis` says. Never modified.
    kernel_shape
        The window's sizes: an int, or (kh, kw).
    stride, mode, padding, dilation, ceil, count_padding, p, pad_mode, fill, footprint
        As in `pool`.
    dtype, out, engine, max_memory
        As in `pool`; `out` is of the result's shape.
    missing
        "nan", or bools of the image's shape, as in `pool`.
    channel_axis
        Where image, result and `out` have their channels. None is the last of three axes, if it has
        up to 4 entries.

    Returns
    -------
    (oh, ow) or (oh, ow, c), with the channels where the image has them; of `pool`'s dtype

    Raises
    ------
    ValueError, TypeError, OverflowError : as `pool`

    Examples
    --------
    >>> import numpy as np
    >>> image = np.array([[1, 1, 1, 1], [1, 9, 1, 1], [1, 1, 1, 1]])
    >>> pool_image(image, 3, 1, padding="same")
    array([[9, 9, 9, 1],
           [9, 9, 9, 1],
           [9, 9, 9, 1]])
    >>> pool_image(image, 2, mode="sum")
    array([[12,  4]])
    """
    route = choose_route(image, "image", out, max_memory, missing)
    shape = tuple(route.images.shape)
    axis = arguments.read_picture_channels(channel_axis, shape)
    unit_axes = (0, 3) if axis is None else (0,)  # the plan's batch and channels, of length 1
    plan = _plan(
        (1, *shape, 1) if axis is None else (1, *shape),
        kernel_shape,
        stride,
        mode,
        padding=padding,
        dilation=dilation,
        ceil=ceil,
        count_padding=count_padding,
        p=p,
        pad_mode=pad_mode,
        fill=fill,
        footprint=footprint,
        missing=route.missing,
        channel_axis=-1 if axis is None else axis + 1,
        dtype=dtype,
        engine=engine,
        images_dtype=np.dtype(route.images.dtype),
    )
    if route.run is not None:
        destination = Destination(out, max_memory, unit_axes)
        result: Array = route.run(plan, route.images, (), destination, route.mask)
        return result
    target = None
    if out is not None:
        allocation.check_out(out, drop_axes(plan.output_shape, unit_axes), plan.dtype)
        target = np.expand_dims(out, unit_axes)
    mask = None if route.mask is None else np.expand_dims(route.mask, unit_axes)
    picture = plan.execute(np.expand_dims(route.images, unit_axes), (), target, mask)
    output: Array = picture.squeeze(unit_axes) if out is None else out
    return output
