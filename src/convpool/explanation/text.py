"""An explanation in a terminal: 80 columns, box drawing where the encoding has it, colours."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from convpool.explanation.cell_boards import row_and_column, size_text
from convpool.explanation.frames import EAGER_RESULTS, Frame, Place, padded_size, uncovered_places
from convpool.explanation.kernel_frames import ConvolutionFrames
from convpool.explanation.model import Operation
from convpool.explanation.sums import ABOUT, DOT, ELLIPSIS, MINUS, TIMES, number
from convpool.explanation.text_tables import COLUMNS, PADDED, Box, Plane, Table, around, beside
from convpool.windows import volume

UNKNOWN = "\N{BULLET OPERATOR}"
LEFT_OVER = TIMES
SIGNS = "┏━┓┃┗┛" + PADDED + UNKNOWN + MINUS + DOT + TIMES + ABOUT + ELLIPSIS
ASCII = str.maketrans(SIGNS, "+-+|++:.-*x~.")

# from a place of the output and its channel to the number there; None is not computed yet
Output = Callable[[Place, int], Any]
Texts = Callable[[Place], str]  # from a place (row, column) to the text of its cell


def _plane_title(name: str, channel: int | None) -> str:
    return name if channel is None else f"{name}, channel {channel}"


class _FrameTables:
    """The tables of one frame: each channel with its plane of weights, and the output."""

    def __init__(self, operation: Operation, frame: Frame, output: Output) -> None:
        self.operation, self.frames, self.frame = operation, operation.frames, frame
        self.output = output
        self.rank = len(self.frames.axes)
        self.is_transposed = operation.kind == "transposed"

    def rows(self) -> list[list[Table]]:
        """Return the tables in rows, as they are read."""
        is_deep = self._has_several_planes()
        rows = []
        for depth, c in enumerate(dict.fromkeys(tap.channel for tap in self.frame.taps)):
            row = [self._window_table(c, c if is_deep else None)]
            if self.operation.kernels is not None:
                row.append(self._weights(self.operation.kernels, depth))
            rows.append(row)
        plain = self._plain_table()
        if not rows:
            return [[plain]]
        first = [plain, *reversed(rows[0])] if self.is_transposed else [*rows[0], plain]
        return [first, *rows[1:]]

    def _has_several_planes(self) -> bool:
        """Return whether windows lie on several channels."""
        shape = self.frames.output_shape if self.is_transposed else self.frames.image.shape
        return bool(shape[-1] > 1)

    def _plain_table(self) -> Table:
        """Show one number for each position: the output, or the input if transposed."""
        frames, channel = self.frames, self.frame.channel
        shape = frames.image.shape if self.is_transposed else frames.output_shape
        name = f"{'input' if self.is_transposed else 'output'} {size_text(shape[:-1])}"

        def text(place: Place) -> str:
            if self.is_transposed:
                return number(frames.image[(*place[-self.rank :], channel)].item())
            return self._output_text(place[-self.rank :], channel)

        title = _plane_title(name, channel if frames.planes > 1 else None)
        plane = Plane(title, row_and_column(frames.positions, 1), text)
        box = Box(row_and_column(self.frame.position), (1, 1))
        return around(plane, box, room=COLUMNS // 2)

    def _window_table(self, channel: int, channel_in_title: int | None) -> Table:
        """Show the padded plane on which windows lie, around the window of the frame."""
        frame, axes = self.frame, self.frames.axes
        shape = self.frames.output_shape if self.is_transposed else self.frames.image.shape
        name = f"{'output' if self.is_transposed else 'input'} {size_text(shape[:-1])}"
        texts = self._cropped_output if self.is_transposed else self._padded_input

        def text(place: Place) -> str:
            return texts(place[-self.rank :], channel)

        is_dilated = any(axis.dilation > 1 and axis.window > 1 for axis in axes)
        marked = None
        if frame.chosen is not None:
            marked = frozenset([row_and_column(frame.taps[frame.chosen].place)])
        elif is_dilated:
            marked = frozenset(row_and_column(tap.place) for tap in frame.taps)
        starts = [i * axis.stride for i, axis in zip(frame.position, axes, strict=True)]
        span = row_and_column([axis.span for axis in axes], 1)
        size = row_and_column([padded_size(axis) for axis in axes], 1)
        plane = Plane(_plane_title(name, channel_in_title), size, text)
        return around(plane, Box(row_and_column(starts), span, marked))

    def _output_text(self, place: Place, channel: int) -> str:
        value = self.output(place, channel)
        return UNKNOWN if value is None else number(value)

    def _cropped_output(self, place: Place, channel: int) -> str:
        """Return the text of a place of a transposed convolution's padded output."""
        if self.frames.region(place) != "pixel":
            return PADDED
        return self._output_text(self.frames.pixel_at(place), channel)

    def _padded_input(self, place: Place, channel: int) -> str:
        """Return the text of a place of the padded input."""
        frames = self.frames
        is_pixel = frames.region(place) == "pixel"
        if not isinstance(frames, ConvolutionFrames):
            if not is_pixel:
                return PADDED
            value = number(frames.image[(*frames.pixel_at(place), channel)].item())
        else:
            value = number(frames.value(place, channel).item())
            if not is_pixel:
                value = PADDED if value == "0" else value + PADDED
        is_left_over = any(
            n in uncovered_places(axis) for n, axis in zip(place, frames.axes, strict=True)
        )
        return value + LEFT_OVER if is_left_over else value

    def _weights(self, kernels: Any, depth: int) -> Table:
        """Show one plane of the frame's kernel; kernels are (*window, depth, nc)."""
        *window, _, nc = kernels.shape
        n = self.frame.channel
        title = f"kernel{f' {n}' if nc > 1 else ''} {size_text(window)}"

        def text(place: Place) -> str:
            return number(kernels[(*place[-self.rank :], depth, n)].item())

        return around(Plane(title, row_and_column(window, 1), text))


