"""The rule that runs pycodestyle, without the findings that only a newer version has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from convpool.check.rules.analysis.phrases import also_in
from convpool.check.rules.rule import rule
from convpool.check.submissions.task_files import TaskFile
from convpool.check.tasks import FIRST_LINE, PYCODESTYLE
from convpool.check.verdicts import Finding, Remark, UncheckedError

# start of a code of pycodestyle, such as E265 -> what to do, where pycodestyle's words do not say
# it; the longest start counts
ADVICE = {
    "E1": "indent by 4 spaces; a continued line by 4 more, or up to the first item in brackets",
    "E2": "one space around operators and after commas, none inside brackets, two before a comment",
    "E26": "write # and a space before a comment; after code, two spaces come before the #",
    "E3": "two blank lines around functions of the module, one between methods",
    "E4": "put imports at the top, each on its own line",
    "E5": "break the line inside brackets",
    "E70": "one statement a line",
    "E703": "leave out the semicolon",
    "E722": "name the error, as in except ValueError:",
    "E731": "write def, with a docstring",
    "E741": "choose a name that does not look like 1 or 0",
    "W1": "indent by spaces",
    "W2": "delete the spaces",
    "W3": "end with one new line",
    "W605": "double the backslash, or put r before the string",
}


@rule("tree")
def pycodestyle(file: TaskFile) -> Iterator[Finding]:
    r"""The file follows pycodestyle 2.6.

    Why: the task asks for that version, which is run if the chosen Python has it; else a newer one
        is run, and what it added after 2.6 is left out. A missing end of the last line (W292) is
        the finding of final-newline.

    good:
        total = 1 + 1
    bad:
        total=1 + 1
    bad:
        import numpy as np
        def convolve(images):
            return images
    bad: b"total = 0 \n"
    bad: b"total = 0\n\n\n"
    """
    checks = file.course.static_checks
    errors = checks.style_errors[file.task.file]
    if isinstance(errors, UncheckedError):
        raise errors
    entries_by_code: dict[str, list[tuple[int, str]]] = {}  # code -> (line, words)
    for line, column, code, words in errors:
        is_newer = not checks.has_briefs_pycodestyle and not is_in_2_6(file, line, column, code)
        if not is_newer and not is_of_another_rule(file, line, code):
            entries_by_code.setdefault(code, []).append((line, words))
    if entries_by_code and not checks.has_briefs_pycodestyle:
        version = checks.pycodestyle
        yield Remark(f"checked by pycodestyle {version}, without what came after {PYCODESTYLE}")
    for code, entries in sorted(entries_by_code.items(), key=lambda pair: pair[1]):
        yield merge(code, entries)


def merge(code: str, entries: list[tuple[int, str]]) -> Finding:
    """Return one finding for all errors of one code, given as (line, words).

    It has the line and the words of the first error, then the other lines, then advice.
    """
    line, words = entries[0]
    other_lines = sorted({other_line for other_line, _ in entries} - {line})
    starts = (code[:size] for size in (4, 3, 2))  # the longest first
    advice = next((f": {ADVICE[start]}" for start in starts if start in ADVICE), "")
    return Finding(f"{words}{also_in(other_lines, ', also in {}')}{advice}", line=line, code=code)


def is_of_another_rule(file: TaskFile, line: int, code: str) -> bool:
    """Return whether another rule reports this error, so that it is not reported twice.

    These are a misplaced first line, a missing end of the last line, and syntax errors (E9).
    """
    text = file.lines[line - 1] if 0 < line <= len(file.lines) else b""
    misplaced = code == "E265" and text.strip() == FIRST_LINE.encode()
    return misplaced or code == "W292" or code.startswith("E9")


def is_in_2_6(file: TaskFile, line: int, column: int, code: str) -> bool:
    """Return whether pycodestyle 2.6 would also report an error of a newer version."""
    text = file.lines[line - 1].decode() if 0 < line <= len(file.lines) else ""
    if code == "E275":
        return "import(" in text
    if code == "E721":
        return re.search(r"([=!]=|\bis(\s+not)?)\s+type\b", text) is not None
    if code == "E741":
        return "lambda" not in text
    # to the brief's Python, an f-string is one token, whose inside is not looked at
    return code != "E204" and not (code.startswith("E2") and _in_f_string(file.tree, line, column))


def _in_f_string(tree: ast.Module, line: int, column: int) -> bool:
    """Return whether a position lies inside an f-string."""
    return any(start < (line, column) < end for start, end in _f_strings(tree))


@lru_cache(maxsize=1)
def _f_strings(tree: ast.Module) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return (start, end) of each f-string, both as (line, column)."""
    return [
        ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        and node.end_lineno is not None
        and node.end_col_offset is not None
    ]
