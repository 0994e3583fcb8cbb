"""What a teacher may mean by 'same': the brief's, h x w alone, TensorFlow's, or any known one."""

from __future__ import annotations

from typing import NamedTuple

BRIEF = "brief"
# the readings that public solutions have, the most common first
_ZEROS = (
    "p = T // 2 + 1",
    "p = ceil(T / 2)",
    "p = T // 2",
    "p = T // 2, one more for even k",
    "p = k // 2",
    "p = (k - 1) // 2",
    "k - 1 zeros",
    "k - 1 zeros, odd after",
    "TensorFlow",
)


class Meaning(NamedTuple):
    """What 'same' may mean: one of these readings of the checker, or the brief's."""

    description: str
    readings: tuple[str, ...]
    has_briefs: bool = True  # whether the brief's holds too


MEANINGS = {
    BRIEF: Meaning("h x w at every stride, with the zeros on both sides", ()),
    "size": Meaning(
        "h x w at every stride, wherever the windows begin",
        tuple(f"same: {zeros}, n outputs" for zeros in _ZEROS),
    ),
    "tensorflow": Meaning(
        "TensorFlow's: ceil(h / sh) x ceil(w / sw)", ("same: TensorFlow",), has_briefs=False
    ),
    "any-named": Meaning(
        "any reading that public solutions have, the same one throughout",
        tuple(f"same: {zeros}" for zeros in _ZEROS),
    ),
}
