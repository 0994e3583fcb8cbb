"""What was handed in: submissions in folders and archives, and their files, read but never run.

May import sandbox (for the compiler and pycodestyle), tasks, verdicts and system.
"""
