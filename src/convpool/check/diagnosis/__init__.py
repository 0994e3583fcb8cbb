"""Why a result is wrong: the first difference, drawn, and the reading of the brief that explains it.

May import behaviour and what is below it.
"""
