"""Why a result is not the right one: the first pixel that differs, its window, and what was read otherwise."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from convpool.check.behaviour.agreement import TOLERANCE, agree, alike, scale
from convpool.check.behaviour.case import Case
from convpool.check.diagnosis import drawing, fitting
from convpool.check.diagnosis.arithmetic import (
    Array,
    Given,
    Reading,
    odd_zeros,
    read,
    result,
    right_count,
    right_zeros,
)
from convpool.check.diagnosis.places import decided
from convpool.check.diagnosis.readings.registry import HYPOTHESES
from convpool.check.verdicts import Finding

OTHERS = 1  # further hypotheses that are named
LIKELY = 40  # hypotheses that are tried on all cases where none explains all
# the ones that are tried together with each other one
PAIRED = (
    "images' dtype",
    "integers",
    "uint8",
    "kernel's dtype",
    "kernel flipped",
    "kernel transposed",
    "kernel upside down",
    "kernel mirrored",
    "first channel only",
    "one kernel for all",
    "channels averaged",
    "divided by the kernel's size",
    "stride ignored",
    "stride swapped",
    "last row and column 0",
    "same: p = T // 2 + 1",
    "same: p = ceil(T / 2)",
    "same: p = (k - 1) // 2",
    "same: TensorFlow",
    "pooling: max from zero",
)


@dataclass(frozen=True)
class Trial:
    """A case, and what came back."""

    case: Case
    got: Array | None  # None: no array of real numbers
    came: Array  # as it came back

    @cached_property
    def given(self) -> Given:
        """The case's arguments."""
        return read(self.case)

    @cached_property
    def ways(self) -> list[Given]:
        """The readings of the arguments that are all right."""
        return odd_zeros(self.given)

    @cached_property
    def is_right(self) -> bool:
        """Whether any of the right results came back."""
        return self.got is not None and any(
            alike(self.got, expected) for expected in self.case.expected
        )

    @cached_property
    def nearest(self) -> Given:
        """The reading of the arguments whose result has the most pixels in common with what came back."""
        return max(self.ways, key=lambda given: _in_common(self.got, _right(given)))

    @property
    def size(self) -> tuple[bool, bool, int, int]:
        """How much there is to look at: whole numbers, and few of them, but more than one in a window."""
        given = self.given
        numbers = given.kernels.size or int(np.prod(given.window))
        return (
            bool((given.images % 1).any() or (given.kernels % 1).any()),
            numbers == 1,
            numbers,
            given.images.size,
        )

    def fits(self, reading: Reading) -> bool:
        """Whether a reading gives what came back."""
        if self.got is None:
            return False
        values = (
            result(reading, given, self.got.shape) for given in odd_zeros(self.given, reading)
        )
        return any(value is not None and alike(self.got, value) for value in values)

    def contradicts(self, reading: Reading) -> bool:
        """Whether a reading applies and gives something else."""
        return not self.fits(reading) and result(reading, self.given) is not None


def _real(came: Array) -> Array | None:
    if came.dtype.kind in "biuf":
        return came.astype(float)
    return came.real.astype(float) if came.dtype.kind == "c" and not came.imag.any() else None


def _agree(got: Array, wanted: Array) -> Array:
    return agree(got, wanted, scale(wanted))


def _right(given: Given) -> Array:
    value = result(Reading(""), given)
    assert value is not None
    return value


def _in_common(got: Array | None, right: Array) -> int:
    return int(_agree(got, right).sum()) if got is not None and got.shape == right.shape else -1


# ---- what explains it ----


@dataclass(frozen=True)
class Explanation:
    """A reading, and how much it explains."""

    name: str
    reading: Reading
    explained: int  # of the cases that differ
    against: int  # of those that are right


def _weighed(
    name: str, reading: Reading, wrong: Sequence[Trial], right: Sequence[Trial]
) -> Explanation:
    explained = sum(trial.fits(reading) for trial in wrong)
    return Explanation(name, reading, explained, sum(trial.contradicts(reading) for trial in right))


