"""One slip is one finding, which says what would do."""

import pytest

from convpool.check.rules.registry import RULES
from convpool.check.verdicts import Outcome
from support.rule_checks import FIRST, HAS_STYLE, HEAD, file_text, item, items, put, words
from support.submissions import FILES


def test_what_cannot_be_parsed_is_said_once(folder):
    put(folder, file_text("return (images"))
    found = {each.name: each for each in items(folder) if each.task == 0}
    assert found["syntax"].outcome == Outcome.FAILS
    unchecked = {name for name, each in found.items() if each.outcome == Outcome.UNCHECKED}
    assert unchecked == {name for name, each in RULES.items() if each.needs == "tree"}
    assert words(found["loops"]) == "the file cannot be parsed; see syntax"


def test_what_is_not_utf8_is_said_once(folder):
    put(folder, HEAD.encode() + b"# \xe9\n")
    found = {each.name: each for each in items(folder) if each.task == 0}
    assert "the byte E9 is no UTF-8" in words(found["utf8"])
    assert found["utf8"].findings[0].line == 7
    assert words(found["syntax"]) == words(found["loops"]) == "the file is not UTF-8"


@pytest.mark.parametrize(("end", "other"), [(b"\r\n", "line-ends"), (b"\r", "line-ends")])
def test_one_slip_one_finding(folder, end, other):
    put(folder, (folder / FIRST).read_bytes().replace(b"\n", end))
    assert [each.name for each in items(folder) if each.outcome == Outcome.FAILS] == [other]


def test_a_missing_end_is_one_finding(folder):
    put(folder, (folder / FIRST).read_bytes().rstrip(b"\n"))
    assert [each.name for each in items(folder) if each.outcome == Outcome.FAILS] == [
        "final-newline"
    ]


def test_a_byte_order_mark_is_one_finding(folder):
    put(folder, b"\xef\xbb\xbf" + (folder / FIRST).read_bytes())
    assert [each.name for each in items(folder) if each.outcome == Outcome.FAILS] == ["utf8"]


def test_a_late_first_line_is_one_finding(folder):
    put(folder, b"\n" + (folder / FIRST).read_bytes())
    (found,) = (each for each in items(folder) if each.outcome == Outcome.FAILS)
    assert found.name == "first-line"
    assert "it stands in line 2" in words(found)


def test_what_is_slipped_once_is_said_once(folder):
    called = (
        "for image in images:\n    [n for n in image]\n    np.convolve(image, kernel)\n    "
        "(n for n in image)"
    )
    put(
        folder,
        file_text(
            f"slide = np.convolve\n{called}\nreturn {{i for i in kernel}}, [n for n in images]"
        ),
    )
    (found,) = item(folder, "no-np-convolve").findings
    assert found.line == 9
    assert "also in line 12" in found.words
    messages = [
        finding.words.partition(" is a loop too")[::2] for finding in item(folder, "loops").findings
    ]
    kinds = ["a list comprehension", "a generator expression", "a set comprehension"]
    assert [kind for kind, _ in messages] == kinds
    assert [rest.partition(":")[0] for _, rest in messages] == [" (also in line 14)", "", ""]


SIGNATURES = {
    "*arrays": "it takes *arrays; the task asks for",
    "": "it has no parameters; the task asks for",
    "images=1, kernel=2": "images has the default 1 and kernel has the default 2; the task",
    "images, *, kernel": "it takes kernel by keyword only; the task asks for",
}


@pytest.mark.parametrize("parameters", SIGNATURES)
def test_a_signature_is_one_finding(folder, parameters):
    put(folder, file_text("return 1").replace("(images, kernel)", f"({parameters})"))
    (found,) = item(folder, "signature").findings
    assert found.words.startswith(SIGNATURES[parameters])


def test_the_loop_that_is_not_needed_is_named(folder):
    loops = (
        "for n in range(m):\n    for i in range(h - kh + 1):\n        for j in range(w - kw "
        "+ 1):\n            pass"
    )
    put(folder, file_text(loops))
    (found,) = item(folder, "loops").findings
    assert found.line == 11
    assert "The loop in line 9 is not needed: take all images at once" in found.words


def test_line_ends_of_a_whole_file_are_said_the_same_everywhere(folder):
    for name in FILES:
        (folder / name).write_bytes((folder / name).read_bytes().replace(b"\n", b"\r\n"))
    messages = [
        each.findings[0].words.replace(FILES[each.task], "FILE")
        for each in items(folder, "line-ends")
    ]
    assert (
        messages
        == [
            "every line ends with a carriage return (CR): save with line ends LF, or sed -i "
            "'s/\\r$//' FILE"
        ]
        * 7
    )


ADVICE = {
    "total = 1;": "E703 leave out the semicolon",
    "#total": "E265 write # and a space",
    "half = lambda n: n": "E731 write def",
    "l = 1": "E741 choose a name",
    "total = '\\d'": "W605 double the backslash",
    "total=1": "E225 one space",
}


@pytest.mark.skipif(not HAS_STYLE, reason="pycodestyle is missing")
@pytest.mark.parametrize("line", ADVICE)
def test_a_slip_of_style_says_what_would_do(folder, line):
    put(folder, file_text(line))
    (found,) = item(folder, "pycodestyle").findings
    code, _, remedy = ADVICE[line].partition(" ")
    assert found.code == code
    assert f": {remedy}" in found.words


def test_is_with_a_string_is_a_remark(folder):
    put(folder, file_text("if kernel is 'same':\n    pass\nreturn images is None"))
    found = item(folder, "syntax")
    assert found.outcome == Outcome.HOLDS
    assert [remark.words for remark in found.remarks] == [
        "kernel is 'same' is true by accident only; write =="
    ]


@pytest.mark.parametrize("coding", ["unicode_escape", "latin-1", "utf_8", "UTF-8"])
def test_a_coding_other_than_utf_8_is_a_finding(folder, coding):
    put(folder, file_text("return images").replace("\n", f"\n# -*- coding: {coding} -*-\n", 1))
    found = item(folder, "utf8")
    if coding.lower().startswith("utf"):
        assert found.outcome == Outcome.HOLDS
    else:
        assert f"it names the coding {coding}" in words(found)
