"""Find the lines of a file that decide something: the zeros, the size, the stride, the sums."""

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
BY_BRANCH = ("zeros", "sum")  # decided for each padding, or for each mode
BY_AXIS = ("zeros", "size")  # may be decided in one line for each axis
CONSTRUCTORS = {"zeros", "empty", "ones", "full"}
Statements = Sequence[ast.stmt]


def find_faulty_lines(source: str, kind: str, branch: str = "") -> list[int]:
    """Return the numbers of the lines that decide something, none if that is not certain.

    kind: a key of STATEMENTS. branch: the string that a choice depends on: same, valid, max, avg.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return []
    if kind not in STATEMENTS:
        return []
    body = _branch(tree, branch) if kind in BY_BRANCH else tree.body
    lines = sorted({statement.lineno for statement in STATEMENTS[kind](tree, body)})
    return lines if 1 <= len(lines) <= (2 if kind in BY_AXIS else 1) else []


def _simple_statements(nodes: Iterable[ast.AST]) -> Iterator[ast.stmt]:
    """Yield the statements below nodes that hold no others: assignments, returns, calls."""
    for node in nodes:
        for inner in ast.walk(node):
            if isinstance(inner, ast.stmt) and not hasattr(inner, "body"):
                yield inner


def _names(node: ast.AST) -> set[str]:
    """Return every name and attribute in a part of the tree."""
    return {
        part.id if isinstance(part, ast.Name) else part.attr
        for part in ast.walk(node)
        if isinstance(part, ast.Name | ast.Attribute)
    }


def _compares(test: ast.expr, word: str) -> bool:
    """Return whether a test is x == word."""
    is_equality = isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq | ast.Is)
    return is_equality and any(
        isinstance(part, ast.Constant) and part.value == word for part in ast.walk(test)
    )


def _branch(tree: ast.Module, word: str) -> list[ast.stmt]:
    """Return the statements under `if x == word`; without such a test, all of them.

    For max and avg, the else of the other one will do.
    """
    other = {"max": "avg", "avg": "max"}.get(word, "")
    choices = [node for node in ast.walk(tree) if isinstance(node, ast.If)]
    bodies = [node.body for node in choices if word and _compares(node.test, word)]
    bodies = bodies or [node.orelse for node in choices if other and _compares(node.test, other)]
    return [statement for body in bodies for statement in body] or tree.body


def _calls(statement: ast.AST, names: set[str]) -> Iterator[ast.Call]:
    """Yield the calls of functions or methods of these names."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else _id(function)
            if name in names:
                yield node


def _id(node: ast.AST) -> str:
    """Return the name that a node is, else ""."""
    return node.id if isinstance(node, ast.Name) else ""


def _assignments(body: Iterable[ast.AST], names: set[str]) -> Statements:
    """Return the assignments to any of these names."""
    return [
        statement
        for statement in _simple_statements(body)
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign)
        and any(
            part.id in names
            for target in _targets(statement)
            for part in ast.walk(target)
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
        )
    ]


def _targets(statement: ast.Assign | ast.AnnAssign | ast.AugAssign) -> list[ast.expr]:
    """Return the targets of an assignment."""
    return statement.targets if isinstance(statement, ast.Assign) else [statement.target]


# ---- each takes the tree, and the statements of the branch (or all of them) ----


def _flips(tree: ast.Module, body: Statements) -> Statements:
    """Return the statements that flip or transpose something."""

    def is_flip(statement: ast.stmt) -> bool:
        slices = [part for part in ast.walk(statement) if isinstance(part, ast.Slice) and part.step]
        has_reverse = any(ast.unparse(part) == "::-1" for part in slices)
        return has_reverse or bool(_names(statement) & FLIPS)

    return [statement for statement in _simple_statements(body) if is_flip(statement)]


def _pads(tree: ast.Module, body: Statements) -> Statements:
    """Return the statements that call np.pad."""
    return [statement for statement in _simple_statements(body) if any(_calls(statement, {"pad"}))]


def _zeros(tree: ast.Module, body: Statements) -> Statements:
    """Return the branch's assignments to the names in np.pad's widths; else np.pad itself."""
    pads = _pads(tree, tree.body)
    calls = [call for statement in pads for call in _calls(statement, {"pad"})]
    widths = [width for call in calls for width in call.args[1:2]]
    widths += [word.value for call in calls for word in call.keywords if word.arg == "pad_width"]
    names = set().union(*map(_names, widths)) - {"np"}
    statements = _assignments(body, names)
    if not statements and body is not tree.body:
        # the branch's names become the widths further down
        sources = set().union(*map(_names, _assignments(tree.body, names)))
        statements = _assignments(body, sources - {"np"})
    return statements or (pads if body is tree.body else [])


def _sizes(tree: ast.Module, body: Statements) -> Statements:
    """Return the assignments to the names in the output's shape; else the line that makes it."""
    constructions = [
        statement
        for statement in _simple_statements(tree.body)
        if any(_calls(statement, CONSTRUCTORS))
    ]
    shapes = [
        call.args[0]
        for statement in constructions
        for call in _calls(statement, CONSTRUCTORS)
        if call.args
    ]
    names = set().union(*map(_names, shapes)) - {"np", "m", "nc", "c"}
    assignments = _assignments(body, names)
    statements = [statement for statement in assignments if "shape" not in _names(statement)]
    return statements or (constructions if body is tree.body else [])


def _strides(tree: ast.Module, body: Statements) -> Statements:
    """Return the statements in loops that cut windows: slices with a computed start."""
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While)]

    def cuts(statement: ast.stmt) -> bool:
        return any(
            isinstance(part, ast.Slice) and part.lower is not None
            for node in ast.walk(statement)
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)
            for part in ast.walk(node.slice)
        )

    return [statement for statement in dict.fromkeys(_simple_statements(loops)) if cuts(statement)]


def _casts(tree: ast.Module, body: Statements) -> Statements:
    """Return the statements that set a dtype."""

    def is_cast(statement: ast.stmt) -> bool:
        keywords = {
            keyword.arg
            for node in ast.walk(statement)
            if isinstance(node, ast.Call)
            for keyword in node.keywords
        }
        return "dtype" in keywords or bool(_names(statement) & CASTS)

    return [statement for statement in _simple_statements(tree.body) if is_cast(statement)]


def _sums(tree: ast.Module, body: Statements) -> Statements:
    """Return the branch's assignments to a part of an array; else its statements that name sum."""
    statements = list(_simple_statements(body))
    assignments = [
        statement
        for statement in statements
        if isinstance(statement, ast.Assign | ast.AugAssign)
        and any(isinstance(target, ast.Subscript) for target in _targets(statement))
    ]
    return assignments or [statement for statement in statements if "sum" in _names(statement)]


# what a reading is decided by -> the statements that decide it
STATEMENTS: dict[str, Callable[[ast.Module, Statements], Statements]] = {
    "flip": _flips,
    "zeros": _zeros,
    "fill": _pads,
    "size": _sizes,
    "stride": _strides,
    "dtype": _casts,
    "sum": _sums,
}
