"""The Python that runs submissions in the checker's tests."""

import pytest

from convpool.check.sandbox import interpreters
from convpool.check.sandbox.interpreters import Interpreter


@pytest.fixture(scope="session")
def python() -> Interpreter:
    """Return the interpreter that a report would use: the brief's, where there is one."""
    return interpreters.find()
