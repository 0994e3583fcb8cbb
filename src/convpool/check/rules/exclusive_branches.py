"""Ifs that exclude each other though no else says so: one for mode == 'max' and, below it, one for mode == 'avg'."""

from __future__ import annotations

import ast

Path = dict[ast.AST, None]  # the for loops of a path, in order
Key = tuple[str, str]  # a name, and the value or the type that a branch asks it for


class Choices:
    """The branches within one sequence of statements that ask a name, which is never set there, for its value."""

    def __init__(self, statements: list[ast.stmt]) -> None:
        self._set = {
            node.id
            for statement in statements
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
        }
        self._paths: dict[str, dict[str, Path]] = {}  # by name, by value

    def arms(self, statement: ast.If) -> dict[Key, ast.If]:
        """Return the branches of an if and its elifs by what they ask for; none where they ask for anything else."""
        found: dict[Key, ast.If] = {}
        arm: ast.If | None = statement
        while arm is not None:
            key = asked(arm.test)
            if key is None or key[0] in self._set or _leaves(arm):
                return {}
            found.setdefault(key, arm)  # a second one is never reached
            match arm.orelse:
                case []:
                    arm = None
                case [ast.If() as below]:
                    arm = below
                case _:
                    return {}
        return found if len({name for name, _ in found}) == 1 else {}

    def add(self, paths: dict[Key, Path]) -> None:
        """Note the loops of branches; those that ask for the same lie on one way."""
        for (name, value), path in paths.items():
            self._paths.setdefault(name, {}).setdefault(value, {}).update(path)

    def longest(self) -> Path:
        """Return for each name the loops of the value with the most."""
        found: Path = {}
        for by_value in self._paths.values():
            best: Path = {}
            for path in by_value.values():
                best = path if len(path) > len(best) else best
            found |= best
        return found


def asked(test: ast.expr) -> Key | None:
    """Return the name and the value that a test asks for: mode == 'max', type(padding) is tuple, isinstance(...)."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return next((key for key in map(asked, test.values) if key), None)
    if isinstance(test, ast.Call) and _is_call(test, "isinstance", 2):
        return _key(test.args[0], test.args[1])
    if (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.Eq | ast.Is)
    ):
        left, right = test.left, test.comparators[0]
        if isinstance(left, ast.Call) and _is_call(left, "type", 1):
            return _key(left.args[0], right)
        return _key(left, right) if isinstance(right, ast.Constant) else _key(right, left)
    return None


def _key(what: ast.expr, value: ast.expr) -> Key | None:
    """Pair a name with a value or with tuple; str would not exclude a word."""
    is_value = isinstance(value, ast.Constant) and isinstance(value.value, str)
    is_type = isinstance(value, ast.Name) and value.id == "tuple"
    if not isinstance(what, ast.Name) or what.id == "__name__" or not (is_value or is_type):
        return None
    return what.id, ast.unparse(value)


def _is_call(node: ast.Call, name: str, count: int) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == name and len(node.args) == count


def _leaves(arm: ast.If) -> bool:
    return isinstance(arm.body[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)
