"""The report as text, and strangers' text in it."""

import io
import re
from dataclasses import replace

import pytest

from convpool.check.reports import html as report_html
from convpool.check.reports import text as report
from convpool.check.reports.csv import as_csv
from convpool.check.reports.json import as_json
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Finding, Measure
from convpool.system.printable_text import LONGEST, printable
from support.judgements import (
    BROKEN,
    CLASS,
    EVIL_ONE,
    FAILS,
    UNCHECKED,
    Console,
    item,
    make_judgement,
    screen,
)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("several", [False, True])
def test_lines_fit(width, several):
    assert max(map(len, screen(CLASS if several else CLASS[:1], width).splitlines())) <= width


def test_a_screen_has_every_finding():
    text = screen([BROKEN], 200, is_verbose=True)
    for each in BROKEN.items:
        for finding in (*each.findings, *each.remarks):
            assert finding.words.replace(TASKS[each.task or 0].file, "FILE") in text
    for words in (
        "row 1:  3  4",
        "0-main.py",
        "Python 3.8.18 with NumPy 1.19.2, 1.2 s",
        "12 x",
        "✗ same (flip)",
    ):
        assert words in text


def test_of_many_findings_of_one_rule_the_first_are_printed():
    findings = [Finding(f"f{number} has no docstring") for number in range(2000)]
    judgement = make_judgement(item(0, "function-docstring", FAILS, *findings))
    text = screen([judgement], 100)
    assert text.count("has no docstring") == report.MOST_ALIKE
    assert "With --verbose: 1995 more findings" in text
    assert screen([judgement], 100, is_verbose=True).count("has no docstring") == 2000


def test_many_names_are_not_written_into_the_margin():
    names = [
        "module-docstring",
        "class-docstring",
        "function-docstring",
        "signature",
        "no-np-convolve",
        "numpy-names",
    ]
    text = screen(
        [make_judgement(*(item(0, name, UNCHECKED, Finding("see syntax")) for name in names))], 80
    )
    (first,) = (
        number for number, line in enumerate(text.splitlines()) if "? module-docstring" in line
    )
    assert text.splitlines()[first + 1].startswith("  no-np-convolve")


def test_one_does_and_two_do():
    assert "1 does not" in screen([make_judgement(item(0, "loops", FAILS), item(1, "loops"))])
    assert "2 do not" in screen([make_judgement(item(0, "loops", FAILS), item(1, "loops", FAILS))])


def test_a_screen_has_a_row_for_each_part():
    rows = {
        row[0]: row[1:]
        for row in map(str.split, screen([BROKEN], is_verbose=True).splitlines())
        if row
    }
    assert rows["rules"] == ["✗"] * 7
    assert rows["same"] == ["·", "·", "·", "✗", "✗", "·", "·"]
    assert rows["avg"] == ["·"] * 6 + ["?"]
    assert rows["lines"] == ["(wc", "-l)", "38", "50"]


def test_a_class_is_a_table():
    lines = screen(CLASS).splitlines()
    # the results of each task, the rules, the folder
    assert lines[1].split() == ["ada", *"···✗✗·?", "✗", "✗", "11", "2"]
    assert "Slowest: eve 9.0 s, ada 1.2 s" in screen(CLASS, 200)
    assert screen(CLASS, 200).splitlines()[-1] == (
        "3 submissions: 1 hold in all, 2 do not, 0 could not be checked throughout, 0 not judged"
    )


FIVE = make_judgement(
    *(
        item(
            task,
            "valid",
            FAILS,
            Finding(
                f"cause {task}: " + "words " * 40,
                TASKS[task].file,
                details="\n".join(["line"] * 18),
                failing=task + 1,
                cases=40,
            ),
        )
        for task in range(5)
    ),
    python_warning="the brief's Python was not found, so another one ran the files",
    notes=("judged is a, and not b",),
)


def test_a_report_names_tasks_of_which_not_all_changes_were_tried():
    measures = tuple(Measure(task, 1, 2, 3, has_untried=task > 2) for task in (0, 3, 5))
    line = "With --changes: more changes are tried, which takes longer (tasks: 3, 5)"
    assert line in screen([replace(BROKEN, measures=measures)]).splitlines()
    assert "--changes" not in screen([replace(BROKEN, measures=measures[:1])])


def test_a_report_of_five_causes_is_a_screen():
    lines = screen([FIVE], 100).splitlines()
    assert len(lines) <= 60
    assert lines[0].startswith("Note: the brief's Python was not found")
    assert any(line.startswith("Note: judged is a, and not b") for line in lines)
    # the most important one comes first, with its drawing
    headings = [line for line in lines if line.startswith(("First: task", "Task"))]
    assert headings[0].startswith("First: task 4")
    assert sum(line == "      line" for line in lines) == 18
    assert "With --verbose: 4 more drawings" in lines
    assert "valid (5 of 40 cases)" in " ".join(lines)
    assert (
        sum(line == "      line" for line in screen([FIVE], 100, is_verbose=True).splitlines())
        == 90
    )


def test_who_is_not_judged_is_named():
    missing = make_judgement(item(None, "folder", UNCHECKED), not_judged="nothing was handed in")
    text = screen([*CLASS, missing], 200)
    assert "ada: not judged: nothing was handed in" in text
    assert text.splitlines()[-1].endswith("1 not judged")


def test_the_readings_of_same_are_counted():
    readings = [Finding("words", reading="same: p = k // 2"), Finding("x", reading="flip")]
    one = make_judgement(item(3, "same", FAILS, *readings), item(4, "same", FAILS, *readings))
    assert "'same' is read as: 2 x p = k // 2\n" in screen([one, one], 200)


def test_colours_are_for_terminals_only():
    assert "\x1b" not in screen([BROKEN])
    file = io.StringIO()
    report.print_report(
        [EVIL_ONE], Console(file=file, width=80, force_terminal=True, color_system="standard")
    )
    assert "\x1b[1;31m✗\x1b[0m" in file.getvalue()
    assert "\x1b[31m" not in file.getvalue().replace("\x1b[31m✗", "")  # the submission's own


def test_ascii_has_marks_too():
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    report.print_report([make_judgement()], report.make_console(file, 80))
    file.flush()
    assert b"ok" in file.buffer.getvalue()


# ---- text of strangers ----


def seen(text):
    """Whether a terminal takes a text as it stands."""
    return not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text
    )


@pytest.mark.parametrize("judgements", [[EVIL_ONE], CLASS])
def test_nothing_steers_the_terminal(judgements):
    text = screen(judgements, 300)
    assert seen(text)
    assert r"[red]red[/red] \x1b[31m\x1b]0;title\x07 \u202edlrow" in text


def test_everything_is_made_printable():
    assert seen(as_json([EVIL_ONE]) + as_csv([EVIL_ONE]) + report_html.as_html([EVIL_ONE]))


def test_no_letter_ends_a_line():
    assert printable("a\u2028b\u2029c") == r"a\u2028b\u2029c"


def test_printable_keeps_letters_and_cuts_what_is_endless():
    assert printable("Zoë 漢字 ✓ \n") == "Zoë 漢字 ✓ \\n"
    assert printable("a\nb", keep="\n") == "a\nb"
    assert printable("x" * (LONGEST + 1)).endswith(f"x ... ({LONGEST + 1} characters)")
