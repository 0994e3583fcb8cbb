"""The explorer: one HTML page that shows an operation step by step, and what builds it.

May import plans, system and the version.
"""
