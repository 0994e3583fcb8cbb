"""What the seven functions must return: the cases, and the right results.

May import sandbox, tasks and verdicts.
"""
