"""Values of every class of the wire format: one full sample each, and Hypothesis strategies.

Both walk the annotations, so a new act, event or field needs nothing here.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
from hypothesis import strategies as st

from whistle_engine.commands import ACTS, Command
from whistle_engine.events import EVENTS
from whistle_engine.model import Facts, Length, LimitUnit, Place, Unmet

AT = datetime(2024, 3, 4, 1, 2, 3, tzinfo=UTC)


def hints(cls: type) -> dict[str, Any]:
    """A class's fields and their types."""
    found = get_type_hints(cls)
    return {each.name: found[each.name] for each in attrs.fields(cls) if each.init}


def is_union(kind: object) -> bool:
    return get_origin(kind) in (Union, UnionType)


# ------------------------------------------------------------------------------- one of each


def sample(kind: Any, name: str = "x") -> Any:
    """A value in which no field has its default, as far as that can be."""
    if kind == Facts:
        return (("category", "pipes"), (name, "值"))
    if is_union(kind):
        return sample(next(a for a in get_args(kind) if a is not NoneType), name)
    if get_origin(kind) is tuple:
        inner, *more = get_args(kind)
        return (
            (sample(inner, name),)
            if more == [...]
            else tuple(sample(a, name) for a in (inner, *more))
        )
    if get_origin(kind) is frozenset:
        return frozenset({sample(get_args(kind)[0], name)})
    if attrs.has(kind):
        defaults = {each.name: each.default for each in attrs.fields(kind)}
        coded = coded_fields(kind)
        filled = {
            field: f"{field}-1" if field in coded else sample(of, field)
            for field, of in hints(kind).items()
        }
        return kind(
            **{n: not v if v is True and defaults[n] is True else v for n, v in filled.items()}
        )
    if issubclass(kind, Enum):
        return list(kind)[-1]
    return SAMPLES[kind](name)


SAMPLES: Mapping[type, Callable[[str], object]] = {
    str: lambda name: f"{name}-鼓楼",
    int: lambda _: 7,
    bool: lambda _: True,
    datetime: lambda _: AT,
    date: lambda _: AT.date(),
}


def acts() -> tuple[Any, ...]:
    """One of each act."""
    return tuple(sample(act) for act in ACTS)


def events() -> tuple[Any, ...]:
    """One of each event."""
    return tuple(sample(event) for event in EVENTS)


def command(act: Any, number: int = 1) -> Command:
    """A command that asks for an act."""
    found: Command = attrs.evolve(sample(Command), id=f"c-{number}", do=act)
    return found


# ------------------------------------------------------------------------------- many of each


def words() -> st.SearchStrategy[str]:
    """Any text that can be written at all."""
    return st.text(st.characters(codec="utf-8"), max_size=8)


def codes() -> st.SearchStrategy[str]:
    """What may stand in a field that holds no words."""
    return st.text(string.ascii_letters + string.digits, min_size=1, max_size=8)


def coded_fields(kind: Any) -> set[str]:
    """The fields of a class that are texts and may not hold words."""
    checked = {each.name for each in attrs.fields(kind) if each.validator is not None}
    return {field for field, of in hints(kind).items() if field in checked and is_text(of)}


def is_text(kind: Any) -> bool:
    return kind is str or (is_union(kind) and str in get_args(kind))


def instants() -> st.SearchStrategy[datetime]:
    return st.datetimes(timezones=st.just(UTC))


def pairs() -> st.SearchStrategy[Facts]:
    found = st.dictionaries(words(), words(), max_size=4)
    return found.map(lambda each: tuple(sorted(each.items())))


@cache
def values(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a type of the wire format."""
    if kind == Facts:
        return pairs()
    if kind is Unmet:  # here the order of the facts is told as it came
        told = st.lists(st.tuples(words(), words()), max_size=3).map(tuple)
        return st.builds(Unmet, words(), words(), told, values(hints(Unmet)["shirk"]))
    if is_union(kind):
        return st.one_of([values(each) for each in get_args(kind)])
    if get_origin(kind) is tuple:
        inner, *more = get_args(kind)
        if more == [...]:
            return st.lists(values(inner), max_size=2).map(tuple)
        return st.tuples(*(values(each) for each in (inner, *more)))
    if get_origin(kind) is frozenset:
        return st.frozensets(values(get_args(kind)[0]))
    if attrs.has(kind):
        if kind is Length:
            return st.builds(Length, st.integers(0, 3660), values(LimitUnit))
        if kind is Place:
            anywhere = st.builds(
                Place,
                unit=words(),
                lat=st.integers(-90_000_000, 90_000_000),
                lon=st.integers(-180_000_000, 180_000_000),
            )
            return st.one_of(st.builds(Place, unit=words()), anywhere)
        coded = coded_fields(kind)
        return st.builds(
            kind,
            **{
                field: codes() if field in coded else values(of)
                for field, of in hints(kind).items()
            },
        )
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    return VALUES[kind]()


def commands(act: type) -> st.SearchStrategy[Command]:
    """Commands that ask for one kind of act."""
    of = hints(Command) | {"do": act}
    return st.builds(Command, **{field: values(kind) for field, kind in of.items()})


VALUES: Mapping[type, Callable[[], st.SearchStrategy[Any]]] = {
    NoneType: st.none,
    str: words,
    int: st.integers,
    bool: st.booleans,
    datetime: instants,
    date: st.dates,
}
