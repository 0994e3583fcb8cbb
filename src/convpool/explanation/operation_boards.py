"""The boards of an operation - input, kernels, output - and what each frame changes on them.

Windows lie on one board, "input" or, transposed, "output", with its padding; the other of these has
a cell for each position of a window, (i, j). A plane of a board shows one channel. A place is the
(row, column) of a cell on a plane, counted with the padding; an address is a plane and a place on
it. A frame is one window: `frame.position` is its position, `frame.channel` the output's channel,
which is the number of its kernel, or in pooling the channel that is pooled. Methods that draw
return marks.

Three layers are drawn. The background: all cells, before the first frame. The numbers of the
output: they stay once a frame has computed them. The outlines of a frame: only while it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.explanation.cell_boards import (
    Address,
    Board,
    Cell,
    cell_width,
    place_on_plane,
    size_on_plane,
    size_text,
)
from convpool.explanation.colours import shade
from convpool.explanation.drawing_elements import Mark
from convpool.explanation.frames import Frame, Place, padded_size, uncovered_places
from convpool.explanation.kernel_frames import ConvolutionFrames
from convpool.explanation.model import Operation
from convpool.explanation.written_numbers import number
from convpool.plans.lock_free_property import cached_property
from convpool.windows import volume

MAX_CELLS = 4096  # of all boards
Marks = dict[str, list[Mark]]  # name of a board -> what is drawn on it, from the lowest layer up


@dataclass(frozen=True, eq=False)
class OperationBoards:
    """The boards of an operation: "input", "kernels" unless it is a pooling, and "output"."""

    operation: Operation

    @property
    def is_transposed(self) -> bool:
        """Whether it is a transposed convolution, whose windows lie on the output."""
        return self.operation.kind == "transposed"

    @property
    def window_board(self) -> str:
        """Name of the board on which windows lie."""
        return "output" if self.is_transposed else "input"

    @property
    def position_board(self) -> str:
        """Name of the board with one cell for each position."""
        return "input" if self.is_transposed else "output"

    @cached_property
    def boards(self) -> dict[str, Board]:
        """The empty boards by name, from left to right; raises ValueError as `check`."""
        self.check()
        frames, kernels = self.operation.frames, self.operation.kernels
        shapes = {"input": frames.image.shape, "output": frames.output_shape}
        padded_sizes = [padded_size(axis) for axis in frames.axes]
        boards = {}
        for name, (*sizes, planes) in shapes.items():
            shown_sizes = padded_sizes if name == self.window_board else sizes
            rows, columns = size_on_plane(shown_sizes)
            boards[name] = Board(
                title=f"{name} {size_text(sizes)}",
                planes_down=planes,
                planes_across=1,
                rows=rows,
                columns=columns,
                cell_width=cell_width(self._numbers(name)),
                labels={(k, 0): f"channel {k}" for k in range(planes)} if planes > 1 else {},
            )
        if kernels is None:
            return boards
        kernel_board = self._kernel_board(kernels)
        return {"input": boards["input"], "kernels": kernel_board, "output": boards["output"]}

    def _kernel_board(self, kernels: NDArray[Any]) -> Board:
        """Return the empty board of the kernels: channels below each other, kernels in a row."""
        *window, channels, nc = kernels.shape
        is_flipped = getattr(self.operation.plan, "flip", False)
        rows, columns = size_on_plane(window)
        return Board(
            title=f"kernel{'s' * (nc > 1)} {size_text(window)}{', flipped' * is_flipped}",
            planes_down=channels,
            planes_across=nc,
            rows=rows,
            columns=columns,
            cell_width=cell_width(kernels.ravel().tolist()),
            labels={(0, k): f"kernel {k}" for k in range(nc)} if nc > 1 else {},
        )

    @property
    def cell_count(self) -> int:
        """Number of cells of all boards."""
        frames, kernels = self.operation.frames, self.operation.kernels
        plane_cells = volume([padded_size(axis) for axis in frames.axes])
        planes = frames.output_shape[-1] if self.is_transposed else frames.image.shape[-1]
        position_cells = frames.image.size if self.is_transposed else volume(frames.output_shape)
        kernel_cells = 0 if kernels is None else kernels.size
        return plane_cells * planes + position_cells + kernel_cells

    def check(self) -> None:
        """Raise ValueError if the boards have more than MAX_CELLS cells."""
        if self.cell_count > MAX_CELLS:
            sizes = " x ".join(map(str, self.operation.frames.image.shape))
            raise ValueError(
                f"an image of {sizes} with kernels and output makes {self.cell_count:,} cells, but "
                f"a picture holds {MAX_CELLS:,}: explain a part, such as image[:16, :16], or "
                "print(explanation), which takes any size"
            )

    def _numbers(self, name: str) -> list[Any]:
        """Return every number that can be written on the board "input" or "output".

        On the output of a transposed convolution these are the partial sums too.
        """
        frames = self.operation.frames
        if name == "input":
            fill = [frames.fill] if isinstance(frames, ConvolutionFrames) else []
            return [*frames.image.ravel().tolist(), *fill]
        changes = self.output_changes if self.is_transposed else []
        partial_sums = [value for change in changes for value in change.values()]
        return [*self.operation.result.ravel().tolist(), *partial_sums]

    @cached_property
    def output_changes(self) -> list[dict[Place, Any]]:
        """For each frame: (*position, channel) -> the number there once the frame is added."""
        return list(self.operation.frames.output_changes())

    @cached_property
    def magnitudes(self) -> dict[str, float]:
        """Name of a board -> the greatest magnitude of its numbers, which is coloured strongest."""
        numbers = {
            "input": self.operation.frames.image,
            "output": self.operation.result,
            "kernels": self.operation.kernels,
        }
        return {name: _magnitude(values) for name, values in numbers.items() if values is not None}

    def cell(self, name: str, value: Any, hatch: str = "") -> Cell:
        """Return the cell of a number on the board with a name; `hatch` as in `Cell`."""
        return Cell(number(value), shade(value, self.magnitudes[name]), hatch)

    def background(self) -> Marks:
        """Draw what is there before the first frame: titles, input, kernels, empty cells."""
        marks = {name: board.heading() for name, board in self.boards.items()}
        marks[self.window_board] += self._padded_cells()
        marks[self.position_board] += self._position_cells()
        kernels = self.operation.kernels
        if kernels is not None:
            board = self.boards["kernels"]
            # depth: the channel within the kernel's group
            for (*tap, depth, n), weight in np.ndenumerate(kernels):
                address = Address((depth, n), place_on_plane(tap))
                marks["kernels"] += board.draw_cell(address, self.cell("kernels", weight.item()))
        return marks

    def _padded_cells(self) -> Iterator[Mark]:
        """Draw every cell of the board on which windows lie, with padding and how wide it is."""
        board, axes = self.boards[self.window_board], self.operation.frames.axes
        sizes = [padded_size(axis) for axis in axes]
        for plane in range(board.planes_down):
            for place in np.ndindex(*sizes):
                address = Address((plane, 0), place_on_plane(place))
                yield from board.draw_cell(address, self._padded_cell(place, plane))
        yield from board.padding_labels(
            place_on_plane([axis.before for axis in axes]),
            place_on_plane([axis.after for axis in axes]),
            size_on_plane([axis.size for axis in axes]),
        )

    def _padded_cell(self, place: Place, plane: int) -> Cell:
        """Return the cell at a place of the padded image or, transposed, of the padded output.

        The latter begins as zeros. Padding that has no value, as in pooling, is an empty cell.
        """
        frames = self.operation.frames
        is_pixel = frames.region(place) == "pixel"
        hatch = "" if is_pixel else "padding"
        if self.is_transposed:
            return Cell("0", "zero", hatch) if is_pixel else Cell("", "ground", hatch)
        if any(n in uncovered_places(axis) for n, axis in zip(place, frames.axes, strict=True)):
            hatch = "left_over"
        if isinstance(frames, ConvolutionFrames):
            return self.cell("input", frames.value(place, plane).item(), hatch)
        if not is_pixel:
            return Cell("", "ground", hatch)
        return self.cell("input", frames.image[(*frames.pixel_at(place), plane)].item(), hatch)

    def _position_cells(self) -> Iterator[Mark]:
        """Draw the board with one cell for each position.

        Transposed, it is the input with its numbers; otherwise the output, still empty.
        """
        frames, board = self.operation.frames, self.boards[self.position_board]
        for k in range(len(frames)):
            position, plane = frames.position(k)
            cell = Cell("", "ground")
            if self.is_transposed:
                cell = self.cell("input", frames.image[(*position, plane)].item())
            yield from board.draw_cell(Address((plane, 0), place_on_plane(position)), cell)

    def output_numbers(self, k: int) -> Marks:
        """Draw the numbers of the output that frame k changes, on the board "output"."""
        board, marks, axes = self.boards["output"], [], self.operation.frames.axes
        for (*position, channel), value in self.output_changes[k].items():
            place = tuple(position)
            if self.is_transposed:
                place = tuple(n + axis.before for n, axis in zip(position, axes, strict=True))
            cell = self.cell("output", value)
            marks += board.draw_cell(Address((channel, 0), place_on_plane(place)), cell)
        return {"output": marks}

    def outlines(self, frame: Frame) -> Marks:
        """Draw the outlines of a frame on all boards: around its window, its kernel and its cell.

        The cell is the number of the output that the window makes or, transposed, the number of the
        input that it spreads.
        """
        marks: Marks = {name: [] for name in self.boards}
        address = Address((frame.channel, 0), place_on_plane(frame.position))
        marks[self.position_board].append(self.boards[self.position_board].outline(address, (1, 1)))
        for plane in sorted({tap.channel for tap in frame.taps}):
            marks[self.window_board] += self._window_outlines(frame, plane)
        if "kernels" in self.boards:
            board = self.boards["kernels"]
            size = board.rows, board.columns
            marks["kernels"] += [
                board.outline(Address((depth, frame.channel), (0, 0)), size)
                for depth in range(board.planes_down)
            ]
        return marks

    def _window_outlines(self, frame: Frame, plane: int) -> Iterator[Mark]:
        """Draw outlines on one plane: around the window, and the pixel that max or min chose.

        In a dilated window each tap gets one too.
        """
        board, axes = self.boards[self.window_board], self.operation.frames.axes
        starts = [i * axis.stride for i, axis in zip(frame.position, axes, strict=True)]
        span = size_on_plane([axis.span for axis in axes])
        yield board.outline(Address((plane, 0), place_on_plane(starts)), span)
        if any(axis.dilation > 1 and axis.window > 1 for axis in axes):
            for tap in frame.taps:
                if tap.channel == plane:
                    address = Address((plane, 0), place_on_plane(tap.place))
                    yield board.outline(address, (1, 1), stroke=2)
        if frame.chosen is not None:
            place = place_on_plane(frame.taps[frame.chosen].place)
            yield board.outline(Address((plane, 0), place), (1, 1), stroke=5)


def _magnitude(values: Any) -> float:
    """Return the greatest finite magnitude in an array; 0 if there is none, or it is complex."""
    if values.dtype.kind == "c" or not values.size:
        return 0.0
    finite = values[np.isfinite(values)]
    return float(max(abs(float(finite.max())), abs(float(finite.min())))) if finite.size else 0.0
