"""Follow one output pixel of a submission's own function line by line: `convpool check --trace`.

The text has the first run of each line, and those turns of the loops that change the followed
pixel. An index is that of an output pixel: (image, i, j), in task 5 with the kernel and in task 6
with the channel as a fourth number. A step is one run of one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from convpool.check.behaviour.case import Case
from convpool.check.behaviour.random_arrays import Sample
from convpool.check.diagnosis.arithmetic import arguments_of, odd_zero_variants
from convpool.check.diagnosis.observed_result import right_result
from convpool.check.diagnosis.window_text import (
    Index,
    number,
    pixel_name,
    two_numbers,
    window_text,
)
from convpool.check.sandbox.caller import follow
from convpool.check.sandbox.calls import FollowedCall, Step, SubmittedFunction
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.sandbox.limits import Limits
from convpool.check.submissions.search import Submission
from convpool.check.tasks import TASKS

MAX_STEPS = 200  # steps that are printed

# task -> a small call, and the index of the output pixel that is followed
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
    """Run a task's function on a small call, and return how it computes one output pixel.

    Parameters
    ----------
    submission
        Its course folder has the file.
    task
        0 to 6.
    python
        The interpreter that runs the file, in a child process.
    limits
        The limits of that process.

    Returns
    -------
    str
        Several lines: the steps with what they changed, the pixel's window, the expected value and
        the one that came. One line if the submission has no such file.
    """
    case, index = FOLLOWED[task]
    name = TASKS[task].file
    if submission.folder is None or not (submission.folder / name).is_file():
        return f"{submission.name}: there is no {name} to follow"
    function = SubmittedFunction(submission.folder, name, TASKS[task].function)
    call = follow(function, case.call, python, limits)
    text = (submission.folder / name).read_text(encoding="utf-8", errors="replace")
    lines = [
        f"{name}, {function.name}: {case.call_source}",
        *(f"  {line}" for line in case.source.splitlines()[:-1]),  # without the call itself
        f"followed: {pixel_name(arguments_of(case), index)}",
        "",
        *step_lines(call, text.splitlines(), index),
        "",
        *_result_lines(call, case, index),
    ]
    return "\n".join(lines)


# ---- which steps are printed ----


def _pixel_changes(call: FollowedCall, index: Index) -> set[int]:
    """Return the numbers (from 0) of the steps that change the followed pixel.

    A step counts if the pixel is the first element that it changes in place in an array of the
    result's shape. Empty if the call returned no array.
    """
    result = call.answer.value
    if result is None:
        return set()
    # as `sandbox.caller.follow` writes values: "[0, 1, 2] = 5.0" for an element that changed, and
    # "f8 (1, 3, 4)", with elements or without, for a new array
    change = re.compile(rf"\[{', '.join(map(str, index))}\] = ")
    shapes: dict[tuple[str, str], str] = {}  # (function, name of an array in it) -> its shape
    numbers = set()
    for step_number, step in enumerate(call.steps):
        for name, text in step.values.items():
            if shape := re.match(r"\w+ (\(.*?\))", text):
                shapes[step.function, name] = shape[1]
            elif change.match(text) and shapes.get((step.function, name)) == str(result.shape):
                numbers.add(step_number)
    return numbers


def _printed_steps(steps: Sequence[Step], changes: set[int]) -> list[int]:
    """Return the numbers of the first MAX_STEPS steps that are to be printed, in order.

    These are the first run of each line, and for each of `changes` (numbers of steps that change
    the pixel) all steps since the previous run of its line: one turn of the innermost loop.
    """
    latest_steps: dict[tuple[str, int], int] = {}  # (function, line) -> number of its latest step
    printed = set()
    for step_number, step in enumerate(steps):
        place = (step.function, step.line)
        if place not in latest_steps:
            printed.add(step_number)
        elif step_number in changes:
            printed.update(range(latest_steps[place] + 1, step_number + 1))
        latest_steps[place] = step_number
    return sorted(printed)[:MAX_STEPS]


def step_lines(call: FollowedCall, source: Sequence[str], index: Index) -> Iterator[str]:
    """Yield the lines of text for the printed steps.

    A gap between two of them is a line "... 12 more" and the latest numbers in it. source: the
    lines of the file.
    """
    changes = _pixel_changes(call, index)
    previous = -1
    for step_number in _printed_steps(call.steps, changes):
        step = call.steps[step_number]
        if step_number > previous + 1:
            skipped = call.steps[previous + 1 : step_number]
            yield f"     ... {len(skipped)} more"
            yield from _value_lines(_last_numbers(skipped, step.function))
        code = source[step.line - 1].strip() if 0 < step.line <= len(source) else ""
        yield f"{step.line:4}  {code}"
        yield from _value_lines(step.values)
        if step_number in changes:
            yield "          ^ the followed pixel"
        previous = step_number
    if previous + 1 < len(call.steps):
        yield f"     ... {len(call.steps) - previous - 1} more"
    if not call.complete:
        yield "     ... (not followed to the end)"


def _value_lines(values: dict[str, str]) -> Iterator[str]:
    """Yield a line "name: value" for each name; rows of an array follow on lines of their own."""
    for name, text in values.items():
        # of "f8 (2, 2) [[0. 1.]\n [2. 3.]]", the part before the bracket is its dtype and shape
        about, bracket, rows = text.partition("[") if "\n" in text else (text, "", "")
        yield f"          {name}: {about.strip()}"
        yield from (
            f"            {line}" for line in f"{bracket}{rows}".splitlines() if line.strip()
        )


def _last_numbers(steps: Sequence[Step], function: str) -> dict[str, str]:
    """Return the latest value of each name in `function` that is a number, as of loop variables."""
    values: dict[str, str] = {}
    for step in steps:
        if step.function == function:
            values |= {
                name: text for name, text in step.values.items() if re.fullmatch(r"[-\d.]+", text)
            }
    return values


# ---- the result ----


def _result_lines(call: FollowedCall, case: Case, index: Index) -> Iterator[str]:
    """Yield lines: the pixel's window with the right arithmetic, the expected and the real value.

    If no array of the right shape came back, the last lines say what came.
    """
    arguments = odd_zero_variants(arguments_of(case))[0]
    right = right_result(arguments)
    yield f"{pixel_name(arguments, index)}: {window_text(arguments, index)}"
    result = call.answer.value
    got_value, right_value = "", number(right[index])
    if result is not None and result.shape == right.shape:
        got_value, right_value = two_numbers(result[index], right[index])
    yield f"expected {right_value}"
    if result is None:
        yield f"got no array: {call.answer.words}"
    elif result.shape != right.shape:
        yield f"got an array of shape {result.shape}, expected {right.shape}"
        has_index = result.ndim == len(index) and all(
            at < n for at, n in zip(index, result.shape, strict=True)
        )
        if has_index:
            yield f"got {number(result[index])} at this place"
    else:
        yield f"got {got_value}"
