"""The rules of the brief that are read from a file's text: one function each, whose docstring is its page.

May import submissions, sandbox, tasks and verdicts.
"""
