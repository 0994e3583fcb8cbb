"""A change of a submission's file that makes its results right, found by trying many.

May import behaviour, sandbox, tasks.
"""
