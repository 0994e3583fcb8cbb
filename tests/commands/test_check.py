"""The command check and its library call: what is judged, in which order, how it exits, and what
it refuses.
"""

import json
import re
import threading
import time
from pathlib import Path

import pytest

from convpool.check import checker
from convpool.check import judge_behaviour as behaviour
from convpool.check.diagnosis import tracing
from convpool.check.diagnosis.readings import padding
from convpool.check.reports import html
from convpool.check.rules import isolated
from convpool.check.rules import registry as rules
from convpool.check.sandbox import available_isolation, interpreters
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.tasks import README, TASKS
from convpool.check.verdicts import Finding, Item, Outcome
from support.command import run_command
from support.judgements import SCHEMA, jsonschema
from support.submissions import OURS, copy_ours

testing = pytest.importorskip("click.testing")
check_command = pytest.importorskip("convpool.commands.check")
check_reports = pytest.importorskip("convpool.commands.check_reports")
cli = pytest.importorskip("convpool.commands.main")

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "check.md"
PYTHON = Interpreter(Path("python3.8"), "3.8.18", "1.19.2")


def refused(*words):
    result = run_command("check", *words)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1), result.output
    return result.stderr


@pytest.fixture
def fake(monkeypatch):
    """Nothing is run: each task holds, unless a submission's name says what comes of it."""

    def judge(course, tasks, python, limits, options=None, workers=1):
        name = course.folder.name
        if name == "breaks":
            raise RuntimeError("the checker is broken")
        outcome = {"fails": Outcome.FAILS, "unchecked": Outcome.UNCHECKED}.get(name, Outcome.HOLDS)
        findings = () if outcome is Outcome.HOLDS else (Finding(f"it {name}"),)
        return [Item(task, "loads", "It loads.", outcome, findings) for task in tasks], []

    monkeypatch.setattr(behaviour, "judge", judge)
    monkeypatch.setattr(
        isolated, "judge", lambda *words: [Item(None, "readme", "There is one.", Outcome.HOLDS)]
    )
    monkeypatch.setattr(interpreters, "find", lambda command=None: PYTHON)
    monkeypatch.setattr(available_isolation, "standing", lambda python, limits: ("own root",))


def many(folder, *names):
    for name in names:
        copy_ours(folder / name)
    return folder


# ---- the library call ----


def test_a_broken_checker_ends_one_submission_only(tmp_path, fake):
    first, second = checker.check([many(tmp_path, "breaks", "holds")])
    assert (first.submission, first.outcome) == ("breaks", Outcome.UNCHECKED)
    assert first.items[0].findings[0].words == (
        "the checker itself failed, please report it: RuntimeError: the checker is broken"
    )
    assert second.outcome is Outcome.HOLDS
    assert second.ran_on == "Python 3.8.18 with NumPy 1.19.2"


def test_the_order_is_that_of_names_and_several_run_at_once(tmp_path, fake, monkeypatch):
    judge, there, most = behaviour.judge, [], []

    def slow(course, *words):
        there.append(course.folder.name)
        most.append(threading.active_count())
        time.sleep(0.2 if course.folder.name == "a1" else 0.05)
        return judge(course, *words)

    monkeypatch.setattr(behaviour, "judge", slow)
    steps = []
    found = checker.check(
        [many(tmp_path, "a1", "a2", "a10")],
        jobs=3,
        progress=lambda done, total: steps.append((done, total)),
    )
    assert [one.submission for one in found] == ["a1", "a2", "a10"]
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert max(most) > min(most)


def test_an_empty_folder_of_a_class_is_a_row(tmp_path, fake):
    many(tmp_path, "a", "c")
    (tmp_path / "b").mkdir()
    _, empty, _ = checker.check([tmp_path])
    assert empty.outcome is Outcome.UNCHECKED
    assert empty.items[0].findings[0].words == "nothing was handed in: there is no file in it"


def test_tasks_and_names_choose(tmp_path, fake):
    folder = copy_ours(tmp_path / "a")
    assert {item.task for item in checker.check([folder])[0].items} == {None, *TASKS}
    assert [item.task for item in checker.check([folder], tasks=[3, 5])[0].items] == [3, 5]
    assert {item.name for item in checker.check([folder], only=["rules"])[0].items} == {"readme"}
    assert {item.name for item in checker.check([folder], skip=["rules"])[0].items} == {"loads"}
    assert checker.check([folder], skip=["behaviour"])[0].ran_on == ""


def test_a_class_without_walls_is_run_only_if_it_is_trusted(tmp_path, fake, monkeypatch):
    folder = many(tmp_path, "a", "b")
    assert checker.check([folder])[0].walls == ("own root",)
    monkeypatch.setattr(available_isolation, "standing", lambda python, limits: ())
    with pytest.raises(ValueError, match=r"no walls around the submissions .* --trust"):
        checker.check([folder])
    assert len(checker.check([folder], is_trusted=True)) == 2
    assert len(checker.check([folder], only=["rules"])) == 2
    assert len(checker.check([folder / "a"])) == 1


