"""What the tests of rules share: a course folder, and the brief's Python."""

import pytest

from support.submissions import copy_ours


@pytest.fixture
def folder(tmp_path):
    """A right submission: a copy of ours."""
    return copy_ours(tmp_path / "course")


@pytest.fixture
def brief(python):
    """The brief's Python, where there is one."""
    if not python.is_the_briefs:
        pytest.skip("no Python 3.8 with NumPy 1.19.2 starts here")
    return python