@cache
def _pairs() -> list[tuple[str, Reading]]:
    """Return the readings that are two together; those of one axis or a ragged edge stay alone."""
    pairs = []
    for name, (other, reading) in itertools.product(PAIRED, HYPOTHESES.items()):
        both = reading | HYPOTHESES[name]
        if both and other != name and " of the " not in other and ", ragged" not in other:
            pairs.append((f"{other} + {name}", both))
    return pairs


def _explains(reading: Reading, wrong: Sequence[Trial], right: Sequence[Trial]) -> bool:
    """Whether a reading gives all that came back."""
    return all(trial.fits(reading) for trial in wrong) and not any(
        trial.contradicts(reading) for trial in right
    )


def _whole(wrong: Sequence[Trial], right: Sequence[Trial]) -> list[tuple[str, Reading]]:
    """Return a few readings that explain all, the simplest first; two together only where none does alone."""
    for readings in (HYPOTHESES.items(), _pairs()):
        fitting_all = (
            (name, reading) for name, reading in readings if _explains(reading, wrong, right)
        )
        if found := list(itertools.islice(fitting_all, 1 + OTHERS)):
            return found
    return []


def _partial(wrong: Sequence[Trial], right: Sequence[Trial]) -> Explanation | None:
    """Return the reading that explains most of what differs, at least half, and more than it contradicts."""
    seeds = {0, len(wrong) - 1}
    likely = [
        item for item in HYPOTHESES.items() if any(wrong[seed].fits(item[1]) for seed in seeds)
    ]
    weighed = [_weighed(name, reading, wrong, right) for name, reading in likely[:LIKELY]]
    good = [
        one for one in weighed if 2 * one.explained >= len(wrong) and one.explained > one.against
    ]
    return max(good, key=lambda one: one.explained - one.against, default=None)


# ---- words ----


def _shape_words(trial: Trial) -> str:
    expected = trial.case.expected[0].shape
    assert trial.got is not None
    return f"the result's shape is {trial.got.shape}, expected {expected}"


def _difference(trial: Trial) -> tuple[int, ...]:
    """Return the first pixel that differs."""
    assert trial.got is not None
    first = np.argwhere(~_agree(trial.got, _right(trial.nearest)))[0]
    return tuple(int(at) for at in first)


def _first_words(trial: Trial) -> str:
    """Say in a few words what is the matter with one case."""
    if trial.got is None:
        return f"the result is an array of {trial.came.dtype}, expected numbers"
    if trial.got.shape != trial.case.expected[0].shape:
        return _shape_words(trial)
    index = _difference(trial)
    wanted = drawing.number(_right(trial.nearest)[index])
    return f"pixel {index} is {drawing.number(trial.got[index])}, expected {wanted}"


def _sizes(trial: Trial) -> list[str]:
    """Write out the right size of both axes, and what came."""
    assert trial.got is not None
    lines = []
    for axis, (letters, came) in enumerate(
        zip(("h w kh ph sh", "w h kw pw sw"), trial.got.shape[1:3], strict=False)
    ):
        letter, _, kernel, _, step = letters.split()
        n, k, s = trial.given.axis(axis)
        zeros = right_zeros(trial.given, axis)
        count = right_count(trial.given, axis, zeros)
        formula = (
            f"({letter} + zeros - {kernel}) // {step} + 1 = ({n} + {sum(zeros)} - {k}) // "
            f"{s} + 1 = {count}"
        )
        lines.append(f"{'rows' if axis == 0 else 'columns'}: {formula}; got {came}")
    return lines


def _drawn(trial: Trial) -> list[str]:
    """Show one case: its call, the first pixel that differs, and its window."""
    lines = [f"called with {drawing.call(trial.given)}"]
    if trial.got is None or trial.got.shape != trial.case.expected[0].shape:
        lines.append(_first_words(trial))
        return lines if trial.got is None else [*lines, *_sizes(trial)]
    index = _difference(trial)
    given, wanted = trial.nearest, _right(trial.nearest)
    several = (
        ""
        if len(trial.ways) == 1
        else " (or another value where the odd zero lies on the other side)"
    )
    return [
        *lines,
        f"first pixel that differs: {drawing.pixel_name(given, index)}",
        drawing.window(given, index),
        f"expected {drawing.number(wanted[index])}{several}",
        f"got {drawing.number(trial.got[index])}",
        f"{int((~_agree(trial.got, wanted)).sum())} of {wanted.size} pixels differ",
    ]


