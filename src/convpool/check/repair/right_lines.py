"""Changes that write a function's lines as they should be, in the student's own names.

Letters: m images, h x w pixels, c channels, kh x kw kernel, nc kernels, ph pw padding, sh sw
stride; i j a position in the output; T = (h - 1) * sh + kh - h zeros keep h rows.
A part of a function is its sizes, padding, windows, writes ...; see `_parts`. `Roles` knows what
each of the student's names stands for. A `Change` is a tuple of edits. "Code" is Python code.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import combinations

from convpool.check.repair.edits import Change, Source
from convpool.check.repair.roles import Roles
from convpool.check.tasks import Task


def right_lines(source: Source, task: Task) -> Iterator[Change]:
    """Yield changes that replace or add lines of a function, as its task needs them.

    First those of one part, then each of one part with each of another, then of all parts the k-th
    ones, or their last. There are none if the function has too few parameters.
    """
    roles = Roles(source, task)
    if len(roles.own_names) < len(task.parameters):
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
    """Yield for each part of the function the changes that may make it right."""
    yield _define_missing(roles)
    yield _add_return(roles)
    yield _correct_sizes(roles)
    yield _add_padding(roles)
    yield _correct_zeros(roles)
    yield _set_size_of_same(roles)
    yield _correct_windows(roles)
    yield _correct_kernels(roles)
    yield _correct_writes(roles)
    yield _write_loops(roles)


def _define_missing(roles: Roles) -> Iterator[Change]:
    """Yield changes that define sizes and the output, where nothing defines them.

    Sizes have the brief's letters, which the student uses: m, h, w = images.shape.
    """
    first = next(  # after the docstring
        (one for one in roles.function.body if not isinstance(one, ast.Expr)),
        roles.function.body[0],
    )
    lines = [
        f"{', '.join(letters)} = {holder}"
        for holder, letters in roles.size_holders.items()
        if roles.undefined & set(letters)
    ]
    if lines:
        yield roles.source.insert(first.lineno, first.col_offset, lines)
    yield from _make_missing_output(roles)


def _make_missing_output(roles: Roles) -> Iterator[Change]:
    """Yield the change that makes the output, where no line does, before the loops that fill it.

    With `for i in range(oh)`, `for j in range(ow)` and `return output`, the line that is missing
    is output = np.zeros((m, oh, ow)).
    """
    loops = [node for node in roles.function.body if isinstance(node, ast.For)]
    names = roles.undefined & {
        ast.unparse(node.value) for node in roles.statements(ast.Return) if node.value
    }
    row, column, _ = roles.position
    if not loops or len(names) != 1 or not {row, column} <= roles.loop_by_variable.keys():
        return
    ranges = [roles.range_arguments(roles.loop_by_variable[name]) for name in (row, column)]
    if any(len(arguments) != 1 for arguments in ranges):  # range(0, oh, 2) is no size
        return
    shape = [roles.sizes["m"], *(count for (count,) in ranges)]
    # several kernels give as many channels, pooling leaves them as they are
    if (channels := {5: "nc", 6: "c"}.get(roles.task.number)) is not None:
        shape.append(roles.sizes[channels])
    line = f"{min(names)} = np.zeros(({', '.join(shape)}))"
    yield roles.source.insert(loops[0].lineno, loops[0].col_offset, [line])


def _add_return(roles: Roles) -> Iterator[Change]:
    """Yield the change that adds a return of the output to a function without any return."""
    if roles.output_statement and not roles.statements(ast.Return):
        end, column = roles.function.end_lineno or 0, roles.function.body[0].col_offset
        yield roles.source.insert(end + 1, column, [f"return {roles.output_name}"])


def _each_and_both(changes: Iterable[Change]) -> Iterator[Change]:
    """Yield the changes of rows and of columns that are not (), then both as one change."""
    found = [change for change in changes if change]
    yield from found
    if len(found) == 2:
        yield found[0] + found[1]


# ---- sizes of the output ----


def _size_codes(roles: Roles) -> list[tuple[str, str]]:
    """Return the right (rows, columns) of the output as code, the best guess first."""
    size = roles.sizes
    if roles.is_same_only:
        return [(size["h"], size["w"])]

    def counts(rows: str, columns: str) -> tuple[str, str]:
        """Return code for the numbers of windows on padded axes of these lengths."""
        differences = f"{rows} - {size['kh']}", f"{columns} - {size['kw']}"
        if not roles.has_stride:
            return f"{differences[0]} + 1", f"{differences[1]} + 1"
        return f"({differences[0]}) // {size['sh']} + 1", f"({differences[1]}) // {size['sw']} + 1"

    of_images = counts(size["h"], size["w"])
    if not roles.pad_statement:
        return [counts(f"{roles.padded_name}.shape[1]", f"{roles.padded_name}.shape[2]"), of_images]
    if len(roles.pad_widths) != 2:
        return [of_images]
    of_rows, of_columns = map(_width_sum_code, roles.pad_widths)
    return [counts(f"{size['h']} + {of_rows}", f"{size['w']} + {of_columns}"), of_images]


def _width_sum_code(width: ast.expr) -> str:
    """Return code for the zeros that one pad_width of np.pad, as (ph, ph), adds to an axis."""
    if isinstance(width, ast.Tuple | ast.List) and len(width.elts) == 2:
        before, after = map(ast.unparse, width.elts)
        is_one_name = before == after and before.isidentifier()
        return f"2 * {before}" if is_one_name else f"{before} + {after}"
    return f"sum({ast.unparse(width)})"


def _correct_sizes(roles: Roles) -> Iterator[Change]:
    """Yield changes that compute the output's number of rows, of columns, or both rightly."""
    for counts in _size_codes(roles):
        pairs = zip(roles.output_sizes, counts, strict=False)
        yield from _each_and_both(_set_size(roles, element, count) for element, count in pairs)