def test_points_and_similar_files_are_told(tmp_path, fake):
    one, two = checker.check([many(tmp_path, "a", "b")], points={"loads": 2})
    assert str(one.score) == "14 of 14 points"
    assert one.similar == ("b (tasks 0, 1, 2, 3, 4, 5, 6)",)
    assert two.similar == ("a (tasks 0, 1, 2, 3, 4, 5, 6)",)
    assert checker.check([tmp_path / "a"])[0].score is None
    with pytest.raises(ValueError, match="'same' cannot mean 'x'; brief, size, tensorflow"):
        checker.check([tmp_path], same="x")


def test_settings_and_a_roster(tmp_path, fake):
    folder = many(tmp_path / "class", "ada", "eve")
    settings = tmp_path / "convpool-check.toml"
    settings.write_text('roster = "r.csv"\nskip = ["rules"]\n[points]\nloads = 1\n')
    (tmp_path / "r.csv").write_text("name\nAda\nBob\n")
    result = run_command("check", folder, "--settings", settings)
    assert "7/7" in result.stdout
    assert "handed nothing in: Bob\nnot in the roster: eve\n" in result.stderr
    file = tmp_path / "results.json"
    done = run_command("check", folder / "ada", "--settings", settings, "--gradescope", file)
    assert done.exit_code == 0
    assert json.loads(file.read_text())["score"] == 7
    assert "needs points" in run_command("check", folder / "ada", "--gradescope", file).stderr
    (folder / "ada").rename(folder / "fails")
    words = ["check", folder / "fails", "--settings", settings, "--gradescope", file]
    for level, is_told in (("cause", True), ("verdict", False)):
        run_command(*words, "--disclose", level)
        assert ("it fails" in file.read_text()) == is_told


def test_a_student_reads_another_language_and_a_program_english(tmp_path, fake):
    folder = copy_ours(tmp_path / "fails")
    result = run_command("check", folder, "--language", "fr", "--out", tmp_path / "out")
    text = next((tmp_path / "out").glob("*.txt")).read_text(encoding="utf-8")
    for words in (result.stdout, text):
        assert "1 exigence est remplie, 7 ne le sont pas" in words
    html = tmp_path / "page.html"
    result = run_command("check", folder, "--language", "fr", "--json", "--html", html)
    assert json.loads(result.stdout)["outcome"] == "does not hold"
    assert "1 requirement holds, 7 do not" in html.read_text(encoding="utf-8")
    assert "is not one of 'en', 'fr', 'es'" in refused(folder, "--language", "de")


def test_annotations_and_the_job_summary(tmp_path, fake, monkeypatch):
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    result = run_command("check", copy_ours(tmp_path / "fails"), "--github")
    assert re.search(r"::error (file=.*)?title=convpool check%3A loads::it fails", result.stdout)
    assert summary.read_text(encoding="utf-8").startswith("### convpool check")


def test_wrong_words_of_the_call(tmp_path, fake):
    with pytest.raises(
        ValueError, match=r"'sames' is no rule and no part of the behaviour; near it: same"
    ):
        checker.check([tmp_path], only=["sames"])
    with pytest.raises(ValueError, match="nothing is left to judge: skip less"):
        checker.check([tmp_path], only=["same"], skip=["behaviour"])
    with pytest.raises(ValueError, match="there is no task 7; tasks are 0 to 6"):
        checker.check([tmp_path], tasks=[7])


def test_the_choice_of_a_folder_is_a_note(tmp_path, fake):
    many(tmp_path / "ada" / "work", "new", "old")
    copy_ours(tmp_path / "eve")
    ada, eve = checker.check([tmp_path])
    assert ada.notes[0].startswith("judged is work/new with 7 of the seven files, and not work/old")
    assert eve.notes == ()


# ---- the command ----


@pytest.mark.parametrize(
    ("name", "code"), [("holds", 0), ("fails", 1), ("unchecked", 2), ("breaks", 2)]
)
def test_exit_codes(name, code, tmp_path, fake):
    assert run_command("check", copy_ours(tmp_path / name)).exit_code == code


def test_one_that_fails_decides_for_the_class(tmp_path, fake):
    result = run_command("check", many(tmp_path, "fails", "holds", "unchecked"), "-j", 2)
    assert result.exit_code == 1
    assert " ".join(result.stdout.split()).endswith(
        "3 submissions: 1 hold in all, 1 do not, 1 could not be checked throughout, 0 not judged"
    )
    assert "\x1b" not in result.output


