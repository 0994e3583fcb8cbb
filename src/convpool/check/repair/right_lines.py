"""The lines that a function needs, in the student's own names, one part after the other.

Letters: m images, h x w pixels, c channels, kh x kw kernel, nc kernels, ph pw padding, sh sw
stride; i j a position in the output; T = (h - 1) * sh + kh - h zeros keep h rows.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import combinations

from convpool.check.repair.edits import Change, Source
from convpool.check.repair.roles import Roles
from convpool.check.tasks import Task


def right_lines(source: Source, task: Task) -> Iterator[Change]:
    """Yield changes that put right lines in the place of the student's: alone, two, and all."""
    roles = Roles(source, task)
    if len(roles.own) < len(task.parameters):
        return  # the signature is the first thing to mend
    parts = [list(part) for part in _parts(roles)]
    for part in parts:
        yield from part
    for one, other in combinations(parts, 2):
        for first in one:
            for second in other:
                yield first + second
    for variant in range(max(map(len, parts), default=0)):
        yield sum((part[min(variant, len(part) - 1)] for part in parts if part), ())


def _parts(roles: Roles) -> Iterator[Iterator[Change]]:
    """Yield the variants of each part of the function."""
    yield _missing(roles)
    yield _return(roles)
    yield _sizes(roles)
    yield _padding(roles)
    yield _zeros(roles)
    yield _size_of_same(roles)
    yield _windows(roles)
    yield _weights(roles)
    yield _stores(roles)
    yield _loops(roles)


def _missing(roles: Roles) -> Iterator[Change]:
    """Yield the lines that define sizes and the output, where nothing defines them.

    Sizes have the brief's letters, which the student uses: m, h, w = images.shape.
    """
    first = next(  # behind the docstring
        (one for one in roles.function.body if not isinstance(one, ast.Expr)),
        roles.function.body[0],
    )
    lines = [
        f"{', '.join(letters)} = {holder}"
        for holder, letters in roles.holders.items()
        if roles.undefined & set(letters)
    ]
    if lines:
        yield roles.source.insert(first.lineno, first.col_offset, lines)
    yield from _missing_output(roles)


def _missing_output(roles: Roles) -> Iterator[Change]:
    """Yield the line that makes the output, where none does, from the loops that fill it.

    Between `for i in range(oh)` and `return output` misses output = np.zeros((m, oh, ow)).
    """
    loops = [node for node in roles.function.body if isinstance(node, ast.For)]
    names = roles.undefined & {
        ast.unparse(node.value) for node in roles.statements(ast.Return) if node.value
    }
    row, column, _ = roles.position
    if not loops or len(names) != 1 or not {row, column} <= roles.loops.keys():
        return
    ranges = [roles.range_of(roles.loops[name]) for name in (row, column)]
    if any(len(arguments) != 1 for arguments in ranges):  # range(0, oh, 2) is no size
        return
    shape = [roles.sizes["m"], *(count for (count,) in ranges)]
    # several kernels give as many channels, pooling leaves them as they are
    if (channels := {5: "nc", 6: "c"}.get(roles.task.number)) is not None:
        shape.append(roles.sizes[channels])
    line = f"{min(names)} = np.zeros(({', '.join(shape)}))"
    yield roles.source.insert(loops[0].lineno, loops[0].col_offset, [line])


def _return(roles: Roles) -> Iterator[Change]:
    """Yield a return of the output at the end of a function without any."""
    if roles.output and not roles.statements(ast.Return):
        end, column = roles.function.end_lineno or 0, roles.function.body[0].col_offset
        yield roles.source.insert(end + 1, column, [f"return {roles.output_name}"])


def _each_and_both(changes: Iterable[Change]) -> Iterator[Change]:
    """Yield the changes of rows and columns alone, without empty ones, and both together."""
    found = [change for change in changes if change]
    yield from found
    if len(found) == 2:
        yield found[0] + found[1]


