"""Which function a name stands for at a place in a file: the functions and variables of each scope."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Scope:
    """A function, or the module, with the names that are its own."""

    node: ast.AST
    outer: Scope | None
    functions: dict[str, ast.AST] = field(default_factory=dict)  # and classes; the last of a name
    variables: set[str] = field(default_factory=set)

    def find(self, name: str) -> tuple[ast.AST, Scope] | None:
        """Return the function or class that a name stands for here, with the scope that it is in."""
        if name in self.functions:
            return self.functions[name], self
        if name in self.variables or self.outer is None:
            return None
        return self.outer.find(name)

    def has_variable(self, name: str) -> bool:
        """Whether a name is a variable here or further out."""
        return name in self.variables or (self.outer is not None and self.outer.has_variable(name))


def scope_of(node: ast.AST, outer: Scope | None) -> Scope:
    """Collect the names that a function, class or module makes its own."""
    scope = Scope(node, outer)
    elsewhere: set[str] = set()
    waiting = list(ast.iter_child_nodes(node))
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, Function | ast.ClassDef):
            scope.functions[part.name] = part
            continue
        if isinstance(part, ast.Lambda):
            continue
        if name := named_lambda(part):
            scope.functions[name] = part.value  # type: ignore[attr-defined]
            continue
        if isinstance(part, ast.Global | ast.Nonlocal):
            elsewhere |= set(part.names)
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            scope.variables.add(part.id)
        elif isinstance(part, ast.arg):
            scope.variables.add(part.arg)
        waiting.extend(ast.iter_child_nodes(part))
    scope.variables -= elsewhere
    return scope


def named_lambda(node: ast.AST) -> str | None:
    """Return the name in: name = lambda ..."""
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Lambda):
        return None
    return next((target.id for target in node.targets if isinstance(target, ast.Name)), None)
