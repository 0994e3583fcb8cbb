"""Convolution and pooling for NumPy arrays: exact, fast, and it shows its work."""

from convpool.adaptive_pooling import adaptive_max_pool_indices, adaptive_pool
from convpool.configuration import set_num_threads, show_config, threads
from convpool.convolution import convolve, convolve_transpose, filter_image
from convpool.explanation import explain
from convpool.gradients import convolve_gradients, pool_gradient
from convpool.plans.base import Plan
from convpool.plans.gradient_arguments import Gradients
from convpool.plans.make import plan_convolution, plan_pooling, plan_transposed
from convpool.plans.regions import halo
from convpool.pooling import global_pool, max_pool_indices, max_unpool, pool
from convpool.version import __version__
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
    "plan_convolution",
    "plan_pooling",
    "plan_transposed",
    "pool",
    "pool_gradient",
    "set_num_threads",
    "show_config",
    "threads",
    "window_view",
]


_LAZY_MODULES = ("course", "filters")  # imported when they are first used


def __getattr__(name: str) -> object:
    """Import a lazy module when it is first used."""
    from importlib import import_module

    if name in _LAZY_MODULES:
        return import_module(f"convpool.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names only."""
    return sorted([*__all__, *_LAZY_MODULES])
