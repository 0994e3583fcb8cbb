"""Loops that are compiled with the package: which calls they take, and how a call reaches them.

May import engines.numpy, engines.threads and windows.
"""
