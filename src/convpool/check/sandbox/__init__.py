"""Submissions run here and nowhere else: in child processes with limits of time, memory and rights.

May import tasks and verdicts.
"""
