"""What the tests of rules share: a course folder, and the brief's Python."""

import pytest

from convpool.check.sandbox import interpreters
from support.submissions import copy_ours


@pytest.fixture
def folder(tmp_path):
    """A right submission: a copy of ours."""
    return copy_ours(tmp_path / "course")


@pytest.fixture(scope="module")
def brief():
    """The brief's Python, where there is one."""
    found = interpreters.find()
    if not found.is_the_briefs:
        pytest.skip("no Python 3.8 with NumPy 1.19.2 starts here")
    return found
