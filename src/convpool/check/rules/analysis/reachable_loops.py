"""The loops that a task's function can reach: its own, its helpers', and those that run on import.

A path through the code takes one branch of each if; the for loops that count are those of the path
with most of them. Loops of other kinds are listed wherever they can be reached.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from convpool.check.rules.analysis.control_flow import Flow, Path, longest
from convpool.check.rules.analysis.exclusive_branches import ExclusiveBranches
from convpool.check.rules.analysis.loop_kinds import BUILT_IN, INDICES, LIBRARY, SYNTAX, OtherLoop
from convpool.check.rules.analysis.name_origins import origins_of
from convpool.check.rules.analysis.scopes import Function, Scope, lambda_name, scope_of

# statements that hold other statements, definitions apart
_WITH_STATEMENTS = (
    ast.If,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.With,
    ast.AsyncWith,
    ast.Try,
)


def is_main(test: ast.expr) -> bool:
    """Return whether a test compares __name__, as in if __name__ == '__main__'."""
    return isinstance(test, ast.Compare) and "__name__" in (
        part.id for part in (test.left, *test.comparators) if isinstance(part, ast.Name)
    )


class ReachableLoops:
    """The loops that a function of a file can reach, and those that run when it is imported.

    Attributes
    ----------
    path : Path
        The for loops of the path that has most of them.
    for_loops : Path
        All for loops that can be reached, on any path.
    other_loops : dict
        node -> loop, of loops of other kinds, wherever they can be reached.
    reentries : dict
        As the function `reentries` returns them: calls of itself that are no recursion.
    has_function : bool
        Whether the module assigns or defines the function.

    Each method _walk... goes through a part of the code: it records the loops of other kinds, walks
    the helpers that the code names, and returns the path with most for loops through that part; of
    statements, the one to each of their ends.
    """

    def __init__(self, tree: ast.Module, function: str) -> None:
        self.other_loops: dict[ast.AST, OtherLoop] = {}
        self.for_loops: Path = {}
        self.reentries: dict[ast.AST, ast.Call] = {}
        self._origins = origins_of(tree)
        self._paths: dict[ast.AST, Path] = {}  # function walked before -> its path
        self._open: list[ast.AST] = []  # the functions and classes around the current node
        module = scope_of(tree, None)
        self.has_function = function in module.functions or function in module.variables
        on_import = self._walk_statements(tree.body, module).longest
        node = module.functions.get(function)
        self.path: Path = {**(self._walk_function(node, module, node) if node else {}), **on_import}

    def _walk_function(self, node: ast.AST, outer: Scope, reference: ast.AST) -> Path:
        """Walk a function, lambda or class, unless it was walked before.

        outer: the scope around it. reference: the node that names it; if the walk is inside the
        function already, it calls itself there, which is recorded as a recursion.
        """
        if node in self._open:
            if not isinstance(node, ast.ClassDef) and reference not in self.reentries:
                name = getattr(node, "name", "a lambda")
                self._add_other(reference, f"{name}, which calls itself (recursion),")
            return {}
        if node not in self._paths:
            self._open.append(node)
            self.reentries |= reentries(node)
            self._paths[node] = self._walk_body(node, outer, reference)
            self._open.pop()
        return self._paths[node]

    def _walk_body(self, node: ast.AST, outer: Scope, reference: ast.AST) -> Path:
        """Walk the body of a function, lambda or class, and the methods of a class."""
        scope = scope_of(node, outer)
        if isinstance(node, ast.Lambda):
            return self._walk(node.body, scope)
        path = self._walk_statements(node.body, scope).longest  # type: ignore[attr-defined]
        if isinstance(node, ast.ClassDef):
            # a method does not see the names of its class: its outer scope is that of the class
            for method in scope.functions.values():
                path |= self._walk_function(method, outer, reference)
        return path

    def _add_other(self, node: ast.AST, words: str) -> None:
        """Record a loop of another kind at a node; words: as OtherLoop.words."""
        self.other_loops.setdefault(node, OtherLoop(getattr(node, "lineno", 0), words))

    def _walk_statements(self, statements: list[ast.stmt], scope: Scope) -> Flow:
        """Walk statements one after the other, up to the first that is never passed.

        Of branches that exclude each other, only those for one value lie on a path: they are kept
        in `exclusive`, and those of the value with most loops are added to each end.
        """
        before: Path | None = {}  # through the statements so far, without those branches
        ends = Flow()
        exclusive = ExclusiveBranches(statements)
        for statement in statements:
            if before is None:
                break
            branches = exclusive.branches(statement) if isinstance(statement, ast.If) else {}
            if not branches:
                part = self._walk_statement(statement, scope)
                ends = ends.or_else(part.after({**before, **exclusive.longest()}))
                before = part.after(before).falls
                continue
            for condition, branch in branches.items():
                # the test and the body, without the else
                body = self._walk_statements(branch.body, scope)
                part = body.after(self._walk(branch.test, scope))
                ends = ends.or_else(part.after({**before, **exclusive.longest(condition)}))
                exclusive.add(condition, part.falls or {})
        return ends._replace(falls=None if before is None else {**before, **exclusive.longest()})

    def _walk_statement(self, node: ast.stmt, scope: Scope) -> Flow:
        """Walk one statement; of an if, the branch with most for loops counts."""
        if isinstance(node, ast.If):
            # the file is judged as it is imported, where `if __name__ == '__main__'` is false
            body = Flow() if is_main(node.test) else self._walk_statements(node.body, scope)
            orelse = self._walk_statements(node.orelse, scope)
            return body.or_else(orelse).after(self._walk(node.test, scope))
        if isinstance(node, ast.For | ast.AsyncFor | ast.While):
            body = self._walk_statements(node.body, scope).as_loop()
            orelse = self._walk_statements(node.orelse, scope)
            return body.then(orelse).after(self._walk_head(node, scope))
        if isinstance(node, ast.With | ast.AsyncWith):
            items = [self._walk(item, scope) for item in node.items]
            return self._walk_statements(node.body, scope).after(_joined(items))
        if isinstance(node, ast.Try):
            return self._walk_try(node, scope)
        path = self._walk(node, scope)
        if isinstance(node, ast.Return | ast.Raise):
            return Flow(leaves=path)
        return Flow(jumps=path) if isinstance(node, ast.Break | ast.Continue) else Flow(path)

    def _walk_head(self, node: ast.For | ast.AsyncFor | ast.While, scope: Scope) -> Path:
        """Walk what a loop runs over, or tests; a for loop comes first in the path."""
        self._record_or_follow(node, scope)
        if isinstance(node, ast.While):
            return self._walk(node.test, scope)
        if isinstance(node, ast.AsyncFor):
            return self._walk(node.iter, scope)
        self.for_loops[node] = None
        return {node: None, **self._walk_iterable(node.iter, scope)}

    def _walk_try(self, node: ast.Try, scope: Scope) -> Flow:
        """Walk a try: an error may come at any place of its body, and lead to one handler."""
        body = self._walk_statements(node.body, scope)
        flow = body.then(self._walk_statements(node.orelse, scope))
        for handler in node.handlers:
            flow = flow.or_else(self._walk_statements(handler.body, scope).after(body.longest))
        final = self._walk_statements(node.finalbody, scope)
        return Flow(*(None if path is None else {**path, **final.longest} for path in flow))

    def _walk(self, node: ast.AST, scope: Scope) -> Path:
        """Walk a statement or an expression with all its parts.

        The body of a function is walked only where its name is read.
        """
        if isinstance(node, Function | ast.ClassDef):
            return self._walk_definition(node, scope)
        if isinstance(node, _WITH_STATEMENTS):
            return self._walk_statement(node, scope).longest
        if lambda_name(node):
            return {}
        path = dict(self._record_or_follow(node, scope))
        if isinstance(node, ast.IfExp):
            either = longest(self._walk(node.body, scope), self._walk(node.orelse, scope)) or {}
            return {**self._walk(node.test, scope), **either}
        if isinstance(node, ast.Dict):
            # a dict of functions is a choice between them: the value with most loops counts
            keys = [self._walk(key, scope) for key in node.keys if key]
            values = [self._walk(value, scope) for value in node.values]
            return {**path, **_joined(keys), **(longest(*values) or {})}
        for part in ast.iter_child_nodes(node):
            path |= self._walk(part, scope)
        return path

    def _walk_iterable(self, node: ast.expr, scope: Scope) -> Path:
        """Walk what a for loop runs over; there np.ndindex and np.ndenumerate are no loops."""
        if isinstance(node, ast.Call) and self._origins.of(node.func) in INDICES:
            path: Path = {}
            for part in (*node.args, *(keyword.value for keyword in node.keywords)):
                path |= self._walk(part, scope)
            return path
        return self._walk(node, scope)

    def _walk_definition(self, node: Function | ast.ClassDef, scope: Scope) -> Path:
        """Walk what runs when a function or class is defined.

        That is decorators, defaults and bases, and of a class its body without the methods.
        """
        path: Path = {}
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
            path |= self._walk(part, scope)
        return path

    def _record_or_follow(self, node: ast.AST, scope: Scope) -> Path:
        """Record a node if it is a loop of another kind; walk the helper if the node names one.

        The node's parts are not walked here.
        """
        if type(node) in SYNTAX:
            self._add_other(node, SYNTAX[type(node)])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            self._add_library_loop(node)
            if helper := scope.find(node.id):
                return self._walk_function(*helper, node)
            if node.id in BUILT_IN and not scope.has_variable(node.id):
                self._add_other(node, BUILT_IN[node.id])
        elif isinstance(node, ast.Attribute):
            self._add_library_loop(node)
            return self._walk_method(node, scope)
        return {}

    def _add_library_loop(self, node: ast.Name | ast.Attribute) -> None:
        """Record a name if it stands for a function of NumPy or functools that loops."""
        full = self._origins.of(node)
        words = full and (LIBRARY.get(full) or INDICES.get(full))
        if words:
            self._add_other(node, words)

    def _walk_method(self, node: ast.Attribute, scope: Scope) -> Path:
        """Walk the method that an attribute names: self.name, cls.name or Class.name, in its class.

        An empty path for any other attribute.
        """
        # the innermost class around the node
        owner = next(
            (outer for outer in reversed(self._open) if isinstance(outer, ast.ClassDef)), None
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
        return self._walk_function(methods[-1], scope.outer or scope, node) if methods else {}


def _joined(paths: Iterable[Path]) -> Path:
    """Return one path along all of these, in order."""
    return {node: None for path in paths for node in path}


def reentries(function: ast.AST) -> dict[ast.AST, ast.Call]:
    """Return a function's calls of itself that cannot repeat: node that names it -> call.

    A call cannot repeat if it stands under a test such as padding == 'same' and passes an
    expression without padding for padding. {} for a lambda or a class.
    """
    if not isinstance(function, Function):
        return {}
    parameters = [arg.arg for arg in function.args.args]
    single_calls: dict[ast.AST, ast.Call] = {}
    for branch in (node for node in ast.walk(function) if isinstance(node, ast.If)):
        tested_parameters = _names_compared_with_strings(branch.test) & set(parameters)
        for call in (
            node for part in branch.body for node in ast.walk(part) if isinstance(node, ast.Call)
        ):
            if isinstance(call.func, ast.Name) and call.func.id == function.name:
                arguments = dict(zip(parameters, call.args, strict=False)) | {
                    keyword.arg: keyword.value for keyword in call.keywords
                }
                if any(_lacks_name(arguments.get(name), name) for name in tested_parameters):
                    single_calls[call.func] = call
    return single_calls


def _names_compared_with_strings(test: ast.expr) -> set[str]:
    """Return the names that a test compares with strings by ==, in or is, as padding == 'same'.

    Of a test with and / or, those of all its parts.
    """
    if isinstance(test, ast.BoolOp):
        return set().union(*map(_names_compared_with_strings, test.values))
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Eq | ast.In | ast.Is):
        return set()
    has_string = any(
        isinstance(node, ast.Constant) and isinstance(node.value, str) for node in ast.walk(test)
    )
    names = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
    return names if has_string else set()


def _lacks_name(value: ast.expr | None, name: str) -> bool:
    """Return whether an expression does not use a name; False for None, no expression."""
    return value is not None and all(
        not isinstance(node, ast.Name) or node.id != name for node in ast.walk(value)
    )
