"""Find the lines of a student's file that compute the zeros, the size, the stride or the sums.

They are quoted in a finding as those to look at. A kind is what lines decide, a key of STATEMENTS
at the end of this file, such as "zeros".
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence

from convpool.check import syntax

# names in statements that flip or transpose something
FLIPS = {"flip", "fliplr", "flipud", "rot90", "transpose", "swapaxes", "T"}
# names in statements that set a dtype
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
BY_BRANCH = ("zeros", "sum")  # kinds that a file decides anew for each padding or mode
BY_AXIS = ("zeros", "size")  # kinds that two lines may decide, one for each axis
CONSTRUCTORS = {"zeros", "empty", "ones", "full"}  # functions that make the output's array
Statements = Sequence[ast.stmt]


def find_deciding_lines(source: str, kind: str, branch: str) -> list[int]:
    """Return the numbers of the lines that decide what `kind` names; [] if that is not certain.

    It is certain if there is one line, or two for a kind of BY_AXIS. [] also for a file that cannot
    be parsed, and for any `kind` but the keys of STATEMENTS.

    branch: the padding or mode of the call ("same", "valid", "max", "avg"), so that only its branch
    of an if is searched for a kind of BY_BRANCH; "" for the whole file.
    """
    try:
        tree = syntax.parse(source)
    except (SyntaxError, ValueError):
        return []
    if kind not in STATEMENTS:
        return []
    body = _branch_statements(tree, branch) if kind in BY_BRANCH else tree.body
    lines = sorted({statement.lineno for statement in STATEMENTS[kind](tree, body)})
    return lines if 1 <= len(lines) <= (2 if kind in BY_AXIS else 1) else []


def _simple_statements(nodes: Iterable[ast.AST]) -> Iterator[ast.stmt]:
    """Yield all statements in `nodes` that hold no other statements, inner ones too."""
    for node in nodes:
        for inner in ast.walk(node):
            if isinstance(inner, ast.stmt) and not hasattr(inner, "body"):
                yield inner


def _names(node: ast.AST) -> set[str]:
    """Return all names in a part of the tree; of np.pad, both np and pad."""
    return {
        part.id if isinstance(part, ast.Name) else part.attr
        for part in ast.walk(node)
        if isinstance(part, ast.Name | ast.Attribute)
    }


def _is_equality_with(test: ast.expr, word: str) -> bool:
    """Return whether a test compares something with the string `word`, by == or is."""
    match test:
        case ast.Compare(left, [ast.Eq() | ast.Is(), *_], others):
            return any(
                isinstance(side, ast.Constant) and side.value == word for side in (left, *others)
            )
    return False


def _branch_statements(tree: ast.Module, word: str) -> list[ast.stmt]:
    """Return the statements under `if x == word`; those of the whole file if there are none.

    For max and avg, an else of the other mode's if is taken where there is no such if.
    """
    other = {"max": "avg", "avg": "max"}.get(word, "")  # the other mode; "" for a padding
    choices = [node for node in ast.walk(tree) if isinstance(node, ast.If)]
    bodies = [node.body for node in choices if word and _is_equality_with(node.test, word)]
    if not bodies and other:
        bodies = [node.orelse for node in choices if _is_equality_with(node.test, other)]
    return [statement for body in bodies for statement in body] or tree.body


def _calls_of(statement: ast.AST, names: set[str]) -> Iterator[ast.Call]:
    """Yield the calls of functions or methods of these names, such as np.pad for "pad"."""
    for node in ast.walk(statement):
        match node:
            case ast.Call(ast.Attribute(attr=name) | ast.Name(name)) if name in names:
                yield node


def _assignments(body: Iterable[ast.AST], names: set[str]) -> Statements:
    """Return the assignments in `body` to any of these names, alone or in a tuple."""
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
    """Return the targets of an assignment: all of a = b = 0, one of others."""
    return statement.targets if isinstance(statement, ast.Assign) else [statement.target]


# ---- one function for each key of STATEMENTS ----
# Each takes the tree of the file and the statements to search (those of a branch, or tree.body),
# and returns the statements that decide its kind.


def _flip_statements(tree: ast.Module, body: Statements) -> Statements:
    """Return the statements that flip or transpose something."""

    def is_flip(statement: ast.stmt) -> bool:
        slices = [part for part in ast.walk(statement) if isinstance(part, ast.Slice) and part.step]
        has_reverse = any(ast.unparse(part) == "::-1" for part in slices)
        return has_reverse or bool(_names(statement) & FLIPS)

    return [statement for statement in _simple_statements(body) if is_flip(statement)]


def _pad_statements(tree: ast.Module, body: Statements) -> Statements:
    """Return the statements that call np.pad."""
    return [
        statement for statement in _simple_statements(body) if any(_calls_of(statement, {"pad"}))
    ]


def _zero_statements(tree: ast.Module, body: Statements) -> Statements:
    """Return the assignments in `body` to the names in np.pad's widths.

    Such as ph = kh // 2, where a later line is np.pad(images, ((0, 0), (ph, ph), (pw, pw))).
    Without any: the assignments to the names that those names are computed from, if `body` is a
    branch; the statements that call np.pad, if it is the whole file.
    """
    pads = _pad_statements(tree, tree.body)
    calls = [call for statement in pads for call in _calls_of(statement, {"pad"})]
    widths = [width for call in calls for width in call.args[1:2]]
    widths += [word.value for call in calls for word in call.keywords if word.arg == "pad_width"]
    names = set().union(*map(_names, widths)) - {"np"}
    statements = _assignments(body, names)
    if not statements and body is not tree.body:
        # the branch may assign p, and a line behind it ph = p
        names_behind = set().union(*map(_names, _assignments(tree.body, names)))
        statements = _assignments(body, names_behind - {"np"})
    return statements or (pads if body is tree.body else [])


def _size_statements(tree: ast.Module, body: Statements) -> Statements:
    """Return the assignments in `body` to the names in the output's shape.

    The output is any array made by np.zeros or the like. Without such assignments: the statements
    that make the array, if `body` is the whole file.
    """
    constructions = [
        statement
        for statement in _simple_statements(tree.body)
        if any(_calls_of(statement, CONSTRUCTORS))
    ]
    shapes = [
        call.args[0]
        for statement in constructions
        for call in _calls_of(statement, CONSTRUCTORS)
        if call.args
    ]
    # the numbers of images, kernels and channels are the input's
    names = set().union(*map(_names, shapes)) - {"np", "m", "nc", "c"}
    assignments = _assignments(body, names)
    # h and w of `m, h, w = images.shape` may be in the output's shape too, and are not computed
    statements = [statement for statement in assignments if "shape" not in _names(statement)]
    return statements or (constructions if body is tree.body else [])


def _stride_statements(tree: ast.Module, body: Statements) -> Statements:
    """Return the statements in loops that read a slice with a start, as a window is cut."""
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While)]

    def reads_slice(statement: ast.stmt) -> bool:
        return any(
            isinstance(part, ast.Slice) and part.lower is not None
            for node in ast.walk(statement)
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)
            for part in ast.walk(node.slice)
        )

    # dict.fromkeys: a statement in two nested loops comes once
    statements = dict.fromkeys(_simple_statements(loops))
    return [statement for statement in statements if reads_slice(statement)]


def _dtype_statements(tree: ast.Module, body: Statements) -> Statements:
    """Return the statements of the whole file that set a dtype, by dtype= or a name of CASTS."""

    def is_cast(statement: ast.stmt) -> bool:
        keywords = {
            keyword.arg
            for node in ast.walk(statement)
            if isinstance(node, ast.Call)
            for keyword in node.keywords
        }
        return "dtype" in keywords or bool(_names(statement) & CASTS)

    return [statement for statement in _simple_statements(tree.body) if is_cast(statement)]


def _sum_statements(tree: ast.Module, body: Statements) -> Statements:
    """Return the assignments in `body` to a part of an array, such as output[:, i, j] = ...

    Without any: the statements that use a name sum.
    """
    statements = list(_simple_statements(body))
    assignments = [
        statement
        for statement in statements
        if isinstance(statement, ast.Assign | ast.AugAssign)
        and any(isinstance(target, ast.Subscript) for target in _targets(statement))
    ]
    return assignments or [statement for statement in statements if "sum" in _names(statement)]


# what a reading is decided by (Reading.decided_by) -> the function that finds its statements
STATEMENTS: dict[str, Callable[[ast.Module, Statements], Statements]] = {
    "flip": _flip_statements,
    "zeros": _zero_statements,
    "fill": _pad_statements,
    "size": _size_statements,
    "stride": _stride_statements,
    "dtype": _dtype_statements,
    "sum": _sum_statements,
}