def _near(trial: Trial) -> list[str]:
    """Name what would give this one pixel, where nothing gives all of them."""
    if trial.got is None or trial.got.shape != trial.case.expected[0].shape:
        return []
    index, given = _difference(trial), trial.nearest
    value = trial.got[index]
    if not value or not np.isfinite(value):
        return []
    found = []
    for reading in HYPOTHESES.values():
        other = result(reading, given, trial.got.shape)
        if (
            other is not None
            and other.shape == trial.got.shape
            and abs(other[index] - value) <= abs(value) * TOLERANCE
        ):
            found.append(reading.words)
    return [
        f"{drawing.number(value)} would come out here if {words}"
        for words in dict.fromkeys(found[:3])
    ]


def _moved(wrong: Sequence[Trial]) -> str:
    """Say where windows lie, if that explains all that differs."""
    said = ""
    for trial in wrong:
        fits = [
            fitting.fit(given, trial.got)
            for given in trial.ways[:1]
            if trial.got is not None and trial.got.ndim > 2
        ]
        if not fits or fits[0] is None or fits[0] == fitting.right(trial.ways[0]):
            return ""
        there, right = fitting.said(fits[0]), fitting.said(fitting.right(trial.ways[0]))
        said = said or f"window (i, j) begins at {there} of the image, expected at {right}"
    return said


def _quoted(source: str | None, trial: Trial, reading: Reading) -> tuple[int | None, list[str]]:
    """Return the line that decides a reading, and the lines to quote."""
    word = str(trial.given.padding) if reading.decided == "zeros" else trial.given.mode
    lines = decided(source, reading.decided, word) if source else []
    if len(lines) == 2 and "(of the " in reading.words:
        lines = lines[:1] if "(of the rows)" in reading.words else lines[1:]
    text = (source or "").splitlines()
    return (lines[0] if lines else None), [
        f"line {line}: {text[line - 1].strip()}" for line in lines
    ]


def diagnose(cases: Sequence[tuple[Case, Array]], source: str | None = None) -> Finding:
    """Say why the results of one item are not the right ones.

    Parameters
    ----------
    cases
        The cases of one item of one task, each with the array that came back, the right ones
        included.
    source
        The text of the submission's file, where the line that decides it is looked for.

    Returns
    -------
    Finding
        In words what differs and what would give the same; its line, if it is certain; in details,
        the window of the first pixel that differs.

    Raises
    ------
    ValueError
        If all results are right.
    """
    trials = [Trial(case, _real(np.asarray(came)), np.asarray(came)) for case, came in cases]
    wrong = sorted((trial for trial in trials if not trial.is_right), key=lambda trial: trial.size)
    if not wrong:
        raise ValueError(f"all {len(trials)} results are right: pass at least one that is not")
    right = [trial for trial in trials if trial.is_right]
    count = f"{len(wrong)} of {_counted(len(trials), 'case')} differ{'s' * (len(wrong) == 1)}"
    if whole := _whole(wrong, right):
        name, reading = whole[0]
        line, quoted = _quoted(source, wrong[0], reading)
        same = [f"the same comes out if {other.words}" for _, other in whole[1:]]
        words = f"{count}; your result equals the reference if {reading.words}"
        return Finding(
            words, line=line, reading=name, details="\n".join([*_drawn(wrong[0]), *same, *quoted])
        )
    if moved := _moved(wrong):
        return Finding(f"{count}; {moved}", details="\n".join(_drawn(wrong[0])))
    if best := _partial(wrong, right):
        line, quoted = _quoted(source, wrong[0], best.reading)
        some = f"{best.explained} of the" if best.explained < len(wrong) else "all"
        share = f"in {some} {len(wrong)} that differ"
        words = f"{count}; {share}, your result equals the reference if {best.reading.words}"
        return Finding(
            words, line=line, reading=best.name, details="\n".join([*_drawn(wrong[0]), *quoted])
        )
    details = "\n".join([*_drawn(wrong[0]), *_near(wrong[0])])
    return Finding(f"{count}; first: {_first_words(wrong[0])}", details=details)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
