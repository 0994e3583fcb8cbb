"""Changes of whole statements: one left out or put in, moved out of a loop, `elif` for `if`.

Or with two names exchanged.
"""

from __future__ import annotations

import ast
import copy
import itertools
import textwrap
from collections.abc import Iterator

from convpool.check.repair.edits import Change, Edit, Source
from convpool.check.repair.names import OtherAxis

MOST_NAMES = 8  # in a statement, of which each two are exchanged


def statement_changes(source: Source) -> Iterator[Change]:
    """Yield the changes of whole statements of a function and its helpers."""
    for definition in source.definitions:
        for node in ast.walk(definition):
            for body in (getattr(node, "body", None), getattr(node, "orelse", None)):
                if isinstance(body, list) and body:
                    yield from _of_block(source, definition, node, body)
        yield from _missing_assignments(source, definition)
    yield from _copies(source)
    for definition in source.definitions:
        for node in ast.walk(definition):
            if isinstance(node, ast.Assign | ast.AugAssign | ast.Return):
                yield from _with_names_exchanged(source, node)


def _of_block(
    source: Source, definition: ast.FunctionDef, owner: ast.AST, body: list[ast.stmt]
) -> Iterator[Change]:
    """Yield the changes of the statements of one block."""
    for statement in body:
        if len(body) > 1 and not isinstance(statement, ast.For | ast.FunctionDef):
            yield (_lines(source, statement, ""),)
        yield from _assignments(source, statement)
    for first, second in itertools.pairwise(body):
        yield from _neighbours(source, first, second)
    if isinstance(owner, ast.For | ast.While | ast.If):
        yield from _out_of_block(source, definition, owner, body)


def _lines(source: Source, statement: ast.stmt, text: str) -> Edit:
    """Return the edit that puts a text in the place of the lines of a statement."""
    assert statement.end_lineno is not None
    return source.replace_lines(statement.lineno, statement.end_lineno, text)


def _text(source: Source, statement: ast.stmt, column: int) -> str:
    """Return the lines of a statement, indented to a column."""
    whole = " " * statement.col_offset + source.code(statement)
    return textwrap.indent(textwrap.dedent(whole), " " * column) + "\n"


def _assignments(source: Source, statement: ast.stmt) -> Iterator[Change]:
    """Yield = for +=, and += for =, where parts of an array are set, or an array as a whole."""
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Subscript):
        target, value = source.code(statement.target), source.code(statement.value)
        yield (source.replace(statement, f"{target} = {value}"),)
        for sign in "+*":
            yield (source.replace(statement, f"{target} {sign}= {value}"),)
    elif isinstance(statement, ast.Assign) and not isinstance(statement.targets[0], ast.Tuple):
        target, value = source.code(statement.targets[0]), source.code(statement.value)
        if not isinstance(statement.value, ast.Constant):
            yield (source.replace(statement, f"{target} += {value}"),)


def _with_names_exchanged(source: Source, statement: ast.stmt) -> Iterator[Change]:
    """Yield a statement with two of its variables exchanged, wherever they stand in it."""
    called = {id(node.func) for node in ast.walk(statement) if isinstance(node, ast.Call)}
    called |= {id(node.value) for node in ast.walk(statement) if isinstance(node, ast.Attribute)}
    places: dict[str, list[ast.Name]] = {}
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and id(node) not in called:
            places.setdefault(node.id, []).append(node)
    if len(places) > MOST_NAMES:
        return
    for one, other in itertools.combinations(places, 2):
        edits = [source.replace(node, other) for node in places[one]]
        yield tuple(sorted([*edits, *(source.replace(node, one) for node in places[other])]))


def _neighbours(source: Source, first: ast.stmt, second: ast.stmt) -> Iterator[Change]:
    """Yield what two statements may have been meant as that follow each other.

    The reverse order; the second as the end of the loop before it; `if` and `if` as if and elif.
    """
    if isinstance(first, ast.If) and isinstance(second, ast.If) and not first.orelse:
        start = source.span(second)[0]
        yield (Edit(start, start, "el"),)
    if isinstance(first, ast.For | ast.While) and isinstance(second, ast.Assign | ast.AugAssign):
        inner = first.body
        while isinstance(inner[-1], ast.For | ast.While):
            yield _moved(source, second, inner[0].col_offset)
            inner = inner[-1].body
        yield _moved(source, second, inner[0].col_offset)
        return
    one, other = (_text(source, part, part.col_offset) for part in (first, second))
    assert second.end_lineno is not None
    yield (source.replace_lines(first.lineno, second.end_lineno, other + one),)


