"""The command line: one module a command, each of which reads words, makes one call and prints words.

May import everything; nothing but __main__ imports it.
"""
