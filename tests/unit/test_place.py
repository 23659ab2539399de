"""Coordinates are on earth, and come in pairs."""

from __future__ import annotations

from typing import Any

import pytest

from whistle_engine.codec import dump_command, load_command
from whistle_engine.commands import Command, Receive
from whistle_engine.errors import CodecError
from whistle_engine.model import Actor, AppealKind, Place


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"lat": 90_000_001, "lon": 0}, "lat is 90000001, and should be from -90000000"),
        ({"lat": 0, "lon": -(2**63)}, "lon is -9223372036854775808"),
        ({"lat": 38_470_000}, "both or neither"),
        ({"lon": 106_280_000}, "both or neither"),
    ],
)
def test_a_place_that_is_nowhere_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Place(unit="gulou", **wrong)


def test_on_the_wire_too() -> None:
    place = Place(unit="gulou", lat=90_000_000, lon=-180_000_000)
    asked = Command(
        id="c",
        matter="m",
        by=Actor(id="a", roles=frozenset()),
        do=Receive(channel="visit", kind=AppealKind.HELP, place=place),
    )
    written = dump_command(asked)
    assert load_command(written) == asked
    with pytest.raises(CodecError, match="lat is 90000001"):
        load_command(written.replace(b"90000000", b"90000001", 1))
