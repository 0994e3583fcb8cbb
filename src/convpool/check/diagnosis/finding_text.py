"""The texts of a finding about wrong results: sentences, and the details of one case.

Letters: h x w pixels, kh x kw kernel, ph pw padding, sh sw stride; on one axis n pixels, k taps,
s steps.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convpool.check.behaviour.comparison import TOLERANCE
from convpool.check.diagnosis.arithmetic import Reading, apply_reading, correct_count, correct_zeros
from convpool.check.diagnosis.faulty_lines import find_faulty_lines
from convpool.check.diagnosis.observed_result import ObservedResult
from convpool.check.diagnosis.readings.registry import READINGS
from convpool.check.diagnosis.window_positions import correct_positions, find_positions
from convpool.check.diagnosis.window_text import Index, call_text, number, pixel_name, window_text

MAX_COINCIDENCES = 3  # readings that are named because they give one pixel


def count_sentence(wrong: int, total: int) -> str:
    """Return a sentence such as "3 of 12 cases differ"."""
    cases = f"{total} case{'s' * (total != 1)}"
    return f"{wrong} of {cases} differ{'s' * (wrong == 1)}"


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
    expected_value = number(observation.nearest_result[index])
    return f"pixel {index} is {number(observation.values[index])}, expected {expected_value}"


def case_details(observation: ObservedResult) -> list[str]:
    """Return lines about a wrong result: the call, then the first pixel that differs.

    With the pixel come its window, the expected value, the value in the result, and how many
    pixels differ. If dtype or shape are wrong, a line says so instead; for a shape, formulas of the
    right size follow. The odd zero: padding that cannot be split evenly has one zero more on one
    side, and both sides are right.
    """
    lines = [f"called with {call_text(observation.arguments)}"]
    if observation.values is None:
        return [*lines, first_difference(observation)]
    if not observation.has_right_shape:
        return [*lines, first_difference(observation), *_size_formulas(observation)]
    index = _first_index(observation)
    right = observation.nearest_result
    has_variants = len(observation.variants) > 1
    note = " (or another value where the odd zero lies on the other side)" if has_variants else ""
    return [
        *lines,
        f"first pixel that differs: {pixel_name(observation.nearest, index)}",
        window_text(observation.nearest, index),
        f"expected {number(right[index])}{note}",
        f"got {number(observation.values[index])}",
        f"{int(observation.differs.sum())} of {right.size} pixels differ",
    ]


def coincidences(observation: ObservedResult) -> list[str]:
    """Return lines that name the readings that give at least the first pixel that differs.

    Such as "7 would come out here if the kernel is flipped". At most MAX_COINCIDENCES. [] if that
    pixel is 0 or not finite, as too many readings give that, and for a result of another shape.
    """
    if observation.values is None or not observation.has_right_shape:
        return []
    index = _first_index(observation)
    value, shape = observation.values[index], observation.values.shape
    if not value or not np.isfinite(value):
        return []
    words = []
    for reading in READINGS.values():
        result = apply_reading(reading, observation.nearest, shape)
        if result is None or result.shape != shape:
            continue
        if abs(result[index] - value) <= abs(value) * TOLERANCE:
            words.append(reading.words)
    first_words = dict.fromkeys(words[:MAX_COINCIDENCES])
    return [f"{number(value)} would come out here if {reason}" for reason in first_words]


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
    numbers = find_faulty_lines(source, reading.decided_by, branch)
    if len(numbers) == 2 and "(of the " in reading.words:
        # a reading of one axis: the first line is for the rows, the second for the columns
        numbers = numbers[:1] if "(of the rows)" in reading.words else numbers[1:]
    lines = source.splitlines()
    quotes = [f"line {line}: {lines[line - 1].strip()}" for line in numbers]
    return (numbers[0] if numbers else None), quotes


def _first_index(observation: ObservedResult) -> Index:
    """Return the index of the first pixel that differs; the result has the right shape."""
    return tuple(int(at) for at in np.argwhere(observation.differs)[0])


def _size_formulas(observation: ObservedResult) -> list[str]:
    """Return a line for each axis of a result: the formula of its right size, and the size it has.

    Such as "rows: (h + zeros - kh) // sh + 1 = (6 + 2 - 3) // 1 + 1 = 6; got 4".
    """
    assert observation.values is not None
    lines = []
    letters_and_sizes = zip(("h kh sh", "w kw sw"), observation.values.shape[1:3], strict=False)
    for axis, (letters, size) in enumerate(letters_and_sizes):
        letter, kernel, step = letters.split()
        n, k, s = observation.arguments.on_axis(axis)
        zeros = correct_zeros(observation.arguments, axis)
        count = correct_count(observation.arguments, axis, zeros)
        formula = (
            f"({letter} + zeros - {kernel}) // {step} + 1 = ({n} + {sum(zeros)} - {k}) // "
            f"{s} + 1 = {count}"
        )
        lines.append(f"{'rows' if axis == 0 else 'columns'}: {formula}; got {size}")
    return lines
