"""What the things of one policy, or of two, are called in sentences and tables."""

from __future__ import annotations

from attrs import frozen

from whistle_engine.classify import CATEGORY
from whistle_engine.model import Affair, Facts, Label
from whistle_engine.policy import Policy
from whistle_engine.review.deciding import Result
from whistle_engine.review.words import titled
from whistle_engine.texts import label


@frozen
class Naming:
    """Titles by the policies that have them; the first that knows a thing names it."""

    policies: tuple[Policy, ...]

    def fact(self, name: str) -> Label:
        """A fact's title."""
        found = (fact.title for p in self.policies for fact in p.facts if fact.name == name)
        return next(found, _shared("fact", name))

    def value(self, name: str, value: str) -> Label:
        """A value's title; of a category its own."""
        if name == CATEGORY:
            return self.category(value)
        for policy in self.policies:
            for fact in policy.facts:
                if fact.name == name and value in fact.titles:
                    return fact.titles[value]
        return _shared("value", value)

    def category(self, code: str) -> Label:
        """A category's title, that of its last row."""
        rows = (row.title for p in self.policies for row in reversed(p.categories)
                if row.code == code)  # fmt: skip
        return next(rows, _shared("value", code))

    def kind(self, code: str) -> Label:
        """The title of a kind of whistle."""
        found = (p.kind_of[code].title for p in self.policies if code in p.kind_of)
        return next(found, Label(code, code))

    def rule(self, code: str) -> Label:
        """A rule's title."""
        found = (rule.title for p in self.policies for rule in p.rules if rule.id == code)
        return next(found, Label(code, code))

    def result(self, result: Result) -> Label:
        """What was decided: the kind of whistle, or whose affair it is."""
        affair, kind = result
        return self.kind(kind) if kind is not None else _affair(affair)

    def facts(self, facts: Facts) -> Label:
        """Facts in words."""
        told = [(self.fact(name), self.value(name, value)) for name, value in facts]
        return Label(
            "，".join(f"{name.zh}“{value.zh}”" for name, value in told),
            ", ".join(f'{name.en.lower()} "{value.en}"' for name, value in told),
        )

    def categories(self, codes: tuple[str, ...], *, most: int) -> Label:
        """Categories in a row; of many the first, and how many there are."""
        shown = [titled(self.category(code), code) for code in codes[:most]]
        zh = "、".join(each.zh for each in shown)
        en = ", ".join(f"{self.category(code).en} ({code})" for code in codes[:most])
        if len(codes) > most:
            zh, en = f"{zh}等{len(codes)}类", f"{en} and {len(codes) - most} more"
        return Label(zh, en)


def _affair(affair: Affair) -> Label:
    return Label(label(affair, "zh"), label(affair, "en"))


def _shared(section: str, code: str) -> Label:
    """What a code is called in every city; the code itself if it has no such name."""
    key = f"{section}.{code}"
    try:
        return Label(label(key, "zh"), label(key, "en"))
    except ValueError:
        return Label(code, code)