def _indented(lines: Sequence[str]) -> list[str]:
    """Break lines at COLUMNS, and indent them."""
    return [
        part
        for line in lines
        for part in textwrap.wrap(line, COLUMNS, initial_indent="  ", subsequent_indent="    ")
    ]


def window_lines(
    operation: Operation, frame: Frame, output: Output, *, is_colored: bool
) -> list[str]:
    """Write one window: its heading, its tables, its sum."""
    lines = [operation.heading(frame)]
    for row in _FrameTables(operation, frame, output).rows():
        lines += beside(row, is_colored=is_colored)
    return lines + _indented(operation.arithmetic(frame))


def _legend(operation: Operation, lines: Sequence[str]) -> list[str]:
    """Explain the signs that occur in the lines."""
    is_transposed = operation.kind == "transposed"
    meanings = {
        PADDED: "cropped" if is_transposed else "padding",
        UNKNOWN: "not computed yet",
    }
    if not is_transposed and any(len(uncovered_places(axis)) for axis in operation.frames.axes):
        meanings[LEFT_OVER] = "behind a number: left over, no whole window comes so far"
    entries = [
        f"{sign} {meaning}"
        for sign, meaning in meanings.items()
        if any(sign in line for line in lines)
    ]
    return ["", *entries] if entries else []


def _head(operation: Operation) -> list[str]:
    """Write what is computed, and how the sizes follow."""
    return [operation.title, *(f"  {line}" for line in operation.formulas), ""]


def whole_output(operation: Operation) -> Output:
    """Return how to look up a number of the output; very large outputs are computed in part."""
    frames, shape = operation.frames, operation.plan.output_shape
    if volume(shape) > EAGER_RESULTS and operation.kind != "transposed":
        return lambda place, channel: frames[frames.number(place, channel)].total
    return lambda place, channel: operation.result[(0, *place, channel)].item()


def summary(operation: Operation, *, is_colored: bool = False) -> str:
    """Write the sizes, the first window and the whole output."""
    lines = _head(operation)
    if len(operation.frames):
        output = whole_output(operation)
        lines += window_lines(operation, operation.frames[0], output, is_colored=is_colored)
    return _encodable([*lines, *_legend(operation, lines)])


def every_window(operation: Operation, *, is_colored: bool = False) -> Iterator[str]:
    """Write every window with the output so far, one after the other."""
    yield _encodable(_head(operation))
    empty = 0 if operation.kind == "transposed" else None
    so_far: dict[Place, Any] = {}
    lines: list[str] = []

    def output(place: Place, channel: int) -> Any:
        return so_far.get((*place, channel), empty)

    for frame, changes in zip(operation.frames, operation.frames.output_changes(), strict=True):
        so_far.update(changes)
        lines = window_lines(operation, frame, output, is_colored=is_colored)
        yield _encodable([*lines, ""])
    yield _encodable(_legend(operation, lines)[1:])


def _encodable(lines: Sequence[str]) -> str:
    """Join lines, with ASCII signs where the terminal's encoding lacks the better ones."""
    text = "\n".join(lines)
    try:
        SIGNS.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return text.translate(ASCII)
    return text