# ---- sizes of the output ----


def _right_sizes(roles: Roles) -> list[tuple[str, str]]:
    """Return code for the number of rows and of columns, the best guess first."""
    size, number = roles.sizes, roles.task.number
    if number == 1:
        return [(size["h"], size["w"])]

    def counts(rows: str, columns: str) -> tuple[str, str]:
        """Return code for the numbers of windows on axes of these lengths."""
        differences = f"{rows} - {size['kh']}", f"{columns} - {size['kw']}"
        if number < 3:
            return f"{differences[0]} + 1", f"{differences[1]} + 1"
        return f"({differences[0]}) // {size['sh']} + 1", f"({differences[1]}) // {size['sw']} + 1"

    of_images = counts(size["h"], size["w"])
    if not roles.pad:
        return [counts(f"{roles.padded}.shape[1]", f"{roles.padded}.shape[2]"), of_images]
    if len(roles.widths) != 2:
        return [of_images]
    of_rows, of_columns = map(_width_sum, roles.widths)
    return [counts(f"{size['h']} + {of_rows}", f"{size['w']} + {of_columns}"), of_images]


def _width_sum(width: ast.expr) -> str:
    """Return code for the number of zeros that a width of np.pad adds to an axis."""
    if isinstance(width, ast.Tuple | ast.List) and len(width.elts) == 2:
        before, after = map(ast.unparse, width.elts)
        is_one_name = before == after and before.isidentifier()
        return f"2 * {before}" if is_one_name else f"{before} + {after}"
    return f"sum({ast.unparse(width)})"


def _sizes(roles: Roles) -> Iterator[Change]:
    """Yield the right number of rows and of columns, of one and of both."""
    for counts in _right_sizes(roles):
        pairs = zip(roles.shape, counts, strict=False)
        yield from _each_and_both(_size(roles, element, count) for element, count in pairs)


def _size(roles: Roles, element: ast.expr, code: str) -> Change:
    """Return the change that sets a size of the output, where its name is set only once."""
    if not isinstance(element, ast.Name):
        return (roles.source.replace(element, code),)
    names = {node.id for node in roles.statements(ast.Name) if isinstance(node.ctx, ast.Store)}
    if element.id not in names:
        return _before_output(roles, [f"{element.id} = {code}"])
    return _assigned(roles, element.id, code, roles.assignments)


def _assigned(roles: Roles, name: str, code: str, statements: list[ast.Assign]) -> Change:
    """Return the change that gives a name another value; () if it is not set just once."""
    values: list[ast.expr] = []
    for node in statements:
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(target.elts, node.value.elts, strict=False)
                values += [value for part, value in pairs if ast.unparse(part) == name]
            elif ast.unparse(target) == name and len(node.targets) == 1:
                values.append(node.value)
    return (roles.source.replace(values[0], code),) if len(values) == 1 else ()


# ---- padding ----


def _padding(roles: Roles) -> Iterator[Change]:
    """Yield a padding of the images where there is none, by each pair of names."""
    is_padded = roles.padded != roles.own["images"]
    if roles.pad or is_padded or roles.task.number in (0, 6) or not roles.output:
        return
    images = roles.own["images"]
    for rows, columns in _pairs_of_names(roles.assignments):
        if "p" in rows and "p" in columns:
            channels = ", (0, 0)" if roles.task.number > 3 else ""
            widths = f"((0, 0), ({rows}, {rows}), ({columns}, {columns}){channels})"
            yield _before_output(roles, [f"{images} = np.pad({images}, {widths}, 'constant')"])


