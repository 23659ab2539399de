"""From what was played to what is told: one :class:`Entry` a step or timer, without layout.

Who acts goes by the title in the story, units by that in the directory; ids of persons are left
out. What the texts say of clocks is told otherwise here: a clock that starts is told with its
explanation, one that was kept by a mark at its act.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from difflib import SequenceMatcher

import attrs

from whistle_engine import events as e
from whistle_engine import texts
from whistle_engine.cli.output import Lang
from whistle_engine.cli.stories.performing import Happened, Performance, Scene
from whistle_engine.cli.words import capital, say
from whistle_engine.model import (
    Actor,
    ActorId,
    Clock,
    Due,
    Matter,
    MatterId,
    Responder,
    Role,
    UnitCode,
    Unmet,
    Verdict,
)
from whistle_engine.rules import Rules
from whistle_engine.story.values import PASSIVE, Story

_ALIKE = 0.5
"""From this likeness on, a note and the words that came with the act say the same."""
_NUMBERED = re.compile(r"[A-Z]+\d+")
_SKIPPED = (e.ClockStarted, e.ShirkRefused)
"""Events that are told by other means than their sentence."""


@attrs.frozen(kw_only=True)
class Limit:
    """A due time that began to run: for what and whom, until when, and why."""

    what: str
    who: str
    head: str
    why: str


@attrs.frozen(kw_only=True)
class Entry:
    """What one step brought, or one timer, in words.

    Attributes:
        at: when, UTC.
        who, act: the heading.
        kept, missed: clocks that ended with it so, counted.
        words: what was said, between quotation marks; empty if nothing is to be told.
        note: what the story says to it.
        lines: what happened.
        refused: the lines of a refusal; ``clauses`` are those behind it.
        limits: the due times that began.
    """

    at: datetime
    who: str
    act: str
    kept: int = 0
    missed: int = 0
    words: str = ""
    note: str = ""
    lines: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()


@attrs.frozen(kw_only=True)
class Teller:
    """Tells a performance in one language.

    Attributes:
        now: the instant at which it is told, if its clocks may run still.
    """

    played: Performance
    lang: Lang
    now: datetime | None = None

    @property
    def rules(self) -> Rules:
        """The rules by which it was played."""
        return self.played.rules

    # ---- names

    def unit(self, code: UnitCode) -> str:
        """A unit's title."""
        return texts.who(Actor(id="", roles=frozenset(), unit=code), self.lang, rules=self.rules)

    def person(self, who: str) -> str:
        """An actor's title in the story, else the id."""
        return _titles(self.played.story, self.lang).get(who, who)

    def party(self, raiser: ActorId | None, unit: UnitCode | None) -> str:
        """A raiser by title, or a unit."""
        if raiser is not None:
            return self.person(raiser)
        return self.unit(unit) if unit is not None else say("none", self.lang)

    def holder(self, clock: Clock) -> str:
        """Whose clock it is."""
        return self.party(clock.raiser, clock.unit)

    def act(self, name: str, by: str | None) -> str:
        """What an act is called; a resident does not register an appeal, but makes it."""
        actor = self.played.story.actors.get(by or "")
        if name == "receive" and actor is not None and Role.RESIDENT in actor.roles:
            return say("receive", self.lang)
        return texts.label(f"act.{name}", self.lang)

    def of(self, matter: MatterId) -> str:
        """Which matter, where it is not the story's own."""
        return "" if matter == self.played.story.matter else say("matter", self.lang, id=matter)

    def clauses(self, codes: Iterable[str]) -> str:
        """The clauses behind a refusal: FR5, or in words where there is no number."""
        named = (
            code if _NUMBERED.match(code) else say(f"clause.{code}", self.lang) for code in codes
        )
        return say("join", self.lang).join(dict.fromkeys(named))

    # ---- entries

    def entries(self) -> Iterator[Entry]:
        """The whole timeline."""
        explained: set[Due] = set()
        for scene in self.played.scenes:
            yield from self._timers(scene.timers, explained)
            if scene.step.step.do not in PASSIVE or scene.step.step.note is not None:
                yield self._step(scene, explained)

    def _timers(self, happened: tuple[Happened, ...], explained: set[Due]) -> Iterator[Entry]:
        """One entry for all that timers did to one matter at one instant."""
        for at, matter in dict.fromkeys((h.event.at, h.matter) for h in happened):
            now = tuple(h for h in happened if (h.event.at, h.matter) == (at, matter))
            lines, limits = self.lines(now), self._limits(now, explained)
            if lines or limits:
                yield Entry(
                    at=at,
                    who=say("timer", self.lang) + self.of(matter),
                    act="",
                    lines=lines,
                    limits=limits,
                    missed=_ended(now, Verdict.MISSED),
                )

    def _step(self, scene: Scene, explained: set[Due]) -> Entry:
        came, step = scene.step, scene.step.step
        passive = step.do in PASSIVE
        act = ("" if passive else self.act(step.do, step.by)) + self.of(came.matter)
        note = getattr(step.note, self.lang) if step.note is not None else ""
        words, note = self._words(step.texts, note)
        answer = came.answer
        refused = answer if isinstance(answer, e.Refused) else None
        return Entry(
            at=came.at,
            who=say("nobody", self.lang) if passive else self._actor(step.by),
            act=act,
            kept=_ended(scene.own, Verdict.KEPT),
            missed=_ended(scene.own, Verdict.MISSED),
            words=words,
            note=note,
            lines=self.lines(scene.own),
            refused=self.refusal(refused) if refused is not None else (),
            clauses=tuple(u.clause for u in refused.unmet) if refused is not None else (),
            limits=self._limits(scene.own, explained),
        )

    def _actor(self, name: str | None) -> str:
        actor = self.played.story.actors[name or ""]
        if actor.title is not None:
            return capital(getattr(actor.title, self.lang), self.lang)
        return capital(texts.who(actor.actor, self.lang, rules=self.rules), self.lang)

    def _words(self, said: Mapping[str, str], note: str) -> tuple[str, str]:
        """What is quoted, and what is noted; where they are alike, the quotation."""
        words = said.get("text") or said.get("reason") or ""
        if self.lang not in self.played.quoted or not words:
            return "", note
        if SequenceMatcher(None, words, note).ratio() > _ALIKE:
            note = ""
        return say("said", self.lang, words=words), note

    # ---- what happened

    def lines(self, happened: Iterable[Happened]) -> tuple[str, ...]:
        """Sentences for what happened; of clocks only those that were missed."""
        told = []
        for h in happened:
            if isinstance(h.event, _SKIPPED) or _kept(h.event):
                continue
            if texts.importance(h.event) is texts.Importance.BOOKKEEPING:
                continue
            sentence = texts.event(self._anonymous(h.event), h.before, self.rules, self.lang)
            told.append(self._named(sentence, h.before))
        return tuple(told)

    def _named(self, sentence: str, matter: Matter | None) -> str:
        """Where a raiser is told by id, by title instead."""
        for raiser in matter.raisers if matter is not None else ():
            one = rf"(?<![\w.-]){re.escape(raiser.id)}(?![\w.-])"
            sentence = re.sub(one, lambda _, r=raiser: self.person(r.id), sentence)  # type: ignore[misc]
        return sentence

    def _anonymous(self, event: e.Event) -> e.Event:
        """The event without the ids of receivers, which say nothing to a reader."""
        match event:
            case e.Dispatched(responders=responders):
                return attrs.evolve(event, responders=tuple(map(_nobody, responders)))
            case e.BroughtIn(responder=responder):
                return attrs.evolve(event, responder=_nobody(responder))
            case e.Designated():
                return attrs.evolve(event, receiver=None)
            case e.ReceiverChanged(unit=code, receiver=receiver):
                return attrs.evolve(event, receiver=self._receiver(code, receiver))
            case _:
                return event

    def _receiver(self, code: UnitCode, receiver: ActorId) -> str:
        """A receiver by title in the story, else as the unit's head, or somebody of it."""
        title = _titles(self.played.story, self.lang).get(receiver)
        if title is not None:
            return title
        unit = self.rules.directory.unit(code)
        head = unit is not None and unit.head == receiver
        return say("head" if head else "colleague", self.lang)

    def refusal(self, refused: e.Refused) -> tuple[str, ...]:
        """Why it was refused; conditions that differ in one fact only are told as one."""
        grouped = attrs.evolve(refused, unmet=_grouped(refused.unmet))
        return tuple(texts.refusal(grouped, self.lang, rules=self.rules).splitlines())

    # ---- due times

    def _limits(self, happened: Iterable[Happened], explained: set[Due]) -> tuple[Limit, ...]:
        """The clocks that started; those with one due time for one thing are told together."""
        groups: dict[tuple[Due, str], list[Clock]] = {}
        for h in happened:
            if isinstance(h.event, e.ClockStarted):
                clock = h.event.clock
                what = texts.label(clock.what, self.lang)
                groups.setdefault((clock.due, what), []).append(clock)
        limits = []
        for (due, what), clocks in groups.items():
            head, *why = texts.due(self.plain_due(due), self.rules, self.lang).splitlines()
            limits.append(
                Limit(
                    what=capital(what, self.lang),
                    who=say("join", self.lang).join(dict.fromkeys(map(self.holder, clocks))),
                    head=head,
                    why=say("same", self.lang)
                    if due in explained
                    else ("" if self.lang == "zh" else " ").join(why),
                )
            )
            explained.add(due)
        return tuple(limits)

    def plain_due(self, due: Due) -> Due:
        """The due time without the key of its rule."""
        return attrs.evolve(due, limit=attrs.evolve(due.limit, rule=""))


