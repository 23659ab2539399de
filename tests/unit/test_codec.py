"""The wire format, pinned; what is refused, and how it says so; what holds no words (L15)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

import attrs
import pytest

from tests.samples import hints, sample
from tests.support import tiny_directory, tiny_policy
from whistle_engine import codec
from whistle_engine.commands import ACTS, Blow, Classify, Command, FeedBack
from whistle_engine.commits import Basis
from whistle_engine.digests import digest_of
from whistle_engine.errors import CodecError
from whistle_engine.events import EVENTS, ClockEnded, Refused, Urged
from whistle_engine.model import Actor, Role, Shirk, TextRef, Unmet, Verdict, facts
from whistle_engine.storage import rows

AT = datetime(2024, 3, 4, 1, tzinfo=UTC)
STREET = Actor(id="s-1", roles=frozenset({Role.STREET, Role.COMMUNITY}), unit="xinhua")


def command(**changes: Any) -> Command:
    values: dict[str, Any] = {"id": "c-1", "matter": "m-1", "by": STREET, "do": Blow(kind="tough")}
    return Command(**(values | changes))


# ------------------------------------------------------------------------------- the format


def test_a_command_in_bytes() -> None:
    assert codec.dump_command(command(texts=("reason",))).decode() == (
        '{"by":{"id":"s-1","roles":["community","street"],"unit":"xinhua"},'
        '"do":{"kind":"tough","type":"blow/1"},"id":"c-1","matter":"m-1",'
        '"texts":["reason"],"type":"command/1"}'
    )


def test_events_in_bytes() -> None:
    told = (Urged(AT, "居民甲"), ClockEnded(AT, 3, Verdict.KEPT))
    assert codec.dump_events(told).decode() == (
        '[{"at":"2024-03-04T01:00:00Z","raiser":"居民甲","type":"urged/1"},'
        '{"at":"2024-03-04T01:00:00Z","clock":3,"type":"clock_ended/1","verdict":"kept"}]'
    )


def test_facts_are_an_object_and_those_of_a_refusal_a_list() -> None:
    asked = codec.dump_command(command(do=Classify(facts=facts(timing="over", category="雨"))))
    assert '"facts":{"category":"雨","timing":"over"}' in asked.decode()
    why = Unmet("wrong_stage", "table", (("stage", "blown"), ("stage", "closed")), Shirk.SEND_BACK)
    refused = Refused(command="send_back", unmet=(why,), recorded=(Urged(AT, "r"),))
    written = codec.dump_answer(refused)
    assert '"facts":[["stage","blown"],["stage","closed"]]' in written.decode()
    assert codec.load_answer(written) == refused


def test_acceptance_is_an_answer() -> None:
    assert codec.load_answer(codec.dump_answer(None)) is None


def test_instants_are_written_in_utc() -> None:
    there = datetime(2024, 3, 4, 9, 0, 0, 5, tzinfo=timezone(timedelta(hours=8)))
    written = codec.dump_events((Urged(there, "r"),))
    assert b'"2024-03-04T01:00:00.000005Z"' in written
    assert codec.load_events(written) == (Urged(there, "r"),)


def test_policy_and_directory_come_back() -> None:
    assert codec.load_policy(codec.canonical(tiny_policy())) == tiny_policy()
    assert codec.load_directory(codec.canonical(tiny_directory())) == tiny_directory()


def test_equal_policies_have_equal_bytes() -> None:
    assert codec.canonical(tiny_policy()) == codec.canonical(tiny_policy())
    assert codec.canonical(tiny_policy()) != codec.canonical(tiny_policy(version="2"))


def test_a_digest_names_its_algorithm() -> None:
    assert digest_of(b"") == (
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


# ------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ('[{"type":"sighed/1"}]', "'sighed/1' is not the wire name of any event @ $[0]"),
        ('[{"type":"urged/2"}]', "'urged/2' is not the wire name of any event @ $[0]"),
        ('[{"raiser":"r"}]', "None is not the wire name of any event @ $[0]"),
        ("[7]", "7 is not an object with a 'type' @ $[0]"),
        ("{}", "{} is not a list @ $"),
        (
            '[{"type":"urged/1","at":"2024-03-04T01:00:00","raiser":"r"}]',
            "the instant '2024-03-04T01:00:00' has no time zone; it has to end in Z @ $[0].at",
        ),
        (
            '[{"type":"urged/1","at":"2024-03-04T09:00:00+08:00","raiser":"r"}]',
            "is not in the form 2024-03-04T01:00:00Z @ $[0].at",
        ),
        ('[{"type":"urged/1","at":"noon","raiser":"r"}]', "'noon' is not an instant @ $[0].at"),
        ('[{"type":"urged/1","at":7,"raiser":"r"}]', "7 is not an instant @ $[0].at"),
        ('[{"type":"urged/1","raiser":"r"}]', "the field 'at' is missing @ $[0]"),
        (
            '[{"type":"urged/1","at":"2024-03-04T01:00:00Z","raiser":"r","haste":1}]',
            "unknown field 'haste' @ $[0]",
        ),
        (
            '[{"type":"urged/1","at":"2024-03-04T01:00:00Z","raiser":5}]',
            "5 is not a text @ $[0].raiser",
        ),
        (
            '[{"type":"clock_ended/1","at":"2024-03-04T01:00:00Z","clock":true,"verdict":"late"}]',
            "True is not a whole number @ $[0].clock; 'late' is not one of the values of Verdict",
        ),
        ('[{"type":"urged/1","raiser":"\\ud800"}]', "half a character"),
        ("[NaN]", "NaN is no value"),
        ("[1", "not JSON"),
        ("", "not JSON"),
        ("[" * 100_000, "not JSON that can be read"),
    ],
)
def test_what_cannot_be_read_says_what_and_where(written: str, complaint: str) -> None:
    with pytest.raises(CodecError) as caught:
        codec.load_events(written.encode())
    assert complaint in str(caught.value)


def test_what_is_not_utf8_is_refused() -> None:
    with pytest.raises(CodecError, match="byte 1 is 0xff"):
        codec.load_events(b"[\xff]")


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        (command(id="\ud800"), "half a character"),
        (command(do=Classify(facts=(("b", "1"), ("a", "2")))), "sorted by name"),
        (command(do=Classify(facts=(("a", "1"), ("a", "2")))), "named once"),
        (command(do=Urged(AT, "r")), "a Urged is no act"),
    ],
)
def test_what_cannot_be_written_says_why(asked: Command, complaint: str) -> None:
    with pytest.raises(CodecError, match=complaint):
        codec.dump_command(asked)


def test_an_instant_without_a_time_zone_is_not_written() -> None:
    with pytest.raises(CodecError, match="has no time zone"):
        codec.dump_events((Urged(datetime(2024, 3, 4), "r"),))  # noqa: DTZ001


def test_a_list_that_names_something_twice_is_no_set() -> None:
    written = codec.dump_command(command()).replace(
        b'["community","street"]', b'["street","street"]'
    )
    with pytest.raises(CodecError, match="twice"):
        codec.load_command(written)


def test_importing_the_codec_does_not_import_cattrs() -> None:
    code = "import sys, whistle_engine.codec; sys.exit('cattrs' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603


# ------------------------------------------------------------------------------- no free text

IDS = {
    # of people, matters, commands
    "actor", "command", "command_id", "id", "into", "matter", "raiser", "receiver", "split_from",
    # of units, in the directory
    "brought_in_by", "by", "community", "lead", "names", "place", "raiser_unit", "street", "to",
    "unit", "without",
    # declared in the policy
    "category", "channel", "facts", "floors", "kind", "route", "used",
    # fixed in the code, or computed
    "clauses", "code", "digest", "directory", "policy", "previous",
}  # fmt: skip
"""Names of fields that hold a code or an id, in whatever class they stand."""

TRUSTED = "; trusted as given in a command, nothing checks it yet"

REVIEWED = {
    "Appeal.source_number": "the number that the channel gave",
    "Basis.rule": "the id of a rule of the policy",
    "Basis.texts": "names of texts, and digests that are salted in the vault",
    "Classification.rule": "the id of a rule of the policy",
    "Classification.source": "the policy's, about a rule",
    "Command.texts": "names of texts; the engine takes codes and ids only",
    "Escalated.reason": "a code that the moves write",
    "Evidence.media_type": "as registered" + TRUSTED,
    "Evidence.uri": "where the proof lies; the host makes it" + TRUSTED,
    "Limit.rule": "the policy's, about a limit" + TRUSTED,
    "Limit.source": "the policy's, about a limit" + TRUSTED,
    "MatterRow.source_number": "the number that the channel gave",
    "Object.clause": "the number of a clause of the catalogue" + TRUSTED,
    "Objected.clause": "the number of a clause of the catalogue" + TRUSTED,
    "Receive.source_number": "the number that the channel gave",
    "TextRef.name": "the name of a text; the engine takes codes and ids only",
    "Unmet.clause": "a clause of the design",
}
"""Fields whose name alone does not say that they hold no free text, and why they do not."""


def strings(kind: Any, where: str = "") -> Iterator[str]:
    """Every field of text that a type holds, as ``Class.field``."""
    if attrs.has(kind):
        for name, of in hints(kind).items():
            yield from strings(of, f"{kind.__name__}.{name}")
    elif kind is str:
        yield where
    else:
        for each in get_args(kind):
            yield from strings(each, where)


def test_no_field_holds_free_text() -> None:
    """L15: each field of text is one that somebody has looked at: a code, an id, a digest."""
    kept = [
        *ACTS, Command, *EVENTS, Refused, Basis, rows.Record, rows.MatterRow, rows.DutyRow,
        rows.Timer, rows.Notice,
    ]  # fmt: skip
    found = {field for kind in kept for field in strings(kind)}
    assert {field for field in found if field.partition(".")[2] not in IDS} == set(REVIEWED)


def test_the_vault_is_where_words_are_and_they_do_not_show_in_logs() -> None:
    assert "VaultText.words" in set(strings(rows.VaultText))
    text = rows.VaultText(ref=TextRef("c", "text"), matter="m", salt=b"pepper", words="住址")
    assert "住址" not in repr(text)
    assert "pepper" not in repr(text)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"without": (5,)}, r"5 is not a text @ \$\.do\.without"),
        ({"without": "chengguan"}, r"'chengguan' is not a tuple @ \$\.do\.without"),
    ],
    ids=["text", "tuple"],
)
def test_what_could_not_be_read_again_is_not_written(wrong: dict[str, Any], told: str) -> None:
    odd = command(do=attrs.evolve(sample(FeedBack), **wrong))
    with pytest.raises(CodecError, match=told):
        codec.dump_command(odd)
