"""How each class of the wire format is written and read: the one place of cattrs.

It is compiled on first use, so that importing the codec costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import cache, lru_cache, partial
from operator import eq
from typing import TYPE_CHECKING, NoReturn, TypeVar, cast, get_args, get_origin

from attrs import frozen

from whistle_engine.commands import ACTS, Act, Command
from whistle_engine.commits import Basis, Commit
from whistle_engine.events import EVENTS, Event, Refused
from whistle_engine.model import Facts, Unmet

if TYPE_CHECKING:
    from cattrs import Converter

_TAG = "type"
_ENVELOPES: Mapping[type[object], str] = {
    Basis: "basis/1",
    Command: "command/1",
    Commit: "commit/1",
    Refused: "refused/1",
}


class Wrong(ValueError):  # noqa: N818  reads as what it says
    """A value that cannot be written or read; the message is meant for people."""


@frozen
class _Tagged:
    """Classes that are told apart by a wire name."""

    wire: Mapping[type[object], str]
    what: str

    def __attrs_post_init__(self) -> None:
        """Refuse a class that has a field of the tag's name."""
        for cls in self.wire:
            if hasattr(cls, _TAG):
                raise AssertionError(f"{cls.__name__} has a field named {_TAG!r}")


_UNIONS: Mapping[object, _Tagged] = {
    Act: _Tagged(cast("Mapping[type[object], str]", ACTS), "act"),
    Event: _Tagged(cast("Mapping[type[object], str]", EVENTS), "event"),
    **{cls: _Tagged({cls: wire}, cls.__name__.lower()) for cls, wire in _ENVELOPES.items()},
}


@cache
def converter(*, detailed: bool) -> Converter:
    """The converter, compiled on first use: cattrs is not imported before.

    It is never changed after it is made.
    """
    from cattrs import Converter  # noqa: PLC0415

    made = Converter(omit_if_default=True, forbid_extra_keys=True, detailed_validation=detailed)
    _scalars(made)
    _collections(made, detailed=detailed)
    _unmet(made)
    _unions(made)
    return made


def _scalars(converter: Converter) -> None:
    converter.register_structure_hook(str, lambda v, _: v if type(v) is str else _not("a text", v))
    converter.register_structure_hook(
        int, lambda v, _: v if type(v) is int else _not("a whole number", v)
    )
    converter.register_structure_hook(
        bool, lambda v, _: v if type(v) is bool else _not("true or false", v)
    )
    converter.register_unstructure_hook(str, _text_out)
    converter.register_unstructure_hook(int, _number_out)
    converter.register_unstructure_hook(bool, _answer_out)
    converter.register_unstructure_hook(datetime, _instant_out)
    converter.register_structure_hook(datetime, _instant_in)
    converter.register_structure_hook_factory(
        lambda kind: isinstance(kind, type) and issubclass(kind, Enum), _member_in
    )
    converter.register_unstructure_hook(date, _day_out)
    converter.register_structure_hook(date, _day_in)
    converter.register_unstructure_hook(time, time.isoformat)
    converter.register_structure_hook(time, lambda v, _: _iso(time, v, "a time of day"))
    converter.register_unstructure_hook(timedelta, _seconds_out)
    converter.register_structure_hook(timedelta, lambda v, _: _seconds_in(v))


def _not(what: str, value: object) -> NoReturn:
    raise Wrong(f"{value!r} is not {what}")


def _text_out(value: str) -> str:
    """Strict, too: what was written and cannot be read would damage a history for good."""
    return value if type(value) is str else _not("a text", value)


def _number_out(value: int) -> int:
    return value if type(value) is int else _not("a whole number", value)


def _answer_out(value: object) -> object:
    return value if type(value) is bool else _not("true or false", value)


_KEPT = 4096
"""So many instants and days stay known in both forms: a history names the same few again."""


def _instant_out(value: datetime) -> str:
    if value.tzinfo is not UTC:
        if value.tzinfo is None or value.utcoffset() is None:
            raise Wrong(f"the instant {value.isoformat()} has no time zone")
        value = value.astimezone(UTC)
    return _utc_out(value)


