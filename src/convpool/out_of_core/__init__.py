"""Larger than memory: results tile by tile, in files, or as lazy dask arrays.

`routes` decides how a call runs. May import plans, system and what is below them.
"""
