"""Which walls stand around the submissions' processes on this machine, beyond limits."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from convpool.check.sandbox import caller
from convpool.check.sandbox.calls import Call, SubmittedFunction
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.sandbox.limits import Limits

# of the restrictions that a child names, those without which a submission reaches other processes,
# files or the network
WALLS = ("no network", "own process space", "own root")


@cache
def standing(python: Interpreter, limits: Limits) -> tuple[str, ...]:
    """Return the members of WALLS that this machine allows, as a child process reports them.

    The process makes a call to a function of our own. The result is kept for equal arguments.
    """
    with tempfile.TemporaryDirectory(prefix="convpool-check-") as name:
        Path(name, "probe.py").write_text("def probe():\n    return None\n", encoding="ascii")
        function = SubmittedFunction(Path(name), "probe.py", "probe")
        (answer,) = caller.run(function, [Call(())], python, limits)
    return tuple(wall for wall in WALLS if wall in answer.isolation)
