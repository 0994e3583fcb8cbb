"""Wrong ways to read the brief: each a row of a table, with what a function would compute.

To add one, add a row to a table; `registry` has them all. Each file is about one step of
`arithmetic.apply_reading`. May import the arithmetic of diagnosis.
"""
