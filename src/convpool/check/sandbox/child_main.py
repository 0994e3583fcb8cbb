"""Runs in the child process: load a submission's file, make the calls, send back the answers.

Python 3.8 syntax, the standard library and numpy. The job is read from standard input: one line of
JSON, then the arrays as .npy, one after the other. Messages go to the original standard output, the
channel: the job's token, the lengths of two parts, a part of JSON, and a result as .npy. What the
submission prints is discarded.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import io
import json
import os
import random
import struct
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

NEIGHBOURS = (
    "child_isolation",
    "child_system_calls",
    "child_loading",
    "child_calls",
    "child_steps",
)
CHANNEL_CLOSED = 97  # exit code where an answer could not be sent


def main() -> None:
    """Read the job, isolate this process, load the file, make the calls. Never returns."""
    job = json.loads(sys.stdin.buffer.readline())
    arrays = sys.stdin.buffer.read()
    channel = os.dup(1)
    _redirect_to_null(0, os.O_RDONLY)
    _redirect_to_null(1, os.O_WRONLY)
    os.umask(0o022)
    modules = {name: _load_neighbour(name) for name in NEIGHBOURS}
    isolation = modules["child_isolation"]
    user = isolation.free_user() if hasattr(os, "getuid") and os.getuid() == 0 else 0
    token = job.pop("token")

    def report_end(status: int) -> None:
        """Send the wait status of the inner process to the checker."""
        _make_sender(channel, token)({"kind": "end", "status": status})

    # This forks. The outer process stays here: it waits for the inner one, calls `report_end` and
    # exits. From here on, this is the inner process, which runs the submission.
    # restrictions: words for what is in force, such as "no network".
    restrictions = isolation.fork_into_namespaces(job["limits"]["namespaces"], report_end)
    if job["numpy"] not in sys.path:
        sys.path.append(job["numpy"])
    import numpy as np  # before the next step, after which its folder may be out of reach

    calls = _read_calls(job["calls"], arrays, np)
    restrictions += isolation.restrict_this_process(job["limits"], job["work"], user)
    modules["child_system_calls"].refuse_uncounted_memory()
    _redirect_to_null(2, os.O_WRONLY)
    send = _make_sender(_hide(channel), token)
    send({"kind": "isolation", "words": restrictions, "numpy": np.__version__})
    folder = (
        "/submission" if "own root" in restrictions else os.path.join(job["work"], "submission")
    )
    sys.path.append(folder)
    packages = os.path.dirname(os.path.dirname(os.path.abspath(np.__file__)))
    sys.meta_path.insert(0, _OnlyNumPy(packages))
    job["path"] = os.path.join(folder, job["file"])
    _run(job, calls, dict(modules, numpy=np), send)
    os._exit(0)  # without waiting for threads or running exit functions


class _OnlyNumPy:
    """An import finder that hides every installed package but numpy, as on the brief's machine."""

    def __init__(self, packages: str) -> None:
        self.packages = packages  # the folder of installed packages

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Raise ModuleNotFoundError for a hidden package; leave others to the next finder: None."""
        if "." in name or name == "numpy":
            return
        spec = importlib.machinery.PathFinder.find_spec(name)
        places = [spec.origin or "", *(spec.submodule_search_locations or ())] if spec else []
        if any(
            os.path.abspath(place).startswith(self.packages + os.sep) for place in places if place
        ):
            raise ModuleNotFoundError(
                f"No module named {name!r}: numpy is the only package here", name=name
            )


def _run(
    job: dict[str, Any],
    calls: list[Any],
    modules: dict[str, ModuleType],
    send: Callable[..., None],
) -> None:
    """Load the job's file, make the calls if it has the function; send a message about each.

    calls: as `_read_calls` returns them. modules: the neighbours of this file, and numpy. send: as
    `_make_sender` returns it.
    """
    path, describe = job["path"], modules["child_calls"].describe_exception
    caller = modules["child_calls"].Caller(path, modules["numpy"], job["limits"])
    problem: dict[str, Any] = {}  # "words" of what went wrong, and "line" if there is one
    function: Any = None
    loading = modules["child_loading"]
    try:
        module, error = loading.load(os.path.splitext(job["file"])[0], path)
        function = getattr(module, job["function"], None)
        if error is not None:
            problem = dict(describe(error, path), limit=loading.is_checkers_limit(error))
        elif not callable(function):
            problem = {"words": "{file} has no function {function}".format(**job)}
    except BaseException as error:
        problem = describe(error, path)
    send(dict(problem, kind="loaded", loaded=callable(function)))
    if not callable(function):
        return
    while calls:  # each is dropped before it is made, so that its arrays are freed after it
        arguments, keywords, result_bytes = calls.pop(0)
        if job["steps"]:
            recorder = modules["child_steps"].StepRecorder(path, modules["numpy"], job["steps"])
            send(*caller.call(recorder.follow(function), arguments, keywords, result_bytes))
            complete = len(recorder.steps) < job["steps"]
            send({"kind": "steps", "steps": recorder.steps, "complete": complete})
        else:
            send(*caller.call(function, arguments, keywords, result_bytes))


def _make_sender(channel: int, token: str) -> Callable[..., None]:
    """Return send(message, payload=b""), which writes both to the channel.

    It keeps the functions that it needs, as the submission may replace them. In a fork of this
    process it ends the fork instead.
    """
    write, process_id, leave, own_id, dumps = os.write, os.getpid, os._exit, os.getpid(), json.dumps
    token_bytes = bytes.fromhex(token)

    def send(message: dict[str, Any], payload: bytes = b"") -> None:
        if process_id() != own_id:
            leave(0)  # a fork of the submission that returned from its function
        text = dumps(message).encode()
        unsent = memoryview(
            token_bytes + struct.pack("<IQ", len(text), len(payload)) + text + payload
        )
        try:
            while unsent:
                unsent = unsent[write(channel, unsent) :]
        except OSError:
            leave(CHANNEL_CLOSED)

    return send


def _read_calls(calls: list[Any], arrays: bytes, np: ModuleType) -> list[Any]:
    """Return (arguments, keywords, how many bytes its result may have) of each call.

    calls: for each a dict, as `child_process.pack` describes a call. arrays: the arrays of all
    calls in order, each as .npy.
    """
    stream = io.BytesIO(arrays)

    def read_value(tree: Any) -> Any:
        if not isinstance(tree, dict):
            # interned like a literal of a program, so that `padding is 'same'` is true
            return sys.intern(tree) if isinstance(tree, str) else tree
        if "array" in tree:
            return np.lib.format.read_array(stream, allow_pickle=False)
        kind = tuple if "tuple" in tree else list
        return kind(read_value(part) for part in tree[kind.__name__])

    return [
        (
            [read_value(part) for part in call["arguments"]],
            {name: read_value(part) for name, part in call["keywords"].items()},
            call["result_bytes"],
        )
        for call in calls
    ]


def _load_neighbour(name: str) -> ModuleType:
    """Import a file beside this one as a module, and return it."""
    here = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location(name, os.path.join(here, name + ".py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _hide(channel: int) -> int:
    """Move the channel to a random descriptor that started programs do not inherit; return it.

    On Windows, the channel stays where it is.
    """
    if sys.platform == "win32":
        return channel
    number = random.SystemRandom().randrange(40, 120)
    os.dup2(channel, number, inheritable=False)
    os.close(channel)
    return number


def _redirect_to_null(descriptor: int, mode: int) -> None:
    """Redirect a standard stream (0, 1 or 2) to the null device; mode: as of os.open."""
    null = os.open(os.devnull, mode)
    os.dup2(null, descriptor)
    os.close(null)


if __name__ == "__main__":
    main()
