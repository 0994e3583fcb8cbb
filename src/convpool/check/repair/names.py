"""The names of a function, and for each the one of the other axis: kh and kw, row and column."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable

# what stands in a name of the rows, and in its place in that of the columns; whole words first
_TOKENS = (
    ("height", "width"),
    ("rows", "columns"),
    ("rows", "cols"),
    ("row", "column"),
    ("row", "col"),
    ("top", "left"),
    ("bottom", "right"),
    ("h", "w"),
    ("H", "W"),
    ("y", "x"),
    ("i", "j"),
    ("r", "c"),
    ("u", "v"),
    ("1", "2"),
    ("0", "1"),
)


def names_of(nodes: Iterable[ast.AST]) -> list[str]:
    """Return the parameters and the names that are assigned in functions, each once, in order."""
    found: dict[str, None] = {}
    for definition in nodes:
        for node in ast.walk(definition):
            if isinstance(node, ast.arg):
                found.setdefault(node.arg)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.setdefault(node.id)
    return list(found)


def partners(name: str, names: Collection[str]) -> list[str]:
    """Return the names that differ from a name by one token of the other axis, the best first.

    >>> partners("kh", ["kw", "kh", "h", "sw"])
    ['kw']
    """
    found: dict[str, None] = {}
    for tokens in _TOKENS:
        for one, other in (tokens, tokens[::-1]):
            for match in re.finditer(re.escape(one), name):
                candidate = name[: match.start()] + other + name[match.end() :]
                if candidate in names:
                    found.setdefault(candidate)
    return list(found)


def family(name: str, names: Collection[str]) -> list[str]:
    """Return the other names of the same axis: of kh these are h, sh, oh, ph and so on."""
    letter = re.search(r"[hw](?=\d*$)|^[hw]", name)
    if not letter:
        return []
    return [
        other
        for other in names
        if other != name and re.fullmatch(rf"\w*{letter[0]}\d*|{letter[0]}\w*", other)
    ]


class OtherAxis(ast.NodeTransformer):
    """Writes an expression for the other axis: its names become their partners."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Return the name's partner; the name itself if it has none."""
        other = partners(node.id, self.names)
        return ast.copy_location(ast.Name(other[0], node.ctx), node) if other else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """Return images.shape[2] for images.shape[1], stride[1] for stride[0], and the reverse."""
        at = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if type(at) is not int or at not in (0, 1, 2):
            return self.generic_visit(node)
        is_of_images = ast.unparse(node.value).endswith(".shape") and "kernel" not in ast.unparse(
            node.value
        )
        other = {1: 2, 2: 1, 0: 0}[at] if is_of_images else {0: 1, 1: 0, 2: 2}[at]
        return ast.copy_location(ast.Subscript(node.value, ast.Constant(other), node.ctx), node)
