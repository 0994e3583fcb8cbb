"""How much of a judgement students are told: a level of DISCLOSURES."""

from __future__ import annotations

from dataclasses import replace

from convpool.check.verdicts import Finding, Item, Judgement, Outcome

# how much is told: which requirements hold; also why one does not; also a case to try
DISCLOSURES = ("verdict", "cause", "case")


def disclosed(judgement: Judgement, disclosure: str) -> Judgement:
    """Return a judgement with as much of its findings as a level of DISCLOSURES tells."""

    def of_item(item: Item) -> Item:
        if item.name == "checker":  # its details are of the teacher's machine
            return replace(item, findings=tuple(replace(one, details="") for one in item.findings))
        if disclosure == "case":
            return item
        if disclosure == "cause":
            findings, remarks = (
                tuple(replace(one, details="", change="") for one in group)
                for group in (item.findings, item.remarks)
            )
            return replace(item, findings=findings, remarks=remarks)
        verdict = (Finding(item.title),) if item.outcome is Outcome.FAILS else ()
        return replace(item, findings=verdict, remarks=())

    return replace(judgement, items=tuple(map(of_item, judgement.items)))
