"""The checker of the brief: what holds in a submission, what does not, and why.

`checker` judges submissions; each folder says what it is for. May import system and the version:
the library's calls are never used, as they are among what is judged.
"""
