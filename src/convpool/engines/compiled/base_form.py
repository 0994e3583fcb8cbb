"""What all forms have, and the dtypes that they take. See `forms`."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any, ClassVar

import numpy as np

Dtype = np.dtype[Any]
ADD, GREATER, LESSER = 1, 2, 3  # how numbers are combined: added, or the greater or lesser is kept
F4, F8, I8 = map(np.dtype, ("f4", "f8", "i8"))
NUMBERS = tuple(map(np.dtype, ("f4", "f8", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")))
# (dtype of images, dtype of sums) of convolutions: sums in float32 of numbers that float32 holds,
# in int64 of integers, in float64 of all
READ = tuple(
    (images, np.dtype(sums))
    for sums in ("f4", "f8", "i8")
    for images in NUMBERS
    if (sums != "f4" or images == "f4" or images.itemsize < 4)
    and (sums != "i8" or images.kind != "f")
)
# (dtype of sums, dtype of results) of convolutions
SUMS_AND_RESULTS = tuple(
    (np.dtype(sums), np.dtype(results))
    for sums, results in [
        ("f4", "f4"),
        ("f8", "f8"),
        ("i8", "i8"),
        ("f4", "f8"),
        ("f4", "i8"),
        ("f8", "i8"),
    ]
)


class Form:
    """A function of the library: a loop with some parameters fixed, the fields of the subclass."""

    loop: ClassVar[str]  # the name of the function in `loops` that builds it

    @property
    def symbol(self) -> str:
        """The name of the function in the library, such as "pack_u1_f4".

        The name of a dtype that is not native begins with its byte order: no function has it.
        """
        words = [
            field.str[field.isnative :] if isinstance(field, np.dtype) else str(int(field))
            for field in astuple(self)  # type: ignore[call-overload]
        ]
        return "_".join([self.loop, *words])