def _moved(source: Source, statement: ast.stmt, column: int) -> Change:
    """Return the change that indents a statement to a column."""
    return (_lines(source, statement, _text(source, statement, column)),)


def _out_of_block(
    source: Source,
    definition: ast.FunctionDef,
    owner: ast.For | ast.While | ast.If,
    body: list[ast.stmt],
) -> Iterator[Change]:
    """Yield the last statement of a block behind it; a return behind each loop around it."""
    last = body[-1]
    if len(body) > 1 or isinstance(last, ast.Return):
        yield _moved(source, last, owner.col_offset)
        if owner.col_offset > definition.body[0].col_offset:
            yield _moved(source, last, definition.body[0].col_offset)


def _copies(source: Source) -> Iterator[Change]:
    """Yield x = images.copy() for x = images, and the function with copies of its arrays."""
    for node in ast.walk(source.function):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name | ast.Subscript):
            yield (source.replace(node.value, f"{source.code(node.value)}.copy()"),)
    body = source.function.body
    first = body[1] if len(body) > 1 and isinstance(body[0], ast.Expr) else body[0]
    for argument in source.function.args.args[:2]:
        blank = " " * first.col_offset
        line = f"{blank}{argument.arg} = {argument.arg}.copy()\n"
        yield (Edit(source.offset(first.lineno, 0), source.offset(first.lineno, 0), line),)


def _missing_assignments(source: Source, definition: ast.FunctionDef) -> Iterator[Change]:
    """Yield the assignments that a block may lack, as x = ... on one axis alone, or in one branch.

    Below an assignment its like on the other axis; at the end of a branch one of another branch.
    """
    names = {node.id for node in ast.walk(definition) if isinstance(node, ast.Name)}
    axes = OtherAxis(names | {argument.arg for argument in definition.args.args})
    for branches in _blocks(definition):
        assignments = list(map(_assignments_to_names, branches))
        for branch, own in zip(branches, assignments, strict=True):
            # each with the statement that it is put below
            lacking: list[tuple[ast.Assign, ast.stmt]] = [
                (_mirrored(axes, one), one) for one in own
            ]
            for other in itertools.chain.from_iterable(assignments):
                lacking += [(other, branch[-1]), (_mirrored(axes, other), branch[-1])]
            known = {_target(one) for one in own}
            for new, before in lacking:
                if _target(new) not in known:
                    yield (_below(source, before, ast.unparse(new)),)


def _blocks(definition: ast.FunctionDef) -> Iterator[list[list[ast.stmt]]]:
    """Yield each block of statements in a list of its own; those of `if`, `elif`, `else` in one."""
    yield [definition.body]
    chained: set[ast.stmt] = set()
    for node in ast.walk(definition):
        if isinstance(node, ast.For | ast.While):
            yield [node.body]
        elif isinstance(node, ast.If) and node not in chained:
            branches = [node.body]
            while len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
                node = node.orelse[0]
                chained.add(node)
                branches.append(node.body)
            yield [*branches, node.orelse] if node.orelse else branches


def _assignments_to_names(block: list[ast.stmt]) -> list[ast.Assign]:
    """Return the statements of a block that assign to one name."""
    assignments = [one for one in block if isinstance(one, ast.Assign) and len(one.targets) == 1]
    return [one for one in assignments if isinstance(one.targets[0], ast.Name)]


def _target(assignment: ast.Assign) -> str:
    """Return the name that is assigned to."""
    return ast.unparse(assignment.targets[0])


def _mirrored(axes: OtherAxis, statement: ast.Assign) -> ast.Assign:
    """Return an assignment for the other axis."""
    mirrored = axes.visit(copy.deepcopy(statement))
    assert isinstance(mirrored, ast.Assign)
    return mirrored


def _below(source: Source, statement: ast.stmt, line: str) -> Edit:
    """Return the edit that puts a line below a statement."""
    assert statement.end_lineno is not None
    place = source.offset(statement.end_lineno + 1, 0)
    return Edit(place, place, f"{' ' * statement.col_offset}{line}\n")
