"""Names and keyword arguments of NumPy that came after the brief's version, listed in newer_numpy.txt beside this file.

To make that list anew, run this file by its path in environments with the brief's NumPy and with
newer ones (it needs nothing else of the project):

    python3.8 numpy_names.py > older.txt                             # numpy==1.19.2
    python3.12 numpy_names.py > newer.txt                            # numpy==1.26.4
    python3.12 numpy_names.py >> newer.txt                           # the newest, for what came
    after python3.12 numpy_names.py older.txt newer.txt > newer_numpy.txt
"""

import functools
import importlib
import inspect
import pathlib
import sys

MODULES = (
    "numpy",
    "numpy.fft",
    "numpy.lib",
    "numpy.lib.stride_tricks",
    "numpy.linalg",
    "numpy.ma",
    "numpy.random",
)


@functools.lru_cache(maxsize=1)
def newer():
    # type: () -> frozenset[str]
    """Return what NumPy 1.19.2 lacks: names as numpy.permute_dims, keyword arguments as numpy.mean(where)."""
    return _lines(pathlib.Path(__file__).with_name("newer_numpy.txt"))


def _lines(path):
    # type: (pathlib.Path) -> frozenset[str]
    return frozenset(path.read_text(encoding="utf-8").splitlines())


def public():
    # type: () -> set[str]
    """Return the public names of the NumPy that runs, and as name(word) the words that its functions take."""
    found = set()
    for path in MODULES:
        for name, value in vars(importlib.import_module(path)).items():
            if not name.startswith("_"):
                found |= {f"{path}.{name}{word}" for word in ["", *_words(value)]}
    return found


def _words(value):
    # type: (object) -> list[str]
    if not callable(value):
        return []
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return []
    return [
        "()",
        *(
            "({})".format(word.name if word.kind != word.VAR_KEYWORD else "**")
            for word in parameters
        ),
    ]


def only_newer(older, newer):
    # type: (frozenset[str], frozenset[str]) -> set[str]
    """Return what only the newer has; of functions whose words the older does not tell, no words."""

    def known(name):
        # type: (str) -> bool
        function, parenthesis, _ = name.partition("(")
        return not parenthesis or (function + "()" in older and function + "(**)" not in older)

    return {name for name in newer - older if known(name)}


if __name__ == "__main__":
    names = only_newer(*map(_lines, map(pathlib.Path, sys.argv[1:3]))) if sys.argv[1:] else public()
    print("\n".join(sorted(names)))
