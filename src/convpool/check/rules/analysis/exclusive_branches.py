"""Find separate ifs that exclude each other: if mode == 'max', and below it, if mode == 'avg'."""

from __future__ import annotations

import ast

Path = dict[ast.AST, None]  # the for loops on a way through the code, in order (a set with order)
Condition = tuple[str, str]  # a name, and the value or type that a test compares it with


class ExclusiveBranches:
    """The branches of one sequence of statements that depend on the value of a name.

    The name is not assigned in that sequence, so that branches for different values exclude each
    other.
    """

    def __init__(self, statements: list[ast.stmt]) -> None:
        self._assigned_names = {
            node.id
            for statement in statements
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
        }
        self._paths: dict[str, dict[str, Path]] = {}  # by name, by value

    def branches(self, statement: ast.If) -> dict[Condition, ast.If]:
        """Return the branches of an if and its elifs by their conditions.

        None of them if any has another kind of test, another name, an else, or leaves the sequence.
        """
        branches: dict[Condition, ast.If] = {}
        branch: ast.If | None = statement
        while branch is not None:
            condition = condition_of(branch.test)
            if condition is None or condition[0] in self._assigned_names or leaves(branch.body):
                return {}
            branches.setdefault(condition, branch)  # a second one is never reached
            match branch.orelse:
                case []:
                    branch = None
                case [ast.If() as below]:
                    branch = below
                case _:
                    return {}
        return branches if len({name for name, _ in branches}) == 1 else {}

    def add(self, paths: dict[Condition, Path]) -> None:
        """Add the loops of branches; those with one condition lie on one path."""
        for (name, value), path in paths.items():
            self._paths.setdefault(name, {}).setdefault(value, {}).update(path)

    def longest(self) -> Path:
        """Return, for each name, the loops of the value that has most of them, together."""
        total: Path = {}
        for paths in self._paths.values():
            longest: Path = {}
            for path in paths.values():
                longest = path if len(path) > len(longest) else longest
            total |= longest
        return total


def leaves(statements: list[ast.stmt]) -> bool:
    """Return whether the last statement leaves: return, raise, continue or break."""
    return bool(statements) and isinstance(
        statements[-1], ast.Return | ast.Raise | ast.Continue | ast.Break
    )


def condition_of(test: ast.expr) -> Condition | None:
    """Return the condition that a test needs to be true, None for any other kind of test.

    Such as mode == 'max', type(padding) is tuple, isinstance(padding, tuple).
    """
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return next(filter(None, map(condition_of, test.values)), None)
    if isinstance(test, ast.Call) and _is_call(test, "isinstance", 2):
        return _condition(test.args[0], test.args[1])
    if (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.Eq | ast.Is)
    ):
        left, right = test.left, test.comparators[0]
        if isinstance(left, ast.Call) and _is_call(left, "type", 1):
            return _condition(left.args[0], right)
        if isinstance(right, ast.Constant):
            return _condition(left, right)
        return _condition(right, left)
    return None


def _condition(subject: ast.expr, value: ast.expr) -> Condition | None:
    """Pair a name with a string or with tuple; None for all else.

    The type str is left out, as it does not exclude the value 'same'.
    """
    is_string = isinstance(value, ast.Constant) and isinstance(value.value, str)
    is_tuple = isinstance(value, ast.Name) and value.id == "tuple"
    if not isinstance(subject, ast.Name) or subject.id == "__name__":
        return None
    return (subject.id, ast.unparse(value)) if is_string or is_tuple else None


def _is_call(node: ast.Call, name: str, count: int) -> bool:
    """Return whether a call is of the function `name`, with `count` arguments by position."""
    return isinstance(node.func, ast.Name) and node.func.id == name and len(node.args) == count
