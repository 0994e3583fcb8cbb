"""What a teacher adds to verdicts: settings, points, a roster, what counts as 'same', similarity.

May import behaviour (the requirements' names), rules, submissions, diagnosis, tasks, verdicts.
"""
