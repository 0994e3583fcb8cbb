"""One child process: the job that it gets, the messages that it sends, and how it ended."""

from __future__ import annotations

import contextlib
import io
import json
import os
import queue
import secrets
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from convpool.check.sandbox import child_main
from convpool.check.sandbox.calls import Answer, Call, SubmittedFunction
from convpool.check.sandbox.deadline import Deadline
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.sandbox.limits import (
    END_SECONDS,
    MESSAGE_BYTES,
    MORE_RESULT_BYTES,
    RESULT_BYTES,
    SOURCE_BYTES,
    STEPS_BYTES,
    STOP_SECONDS,
    Limits,
)
from convpool.check.sandbox.messages import Expected, Message, Messages, read_messages
from convpool.check.sandbox.session_memory import session_memory
from convpool.check.tasks import TASKS

# this package, with the project's own seven files: no submission sees it where there are walls
_HIDDEN = [str(Path(__file__).resolve().parents[2])]
# of the child process: NumPy's libraries start no threads, so that times compare
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "LANG": "C.UTF-8",
}


class PackedCall(NamedTuple):
    """A call as the child gets it."""

    description: dict[str, Any]  # JSON values
    arrays: bytes  # as .npy, one after the other
    result_bytes: int  # how large its result may be


@dataclass(frozen=True)
class Job:
    """What all processes of one task have in common."""

    function: SubmittedFunction
    python: Interpreter
    limits: Limits
    steps: int = 0  # how many steps (lines that run) are recorded of the only call; 0: none


def run_process(
    job: Job, work: Path, calls: Sequence[PackedCall], deadline: Deadline
) -> tuple[list[Answer], Answer, Messages]:
    """Make calls in one child process.

    Parameters
    ----------
    job : Job
        What is called, and how.
    work : Path
        The folder that `make_workplace` made.
    calls : sequence of PackedCall
        The calls, in order.
    deadline : Deadline
        When the process is ended.

    Returns
    -------
    answers : list of Answer
        Those that came, in order.
    ending : Answer
        How the process ended, as the answer to the call that it was making; only meant to be used
        if there are fewer answers than calls.
    messages : Messages
        The last message of each kind.
    """
    token = secrets.token_bytes(16)
    queued: queue.Queue[Message | None] = queue.Queue()
    answers: list[Answer] = []
    messages: Messages = {}
    # how it ended if no message comes before the deadline
    ending = Answer("timed out", words=f"no answer within {job.limits.task_seconds:.3g} s")
    expected = Expected(
        token, [call.result_bytes for call in calls], STEPS_BYTES if job.steps else MESSAGE_BYTES
    )
    with _start(job, work, calls, token) as (process, errors):
        threading.Thread(
            target=read_messages, args=(process.stdout, expected, queued), daemon=True
        ).start()
        with contextlib.suppress(queue.Empty):
            while len(answers) < len(calls) or (job.steps and "steps" not in messages):
                message = _next_message(queued, deadline, job.limits, process.pid)
                if message is None or message["kind"] in ("end", "broken"):
                    ending = _ending(message or {"kind": "end", "code": None}, errors, job.limits)
                    break
                if message["kind"] == "answer":
                    answers.append(message["answer"])
                messages[message["kind"]] = message
    common = {
        "isolation": messages.get("isolation", {}).get("words", ()),
        **messages.get("loaded", {}).get("problem", {}),
    }
    return [replace(answer, **common) for answer in answers], ending, messages


def _next_message(
    queued: queue.Queue[Message | None], deadline: Deadline, limits: Limits, session: int
) -> Message | None:
    """Wait for the next message and return it; None once the child has closed its channel.

    If the child's processes hold too much memory meanwhile, return a message of kind "end". Raises
    queue.Empty if none came before the deadline, or if `limits.stop` is set. session: the id of the
    child and of its session.
    """
    while True:
        try:
            return queued.get(timeout=min(max(deadline.seconds_left, 0.01), STOP_SECONDS))
        except queue.Empty:
            if limits.stop.is_set() or deadline.is_over(session):
                raise
            if (used := session_memory(session)) > limits.total_memory:
                most = limits.total_memory // 10**6
                words = f"its processes hold {used // 10**6} MB together; {most} are the most"
                return {"kind": "end", "words": words}


