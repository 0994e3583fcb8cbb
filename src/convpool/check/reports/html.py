"""The report as one page, without network or script; report.html holds its frame and its style."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources
from string import Template

from convpool.check.reports.findings import (
    Common,
    Said,
    by_task,
    commonest,
    gathered,
    matrix,
    sentence,
    short_titles,
    slowest,
    weights,
)
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Judgement, Outcome
from convpool.version import __version__

OURS = '<meta name="generator" content="convpool check">'
MARKS = {
    Outcome.HOLDS: '<span class="mark holds" title="holds">✓</span>',
    Outcome.FAILS: '<span class="mark fails" title="does not hold">✗</span>',
    Outcome.UNCHECKED: '<span class="mark unchecked" title="could not be checked">?</span>',
    None: '<span class="faint" title="not asked">·</span>',
}
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
OFTEN = Template("""\
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
$found
</details>""")
FINDING = Template("""\
<div class="finding $kind">
<p>$mark <strong>$item</strong>$reading <code class="where">$where</code></p>
<p>$words</p>$details
</div>""")


def page(judgements: Sequence[Judgement]) -> str:
    """Write the page: for a class a table with links, then a part for each submission that opens and closes."""
    frame = Template(
        resources.files("convpool.check.reports")
        .joinpath("report.html")
        .read_text(encoding="utf-8")
    )
    several = len(judgements) > 1
    ran_on = sorted({judgement.ran_on for judgement in judgements} - {""})
    return frame.substitute(
        title=f"{len(judgements)} submissions" if several else escape(judgements[0].submission),
        sentence=escape(sentence(judgements)),
        ran_on=escape("".join(f"Run on {words}. " for words in ran_on)),
        version=escape(__version__),
        overview=_overview(judgements) if several else "",
        students="\n".join(
            _student(number, one, not several) for number, one in enumerate(judgements)
        ),
    )


def _overview(judgements: Sequence[Judgement]) -> str:
    """A row for each submission, what was found most often, and the slowest."""
    head = ["submission", *map(str, TASKS), "folder"]
    rows = (
        _row(
            f'<a href="#student-{number}">{escape(one.submission)}</a>',
            map(MARKS.get, by_task(one).values()),
        )
        for number, one in enumerate(judgements)
    )
    slow = ", ".join(f"{escape(one.submission)} {one.seconds:.1f} s" for one in slowest(judgements))
    common = "\n".join(_common(one) for one in commonest(judgements))
    often = OFTEN.substitute(rows=common, count=len(judgements)) if common else ""
    table = _table(head, rows)
    return (
        f'<div class="card">{table}</div>\n{often}\n<p class="faint">Slowest: '
        f"{slow}</p>\n<h2>One by one</h2>"
    )


def _common(one: Common) -> str:
    readings = "".join(f"<br>{count} x {escape(reading)}" for reading, count in one.readings)
    words = escape(one.words) + readings
    mark = f"{MARKS[one.outcome]} {escape(one.item)}"
    return (
        f'<tr><td class="number">{one.submissions}</td><td class="words">{mark}</td><td '
        f'class="words">{words}</td></tr>'
    )


def _student(number: int, judgement: Judgement, is_open: bool) -> str:
    said = gathered(judgement)
    ran = f"Run on {judgement.ran_on}" if judgement.ran_on else "Nothing was run"
    others = f" Not judged: {', '.join(judgement.others)}." if judgement.others else ""
    items = "".join(f" {MARKS[item.outcome]} {escape(item.name)}" for item in judgement.of(None))
    return STUDENT.substitute(
        number=number,
        open=" open" if is_open else "",
        mark=MARKS[judgement.outcome],
        name=escape(judgement.submission),
        sentence=escape(sentence([judgement])),
        about=escape(f"{judgement.folder}. {ran}, {judgement.seconds:.1f} s.{others}"),
        table=_tasks(judgement),
        folder=f"<p>The folder:{items}</p>" if items else "",
        found="\n".join(_found(said)),
    )


def _tasks(judgement: Judgement) -> str:
    """A column per task; rows of what was judged, and of what the file weighs."""
    head = [
        "",
        *(f"{task}<br>{escape(title)}" for task, title in zip(TASKS, short_titles(), strict=True)),
    ]
    rows = [_row(escape(name), map(MARKS.get, row)) for name, row in matrix(judgement).items()]
    heavy = [
        _row(escape(name), map(escape, row), "weight") for name, row in weights(judgement).items()
    ]
    return _table(head, rows + heavy) if rows else ""


def _found(said: Sequence[Said]) -> Iterable[str]:
    heading = ""
    for one in said:
        above = "Remarks, no verdicts" if one.outcome is None else one.heading
        if above != heading:
            yield f"<h3>{escape(above)}</h3>"
        heading = above
        yield FINDING.substitute(
            kind=CLASSES[one.outcome],
            mark="" if one.outcome is None else MARKS[one.outcome],
            item=escape(one.item),
            reading=f" ({escape(one.reading)})" if one.reading else "",
            where=escape(one.where),
            words=escape(one.words),
            details=f'\n<pre tabindex="0">{escape(one.details)}</pre>' if one.details else "",
        )


def _table(head: Iterable[str], rows: Iterable[str]) -> str:
    names = "".join(f'<th scope="col">{name}</th>' for name in head)
    return TABLE.substitute(head=names, rows="\n".join(rows))


def _row(name: str, cells: Iterable[str | None], kind: str = "") -> str:
    written = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr{f" class={kind!r}" if kind else ""}><th scope="row">{name}</th>{written}</tr>'
