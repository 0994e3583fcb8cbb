"""Runs in the child process: loads a submission's file, makes the calls, and sends back what came of each.

Python 3.8 syntax, the standard library and numpy. The job is read from standard input: one line of
JSON, then the arrays as .npy, one after the other. Answers go to where standard output pointed, as
frames: the job's token, the lengths of two parts, one of JSON, and a result as .npy. What the
submission prints goes nowhere.
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

SHORT = 300  # characters of an exception's message
UNANSWERED = "EOF when reading a line"  # what input() says where there is nobody
CHANNEL_CLOSED = 97  # exit code where an answer could not be sent


def main() -> None:
    """Read the job, build the walls, run."""
    job = json.loads(sys.stdin.buffer.readline())
    arrays = sys.stdin.buffer.read()
    channel = os.dup(1)
    _to_nowhere(0, os.O_RDONLY)
    _to_nowhere(1, os.O_WRONLY)
    os.umask(0o022)
    enclosure = _loaded(
        "enclosure", os.path.join(os.path.dirname(os.path.abspath(__file__)), "enclosure.py")
    )
    user = enclosure.free_user() if hasattr(os, "getuid") and os.getuid() == 0 else 0
    token = job.pop("token")
    words = enclosure.enclose(
        job["limits"]["namespaces"],
        lambda status: _sender(channel, token)({"kind": "end", "status": status}),
    )
    if job["numpy"] not in sys.path:
        sys.path.append(job["numpy"])
    import numpy as np  # before the walls, so that all of it is loaded, wherever it lies

    calls = _read_calls(job["calls"], arrays, np)
    words += enclosure.confine(job["limits"], job["work"], user)
    _to_nowhere(2, os.O_WRONLY)
    send = _sender(_hidden(channel), token)
    send({"kind": "walls", "words": words, "numpy": np.__version__})
    folder = "/submission" if "own root" in words else os.path.join(job["work"], "submission")
    sys.path.append(folder)
    sys.meta_path.insert(
        0, _NumPyAlone(os.path.dirname(os.path.dirname(os.path.abspath(np.__file__))))
    )
    _run(os.path.join(folder, job["file"]), job, calls, np, send)
    os._exit(0)  # whatever threads and exit functions there are


class _NumPyAlone:
    """Leaves out of the folder of installed packages whatever is not numpy, as on the brief's machine."""

    def __init__(self, packages: str) -> None:
        self.packages = packages

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Raise for a package that is installed there; say nothing of all others."""
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
    """Load the file and make the calls."""
    make_answer = _answerer(path, np, job["limits"]["result_bytes"])
    try:
        function: Any = getattr(
            _loaded(os.path.splitext(job["file"])[0], path), job["function"], None
        )
        problem = (
            {}
            if callable(function)
            else {"words": "{file} has no function {function}".format(**job)}
        )
    except BaseException as error:
        problem = _raised(error, path)
    send(dict(problem, kind="loaded", loaded=not problem))
    if problem:
        return
    while calls:
        arguments, words = calls.pop(0)
        if job["follow"]:
            steps = _Steps(path, np, job["follow"])
            send(*make_answer(steps.followed(function), arguments, words))
            send(
                {
                    "kind": "steps",
                    "steps": steps.found,
                    "complete": len(steps.found) < job["follow"],
                }
            )
        else:
            send(*make_answer(function, arguments, words))


def _answerer(path: str, np: ModuleType, most: int) -> Callable[..., tuple[dict[str, Any], bytes]]:
    """Return a function that makes a call and describes what came of it. It keeps what it needs of NumPy and the clock.

    The submission may put other functions in their place.
    """
    ndarray, plain, now, peak = np.ndarray, np.array, time.process_time, _peak

    def make(
        function: Callable[..., Any], arguments: list[Any], words: dict[str, Any]
    ) -> tuple[dict[str, Any], bytes]:
        before = [value.tobytes() if isinstance(value, ndarray) else b"" for value in arguments]
        answer: dict[str, Any] = {"kind": "answer", "outcome": "returned", "line": None}
        payload = b""
        start = now()
        try:
            value = function(*arguments, **words)
            answer["seconds"] = now() - start
            answer["words"] = _refused(value, ndarray, most)
            if answer["words"]:
                answer["outcome"] = "not an array"
            else:
                payload = _npy(plain(ndarray.view(value, ndarray), order="C"))
        except BaseException as error:
            answer.update(_raised(error, path), outcome="raised", seconds=now() - start)
        now_there = [value.tobytes() if isinstance(value, ndarray) else b"" for value in arguments]
        answer["changed"] = [
            place for place in range(len(before)) if before[place] != now_there[place]
        ]
        answer["peak"] = peak()
        return answer, payload

    return make


def _refused(value: Any, ndarray: Any, most: int) -> str:
    """Say why a result is no array that can be looked at; empty if it is one."""
    kind = type(value)
    if not issubclass(kind, ndarray):
        named = "None" if value is None else f"a {kind.__name__}"
        return f"it returned {named}, not an array"
    array = ndarray.view(value, ndarray)
    if array.dtype.kind not in "biufc":
        return f"it returned an array of dtype {array.dtype.str}, not of numbers"
    if array.nbytes > most:
        return (
            f"it returned an array of shape {array.shape}, {array.nbytes} bytes; at most "
            f"{most} are looked at"
        )
    return ""


def _npy(array: Any) -> bytes:
    """Return an array in C order as a .npy file, version 1.0."""
    header = repr({"descr": array.dtype.str, "fortran_order": False, "shape": array.shape}).encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + array.tobytes()  # type: ignore[no-any-return]


def _raised(error: BaseException, path: str) -> dict[str, Any]:
    """Name an exception, its message, and the last line of the submission's file that it went through."""
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
    if isinstance(error, EOFError) and message == UNANSWERED:
        message = "nobody is here to answer input(); take what is needed as an argument,"
    message = message if len(message) <= SHORT else message[:SHORT] + "..."
    words = (
        type(error).__name__
        + (f": {message}" if message else "")
        + (f" in line {line}" if line else "")
    )
    return {"words": words, "line": line}


