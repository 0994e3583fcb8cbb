"""A change is found that makes results right, and said so that a student can write it."""

from __future__ import annotations

import ast
import math

import pytest

from convpool.check import judge_behaviour
from convpool.check.behaviour import fresh_cases, timing
from convpool.check.judge_requirement import Options
from convpool.check.repair import search
from convpool.check.repair import trials as trials_module
from convpool.check.repair.edits import Source, changed_lines, wrapped
from convpool.check.repair.names import partners
from convpool.check.repair.right_lines import right_lines
from convpool.check.repair.search import find_repair
from convpool.check.repair.slips import slips
from convpool.check.repair.trials import Budget, Trials
from convpool.check.sandbox import caller
from convpool.check.sandbox.limits import LIMITS
from convpool.check.tasks import TASKS
from support.judged_here import PYTHON, call_in_process
from support.submissions import course_folder

VALID = '''import numpy as np


def convolve_grayscale_valid(images, kernel):
    """Convolve."""
    m, h, w = images.shape
    kh, kw = kernel.shape
    oh, ow = h - kh + 1, w - kw + 1
    output = np.zeros((m, oh, ow))
    for i in range(oh):
        for j in range(ow):
            window = images[:, i:i + kh, j:j + kw]
            output[:, i, j] = np.sum(window * kernel, axis=(1, 2))
    return output
'''
SAME = '''import numpy as np


def convolve_grayscale_same(images, kernel):
    """Convolve."""
    m, h, w = images.shape
    kh, kw = kernel.shape
    ph, pw = kh // 2, kw // 2
    padded = np.pad(images, ((0, 0), (ph, ph), (pw, pw)), 'constant')
    output = np.zeros((m, h, w))
    for i in range(h):
        for j in range(w):
            window = padded[:, i:i + kh, j:j + kw]
            output[:, i, j] = np.sum(window * kernel, axis=(1, 2))
    return output
'''
TAPS = '''import numpy as np


def convolve_grayscale_valid(images, kernel):
    """Convolve."""
    m, h, w = images.shape
    kh, kw = kernel.shape
    oh, ow = h - kh + 1, w - kw + 1
    output = np.zeros((m, oh, ow))
    for i in range(kh):
        for j in range(kw):
            output += kernel[i, j] * images[:, i:i + oh, j:j + ow]
    return output
'''
KERNELS = '''import numpy as np


def convolve(images, kernels, padding='same', stride=(1, 1)):
    """Convolve."""
    m, h, w, c = images.shape
    kh, kw, c, nc = kernels.shape
    sh, sw = stride
    images, nh, nw = pad(images, kh, kw, padding, sh, sw)
    res = np.zeros((m, nh, nw, nc))
    for k in range(nc):
        for i in range(nh):
            for j in range(nw):
                cut = images[:, sh * i:sh * i + kh, sw * j:sw * j + kw]
                res[:, i, j, k] = np.sum(cut * kernels[..., k], axis=(1, 2, 3))
    return res


def pad(images, kh, kw, padding, sh, sw):
    """Pad, and return the size of the output."""
    m, h, w, c = images.shape
    ph = pw = 0
    if padding == 'same':
        ph = ((h - 1) * sh + kh - h + 1) // 2
        pw = ((w - 1) * sw + kw - w + 1) // 2
    elif padding != 'valid':
        ph, pw = padding
    padded = np.pad(images, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    if padding == 'same':
        return padded, h, w
    return padded, (h + 2 * ph - kh) // sh + 1, (w + 2 * pw - kw) // sw + 1
'''
LOOPS = "    for i in range(oh):\n        for j in range(ow):\n"
# (file, a part of it, what stands there instead, what is to be written)
BROKEN = [
    (VALID, "h - kh + 1, w", "h - kw + 1, w", "line 8:  oh, ow = h - kw + 1, w - kw + 1\n"
     " write:  oh, ow = h - kh + 1, w - kw + 1"),
    (VALID, "axis=(1, 2)", "axis=(1, 1)", "axis=(1, 2)"),
    (VALID, "axis=(1, 2)", "axis=2", "axis=(1, 2)"),
    (VALID, "window * kernel,", "kernel,", "np.sum(window * kernel, axis=(1, 2))"),
    (VALID, "kernel, axis", "kernel[::-1, ::-1], axis", "np.sum(window * kernel, axis=(1, 2))"),
    (VALID, "kw, kh", "kh, kw", ""),
    (VALID, "kh, kw = kernel", "kw, kh = kernel", "kh, kw = kernel.shape"),
    (VALID, "    return", "        return", "    return output"),
    (VALID, "j:j + kw", "j:j + kw - 1", "window = images[:, i:i + kh, j:j + kw]"),
    (VALID, "range(ow)", "range(1, ow)", "for j in range(0, ow):"),
    (VALID, LOOPS, "    if True:\n        if 1:\n", LOOPS),
    (SAME, "kh // 2, kw // 2", "(kh - 1) // 2, (kw - 1) // 2", "(ph, ph + 1), (pw, pw + 1)"),
    (SAME, "ph, pw = kh // 2, kw // 2", "ph = pw = max(kh, kw) // 2", "ph, pw = kh // 2, kw // 2"),
    (VALID, "    m, h, w = images.shape\n", "", "), add:\n    m, h, w = images.shape"),
    (VALID, "    return output\n", "", "    return output"),
    (VALID, "    output = np.zeros((m, oh, ow))\n", "", "    output = np.zeros((m, oh, ow))"),
    (SAME, "    padded = np.pad(images, ((0, 0), (ph, ph), (pw, pw)), 'constant')\n",
     "    padded = images\n", "np.pad(images, ((0, 0), (ph, ph), (pw, pw)), 'constant')"),
    (VALID, "h - kh + 1", "h - kh + 2", "h - kh + 1"),
    (VALID, "h - kh + 1", "h - kh + 0", "h - kh + 1"),
    (SAME, "'constant'", "'edge'", "'constant'"),
    (SAME, "(pw, pw)", "(ph, ph)", "(pw, pw)"),
    (SAME, "(pw, pw)", "(pw, 0)", "(pw, pw)"),
    (VALID, "i:i + kh", ":i + kh", "[:, i:i + kh,"),
    (SAME, "((0, 0), (ph, ph), (pw, pw))", "((ph, ph), (pw, pw), (0, 0))",
     "np.pad(images, ((0, 0), (ph, ph), (pw, pw)), 'constant')"),
    (VALID, "output = np.zeros((m, oh, ow))", "ow = np.zeros((m, oh, output))",
     "output = np.zeros((m, oh, ow))"),
    (VALID, "window * kernel, axis=(1, 2)", "images * kernel, axis=(1, 2)", "window * kernel"),
    (VALID, "oh, ow = h - kh + 1, w - kw + 1", "oh, ow = kh - h + 1, w - kw + 1", "h - kh + 1"),
    (TAPS, "output += kernel", "output = kernel",
     "output += kernel[i, j] * images[:, i:i + oh, j:j + ow]"),
    (VALID, "kernel.shape", "getattr('shape', kernel)", "getattr(kernel, 'shape')"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "new"),
    [
        ("kh ** 2", "kh * kw"),
        ("(ph, 0)", "(ph, ph)"),
        (":i + kh", "i:i + kh"),
        ("-1", "0"),
        ("[1, 0, 2]", "[0, 1, 2]"),
        ("slice(i + kh, i, j)", "slice(i, i + kh, j)"),
        ("range(kh)", "range(kw)"),
        ("mode == 'average'", "mode != 'max'"),
        ("mode != 'max'", "mode == 'max'"),
    ],
)
def test_slips(expression, new):
    node = ast.parse(f"x[{expression}]", mode="eval").body.slice
    names = {"kh", "kw", "ph", "pw", "i", "j"}
    found = {ast.unparse(slip) for slip in slips(node, names)}
    if new == "mode != 'max'":  # nobody means "any other word"
        assert not any("!=" in one for one in found)
    else:
        assert new in found


