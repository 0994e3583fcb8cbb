"""Runs in the child process: follow a call line by line, and note what each line changes.

Python 3.8 syntax, the standard library alone; child_main.py loads it by its path.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any, NamedTuple


class Step(NamedTuple):
    """One line that ran, and the names that it changed; a list in JSON."""

    line: int
    function: str
    changes: dict[str, str]  # name -> its new value, as `describe_change` writes it


class StepRecorder:
    """Records the first lines of one file that run, and the names that each changed, as text."""

    def __init__(self, path: str, np: ModuleType, max_steps: int) -> None:
        self.path, self.max_steps = path, max_steps
        self.ndarray, self.array2string, self.argwhere = np.ndarray, np.array2string, np.argwhere
        self.steps: list[Step] = []
        # running frame -> (its last step, name -> snapshot of its value before that step)
        self.frames: dict[FrameType, tuple[Step, dict[str, Any]]] = {}

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
        step = Step(frame.f_lineno, frame.f_code.co_name, {})
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
                step.changes[name] = change
        if event == "return":
            del self.frames[frame]
        elif len(self.steps) >= self.max_steps:
            sys.settrace(None)
            frame.f_trace = None
            return None
        elif event == "line":
            step = Step(frame.f_lineno, frame.f_code.co_name, {})
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
