"""Pictures of one window, and of all of them as a film strip.

They are laid out from boards: a board is the drawn grid of the numbers of one array, such as the
input. An operation is a sequence of frames, one for each window.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from convpool.explanation.drawing_elements import (
    FONT,
    SMALL,
    Drawing,
    Mark,
    Text,
    shift,
    text_width,
    wrap,
)
from convpool.explanation.frames import Frame, uncovered_places
from convpool.explanation.model import Operation
from convpool.explanation.operation_boards import Marks, OperationBoards

# lengths in units of a drawing
EDGE = 16  # around the picture, and between the frames of a film strip
LINE = 21  # height of a line of text
BELOW_BASELINE = 6  # of that height
MIN_WIDTH = 480  # in which sums can be read
STRIP_WIDTH = 900  # of a film strip, about; a single wide frame may be wider
MAX_FRAMES = 64  # of a film strip
MAX_STRIP_CELLS = 20_000  # of all frames of a film strip
STRIP_BOARDS = ("input", "output")  # of each frame; the kernels are drawn once, above all frames


def notes(operation: Operation) -> list[str]:
    """Return the lines below a picture: formulas of the sizes, meaning of colours and hatching."""
    lines, axes = list(operation.formulas), operation.plan.axes
    is_transposed = operation.kind == "transposed"
    lines.append("orange: above 0, blue: below 0")
    if any(axis.before + axis.after + axis.overhang for axis in axes):
        lines.append(f"grey hatching: {'cropped by the padding' if is_transposed else 'padding'}")
    if not is_transposed and any(len(uncovered_places(axis)) for axis in axes):
        lines.append("red hatching: left over, no whole window comes so far")
    return lines


def layered(*layers: Marks) -> Marks:
    """Return the marks of some layers as one layer, in which later ones lie over earlier ones."""
    names = dict.fromkeys(name for layer in layers for name in layer)  # each once, in order
    return {name: [mark for layer in layers for mark in layer.get(name, [])] for name in names}


class Column(NamedTuple):
    """A column of text: its left edge, width, size of letters, and colour as a name in COLORS."""

    x: float
    width: float
    font: float = FONT
    fill: str = "ink"

    def write(self, lines: Sequence[str], y: float) -> list[Mark]:
        """Write lines from y downwards, broken at the width; each resulting line is a mark."""
        wrapped = [text for line in lines for text in wrap(line, self.width, self.font)]
        return [
            Text(self.x, y + LINE * (k + 1) - BELOW_BASELINE, text, self.font, fill=self.fill)
            for k, text in enumerate(wrapped)
        ]


def _wrapped_arithmetic(operation: Operation, frame: Frame, width: float, font: float) -> list[str]:
    """Return a frame's lines of arithmetic, broken at a width."""
    return [text for line in operation.arithmetic(frame) for text in wrap(line, width, font)]


class _WindowPainter:
    """Draws single windows of an operation, all in pictures of one size."""

    def __init__(self, operation: Operation) -> None:
        self.operation, self.layout = operation, OperationBoards(operation)
        self.boards = self.layout.boards
        self.boards_width = sum(board.size[0] for board in self.boards.values())
        self.boards_height = max(board.size[1] for board in self.boards.values())
        self.width = max(self.boards_width, MIN_WIDTH)
        self.background = self.layout.background()
        # the most lines of arithmetic that any window has: all pictures leave room for them
        self.most_lines = max(
            (len(_wrapped_arithmetic(operation, frame, self.width, FONT)) for frame in operation),
            default=0,
        )

    def draw(self, frame: Frame, output: Marks) -> Drawing:
        """Draw a picture of one window; `output` are the marks of the output's numbers so far."""
        operation, column = self.operation, Column(EDGE, self.width)
        marks = column.write([operation.title], EDGE)
        top = EDGE + LINE * (len(marks) + 1)
        heading, sums = operation.heading(frame), operation.arithmetic(frame)
        marks.append(Text(EDGE, top - BELOW_BASELINE, heading, bold=True))
        marks += self._boards(layered(self.background, output, self.layout.outlines(frame)), top)
        below = top + self.boards_height
        marks += column.write(sums, below)
        end = below + LINE * self.most_lines + 6
        legend = Column(EDGE, self.width, SMALL, "grey").write(notes(operation), end)
        height = end + LINE * len(legend) + EDGE
        description = " ".join([f"{heading}.", *sums, *notes(operation)])
        return Drawing(
            self.width + 2 * EDGE, height, operation.title, (*marks, *legend), description
        )

    def _boards(self, marks: Marks, top: float) -> list[Mark]:
        """Return the marks of all boards side by side, from `top` downwards.

        Lower boards stand in the middle of the height of the highest.
        """
        x, shifted = EDGE + (self.width - self.boards_width) / 2, []
        for name, board in self.boards.items():
            width, height = board.size
            shifted += shift(marks[name], x, top + (self.boards_height - height) / 2)
            x += width
        return shifted


