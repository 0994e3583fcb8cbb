"""What a teacher adds to verdicts: settings in a file, points, a roster, files that are similar.

May import behaviour (the requirements' names), rules, submissions, diagnosis, tasks, verdicts.
"""