@lru_cache(_KEPT)
def _utc_out(value: datetime) -> str:
    """An instant in UTC: of other zones, instants that differ may count as equal."""
    return value.isoformat()[:-6] + "Z"


def _instant_in(value: object, _: object) -> datetime:
    return _utc_in(value) if type(value) is str else _not("an instant", value)


@lru_cache(_KEPT)
def _utc_in(value: str) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        _not("an instant", value)
    if at.tzinfo is None:
        raise Wrong(f"the instant {value!r} has no time zone; it has to end in Z")
    if at.tzinfo is not UTC or at.isoformat()[:-6] + "Z" != value:
        raise Wrong(f"the instant {value!r} is not in the form 2024-03-04T01:00:00Z")
    return at


def _member_in(kind: type[Enum]) -> Callable[[object, object], Enum]:
    members: dict[object, Enum] = {member.value: member for member in kind}

    def structure(value: object, _: object) -> Enum:
        found = members.get(value) if type(value) is str else None
        return found if found is not None else _not(f"one of the values of {kind.__name__}", value)

    return structure


_day_out = lru_cache(_KEPT)(date.isoformat)


def _day_in(value: object, _: object) -> date:
    return _day(value) if type(value) is str else _not("a day", value)


@lru_cache(_KEPT)
def _day(value: str) -> date:
    return _iso(date, value, "a day")


_D = TypeVar("_D", date, time)


def _iso(kind: type[_D], value: object, what: str) -> _D:
    if type(value) is not str:
        _not(what, value)
    try:
        found = kind.fromisoformat(value)
    except ValueError:
        _not(what, value)
    if found.isoformat() != value:
        _not(what, value)
    return found


def _seconds_out(value: timedelta) -> int:
    if value.microseconds:
        raise Wrong(f"{value} is not a whole number of seconds")
    return value // timedelta(seconds=1)


def _seconds_in(value: object) -> timedelta:
    if type(value) is not int:
        _not("a whole number of seconds", value)
    return timedelta(seconds=value)


def _collections(converter: Converter, *, detailed: bool) -> None:
    def is_many(kind: object) -> bool:
        return (get_origin(kind) is tuple and get_args(kind)[-1:] == (...,)) or get_origin(
            kind
        ) is frozenset

    def read_many(kind: type[object], made: Converter) -> Callable[[object, object], object]:
        inner = get_args(kind)[0]
        read = made.get_structure_hook(inner)
        of = cast("type[tuple[object, ...]]", get_origin(kind))
        each = _each_detailed if detailed else _each

        def structure(value: object, _: object) -> object:
            if type(value) is not list:
                _not("a list", value)
            found = of(each(value, read, inner))
            if len(found) != len(value):
                raise Wrong(f"{value!r} names something twice")
            return found

        return structure

    def is_set(kind: object) -> bool:
        return get_origin(kind) is frozenset

    def write_set(kind: type[object], made: Converter) -> Callable[[frozenset[object]], object]:
        write = made.get_unstructure_hook(get_args(kind)[0])
        return lambda value: sorted(write(v) for v in value)

    def write_many(kind: type[object], made: Converter) -> Callable[[object], list[object]]:
        write = made.get_unstructure_hook(get_args(kind)[0])

        def unstructure(value: object) -> list[object]:
            if type(value) is not tuple:
                _not("a tuple", value)
            return [write(each) for each in value]

        return unstructure

    converter.register_unstructure_hook_factory(is_many, write_many)
    converter.register_structure_hook_factory(is_many, read_many)
    converter.register_unstructure_hook_factory(is_set, write_set)
    converter.register_structure_hook_func(lambda kind: kind == Facts, lambda v, _: _facts_in(v))
    converter.register_unstructure_hook_func(lambda kind: kind == Facts, _facts_out)


def _each(
    values: list[object], read: Callable[[object, object], object], inner: object
) -> list[object]:
    return [read(v, inner) for v in values]


