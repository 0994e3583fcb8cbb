"""The rule about loops: a task has a number of for loops, and no other loops.

What counts as a loop is listed in `loop_kinds`; `reachable_loops` finds them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from convpool.check.rules.analysis.phrases import also_in, list_lines
from convpool.check.rules.analysis.reachable_loops import ReachableLoops
from convpool.check.rules.rule import rule
from convpool.check.submissions.task_files import TaskFile
from convpool.check.verdicts import Finding, Remark, UncheckedError

# number -> words
_COUNTS = {1: "one for loop", 2: "two for loops", 3: "three for loops"}

# pattern in the code of what a loop runs over -> how to do without the loop; the first one that is
# found counts
_ADVICE = {
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
_GENERAL_ADVICE = "one counter runs over two axes: for t in range(oh * ow): i, j = divmod(t, ow)"
_OTHER_LOOPS_ADVICE = (
    "Loop over i and j alone, and take all images at once: images[:, i:i + kh, j:j + kw]"
)


@rule("tree")
def loops(file: TaskFile) -> Iterator[Finding]:
    """A task has at most two for loops (task 5: three), and nothing else loops.

    Why: NumPy does the rest. The loops that count are those that the task's function can reach, in
        helpers too, and those that run on import; each counts once, however often a helper is
        called. Branches of an if exclude each other: the one with more loops counts. While,
        comprehensions, generators, map, filter, reduce, recursion, exec, eval, and what calls a
        function for each element (np.vectorize, np.apply_along_axis, np.frompyfunc, np.nditer) are
        loops of other kinds.

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
    reachable = ReachableLoops(file.tree, file.task.function)
    if not reachable.has_function:
        raise UncheckedError(
            f"there is no function {file.task.function} whose loops could be counted"
        )
    yield from _too_many(reachable, file.task.loops)
    lines_by_kind: dict[str, set[int]] = {}
    for loop in sorted(reachable.other_loops.values(), key=lambda loop: loop.line):
        lines_by_kind.setdefault(loop.words, set()).add(loop.line)
    for kind, lines in lines_by_kind.items():
        first_line, *other_lines = sorted(lines)
        allowed = f"{_COUNTS[file.task.loops]} are allowed, and no loops of other kinds"
        words = f"{kind} is a loop too{also_in(other_lines)}: {allowed}. {_OTHER_LOOPS_ADVICE}"
        yield Finding(words, line=first_line)
    for call in reachable.reentries.values():
        words = (
            f"{ast.unparse(call)[:60]} calls the function itself once, with other arguments; "
            "that is not counted"
        )
        yield Remark(words, line=call.lineno)


def _too_many(reachable: ReachableLoops, allowed: int) -> Iterator[Finding]:
    """Yield a finding for each for loop beyond the allowed number on the path with most of them.

    If that path is short enough but more loops can be reached on several paths: one remark.
    """
    path = [node for node in reachable.path if isinstance(node, ast.For)]
    allowed_lines = [node.lineno for node in path[:allowed]]
    for node in path[allowed:]:
        words = (
            f"{_header(node)} is one too many: {_COUNTS[allowed]} are allowed, and "
            f"{list_lines(allowed_lines)} have them"
        )
        yield Finding(f"{words}. {_advice(node, path)}", line=node.lineno)
    lines = [node.lineno for node in reachable.for_loops if isinstance(node, ast.For)]
    if len(lines) > allowed >= len(path):
        words = (
            f"{len(lines)} for loops are written, but at most {len(path)} lie on one "
            "way through the function"
        )
        yield Remark(words, line=min(lines))


def _header(node: ast.For) -> str:
    """Return "for ... in ..." of a loop, cut to 60 characters."""
    text = f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}"
    return text if len(text) <= 60 else f"{text[:57]}..."


def _advice(node: ast.For, path: list[ast.For]) -> str:
    """Return a sentence: how to do without this loop, else without another loop of the path.

    General advice if nothing is known about any of them.
    """
    for loop in (node, *path):
        if advice := advice_against(loop):
            prefix = "" if loop is node else f"the loop in line {loop.lineno} is not needed: "
            return _with_capital(prefix + advice)
    return _with_capital(_GENERAL_ADVICE)


def _with_capital(words: str) -> str:
    """Return words with a capital first letter, the rest unchanged."""
    return words[0].upper() + words[1:]


def advice_against(node: ast.For) -> str:
    """Return how to do without a loop, by what it runs over; "" if nothing is known.

    "" also if it may run over the output, which is allowed, as range(h - kh + 1) does.
    """
    iterable = ast.unparse(node.iter)
    # a difference or a floor division: a size of the output
    if re.search(r" -|//", iterable):
        return ""
    return next((words for pattern, words in _ADVICE.items() if re.search(pattern, iterable)), "")
