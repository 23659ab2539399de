"""Engine and store together: faults between them lose nothing, and write nothing twice."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache

from whistle_engine.commands import Add, Classify, Command, Merge, Receive
from whistle_engine.commits import Receipt
from whistle_engine.engine import Engine
from whistle_engine.errors import CommandIdReused, UnknownMatter
from whistle_engine.model import Actor, AppealKind, Place, Role, TextRef, facts
from whistle_engine.policy_file import shipped_rules
from whistle_engine.rules import Rules
from whistle_engine.storage.api import Capability, Store
from whistle_engine.storage.rows import Erased, Record, VaultText, chain_digest
from whistle_engine.story import play, shipped_story
from whistle_engine.testing.stores._check import fail, holds, raises, same, standard, together
from whistle_engine.testing.stores._samples import AT, MANY
from whistle_engine.testing.stores.crowd import PATIENCE, Running
from whistle_engine.testing.stores.faults import (
    AmbiguousCommit,
    AnswerLost,
    CrashAfter,
    CrashBefore,
    Crashed,
    DeliverTwice,
    Interrupted,
    SlowCommit,
)
from whistle_engine.testing.stores.kit import StoreKit

RESIDENT = Actor(id="li", roles=frozenset({Role.RESIDENT}))
COMMUNITY = Actor(id="gao", roles=frozenset({Role.COMMUNITY}), unit="gulou")
MONTH = timedelta(days=30)
WORDS = {"text": "路灯不亮𠮷"}
STORIES = ("street_lamp", "merging")
"""The first lets timers fire, the second writes several matters with one command."""


@cache
def rules() -> Rules:
    """The rules that are shipped."""
    return shipped_rules()


def engine_on(store: Store, at: datetime = AT) -> Engine:
    """An engine whose clock stands still."""
    return Engine(store, rules(), clock=lambda: at)


def receive(command: str = "c1", matter: str = "m") -> Command:
    """A resident brings a matter."""
    act = Receive(channel="visit", kind=AppealKind.HELP, place=Place(unit="gulou"))
    return Command(id=command, matter=matter, by=RESIDENT, do=act)


def add(command: str) -> Command:
    """The resident adds something."""
    return Command(id=command, matter="m", by=RESIDENT, do=Add())


def wrote(answer: object) -> Receipt:
    """An answer that has to be a receipt."""
    if not isinstance(answer, Receipt):
        fail("the command is accepted", expected="a receipt", found=answer)
    return answer


def expect_sound(store: Store) -> tuple[Record, ...]:
    """Hold that versions, chain and command ids are as an engine writes them; the feed."""
    feed = store.feed(0, limit=MANY * 99)
    heads: dict[str, tuple[int, str]] = {}
    for record in feed:
        version, digest = heads.get(record.matter, (0, ""))
        same(record.version, version + 1, f"versions of {record.matter} have no holes")
        same(record.previous, digest, f"the chain of {record.matter} holds")
        same(record.digest, chain_digest(record), f"the digests of {record.matter} fit")
        heads[record.matter] = (record.version, record.digest)
    twice = [(record.command_id, record.matter) for record in feed]
    same(len(set(twice)), len(twice), "no command has written a matter twice")
    return feed


class Surviving(StoreKit):
    """The engine on the store, and on the store behind a fault."""

    @standard
    @together
    def test_engine_plays_whole_stories(self, store: Store) -> None:
        """Check that stories play as told: look-ups, timers, texts, several matters at once."""
        for name in STORIES:
            fresh = self.fresh()
            played = play(shipped_story(name), store=fresh)
            expect_sound(fresh)
            matters = {history.matter for history in fresh.scan(None, limit=MANY)}
            same(matters, set(played.states), f"story {name} leaves its matters")
            for matter, state in played.states.items():
                told = fresh.projection(matter)
                found = told.row.stage if told is not None else None
                same(found, state.stage, f"the row of {matter} tells its stage")
        del store

    @standard
    def test_engine_survives_an_answer_that_was_lost(self, store: Store) -> None:
        """Check that a command whose answer was lost, sent again, is answered and written once."""
        shaky = AmbiguousCommit(store, at=(1, 2))
        engine = engine_on(shaky)
        for command in (receive(), add("c2")):
            with suppress(AnswerLost):  # the engine may find out by itself, or tell its caller
                engine.execute(command, texts=WORDS)
            first = wrote(engine.execute(command, texts=WORDS))
            same(engine_on(store).execute(command, texts=WORDS), first, "and again, the same")
        same([r.command_id for r in expect_sound(store)], ["c1", "c2"], "each was written once")
        with raises(CommandIdReused, "the id with other words is told apart"):
            engine.execute(add("c2"), texts={"text": "别的话"})

    @standard
    def test_engine_survives_a_crash_at_the_commit(self, store: Store) -> None:
        """Check that a command cut off by a crash and sent again is written once."""
        commands = (receive(), add("c2"), add("c3"))
        for command, fault in zip(commands, (CrashBefore, CrashAfter, CrashBefore), strict=True):
            dying = engine_on(fault(store))
            for _ in range(2):
                with raises(Crashed, "nothing comes back from a process that died"):
                    dying.execute(command, texts=WORDS)
            receipt = wrote(engine_on(store).execute(command, texts=WORDS))
            same(receipt.command, command.id, "another engine answers the command")
            words = store.read_text(TextRef(command.id, "text"))
            found = words.words if isinstance(words, VaultText) else words
            same(found, WORDS["text"], "its words are there")
        ids = [record.command_id for record in expect_sound(store)]
        same(ids, ["c1", "c2", "c3"], "each was written once")

    @standard
    def test_engine_decides_again_when_others_were_faster(self, store: Store) -> None:
        """Check that a conflict makes the engine decide again, and both commands are written."""
        wrote(engine_on(store).execute(receive(), texts=WORDS))
        other = engine_on(store)
        racing = Interrupted(
            store,
            lambda: other.execute(add("other-1"), texts=WORDS),
            lambda: other.execute(add("other-2"), texts=WORDS),
        )
        receipt = wrote(engine_on(racing).execute(add("mine"), texts=WORDS))
        same(receipt.version, 4, "it was written after those who were faster")
        ids = [record.command_id for record in expect_sound(store)]
        same(ids, ["c1", "other-1", "other-2", "mine"], "all are written, in this order")

    @standard
    @together
    def test_engine_merges_two_matters_though_the_second_has_moved_on(self, store: Store) -> None:
        """Check that a command on two matters, in a race for the second, writes both in the end."""
        engine = engine_on(store)
        for number, matter in enumerate(("m", "n")):
            wrote(engine.execute(receive(f"r{number}", matter), texts=WORDS))
            look = Classify(facts=facts(category="street_lamp", units="one"))
            sort = Command(id=f"k{number}", matter=matter, by=COMMUNITY, do=look)
            wrote(engine.execute(sort))
        more = Command(id="more", matter="m", by=RESIDENT, do=Add())
        racing = Interrupted(store, lambda: engine.execute(more, texts=WORDS))
        merge = Command(id="merge", matter="n", by=COMMUNITY, do=Merge(into="m"))
        receipt = wrote(engine_on(racing).execute(merge))
        same({w.matter: w.version for w in receipt.written}, {"n": 3, "m": 4}, "both are written")
        same(engine.execute(merge), receipt, "sent again, it is answered the same")
        ids = [(record.matter, record.command_id) for record in expect_sound(store)][-3:]
        same(sorted(ids), [("m", "merge"), ("m", "more"), ("n", "merge")], "in one append, once")

    @standard
    def test_engine_gives_one_answer_to_a_command_that_came_twice_at_once(
        self, store: Store
    ) -> None:
        """Check that a command under way twice is written once, and both get the answer."""
        self.needs(store, Capability.THREADS, Capability.PROCESSES, what="two engines at once")
        wrote(engine_on(store).execute(receive(), texts=WORDS))
        slow = SlowCommit(self.beside(store))
        late = engine_on(store)  # it has kept its documents before the slow one waits
        late_slow = engine_on(slow)
        held = Running(lambda _: late_slow.execute(add("c2"), texts=WORDS))
        holds(slow.waiting.wait(PATIENCE), "the first has loaded and is about to write")
        answer = wrote(late.execute(add("c2"), texts=WORDS))
        slow.go.set()
        same(held.result(), answer, "the slow one gets the answer of the one that was faster")
        ids = [record.command_id for record in expect_sound(store)]
        same(ids, ["c1", "c2"], "it was written once")

    @standard
    def test_engine_fires_a_timer_once_though_it_is_delivered_twice(self, store: Store) -> None:
        """Check that a timer that is delivered again fires once, and is settled in the end."""
        wrote(engine_on(store).execute(receive(), texts=WORDS))
        again = engine_on(DeliverTwice(store))
        later = AT + MONTH
        first = again.fire_due(later)
        holds(first, "timers have fired within a month", seen=first)
        for hours in range(1, MANY):
            if not again.fire_due(later + timedelta(hours=hours)):
                break
        fired = [r.command_id for r in expect_sound(store) if r.command_id.startswith("timer:")]
        same(len(set(fired)), len(fired), "no timer has fired twice")
        held = store.timers.waiting(until=later, limit=MANY)
        same(held, (), "in the end none that was due still waits")

    @standard
    def test_engine_fires_a_timer_whose_answer_was_lost_once(self, store: Store) -> None:
        """Check that a timer whose firing was written but not answered is settled, not repeated."""
        wrote(engine_on(store).execute(receive(), texts=WORDS))
        shaky = engine_on(AmbiguousCommit(store, at=(1,)))
        later = AT + MONTH
        with suppress(AnswerLost):
            shaky.fire_due(later)
        for hours in range(1, MANY):
            if not shaky.fire_due(later + timedelta(hours=hours)):
                break
        fired = [r.command_id for r in expect_sound(store) if r.command_id.startswith("timer:")]
        holds(fired, "timers have fired within a month", seen=fired)
        same(store.timers.waiting(until=later, limit=MANY), (), "none that was due still waits")
        same(store.timers.dead(limit=MANY), (), "none became a dead letter")

    @standard
    def test_engine_reads_what_was_erased_as_erased(self, store: Store) -> None:
        """Check that after erasing the history reads as before, and the words as erased."""
        engine = engine_on(store)
        wrote(engine.execute(receive(), texts=WORDS))
        before = engine.commits(RESIDENT, "m")
        ref = TextRef("c1", "text")
        same(engine.text(RESIDENT, "m", ref), WORDS["text"], "the words can be read")
        store.erase_text(ref)
        same(engine.text(RESIDENT, "m", ref), Erased.ERASED, "the words are erased")
        same(engine.commits(RESIDENT, "m"), before, "the history is as it was")
        wrote(engine.execute(receive(), texts=WORDS))
        same(engine.text(RESIDENT, "m", ref), Erased.ERASED, "sent again, they stay erased")
        expect_sound(store)
        with raises(UnknownMatter, "a matter that is not there is not there"):
            engine.matter(RESIDENT, "other")
