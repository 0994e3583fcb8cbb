"""What the names in a file stand for, as far as they stand for a module or for something in one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

MODULES = ("numpy", "math")

# As the brief names it; so a fragment without its import is understood.
_GIVEN = {"np": "numpy", "numpy": "numpy"}


class Meanings:
    """Names that stand for modules or what is in them: np for numpy, c for numpy.convolve after c = np.convolve."""

    def __init__(self, tree: ast.Module) -> None:
        self.names = dict(_GIVEN)
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self.names |= dict(_imported(node))
        # an alias of an alias may stand before it
        pairs = list(_assigned(tree))
        while new := {
            name: full
            for name, value in pairs
            if name not in self.names and (full := self.of(value))
        }:
            self.names |= new

    def of(self, node: ast.AST | None) -> str | None:
        """Return what an expression stands for, as numpy.lib.stride_tricks; None: no module or part of one."""
        attributes = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.names:
            return None
        return ".".join([self.names[node.id], *reversed(attributes)])

    def is_module(self, node: ast.AST) -> bool:
        """Whether an expression is a module: numpy, a part of it, or math."""
        full = self.of(node)
        return full is not None and (
            full in MODULES or full in ("numpy.lib", "numpy.core", "numpy.linalg", "numpy.fft")
        )


def defined(tree: ast.AST) -> dict[str, ast.AST]:
    """Return the functions and classes of a file by name, inner ones too."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name: node for node in ast.walk(tree) if isinstance(node, kinds)}


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            # all that a star brings would take NumPy to tell; this one has a rule
            name = "convolve" if alias.name == "*" else alias.name
            yield alias.asname or name, f"{node.module}.{name}"
        elif alias.asname:
            yield alias.asname, alias.name
        else:
            first = alias.name.split(".")[0]
            yield first, first


def _assigned(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield names with the expressions that they are set to, defaults of parameters too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _pairs(target, node.value)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            yield from _pairs(node.target, node.value)
        elif isinstance(node, ast.arguments):
            named = [*node.posonlyargs, *node.args]
            given = zip(named[len(named) - len(node.defaults) :], node.defaults, strict=True)
            words = (
                (arg, value)
                for arg, value in zip(node.kwonlyargs, node.kw_defaults, strict=True)
                if value
            )
            yield from ((arg.arg, value) for arg, value in (*given, *words))


def _pairs(target: ast.AST, value: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
        for inner, part in zip(target.elts, value.elts, strict=False):
            yield from _pairs(inner, part)
