"""What a child process sends: read with mistrust, as a submission may forge it."""

from __future__ import annotations

import io
import json
import os
import queue
import struct
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convpool.check import syntax
from convpool.check.sandbox.calls import Answer, Step
from convpool.check.sandbox.limits import SOURCE_BYTES

# what numbers of a child may be at most, so that none that is forged does harm
MOST_ARGUMENTS, MOST_SECONDS, MOST_PEAK = 2, 1e6, 2**50
_LENGTHS = struct.Struct("<IQ")  # bytes of a message's JSON and of its payload, after the token
# what the child sends: its "kind", a key of _PARSERS, and the entries that its parser returns; here
# also "broken": something forged or damaged came instead
Message = dict[str, Any]
Messages = dict[str, Message]  # kind -> the last message of that kind


class Expected(NamedTuple):
    """What the messages of a child may be."""

    token: bytes  # what each begins with
    result_bytes: list[int]  # of the array that each call may give, in order
    message_bytes: int  # of the JSON of one message


def read_messages(
    stream: IO[bytes], expected: Expected, queued: queue.Queue[Message | None]
) -> None:
    """Put all messages of a stream into a queue, and None at its end. Runs in a thread.

    At the first message that is forged or damaged, put {"kind": "broken"} and stop. A message is
    forged too if another of its kind came before; only answers may be as many as the calls.
    """
    answers, allowed_kinds = 0, set(_PARSERS)
    with stream:
        while True:
            first_bytes = stream.read(len(expected.token))
            if not first_bytes:
                return queued.put(None)
            try:
                if first_bytes != expected.token:
                    raise ValueError("no token")
                json_bytes, payload_bytes = _LENGTHS.unpack(_read_exactly(stream, _LENGTHS.size))
                most_bytes = expected.result_bytes[answers] if payload_bytes else 0
                # a .npy has a header, too
                if json_bytes > expected.message_bytes or payload_bytes > most_bytes + 10_000:
                    raise ValueError("too long")
                content = json.loads(_read_exactly(stream, json_bytes))
                kind, payload = content["kind"], _read_exactly(stream, payload_bytes)
                allowed_kinds.remove(kind)
                queued.put(_PARSERS[kind](content, payload) | {"kind": kind})
                if kind == "answer":
                    answers += 1
                    allowed_kinds |= {kind} if answers < len(expected.result_bytes) else set()
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
        changed=tuple(_within(place, MOST_ARGUMENTS) for place in content["changed"]),
        seconds=_within(content["seconds"], MOST_SECONDS),
        peak=_within(content["peak"], MOST_PEAK),
        printed=str(content["printed"])[:1000],
        printed_count=_within(content["printed_count"], 2**60),
    )
    return {"answer": answer}


def _parse_isolation(content: Message, _: bytes) -> Message:
    """Return {"words": the restrictions in force, such as "no network"}."""
    return {"words": tuple(str(word) for word in content["words"])}


def _parse_loaded(content: Message, _: bytes) -> Message:
    """Return {"loaded": whether the file has the function, "words", "line", "problem"}.

    words, line: what went wrong, and where. problem: the same as Answer's fields about loading.
    """
    words, line = str(content.get("words", ""))[:1000], _line(content.get("line"))
    loaded = _one_of(content["loaded"], True, False)
    is_limit = _one_of(content.get("limit", False), True, False)
    problem = {"load_problem": words, "load_line": line, "is_checkers_limit": is_limit}
    return {"loaded": loaded, "words": words, "line": line, "problem": problem}


def _parse_steps(content: Message, _: bytes) -> Message:
    """Return {"steps": tuple of Step, "complete": whether all lines that ran are among them}."""
    steps = [
        Step(int(line), str(function), {str(name): str(text) for name, text in values.items()})
        for line, function, values in content["steps"]
    ]
    return {"steps": tuple(steps), "complete": bool(content["complete"])}


def _parse_end(content: Message, _: bytes) -> Message:
    """Return {"code": the exit code of the process, negative for a signal}."""
    return {"code": os.waitstatus_to_exitcode(content["status"])}


# kind of message -> its parser
_PARSERS = {
    "isolation": _parse_isolation,
    "loaded": _parse_loaded,
    "answer": _parse_answer,
    "steps": _parse_steps,
    "end": _parse_end,
}


def _one_of(value: Any, *values: Any) -> Any:
    """Return the member of `values` that equals `value`; raise ValueError if none does."""
    return values[values.index(value)]


def _within(value: Any, most: float) -> Any:
    """Return a number if it is from 0 up to `most`; raise ValueError if not, as for NaN."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise ValueError(f"{value!r} is out of its limits")
    return value


def _line(value: Any) -> int | None:
    """Return a line number as an int; None for None."""
    return None if value is None else int(_within(value, SOURCE_BYTES))


def _array(payload: bytes) -> NDArray[Any]:
    """Return the array of a .npy; raise ValueError for one that `child_calls` would not write.

    No memory is allocated by what its header claims: shorter data are an error.
    """
    stream = io.BytesIO(payload)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("another version")
    shape, fortran, dtype = syntax.parse_array_header(stream)
    if fortran or dtype.kind not in "biufc":
        raise ValueError("not what it claims")
    return np.frombuffer(payload, dtype, offset=stream.tell()).reshape(shape).copy()
