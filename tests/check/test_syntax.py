"""Python is parsed in one thread at a time."""

import ast
import io
import re
import threading
import time
from pathlib import Path

import numpy as np

import convpool.check
from convpool.check import syntax


def test_two_threads_never_parse_at_once(monkeypatch):
    inside, at_once, parse = [], [], ast.parse

    def watched(*words, **named):
        inside.append(None)
        at_once.append(len(inside))
        time.sleep(0.002)
        inside.pop()
        return parse(*words, **named)

    monkeypatch.setattr(ast, "parse", watched)
    array = io.BytesIO()
    np.lib.format.write_array(array, np.ones((2, 3)))
    calls = [
        lambda: syntax.parse("x = 1"),
        lambda: syntax.parse_expression("x + 1"),
        lambda: syntax.parse_array_header(io.BytesIO(array.getvalue()[8:])),
    ] * 3
    threads = [threading.Thread(target=call) for call in calls]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert at_once == [1] * 9


def test_nothing_else_of_the_checker_parses():
    """But what runs in a child, alone."""
    folder = Path(convpool.check.__file__).parent
    found = {
        path.name
        for path in folder.rglob("*.py")
        if re.search(
            r"\bast\.parse\(|literal_eval\([^)]*['\"]|read_array", path.read_text(encoding="utf-8")
        )
    }
    assert found == {"syntax.py", "child_loading.py", "child_main.py", "trials.py"}


def test_what_is_parsed():
    array = io.BytesIO()
    np.lib.format.write_array(array, np.ones((2, 3), np.float32))
    array.seek(8)
    assert syntax.parse_array_header(array) == ((2, 3), False, np.dtype("f4"))
    assert ast.unparse(syntax.parse("x = 1")) == "x = 1"
    assert ast.unparse(syntax.parse_expression("x + 1")) == "x + 1"
