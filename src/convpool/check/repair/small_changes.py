"""All small changes of a function: of one expression, of its twin too, and of statements.

They are tried, one after the other, as the repair of a wrong result. The twin of an expression is
the same one for the other axis: kw // 2 for kh // 2. A near change takes what stands in the
expression; a far one brings a name from elsewhere in the function, and often gives the right result
for a wrong reason.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Collection, Iterator
from itertools import zip_longest

from convpool.check.repair.edits import Change, Edit, Source
from convpool.check.repair.names import OtherAxis, names_of, partners
from convpool.check.repair.slips import slips
from convpool.check.repair.statements import statement_changes

# operator -> how tightly it binds
_PRECEDENCE: dict[type[ast.AST], int] = {
    ast.Add: 1,
    ast.Sub: 1,
    ast.Mult: 2,
    ast.Div: 2,
    ast.FloorDiv: 2,
    ast.Mod: 2,
    ast.MatMult: 2,
    ast.Pow: 3,
}


def small_changes(source: Source) -> tuple[list[Change], list[Change]]:
    """Return (near changes, far changes) of a function and its helpers, each once.

    Both lists have the likeliest changes first: the first one of each expression, tuples before
    others, then the second one of each, and so on. Those of statements come before all these, in
    the near ones.
    """
    names = names_of(source.definitions)
    nodes = [pair for definition in source.definitions for pair in _expressions(definition)]
    # a tuple, such as axis=(1, 2), is changed as a whole before the numbers in it
    nodes.sort(key=lambda pair: not isinstance(pair[0], ast.Tuple))
    twins = _twins([node for node, _ in nodes], names)
    # for each expression its (change, whether it is far)
    changes = [_changes_of(source, node, parent, names, twins) for node, parent in nodes]
    by_turns = [change for turn in zip_longest(*changes) for change in turn if change]
    near = [change for change, is_far in by_turns if not is_far]
    far = [change for change, is_far in by_turns if is_far]
    return list(dict.fromkeys([*statement_changes(source), *near])), list(dict.fromkeys(far))


def _expressions(definition: ast.AST) -> Iterator[tuple[ast.expr, ast.AST]]:
    """Yield (expression, its parent node) for the expressions that may be changed.

    Docstrings, the words of errors, f-strings and defaults of parameters are left out.
    """
    for parent in ast.walk(definition):
        if isinstance(parent, ast.Expr) and isinstance(parent.value, ast.Constant):
            continue
        if isinstance(parent, ast.Raise | ast.JoinedStr | ast.arguments):
            continue
        for node in ast.iter_child_nodes(parent):
            if isinstance(node, ast.keyword):
                node = node.value
            if isinstance(node, ast.expr) and not isinstance(node, ast.FormattedValue):
                yield node, parent


def _changes_of(
    source: Source,
    node: ast.expr,
    parent: ast.AST,
    names: Collection[str],
    twins: dict[ast.expr, ast.expr],
) -> Iterator[tuple[Change, bool]]:
    """Yield (change, is_far) for one expression: of it alone, then of it and its twin.

    A change is far if it brings a name that is neither in the expression nor the partner of a name
    in it. names: of the function. twins: as `_twins` returns them.
    """
    twin = twins.get(node)
    old = _names(node)
    near = old | {name for one in old for name in partners(one, names)}
    if isinstance(node, ast.Compare) and isinstance(parent, ast.BinOp | ast.Subscript):
        return  # x[x < 0] is left out as a whole, not written as x[x == 0]
    mirrored = OtherAxis(names).visit(copy.deepcopy(node))
    whole = [mirrored] if ast.unparse(mirrored) != ast.unparse(node) else []
    for new in (*whole, *slips(node, names)):
        is_far = not _names(new) <= near
        if isinstance(parent, ast.Assign) and ast.unparse(parent.targets[0]) == ast.unparse(new):
            continue  # x = x
        is_array = isinstance(parent, ast.Subscript) and node is parent.value
        if is_array and isinstance(new, ast.BinOp):
            continue  # (x + 1)[i]
        if isinstance(new, ast.Constant) and _is_neutral(new, parent):
            continue
        edit = _replace_expression(source, node, parent, new)
        yield (edit,), is_far
        if twin is not None:
            mirrored = OtherAxis(names).visit(copy.deepcopy(new))
            yield tuple(sorted((edit, _replace_expression(source, twin, parent, mirrored)))), is_far


def _is_neutral(new: ast.Constant, parent: ast.AST) -> bool:
    """Return whether a new constant would make -0, x + 0 or x * 1: 0 and x are tried anyway."""
    if isinstance(parent, ast.UnaryOp):
        return bool(new.value == 0)
    if not isinstance(parent, ast.BinOp | ast.AugAssign):
        return False
    return bool(new.value == (0 if isinstance(parent.op, ast.Add | ast.Sub) else 1))


def _names(node: ast.AST) -> set[str]:
    """Return the names in an expression."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _replace_expression(source: Source, node: ast.expr, parent: ast.AST, new: ast.AST) -> Edit:
    """Return the edit that replaces an expression by a new one, with the brackets that it needs."""
    text = ast.unparse(new)
    start, end = source.span(node)
    neighbours = source.data[max(start - 1, 0) : start] + source.data[end : end + 1]
    is_bare_tuple = isinstance(node, ast.Tuple) and not source.code(node).startswith("(")
    if is_bare_tuple and text.startswith("("):
        text = text[1:-1].removesuffix(",")
    if neighbours == b"()" and isinstance(parent, ast.BinOp | ast.UnaryOp | ast.Attribute):
        # a name or number needs no brackets; but they stay after a word, as not(a) and
        # return(a) * b need them, and with them (without need) those in f((a + b) * c)
        follows_word = re.search(rb"[\w\]]\(+$", source.data[:start])
        if isinstance(new, ast.Name | ast.Constant) and not follows_word:
            return Edit(start - 1, end + 1, text)
        return Edit(start, end, text)
    return Edit(start, end, f"({text})" if _needs_brackets(node, parent, new) else text)


