"""Broken submissions, one defect each: what is changed, and the only thing that the checker may find.

Each starts from the project's own seven files, with the files of a right style laid over them (see right/). A change
of text must find its place exactly once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Change = Callable[[Path], None]  # of the task's file, in place


@dataclass(frozen=True)
class Broken:
    """One defect, and the items that it makes fail."""

    name: str
    task: int | None  # whose file it is in; None: the folder
    items: str  # all that must fail, in any order: names of rules or of parts of the behaviour
    change: Change
    base: str = "pixel_sum"
    reading: str = (
        ""  # of every behaviour that fails; several, behind " or ", where they are one at stride 1
    )
    code: str = ""  # of every pycodestyle finding
    unchecked: str = ""  # what cannot be looked at as a consequence
    since: tuple[int, ...] = ()  # the Python from which on the file loads all the same
    raises: bool = False  # where arguments are such that it cannot even be computed

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


def text(*edits: str) -> Change:
    """Change old -> new, old -> new, ..., each of which stands there exactly once."""

    def change(path: Path) -> None:
        source = path.read_text(encoding="utf-8")
        for old, new in zip(edits[::2], edits[1::2], strict=True):
            assert source.count(old) == 1, f"{path.name} has {source.count(old)} times {old!r}"
            source = source.replace(old, new)
        path.write_bytes(source.encode())

    return change


def everywhere(old: str, new: str) -> Change:
    """Change old -> new wherever it stands."""

    def change(path: Path) -> None:
        source = path.read_text(encoding="utf-8")
        assert old in source
        path.write_bytes(source.replace(old, new).encode())

    return change


def as_bytes(change: Callable[[bytes], bytes]) -> Change:
    """Change the bytes of a file."""

    def changed(path: Path) -> None:
        before = path.read_bytes()
        assert change(before) != before
        path.write_bytes(change(before))

    return changed


def below(head: str, *lines: str) -> Change:
    """Add lines below the line that begins with head."""
    return as_bytes(
        lambda data: b"".join(
            line + ("\n".join(lines) + "\n").encode() if line.startswith(head.encode()) else line
            for line in data.splitlines(keepends=True)
        )
    )


# ---- rules ----

LOOP = "    for i in range(new_h):\n"
INNER = "        for j in range(new_w):\n"
SUM_0 = """            convolved[:, i, j] = np.sum(
                images[:, i:i + kh, j:j + kw] * kernel, axis=(1, 2))
