"""Makes mutants: copies of a file with one small change each, as a slip of the pen would make
it.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# what is exchanged for what
OPERATORS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.FloorDiv, ast.Add),
    ast.Div: (ast.FloorDiv, ast.Mult),
    ast.FloorDiv: (ast.Mod, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
PAIRS = "h w/kh kw/sh sw/zh zw/hp wp/oh ow/top left/u v/m n/first step/min max"
NAMES = {
    one: other for pair in PAIRS.split("/") for one, other in (pair.split(), pair.split()[::-1])
}
ATTRIBUTES = {
    "maximum": "minimum",
    "add": "multiply",
    "multiply": "add",
    "zeros": "ones",
    "matmul": "add",
}
WORDS = {"same": "valid", "valid": "same", "max": "avg", "avg": "max"}
CHECKS = (
    ast.Raise,
    ast.JoinedStr,
)  # what is said of bad input, and when: no valid input comes there


@dataclass(frozen=True)
class Mutant:
    """One changed copy of a task's file."""

    task: int
    name: str  # the statement and the change: oh = hp - kh + 1 | hp - kh -> hp + kh
    source: str


def make_mutants(task: int, source: str) -> list[Mutant]:
    """Return all mutants of a task's file, each once and with a name of its own."""
    tree = ast.parse(source)
    found: list[Mutant] = []
    names: Counter[str] = Counter()
    seen = {ast.unparse(tree)}
    for statement, node in list(_nodes(tree)):
        for changed in list(_changes(node)):
            _Exchange(node, changed).visit(tree)
            text = ast.unparse(tree)
            _Exchange(changed, node).visit(tree)
            if text not in seen:
                seen.add(text)
                name = f"{_first_line(statement)} | {_node_text(node)} -> {_node_text(changed)}"
                names[name] += 1
                found.append(
                    Mutant(
                        task, name + (f" #{names[name]}" if names[name] > 1 else ""), text + "\n"
                    )
                )
    return found


def _nodes(tree: ast.Module) -> Iterator[tuple[ast.stmt, ast.AST]]:
    """Yield the nodes of all functions with the statement that they are in, but what is said of
    bad input.
    """

    def inside(statement: ast.stmt, node: ast.AST) -> Iterator[tuple[ast.stmt, ast.AST]]:
        """Yield the nodes below a node, itself included, each with the statement that it is in."""
        if isinstance(node, CHECKS) or _is_docstring(node):
            return
        statement = node if isinstance(node, ast.stmt) else statement
        yield statement, node
        for child in ast.iter_child_nodes(node):
            yield from inside(statement, child)

    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef):
            yield from inside(statement, statement)


def _is_docstring(node: ast.AST) -> bool:
    """Return whether a node is a constant that stands alone, such as a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in the place of a node."""
    for kind, changes in CHANGES.items():
        if isinstance(node, kind):
            yield from changes(node)


def _copy_with(node: ast.AST, **fields: object) -> ast.AST:
    """Return a copy of a node with other values of some fields."""
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def _operations(node: ast.BinOp) -> Iterator[ast.AST]:
    """Yield an operation with other operators, and each of its operands alone."""
    for operator in OPERATORS.get(type(node.op), ()):
        yield _copy_with(node, op=operator())
    yield node.left
    yield node.right


def _comparisons(node: ast.Compare) -> Iterator[ast.AST]:
    """Yield a comparison with other operators."""
    for operator in OPERATORS.get(type(node.ops[0]), ()):
        yield _copy_with(node, ops=[operator()])


def _conditions(node: ast.BoolOp) -> Iterator[ast.AST]:
    """Yield a condition with the other operator, and without each of its parts."""
    for operator in OPERATORS[type(node.op)]:
        yield _copy_with(node, op=operator())
    for place in range(len(node.values)):
        rest = node.values[:place] + node.values[place + 1 :]
        yield rest[0] if len(rest) == 1 else _copy_with(node, values=rest)


