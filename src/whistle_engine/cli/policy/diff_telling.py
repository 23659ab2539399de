"""A difference of policies in words: for the terminal line by line, for a page cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from whistle_engine.cli.output import Lang
from whistle_engine.cli.policy.diff_words import say
from whistle_engine.model import Label

if TYPE_CHECKING:
    from whistle_engine.review.comparing import Epoch, Group, Part
    from whistle_engine.review.deciding import Decided
    from whistle_engine.review.diff import Diff
    from whistle_engine.review.difference import Difference

MOST_PARTS = 4
"""So many parts of a group are told; of more, how many there are."""
_MOST_NAMED = 8


@frozen
class Teller:
    """Tells one difference in one language."""

    diff: Diff
    lang: Lang
    left_out: str = ""
    """What of a store was not counted, in a sentence; empty if all of it was."""

    def say(self, key: str, **values: object) -> str:
        """Words, filled."""
        return say(key, self.lang, **values)

    def text(self, label: Label | None) -> str:
        """A label, or that there is none."""
        if label is None:
            return self.say("nothing")
        return label.zh if self.lang == "zh" else label.en

    # ---------------------------------------------------------------- heads

    def title(self) -> str:
        """What was compared."""
        return self.say("title", name=self.text(self.diff.new.title))

    def versions(self) -> str:
        """Which versions, and from when."""
        old, new = (f"{p.code} {p.version}" for p in (self.diff.old, self.diff.new))
        return self.say("versions", old=old, new=new, since=self.diff.epochs[0].since)

    def sums(self, epoch: Epoch) -> Iterator[str]:
        """How much of all facts is decided otherwise, in a line for each way of counting."""
        if not epoch.groups:
            yield self.say("decided.none")
            yield from self._retold(epoch)
            return
        n = sum(group.calm for group in epoch.groups)
        size, share = f"{epoch.calm:,}", percent(n, epoch.calm)
        yield self.say("decided.of", size=size, n=f"{n:,}", share=share)
        n = sum(group.count for group in epoch.groups)
        yield self.say("decided.danger", n=f"{n:,}", share=percent(n, epoch.size))
        if self.diff.recorded is not None:
            n, total = self.diff.recorded.otherwise(epoch.since), self.diff.recorded.total
            yield self.say("recorded.all", n=f"{n:,}", total=f"{total:,}", share=percent(n, total))
        yield from self._retold(epoch)

    def _retold(self, epoch: Epoch) -> Iterator[str]:
        if epoch.retold:
            n = sum(group.calm for group in epoch.retold)
            yield self.say("retold", n=f"{n:,}", share=percent(n, epoch.calm))

    # ---------------------------------------------------------------- groups

    def results(self, group: Group) -> str:
        """What was decided, and what will be."""
        naming = self.diff.naming
        before, after = (self.text(naming.result(d.result)) for d in (group.before, group.after))
        if before == after:
            return self.say("group.same", result=after)
        return self.say("group", before=before, after=after)

    def count(self, group: Group, epoch: Epoch) -> str:
        """How many facts."""
        if not group.calm:
            return self.say("count.danger", share=percent(group.count, epoch.size))
        return self.say("count", n=f"{group.calm:,}", share=percent(group.calm, epoch.calm))

    def recorded(self, group: Group, epoch: Epoch) -> str:
        """How many recorded decisions; empty if none were looked at."""
        n = self.diff.share(epoch, group) if group in epoch.groups else None
        if self.diff.recorded is None or n is None:
            return ""
        total = self.diff.recorded.total
        return self.say("recorded", n=f"{n:,}", total=f"{total:,}", share=percent(n, total))

    def by(self, group: Group) -> str:
        """What decided, and what will decide."""
        before, after = self.decider(group.before), self.decider(group.after)
        told = before if before == after else self.say("by", before=before, after=after)
        if group.before.result != group.after.result:
            return told
        one, other = self._reads(group)
        return told if one == other else self.say("by.facts", by=told, before=one, after=other)

    def _reads(self, group: Group) -> Iterator[str]:
        """The facts by which the two rules of a group decide."""
        from whistle_engine.review.deciding import reads

        pairs = ((self.diff.old, group.before), (self.diff.new, group.after))
        for policy, decided in pairs:
            rule = next(rule for rule in policy.rules if rule.id == decided.by)
            named = [self.text(self.diff.naming.fact(name)) for name in sorted(reads(rule))]
            yield ("、" if self.lang == "zh" else ", ").join(named) or self.say("nothing")

    def decider(self, decided: Decided) -> str:
        """A rule, or that it is a floor."""
        if not decided.by:
            return self.say("floor")
        title = self.text(self.diff.naming.rule(decided.by))
        return self.say("rule", title=title, id=decided.by)

    def example(self, group: Group) -> str:
        """The smallest facts of a group."""
        return self.say("example", facts=self.text(self.diff.naming.facts(group.witness)))

    def parts(self, group: Group) -> Iterator[str]:
        """Which facts: the largest parts, then how many more there are; none of danger alone."""
        if not group.calm:
            return
        for part in group.parts[:MOST_PARTS]:
            key = "part" if part.whole else "part.some"
            yield self.say(key, what=self._part(part), n=f"{part.count:,}")
        if len(group.parts) > MOST_PARTS:
            yield self.say("part.more", n=len(group.parts) - MOST_PARTS)

    def _part(self, part: Part) -> str:
        told = [self._values(name, values) for name, values in part.values]
        return ("；" if self.lang == "zh" else "; ").join(told) or self.say("part.all")

    def _values(self, name: str, values: tuple[str, ...]) -> str:
        naming = self.diff.naming
        if name == "category":
            return self.say("among", names=self.text(naming.categories(values, most=_MOST_NAMED)))
        join = "、" if self.lang == "zh" else " or "
        told = join.join(self.text(naming.value(name, value)) for value in values)
        return self.say("value", name=self.text(naming.fact(name)), values=told)

    # ---------------------------------------------------------------- values

    def areas(self) -> Iterator[tuple[str, list[Difference]]]:
        """What else is otherwise, area by area."""
        found: dict[str, list[Difference]] = {}
        for each in self.diff.values:
            found.setdefault(each.area, []).append(each)
        for area, held in found.items():
            yield self.say(f"area.{area}"), _joined(held) if area == "ladders" else held


def _joined(held: list[Difference]) -> list[Difference]:
    """Ladders of several kinds of clocks that differ alike, as one."""
    alike: dict[tuple[Label | None, Label | None], list[Difference]] = {}
    for each in held:
        alike.setdefault((each.before, each.after), []).append(each)
    return [
        evolve(
            several[0],
            key="ladders." + "+".join(each.key.removeprefix("ladders.") for each in several),
            title=Label(
                "、".join(each.title.zh for each in several),
                ", ".join(each.title.en for each in several),
            ),
        )
        for several in alike.values()
    ]


def percent(part: int, whole: int) -> str:
    """A share; what is not nothing is never told as nothing, nor what is not all as all."""
    if not part or part == whole:
        return "0%" if not part else "100%"
    share = 100 * part / whole
    if share < 0.01:  # noqa: PLR2004  below the second place
        return "<0.01%"
    return f"{min(share, 99.99):.3g}%" if share < 99 else f"{min(share, 99.99):.2f}%"  # noqa: PLR2004


def lines(teller: Teller) -> Iterator[str]:
    """The whole difference for a terminal."""
    diff = teller.diff
    yield teller.title()
    yield teller.versions()
    if teller.left_out:
        yield teller.left_out
    if diff.equivalent:
        yield ""
        yield teller.say("equivalent")
    else:
        for number, epoch in enumerate(diff.epochs):
            yield from _epoch(teller, epoch, first=not number)
    for heading, held in teller.areas():
        yield ""
        yield heading
        for each in held:
            values = f"{teller.text(each.before)} → {teller.text(each.after)}"
            told = teller.say("value", name=teller.text(each.title), values=values)
            yield f"  {told} [{each.key}]"


def _epoch(teller: Teller, epoch: Epoch, *, first: bool) -> Iterator[str]:
    yield ""
    yield teller.say("decided") if first else teller.say("since", day=epoch.since)
    for line in teller.sums(epoch):
        yield f"  {line}"
    for number, group in enumerate((*epoch.groups, *epoch.retold), 1):
        yield ""
        told = (teller.count(group, epoch), teller.recorded(group, epoch))
        yield f"{number:>3}. {teller.results(group)}  {'  '.join(part for part in told if part)}"
        yield f"     {teller.by(group)}"
        for part in teller.parts(group):
            yield f"     - {part}"
        yield f"     {teller.example(group)}"
