"""The boards of an explanation, input, kernels and output, and what each frame changes on them.

What stays is drawn once; `kept` marks of a frame stay from then on (the numbers of the output as
they come), `passing` ones are its own (the outlines of its window).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from convpool.explanation.boards import Board, Cell, across, flat, padding_labels, wide
from convpool.explanation.drawing import Mark, shade
from convpool.explanation.frames import Frame, Place, left_over
from convpool.explanation.kernel_frames import Convolving, Scattering
from convpool.explanation.model import Operation
from convpool.explanation.words import number
from convpool.plans.cached_value import cached_property
from convpool.windows import volume

MOST = 4096  # cells of all boards
Marks = dict[str, list[Mark]]


@dataclass(frozen=True, eq=False)
class Scene:
    """The boards by name, in the order in which they are read."""

    of: Operation

    @property
    def transposed(self) -> bool:
        """Whether windows lie on the output."""
        return isinstance(self.of.frames, Scattering)

    @property
    def lattice(self) -> str:
        """The board on which windows lie."""
        return "output" if self.transposed else "input"

    @cached_property
    def boards(self) -> dict[str, Board]:
        """Lay out the boards."""
        self.check()
        frames, kernels = self.of.frames, self.of.kernels
        image, output = frames.image, frames.output_shape
        padded = tuple(axis.before + axis.size + axis.after + axis.overhang for axis in frames.axes)
        shapes = {"input": image.shape[:-1], "output": output[:-1]}
        rows = shapes | {self.lattice: padded}
        boards = {}
        for name, planes, values in (
            ("input", image.shape[-1], image),
            ("output", output[-1], self.of.result),
        ):
            labels = {(k, 0): f"channel {k}" for k in range(planes)} if planes > 1 else {}
            title = f"{name} {across(shapes[name])}"
            boards[name] = Board(
                title, planes, 1, *flat(rows[name], 1), self._wide(name, values), labels
            )
        if kernels is None:
            return boards
        *window, depth, nc = kernels.shape
        labels = {(0, k): f"kernel {k}" for k in range(nc)} if nc > 1 else {}
        title = f"kernel{'s' * (nc > 1)} {across(window)}{', flipped' * self._flipped}"
        board = Board(title, depth, nc, *flat(window, 1), wide(kernels.ravel().tolist()), labels)
        return {"input": boards["input"], "kernels": board, "output": boards["output"]}

    @property
    def cells(self) -> int:
        """How many cells all boards have together."""
        frames, kernels = self.of.frames, self.of.kernels
        padded = volume(
            [axis.before + axis.size + axis.after + axis.overhang for axis in frames.axes]
        )
        planes = frames.output_shape[-1] if self.transposed else frames.image.shape[-1]
        plain = frames.image.size if self.transposed else volume(frames.output_shape)
        return padded * planes + plain + (0 if kernels is None else kernels.size)

    def check(self) -> None:
        """Raise if there is more than can be drawn."""
        if self.cells > MOST:
            sizes = " x ".join(map(str, self.of.frames.image.shape))
            raise ValueError(
                f"an image of {sizes} with kernels and output makes {self.cells:,} cells, but a "
                f"picture holds {MOST:,}: explain a part, such as image[:16, :16], or "
                "print(explanation), which takes any size"
            )

    @property
    def _flipped(self) -> bool:
        return bool(getattr(self.of.plan, "flip", False))

    def _wide(self, name: str, values: Any) -> float:
        extra = (
            [self.of.frames.fill]
            if name == "input" and isinstance(self.of.frames, Convolving)
            else []
        )
        sums = (
            [value for step in self.steps for value in step.values()]
            if self.transposed and name == "output"
            else []
        )
        return wide([*np.asarray(values).ravel().tolist(), *extra, *sums])

    @cached_property
    def steps(self) -> list[dict[Place, Any]]:
        """What each frame changes in the output."""
        return list(self.of.frames.steps())

    @cached_property
    def scales(self) -> dict[str, float]:
        """The greatest magnitude on each board, which has the fullest colour."""
        numbers = {
            "input": self.of.frames.image,
            "output": self.of.result,
            "kernels": self.of.kernels,
        }
        return {name: _magnitude(values) for name, values in numbers.items() if values is not None}

    def cell(self, name: str, value: Any, hatch: str = "") -> Cell:
        """Return the cell of a number."""
        return Cell(number(value), shade(value, self.scales[name]), hatch)

    def still(self) -> Marks:
        """Draw what is there before the first window."""
        marks = {name: board.heading() for name, board in self.boards.items()}
        for name in ("input", "output"):
            board = self.boards[name]
            if name == self.lattice:
                marks[name] += self._padded(board)
            else:
                marks[name] += self._plain(name, board)
        if "kernels" in self.boards:
            board = self.boards["kernels"]
            for *tap, depth, n in np.ndindex(*self.of.kernels.shape):  # type: ignore[union-attr]
                value = self.of.kernels[(*tap, depth, n)].item()  # type: ignore[index]
                marks["kernels"] += board.draw((depth, n), *flat(tap), self.cell("kernels", value))
        return marks

    def _padded(self, board: Board) -> Iterator[Mark]:
        axes = self.of.frames.axes
        lengths = [axis.before + axis.size + axis.after + axis.overhang for axis in axes]
        left = [set(left_over(axis)) if not self.transposed else set() for axis in axes]
        for plane in range(board.down):
            for place in np.ndindex(*lengths):
                unreached = any(n in over for n, over in zip(place, left, strict=True))
                yield from board.draw(
                    (plane, 0), *flat(place), self._standing(place, plane, unreached)
                )
        before, after = (
            flat([getattr(axis, word) for axis in axes]) for word in ("before", "after")
        )
        yield from padding_labels(
            board, (0, 0), before, after, flat([axis.size for axis in axes], 1)
        )

    def _standing(self, place: Place, plane: int, unreached: bool) -> Cell:
        """Return the cell at a place of the padded image."""
        frames, where = self.of.frames, self.of.frames.where(place)
        hatch = "left" if unreached else "" if where == "pixel" else "padding"
        if self.transposed:
            return Cell(
                "0" if where == "pixel" else "", "zero" if where == "pixel" else "ground", hatch
            )
        if isinstance(frames, Convolving):
            return self.cell("input", frames.value(place, plane).item(), hatch)
        if where != "pixel":
            return Cell("", "ground", hatch)
        return self.cell("input", frames.image[(*frames.unpadded(place), plane)].item(), hatch)

    def _plain(self, name: str, board: Board) -> Iterator[Mark]:
        frames = self.of.frames
        for frame_number in range(len(frames)):
            plane, *position = (
                int(n) for n in np.unravel_index(frame_number, (frames.planes, *frames.positions))
            )
            empty = Cell("", "ground")
            value = (
                self.cell(name, frames.image[(*position, plane)].item())
                if name == "input"
                else empty
            )
            yield from board.draw((plane, 0), *flat(position), value, frame_number)

    def kept(self, k: int) -> Marks:
        """Draw the numbers of the output that frame k changes."""
        board, marks, axes = self.boards["output"], [], self.of.frames.axes
        for (*position, channel), value in self.steps[k].items():
            place, link = tuple(position), None if self.transposed else k
            if self.transposed:
                place = tuple(n + axis.before for n, axis in zip(position, axes, strict=True))
            marks += board.draw((channel, 0), *flat(place), self.cell("output", value), link)
        return {"output": marks}

    def passing(self, frame: Frame) -> Marks:
        """Draw the outlines of a frame: its window, its kernel, its number."""
        plain = "input" if self.transposed else "output"
        marks: Marks = {name: [] for name in self.boards}
        marks[plain].append(
            self.boards[plain].outline((frame.channel, 0), flat(frame.position), (1, 1))
        )
        for plane in sorted({tap.channel for tap in frame.taps}):
            marks[self.lattice] += self._window(frame, plane)
        if "kernels" in self.boards:
            board = self.boards["kernels"]
            size = board.rows, board.columns
            marks["kernels"] += [
                board.outline((d, frame.channel), (0, 0), size) for d in range(board.down)
            ]
        return marks

    def _window(self, frame: Frame, plane: int) -> Iterator[Mark]:
        board, axes = self.boards[self.lattice], self.of.frames.axes
        starts = tuple(i * axis.stride for i, axis in zip(frame.position, axes, strict=True))
        yield board.outline((plane, 0), flat(starts), flat([axis.span for axis in axes], 1))
        if any(axis.dilation > 1 and axis.window > 1 for axis in axes):
            for tap in frame.taps:
                if tap.channel == plane:
                    yield board.outline((plane, 0), flat(tap.place), (1, 1), 2)
        if frame.chosen is not None:
            row, column = flat(frame.taps[frame.chosen].place)
            yield board.outline((plane, 0), (row, column), (1, 1), 5)


def _magnitude(values: Any) -> float:
    if values.dtype.kind == "c" or not values.size:
        return 0.0
    finite = values[np.isfinite(values)]
    return float(max(abs(float(finite.max())), abs(float(finite.min())))) if finite.size else 0.0
