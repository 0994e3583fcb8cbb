"""The loops of helpers that wait for calls, and of callers that share theirs with them.

A call is a form that several threads run, each with a record of its own, for parts of a range, such
as the blocks of an output; a SHARED_CALL says which. A helper is a thread that stays in
`help_calls`. A caller opens a SHARED_CALL, wakes helpers and takes parts itself; when none is left,
it closes the call and waits until the helpers have left it. A helper enters by adding itself to the
field `state`, and leaves again at once if that says CLOSED: so nothing of a closed call is read,
and its record can serve the next call.

Who waits first spins, which is to look at a field again and again, for as many nanoseconds as the
field `patience` of the crew says; then it sleeps in the system until another thread wakes it
(Linux's futex). The field `ticket` of the crew grows with each call that opens: helpers wait for
that. `crew` is the address of the record CREW, `address` that of a SHARED_CALL unless a docstring
says otherwise; both are described in `record.py`. TICKET and the like are offsets of fields in
bytes.
"""

from __future__ import annotations

from convpool.engines.compiled.loops.atomics import (
    atomic_add,
    atomic_and,
    atomic_load,
    atomic_or,
    atomic_store,
    call_system,
    pause,
    read_clock,
)
from convpool.engines.compiled.loops.simd import call_form, load_integer, loop, reader_of
from convpool.engines.compiled.loops.simd import store_number as store_integer
from convpool.engines.compiled.record import CALLS, CLOSED, CREW, SHARED_CALL

WAIT, WAKE = 128, 129  # what a futex shall do: FUTEX_WAIT_PRIVATE and FUTEX_WAKE_PRIVATE of Linux
LOOKS = 64  # at a field in memory, before others may have the processor, and a look at the clock
TURN = 50_000_000  # nanoseconds after which a caller comes back for a moment, as for Ctrl-C
THREADS_INSIDE = CLOSED - 1  # the bits of `state` that count threads: CLOSED is one higher bit
CREW_BYTES, CALL_BYTES = CREW.itemsize, SHARED_CALL.itemsize

crew_at, call_at = reader_of(CREW), reader_of(SHARED_CALL)


def _offsets(dtype):
    """Return the offset in bytes of each field of a record, in the order of the fields."""
    return [dtype.fields[name][1] for name in dtype.names]


# offsets of the fields that several threads read and write; all others are read by way of `crew_at`
# and `call_at`
TICKET, SPINNING, SLEEPING, PATIENCE, IS_ENDING = _offsets(CREW)[:5]
STATE, HAS_WAITING_CALLER, TAKEN, TAKEN_BY_HELPERS, JOINED = _offsets(SHARED_CALL)[:5]
IS_CANCELLED = SHARED_CALL.fields["is_cancelled"][1]


@loop
def sleep_on(crew, address, value):
    """Sleep until `wake` is called for an address, if the int64 there is still `value`.

    A futex compares the lowest 32 bits alone. It may also return for no reason.
    """
    record = crew_at(crew)
    no_limit = 0
    call_system(record.system_call, record.futex, address, WAIT, value & 0xFFFFFFFF, no_limit)


@loop
def wake(crew, address, count):
    """Wake `count` threads at most that sleep on an address."""
    record = crew_at(crew)
    unused = 0
    call_system(record.system_call, record.futex, address, WAKE, count, unused)


@loop
def run_parts(address, thread, stop):
    """Run parts of a call as thread number `thread` of it, until none is left or `stop` has come.

    The caller, thread 0, takes them from the first on, and helpers from the last on, so that in
    call after call each finds in its cache what it had there. `stop` is a time in nanoseconds; 0:
    never. At least one part is run, if any is left.
    """
    call = call_at(address)
    record, function, cuts = load_integer(call.records, thread), call.function, call.cuts
    range_address, parts = record + call.range_bytes, call.parts  # of (first, last) in the record
    # who asks adds 1 to `taken`; who finds less than `parts` there takes the next part on his side
    while atomic_add(address + TAKEN, 1) < parts:
        if thread:
            part = parts - 1 - atomic_add(address + TAKEN_BY_HELPERS, 1)
        else:
            part = call.taken_by_caller
            call.taken_by_caller = part + 1
        store_integer(range_address, 0, load_integer(cuts, part))
        store_integer(range_address, 1, load_integer(cuts, part + 1))
        call_form(function, record)
        if stop != 0 and clock(call.crew) >= stop:
            return


@loop
def clock(crew):
    """Return the time in nanoseconds."""
    record = crew_at(crew)
    return read_clock(record.system_call, record.clock)


@loop
def give_way(crew):
    """Let another thread run that waits for this processor, if there is one.

    It may be the one that is waited for: a system may put both on one processor.
    """
    record, unused = crew_at(crew), 0
    call_system(record.system_call, record.sched_yield, unused, unused, unused, unused)


