"""Child processes with limits: the only place where a submission's code runs.

In this process: `caller`, `child_process`, `static_run`, `interpreters`. In the child, run by its
path on the submissions' Python (3.8 or newer): `run_case` and `enclosure`, or `static_child`.
May import tasks and verdicts.
"""