def _zeros(roles: Roles) -> Iterator[Change]:
    """Yield the right zeros of 'same' for the names that np.pad gets, on each axis and on both.

    Equal numbers on both sides, or T itself where the function halves it.
    """
    size = roles.sizes
    bodies = _same_bodies(roles)
    if roles.task.number == 1:
        formulas = ["{k} // 2", "({k} - 1) // 2", "{k} - 1"]
    else:
        total = "({n} - 1) * {s} + {k} - {n}"
        formulas = [f"({total} + 1) // 2", total, f"({total}) // 2"]
    for formula in formulas:
        rows = formula.format(n=size["h"], k=size["kh"], s=size.get("sh", 1))
        columns = formula.format(n=size["w"], k=size["kw"], s=size.get("sw", 1))
        for body in bodies:
            for node in body:
                if len(node.targets) == 2:  # ph = pw = 1
                    names = ", ".join(map(ast.unparse, node.targets))
                    yield (roles.source.replace(node, f"{names} = {rows}, {columns}"),)
            for first, second in _pairs_of_names(body):
                named = ((first, rows), (second, columns))
                yield from _each_and_both(_assigned(roles, *pair, body) for pair in named)


def _same_bodies(roles: Roles) -> list[list[ast.Assign]]:
    """Return the assignments of each branch of 'same'; of task 1 those of the function."""
    if roles.task.number == 1:
        return [roles.assignments]
    return [
        [
            part
            for statement in node.body
            for part in ast.walk(statement)
            if isinstance(part, ast.Assign)
        ]
        for node in roles.statements(ast.If)
        if "'same'" in ast.unparse(node.test)
    ]


def _pairs_of_names(body: list[ast.Assign]) -> Iterator[tuple[str, str]]:
    """Yield pairs of names that a branch sets, in the order of the text: of rows and columns."""
    names = []
    for node in body:
        for target in node.targets:
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            names += [part.id for part in parts if isinstance(part, ast.Name)]
    yield from combinations(dict.fromkeys(names), 2)


def _size_of_same(roles: Roles) -> Iterator[Change]:
    """Yield lines before the output is made: with 'same' it has h rows and w columns."""
    names = [element.id for element in roles.shape if isinstance(element, ast.Name)]
    if roles.task.number not in (3, 4, 5) or len(names) != 2 or not roles.output:
        return
    sizes = f"{', '.join(names)} = {roles.sizes['h']}, {roles.sizes['w']}"
    yield _before_output(roles, [f"if {roles.own['padding']} == 'same':", f"    {sizes}"])


def _before_output(roles: Roles, lines: list[str]) -> Change:
    """Return the change that puts lines before the statement that makes the output."""
    assert roles.output is not None
    return roles.source.insert(roles.output.lineno, roles.output.col_offset, lines)


# ---- loops ----


def _window(roles: Roles, base: str) -> str:
    """Return code for the window of a position."""
    size = roles.sizes
    ends = []
    for at, kernel, step in zip(roles.position, ("kh", "kw"), ("sh", "sw"), strict=False):
        start = at if roles.task.number < 3 else f"{at} * {size[step]}"
        ends.append(f"{start}:{start} + {size[kernel]}")
    return f"{base}[:, {ends[0]}, {ends[1]}]"


def _windows(roles: Roles) -> Iterator[Change]:
    """Yield the right window in the place of each one that is taken."""
    for node in roles.windows:
        for base in dict.fromkeys((roles.padded, ast.unparse(node.value))):
            yield (roles.source.replace(node, _window(roles, base)),)


def _weights(roles: Roles) -> Iterator[Change]:
    """Yield kernel number k of several, where a part of them is taken or all are."""
    if roles.task.number != 5:
        return
    kernels = roles.own["kernels"]
    parts = [node for node in roles.statements(ast.Subscript) if ast.unparse(node.value) == kernels]
    whole = [
        node
        for store in roles.stores
        for node in ast.walk(store)
        if isinstance(node, ast.Name) and node.id == kernels
    ]
    for node in (*parts, *whole):
        yield (roles.source.replace(node, _kernel_k(roles)),)


def _kernel_k(roles: Roles) -> str:
    """Return code for kernel number k of several."""
    return f"{roles.own['kernels']}[:, :, :, {roles.position[2]}]"


