"""Every small change of a function: a slip mended on one axis or both, a statement moved."""

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

# operators by how tightly they bind
_TIGHTNESS: dict[type[ast.AST], int] = {
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
    """Return the small changes of a function and its helpers, each once, the likeliest first.

    These are all first ideas for each part of the code, then all second ideas, and so on. In two
    lists: slips of the pen, and changes that bring a name from elsewhere, which often give the
    right result for a wrong reason.
    """
    names = names_of(source.definitions)
    nodes = [pair for definition in source.definitions for pair in _expressions(definition)]
    nodes.sort(key=lambda pair: not isinstance(pair[0], ast.Tuple))  # axes before their numbers
    twins = _twins([node for node, _ in nodes], names)
    ideas = [_ideas(source, node, parent, names, twins) for node, parent in nodes]
    by_turns = [idea for turn in zip_longest(*ideas) for idea in turn if idea]
    slips_of_the_pen = [change for change, is_far in by_turns if not is_far]
    return (
        list(dict.fromkeys([*statement_changes(source), *slips_of_the_pen])),
        list(dict.fromkeys(change for change, is_far in by_turns if is_far)),
    )


def _expressions(definition: ast.AST) -> Iterator[tuple[ast.expr, ast.AST]]:
    """Yield the expressions of a function with the node that they are in, but for docstrings."""
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


def _ideas(
    source: Source,
    node: ast.expr,
    parent: ast.AST,
    names: Collection[str],
    twins: dict[ast.expr, ast.expr],
) -> Iterator[tuple[Change, bool]]:
    """Yield the changes of one expression, each followed by that of its twin too.

    With each, whether it brings a name that is neither there nor the partner of one that is.
    """
    other = twins.get(node)
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
        if isinstance(new, ast.Constant) and _is_idle(new, parent):
            continue
        edit = edit_of(source, node, parent, new)
        yield (edit,), is_far
        if other is not None:
            mirrored = OtherAxis(names).visit(copy.deepcopy(new))
            yield tuple(sorted((edit, edit_of(source, other, parent, mirrored)))), is_far


def _is_idle(new: ast.Constant, parent: ast.AST) -> bool:
    """Return whether -0, x + 0 or x * 1 would come out, which is tried as 0 or x too."""
    if isinstance(parent, ast.UnaryOp):
        return bool(new.value == 0)
    if not isinstance(parent, ast.BinOp | ast.AugAssign):
        return False
    return bool(new.value == (0 if isinstance(parent.op, ast.Add | ast.Sub) else 1))


def _names(node: ast.AST) -> set[str]:
    """Return the names in an expression."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def edit_of(source: Source, node: ast.expr, parent: ast.AST, new: ast.AST) -> Edit:
    """Return the edit that puts an expression in the place of another, in brackets if need be."""
    text = ast.unparse(new)
    start, end = source.span(node)
    around = source.data[max(start - 1, 0) : start] + source.data[end : end + 1]
    is_bare_tuple = isinstance(node, ast.Tuple) and not source.code(node).startswith("(")
    if is_bare_tuple and text.startswith("("):
        text = text[1:-1].removesuffix(",")
    if around == b"()" and isinstance(parent, ast.BinOp | ast.UnaryOp | ast.Attribute):
        # the brackets go with what needed them, unless they are those of a call
        is_call = re.search(rb"[\w\]]\(+$", source.data[:start])
        if isinstance(new, ast.Name | ast.Constant) and not is_call:
            return Edit(start - 1, end + 1, text)
        return Edit(start, end, text)
    return Edit(start, end, f"({text})" if _needs_brackets(node, parent, new) else text)


def _needs_brackets(node: ast.expr, parent: ast.AST, new: ast.AST) -> bool:
    """Return whether a new expression would be torn apart by the operators around it."""
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
    inner, outer = _TIGHTNESS.get(type(new.op), 0), _TIGHTNESS.get(type(parent.op), 0)
    return inner < outer or (inner == outer and node is parent.right)


def _twins(nodes: list[ast.expr], names: Collection[str]) -> dict[ast.expr, ast.expr]:
    """Return expression -> the one that is its like on the other axis, where there is one.

    Of several the next one in the text.
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
    """Return a sort key: low for what stands soon after an expression."""
    lines = other.lineno - node.lineno
    return (
        (other.lineno, other.col_offset) < (node.lineno, node.col_offset),
        abs(lines),
        abs(other.col_offset - node.col_offset),
    )
