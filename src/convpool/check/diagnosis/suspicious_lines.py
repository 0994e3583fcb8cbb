"""Lines that are wrong whatever a function is called with: the fix is to change just these.

Letters, as the brief names sizes: m images, h x w pixels, c channels, kh x kw kernel, nc kernels,
sh sw stride, ph pw padding, oh x ow output. The letters of an expression are the names in it, which
may be such sizes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from convpool.check import syntax
from convpool.check.tasks import SIZES, TASKS

_WITH_CHANNELS = {TASKS[4].function, TASKS[5].function}


class Suspicion(NamedTuple):
    """A line, and what is wrong in it."""

    line: int
    words: str


@lru_cache(maxsize=64)
def first_suspicion(source: str, function: str) -> Suspicion | None:
    """Return the first suspicious line of a function; None if there is none."""
    return next(suspicions(source, function), None)


def suspicions(source: str, function: str) -> Iterator[Suspicion]:
    """Yield the suspicious lines of a function, by kind; none for a file that cannot be parsed."""
    try:
        tree = syntax.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for definition in ast.walk(tree):
        if isinstance(definition, ast.FunctionDef) and definition.name == function:
            yield from _rows_of_kernels(definition)
            yield from _all_kernels(definition)
            yield from _swapped_output(definition)
            kinds = _KINDS + (_FOR_CHANNELS if function in _WITH_CHANNELS else _FOR_GREY)
            for find in kinds:
                for node in ast.walk(definition):
                    if words := find(node):
                        line = getattr(node, "lineno", definition.lineno)
                        yield Suspicion(line, words)
            yield from _empty_slices(definition)
            yield from _never_used(definition)


# ---- what one node shows ----
# Each function takes any node of the function's tree, and returns what is wrong with it; "" if
# nothing is.


def _swapped_axes(node: ast.AST) -> str:
    """Find kw, kh = kernel.shape: the names of the axes in another order."""
    match node:
        case ast.Assign(
            [ast.Tuple(targets)], ast.Attribute(ast.Name(name), "shape") | ast.Name(name)
        ) if name in SIZES:
            names = [ast.unparse(target) for target in targets]
            letters = list(SIZES[name][: len(names)])
            if names != letters and sorted(names) == sorted(letters):
                return f"{ast.unparse(node)}: the order is {', '.join(letters)}"
    return ""


def _type_by_name(node: ast.AST) -> str:
    """Find type(x) == 'tuple' and x is tuple, which are never true."""
    match node:
        case ast.Compare(
            ast.Call(ast.Name("type"), [subject]), [_], [ast.Constant()]
        ) | ast.Compare(
            ast.Name() as subject,
            [ast.Is() | ast.Eq()],
            [ast.Name("tuple" | "str" | "list" | "int")],
        ):
            advice = f"write isinstance({ast.unparse(subject)}, tuple)"
            return f"{ast.unparse(node)} is never true; {advice}"
    return ""


def _axis_by_size(node: ast.AST) -> str:
    """Find axis=c: the number of channels where the number of an axis belongs."""
    if not isinstance(node, ast.keyword) or node.arg != "axis":
        return ""
    names = {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name)}
    if names & {"c", "nc", "m", "h", "w", "kh", "kw"}:
        return f"{ast.unparse(node)}: an axis is given by its place, such as axis=(1, 2, 3)"
    return ""


def _first_axis_of_kernels(node: ast.AST) -> str:
    """Find kernels[k] in a product: the kernels lie along the last axis."""
    match node:
        case ast.BinOp(ast.Subscript(ast.Name("kernels"), ast.Name(k)), ast.Mult()) | ast.BinOp(
            _, ast.Mult(), ast.Subscript(ast.Name("kernels"), ast.Name(k))
        ):
            return _row_taken(k)
    return ""


def _row_taken(name: str) -> str:
    """Return what is wrong with kernels[name]."""
    return f"kernels[{name}] takes a row; kernel {name} is kernels[:, :, :, {name}]"


def _channels_left(node: ast.AST) -> str:
    """Find np.sum(window * kernel, axis=(1, 2)) where windows have channels, as in tasks 4 and 5.

    Only for functions with channels: see `_FOR_CHANNELS`.
    """
    if not isinstance(node, ast.Call) or ast.unparse(node.func).rpartition(".")[2] != "sum":
        return ""
    axes = [word.value for word in node.keywords if word.arg == "axis"] + node.args[-1:]
    if not any(ast.unparse(axis).replace(" ", "") in ("(1,2)", "(-2,-1)") for axis in axes):
        return ""
    return (
        f"{ast.unparse(node)} leaves one number for each channel: add the channels too, "
        "axis=(1, 2, 3)"
    )


def _mixed_axes(node: ast.AST) -> str:
    """Find ow = (w + 2 * pw - kh) // sh + 1: letters of the rows in a size of the columns."""
    if not isinstance(node, ast.Assign):
        return ""
    pairs = [(target, node.value) for target in node.targets]
    if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
        pairs = list(zip(node.targets[0].elts, node.value.elts, strict=False))
        if swapped := _swapped_pair(pairs):
            return swapped
    words = [
        _mixed_size(target.id, value)
        for target, value in pairs
        if isinstance(target, ast.Name) and isinstance(value, ast.BinOp | ast.Call)
    ]
    return "; ".join(filter(None, words))


