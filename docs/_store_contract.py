# ruff: noqa: INP001  read by path, and by a test
"""Write the page of the reference about the store contract: clauses, tests, and the kill matrix.

``python docs/_store_contract.py`` runs the kit on every broken store, which takes some minutes;
with ``--words`` it takes over what was found the last time. ``tests/docs/test_store_contract.py``
fails while the page differs from what it would be.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from inspect import getdoc
from pathlib import Path

from whistle_engine.storage.api import Capability
from whistle_engine.storage.rows import Claim, Timer
from whistle_engine.testing.stores._check import statement
from whistle_engine.testing.stores._samples import AT, HOUR, timer
from whistle_engine.testing.stores.broken import BROKEN, Broken
from whistle_engine.testing.stores.contract import clause_of, standard_tests
from whistle_engine.testing.stores.faults import (
    AmbiguousCommit,
    CrashAfter,
    CrashBefore,
    DeliverTwice,
    Interrupted,
    SlowCommit,
)
from whistle_engine.testing.stores.kit import StoreKit
from whistle_engine.testing.stores.matrix import BrokenKit, kill_matrix
from whistle_engine.testing.stores.model_queue import ModelQueue
from whistle_engine.testing.stores.report import CLAUSES, words
from whistle_engine.testing.stores.running import run

PAGE = Path(__file__).resolve().parent / "reference" / "store-contract.md"

HOOKS = ("open_store", "paused_append", "opener", "raw_bytes", "discard", "jurisdiction")
WRAPPERS = (AmbiguousCommit, CrashBefore, CrashAfter, SlowCommit, DeliverTwice, Interrupted)

Kills = Mapping[str, tuple[str, ...]]
"""For each broken store, by the name of its class: the numbers of the tests that found it."""

INTRO = """\
A store keeps bytes and looks at keys: it never decides, never reads a clock, and knows no policy.
What it promises the engine are the twenty clauses below; the [protocols](storage.md) say what each
call takes, gives and raises. The kit that checks them comes with the extra `testing`
(`pip install 'whistle-engine[testing]'`). Subclass `StoreContract` in a test file of your own, say
how your store is opened, and run pytest:

```python
from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.testing.stores import Excluded, StoreContract


class TestMyStore(StoreContract):
    def open_store(self) -> Store:  # of yours; it may use self.place, a new folder for each test
        return MemoryStore()

    def paused_append(self, store: Store, drafts: object) -> Excluded:
        return Excluded("one lock is held around the whole append")
```
"""

GIVEN = """\
Only `open_store` has to be given; and `paused_append`, of a store that declares `THREADS` or
`PROCESSES`.
"""

CAN = """\
A store says in `capabilities` what it can do beyond what every store can. The kit asks for no more;
what it did not ask is reported as *not declared*, and never passes in silence.
"""

QUEUES = """\
How an item of `timers` or `outbox` can stand, and what the calls then answer, where `settle` and
`fail` are given *this* claim of it. What is refused changes nothing.
"""

ARMING = """\
Each append, and each rebuild, brings all timers of its matter (S12). One that stays keeps its row
of the table; one that moved to another due time, or was gone and comes back, goes to the first row;
one that the append no longer has goes to the last. A rebuild takes what is settled for gone: if it
brings it, it goes to the first row.
"""

FAILING = """\
Every failure begins with "check that", and shows both sides. A test's name begins with its clause:
`pytest -k s13` runs those of S13. `test_machine` makes random calls and holds each answer against
a model of plain lists and dictionaries; what it prints are the calls that led to the difference.
This is how a store is told that pays no heed to leases:
"""

CHECKED = """\
Without pytest's command line, `whistle store check` gives a page on the store at a URL, and a
program gets the same as data:

