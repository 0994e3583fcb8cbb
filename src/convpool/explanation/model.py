"""One operation as plain data: its plan, its windows and its result, for every view of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from convpool.explanation import sums
from convpool.explanation.frames import Frame, Frames, uncovered_places
from convpool.plans import arguments
from convpool.plans.base import Plan
from convpool.plans.lock_free_property import cached_property

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Operation:
    """One image under one convolution, pooling or transposed convolution, window by window.

    Attributes
    ----------
    plan : the library's plan, with shapes, dtypes and the windows on each axis
    frames : what each window does, as plain values, computed on access
    kernels : as they are applied, (*window, c // groups, nc); None for pooling
    run : calls the library, without arguments; returns the result in its shape
    """

    plan: Plan
    frames: Frames
    kernels: Array | None
    run: Callable[[], Array]

    @cached_property
    def result(self) -> Array:
        """The library's result, computed on first access; its first axis has this one image."""
        return self.run()

    @property
    def kind(self) -> str:
        """The kind of operation: "convolution" or "transposed", or the mode of a pooling."""
        return self.frames.kind

    @property
    def title(self) -> str:
        """The operation in words, such as "Convolution with 1 kernel of 3 x 3 x 1"."""
        title = self.plan.title
        return title[0].upper() + title[1:]

    @cached_property
    def formulas(self) -> list[str]:
        """A line for each axis, such as "height floor((0 + 4 + 0 - 2) / 2) + 1 = 2"."""
        names = arguments.AXIS_NAMES[len(self.plan.axes)]
        return [f"{name} {text}" for name, text in zip(names, self.plan.formulas(), strict=True)]

    def arithmetic(self, frame: Frame) -> list[str]:
        """Return the lines that compute a frame's number, such as ["max(1, 4) = 4"]."""
        p = getattr(self.frames, "p", 2)  # only the frames of a pooling have it
        return sums.arithmetic(self.kind, frame, p)

    def heading(self, frame: Frame) -> str:
        """Return which window a frame is, as "Window 4 of 9: row 1, column 0, kernel 2".

        A pooling has "channel 2" there; where there is only one of them, it is left out.
        """
        plane_name = "channel" if self.kernels is None else "kernel"
        plane = f", {plane_name} {frame.channel}" if self.frames.planes > 1 else ""
        number = f"Window {frame.number + 1:,} of {len(self.frames):,}"
        return f"{number}: {sums.position_text(frame.position)}{plane}"

    def trace(self) -> dict[str, Any]:
        """Return everything as a dict that JSON can hold.

        "kind": as above. "axes": for each axis the attributes of `windows.Axis`, its "count" of
        windows, the places "left_over" at its end, and its "formula". "frames": `Frame.plain` of
        every frame.
        """
        axes = [
            {
                **vars(axis),
                "count": axis.count,
                "left_over": list(uncovered_places(axis)),
                "formula": text,
            }
            for axis, text in zip(self.plan.axes, self.plan.formulas(), strict=True)
        ]
        return {"kind": self.kind, "axes": axes, "frames": [frame.plain() for frame in self.frames]}

    def __len__(self) -> int:
        return len(self.frames)

    def __iter__(self) -> Iterator[Frame]:
        return iter(self.frames)
