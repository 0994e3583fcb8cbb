"""One child process: what it gets, the frames that it sends back, and how it ended."""

from __future__ import annotations

import contextlib
import dataclasses
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
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from convpool.check.sandbox import run_case
from convpool.check.sandbox.answers import Answer, Call, Limits, Step
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.tasks import TASKS

SOURCE_BYTES = 1_000_000  # of a submission's file; longer ones are not loaded
_TEXT_BYTES = 64_000_000  # of a frame's JSON: the steps of a call that is followed are the longest
_LOOK = 0.1  # seconds between looks at whether all is to stop
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "LANG": "C.UTF-8",
}

Packed = tuple[dict[str, Any], bytes]  # a call as JSON, and its arrays as .npy
Frame = dict[str, Any]  # what the child says


@dataclass(frozen=True)
class Job:
    """What all processes of one task have in common."""

    folder: Path
    file: str
    function: str
    python: Interpreter
    limits: Limits
    follow: int = 0  # steps to keep; 0: the call is not followed


def made_by_one(
    job: Job, work: Path, calls: Sequence[Packed], deadline: float
) -> tuple[list[Answer], Answer, dict[str, Any]]:
    """Make calls in one process: the answers that came, one for the call that it ended at, and what else it said."""
    token = secrets.token_bytes(16)
    frames: queue.Queue[Frame | None] = queue.Queue()
    answers: list[Answer] = []
    said: dict[str, Any] = {}
    ending = Answer("timed out", words=f"no answer within {job.limits.task_seconds:.3g} s")
    with _started(job, work, calls, token) as (process, complaints):
        threading.Thread(
            target=_read, args=(process.stdout, token, job.limits, frames), daemon=True
        ).start()
        with contextlib.suppress(queue.Empty):
            while len(answers) < len(calls) or (job.follow and "steps" not in said):
                frame = _next(frames, deadline, job.limits)
                if frame is None or frame["kind"] in ("end", "broken"):
                    ending = _ending(frame or {"kind": "end", "code": None}, complaints, job.limits)
                    break
                if frame["kind"] == "answer":
                    answers.append(frame["answer"])
                said[frame["kind"]] = frame
    walls = said.get("walls", {}).get("words", ())
    return [dataclasses.replace(answer, isolation=walls) for answer in answers], ending, said


def _next(frames: queue.Queue[Frame | None], deadline: float, limits: Limits) -> Frame | None:
    """Wait for the next frame; queue.Empty: none came in time, or all is to stop."""
    while True:
        left = deadline - time.monotonic()
        try:
            return frames.get(timeout=min(max(left, 0), _LOOK))
        except queue.Empty:
            if left <= 0 or limits.stop.is_set():
                raise


@contextlib.contextmanager
def workplace(job: Job) -> Iterator[tuple[Path, str]]:
    """Make a fresh folder with a copy of the submission to be read; give it, and why the file cannot be run, if so."""
    with tempfile.TemporaryDirectory(prefix="convpool-check-", ignore_cleanup_errors=True) as name:
        work = Path(name)
        for folder in ("submission", "scratch", "root"):
            (work / folder).mkdir(mode=0o755)
        problems = {
            file: _copy(job.folder, file, work)
            for file in {*(task.file for task in TASKS.values()), job.file}
        }
        problem = problems[job.file]
        if job.limits.task_seconds <= 0 or job.limits.stop.is_set():
            problem = "the time for this submission was over"
        (work / "submission").chmod(0o555)
        work.chmod(0o711)  # an unprivileged user finds what it knows the name of
        yield work, problem


