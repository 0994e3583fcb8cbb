"""What a call will do, known from shapes and dtypes alone: words are read here, and errors raised.

May import engines, windows and system; nothing that runs a whole call.
"""
