"""Frozen dataclasses and named tuples that are made quickly, since an import makes many.

`dataclasses` writes and compiles methods for each class, which takes ten times as long as methods
that all classes share. `typing` compiles each annotation of a named tuple.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass
    from typing import NamedTuple
else:
    import dataclasses
    from collections import namedtuple
    from operator import attrgetter

    def dataclass(*, frozen, eq=True, kw_only=False):
        """Return a decorator that makes a class what `dataclasses.dataclass` makes it.

        It must be frozen, and has no fields with a default_factory or without a place in __init__.
        """
        assert frozen
        # frozen and the like would compile methods
        make = dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=kw_only)

        def decorate(cls):
            made = make(cls)
            fields = dataclasses.fields(made)
            shared = {
                "__init__": _make_init(made.__name__, fields),
                "__repr__": _repr,
                "__setattr__": _refuse_to_set,
                "__delattr__": _refuse_to_delete,
                **(_make_comparisons([field.name for field in fields]) if eq else {}),
            }
            for name, method in shared.items():
                if name not in vars(cls):
                    setattr(made, name, method)
            return made

        return decorate

    def _make_init(class_name, fields):
        """Return the __init__ of a class of this name, with these `dataclasses.fields`."""
        names = [field.name for field in fields]
        positional = [field.name for field in fields if not field.kw_only]
        known = frozenset(names)
        defaults = {
            field.name: field.default
            for field in fields
            if field.default is not dataclasses.MISSING
        }

        def set_fields(self, *values, **named):
            given = dict(zip(positional, values, strict=False))
            if len(values) > len(positional) or not given.keys().isdisjoint(named):
                raise TypeError(
                    f"{class_name} got {len(values)} values, and fields {sorted(named)}"
                )
            state = {**defaults, **given, **named}
            if state.keys() != known:
                raise TypeError(
                    f"{class_name} has the fields {', '.join(names)}, and got {', '.join(state)}"
                )
            vars(self).update(state)

        return set_fields

    def _make_comparisons(names):
        """Return the methods __eq__ and __hash__ by name; they compare the fields `names`."""
        if names:
            values_of = attrgetter(*names)
        else:

            def values_of(self):
                return ()

        def equals(self, other):
            if other.__class__ is not self.__class__:
                return NotImplemented
            return values_of(self) == values_of(other)

        def hash_of(self):
            return hash(values_of(self))

        return {"__eq__": equals, "__hash__": hash_of}

    def _repr(self):
        values = (f"{each.name}={getattr(self, each.name)!r}" for each in dataclasses.fields(self))
        return f"{self.__class__.__qualname__}({', '.join(values)})"

    def _refuse_to_set(self, name, value):
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")

    def _refuse_to_delete(self, name):
        raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")

    class _NamedTupleMaker(type):
        """The type of NamedTuple: makes a named tuple of each class that is derived from it."""

        def __new__(cls, name, bases, body):
            if not bases:
                return super().__new__(cls, name, bases, body)
            names = list(body.get("__annotations__", ()))
            defaults = [body[field] for field in names if field in body]
            made = namedtuple(name, names, defaults=defaults, module=body["__module__"])
            for key, value in body.items():
                if key not in names:
                    setattr(made, key, value)
            return made

    class NamedTuple(metaclass=_NamedTupleMaker):
        """As typing.NamedTuple."""


__all__ = ["NamedTuple", "dataclass"]
