"""An explanation in a terminal: 80 columns, box drawing where the encoding has it.

Colours of numbers are in `text_tables`.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from convpool.explanation.cell_boards import place_on_plane, size_on_plane, size_text
from convpool.explanation.frames import EAGER_RESULTS, Frame, Place, padded_size, uncovered_places
from convpool.explanation.kernel_frames import ConvolutionFrames
from convpool.explanation.model import Operation
from convpool.explanation.text_tables import (
    COLUMNS,
    PADDED,
    Box,
    Plane,
    Table,
    side_by_side,
    table_around,
)
from convpool.explanation.written_numbers import ABOUT, DOT, ELLIPSIS, MINUS, TIMES, number
from convpool.windows import volume

UNKNOWN = "\N{BULLET OPERATOR}"  # a number of the output that is not computed yet
LEFT_OVER = TIMES  # behind a number that no window reaches
# signs that ASCII lacks -> what is written instead
SIGNS = "┏━┓┃┗┛" + PADDED + UNKNOWN + MINUS + DOT + TIMES + ABOUT + ELLIPSIS
ASCII = str.maketrans(SIGNS, "+-+|++:.-*x~.")

# from a position in the output and a channel to the number there; None: not computed yet
Output = Callable[[Place, int], Any]


def _plane_title(name: str, channel: int | None) -> str:
    """Return "name, channel 2", or the name alone if the channel is None."""
    return name if channel is None else f"{name}, channel {channel}"


class _FrameTables:
    """The tables of one frame: the input, the kernel and the output, around its window.

    `output` looks up the numbers of the output that are known by then.
    """

    def __init__(self, operation: Operation, frame: Frame, output: Output) -> None:
        self.operation, self.frames, self.frame = operation, operation.frames, frame
        self.output = output
        self.rank = len(self.frames.axes)
        self.is_transposed = operation.kind == "transposed"

    def rows(self) -> list[list[Table]]:
        """Return the tables in rows, from left to right.

        Each row has the tables of one channel under the window: its plane, and the kernel's weights
        for it. The first row also has the table with one number for each position of the window:
        the output, on the right, or the input of a transposed convolution, on the left.
        """
        has_several_planes = self._has_several_planes()
        rows = []
        channels = dict.fromkeys(tap.channel for tap in self.frame.taps)  # each once, in order
        for depth, c in enumerate(channels):
            row = [self._window_table(c, c if has_several_planes else None)]
            if self.operation.kernels is not None:
                row.append(self._weights(self.operation.kernels, depth))
            rows.append(row)
        position_table = self._position_table()
        if not rows:
            return [[position_table]]
        if self.is_transposed:
            first_row = [position_table, *reversed(rows[0])]
        else:
            first_row = [*rows[0], position_table]
        return [first_row, *rows[1:]]

    def _has_several_planes(self) -> bool:
        """Return whether what windows lie on, input or transposed output, has several channels."""
        shape = self.frames.output_shape if self.is_transposed else self.frames.image.shape
        return bool(shape[-1] > 1)

    def _on_axes(self, place: Place) -> Place:
        """Return a table's (row, column) as an index of an array; on one axis, (column,)."""
        return place[-self.rank :]

    def _position_table(self) -> Table:
        """Return the table of the output, or of a transposed convolution that of the input.

        It has one number for each position of the window.
        """
        frames, channel = self.frames, self.frame.channel
        shape = frames.image.shape if self.is_transposed else frames.output_shape
        name = f"{'input' if self.is_transposed else 'output'} {size_text(shape[:-1])}"

        def text(place: Place) -> str:
            if self.is_transposed:
                return number(frames.image[(*self._on_axes(place), channel)].item())
            return self._output_text(self._on_axes(place), channel)

        title = _plane_title(name, channel if frames.planes > 1 else None)
        plane = Plane(title, size_on_plane(frames.positions), text)
        box = Box(place_on_plane(self.frame.position), (1, 1))
        return table_around(plane, box, max_width=COLUMNS // 2)

    def _window_table(self, channel: int, channel_in_title: int | None) -> Table:
        """Return the table of the padded plane on which windows lie, around the frame's window.

        It shows one channel; `channel_in_title` is that channel, or None to leave it out.
        """
        frame, axes = self.frame, self.frames.axes
        shape = self.frames.output_shape if self.is_transposed else self.frames.image.shape
        name = f"{'output' if self.is_transposed else 'input'} {size_text(shape[:-1])}"
        text_at = self._cropped_output if self.is_transposed else self._padded_input

        def text(place: Place) -> str:
            return text_at(self._on_axes(place), channel)

        is_dilated = any(axis.dilation > 1 and axis.window > 1 for axis in axes)
        marked = None
        if frame.chosen is not None:
            marked = frozenset([place_on_plane(frame.taps[frame.chosen].place)])
        elif is_dilated:
            marked = frozenset(place_on_plane(tap.place) for tap in frame.taps)
        starts = [i * axis.stride for i, axis in zip(frame.position, axes, strict=True)]
        span = size_on_plane([axis.span for axis in axes])
        size = size_on_plane([padded_size(axis) for axis in axes])
        plane = Plane(_plane_title(name, channel_in_title), size, text)
        return table_around(plane, Box(place_on_plane(starts), span, marked))

    def _output_text(self, position: Place, channel: int) -> str:
        """Return the text of a number of the output; UNKNOWN if it is not computed yet."""
        value = self.output(position, channel)
        return UNKNOWN if value is None else number(value)

    def _cropped_output(self, place: Place, channel: int) -> str:
        """Return the text of a place of a transposed convolution's padded output.

        PADDED where the output is cropped.
        """
        if self.frames.region(place) != "pixel":
            return PADDED
        return self._output_text(self.frames.pixel_at(place), channel)

    def _padded_input(self, place: Place, channel: int) -> str:
        """Return the text of a place of the padded input, such as "3", and "3" + PADDED in padding.

        Zeros in padding, and padding of a pooling, are PADDED alone. LEFT_OVER stands behind a
        place that no window reaches.
        """
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
        """Return the table of one plane of the frame's kernel.

        Kernels are (*window, c // groups, nc); `depth` is the plane's place among the c // groups.
        """
        *window, _, nc = kernels.shape
        n = self.frame.channel
        title = f"kernel{f' {n}' if nc > 1 else ''} {size_text(window)}"

        def text(place: Place) -> str:
            return number(kernels[(*self._on_axes(place), depth, n)].item())

        return table_around(Plane(title, size_on_plane(window), text))


def _indented(lines: Sequence[str]) -> list[str]:
    """Return lines indented by two spaces, and broken at COLUMNS, with four where they go on."""
    return [
        text
        for line in lines
        for text in textwrap.wrap(line, COLUMNS, initial_indent="  ", subsequent_indent="    ")
    ]


def window_lines(
    operation: Operation, frame: Frame, output: Output, *, is_colored: bool
) -> list[str]:
    """Return the lines of one window: its heading, its tables, its sum.

    `output` looks up the numbers of the output that are known by then.
    """
    lines = [operation.heading(frame)]
    for row in _FrameTables(operation, frame, output).rows():
        lines += side_by_side(row, is_colored=is_colored)
    return lines + _indented(operation.arithmetic(frame))


def _legend(operation: Operation, lines: Sequence[str]) -> list[str]:
    """Return an empty line and the meanings of signs that occur in the lines; [] without any."""
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
    """Return the lines of the operation's title and of the formula for each size."""
    return [operation.title, *(f"  {line}" for line in operation.formulas), ""]


def whole_output(operation: Operation) -> Output:
    """Return the function that looks up a number of the finished output.

    It computes a very large output window by window, instead of as a whole; not a transposed one,
    whose numbers are sums over several windows.
    """
    frames, shape = operation.frames, operation.plan.output_shape
    if volume(shape) > EAGER_RESULTS and operation.kind != "transposed":
        return lambda position, channel: frames[frames.number(position, channel)].total
    return lambda position, channel: operation.result[(0, *position, channel)].item()


def summary(operation: Operation, *, is_colored: bool = False) -> str:
    """Return the text of the sizes and of the first window, with the finished output."""
    lines = _head(operation)
    if len(operation.frames):
        output = whole_output(operation)
        lines += window_lines(operation, operation.frames[0], output, is_colored=is_colored)
    return _encodable([*lines, *_legend(operation, lines)])


def every_window(operation: Operation, *, is_colored: bool = False) -> Iterator[str]:
    """Yield parts of a text: the sizes, each window with the output so far, the legend."""
    yield _encodable(_head(operation))
    # the output of a transposed convolution begins as zeros
    initial_value = 0 if operation.kind == "transposed" else None
    output_so_far: dict[Place, Any] = {}  # (*position, channel) -> number
    lines: list[str] = []

    def output(position: Place, channel: int) -> Any:
        return output_so_far.get((*position, channel), initial_value)

    for frame, changes in zip(operation.frames, operation.frames.output_changes(), strict=True):
        output_so_far.update(changes)
        lines = window_lines(operation, frame, output, is_colored=is_colored)
        yield _encodable([*lines, ""])
    yield _encodable(_legend(operation, lines)[1:])


def _encodable(lines: Sequence[str]) -> str:
    """Return lines joined, in ASCII if the encoding of standard output lacks one of SIGNS."""
    text = "\n".join(lines)
    try:
        SIGNS.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return text.translate(ASCII)
    return text
