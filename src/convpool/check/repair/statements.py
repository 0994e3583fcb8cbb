"""Changes of whole statements: remove or add one, move it, exchange two names, `elif` for `if`."""

from __future__ import annotations

import ast
import copy
import itertools
import textwrap
from collections.abc import Iterator

from convpool.check.repair.edits import Change, Edit, Source
from convpool.check.repair.names import OtherAxis

MOST_NAMES = 8  # names in a statement, each two of which are exchanged


def statement_changes(source: Source) -> Iterator[Change]:
    """Yield the changes of whole statements of a function and its helpers."""
    for definition in source.definitions:
        for node in ast.walk(definition):
            for body in (getattr(node, "body", None), getattr(node, "orelse", None)):
                if isinstance(body, list) and body:
                    yield from _changes_in_block(source, definition, node, body)
        yield from _add_assignments(source, definition)
    yield from _add_copies(source)
    for definition in source.definitions:
        for node in ast.walk(definition):
            if isinstance(node, ast.Assign | ast.AugAssign | ast.Return):
                yield from _with_names_exchanged(source, node)


def _changes_in_block(
    source: Source, definition: ast.FunctionDef, owner: ast.AST, body: list[ast.stmt]
) -> Iterator[Change]:
    """Yield the changes of the statements of one block: removed, changed, moved.

    owner: the node whose body or else part is the block, in the function `definition`.
    """
    for statement in body:
        if len(body) > 1 and not isinstance(statement, ast.For | ast.FunctionDef):
            yield (_replace_lines(source, statement, ""),)
        yield from _with_other_operator(source, statement)
    for first, second in itertools.pairwise(body):
        yield from _changes_of_neighbours(source, first, second)
    if isinstance(owner, ast.For | ast.While | ast.If):
        yield from _move_out_of_block(source, definition, owner, body)


def _replace_lines(source: Source, statement: ast.stmt, text: str) -> Edit:
    """Return the edit that replaces the lines of a statement by a text."""
    assert statement.end_lineno is not None
    return source.replace_lines(statement.lineno, statement.end_lineno, text)


def _indented_code(source: Source, statement: ast.stmt, column: int) -> str:
    """Return the lines of a statement, moved so that it begins in this column."""
    whole = " " * statement.col_offset + source.code(statement)
    return textwrap.indent(textwrap.dedent(whole), " " * column) + "\n"


def _with_other_operator(source: Source, statement: ast.stmt) -> Iterator[Change]:
    """Yield an assignment with = for += or *=, and the reverse."""
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
    """Yield a statement with two of its variables exchanged, wherever it uses them."""
    # ids of the nodes in f(x) and np.x that are no variables: f, np
    called = {id(node.func) for node in ast.walk(statement) if isinstance(node, ast.Call)}
    called |= {id(node.value) for node in ast.walk(statement) if isinstance(node, ast.Attribute)}
    uses: dict[str, list[ast.Name]] = {}  # variable -> where it is used
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and id(node) not in called:
            uses.setdefault(node.id, []).append(node)
    if len(uses) > MOST_NAMES:
        return
    for one, other in itertools.combinations(uses, 2):
        edits = [source.replace(node, other) for node in uses[one]]
        yield tuple(sorted([*edits, *(source.replace(node, one) for node in uses[other])]))


def _changes_of_neighbours(source: Source, first: ast.stmt, second: ast.stmt) -> Iterator[Change]:
    """Yield the changes of two statements that follow each other.

    Two `if` become `if` and `elif`. An assignment after a loop moves to the end of the loop, or of
    a loop inside it. Any other two statements, two `if` too, are exchanged.
    """
    if isinstance(first, ast.If) and isinstance(second, ast.If) and not first.orelse:
        start = source.span(second)[0]
        yield (Edit(start, start, "el"),)
    if isinstance(first, ast.For | ast.While) and isinstance(second, ast.Assign | ast.AugAssign):
        inner = first.body
        while isinstance(inner[-1], ast.For | ast.While):
            yield _reindent(source, second, inner[0].col_offset)
            inner = inner[-1].body
        yield _reindent(source, second, inner[0].col_offset)
        return
    one, other = (_indented_code(source, part, part.col_offset) for part in (first, second))
    assert second.end_lineno is not None
    yield (source.replace_lines(first.lineno, second.end_lineno, other + one),)