def _titles(story: Story, lang: Lang) -> dict[str, str]:
    return {a.id: getattr(a.title, lang) for a in story.actors.values() if a.title is not None}


def _kept(event: e.Event) -> bool:
    return isinstance(event, e.ClockEnded) and event.verdict is Verdict.KEPT


def _ended(happened: Iterable[Happened], verdict: Verdict) -> int:
    found = (h.event for h in happened)
    return sum(isinstance(event, e.ClockEnded) and event.verdict is verdict for event in found)


def _nobody(responder: Responder) -> Responder:
    return attrs.evolve(responder, receiver=None)


def _grouped(unmet: tuple[Unmet, ...]) -> tuple[Unmet, ...]:
    """Conditions of one code that differ in the value of one fact, as one with all values."""
    groups: list[list[Unmet]] = []
    for one in unmet:
        for group in groups:
            if len(_differing([*group, one])) <= 1:
                group.append(one)
                break
        else:
            groups.append([one])
    return tuple(map(_joined, groups))


def _differing(group: list[Unmet]) -> list[str]:
    """The facts in which conditions differ; more than one if they are not of one code."""
    first = group[0]
    names = [name for name, _ in first.facts]
    if any(u.code != first.code or [n for n, _ in u.facts] != names for u in group):
        return ["code", "facts"]
    return [name for name in names if len({dict(u.facts)[name] for u in group}) > 1]


def _joined(group: list[Unmet]) -> Unmet:
    facts = tuple(
        (name, ", ".join(dict.fromkeys(dict(u.facts)[name] for u in group)))
        for name, _ in group[0].facts
    )
    return attrs.evolve(group[0], facts=facts)
