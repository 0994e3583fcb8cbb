"""Lines that are wrong whatever a function is called with: the fix is to change just these.

Letters: m images, h x w pixels, c channels, kh x kw kernel, nc kernels.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from convpool.check.tasks import TASKS

# parameter -> the names of its axes, by the number of axes
_AXES: dict[str, dict[int, tuple[str, ...]]] = {
    "images": {3: ("m", "h", "w"), 4: ("m", "h", "w", "c")},
    "kernel": {2: ("kh", "kw"), 3: ("kh", "kw", "c")},
    "kernels": {4: ("kh", "kw", "c", "nc")},
    "kernel_shape": {2: ("kh", "kw")},
    "stride": {2: ("sh", "sw")},
    "padding": {2: ("ph", "pw")},
}


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
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for definition in ast.walk(tree):
        if isinstance(definition, ast.FunctionDef) and definition.name == function:
            kinds = _KINDS + (_FOR_CHANNELS if function in _WITH_CHANNELS else ())
            for find in kinds:
                for node in ast.walk(definition):
                    if words := find(node):
                        line = getattr(node, "lineno", definition.lineno)
                        yield Suspicion(line, words)


def _swapped_axes(node: ast.AST) -> str:
    """Find kw, kh = kernel.shape: the names of the axes in another order."""
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Tuple):
        return ""
    value = node.value
    if isinstance(value, ast.Attribute) and value.attr == "shape":
        value = value.value
    if not isinstance(value, ast.Name) or value.id not in _AXES:
        return ""
    targets = [part.id for part in node.targets[0].elts if isinstance(part, ast.Name)]
    axes = _AXES[value.id].get(len(node.targets[0].elts), ())
    if targets == list(axes) or sorted(targets) != sorted(axes):
        return ""
    return f"{ast.unparse(node)}: the order is {', '.join(axes)}"


def _type_by_name(node: ast.AST) -> str:
    """Find type(x) == 'tuple' and x is tuple, which are never true."""
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return ""
    left, right = node.left, node.comparators[0]
    is_call = isinstance(left, ast.Call) and isinstance(left.func, ast.Name)
    advice = "is never true; write isinstance({}, tuple)"
    if is_call and left.func.id == "type" and isinstance(right, ast.Constant):  # type: ignore
        return f"{ast.unparse(node)} {advice.format(ast.unparse(left.args[0]))}"  # type: ignore
    is_type = isinstance(right, ast.Name) and right.id in ("tuple", "str", "list", "int")
    if isinstance(left, ast.Name) and is_type and isinstance(node.ops[0], ast.Is | ast.Eq):
        return f"{ast.unparse(node)} {advice.format(left.id)}"
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
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult):
        return ""
    for side in (node.left, node.right):
        if (
            isinstance(side, ast.Subscript)
            and isinstance(side.value, ast.Name)
            and side.value.id == "kernels"
            and isinstance(side.slice, ast.Name)
        ):
            name = side.slice.id
            return f"{ast.unparse(side)} takes a row; kernel {name} is kernels[:, :, :, {name}]"
    return ""


def _all_kernels(node: ast.AST) -> str:
    """Find window * kernels, where one kernel after the other is meant."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult):
        return ""
    sides = [side.id for side in (node.left, node.right) if isinstance(side, ast.Name)]
    if "kernels" not in sides:
        return ""
    return (
        f"{ast.unparse(node)} takes all kernels at once; kernel k is kernels[:, :, :, k], in a "
        "third loop"
    )


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
    targets, values = [node.targets[0]], [node.value]
    if isinstance(targets[0], ast.Tuple) and isinstance(values[0], ast.Tuple):
        targets, values = targets[0].elts, values[0].elts
    words = (
        _mixed_size(target.id, value)
        for target, value in zip(targets, values, strict=False)
        if isinstance(target, ast.Name) and isinstance(value, ast.BinOp | ast.Call)
    )
    return next(filter(None, words), "")


def _mixed_size(target: str, value: ast.expr) -> str:
    """Return what is wrong if a size of one axis is made of letters of both; "" if it is not."""
    if target[-1:] not in ("h", "w"):
        return ""
    letters = {part.id for part in ast.walk(value) if isinstance(part, ast.Name)}
    own, other = (_ROWS, _COLUMNS) if target[-1] == "h" else (_COLUMNS, _ROWS)
    foreign = sorted(letters & other.keys())
    if not foreign or not letters & own.keys():
        return ""
    names, right = " and ".join(foreign), " and ".join(other[name] for name in foreign)
    axes = ("rows", "columns") if target[-1] == "h" else ("columns", "rows")
    belongs = "belongs" if len(foreign) == 1 else "belong"
    return (
        f"{target} = {ast.unparse(value)}: {names} {belongs} to the {axes[1]}; for the {axes[0]} "
        f"take {right}"
    )


def _mixed_slice(node: ast.AST) -> str:
    """Find j * sw:j * sh + kw: letters of both axes in one slice."""
    if not isinstance(node, ast.Slice):
        return ""
    letters = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    rows, columns = letters & _ROWS.keys(), letters & _COLUMNS.keys()
    if not rows or not columns or len(rows) == len(columns):
        return ""
    foreign, other = (rows, _ROWS) if len(rows) < len(columns) else (columns, _COLUMNS)
    name = min(foreign)
    return f"{ast.unparse(node)}: {name} is of the other axis; take {other[name]}"


# letters of an axis -> those of the other one
_ROWS = {"h": "w", "kh": "kw", "sh": "sw", "ph": "pw"}
_COLUMNS = {column: row for row, column in _ROWS.items()}
# the kinds of lines, the surest first
_KINDS: tuple[Callable[[ast.AST], str], ...] = (
    _swapped_axes,
    _type_by_name,
    _axis_by_size,
    _first_axis_of_kernels,
    _all_kernels,
    _mixed_axes,
    _mixed_slice,
)
_FOR_CHANNELS = (_channels_left,)  # kinds of lines of functions whose images have channels
