"""The usual slips: what may have been meant instead of an expression.

Each kind of expression has a function in _KINDS. It takes the node and the names of the student's
function, which not every kind needs, and yields the expressions that may have been meant.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Collection, Iterator
from difflib import get_close_matches

from convpool.check import syntax
from convpool.check.repair.names import family, partners

_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.FloorDiv, ast.Div),
    ast.Div: (ast.FloorDiv, ast.Mult),
    ast.FloorDiv: (ast.Mult, ast.Div, ast.Sub),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
}
_COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_WORDS = ("same", "valid", "max", "avg", "constant")
# name of a function -> names of functions that may have been meant
_EXCHANGED = {
    "max": ("min", "mean", "sum"),
    "amax": ("amin", "mean", "sum"),
    "min": ("max", "mean", "sum"),
    "amin": ("amax", "mean", "sum"),
    "mean": ("max", "sum"),
    "average": ("max", "sum"),
    "sum": ("max", "mean"),
    "prod": ("sum",),
    "ones": ("zeros",),
    "full": ("zeros",),
    "ceil": ("floor",),
    "floor": ("ceil",),
    "round": ("floor", "ceil"),
    "dot": ("multiply",),
    "add": ("multiply",),
    "matmul": ("multiply",),
    "argmax": ("max",),
    "median": ("mean",),
}
_REDUCTIONS = {"sum", "max", "min", "mean", "average", "amax", "amin", "prod"}
_AXES = ("(1, 2)", "(1, 2, 3)")  # of a sum over windows, without and with channels


def slips(node: ast.AST, names: Collection[str]) -> Iterator[ast.AST]:
    """Yield what may have been meant instead of an expression; names: of the function."""
    for kind, replacements in _KINDS.items():
        if isinstance(node, kind):
            yield from replacements(node, names)


def _name(node: ast.Name, names: Collection[str]) -> Iterator[ast.AST]:
    """Yield what may have been meant by a name that is read: kh -> kw, h, sh, kh * sh, kh + 1."""
    if not isinstance(node.ctx, ast.Load):
        return
    if node.id not in names:  # misspelt
        for other in get_close_matches(node.id, names, cutoff=0.5):
            yield ast.Name(other, node.ctx)
    for other in (*partners(node.id, names), *family(node.id, names)):
        yield ast.Name(other, node.ctx)
    for other in names:
        if other in ("sh", "sw") or "stride" in other:
            yield ast.BinOp(node, ast.Mult(), ast.Name(other, ast.Load()))
    yield from _off_by_one(node)


def _off_by_one(node: ast.expr) -> Iterator[ast.AST]:
    """Yield an expression plus one, and minus one."""
    yield ast.BinOp(node, ast.Add(), ast.Constant(1))
    yield ast.BinOp(node, ast.Sub(), ast.Constant(1))


def _constant(node: ast.Constant, names: Collection[str]) -> Iterator[ast.AST]:
    """Yield what may have been meant by a constant: 1 -> 2, 0, 3, c; 'same' -> 'valid'."""
    if type(node.value) is int:
        for value in (node.value + 1, node.value - 1, node.value + 2, node.value - 2):
            if value >= 0:
                yield ast.Constant(value)
        for name in ("nc", "c", "m"):
            if name in names:
                yield ast.Name(name, ast.Load())
    elif type(node.value) is float:
        yield ast.Constant(0)
    elif isinstance(node.value, str):
        for word in _WORDS:
            if word != node.value:
                yield ast.Constant(word)
    elif isinstance(node.value, bool):
        yield ast.Constant(not node.value)


def _operation(node: ast.BinOp, names: Collection[str]) -> Iterator[ast.AST]:
    """Yield what may have been meant by an operation.

    h - kh -> h + kh, h, kh, kh - h, h - kh + 1, h - kh - 1; kh ** 2 -> kh * kw; a // b rounded up;
    brackets elsewhere.
    """
    for operator in _OPERATORS.get(type(node.op), ()):
        yield ast.BinOp(node.left, operator(), node.right)
    yield node.left
    yield node.right
    if isinstance(node.op, ast.Sub | ast.FloorDiv | ast.Div):
        yield ast.BinOp(node.right, node.op, node.left)
    if isinstance(node.op, ast.Pow) and isinstance(node.left, ast.Name):  # kh ** 2 -> kh * kw
        for other in partners(node.left.id, names):
            yield ast.BinOp(node.left, ast.Mult(), ast.Name(other, ast.Load()))
    yield from _off_by_one(node)
    yield from _regrouped(node)
    if isinstance(node.op, ast.FloorDiv):  # -(-a // b) rounds up
        negated = ast.BinOp(ast.UnaryOp(ast.USub(), node.left), node.op, node.right)
        yield ast.UnaryOp(ast.USub(), negated)


def _regrouped(node: ast.BinOp) -> Iterator[ast.AST]:
    """Yield an operation with its brackets elsewhere: (a - b) // c -> a - b // c."""
    match node:
        case ast.BinOp(ast.BinOp(a, first, b), second, c) if not isinstance(
            second, ast.Add | ast.Sub
        ):  # (a - b) // c -> a - b // c
            yield ast.BinOp(a, first, ast.BinOp(b, second, c))
    match node:
        case ast.BinOp(a, first, ast.BinOp(b, second, c)):  # a - b // c -> (a - b) // c
            yield ast.BinOp(ast.BinOp(a, first, b), second, c)
    match node:
        case ast.BinOp(ast.BinOp(a, first, ast.BinOp(b, second, c)), third, d):
            # a - b // c + d -> (a - b) // c + d
            yield ast.BinOp(ast.BinOp(ast.BinOp(a, first, b), second, c), third, d)