```python
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.testing.stores.report import check

report = check(lambda place: MemoryStore(), name="mine", tests=["test_s06_you_read_your_writes"])
assert report.kept, report.page()
```
"""

REPLACED = """\
A test that cannot hold for your store can be replaced, with a reason that the report repeats.
Replaced without one, removed, marked to be skipped or to fail, or left out by a `conftest.py`, it
fails the suite. So does what the tests rely on, such as the fixture `store`.

```python
from whistle_engine.storage.api import Store
from whistle_engine.testing.stores import StoreContract, overrides


class TestSmallStore(StoreContract):
    @overrides("a row holds 64 KiB, which is checked in test_rows.py; the engine writes less")
    def test_s09_payloads_of_a_megabyte_come_back(self, store: Store) -> None:
        check_payloads(store, 64 * 1024)  # of yours
```
"""

FAULTS = """\
The kit runs the engine on your store behind wrappers that let a call go wrong. They take any store,
so tests of your own can use them too:
"""

TOLD = """\
So that the tests can be trusted, they are run on stores with one fault each. Every such store has
to be found by tests of the very clause that it breaks. What is found by the tests of other clauses
beside that stands in the last column.
"""


def main() -> None:
    """Write the page."""
    kills = read_kills() if "--words" in sys.argv else run_kills()
    PAGE.write_text(page(kills), encoding="utf-8")


def numbered() -> dict[str, str]:
    """The tests of the kit, each with its number: clause, and place among the clause's tests."""
    found: dict[str, str] = {}
    for clause in (*CLAUSES, None):
        tests = [test for test in standard_tests() if clause_of(test) == clause]
        found |= {test: f"{clause or 'all'}.{place}" for place, test in enumerate(tests, 1)}
    return found


def run_kills() -> Kills:
    """What the kit finds now."""
    numbers = numbered()
    return {kill.broken.name: tuple(numbers[test] for test in kill.tests) for kill in kill_matrix()}


def read_kills() -> Kills:
    """What the page says that the kit found."""
    rows = re.findall(r"^\| `(\w+)`: .* \| (.*) \| (.*) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    return {
        name: tuple(test for part in (own, more) for test in part.split(", ") if test)
        for name, own, more in rows
    }


def page(kills: Kills) -> str:
    """The whole page."""
    tests = len(standard_tests())
    blocks = [
        "% Generated by docs/_store_contract.py. Change the code, then run: make generate",
        "# The store contract",
        INTRO.strip(),
        "## What you give",
        GIVEN.strip(),
        table(("Hook", "What it does"), ((f"`{n}`", said(getattr(StoreKit, n))) for n in HOOKS)),
        "## What it says it can",
        CAN.strip(),
        table(
            ("Capability", "What it says"),
            ((f"`{each.name}`", words(f"capability.{each.value}", "en")) for each in Capability),
        ),
        "## How a timer or notice stands",
        QUEUES.strip(),
        table(
            (
                "It",
                "`claim` gives it",
                "`settle`",
                "`fail`, with a time",
                "`fail`, for good",
                "`revive`",
            ),
            standing(),
        ),
        ARMING.strip(),
        "## When a test fails",
        FAILING.strip(),
        f"```text\n{failure()}\n```",
        CHECKED.strip(),
        "## When a test cannot hold",
        REPLACED.strip(),
        "## Faults for tests of your own",
        FAULTS.strip(),
        table(("Wrapper", "What goes wrong"), ((f"`{e.__name__}`", said(e)) for e in WRAPPERS)),
        "## The kill matrix",
        TOLD.strip(),
        f"There are {tests} tests and {len(BROKEN)} broken stores.",
        *(block for clause in CLAUSES for block in of_clause(clause, kills)),
        "## All clauses together",
        words("clause.all", "en"),
        tests_of(None),
    ]
    return "\n\n".join(blocks) + "\n"


def said(thing: object) -> str:
    """The first sentence or two of a docstring, in one line."""
    first = " ".join((getdoc(thing) or "").split("\n\n")[0].split())
    return first.replace(":attr:", "").replace("``", "`")


