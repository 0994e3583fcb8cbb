"""Defects of files, docstrings, names, signatures, syntax and style: one rule fails for each."""

from __future__ import annotations

from pathlib import Path

from support.broken.code import (
    AVG_6,
    DOCSTRING_0,
    FIRST,
    MAX_6,
    PIXEL_0,
)
from support.broken.defect import Broken, as_bytes, below, everywhere, text


def empty_readme(path: Path) -> None:
    """Leave nothing but a line end in the README beside a file."""
    (path.parent / "README.md").write_text("\n")


def underline_name(path: Path) -> None:
    """Give a file a name with underscores for its hyphens."""
    path.rename(path.parent / path.name.replace("-", "_"))


FILES = (
    Broken("another interpreter", 0, "first-line", text(FIRST, "#!/usr/bin/python3\n")),
    Broken("python without 3", 2, "first-line", text(FIRST, "#!/usr/bin/env python\n")),
    Broken("no first line", 5, "first-line", text(FIRST, "")),
    Broken("a blank in the first line", 6, "first-line", text(FIRST, "#! /usr/bin/env python3\n")),
    Broken("no run bit", 3, "run-bit", lambda path: path.chmod(0o644)),
    Broken(
        "line ends of Windows", 1, "line-ends", as_bytes(lambda data: data.replace(b"\n", b"\r\n"))
    ),
    Broken(
        "one line end of Windows",
        4,
        "line-ends",
        as_bytes(lambda data: data.replace(b"np\n", b"np\r\n", 1)),
    ),
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
    Broken(
        "an empty README",
        None,
        "readme",
        empty_readme,
    ),
    Broken("a file is missing", 4, "file", lambda path: path.unlink(), unchecked="behaviour"),
    Broken(
        "a file is misnamed",
        2,
        "file",
        underline_name,
        unchecked="behaviour",
    ),
    Broken(
        "an empty file",
        1,
        "file",
        as_bytes(lambda data: b""),
        unchecked="behaviour",
    ),
)

DOCSTRINGS = (
    Broken(
        "no docstring of the module", 0, "module-docstring", text('"""Valid convolution"""\n', "")
    ),
    Broken(
        "a comment for a docstring",
        3,
        "module-docstring",
        text('"""Strided convolution"""', "# Strided convolution"),
    ),
    Broken(
        "a docstring that comes late",
        6,
        "module-docstring",
        text('"""Pooling"""\nimport numpy as np\n', 'import numpy as np\n"""Pooling"""\n'),
    ),
    Broken("no docstring of the function", 0, "function-docstring", text(DOCSTRING_0, "")),
    Broken("an empty docstring", 0, "function-docstring", text(DOCSTRING_0, '    """ """\n')),
    Broken(
        "no docstring of an inner function",
        4,
        "function-docstring",
        text('        """Return the images with zeros around."""\n', ""),
        "helpers_documented",
    ),
    Broken(
        "no docstring of a helper",
        6,
        "function-docstring",
        text('    """Return the maximum over rows and columns."""\n', ""),
        "helpers_documented",
    ),
    Broken(
        "no docstring of a method",
        6,
        "function-docstring",
        text('        """The maximum."""\n', ""),
        "class_with_docstrings",
    ),
    Broken(
        "no docstring of a class",
        3,
        "class-docstring",
        text('    """One axis: its size, its padding, its windows."""\n\n', ""),
        "class_with_docstrings",
    ),
)

NAMES = (
    Broken("numpy under its own name", 1, "imports", everywhere("np", "numpy"), "numpy_itself"),
    Broken("another alias", 2, "imports", everywhere("np", "xp"), "numpy_itself"),
    Broken("a function of math", 3, "imports", below("import numpy", "from math import sqrt")),
    Broken("the whole of math", 4, "imports", below("import numpy", "import math")),
    Broken("a star", 0, "imports", below("import numpy", "from math import *")),
    Broken(
        "scipy",
        0,
        "imports",
        below("import numpy", "from scipy import signal"),
        unchecked="loads",
    ),
    Broken(
        "an import inside a function",
        6,
        "imports",
        text("    m, h, w, c = images.shape\n", "    import sys\n    m, h, w, c = images.shape\n"),
    ),
    Broken(
        "an import by a call",
        5,
        "imports",
        text("    sh, sw = stride\n", "    sh, sw = stride\n    math = __import__('math')\n"),
    ),
    Broken(
        "np.convolve",
        0,
        "no-np-convolve",
        text("    return convolved\n", "    np.convolve([1, 2], [1])\n    return convolved\n"),
    ),
    Broken(
        "np.convolve under another name",
        0,
        "no-np-convolve",
        text(
            "    return convolved\n",
            "    slide = np.convolve\n    slide([1, 2], [1])\n    return convolved\n",
        ),
    ),
    Broken(
        "np.convolve by getattr",
        0,
        "no-getattr",
        text(
            "    return convolved\n",
            "    getattr(np, 'con' + 'volve')([1, 2], [1])\n    return convolved\n",
        ),
    ),
    Broken(
        "a function of numpy by getattr",
        6,
        "no-getattr",
        text("np.max(window, axis=(1, 2))", "getattr(np, mode)(window, axis=(1, 2))"),
    ),
    Broken(
        "what NumPy 1.19 lacks",
        0,
        "numpy-names valid",
        text(
            PIXEL_0,
            "    windows = np.lib.stride_tricks.sliding_window_view(\n"
            "        images, (kh, kw), axis=(1, 2))\n"
            "    convolved += np.sum(windows * kernel, axis=(3, 4))\n",
        ),
        unchecked="input-unchanged",
    ),
)

