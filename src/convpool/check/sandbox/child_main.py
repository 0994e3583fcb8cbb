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
import time
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

MESSAGE_CHARACTERS = 300  # of an exception's message that are sent
INPUT_MESSAGE = "EOF when reading a line"  # of input() without a standard input
CHANNEL_CLOSED = 97  # exit code where an answer could not be sent


def main() -> None:
    """Read the job, isolate this process, load the file, make the calls."""
    job = json.loads(sys.stdin.buffer.readline())
    arrays = sys.stdin.buffer.read()
    channel = os.dup(1)
    _redirect_to_null(0, os.O_RDONLY)
    _redirect_to_null(1, os.O_WRONLY)
    os.umask(0o022)
    here = os.path.dirname(os.path.abspath(__file__))
    isolation = _load_file("child_isolation", os.path.join(here, "child_isolation.py"))
    user = isolation.free_user() if hasattr(os, "getuid") and os.getuid() == 0 else 0
    token = job.pop("token")
    restrictions = isolation.enclose(
        job["limits"]["namespaces"],
        lambda status: _make_sender(channel, token)({"kind": "end", "status": status}),
    )
    if job["numpy"] not in sys.path:
        sys.path.append(job["numpy"])
    import numpy as np  # before the process is confined, as its folder may be out of reach then

    calls = _read_calls(job["calls"], arrays, np)
    restrictions += isolation.confine(job["limits"], job["work"], user)
    _redirect_to_null(2, os.O_WRONLY)
    send = _make_sender(_hide(channel), token)
    send({"kind": "isolation", "words": restrictions, "numpy": np.__version__})
    folder = (
        "/submission" if "own root" in restrictions else os.path.join(job["work"], "submission")
    )
    sys.path.append(folder)
    packages = os.path.dirname(os.path.dirname(os.path.abspath(np.__file__)))
    sys.meta_path.insert(0, _OnlyNumPy(packages))
    _run(os.path.join(folder, job["file"]), job, calls, np, send)
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
    path: str, job: dict[str, Any], calls: list[Any], np: ModuleType, send: Callable[..., None]
) -> None:
    """Load the file at `path`, make the calls if that succeeds, and send a message about each.

    calls: as `_read_calls` returns them. send: as `_make_sender` returns it.
    """
    make_call = _make_caller(path, np, job["limits"]["result_bytes"])
    problem = {}  # why the file cannot be loaded: "words", and "line" if there is one
    try:
        module = _load_file(os.path.splitext(job["file"])[0], path)
        function: Any = getattr(module, job["function"], None)
        if not callable(function):
            problem = {"words": "{file} has no function {function}".format(**job)}
    except BaseException as error:
        problem = _describe_exception(error, path)
    send(dict(problem, kind="loaded", loaded=not problem))
    if problem:
        return
    while calls:  # each is dropped before it is made, so that its arrays are freed after it
        arguments, keywords = calls.pop(0)
        if job["steps"]:
            recorder = _StepRecorder(path, np, job["steps"])
            send(*make_call(recorder.follow(function), arguments, keywords))
            complete = len(recorder.steps) < job["steps"]
            send({"kind": "steps", "steps": recorder.steps, "complete": complete})
        else:
            send(*make_call(function, arguments, keywords))