def _sign(node: ast.UnaryOp, names: Collection[str]) -> Iterator[ast.AST]:
    """Yield an expression without its sign or `not`, and 0 for a negative number: -1 -> 1, 0."""
    yield node.operand
    if isinstance(node.operand, ast.Constant):
        yield ast.Constant(0)


def _comparison(node: ast.Compare, names: Collection[str]) -> Iterator[ast.AST]:
    """Yield a comparison with another operator, and other conditions on its left side.

    type(padding) == str -> type(padding) != str, isinstance(padding, tuple), padding == 'same'.
    Nothing for a chain, such as 0 <= i < n.
    """
    if len(node.ops) > 1:
        return
    is_word = (
        isinstance(node.comparators[0], ast.Constant) and type(node.comparators[0].value) is str
    )
    for operator in _COMPARISONS[:1] if is_word else _COMPARISONS:  # another word may be meant
        if not isinstance(node.ops[0], operator):
            yield ast.Compare(node.left, [operator()], node.comparators)
    subject = node.left
    if isinstance(subject, ast.Call) and ast.unparse(subject.func) == "type":
        subject = subject.args[0]
    if isinstance(subject, ast.Name):
        yield syntax.parse_expression(f"isinstance({subject.id}, tuple)")
        for word in ("same", "valid"):
            yield ast.Compare(ast.Name(subject.id, ast.Load()), [ast.Eq()], [ast.Constant(word)])


def _condition(node: ast.BoolOp, names: Collection[str]) -> Iterator[ast.AST]:
    """Yield a condition with `or` for `and` or the reverse, and each of its parts alone."""
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    yield from node.values


def _tuple(node: ast.Tuple | ast.List, names: Collection[str]) -> Iterator[ast.AST]:
    """Yield a tuple or list with two parts exchanged, one part less or more, or other axes.

    (0, pw) -> (pw, pw), (pw, 0), (0,); (0, 1) -> (1, 2); (m, h, w) -> (h, w), (m, h, w, c).
    """
    parts, kind = node.elts, type(node)
    if len(parts) == 2 and "0" in map(ast.unparse, parts):  # (ph, 0) -> (ph, ph)
        yield from (kind([part, part], node.ctx) for part in parts)
    if all(isinstance(part, ast.Constant) for part in parts):
        for axes in sorted(_AXES, key=lambda axes: len(axes) != 3 * len(parts)):
            yield syntax.parse_expression(axes)
    for first in range(len(parts)):
        for second in range(first + 1, len(parts)):
            swapped = list(parts)
            swapped[first], swapped[second] = parts[second], parts[first]
            yield kind(swapped, node.ctx)
    if isinstance(node.ctx, ast.Load) and len(parts) > 1:
        for at in range(len(parts)):
            yield kind(parts[:at] + parts[at + 1 :], node.ctx)
        zero = ast.Tuple([ast.Constant(0), ast.Constant(0)], ast.Load())
        if all(isinstance(part, ast.Tuple) for part in parts):
            yield kind([zero, *parts], node.ctx)
            yield kind([*parts, zero], node.ctx)
            yield kind([parts[-1], *parts[:-1]], node.ctx)
    if any(isinstance(part, ast.Slice) for part in parts):
        yield ast.Tuple([ast.Slice(), *parts], node.ctx)
    for name in ("c", "nc"):
        if name in names and len(parts) == 3 and isinstance(node.ctx, ast.Load):
            yield ast.Tuple([*parts, ast.Name(name, ast.Load())], node.ctx)


