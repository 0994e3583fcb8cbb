"""Pictures of one window, and of all of them as a film strip, from the boards of a scene."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from convpool.explanation.drawing import FONT, SMALL, Drawing, Mark, Words, moved, width_of, wrapped
from convpool.explanation.frames import left_over
from convpool.explanation.model import Operation
from convpool.explanation.scene import Marks, Scene

EDGE = 16
LINE = 21
LEAST = 480  # width in which sums can be read
STRIP = 900  # width of a film strip, about
FRAMES = 64  # of a film strip, at most
CELLS = 20_000  # of all its frames, at most


def notes(operation: Operation) -> list[str]:
    """Write how each size follows, and what colours and hatching mean."""
    lines, axes = list(operation.formulas), operation.plan.axes
    hatched = "cropped by the padding" if operation.kind == "transposed" else "padding"
    lines.append("orange: above 0, blue: below 0")
    if any(axis.before + axis.after + axis.overhang for axis in axes):
        lines.append(f"grey hatching: {hatched}")
    if operation.kind != "transposed" and any(len(left_over(axis)) for axis in axes):
        lines.append("red hatching: left over, no whole window comes so far")
    return lines


def layered(*layers: Marks) -> Marks:
    """Put the marks of later layers over those of earlier ones."""
    names = dict.fromkeys(name for layer in layers for name in layer)
    return {name: [mark for layer in layers for mark in layer.get(name, [])] for name in names}


def beside(
    scene: Scene, marks: Marks, names: Sequence[str], x: float, y: float
) -> tuple[list[Mark], float, float]:
    """Lay boards side by side; return their marks and their size together."""
    laid: list[Mark] = []
    start, height = x, max(scene.boards[name].size[1] for name in names)
    for name in names:
        width, own = scene.boards[name].size
        laid += moved(marks[name], x, y + (height - own) / 2)
        x += width
    return laid, x - start, height


def below(
    lines: Sequence[str], x: float, y: float, width: float, font: float = FONT, fill: str = "ink"
) -> list[Mark]:
    """Write lines of words, broken where they are too long."""
    broken = [part for line in lines for part in wrapped(line, width, font)]
    return [
        Words(x, y + LINE * (k + 1) - 6, words, font, fill=fill) for k, words in enumerate(broken)
    ]


def frames_of(operation: Operation) -> Iterator[Drawing]:
    """Draw each window, with the output so far; all have one size."""
    scene = Scene(operation)
    names = list(scene.boards)
    wanted = sum(scene.boards[name].size[0] for name in names)
    width = max(wanted, LEAST)
    head = wrapped(operation.title, width, FONT)
    top = EDGE + LINE * (len(head) + 1)
    still, so_far = scene.still(), {"output": list[Mark]()}
    sums = max(
        (sum(len(wrapped(line, width)) for line in operation.arithmetic(f)) for f in operation),
        default=0,
    )
    for k, frame in enumerate(operation):
        so_far = layered(so_far, scene.kept(k))
        marks = layered(still, so_far, scene.passing(frame))
        laid, _, height = beside(scene, marks, names, EDGE + (width - wanted) / 2, top)
        laid += below([operation.title], EDGE, EDGE, width)
        heading = operation.heading(frame)
        laid.append(Words(EDGE, top - 6, heading, bold=True))
        laid += below(operation.arithmetic(frame), EDGE, top + height, width)
        end = top + height + LINE * sums + 6
        rest = below(notes(operation), EDGE, end, width, SMALL, "grey")
        full = end + LINE * len(rest) + EDGE
        told = " ".join([heading + ".", *operation.arithmetic(frame), *notes(operation)])
        yield Drawing(width + 2 * EDGE, full, operation.title, tuple(laid + rest), told)


def one(operation: Operation, frame: int) -> Drawing:
    """Draw one window, counted from 0; negative ones from the end."""
    k = range(len(operation))[frame]
    for drawn, drawing in enumerate(frames_of(operation)):
        if drawn == k:
            return drawing
    raise IndexError(frame)


def strip(operation: Operation) -> Drawing:
    """Draw all windows: each with its place on the input, the output so far and its sum."""
    if len(operation) > FRAMES:
        raise ValueError(
            f"there are {len(operation):,} windows, but a film strip holds {FRAMES}: draw one "
            "with frame=0, save a .html to step through them, or explain a part of the image"
        )
    scene = Scene(operation)
    if scene.cells * len(operation) > CELLS:
        raise ValueError(
            f"{len(operation):,} windows over {scene.cells:,} cells are too many for a film "
            "strip: draw one with frame=0, save a .html to step through them, or explain a part "
            "of the image"
        )
    pair = ["input", "output"]
    headings = (width_of(operation.heading(frame), SMALL + 1) for frame in operation)
    width = max(*headings, *(scene.boards[name].size[0] for name in pair))
    # as the output has them, where they fit
    columns = max(1, min(operation.frames.positions[-1], int(STRIP / (width + EDGE))))
    total = max(LEAST, columns * (width + EDGE) - EDGE)
    lines = {
        frame.number: [
            part for line in operation.arithmetic(frame) for part in wrapped(line, width, SMALL)
        ]
        for frame in operation
    }
    height = (
        sum(scene.boards[name].size[1] for name in pair)
        + LINE * (1 + max(map(len, lines.values()), default=0))
        + EDGE
    )
    laid = below([operation.title], EDGE, EDGE, total)
    y: float = EDGE + LINE * len(laid) + 4
    still, so_far = scene.still(), {"output": list[Mark]()}
    if "kernels" in scene.boards:
        laid += moved(still["kernels"], EDGE, y)
        y += scene.boards["kernels"].size[1]
    for k, frame in enumerate(operation):
        so_far = layered(so_far, scene.kept(k))
        marks = layered(still, so_far, scene.passing(frame))
        a, b = EDGE + (k % columns) * (width + EDGE), y + (k // columns) * height
        laid.append(Words(a, b + 15, operation.heading(frame), bold=True, font=SMALL))
        at = b + LINE
        for name in pair:
            laid += moved(marks[name], a, at)
            at += scene.boards[name].size[1]
        laid += [
            Words(a, at + LINE * (n + 1) - 6, words, SMALL) for n, words in enumerate(lines[k])
        ]
    y += -(-len(operation) // columns) * height
    rest = below(notes(operation), EDGE, y, total, SMALL, "grey")
    told = " ".join(
        part
        for frame in operation
        for part in [operation.heading(frame) + ":", *operation.arithmetic(frame)]
    )
    return Drawing(
        total + 2 * EDGE, y + LINE * len(rest) + EDGE, operation.title, tuple(laid + rest), told
    )
