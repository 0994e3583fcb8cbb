"""Where submissions are found, and what one consists of: folders, archives, git's index, files.

May import tasks, sandbox and system.
"""
