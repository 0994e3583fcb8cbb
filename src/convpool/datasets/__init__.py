"""MNIST and the animals, where the brief's programs look for them: downloaded, or stand-ins.

May import system and windows; used by demo and commands.
"""
