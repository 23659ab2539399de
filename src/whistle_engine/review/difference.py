"""One value that two policies set otherwise, and how the values of one policy are told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from attrs import frozen

from whistle_engine.model import Label

Area = Literal[
    "catalogue", "limits", "kinds", "permissions", "ladders", "lists", "facts", "calendar",
    "others", "texts", "sources",
]  # fmt: skip
"""What a difference is about; ``sources`` changes nothing that is decided, due, allowed or told."""


@frozen
class Difference:
    """One value that is otherwise.

    Attributes:
        area: what it is about.
        key: its dotted key; followed by its days, if it is otherwise between some only.
        title: what it is called.
        before, after: what it was and will be; ``None`` where it is not there.
    """

    area: Area
    key: str
    title: Label
    before: Label | None
    after: Label | None


Told: TypeAlias = Iterator[tuple[Area, str, Label, Label]]
"""Values with their areas, keys and titles."""

Values: TypeAlias = dict[tuple[Area, str], tuple[Label, Label]]
"""By area and key the title and what is set."""


def by_key(told: Told) -> Values:
    """Values as they are looked up."""
    return {(area, key): (title, value) for area, key, title, value in told}


def otherwise(old: Values, new: Values) -> Iterator[Difference]:
    """What differs: first as the new policy has it in order, then what only the old one has."""
    for area, key in dict.fromkeys((*new, *old)):
        one, other = old.get((area, key)), new.get((area, key))
        before, after = (held[1] if held is not None else None for held in (one, other))
        if before != after:
            title = (other or one or (Label(key, key), None))[0]
            yield Difference(area, key, title, before, after)
