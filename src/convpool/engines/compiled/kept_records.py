"""Records that are kept from call to call, with their scratch, since making one takes a while.

Each is used by one thread at a time: a call takes it out, and puts it back when it has ended. They
hold no more than KEPT bytes of scratch each. A form is a function of the library, which takes the
address of a record, named integers that say what to do; a scratch is memory that it uses meanwhile;
a program is a convolution or the like that is called again and again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import NDArray

from convpool.engines.compiled import launch
from convpool.engines.compiled.record import Words
from convpool.engines.values import NamedTuple

KEPT = 3 * 2**16  # bytes of scratch that a kept record has at most
MOST = 4  # records of a program that are kept at most: several threads may call it at once


class Record(NamedTuple):
    """The record that a form gets, and the memory that it needs, for one call at a time.

    Parameters
    ----------
    address
        Of the form's record, in the words.
    words
        The fields of this and other records, as the form reads them.
    memory
        The scratches that the words point to, None for those that are not needed.
    """

    address: int
    words: Words
    memory: tuple[NDArray[Any] | None, ...]


class KeptRecords:
    """The records of a program that no call uses now.

    They are alike but for the addresses of a call's arrays, so any of them will do for any call.
    """

    def __init__(self) -> None:
        self.idle: list[Record] = []
        self.scratch_bytes: int | None = None  # of each record, once one is known

    def run(
        self,
        function: Callable[[int], Any],
        prepare: Callable[[Record | None], Record],
        cuts: Sequence[int],
        range_bytes: int = 0,
    ) -> None:
        """Run a form for each part of a range, with kept records where there are some.

        function, cuts, range_bytes: as of `launch.run_parts`. `prepare` gets a kept record, or None
        if none is left; it writes the addresses of the call's arrays to this, or to a new one, and
        returns it. It is called once for each thread that takes part, or for each part.
        """
        if len(cuts) == 2:  # one part: the fast way
            record = prepare(self.take())
            launch.run_range(function, record.address, cuts, range_bytes)
            self.put_back(record)
            return
        used: list[Record] = []

        def make_record() -> Record:
            """Return a record for one thread, as `launch.run_parts` asks for it."""
            record = prepare(self.take())
            used.append(record)
            return record

        launch.run_parts(function, make_record, cuts, range_bytes)
        for record in used:
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
        if self.scratch_bytes is None:
            self.scratch_bytes = sum(array.nbytes for array in record.memory if array is not None)
        if self.scratch_bytes <= KEPT:
            self.idle.append(record)