def _set_size(roles: Roles, element: ast.expr, code: str) -> Change:
    """Return the change that makes a size of the output the value of `code`.

    element: the size in the output's shape. () if that is a name that is assigned several times.
    """
    if not isinstance(element, ast.Name):
        return (roles.source.replace(element, code),)
    names = {node.id for node in roles.statements(ast.Name) if isinstance(node.ctx, ast.Store)}
    if element.id not in names:
        return _insert_before_output(roles, f"{element.id} = {code}")
    return _set_value(roles, element.id, code, roles.assignments)


def _set_value(roles: Roles, name: str, code: str, statements: list[ast.Assign]) -> Change:
    """Return the change of a name's value to `code`; () unless `statements` assign it just once."""
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


def _add_padding(roles: Roles) -> Iterator[Change]:
    """Yield changes that pad the images, where nothing does, by two names such as ph and pw."""
    images = roles.own_names["images"]
    is_padded = roles.pad_statement or roles.padded_name != images
    if is_padded or not roles.has_padding or not roles.output_statement:
        return
    for rows, columns in _pairs_of_names(roles.assignments):
        if "p" in rows and "p" in columns:
            channels = ", (0, 0)" if roles.has_channels else ""
            widths = f"((0, 0), ({rows}, {rows}), ({columns}, {columns}){channels})"
            yield _insert_before_output(roles, f"{images} = np.pad({images}, {widths}, 'constant')")


def _correct_zeros(roles: Roles) -> Iterator[Change]:
    """Yield changes that assign the zeros of 'same' rightly, on one axis and on both.

    Any two names may be those of the zeros. They get the zeros of one side, or T, which the
    function may halve later.
    """
    size = roles.sizes
    bodies = _assignments_of_same(roles)
    if roles.is_same_only:
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
                yield from _each_and_both(_set_value(roles, *pair, body) for pair in named)


def _assignments_of_same(roles: Roles) -> list[list[ast.Assign]]:
    """Return the assignments in each branch `if padding == 'same'`; of task 1, all assignments."""
    if roles.is_same_only:
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
    """Yield each two names that statements assign, in the order of the text."""
    names = []
    for node in body:
        for target in node.targets:
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            names += [part.id for part in parts if isinstance(part, ast.Name)]
    yield from combinations(dict.fromkeys(names), 2)


def _set_size_of_same(roles: Roles) -> Iterator[Change]:
    """Yield the change that sets the output's size to h x w for 'same', before it is made."""
    names = [element.id for element in roles.output_sizes if isinstance(element, ast.Name)]
    if not roles.has_padding_words or len(names) != 2 or not roles.output_statement:
        return
    sizes = f"{', '.join(names)} = {roles.sizes['h']}, {roles.sizes['w']}"
    condition = f"if {roles.own_names['padding']} == 'same':"
    yield _insert_before_output(roles, condition, f"    {sizes}")


def _insert_before_output(roles: Roles, *lines: str) -> Change:
    """Return the change that inserts lines before the statement that makes the output."""
    output = roles.output_statement
    assert output is not None
    return roles.source.insert(output.lineno, output.col_offset, lines)


# ---- loops ----


def _window_code(roles: Roles, base: str) -> str:
    """Return code for the window at output position (i, j) of an array with the name `base`."""
    size = roles.sizes
    ends = []
    for index, kernel, step in zip(roles.position, ("kh", "kw"), ("sh", "sw"), strict=False):
        start = f"{index} * {size[step]}" if roles.has_stride else index
        ends.append(f"{start}:{start} + {size[kernel]}")
    return f"{base}[:, {ends[0]}, {ends[1]}]"


def _correct_windows(roles: Roles) -> Iterator[Change]:
    """Yield changes of each window that is read to the right one."""
    for node in roles.windows:
        for base in dict.fromkeys((roles.padded_name, ast.unparse(node.value))):
            yield (roles.source.replace(node, _window_code(roles, base)),)