"""
PIXEL_0 = f"{LOOP}{INNER}{SUM_0}"
TAP_0 = "            result += kernel[y, x] * images[:, y:y + rows, x:x + columns]\n"
DOCSTRING_0 = '''    """
    Performs a valid convolution on grayscale images
    images: numpy.ndarray (m, h, w)
    kernel: numpy.ndarray (kh, kw)
    Returns: numpy.ndarray containing the convolved images
    """
'''
FIRST = "#!/usr/bin/env python3\n"

FILES = (
    Broken("another interpreter", 0, "first-line", text(FIRST, "#!/usr/bin/python3\n")),
    Broken("python without 3", 2, "first-line", text(FIRST, "#!/usr/bin/env python\n")),
    Broken("no first line", 5, "first-line", text(FIRST, "")),
    Broken("a blank in the first line", 6, "first-line", text(FIRST, "#! /usr/bin/env python3\n")),
    Broken("no run bit", 3, "run-bit", lambda path: path.chmod(0o644)),
    Broken("line ends of Windows", 1, "line-ends", as_bytes(lambda data: data.replace(b"\n", b"\r\n"))),
    Broken("one line end of Windows", 4, "line-ends", as_bytes(lambda data: data.replace(b"np\n", b"np\r\n", 1))),
    Broken("no final newline", 6, "final-newline", as_bytes(bytes.rstrip)),
    Broken("byte order mark", 0, "utf8", as_bytes(lambda data: b"\xef\xbb\xbf" + data)),
    Broken(
        "letters of Windows",
        2,
        "utf8 loads",
        as_bytes(lambda data: data.replace(b"padding\n", b"padding \xe9\n", 1)),
        unchecked="tree behaviour",
    ),
    Broken("no README", None, "readme", lambda path: (path.parent / "README.md").unlink()),
    Broken("an empty README", None, "readme", lambda path: (path.parent / "README.md").write_text("\n") and None),
    Broken("a file is missing", 4, "file", lambda path: path.unlink(), unchecked="behaviour"),
    Broken(
        "a file is misnamed", 2, "file", lambda path: path.rename(path.parent / path.name.replace("-", "_")) and None,
        unchecked="behaviour",
    ),
    Broken("an empty file", 1, "file", lambda path: path.write_bytes(b"") and None, unchecked="behaviour"),
)  # fmt: skip

DOCSTRINGS = (
    Broken("no docstring of the module", 0, "module-docstring", text('"""Valid convolution"""\n', "")),
    Broken("a comment for a docstring", 3, "module-docstring", text('"""Strided convolution"""', "# Strided convolution")),
    Broken("a docstring that comes late", 6, "module-docstring", text('"""Pooling"""\nimport numpy as np\n', 'import numpy as np\n"""Pooling"""\n')),
    Broken("no docstring of the function", 0, "function-docstring", text(DOCSTRING_0, "")),
    Broken("an empty docstring", 0, "function-docstring", text(DOCSTRING_0, '    """ """\n')),
    Broken("no docstring of an inner function", 4, "function-docstring", text('        """Return the images with zeros around."""\n', ""), "helpers_documented"),
    Broken("no docstring of a helper", 6, "function-docstring", text('    """Return the maximum over rows and columns."""\n', ""), "helpers_documented"),
    Broken("no docstring of a method", 6, "function-docstring", text('        """The maximum."""\n', ""), "class_with_docstrings"),
    Broken("no docstring of a class", 3, "class-docstring", text('    """One axis: its size, its padding, its windows."""\n\n', ""), "class_with_docstrings"),
)  # fmt: skip

NAMES = (
    Broken("numpy under its own name", 1, "imports", everywhere("np", "numpy"), "numpy_itself"),
    Broken("another alias", 2, "imports", everywhere("np", "xp"), "numpy_itself"),
    Broken("a function of math", 3, "imports", below("import numpy", "from math import sqrt")),
    Broken("the whole of math", 4, "imports", below("import numpy", "import math")),
    Broken("a star", 0, "imports", below("import numpy", "from math import *")),
    Broken("scipy", 0, "imports loads", below("import numpy", "from scipy import signal"), unchecked="behaviour"),
    Broken("an import inside a function", 6, "imports", text("    m, h, w, c = images.shape\n", "    import sys\n    m, h, w, c = images.shape\n")),
    Broken("an import by a call", 5, "imports", text("    sh, sw = stride\n", "    sh, sw = stride\n    math = __import__('math')\n")),
    Broken("np.convolve", 0, "no-np-convolve", text("    return convolved\n", "    np.convolve([1, 2], [1])\n    return convolved\n")),
    Broken("np.convolve under another name", 0, "no-np-convolve", text("    return convolved\n", "    slide = np.convolve\n    slide([1, 2], [1])\n    return convolved\n")),
    Broken("np.convolve by getattr", 0, "no-getattr", text("    return convolved\n", "    getattr(np, 'con' + 'volve')([1, 2], [1])\n    return convolved\n")),
    Broken("a function of numpy by getattr", 6, "no-getattr", text("np.max(window, axis=(1, 2))", "getattr(np, mode)(window, axis=(1, 2))")),
    Broken("what NumPy 1.19 lacks", 0, "numpy-names valid", text(
        PIXEL_0,
        "    windows = np.lib.stride_tricks.sliding_window_view(\n        images, (kh, kw), axis=(1, 2))\n"
        "    convolved += np.sum(windows * kernel, axis=(3, 4))\n",
    ), unchecked="input-unchanged"),
)  # fmt: skip

SIGNATURES = (
    Broken("another default stride", 3, "signature valid padding same", text("stride=(1, 1)):", "stride=(2, 2)):")),
    Broken("another default mode", 6, "signature max", text("mode='max'):", "mode='avg'):")),
    Broken("no default", 6, "signature max", text("mode='max'):", "mode):")),
    Broken("another parameter", 0, "signature", text("valid(images, kernel):", "valid(images, weights):", "    kh, kw = kernel.shape", "    kernel = weights\n    kh, kw = kernel.shape")),
    Broken("one parameter more", 1, "signature", text("same(images, kernel):", "same(images, kernel, stride=1):")),
    Broken("another name of the function", 5, "signature loads", text("def convolve(", "def convolve_images("), unchecked="behaviour loops"),
    Broken("the function inside another", 4, "signature loads", text("def convolve_channels(", "def convolve_many("), unchecked="behaviour loops"),
    Broken("any arguments", 0, "signature", text("valid(images, kernel):", "valid(*arrays):", "    m, h, w = images.shape", "    images, kernel = arrays\n    m, h, w = images.shape")),
)  # fmt: skip

LOOPS = (
    Broken("a loop over images", 0, "loops", text(SUM_0, """            for n in range(m):
                convolved[n, i, j] = np.sum(
                    images[n, i:i + kh, j:j + kw] * kernel)
