"""The command line, called in this process."""

from __future__ import annotations

from typing import Any

import pytest

click_testing = pytest.importorskip("click.testing")

from convpool.commands import main


def run_command(*words: object) -> Any:
    """Run `convpool` with str() of each word; return its exit code, output and errors."""
    arguments = [str(word) for word in words]
    return click_testing.CliRunner().invoke(main.convpool, arguments, prog_name="convpool")
