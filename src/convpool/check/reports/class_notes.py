"""What a report of a class says in sentences: who was not judged, similar files, readings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from convpool.check.verdicts import Judgement

MOST_SIMILAR = 20  # submissions whose similar ones are listed
SAME = "same: "  # the beginning of the names of the readings of 'same'


def readings_of_same(judgements: Iterable[Judgement]) -> str:
    """Return how a class reads 'same', as "12 x p = T // 2 + 1, 3 x TensorFlow"; "" for none."""
    counter: Counter[str] = Counter()
    for judgement in judgements:
        names = {
            finding.reading
            for item in judgement.items
            for finding in (*item.findings, *item.remarks)
            if finding.reading.startswith(SAME)
        }
        counter.update(names)
    return ", ".join(
        f"{count} x {name.removeprefix(SAME)}" for name, count in counter.most_common()
    )


def untried_tasks(judgement: Judgement) -> list[str]:
    """Return the tasks of which not all changes were tried."""
    return [str(measure.task) for measure in judgement.measures if measure.has_untried]


def untried_changes(judgements: Iterable[Judgement]) -> str:
    """Return in whose files not all changes were tried, as "ada (tasks 3, 4)"; "" for none."""
    tasks = {judgement.submission: untried_tasks(judgement) for judgement in judgements}
    return "; ".join(f"{name} (tasks {', '.join(some)})" for name, some in tasks.items() if some)


def class_notes(judgements: Sequence[Judgement]) -> list[str]:
    """Return sentences about a class: who was not judged and why, choices, readings of 'same'."""
    lines = []
    for judgement in judgements:
        words = [f"not judged: {judgement.not_judged}"] if judgement.not_judged else []
        lines += [f"{judgement.submission}: {text}" for text in (*words, *judgement.notes)]
    similar: list[str] = []
    named: list[str] = []  # submissions whose pairs are there already
    for judgement in judgements:
        others = [
            other
            for other in judgement.similar
            if not any(other.startswith(f"{name} (tasks ") for name in named)
        ]
        named.append(judgement.submission)
        if others:
            similar.append(f"{judgement.submission} and {', '.join(others)}")
    lines += [f"Similar, for you to see: {words}" for words in similar[:MOST_SIMILAR]]
    if len(similar) > MOST_SIMILAR:
        lines.append(f"Similar too: {len(similar) - MOST_SIMILAR} more, which --json lists")
    if readings := readings_of_same(judgements):
        lines.append(f"'same' is read as: {readings}")
    if untried := untried_changes(judgements):
        lines.append(
            f"Not every change that might make a file right was tried: {untried}; --changes tries "
            "all, which takes longer"
        )
    return lines
