"""Versions of the rules: which of them governed what, and how any of them is had again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve

from whistle_engine import codec
from whistle_engine.commands import Act, Blow, Classify, Command, Receive
from whistle_engine.commits import governing
from whistle_engine.digests import digest_of
from whistle_engine.engine import Engine
from whistle_engine.errors import UnknownMatter
from whistle_engine.model import Actor, AppealKind, Place, Role, What
from whistle_engine.policy_file import (
    Files,
    gather,
    load_directory,
    load_policy,
    load_rules,
    shipped_files,
    unpacked,
)
from whistle_engine.storage.memory import MemoryStore

START = datetime(2024, 3, 4, 1, tzinfo=UTC)
POLICY = shipped_files("xingqing")
DIRECTORY = shipped_files("xingqing.directory")
RESIDENT = Actor(id="resident", roles=frozenset({Role.RESIDENT}))
GULOU = Actor(id="gulou.head", roles=frozenset({Role.COMMUNITY}), unit="gulou")
STREET = Actor(id="xinhuajie.head", roles=frozenset({Role.STREET}), unit="xinhuajie")


def with_text(files: Files, old: str, new: str) -> Files:
    """The files, with one text of the main one replaced."""
    main = files.main.decode()
    assert main.count(old) == 1, old
    return Files(((files.name, main.replace(old, new).encode()), *files.files[1:]))


LATER = with_text(
    with_text(POLICY, 'version = "2024.1"', 'version = "2024.2"'),
    'dispatch = { limit = "2 work hours"',
    'dispatch = { limit = "3 work hours"',
)


def played() -> tuple[Engine, MemoryStore]:
    """A matter classified by the first version, and blown for by the second."""
    now = START
    store = MemoryStore()
    engine = Engine(store, load_rules(POLICY, DIRECTORY), clock=lambda: now)
    acts: tuple[tuple[Actor, Act], ...] = (
        (RESIDENT, Receive(channel="visit", kind=AppealKind.COMPLAINT, place=Place(unit="gulou"))),
        (GULOU, Classify(facts=(("category", "overhead_cables"),))),
        (STREET, Blow(kind="tough")),
    )
    for n, (actor, act) in enumerate(acts):
        now = START + timedelta(minutes=n)
        if n == 2:
            engine.adopt(load_rules(LATER, DIRECTORY))
        given = engine.execute(
            Command(id=f"c{n}", matter="m", by=actor, do=act),
            texts={"text": "线缆低垂"} if n == 0 else {},
        )
        assert hasattr(given, "written"), given
    return engine, store


def test_every_clock_is_governed_by_the_version_that_started_it() -> None:
    engine, _ = played()
    state = engine.matter(STREET, "m")
    by_clock = governing(engine.commits(STREET, "m"))
    assert set(by_clock) == {clock.id for clock in state.clocks}
    policies = {clock.what: by_clock[clock.id].policy for clock in state.clocks}
    assert policies[What.CLASSIFY] == policies[What.BLOW] == POLICY.digest
    assert policies[What.DISPATCH] == LATER.digest != POLICY.digest
    dispatch = next(clock for clock in state.clocks if clock.what is What.DISPATCH)
    assert dispatch.due.limit.amount == 3


def test_the_policy_of_any_past_decision_can_be_written_out_and_read_again(
    tmp_path: Path,
) -> None:
    engine, _ = played()
    for version, files in ((2, POLICY), (3, LATER)):
        documents = engine.documents(STREET, "m", version)
        folder = tmp_path / str(version)
        unpacked(documents.policy, "policy.toml").write(folder)
        unpacked(documents.directory, "directory.toml").write(folder)
        again = gather(folder / "xingqing.toml")
        assert again == files
        assert again.digest == files.digest == digest_of(documents.policy)
        assert load_policy(documents.policy).value == load_policy(files).value
        assert load_directory(documents.directory).digest == DIRECTORY.digest
        rules = load_rules(folder / "xingqing.toml", folder / "xingqing.directory.toml")
        assert rules.policy_digest == files.digest


def test_nothing_is_written_over(tmp_path: Path) -> None:
    POLICY.write(tmp_path)
    (tmp_path / "xingqing.toml").write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError):
        POLICY.write(tmp_path)
    assert (tmp_path / "xingqing.toml").read_text(encoding="utf-8") == "mine"


def test_the_documents_are_shown_to_those_who_may_see_the_matter() -> None:
    engine, _ = played()
    stranger = Actor(id="stranger", roles=frozenset({Role.RESIDENT}))
    for actor, matter, version in ((stranger, "m", 2), (STREET, "no", 1), (STREET, "m", 99)):
        with pytest.raises(UnknownMatter):
            engine.documents(actor, matter, version)


@pytest.mark.parametrize("number", range(len(POLICY.files)))
def test_every_byte_of_policy_tables_and_calendars_counts(number: int) -> None:
    files = [*POLICY.files]
    name, data = files[number]
    files[number] = (name, data + b"\n")
    assert Files(tuple(files)).digest != POLICY.digest


def test_the_same_files_have_the_same_bytes() -> None:
    assert shipped_files("xingqing").packed() == POLICY.packed()
    assert unpacked(POLICY.packed(), "x.toml") == POLICY
    alone = Files((("directory.toml", b"format = 1"),))
    assert alone.packed() == b"format = 1"
    assert unpacked(b"format = 1", "directory.toml") == alone


def test_bytes_are_not_named_for_values_that_were_changed_since() -> None:
    rules = load_rules(POLICY, DIRECTORY)
    altered = evolve(rules, policy=evolve(rules.policy, version="mine"))
    assert rules.exact == rules.documents
    assert altered.exact == ()
    store = MemoryStore()
    engine = Engine(store, altered)
    assert engine.rules.policy_digest != rules.policy_digest
    stored = store.get_document(engine.rules.policy_digest)
    assert stored is not None
    assert codec.load_policy(stored).version == "mine"
