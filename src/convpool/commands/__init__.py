"""The command line: one module a command, and what several of them share.

Shared are `options`, `kernel_option`, `photo_input`, `batch` and `progress`. May import every other
folder; nothing but `__main__` imports it.
"""
