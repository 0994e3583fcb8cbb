"""Why a result is wrong: the first pixel that differs, and the reading that explains it.

May import behaviour, sandbox, submissions, tasks, verdicts.
"""
