"""Lines that are wrong whatever a function is called with: the fix is to change just these.

Letters: m images, h x w pixels, c channels, kh x kw kernel, nc kernels.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import NamedTuple

# parameter -> the names of its axes, by the number of axes
_AXES: dict[str, dict[int, tuple[str, ...]]] = {
    "images": {3: ("m", "h", "w"), 4: ("m", "h", "w", "c")},
    "kernel": {2: ("kh", "kw"), 3: ("kh", "kw", "c")},
    "kernels": {4: ("kh", "kw", "c", "nc")},
    "kernel_shape": {2: ("kh", "kw")},
    "stride": {2: ("sh", "sw")},
    "padding": {2: ("ph", "pw")},
}


class Suspicion(NamedTuple):
    """A line, and what is wrong in it."""

    line: int
    words: str


def suspicions(source: str, function: str) -> Iterator[Suspicion]:
    """Yield the suspicious lines of a function, by kind; none for a file that cannot be parsed."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for definition in ast.walk(tree):
        if isinstance(definition, ast.FunctionDef) and definition.name == function:
            for find in _KINDS:
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


# the kinds of lines, the surest first
_KINDS: tuple[Callable[[ast.AST], str], ...] = (
    _swapped_axes,
    _type_by_name,
    _axis_by_size,
    _first_axis_of_kernels,
    _all_kernels,
)
