"""What the names of a student's function stand for: sizes, padding, output, loops, window.

Letters: m images, h x w pixels, c channels, kh x kw kernel, nc kernels, ph pw padding, sh sw
stride; i j a position in the output.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from functools import cached_property

from convpool.check.repair.edits import Source
from convpool.check.tasks import Task

_MAKERS = ("zeros", "empty", "ones", "full")
# parameter -> the sizes that it holds, by how many names it is unpacked into
HELD: dict[str, dict[int, tuple[str, ...]]] = {
    "images": {3: ("m", "h", "w"), 4: ("m", "h", "w", "c")},
    "kernel": {2: ("kh", "kw"), 3: ("kh", "kw", "c")},
    "kernels": {4: ("kh", "kw", "c", "nc")},
    "kernel_shape": {2: ("kh", "kw")},
    "stride": {2: ("sh", "sw")},
}


class Roles:
    """The names of one function by what they stand for; of what it lacks, code that gives it."""

    def __init__(self, source: Source, task: Task) -> None:
        self.source, self.task, self.function = source, task, source.function
        self.parameters = [argument.arg for argument in self.function.args.args]
        # the brief's parameter -> the student's
        self.own = dict(zip(task.parameters, self.parameters, strict=False))

    # ---- sizes ----

    @cached_property
    def sizes(self) -> dict[str, str]:
        """The brief's letter of a size -> the student's code for it."""
        found: dict[str, str] = {}
        for parameter, own in self.own.items():
            by_count = HELD.get(parameter, {})
            shape = f"{own}.shape" if parameter in ("images", "kernel", "kernels") else own
            for letters in by_count.values():
                for at, letter in enumerate(letters):
                    found.setdefault(letter, f"{shape}[{at}]")
        # a name that is the letter itself, however it got its value
        known = {letter: letter for letter in found if letter in self.taken}
        return found | known | dict(self._unpacked())

    def _unpacked(self) -> Iterator[tuple[str, str]]:
        """Yield (letter, name) of the sizes that the function has names for."""
        for node in self.statements(ast.Assign):
            target, value = node.targets[0], ast.unparse(node.value)
            for parameter, own in self.own.items():
                by_count = HELD.get(parameter, {})
                if isinstance(target, ast.Tuple) and value in (own, f"{own}.shape"):
                    names = map(ast.unparse, target.elts)
                    yield from zip(by_count.get(len(target.elts), ()), names, strict=False)
                at = re.fullmatch(rf"{re.escape(own)}(?:\.shape)?\[(\d)\]", value)
                letters = max(by_count.values(), key=len, default=())
                if at and isinstance(target, ast.Name) and int(at[1]) < len(letters):
                    yield letters[int(at[1])], target.id

    # ---- statements ----

    def statements(self, kind: type) -> list:  # type: ignore[type-arg]
        """Return the nodes of one kind in the function, in the order of the text."""
        found = [node for node in ast.walk(self.function) if isinstance(node, kind)]
        return sorted(found, key=lambda node: (node.lineno, node.col_offset))

    @cached_property
    def assignments(self) -> list[ast.Assign]:
        """The assignments of the function, but for those such as +=."""
        return self.statements(ast.Assign)

    @cached_property
    def pad(self) -> ast.Assign | None:
        """The first statement that pads the images by np.pad."""
        for node in self.assignments:
            if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "np.pad":
                return node
        return None

    @cached_property
    def widths(self) -> list[ast.expr]:
        """The widths of np.pad for the rows and the columns; [] where they are no pair."""
        call = self.pad.value if self.pad else None
        if not isinstance(call, ast.Call):
            return []
        widths = [
            *call.args[1:2],
            *(word.value for word in call.keywords if word.arg == "pad_width"),
        ]
        if widths and isinstance(widths[0], ast.Tuple | ast.List) and len(widths[0].elts) > 2:
            return widths[0].elts[1:3]
        return []

    @cached_property
    def padded(self) -> str:
        """The name of the padded images; that of the images where nothing is padded."""
        if self.pad:
            return ast.unparse(self.pad.targets[0])
        for node in self.statements(ast.Assign):
            target = node.targets[0]
            if isinstance(target, ast.Subscript) and ast.unparse(node.value) == self.own["images"]:
                return ast.unparse(target.value)
        return self.own["images"]

    @cached_property
    def output(self) -> ast.Assign | None:
        """The statement that makes the array that is returned."""
        returned = {ast.unparse(node.value) for node in self.statements(ast.Return) if node.value}
        if not returned:  # the return is missing
            returned = {ast.unparse(node.targets[0]) for node in self.statements(ast.Assign)}
        for node in self.statements(ast.Assign)[::-1]:
            call = node.value
            if ast.unparse(node.targets[0]) in returned and isinstance(call, ast.Call):
                name = ast.unparse(call.func).rpartition(".")[2]
                is_made = name in _MAKERS and call.args and isinstance(call.args[0], ast.Tuple)
                if is_made and len(call.args[0].elts) > 2:  # type: ignore[attr-defined]
                    return node  # type: ignore[no-any-return]
        return None

    @cached_property
    def shape(self) -> list[ast.expr]:
        """The sizes in the shape of the output: the number of rows and that of columns."""
        call = self.output.value if self.output else None
        if isinstance(call, ast.Call) and isinstance(call.args[0], ast.Tuple):
            return call.args[0].elts[1:3]
        return []

    @cached_property
    def loops(self) -> dict[str, ast.For]:
        """The variable of each loop over a range -> the loop."""
        return {
            ast.unparse(node.target): node
            for node in self.statements(ast.For)
            if isinstance(node.iter, ast.Call) and ast.unparse(node.iter.func) == "range"
        }

    @cached_property
    def stores(self) -> list[ast.Assign | ast.AugAssign]:
        """The statements that write a part of the output."""
        name = ast.unparse(self.output.targets[0]) if self.output else ""
        found: list[ast.Assign | ast.AugAssign] = []
        for node in (*self.statements(ast.Assign), *self.statements(ast.AugAssign)):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Subscript) and ast.unparse(target.value) == name:
                found.append(node)
        return found

    @cached_property
    def position(self) -> tuple[str, str, str]:
        """The variables of the loops over rows, columns and kernels."""
        kernels = [
            name
            for name, loop in self.loops.items()
            if self.sizes.get("nc", "") in self._range(loop)
        ]
        kernel = (
            kernels[0]
            if kernels
            else next((name for name in "knz" if name not in self.taken), "kernel_number")
        )
        others = [name for name in self.loops if name != kernel]
        for node in self.stores:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            places = target.slice if isinstance(target, ast.Subscript) else None
            names = (
                list(map(ast.unparse, places.elts[1:3])) if isinstance(places, ast.Tuple) else []
            )
            if len(names) == 2 and set(names) <= set(others) and names[0] != names[1]:
                return names[0], names[1], kernel
        names = others[:2] if len(others) > 1 else ["i", "j"]
        return names[0], names[1], kernel

    @cached_property
    def taken(self) -> set[str]:
        """All names of the function."""
        return {node.id for node in ast.walk(self.function) if isinstance(node, ast.Name)}

    @cached_property
    def undefined(self) -> set[str]:
        """The names that are read and that nothing defines."""
        read = {node.id for node in self.statements(ast.Name) if isinstance(node.ctx, ast.Load)}
        defined = {node.name for node in self.source.definitions}
        for node in ast.walk(self.source.tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                defined.add(node.id)
            elif isinstance(node, ast.arg):
                defined.add(node.arg)
            elif isinstance(node, ast.alias):
                defined.add((node.asname or node.name).partition(".")[0])
        return read - defined - set(dir(builtins))

    def _range(self, loop: ast.For) -> list[str]:
        """Return the arguments of the range of a loop."""
        return [ast.unparse(part) for part in loop.iter.args]  # type: ignore[attr-defined]

    @cached_property
    def windows(self) -> list[ast.Subscript]:
        """The expressions in loops that take a window from the images."""
        bases = {self.padded, self.own["images"]}
        found = []
        for node in self.statements(ast.Subscript):
            places = node.slice.elts if isinstance(node.slice, ast.Tuple) else []
            is_read = isinstance(node.ctx, ast.Load) and ast.unparse(node.value) in bases
            if is_read and sum(isinstance(part, ast.Slice) for part in places) > 1:
                found.append(node)
        return found
