"""All readings, in the order in which they are tried and named."""

from __future__ import annotations

from convpool.check.diagnosis.arithmetic import Reading
from convpool.check.diagnosis.readings import (
    arguments,
    kernel,
    padding,
    result,
    sizes_and_starts,
    window,
)

# name -> reading; where several give the same result, the first of them is named
READINGS: dict[str, Reading] = {
    name: reading
    for rows in (
        kernel.rows,
        padding.rows,
        arguments.rows,
        padding.fill_rows,
        window.rows,
        result.rows,
        sizes_and_starts.count_rows,
        sizes_and_starts.start_rows,
    )
    for name, reading in rows()
}
