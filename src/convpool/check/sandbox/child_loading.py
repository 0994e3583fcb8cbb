"""Runs in the child process: load a submission's file, even where one of its statements fails.

Python 3.8 syntax, the standard library alone; child_main.py loads it by its path. The statements of
the file run one by one. One that raises an error is passed over, so that a function below it can be
called all the same; the first error is reported.
"""

from __future__ import annotations

import ast
import sys
import warnings
from types import ModuleType
from typing import Any

# packages that draw: where they are missing, something that does nothing takes their place
_DRAWING = {"matplotlib", "pylab", "seaborn", "PIL", "IPython", "plotly"}
_UTF8_MARK = b"\xef\xbb\xbf"
# flags of compile for from __future__ import ..., as in __future__.py
_FUTURE_FLAGS = 0x1000000 | 0x100000


class _StandIn:
    """Replaces a package that cannot be imported, and everything in it.

    error: what its import raised, which is raised again at each use; None for a package that draws,
    whose calls do nothing.
    """

    def __init__(self, error: BaseException | None) -> None:
        self.__dict__["error"] = error

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self() if self.error else self

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        if self.error:
            raise ModuleNotFoundError(str(self.error))
        return self

    def __getitem__(self, key: object) -> Any:
        return self()

    def __iter__(self) -> Any:
        return iter((self, self))  # fig, ax = plt.subplots()


def load(name: str, path: str) -> tuple[ModuleType, BaseException | None]:
    """Return (the module of the file at `path`, the first error that a statement raised or None).

    The text is read as UTF-8, whatever coding its first lines name. Raises SyntaxError if it cannot
    be compiled at all.
    """
    with open(path, "rb") as stream:
        data = stream.read()
    try:
        # utf-8-sig would have to be imported, which may be out of reach here
        text = data[3 * data.startswith(_UTF8_MARK) :].decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SyntaxError(
            f"byte {data[error.start]:02X} is no UTF-8", (path, line, None, None)
        ) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = compile(text, path, "exec", dont_inherit=True)
        tree = ast.parse(text, path)
    flags = whole.co_flags & _FUTURE_FLAGS
    module = ModuleType(name)
    module.__file__ = path
    module.__doc__ = ast.get_docstring(tree, clean=False)
    sys.modules[name] = module
    first_error = None
    for statement in tree.body:
        one_statement = ast.Module([statement], [])
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                code = compile(one_statement, path, "exec", flags, dont_inherit=True)
            exec(code, module.__dict__)
        except BaseException as error:
            first_error = first_error or error
            _replace_missing(statement, error, module)
    return module, first_error


def is_checkers_limit(error: BaseException | None) -> bool:
    """Return whether an error says that something is missing here that may be there elsewhere.

    That is a package, a file of data, and a notebook.
    """
    if isinstance(error, NameError):
        return "get_ipython" in str(error)
    return isinstance(error, (ImportError, FileNotFoundError))


def _replace_missing(statement: ast.stmt, error: BaseException, module: ModuleType) -> None:
    """Define the names of a failed import as stand-ins; do nothing for another statement or error.

    Names that the module already has stay.
    """
    if not isinstance(error, ImportError) or not isinstance(
        statement, (ast.Import, ast.ImportFrom)
    ):
        return
    for alias in statement.names:
        package = getattr(statement, "module", None) or alias.name
        draws = package.split(".")[0] in _DRAWING
        name = alias.asname or alias.name.split(".")[0]
        module.__dict__.setdefault(name, _StandIn(None if draws else error))
