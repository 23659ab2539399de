"""Values as words: units, instants, limits and codes, in one language, by one city's rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from re import sub

from attrs import frozen

from whistle_engine.model import (
    ActorId,
    Affair,
    AppealKind,
    Facts,
    Label,
    Length,
    Limit,
    LimitUnit,
    Matter,
    Outcome,
    Part,
    Party,
    ResultCode,
    Shirk,
    Solved,
    Stage,
    UnitCode,
    UnitKind,
    What,
)
from whistle_engine.rules import Rules
from whistle_engine.sources import told
from whistle_engine.texts._tables import Lang, fill, table, text

_ENUMS: Mapping[str, tuple[type[Enum], ...]] = {
    "affair": (Affair,),
    "how": (Shirk,),
    "outcome": (Outcome,),
    "part": (Part,),
    "result": (ResultCode,),
    "solved": (Solved,),
    "stage": (Stage,),
    "stages": (Stage,),
    "what": (What,),
    "who": (Party,),
    "kind": (UnitKind, AppealKind),
}
_UNITS = frozenset(
    {"blower", "by", "community", "coordinator", "lead", "leads", "place", "street",
     "to", "unit", "without"}
)  # fmt: skip
_KINDS = frozenset({"kind", "least", "now"})
_FACTS = frozenset({"fact", "signals"})
_SECTIONS = {"late": "value", "names": "text_name", "reason": "reason"}
_MOMENTS = frozenset({"at", "now", "occurred_at", "since"})
_ISO_LENGTH = len("2024-03-04T09:00:00")


def section(kind: type[Enum]) -> str:
    """The section of the labels in which an enumeration's members are."""
    return sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


