"""Reports in French and Spanish: no sentence is missing, and code stays as it is."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from convpool.check.behaviour.cases_by_task import CASES, LARGE
from convpool.check.behaviour.judged_answers import TRAITS
from convpool.check.checker import requirement_titles
from convpool.check.diagnosis.readings.registry import READINGS
from convpool.check.grading.accepted_same import MEANINGS
from convpool.check.languages.speech import (
    LANGUAGES,
    say,
    say_change,
    say_lines,
    speaking,
    table,
    translation,
)
from convpool.check.reports import feedback
from convpool.check.reports.summary import reported_findings
from convpool.check.rules import registry as rules
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Finding, Measure, Score
from support import broken
from support.judgements import FAILS, UNCHECKED, item, make_judgement, screen
from support.submissions import copy_ours, course_folder

RIGHT = Path(__file__).parents[2] / "submissions" / "right"
OTHERS = LANGUAGES[1:]
PLACE = re.compile(r"\{(\w+)\}")
# sentences of the checker that are put together, or that name what a file has in it
COMPOSED = [
    "UnboundLocalError: local variable 'pw' referenced before assignment in line 20; it is just "
    "the cases that have padding (0, 0), and the 9 others hold",
    "kw, kh = kernel.shape: the order is kh, kw; so ValueError: operands could not be broadcast "
    "together with shapes (2,3,2) (3,2) in line 14",
    "oh = h - kw + 1: kw belongs to the columns; for the rows take kh",
    "E501 line too long (81 > 79 characters), also in lines 3, 9 and 4 more: break the line "
    "inside brackets",
    "window (i, j) begins at row 2 * i and column j of the image, expected at row 2 * i - 1 and "
    "column j - 1",
    "31 of 33 cases have no result: not run: an earlier call had no answer in time; the first is "
    "images (2, 5, 4) of int64, kernel (2, 2) of int64",
    "it returned nothing (None); does it end with return and the array?",
    "FileNotFoundError: [Errno 2] No such file or directory: 'MNIST.npz' in line 3: it is not "
    "here, a limit of this check; the function was judged without it. Put what only tries the "
    "function out below if __name__ == '__main__':, where it does not run on import",
    "called with 2 images of 5 x 4 x 3 (uint8), kernel 3 x 3 x 3 (int64), 2 kernels, "
    "padding='valid', stride=(2, 2)",
    "judged is a/new with 7 of the seven files, and not a/old with 6 of the seven files",
    "homework.ipynb is a notebook; the task asks for seven files, 0-a.py to 6-b.py",
    "0-convolve_grayscale_valid.py:3, 1-convolve_grayscale_same.py:4 and 3 more",
    "rows: (h + zeros - kh) // sh + 1 = (6 + 2 - 3) // 1 + 1 = 6; got 4",
    "3:same: 1.5 points by hand, almost right",
    "the right output of the first image:",
    *(
        f"{words}{meaning.description}"
        for words in ("Other results hold too: ", "'same' is not what was asked, ")
        for meaning in MEANINGS.values()
    ),
]
CHANGE = """\
With this change, which was tried, all 33 smaller cases are right:
line 8:  time = h - kw + 1
 write:  time = h - kh + 1
after line 9 (write:), add:
    memory
line 12, delete:
rules"""
SAID = {
    "fr": """\
Avec ce changement, qui a été essayé, les 33 petits cas sont tous justes :
ligne 8 :  time = h - kw + 1
écrivez :  time = h - kh + 1
après la ligne 9 (write:), ajoutez :
    memory
ligne 12, supprimez :
rules""",
    "es": """\
Con este cambio, que se probó, los 33 casos pequeños son todos correctos:
línea 8:  time = h - kw + 1
escribe:  time = h - kh + 1
después de la línea 9 (write:), añade:
    memory
