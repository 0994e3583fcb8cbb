"""One output pixel of a submission's own function, followed line by line, for `convpool check FOLDER --trace TASK`.

The first run of each line is told, and the turns of the loops in which the followed pixel changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from convpool.check.behaviour.case import Case
from convpool.check.behaviour.samples import Sample
from convpool.check.diagnosis import drawing
from convpool.check.diagnosis.arithmetic import Given, Reading, odd_zeros, read, result
from convpool.check.sandbox.child import Followed, Limits, Step, follow
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.submissions.search import Submission
from convpool.check.tasks import TASKS

Index = tuple[int, ...]
MOST = 200  # steps that are told

# task -> a small call, and the output pixel that is followed: image 0, i, j and the kernel or
# channel
FOLLOWED: dict[int, tuple[Case, Index]] = {
    0: (Case(0, "valid", Sample((1, 4, 6), "whole", 0), Sample((2, 3), "whole", 1)), (0, 1, 2)),
    1: (Case(1, "same", Sample((1, 4, 5), "whole", 0), Sample((3, 3), "whole", 1)), (0, 3, 1)),
    2: (
        Case(2, "padding", Sample((1, 4, 5), "whole", 0), Sample((2, 3), "whole", 1), ((1, 0),)),
        (0, 4, 1),
    ),
    3: (Case(3, "same", Sample((1, 4, 5), "whole", 0), Sample((3, 3), "whole", 1)), (0, 3, 1)),
    4: (
        Case(4, "same", Sample((1, 4, 5, 2), "whole", 0), Sample((3, 3, 2), "whole", 1)),
        (0, 3, 1),
    ),
    5: (
        Case(5, "same", Sample((1, 4, 5, 2), "whole", 0), Sample((3, 3, 2, 2), "whole", 1)),
        (0, 3, 1, 0),
    ),
    6: (Case(6, "max", Sample((1, 4, 6, 2), "whole", 0), (2, 2), ((2, 2),)), (0, 1, 1, 0)),
}


def trace(submission: Submission, task: int, python: Interpreter, limits: Limits) -> str:
    """Tell how one output pixel of a task's function comes about.

    Parameters
    ----------
    submission
        Where the file is.
    task
        0 to 6.
    python
        What runs it, in a child process.
    limits
        Of that process.

    Returns
    -------
    str
        Several lines: the lines that ran with what they changed, the pixel's window, what is
        expected and what came.
    """
    case, index = FOLLOWED[task]
    about = TASKS[task]
    if submission.folder is None or not (submission.folder / about.file).is_file():
        return f"{submission.name}: there is no {about.file} to follow"
    given = read(case)
    followed = follow(submission.folder, about.file, about.function, case.call, python, limits)
    source = (
        (submission.folder / about.file).read_text(encoding="utf-8", errors="replace").splitlines()
    )
    return "\n".join(
        [
            f"{about.file}, {about.function}: {case.line}",
            *(f"  {line}" for line in case.source.splitlines()[:-1]),
            f"followed: {drawing.pixel_name(given, index)}",
            "",
            *_told(followed, source, index),
            "",
            *_outcome(followed, given, case, index),
        ]
    )


# ---- which steps are told ----


def _changes(followed: Followed, index: Index) -> set[int]:
    """Return the steps that write the followed pixel alone, or first, in an array of the result's shape."""
    value = followed.answer.value
    if value is None:
        return set()
    written = re.compile(rf"\[{', '.join(map(str, index))}\] = ")
    shapes: dict[tuple[str, str], str] = {}
    found = set()
    for number, step in enumerate(followed.steps):
        for name, text in step.values.items():
            if shape := re.match(r"\w+ (\(.*?\))", text):
                shapes[step.function, name] = shape[1]
            elif written.match(text) and shapes.get((step.function, name)) == str(value.shape):
                found.add(number)
    return found


def _kept(steps: Sequence[Step], changes: set[int]) -> list[int]:
    """Return the steps that are told: the first of each line, and what leads to a change since that line last ran."""
    last: dict[tuple[str, int], int] = {}
    kept = set()
    for number, step in enumerate(steps):
        place = (step.function, step.line)
        if place not in last:
            kept.add(number)
        elif number in changes:
            kept.update(range(last[place] + 1, number + 1))
        last[place] = number
    return sorted(kept)[:MOST]


def _text(step: Step, source: Sequence[str]) -> str:
    return source[step.line - 1].strip() if 0 < step.line <= len(source) else ""


def _values(values: dict[str, str]) -> Iterator[str]:
    """Yield values in words; an array of several rows has lines of its own."""
    for name, text in values.items():
        about, bracket, rows = text.partition("[") if "\n" in text else (text, "", "")
        yield f"          {name}: {about.strip()}"
        yield from (
            f"            {line}" for line in f"{bracket}{rows}".splitlines() if line.strip()
        )


def _told(followed: Followed, source: Sequence[str], index: Index) -> Iterator[str]:
    """Yield the steps in words; after a gap, what small values have become in it."""
    changes = _changes(followed, index)
    before = -1
    for number in _kept(followed.steps, changes):
        step = followed.steps[number]
        if number > before + 1:
            yield f"     ... {number - before - 1} more"
            yield from _values(_latest(followed.steps[before + 1 : number], step.function))
        yield f"{step.line:4}  {_text(step, source)}"
        yield from _values(step.values)
        if number in changes:
            yield "          ^ the followed pixel"
        before = number
    if before + 1 < len(followed.steps):
        yield f"     ... {len(followed.steps) - before - 1} more"
    if not followed.complete:
        yield "     ... (not followed to the end)"


def _latest(steps: Sequence[Step], function: str) -> dict[str, str]:
    """Return the last value of each name that is short: loop variables, not arrays."""
    values: dict[str, str] = {}
    for step in steps:
        if step.function == function:
            values |= {
                name: text for name, text in step.values.items() if re.fullmatch(r"[-\d.]+", text)
            }
    return values


# ---- what came of it ----


def _outcome(followed: Followed, given: Given, case: Case, index: Index) -> Iterator[str]:
    """Yield the window with the right arithmetic, what is expected and what came."""
    way = odd_zeros(given)[0]
    right = result(Reading(""), way)
    assert right is not None
    yield f"{drawing.pixel_name(given, index)}: {drawing.window(way, index)}"
    yield f"expected {drawing.number(right[index])}"
    value = followed.answer.value
    if value is None:
        yield f"got no array: {followed.answer.words}"
    elif value.shape != right.shape:
        yield f"got an array of shape {value.shape}, expected {right.shape}"
        if len(value.shape) == len(index) and all(
            at < n for at, n in zip(index, value.shape, strict=True)
        ):
            yield f"got {drawing.number(value[index])} at this place"
    else:
        yield f"got {drawing.number(value[index])}"
