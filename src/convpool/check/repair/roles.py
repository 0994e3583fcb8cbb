"""What the names in a student's function stand for: sizes, padding, output, loops, window.

Letters: m images, h x w pixels, c channels, kh x kw kernel, nc kernels, ph pw padding, sh sw
stride; i j a position in the output, k the number of a kernel.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from functools import cached_property

from convpool.check.repair.edits import Source
from convpool.check.tasks import SIZES, Task

_MAKERS = ("zeros", "empty", "ones", "full")


class Roles:
    """The parts of one function by their roles, mostly as code in the student's own names."""

    def __init__(self, source: Source, task: Task) -> None:
        self.source, self.task, self.function = source, task, source.function
        # the brief's name of a parameter -> the student's
        parameters = [argument.arg for argument in self.function.args.args]
        self.own_names = dict(zip(task.parameters, parameters, strict=False))
        # what the task is about
        self.is_same_only = task.number == 1
        self.has_padding = task.number not in (0, 6)
        self.has_padding_words = task.number in (3, 4, 5)  # 'same' and 'valid'
        self.has_stride = task.number >= 3
        self.has_channels = task.number >= 4
        self.has_many_kernels = task.number == 5
        self.is_pooling = task.number == 6

    # ---- sizes ----

    @cached_property
    def size_holders(self) -> dict[str, tuple[str, ...]]:
        """Code of a tuple of sizes -> their letters: "images.shape" -> ("m", "h", "w")."""
        return {
            f"{own_name}.shape"
            if parameter in ("images", "kernel", "kernels")
            else own_name: tuple(
                letter for letter in SIZES[parameter] if letter != "c" or self.has_channels
            )
            for parameter, own_name in self.own_names.items()
            if parameter in SIZES
        }

    @cached_property
    def sizes(self) -> dict[str, str]:
        """The letter of a size -> the student's name of it; without a name, "kernel.shape[0]"."""
        code: dict[str, str] = {}
        for holder, letters in self.size_holders.items():
            for axis, letter in enumerate(letters):
                code.setdefault(letter, f"{holder}[{axis}]")
        # a name that is the letter itself, however it got its value
        same = {letter: letter for letter in code if letter in self.all_names}
        return code | same | dict(self._named_sizes())

    def _named_sizes(self) -> Iterator[tuple[str, str]]:
        """Yield (letter, name) for each size that an assignment gives a name."""
        for node in self.assignments:
            target, value = node.targets[0], ast.unparse(node.value)
            for holder, letters in self.size_holders.items():
                if isinstance(target, ast.Tuple) and value == holder:  # h, w = images.shape
                    yield from zip(letters, map(ast.unparse, target.elts), strict=False)
                elif isinstance(target, ast.Name):  # h = images.shape[1]
                    for axis, letter in enumerate(letters):
                        if value == f"{holder}[{axis}]":
                            yield letter, target.id

    # ---- statements ----

    def statements(self, kind: type) -> list:  # type: ignore[type-arg]
        """Return the nodes of one kind in the function, in the order of the text."""
        found = [node for node in ast.walk(self.function) if isinstance(node, kind)]
        return sorted(found, key=lambda node: (node.lineno, node.col_offset))

    @cached_property
    def assignments(self) -> list[ast.Assign]:
        """The assignments by = in the function."""
        return self.statements(ast.Assign)

    @cached_property
    def pad_statement(self) -> ast.Assign | None:
        """The first statement that pads the images by np.pad."""
        for node in self.assignments:
            if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "np.pad":
                return node
        return None

    @cached_property
    def pad_widths(self) -> list[ast.expr]:
        """The pad_width that np.pad gets for the rows and for the columns: [(ph, ph), (pw, pw)].

        [] if pad_width is not written out as a tuple or list.
        """
        call = self.pad_statement.value if self.pad_statement else None
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
    def padded_name(self) -> str:
        """The name of the padded images; the name of the images if nothing is padded.

        They are padded by np.pad, or as padded[:, ph:-ph, pw:-pw] = images.
        """
        if self.pad_statement:
            return ast.unparse(self.pad_statement.targets[0])
        for node in self.assignments:
            target = node.targets[0]
            if (
                isinstance(target, ast.Subscript)
                and ast.unparse(node.value) == self.own_names["images"]
            ):
                return ast.unparse(target.value)
        return self.own_names["images"]

    @cached_property
    def output_statement(self) -> ast.Assign | None:
        """The statement that makes the array that is returned, as output = np.zeros((m, oh, ow)).

        In a function without a return, the last one that makes an array of three axes or more.
        """
        returned = {ast.unparse(node.value) for node in self.statements(ast.Return) if node.value}
        for node in reversed(self.assignments):
            match node.value:
                case ast.Call(function, [ast.Tuple(shape), *_]) if len(shape) > 2:
                    name = ast.unparse(function).rpartition(".")[2]
                    is_returned = not returned or ast.unparse(node.targets[0]) in returned
                    if name in _MAKERS and is_returned:
                        return node
        return None

    @property
    def output_name(self) -> str:
        """The name of the array that is returned; "" if no statement makes it."""
        return ast.unparse(self.output_statement.targets[0]) if self.output_statement else ""

    @cached_property
    def output_sizes(self) -> list[ast.expr]:
        """The numbers of rows and of columns in the shape of the output; [] without an output."""
        match self.output_statement:
            case ast.Assign(value=ast.Call(args=[ast.Tuple(shape), *_])):
                return shape[1:3]
        return []

    @cached_property
    def loop_by_variable(self) -> dict[str, ast.For]:
        """The variable of each loop over a range -> the loop."""
        return {
            ast.unparse(node.target): node
            for node in self.statements(ast.For)
            if isinstance(node.iter, ast.Call) and ast.unparse(node.iter.func) == "range"
        }

    @cached_property
    def output_writes(self) -> list[ast.Assign | ast.AugAssign]:
        """The statements that write a part of the output, as output[:, i, j] = ... does."""
        return [
            node
            for node in (*self.assignments, *self.statements(ast.AugAssign))
            if isinstance(target := _target(node), ast.Subscript)
            and ast.unparse(target.value) == self.output_name
        ]

    @cached_property
    def position(self) -> tuple[str, str, str]:
        """The variables (i, j, k) of the loops over rows, columns and kernels.

        For a loop that is missing, a variable that it could have.
        """
        over_kernels = (
            name
            for name, loop in self.loop_by_variable.items()
            if self.sizes.get("nc", "") in self.range_arguments(loop)
        )
        free = (name for name in "knz" if name not in self.all_names)
        k = next(over_kernels, None) or next(free, "kernel_number")
        others = [name for name in self.loop_by_variable if name != k]
        for node in self.output_writes:
            match _target(node):
                case ast.Subscript(slice=ast.Tuple([_, row, column, *_])):
                    i, j = ast.unparse(row), ast.unparse(column)
                    if i != j and {i, j} <= set(others):
                        return i, j, k
        i, j = others[:2] if len(others) > 1 else ("i", "j")
        return i, j, k

    @cached_property
    def all_names(self) -> set[str]:
        """All names of the function."""
        return {node.id for node in ast.walk(self.function) if isinstance(node, ast.Name)}

    @cached_property
    def undefined(self) -> set[str]:
        """The names that the function reads and that nothing in the file defines."""
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

    def range_arguments(self, loop: ast.For) -> list[str]:
        """Return the arguments of range in `for i in range(...)`, as code."""
        return [ast.unparse(part) for part in loop.iter.args]  # type: ignore[attr-defined]

    @cached_property
    def windows(self) -> list[ast.Subscript]:
        """The expressions that read a window of the images: images[:, i:i + kh, j:j + kw]."""
        bases = {self.padded_name, self.own_names["images"]}
        found = []
        for node in self.statements(ast.Subscript):
            places = node.slice.elts if isinstance(node.slice, ast.Tuple) else []
            is_read = isinstance(node.ctx, ast.Load) and ast.unparse(node.value) in bases
            if is_read and sum(isinstance(part, ast.Slice) for part in places) > 1:
                found.append(node)
        return found


def _target(node: ast.Assign | ast.AugAssign) -> ast.expr:
    """Return what an assignment sets, the first of a = b = 0."""
    return node.targets[0] if isinstance(node, ast.Assign) else node.target
