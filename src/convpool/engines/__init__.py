"""How results are computed: an engine gets arrays, `Axis` values and keywords alone.

`registry` lists the engines of each operation. May import windows alone.
"""
