"""What several commands share: types of options, lists of words, and the end of the help."""

from __future__ import annotations

from typing import Any

import click

from convpool.plans import arguments
from convpool.windows import PADDINGS


def example(command: str) -> str:
    """Return the end of a command's help: one line, not wrapped, so that it can be copied."""
    return f"\b\nExample: {command}"


class Shape(click.ParamType[Any]):
    """Sizes such as 10x28x28x1, as a tuple."""

    name = "SHAPE"
    sample = "10x28x28x1"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn text into a tuple of ints."""
        if not isinstance(value, str):
            return value
        try:
            return tuple(int(word) for word in value.lower().replace(",", "x").split("x"))
        except ValueError:
            self.fail(f"{value!r} is not written as in {self.sample}", param, ctx)


class ImageSize(Shape):
    """The height and width of an image, such as 5x6."""

    name = "HxW"
    sample = "5x6"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn text into (h, w)."""
        sizes = super().convert(value, param, ctx)
        if len(sizes) != 2:
            self.fail(f"{value!r} is not written as in {self.sample}", param, ctx)
        return sizes


class PerAxis(Shape):
    """A whole number for all axes, or one for each of at most `max_axes`: 2 or 2,1 or 2x1."""

    name = "N|N,N"
    sample = "2 or 2,1"

    def __init__(self, max_axes: int = 2) -> None:
        self.max_axes = max_axes

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn text into an int or a tuple of ints."""
        numbers = super().convert(value, param, ctx)
        if not isinstance(value, str):
            return value
        if len(numbers) > self.max_axes:
            self.fail(f"{value!r} is not written as in {self.sample}", param, ctx)
        return numbers[0] if len(numbers) == 1 else numbers


class Padding(PerAxis):
    """A named padding, or numbers of pixels as `PerAxis`."""

    name = "NAME|N|N,N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn text into a name, an int or a tuple of ints."""
        if isinstance(value, str) and value[:1].isalpha():
            return arguments.read_choice(value, PADDINGS, "padding")
        return super().convert(value, param, ctx)
