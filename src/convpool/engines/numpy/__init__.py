"""Plain NumPy: takes every dtype, rank and mode, and is what the other engines are compared with.

May import engines.threads and windows.
"""