def test_a_smaller_change_is_preferred_to_lines_that_are_written_anew(monkeypatch):
    """One that brings a name from elsewhere is tried too, though later."""
    monkeypatch.setattr(caller, "run", call_in_process)
    trials = unhurried(TASKS[5])
    text = KERNELS.replace("range(nc)", "range(c)")
    cases, wrong = wrong_cases(text, 5, trials)
    found = find_repair(text, cases, wrong, trials)
    assert found.is_complete
    assert found.lines == "line 11:  for k in range(c):\n  write:  for k in range(nc):"


BRANCHES = '''import numpy as np


def convolve_grayscale(images, kernel, padding='same', stride=(1, 1)):
    """Convolve."""
    m, h, w = images.shape
    kh, kw = kernel.shape
    sh, sw = stride
    if padding == 'same':
        pad_top = ((h - 1) * sh + kh - h + 1) // 2
        pad_left = ((w - 1) * sw + kw - w + 1) // 2
    elif padding == 'valid':
        pad_top = 0
        pad_left = 0
    else:
        pad_top = padding[0]
        pad_left = padding[1]
    padded = np.pad(images, ((0, 0), (pad_top, pad_top), (pad_left, pad_left)))
    out_h = (h + 2 * pad_top - kh) // sh + 1
    out_w = (w + 2 * pad_left - kw) // sw + 1
    output = np.zeros((m, out_h, out_w))
    for i in range(out_h):
        for j in range(out_w):
            y, x = i * sh, j * sw
            window = padded[:, y:y + kh, x:x + kw]
            output[:, i, j] = np.sum(window * kernel, axis=(1, 2))
    return output
'''


