"""The loops that a task's function can reach: its own, its helpers', and those that run on import.

A path through the code takes one branch of each if; the for loops that count are those of the path
with most of them. Loops of other kinds are listed wherever they can be reached.
"""

from __future__ import annotations

import ast

from convpool.check.rules.analysis.exclusive_branches import ExclusiveBranches, Path, ends_in_jump
from convpool.check.rules.analysis.loop_kinds import BUILT_IN, INDICES, LIBRARY, SYNTAX, OtherLoop
from convpool.check.rules.analysis.name_origins import NameOrigins
from convpool.check.rules.analysis.scopes import Function, Scope, lambda_name, scope_of


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
    the helpers that the code names, and returns the path with most for loops through that part.
    """

    def __init__(self, tree: ast.Module, function: str) -> None:
        self.other_loops: dict[ast.AST, OtherLoop] = {}
        self.for_loops: Path = {}
        self.reentries: dict[ast.AST, ast.Call] = {}
        self._origins = NameOrigins(tree)
        self._paths: dict[ast.AST, Path] = {}  # function walked before -> its path
        self._open: list[ast.AST] = []  # the functions and classes around the current node
        module = scope_of(tree, None)
        self.has_function = function in module.functions or function in module.variables
        on_import = self._walk_statements(tree.body, module)
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
        path = self._walk_statements(node.body, scope)  # type: ignore[attr-defined]
        if isinstance(node, ast.ClassDef):
            # a method does not see the names of its class: its outer scope is that of the class
            for method in scope.functions.values():
                path |= self._walk_function(method, outer, reference)
        return path

    def _add_other(self, node: ast.AST, words: str) -> None:
        """Record a loop of another kind at a node; words: as OtherLoop.words."""
        self.other_loops.setdefault(node, OtherLoop(getattr(node, "lineno", 0), words))

    def _walk_statements(self, statements: list[ast.stmt], scope: Scope) -> Path:
        """Walk statements one after the other.

        Of an if, the branch with more for loops counts. If one branch ends in a jump, such as
        return, the statements after the if run only after the other branch, and count with it.
        """
        path: Path = {}
        exclusive = ExclusiveBranches(statements)
        for index, statement in enumerate(statements):
            if not isinstance(statement, ast.If):
                path |= self._walk(statement, scope)
                continue
            if branches := exclusive.branches(statement):
                exclusive.add(
                    {key: self._walk_branch(node, scope) for key, node in branches.items()}
                )
                continue
            path |= self._walk(statement.test, scope)
            # the file is judged as it is imported, where `if __name__ == '__main__'` is false
            body = {} if is_main(statement.test) else self._walk_statements(statement.body, scope)
            orelse = self._walk_statements(statement.orelse, scope)
            if ends_in_jump(statement.body) or ends_in_jump(statement.orelse):
                rest = self._walk_statements(statements[index + 1 :], scope)
                with_body = body if ends_in_jump(statement.body) else {**body, **rest}
                with_orelse = orelse if ends_in_jump(statement.orelse) else {**orelse, **rest}
                return {**path, **exclusive.longest(), **longer(with_body, with_orelse)}
            path |= longer(body, orelse)
        return {**path, **exclusive.longest()}

    def _walk_branch(self, branch: ast.If, scope: Scope) -> Path:
        """Walk the test and the body of an if, without its else."""
        return {**self._walk(branch.test, scope), **self._walk_statements(branch.body, scope)}

    def _walk(self, node: ast.AST, scope: Scope) -> Path:
        """Walk a statement or an expression with all its parts.

        The body of a function is walked only where its name is read.
        """
        if isinstance(node, Function | ast.ClassDef):
            return self._walk_definition(node, scope)
        if lambda_name(node):
            return {}
        path: Path = {}
        if isinstance(node, ast.For):
            path[node] = self.for_loops[node] = None
            path |= self._walk_iterable(node.iter, scope)
        path |= self._record_or_follow(node, scope)
        if isinstance(node, ast.IfExp):
            return {
                **self._walk(node.test, scope),
                **longer(self._walk(node.body, scope), self._walk(node.orelse, scope)),
            }
        if isinstance(node, ast.Dict):
            # a dict of functions is a choice between them: the value with most loops counts
            for key in filter(None, node.keys):
                path |= self._walk(key, scope)
            longest: Path = {}
            for value in node.values:
                longest = longer(longest, self._walk(value, scope))
            return {**path, **longest}
        for _, value in ast.iter_fields(node):
            if value is getattr(node, "iter", None) and isinstance(node, ast.For):
                continue  # walked above
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                path |= self._walk_statements(value, scope)
            elif isinstance(value, ast.AST):
                path |= self._walk(value, scope)
            elif isinstance(value, list):
                for part in value:
                    if isinstance(part, ast.AST):
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


def longer(first: Path, second: Path) -> Path:
    """Return the path with more for loops; the first of equals."""
    return second if len(second) > len(first) else first


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
