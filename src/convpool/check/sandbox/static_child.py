"""Run by the brief's Python (3.8 syntax): what its compiler and pycodestyle say of texts, of which nothing is run."""

import importlib
import io
import json
import sys
import warnings
from typing import Any  # noqa: F401


def compiled(text):
    # type: (str) -> list[object] | None
    """Return why a text does not compile, with the line, or None."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "submission", "exec", dont_inherit=True)
    except SyntaxError as error:
        return [error.msg, error.lineno]
    except ValueError as error:
        return [str(error), None]
    except (RecursionError, MemoryError):
        return ["it is nested too deeply", None]
    return None


def styled(text):
    # type: (str) -> list[list[object]]
    """Return pycodestyle's findings by its defaults: line, column, code, words."""
    pycodestyle = importlib.import_module("pycodestyle")  # type: Any

    class Report(pycodestyle.BaseReport):  # type: ignore[misc]
        def error(self, line, column, words, check):
            # type: (int, int, str, object) -> None
            if not self._ignore_code(words[:4]):
                found.append([line, column, words[:4], words[5:]])

    found = []  # type: list[list[object]]
    options = pycodestyle.StyleGuide(quiet=True).options
    lines = io.StringIO(text, newline=None).readlines()
    pycodestyle.Checker(
        "submission", lines=lines, options=options, report=Report(options)
    ).check_all()
    return found


if __name__ == "__main__":
    asked = json.loads(sys.stdin.buffer.read().decode("ascii"))
    look = {"compiled": compiled, "styled": styled}[sys.argv[1]]
    print(json.dumps({name: look(text) for name, text in asked.items()}))