def test_json_alone_is_on_stdout_and_files_are_written(tmp_path, fake):
    files = [tmp_path / "c.csv", tmp_path / "c.html", tmp_path / "texts"]
    folder = many(tmp_path / "class", "fails", "holds")
    result = run_command(
        "check", folder, "--json", "--csv", files[0], "--html", files[1], "--out", files[2]
    )
    assert [one["name"] for one in json.loads(result.stdout)["submissions"]] == ["fails", "holds"]
    assert files[0].read_text(encoding="utf-8-sig").count("\n") == 3
    assert html.GENERATOR in files[1].read_text(encoding="utf-8")
    assert sorted(path.name for path in files[2].glob("*.txt")) == [
        "fails.feedback.txt",
        "holds.feedback.txt",
    ]
    assert result.stderr.startswith("written: ")


def test_files_that_cannot_be_written_are_said_before_any_work(tmp_path, fake, monkeypatch):
    monkeypatch.setattr(behaviour, "judge", lambda *words: pytest.fail("judged"))
    mine = tmp_path / "mine.csv"
    mine.write_text("my own", encoding="utf-8")
    folder = copy_ours(tmp_path / "ada")
    assert "no report of convpool check" in refused(folder, "--csv", mine)
    assert "is a file; name a folder" in refused(folder, "--out", mine)


def test_a_folder_that_is_not_there_is_a_report_as_json_too(tmp_path, fake):
    result = run_command("check", tmp_path / "nosuch", "--json")
    report = json.loads(result.stdout)
    jsonschema.validate(report, SCHEMA, jsonschema.Draft202012Validator)
    assert result.exit_code == 2
    assert (report["outcome"], report["submissions"]) == ("could not be checked", [])
    assert "nosuch is not there" in report["error"]
    assert result.stderr.count("\n") == 1