def _make_caller(
    path: str, np: ModuleType, result_bytes: int
) -> Callable[..., tuple[dict[str, Any], bytes]]:
    """Return make_call(function, arguments, keywords) -> (answer as a message, array as .npy).

    It keeps the functions of NumPy and the clock that it needs, as the submission may replace them.
    result_bytes: a larger array is no result.
    """
    ndarray, as_array, now, peak = np.ndarray, np.array, time.process_time, _peak_memory

    def make_call(
        function: Callable[..., Any], arguments: list[Any], keywords: dict[str, Any]
    ) -> tuple[dict[str, Any], bytes]:
        before = [value.tobytes() if isinstance(value, ndarray) else b"" for value in arguments]
        answer: dict[str, Any] = {"kind": "answer", "outcome": "returned", "line": None}
        payload = b""
        start = now()
        try:
            value = function(*arguments, **keywords)
            answer["seconds"] = now() - start
            answer["words"] = _refusal(value, ndarray, result_bytes)
            if answer["words"]:
                answer["outcome"] = "not an array"
            else:
                payload = _as_npy(as_array(ndarray.view(value, ndarray), order="C"))
        except BaseException as error:
            raised = _describe_exception(error, path)
            answer.update(raised, outcome="raised", seconds=now() - start)
        after = [value.tobytes() if isinstance(value, ndarray) else b"" for value in arguments]
        answer["changed"] = [index for index in range(len(before)) if before[index] != after[index]]
        answer["peak"] = peak()
        return answer, payload

    return make_call


def _refusal(value: Any, ndarray: Any, result_bytes: int) -> str:
    """Return why a result is not an array of numbers that can be sent; "" if it is one."""
    value_type = type(value)
    if not issubclass(value_type, ndarray):
        description = "None" if value is None else f"a {value_type.__name__}"
        return f"it returned {description}, not an array"
    array = ndarray.view(value, ndarray)
    if array.dtype.kind not in "biufc":
        return f"it returned an array of dtype {array.dtype.str}, not of numbers"
    if array.nbytes > result_bytes:
        return (
            f"it returned an array of shape {array.shape}, {array.nbytes} bytes; at most "
            f"{result_bytes} are looked at"
        )
    return ""


def _as_npy(array: Any) -> bytes:
    """Return an array in C order as the bytes of a .npy file, version 1.0."""
    header = repr({"descr": array.dtype.str, "fortran_order": False, "shape": array.shape}).encode()
    # magic, length and header with its line end together fill a multiple of 64 bytes
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    data: bytes = array.tobytes()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def _describe_exception(error: BaseException, path: str) -> dict[str, Any]:
    """Return {"words": type and message of an exception, "line": where in the file at `path`}.

    The line is the last one of that file in the traceback, or that of a SyntaxError; else None.
    """
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == path else None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    try:
        message = str(error.msg if isinstance(error, SyntaxError) else error)
    except BaseException:  # its own __str__ is broken
        message = ""
    if isinstance(error, EOFError) and message == INPUT_MESSAGE:
        message = "nobody is here to answer input(); take what is needed as an argument,"
    if len(message) > MESSAGE_CHARACTERS:
        message = message[:MESSAGE_CHARACTERS] + "..."
    where = f" in line {line}" if line else ""
    return {
        "words": type(error).__name__ + (f": {message}" if message else "") + where,
        "line": line,
    }


