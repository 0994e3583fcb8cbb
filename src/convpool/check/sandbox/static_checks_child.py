"""Runs in the child process: read texts with the compiler or pycodestyle; no text is executed.

Python 3.8 syntax. The texts come as JSON on standard input, by name; the results go out likewise.
"""

import importlib
import io
import json
import sys
import warnings
from typing import Any  # noqa: F401


def syntax_error(text):
    # type: (str) -> list[object] | None
    """Return [why, line] if this Python cannot compile a text, else None; line may be None."""
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


def style_errors(text):
    # type: (str) -> list[list[object]]
    """Return pycodestyle's findings by its default settings: [line, column, code, words] each."""
    pycodestyle = importlib.import_module("pycodestyle")  # type: Any

    class Report(pycodestyle.BaseReport):  # type: ignore[misc]
        def error(self, line, column, words, check):
            # type: (int, int, str, object) -> None
            # words are "E225 missing whitespace around operator"; some codes are off by default
            if not self._ignore_code(words[:4]):
                errors.append([line, column, words[:4], words[5:]])

    errors = []  # type: list[list[object]]
    options = pycodestyle.StyleGuide(quiet=True).options
    lines = io.StringIO(text, newline=None).readlines()
    pycodestyle.Checker(
        "submission", lines=lines, options=options, report=Report(options)
    ).check_all()
    return errors


# name of a question -> the function that answers it for one text
QUESTIONS = {"syntax": syntax_error, "style": style_errors}

if __name__ == "__main__":
    texts = json.loads(sys.stdin.buffer.read().decode("ascii"))
    question = QUESTIONS[sys.argv[1]]
    print(json.dumps({name: question(text) for name, text in texts.items()}))
