"""The loops that a task's function can reach: its own, those of its helpers, and those that run on import.

A path through the code takes one of an if's branches; the for loops that count are those of the
path with the most. All that loops in another way is listed wherever it can be reached.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from convpool.check.rules.exclusive_branches import Choices, Path
from convpool.check.rules.name_origins import Meanings
from convpool.check.rules.scopes import Function, Scope, named_lambda, scope_of

_COMPREHENSIONS: dict[type[ast.AST], str] = {
    ast.ListComp: "a list comprehension",
    ast.SetComp: "a set comprehension",
    ast.DictComp: "a dict comprehension",
    ast.GeneratorExp: "a generator expression",
    ast.While: "a while loop",
    ast.AsyncFor: "an async for loop",
}
_BUILT_IN = {
    "map": "map",
    "filter": "filter",
    "reduce": "reduce",
    "exec": "exec, which can hide a loop,",
    "eval": "eval, which can hide a loop,",
}
_LIBRARY = {
    f"numpy.{name}": f"np.{name}"
    for name in (
        "vectorize",
        "apply_along_axis",
        "apply_over_axes",
        "nditer",
        "nested_iters",
        "frompyfunc",
        "fromiter",
    )
} | {"functools.reduce": "reduce"}
# In a for loop these only say over what it goes; elsewhere they loop.
_INDICES = {"numpy.ndindex": "np.ndindex", "numpy.ndenumerate": "np.ndenumerate"}


@dataclass(frozen=True)
class Loop:
    """Something other than for that loops."""

    line: int
    words: str


def is_main(test: ast.expr) -> bool:
    """Whether an if asks if the file is the program that runs: __name__ == '__main__'."""
    return isinstance(test, ast.Compare) and "__name__" in (
        part.id for part in (test.left, *test.comparators) if isinstance(part, ast.Name)
    )


class Walk:
    """One walk through all that a task's function can reach."""

    def __init__(self, tree: ast.Module, function: str) -> None:
        self.meanings = Meanings(tree)
        self.module = scope_of(tree, None)
        self.is_there = function in self.module.functions or function in self.module.variables
        self.others: dict[ast.AST, Loop] = {}  # what loops in another way
        self.written: Path = {}  # every for loop
        self._paths: dict[ast.AST, Path] = {}  # of the functions walked so far
        self._open: list[ast.AST] = []  # functions within which the walk is
        self.reentries: dict[ast.AST, ast.Call] = {}  # calls of itself that are no recursion
        imported = self._sequence(tree.body, self.module)
        node = self.module.functions.get(function)
        self.path: Path = {**(self._function(node, self.module, node) if node else {}), **imported}

    def _function(self, node: ast.AST, outer: Scope, place: ast.AST) -> Path:
        """Walk a function once; within itself it is a recursion."""
        if node in self._open:
            if not isinstance(node, ast.ClassDef) and place not in self.reentries:
                self._other(
                    place, f"{getattr(node, 'name', 'a lambda')}, which calls itself (recursion),"
                )
            return {}
        if node not in self._paths:
            self._open.append(node)
            self.reentries |= reentries(node)
            self._paths[node] = self._body(node, outer, place)
            self._open.pop()
        return self._paths[node]

    def _body(self, node: ast.AST, outer: Scope, place: ast.AST) -> Path:
        scope = scope_of(node, outer)
        if isinstance(node, ast.Lambda):
            return self._node(node.body, scope)
        found = self._sequence(node.body, scope)  # type: ignore[attr-defined]
        if isinstance(node, ast.ClassDef):
            # names of the class are not seen from inside its methods
            for method in scope.functions.values():
                found |= self._function(method, outer, place)
        return found

    def _other(self, node: ast.AST, words: str) -> None:
        self.others.setdefault(node, Loop(getattr(node, "lineno", 0), words))

    def _sequence(self, statements: list[ast.stmt], scope: Scope) -> Path:
        """Walk statements; after a branch that leaves, the rest belongs to the other branch."""
        found: Path = {}
        choices = Choices(statements)
        for index, statement in enumerate(statements):
            if not isinstance(statement, ast.If):
                found |= self._node(statement, scope)
                continue
            if arms := choices.arms(statement):
                choices.add({key: self._arm(arm, scope) for key, arm in arms.items()})
                continue
            found |= self._node(statement.test, scope)
            body = {} if is_main(statement.test) else self._sequence(statement.body, scope)
            other = self._sequence(statement.orelse, scope)
            if leaves(statement.body) or leaves(statement.orelse):
                rest = self._sequence(statements[index + 1 :], scope)
                first = body if leaves(statement.body) else {**body, **rest}
                second = other if leaves(statement.orelse) else {**other, **rest}
                return {**found, **choices.longest(), **longer(first, second)}
            found |= longer(body, other)
        return {**found, **choices.longest()}

    def _arm(self, arm: ast.If, scope: Scope) -> Path:
        return {**self._node(arm.test, scope), **self._sequence(arm.body, scope)}

    def _node(self, node: ast.AST, scope: Scope) -> Path:
        """Walk a statement or an expression."""
        if isinstance(node, Function | ast.ClassDef):
            return self._defined(node, scope)
        if named_lambda(node):
            return {}
        found: Path = {}
        if isinstance(node, ast.For):
            found[node] = self.written[node] = None
            found |= self._iterable(node.iter, scope)
        self._look(node, scope, found)
        if isinstance(node, ast.IfExp):
            return {
                **self._node(node.test, scope),
                **longer(self._node(node.body, scope), self._node(node.orelse, scope)),
            }
        if isinstance(node, ast.Dict):
            # a dict of functions is a choice between them
            for key in filter(None, node.keys):
                found |= self._node(key, scope)
            chosen: Path = {}
            for value in node.values:
                chosen = longer(chosen, self._node(value, scope))
            return {**found, **chosen}
        for _, value in ast.iter_fields(node):
            if value is getattr(node, "iter", None) and isinstance(node, ast.For):
                continue
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                found |= self._sequence(value, scope)
            elif isinstance(value, ast.AST):
                found |= self._node(value, scope)
            elif isinstance(value, list):
                for part in value:
                    if isinstance(part, ast.AST):
                        found |= self._node(part, scope)
        return found

    def _iterable(self, node: ast.expr, scope: Scope) -> Path:
        """Walk what a for loop goes over: there, np.ndindex is no loop of its own."""
        if isinstance(node, ast.Call) and self.meanings.of(node.func) in _INDICES:
            found: Path = {}
            for part in (*node.args, *(word.value for word in node.keywords)):
                found |= self._node(part, scope)
            return found
        return self._node(node, scope)

    def _defined(self, node: Function | ast.ClassDef, scope: Scope) -> Path:
        """Walk what a definition runs at once: decorators, defaults, bases, and the body of a class."""
        found: Path = {}
        parts: list[ast.AST] = list(node.decorator_list)
        if isinstance(node, ast.ClassDef):
            parts += [
                *node.bases,
                *node.keywords,
                *(part for part in node.body if not isinstance(part, Function)),
            ]
        else:
            parts += [*node.args.defaults, *(value for value in node.args.kw_defaults if value)]
        for part in parts:
            found |= self._node(part, scope)
        return found

    def _look(self, node: ast.AST, scope: Scope, found: Path) -> None:
        """Note what a node is by itself: a loop of another kind, or the name of a helper."""
        if type(node) in _COMPREHENSIONS:
            self._other(node, _COMPREHENSIONS[type(node)])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            helper = scope.find(node.id)
            if helper:
                found |= self._function(*helper, node)
            elif node.id in _BUILT_IN and not scope.has_variable(node.id):
                self._other(node, _BUILT_IN[node.id])
            self._numpy(node)
        elif isinstance(node, ast.Attribute):
            self._numpy(node)
            found |= self._method(node, scope)

    def _numpy(self, node: ast.Name | ast.Attribute) -> None:
        full = self.meanings.of(node)
        words = full and (_LIBRARY.get(full) or _INDICES.get(full))
        if words:
            self._other(node, words)

    def _method(self, node: ast.Attribute, scope: Scope) -> Path:
        """Follow self.name within the methods of a class."""
        owner = next(
            (kind for kind in reversed(self._open) if isinstance(kind, ast.ClassDef)), None
        )
        if (
            owner is None
            or not isinstance(node.value, ast.Name)
            or node.value.id not in ("self", "cls", owner.name)
        ):
            return {}
        methods = [
            part for part in owner.body if isinstance(part, Function) and part.name == node.attr
        ]
        return self._function(methods[-1], scope.outer or scope, node) if methods else {}