def _constants(node: ast.Constant) -> Iterator[ast.AST]:
    """Yield a whole number one greater and one less, or another word."""
    if type(node.value) is int:
        yield _copy_with(node, value=node.value + 1)
        if node.value > 0:
            yield _copy_with(node, value=node.value - 1)
    elif node.value in WORDS:
        yield _copy_with(node, value=WORDS[node.value])


def _names(node: ast.Name) -> Iterator[ast.AST]:
    """Yield another name, where the name that is read has a twin."""
    if isinstance(node.ctx, ast.Load):
        if node.id in NAMES:
            yield _copy_with(node, id=NAMES[node.id])
        if node.id == "float":
            yield _copy_with(node, id="int")


def _attributes(node: ast.Attribute) -> Iterator[ast.AST]:
    """Yield another function of NumPy, or int for an array's dtype."""
    if node.attr in ATTRIBUTES:
        yield _copy_with(node, attr=ATTRIBUTES[node.attr])
    if node.attr == "dtype":
        yield ast.Name("int")


def _slices(node: ast.Slice) -> Iterator[ast.AST]:
    """Yield a slice without each of its ends."""
    for part in ("lower", "upper", "step"):
        if getattr(node, part) is not None:
            yield _copy_with(node, **{part: None})


def _tuples(node: ast.Tuple) -> Iterator[ast.AST]:
    """Yield a tuple with two of its parts exchanged."""
    if len(node.elts) > 1 and not any(isinstance(part, ast.Slice) for part in node.elts):
        # of the axes of an array, the first two spatial ones; of a pair, both
        at = 0 if len(node.elts) == 2 else 1
        swapped = [*node.elts[:at], node.elts[at + 1], node.elts[at], *node.elts[at + 2 :]]
        yield _copy_with(node, elts=swapped)


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    """Yield a call without each of its keywords, or what it is called with."""
    for place in range(len(node.keywords)):
        yield _copy_with(node, keywords=node.keywords[:place] + node.keywords[place + 1 :])
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("astype", "moveaxis"):
        yield node.func.value if node.func.attr == "astype" else node.args[0]
    elif isinstance(node.func, ast.Name) and node.func.id in ("min", "max") and len(node.args) == 2:
        yield from node.args


def _signs(node: ast.UnaryOp) -> Iterator[ast.AST]:
    """Yield the operand of a sign without the sign."""
    yield node.operand


def _additions(node: ast.AugAssign) -> Iterator[ast.AST]:
    """Yield an assignment such as += with other operators, and as a plain one."""
    for operator in OPERATORS.get(type(node.op), ()):
        yield _copy_with(node, op=operator())
    yield ast.Assign([node.target], node.value, lineno=node.lineno)


def _statements(node: ast.stmt) -> Iterator[ast.AST]:
    """Yield pass for a statement that can be left out."""
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.If, ast.For)):
        yield ast.Pass()


CHANGES: dict[type[ast.AST], Callable[..., Iterator[ast.AST]]] = {
    ast.BinOp: _operations,
    ast.Compare: _comparisons,
    ast.BoolOp: _conditions,
    ast.Constant: _constants,
    ast.Name: _names,
    ast.Attribute: _attributes,
    ast.Slice: _slices,
    ast.Tuple: _tuples,
    ast.Call: _calls,
    ast.UnaryOp: _signs,
    ast.AugAssign: _additions,
    ast.stmt: _statements,
}


class _Exchange(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        """Return the new node for the old one, and any other with its parts visited."""
        return self.new if node is self.old else self.generic_visit(node)


def _first_line(statement: ast.stmt) -> str:
    """Return the first line of a statement as Python."""
    return ast.unparse(statement).splitlines()[0]


def _node_text(node: ast.AST) -> str:
    """Return a node as Python, a statement by its first line, and pass as 'nothing'."""
    if isinstance(node, ast.Pass):
        return "nothing"
    if isinstance(node, ast.stmt):
        return _first_line(node)
    return ast.unparse(node)
