"""The loops themselves: Python that Numba translates, which nothing but engines.compiled may import.

May import the host's description of engines.compiled.
"""