def _kernel_codes(roles: Roles) -> list[str]:
    """Return code for the kernel of a sum: of several kernels, the names that one of them gets."""
    if roles.task.number != 5:
        return [roles.own["kernel"]]
    names = [
        ast.unparse(node.targets[0])
        for node in roles.assignments
        if isinstance(node.targets[0], ast.Name)
        and ast.unparse(node.value).startswith(f"{roles.own['kernels']}[")
    ]
    return names or [_kernel_k(roles)]


def _values(roles: Roles, window: str) -> list[str]:
    """Return code for a value of the output, computed from a window: one way or several."""
    if roles.task.number == 6:
        return [f"np.{name}({window}, axis=(1, 2))" for name in ("max", "mean")]
    axes = "(1, 2)" if roles.task.number < 4 else "(1, 2, 3)"
    return [f"np.sum({window} * {kernel}, axis={axes})" for kernel in _kernel_codes(roles)]


def _place(roles: Roles) -> str:
    """Return code for the part of the output that a window gives."""
    i, j, k = roles.position
    places = f":, {i}, {j}, {k}" if roles.task.number == 5 else f":, {i}, {j}"
    return f"{roles.output_name}[{places}]"


def _stores(roles: Roles) -> Iterator[Change]:
    """Yield right assignments to the output in the place of each that there is.

    Of output[:, i, j] = value the place, the value or both may be wrong.
    """
    place = _place(roles)
    for store in roles.stores:
        yield (roles.source.replace(store, f"{place} = {roles.source.code(store.value)}"),)
        for window in (*_window_names(roles), _window(roles, roles.padded)):
            for value in _values(roles, window):
                yield (roles.source.replace(store.value, value),)
                yield (roles.source.replace(store, f"{place} = {value}"),)


def _window_names(roles: Roles) -> list[str]:
    """Return the names that windows are given, each once."""
    named = [
        ast.unparse(node.targets[0])
        for node in roles.assignments
        if node.value in roles.windows and isinstance(node.targets[0], ast.Name)
    ]
    return list(dict.fromkeys(named))


def _loops(roles: Roles) -> Iterator[Change]:
    """Yield all loops, in the place of those behind the output, or where there are none."""
    if not roles.output or len(roles.shape) < 2:
        return
    body = roles.function.body
    if roles.output not in body:
        return
    behind = body[body.index(roles.output) + 1 :]
    loops = [node for node in behind if isinstance(node, ast.For | ast.While)]
    column, lines = roles.output.col_offset, _all_loops(roles)
    if loops:
        last = max(node.end_lineno or 0 for node in loops)
        text = "".join(f"{' ' * column}{line}\n" for line in lines)
        yield (roles.source.lines(loops[0].lineno, last, text),)
    else:
        yield roles.source.insert((roles.output.end_lineno or 0) + 1, column, lines)


def _all_loops(roles: Roles) -> list[str]:
    """Return the lines of all loops of a task."""
    i, j, k = roles.position
    rows, columns = map(ast.unparse, roles.shape)
    window = (*_window_names(roles), "window")[0]
    inner = [f"{window} = {_window(roles, roles.padded)}"]
    stores = [f"{_place(roles)} = {value}" for value in _values(roles, window)]
    if roles.task.number == 6:
        greatest, mean = stores
        inner += [f"if {roles.own['mode']} == 'max':", f"    {greatest}", "else:", f"    {mean}"]
    elif roles.task.number == 5:
        inner.append(f"for {k} in range({roles.sizes['nc']}):")
        if (kernel := _kernel_codes(roles)[0]).isidentifier():
            inner.append(f"    {kernel} = {_kernel_k(roles)}")
        inner.append(f"    {stores[0]}")
    else:
        inner.append(stores[0])
    return [
        f"for {i} in range({rows}):",
        f"    for {j} in range({columns}):",
        *(f"        {line}" for line in inner),
    ]
