"""What a call will do, from shapes and dtypes alone: arguments are read here, and errors raised.

May import engines, windows and system; nothing that runs a whole call.
"""
