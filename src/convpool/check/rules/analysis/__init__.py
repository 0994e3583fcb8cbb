"""What several rules know of Python code: scopes, loops, branches, where names come from.

No rule stands here. Imports nothing of the package.
"""
