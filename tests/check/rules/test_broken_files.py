"""Broken files: one rule fails, and says why."""

import pytest

from convpool.check.verdicts import Outcome
from support.rule_checks import (
    CHOICES,
    CLASS,
    DEF,
    FIRST,
    HAS_STYLE,
    HEAD,
    HELPER,
    THREE,
    TWO,
    file_text,
    items,
    put,
    words,
)

# name: the file, and what fails with a part of its words
BROKEN = {
    "third loop": (
        file_text(THREE),
        {"loops": "for u in range(3) is one too many: two for loops are allowed, and lines"},
    ),
    "loop over images": (
        file_text(TWO.replace("pass", "for n in range(images.shape[0]):\n            pass")),
        {"loops": "Take all images at once"},
    ),
    "loop over the window": (
        file_text(THREE.replace("u in range(3)", "u in range(kh)")),
        {"loops": "whole window"},
    ),
    "loop over channels": (
        file_text(THREE.replace("u in range(3)", "u in range(c)")),
        {"loops": "over the channels"},
    ),
    "helper's loop": (
        file_text(TWO + "\nrow(images)", HELPER),
        {"loops": "for j in range(3) is one too many"},
    ),
    "loop of the module": (
        file_text(TWO, "TABLE = []\nfor n in range(3):\n    TABLE.append(n)\n\n\n"),
        {"loops": "one too many"},
    ),
    "lambda": (
        file_text("f = lambda x: [n for n in x]\nreturn f(images)"),
        {"loops": "a list", "pycodestyle": "E731"},
    ),
    "mutual recursion": (
        file_text(
            "return even(9)",
            "def even(n):\n    '''Even.'''\n    return n == 0 or odd(n - 1)\n\n\n"
            "def odd(n):\n    '''Odd.'''\n    return n != 0 and even(n - 1)\n\n\n",
        ),
        {"loops": "even, which calls itself (recursion)"},
    ),
    "ifs that ask for the same": (file_text(CHOICES[0] * 2), {"loops": "one too many"}),
    "ifs between which the name is set": (
        file_text(f"{CHOICES[0]}kernel = 'avg'\n{CHOICES[1]}"),
        {"loops": "one too many"},
    ),
    "ifs of two names": (
        file_text(CHOICES[0] + CHOICES[1].replace("kernel", "images")),
        {"loops": "one too many"},
    ),
    "ifs with an else": (
        file_text(f"{CHOICES[0]}else:\n    pass\n{CHOICES[1]}"),
        {"loops": "one too many"},
    ),
    "loops, then a choice": (file_text(TWO + "\n" + CHOICES[0]), {"loops": "one too many"}),
    "recursion": (
        file_text("return convolve_grayscale_valid(images[1:], kernel)"),
        {"loops": "(recursion)"},
    ),
    "method": (
        file_text("return Conv(images).run()", CLASS.format(line="i = [n for n in '']")),
        {"loops": "a list"},
    ),
    "method recursion": (
        file_text("return Conv(images).run()", CLASS.format(line="self.run()")),
        {"loops": "recursion"},
    ),
    "map": (file_text("return list(map(np.sum, images))"), {"loops": "map is a loop too"}),
    "filter": (file_text("return list(filter(None, images))"), {"loops": "filter is a loop too"}),
    "alias": (
        file_text("go = np.apply_along_axis\nreturn go(np.sum, 0, images)"),
        {"loops": "np.apply_along_axis"},
    ),
    "nditer": (
        file_text("for x in np.nditer(images):\n    pass"),
        {"loops": "np.nditer is a loop too"},
    ),
    "ndindex list": (file_text("return list(np.ndindex(3, 3))"), {"loops": "np.ndindex"}),
    "eval": (
        file_text("return eval('[i for i in images]')"),
        {"loops": "eval, which can hide a loop"},
    ),
    "decorator": (
        file_text("return images").replace(DEF, "@np.vectorize\n" + DEF),
        {"loops": "np.vectorize"},
    ),
    "default": (
        file_text(
            "return images", "def size(n=[i for i in '']):\n    '''Size.'''\n    return n\n\n\n"
        ),
        {"loops": "a list comprehension"},
    ),
    "set comprehension": (
        file_text("return {i for i in images}"),
        {"loops": "a set comprehension"},
    ),
    "dict comprehension": (
        file_text("return {i: 1 for i in images}"),
        {"loops": "a dict comprehension"},
    ),
    "os": (
        HEAD.replace("import numpy as np", "import os\nimport numpy as np") + DEF,
        {"imports": "import os is not"},
    ),
    "numpy as n": (
        file_text("return images").replace("as np", "as n"),
        {"imports": "import numpy as n is not allowed"},
    ),
    "relative": (
        file_text("from . import convolve\nreturn convolve"),
        {"imports": "from . import convolve"},
    ),
    "renamed": (
        file_text("return images").replace("floor\n", "floor as fl\n"),
        {"imports": "from math import floor as fl"},
    ),
    "getattr": (
        file_text("return getattr(np, 'pad')(images, 1)"),
        {"no-getattr": "getattr(np, 'pad') looks a name up"},
    ),
    "vars": (file_text("return vars(np)['pad']"), {"no-getattr": "vars(np)"}),
    "convolve": (
        file_text("c = np.convolve\nreturn c(images, kernel)"),
        {"no-np-convolve": "np.convolve is not allowed"},
    ),
    "default of a parameter": (
        file_text(
            "return f(images)",
            "def f(images, c=np.convolve):\n    '''F.'''\n    return c(images, images)\n\n\n",
        ),
        {"no-np-convolve": "np.sum(window * kernel)"},
    ),
    "new name": (
        file_text("return np.permute_dims(images)"),
        {"numpy-names": "np.permute_dims came after NumPy 1.19.2"},
    ),
    "new word": (
        file_text("return np.mean(images, where=True)"),
        {"numpy-names": "where= of np.mean came after"},
    ),
    "no such function": (
        file_text("return images").replace("_valid", "_value"),
        {
            "signature": "the file has no function convolve_grayscale_valid(images, kernel); "
            "convolve_grayscale_value is"
        },
    ),
    "inside a class": (
        HEAD
        + "class Conv:\n    '''Conv.'''\n\n    "
        + DEF.replace("\n", "\n    ")
        + "    return images\n",
        {"signature": "convolve_grayscale_valid is inside another definition"},
    ),
    "keyword only": (
        file_text("return images").replace("images, kernel)", "images, *, kernel)"),
        {"signature": "kernel by keyword only"},
    ),
    "position only": (
        file_text("return images").replace("images, kernel)", "images, kernel, /)"),
        {"signature": "images, kernel by position only"},
    ),
    "more parameters": (
        file_text("return images").replace("kernel)", "kernel, debug=False)"),
        {"signature": "its parameters are (images, kernel, debug)"},
    ),
    "syntax": (
        file_text("return (images"),
        {"syntax": "Python 3.8 cannot read the file: '(' was never closed"},
    ),
    "empty docstring": (
        file_text("return 1").replace('"Convolve."', '" "'),
        {"function-docstring": "has no docstring"},
    ),
    "async": (
        file_text("return 1").replace("def ", "async def "),
        {"signature": "defined by async def"},
    ),
    "spaces": (file_text("return images [0]"), {"pycodestyle": "E211"}),
    "long line": (file_text(f"return {'1 + ' * 30}1"), {"pycodestyle": "line too long"}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_ones_fail_where_they_should_and_nowhere_else(folder, name):
    text, expected = BROKEN[name]
    put(
        folder,
        text if text.endswith("\n") and not text.endswith(DEF) else text + "    return images\n",
    )
    failed = {
        each.name: each
        for each in items(folder)
        if each.outcome == Outcome.FAILS and each.task == 0
    }
    wanted = {rule for rule in expected if rule != "pycodestyle" or HAS_STYLE}
    assert set(failed) == wanted, {rule: words(each) for rule, each in failed.items()}
    for rule in wanted:
        codes = "".join(finding.code for finding in failed[rule].findings)
        assert expected[rule] in words(failed[rule]) + codes
        assert all(finding.line and finding.file == FIRST for finding in failed[rule].findings)