def _needs_brackets(node: ast.expr, parent: ast.AST, new: ast.AST) -> bool:
    """Return whether `new`, in the place of `node` in `parent`, needs brackets to stay together."""
    if not isinstance(new, ast.BinOp | ast.UnaryOp | ast.Compare | ast.BoolOp | ast.IfExp):
        return False
    if isinstance(parent, ast.Attribute | ast.UnaryOp):
        return True
    if isinstance(parent, ast.Subscript):
        return node is parent.value
    if not isinstance(parent, ast.BinOp):
        return isinstance(parent, ast.BoolOp | ast.Compare) and not isinstance(new, ast.BinOp)
    if not isinstance(new, ast.BinOp):
        return True
    inner, outer = _PRECEDENCE.get(type(new.op), 0), _PRECEDENCE.get(type(parent.op), 0)
    return inner < outer or (inner == outer and node is parent.right)


def _twins(nodes: list[ast.expr], names: Collection[str]) -> dict[ast.expr, ast.expr]:
    """Return expression -> its twin among `nodes`, for those that have one.

    If it has several, the nearest one after it, else the nearest one before.
    """
    by_text: dict[str, list[ast.expr]] = {}
    for node in nodes:
        by_text.setdefault(ast.unparse(node), []).append(node)
    twins = {}
    for node in nodes:
        mirrored = ast.unparse(OtherAxis(names).visit(copy.deepcopy(node)))
        others = by_text.get(mirrored, []) if mirrored != ast.unparse(node) else []
        if others:
            twins[node] = min(others, key=lambda other: _distance(node, other))
    return twins


def _distance(node: ast.expr, other: ast.expr) -> tuple[bool, int, int]:
    """Return a sort key, lowest for the nearest expression after `node`."""
    lines = other.lineno - node.lineno
    return (
        (other.lineno, other.col_offset) < (node.lineno, node.col_offset),
        abs(lines),
        abs(other.col_offset - node.col_offset),
    )