""")),
    Broken("four loops in task 5", 5, "loops", text("""                convolved[:, i, j, k] = np.sum(
                    window * kernels[:, :, :, k], axis=(1, 2, 3))
""", """                for n in range(m):
                    convolved[n, i, j, k] = np.sum(
                        window[n] * kernels[:, :, :, k])
""")),
    Broken("a while loop", 0, "loops", text(LOOP, "    i = -1\n    while i < new_h - 1:\n        i += 1\n")),
    Broken("a loop that fills nothing", 6, "loops", text("    return pooled\n", "    for n in range(m):\n        pass\n    return pooled\n")),
    Broken("a comprehension", 0, "loops", text(PIXEL_0, """    for i in range(new_h):
        convolved[:, i] = np.stack([np.sum(
            images[:, i:i + kh, j:j + kw] * kernel, axis=(1, 2))
            for j in range(new_w)], axis=1)
""")),
    Broken("a generator in sum", 0, "loops", text(SUM_0, """            convolved[:, i, j] = sum(
                (images[:, i + u, j:j + kw] * kernel[u]).sum(axis=1)
                for u in range(kh))
""")),
    Broken("a map", 0, "loops", text(PIXEL_0, """    for i in range(new_h):
        convolved[:, i] = np.stack(list(map(lambda j: np.sum(
            images[:, i:i + kh, j:j + kw] * kernel, axis=(1, 2)),
            range(new_w))), axis=1)
""")),
    Broken("a recursion", 0, "loops", text(PIXEL_0, '''
    def rows_from(i):
        """Fill row i and those below."""
        if i == new_h:
            return
        for j in range(new_w):
            convolved[:, i, j] = np.sum(
                images[:, i:i + kh, j:j + kw] * kernel, axis=(1, 2))
        rows_from(i + 1)

    rows_from(0)
''')),
    Broken("np.vectorize", 0, "loops", text(PIXEL_0, '''
    def pixel(n, i, j):
        """Return one number."""
        return np.sum(images[n, i:i + kh, j:j + kw] * kernel, dtype=float)

    n, i, j = np.indices(convolved.shape)
    convolved += np.vectorize(pixel)(n, i, j)
''')),
    Broken("np.nditer", 0, "loops", text(PIXEL_0, """    view = np.nditer(convolved, ['multi_index'], ['writeonly'])
    for pixel in view:
        n, i, j = view.multi_index
        pixel[...] = np.sum(images[n, i:i + kh, j:j + kw] * kernel)
""")),
    Broken("np.apply_along_axis", 6, "loops", text("np.max(window, axis=(1, 2))", "np.apply_along_axis(\n                    np.max, 1, window.reshape(m, kh * kw, c))")),
    Broken("exec", 0, "loops", text(PIXEL_0, """    exec('''for i in range(new_h):
    for j in range(new_w):
        convolved[:, i, j] = np.sum(
            images[:, i:i + kh, j:j + kw] * kernel, axis=(1, 2))''',
         {'np': np, 'images': images, 'kernel': kernel, 'convolved': convolved,
          'new_h': new_h, 'new_w': new_w, 'kh': kh, 'kw': kw})
