"""Check that images and kernels agree in their channels; if not, say what to change.

Each hint is tried on the shapes first: the error offers only changes after which they agree. A
method that makes hints yields (text, changed operands). c channels, nc kernels.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from convpool.engines.values import NamedTuple
from convpool.plans import arguments
from convpool.plans.formatting import plural
from convpool.plans.kernel_layouts import LAYOUTS

Shape = tuple[int, ...]

# layout -> the question with which an error proposes it
QUESTIONS = {
    "HWIO": "kernels (*window, channels, kernels)",
    "OIHW": "kernels first, as in PyTorch",
    "HWCM": "depthwise kernels (*window, channels, multiplier), as in Keras",
}

# a first size of more than this times the others is more likely a number of kernels than a height
LONG = 4
# images with an axis of fewer pixels are not taken for pictures with colours in front
SMALLEST_PICTURE = 24


class Operands(NamedTuple):
    """The arguments that decide whether images and kernels agree.

    Attributes
    ----------
    images, kernels : the shapes of the arrays that the caller passed
    axis : where the images have their channels
    groups : the argument `groups`; with layout "HWCM", 1 means one group for each channel
    layout : the order of the kernels' axes, one of LAYOUTS
    is_transposed : whether the call is `convolve_transpose`, so that the images have nc channels
    """

    images: Shape
    kernels: Shape
    axis: int
    groups: int
    layout: str
    is_transposed: bool = False

    @property
    def channels(self) -> int:
        """Number of channels of the images."""
        return self.images[self.axis]

    @property
    def hwio_shape(self) -> Shape:
        """The shape of the kernels as (*window, c // groups, nc)."""
        return LAYOUTS[self.layout].shape_to_hwio(self.kernels)

    @property
    def group_count(self) -> int:
        """Number of groups; layout "HWCM" has one for each channel."""
        return self.kernels[-2] if self.layout == "HWCM" and self.groups == 1 else self.groups

    @property
    def agrees(self) -> bool:
        """Whether the channels of images and kernels are equal, with these groups."""
        depth, nc = self.hwio_shape[-2:]
        # depthwise kernels have one group for each channel; 0 channels never agree
        if self.layout == "HWCM" and self.group_count != (self.kernels[-2] or None):
            return False
        return nc % self.group_count == 0 and self.channels == (
            nc if self.is_transposed else depth * self.group_count
        )

    @property
    def is_square(self) -> bool:
        """Whether the window, read in this layout, has one size on all axes."""
        return len(set(self.hwio_shape[:-2])) == 1

    def check(self) -> None:
        """Raise ValueError unless images and kernels agree; the text says what to change."""
        if self.layout == "HWCM" and self.kernels[-2] < 1:
            raise ValueError(
                f"kernels {self.kernels} have no channels; layout 'HWCM' takes at least one channel"
            )
        if self.agrees:
            return
        for hints in (self._hints(), self._other_layouts(is_likely=False)):
            if texts := [text for text, changed in hints if changed.agrees]:
                raise ValueError(f"{self._disagreement()}; {'; or '.join(texts)}")
        raise ValueError(f"{self._disagreement()}; {self._requirement()}")

    def check_axes(self, channel_axis: int) -> None:
        """Raise ValueError unless kernels have as many axes as images; the text says what to do.

        `channel_axis` is the argument of the call, which may count from the end.
        """
        if len(self.kernels) == len(self.images):
            return
        rank = len(self.images) - 2
        text = (
            f"kernels {self.kernels} have {len(self.kernels)} axes, but images {self.images} "
            f"have {len(self.images)}: kernels must be {self._form()} with {rank} window "
            f"{'axis' if rank == 1 else 'axes'}"
        )
        hints = (*self._kernels_with_axes(), *self._images_with_axes(channel_axis))
        useful_hints = [hint for hint, changed in hints if changed.agrees]
        if (len(self.images), len(self.kernels), self.layout) == (3, 2, "HWIO"):
            # (h, w, c) and (kh, kw), or signals (m, n, c) and a kernel that lacks an axis
            useful_hints.insert(0, "one picture and a kernel? take filter_image(image, kernel)")
            useful_hints[1:2] = [f"signals? {hint}" for hint in useful_hints[1:2]]
            raise ValueError("; ".join([text, *useful_hints[:2]]))
        raise ValueError("; ".join([text, *useful_hints[:1]]))

    def _kernels_with_axes(self) -> Iterator[tuple[str, Operands]]:
        """Yield hints for kernels with one or two axes too few: how to add these."""
        shape, c = self.kernels, self.channels
        missing_axes = len(self.images) - len(self.kernels)
        if self.layout != "HWIO":
            return
        if missing_axes == 1:
            yield "one kernel? pass kernels[..., None]", self._replace(kernels=(*shape, 1))
            yield (
                "of one channel? pass kernels[..., None, :]",
                self._replace(kernels=(*shape[:-1], 1, shape[-1])),
            )
        if missing_axes == 2:
            yield "one kernel? pass kernels[..., None, None]", self._replace(kernels=(*shape, 1, 1))
            repeated = f"np.repeat(kernels[..., None, None], {c}, axis=-1) and groups={c}"
            yield (
                f"one for every channel? pass {repeated}",
                self._replace(kernels=(*shape, 1, c), groups=max(1, c)),
            )

    def _images_with_axes(self, channel_axis: int) -> Iterator[tuple[str, Operands]]:
        """Yield hints for images with one axis too few: how to add it."""
        most_axes = len(arguments.AXIS_NAMES) + 2  # of images with a batch and a channel axis
        if len(self.kernels) != len(self.images) + 1 or len(self.kernels) > most_axes:
            return
        batch_of_one = self._replace(images=(1, *self.images))
        # counted from the front, the caller's number may already be that of the batch
        for axis in (channel_axis, channel_axis + 1) if channel_axis >= 0 else (channel_axis,):
            axis_advice = f" and channel_axis={axis}" if axis != channel_axis else ""
            yield f"one picture? pass images[None]{axis_advice}", batch_of_one._replace(axis=axis)
        if channel_axis == -1:
            yield (
                "pictures without channels? pass images[..., None]",
                self._replace(images=(*self.images, 1), axis=-1),
            )

    def _disagreement(self) -> str:
        """Write the beginning of the error: what does not agree.

        -> "kernels (3, 3, 3, 8) take 3 channels, but images (1, 28, 28, 1) have 1"
        """
        groups, (depth, nc), c = self.groups, self.hwio_shape[-2:], self.channels
        if self.layout == "HWCM":
            depth = self.kernels[-2]
            if groups not in (1, depth):
                return (
                    f"groups is {groups}, but kernels {self.kernels} in layout 'HWCM' have "
                    f"{depth}, one a channel"
                )
            groups = 1  # `depth` is the number of channels of all groups
        if c == (nc if self.is_transposed else depth * groups):
            return f"kernels {self.kernels} are {nc}, which {groups} groups do not divide"
        takes = (
            f"give {plural(nc, 'channel')}"
            if self.is_transposed
            else f"take {plural(depth, 'channel')}"
        )
        per_group = f" in each of {groups} groups" if groups > 1 and not self.is_transposed else ""
        return f"kernels {self.kernels} {takes}{per_group}, but images {self.images} have {c}"

    def _requirement(self) -> str:
        """Write the end of the error if no hint helps: which shape the kernels must have.

        -> "kernels must be (*window, 3, kernels)"
        """
        c = self.channels
        if self.layout == "HWCM":
            if self.is_transposed:
                return f"kernels must be {self._form()}, with channels * multiplier = {c}"
            return f"kernels must be {self._form(c)}"
        if c % self.groups:
            form = self._form(kernels=c) if self.is_transposed else self._form(c)
            return f"groups must divide the {c} channels, and with groups=1 kernels must be {form}"
        if self.is_transposed:
            return f"kernels must be {self._form(kernels=c)}"
        multiple = f", with a multiple of {self.groups} kernels" if self.groups > 1 else ""
        return f"kernels must be {self._form(c // self.groups)}{multiple}"

    def _hints(self) -> Iterator[tuple[str, Operands]]:
        """Yield hints for what the caller most likely meant, the likeliest first."""
        last, c, depth = len(self.images) - 1, self.channels, self.hwio_shape[-2]
        if self.axis == last:
            channels_first = self._replace(axis=1)
            pytorch = channels_first._replace(layout="OIHW")
            if not (pytorch.agrees and pytorch.is_square and not channels_first.is_square):
                yield "are the channels first? pass channel_axis=1", channels_first
            if self.layout == "HWIO" and (pytorch.is_square or not channels_first.agrees):
                yield (
                    "is all of it in PyTorch's order? pass channel_axis=1 and kernel_layout='OIHW'",
                    pytorch,
                )
        elif self.axis == 1:
            yield "are the channels last? pass channel_axis=-1", self._replace(axis=last)
        if self.layout == "HWCM":
            yield from self._hints_of_depthwise()
        else:
            groups = c // depth if depth and not self.is_transposed else 1
            if groups > 1:
                yield f"grouped kernels? pass groups={groups}", self._replace(groups=groups)
            else:
                yield "are the kernels in no groups? leave groups out", self._replace(groups=1)
            yield from self._hints_of_repeats()
            yield self._swapped()
        yield from self._other_layouts(is_likely=True)

    def _other_layouts(self, *, is_likely: bool) -> Iterator[tuple[str, Operands]]:
        """Yield hints to pass another `kernel_layout`.

        If `is_likely`, those in which the window is square, otherwise those in which it is not.
        """
        last, depth = len(self.images) - 1, self.hwio_shape[-2]
        # square kernels of one channel are likelier meant for every channel than in PyTorch's
        # order, in which they would have windows of few taps
        fits_every_channel = (
            self.layout == "HWIO" and depth == 1 and self.axis == last and self.is_square
        )
        for layout, question in QUESTIONS.items():
            other = self._replace(layout=layout)
            if (
                layout != self.layout
                and other.is_square == is_likely
                and not (layout == "OIHW" and fits_every_channel)
            ):
                yield f"{question}? pass kernel_layout={layout!r}", other

    def _form(self, channels: object = "channels", kernels: object = "kernels") -> str:
        """Write the axes of kernels in this layout: -> "(*window, channels, kernels)".

        Numbers stand for the channels or kernels if they must be these.
        """
        return LAYOUTS[self.layout].form.format(channels, kernels)

    def _hints_of_depthwise(self) -> Iterator[tuple[str, Operands]]:
        """Yield hints for kernels in layout "HWCM"."""
        *window, c, multiplier = self.kernels
        yield "one group a channel? leave groups out", self._replace(groups=1)
        if c == 1:
            repeated = self._replace(kernels=(*window, self.channels, multiplier))
            yield (
                f"one kernel for every channel? pass np.repeat(kernels, {self.channels}, axis=-2)",
                repeated,
            )

    def _hints_of_repeats(self) -> Iterator[tuple[str, Operands]]:
        """Yield a hint to repeat kernels that are meant for every channel or for every group.

        Yield nothing if this cannot help.
        """
        c, (depth, nc) = self.channels, self.hwio_shape[-2:]
        copies = self.groups if depth * self.groups == c else c if depth == 1 else 0
        if copies < 2 or nc % copies == 0 or (self.is_transposed and nc > 1):
            return
        axis = 0 if self.layout == "OIHW" else -1
        kernels = list(self.kernels)
        kernels[axis] *= copies
        repeat_code = f"np.repeat(kernels, {copies}, axis={axis})"
        if nc > 1:  # the first group needs all nc kernels, then the second group all of them
            repeat_code = f"np.concatenate([kernels] * {copies}, axis={axis})"
        scope = "every channel" if depth == 1 else "every group"
        groups_advice = f" and groups={copies}" if self.groups != copies else ""
        subject = "one kernel" if nc == 1 else "the same kernels"
        yield (
            f"{subject} for {scope}? pass {repeat_code}{groups_advice}",
            self._replace(kernels=tuple(kernels), groups=copies),
        )

    def _swapped(self) -> tuple[str, Operands]:
        """Return the hint to swap the kernels' two axes of channels and of kernels."""
        shape = self.kernels
        if self.layout == "OIHW":
            text = (
                "are the kernels' first two axes swapped? they are (kernels, channels): pass "
                "kernels.swapaxes(0, 1)"
            )
            return text, self._replace(kernels=(shape[1], shape[0], *shape[2:]))
        text = (
            "are the kernels' last two axes swapped? they are (channels, kernels): pass "
            "kernels.swapaxes(-1, -2)"
        )
        return text, self._replace(kernels=(*shape[:-2], shape[-1], shape[-2]))


def default_layout(
    images: Shape, kernels: Shape, channel_axis: Any, groups: Any, *, is_transposed: bool = False
) -> str:
    """Return "HWIO", the layout for a caller who passed none.

    Warn if the kernels may as well be in PyTorch's order: with channels first in any case, with
    channels last if their window would be square in that order, and very long in ours, such as
    (64, 3, 3, 3) for colours. Arguments that do not fit are ignored here: they raise when the call
    is planned.

    Parameters
    ----------
    images, kernels
        Their shapes.
    channel_axis, groups
        The arguments as the caller passed them.
    is_transposed
        As in `Operands`.
    """
    rank, integer_types = len(images) - 2, (int, np.integer)
    if not isinstance(channel_axis, integer_types):
        return "HWIO"
    if rank < 1 or len(kernels) != len(images):
        return "HWIO"
    is_first = channel_axis in (1, -1 - rank)
    is_long_in_ours = rank > 1 and 1 < kernels[1] == kernels[2] == kernels[3] < kernels[0] / LONG
    if not (is_first or (channel_axis in (-1, rank + 1) and is_long_in_ours)):
        return "HWIO"
    if not isinstance(groups, integer_types) or groups < 1:
        return "HWIO"
    axis = 1 if is_first else len(images) - 1
    ours = Operands(images, kernels, axis, int(groups), "HWIO", is_transposed)
    theirs = ours._replace(layout="OIHW")
    # of one spatial axis any window counts as square, so the sizes of the shape must be alike too
    is_ambiguous = kernels[0] == kernels[-1] or len(set(kernels[1:])) == 1
    if ours.agrees and theirs.agrees and theirs.is_square and is_ambiguous and max(kernels) > 1:
        warnings.warn(
            f"kernels {kernels} with channel_axis={channel_axis} may be ours, {ours._form()}, "
            f"which they are taken for, or PyTorch's, {theirs._form()}: pass kernel_layout='HWIO' "
            "or kernel_layout='OIHW' to say which",
            stacklevel=_stack_level_of_user(),
        )
    return "HWIO"


def warn_of_colours_first(images: Shape, channel_axis: Any) -> None:
    """Warn if images of a call without kernels look like colours in front, as (m, 3, h, w).

    They are read as 3 rows of pixels with w channels. `channel_axis` is the argument as the caller
    passed it; one that counts the last axis from the front says that this is meant.
    """
    if (
        len(images) > 3
        and channel_axis == -1
        and images[1] == 3
        and min(images[2:]) >= SMALLEST_PICTURE
    ):
        warnings.warn(
            f"images {images} are read as 3 rows of pixels with {images[-1]} channels: pass "
            f"channel_axis=1 if these 3 are the channels, or channel_axis={len(images) - 1} to say "
            "that the last axis has them",
            stacklevel=_stack_level_of_user(),
        )


def _stack_level_of_user() -> int:
    """Return the `stacklevel` with which a warning of the calling function names the user's line.

    That is the first frame outside of this package.
    """
    level, frame = 1, sys._getframe(1)
    while (
        frame.f_back is not None
        and frame.f_globals.get("__name__", "").partition(".")[0] == "convpool"
    ):
        level, frame = level + 1, frame.f_back
    return level
