"""Convolution and pooling for NumPy arrays: exact, fast, and it shows its work."""

from convpool.configuration import set_num_threads, show_config, threads, warmup
from convpool.convolution import convolve, convolve_transpose, filter_image, fold, window_view
from convpool.explanation import explain
from convpool.plans.make import Plan, halo, plan_convolution, plan_pooling
from convpool.pooling import (
    adaptive_max_pool_indices,
    adaptive_pool,
    global_pool,
    max_pool_indices,
    max_unpool,
    pool,
)
from convpool.version import __version__

__all__ = [
    "Plan",
    "__version__",
    "adaptive_max_pool_indices",
    "adaptive_pool",
    "convolve",
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
    "pool",
    "set_num_threads",
    "show_config",
    "threads",
    "warmup",
    "window_view",
]


def __getattr__(name: str) -> object:
    """Import what is not needed by every call when it is first named."""
    from importlib import import_module

    if name in ("course", "filters"):
        return import_module(f"convpool.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