SIGNATURES = (
    Broken(
        "another default stride",
        3,
        "signature valid padding same",
        text("stride=(1, 1)):", "stride=(2, 2)):"),
    ),
    Broken("another default mode", 6, "signature max", text("mode='max'):", "mode='avg'):")),
    Broken("no default", 6, "signature max", text("mode='max'):", "mode):")),
    Broken(
        "another parameter",
        0,
        "signature",
        text(
            "valid(images, kernel):",
            "valid(images, weights):",
            "    kh, kw = kernel.shape",
            "    kernel = weights\n    kh, kw = kernel.shape",
        ),
    ),
    Broken(
        "one parameter more",
        1,
        "signature",
        text("same(images, kernel):", "same(images, kernel, stride=1):"),
    ),
    Broken(
        "another name of the function",
        5,
        "signature loads",
        text("def convolve(", "def convolve_images("),
        unchecked="behaviour loops",
    ),
    Broken(
        "the function inside another",
        4,
        "signature loads",
        text("def convolve_channels(", "def convolve_many("),
        unchecked="behaviour loops",
    ),
    Broken(
        "any arguments",
        0,
        "signature",
        text(
            "valid(images, kernel):",
            "valid(*arrays):",
            "    m, h, w = images.shape",
            "    images, kernel = arrays\n    m, h, w = images.shape",
        ),
    ),
)


SYNTAX = (
    Broken(
        "a match statement",
        6,
        "syntax loads",
        text(
            f"            if mode == 'max':\n{MAX_6}            elif mode == 'avg':\n{AVG_6}",
            f"            match mode:\n                case 'max':\n    {MAX_6}"
            f"                case 'avg':\n    {AVG_6}",
        ),
        unchecked="tree behaviour",
        since=(3, 10),
    ),
    Broken(
        "an f-string of Python 3.12",
        0,
        "syntax loads",
        text("    return convolved\n", "    f'{kernel.shape['kh':]}'\n    return convolved\n"),
        unchecked="tree behaviour",
        since=(3, 12),
    ),
    Broken(
        "a bracket is missing",
        1,
        "syntax loads",
        text("    kh, kw = kernel.shape\n", "    (kh, kw = kernel.shape\n"),
        unchecked="tree behaviour",
    ),
)

STYLES = (
    Broken(
        "a line too long",
        0,
        "pycodestyle",
        text(
            "Performs a valid convolution on grayscale images",
            "Performs a valid convolution on grayscale images, which is one of seven tasks",
        ),
        code="E501",
    ),
    Broken(
        "trailing white space",
        3,
        "pycodestyle",
        text("    sh, sw = stride\n", "    sh, sw = stride \n"),
        code="W291",
    ),
    Broken(
        "white space in an empty line",
        0,
        "pycodestyle",
        text("    new_h = h", "    \n    new_h = h"),
        code="W293",
    ),
    Broken(
        "one empty line before def",
        4,
        "pycodestyle",
        text("as np\n\n\ndef", "as np\n\ndef"),
        code="E302",
    ),
    Broken(
        "an empty line at the end",
        5,
        "pycodestyle",
        text("    return convolved\n", "    return convolved\n\n"),
        code="W391",
    ),
    Broken(
        "no blanks around an operator",
        6,
        "pycodestyle",
        text("sh, sw = stride\n", "sh, sw=stride\n"),
        code="E225",
    ),
    Broken(
        "no blank after a comma", 1, "pycodestyle", text("ph, pw = kh", "ph,pw = kh"), code="E231"
    ),
    Broken(
        "an unreadable name",
        6,
        "pycodestyle",
        text("    sh, sw = stride\n", "    sh, sw = stride\n    l = 0\n"),
        code="E741",
    ),
    Broken(
        "a lambda with a name",
        6,
        "pycodestyle",
        text("    sh, sw = stride\n", "    sh, sw = stride\n    half = lambda size: size // 2\n"),
        code="E731",
    ),
    Broken(
        "three blanks of indentation",
        2,
        "pycodestyle",
        text("    ph, pw = padding\n", "    if True:\n       ph, pw = padding\n"),
        code="E111",
    ),
    Broken("tabs", 0, "pycodestyle", everywhere("    ", "\t"), code="W191"),
    Broken(
        "two statements in a line",
        0,
        "pycodestyle",
        text("    new_h = h - kh + 1\n    new_w", "    new_h = h - kh + 1; new_w"),
        code="E702",
    ),
)
