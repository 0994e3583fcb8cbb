"""Where a file decides a thing: the statements that put the zeros, compute the size, take the stride."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence

FLIPS = {"flip", "fliplr", "flipud", "rot90", "transpose", "swapaxes", "T"}
CASTS = {
    "astype",
    "uint8",
    "int8",
    "int16",
    "int32",
    "int64",
    "zeros_like",
    "empty_like",
    "ones_like",
    "int",
    "rint",
}
BRANCHED = ("zeros", "sum")  # decided for each padding, or for each mode
MAKERS = {"zeros", "empty", "ones", "full"}
Found = Sequence[ast.stmt]


def decided(source: str, kind: str, branch: str = "") -> list[int]:
    """Return the lines that decide a kind of thing, one or (one for each axis) two; none where it is not certain.

    The branch is the word that is compared where there is a choice: same, valid, max, avg.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return []
    inside = _branch(tree, branch) if kind in BRANCHED else tree.body
    found = PLACES[kind](tree, inside) if kind in PLACES else []
    lines = sorted({statement.lineno for statement in found})
    return lines if 1 <= len(lines) <= (2 if kind in ("zeros", "size") else 1) else []


def _statements(nodes: Iterable[ast.AST]) -> Iterator[ast.stmt]:
    """Yield the statements that hold no others: assignments, returns, calls."""
    for node in nodes:
        for inner in ast.walk(node):
            if isinstance(inner, ast.stmt) and not hasattr(inner, "body"):
                yield inner


def _names(node: ast.AST) -> set[str]:
    """Return every name and attribute in a part of the tree."""
    return {part.id if isinstance(part, ast.Name) else part.attr for part in ast.walk(node)
            if isinstance(part, (ast.Name, ast.Attribute))}  # fmt: skip


def _compares(test: ast.expr, word: str) -> bool:
    """Whether a test is x == word."""
    is_equal = isinstance(test, ast.Compare) and isinstance(test.ops[0], (ast.Eq, ast.Is))
    return is_equal and any(
        isinstance(part, ast.Constant) and part.value == word for part in ast.walk(test)
    )


def _branch(tree: ast.Module, word: str) -> list[ast.stmt]:
    """Return the statements under `if x == word`, or the else of the other word; all of them without such a choice."""
    other = {"max": "avg", "avg": "max"}.get(word, "")
    choices = [node for node in ast.walk(tree) if isinstance(node, ast.If)]
    bodies = [node.body for node in choices if word and _compares(node.test, word)]
    bodies += [
        node.orelse
        for node in choices
        if other and not bodies and _compares(node.test, other) and node.orelse
    ]
    return [statement for body in bodies for statement in body] or tree.body


def _calls(statement: ast.AST, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and _called(node) in names:
            yield node


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _flips(tree: ast.Module, inside: Found) -> Found:
    def flips(statement: ast.stmt) -> bool:
        slices = [part for part in ast.walk(statement) if isinstance(part, ast.Slice) and part.step]
        return any(ast.unparse(part) == "::-1" for part in slices) or bool(
            _names(statement) & FLIPS
        )

    return [statement for statement in _statements(inside) if flips(statement)]


def _padded(tree: ast.Module, inside: Found) -> Found:
    return [statement for statement in _statements(inside) if any(_calls(statement, {"pad"}))]


def _assigned(inside: Iterable[ast.AST], names: set[str]) -> Found:
    """Return the assignments to any of some names."""
    return [
        statement
        for statement in _statements(inside)
        if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign))
        and names & {part.id for target in _targets(statement) for part in ast.walk(target)
                     if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    ]  # fmt: skip


def _targets(statement: ast.Assign | ast.AnnAssign | ast.AugAssign) -> list[ast.expr]:
    return statement.targets if isinstance(statement, ast.Assign) else [statement.target]


def _zeros(tree: ast.Module, inside: Found) -> Found:
    """Return the assignments, in the branch, of the names that np.pad's widths are made of; else np.pad itself."""
    pads = _padded(tree, tree.body)
    calls = [call for statement in pads for call in _calls(statement, {"pad"})]
    widths = [width for call in calls for width in call.args[1:2]]
    widths += [word.value for call in calls for word in call.keywords if word.arg == "pad_width"]
    named = set().union(*map(_names, widths)) - {"np"}
    found = _assigned(inside, named)
    if not found and inside is not tree.body:
        # p and q of the branch become the widths further down
        deeper = set().union(*(_names(statement) for statement in _assigned(tree.body, named)))
        found = _assigned(inside, deeper - {"np"})
    return found or (pads if inside is tree.body else [])


def _sizes(tree: ast.Module, inside: Found) -> Found:
    """Return the assignments of the names that the output's shape is made of; else the line that makes it."""
    made = [statement for statement in _statements(tree.body) if any(_calls(statement, MAKERS))]
    shapes = [call.args[0] for statement in made for call in _calls(statement, MAKERS) if call.args]
    named = set().union(*map(_names, shapes)) - {"np", "m", "nc", "c"}
    found = [
        statement for statement in _assigned(inside, named) if "shape" not in _names(statement)
    ]
    return found or (made if inside is tree.body else [])


def _strides(tree: ast.Module, inside: Found) -> Found:
    """Return the statements that cut windows: slices whose ends are computed, inside a loop."""
    loops = [node for node in ast.walk(tree) if isinstance(node, (ast.For, ast.While))]
    found = []
    for statement in dict.fromkeys(_statements(loops)):
        taken = [node.slice for node in ast.walk(statement)
                 if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)]  # fmt: skip
        slices = [
            part for index in taken for part in ast.walk(index) if isinstance(part, ast.Slice)
        ]
        if any(part.lower is not None for part in slices):
            found.append(statement)
    return found


def _casts(tree: ast.Module, inside: Found) -> Found:
    def casts(statement: ast.stmt) -> bool:
        words = {
            word.arg
            for node in ast.walk(statement)
            if isinstance(node, ast.Call)
            for word in node.keywords
        }
        return "dtype" in words or bool(_names(statement) & CASTS)

    return [statement for statement in _statements(tree.body) if casts(statement)]


def _sums(tree: ast.Module, inside: Found) -> Found:
    """Return the statements that write numbers into the output: assignments to a part of an array, in the branch."""
    written = [
        statement
        for statement in _statements(inside)
        if isinstance(statement, (ast.Assign, ast.AugAssign))
        and any(isinstance(target, ast.Subscript) for target in _targets(statement))
    ]
    named = [
        statement for statement in _statements(inside) if not written and "sum" in _names(statement)
    ]
    return written or named


# what a reading is decided by -> the statements
PLACES: dict[str, Callable[[ast.Module, Found], Found]] = {
    "flip": _flips,
    "zeros": _zeros,
    "fill": _padded,
    "size": _sizes,
    "stride": _strides,
    "dtype": _casts,
    "sum": _sums,
}