""")),
    Broken("eval", 6, "loops", text("        for j in range(new_w):\n", "        for j in eval('range(new_w)', {'new_w': new_w}):\n")),
    Broken("a loop in a helper", 0, "loops", text(
        SUM_0,
        "            convolved[:, i, j] = total(images, kernel, i, j)\n",
        "\n\ndef convolve_grayscale_valid",
        '''

def total(images, kernel, i, j):
    """Add the rows of one window."""
    kh, kw = kernel.shape
    added = 0
    for u in range(kh):
        row = images[:, i + u, j:j + kw] * kernel[u]
        added = added + row.sum(axis=1)
    return added


def convolve_grayscale_valid''',
    )),
    Broken("loops one after the other", 2, "loops", text("    return convolved\n", "    for n in range(m):\n        convolved[n] += 0\n    return convolved\n")),
)  # fmt: skip

SYNTAX = (
    Broken("a match statement", 6, "syntax loads", text(
        "            if mode == 'max':\n                pooled[:, i, j, :] = np.max(window, axis=(1, 2))\n"
        "            elif mode == 'avg':\n                pooled[:, i, j, :] = np.mean(window, axis=(1, 2))\n",
        "            match mode:\n                case 'max':\n                    pooled[:, i, j, :] = np.max(window, axis=(1, 2))\n"
        "                case 'avg':\n                    pooled[:, i, j, :] = np.mean(window, axis=(1, 2))\n",
    ), unchecked="tree behaviour", since=(3, 10)),
    Broken("an f-string of Python 3.12", 0, "syntax loads", text("    return convolved\n", "    f'{kernel.shape['kh':]}'\n    return convolved\n"), unchecked="tree behaviour", since=(3, 12)),
    Broken("a bracket is missing", 1, "syntax loads", text("    kh, kw = kernel.shape\n", "    (kh, kw = kernel.shape\n"), unchecked="tree behaviour"),
)  # fmt: skip

STYLES = (
    Broken("a line too long", 0, "pycodestyle", text("Performs a valid convolution on grayscale images", "Performs a valid convolution on grayscale images, which is one of seven tasks"), code="E501"),
    Broken("trailing white space", 3, "pycodestyle", text("    sh, sw = stride\n", "    sh, sw = stride \n"), code="W291"),
    Broken("white space in an empty line", 0, "pycodestyle", text("    new_h = h", "    \n    new_h = h"), code="W293"),
    Broken("one empty line before def", 4, "pycodestyle", text("as np\n\n\ndef", "as np\n\ndef"), code="E302"),
    Broken("an empty line at the end", 5, "pycodestyle", text("    return convolved\n", "    return convolved\n\n"), code="W391"),
    Broken("no blanks around an operator", 6, "pycodestyle", text("sh, sw = stride\n", "sh, sw=stride\n"), code="E225"),
    Broken("no blank after a comma", 1, "pycodestyle", text("ph, pw = kh", "ph,pw = kh"), code="E231"),
    Broken("an unreadable name", 6, "pycodestyle", text("    sh, sw = stride\n", "    sh, sw = stride\n    l = 0\n"), code="E741"),
    Broken("a lambda with a name", 6, "pycodestyle", text("    sh, sw = stride\n", "    sh, sw = stride\n    half = lambda size: size // 2\n"), code="E731"),
    Broken("three blanks of indentation", 2, "pycodestyle", text("    ph, pw = padding\n", "    if True:\n       ph, pw = padding\n"), code="E111"),
    Broken("tabs", 0, "pycodestyle", everywhere("    ", "\t"), code="W191"),
    Broken("two statements in a line", 0, "pycodestyle", text("    new_h = h - kh + 1\n    new_w", "    new_h = h - kh + 1; new_w"), code="E702"),
)  # fmt: skip

RULES = (*FILES, *DOCSTRINGS, *NAMES, *SIGNATURES, *LOOPS, *SYNTAX, *STYLES)

# ---- behaviour ----

ALL_3 = "valid padding same same-strided"
STRIDED = "valid padding same-strided"
SAMES = "same same-strided"
HALF = "        before_h, before_w = total_h // 2, total_w // 2\n"
REST = "        after_h, after_w = total_h - before_h, total_w - before_w\n"
BOTH_SIDES = "        after_h, after_w = before_h, before_w\n"
SIZES = "    new_h = (h + before_h + after_h - kh) // sh + 1\n    new_w = (w + before_w + after_w - kw) // sw + 1\n"
CUT = f"{SIZES}    if padding == 'same':\n        new_h, new_w = h, w\n"
PAD_1 = "    ph, pw = kh // 2, kw // 2\n"
OUT_1 = "    convolved = np.zeros((m, h, w))\n    for i in range(h):\n        for j in range(w):\n"
LOOPS_1 = """    new_h, new_w = padded.shape[1] - kh + 1, padded.shape[2] - kw + 1
    convolved = np.zeros((m, new_h, new_w))
    for i in range(new_h):
        for j in range(new_w):