# ---- helpers ----


@loop
def help_open_calls(crew):
    """Run parts of all open calls as a helper; return whether this helper was of use to any.

    The records of the calls lie behind that of the crew. A call that has as many threads as it has
    records for them is left alone.
    """
    has_helped = False
    for number in range(CALLS):
        address = crew + CREW_BYTES + number * CALL_BYTES
        if atomic_load(address + STATE) & CLOSED:
            continue
        # enter; the call may have been closed since
        if not atomic_add(address + STATE, 1) & CLOSED:
            thread = atomic_add(address + JOINED, 1) + 1
            call = call_at(address)
            if thread < call.participants:
                run_parts(address, thread, 0)
                has_helped = True
        # leave; the last one to leave a closed call wakes its caller
        state = atomic_add(address + STATE, -1) - 1
        if state == CLOSED and atomic_load(address + HAS_WAITING_CALLER):
            wake(crew, address + STATE, 1)
    return has_helped


@loop
def watch_ticket(crew, ticket, stop):
    """Spin until the crew's ticket is no longer `ticket`, or the time is `stop`, in nanoseconds.

    Meanwhile this helper counts as spinning: callers need not wake it.
    """
    atomic_add(crew + SPINNING, 1)
    while atomic_load(crew + TICKET) == ticket and clock(crew) < stop:
        for _ in range(LOOKS):
            if atomic_load(crew + TICKET) != ticket:
                break
            pause()
        give_way(crew)
    atomic_add(crew + SPINNING, -1)


def help_calls(form):
    """Return the loop of a helper, which ends with its crew; `form` is the only one and not used.

    A helper spins until `stop`, which is put off when it has helped, and when it was woken: then a
    caller wanted it, even if it came too late. It is not put off when the ticket has grown for a
    call that had helpers enough, so that helpers too many fall asleep.
    """

    def entry(crew):
        stop, was_woken = 0, False
        while True:
            ticket = atomic_load(crew + TICKET)
            if atomic_load(crew + IS_ENDING):
                return
            if help_open_calls(crew) or was_woken:
                stop = clock(crew) + atomic_load(crew + PATIENCE)
            watch_ticket(crew, ticket, stop)
            ran_out = atomic_load(crew + TICKET) == ticket  # `stop` has come, and no call
            if ran_out:
                atomic_add(crew + SLEEPING, 1)
                sleep_on(crew, crew + TICKET, ticket)
                atomic_add(crew + SLEEPING, -1)
            was_woken = ran_out  # since it slept then

    return entry


# ---- callers ----


@loop
def open_call(address):
    """Let helpers enter a call; wake sleeping ones if fewer than it wants are spinning."""
    call = call_at(address)
    crew, wanted = call.crew, call.wanted
    atomic_store(address + TAKEN, 0)
    atomic_store(address + TAKEN_BY_HELPERS, 0)
    atomic_store(address + JOINED, 0)
    call.taken_by_caller = 0
    atomic_and(address + STATE, ~CLOSED)
    atomic_add(crew + TICKET, 1)
    missing = wanted - atomic_load(crew + SPINNING)
    if missing > 0 and atomic_load(crew + SLEEPING) > 0:
        wake(crew, crew + TICKET, missing)


@loop
def close_call(address):
    """Let no more helpers enter a call, and wait until all have left: spin, then sleep."""
    crew = call_at(address).crew
    atomic_or(address + STATE, CLOSED)
    patience = atomic_load(crew + PATIENCE)
    stop = clock(crew) + patience
    while patience and atomic_load(address + STATE) & THREADS_INSIDE and clock(crew) < stop:
        for _ in range(LOOKS):
            if not atomic_load(address + STATE) & THREADS_INSIDE:
                break
            pause()
        give_way(crew)
    atomic_store(address + HAS_WAITING_CALLER, 1)
    inside = atomic_load(address + STATE) & THREADS_INSIDE
    while inside:
        sleep_on(crew, address + STATE, inside)  # CLOSED is beyond the bits that it compares
        inside = atomic_load(address + STATE) & THREADS_INSIDE
    atomic_store(address + HAS_WAITING_CALLER, 0)


def share_call(form):
    """Return the loop of a caller, whose argument is the address of a SHARED_CALL.

    It opens the call, runs parts for about a TURN, and closes the call when no part is left. The
    caller runs it again while the field `is_open` is set. `form` is the only one and not used.
    """

    def entry(address):
        call = call_at(address)
        if not call.is_open:
            open_call(address)
            call.is_open = 1
        if atomic_load(address + IS_CANCELLED):
            atomic_store(address + TAKEN, call.parts)  # none is left for helpers either
        else:
            run_parts(address, 0, clock(call.crew) + TURN)
        if atomic_load(address + TAKEN) >= call.parts:
            close_call(address)
            call.is_open = 0

    return entry