@pytest.mark.parametrize(
    "line",
    [
        "        pad_left = ((w - 1) * sw + kw - w + 1) // 2",
        "        pad_top = ((h - 1) * sh + kh - h + 1) // 2",
        "        pad_left = 0",
        "        pad_left = padding[1]",
        "    out_w = (w + 2 * pad_left - kw) // sw + 1",
    ],
)
def test_an_assignment_that_one_branch_or_axis_lacks_is_put_in(line, monkeypatch):
    monkeypatch.setattr(caller, "run", call_in_process)
    trials = unhurried(TASKS[3])
    cases, wrong = wrong_cases(BRANCHES.replace(f"{line}\n", "", 1), 3, trials)
    found = find_repair(BRANCHES.replace(f"{line}\n", "", 1), cases, wrong, trials)
    assert found.is_complete
    assert line in found.lines


def unhurried(task):
    """Return trials of files that may take any time, in this process."""
    trials = Trials(task, PYTHON, LIMITS)
    trials.seconds_left = trials.budget.seconds = trials.end = math.inf
    return trials


def wrong_cases(text, task, trials):
    """Return (cases, the numbers of those that a file gets wrong)."""
    cases = [case for case in fresh_cases.cases(task, 0)[0] if case.judged and not case.is_large]
    (row,) = trials.right([text], cases)
    return cases, [number for number, is_right in enumerate(row) if not is_right]


@pytest.mark.parametrize(("source", "part", "instead", "lines"), BROKEN)
def test_what_to_write(source, part, instead, lines, monkeypatch):
    monkeypatch.setattr(caller, "run", call_in_process)
    task = 1 if source is SAME else 0
    trials = unhurried(TASKS[task])
    assert part in source or not lines
    text = source.replace(part, instead, 1)
    cases, wrong = wrong_cases(text, task, trials)
    assert bool(wrong) == bool(lines)
    if wrong:
        found = find_repair(text, cases, wrong, trials)
        assert found.is_complete
        assert found.mended == set(wrong)
        assert lines in found.lines


def test_what_makes_only_a_few_cases_right_is_no_advice(monkeypatch):
    trials = unhurried(TASKS[0])
    for still_wrong, mended in (({1, 2, 3}, None), ({1, 2}, {0, 3})):
        left = [None, search.Candidate("y = 1\n", still_wrong)]
        monkeypatch.setattr(search, "_best", lambda *_, left=left: left.pop())
        found = find_repair("x = 1\n", [], [0, 1, 2, 3], trials)
        assert (found and found.mended) == mended
        assert not (found and found.is_complete)


def test_the_child_runs_changed_files(python):
    trials = Trials(TASKS[0], python, LIMITS)
    case = next(one for one in fresh_cases.cases(0, 0)[0] if one.size[0] != one.size[1])
    sources = [VALID, VALID.replace("np.sum", "np.max"), "x = 1", VALID + "\nopen('nothing')\n"]
    assert trials.right(sources, [case, case]) == [[True] * 2, [False] * 2, [False] * 2, [True] * 2]


def test_arrays_that_are_changed_are_no_right_answer(monkeypatch):
    monkeypatch.setattr(caller, "run", call_in_process)
    case = fresh_cases.cases(0, 0)[0][0]
    trials = unhurried(TASKS[0])
    text = VALID.replace("return", "images[:] = 0\n    return")
    assert trials.right([text, VALID], [case]) == [[False], [True]]


