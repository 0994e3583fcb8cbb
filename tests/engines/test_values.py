"""Frozen dataclasses and named tuples behave as those of the standard library."""

import copy
import dataclasses
import pickle
import typing
from functools import cached_property
from types import SimpleNamespace

import pytest

from convpool.engines import values

KINDS = {"ours": values.dataclass, "the standard library's": dataclasses.dataclass}


def classes_of(dataclass):
    """Return classes: one, one derived from it, one without fields, one that does not compare."""

    @dataclass(frozen=True)
    class Point:
        x: int
        y: int = 2

        @cached_property
        def total(self):
            return self.x + self.y

    @dataclass(frozen=True, kw_only=True)
    class Named(Point):
        z: int

        def __repr__(self):
            return "a name"

    @dataclass(frozen=True)
    class Empty:
        pass

    @dataclass(frozen=True, eq=False)
    class Same:
        x: int

    return SimpleNamespace(Point=Point, Named=Named, Empty=Empty, Same=Same)


def outcome(call):
    """Return the repr of what a call returns, or the type of what it raises."""
    try:
        return repr(call()).replace("classes_of.<locals>.", "")
    except Exception as error:
        return type(error)


CALLS = {
    "places": lambda made: (made.Point(1), made.Point(1, 3), made.Point(y=1, x=2)),
    "names": lambda made: sorted(vars(made.Named(1, z=3)).items()),
    "no fields": lambda made: (made.Empty(), made.Empty() == made.Empty(), {made.Empty(): 1}),
    "own method": lambda made: made.Named(1, z=3),
    "equal": lambda made: (made.Point(1) == made.Point(1, 2), made.Point(1) == made.Point(2)),
    "hash": lambda made: hash(made.Point(1)) == hash(made.Point(1, 2)),
    "another class": lambda made: made.Point(1) == made.Named(1, z=3),
    "identity": lambda made: (made.Same(1) == made.Same(1), len({made.Same(1), made.Same(1)})),
    "cached": lambda made: (made.Point(1).total, made.Point(1) == made.Point(1)),
    "replace": lambda made: dataclasses.replace(made.Named(1, z=3), z=4).z,
    "fields": lambda made: [f.name for f in dataclasses.fields(made.Named)],
    "tuple": lambda made: dataclasses.astuple(made.Named(1, z=3)),
    "copy": lambda made: copy.copy(made.Point(1)),
    "too few": lambda made: made.Point(),
    "too many": lambda made: made.Point(1, 2, 3),
    "twice": lambda made: made.Point(1, x=1),
    "unknown": lambda made: made.Point(1, z=1),
    "by place": lambda made: made.Named(1, 2, 3),
    "set": lambda made: setattr(made.Point(1), "x", 1),
    "set another": lambda made: setattr(made.Point(1), "other", 1),
    "delete": lambda made: delattr(made.Point(1), "x"),
    "order": lambda made: made.Point(1) < made.Point(2),
    "match": lambda made: made.Point.__match_args__,
}


@pytest.mark.parametrize("name", CALLS)
def test_classes_behave_as_those_of_the_standard_library(name):
    ours, theirs = (outcome(lambda d=d: CALLS[name](classes_of(d))) for d in KINDS.values())
    assert ours == theirs


@values.dataclass(frozen=True)
class Pickled:
    x: int


def test_values_can_be_pickled():
    assert pickle.loads(pickle.dumps(Pickled(1))) == Pickled(1)


def named_tuple_of(base):
    """Return a named tuple with a method, a property and a default."""

    class Pair(base):
        """Two numbers."""

        first: int
        second: int = 2

        @property
        def total(self):
            return self.first + self.second

        def swapped(self):
            return self._replace(first=self.second, second=self.first)

    return Pair


TUPLE_CALLS = {
    "places": lambda made: (made(1), made(1, 3), made(second=3, first=1)),
    "methods": lambda made: (made(1).total, made(1).swapped(), made(1)._asdict()),
    "a tuple": lambda made: (made(1) == (1, 2), isinstance(made(1), tuple), [*made(1)]),
    "names": lambda made: (made._fields, made._field_defaults, made.__annotations__),
    "texts": lambda made: (made.__doc__, made.__name__, made.__qualname__, made.__module__),
    "too few": lambda made: made(),
    "set": lambda made: setattr(made(1), "first", 3),
}


@pytest.mark.parametrize("name", TUPLE_CALLS)
def test_named_tuples_behave_as_those_of_the_standard_library(name):
    bases = values.NamedTuple, typing.NamedTuple
    ours, theirs = (
        outcome(lambda base=base: TUPLE_CALLS[name](named_tuple_of(base))) for base in bases
    )
    assert ours == theirs