def standing() -> Iterable[tuple[str, ...]]:
    """How an item can stand, and what the calls then answer, by the model of the machine."""
    acts: tuple[Callable[[Waiting, Claim[Timer]], bool], ...] = (
        lambda queue, claim: queue.settle(claim),
        lambda queue, claim: queue.fail(claim, AT + HOUR),
        lambda queue, claim: queue.fail(claim, None),
        lambda queue, claim: queue.revive(claim.item),
    )
    for it, claims, bring in STATES:
        answers = []
        for act in acts:
            queue: Waiting = ModelQueue()
            queue.arrive([timer()])
            answers.append(f"`{act(queue, bring(queue))}`")
        yield it, claims, *answers


def _claimed(queue: Waiting, *then: Callable[[Claim[Timer]], object]) -> Claim[Timer]:
    """Claim the only timer, and do something with the claim."""
    claim = Claim(item=timer(), token=len(queue.tokens.get(("m", 1, 1), ())) + 1)
    queue.claimed([claim], AT + HOUR)
    for act in then:
        act(claim)
    return claim


Waiting = ModelQueue[Timer]
STATES: tuple[tuple[str, str, Callable[[Waiting], Claim[Timer]]], ...] = (
    ("is armed, new or again, after this claim", "from its due time on",
     lambda _: Claim(item=timer(), token=0)),
    ("is held by this claim", "once the lease has ended", _claimed),
    ("is held by a claim later than this", "once the later lease has ended",
     lambda queue: (_claimed(queue), _claimed(queue))[0]),
    ("was given back by this claim", "from the time of retry on",
     lambda queue: _claimed(queue, lambda claim: queue.fail(claim, AT))),
    ("died by this claim", "no",
     lambda queue: _claimed(queue, lambda claim: queue.fail(claim, None))),
    ("was revived after this claim", "from its due time on",
     lambda queue: _claimed(queue, lambda claim: queue.fail(claim, None),
                            lambda claim: queue.revive(claim.item))),
    ("was settled by this claim", "no", lambda queue: _claimed(queue, queue.settle)),
    ("is gone from its matter's timers, dead or not", "no",
     lambda queue: _claimed(queue, lambda claim: queue.fail(claim, None),
                            lambda claim: queue.replace(claim.item.matter, ()))),
)  # fmt: skip
"""How an item can stand, when a claim gives it, and how it comes there, with a claim of it."""


def failure() -> str:
    """A failure of the kit, as it is told."""
    (broken,) = (each for each in BROKEN if each.name == "IgnoresLeases")
    name = "test_s11_what_is_claimed_is_nobody_elses_until_the_lease_has_ended"
    (outcome,) = run(lambda: BrokenKit(broken), [name])
    return outcome.message


def of_clause(clause: str, kills: Kills) -> Iterable[str]:
    """A clause in words, its tests, and who breaks it."""
    yield f"## {clause}"
    yield words(f"clause.{clause}", "en")
    yield tests_of(clause)
    broken = [each for each in BROKEN if each.clause == clause]
    yield table(
        ("Broken store", "Found by", "And by"), (row(each, kills[each.name]) for each in broken)
    )


def tests_of(clause: str | None) -> str:
    """The tests of a clause, with their numbers."""
    rows = (
        (numbered()[name], f"`{name}`", statement(test))
        for name, test in standard_tests().items()
        if clause_of(name) == clause
    )
    return table(("Number", "Test", "Checks that"), rows)


def row(broken: Broken, found: Iterable[str]) -> tuple[str, str, str]:
    """A broken store, and what found it: tests of its own clause, and others."""
    own = [test for test in found if test.startswith(f"{broken.clause}.")]
    more = [test for test in found if test not in own]
    return f"`{broken.name}`: {broken.what}", ", ".join(own), ", ".join(more)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table, its lines as short as can be."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    lines.insert(1, ("---",) * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
