"""The texts of a finding about wrong results: sentences, and the details of one case.

Letters: h x w pixels, kh x kw kernel, ph pw padding, sh sw stride; on one axis n pixels, k taps,
s steps.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convpool.check.behaviour.case import Case
from convpool.check.diagnosis.arithmetic import Arguments, Reading, correct_count, correct_zeros
from convpool.check.diagnosis.deciding_lines import find_deciding_lines
from convpool.check.diagnosis.observed_result import ObservedResult
from convpool.check.diagnosis.window_positions import correct_positions, find_positions
from convpool.check.diagnosis.window_text import (
    Index,
    call_text,
    number,
    pixel_name,
    two_numbers,
    window_text,
)

MOST_IN_GRID = 25  # pixels of an output that is shown as a whole


def first_difference(observation: ObservedResult) -> str:
    """Return how a wrong result differs: in its dtype, else its shape, else its first wrong pixel.

    Such as "pixel (0, 1, 2) is 3, expected 4".
    """
    if observation.values is None:
        return f"the result is an array of {observation.returned.dtype}, expected numbers"
    if not observation.has_right_shape:
        expected = observation.case.expected[0].shape
        return f"the result's shape is {observation.values.shape}, expected {expected}"
    index = _first_index(observation)
    got, right = two_numbers(observation.values[index], observation.nearest_result[index])
    return f"pixel {index} is {got}, expected {right}"


def case_details(observation: ObservedResult) -> list[str]:
    """Return lines about a wrong result: the call, then the first pixel that differs.

    With the pixel come its window, the expected value, the value in the result, and how many
    pixels differ. If padding cannot be split evenly, so that one side has one zero more, a note
    says that either side is right. If dtype or shape are wrong, a line says so instead; for a
    shape, formulas of the right size follow.
    """
    lines = [f"called with {call_text(observation.arguments)}"]
    if observation.values is None:
        return [*lines, first_difference(observation)]
    if not observation.has_right_shape:
        return [
            *lines,
            *right_output(observation.case),
            first_difference(observation),
            *size_formulas(observation.arguments, observation.values.shape[1:3]),
        ]
    index = _first_index(observation)
    right = observation.nearest_result
    got_value, right_value = two_numbers(observation.values[index], right[index])
    has_variants = len(observation.variants) > 1
    note = (
        " (or another value, if the one zero more lies on the other side)" if has_variants else ""
    )
    return [
        *lines,
        f"first pixel that differs: {pixel_name(observation.nearest, index)}",
        window_text(observation.nearest, index),
        f"expected {right_value}{note}",
        f"got {got_value}",
        f"{int(observation.differs.sum())} of {right.size} pixels differ",
    ]


def right_output(case: Case) -> list[str]:
    """Return the right output of a case's first image as lines; [] if it is not a small grid."""
    images = case.expected[0]
    if images.ndim != 3 or not 0 < images[0].size <= MOST_IN_GRID:
        return []
    whole = "" if len(images) == 1 else " of the first image"
    rows = [[number(value) for value in row] for row in images[0]]
    width = max(len(text) for row in rows for text in row)
    lines = ("  ".join(text.rjust(width) for text in row) for row in rows)
    return [f"the right output{whole}:", *(f"    {line}" for line in lines)]


def same_sentence(arguments: Arguments) -> str:
    """Return what is right for 'same', with the numbers of the first axis where T is odd, if any.

    With a link to the explorer at just these numbers.
    """
    axes = [axis for axis in (0, 1) if arguments.total_zeros(axis) % 2] or [0]
    n, k, s = arguments.on_axis(axes[0])
    total = arguments.total_zeros(axes[0])
    words = (
        "T, the zeros that one axis needs in all, is (n - 1) * s + k - n for n pixels, kernel k "
        f"and stride s: T - T // 2 come before and T // 2 after. For n = {n}, k = {k}, s = {s} "
        f"that is T = {total}, {total - total // 2} and {total // 2}"
    )
    if total % 2:
        words += "; as T is odd, no equal number on both sides can do it"
    words += ". The output then has h x w pixels"
    return f"{words}. To see it: run `convpool explore` and open {explorer_link(arguments)}"


def explorer_link(arguments: Arguments) -> str:
    """Return the address in the explorer of the right 'same' for a call."""
    (h, w), (kh, kw), (sh, sw) = arguments.sizes, arguments.window, arguments.stride
    settings = f"h={h}&w={w}&kh={kh}&kw={kw}&sh={sh}&sw={sw}&padding=same_size"
    return f"explorer.html#{settings}"


def window_sentence(wrong: Sequence[ObservedResult]) -> str:
    """Return where windows start, if other window positions explain every wrong result; else "".

    Such as "window (i, j) begins at row 2 * i and column j of the image, expected at row 2 * i - 1
    and column j - 1", by the positions of the first result.
    """
    sentence = ""
    for observation in wrong:
        if observation.values is None or observation.values.ndim < 3:
            return ""
        arguments = observation.variants[0]
        positions = find_positions(arguments, observation.values)
        expected = correct_positions(arguments)
        if positions is None or positions == expected:
            return ""
        sentence = sentence or (
            f"window (i, j) begins at {positions} of the image, expected at {expected}"
        )
    return sentence


def quoted_lines(
    source: str | None, observation: ObservedResult, reading: Reading
) -> tuple[int | None, list[str]]:
    """Return the first line that decides a reading, and those lines as "line 12: ph = kh // 2".

    source: the text of the file. (None, []) without it, and if the lines are not certain.
    """
    if source is None:
        return None, []
    arguments = observation.arguments
    branch = str(arguments.padding) if reading.decided_by == "zeros" else arguments.mode
    numbers = find_deciding_lines(source, reading.decided_by, branch)
    if len(numbers) == 2 and "(of the " in reading.words:
        # a reading of one axis: the first line is for the rows, the second for the columns
        numbers = numbers[:1] if "(of the rows)" in reading.words else numbers[1:]
    lines = source.splitlines()
    quotes = [f"line {line}: {lines[line - 1].strip()}" for line in numbers]
    return (numbers[0] if numbers else None), quotes


def _first_index(observation: ObservedResult) -> Index:
    """Return the index of the first pixel that differs; the result has the right shape."""
    return tuple(int(at) for at in np.argwhere(observation.differs)[0])


def size_formulas(arguments: Arguments, got: Sequence[int] = ()) -> list[str]:
    """Return a line for each axis of a result: the formula of its right size.

    Such as "rows: (h + zeros - kh) // sh + 1 = (6 + 2 - 3) // 1 + 1 = 6; got 4". got: the number of
    rows and of columns that came back; if none did, the lines have a heading instead.
    """
    lines = [] if got else ["the right size of the output:"]
    for axis, letters in enumerate(("h kh sh", "w kw sw")):
        letter, kernel, step = letters.split()
        n, k, s = arguments.on_axis(axis)
        zeros = correct_zeros(arguments, axis)
        count = correct_count(arguments, axis, zeros)
        formula = (
            f"({letter} + zeros - {kernel}) // {step} + 1 = ({n} + {sum(zeros)} - {k}) // "
            f"{s} + 1 = {count}"
        )
        came = f"; got {got[axis]}" if axis < len(got) else ""
        lines.append(f"{'rows' if axis == 0 else 'columns'}: {formula}{came}")
    return lines
