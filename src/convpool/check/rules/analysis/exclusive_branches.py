"""Find separate ifs that exclude each other: if mode == 'max', and below it, if mode == 'avg'.

Of the loops in such branches, only those of one branch count.
"""

from __future__ import annotations

import ast

from convpool.check.rules.analysis.control_flow import Path, longest

# (a name, the code of what a test compares it with): ("mode", "'max'") or ("padding", "tuple")
Condition = tuple[str, str]


class ExclusiveBranches:
    """The branches of one sequence of statements that depend on the value of a name.

    Branches for different values exclude each other if nothing in the sequence assigns the name.
    The caller asks `branches` of each if, walks them, and passes each one's path to `add`.
    """

    def __init__(self, statements: list[ast.stmt]) -> None:
        self._assigned_names = {
            node.id
            for statement in statements
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
        }
        self._paths: dict[str, dict[str, Path]] = {}  # name -> value -> the loops for that value

    def branches(self, statement: ast.If) -> dict[Condition, ast.If]:
        """Return condition -> branch for an if and its elifs; {} if they are not all exclusive.

        They are if every test is a condition, all of one name that the sequence does not assign,
        and if there is no else.
        """
        branches: dict[Condition, ast.If] = {}
        branch: ast.If | None = statement
        while branch is not None:
            condition = condition_of(branch.test)
            if condition is None or condition[0] in self._assigned_names:
                return {}
            branches.setdefault(condition, branch)  # an elif with the same test is never reached
            match branch.orelse:
                case []:
                    branch = None
                case [ast.If() as elif_branch]:
                    branch = elif_branch
                case _:  # an else
                    return {}
        return branches if len({name for name, _ in branches}) == 1 else {}

    def add(self, condition: Condition, path: Path) -> None:
        """Add the path through a branch; branches with the same condition lie on one path."""
        name, value = condition
        self._paths.setdefault(name, {}).setdefault(value, {}).update(path)

    def longest(self, condition: Condition | None = None) -> Path:
        """Return the path with most loops through all branches that were added.

        For each name, these are the loops of the value that has most; with a condition, for its
        name those of its value.
        """
        total: Path = {}
        for name, paths in self._paths.items():
            if condition and condition[0] == name:
                total |= paths.get(condition[1], {})
            else:
                total |= longest(*paths.values()) or {}
        return total


def condition_of(test: ast.expr) -> Condition | None:
    """Return the condition that must hold for a test to be true; None for any other kind of test.

    mode == 'max' -> ("mode", "'max'"); type(padding) is tuple, isinstance(padding, tuple) ->
    ("padding", "tuple").
    """
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        # all parts must hold: the first one that is a condition is enough
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
        return _condition(right, left)  # 'max' == mode
    return None


def _condition(subject: ast.expr, value: ast.expr) -> Condition | None:
    """Return (name, code of the value) where a name is compared with a string or the type tuple.

    Conditions on one name must exclude each other, so other comparisons give None: with the type
    str too, since `type(x) is str` and `x == 'same'` may both be true. The name __name__ is left
    out, as `reachable_loops` handles it.
    """
    is_string = isinstance(value, ast.Constant) and isinstance(value.value, str)
    is_tuple = isinstance(value, ast.Name) and value.id == "tuple"
    if not isinstance(subject, ast.Name) or subject.id == "__name__":
        return None
    return (subject.id, ast.unparse(value)) if is_string or is_tuple else None


def _is_call(node: ast.Call, name: str, count: int) -> bool:
    """Return whether a call is of the function `name`, with `count` positional arguments."""
    return isinstance(node.func, ast.Name) and node.func.id == name and len(node.args) == count
