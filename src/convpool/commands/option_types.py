"""What several commands share: types of options, and the example at the end of the help."""

from __future__ import annotations

from typing import Any

import click

from convpool.plans import arguments
from convpool.windows import PADDINGS


def example(command: str) -> str:
    """Return the end of a command's help: an example in one line, so that it can be copied."""
    return f"\b\nExample: {command}"  # \b: click does not wrap the next lines


class Shape(click.ParamType[Any]):
    """An option's value such as 10x28x28x1 or 10,28,28,1, as a tuple of ints."""

    name = "SHAPE"
    sample = "10x28x28x1"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return text as a tuple of ints; other values, such as a default, as they are."""
        if not isinstance(value, str):
            return value
        try:
            return tuple(int(word) for word in value.lower().replace(",", "x").split("x"))
        except ValueError:
            self.fail(f"{value!r} is not written as in {self.sample}", param, ctx)


class ImageSize(Shape):
    """An option's value such as 5x6, the height and width of an image, as (5, 6)."""

    name = "HxW"
    sample = "5x6"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return text as (h, w)."""
        sizes = super().convert(value, param, ctx)
        if len(sizes) != 2:
            self.fail(f"{value!r} is not written as in {self.sample}", param, ctx)
        return sizes


class Crop(ImageSize):
    """An option's value such as 16x16, or 16x16+40+25 with the first row and column.

    It is (h, w, top, left); top and left are None for the middle of a picture.
    """

    name = "HxW[+ROW+COLUMN]"
    sample = "16x16 or 16x16+40+25"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return text as (h, w, top, left)."""
        if not isinstance(value, str):
            return value
        size, *corner = value.split("+")
        if len(corner) not in (0, 2) or not all(word.isdecimal() for word in corner):
            self.fail(f"{value!r} is not written as in {self.sample}", param, ctx)
        h, w = super().convert(size, param, ctx)
        return (h, w, *(map(int, corner) if corner else (None, None)))


class PerAxis(Shape):
    """An option's value such as 2, for all axes, or 2,1 or 2x1, for each of at most `max_axes`."""

    name = "N|N,N"
    sample = "2 or 2,1"

    def __init__(self, max_axes: int = 2) -> None:
        self.max_axes = max_axes

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return text as an int or a tuple of ints; other values as they are."""
        numbers = super().convert(value, param, ctx)
        if not isinstance(value, str):
            return value
        if len(numbers) > self.max_axes:
            self.fail(f"{value!r} is not written as in {self.sample}", param, ctx)
        return numbers[0] if len(numbers) == 1 else numbers


class Padding(PerAxis):
    """An option's value such as same, a name in PADDINGS, or numbers of pixels as `PerAxis`."""

    name = "NAME|N|N,N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return text as a name, an int or a tuple of ints; other values as they are."""
        if isinstance(value, str) and value[:1].isalpha():
            return arguments.read_choice(value, PADDINGS, "padding")
        return super().convert(value, param, ctx)
