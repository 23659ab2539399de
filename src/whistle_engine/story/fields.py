"""The fields of acts: from the plain values of a story to the values of commands, and back.

Short forms: a limit is ``"3 working_days"`` or a table of ``amount`` and ``unit``; a proof is
the name of a file (its digest is made of the name, since nothing is stored) or a table of
``uri``, ``digest`` and ``media_type``; a place is a unit's code or a table of ``unit``,
``lat`` and ``lon``; facts are a table; an enumeration is one of its values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from difflib import get_close_matches
from enum import Enum
from hashlib import sha256
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import attrs
from attrs import frozen

from whistle_engine.commands import ACTS, NAMES, Act, SplitPart
from whistle_engine.errors import StoryError
from whistle_engine.model import Evidence, Facts, Label, Length, LimitUnit, Place
from whistle_engine.problems import StoryProblem
from whistle_engine.story._sentences import mistake, names, quoted, same, wrong
from whistle_engine.story.times import instant, told
from whistle_engine.story.values import PASSIVE, Plain

BY_NAME: dict[str, type[Act]] = {name: act for act, name in NAMES.items()}
"""The acts by name."""
PEOPLE = ("raiser", "receiver")
"""The fields that name a person: an actor of the story, or any other id."""
UNITS = ("unit", "to", "lead", "names", "raiser_unit", "without")
"""The fields that name units of the directory."""

_MEDIA = {"jpg": "image/jpeg", "png": "image/png", "pdf": "application/pdf", "mp4": "video/mp4"}


@frozen
class Setting:
    """What plain values mean in a story: its city's zone, the step's time, and who is who."""

    zone: timezone
    at: datetime
    people: Mapping[str, str]


_FEW = 20
"""So many words are all named where none is near."""


def nearest(word: str, known: Iterable[str]) -> Label:
    """What would be right, for a message: the nearest known word, or words; all of a few."""
    words = sorted(known)
    close = get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        name = quoted(close[0])
        return Label(zh=f"是否指{name.zh}？", en=f"did you mean {name.en}?")
    if len(words) > _FEW:
        some = get_close_matches(word, words, n=3, cutoff=0)
        return Label(
            zh=f"共有{len(words)}个，相近的有" + "、".join(some),
            en=f"the nearest of {len(words)} are: " + ", ".join(some),
        )
    return Label(zh="可用的有" + "、".join(words), en="there are: " + ", ".join(words))


def build(name: str, fields: Mapping[str, Plain], setting: Setting) -> Act:
    """Make the act of this name.

    Raises:
        StoryError: there is no such act, a field is missing, unknown or of no right value;
            the message names all that is wrong, and what would be right.
    """
    if name not in BY_NAME:
        raise wrong("unknown_act", name=quoted(name), near=nearest(name, (*BY_NAME, *PASSIVE)))
    act: Act = _made(BY_NAME[name], fields, setting, where=(same(name),))
    return act


def _made(
    cls: type[Any], fields: Mapping[str, Plain], setting: Setting, *, where: tuple[Label, ...] = ()
) -> Any:
    hints = get_type_hints(cls)
    known = {a.name: a for a in attrs.fields(cls)}
    problems: list[StoryProblem] = [
        mistake("unknown_field", *where, name=quoted(field), near=nearest(field, known))
        if known
        else mistake("no_fields", *where, name=quoted(field))
        for field in fields
        if field not in known
    ]
    values = {}
    for field, attribute in known.items():
        if field in fields:
            try:
                values[field] = _read(hints[field], fields[field], setting, field)
            except (StoryError, ValueError) as error:  # ValueError: what a value's class refuses
                problems += (each.inside(*where, _field(field)) for each in problems_of(error))
        elif attribute.default is attrs.NOTHING:
            wanted = _wanted(hints[field])
            problems.append(mistake("field_missing", *where, name=quoted(field), wanted=wanted))
    if problems:
        raise StoryError(problems)
    try:
        return cls(**values)
    except ValueError as error:
        raise StoryError(each.inside(*where) for each in problems_of(error)) from None


def problems_of(error: Exception) -> tuple[StoryProblem, ...]:
    """What an error says is wrong: a story's own, or what a value's class refuses."""
    if isinstance(error, StoryError):
        return error.problems
    return (mistake("value_refused", why=same(error)),)


def _field(name: str) -> Label:
    written = quoted(name)
    return Label(zh=f"字段{written.zh}", en=f"field {written.en}")


def _read(hint: Any, value: Plain, setting: Setting, field: str) -> Any:
    """One value, as its field's type says; a ``StoryError`` tells what would be right."""
    if get_origin(hint) is UnionType:  # the only unions of acts are with None
        (hint,) = (arm for arm in get_args(hint) if arm is not NoneType)
    if hint == Facts:
        return _facts(value)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise wrong("no_list", value=quoted(value))
        return tuple(_read(get_args(hint)[0], item, setting, field) for item in value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enum(hint, value)
    return _READERS[hint](value, setting, field)


def _facts(value: Plain) -> Facts:
    if not isinstance(value, dict):
        raise wrong("no_facts", value=quoted(value))
    for name, fact in value.items():
        if not isinstance(fact, str):
            raise wrong("fact_no_text", name=quoted(name), value=quoted(fact))
    return tuple(sorted((name, str(fact)) for name, fact in value.items()))


def _enum(hint: type[Enum], value: Plain) -> Enum:
    known = [member.value for member in hint]
    if not isinstance(value, str) or value not in known:
        raise wrong("unknown_value", value=quoted(value), near=nearest(str(value), known))
    return hint(value)


def _text(value: Plain, setting: Setting, field: str) -> str:
    if not isinstance(value, str):
        raise wrong("no_text", value=quoted(value))
    return setting.people.get(value, value) if field in PEOPLE else value


def _bool(value: Plain, _setting: Setting, _field: str) -> bool:
    if not isinstance(value, bool):
        raise wrong("no_bool", value=quoted(value))
    return value


def _int(value: Plain, _setting: Setting, _field: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong("no_number", value=quoted(value))
    return value


def _datetime(value: Plain, setting: Setting, _field: str) -> datetime:
    if not isinstance(value, str):
        raise wrong("value_no_time", value=quoted(value))
    return instant(value, after=setting.at, zone=setting.zone)


def _length(value: Plain, _setting: Setting, _field: str) -> Length:
    amount: Plain
    unit: Plain
    match value:
        case {"amount": amount, "unit": unit, **others} if not others:
            pass
        case str() if len(value.split()) == 2:  # noqa: PLR2004  an amount and a unit
            first, unit = value.split()
            amount = int(first) if first.isdecimal() else first
        case _:
            amount, unit = "", ""
    units = [member.value for member in LimitUnit]
    if not isinstance(amount, int) or isinstance(amount, bool) or unit not in units:
        raise wrong("no_limit", value=quoted(value), units=names(tuple(units)))
    return Length(amount, LimitUnit(unit))


def _place(value: Plain, setting: Setting, _field: str) -> Place:
    if isinstance(value, str):
        return Place(unit=value)
    if not isinstance(value, dict):
        raise wrong("no_place", value=quoted(value))
    found: Place = _made(Place, value, setting)
    return found


def _evidence(value: Plain, setting: Setting, _field: str) -> Evidence:
    if isinstance(value, str):
        media = _MEDIA.get(value.rpartition(".")[2], "application/octet-stream")
        digest = sha256(value.encode()).hexdigest()
        return Evidence(f"story:{value}", f"sha256:{digest}", media)
    if not isinstance(value, dict):
        raise wrong("no_proof", value=quoted(value))
    found: Evidence = _made(Evidence, value, setting)
    return found


def _part(value: Plain, setting: Setting, _field: str) -> SplitPart:
    if not isinstance(value, dict):
        raise wrong("no_part", value=quoted(value))
    found: SplitPart = _made(SplitPart, value, setting)
    return found


_READERS: dict[Any, Callable[[Plain, Setting, str], Any]] = {
    str: _text,
    bool: _bool,
    int: _int,
    datetime: _datetime,
    Length: _length,
    Place: _place,
    Evidence: _evidence,
    SplitPart: _part,
}


def _wanted(hint: Any) -> Label:
    """What a field takes, in words."""
    if hint == Facts:
        return Label("一张事实表", "a table of facts")
    if get_origin(hint) is tuple:
        return Label("列表", "a list")
    if isinstance(hint, type) and issubclass(hint, Enum):
        known = names(tuple(str(member.value) for member in hint))
        return Label(f"{known.zh}之一", f"one of {known.en}")
    return _WANTED.get(hint) or same(getattr(hint, "__name__", str(hint)))


_WANTED: Mapping[Any, Label] = {
    str: Label("文字", "a text"),
    datetime: Label("时间", "a time"),
    Length: Label("时限", "a length of time"),
    Place: Label("单位编码", "a unit's code"),
    int: Label("整数", "int"),
    bool: Label("true或false", "bool"),
}


def plain(act: Act, zone: timezone) -> dict[str, Plain]:
    """An act's fields as a story writes them; what is at its default is left out."""
    return _plain_fields(act, zone)


def _plain_fields(value: Any, zone: timezone) -> dict[str, Plain]:
    found = {}
    for attribute in attrs.fields(type(value)):
        item = getattr(value, attribute.name)
        if item != attribute.default:
            facts = attribute.name == "facts"
            found[attribute.name] = dict(item) if facts else _plain(item, zone)
    return found


def _plain(value: Any, zone: timezone) -> Plain:
    match value:
        case str() | bool() | int():
            return value
        case Enum():
            return str(value.value)
        case datetime():
            return told(value, zone)
        case Length():
            return f"{value.amount} {value.unit.value}"
        case tuple():
            return [_plain(item, zone) for item in value]
        case Place(lat=None, lon=None):
            return value.unit
        case Evidence(uri=uri) if uri.startswith("story:"):
            return uri.removeprefix("story:")
        case _:
            return _plain_fields(value, zone)


if {NAMES[act] for act in ACTS} != set(BY_NAME):  # two acts of one name would hide one
    raise AssertionError
