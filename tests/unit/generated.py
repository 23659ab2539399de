"""What a generated run came to: histories for the laws, and counts for the checks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256

from attrs import define, evolve, field

from whistle_engine.commands import Act
from whistle_engine.events import Event, Refused
from whistle_engine.generate import Profile, Progress, generate
from whistle_engine.model import Matter, MatterId, Stage, Verdict
from whistle_engine.review.laws import Taken, breaches
from whistle_engine.rules import Rules
from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore

NEW_YEAR = datetime(2023, 12, 31, 16, tzinfo=UTC)
"""2024-01-01 00:00 where the clocks show UTC+8."""


@define(repr=False)
class Seen:
    """All that was seen of a run."""

    rules: Rules
    histories: dict[MatterId, list[Taken]] = field(factory=lambda: defaultdict(list))
    acts: Counter[type[Act]] = field(factory=Counter)
    events: Counter[type[Event]] = field(factory=Counter)
    stages: set[Stage] = field(factory=set)
    refusals: list[Refused] = field(factory=list)
    texts: list[str] = field(factory=list)
    held: list[tuple[datetime, int]] = field(factory=list)

    def take(self, progress: Iterable[Progress]) -> Seen:
        for step in progress:
            self.acts[type(step.command.do)] += 1
            self.texts += [words for name, words in step.texts.items() if name != "contact"]
            self.held.append((step.at, step.held))
            if isinstance(step.answer, Refused):
                self.refusals.append(step.answer)
            for change in step.changes:
                own = change.matter == step.command.matter
                refused = isinstance(step.answer, Refused) and own
                self.stages.add(change.after.stage)
                self.events.update(type(event) for event in change.events)
                self.histories[change.matter].append(
                    Taken(
                        change.before,
                        evolve(step.command, matter=change.matter),
                        step.at,
                        step.answer
                        if refused and isinstance(step.answer, Refused)
                        else change.events,
                        change.after,
                        self.rules,
                    )
                )
        return self

    @property
    def final(self) -> list[Matter]:
        """Every matter as it stood last."""
        return [steps[-1].after for steps in self.histories.values() if steps[-1].after]

    @property
    def missed(self) -> float:
        """The share of the clocks of units that ended missed, of those kept or missed."""
        ended = Counter(
            clock.verdict for one in self.final for clock in one.clocks if clock.raiser is None
        )
        return ended[Verdict.MISSED] / (ended[Verdict.MISSED] + ended[Verdict.KEPT])

    def breaches(self) -> list[tuple[MatterId, str, str]]:
        """Every breach of a law."""
        return [
            (matter, law, words)
            for matter, steps in self.histories.items()
            for law, words in breaches(steps)
        ]


def run(
    rules: Rules,
    *,
    seed: int,
    matters: int | None = None,
    until: datetime | None = None,
    profile: Profile,
    store: Store | None = None,
    finish: bool = True,
    prefix: str | None = None,
) -> Seen:
    """Generate from New Year on, and look at all of it."""
    return Seen(rules).take(
        generate(
            store if store is not None else MemoryStore(), rules, seed=seed, start=NEW_YEAR,
            matters=matters, until=until, profile=profile, finish=finish, prefix=prefix,
        )
    )  # fmt: skip


def digest(store: Store) -> str:
    """One digest over every stored commit and every text with its salt, in order."""
    found = sha256()
    after = 0
    while page := store.feed(after, limit=500):
        for record in page:
            for part in (
                record.matter.encode(), record.command_id.encode(), record.command, record.basis,
                record.events, record.answer, record.previous.encode(), record.digest.encode(),
                record.recorded_at.astimezone(UTC).isoformat().encode(),
            ):  # fmt: skip
                found.update(len(part).to_bytes(8, "big") + part)
        after = page[-1].position
    return found.hexdigest()
