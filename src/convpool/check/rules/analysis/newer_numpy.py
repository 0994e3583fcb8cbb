"""Names and keyword arguments of NumPy that are newer than the brief's version.

They are listed in newer_numpy.txt, beside this file. To update that list, run this file by its path
in environments with the brief's NumPy and with newer ones (it imports nothing of the project):

    python3.8 newer_numpy.py > older.txt                  # numpy==1.19.2
    python3.12 newer_numpy.py > newer.txt                 # numpy==1.26.4
    python3.12 newer_numpy.py >> newer.txt                # the newest NumPy
    python3.12 newer_numpy.py older.txt newer.txt > newer_numpy.txt
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
def newer_names():
    # type: () -> frozenset[str]
    """Return the names that NumPy 1.19.2 lacks: numpy.permute_dims, or numpy.mean(where)."""
    return _read_lines(pathlib.Path(__file__).with_name("newer_numpy.txt"))


def _read_lines(path):
    # type: (pathlib.Path) -> frozenset[str]
    """Return the lines of a text file, without their ends."""
    return frozenset(path.read_text(encoding="utf-8").splitlines())


def public_names():
    # type: () -> set[str]
    """Return the public names of the NumPy that is installed, and of functions their parameters.

    Of np.mean: numpy.mean, numpy.mean() and, for each parameter, numpy.mean(axis).
    """
    names = set()
    for path in MODULES:
        for name, value in vars(importlib.import_module(path)).items():
            if not name.startswith("_"):
                names |= {f"{path}.{name}{suffix}" for suffix in ["", *_parameter_suffixes(value)]}
    return names


def _parameter_suffixes(value):
    # type: (object) -> list[str]
    """Return "()", and for each parameter of a callable "(name)", or "(**)" for **keywords.

    [] for what cannot be called, or has no signature that Python knows.
    """
    if not callable(value):
        return []
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return []
    return [
        "()",
        *(
            "({})".format(parameter.name if parameter.kind != parameter.VAR_KEYWORD else "**")
            for parameter in parameters
        ),
    ]


def only_newer(older, newer):
    # type: (frozenset[str], frozenset[str]) -> set[str]
    """Return the names and parameters (as `public_names` has them) that only `newer` has.

    The parameters of a function are left out if `older` does not know its signature, or has
    **keywords in it.
    """

    def is_certain(name):
        # type: (str) -> bool
        # True for a plain name; for a parameter, only if older knows the function's signature
        function, parenthesis, _ = name.partition("(")
        return not parenthesis or (function + "()" in older and function + "(**)" not in older)

    return {name for name in newer - older if is_certain(name)}


if __name__ == "__main__":
    listed = (
        only_newer(*map(_read_lines, map(pathlib.Path, sys.argv[1:3])))
        if sys.argv[1:]
        else public_names()
    )
    print("\n".join(sorted(listed)))