def _swapped_pair(pairs: list[tuple[ast.expr, ast.expr]]) -> str:
    """Return what is wrong with pw, ph = th // 2, tw // 2; "" for the right order."""
    if len(pairs) != 2:
        return ""
    (first, rows), (second, columns) = ((ast.unparse(target), value) for target, value in pairs)
    if (_axis_of(first), _axis_of(second)) != ("w", "h"):
        return ""
    if not (_letters(rows) and _letters(rows) <= _ROWS.keys()):
        return ""
    if not (_letters(columns) and _letters(columns) <= _COLUMNS.keys()):
        return ""
    return (
        f"{ast.unparse(rows)} belongs to the rows, {ast.unparse(columns)} to the columns: assign "
        f"them to {second}, {first}"
    )


def _letters(node: ast.AST) -> set[str]:
    """Return the names in an expression, without the digits at their ends."""
    return {part.id.rstrip("0123456789") for part in ast.walk(node) if isinstance(part, ast.Name)}


# h, kh, ph1, new_h, outh; not length, row, new
_OF_AN_AXIS = re.compile(r"(?:\w*_|[a-z]|out|output|pad|new|img|image|input)?([hw])\d*")


def _axis_of(name: str) -> str:
    """Return "h" or "w" for a name that ends in this letter and means a size; "" for any other."""
    found = _OF_AN_AXIS.fullmatch(name)
    return found[1] if found else ""


def _mixed_size(target: str, value: ast.expr) -> str:
    """Return what is wrong if a size of one axis is made of letters of both; "" if it is not.

    target: the name that gets the value. If the name is of no axis, a difference that has only one
    of h and w is of that axis.
    """
    letters = {part.id for part in ast.walk(value) if isinstance(part, ast.Name)}
    axis = _axis_of(target)
    if not axis and any(isinstance(part, ast.Sub) for part in ast.walk(value)):
        axis = "".join(letters & {"h", "w"})
    if axis not in ("h", "w"):
        return ""
    is_row = axis == "h"
    own, foreign = (_ROWS, _COLUMNS) if is_row else (_COLUMNS, _ROWS)
    wrong = sorted(letters & foreign.keys())
    if not wrong or not letters & own.keys():
        return ""
    right = " and ".join(foreign[name] for name in wrong)
    belongs = f"{' and '.join(wrong)} belong{'s' * (len(wrong) == 1)}"
    own_axis, other_axis = ("rows", "columns") if is_row else ("columns", "rows")
    return (
        f"{target} = {ast.unparse(value)}: {belongs} to the {other_axis}; for the {own_axis} take "
        f"{right}"
    )


def _mixed_slice(node: ast.AST) -> str:
    """Find j * sw:j * sh + kw: letters of both axes in one slice; the fewer ones are wrong."""
    if not isinstance(node, ast.Slice):
        return ""
    letters = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    rows, columns = letters & _ROWS.keys(), letters & _COLUMNS.keys()
    if not rows or not columns or len(rows) == len(columns):
        return ""
    wrong = min(rows if len(rows) < len(columns) else columns)
    right = (_ROWS | _COLUMNS)[wrong]
    return f"{ast.unparse(node)}: {wrong} is of the other axis; take {right}"


def _axis_twice(node: ast.AST) -> str:
    """Find axis=(1, 1): one axis named twice."""
    match node:
        case ast.keyword("axis", ast.Tuple(axes)):
            if len(set(map(ast.unparse, axes))) < len(axes):
                right = ", ".join(map(str, range(1, len(axes) + 1)))
                return f"{ast.unparse(node)} names an axis twice; take axis=({right})"
    return ""


def _three_axes_summed(node: ast.AST) -> str:
    """Find np.tensordot(window, kernel, axes=3) where images have no channels."""
    if not isinstance(node, ast.Call) or ast.unparse(node.func).rpartition(".")[2] != "tensordot":
        return ""
    axes = [word.value for word in node.keywords if word.arg == "axes"] + node.args[2:]
    if not any(isinstance(axis, ast.Constant) and axis.value == 3 for axis in axes):
        return ""
    return (
        f"{ast.unparse(node)} sums over three axes; window and kernel share two, rows and columns: "
        "axes=2"
    )


# ---- what only the whole function shows ----


def _loops(definition: ast.FunctionDef) -> dict[str, str]:
    """Return variable -> n, as code, of each loop over range(n)."""
    loops = {}
    for node in ast.walk(definition):
        match node:
            case ast.For(ast.Name(variable), ast.Call(ast.Name("range"), [n])):
                loops[variable] = ast.unparse(n)
    return loops


