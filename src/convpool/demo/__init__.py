"""The demonstration: the seven functions on full-size data, and its page.

May import the calls, datasets, explanation and system.
"""
