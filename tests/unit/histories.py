"""Random walks played through the engine, so that a store holds what they wrote."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import count

from attrs import evolve
from hypothesis import strategies as st

from tests.support import NOW
from tests.walks import RULES, Move, moves, opening, walk
from whistle_engine.commands import Command, Receive
from whistle_engine.engine import Engine
from whistle_engine.events import Refused
from whistle_engine.model import Place
from whistle_engine.rules import Rules
from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore

PLACES = ("beita", "gulou-1", "gulou")
ELSEWHERE = 0


def words(command: Command) -> dict[str, str]:
    """Words that can be told from all others."""
    return {name: f"{name} of {command.id}: 修水管" for name in command.texts}


class Town:
    """A store, an engine, and walks that are played on it, each on a matter of its own."""

    def __init__(self, store: Store | None = None, rules: Rules = RULES) -> None:
        self.now: datetime = NOW
        self.store = store if store is not None else MemoryStore()
        self.salts = count(1)
        self.engine = Engine(self.store, rules, clock=lambda: self.now, salt=self.salt)
        self.rules = rules

    def salt(self) -> bytes:
        return next(self.salts).to_bytes(16, "big")

    @property
    def memory(self) -> MemoryStore:
        assert isinstance(self.store, MemoryStore)
        return self.store

    def play(self, path: list[Move], number: int = 1) -> list[Command]:
        """Play a walk on the matter ``m<number>``; the commands, refused ones too.

        Every third matter is one of another street, where the actors of the walks have no part:
        it is only received.
        """
        given = []
        path = path if number % len(PLACES) != ELSEWHERE else []
        for taken in walk(path, rules=self.rules, first=first(number)):
            command = evolve(taken.command, id=f"{number}:{taken.command.id}")
            self.now = taken.now
            answer = self.engine.execute(command, texts=words(command))
            assert isinstance(answer, Refused) == isinstance(taken.result, Refused)
            given.append(command)
        return given


def first(number: int) -> Command:
    """The command that opens the matter ``m<number>``."""
    command = opening()
    do = command.do
    assert isinstance(do, Receive)
    place = Place(unit=PLACES[number % len(PLACES)])
    return evolve(command, matter=f"m{number}", do=evolve(do, place=place))


def towns(*, most: int = 3, steps: int = 20) -> st.SearchStrategy[Town]:
    """Towns with some matters in them."""
    return st.lists(moves(most=steps), min_size=1, max_size=most).map(town)


def town(paths: Sequence[list[Move]]) -> Town:
    """A town in which some walks were played, one after the other."""
    found = Town()
    for number, path in enumerate(paths, 1):
        found.play(path, number)
    return found
