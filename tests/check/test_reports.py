"""The reports of the checker: as text, JSON, CSV, one page, and one text for each submission."""

import csv
import html.parser
import io
import json
import re
from dataclasses import replace
from importlib import resources

import pytest

from convpool.check.behaviour import requirements
from convpool.check.printable import printable_judgement
from convpool.check.reports import files as report_files
from convpool.check.reports import html as report_html
from convpool.check.reports import text as report
from convpool.check.reports.csv import as_csv
from convpool.check.reports.json import as_json
from convpool.check.reports.summary import common_items, reported_findings
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Finding, Item, Judgement, Measure, Outcome
from convpool.system.printable_text import LONGEST, printable

Console = pytest.importorskip("rich.console").Console
jsonschema = pytest.importorskip("jsonschema")
SCHEMA = json.loads(
    resources.files("convpool.check.reports").joinpath("schema.json").read_text(encoding="utf-8")
)
HOLDS, FAILS, UNCHECKED = Outcome

EVIL = (
    '<script>alert("1")</script> [red]red[/red] \x1b[31m\x1b]0;title\x07 \u202edlrow =1+1 '
    "\udcff & \x00"
)
WINDOW = "row 0:  1  2\nrow 1:  3  4"


def item(task, name, outcome=HOLDS, *findings, remarks=()):
    return Item(task, name, f"The title of {name}.", outcome, tuple(findings), tuple(remarks))


def judged(*items, name="ada", **fields):
    return Judgement(name, f"class/{name}", items or (item(0, "first-line"),), **fields)


BROKEN = judged(
    item(None, "readme", FAILS, Finding("README.md is missing; write it", "README.md")),
    *(
        item(n, "run-bit", FAILS, Finding(f"chmod +x {TASKS[n].file}", TASKS[n].file))
        for n in TASKS
    ),
    item(3, "pycodestyle", FAILS, Finding("line too long", TASKS[3].file, 7, code="E501")),
    item(
        3,
        "same",
        FAILS,
        Finding("equals the reference if flipped", TASKS[3].file, 12, "", "flip", WINDOW),
    ),
    item(
        4,
        "same",
        FAILS,
        Finding("equals the reference if flipped", TASKS[4].file, 14, "", "flip", WINDOW),
    ),
    item(6, "max", UNCHECKED, Finding("not run: no time was left", TASKS[6].file)),
    item(6, "avg", UNCHECKED, Finding("not run: no time was left", TASKS[6].file)),
    item(6, "loads", HOLDS, remarks=[Finding("uint8 wraps here", TASKS[6].file)]),
    measures=(Measure(0, 38, 120, 1400, 1.04, float("nan")), Measure(6, 50, 130, 1500, 12.3, 2.0)),
    others=("0-main.py",),
    ran_on="Python 3.8.18 with NumPy 1.19.2",
    seconds=1.25,
)
EVIL_ONE = printable_judgement(
    judged(
        item(1, "loads", FAILS, Finding(EVIL, EVIL, 3, reading=EVIL, details=f"{EVIL}\n{EVIL}")),
        name=EVIL,
        others=(EVIL,),
    )
)
CLASS = [BROKEN, EVIL_ONE, judged(name="eve", seconds=9.0)]


def screen(judgements, width=80):
    file = io.StringIO()
    report.print_report(judgements, report.make_console(file, width))
    return file.getvalue()


# ---- what is the same is said once ----


def test_the_same_in_several_files_is_said_once():
    said = {one.items: one for one in reported_findings(BROKEN)}
    assert said["run-bit"].words == "chmod +x FILE"
    assert said["run-bit"].tasks == tuple(TASKS)
    assert said["run-bit"].heading == "Tasks 0, 1, 2, 3, 4, 5, 6"
    assert said["same"].where == "3-convolve_grayscale.py:12, 4-convolve_channels.py:14"
    assert said["max, avg"].heading == "Task 6, Pooling"
    assert said["pycodestyle"].words == "E501 line too long"
    assert said["readme"].heading == "The folder"


def test_one_file_is_named_in_its_words():
    (said,) = reported_findings(
        judged(item(2, "run-bit", FAILS, Finding(f"chmod +x {TASKS[2].file}")))
    )
    assert said.words == f"chmod +x {TASKS[2].file}"


def test_verdicts_come_before_remarks_and_tasks_in_order():
    said = reported_findings(BROKEN)
    assert [one.outcome is None for one in said] == [False] * (len(said) - 1) + [True]
    firsts = [-1 if one.tasks[0] is None else one.tasks[0] for one in said[:-1]]
    assert firsts == sorted(firsts)


