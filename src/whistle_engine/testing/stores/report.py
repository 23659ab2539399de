"""Run the kit on a store from a program, and tell on one page how it does.

For ``whistle store check``, and for whoever wants the outcome as data.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Literal
from unicodedata import east_asian_width

from attrs import field, frozen

from whistle_engine.storage.api import Capability, Store
from whistle_engine.storage.rows import Draft
from whistle_engine.testing.stores._check import UNDECLARED as UNASKED
from whistle_engine.testing.stores._check import undeclared
from whistle_engine.testing.stores.contract import StoreContract
from whistle_engine.testing.stores.running import FAILED, PASSED, UNDECLARED, Outcome, run

Lang = Literal["zh", "en"]
"""A language that the page comes in."""

CLAUSES: tuple[str, ...] = tuple(f"S{number}" for number in range(1, 21))
"""The clauses of the contract."""

MARKS = {PASSED: "✓", FAILED: "✗", UNDECLARED: "·"}


@frozen(kw_only=True)
class Report:
    """How a store does.

    Attributes:
        store: what was checked, as the caller calls it.
        declared: the capabilities that it declares.
        outcomes: what came of each test, in order of clause.
    """

    store: str
    declared: frozenset[Capability]
    outcomes: tuple[Outcome, ...] = field(repr=False)

    @property
    def kept(self) -> bool:
        """Whether no test failed."""
        return not any(outcome.status == FAILED for outcome in self.outcomes)

    def of(self, clause: str | None) -> tuple[Outcome, ...]:
        """The outcomes of a clause; of ``None``, those of the tests about all clauses."""
        return tuple(outcome for outcome in self.outcomes if outcome.clause == clause)

    def data(self) -> dict[str, object]:
        """The report as plain values that JSON can hold."""
        return {
            "store": self.store,
            "kept": self.kept,
            "seconds": round(sum(outcome.seconds for outcome in self.outcomes), 3),
            "capabilities": {each.value: each in self.declared for each in Capability},
            "counts": dict(self._counts(self.outcomes)),
            "tests": [
                {
                    "test": outcome.test,
                    "clause": outcome.clause,
                    "checks": outcome.checks,
                    "status": outcome.status,
                    "message": outcome.message,
                    "seconds": round(outcome.seconds, 4),
                }
                for outcome in self.outcomes
            ],
        }

    def page(self, lang: Lang = "en") -> str:
        """The report as a page of text.

        Args:
            lang: the language; the failures themselves are told in English.
        """
        return "\n".join(self._lines(lang)) + "\n"

    @staticmethod
    def _counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
        every = [outcome.status for outcome in outcomes]
        return {status: every.count(status) for status in (PASSED, FAILED, UNDECLARED)}

    def _lines(self, lang: Lang) -> Iterator[str]:
        say = partial(words, lang=lang)
        counts = self._counts(self.outcomes)
        yield say("report.title").format(store=self.store)
        yield ""
        yield say("report.kept" if self.kept else "report.broken").format(
            tests=len(self.outcomes),
            seconds=f"{sum(outcome.seconds for outcome in self.outcomes):.1f}",
            **counts,
        )
        yield from ("", say("report.capabilities"))
        for each in Capability:
            state = say("report.declared" if each in self.declared else "report.undeclared")
            says = say(f"capability.{each.value}")
            told = say("report.capability").format(name=each.name, state=state, says=says)
            yield f"  {told}"
        yield from ("", say("report.clauses"))
        for clause in (*CLAUSES, None):
            if self.of(clause):
                yield self._clause(clause, lang)
        yield from self._told(FAILED, say("report.failures"))
        yield from self._open(lang)
        yield from self._told(PASSED, say("report.replaced"))

    def _clause(self, clause: str | None, lang: Lang) -> str:
        counts = self._counts(self.of(clause))
        worst = next((s for s in (FAILED, PASSED, UNDECLARED) if counts[s]), UNDECLARED)
        numbers = "/".join(str(count) for count in counts.values())
        name = clause if clause is not None else words("report.all", lang)
        says = words(f"clause.{clause or 'all'}", lang)
        wide = sum(east_asian_width(sign) == "W" for sign in name)  # each takes two cells
        return f"  {MARKS[worst]} {name:{4 - wide}} {numbers:8} {says}"

    def _told(self, status: str, heading: str) -> Iterator[str]:
        """What is said of tests that came out alike, each text once with the tests it is about."""
        about: dict[str, list[str]] = {}
        for each in self.outcomes:
            if each.status == status and each.message:
                about.setdefault(each.message, []).append(each.test)
        if about:
            yield from ("", heading)
        for message, tests in about.items():
            yield from (f"  {MARKS[status]} {test}" for test in tests)
            yield from (f"      {line}" for line in message.splitlines())

    def _open(self, lang: Lang) -> Iterator[str]:
        """What was not asked, by the reason, with the clauses; the data name the tests."""
        about: dict[str, list[str]] = {}
        for each in self.outcomes:
            if each.status == UNDECLARED:
                clause = each.clause if each.clause is not None else words("report.all", lang)
                about.setdefault(each.message, []).append(clause)
        if about:
            yield from ("", words("report.open", lang))
        for message, clauses in about.items():
            yield f"  {MARKS[UNDECLARED]} {message.removeprefix(UNASKED)}"
            named = words("report.join", lang).join(dict.fromkeys(clauses))
            yield "      " + words("report.tests", lang).format(n=len(clauses), clauses=named)


def words(key: str, lang: Lang) -> str:
    """A text of the kit in a language.

    Raises:
        ValueError: there is no such text, or no such language.
    """
    found = _table().get(key, {}).get(lang)
    if found is None:
        raise ValueError(f"there is no text {key!r} in {lang!r}; texts come in zh and en")
    return found


@cache
def _table() -> dict[str, dict[str, str]]:
    raw: dict[str, dict[str, dict[str, str]]] = tomllib.loads(
        (files(__package__) / "words.toml").read_text(encoding="utf-8")
    )
    return {f"{kind}.{name}": texts for kind, named in raw.items() for name, texts in named.items()}


# ------------------------------------------------------------------------------- checking


class OpenedKit(StoreContract):
    """The kit on whatever a function opens in a folder."""

    remembers = False

    def __init__(self, open_in: Callable[[Path], Store]) -> None:
        """Take the function."""
        self.open_in = open_in

    def open_store(self) -> Store:
        """Call the function."""
        return self.open_in(self.place)

    def opener(self) -> Callable[[], Store]:
        """The function and the place: it has to be picklable for tests with processes."""
        return partial(self.open_in, self.place)

    def paused_append(self, store: Store, drafts: Sequence[Draft]) -> None:
        """Only the store's author can hold an append open: in a test suite of his own."""
        del store, drafts
        undeclared("paused_append(): to be given by the author, in a subclass of StoreContract")