def _subscript(node: ast.Subscript, names: Collection[str]) -> Iterator[ast.AST]:
    """Yield other parts of the same array.

    If it is read, the whole array and the same index on other axes: images[i] -> images,
    images[:, :, :, i], images[:, :, i]. If it is written to, one more index, each name of one
    letter: output[:, i, j] -> output[:, i, j, k].
    """
    if isinstance(node.ctx, ast.Load):
        yield node.value
        if isinstance(node.slice, ast.Name):
            whole, at = ast.unparse(node.value), node.slice.id
            yield syntax.parse_expression(f"{whole}[:, :, :, {at}]")
            yield syntax.parse_expression(f"{whole}[:, :, {at}]")
    elif isinstance(node.slice, ast.Tuple):
        for name in names:
            if len(name) == 1 and name not in {ast.unparse(part) for part in node.slice.elts}:
                places = ast.Tuple([*node.slice.elts, ast.Name(name, ast.Load())], ast.Load())
                yield ast.Subscript(node.value, places, node.ctx)


def _slice(node: ast.Slice, names: Collection[str]) -> Iterator[ast.AST]:
    """Yield a slice without its step, without limits, or with another limit: i: -> :, i:i + kh."""
    if node.step:
        yield ast.Slice(node.lower, node.upper)
    yield ast.Slice()
    if node.lower:
        for name in names:
            if name.startswith("k") or name in ("h", "w"):
                end = ast.BinOp(node.lower, ast.Add(), ast.Name(name, ast.Load()))
                yield ast.Slice(node.lower, end, node.step)
    elif isinstance(node.upper, ast.BinOp):  # :i + kh -> i:i + kh
        for lower in (node.upper.left, node.upper.right):
            yield ast.Slice(lower, node.upper, node.step)


def _call(node: ast.Call, names: Collection[str]) -> Iterator[ast.AST]:
    """Yield what may have been meant by a call.

    Two arguments exchanged; another function, as np.mean for np.max; the argument alone; other axes
    of a sum or the like; zeros without a dtype; another range; one keyword left out.
    """
    if len(node.args) in (2, 3):
        for first, second in itertools.combinations(range(len(node.args)), 2):
            arguments = list(node.args)
            arguments[first], arguments[second] = node.args[second], node.args[first]
            yield ast.Call(node.func, arguments, node.keywords)
    if isinstance(node.func, ast.Attribute):
        name = node.func.attr
        for other in _EXCHANGED.get(name, ()):
            function = ast.Attribute(node.func.value, other, ast.Load())
            yield ast.Call(function, node.args, node.keywords)
        is_method = ast.unparse(node.func.value) not in ("np", "numpy", "math")
        if is_method:
            yield node.func.value
        elif node.args:
            yield node.args[0]
        if name in _REDUCTIONS:
            keywords = [word for word in node.keywords if word.arg != "axis"]
            for axes in _AXES:
                axis = ast.keyword("axis", syntax.parse_expression(axes))
                yield ast.Call(node.func, node.args[: 1 - is_method], [*keywords, axis])
        if name in ("zeros", "empty", "ones", "full") and node.args:
            function = ast.Attribute(node.func.value, "zeros", ast.Load())
            yield ast.Call(function, node.args[:1], [])
    elif node.args and isinstance(node.func, ast.Name):
        yield node.args[0]
        if node.func.id == "range" and isinstance(node.args[0], ast.Name):  # of something else
            for name in names:
                yield ast.Call(node.func, [ast.Name(name, ast.Load())], [])
        if node.func.id in ("max", "min") and len(node.args) > 1:
            yield node.args[1]
    for at in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, node.keywords[:at] + node.keywords[at + 1 :])


def _attribute(node: ast.Attribute, names: Collection[str]) -> Iterator[ast.AST]:
    """Yield an array without .T, and float instead of x.dtype or np.uint8."""
    if node.attr == "T":
        yield node.value
    if node.attr == "dtype" or node.attr.startswith(("int", "uint", "float16", "float32")):
        yield ast.Name("float", ast.Load())


def _choice(node: ast.IfExp, names: Collection[str]) -> Iterator[ast.AST]:
    """Yield each value of `a if test else b`, and both exchanged."""
    yield node.body
    yield node.orelse
    yield ast.IfExp(node.test, node.orelse, node.body)


_KINDS: dict[type[ast.AST], Callable[..., Iterator[ast.AST]]] = {
    ast.Name: _name,
    ast.Constant: _constant,
    ast.BinOp: _operation,
    ast.UnaryOp: _sign,
    ast.Compare: _comparison,
    ast.BoolOp: _condition,
    ast.Tuple: _tuple,
    ast.List: _tuple,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.Call: _call,
    ast.Attribute: _attribute,
    ast.IfExp: _choice,
}
