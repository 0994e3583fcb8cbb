"""The brief's rules that are checked in a file's text: one function each, its docstring its page.

`registry` has them all and says how to add one. May import submissions, sandbox, tasks and
verdicts.
"""
