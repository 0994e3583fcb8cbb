"""The explorer: one HTML page that shows an operation step by step, and what builds it.

May import the calls, and what is below them.
"""
