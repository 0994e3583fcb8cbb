"""Records that are kept from call to call, with their scratch, since making one takes a while.

Each is used by one thread at a time: a call takes it out, and puts it back when it has ended. They
hold no more than KEPT bytes of scratch each.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple

from numpy.typing import NDArray

from convpool.engines.compiled.record import Words

KEPT = 3 * 2**16  # bytes of scratch of a record at most
MOST = 4  # records of a program that are kept at most: of threads that call it at once


class Record(NamedTuple):
    """The words of one call at a time.

    Parameters
    ----------
    address
        Of the record of the form, in the words.
    words
        The words.
    memory
        The scratches that the words point to.
    """

    address: int
    words: Words
    memory: tuple[NDArray[Any] | None, ...]


class KeptRecords:
    """The records of a program that no call uses now, by a key.

    Calls of one key differ in the addresses of their arrays alone, and their records are alike.
    """

    def __init__(self) -> None:
        self.idle: dict[Hashable, list[Record]] = {}
        self.bytes: dict[Hashable, int] = {}  # of scratch of each record of a key

    def take(self, key: Hashable) -> Record | None:
        """Return a record of this key that no other call uses; None if there is none."""
        try:
            return self.idle[key].pop()
        except (KeyError, IndexError):
            return None

    def put_back(self, key: Hashable, record: Record) -> None:
        """Keep a record for another call, unless there are enough, or it is large."""
        idle = self.idle.setdefault(key, [])
        if len(idle) >= MOST:
            return
        if key not in self.bytes:
            self.bytes[key] = sum(array.nbytes for array in record.memory if array is not None)
        if self.bytes[key] <= KEPT:
            idle.append(record)
