"""Loops that Numba translates to machine code: which calls they take, and how a call reaches them.

May import engines.numpy, engines.threads and windows.
"""
