"""Changes of a source as text: where, what stands there instead, and how a student reads it."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from convpool.check import syntax


class Edit(NamedTuple):
    """A part of a source that is replaced; places count bytes of UTF-8."""

    start: int
    end: int
    text: str


Change = tuple[Edit, ...]  # parts that do not overlap


class Source:
    """A file's text, its tree, and the place of each node in the text."""

    def __init__(self, text: str, function: str) -> None:
        """Parse a text. Raises SyntaxError if it cannot be, ValueError without the function."""
        self.text, self.data = text, text.encode()
        self.tree = syntax.parse(text)
        definitions = [node for node in self.tree.body if isinstance(node, ast.FunctionDef)]
        if function not in {node.name for node in definitions}:
            raise ValueError(f"there is no function {function}")
        # helpers too
        self.definitions = definitions
        self.function = next(node for node in definitions[::-1] if node.name == function)
        lines = self.data.split(b"\n")
        self._line_starts = [0]
        for line in lines:
            self._line_starts.append(self._line_starts[-1] + len(line) + 1)

    def place(self, line: int, column: int) -> int:
        """Return the place in the text of a line (from 1) and a column (from 0, in bytes)."""
        return self._line_starts[line - 1] + column

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Return the places where a node begins and ends."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self.place(node.lineno, node.col_offset),
            self.place(node.end_lineno, node.end_col_offset),
        )

    def replace(self, node: ast.expr | ast.stmt, text: str) -> Edit:
        """Return the edit that puts a text in the place of a node."""
        return Edit(*self.span(node), text)

    def lines(self, first: int, last: int, text: str) -> Edit:
        """Return the edit that puts a text in the place of whole lines, from 1; last included."""
        return Edit(self.place(first, 0), self.place(last + 1, 0), text)

    def insert(self, line: int, column: int, lines: Iterable[str]) -> Change:
        """Return the change that puts lines, indented to a column, before a line (from 1)."""
        start = self.place(line, 0)
        return (Edit(start, start, "".join(f"{' ' * column}{text}\n" for text in lines)),)

    def code(self, node: ast.expr | ast.stmt) -> str:
        """Return the text of a node."""
        start, end = self.span(node)
        return self.data[start:end].decode()

    def changed(self, change: Change) -> str:
        """Return the text after a change; as it is, if two of its edits overlap."""
        ordered = sorted(set(change))
        if any(one.end > other.start for one, other in pairwise(ordered)):
            return self.text
        data = self.data
        for edit in reversed(ordered):
            data = data[: edit.start] + edit.text.encode() + data[edit.end :]
        return data.decode()


def changed_lines(before: str, after: str) -> tuple[int, str]:
    """Return the number of the first line that changes, from 1, and a text of what to write.

    The text has each line that changes, "line 27:  y, x = i * sh, j * sh", with its new line below,
    "  write:  y, x = i * sh, j * sw". Both begin in the same column of a font of fixed width.
    """
    old, new = before.splitlines(), after.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    first = 0
    advice: list[str] = []
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind != "equal":
            first = first or (max(start, 1) if kind == "insert" else start + 1)
            above = old[start - 1].strip() if start else ""
            advice += _block(start, above, old[start:end], new[new_start:new_end])
    return first, "\n".join(advice)


LONGEST = 79  # characters of a line, as pycodestyle asks for


def wrapped(before: str, after: str) -> str:
    """Return a changed text whose new lines are broken inside their brackets where they are long.

    As it is, if the text before had long lines too.

    >>> print(wrapped("", f"x = f({'a' * 40}, {'b' * 40})").replace("a" * 40, "a"))
    x = f(a,
          bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb)
    """
    known = set(before.split("\n"))
    if any(len(line) > LONGEST for line in known):
        return after
    lines = []
    for line in after.split("\n"):
        rest = line
        while rest not in known and len(rest) > LONGEST and (at := _break(rest)):
            place, column = at
            lines.append(rest[:place].rstrip())
            rest = " " * column + rest[place:].lstrip()
        lines.append(rest)
    return "\n".join(lines)


def _break(line: str) -> tuple[int, int] | None:
    """Return (where to break a line, the column of what follows); None if there is no good place.

    That is a comma, else a blank, inside as few brackets as can be, the last that is not too far.
    """
    opened: list[int] = []
    # (after a comma, how few brackets are open, place) -> the column
    found: dict[tuple[bool, int, int], int] = {}
    for place, sign in enumerate(line[:LONGEST]):
        if sign in "([{":
            opened.append(place)
        elif sign in ")]}" and opened:
            opened.pop()
        elif sign == " " and opened and place > opened[-1] + 1:
            found[line[place - 1] == ",", -len(opened), place] = opened[-1] + 1
    return (max(found)[2], found[max(found)]) if found else None


def _block(start: int, above: str, old: list[str], new: list[str]) -> Iterator[str]:
    """Yield the lines about one block: `old` lines after line `start`, and what replaces them.

    above: line `start`.
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
