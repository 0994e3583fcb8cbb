"""Child processes with limits: the only place where a submission's code runs.

In this process: `caller`, `child_process`, `static_checks`, `interpreters`. In the child, run by
its path on the submissions' Python (3.8 or newer): `child_main` and `child_isolation`, or
`static_checks_child`.
May import tasks and verdicts.
"""
