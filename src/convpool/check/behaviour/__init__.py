"""What the seven functions must return: cases, and the reference that judges them.

May import sandbox, tasks, verdicts and convpool.reference.
"""
