"""Frozen dataclasses and named tuples behave as those of the standard library."""

import copy
import dataclasses
import pickle
import typing
from functools import cached_property

import pytest

from convpool.engines import values

KINDS = {"ours": values.dataclass, "the standard library's": dataclasses.dataclass}


def classes_of(dataclass):
    """Return (a class, one derived from it, one without fields, one that does not compare)."""

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

    return Point, Named, Empty, Same


def outcome(call):
    """Return the repr of what a call returns, or the type of what it raises."""
    try:
        return repr(call()).replace("classes_of.<locals>.", "")
    except Exception as error:
        return type(error)


CALLS = {
    "places": lambda Point, Named, Empty, Same: (Point(1), Point(1, 3), Point(y=1, x=2)),
    "names": lambda Point, Named, Empty, Same: sorted(vars(Named(1, z=3)).items()),
    "no fields": lambda Point, Named, Empty, Same: (Empty(), Empty() == Empty(), {Empty(): 1}),
    "own method": lambda Point, Named, Empty, Same: Named(1, z=3),
    "equal": lambda Point, Named, Empty, Same: (Point(1) == Point(1, 2), Point(1) == Point(2)),
    "hash": lambda Point, Named, Empty, Same: hash(Point(1)) == hash(Point(1, 2)),
    "another class": lambda Point, Named, Empty, Same: Point(1) == Named(1, z=3),
    "identity": lambda Point, Named, Empty, Same: (Same(1) == Same(1), len({Same(1), Same(1)})),
    "cached": lambda Point, Named, Empty, Same: (Point(1).total, Point(1) == Point(1)),
    "replace": lambda Point, Named, Empty, Same: dataclasses.replace(Named(1, z=3), z=4).z,
    "fields": lambda Point, Named, Empty, Same: [f.name for f in dataclasses.fields(Named)],
    "tuple": lambda Point, Named, Empty, Same: dataclasses.astuple(Named(1, z=3)),
    "copy": lambda Point, Named, Empty, Same: copy.copy(Point(1)),
    "too few": lambda Point, Named, Empty, Same: Point(),
    "too many": lambda Point, Named, Empty, Same: Point(1, 2, 3),
    "twice": lambda Point, Named, Empty, Same: Point(1, x=1),
    "unknown": lambda Point, Named, Empty, Same: Point(1, z=1),
    "by place": lambda Point, Named, Empty, Same: Named(1, 2, 3),
    "set": lambda Point, Named, Empty, Same: setattr(Point(1), "x", 1),
    "set another": lambda Point, Named, Empty, Same: setattr(Point(1), "other", 1),
    "delete": lambda Point, Named, Empty, Same: delattr(Point(1), "x"),
    "order": lambda Point, Named, Empty, Same: Point(1) < Point(2),
    "match": lambda Point, Named, Empty, Same: Point.__match_args__,
}


@pytest.mark.parametrize("name", CALLS)
def test_classes_behave_as_those_of_the_standard_library(name):
    ours, theirs = (outcome(lambda d=d: CALLS[name](*classes_of(d))) for d in KINDS.values())
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
    "places": lambda Pair: (Pair(1), Pair(1, 3), Pair(second=3, first=1)),
    "methods": lambda Pair: (Pair(1).total, Pair(1).swapped(), Pair(1)._asdict()),
    "a tuple": lambda Pair: (Pair(1) == (1, 2), isinstance(Pair(1), tuple), [*Pair(1)]),
    "names": lambda Pair: (Pair._fields, Pair._field_defaults, Pair.__annotations__),
    "texts": lambda Pair: (Pair.__doc__, Pair.__name__, Pair.__qualname__, Pair.__module__),
    "too few": lambda Pair: Pair(),
    "set": lambda Pair: setattr(Pair(1), "first", 3),
}


@pytest.mark.parametrize("name", TUPLE_CALLS)
def test_named_tuples_behave_as_those_of_the_standard_library(name):
    bases = values.NamedTuple, typing.NamedTuple
    ours, theirs = (
        outcome(lambda base=base: TUPLE_CALLS[name](named_tuple_of(base))) for base in bases
    )
    assert ours == theirs
