"""Reports of judgements: a terminal's text, JSON, CSV, one HTML page, and texts to hand back.

May import behaviour (the requirements' names), tasks, verdicts, system and the version.
"""
