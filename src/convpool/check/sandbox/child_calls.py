"""Runs in the child process: make a call, and describe what came of it.

Python 3.8 syntax, the standard library alone; child_main.py loads it by its path.
"""

from __future__ import annotations

import io
import math
import struct
import sys
from collections.abc import Callable
from time import process_time, thread_time
from types import ModuleType
from typing import Any

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

MESSAGE_CHARACTERS = 300  # of an exception's message that are sent
PRINTED_CHARACTERS = 600  # of what a call prints that are sent
INPUT_MESSAGE = "EOF when reading a line"  # of input() without a standard input


class Prints(io.TextIOBase):
    """A standard output that keeps the beginning of what is printed, and counts the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.clear()

    def clear(self) -> None:
        """Forget what was printed."""
        self.text, self.count = "", 0

    def writable(self) -> bool:
        """Return that it can be written to."""
        return True

    def write(self, text: str) -> int:
        """Keep the beginning of a text; return its length."""
        self.text += str(text)[: max(PRINTED_CHARACTERS - len(self.text), 0)]
        self.count += len(text)
        return len(text)


class Caller:
    """Makes calls. It keeps the functions that it needs, as the submission may replace them."""

    def __init__(self, path: str, np: ModuleType, limits: dict[str, Any]) -> None:
        self.path, self.call_seconds, self.prints = path, limits["call_seconds"], Prints()
        self.ndarray, self.as_array = np.ndarray, np.array
        self.now, self.peak, self.allow = _processor_seconds, _peak_memory, _allow_seconds

    def call(
        self,
        function: Callable[..., Any],
        arguments: list[Any],
        keywords: dict[str, Any],
        result_bytes: int,
    ) -> tuple[dict[str, Any], bytes]:
        """Call a function; return (a message about the answer, the array as .npy or b"").

        The message has the fields of calls.Answer, and "kind". result_bytes: the most bytes that
        the array may have.
        """
        before = self._bytes_of(arguments)
        answer: dict[str, Any] = {"kind": "answer", "outcome": "returned", "line": None}
        payload = b""
        self.prints.clear()
        sys.stdout = self.prints
        self.allow(self.call_seconds)
        start = self.now()
        try:
            value = function(*arguments, **keywords)
            answer["seconds"] = self.now() - start
            answer["words"] = _refusal(value, self.ndarray, result_bytes)
            if answer["words"]:
                answer["outcome"] = "not an array"
            else:
                array = self.ndarray.view(value, self.ndarray)
                payload = _as_npy(self.as_array(array, order="C"))
        except BaseException as error:
            raised = describe_exception(error, self.path)
            answer.update(raised, outcome="raised", seconds=self.now() - start)
        after = self._bytes_of(arguments)
        answer["changed"] = [index for index in range(len(before)) if before[index] != after[index]]
        answer["peak"] = self.peak()
        answer["printed"], answer["printed_count"] = self.prints.text, self.prints.count
        return answer, payload

    def _bytes_of(self, arguments: list[Any]) -> list[bytes]:
        """Return the bytes of each argument's array; b"" for an argument that is no array."""
        return [value.tobytes() if isinstance(value, self.ndarray) else b"" for value in arguments]


def _refusal(value: Any, ndarray: Any, result_bytes: int) -> str:
    """Return why a result is not an array of numbers that can be sent; "" if it is one."""
    value_type = type(value)
    if not issubclass(value_type, ndarray):
        if value is None:
            return "it returned nothing (None); does it end with return and the array?"
        return f"it returned a {value_type.__name__}, not an array"
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


def describe_exception(error: BaseException, path: str) -> dict[str, Any]:
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
    if len(message) > MESSAGE_CHARACTERS:
        message = message[:MESSAGE_CHARACTERS] + "..."
    where = f" in line {line}" if line else ""
    words = type(error).__name__ + (f": {message}" if message else "")
    if isinstance(error, EOFError) and message == INPUT_MESSAGE:
        words = "it waits for input(), which nobody gives here: take it as an argument;"
    elif isinstance(error, SystemExit):
        words = f"it ends the whole program, by exit or quit (SystemExit: {message}),"
    return {"words": words + where, "line": line}


def _processor_seconds() -> float:
    """Return the seconds of processor time that this process has used.

    Linux counts those of a process with RLIMIT_CPU at its ticks, every few milliseconds, which is
    as long as many calls take. To read a thread's own clock brings them up to date.
    """
    thread_time()
    return process_time()


def _allow_seconds(seconds: float) -> None:
    """Let this process use so many more seconds of processor time; then it gets SIGXCPU."""
    if resource is None:
        return
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(used + seconds)
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _peak_memory() -> int:
    """Return the most bytes that this process has held in memory; 0 on Windows."""
    if resource is None:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # macOS counts bytes, others KiB
