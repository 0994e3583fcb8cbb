"""Which names in a file stand for a module, or for something in one: c for numpy.convolve."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

MODULES = ("numpy", "math")

PACKAGES = ("numpy.lib", "numpy.core", "numpy.linalg", "numpy.fft")

# the brief's names, so that a fragment without its imports is understood
_DEFAULT_NAMES = {"np": "numpy", "numpy": "numpy"}


class NameOrigins:
    """The full names of a file's names: np is numpy; after c = np.convolve, c is numpy.convolve.

    Scopes are not told apart: a name that is imported or assigned anywhere has one full name.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.names = dict(_DEFAULT_NAMES)
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self.names |= dict(_imports(node))
        # name that a value begins with -> the assignments of such values
        waiting: dict[str, list[tuple[str, ast.AST]]] = {}
        for name, value in _assignments(tree):
            waiting.setdefault(_first_name(value), []).append((name, value))
        # where c = b stands before b = np.sum, c gets its full name once b has it
        known = list(self.names)
        while known:
            for name, value in waiting.pop(known.pop(), ()):
                if name not in self.names and (full_name := self.of(value)):
                    self.names[name] = full_name
                    known.append(name)

    def of(self, node: ast.AST | None) -> str | None:
        """Return the full name of a name or attribute, such as numpy.linalg.norm.

        None for a name that stands for nothing imported, and for any other expression.
        """
        attributes = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.names:
            return None
        return ".".join([self.names[node.id], *reversed(attributes)])

    def is_module(self, node: ast.AST) -> bool:
        """Return whether an expression stands for numpy, a package in it, or math."""
        return self.of(node) in (*MODULES, *PACKAGES)


@lru_cache(maxsize=8)
def origins_of(tree: ast.Module) -> NameOrigins:
    """Return the full names of a file's names; worked out once for each tree."""
    return NameOrigins(tree)


def _first_name(node: ast.AST) -> str:
    """Return the name that an attribute of an attribute ... begins with; "" for anything else."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def definitions_by_name(tree: ast.AST) -> dict[str, ast.AST]:
    """Return name -> definition of all functions and classes, inner ones too."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name: node for node in ast.walk(tree) if isinstance(node, kinds)}


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Yield (name, full name) for each name that an import defines."""
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            # of all names that a star imports, only this one has a rule of its own
            name = "convolve" if alias.name == "*" else alias.name
            yield alias.asname or name, f"{node.module}.{name}"
        elif alias.asname:
            yield alias.asname, alias.name
        else:
            package = alias.name.split(".")[0]  # import numpy.linalg defines numpy
            yield package, package


def _assignments(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield (name, expression) for each assignment, and for each parameter with a default."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _unpack(target, node.value)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            yield from _unpack(node.target, node.value)
        elif isinstance(node, ast.arguments):
            parameters = [*node.posonlyargs, *node.args]
            # the last parameters have the defaults
            with_defaults = parameters[len(parameters) - len(node.defaults) :]
            pairs = [
                *zip(with_defaults, node.defaults, strict=True),
                *zip(node.kwonlyargs, node.kw_defaults, strict=True),
            ]
            yield from ((parameter.arg, value) for parameter, value in pairs if value)


def _unpack(target: ast.AST, value: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield (name, value) of an assignment; those of a, b = c, d one by one.

    Nothing for other targets, such as output[0] = 1 or a, b = call().
    """
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
        for inner, part in zip(target.elts, value.elts, strict=False):
            yield from _unpack(inner, part)
