"""Plain NumPy: takes every dtype, rank and mode, and is the engine that the others are measured against.

May import engines.threads and windows.
"""