def leaves(statements: list[ast.stmt]) -> bool:
    """Whether what follows is not reached: the last statement returns, raises, or goes on with the loop."""
    return bool(statements) and isinstance(
        statements[-1], ast.Return | ast.Raise | ast.Continue | ast.Break
    )


def longer(first: Path, second: Path) -> Path:
    """Return the path with more for loops."""
    return second if len(second) > len(first) else first


def reentries(function: ast.AST) -> dict[ast.AST, ast.Call]:
    """Return the calls of itself that happen once: a word such as 'same' is seen, and something else passed for it."""
    if not isinstance(function, Function):
        return {}
    parameters = [arg.arg for arg in function.args.args]
    found: dict[ast.AST, ast.Call] = {}
    for branch in (node for node in ast.walk(function) if isinstance(node, ast.If)):
        seen = _compared_with_words(branch.test) & set(parameters)
        for call in (
            node for part in branch.body for node in ast.walk(part) if isinstance(node, ast.Call)
        ):
            if isinstance(call.func, ast.Name) and call.func.id == function.name:
                passed = dict(zip(parameters, call.args, strict=False)) | {
                    word.arg: word.value for word in call.keywords
                }
                if any(_is_other(passed.get(name), name) for name in seen):
                    found[call.func] = call
    return found


def _compared_with_words(test: ast.expr) -> set[str]:
    """Return the names that a test compares with strings, as in padding == 'same'."""
    if isinstance(test, ast.BoolOp):
        return set().union(*map(_compared_with_words, test.values))
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Eq | ast.In | ast.Is):
        return set()
    words = [
        node
        for node in ast.walk(test)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return {node.id for node in ast.walk(test) if isinstance(node, ast.Name)} if words else set()


def _is_other(value: ast.expr | None, name: str) -> bool:
    return value is not None and all(
        not isinstance(node, ast.Name) or node.id != name for node in ast.walk(value)
    )
