"""Larger than memory: tiles, files and dask arrays, and which pixels each part of a result needs.

May import plans and what is below them.
"""