def test_a_report_has_the_change_in_every_wrong_item(tmp_path, monkeypatch):
    monkeypatch.setattr(caller, "run", call_in_process)
    monkeypatch.setattr(timing, "baseline_cost", lambda *_: None)
    options = Options(is_timed=False, trial_seconds=99)

    def items(text):
        (tmp_path / TASKS[0].file).write_text(text)
        course = course_folder(tmp_path)
        judged, _ = judge_behaviour.judge(course, [0], PYTHON, LIMITS, options)
        return {item.name: item for item in judged}

    (finding,) = items(VALID.replace("h - kh + 1, w", "h - kw + 1, w"))["valid"].findings
    assert finding.line == 8
    assert finding.change.endswith("write:  oh, ow = h - kh + 1, w - kw + 1")
    brings = "With this change, which was tried, all 33 smaller cases are right:"
    assert finding.change.splitlines()[0] == brings
    changing = VALID.replace("    return", "    images *= 2\n    return")
    (finding,) = items(changing)["input-unchanged"].findings
    assert finding.change.endswith("they stay as they are:\nline 14, delete:\n    images *= 2")
    assert items(VALID)["valid"].findings == ()


@pytest.mark.parametrize(
    ("before", "after", "line", "told"),
    [
        ("a\nb\n", "a\nc\n", 2, "line 2:  b\n write:  c"),
        ("a\nb\n", "a\n", 2, "line 2, delete:\nb"),
        ("a\nb\n", "a\nx\n y\nb\n", 1, "after line 1 (a), add:\nx\n y"),
        ("a\n\nb\n", "a\n\nx\nb\n", 2, "after line 2, add:\nx"),
        ("a\n b\n", "c\n d\n", 1, "line 1:  a\n write:  c\nline 2:  b\n write:  d"),
        ("a\n  b\n", "a\nb\n", 2, "line 2, now:\n  b\nwrite:\nb"),
        ("a\nb\n", "c\n  d\n", 1, "lines 1 to 2, now:\na\nb\nwrite:\nc\n  d"),
    ],
)
def test_a_change_is_told_line_by_line(before, after, line, told):
    assert changed_lines(before, after) == (line, told)


def test_a_padding_that_is_not_unpacked_is():
    """Where ph and pw are used, and nothing defines them."""
    text = VALID.replace("_valid(images, kernel)", "_padding(images, kernel, padding)")
    widths = "((0, 0), (ph, ph), (pw, pw))"
    text = text.replace("    oh, ow", f"    images = np.pad(images, {widths})\n    oh, ow")
    source = Source(text, TASKS[2].function)
    changed = [source.changed(change) for change in right_lines(source, TASKS[2])]
    line = "    m, h, w = images.shape\n"
    assert text.replace(line, f"    ph, pw = padding\n{line}") in changed


def test_an_output_is_made_from_loops_that_say_how_many_rows_it_has():
    text = VALID.replace("    output = np.zeros((m, oh, ow))\n", "")
    of_counts = Source(text, TASKS[0].function)
    changed = [of_counts.changed(change) for change in right_lines(of_counts, TASKS[0])]
    assert any("output = np.zeros((m, oh, ow))" in code for code in changed)
    in_steps = Source(text.replace("range(oh)", "range(0, h, 1)"), TASKS[0].function)
    changed = [in_steps.changed(change) for change in right_lines(in_steps, TASKS[0])]
    assert not any("output = np.zeros(" in code for code in changed)


@pytest.mark.parametrize(
    ("name", "names", "others"),
    [
        ("kh", ["kh", "kw", "h", "w"], ["kw"]),
        ("out_width", ["out_height"], ["out_height"]),
        ("i", ["i", "j", "h"], ["j"]),
        ("pw0", ["ph0", "pw1", "pw0"], ["ph0", "pw1"]),
        ("m", ["h", "w"], []),
    ],
)
def test_names_have_partners_on_the_other_axis(name, names, others):
    assert partners(name, names) == others


def test_long_new_lines_are_broken_inside_brackets():
    line = f"    window = padded[:, {'i' * 20}:{'i' * 20} + kh, {'j' * 20}:{'j' * 20} + kw]"
    broken = wrapped("", line)
    assert max(map(len, broken.split("\n"))) <= 79
    assert broken.split("\n")[1].startswith(" " * len("    window = padded[") + "jjj")
    assert ast.dump(ast.parse(broken.strip())) == ast.dump(ast.parse(line.strip()))
    assert wrapped(line, f"{line} ") == f"{line} "  # the student's own lines are long too
    assert wrapped("", "x" * 90) == "x" * 90


