"""The compiled loops themselves: Python that Numba translates to machine code.

Nothing but engines.compiled may import this folder; it may import engines.compiled.host.
"""
