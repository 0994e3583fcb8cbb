"""The rule that asks pycodestyle, and what of a newer one's findings the brief's version would not say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from convpool.check.rules.file_form import places
from convpool.check.rules.pages import rule
from convpool.check.submissions.task_files import Source
from convpool.check.tasks import FIRST_LINE, PYCODESTYLE
from convpool.check.verdicts import Finding, Remark, UncheckedError

# What would do, where pycodestyle's words do not say it.
REMEDIES = {
    "E1": "indent by 4 spaces; a line that goes on, below the first thing in the brackets or by "
    "4 more",
    "E2": "one space around operators and after commas, none inside brackets, two before a comment",
    "E26": "a comment is # and a blank and words; behind code, two blanks come before it",
    "E3": "two blank lines around functions of the module, one between methods",
    "E4": "imports stand at the top, each in its own line",
    "E5": "break the line inside brackets",
    "E70": "one statement a line",
    "E703": "leave out the semicolon",
    "E722": "name the error, as in except ValueError:",
    "E731": "write def, with a docstring",
    "E741": "take a name that can be told from 1 and 0",
    "W1": "indent by spaces",
    "W2": "delete the blanks",
    "W3": "end with one new line",
    "W605": "double the backslash, or put r before the string",
}


@rule("tree")
def pycodestyle(source: Source) -> Iterator[Finding]:
    r"""The file follows pycodestyle 2.6.

    Why: the brief asks for that version; it is run where the chosen Python has it. Else a newer one
        is run, without
    what came after 2.6. A missing end of the last line (W292) is the finding of final-newline.

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
    run = source.course.static_run
    told = run.styled[source.task.file]
    if isinstance(told, UncheckedError):
        raise told
    if not run.style_is_the_briefs:
        told = [entry for entry in told if in_2_6(source, *entry[:3])]
    by_code: dict[str, list[tuple[int, str]]] = {}
    for line, _, code, words in told:
        if not said_elsewhere(source, line, code):
            by_code.setdefault(code, []).append((line, words))
    if by_code and not run.style_is_the_briefs:
        yield Remark(f"looked at by pycodestyle {run.style}, without what came after {PYCODESTYLE}")
    yield from (
        grouped(code, found) for code, found in sorted(by_code.items(), key=lambda pair: pair[1])
    )


def grouped(code: str, found: list[tuple[int, str]]) -> Finding:
    """Say once what stands in several lines."""
    line, words = found[0]
    others = sorted({other for other, _ in found} - {line})
    also = f", also in {places(others)}" if others else ""
    remedy = next(
        (f": {REMEDIES[code[:size]]}" for size in (4, 3, 2) if code[:size] in REMEDIES), ""
    )
    return Finding(f"{words}{also}{remedy}", line=line, code=code)


def said_elsewhere(source: Source, line: int, code: str) -> bool:
    """Whether another rule has this as its finding: one slip, one finding."""
    text = source.lines[line - 1] if 0 < line <= len(source.lines) else b""
    misplaced = code == "E265" and text.strip() == FIRST_LINE.encode()
    return misplaced or code == "W292" or code.startswith("E9")


def in_2_6(source: Source, line: int, column: int, code: str) -> bool:
    """Whether pycodestyle 2.6 has what a newer one found."""
    text = source.lines[line - 1].decode() if 0 < line <= len(source.lines) else ""
    if code == "E275":
        return "import(" in text
    if code == "E721":
        return re.search(r"([=!]=|\bis(\s+not)?)\s+type\b", text) is not None
    if code == "E741":
        return "lambda" not in text
    # to the brief's Python, a formatted string is one word
    return code != "E204" and not (
        code.startswith("E2") and _is_formatted(source.tree, line, column)
    )


def _is_formatted(tree: ast.Module, line: int, column: int) -> bool:
    found = (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr))
    return any(
        (node.lineno, node.col_offset) < (line, column) < (node.end_lineno, node.end_col_offset)
        for node in found
        if node.end_lineno is not None and node.end_col_offset is not None
    )
