"""Judgements of strangers' files, made safe to show."""

from __future__ import annotations

from dataclasses import replace

from convpool.check.verdicts import Finding, Item, Judgement
from convpool.system.printable_text import LONGEST, printable

__all__ = ["LONGEST", "printable", "shown"]


def shown(judgement: Judgement) -> Judgement:
    """Return a judgement whose every text can be printed."""
    return replace(
        judgement,
        submission=printable(judgement.submission),
        folder=printable(judgement.folder),
        items=tuple(_item(item) for item in judgement.items),
        others=tuple(printable(name) for name in judgement.others),
    )


def _item(item: Item) -> Item:
    findings, remarks = (
        tuple(_finding(one) for one in several) for several in (item.findings, item.remarks)
    )
    return replace(item, findings=findings, remarks=remarks)


def _finding(finding: Finding) -> Finding:
    details = printable(finding.details.replace("\r\n", "\n").expandtabs(4), keep="\n")
    words = printable(" ".join(finding.words.split()))
    code, reading = printable(finding.code), printable(finding.reading)
    return replace(
        finding,
        words=words,
        file=printable(finding.file),
        code=code,
        reading=reading,
        details=details,
    )
