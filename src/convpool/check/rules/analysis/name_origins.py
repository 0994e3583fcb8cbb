"""Which names in a file stand for NumPy, math, or something in them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

MODULES = ("numpy", "math")

PACKAGES = ("numpy.lib", "numpy.core", "numpy.linalg", "numpy.fft")

# the brief's names, so that a fragment without its imports is understood
_DEFAULT_NAMES = {"np": "numpy", "numpy": "numpy"}


class NameOrigins:
    """The full names of a file's names.

    np has the full name numpy, and after c = np.convolve, c has numpy.convolve.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.names = dict(_DEFAULT_NAMES)
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self.names |= dict(_imports(node))
        # repeated, as an alias of an alias may stand before it
        pairs = list(_assignments(tree))
        while new := {
            name: full
            for name, value in pairs
            if name not in self.names and (full := self.of(value))
        }:
            self.names |= new

    def of(self, node: ast.AST | None) -> str | None:
        """Return an expression's full name, such as numpy.linalg.norm; None if it has none."""
        attributes = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.names:
            return None
        return ".".join([self.names[node.id], *reversed(attributes)])

    def is_module(self, node: ast.AST) -> bool:
        """Return whether an expression is a module: numpy, a package in it, or math."""
        return self.of(node) in (*MODULES, *PACKAGES)


def definitions_by_name(tree: ast.AST) -> dict[str, ast.AST]:
    """Return the functions and classes of a file by name, inner ones too."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name: node for node in ast.walk(tree) if isinstance(node, kinds)}


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Yield the names that an import defines, each with its full name."""
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            # of all names that a star imports, only this one has a rule of its own
            name = "convolve" if alias.name == "*" else alias.name
            yield alias.asname or name, f"{node.module}.{name}"
        elif alias.asname:
            yield alias.asname, alias.name
        else:
            first = alias.name.split(".")[0]
            yield first, first


def _assignments(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield names with the expressions assigned to them, parameters with their defaults too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _unpack(target, node.value)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            yield from _unpack(node.target, node.value)
        elif isinstance(node, ast.arguments):
            parameters = [*node.posonlyargs, *node.args]
            with_defaults = parameters[len(parameters) - len(node.defaults) :]
            pairs = [
                *zip(with_defaults, node.defaults, strict=True),
                *zip(node.kwonlyargs, node.kw_defaults, strict=True),
            ]
            yield from ((parameter.arg, value) for parameter, value in pairs if value)


def _unpack(target: ast.AST, value: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield the names of an assignment's target with their values; a tuple's one by one."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
        for inner, part in zip(target.elts, value.elts, strict=False):
            yield from _unpack(inner, part)