def pack(call: Call) -> Packed:
    """Return a call as JSON, and its arrays as .npy, one after the other."""
    arrays = io.BytesIO()

    def tree(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            np.lib.format.write_array(arrays, value, allow_pickle=False)
            return {"array": True}
        if isinstance(value, tuple | list):
            return {"tuple" if isinstance(value, tuple) else "list": [tree(part) for part in value]}
        if isinstance(value, np.generic):
            return value.item()
        if value is None or isinstance(value, int | float | str):
            return value
        kinds = "arrays, numbers, strings, None, and tuples and lists of these"
        raise TypeError(
            f"{value!r} is a {type(value).__name__}; the arguments of a call may be {kinds}"
        )

    arguments = [tree(value) for value in call.arguments]
    return {
        "arguments": arguments,
        "words": {name: tree(value) for name, value in call.words.items()},
    }, arrays.getvalue()


def _copy(folder: Path, file: str, work: Path) -> str:
    """Copy a file of the submission; say why not, if so. What is no file, or lies outside, is not followed."""
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
def _started(
    job: Job, work: Path, calls: Sequence[Packed], token: bytes
) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """Start the process; when this is left, it has ended with all that it had started. Gives it and its complaints."""
    description = {
        "token": token.hex(),
        "work": str(work),
        "numpy": job.python.folder,
        "file": job.file,
        "function": job.function,
        "follow": job.follow,
        "limits": job.limits.of_process,
        "calls": [call for call, _ in calls],
    }
    command = [str(job.python.path), "-I", "-B", run_case.__file__]
    environment = _ENVIRONMENT | {
        name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ
    }
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as complaints:
        given.write(
            json.dumps(description).encode() + b"\n" + b"".join(arrays for _, arrays in calls)
        )
        given.seek(0)
        process = subprocess.Popen(
            command,
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd=work / "scratch",
            env=environment,
            start_new_session=True,
        )
        try:
            yield process, complaints
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the process that waits for the submission's to end it, and all that come from it; else end it ourselves."""
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if hasattr(os, "killpg"):
        with contextlib.suppress(OSError):  # none is left, as a rule
            os.killpg(process.pid, signal.SIGKILL)


def _read(
    stream: IO[bytes], token: bytes, limits: Limits, frames: queue.Queue[Frame | None]
) -> None:
    """Put the frames that come into a queue, None at the end; stop at the first that does not have the token."""
    with stream:
        while True:
            key = stream.read(len(token))
            if not key:
                return frames.put(None)
            try:
                if key != token:
                    raise ValueError("no token")
                text, result = struct.unpack("<IQ", _exactly(stream, 12))
                if text > _TEXT_BYTES or result > limits.result_bytes + 10_000:
                    raise ValueError("too long")
                frame, payload = json.loads(_exactly(stream, text)), _exactly(stream, result)
                frames.put(_KINDS[frame["kind"]](frame, payload) | {"kind": frame["kind"]})
            except Exception:  # whatever a forged frame has in it
                return frames.put({"kind": "broken"})


def _exactly(stream: IO[bytes], count: int) -> bytes:
    """Read so many bytes."""
    found = stream.read(count)
    if len(found) != count:
        raise ValueError("too short")
    return found


def _answer(frame: Frame, payload: bytes) -> Frame:
    """Read what came of a call."""
    answer = Answer(
        _one_of(frame["outcome"], "returned", "raised", "not an array"),
        value=_array(payload) if frame["outcome"] == "returned" else None,
        words=str(frame["words"])[:1000],
        line=_line(frame["line"]),
        changed=tuple(int(place) for place in frame["changed"]),
        seconds=float(frame["seconds"]),
        peak=int(frame["peak"]),
    )
    return {"answer": answer}


def _walls(frame: Frame, _: bytes) -> Frame:
    """Read what binds the process."""
    return {"words": tuple(str(word) for word in frame["words"])}


def _loaded(frame: Frame, _: bytes) -> Frame:
    """Read what came of loading the file."""
    words, line = str(frame.get("words", ""))[:1000], _line(frame.get("line"))
    return {"loaded": _one_of(frame["loaded"], True, False), "words": words, "line": line}


def _steps(frame: Frame, _: bytes) -> Frame:
    """Read the lines that ran."""
    steps = [
        Step(int(line), str(function), {str(name): str(text) for name, text in values.items()})
        for line, function, values in frame["steps"]
    ]
    return {"steps": tuple(steps), "complete": bool(frame["complete"])}


def _end_of_process(frame: Frame, _: bytes) -> Frame:
    """Read how the process ended."""
    return {"code": os.waitstatus_to_exitcode(frame["status"])}


# What the child may say: each reader looks at a frame with distrust, and raises for one that makes
# no sense.
_KINDS = {
    "walls": _walls,
    "loaded": _loaded,
    "answer": _answer,
    "steps": _steps,
    "end": _end_of_process,
}


def _one_of(value: Any, *values: Any) -> Any:
    """Return a value that is one of these."""
    return values[values.index(value)]


def _line(value: Any) -> int | None:
    """Return a line's number, or None."""
    return None if value is None else int(value)


def _array(payload: bytes) -> NDArray[Any]:
    """Read a .npy of numbers; nothing is allocated for what its header claims, and what is there must fit it."""
    stream = io.BytesIO(payload)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("another version")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    if fortran or dtype.kind not in "biufc":
        raise ValueError("not what it claims")
    return np.frombuffer(payload, dtype, offset=stream.tell()).reshape(shape).copy()


def _ending(frame: Frame, complaints: IO[bytes], limits: Limits) -> Answer:
    """Say how the process ended before it had answered."""
    if frame["kind"] == "broken":
        return Answer(
            "died", words="something else than the answers was written to where they come back"
        )
    complaints.seek(0)  # of Python and the walls: the submission's go nowhere
    said = complaints.read(100_000).decode(errors="replace").strip().splitlines()[-1:]
    code = frame["code"]
    if code is None or said:
        return Answer(
            "died", words=f"the process ended early: {said[0][:300] if said else 'it said nothing'}"
        )
    names = {number.value: number.name for number in signal.Signals}
    if names.get(-code) == "SIGXCPU":
        return Answer(
            "timed out", words=f"no answer within {limits.task_seconds:.3g} s of processor time"
        )
    if code == run_case.CHANNEL_CLOSED:
        return Answer("died", words="the file closed the channel on which results come back")
    if code < 0:
        return Answer(
            "died",
            words=f"the process ended by signal {-code} ({names.get(-code, 'a real-time signal')})",
        )
    return Answer("died", words=f"the process ended with exit code {code} before it had answered")
