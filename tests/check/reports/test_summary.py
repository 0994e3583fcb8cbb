"""What every report shows: findings said once, and what is common in a class."""

from dataclasses import replace

from convpool.check.behaviour import requirement_names
from convpool.check.reports.class_notes import MOST_SIMILAR, class_notes
from convpool.check.reports.disclosure import disclosed
from convpool.check.reports.summary import common_items, reported_findings
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Finding, Measure
from support.judgements import BROKEN, CLASS, FAILS, UNCHECKED, item, make_judgement, screen


def test_the_same_in_several_files_is_said_once():
    reported = {one.items: one for one in reported_findings(BROKEN)}
    assert reported["run-bit"].words == "chmod +x FILE"
    assert reported["run-bit"].tasks == tuple(TASKS)
    assert reported["run-bit"].heading == "Tasks 0, 1, 2, 3, 4, 5, 6"
    assert reported["same"].where == "3-convolve_grayscale.py:12, 4-convolve_channels.py:14"
    assert reported["max, avg"].heading == "Task 6, Pooling"
    assert reported["pycodestyle"].words == "E501 line too long"
    assert reported["readme"].heading == "The folder"


def test_one_file_is_named_in_its_words():
    (reported,) = reported_findings(
        make_judgement(item(2, "run-bit", FAILS, Finding(f"chmod +x {TASKS[2].file}")))
    )
    assert reported.words == f"chmod +x {TASKS[2].file}"


def test_verdicts_come_before_remarks_and_tasks_in_order():
    reported = reported_findings(BROKEN)
    assert [one.outcome is None for one in reported] == [False] * (len(reported) - 1) + [True]
    firsts = [9 if one.tasks[0] is None else one.tasks[0] for one in reported[:-1]]
    assert firsts == sorted(firsts)


def test_results_come_before_style_and_missing_files_are_one_line_at_the_end():
    missing = [
        made
        for task in (1, 2)
        for made in (
            item(task, "file", FAILS, Finding(f"{TASKS[task].file} is missing")),
            item(task, "same", UNCHECKED, Finding(f"not run: {TASKS[task].file} is missing")),
        )
    ]
    judgement = make_judgement(
        item(None, "readme", FAILS, Finding("README.md is missing", "README.md")),
        *missing,
        item(3, "pycodestyle", FAILS),
        item(3, "valid", FAILS),
    )
    names = [one.items for one in reported_findings(judgement)]
    assert names == ["valid", "pycodestyle", "readme", "file"]
    lines = [line.strip() for line in screen([judgement]).splitlines() if line.strip()]
    assert lines[-3:-1] == ["Tasks 1, 2", "✗ file  FILE is missing"]
    assert (
        next(line for line in lines if line.startswith("First"))
        == "First: task 3, Strided Convolution"
    )


def test_one_change_is_told_once_below_its_words():
    change = "line 7:  a\n write:  b"
    errors = Finding("an error", line=7, change=change, failing=2, cases=3)
    values = Finding("flipped", line=7, reading="flip", change=change, failing=1, cases=4)
    other = item(
        4, "same", FAILS, Finding("other", line=7, reading="flip", change="line 9, delete:")
    )
    judgement = make_judgement(
        item(3, "valid", FAILS, errors),
        item(3, "same", FAILS, values),
        item(3, "input-unchanged", UNCHECKED, Finding("no call came to its end")),
        other,
    )
    first, second = reported_findings(judgement)
    # the words of most cases, though the others have a reading
    assert (first.items, first.words, first.change) == ("valid, same", "an error", change)
    assert (first.count, second.change) == ("3 of 7 cases", "line 9, delete:")
    lines = screen([judgement]).splitlines()
    at = lines.index("      line 7:  a")
    assert lines[at - 1].strip() == "an error"
    assert lines[at + 1] == "       write:  b"
    assert "line 7" not in screen([disclosed(judgement, "cause")])


def test_a_class_tells_what_was_not_tried():
    measures = tuple(Measure(task, 1, 2, 3, has_untried=task > 2) for task in (0, 3, 5))
    ada, bob = make_judgement(measures=measures), make_judgement(name="bob")
    (note,) = class_notes([ada, bob])
    assert "ada (tasks 3, 5); --changes tries all" in note
    assert class_notes([bob, bob]) == []


def test_a_class_lists_so_many_similar_submissions_and_counts_the_rest():
    students = [f"student {number}" for number in range(30)]
    pairs = zip(students[::2], students[1::2], strict=True)
    few = [make_judgement(name=one, similar=(f"{two} (tasks 3)",)) for one, two in pairs]
    assert len(class_notes(few)) == len(few)
    many = [make_judgement(name=one, similar=("eve (tasks 3)",)) for one in students]
    *listed, last = class_notes(many)
    assert len(listed) == MOST_SIMILAR
    assert last == "Similar too: 10 more, which --json lists"


def test_an_item_without_a_finding_gives_its_title():
    (reported,) = reported_findings(make_judgement(item(0, "loops", FAILS)))
    assert reported.words == "The title of loops."


def test_many_places_are_counted():
    findings = [Finding("line too long", line=line) for line in range(1, 21)]
    (reported,) = reported_findings(make_judgement(item(0, "pycodestyle", FAILS, *findings)))
    assert reported.where.endswith(f"{TASKS[0].file}:8 and 12 more")


def test_the_cases_of_an_item_are_counted_once():
    """A line with two findings: values that differ, and errors."""
    findings = [Finding("swapped", line=8, failing=count, cases=35) for count in (10, 19)]
    judgement = make_judgement(
        item(3, "valid", FAILS, *findings), item(3, "same", FAILS, findings[0])
    )
    (reported,) = reported_findings(judgement)
    assert reported.count == "39 of 70 cases"


def test_a_file_that_cannot_be_read_is_said_once_for_a_class():
    broken = make_judgement(item(3, "syntax", FAILS), item(3, "same", UNCHECKED))
    late = make_judgement(item(3, "same", UNCHECKED), name="bob")
    assert [(one.name, one.submissions) for one in common_items([broken, late])] == [
        ("same", 1),
        ("syntax", 1),
    ]
    assert [one.name for one in common_items([broken])] == ["syntax"]


def test_remarks_are_for_what_is_right():
    remark = Finding("a remark")
    right = make_judgement(item(3, "same", remarks=[remark]))
    wrong = make_judgement(item(3, "same", remarks=[remark]), item(3, "max", FAILS))
    assert "a remark" in screen([right])
    assert "a remark" not in screen([wrong])
    assert "With --verbose: 1 more remark" in screen([wrong])
    assert "a remark" in screen([wrong], is_verbose=True)


def test_what_is_commonest_comes_first_with_its_readings():
    flipped = make_judgement(item(3, "same", FAILS, Finding("words", reading="flip")), name="max")
    first, *others = common_items([*CLASS, flipped])
    assert (first.name, first.submissions, first.tasks, first.readings) == (
        "same",
        2,
        (3, 4),
        (("flip", 2),),
    )
    assert {one.submissions for one in others} == {1}


def test_every_part_of_the_behaviour_has_a_row():
    one = make_judgement(*(item(3, name) for name in requirement_names.TITLES))
    rows = {line.split()[0] for line in screen([one]).splitlines() if line.strip()}
    assert set(requirement_names.TITLES) <= rows


def test_the_worst_is_told():
    assert screen([make_judgement()]).splitlines()[-1] == "ada: all 1 requirements hold"
    some = replace(BROKEN, items=BROKEN.items[-3:])
    assert screen([some]).splitlines()[-1] == "ada: 1 requirement holds, 2 could not be checked"