def _correct_kernels(roles: Roles) -> Iterator[Change]:
    """Yield changes to kernels[:, :, :, k] where other parts of the kernels, or all, are used."""
    if not roles.has_many_kernels:
        return
    kernels = roles.own_names["kernels"]
    parts = [node for node in roles.statements(ast.Subscript) if ast.unparse(node.value) == kernels]
    whole = [
        node
        for write in roles.output_writes
        for node in ast.walk(write)
        if isinstance(node, ast.Name) and node.id == kernels
    ]
    for node in (*parts, *whole):
        yield (roles.source.replace(node, _kernel_k_code(roles)),)


def _kernel_k_code(roles: Roles) -> str:
    """Return kernels[:, :, :, k] in the student's names."""
    return f"{roles.own_names['kernels']}[:, :, :, {roles.position[2]}]"


def _kernel_codes(roles: Roles) -> list[str]:
    """Return the codes that one kernel may have in a sum.

    With several kernels, the names that are assigned a part of them, else kernels[:, :, :, k].
    """
    if not roles.has_many_kernels:
        return [roles.own_names["kernel"]]
    names = [
        ast.unparse(node.targets[0])
        for node in roles.assignments
        if isinstance(node.targets[0], ast.Name)
        and ast.unparse(node.value).startswith(f"{roles.own_names['kernels']}[")
    ]
    return names or [_kernel_k_code(roles)]


def _value_codes(roles: Roles, window: str) -> list[str]:
    """Return the codes of an output pixel's value, one for each mode or name of the kernel.

    window: code of the window that it is computed from.
    """
    if roles.is_pooling:
        return [f"np.{name}({window}, axis=(1, 2))" for name in ("max", "mean")]
    axes = "(1, 2, 3)" if roles.has_channels else "(1, 2)"
    return [f"np.sum({window} * {kernel}, axis={axes})" for kernel in _kernel_codes(roles)]


def _target_code(roles: Roles) -> str:
    """Return code for the part of the output that a window is summed to: output[:, i, j]."""
    i, j, k = roles.position
    places = f":, {i}, {j}, {k}" if roles.has_many_kernels else f":, {i}, {j}"
    return f"{roles.output_name}[{places}]"


def _correct_writes(roles: Roles) -> Iterator[Change]:
    """Yield changes of each assignment to a part of the output, output[:, i, j] = value.

    The target, the value or both are replaced.
    """
    target = _target_code(roles)
    for write in roles.output_writes:
        yield (roles.source.replace(write, f"{target} = {roles.source.code(write.value)}"),)
        for window in (*_window_names(roles), _window_code(roles, roles.padded_name)):
            for value in _value_codes(roles, window):
                yield (roles.source.replace(write.value, value),)
                yield (roles.source.replace(write, f"{target} = {value}"),)


def _window_names(roles: Roles) -> list[str]:
    """Return the names that windows are assigned to, each once."""
    named = [
        ast.unparse(node.targets[0])
        for node in roles.assignments
        if node.value in roles.windows and isinstance(node.targets[0], ast.Name)
    ]
    return list(dict.fromkeys(named))


def _write_loops(roles: Roles) -> Iterator[Change]:
    """Yield the change that writes right loops below the statement that makes the output."""
    output, body = roles.output_statement, roles.function.body
    if not output or output not in body or len(roles.output_sizes) < 2:  # or in a branch
        return
    below = body[body.index(output) + 1 :]
    loops = [node for node in below if isinstance(node, ast.For | ast.While)]
    indentation, lines = output.col_offset, _loop_lines(roles)
    if loops:  # all lines from the first loop to the end of the last one are replaced
        last_line = loops[-1].end_lineno or 0
        text = "".join(f"{' ' * indentation}{line}\n" for line in lines)
        yield (roles.source.replace_lines(loops[0].lineno, last_line, text),)
    else:
        yield roles.source.insert((output.end_lineno or 0) + 1, indentation, lines)


def _loop_lines(roles: Roles) -> list[str]:
    """Return the lines of the loops that fill the output."""
    i, j, k = roles.position
    rows, columns = map(ast.unparse, roles.output_sizes)
    window = (*_window_names(roles), "window")[0]
    inner = [f"{window} = {_window_code(roles, roles.padded_name)}"]
    writes = [f"{_target_code(roles)} = {value}" for value in _value_codes(roles, window)]
    if roles.is_pooling:
        mode, (maximum, mean) = roles.own_names["mode"], writes
        inner += [f"if {mode} == 'max':", f"    {maximum}", "else:", f"    {mean}"]
    elif roles.has_many_kernels:
        inner.append(f"for {k} in range({roles.sizes['nc']}):")
        if (kernel := _kernel_codes(roles)[0]).isidentifier():
            inner.append(f"    {kernel} = {_kernel_k_code(roles)}")
        inner.append(f"    {writes[0]}")
    else:
        inner.append(writes[0])
    return [
        f"for {i} in range({rows}):",
        f"    for {j} in range({columns}):",
        *(f"        {line}" for line in inner),
    ]