class _Steps:
    """The lines of one file that run, each with the local names that it changed, as short text."""

    def __init__(self, path: str, np: ModuleType, most: int) -> None:
        self.path, self.most = path, most
        self.ndarray, self.text, self.places, self.same = (
            np.ndarray,
            np.array2string,
            np.argwhere,
            np.array_equal,
        )
        self.found: list[list[Any]] = []
        self.frames: dict[FrameType, tuple[list[Any], dict[str, Any]]] = {}

    def followed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function that does the same and is followed."""

        def call(*arguments: Any, **words: Any) -> Any:
            sys.settrace(self.enter)
            try:
                return function(*arguments, **words)
            finally:
                sys.settrace(None)

        return call

    def enter(self, frame: FrameType, event: str, _: Any) -> Any:
        """Follow a frame of the file."""
        if frame.f_code.co_filename != self.path or len(self.found) >= self.most:
            return None
        step: list[Any] = [frame.f_lineno, frame.f_code.co_name, {}]
        self.frames[frame] = (step, {})
        self.found.append(step)
        return self.line

    def line(self, frame: FrameType, event: str, _: Any) -> Any:
        """Note what the line before has changed, and that this one runs now."""
        step, before = self.frames[frame]
        values = {
            name: value for name, value in list(frame.f_locals.items()) if not name.startswith(".")
        }
        for name, value in values.items():
            change = self.change(before.get(name, before), value, before)
            if change:
                step[2][name] = change
        if event == "return":
            del self.frames[frame]
        elif len(self.found) >= self.most:
            sys.settrace(None)
            frame.f_trace = None
            return None
        elif event == "line":
            step = [frame.f_lineno, frame.f_code.co_name, {}]
            self.found.append(step)
            self.frames[frame] = (step, {name: self.kept(value) for name, value in values.items()})
        return self.line

    def kept(self, value: Any) -> Any:
        """Return what a later value is compared with: a copy of an array that may change, else text."""
        if type(value) is self.ndarray:
            return value.copy() if value.size <= 10000 else value
        return self.short(value)

    def change(self, before: Any, value: Any, missing: Any) -> str:
        """Return a name's new value as text; of an array that changed in place, its first new element; else nothing."""
        if type(value) is not self.ndarray or type(before) is not self.ndarray:
            text = self.short(value)
            return "" if before is not missing and text == before else text
        if before.shape != value.shape or before.dtype != value.dtype:
            return self.short(value)
        if value.dtype.kind not in "biufc" or before.tobytes() == value.tobytes():
            return ""
        different = self.places((before != value) & ~((before != before) & (value != value)))
        if len(different) == 0 or value.size <= 9 or len(different) > value.size // 2:
            return self.short(value)
        first = tuple(int(index) for index in different[0])
        more = f" and {len(different) - 1} more" if len(different) > 1 else ""
        return f"{list(first)} = {value[first]!s}{more}"

    def short(self, value: Any) -> str:
        """Return a value as short text."""
        if type(value) is self.ndarray:
            about = f"{value.dtype.str[1:]} {value.shape}"
            return f"{about} {self.text(value, threshold=65)[:600]}" if value.size <= 64 else about
        try:
            return repr(value)[:120]
        except Exception:
            return type(value).__name__


def _sender(channel: int, token: str) -> Callable[..., None]:
    """Return the function that sends a frame; only in the process that asks for it, not in its forks."""
    write, process, leave, own, dumps = os.write, os.getpid, os._exit, os.getpid(), json.dumps
    key = bytes.fromhex(token)

    def send(message: dict[str, Any], payload: bytes = b"") -> None:
        if process() != own:
            leave(0)  # a fork of the submission that came back from its function
        text = dumps(message).encode()
        left = memoryview(key + struct.pack("<IQ", len(text), len(payload)) + text + payload)
        try:
            while left:
                left = left[write(channel, left) :]
        except OSError:
            leave(CHANNEL_CLOSED)

    return send


def _read_calls(calls: list[Any], arrays: bytes, np: ModuleType) -> list[Any]:
    """Put the arrays that came along into the calls."""
    source = io.BytesIO(arrays)

    def value(tree: Any) -> Any:
        if not isinstance(tree, dict):
            # as in a program that writes the word: padding is 'same' then holds
            return sys.intern(tree) if isinstance(tree, str) else tree
        if "array" in tree:
            return np.lib.format.read_array(source, allow_pickle=False)
        kind = tuple if "tuple" in tree else list
        return kind(value(part) for part in tree[kind.__name__])

    return [
        (
            [value(part) for part in call["arguments"]],
            {name: value(part) for name, part in call["words"].items()},
        )
        for call in calls
    ]


def _loaded(name: str, path: str) -> ModuleType:
    """Import a file by its path under a name, which need not be an identifier."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _hidden(channel: int) -> int:
    """Move the channel to a number that cannot be guessed at once, and that programs started here do not get."""
    if sys.platform == "win32":
        return channel
    number = random.SystemRandom().randrange(50, 250)
    os.dup2(channel, number, inheritable=False)
    os.close(channel)
    return number


def _to_nowhere(descriptor: int, mode: int) -> None:
    """Let a standard stream lead to nothing."""
    nowhere = os.open(os.devnull, mode)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _peak() -> int:
    """Return the most bytes that this process has held in memory."""
    if resource is None:
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


if __name__ == "__main__":
    main()
