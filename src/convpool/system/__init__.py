"""What the machine is asked for: whole files, .npy headers, optional packages, and text that is safe to print.

Imports nothing else of this package; every folder may import it.
"""
