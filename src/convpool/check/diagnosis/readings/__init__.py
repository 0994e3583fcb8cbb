"""Readings: wrong ways of understanding the brief, each a row of data with the result that it leads to.

May import the arithmetic of diagnosis.
"""
