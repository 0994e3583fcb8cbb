"""Files, optional packages and text: whole files, .npy headers, pip lines, printable text.

Imports nothing else of this package; every folder may import it.
"""