"""
AROUND_1 = "((0, 0), (ph, ph), (pw, pw)), 'constant')"
WINDOW = "i * sh:i * sh + kh, j * sw:j * sw + kw"
MAX_6 = "                pooled[:, i, j, :] = np.max(window, axis=(1, 2))\n"
AVG_6 = "                pooled[:, i, j, :] = np.mean(window, axis=(1, 2))\n"


def same(
    name: str, half: str, reading: str, task: int = 3, items: str = SAMES, cut: bool = False
) -> Broken:
    """Return a submission whose 'same' puts something else on both sides."""
    edits = [HALF, f"        before_h, before_w = {half}\n", REST, BOTH_SIDES]
    return Broken(name, task, items, text(*edits, *([SIZES, CUT] if cut else [])), reading=reading)


BEHAVIOURS_0 = (
    Broken("flipped", 0, "valid", text("* kernel, axis", "* kernel[::-1, ::-1],\n                axis"), reading="kernel flipped"),
    Broken("upside down", 0, "valid", text("* kernel, axis", "* kernel[::-1], axis"), reading="kernel upside down"),
    Broken("weights forgotten", 0, "valid", text("j:j + kw] * kernel,", "j:j + kw],"), reading="weights unused"),
    Broken("weights added", 0, "valid", text("j:j + kw] * kernel,", "j:j + kw] + kernel,"), reading="weights added"),
    Broken("mean for sum", 0, "valid", text("np.sum(", "np.mean("), reading="divided by the kernel's size"),
    Broken("sum over all images", 0, "valid", text(", axis=(1, 2))", ")"), reading="summed over images"),
    Broken("one row too few", 0, "valid", text("new_h = h - kh + 1", "new_h = h - kh"), reading="one output less of the rows"),
    Broken("one row and column too many", 0, "valid", text("(m, new_h, new_w)", "(m, new_h + 1, new_w + 1)"), reading="one output more"),
    Broken("last row not filled", 0, "valid", text("range(new_h)", "range(new_h - 1)"), reading="last row 0"),
    Broken("first column not filled", 0, "valid", text("range(new_w)", "range(1, new_w)"), reading="first column 0"),
    Broken("whole numbers", 0, "valid", text("new_h, new_w))", "new_h, new_w), dtype=int)"), reading="integers"),
    Broken("dtype of the images", 0, "valid", text("new_h, new_w))", "new_h, new_w), images.dtype)"), reading="images' dtype"),
    Broken("bytes", 0, "valid", text("return convolved", "return convolved.astype('uint8')"), reading="uint8"),
    Broken("clipped", 0, "valid", text("return convolved", "return np.clip(convolved, 0, 255)"), reading="clipped to 0..255"),
    Broken("absolute", 0, "valid", text("return convolved", "return abs(convolved)"), reading="absolute"),
    Broken("columns before rows", 0, "valid", text("return convolved", "return convolved.transpose(0, 2, 1)"), reading="output transposed"),
    Broken("first image only", 0, "valid", text("convolved[:, i, j]", "convolved[0, i, j]", "images[:, i", "images[0, i", ", axis=(1, 2))", ")"), reading="first image only"),
    Broken("one more axis", 0, "valid", text("return convolved", "return convolved[..., np.newaxis]"), reading="axis of 1 left"),
    Broken("windows too narrow", 0, "valid", text("kw] * kernel, axis", "kw - 1] * kernel[:, :-1],\n                axis"), reading="last column left out"),
    Broken("input overwritten", 0, "input-unchanged", text("    return convolved\n", "    images[:] = 0\n    return convolved\n")),
    Broken("kernel overwritten", 0, "input-unchanged", text("    return convolved\n", "    kernel *= 2\n    return convolved\n")),
    Broken("nothing returned", 0, "valid", text("    return convolved\n", ""), unchecked="input-unchanged"),
    Broken("a name that is not there", 0, "valid", text("return convolved", "return output"), unchecked="input-unchanged"),
    Broken("one float too many", 0, "valid", text("np.zeros((m, new_h", "np.zeros((m / 1, new_h"), unchecked="input-unchanged"),
)  # fmt: skip

BEHAVIOURS_1 = (
    Broken("no padding", 1, "same", text(AROUND_1, "((0, 0), (0, 0), (0, 0)), 'constant')", OUT_1, LOOPS_1), reading="same: none", raises=True),
    Broken("k // 2 on both sides", 1, "same", text(OUT_1, LOOPS_1), reading="same: p = k // 2 or same: p = ceil(T / 2)"),
    Broken("(k - 1) // 2 on both sides", 1, "same", text(PAD_1, "    ph, pw = (kh - 1) // 2, (kw - 1) // 2\n", OUT_1, LOOPS_1), reading="same: p = (k - 1) // 2 or same: p = T // 2"),
    Broken("k - 1 on both sides", 1, "same", text(PAD_1, "    ph, pw = kh - 1, kw - 1\n", OUT_1, LOOPS_1), reading="same: p = k - 1 or same: p = T"),
    Broken("all zeros before", 1, "same", text(AROUND_1, "((0, 0), (kh - 1, 0), (kw - 1, 0)), 'constant')"), reading="same: all before"),
    Broken("all zeros after", 1, "same", text(AROUND_1, "((0, 0), (0, kh - 1), (0, kw - 1)), 'constant')"), reading="same: all after"),
    Broken("edge for zeros", 1, "same", text("'constant'", "'edge'"), reading="padded with edge"),
    Broken("ones for zeros", 1, "same", text("'constant')", "'constant',\n                    constant_values=1)"), reading="padded with ones"),
    Broken("height and width of the kernel exchanged in the zeros", 1, "same", text(AROUND_1, "((0, 0), (kw // 2, (kw - 1) // 2),\n                             (kh // 2, (kh - 1) // 2)), 'constant')", OUT_1, LOOPS_1), reading="same: kh and kw swapped or same: axes swapped", raises=True),
    Broken("one zero whatever the kernel", 1, "same", text(PAD_1, "    ph, pw = 1, 1\n", OUT_1, LOOPS_1), reading="same: p = 1", raises=True),
)  # fmt: skip

BEHAVIOURS_2 = (
    Broken("ph and pw exchanged", 2, "padding", text("ph, pw = padding", "pw, ph = padding"), reading="pair: swapped", raises=True),
    Broken("ph on both axes", 2, "padding", text("ph, pw = padding", "ph, pw = padding[0], padding[0]"), reading="pair: ph for both", raises=True),
    Broken("padding doubled", 2, "padding", text("ph, pw = padding[0], padding[1]", "ph, pw = 2 * padding[0], 2 * padding[1]"), "tensordot_pixels", "pair: doubled"),
    Broken("padding forgotten", 2, "padding", text("ph, pw = padding[0], padding[1]", "ph, pw = 0, 0"), "tensordot_pixels", "pair: none", raises=True),
    Broken("zeros above and left only", 2, "padding", text("((0, 0), (ph, ph), (pw, pw))", "((0, 0), (ph, 0), (pw, 0))"), "tensordot_pixels", "pair: before only", raises=True),
    Broken("reflected", 2, "padding", text('mode="constant",\n        constant_values=0,\n', 'mode="wrap",\n'), "tensordot_pixels", "padded with wrap"),
    Broken("image laid at the corner", 2, "padding", text("canvas[:, ph:ph + h, pw:pw + w]", "canvas[:, :h, :w]"), "zeros_and_slices", "pair: all after"),
)  # fmt: skip

BEHAVIOURS_3 = (
    same("T // 2 + 1", "total_h // 2 + 1, total_w // 2 + 1", "same: p = T // 2 + 1"),
    same("T // 2", "total_h // 2, total_w // 2", "same: p = T // 2"),
    same("ceil(T / 2)", "-(-total_h // 2), -(-total_w // 2)", "same: p = ceil(T / 2)", items="same"),
    same("T // 2 + 1 cut", "total_h // 2 + 1, total_w // 2 + 1", "same: p = T // 2 + 1, n outputs", cut=True),
    same("k // 2", "kh // 2, kw // 2", "same: p = k // 2 or same: p = ceil(T / 2)"),
    same("(k - 1) // 2", "(kh - 1) // 2, (kw - 1) // 2", "same: p = (k - 1) // 2 or same: p = T // 2"),
    same("all T", "total_h, total_w", "same: p = T"),
    same("n * s + k - n", "(total_h + sh) // 2, (total_w + sw) // 2", "same: p = (n * s + k - n) // 2 or same: p = ceil(T / 2)"),
    Broken("as TensorFlow", 3, "same-strided", text("(h - 1) * sh + kh - h", "max((-(-h // sh) - 1) * sh + kh - h, 0)", "(w - 1) * sw + kw - w", "max((-(-w // sw) - 1) * sw + kw - w, 0)"), reading="same: TensorFlow"),
    Broken("k - 1 zeros at any stride", 3, "same-strided", text("(h - 1) * sh + kh - h", "kh - 1", "(w - 1) * sw + kw - w", "kw - 1"), reading="same: k - 1 zeros, odd after"),
    Broken("strides exchanged in the zeros", 3, "same-strided", text("(h - 1) * sh", "(h - 1) * sw", "(w - 1) * sw", "(w - 1) * sh"), reading="same: sh and sw swapped"),
    Broken("strides exchanged", 3, STRIDED, text("sh, sw = stride", "sw, sh = stride"), reading="stride swapped"),
    Broken("strides forgotten", 3, STRIDED, text("sh, sw = stride", "sh, sw = 1, 1"), reading="stride ignored"),
    Broken("strides forgotten, odd zeros before", 3, STRIDED, text("sh, sw = stride", "sh, sw = 1, 1"), "tensordot_pixels", "stride ignored"),
    Broken("sh on both axes", 3, STRIDED, text("sh, sw = stride", "sh, sw = stride[0], stride[0]"), reading="sh for both"),
    Broken("stride in the size only", 3, STRIDED, text(WINDOW, "i:i + kh, j:j + kw"), reading="windows at i"),
    Broken("valid is same", 3, "valid", text("if padding == 'same':", "if padding in ('same', 'valid'):"), reading="'same' for all", raises=True),
    Broken("valid is same, odd zeros before", 3, "valid", text("if padding == 'same':", "if padding in ('same', 'valid'):"), "tensordot_pixels", "'same' for all", raises=True),
    Broken("same is valid", 3, SAMES, text("if padding == 'same':", "if False:", "elif padding == 'valid':", "elif padding in ('same', 'valid'):"), reading="same: none or 'valid' for all"),
    Broken("rotated kernel", 3, ALL_3, text("] * kernel,", "]\n                * np.rot90(kernel, 2),"), reading="kernel flipped"),
    Broken("pair exchanged", 3, "padding", text("padding[0]\n", "padding[1]\n", "before_w = after_w = padding[1]", "before_w = after_w = padding[0]"), reading="pair: swapped", raises=True),
    Broken("pair below and right only", 3, "padding", text("before_h = after_h = padding[0]", "before_h, after_h = 0, padding[0]", "before_w = after_w = padding[1]", "before_w, after_w = 0, padding[1]"), reading="pair: after only"),
    Broken("word in capitals", 3, "valid", text("elif padding == 'valid':", "elif padding == 'VALID':")),
)  # fmt: skip

BEHAVIOURS_4 = (
    same("T // 2 + 1 in task 4", "total_h // 2 + 1, total_w // 2 + 1", "same: p = T // 2 + 1", 4),
    Broken("channels averaged", 4, ALL_3, text("kw] * kernel,\n                axis=(1, 2, 3))", "kw] * kernel,\n                axis=(1, 2, 3)) / c"), reading="channels averaged"),
    Broken("first channel only", 4, ALL_3, text("kw] * kernel,\n                axis=(1, 2, 3))", "kw, 0]\n                * kernel[:, :, 0], axis=(1, 2))"), reading="first channel only"),
    Broken("channels not summed", 4, ALL_3, text("(m, new_h, new_w)", "(m, new_h, new_w, c)", "axis=(1, 2, 3))", "axis=(1, 2))"), reading="channels not summed"),
    Broken("channels reversed", 4, ALL_3, text("] * kernel,", "]\n                * kernel[:, :, ::-1],"), reading="channels reversed"),
    Broken("channels flipped too", 4, ALL_3, text("] * kernel,", "]\n                * kernel[::-1, ::-1, ::-1],"), reading="kernel and channels flipped"),
    Broken("sums in one byte", 4, ALL_3, text("(m, new_h, new_w))", "(m, new_h, new_w), np.int8)"), reading="int8"),
    Broken("channels padded too", 4, ALL_3, text("(before_w, after_w), (0, 0)),", "(before_w, after_w), (1, 0)),"), unchecked="input-unchanged"),
)  # fmt: skip

BEHAVIOURS_5 = (
    same("ceil(T / 2) in task 5", "-(-total_h // 2), -(-total_w // 2)", "same: p = ceil(T / 2)", 5, "same"),
    Broken("one kernel for all", 5, ALL_3, text("kernels[:, :, :, k]", "kernels[:, :, :, 0]"), reading="one kernel for all"),
    Broken("kernels in reverse order", 5, ALL_3, text("kernels[:, :, :, k]", "kernels[:, :, :, -1 - k]"), reading="kernels reversed"),
    Broken("kernels in front", 5, ALL_3, text("return convolved", "return convolved.transpose(3, 0, 1, 2)"), reading="kernels first"),
    Broken("last kernel only", 5, ALL_3, text("convolved[:, i, j, k]", "convolved[:, i, j, nc - 1]"), reading="last kernel only"),
    Broken("first kernel returned", 5, ALL_3, text("return convolved", "return convolved[..., :1]"), reading="one kernel returned"),
    Broken("kernels added", 5, ALL_3, text("return convolved", "return convolved.sum(axis=3, keepdims=True)"), reading="sum of kernels returned"),
)  # fmt: skip

BEHAVIOURS_6 = (
    Broken("maximum from zero", 6, "max", text("-np.inf if", "0 if"), "kernel_taps", "pooling: max from zero"),
    Broken("average over the stride", 6, "avg", text("/ (kh * kw)", "/ (sh * sw)"), "kernel_taps", "pooling: sum over sh * sw"),
    Broken("average over kh", 6, "avg", text("/ (kh * kw)", "/ kh"), "kernel_taps", "pooling: sum over kh"),
    Broken("sum for average", 6, "avg", text("np.mean(", "np.sum("), reading="pooling: sum"),
    Broken("median for average", 6, "avg", text("np.mean(", "np.median("), reading="pooling: median"),
    Broken("minimum for maximum", 6, "max", text("np.max(", "np.min("), reading="pooling: minimum"),
    Broken("modes exchanged", 6, "max avg", text("np.max(", "np.least(", "np.mean(", "np.max(", "np.least(", "np.mean("), reading="pooling: max and avg exchanged"),
    Broken("maximum at any mode", 6, "avg", text("np.mean(", "np.max("), reading="pooling: max and avg exchanged"),
    Broken("over all images and channels", 6, "avg", text("np.mean(window, axis=(1, 2))", "np.mean(window)"), reading="pooling: over images and channels too"),
    Broken("over channels too", 6, "max", text("np.max(window, axis=(1, 2))", "np.max(\n                    window, axis=(1, 2, 3), keepdims=True)[:, 0, 0]"), reading="pooling: over channels too"),
    Broken("kernel as the stride", 6, "max avg", text("sh, sw = stride", "sh, sw = kernel_shape"), reading="kernel as stride"),
    Broken("stride on one axis", 6, "max avg", text("sh, sw = stride", "sh, sw = stride[1], stride[0]"), reading="stride swapped"),
    Broken("kernel turned", 6, "max avg", text("kh, kw = kernel_shape", "kw, kh = kernel_shape"), reading="kh and kw swapped", raises=True),
    Broken("size without + 1", 6, "max avg", text("(h - kh) // sh + 1", "(h - kh) // sh", "(w - kw) // sw + 1", "(w - kw) // sw"), reading="one output less"),
    Broken("rows without + 1", 6, "max avg", text("(h - kh) // sh + 1", "(h - kh) // sh"), reading="one output less of the rows"),
    Broken("columns without + 1", 6, "max avg", text("(w - kw) // sw + 1", "(w - kw) // sw"), reading="one output less of the columns"),
    Broken("ragged windows too", 6, "max avg", text("(h - kh) // sh + 1", "-(-(h - kh) // sh) + 1", "(w - kw) // sw + 1", "-(-(w - kw) // sw) + 1"), reading="size rounded up, ragged", raises=True),
    Broken("whole image for a window", 6, "avg", text("np.mean(window, axis", "np.mean(images, axis"), reading="pooling: whole image"),
    Broken("averages cut", 6, "avg", text("np.mean(window, axis=(1, 2))", "np.mean(window, axis=(1, 2)).astype(int)"), reading="integers"),
    Broken("averages in the dtype of the images", 6, "avg", text("(m, new_h, new_w, c))", "(m, new_h, new_w, c), images.dtype)"), reading="images' dtype"),
    Broken("images pooled in place", 6, "input-unchanged", text("    return pooled\n", "    images[:, ::sh] = 0\n    return pooled\n")),
)  # fmt: skip

BEHAVIOURS = (
    *BEHAVIOURS_0,
    *BEHAVIOURS_1,
    *BEHAVIOURS_2,
    *BEHAVIOURS_3,
    *BEHAVIOURS_4,
    *BEHAVIOURS_5,
    *BEHAVIOURS_6,
)
