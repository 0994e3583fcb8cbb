"""Convolution and pooling for NumPy arrays: exact, fast, and it shows its work."""

import typing

from convpool.version import __version__

if typing.TYPE_CHECKING:  # what `_MODULES` says, for type checkers
    from convpool.adaptive_pooling import (
        adaptive_max_pool_indices,
        adaptive_pool,
        global_pool,
    )
    from convpool.configuration import set_num_threads, show_config, threads
    from convpool.convolution import convolve, convolve_transpose, filter_image
    from convpool.explanation import explain
    from convpool.gradients import convolve_gradients, pool_gradient
    from convpool.plans.base import Plan
    from convpool.plans.gradient_arguments import Gradients
    from convpool.plans.halos import halo
    from convpool.plans.make_convolution import plan_convolution, plan_transposed
    from convpool.plans.make_pooling import plan_pooling
    from convpool.plans.parts import part
    from convpool.pooling import max_pool_indices, max_unpool, pool, pool_image
    from convpool.window_views import fold, window_view

__all__ = [
    "Gradients",
    "Plan",
    "__version__",
    "adaptive_max_pool_indices",
    "adaptive_pool",
    "convolve",
    "convolve_gradients",
    "convolve_transpose",
    "explain",
    "filter_image",
    "fold",
    "global_pool",
    "halo",
    "max_pool_indices",
    "max_unpool",
    "part",
    "plan_convolution",
    "plan_pooling",
    "plan_transposed",
    "pool",
    "pool_gradient",
    "pool_image",
    "set_num_threads",
    "show_config",
    "threads",
    "window_view",
]

# module -> its public names. It is imported when one of them is first used (SPEC 1), so that a call
# waits for what it needs only.
_MODULES = {
    "adaptive_pooling": ("adaptive_max_pool_indices", "adaptive_pool", "global_pool"),
    "configuration": ("set_num_threads", "show_config", "threads"),
    "convolution": ("convolve", "convolve_transpose", "filter_image"),
    "explanation": ("explain",),
    "gradients": ("convolve_gradients", "pool_gradient"),
    "plans.base": ("Plan",),
    "plans.gradient_arguments": ("Gradients",),
    "plans.make_convolution": ("plan_convolution", "plan_transposed"),
    "plans.make_pooling": ("plan_pooling",),
    "plans.parts": ("part",),
    "plans.halos": ("halo",),
    "pooling": ("max_pool_indices", "max_unpool", "pool", "pool_image"),
    "window_views": ("fold", "window_view"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}
_LAZY_MODULES = ("course", "filters")


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    from importlib import import_module

    if name in _LAZY_MODULES:
        return import_module(f"convpool.{name}")
    if name not in _MODULE_OF:
        hint = ""
        if not name.startswith("_"):  # those are looked for by tools, not by users
            from convpool.plans.foreign_calls import hint_for_call

            hint = hint_for_call(name, __dir__())
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}{hint}")
    value = getattr(import_module(f"convpool.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names only."""
    return sorted([*__all__, *_LAZY_MODULES])
