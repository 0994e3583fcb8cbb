"""What the seven functions must return: the cases, and the reference that judges their results.

May import sandbox, tasks, verdicts and convpool.reference.
"""