class _StepRecorder:
    """Records the first lines of one file that run, and the names that each changed, as text."""

    def __init__(self, path: str, np: ModuleType, max_steps: int) -> None:
        self.path, self.max_steps = path, max_steps
        self.ndarray, self.array2string, self.argwhere = np.ndarray, np.array2string, np.argwhere
        self.steps: list[list[Any]] = []  # each: the line, the function, name -> text
        # running frame -> (its last step, the snapshots of its names before that step)
        self.frames: dict[FrameType, tuple[list[Any], dict[str, Any]]] = {}

    def follow(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that calls `function` and records the lines that run meanwhile."""

        def call(*arguments: Any, **keywords: Any) -> Any:
            sys.settrace(self.on_call)
            try:
                return function(*arguments, **keywords)
            finally:
                sys.settrace(None)

        return call

    def on_call(self, frame: FrameType, event: str, _: Any) -> Any:
        """Record the call of a function, if it is of the file: the trace function of sys.settrace.

        Returns the trace function of its lines, None for a function of another file.
        """
        if frame.f_code.co_filename != self.path or len(self.steps) >= self.max_steps:
            return None
        step: list[Any] = [frame.f_lineno, frame.f_code.co_name, {}]
        self.frames[frame] = (step, {})
        self.steps.append(step)
        return self.on_line

    def on_line(self, frame: FrameType, event: str, _: Any) -> Any:
        """Record what the previous line changed, and the line that runs next: a trace function."""
        step, before = self.frames[frame]
        values = {
            name: value for name, value in list(frame.f_locals.items()) if not name.startswith(".")
        }  # names with a dot are made by comprehensions
        for name, value in values.items():
            change = self.describe_change(before.get(name), value)
            if change:
                step[2][name] = change
        if event == "return":
            del self.frames[frame]
        elif len(self.steps) >= self.max_steps:
            sys.settrace(None)
            frame.f_trace = None
            return None
        elif event == "line":
            step = [frame.f_lineno, frame.f_code.co_name, {}]
            self.steps.append(step)
            snapshots = {name: self.snapshot(value) for name, value in values.items()}
            self.frames[frame] = (step, snapshots)
        return self.on_line

    def snapshot(self, value: Any) -> Any:
        """Return what `describe_change` takes as `before`: a small array's copy, else text.

        A large array is not copied, so that its changes in place are not seen.
        """
        if type(value) is self.ndarray:
            return value.copy() if value.size <= 10000 else value
        return self.short_text(value)

    def describe_change(self, before: Any, value: Any) -> str:
        """Return the change of a variable as text; "" if it has not changed.

        before: the snapshot of its value, None if it is new. The text is the new value; or, if at
        most half of an array of more than 9 elements changed, the first changed element and how
        many more, such as "[0, 2] = 5.0 and 3 more". Changes of arrays that hold no numbers are
        not seen.
        """
        if type(value) is not self.ndarray or type(before) is not self.ndarray:
            text = self.short_text(value)
            return "" if text == before else text
        if before.shape != value.shape or before.dtype != value.dtype:
            return self.short_text(value)
        if value.dtype.kind not in "biufc" or before.tobytes() == value.tobytes():
            return ""
        # x != x is true for NaN alone: NaN that stays NaN is no change
        different = self.argwhere((before != value) & ~((before != before) & (value != value)))
        # len is 0 if bytes differ but no value does: 0.0 became -0.0
        if len(different) == 0 or value.size <= 9 or len(different) > value.size // 2:
            return self.short_text(value)
        first = tuple(int(index) for index in different[0])
        more = f" and {len(different) - 1} more" if len(different) > 1 else ""
        return f"{list(first)} = {value[first]!s}{more}"

    def short_text(self, value: Any) -> str:
        """Return a value as short text: an array's dtype, shape and few elements, else its repr."""
        if type(value) is self.ndarray:
            about = f"{value.dtype.str[1:]} {value.shape}"
            if value.size > 64:
                return about
            return f"{about} {self.array2string(value, threshold=65)[:600]}"
        try:
            return repr(value)[:120]
        except Exception:
            return type(value).__name__


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
    """Return (arguments, keywords) of each call, from its JSON and all arrays as .npy."""
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
        )
        for call in calls
    ]


def _load_file(name: str, path: str) -> ModuleType:
    """Import the file at `path` as a module, and return it; its name need not be an identifier."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _hide(channel: int) -> int:
    """Move the channel to a random descriptor that started programs do not inherit; return it.

    On Windows, the channel stays where it is.
    """
    if sys.platform == "win32":
        return channel
    number = random.SystemRandom().randrange(50, 250)
    os.dup2(channel, number, inheritable=False)
    os.close(channel)
    return number


def _redirect_to_null(descriptor: int, mode: int) -> None:
    """Redirect a standard stream (0, 1 or 2) to the null device; mode: as of os.open."""
    null = os.open(os.devnull, mode)
    os.dup2(null, descriptor)
    os.close(null)


def _peak_memory() -> int:
    """Return the most bytes that this process has held in memory; 0 on Windows."""
    if resource is None:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # macOS counts bytes, others KiB


if __name__ == "__main__":
    main()