def _reindent(source: Source, statement: ast.stmt, column: int) -> Change:
    """Return the change that moves a statement so that it begins in this column."""
    return (_replace_lines(source, statement, _indented_code(source, statement, column)),)


def _move_out_of_block(
    source: Source,
    definition: ast.FunctionDef,
    owner: ast.For | ast.While | ast.If,
    body: list[ast.stmt],
) -> Iterator[Change]:
    """Yield changes that move the last statement of a block out of it: out of one block, of all.

    A block of one statement is only left by a return, as it would be empty otherwise.
    """
    last = body[-1]
    if len(body) > 1 or isinstance(last, ast.Return):
        yield _reindent(source, last, owner.col_offset)
        if owner.col_offset > definition.body[0].col_offset:
            yield _reindent(source, last, definition.body[0].col_offset)


def _add_copies(source: Source) -> Iterator[Change]:
    """Yield changes of x = images to x = images.copy(), and a copy of each array argument."""
    for node in ast.walk(source.function):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name | ast.Subscript):
            yield (source.replace(node.value, f"{source.code(node.value)}.copy()"),)
    body = source.function.body
    first = body[1] if len(body) > 1 and isinstance(body[0], ast.Expr) else body[0]
    for argument in source.function.args.args[:2]:
        blank = " " * first.col_offset
        line = f"{blank}{argument.arg} = {argument.arg}.copy()\n"
        yield (Edit(source.offset(first.lineno, 0), source.offset(first.lineno, 0), line),)


def _add_assignments(source: Source, definition: ast.FunctionDef) -> Iterator[Change]:
    """Yield changes that add an assignment which a block lacks.

    Below an assignment to ph, the same for the other axis, to pw. At the end of a branch, the
    assignments of the other branches of its `if`, and the same for the other axis.
    """
    names = {node.id for node in ast.walk(definition) if isinstance(node, ast.Name)}
    axes = OtherAxis(names | {argument.arg for argument in definition.args.args})
    for branches in _sibling_blocks(definition):
        assignments = list(map(_assignments_to_names, branches))
        for branch, own in zip(branches, assignments, strict=True):
            # (assignment to add, statement that it is put below)
            additions: list[tuple[ast.Assign, ast.stmt]] = [
                (_mirrored(axes, one), one) for one in own
            ]
            for other in itertools.chain.from_iterable(assignments):
                additions += [(other, branch[-1]), (_mirrored(axes, other), branch[-1])]
            assigned = {_target(one) for one in own}
            for new, above in additions:
                if _target(new) not in assigned:
                    yield (_insert_below(source, above, ast.unparse(new)),)


def _sibling_blocks(definition: ast.FunctionDef) -> Iterator[list[list[ast.stmt]]]:
    """Yield lists of blocks: all branches of an `if` in one list, each other block in its own."""
    yield [definition.body]
    elifs: set[ast.stmt] = set()  # of an if that was yielded
    for node in ast.walk(definition):
        if isinstance(node, ast.For | ast.While):
            yield [node.body]
        elif isinstance(node, ast.If) and node not in elifs:
            branches = [node.body]
            while len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
                node = node.orelse[0]
                elifs.add(node)
                branches.append(node.body)
            yield [*branches, node.orelse] if node.orelse else branches


def _assignments_to_names(block: list[ast.stmt]) -> list[ast.Assign]:
    """Return the statements of a block that assign to a single name, such as ph = 1."""
    assignments = [one for one in block if isinstance(one, ast.Assign) and len(one.targets) == 1]
    return [one for one in assignments if isinstance(one.targets[0], ast.Name)]


def _target(assignment: ast.Assign) -> str:
    """Return the name that is assigned to."""
    return ast.unparse(assignment.targets[0])


def _mirrored(axes: OtherAxis, statement: ast.Assign) -> ast.Assign:
    """Return a copy of an assignment for the other axis: pw = kw // 2 for ph = kh // 2."""
    mirrored = axes.visit(copy.deepcopy(statement))
    assert isinstance(mirrored, ast.Assign)
    return mirrored


def _insert_below(source: Source, statement: ast.stmt, line: str) -> Edit:
    """Return the edit that inserts a line below a statement, with its indentation."""
    assert statement.end_lineno is not None
    offset = source.offset(statement.end_lineno + 1, 0)
    return Edit(offset, offset, f"{' ' * statement.col_offset}{line}\n")
