"""What the fields of the model's classes may hold, and how such classes are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar, cast

from attrs import Attribute, AttrsInstance, fields

V = TypeVar("V")


def share_repr(kinds: Iterable[type]) -> None:
    """Give classes without slots the same ``repr`` as attrs would, made once for all.

    There are almost two hundred classes of values; making a ``repr`` and slots for each would
    be a third of what importing the library costs.
    """
    for kind in kinds:
        setattr(kind, "__repr__", _told)  # noqa: B010  mypy forbids assigning to a method


def _told(value: object) -> str:
    kind = cast("type[AttrsInstance]", type(value))
    told = (each.name for each in fields(kind) if each.repr)
    return f"{kind.__name__}({', '.join(f'{name}={getattr(value, name)!r}' for name in told)})"


def expect(kind: type, instance: object, attribute: Attribute[V], value: object) -> None:
    """Not every program is type-checked, and a value may come from anywhere."""
    if not isinstance(value, kind):
        raise ValueError(  # noqa: TRY004  as whatever else is wrong with it
            f"{type(instance).__name__}.{attribute.name} is {ascii(value)[:40]}; it should be a "
            f"{kind.__name__}"
        )


def is_code(most: int) -> Callable[[object, Attribute[str], str], None]:
    """A validator for fields that hold no words: ASCII without blanks, not too long (L15)."""

    def check(instance: object, attribute: Attribute[str], value: str) -> None:
        expect(str, instance, attribute, value)
        fits = 0 < len(value) <= most and value.isascii() and value.isprintable()
        if not fits or " " in value:
            raise ValueError(
                f"{type(instance).__name__}.{attribute.name} is {value[:40]!r}; it should be a "
                f"code: 1 to {most} ASCII characters, no blanks; words belong in the texts"
            )

    return check


def is_id(instance: object, attribute: Attribute[str], value: str | None) -> None:
    """A validator for ids that come from elsewhere: letters, digits and ``. - : / @ _`` (L15)."""
    if value is None:
        return
    expect(str, instance, attribute, value)
    allowed = value.replace("_", "").translate(dict.fromkeys(map(ord, ".-:/@")))
    if not allowed.isalnum() or len(value) > 100:  # noqa: PLR2004  as the message says
        raise ValueError(
            f"{type(instance).__name__}.{attribute.name} is {value[:40]!r}; it should be an id: up "
            "to 100 letters, digits and . - : / @ _, no blanks; words belong in the texts"
        )


def is_aware(instance: object, attribute: Attribute[datetime], value: datetime | None) -> None:
    """A validator for instants: they carry a time zone."""
    if value is None:
        return
    expect(datetime, instance, attribute, value)
    if value.tzinfo is None:
        raise ValueError(
            f"{type(instance).__name__}.{attribute.name} is {value.isoformat()}, without a time "
            "zone; it should be an instant in UTC"
        )
