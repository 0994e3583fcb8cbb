"""The names in a function, and their partners: names of the same thing on the other axis.

Such as kh and kw, or row and column. Letters: h x w pixels, kh x kw kernel, sh sw stride, ph pw
padding, oh x ow output.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable

# (part of a name of the rows, the part of its partner of the columns); whole words first
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
    """Return the parameters and the assigned names of function definitions, each once."""
    found: dict[str, None] = {}
    for definition in nodes:
        for node in ast.walk(definition):
            if isinstance(node, ast.arg):
                found.setdefault(node.arg)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.setdefault(node.id)
    return list(found)


def partners(name: str, names: Collection[str]) -> list[str]:
    """Return those of `names` that are partners of a name, the likeliest first.

    >>> partners("kh", ["kw", "kh", "h", "sw"])
    ['kw']
    """
    found: dict[str, None] = {}
    for tokens in _TOKENS:
        for one, other in (tokens, tokens[::-1]):
            for match in re.finditer(one, name):
                candidate = name[: match.start()] + other + name[match.end() :]
                if candidate in names:
                    found.setdefault(candidate)
    return list(found)


def family(name: str, names: Collection[str]) -> list[str]:
    """Return those of `names` that are of the same axis: for kh these are h, sh, oh, ph."""
    letter = re.search(r"[hw](?=\d*$)|^[hw]", name)
    if not letter:
        return []
    return [
        other
        for other in names
        if other != name and re.fullmatch(rf"\w*{letter[0]}\d*|{letter[0]}\w*", other)
    ]


class OtherAxis(ast.NodeTransformer):
    """Mirrors an expression: its names become their partners, its indices the other axis's."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Return the name's partner; the name itself if it has none."""
        other = partners(node.id, self.names)
        return ast.copy_location(ast.Name(other[0], node.ctx), node) if other else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """Return images.shape[2] for images.shape[1], stride[1] for stride[0], and the reverse."""
        index = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if type(index) is not int or index not in (0, 1, 2):
            return self.generic_visit(node)
        code = ast.unparse(node.value)
        # (m, h, w) in the shape of images; (rows, columns) in all else
        is_of_images = code.endswith(".shape") and "kernel" not in code
        other = {1: 2, 2: 1, 0: 0}[index] if is_of_images else {0: 1, 1: 0, 2: 2}[index]
        return ast.copy_location(ast.Subscript(node.value, ast.Constant(other), node.ctx), node)
