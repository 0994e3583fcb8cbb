"""The report as one HTML page, without network or script; report.html has its frame and style."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources
from string import Template

from convpool.check.reports.class_notes import class_notes
from convpool.check.reports.summary import (
    CommonItem,
    ReportedFinding,
    common_items,
    measure_table,
    outcome_table,
    results_and_rules,
    short_titles,
    slowest,
    split_findings,
    summary_sentence,
)
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Judgement, Outcome
from convpool.version import __version__

GENERATOR = '<meta name="generator" content="convpool check">'
# None: a remark, or nothing was judged
MARKS = {
    Outcome.HOLDS: '<span class="mark holds" title="holds">✓</span>',
    Outcome.FAILS: '<span class="mark fails" title="does not hold">✗</span>',
    Outcome.UNCHECKED: '<span class="mark unchecked" title="could not be checked">?</span>',
    None: '<span class="faint" title="not judged">·</span>',
}
# the CSS class of a finding
CLASSES = {
    Outcome.HOLDS: "holds",
    Outcome.FAILS: "fails",
    Outcome.UNCHECKED: "unchecked",
    None: "remark",
}
TABLE = Template("""\
<div class="wide" tabindex="0"><table>
<thead><tr>$head</tr></thead>
<tbody>
$rows
</tbody>
</table></div>""")
COMMON = Template("""\
<h2>Found most often</h2>
<p class="faint">In so many of $count submissions.</p>
<div class="wide" tabindex="0"><table><tbody>
$rows
</tbody></table></div>""")
STUDENT = Template("""\
<details class="card student" id="student-$number"$open>
<summary>$mark $name <small>$sentence</small></summary>
<p class="faint">$about</p>
$table
$folder
$findings
</details>""")
REMARKS = Template("""\
<details><summary>Remarks, no verdicts ($count)</summary>
$remarks
</details>""")
DETAILS = Template("""
<details$open><summary>a case</summary><pre tabindex="0">$text</pre></details>""")
FINDING = Template("""\
<div class="finding $kind">
<p>$mark <strong>$item</strong>$reading <code class="where">$where</code></p>
<p>$words</p>$change$details
</div>""")


def as_html(judgements: Sequence[Judgement]) -> str:
    """Return the page as HTML: for a class an overview with links, then each submission."""
    file = resources.files("convpool.check.reports").joinpath("report.html")
    is_class = len(judgements) > 1
    title = f"{len(judgements)} submissions" if is_class else judgements[0].submission
    ran_on = sorted({judgement.ran_on for judgement in judgements} - {""})
    students = [
        _student(number, judgement, is_open=not is_class)
        for number, judgement in enumerate(judgements)
    ]
    return Template(file.read_text(encoding="utf-8")).substitute(
        title=escape(title),
        sentence=escape(summary_sentence(judgements)),
        ran_on=escape("".join(f"Run on {python}. " for python in ran_on)),
        version=escape(__version__),
        overview=_overview(judgements) if is_class else "",
        students="\n".join(students),
    )


def _overview(judgements: Sequence[Judgement]) -> str:
    """Return HTML: a table with a row for each submission, the most common items, the slowest."""
    has_points = any(judgement.score for judgement in judgements)
    head = ["submission", *results_and_rules(judgements[0]), *(["points"] if has_points else [])]
    rows = [
        _row(
            f'<a href="#student-{number}">{escape(judgement.submission)}</a>',
            [
                *map(MARKS.get, results_and_rules(judgement).values()),
                *([_points(judgement)] if has_points else []),
            ],
        )
        for number, judgement in enumerate(judgements)
    ]
    notes = "".join(f"<p>{escape(line)}</p>" for line in class_notes(judgements))
    slow = ", ".join(
        f"{escape(judgement.submission)} {judgement.seconds:.1f} s"
        for judgement in slowest(judgements)
    )
    items = "\n".join(map(_common_row, common_items(judgements)))
    common = COMMON.substitute(rows=items, count=len(judgements)) if items else ""
    return (
        f'<div class="card">{_table(head, rows)}</div>\n{notes}{common}\n<p class="faint">Slowest: '
        f"{slow}</p>\n<h2>One by one</h2>"
    )


def _points(judgement: Judgement) -> str:
    """Return the points of a submission, of how many; "" without any."""
    score = judgement.score
    return f"{score.points:g}/{score.most:g}" if score else ""


def _common_row(item: CommonItem) -> str:
    """Return a row of HTML: how many submissions have an item, its name, its words and readings."""
    readings = "".join(f"<br>{count} x {escape(reading)}" for reading, count in item.readings)
    return (
        f'<tr><td class="number">{item.submissions}</td>'
        f'<td class="words">{MARKS[item.outcome]} {escape(item.name)}</td>'
        f'<td class="words">{escape(item.words)}{readings}</td></tr>'
    )


def _student(number: int, judgement: Judgement, *, is_open: bool) -> str:
    """Return the HTML of one submission, which a click opens and closes.

    number: for the link to it. is_open: whether it is open at first.
    """
    ran = f"Run on {judgement.ran_on}" if judgement.ran_on else "Nothing was run"
    others = f" Not judged: {', '.join(judgement.others)}." if judgement.others else ""
    notes = "".join(f" {note}." for note in (*judgement.notes, judgement.python_warning) if note)
    items = "".join(f" {MARKS[item.outcome]} {escape(item.name)}" for item in judgement.of(None))
    return STUDENT.substitute(
        number=number,
        open=" open" if is_open else "",
        mark=MARKS[judgement.outcome],
        name=escape(judgement.submission),
        sentence=escape(summary_sentence([judgement])),
        about=escape(f"{judgement.folder}. {ran}, {judgement.seconds:.1f} s.{others}{notes}"),
        table=_task_table(judgement),
        folder=f"<p>The folder:{items}</p>" if items else "",
        findings=_findings(judgement),
    )


def _task_table(judgement: Judgement) -> str:
    """Return a table of HTML with a column for each task; "" if no task was judged.

    Its rows are those of `outcome_table` as marks, then those of `measure_table`.
    """
    titles = zip(TASKS, short_titles(), strict=True)
    head = ["", *(f"{task}<br>{escape(title)}" for task, title in titles)]
    outcomes = [
        _row(escape(name), map(MARKS.get, row)) for name, row in outcome_table(judgement).items()
    ]
    measures = [
        _row(escape(name), map(escape, row), "weight")
        for name, row in measure_table(judgement).items()
    ]
    return _table(head, outcomes + measures) if outcomes else ""


def _findings(judgement: Judgement) -> str:
    """Return the HTML of the findings in the order of a report.

    The case of the first one is open, all others and the remarks are closed.
    """
    verdicts, remarks = split_findings(judgement)
    parts = []
    last_heading = ""
    for number, (heading, finding) in enumerate(verdicts):
        if heading != last_heading:
            last_heading = heading
            parts.append(f"<h3>{escape(heading)}</h3>")
        parts.append(_finding(finding, is_open=number == 0))
    if remarks:
        parts.append(
            REMARKS.substitute(count=len(remarks), remarks="\n".join(map(_finding, remarks)))
        )
    return "\n".join(parts)


def _finding(finding: ReportedFinding, *, is_open: bool = False) -> str:
    """Return the HTML of a finding; is_open: whether its case is shown at first."""
    about = ", ".join(filter(None, (finding.reading, finding.count)))
    details = DETAILS.substitute(text=escape(finding.details), open=" open" if is_open else "")
    return FINDING.substitute(
        kind=CLASSES[finding.outcome],
        mark="" if finding.outcome is None else MARKS[finding.outcome],
        item=escape(finding.items),
        reading=escape(f" ({about})" if about else ""),
        where=escape(finding.where),
        words=escape(finding.words),
        change=f'<pre tabindex="0">{escape(finding.change)}</pre>' if finding.change else "",
        details=details if finding.details else "",
    )


def _table(head: Iterable[str], rows: Iterable[str]) -> str:
    """Return a table of HTML; head: HTML of each column's name, rows: as `_row` returns them."""
    names = "".join(f'<th scope="col">{name}</th>' for name in head)
    return TABLE.substitute(head=names, rows="\n".join(rows))


def _row(name: str, cells: Iterable[str | None], kind: str = "") -> str:
    """Return a row of HTML; name, cells: HTML. kind: the row's CSS class, "" for none."""
    columns = "".join(f"<td>{cell}</td>" for cell in cells)
    css = f" class={kind!r}" if kind else ""
    return f'<tr{css}><th scope="row">{name}</th>{columns}</tr>'
