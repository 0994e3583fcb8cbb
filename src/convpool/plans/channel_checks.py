"""Whether images and kernels agree in their channels, and if not, what would do."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from convpool.plans import arguments
from convpool.plans.formatting import plural
from convpool.plans.kernel_layouts import LAYOUTS

Shape = tuple[int, ...]

QUESTIONS = {
    "HWIO": "kernels (*window, channels, kernels)",
    "OIHW": "kernels first, as in PyTorch",
    "HWCM": "depthwise kernels (*window, channels, multiplier), as in Keras",
}


class Operands(NamedTuple):
    """The arguments that decide whether images and kernels agree.

    Attributes
    ----------
    images, kernels : shapes as the caller has them, with equal numbers of axes
    axis : where the images have their channels
    groups : the argument; with layout "HWCM", 1 means one for each channel
    layout : one of LAYOUTS
    is_transposed : whether the images have the channels of a convolution's result
    """

    images: Shape
    kernels: Shape
    axis: int
    groups: int
    layout: str
    is_transposed: bool = False

    @property
    def channels(self) -> int:
        """Channels of the images."""
        return self.images[self.axis]

    @property
    def hwio_shape(self) -> Shape:
        """The shape of the kernels as (*window, c // groups, nc)."""
        return LAYOUTS[self.layout].shape_to_ours(self.kernels)

    @property
    def group_count(self) -> int:
        """Number of groups; layout "HWCM" has one for each channel."""
        return self.kernels[-2] if self.layout == "HWCM" and self.groups == 1 else self.groups

    @property
    def agrees(self) -> bool:
        """Whether channels and groups fit."""
        depth, nc = self.hwio_shape[-2:]
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
        """Raise ValueError unless they agree; its hints are changes with which they would."""
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
        """Raise ValueError unless kernels have as many axes as images.

        `channel_axis` is the argument, which may count from the end.
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
        agreeing = [hint for hint, changed in hints if changed.agrees]
        raise ValueError("; ".join([text, *agreeing[:1]]))

    def _kernels_with_axes(self) -> Iterator[tuple[str, Operands]]:
        """Yield hints, and the changed operands, that add the axes which kernels lack."""
        k, c, lacking = self.kernels, self.channels, len(self.images) - len(self.kernels)
        if self.layout != "HWIO":
            return
        if lacking == 1:
            yield "one kernel? pass kernels[..., None]", self._replace(kernels=(*k, 1))
            yield (
                "of one channel? pass kernels[..., None, :]",
                self._replace(kernels=(*k[:-1], 1, k[-1])),
            )
        if lacking == 2:
            yield "one kernel? pass kernels[..., None, None]", self._replace(kernels=(*k, 1, 1))
            repeated = f"np.repeat(kernels[..., None, None], {c}, axis=-1) and groups={c}"
            yield (
                f"one for every channel? pass {repeated}",
                self._replace(kernels=(*k, 1, c), groups=max(1, c)),
            )

    def _images_with_axes(self, channel_axis: int) -> Iterator[tuple[str, Operands]]:
        """Yield hints, and the changed operands, that add the axis which images lack."""
        if (
            len(self.kernels) != len(self.images) + 1
            or len(self.kernels) > len(arguments.AXIS_NAMES) + 2
        ):
            return
        batch = self._replace(images=(1, *self.images))
        # counted from the front, it may be the axis of the picture, or of the batch of one
        for axis in (channel_axis, channel_axis + 1) if channel_axis >= 0 else (channel_axis,):
            also = f" and channel_axis={axis}" if axis != channel_axis else ""
            yield f"one picture? pass images[None]{also}", batch._replace(axis=axis)
        if channel_axis == -1:
            yield (
                "pictures without channels? pass images[..., None]",
                self._replace(images=(*self.images, 1), axis=-1),
            )

    def _disagreement(self) -> str:
        """Return the beginning of the error: what does not agree."""
        groups, (depth, nc), c = self.groups, self.hwio_shape[-2:], self.channels
        if self.layout == "HWCM":
            depth = self.kernels[-2]
            if groups not in (1, depth):
                return (
                    f"groups is {groups}, but kernels {self.kernels} in layout 'HWCM' have "
                    f"{depth}, one a channel"
                )
            groups = 1
        if c == (nc if self.is_transposed else depth * groups):
            return f"kernels {self.kernels} are {nc}, which {groups} groups do not divide"
        takes = (
            f"give {plural(nc, 'channel')}"
            if self.is_transposed
            else f"take {plural(depth, 'channel')}"
        )
        each = f" in each of {groups} groups" if groups > 1 and not self.is_transposed else ""
        return f"kernels {self.kernels} {takes}{each}, but images {self.images} have {c}"

    def _requirement(self) -> str:
        """Return the end of the error if no single change helps: which kernels would do."""
        c, form = self.channels, LAYOUTS[self.layout].form
        if self.layout == "HWCM":
            return f"kernels must be {form.format('channels' if self.is_transposed else c)}" + (
                f", with channels * multiplier = {c}" if self.is_transposed else ""
            )
        if c % self.groups:
            whole = form.format("channels", c) if self.is_transposed else form.format(c, "kernels")
            return f"groups must divide the {c} channels, and with groups=1 kernels must be {whole}"
        if self.is_transposed:
            return f"kernels must be {form.format('channels', c)}"
        many = f", with a multiple of {self.groups} kernels" if self.groups > 1 else ""
        return f"kernels must be {form.format(c // self.groups, 'kernels')}{many}"

    def _hints(self) -> Iterator[tuple[str, Operands]]:
        """Yield what the caller may have meant: a text, and the changed operands."""
        last, c, depth = len(self.images) - 1, self.channels, self.hwio_shape[-2]
        if self.axis == last:
            first = self._replace(axis=1)
            yield "are the channels first? pass channel_axis=1", first
            pytorch = first._replace(layout="OIHW")
            if self.layout == "HWIO" and (pytorch.is_square or not first.agrees):
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
        """Yield hints of other layouts: those in which the window is square, or the others."""
        last, depth = len(self.images) - 1, self.hwio_shape[-2]
        # a square kernel of one channel is meant for every channel, rather than many of one tap
        one_picture = self.layout == "HWIO" and depth == 1 and self.axis == last and self.is_square
        for layout, question in QUESTIONS.items():
            other = self._replace(layout=layout)
            if (
                layout != self.layout
                and other.is_square == is_likely
                and not (layout == "OIHW" and one_picture)
            ):
                yield f"{question}? pass kernel_layout={layout!r}", other

    def _form(self) -> str:
        """Return the axes of kernels in the layout, for texts."""
        return LAYOUTS[self.layout].form.format("channels", "kernels")

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
        """Yield the hint to repeat kernels that are meant for every channel or every group."""
        c, (depth, nc) = self.channels, self.hwio_shape[-2:]
        copies = self.groups if depth * self.groups == c else c if depth == 1 else 0
        if copies < 2 or nc % copies == 0 or (self.is_transposed and nc > 1):
            return
        axis = 0 if self.layout == "OIHW" else -1
        kernels = list(self.kernels)
        kernels[axis] *= copies
        # each group gets all of several kernels, one after the other
        many = f"np.repeat(kernels, {copies}, axis={axis})"
        if nc > 1:
            many = f"np.concatenate([kernels] * {copies}, axis={axis})"
        which = "every channel" if depth == 1 else "every group"
        also = f" and groups={copies}" if self.groups != copies else ""
        same = "one kernel" if nc == 1 else "the same kernels"
        yield (
            f"{same} for {which}? pass {many}{also}",
            self._replace(kernels=tuple(kernels), groups=copies),
        )

    def _swapped(self) -> tuple[str, Operands]:
        """Return the hint to swap the kernels' channels and numbers."""
        k = self.kernels
        if self.layout == "OIHW":
            text = (
                "are the kernels' first two axes swapped? they are (kernels, channels): pass "
                "kernels.swapaxes(0, 1)"
            )
            return text, self._replace(kernels=(k[1], k[0], *k[2:]))
        text = (
            "are the kernels' last two axes swapped? they are (channels, kernels): pass "
            "kernels.swapaxes(-1, -2)"
        )
        return text, self._replace(kernels=(*k[:-2], k[-1], k[-2]))


def default_layout(
    images: Shape, kernels: Shape, channel_axis: Any, groups: Any, *, is_transposed: bool = False
) -> str:
    """Return "HWIO"; warn a caller who named no layout if the kernels may be in PyTorch's order.

    Impossible shapes are ignored: they raise when the call is planned.
    """
    rank, whole = len(images) - 2, (int, np.integer)
    if not isinstance(channel_axis, whole) or channel_axis not in (1, -1 - rank):
        return "HWIO"
    if rank < 1 or len(kernels) != len(images) or not isinstance(groups, whole) or groups < 1:
        return "HWIO"
    ours = Operands(images, kernels, 1, int(groups), "HWIO", is_transposed)
    theirs = ours._replace(layout="OIHW")
    # on one axis, kernels of any shape would fit both orders
    looks_alike = kernels[0] == kernels[-1] or len(set(kernels[1:])) == 1
    if ours.agrees and theirs.agrees and theirs.is_square and looks_alike and max(kernels) > 1:
        warnings.warn(
            f"kernels {kernels} with channel_axis=1 may be ours, {ours._form()}, which they are "
            f"taken for, or PyTorch's, {theirs._form()}: pass kernel_layout='HWIO' or "
            "kernel_layout='OIHW' to say which",
            stacklevel=_level_of_the_caller(),
        )
    return "HWIO"


def _level_of_the_caller() -> int:
    """Return the `stacklevel` with which a warning of this file points at the user's own line."""
    level, frame = 1, sys._getframe(1)
    while (
        frame.f_back is not None
        and frame.f_globals.get("__name__", "").partition(".")[0] == "convpool"
    ):
        level, frame = level + 1, frame.f_back
    return level
