"""One child process: the job that it gets, the messages that it sends, and how it ended."""

from __future__ import annotations

import contextlib
import io
import json
import os
import queue
import secrets
import signal
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from convpool.check.sandbox import child_main
from convpool.check.sandbox.calls import Answer, Call, Step, SubmittedFunction
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.sandbox.limits import END_SECONDS, MESSAGE_BYTES, SOURCE_BYTES, Limits
from convpool.check.tasks import TASKS

_STOP_SECONDS = 0.1  # between looks at whether everything is to stop
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "LANG": "C.UTF-8",
}

PackedCall = tuple[dict[str, Any], bytes]  # a call as JSON values, and its arrays as .npy
Message = dict[str, Any]  # what the child sends: its "kind", and what that kind has
Messages = dict[str, Message]  # the last message of each kind


@dataclass(frozen=True)
class Job:
    """What all processes of one task have in common."""

    function: SubmittedFunction
    python: Interpreter
    limits: Limits
    steps: int = 0  # to record of a call that is followed; 0: it is not followed


def run_process(
    job: Job, work: Path, calls: Sequence[PackedCall], deadline: float
) -> tuple[list[Answer], Answer, Messages]:
    """Make calls in one process, in the folder `work`, until a moment of time.monotonic().

    Returns the answers that came, an answer for the call during which the process ended (if it made
    fewer than all), and the last message of each kind.
    """
    token = secrets.token_bytes(16)
    queued: queue.Queue[Message | None] = queue.Queue()
    answers: list[Answer] = []
    messages: Messages = {}
    ending = Answer("timed out", words=f"no answer within {job.limits.task_seconds:.3g} s")
    with _start(job, work, calls, token) as (process, errors):
        threading.Thread(
            target=_read_messages, args=(process.stdout, token, job.limits, queued), daemon=True
        ).start()
        with contextlib.suppress(queue.Empty):
            while len(answers) < len(calls) or (job.steps and "steps" not in messages):
                message = _next_message(queued, deadline, job.limits)
                if message is None or message["kind"] in ("end", "broken"):
                    ending = _ending(message or {"kind": "end", "code": None}, errors, job.limits)
                    break
                if message["kind"] == "answer":
                    answers.append(message["answer"])
                messages[message["kind"]] = message
    isolation = messages.get("isolation", {}).get("words", ())
    return [replace(answer, isolation=isolation) for answer in answers], ending, messages


def _next_message(
    queued: queue.Queue[Message | None], deadline: float, limits: Limits
) -> Message | None:
    """Wait for the next message, None at the end of them.

    Raises queue.Empty if none came before the deadline, or if everything is to stop.
    """
    while True:
        left = deadline - time.monotonic()
        try:
            return queued.get(timeout=min(max(left, 0), _STOP_SECONDS))
        except queue.Empty:
            if left <= 0 or limits.stop.is_set():
                raise


@contextlib.contextmanager
def make_workplace(job: Job) -> Iterator[tuple[Path, str]]:
    """Make a temporary folder with a read-only copy of the seven files.

    Yields the folder, and why the job's file cannot be run ("": it can).
    """
    with tempfile.TemporaryDirectory(prefix="convpool-check-", ignore_cleanup_errors=True) as name:
        work = Path(name)
        for folder in ("submission", "scratch", "root"):
            (work / folder).mkdir(mode=0o755)
        files = {*(task.file for task in TASKS.values()), job.function.file}
        problems = {file: _copy(job.function.folder, file, work) for file in files}
        problem = problems[job.function.file]
        if job.limits.task_seconds <= 0 or job.limits.stop.is_set():
            problem = "the time for this submission was over"
        (work / "submission").chmod(0o555)
        work.chmod(0o711)  # an unprivileged user can open files by name, not list them
        yield work, problem