def test_an_item_without_a_finding_gives_its_title():
    (said,) = reported_findings(judged(item(0, "loops", FAILS)))
    assert said.words == "The title of loops."


def test_many_places_are_counted():
    findings = [Finding("line too long", line=line) for line in range(1, 21)]
    (said,) = reported_findings(judged(item(0, "pycodestyle", FAILS, *findings)))
    assert said.where.endswith(f"{TASKS[0].file}:8 and 12 more")


def test_what_is_commonest_comes_first_with_its_readings():
    flipped = judged(item(3, "same", FAILS, Finding("words", reading="flip")), name="max")
    first, *others = common_items([*CLASS, flipped])
    assert (first.name, first.submissions, first.tasks, first.readings) == (
        "same",
        2,
        (3, 4),
        (("flip", 2),),
    )
    assert {one.submissions for one in others} == {1}


# ---- text ----


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("several", [False, True])
def test_lines_fit(width, several):
    assert max(map(len, screen(CLASS if several else CLASS[:1], width).splitlines())) <= width


def test_a_screen_has_every_finding():
    text = screen([BROKEN], 200)
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
        [judged(*(item(0, name, UNCHECKED, Finding("see syntax")) for name in names))], 80
    )
    (first,) = (
        number for number, line in enumerate(text.splitlines()) if "? module-docstring" in line
    )
    assert text.splitlines()[first + 1].startswith("  no-np-convolve")


def test_one_does_and_two_do():
    assert "1 does not" in screen([judged(item(0, "loops", FAILS), item(1, "loops"))])
    assert "2 do not" in screen([judged(item(0, "loops", FAILS), item(1, "loops", FAILS))])


def test_a_screen_has_a_row_for_each_part():
    rows = {row[0]: row[1:] for row in map(str.split, screen([BROKEN]).splitlines()) if row}
    assert rows["rules"] == ["✗"] * 7
    assert rows["same"] == ["·", "·", "·", "✗", "✗", "·", "·"]
    assert rows["avg"] == ["·"] * 6 + ["?"]
    assert rows["lines"] == ["(wc", "-l)", "38", "50"]


def test_a_class_is_a_table():
    lines = screen(CLASS).splitlines()
    assert lines[1].split() == ["ada", *"✗✗✗✗✗✗✗", "✗", "11", "2"]
    assert "Slowest: eve 9.0 s, ada 1.2 s" in screen(CLASS, 200)
    assert lines[-1] == "3 submissions: 1 hold in all, 2 do not, 0 could not be checked throughout"


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
    report.print_report([judged()], report.make_console(file, 80))
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


def test_printable_keeps_letters_and_cuts_what_is_endless():
    assert printable("Zoë 漢字 ✓ \n") == "Zoë 漢字 ✓ \\n"
    assert printable("a\nb", keep="\n") == "a\nb"
    assert printable("x" * (LONGEST + 1)).endswith(f"x ... ({LONGEST + 1} characters)")


# ---- JSON ----


@pytest.mark.parametrize("judgements", [[BROKEN], CLASS, [judged()]])
def test_json_is_as_the_schema_says(judgements):
    told = json.loads(as_json(judgements), parse_constant=pytest.fail)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(told, SCHEMA, jsonschema.Draft202012Validator)
    assert [one["name"] for one in told["submissions"]] == [
        judgement.submission for judgement in judgements
    ]


