"""The rule about loops: how many for loops a task may have, and that nothing else loops."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from convpool.check.rules.file_form import places
from convpool.check.rules.pages import rule
from convpool.check.rules.reachable_loops import Walk
from convpool.check.submissions.task_files import Source
from convpool.check.verdicts import Finding, Remark, UncheckedError

_COUNTS = {1: "one for loop", 2: "two for loops", 3: "three for loops"}

# What a loop seems to go over, as its line is written, and how others do without it.
_WITHOUT = {
    r"\b(nc|kernels)\b|kernels\.shape\[(3|-1)\]": "all kernels at once: np.tensordot(windows, "
    "kernels, axes=3)",
    r"\b(c|ch|channels?)\b|shape\[(3|-1)\]": "sum over the channels as well: np.sum(windows * "
    "kernel, axis=(1, 2, 3))",
    r"\b(m|n|images|batch|examples)\b(?!\.shape\[[1-3])|shape\[0\](?<!kernel\.shape\[0\])": (
        "take all images at once: images[:, i:i + kh, j:j + kw]"
    ),
    r"\b(kh|kw|kernel)\b": "multiply a whole window: np.sum(images[:, i:i + kh, j:j + kw] * "
    "kernel, axis=(1, 2))",
}
_NO_OTHER = "loop over i and j alone, and take all images at once: images[:, i:i + kh, j:j + kw]"
_ELSE = "one counter goes over two axes: for t in range(oh * ow): i, j = divmod(t, ow)"


@rule("tree")
def loops(source: Source) -> Iterator[Finding]:
    """A task has at most two for loops (task 5: three), and nothing else loops.

    Why: the rest is NumPy's work. Counted are the loops that the task's function can reach, in
        helpers too, and those
    that run on import; each once, however often a helper is called. Branches of an if exclude each
    other: the one with more loops counts. While, comprehensions, generators, map, filter, reduce,
    recursion, exec, eval, and what calls a function for each element (np.vectorize,
    np.apply_along_axis, np.frompyfunc, np.nditer) are loops of other kinds.

    good:
        def convolve_grayscale_valid(images, kernel):
            for i in range(3):
                for j in range(3):
                    pass
    good:
        def convolve_grayscale_valid(images, kernel):
            if kernel is None:
                for i in range(3):
                    pass
                for j in range(3):
                    pass
            else:
                for t in range(9):
                    i, j = divmod(t, 3)
        if __name__ == '__main__':
            print([convolve_grayscale_valid(None, k) for k in 'ab'])
    bad:
        def convolve_grayscale_valid(images, kernel):
            for image in images:
                for i in range(3):
                    for j in range(3):
                        pass
    bad:
        def row(images):
            for j in range(3):
                pass
        def convolve_grayscale_valid(images, kernel):
            for image in images:
                for i in range(3):
                    row(image)
    bad:
        def convolve_grayscale_valid(images, kernel):
            return [image * kernel for image in images]
    bad:
        def convolve_grayscale_valid(images, kernel):
            return sum(image for image in images)
    bad:
        def convolve_grayscale_valid(images, kernel):
            i = 0
            while i < 3:
                i += 1
    bad:
        def total(n):
            return n + total(n - 1) if n else 0
        def convolve_grayscale_valid(images, kernel):
            return total(9)
    bad:
        import numpy as np
        def convolve_grayscale_valid(images, kernel):
            return np.vectorize(len)(images)
    """
    walk = Walk(source.tree, source.task.function)
    if not walk.is_there:
        raise UncheckedError(
            f"there is no function {source.task.function} whose loops could be counted"
        )
    yield from _too_many(walk, source)
    by_kind: dict[str, set[int]] = {}
    for loop in sorted(walk.others.values(), key=lambda loop: loop.line):
        by_kind.setdefault(loop.words, set()).add(loop.line)
    for kind, lines in by_kind.items():
        first, *more = sorted(lines)
        also = f" (also in {places(more)})" if more else ""
        allowed = f"{_COUNTS[source.task.loops]} are allowed, and no loops of other kinds"
        yield Finding(
            f"{kind} is a loop too{also}: {allowed}. {_NO_OTHER.capitalize()}", line=first
        )
    for call in walk.reentries.values():
        words = (
            f"{ast.unparse(call)[:60]} calls the function itself once, with other arguments; "
            "that is not counted"
        )
        yield Remark(words, line=call.lineno)


def _too_many(walk: Walk, source: Source) -> Iterator[Finding]:
    allowed = source.task.loops
    path = [node for node in walk.path if isinstance(node, ast.For)]
    before = [node.lineno for node in path[:allowed]]
    for node in path[allowed:]:
        words = (
            f"{_written(node)} is one too many: {_COUNTS[allowed]} are allowed, and "
            f"{places(before)} have them"
        )
        yield Finding(f"{words}. {_advice(node, path)}", line=node.lineno)
    if len(walk.written) > allowed >= len(path):
        words = (
            f"{len(walk.written)} for loops are written, but at most {len(path)} lie on one "
            "way through the function"
        )
        yield Remark(
            words, line=min(node.lineno for node in walk.written if isinstance(node, ast.For))
        )


def _written(node: ast.For) -> str:
    text = f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}"
    return text if len(text) <= 60 else f"{text[:57]}..."


def _advice(node: ast.For, path: list[ast.For]) -> str:
    """Say how others do without a loop of the path, this one if it can be."""
    for loop in (node, *path):
        if words := without(loop):
            first = "" if loop is node else f"the loop in line {loop.lineno} is not needed: "
            return (first + words)[0].upper() + (first + words)[1:]
    return _ELSE[0].upper() + _ELSE[1:]


def without(node: ast.For) -> str:
    """Say how others do without a loop, by what it goes over; nothing where it may be the output, as h - kh + 1."""
    over = ast.unparse(node.iter)
    if re.search(r" -|//", over):
        return ""
    return next((words for pattern, words in _WITHOUT.items() if re.search(pattern, over)), "")
