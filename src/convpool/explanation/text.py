"""An explanation in a terminal: 80 columns, box drawing where the encoding has it, colours only where asked for."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from convpool.explanation.boards import across, flat
from convpool.explanation.frames import AT_ONCE, Frame, Place, left_over
from convpool.explanation.kernel_frames import Convolving, Scattering
from convpool.explanation.model import Operation
from convpool.explanation.tables import COLUMNS, PADDED, Table, around, beside
from convpool.explanation.words import ABOUT, DOT, ELLIPSIS, MINUS, TIMES, number
from convpool.windows import volume

UNKNOWN = "\N{BULLET OPERATOR}"
LEFT = TIMES
SIGNS = "┏━┓┃┗┛" + PADDED + UNKNOWN + MINUS + DOT + TIMES + ABOUT + ELLIPSIS
ASCII = str.maketrans(SIGNS, "+-+|++:.-*x~.")

Output = Callable[
    [Place, int], Any
]  # from a place of the output and its channel to the number; None is unknown


def _place(place: Place, rank: int) -> Place:
    return place[-rank:]


def _lattice(
    operation: Operation, frame: Frame, channel: int | None, name: str, cell: Callable[[Place], str]
) -> Table:
    """Show the board on which windows lie, around the window of a frame."""
    axes, rank = operation.frames.axes, len(operation.frames.axes)
    size = flat([axis.before + axis.size + axis.after + axis.overhang for axis in axes], 1)
    start = flat([i * axis.stride for i, axis in zip(frame.position, axes, strict=True)])
    span = flat([axis.span for axis in axes], 1)
    dilated = any(axis.dilation > 1 and axis.window > 1 for axis in axes)
    marked = frozenset(flat(tap.place) for tap in frame.taps) if dilated else None
    if frame.chosen is not None:
        marked = frozenset([flat(frame.taps[frame.chosen].place)])

    def words(place: Place) -> str:
        return cell(_place(place, rank))

    return around(_plane(name, channel), size, words, start, span, marked)


def _plane(name: str, channel: int | None) -> str:
    return name if channel is None else f"{name}, channel {channel}"


def _standing(operation: Operation, channel: int) -> Callable[[Place], str]:
    """Return what stands at a place of the padded input."""
    frames, left = operation.frames, [left_over(axis) for axis in operation.frames.axes]

    def cell(place: Place) -> str:
        where = frames.where(place)
        over = LEFT if any(n in some for n, some in zip(place, left, strict=True)) else ""
        if isinstance(frames, Convolving):
            value = number(frames.value(place, channel).item())
            return (
                value if where == "pixel" else PADDED if value == "0" else value + PADDED
            ) + over
        return (
            number(frames.image[(*frames.unpadded(place), channel)].item()) + over
            if where == "pixel"
            else PADDED
        )

    return cell


def tables(operation: Operation, frame: Frame, output: Output) -> list[list[Table]]:
    """Return the tables of a frame, in rows: each channel with its plane of weights, and the output."""
    frames, kernels = operation.frames, operation.kernels
    rank, several = len(frames.axes), frames.image.shape[-1] > 1
    positions = flat(frames.positions, 1)
    at = (flat(frame.position), (1, 1))
    transposed = isinstance(frames, Scattering)

    def written(channel: int) -> Callable[[Place], str]:
        def cell(place: Place) -> str:
            value = output(_place(place, rank), channel)
            return UNKNOWN if value is None else number(value)

        return cell

    def cropped(channel: int) -> Callable[[Place], str]:
        def cell(place: Place) -> str:
            return (
                written(channel)(frames.unpadded(place))
                if frames.where(place) == "pixel"
                else PADDED
            )

        return cell

    def given(place: Place) -> str:
        return number(frames.image[(*_place(place, rank), frame.channel)].item())

    sizes = {"input": across(frames.image.shape[:-1]), "output": across(frames.output_shape[:-1])}
    plane = frame.channel if frames.planes > 1 else None
    name, cells = ("input", given) if transposed else ("output", written(frame.channel))
    plain = around(_plane(f"{name} {sizes[name]}", plane), positions, cells, *at, room=COLUMNS // 2)
    rows = []
    name, over = ("output", cropped) if transposed else ("input", lambda c: _standing(operation, c))
    many = several if not transposed else frames.output_shape[-1] > 1
    for depth, c in enumerate(dict.fromkeys(tap.channel for tap in frame.taps)):
        row = [_lattice(operation, frame, c if many else None, f"{name} {sizes[name]}", over(c))]
        if kernels is not None:
            row.append(_weights(kernels, depth, frame.channel, rank))
        rows.append(row)
    if not rows:
        return [[plain]]
    first = [plain, *reversed(rows[0])] if transposed else [*rows[0], plain]
    return [first, *rows[1:]]


def _weights(kernels: Any, depth: int, n: int, rank: int) -> Table:
    window = flat(kernels.shape[:-2], 1)
    title = f"kernel{f' {n}' if kernels.shape[-1] > 1 else ''} {across(kernels.shape[:-2])}"

    def cell(place: Place) -> str:
        return number(kernels[(*_place(place, rank), depth, n)].item())

    return around(title, window, cell)


def _wrapped(lines: Sequence[str]) -> list[str]:
    return [
        part
        for line in lines
        for part in textwrap.wrap(line, COLUMNS, initial_indent="  ", subsequent_indent="    ")
    ]


def window(operation: Operation, frame: Frame, output: Output, color: bool) -> list[str]:
    """Write one window: its heading, its tables, its sum."""
    lines = [operation.heading(frame)]
    for row in tables(operation, frame, output):
        lines += beside(row, color)
    return lines + _wrapped(operation.arithmetic(frame))


def legend(operation: Operation, lines: Sequence[str]) -> list[str]:
    """Say what the signs mean that occur."""
    words = {
        PADDED: "cropped" if operation.kind == "transposed" else "padding",
        UNKNOWN: "not computed yet",
    }
    if (
        any(len(left_over(axis)) for axis in operation.frames.axes)
        and operation.kind != "transposed"
    ):
        words[LEFT] = "behind a number: left over, no whole window comes so far"
    found = [
        f"{sign} {text}" for sign, text in words.items() if any(sign in line for line in lines)
    ]
    return ["", *found] if found else []


def head(operation: Operation) -> list[str]:
    """Say what is done, and how the sizes follow."""
    return [operation.title, *(f"  {line}" for line in operation.formulas), ""]


def finished(operation: Operation) -> Output:
    """Return the numbers of the output, of very large ones only those that are shown."""
    frames, shape = operation.frames, operation.plan.output_shape
    if volume(shape) > AT_ONCE and not isinstance(frames, Scattering):
        return lambda place, channel: frames[frames.number(place, channel)].total
    return lambda place, channel: operation.result[(0, *place, channel)].item()


def summary(operation: Operation, color: bool = False) -> str:
    """Write the sizes, the first window and the whole output."""
    lines = head(operation)
    if len(operation.frames):
        lines += window(operation, operation.frames[0], finished(operation), color)
    return readable([*lines, *legend(operation, lines)])


def every(operation: Operation, color: bool = False) -> Iterator[str]:
    """Write every window with the output so far, one after the other."""
    yield readable(head(operation))
    empty = 0 if isinstance(operation.frames, Scattering) else None
    so_far: dict[Place, Any] = {}
    lines: list[str] = []

    def output(place: Place, channel: int) -> Any:
        return so_far.get((*place, channel), empty)

    for frame, changed in zip(operation.frames, operation.frames.steps(), strict=True):
        so_far.update(changed)
        lines = window(operation, frame, output, color)
        yield readable([*lines, ""])
    yield readable(legend(operation, lines)[1:])


def readable(lines: Sequence[str]) -> str:
    """Join lines, with plain signs where the terminal's encoding lacks the better ones."""
    text = "\n".join(lines)
    try:
        SIGNS.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return text.translate(ASCII)
    return text
