"""How results are computed: an engine gets arrays, `Axis` values and words, and nothing else.

`registry` lists the engines of each operation. May import windows alone.
"""
