"""Make the texts of a judgement safe to print: they come from strangers' files.

It stands above the folders, as every report begins with it.
"""

from __future__ import annotations

from dataclasses import replace

from convpool.check.verdicts import Finding, Item, Judgement
from convpool.system.printable_text import printable


def printable_judgement(judgement: Judgement) -> Judgement:
    """Return a judgement with control characters escaped in its names, items and files."""
    return replace(
        judgement,
        submission=printable(judgement.submission),
        folder=printable(judgement.folder),
        items=tuple(map(_printable_item, judgement.items)),
        notes=tuple(printable(note) for note in judgement.notes),
        not_judged=printable(judgement.not_judged),
        python_warning=printable(judgement.python_warning),
        similar=tuple(printable(name) for name in judgement.similar),
        others=tuple(printable(name) for name in judgement.others),
    )


def _printable_item(item: Item) -> Item:
    """Return an item with control characters escaped in its findings and remarks."""
    findings = tuple(map(_printable_finding, item.findings))
    remarks = tuple(map(_printable_finding, item.remarks))
    return replace(item, findings=findings, remarks=remarks)


def _printable_finding(finding: Finding) -> Finding:
    """Return a finding with control characters escaped in every text.

    Only details and changes keep their line breaks; in words, white space of any kind becomes one
    space.
    """
    details, change = (
        text.replace("\r\n", "\n").expandtabs(4) for text in (finding.details, finding.change)
    )
    return replace(
        finding,
        words=printable(" ".join(finding.words.split())),
        file=printable(finding.file),
        code=printable(finding.code),
        reading=printable(finding.reading),
        details=printable(details, keep="\n"),
        change=printable(change, keep="\n"),
    )
