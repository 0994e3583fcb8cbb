"""How results are computed: each engine gets arrays, `Axis` values and plain words, and nothing else.

`registry` lists the engines of each operation. May import windows alone.
"""
