"""Points of a submission: what its requirements that hold are worth, of the same whole for all."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from convpool.check.behaviour import requirement_names
from convpool.check.rules.registry import RULES
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Judgement, Outcome, Score

Requirement = tuple[int | None, str]  # (task, name), as of an Item


def requirements(selected: Collection[str], tasks: Collection[int]) -> list[Requirement]:
    """Return every requirement that a complete submission is judged by: the folder's, then tasks'.

    The folder is judged only if all tasks are. selected: names of requirements.
    """
    # the rule "file" looks at the folder too, but is judged for each task
    folder_rules = [name for name, rule in RULES.items() if rule.needs == "folder"]
    folder_rules.remove("file")
    of_folder: list[Requirement] = [(None, name) for name in folder_rules if name in selected]
    of_tasks: list[Requirement] = [
        (task, name)
        for task in tasks
        for name in (*RULES, *requirement_names.of_task(task))
        if name in selected and name not in folder_rules
    ]
    return of_folder + of_tasks if len(tasks) == len(TASKS) else of_tasks


def worth(requirement: Requirement, points: Mapping[str, float]) -> float:
    """Return the points of a requirement: by task and name, by name, or by its group."""
    task, name = requirement
    group = "rules" if name in RULES else "behaviour"
    for key in (f"{task}:{name}", name, group):
        if key in points:
            return points[key]
    return 0.0


def score(
    judgement: Judgement, points: Mapping[str, float], whole: Collection[Requirement]
) -> Score:
    """Return the points of a submission; what was not judged at all does not hold.

    whole: as `requirements` returns it, so that the scores of a class are of the same whole.
    """
    outcomes = {(item.task, item.name): item.outcome for item in judgement.items}

    def total(outcome: Outcome) -> float:
        return sum(worth(one, points) for one in whole if outcomes.get(one) is outcome)

    most = sum(worth(one, points) for one in whole)
    return Score(total(Outcome.HOLDS), most, total(Outcome.UNCHECKED))