def test_the_schema_knows_every_outcome_and_refuses_others():
    assert set(SCHEMA["$defs"]["outcome"]["enum"]) == set(Outcome)
    told = json.loads(as_json([BROKEN]))
    for change in ({"schema": 2}, {"more": 1}, {"outcome": "fine"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(told | change, SCHEMA)


def test_json_has_every_word():
    told = json.loads(as_json([BROKEN]))
    assert told["outcome"] == "does not hold"
    (one,) = told["submissions"]
    words = [
        finding["words"] for each in one["items"] for finding in each["findings"] + each["remarks"]
    ]
    assert words == [
        finding.words for each in BROKEN.items for finding in each.findings + each.remarks
    ]
    assert one["items"][9]["findings"][0] == {
        "words": "equals the reference if flipped",
        "file": "3-convolve_grayscale.py",
        "line": 12,
        "code": "",
        "reading": "flip",
        "details": WINDOW,
    }
    assert one["measures"][0]["memory_ratio"] is None  # NaN is no JSON


# ---- CSV ----


def test_csv_has_a_row_for_each_submission():
    rows = list(csv.DictReader(io.StringIO(as_csv(CLASS))))
    assert [row["outcome"] for row in rows] == ["does not hold", "does not hold", "holds"]
    assert rows[0]["task 3"] == "does not hold"
    assert rows[2]["task 3"] == ""
    assert (rows[0]["does not hold"], rows[0]["could not be checked"], rows[0]["holds"]) == (
        "11",
        "2",
        "1",
    )
    assert rows[0]["failing"].startswith("readme 0:run-bit 1:run-bit")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1"])
def test_csv_holds_no_formula(name):
    (row,) = csv.DictReader(io.StringIO(as_csv([judged(name=name)])))
    assert row["submission"] == f"'{name}"


# ---- the page ----


class Page(html.parser.HTMLParser):
    """Counts what is opened, and notes what is not closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.open = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("judgements", [[BROKEN], CLASS])
def test_the_page_needs_nothing_else(judgements):
    text = report_html.as_html(judgements)
    page = Page(text)
    assert page.open == []
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert not [name for name in page.attributes if name.startswith("on") or name == "src"]
    assert "http" not in re.sub("http-equiv", "", text)
    assert page.tags.count("details") == len(judgements)


def test_the_page_has_every_finding():
    text = report_html.as_html([BROKEN])
    for words in (
        "chmod +x FILE",
        "equals the reference if flipped",
        "uint8 wraps here",
        WINDOW,
        "12 x",
    ):
        assert words in text


def test_the_page_says_what_strangers_wrote_and_does_not_run_it():
    text = report_html.as_html([EVIL_ONE])
    assert "script" not in Page(text).tags
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; [red]red[/red]" in text


# ---- files ----


@pytest.mark.parametrize("form", report_files.FORMATS)
def test_reports_are_replaced_and_other_files_are_not(form, tmp_path):
    file = tmp_path / f"class.{form}"
    report_files.write(form, file, CLASS)
    report_files.write(form, file, [BROKEN])
    assert file.read_text(encoding="utf-8-sig") == report_files.FORMATS[form]([BROKEN])
    assert list(tmp_path.iterdir()) == [file]
    file.write_text("my own notes", encoding="utf-8")
    with pytest.raises(
        ValueError, match="is there, and no report of convpool check; name another file"
    ):
        report_files.write(form, file, CLASS)
    assert file.read_text(encoding="utf-8") == "my own notes"
    with pytest.raises(ValueError, match="is a folder; name a file, such as"):
        report_files.check_free(form, tmp_path)
    with pytest.raises(ValueError, match="nowhere is no folder; make it first"):
        report_files.check_free(form, tmp_path / "nowhere" / "file")


def test_what_cannot_be_written_leaves_the_report_that_is_there(tmp_path, monkeypatch):
    file = tmp_path / "class.csv"
    report_files.write("csv", file, CLASS)
    before = file.read_bytes()

    def refuse(*paths):
        raise OSError("the disk is full")

    monkeypatch.setattr("convpool.system.whole_files.os.replace", refuse)
    with pytest.raises(OSError, match="the disk is full"):
        report_files.write("csv", file, [BROKEN])
    assert (file.read_bytes(), list(tmp_path.iterdir())) == (before, [file])


def test_feedback_is_one_text_for_each(tmp_path):
    files = report_files.write_feedback(tmp_path / "new", CLASS)
    assert sorted(files) == sorted((tmp_path / "new").iterdir())
    text = files[0].read_text(encoding="utf-8")
    assert "README.md is missing" in text
    assert not re.search(" $", text, re.MULTILINE)
    with pytest.raises(ValueError, match="is a file; name a folder for the texts"):
        report_files.check_folder(files[0])


NAMES = [
    "Ada",
    "ada",
    "../../etc/passwd",
    "a/b",
    "a\\b",
    "",
    "..",
    "con",
    "Zoë",
    "x" * 300,
    "x" * 299,
    "ada-2",
    "\x00",
    "ADA",
]


def test_file_names_are_safe_and_told_apart():
    made = report_files.file_names(NAMES)
    assert len({name.casefold() for name in made}) == len(NAMES)
    assert all(re.fullmatch(r"\w[\w.-]*\.feedback\.txt", name) for name in made)
    assert max(len(name.encode()) for name in made) < 255
    assert made[0] == "Ada.feedback.txt"
    assert made[7] == "_con.feedback.txt"


def test_every_part_of_the_behaviour_has_a_row():
    one = judged(*(item(3, name) for name in requirements.TITLES))
    rows = {line.split()[0] for line in screen([one]).splitlines() if line.strip()}
    assert set(requirements.TITLES) <= rows


def test_the_worst_is_told():
    assert screen([judged()]).splitlines()[-1] == "ada: all 1 requirements hold"
    some = replace(BROKEN, items=BROKEN.items[-3:])
    assert screen([some]).splitlines()[-1] == "ada: 1 requirements hold, 2 could not be checked"