def pack(call: Call) -> PackedCall:
    """Return a call as JSON values, and its arrays as .npy, one after the other."""
    arrays = io.BytesIO()

    def as_json(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            np.lib.format.write_array(arrays, value, allow_pickle=False)
            return {"array": True}
        if isinstance(value, tuple | list):
            return {
                "tuple" if isinstance(value, tuple) else "list": [as_json(part) for part in value]
            }
        if isinstance(value, np.generic):
            return value.item()
        if value is None or isinstance(value, int | float | str):
            return value
        kinds = "arrays, numbers, strings, None, and tuples and lists of these"
        raise TypeError(
            f"{value!r} is a {type(value).__name__}; the arguments of a call may be {kinds}"
        )

    arguments = [as_json(value) for value in call.arguments]
    return {
        "arguments": arguments,
        "keywords": {name: as_json(value) for name, value in call.keywords.items()},
    }, arrays.getvalue()


def _copy(folder: Path, file: str, work: Path) -> str:
    """Copy a submission's file into `work`; return why it was not copied ("": it was).

    Only plain files inside the folder are copied; a link that leads out of it is not followed.
    """
    source = folder / file
    try:
        if not source.resolve().is_relative_to(folder.resolve()):
            return f"{file} is a link that leads out of the folder"
        if not source.is_file():
            return f"there is no file {file}"
        with source.open("rb") as stream:
            text = stream.read(SOURCE_BYTES + 1)
        if len(text) > SOURCE_BYTES:
            return f"{file} is longer than {SOURCE_BYTES} bytes"
        (work / "submission" / file).write_bytes(text)
    except OSError as error:
        return f"{file} cannot be read: {error.strerror}"
    return ""


@contextlib.contextmanager
def _start(
    job: Job, work: Path, calls: Sequence[PackedCall], token: bytes
) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """Start the process; on leaving the context, end it and everything that it started.

    Yields the process, and the file with its standard error.
    """
    description = {
        "token": token.hex(),
        "work": str(work),
        "numpy": job.python.folder,
        "file": job.function.file,
        "function": job.function.name,
        "steps": job.steps,
        "limits": job.limits.for_child,
        "calls": [call for call, _ in calls],
    }
    command = [str(job.python.path), "-I", "-B", child_main.__file__]
    environment = _ENVIRONMENT | {
        name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ
    }
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as errors:
        stdin.write(
            json.dumps(description).encode() + b"\n" + b"".join(arrays for _, arrays in calls)
        )
        stdin.seek(0)
        process = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=work / "scratch",
            env=environment,
            start_new_session=True,
        )
        try:
            yield process, errors
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and its descendants: ask it to do so itself, and kill it if it does not."""
    process.terminate()
    try:
        process.wait(timeout=END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if hasattr(os, "killpg"):
        with contextlib.suppress(OSError):  # usually none is left
            os.killpg(process.pid, signal.SIGKILL)


def _read_messages(
    stream: IO[bytes], token: bytes, limits: Limits, queued: queue.Queue[Message | None]
) -> None:
    """Read messages into a queue, then None; stop at the first one that is forged or damaged."""
    with stream:
        while True:
            key = stream.read(len(token))
            if not key:
                return queued.put(None)
            try:
                if key != token:
                    raise ValueError("no token")
                text, result = struct.unpack("<IQ", _read_exactly(stream, 12))  # numbers of bytes
                if text > MESSAGE_BYTES or result > limits.result_bytes + 10_000:
                    raise ValueError("too long")
                content = json.loads(_read_exactly(stream, text))
                kind, payload = content["kind"], _read_exactly(stream, result)
                queued.put(_PARSERS[kind](content, payload) | {"kind": kind})
            except Exception:  # a forged message may hold anything
                return queued.put({"kind": "broken"})


def _read_exactly(stream: IO[bytes], count: int) -> bytes:
    """Read `count` bytes; raise ValueError if there are fewer."""
    data = stream.read(count)
    if len(data) != count:
        raise ValueError("too short")
    return data


# Each parser takes a message's JSON and its payload, and raises an exception if they make no sense.


def _parse_answer(content: Message, payload: bytes) -> Message:
    """Return {"answer": Answer}; the payload is the array that came back, as .npy."""
    answer = Answer(
        _one_of(content["outcome"], "returned", "raised", "not an array"),
        value=_array(payload) if content["outcome"] == "returned" else None,
        words=str(content["words"])[:1000],
        line=_line(content["line"]),
        changed=tuple(int(place) for place in content["changed"]),
        seconds=float(content["seconds"]),
        peak=int(content["peak"]),
    )
    return {"answer": answer}


def _parse_isolation(content: Message, _: bytes) -> Message:
    """Return {"words": the restrictions in force, a sentence each}."""
    return {"words": tuple(str(word) for word in content["words"])}


def _parse_loaded(content: Message, _: bytes) -> Message:
    """Return whether the file was loaded: {"loaded", "words": why not, "line": where}."""
    words, line = str(content.get("words", ""))[:1000], _line(content.get("line"))
    return {"loaded": _one_of(content["loaded"], True, False), "words": words, "line": line}


def _parse_steps(content: Message, _: bytes) -> Message:
    """Return {"steps": the lines that ran, "complete": whether all were recorded}."""
    steps = [
        Step(int(line), str(function), {str(name): str(text) for name, text in values.items()})
        for line, function, values in content["steps"]
    ]
    return {"steps": tuple(steps), "complete": bool(content["complete"])}


def _parse_end(content: Message, _: bytes) -> Message:
    """Return {"code": the exit code of the process, negative for a signal}."""
    return {"code": os.waitstatus_to_exitcode(content["status"])}


_PARSERS = {
    "isolation": _parse_isolation,
    "loaded": _parse_loaded,
    "answer": _parse_answer,
    "steps": _parse_steps,
    "end": _parse_end,
}


def _one_of(value: Any, *values: Any) -> Any:
    """Return a value if it is one of `values`; raise ValueError otherwise."""
    return values[values.index(value)]


def _line(value: Any) -> int | None:
    """Return a line number as an int, or None."""
    return None if value is None else int(value)


def _array(payload: bytes) -> NDArray[Any]:
    """Read a .npy of numbers; raise ValueError if its data does not fit its header.

    Nothing is allocated from the header's claims alone.
    """
    stream = io.BytesIO(payload)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("another version")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    if fortran or dtype.kind not in "biufc":
        raise ValueError("not what it claims")
    return np.frombuffer(payload, dtype, offset=stream.tell()).reshape(shape).copy()


def _ending(message: Message, errors: IO[bytes], limits: Limits) -> Answer:
    """Return how the process ended before it had answered, as the answer of that call.

    `errors` is its standard error: of Python and `child_isolation`; the submission's is discarded.
    """
    if message["kind"] == "broken":
        words = "something else than the answers was written to where they come back"
        return Answer("died", words=words)
    errors.seek(0)
    last_lines = errors.read(100_000).decode(errors="replace").strip().splitlines()[-1:]
    code = message["code"]
    if code is None or last_lines:
        reason = last_lines[0][:300] if last_lines else "it said nothing"
        return Answer("died", words=f"the process ended early: {reason}")
    names = {number.value: number.name for number in signal.Signals}
    if names.get(-code) == "SIGXCPU":
        words = f"no answer within {limits.task_seconds:.3g} s of processor time"
        return Answer("timed out", words=words)
    if code == child_main.CHANNEL_CLOSED:
        return Answer("died", words="the file closed the channel on which results come back")
    if code < 0:
        name = names.get(-code, "a real-time signal")
        return Answer("died", words=f"the process ended by signal {-code} ({name})")
    return Answer("died", words=f"the process ended with exit code {code} before it had answered")