línea 12, borra:
rules""",
}


def test_every_sentence_is_there_in_each_language_with_its_places():
    for english, others in table().items():
        assert tuple(others) == OTHERS
        for sentence in others.values():
            assert sentence.strip()
            assert sorted(PLACE.findall(sentence)) == sorted(PLACE.findall(english))
    alike = [english for english, others in table().items() if english in others.values()]
    assert len(alike) < 0.05 * len(table()), alike


def causes():
    for reading in READINGS.values():
        yield f"your result is what comes out if {reading.words}"
    for trait in TRAITS:
        yield f"the values differ; it is just the cases that {trait}, and the 9 others hold"


@pytest.mark.parametrize("language", OTHERS)
def test_titles_and_causes_are_in_the_table(language):
    texts = [*requirement_titles().values(), *causes(), *COMPOSED]
    assert [text for text in texts if translation(text, language) is None] == []


def test_code_stays_as_it_is():
    sources = {case.source for cases in (*CASES.values(), *LARGE.values()) for case in cases}
    with speaking("fr"):
        assert [text for text in sources if say_lines(text) != text] == []


@pytest.mark.full
def test_what_rules_find_is_in_the_table(tmp_path):
    for defect in broken.RULES:
        folder = copy_ours(tmp_path / "ada")
        for file in (RIGHT / defect.base).glob("*.py") if defect.base else ():
            shutil.copy2(file, folder / file.name)
        defect.change(folder / TASKS[defect.task or 0].file)
        judgement = make_judgement(*rules.judge(course_folder(folder)))
        shutil.rmtree(folder)
        for finding in reported_findings(judgement):
            assert translation(finding.words, "fr"), finding.words


@pytest.mark.parametrize("language", OTHERS)
def test_of_a_change_only_the_words_are_translated(language):
    assert say_change(CHANGE) == CHANGE
    with speaking(language):
        assert say_change(CHANGE) == SAID[language]


def test_what_a_language_lacks_stays_english(monkeypatch):
    """A language that is being added may have some of its sentences."""
    monkeypatch.setitem(table()["{ONE}; {TWO}"], "de", "{ONE}; {TWO}")
    assert translation("one; two", "de") is None
    for sentence in ("With --verbose: {LEFT}", "instead: the task is to write it"):
        assert translation(sentence, "de") is None


def test_what_no_table_has_stays_english():
    with speaking("fr"):
        assert say("my own comment") == "my own comment"
        assert say("the values differ") == "les valeurs diffèrent"
    assert say("the values differ") == "the values differ"


def everything():
    """Return a judgement whose report has every sentence that a report puts around findings."""
    missing = "README.md is missing; write what the project is"
    cause = Finding(
        "your result is what comes out if the kernel is transposed",
        line=8,
        reading="kernel transposed",
        details="its window:\n    1  2\nsum: 1 + 2 = 3\nexpected 3\ngot 4",
        change=CHANGE,
        failing=3,
        cases=9,
    )
    return make_judgement(
        item(None, "readme", FAILS, Finding(missing, "README.md")),
        item(3, "same", FAILS, cause),
        item(4, "same", UNCHECKED, Finding("no call came to its end", details="got 1")),
        item(4, "loads", remarks=[Finding("the values differ", details="got 2")] * 2),
        *(item(task, "utf8", FAILS, Finding("the file is not UTF-8")) for task in TASKS),
        measures=(Measure(0, 12, 30, 400, 1.5, 2.5),),
        others=("0-main.py",),
        notes=("my own comment",),
        ran_on="Python 3.8.18 with NumPy 1.19.2",
        score=Score(1.5, 4, 1),
        python_warning="Python 3.8 with NumPy 1.19.2, which the task names, was not found, so "
        "Python 3.11.1 with NumPy 2.1 ran the files: verdicts about small integer types (uint8) "
        "may differ. This brings it: uv venv; then add --python brief/bin/python",
    )


@pytest.mark.parametrize("is_verbose", [False, True])
@pytest.mark.parametrize("language", OTHERS)
def test_no_line_of_a_report_stays_english(language, is_verbose):
    judgement = everything()
    english = screen([judgement], 300, is_verbose=is_verbose).splitlines()
    with speaking(language):
        other = screen([judgement], 300, is_verbose=is_verbose).splitlines()
    # names of files, requirements and titles of the brief's tasks; code
    names = r"ada +class/ada|[\d\s]*|(valid +same|loads|same) .*|[✗?-] [\w-]+  \S+\.(py|md).*"
    alike = {line.strip() for line in english} & {line.strip() for line in other}
    names += "|memory|rules"  # of the change
    assert [line for line in alike if not re.fullmatch(names, line)] == []


def test_texts_for_students_are_in_the_language_that_is_spoken(tmp_path):
    judged = feedback.Class((str(tmp_path),))
    (ada,) = [replace(everything(), notes=())]
    with speaking("fr"):
        (name,) = feedback.write_feedback(tmp_path / "out", [ada], judged).values()
    text = (tmp_path / "out" / name).read_text(encoding="utf-8")
    assert "votre résultat est ce qu'on obtient si le noyau est transposé" in text
    assert "écrivez :  time = h - kh + 1" in text
