"""Records that are kept from call to call, with their scratch, since making one takes a while.

Each is used by one thread at a time: a call takes it out, and puts it back when it has ended. They
hold no more than KEPT bytes of scratch each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import NDArray

from convpool.engines.compiled import launch
from convpool.engines.compiled.record import Words
from convpool.engines.values import NamedTuple

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
    """The records of a program that no call uses now.

    Calls differ in the addresses of their arrays alone, and their records are alike.
    """

    def __init__(self) -> None:
        self.idle: list[Record] = []
        self.bytes: int | None = None  # of scratch of each record, once one is known

    def run(
        self,
        function: Callable[[int], Any],
        prepare: Callable[[Record | None], Record],
        cuts: Sequence[int],
        range_bytes: int = 0,
    ) -> None:
        """Run a form for each part of a range, as `launch.run_parts` does, with kept records.

        Arguments are as there, but that `prepare` gets such a record, or None if there is none, and
        returns it, or a new one, with the addresses of the arrays. It is called once for each
        thread that takes part.
        """
        if len(cuts) == 2:
            record = prepare(self.take())
            launch.run_range(function, record.address, cuts, range_bytes)
            self.put_back(record)
            return
        taken: list[Record] = []

        def take() -> Record:
            record = prepare(self.take())
            taken.append(record)
            return record

        launch.run_parts(function, take, cuts, range_bytes)
        for record in taken:
            self.put_back(record)

    def take(self) -> Record | None:
        """Return a record that no other call uses; None if there is none."""
        try:
            return self.idle.pop()
        except IndexError:
            return None

    def put_back(self, record: Record) -> None:
        """Keep a record for another call, unless there are enough, or it is large."""
        if len(self.idle) >= MOST:
            return
        if self.bytes is None:
            self.bytes = sum(array.nbytes for array in record.memory if array is not None)
        if self.bytes <= KEPT:
            self.idle.append(record)
