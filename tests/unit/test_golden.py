"""What was written once can be read for good, and means the same (L12)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden import write
from whistle_engine import codec
from whistle_engine.commands import ACTS
from whistle_engine.commits import Commit
from whistle_engine.events import EVENTS
from whistle_engine.model import Outcome, Stage
from whistle_engine.storage.rows import Record, chain_digest
from whistle_engine.workflow import replay

FILES = sorted(write.HERE.glob("*.jsonl"))


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


def commits(name: str) -> list[Commit]:
    return [codec.load_commit(line) for line in lines(write.HERE / name)]


def test_all_files_are_there() -> None:
    assert {path.name for path in FILES} >= set(write.FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_line_is_read_and_written_again_the_same(path: Path) -> None:
    for line in lines(path):
        assert codec.dump_commit(codec.load_commit(line)) == line


def test_every_wire_name_is_there() -> None:
    found = commits("1-words.jsonl")
    assert {ACTS[type(c.command.do)] for c in found} == set(ACTS.values())
    assert {EVENTS[type(e)] for c in found for e in c.events} == set(EVENTS.values())


def test_the_matter_is_replayed() -> None:
    found = commits("1-matter.jsonl")
    state = replay("m-1", [event for commit in found for event in commit.events])
    assert state is not None
    assert (state.stage, state.outcome) == (Stage.CLOSED, Outcome.SETTLED)
    assert [c.refused.command for c in found if c.refused is not None] == ["send_back"]


def test_the_chain_still_fits() -> None:
    previous = ""
    for commit in commits("1-matter.jsonl"):
        assert commit.previous == previous
        assert chain_digest(_record(commit)) == commit.digest
        previous = commit.digest


def _record(commit: Commit) -> Record:
    return Record(
        matter=commit.matter,
        version=commit.version,
        position=commit.position,
        command_id=commit.command.id,
        recorded_at=commit.recorded_at,
        command=codec.dump_command(commit.command),
        basis=codec.dump_basis(commit.basis),
        events=codec.dump_events(commit.events),
        answer=codec.dump_answer(commit.refused),
        previous=commit.previous,
        digest=commit.digest,
    )


def test_nothing_is_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "HERE", tmp_path)
    (tmp_path / "1-words.jsonl").write_bytes(b"released")
    write.main()
    assert (tmp_path / "1-words.jsonl").read_bytes() == b"released"
    assert (tmp_path / "1-matter.jsonl").exists()
