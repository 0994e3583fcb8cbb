"""The compiled loops themselves: Python that `build` translates to machine code, by way of Numba.

The package never imports this folder when it runs: its libraries are built from it beforehand. It
imports the table of forms and the records of engines.compiled.
"""
