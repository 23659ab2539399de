"""The kit: subclass :class:`StoreContract`, say how your store is opened, run pytest.

::

    class TestMyStore(StoreContract):
        def open_store(self) -> Store:
            return MyStore(self.place / "store.db")

A test's id begins with the clause that it checks: ``test_s05_…`` is about S5. ``test_engine_…``
runs the engine on the store, ``test_machine`` a machine of random calls.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import getattr_static
from typing import ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from whistle_engine.storage.api import Capability
from whistle_engine.testing.stores._check import STANDARD, standard
from whistle_engine.testing.stores.kit import StoreKit
from whistle_engine.testing.stores.machine import store_machine
from whistle_engine.testing.stores.suite.appending import Appending
from whistle_engine.testing.stores.suite.arming import Arming
from whistle_engine.testing.stores.suite.beside import Beside
from whistle_engine.testing.stores.suite.crowds import Crowds
from whistle_engine.testing.stores.suite.durable import Lasting
from whistle_engine.testing.stores.suite.leases import Leases
from whistle_engine.testing.stores.suite.lines import Lines
from whistle_engine.testing.stores.suite.lists import Listing
from whistle_engine.testing.stores.suite.lookups import LookingUp
from whistle_engine.testing.stores.suite.reading import Reading
from whistle_engine.testing.stores.suite.repeating import Repeating
from whistle_engine.testing.stores.suite.reviving import Reviving
from whistle_engine.testing.stores.suite.surviving import Surviving
from whistle_engine.testing.stores.suite.values import Values
from whistle_engine.testing.stores.suite.vault import Closing, Vaulting

Test = TypeVar("Test", bound=Callable[..., object])

REASON = "__kit_reason__"

HELPERS = (
    "test_the_kit_is_whole", "store", "_placed", "placed", "fresh", "opened", "reopened", "beside",
    "needs", "tried",
)  # fmt: skip
"""What a subclass may replace no more than a test: each test relies on them."""


def overrides(why: str) -> Callable[[Test], Test]:
    """Mark a test of the kit that a subclass replaces, with the reason.

    Args:
        why: why the standard test cannot hold, and what holds in its place.
    """
    if not why.strip():
        raise ValueError("an overridden test needs a reason: what holds in its place, and why")

    def mark(test: Test) -> Test:
        setattr(test, REASON, why)
        return test

    return mark


class StoreContract(
    Appending, Repeating, Crowds, Reading, Values, Leases, Lines, Arming, Reviving, Beside,
    Closing, Lasting, Vaulting, LookingUp, Listing, Surviving, StoreKit,
):  # fmt: skip
    """All clauses, for any store. See :class:`.kit.StoreKit` for what can be given.

    Attributes:
        examples, steps: how many runs the machine makes at most, and of how many calls.
        remembers: whether what failed is tried first the next time, as Hypothesis is set.
        phases: what Hypothesis does; without ``shrink`` a failure is told as it was met.
    """

    examples = 50
    steps = 40
    remembers = True
    phases: ClassVar[tuple[Phase, ...]] = (
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
        Phase.shrink,
    )

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Refuse a subclass that drops, skips or replaces a test without a reason."""
        super().__init_subclass__(**kwargs)
        problems = tuple(dodged(cls))
        if problems:
            raise TypeError("\n".join(problems))

    @standard
    def test_machine(self) -> None:
        """Check that a store answers any sequence of calls as plain lists and dictionaries do."""
        opened = self.fresh()
        durable = Capability.DURABLE in opened.capabilities
        machine = store_machine(
            self.fresh,
            reopen=self.reopened if durable else None,
            jurisdiction=self.jurisdiction,
        )
        run_state_machine_as_test(
            machine,
            settings=settings(
                parent=self._settings,
                max_examples=self.examples,
                stateful_step_count=self.steps,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                phases=self.phases,
                database=self._settings.database if self.remembers else None,
                report_multiple_bugs=False,
            ),
        )

    def test_the_kit_is_whole(self, request: pytest.FixtureRequest) -> None:
        """Check that no test of the kit was deselected, skipped or expected to fail."""
        items = [item for item in request.session.items if _class_of(item) is type(self)]
        marked = [
            f"check that {item.name} runs: it is marked {mark.name}"
            for item in items
            for mark in item.iter_markers()
            if mark.name in {"skip", "skipif", "xfail"}
        ]
        there = {getattr(item, "originalname", item.name) for item in items}
        missing = sorted(set(standard_tests()) - there) if _all_asked_for(request.config) else []
        problems = marked + [f"check that {name} runs: it was deselected" for name in missing]
        assert not problems, "\n".join(problems)


def standard_tests() -> dict[str, Callable[..., None]]:
    """The tests of the kit by name, in order of clause."""
    found = {
        name: getattr(StoreContract, name)
        for name in dir(StoreContract)
        if hasattr(getattr(StoreContract, name), STANDARD)
    }
    return dict(sorted(found.items(), key=lambda pair: (not pair[0].startswith("test_s"), pair)))


def clause_of(test: str) -> str | None:
    """The clause that a test is about, from its name; ``None`` if it is about all of them."""
    part = test.removeprefix("test_").partition("_")[0]
    return f"S{int(part[1:])}" if part[0] == "s" and part[1:].isdigit() else None


def dodged(cls: type) -> list[str]:
    """What a subclass does to get around tests of the kit, a sentence for each."""
    problems = []
    for name in (*standard_tests(), *HELPERS):
        found = getattr_static(cls, name, None)  # a fixture is another object each time it is got
        if found is getattr_static(StoreContract, name):
            continue
        if found is None:
            problems.append(f"check that {cls.__name__} keeps {name}: it was removed")
        elif not getattr(found, REASON, ""):
            problems.append(
                f"check that {cls.__name__} says why it replaces {name}: "
                'mark it with @overrides("…")'
            )
    marks = [mark for base in cls.__mro__ for mark in _marks(base)]
    marks += [mark for name in standard_tests() for mark in _marks(getattr(cls, name, None))]
    names = sorted({mark.name for mark in marks} & {"skip", "skipif", "xfail"})
    problems += [f"check that {cls.__name__} runs: it is marked {name}" for name in names]
    if cls.__dict__.get("__test__", True) is not True:
        problems.append(f"check that {cls.__name__} runs: __test__ is off")
    return problems


def replaced(cls: type) -> dict[str, str]:
    """The tests that a subclass replaces, with its reasons."""
    found = {name: getattr(getattr(cls, name, None), REASON, "") for name in standard_tests()}
    return {name: why for name, why in found.items() if why}


def _marks(thing: object) -> list[pytest.Mark]:
    marks: object = vars(thing).get("pytestmark", []) if hasattr(thing, "__dict__") else []
    every: list[object] = marks if isinstance(marks, list) else [marks]
    found = (each.mark if isinstance(each, pytest.MarkDecorator) else each for each in every)
    return [each for each in found if isinstance(each, pytest.Mark)]


def _class_of(item: pytest.Item) -> type | None:
    return item.cls if isinstance(item, pytest.Function) else None


def _all_asked_for(config: pytest.Config) -> bool:
    """Whether whoever called pytest asked for whole files, not for some tests."""
    options = (config.getoption(name, None) for name in ("keyword", "markexpr", "lf", "stepwise"))
    return not any(options) and not any("::" in each for each in config.args)
