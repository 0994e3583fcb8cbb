"""`cached_property` without a lock: a property that is computed once for each object."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING or sys.version_info >= (3, 12):
    from functools import cached_property
else:

    class cached_property:  # noqa: N801
        """As in Python 3.12: without the lock of 3.11, which a forked process might wait for."""

        def __init__(self, function):
            self.function = function
            self.__doc__ = function.__doc__

        def __set_name__(self, owner, name):
            self.name = name

        def __get__(self, instance, owner=None):
            if instance is None:
                return self
            # if several threads compute it at once, all return the value that is stored first
            return vars(instance).setdefault(self.name, self.function(instance))


__all__ = ["cached_property"]
