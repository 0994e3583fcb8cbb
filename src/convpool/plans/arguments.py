"""The arguments of a call, read once: misuse raises here, before any work, and says what to do."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import numpy as np

from convpool.plans.foreign_words import hint_for_sizes, hint_for_word
from convpool.windows import PADDINGS

Ints = int | Sequence[int]
Pairs = tuple[tuple[int, int], ...]
Padding = str | int | Sequence[int] | Sequence[Sequence[int]]
Item = TypeVar("Item")

AXIS_NAMES = {1: ("width",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def read_choice(value: Any, options: Iterable[str], name: str) -> str:
    """Return the argument `name`; raise ValueError unless it is a text among the options."""
    options = list(options)
    if isinstance(value, str) and value in options:
        return value
    raise ValueError(
        f"{name} is {value!r}; it must be one of "
        f"{', '.join(map(repr, options))}{hint_for_word(value, options, name)}"
    )


def read_bool(value: Any, name: str) -> bool:
    """Return a bool, from a bool, 0 or 1; raise TypeError for anything else."""
    if isinstance(value, (bool, np.bool_, int, np.integer)) and value in (0, 1):
        return bool(value)
    raise TypeError(f"{name} is {value!r}; it must be True or False")


def read_integer(value: Any, name: str, least: int) -> int:
    """Return the argument `name` as an int.

    Raises
    ------
    TypeError : it is not a whole number, or is a bool
    ValueError : it is less than `least`
    """
    error_type: type[Exception] = TypeError
    with suppress(TypeError):
        number = operator.index(value)
        if not isinstance(value, (bool, np.bool_)):
            if number >= least:
                return number
            error_type = ValueError
    raise error_type(f"{name} is {value!r}; it must be a whole number of {least} or more")


def read_per_axis(value: Any, rank: int, name: str, least: int = 1) -> tuple[int, ...]:
    """Return one int for each of `rank` axes, from one int for all axes or a sequence of `rank`.

    Raises
    ------
    TypeError : a value is not a whole number
    ValueError : there is another number of them, or one is less than `least`
    """
    if _dimensions(value) == 0:
        return (read_integer(value, name, least),) * rank
    numbers = list(value)
    is_table = isinstance(value, np.ndarray) and value.ndim > 1
    if len(numbers) != rank or is_table:
        text = f"of shape {value.shape}" if is_table else f"{value!r}, {len(numbers)} numbers"
        raise ValueError(
            f"{name} is {text}; for {rank} spatial {_axes(rank)} it "
            f"must be one number{f' or {rank}' if rank > 1 else ''}{hint_for_sizes(numbers, rank)}"
        )
    return tuple(read_integer(number, name, least) for number in numbers)


def stride_of_pooling(stride: Any, size: Any) -> Any:
    """Return the argument `stride` of a pooling; None is the size of the windows."""
    return size if stride is None else stride


def _dimensions(value: Any) -> int:
    """Return how deep sequences are nested: 0 for a number, 1 for a flat sequence.

    It is 3, which no argument may have, if sequences inside of the value differ in length.
    """
    try:
        return np.ndim(value)
    except ValueError:
        return 3


def _axes(rank: int) -> str:
    """Return "axis" for 1, otherwise "axes"."""
    return "axis" if rank == 1 else "axes"


def read_padding(value: Any, rank: int) -> str | Pairs:
    """Return the argument `padding` as a name in PADDINGS, or as (before, after) for each axis.

    Raises
    ------
    TypeError : a padding is not a whole number
    ValueError : an unknown name, a number below 0, or not as many numbers or pairs as axes
    """
    if isinstance(value, str):
        return read_choice(value, PADDINGS, "padding")
    dimensions = _dimensions(value)
    if dimensions == 2:
        pairs = tuple(_pair(pair, value) for pair in value)
        if len(pairs) != rank:
            raise ValueError(
                f"padding is {value!r}, {len(pairs)} pairs; there are {rank} spatial axes: "
                f"{_padding_forms(rank)}"
            )
        return pairs
    if dimensions == 1 and len(value) != rank:
        hint = ""
        if rank == 1 and len(value) == 2:
            hint = f"; did you mean the pair ({tuple(value)},)?"
        forms = _padding_forms(rank)
        raise ValueError(f"padding is {value!r}, {len(value)} numbers; {forms}{hint}")
    if dimensions > 2:
        raise ValueError(f"padding is {value!r}; {_padding_forms(rank)}")
    return tuple((width, width) for width in read_per_axis(value, rank, "padding", least=0))


def padding_per_axis(padding: str | Pairs, rank: int) -> Sequence[str | tuple[int, int]]:
    """Return a list of one padding for each axis: the name, or the axis's (before, after).

    `padding` is what `read_padding` returned.
    """
    return [padding] * rank if isinstance(padding, str) else padding


def _pair(pair: Any, value: Any) -> tuple[int, int]:
    """Return one (before, after) pair as ints; raise unless it is one.

    `value` is the whole argument `padding`, for the error.
    """
    if len(pair) != 2:
        raise ValueError(
            f"padding is {value!r}; each axis takes a pair (before, after), but one has "
            f"{len(pair)} numbers"
        )
    return read_integer(pair[0], "padding", 0), read_integer(pair[1], "padding", 0)


def _padding_forms(rank: int) -> str:
    """Return the end of an error: what the argument `padding` may be for `rank` axes."""
    names = ", ".join(map(repr, PADDINGS))
    return f"it must be one number, {rank} of them, {rank} (before, after) pairs, or one of {names}"


def check_unambiguous(
    images: tuple[int, ...], window: Any, word: str, name: str = "images", channel_axis: Any = -1
) -> None:
    """Raise ValueError for images of 3 axes with a window of one number, which is ambiguous.

    They may be one picture (h, w, c) or a batch of signals (m, n, c).

    Parameters
    ----------
    images
        The shape of the images.
    window, word
        The value and the name of the argument that gives a size for each spatial axis.
    name
        The name of the argument that has the shape `images`.
    channel_axis
        The argument as the caller passed it, not yet checked.
    """
    if len(images) == 3 and np.ndim(window) == 0:
        raise ambiguous_rank_error(
            images, f"{word}=({window},)", name, channel_axis, f" with {word}={window}"
        )


def ambiguous_rank_error(
    images: tuple[int, ...],
    signals: str,
    name: str = "images",
    channel_axis: Any = -1,
    context: str = "",
) -> ValueError:
    """Return the error for images of 3 axes, which may be one picture or a batch of signals.

    Parameters
    ----------
    images
        The shape of the images.
    signals
        The advice for a batch of signals, such as "kernel_shape=(2,)".
    name
        The name of the argument that has the shape `images`.
    channel_axis
        The argument as the caller passed it, not yet checked.
    context
        What the error says after the shape, such as " with kernel_shape=2".
    """
    # adding a batch axis changes the number of the picture's channel axis, counted from the front
    axis_advice = {0: " and channel_axis=1", 2: " and channel_axis=-1"}.get(channel_axis, "")
    # grey pictures have no channel axis; with other values of channel_axis there is no short advice
    grey_code = {-1: f"{name}[..., None]", 1: f"{name}[:, None]"}.get(channel_axis)
    return ValueError(
        f"{name} {images}{context} can be read in more than one way: pass {name}[None]"
        f"{axis_advice} for one picture, "
        + (f"{grey_code} for a batch of grey pictures, " if grey_code else "")
        + f"or {signals} for a batch of signals"
    )


def read_shape(value: Any, name: str) -> tuple[int, ...]:
    """Return the argument `name`, a shape, as a tuple of ints from 0 to 2**63 - 1.

    Raises
    ------
    TypeError : a size is not a whole number
    ValueError : it is not a flat sequence, or a size is out of range
    """
    if _dimensions(value) != 1:
        if _dimensions(value) > 1 and hasattr(value, "shape"):
            array = name.removesuffix("_shape")
            raise ValueError(
                f"{name} came as an array; it must be a shape: pass {array}.shape, {value.shape}"
            )
        raise ValueError(f"{name} is {value!r}; it must be a shape such as (10, 28, 28, 1)")
    sizes = tuple(read_integer(size, name, 0) for size in value)
    if max(sizes, default=0) >= 2**63:
        raise ValueError(f"{name} is {value!r}; an axis of an array has up to 2**63 - 1 numbers")
    return sizes


def count_spatial_axes(images: tuple[int, ...], name: str = "images") -> int:
    """Return the number of spatial axes of a shape of images, 1 to 3.

    Raises
    ------
    ValueError : the shape has fewer than 3 or more than 5 axes
    """
    rank = len(images) - 2
    if rank not in AXIS_NAMES:
        likely = {
            1: "; one signal? add the batch and channel axes: signal[None, :, None]",
            2: "; one image? add the batch and channel axes: image[None, ..., None], or "
            "take filter_image or pool_image",
        }.get(len(images), "")
        raise ValueError(
            f"{name} {images} have {len(images)} {_axes(len(images))}; "
            "they take 3 to 5: batch, 1 to 3 spatial axes, channels" + likely
        )
    return rank


def read_channel_axis(value: Any, images: tuple[int, ...], name: str = "images") -> int:
    """Return the argument `channel_axis` as an axis counted from the front.

    Parameters
    ----------
    value
        The argument.
    images, name
        The shape of the images, and the name of their argument.

    Raises
    ------
    TypeError : it is not a whole number
    ValueError : the images have no such axis
    """
    try:
        axis = operator.index(value)
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
    except TypeError:
        raise TypeError(
            f"channel_axis is {value!r}; it must be a whole number, such as -1 or 1"
        ) from None
    if not -len(images) <= axis < len(images):
        raise ValueError(
            f"channel_axis is {axis}, but {name} {images} have axes 0 to {len(images) - 1}"
        )
    return axis % len(images)


COLOURS = 4  # a picture's last axis of up to this many entries is taken for its channels


def read_picture_channels(value: Any, image: tuple[int, ...]) -> int | None:
    """Return the axis of the channels of one picture, counted from the front; None if it has none.

    Parameters
    ----------
    value
        The argument `channel_axis`; None for the default: the last of three axes, if it has up to
        `COLOURS` entries.
    image
        The shape of the picture.

    Raises
    ------
    ValueError : the shape is not (h, w) or one with channels, or `channel_axis` does not fit it
    """
    if len(image) not in (2, 3):
        likely = {
            1: "; one line? pass image[None] and a kernel (1, kw)",
            4: "; a batch? pass one picture at a time, as filter_image(image[0], kernel)",
        }.get(len(image), "")
        raise ValueError(f"image is {image}; it must be (h, w) or (h, w, c), one picture{likely}")
    if len(image) == 2:
        if value is not None:
            raise ValueError(
                f"channel_axis is {value!r}, but image {image} has no channels: leave "
                "channel_axis out"
            )
        return None
    if value is not None:
        return read_channel_axis(value, image, "image")
    if image[-1] > COLOURS:
        raise ValueError(
            f"image {image} can be read in more than one way: pass channel_axis=-1 for one "
            f"picture of {image[-1]} channels, or channel_axis=0 for {image[0]} channels, or "
            f"grey pictures, of {image[1]} x {image[2]}"
        )
    return 2


def shape_channels_last(sizes: Sequence[Item], axis: int) -> tuple[Item, ...]:
    """Return a shape as (batch, *spatial, channels); `axis` is that of the channels."""
    return (*sizes[:axis], *sizes[axis + 1 :], sizes[axis])


def read_pixel_sizes(images: tuple[int, ...], channel_axis: int) -> tuple[int, ...]:
    """Return the spatial sizes of a shape of images; raise ValueError if one is 0.

    `channel_axis` is the argument as the caller passed it.
    """
    rank = count_spatial_axes(images)
    axis = read_channel_axis(channel_axis, images)
    spatial = shape_channels_last(images, axis)[1:-1]
    for name, size in zip(AXIS_NAMES[rank], spatial, strict=True):
        if size == 0:
            raise ValueError(
                f"images {images} have a {name} of 0, and so no pixel to pool; pass larger images"
            )
    return spatial


def replace_spatial_sizes(
    images: tuple[int, ...], spatial: Sequence[int], axis: int
) -> tuple[int, ...]:
    """Return the shape `images` with other spatial sizes; `axis` is that of the channels."""
    sizes = [shape_channels_last(images, axis)[0], *spatial]
    sizes.insert(axis, images[axis])
    return tuple(sizes)