def test_an_interrupt_loses_nothing_that_is_done(tmp_path, fake, monkeypatch):
    judge = behaviour.judge

    def interrupted(course, *words):
        if course.folder.name == "b":
            raise KeyboardInterrupt
        return judge(course, *words)

    folder = many(tmp_path / "class", "a", "b", "c")
    words = ["--csv", tmp_path / "c.csv", "--html", tmp_path / "c.html", "--out", tmp_path / "out"]
    run_command("check", folder, "-j", 1, *words)
    page = (tmp_path / "c.html").read_bytes()
    (folder / "a").rename(folder / "a2")
    monkeypatch.setattr(behaviour, "judge", interrupted)
    run_command("check", folder, "-j", 1, *words)
    lines = (tmp_path / "c.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.partition(",")[0] for line in lines[1:]] == ["a", "b", "c", "a2"]
    names = {path.name.partition(".")[0] for path in (tmp_path / "out").glob("*.txt")}
    assert names == {"a", "b", "c", "a2"}
    assert (tmp_path / "c.html").read_bytes() == page


def test_points_decisions_and_gradebook(tmp_path, fake):
    settings = tmp_path / "convpool-check.toml"
    settings.write_text('decisions = "mine.csv"\n[points]\nloads = 2\n')
    (tmp_path / "mine.csv").write_text(
        "submission,requirement,points,comment\nfails,3:loads,1.5,almost\nzoe,3:loads,1,?\n"
    )
    book = tmp_path / "book.csv"
    book.write_text("Student,ID,Section,Task (7)\nHolds,1,x,\nFails,2,x,\n")
    folder = many(tmp_path / "class", "fails", "holds", "other")
    result = run_command("check", folder, "--settings", settings, "--gradebook", book)
    assert "1.5/14" in result.stdout
    assert "fails: 3:loads: 1.5 points by hand, almost" in result.stdout
    assert "your decisions name nobody's submission: zoe" in result.stderr
    assert "not in the gradebook: other" in result.stderr
    graded = (tmp_path / "book.graded.csv").read_text()
    assert graded == "Student,ID,Section,Task (7)\nHolds,1,x,14\nFails,2,x,1.5\n"
    assert (
        "--settings FILE with a table [points]"
        in run_command("check", folder, "--gradebook", book).stderr
    )


def test_what_changed_is_told(tmp_path, fake):
    folder = many(tmp_path / "class", "fails", "holds")
    report = tmp_path / "report.json"
    report.write_text(run_command("check", folder, "--json").stdout)
    words = ["check", folder, "--since", report]
    assert run_command(*words).stderr == "since then: nothing has changed\n"
    (folder / "fails").rename(folder / "new")
    told = run_command(*words).stderr
    assert told == "since then: fails: not there any more\nsince then: new: new\n"


def test_watch_checks_again_after_a_change(tmp_path, fake, monkeypatch):
    folder = copy_ours(tmp_path / "a")
    steps = []

    def wait(seconds):
        steps.append(seconds)
        if len(steps) == 1:
            return  # nothing has changed
        if len(steps) == 2:
            (folder / "new.py").write_text("x = 1\n")
            return
        raise KeyboardInterrupt

    monkeypatch.setattr(check_reports.time, "sleep", wait)
    result = run_command("check", folder, "--watch")
    assert result.stderr.count("Waiting for a change") == 2
    assert result.stderr.count("since then: nothing has changed") == 1


def test_wrong_words_of_the_command(tmp_path, fake):
    assert "near it: pycodestyle" in refused("--explain", "codestyle")
    assert "near it: convpool check --list" in refused("--explain", "qqqq")
    assert "near it: run-bit" in refused(tmp_path, "--only", "runbit")
    assert "'x' is not written as in 3 or 3,4" in refused("--task", "x")
    assert "there is no task 9; tasks are 0 to 6" in refused("--trace", 9)
    many(tmp_path, "a", "b")
    assert "--trace follows one submission, but 2 are named" in refused(tmp_path, "--trace", 3)


def test_trace_is_printed_as_it_is_told(tmp_path, fake, monkeypatch):
    monkeypatch.setattr(
        tracing, "trace", lambda submission, task, python, limits: f"task {task}\n\x1b[31m[red]"
    )
    assert (
        run_command("check", copy_ours(tmp_path / "a"), "--trace", 3).stdout
        == "task 3\n\\x1b[31m[red]\n"
    )


def test_list_has_every_name_and_title():
    printed = " ".join(run_command("check", "--list").stdout.split())
    for name, title in checker.requirement_titles().items():
        assert f"{name} {title}" in printed


def test_explain_prints_the_page_of_every_name():
    for name, title in checker.requirement_titles().items():
        printed = run_command("check", "--explain", name)
        assert printed.exit_code == 0
        assert " ".join(printed.stdout.split()).startswith(f"{name}: {title}")
    printed = run_command("check", "--explain", "first-line").stdout
    page = rules.RULES["first-line"]
    assert " ".join(page.why.split()) in " ".join(printed.split())
    assert all(example in printed for example in (*page.good, *page.bad))


# ---- the documentation ----


def test_the_list_in_the_documentation_is_that_of_the_command():
    rows = re.findall(
        r"^\| `([a-z0-9-]+)` \| (.*) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert dict(rows) == checker.requirement_titles()


class OneAxis:
    """What readings.padding asks of a convolution's sizes."""

    def __init__(self, n, k, s):
        self.n, self.k, self.s = n, k, s

    def on_axis(self, number):
        return self.n, self.k, self.s

    def total_zeros(self, number):
        return (self.n - 1) * self.s + self.k - self.n

    @property
    def window(self):
        return (self.k,)


def test_the_sizes_of_the_readings_in_the_documentation_are_computed():
    table = DOCS.read_text(encoding="utf-8").partition("| reading |")[2].partition("\n\n")[0]
    readings = dict(re.findall(r"^\| `(.+?)` \| (.*) \|$", table, re.MULTILINE))
    assert len(readings) == 6
    for name, cells in readings.items():
        for cell, (k, s) in zip(cells.split(" | "), [(3, 1), (2, 1), (3, 2), (2, 2)], strict=True):
            axis = OneAxis(28, k, s)
            before, after = padding.SAME_ZEROS[name][1](axis, 0)
            size = (28 + before + after - k) // s + 1
            right = size == 28 and before in (
                axis.total_zeros(0) // 2,
                -(-axis.total_zeros(0) // 2),
            )
            assert cell == (f"**{size}**" if right else f"{size}"), (name, k, s)


def test_every_option_is_in_the_documentation():
    text = DOCS.read_text(encoding="utf-8")
    options = [
        word
        for parameter in check_command.check.params
        for word in parameter.opts
        if word.startswith("--")
    ]
    assert [word for word in options if word not in text] == []


# ---- the real thing, without running the files ----


def test_our_own_files_follow_every_rule():
    (one,) = checker.check([OURS], only=["rules"])
    assert [(item.task, item.name) for item in one.items if item.outcome is not Outcome.HOLDS] == []
    assert {item.name for item in one.items} == set(rules.RULES)


def test_each_broken_rule_is_named(tmp_path):
    folder = copy_ours(tmp_path / "ada")
    (folder / README).unlink()
    file = folder / TASKS[4].file
    file.write_bytes(file.read_bytes().replace(b"import numpy as np", b"import numpy as numbers"))
    file.chmod(0o644)
    (one,) = checker.check([folder], only=["readme", "imports", "run-bit"])
    failing = [(item.task, item.name) for item in one.items if item.outcome is Outcome.FAILS]
    assert failing == [(None, "readme"), (4, "run-bit"), (4, "imports")]