def check(
    open_in: Callable[[Path], Store],
    *,
    name: str,
    tests: Iterable[str] | None = None,
    told: Callable[[Outcome], object] | None = None,
) -> Report:
    """Run the kit on a store.

    Args:
        open_in: opens the store that lies in a folder, the same one when called again with the
            same folder. A folder's name is unique and can name a schema or a database.
        name: what the report calls it.
        tests: the names of the tests wanted; ``None`` for all.
        told: called with each outcome as it comes, to show that something happens.
    """
    return check_kit(lambda: OpenedKit(open_in), name=name, tests=tests, told=told)


def check_kit(
    kit: Callable[[], StoreContract],
    *,
    name: str,
    tests: Iterable[str] | None = None,
    told: Callable[[Outcome], object] | None = None,
) -> Report:
    """Run a kit of one's own: a subclass of ``StoreContract``, with all that it gives.

    Args:
        kit: makes the kit.
        name: what the report calls it.
        tests: the names of the tests wanted; ``None`` for all.
        told: called with each outcome as it comes.
    """
    first = kit()
    with first.placed():
        store = first.open_store()  # each test looks whether it holds something
        declared = store.capabilities
        store.close()
    outcomes = []
    for outcome in run(kit, tests):
        outcomes.append(outcome)
        if told is not None:
            told(outcome)
    return Report(store=name, declared=declared, outcomes=tuple(outcomes))


@frozen
class AtUrl:
    """Opens the store at a URL in which a folder's place is filled in; for :func:`check`.

    Attributes:
        url: with ``{place}`` for the path of a folder, new for each test, or ``{name}`` for its
            name: ``sqlite:///{place}/store.db``, ``postgresql:///test?schema={name}``. A URL
            without either is for stores that forget everything when they are closed.
        open_url: opens the store at a URL; picklable, for tests with processes.
    """

    url: str
    open_url: Callable[[str], Store]

    def __call__(self, place: Path) -> Store:
        """Open the store of a folder."""
        filled = self.url.replace("{place}", str(place)).replace("{name}", place.name)
        return self.open_url(filled)