def _each_detailed(
    values: list[object], read: Callable[[object, object], object], inner: object
) -> list[object]:
    from cattrs import IterableValidationError, IterableValidationNote  # noqa: PLC0415

    found, errors = [], []
    for number, value in enumerate(values):
        try:
            found.append(read(value, inner))
        except Exception as error:  # noqa: BLE001  gathered, and raised together
            error.add_note(IterableValidationNote(f"at {number}", number, inner))
            errors.append(error)
    if errors:
        raise IterableValidationError("in a list", errors, list)
    return found


def _facts_out(value: Facts) -> dict[str, str]:
    written = dict(value)
    names = list(written)
    if not all(type(each) is str for pair in written.items() for each in pair):
        _not("facts, each a name and a text", value)
    if len(names) != len(value) or names != sorted(names):
        raise Wrong(
            f"facts have to be sorted by name, each named once, not {[n for n, _ in value]}; "
            "whistle_engine.model.facts() makes them so"
        )
    return written


def _facts_in(value: object) -> Facts:
    if type(value) is not dict or not all(type(v) is str for v in value.values()):
        _not("an object of facts, each with a text", value)
    return tuple(sorted(value.items()))


def _unmet(converter: Converter) -> None:
    """Facts behind a refusal come in the order in which they are told, so they stay a list."""
    from cattrs.gen import (  # noqa: PLC0415
        make_dict_structure_fn,
        make_dict_unstructure_fn,
        override,
    )

    def pairs_in(value: object, _: object) -> tuple[tuple[str, str], ...]:
        if type(value) is not list or not all(
            type(pair) is list and [type(v) for v in pair] == [str, str] for pair in value
        ):
            _not("a list of pairs of texts", value)
        return tuple((name, text) for name, text in value)

    told = override(struct_hook=pairs_in, unstruct_hook=list, omit_if_default=True)
    converter.register_structure_hook(Unmet, make_dict_structure_fn(Unmet, converter, facts=told))
    converter.register_unstructure_hook(
        Unmet, make_dict_unstructure_fn(Unmet, converter, facts=told, _cattrs_omit_if_default=True)
    )


class _Union:
    """The functions of a union of classes that are told apart by their wire names."""

    def __init__(self, tagged: _Tagged) -> None:
        self.tagged = tagged
        self.by_wire: dict[object, tuple[type[object], Callable[[object, object], object]]] = {}
        self.by_class: dict[type[object], tuple[str, Callable[[object], dict[str, object]]]] = {}

    def compile(self, converter: Converter) -> None:
        """Make the functions of each class, once all unions are registered."""
        from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn  # noqa: PLC0415

        for cls, wire in self.tagged.wire.items():
            write = make_dict_unstructure_fn(cls, converter, _cattrs_omit_if_default=True)
            self.by_class[cls] = (wire, write)
            read = make_dict_structure_fn(cls, converter)
            self.by_wire[wire] = (cls, cast("Callable[[object, object], object]", read))

    def unstructure(self, value: object) -> dict[str, object]:
        try:
            wire, write = self.by_class[type(value)]
        except KeyError:
            raise Wrong(f"a {type(value).__name__} is no {self.tagged.what}") from None
        plain = write(value)
        plain[_TAG] = wire
        return plain

    def structure(self, value: object, _: object) -> object:
        if type(value) is not dict:
            _not(f"an object with a {_TAG!r}", value)
        wire = value.get(_TAG)
        if type(wire) is not str or wire not in self.by_wire:
            raise Wrong(f"{wire!r} is not the wire name of any {self.tagged.what}")
        cls, read = self.by_wire[wire]
        del value[_TAG]
        return read(value, cls)


def _unions(converter: Converter) -> None:
    made = [(kind, _Union(tagged)) for kind, tagged in _UNIONS.items()]
    for kind, union in made:
        converter.register_unstructure_hook_func(partial(eq, kind), union.unstructure)
        converter.register_structure_hook_func(partial(eq, kind), union.structure)
    for _, union in made:
        union.compile(converter)
