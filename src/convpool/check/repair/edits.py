"""Changes of a source's text: edits at byte offsets, and advice that says them to a student."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from convpool.check import syntax


class Edit(NamedTuple):
    """Replaces the bytes from `start` to `end` (excluded) of a source in UTF-8 by a text."""

    start: int
    end: int
    text: str


Change = tuple[Edit, ...]  # edits that do not overlap


class Source:
    """A submission's file: its text, its syntax tree, and where each node lies in the text."""

    def __init__(self, text: str, function: str) -> None:
        """Parse a text that defines a function of this name.

        Raises SyntaxError if it cannot be parsed, ValueError if it does not define the function.
        """
        self.text, self.data = text, text.encode()
        self.tree = syntax.parse(text)
        # all functions of the module, the helpers too
        self.definitions = [node for node in self.tree.body if isinstance(node, ast.FunctionDef)]
        named = [node for node in self.definitions if node.name == function]
        if not named:
            raise ValueError(f"there is no function {function}")
        self.function = named[-1]  # Python uses the last definition
        lines = self.data.split(b"\n")
        self._line_starts = [0]
        for line in lines:
            self._line_starts.append(self._line_starts[-1] + len(line) + 1)

    def offset(self, line: int, column: int) -> int:
        """Return the byte offset of a line (from 1) and a column (from 0, in bytes, as ast's)."""
        return self._line_starts[line - 1] + column

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Return the byte offsets of the beginning and the end of a node."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self.offset(node.lineno, node.col_offset),
            self.offset(node.end_lineno, node.end_col_offset),
        )

    def replace(self, node: ast.expr | ast.stmt, text: str) -> Edit:
        """Return the edit that replaces a node by a text."""
        return Edit(*self.span(node), text)

    def replace_lines(self, first: int, last: int, text: str) -> Edit:
        """Return the edit that replaces lines by a text; first and last (included) count from 1."""
        return Edit(self.offset(first, 0), self.offset(last + 1, 0), text)

    def insert(self, line: int, column: int, lines: Iterable[str]) -> Change:
        """Return the change that inserts lines before a line (from 1), indented by `column`."""
        start = self.offset(line, 0)
        return (Edit(start, start, "".join(f"{' ' * column}{text}\n" for text in lines)),)

    def code(self, node: ast.expr | ast.stmt) -> str:
        """Return the part of the text that a node was parsed from."""
        start, end = self.span(node)
        return self.data[start:end].decode()

    def changed(self, change: Change) -> str:
        """Return the text with a change applied; the text itself if two of its edits overlap."""
        ordered = sorted(set(change))
        if any(one.end > other.start for one, other in pairwise(ordered)):
            return self.text
        data = self.data
        for edit in reversed(ordered):
            data = data[: edit.start] + edit.text.encode() + data[edit.end :]
        return data.decode()


def changed_lines(before: str, after: str) -> tuple[int, str]:
    """Compare two texts; return (first changed line, from 1; advice to a student on all of them).

    The advice has two lines for each changed line, aligned for a font of fixed width:
    "line 27:  y, x = i * sh, j * sh" and "  write:  y, x = i * sh, j * sw".
    """
    old, new = before.splitlines(), after.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    first = 0
    advice: list[str] = []
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind != "equal":
            first = first or (max(start, 1) if kind == "insert" else start + 1)
            above = old[start - 1].strip() if start else ""
            advice += _hunk_advice(start, above, old[start:end], new[new_start:new_end])
    return first, "\n".join(advice)


MAX_LINE_LENGTH = 79  # characters, as pycodestyle asks for


def wrapped(before: str, after: str) -> str:
    """Return the text `after` with its new long lines broken inside brackets.

    Unchanged if the text `before` had long lines too.

    >>> print(wrapped("", f"x = f({'a' * 40}, {'b' * 40})").replace("a" * 40, "a"))
    x = f(a,
          bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb)
    """
    old_lines = set(before.split("\n"))
    if any(len(line) > MAX_LINE_LENGTH for line in old_lines):
        return after
    lines = []
    for line in after.split("\n"):
        rest = line
        while (
            rest not in old_lines
            and len(rest) > MAX_LINE_LENGTH
            and (line_break := _find_break(rest))
        ):
            position, indentation = line_break
            lines.append(rest[:position].rstrip())
            rest = " " * indentation + rest[position:].lstrip()
        lines.append(rest)
    return "\n".join(lines)


def _find_break(line: str) -> tuple[int, int] | None:
    """Return (position of the best blank to break a line at, indentation of the rest), or None.

    Blanks after a comma are preferred to others, then those inside few brackets, then late ones.
    The rest is indented to the innermost bracket that is open there. None outside of brackets.
    """
    opened: list[int] = []  # positions of the brackets that are open
    # (is after a comma, -number of open brackets, position, indentation)
    candidates: list[tuple[bool, int, int, int]] = []
    for position, character in enumerate(line[:MAX_LINE_LENGTH]):
        if character in "([{":
            opened.append(position)
        elif character in ")]}" and opened:
            opened.pop()
        elif character == " " and opened and position > opened[-1] + 1:
            is_after_comma = line[position - 1] == ","
            candidates.append((is_after_comma, -len(opened), position, opened[-1] + 1))
    return max(candidates)[2:] if candidates else None


def _hunk_advice(start: int, above: str, old: list[str], new: list[str]) -> Iterator[str]:
    """Yield lines of advice on one hunk of a diff: `new` lines replace the `old` ones.

    start: the number of the line before the hunk, 0 at the beginning. above: that line.
    """
    if list(map(_indentation, old)) == list(map(_indentation, new)):
        for number, (line, other) in enumerate(zip(old, new, strict=True), start + 1):
            label = f"line {number}:"
            yield f"{label}  {line.strip()}"
            yield f"{'write:'.rjust(len(label))}  {other.strip()}"
        return
    last = start + len(old)
    where = f"line {start + 1}" if len(old) == 1 else f"lines {start + 1} to {last}"
    if not old:
        yield f"after line {start}{f' ({above})' if above else ''}, add:"
    elif not new:
        yield f"{where}, delete:"
        yield from old
    else:
        yield f"{where}, now:"
        yield from old
        yield "write:"
    yield from new


def _indentation(line: str) -> int:
    """Return how many blanks a line begins with."""
    return len(line) - len(line.lstrip())
