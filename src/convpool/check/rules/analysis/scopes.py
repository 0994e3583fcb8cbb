"""Which function or class a name stands for in a scope of a file."""

from __future__ import annotations

import ast
from collections import deque
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Scope:
    """A function or the module, with the names that are defined in it."""

    node: ast.AST
    outer: Scope | None
    # name -> its last definition: a function, a class, or a lambda that is assigned to the name
    functions: dict[str, ast.AST] = field(default_factory=dict)
    variables: set[str] = field(default_factory=set)  # assigned names and parameters

    def find(self, name: str) -> tuple[ast.AST, Scope] | None:
        """Return (definition, the scope that defines it) of a function or class.

        None if the name is a variable or is not defined here or further out.
        """
        if name in self.functions:
            return self.functions[name], self
        if name in self.variables or self.outer is None:
            return None
        return self.outer.find(name)

    def has_variable(self, name: str) -> bool:
        """Return whether a name is a variable here or in an outer scope."""
        return name in self.variables or (self.outer is not None and self.outer.has_variable(name))


def scope_of(node: ast.AST, outer: Scope | None) -> Scope:
    """Return the scope of a function, lambda, class or module; `outer` is the one around it.

    Names inside inner functions and classes do not belong to it.
    """
    scope = Scope(node, outer)
    outer_names: set[str] = set()  # declared global or nonlocal: names of another scope
    parts = deque(ast.iter_child_nodes(node))
    while parts:
        part = parts.popleft()
        if isinstance(part, Function | ast.ClassDef):
            scope.functions[part.name] = part
            continue
        if isinstance(part, ast.Lambda):
            continue
        if name := lambda_name(part):
            scope.functions[name] = part.value  # type: ignore[attr-defined]
            continue
        if isinstance(part, ast.Global | ast.Nonlocal):
            outer_names |= set(part.names)
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            scope.variables.add(part.id)
        elif isinstance(part, ast.arg):
            scope.variables.add(part.arg)
        parts.extend(ast.iter_child_nodes(part))
    scope.variables -= outer_names
    return scope


def lambda_name(node: ast.AST) -> str | None:
    """Return the name of an assignment `name = lambda ...`; None for any other node."""
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Lambda):
        return None
    return next((target.id for target in node.targets if isinstance(target, ast.Name)), None)