def _rows_of_kernels(definition: ast.FunctionDef) -> Iterator[Suspicion]:
    """Find kernels[k] where k runs over the number of kernels."""
    counts = {"kernels.shape[3]", "kernels.shape[-1]"}  # code for the number of kernels
    for node in ast.walk(definition):
        match node:
            case ast.Assign(
                [ast.Tuple([_, _, _, nc])], ast.Attribute(ast.Name("kernels"), "shape")
            ):
                counts.add(ast.unparse(nc))
    loops = _loops(definition)
    for node in ast.walk(definition):
        match node:
            case ast.Subscript(ast.Name("kernels"), ast.Name(k)) if loops.get(k) in counts:
                yield Suspicion(node.lineno, _row_taken(k))


def _all_kernels(definition: ast.FunctionDef) -> Iterator[Suspicion]:
    """Find window * kernels, where one kernel after the other is meant.

    Not where the function makes kernels something else, or the window has an axis for them.
    """
    assigned = [node for node in ast.walk(definition) if isinstance(node, ast.Assign)]
    reassigned = {ast.unparse(target) for node in assigned for target in node.targets}
    with_new_axis = {
        ast.unparse(target)
        for node in assigned
        if re.search(r"\b(None|newaxis|expand_dims|reshape)\b", ast.unparse(node.value))
        for target in node.targets
    }
    for node in ast.walk(definition):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            sides = {side.id for side in (node.left, node.right) if isinstance(side, ast.Name)}
            if "kernels" in sides - reassigned and not sides & with_new_axis:
                words = (
                    "takes all kernels at once; kernel k is kernels[:, :, :, k], in a third loop"
                )
                yield Suspicion(node.lineno, f"{ast.unparse(node)} {words}")


def _swapped_output(definition: ast.FunctionDef) -> Iterator[Suspicion]:
    """Find np.zeros((m, ow, oh)) where loops over oh and ow fill the rows and columns."""
    loops = _loops(definition)
    # name of an array -> the statement that makes it, and its [rows, columns]
    arrays: dict[str, tuple[ast.Assign, list[str]]] = {}
    for node in ast.walk(definition):
        match node:
            case ast.Assign([name], ast.Call(args=[ast.Tuple([_, h, w, *_]), *_])):
                arrays[ast.unparse(name)] = node, [ast.unparse(h), ast.unparse(w)]
    for node in ast.walk(definition):
        match node:
            case ast.Subscript(array, ast.Tuple([_, i, j, *_])) if ast.unparse(array) in arrays:
                assignment, shape = arrays[ast.unparse(array)]
                filled = [loops.get(ast.unparse(index), "") for index in (i, j)]
            case _:
                continue
        # shape: of the array, filled: by the loops, both as code, such as ["ow", "oh"]. The shape
        # is wrong for certain if it has the same names in another order, or one of them twice.
        if all(filled) and shape != filled and set(shape) <= set(filled):
            rows, columns = filled
            if _axis_of(rows) == "w" or "width" in rows or "col" in rows:
                continue  # the sizes are right, but the loops fill (column, row)
            words = (
                f"{ast.unparse(assignment)}: there are {rows} rows and {columns} columns, so the "
                f"sizes are {rows}, {columns}"
            )
            yield Suspicion(assignment.lineno, words)


def _empty_slices(definition: ast.FunctionDef) -> Iterator[Suspicion]:
    """Find ph:-ph, which is empty where ph is 0, unless a condition of the function asks for ph."""
    conditions = [
        node.test for node in ast.walk(definition) if isinstance(node, ast.If | ast.IfExp)
    ]
    asked = {
        part.id for test in conditions for part in ast.walk(test) if isinstance(part, ast.Name)
    }
    for node in ast.walk(definition):
        if not isinstance(node, ast.Slice) or not isinstance(node.lower, ast.Name):
            continue
        name, end = node.lower.id, node.upper
        is_empty = isinstance(end, ast.UnaryOp) and ast.unparse(end) == f"-{name}"
        if is_empty and name not in asked:
            size = _axis_of(name) or "the size of the images"
            words = (
                f"{ast.unparse(node)} is empty where {name} is 0, as -0 is the beginning; end it "
                f"at {name} + {size}"
            )
            yield Suspicion(getattr(node, "lineno", definition.lineno), words)


def _never_used(definition: ast.FunctionDef) -> Iterator[Suspicion]:
    """Find patch = padded[...] that nothing uses."""
    names = [node for node in ast.walk(definition) if isinstance(node, ast.Name)]
    used = {name.id for name in names if isinstance(name.ctx, ast.Load)}
    for node in ast.walk(definition):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id not in used:
                    words = f"{ast.unparse(node)} is computed and never used"
                    yield Suspicion(node.lineno, words)


# a letter of the rows -> the one of the columns that stands for the same
_ROWS = {"h": "w", "kh": "kw", "sh": "sw", "ph": "pw", "th": "tw", "oh": "ow"}
_COLUMNS = {column: row for row, column in _ROWS.items()}
# the kinds of lines, the surest first
_KINDS: tuple[Callable[[ast.AST], str], ...] = (
    _swapped_axes,
    _type_by_name,
    _axis_by_size,
    _first_axis_of_kernels,
    _mixed_axes,
    _mixed_slice,
    _axis_twice,
)
_FOR_CHANNELS = (_channels_left,)  # kinds of lines of functions whose images have channels
_FOR_GREY = (_three_axes_summed,)  # of those whose images have none