@contextlib.contextmanager
def make_workplace(job: Job) -> Iterator[tuple[Path, str]]:
    """Make a temporary folder with a copy of the submission's files, and remove it on leaving.

    Yields (folder, problem): problem says why the job cannot be run, such as that its file is
    missing; "" if it can. The folder has three others: `submission` with those of the seven files
    that the submission has, read-only; `scratch` for what the child writes; and `root`, empty,
    which an isolated child sees as the root of its file system.
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


def pack(call: Call, limits: Limits) -> PackedCall:
    """Return a call as the child gets it.

    Raises TypeError for an argument that no call may have: see `Call`.
    """
    arrays = io.BytesIO()

    def as_json(value: Any) -> Any:
        """Return a value as JSON takes it; an array is appended to `arrays`, and has a mark."""
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
    numbers = sum(value.size for value in call.arguments if isinstance(value, np.ndarray))
    result_bytes = min(RESULT_BYTES * numbers + MORE_RESULT_BYTES, limits.result_bytes)
    description = {
        "arguments": arguments,
        "keywords": {name: as_json(value) for name, value in call.keywords.items()},
        "result_bytes": result_bytes,
    }
    return PackedCall(description, arrays.getvalue(), result_bytes)


def _copy(folder: Path, file: str, work: Path) -> str:
    """Copy a file of a folder into `work`/submission; return why not, "" if it was copied.

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
    """Start the child process; on leaving, end it and everything that it started.

    Yields (process, errors): errors is the file to which its standard error goes. Parameters as in
    `run_process`; token: what each of its messages must begin with, so that none is forged.
    """
    description = {
        "token": token.hex(),
        "work": str(work),
        "numpy": job.python.folder,
        "file": job.function.file,
        "function": job.function.name,
        "steps": job.steps,
        "limits": job.limits.for_child | {"hidden": _HIDDEN},
        "calls": [call.description for call in calls],
    }
    command = [str(job.python.path), "-I", "-B", child_main.__file__]
    # Windows starts no Python without SYSTEMROOT
    environment = _ENVIRONMENT | {
        name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ
    }
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as errors:
        stdin.write(
            json.dumps(description).encode() + b"\n" + b"".join(call.arrays for call in calls)
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
    """End the process and its descendants: by SIGTERM first, by SIGKILL after END_SECONDS."""
    process.terminate()
    try:
        process.wait(timeout=END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if hasattr(os, "killpg"):
        with contextlib.suppress(OSError):  # fails if no process of its group is left, as usual
            os.killpg(process.pid, signal.SIGKILL)


def _ending(message: Message, errors: IO[bytes], limits: Limits) -> Answer:
    """Return how the process ended, as the answer to the call that it was making.

    Parameters
    ----------
    message : Message
        Its last one, of kind "end" or "broken"; code None: it closed its channel without one.
    errors : file
        Its standard error: of Python and `child_isolation`; the submission's is discarded.
    limits : Limits
        Those of the job.
    """
    if "words" in message:
        return Answer("died", words=message["words"])
    if message["kind"] == "broken":
        words = "something else than the answers was written to where they come back"
        return Answer("died", words=words)
    errors.seek(0)
    last_lines = errors.read(100_000).decode(errors="replace").strip().splitlines()[-1:]
    code = message["code"]
    if code is None or last_lines:
        reason = last_lines[0][:300] if last_lines else "it said nothing"
        return Answer("died", words=f"the process ended early: {reason}")
    signal_names = {number.value: number.name for number in signal.Signals}
    if signal_names.get(-code) == "SIGXCPU":
        words = f"no answer within {limits.call_seconds:.3g} s of processor time"
        return Answer("timed out", words=words)
    if code == child_main.CHANNEL_CLOSED:
        return Answer("died", words="the file closed the channel on which results come back")
    if code < 0:
        name = signal_names.get(-code, "a real-time signal")
        return Answer("died", words=f"the process ended by signal {-code} ({name})")
    return Answer("died", words=f"the process ended with exit code {code} before it had answered")
