"""The command line: one module a command, and what several of them share.

Each declares its own options. Shared are `apply_and_pool_options`, `option_types`,
`kernel_from_text`, `photo_input`, `batch` and `progress`. May import every other folder; nothing
but `__main__` imports it.
"""