def test_no_more_time_is_spent_than_there_is(monkeypatch):
    """A task takes at most its share, and tasks together no more than the submission's budget."""
    monkeypatch.setattr(caller, "run", call_in_process)
    case = fresh_cases.cases(0, 0)[0][0]
    budget = Budget(1.5 * trials_module.START_SECONDS)
    first, second = (Trials(TASKS[0], PYTHON, LIMITS, budget) for _ in range(2))
    for trials, rows in (
        (first, [[True], [False]]),  # its share is used up by one process
        (second, [[True], [False]]),  # what is left of the budget
        (Trials(TASKS[0], PYTHON, LIMITS, budget), [[False]]),
    ):
        assert [trials.right([VALID], [case]) for _ in rows] == [[row] for row in rows]
        assert trials.is_cut
    assert budget.seconds < 0


def test_a_task_has_its_share_whatever_others_have_used(monkeypatch):
    monkeypatch.setattr(caller, "run", call_in_process)
    budget = Budget(10.0)
    first = Trials(TASKS[0], PYTHON, LIMITS, budget)
    first.right([VALID], [fresh_cases.cases(0, 0)[0][0]])
    assert budget.seconds < 10
    assert first.seconds_left < Trials(TASKS[1], PYTHON, LIMITS, budget).seconds_left == 5


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_many_sources_are_shared_by_several_processes(workers, monkeypatch):
    runs = []

    def recorded(function, calls, *words):
        runs.append(len(calls))
        return call_in_process(function, calls, *words)

    monkeypatch.setattr(caller, "run", recorded)
    monkeypatch.setattr(trials_module, "MANY", 7)
    cases = fresh_cases.cases(0, 0)[0][:2]
    trials = Trials(TASKS[0], PYTHON, LIMITS, workers=workers)
    sources = [VALID, "x = 1", VALID, VALID, "x = 2", "x = 3", VALID]
    for count, processes in ((7, workers), (6, 1)):
        runs.clear()
        rows = trials.right(sources[:count], cases)
        assert rows == [[source is VALID] * 2 for source in sources[:count]]
        assert len(runs) == processes
        assert sum(runs) == 2 * count


def test_a_measure_tells_that_changes_were_not_tried(tmp_path, monkeypatch):
    monkeypatch.setattr(caller, "run", call_in_process)
    (tmp_path / TASKS[0].file).write_text(VALID.replace("h - kh + 1, w", "h - kw + 1, w"))
    for seconds, is_mended in ((0, False), (0.1, False), (99, True)):
        options = Options(is_timed=False, trial_seconds=seconds)
        course = course_folder(tmp_path)
        items, (measure,) = judge_behaviour.judge(course, [0], PYTHON, LIMITS, options)
        assert any(finding.change for item in items for finding in item.findings) == is_mended
        assert measure.has_untried == (seconds == 0.1)


def test_beside_a_change_stands_why_most_cases_are_wrong(tmp_path, monkeypatch):
    """Most calls raise; the few results are what would come out for another reason."""
    monkeypatch.setattr(caller, "run", call_in_process)
    text = VALID.replace("    oh, ow", "    copied = np.zeros((m, h, w))\n    oh, ow", 1)
    text = text.replace("    output = ", "    copied[:, :h - 1] = images\n    output = ", 1)
    (tmp_path / TASKS[0].file).write_text(text.replace("= images[:, i", "= copied[:, i"))
    options = Options(is_timed=False, trial_seconds=99)
    items, _ = judge_behaviour.judge(course_folder(tmp_path), [0], PYTHON, LIMITS, options)
    (finding,) = next(item for item in items if item.name == "valid").findings
    assert finding.words.startswith("ValueError: could not broadcast")
    assert "; it is" not in finding.words
    assert not finding.reading
    assert "write:  copied[:, :h" in finding.change


@pytest.mark.parametrize(
    "lines", ["    x = 1\n" * 3000, f"    x = {'+'.join('1' * 1500)}\n", "    x = (\n"]
)
def test_no_time_is_spent_on_files_that_are_too_long(lines, monkeypatch):
    monkeypatch.setattr(caller, "run", lambda *_: pytest.fail("it was run"))
    text = VALID.replace("    return", f"{lines}    return")
    cases = fresh_cases.cases(0, 0)[0]
    assert find_repair(text, cases, [0], Trials(TASKS[0], PYTHON, LIMITS)) is None


def test_changes_that_overlap_change_nothing():
    source = Source("def f(a):\n    return a + 1\n", "f")
    whole = source.function.body[0].value
    change = (source.replace(whole, "0"), source.replace(whole.left, "b"))
    assert source.changed(change) == source.text
    assert source.changed(change[:1]) == "def f(a):\n    return 0\n"