def every_window(operation: Operation) -> Iterator[Drawing]:
    """Yield a picture of each window, with the output so far; all have one size."""
    painter = _WindowPainter(operation)
    output: Marks = {"output": []}
    for k, frame in enumerate(operation):
        output = layered(output, painter.layout.output_numbers(k))
        yield painter.draw(frame, output)


def one_window(operation: Operation, number: int) -> Drawing:
    """Draw one window with the output so far; negative numbers count from the end.

    Raises IndexError if there is no such window.
    """
    frame = operation.frames[number]
    painter = _WindowPainter(operation)
    output = layered(*(painter.layout.output_numbers(k) for k in range(frame.number + 1)))
    return painter.draw(frame, output)


def _check_strip(operation: Operation, layout: OperationBoards) -> None:
    """Raise ValueError if a film strip would be too long."""
    layout.check()
    if len(operation) > MAX_FRAMES:
        raise ValueError(
            f"there are {len(operation):,} windows, but a film strip holds {MAX_FRAMES}: draw one "
            "with frame=0, explain a part of the image, or step through them in convpool explore"
        )
    if layout.cell_count * len(operation) > MAX_STRIP_CELLS:
        raise ValueError(
            f"{len(operation):,} windows over {layout.cell_count:,} cells are too many for a film "
            "strip: draw one with frame=0, explain a part of the image, or step through them in "
            "convpool explore"
        )


def film_strip(operation: Operation) -> Drawing:
    """Draw all windows in one picture, in rows: the boards of each, and its sum below.

    From top to bottom: the title, the kernels, the rows of frames, the legend.
    """
    layout = OperationBoards(operation)
    _check_strip(operation, layout)
    headings = (text_width(operation.heading(frame), SMALL + 1) for frame in operation)
    frame_width = max(*headings, *(layout.boards[name].size[0] for name in STRIP_BOARDS))
    # as many frames in a row as the output has columns, where they fit
    columns = max(1, min(operation.frames.positions[-1], int(STRIP_WIDTH / (frame_width + EDGE))))
    total_width = max(MIN_WIDTH, columns * (frame_width + EDGE) - EDGE)
    marks = Column(EDGE, total_width).write([operation.title], EDGE)
    y: float = EDGE + LINE * len(marks) + 4
    background = layout.background()
    if "kernels" in layout.boards:
        marks += shift(background["kernels"], EDGE, y)
        y += layout.boards["kernels"].size[1]
    sums = [_wrapped_arithmetic(operation, frame, frame_width, SMALL) for frame in operation]
    boards_height = sum(layout.boards[name].size[1] for name in STRIP_BOARDS)
    frame_height = boards_height + LINE * (1 + max(map(len, sums), default=0)) + EDGE
    for k, frame_marks in enumerate(_strip_frames(layout, background, frame_width)):
        row, column = divmod(k, columns)
        marks += shift(frame_marks, EDGE + column * (frame_width + EDGE), y + row * frame_height)
    y += math.ceil(len(operation) / columns) * frame_height
    legend = Column(EDGE, total_width, SMALL, "grey").write(notes(operation), y)
    description = " ".join(
        part
        for frame in operation
        for part in [f"{operation.heading(frame)}:", *operation.arithmetic(frame)]
    )
    size = total_width + 2 * EDGE, y + LINE * len(legend) + EDGE
    return Drawing(*size, operation.title, (*marks, *legend), description)


def _strip_frames(layout: OperationBoards, background: Marks, width: float) -> Iterator[list[Mark]]:
    """Yield each frame of a film strip, its upper left corner at (0, 0): heading, boards, sum."""
    operation = layout.operation
    output: Marks = {"output": []}  # the numbers so far
    for k, frame in enumerate(operation):
        output = layered(output, layout.output_numbers(k))
        board_marks = layered(background, output, layout.outlines(frame))
        marks: list[Mark] = [Text(0, 15, operation.heading(frame), SMALL, bold=True)]
        y: float = LINE
        for name in STRIP_BOARDS:
            marks += shift(board_marks[name], 0, y)
            y += layout.boards[name].size[1]
        yield [*marks, *Column(0, width, SMALL).write(operation.arithmetic(frame), y)]


def draw(operation: Operation, frame: int | None) -> Drawing:
    """Draw one window, by its number; None draws all of them as a film strip."""
    return film_strip(operation) if frame is None else one_window(operation, frame)
