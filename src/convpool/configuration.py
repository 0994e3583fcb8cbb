"""What the library runs on: threads, the compiled engine, and what this machine offers."""

from __future__ import annotations

import platform
import sys
from contextlib import AbstractContextManager

import numpy as np

import convpool.engines.threads as engine_threads
from convpool.engines.compiled import host, library
from convpool.engines.registry.all_engines import host_refusals


def set_num_threads(n: int | None) -> None:
    """Set how many threads a call may use, in the whole process.

    Parameters
    ----------
    n
        Threads, the caller's among them: 1 or more. None restores the default: the environment
        variable CONVPOOL_NUM_THREADS if it is set, else OMP_NUM_THREADS, else the CPUs that the
        process may use, by its affinity mask and the container's CPU quota.

    Returns
    -------
    None

    Raises
    ------
    TypeError, ValueError
        If n is not a whole number of 1 or more.

    Examples
    --------
    >>> set_num_threads(1)
    >>> set_num_threads(None)
    """
    engine_threads.set_number(n)


def threads(n: int | None) -> AbstractContextManager[None]:
    """Set how many threads the calls in a `with` block may use.

    It applies to calls in the block itself, in its thread or asyncio task: calls elsewhere keep
    their number. A thread that is started inside the block has the process's number. Blocks may be
    nested.

    Parameters
    ----------
    n
        As in `set_num_threads`, which it overrides; None is the number of the process.

    Returns
    -------
    a context manager

    Raises
    ------
    TypeError, ValueError
        If n is not a whole number of 1 or more.

    Examples
    --------
    >>> with threads(1):
    ...     pass  # calls to convolve and pool, in one thread
    """
    return engine_threads.limited(n)


def show_config() -> None:
    """Print versions, CPU, instruction set, threads, and which engines work here, and why.

    The compiled engine takes the best instruction set that the processor and the installed
    libraries have. The environment variable CONVPOOL_ISA takes another: avx512, avx2 or neon, or
    none, which leaves all work to NumPy.

    Parameters
    ----------
    (none)

    Returns
    -------
    None
        It prints; `convpool.configuration.describe` returns the same text.

    Raises
    ------
    ValueError
        If CONVPOOL_NUM_THREADS is not a whole number of 1 or more, or CONVPOOL_ISA is no
        instruction set that can be used here.

    Examples
    --------
    >>> show_config()  # doctest: +ELLIPSIS
    convpool ...
    """
    print(describe())


def describe() -> str:
    """Return the text that `show_config` prints, a line for each name and value."""
    isa, reason = library.choice()
    name = f"{isa.name}, vectors of {8 * isa.vector_bytes} bits" if isa else "none"
    thread_count, source = engine_threads.origin()  # source: what sets the number
    lines = {
        "convpool": sys.modules["convpool"].__version__,
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "NumPy": np.__version__,
        "CPU": f"{host.cpu_name()} ({platform.machine()})",
        "instructions": f"{name} ({reason})",
        "threads": f"{thread_count} ({source})",
        **{f"engine {name}": reason or "works" for name, reason in host_refusals().items()},
    }
    width = max(map(len, lines))
    return "\n".join(f"{name:{width}} {text}" for name, text in lines.items())