@frozen
class Voice:
    """One language, and the rules by which codes have titles and instants a local time.

    Without rules, codes stay codes and instants are told in UTC.
    """

    lang: Lang
    rules: Rules | None = None

    def say(self, name: str, key: str, **values: str) -> str:
        """A text of a table, filled."""
        return fill(text(name, key, self.lang), values, missing=self.word("nobody"))

    def sentence(self, name: str, key: str, values: Mapping[str, str]) -> str:
        """A whole sentence: what is filled in at its beginning gets a capital letter."""
        said = self.say(name, key, **values)
        return said[:1].upper() + said[1:] if self.lang == "en" else said

    def word(self, key: str, **values: str) -> str:
        """One of the small words that sentences are made with."""
        return fill(text("labels", f"word.{key}", self.lang), values)

    def label(self, code: Enum) -> str:
        """What a member of an enumeration is called."""
        return text("labels", f"{section(type(code))}.{code.value}", self.lang)

    def join(self, items: Iterable[str]) -> str:
        """Items in a row."""
        return self.word("join").join(items)

    def title(self, label: Label | None, code: str) -> str:
        """The title if there is one, else the code."""
        return code if label is None else str(getattr(label, self.lang))

    # ---- codes of the directory and the policy

    def unit(self, code: UnitCode) -> str:
        """A unit's title."""
        found = self.rules.directory.unit(code) if self.rules is not None else None
        return self.title(found.title if found is not None else None, code)

    def kind(self, code: str) -> str:
        """A whistle kind's title."""
        found = self.rules.policy.kind_of.get(code) if self.rules is not None else None
        return self.title(found.title if found is not None else None, code)

    def category(self, code: str) -> str:
        """A category's title, also of a row that is no longer in force."""
        rows = self.rules.policy.categories if self.rules is not None else ()
        return self.title(next((r.title for r in reversed(rows) if r.code == code), None), code)

    def rule(self, code: str) -> str:
        """A classification rule's title."""
        rows = self.rules.policy.rules if self.rules is not None else ()
        return self.title(next((r.title for r in rows if r.id == code), None), code)

    def channel(self, code: str) -> str:
        """A channel's label."""
        known = self.rules.policy.channels if self.rules is not None else {}
        return self.title(known.get(code), code)

    def route(self, code: str) -> str:
        """The label of another way."""
        known = self.rules.policy.routes if self.rules is not None else {}
        return self.title(known.get(code), code)

    def fact_title(self, name: str) -> str:
        """What a fact is called."""
        if name == "category":
            return text("labels", "fact.category", self.lang)
        known = self.rules.policy.facts if self.rules is not None else ()
        return self.title(next((f.title for f in known if f.name == name), None), name)

    def among(self, name: str, code: str) -> str:
        """The label of a code in a section of the labels, or the code itself."""
        found = table("labels").get(f"{name}.{code}")
        return code if found is None else found[self.lang]

    def facts(self, facts: Facts) -> str:
        """Facts and their values, in a row."""
        return self.word("stop").join(
            self.word(
                "pair",
                name=self.fact_title(name),
                value=self.among("value", value) if name != "category" else self._category(value),
            )
            for name, value in facts
        )

    def _category(self, code: str) -> str:
        """A category's title; that it is unknown is a value like any other."""
        title = self.category(code)
        return self.among("value", code) if title == code else title

    def floor(self, name: str) -> str:
        """A floor that raised a classification, from its name ``signal/level/timing``."""
        parts = name.split("/")
        if len(parts) != 3:  # noqa: PLR2004  the three parts of the name
            return name
        signal, level, timing = parts
        return self.word(
            "floor",
            signal=self.fact_title(signal),
            level=self.among("value", level),
            timing=self.among("value", timing),
        )

    def raiser(self, raiser: ActorId, matter: Matter | None) -> str:
        """A raiser; by the id only where there are several."""
        if matter is None or len(matter.raisers) <= 1:
            return self.word("raiser")
        return self.word("raiser_named", id=raiser)

    # ---- times

    def local(self, at: datetime) -> datetime:
        """An instant as the city's clocks show it, or in UTC without rules."""
        return at.astimezone(UTC) if self.rules is None else self.rules.policy.local(at)

    def when(self, at: datetime) -> str:
        """An instant, in local time."""
        here = self.local(at)
        return self._moment(here.date(), f"{here:%H:%M}")

    def until(self, at: datetime) -> str:
        """An instant that ends something: midnight is 24:00 of the day before."""
        here = self.local(at)
        if (here.hour, here.minute, here.second, here.microsecond) == (0, 0, 0, 0):
            return self._moment((here - timedelta(days=1)).date(), "24:00")
        return self.when(at)

    def _moment(self, day: date, clock: str) -> str:
        said = self.say("due", "moment", day=self.day(day), clock=clock)
        return said if self.rules is not None else self.say("due", "utc", moment=said)

    def day(self, day: date) -> str:
        """A day."""
        return self.say(
            "due", "day", y=str(day.year), m=str(day.month), d=str(day.day),
            mm=f"{day.month:02}", dd=f"{day.day:02}",
        )  # fmt: skip

    def days(self, first: date, last: date, *, year: int | None = None) -> str:
        """A run of days; in Chinese, the year (or one just said) and month are not said twice."""
        begin, end = self.day(first), self.day(last)
        if self.lang == "zh":
            if first.year == last.year:
                end = end[end.index("年") + 1 :]
                if first.month == last.month:
                    end = end[end.index("月") + 1 :]
            if first.year == year:
                begin = begin[begin.index("年") + 1 :]
        return begin if first == last else self.say("due", "range", first=begin, last=end)

    def source(self, source: str) -> str:
        """Where a value comes from, each origin by its title."""
        origins = self.rules.policy.sources if self.rules is not None else {}
        return told(source, origins, self.lang)

    def limit(self, limit: Limit | Length) -> str:
        """A length of time, as the policy says it."""
        one = "_one" if limit.amount == 1 else ""
        return self.say("due", f"limit.{limit.unit.value}{one}", n=str(limit.amount))

    def lapse(self, seconds: int) -> str:
        """Roughly how long something took; nothing for less than a minute."""
        for key, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
            if seconds >= length:
                return self.word(key, n=str(seconds // length))
        return ""

    # ---- facts behind refusals and notices, which come as strings

    def fact(self, name: str, value: str) -> str:
        """A fact's value, or several in a row: codes with their titles, instants in local time."""
        return self.join(self._fact(name, part) for part in value.split(", "))

    def _fact(self, name: str, value: str) -> str:
        at = _instant(value)
        if at is not None:
            return self.when(at) if name in _MOMENTS else self.until(at)
        if name in _KINDS and (kind := self.kind(value)) != value:
            return kind
        for known in _ENUMS.get(name, ()):
            if value in {member.value for member in known}:
                return self.label(known(value))
        if name in _UNITS:
            return self.unit(value)
        if name == "category":
            return self.category(value)
        if name == "route":
            return self.route(value)
        if name == "length":
            amount, _, unit = value.partition(" ")
            return self.limit(Length(int(amount), LimitUnit(unit))) if unit else value
        if name in _FACTS:
            return self.fact_title(value)
        if name in _SECTIONS:
            return self.among(_SECTIONS[name], value)
        return value


def _instant(value: str) -> datetime | None:
    if len(value) < _ISO_LENGTH or value[4:5] != "-":
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
