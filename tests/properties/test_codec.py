"""Whatever can be said goes to bytes and comes back, the same for every class (L12)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import commands, values
from whistle_engine import codec
from whistle_engine.commands import ACTS
from whistle_engine.commits import Basis, Commit
from whistle_engine.errors import CodecError
from whistle_engine.events import EVENTS, Refused


@pytest.mark.parametrize("event", EVENTS, ids=EVENTS.get)
@given(st.data())
def test_every_event_comes_back(event: type, data: st.DataObject) -> None:
    told = (data.draw(values(event)),)
    written = codec.dump_events(told)
    assert codec.load_events(written) == told
    assert codec.dump_events(codec.load_events(written)) == written


@pytest.mark.parametrize("act", ACTS, ids=ACTS.get)
@given(st.data())
def test_every_command_comes_back(act: type, data: st.DataObject) -> None:
    asked = data.draw(commands(act))
    written = codec.dump_command(asked)
    assert codec.load_command(written) == asked
    assert codec.dump_command(codec.load_command(written)) == written


@given(values(Refused))
def test_a_refusal_comes_back(refused: Refused) -> None:
    assert codec.load_answer(codec.dump_answer(refused)) == refused


@given(values(Basis))
def test_a_basis_comes_back(basis: Basis) -> None:
    assert codec.load_basis(codec.dump_basis(basis)) == basis


@given(values(Commit))
def test_a_commit_comes_back(commit: Commit) -> None:
    assert codec.load_commit(codec.dump_commit(commit)) == commit


@given(values(Commit))
def test_the_bytes_are_canonical(commit: Commit) -> None:
    written = codec.dump_commit(commit).decode()
    again = json.dumps(
        json.loads(written), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    assert again == written


@given(st.binary(max_size=40))
def test_what_was_never_written_is_not_read(data: bytes) -> None:
    with pytest.raises(CodecError):
        codec.load_command(data)
