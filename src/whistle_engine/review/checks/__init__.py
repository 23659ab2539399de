"""The checks of ``whistle policy check``, one concept to a module.

A check is a function from a :class:`Subject` to findings. It reads values only; for two rows of
one name, of which a key cannot tell which is meant, it asks the subject for the row's place.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property

from attrs import field, frozen

from whistle_engine.directory import Directory
from whistle_engine.policy import Policy
from whistle_engine.policy_file import Loaded
from whistle_engine.policy_file.reading import Reading
from whistle_engine.policy_file.tables import Table
from whistle_engine.problems import Spot
from whistle_engine.review.naming import Naming
from whistle_engine.review.table import Table as RuleTable
from whistle_engine.soundness import SIGNAL_VALUES


@frozen(slots=False)
class Subject:
    """What is checked.

    Attributes:
        rules: the policy, as it was read.
        units: the directory, likewise; ``None`` if there is none.
        on: the day for which it is checked.
        skipped: what could not be checked, as codes of findings or beginnings of keys: an
            acceptance of it is not called unused.
    """

    rules: Loaded[Policy]
    units: Loaded[Directory] | None
    on: date
    skipped: set[str] = field(factory=set)

    @property
    def policy(self) -> Policy:
        """The policy."""
        return self.rules.value

    @property
    def directory(self) -> Directory:
        """The directory; only checks that need one may ask.

        Raises:
            ValueError: there is none.
        """
        if self.units is None:
            raise ValueError("this check needs a directory")
        return self.units.value

    @cached_property
    def signals(self) -> frozenset[str]:
        """The signals of danger, those without any floor too: facts whose values have no titles."""
        declared = (fact for fact in self.policy.facts if fact.values == SIGNAL_VALUES)
        bare = frozenset(fact.name for fact in declared if not fact.titles)
        return bare | {floor.signal for floor in self.policy.floors}

    @cached_property
    def table(self) -> RuleTable:
        """The classification rules on the day, over all facts that are possible."""
        return RuleTable(self.policy, self.on)

    @cached_property
    def naming(self) -> Naming:
        """What the policy's things are called."""
        return Naming((self.policy,))

    @property
    def known_units(self) -> Directory | None:
        """The directory, or ``None``."""
        return self.units.value if self.units is not None else None

    def skips(self, code: str, key: str) -> bool:
        """Tell whether a finding could not be looked for."""
        return code in self.skipped or any(key.startswith(each) for each in self.skipped)

    def row(self, name: str, number: int, key: str) -> Spot | None:
        """Where a value of a row stands, by the row's number from 0."""
        reading = self._reading(name)
        found = self._rows.get((reading.name, name, number))
        return found.spot(key if key in found.data else "") if found is not None else None

    def spot(self, key: str, item: object = None) -> Spot:
        """Where a key stands, or an item of its list, or the nearest around it."""
        reading = self._reading(key.partition(".")[0])
        return reading.spot(key, item) or Spot(reading.name, 1, 1)

    def readings(self) -> Iterator[Reading]:
        """What was read, the policy first."""
        yield self.rules.reading
        if self.units is not None:
            yield self.units.reading

    def _reading(self, name: str) -> Reading:
        ours = self.units is not None and name in ("units", "receivers")
        return self.units.reading if ours and self.units is not None else self.rules.reading

    @cached_property
    def _rows(self) -> dict[tuple[str, str, int], Table]:
        """The rows by file, list and number; a list inside a table has the table's name."""
        return {
            (reading.name, str(table.trail[0]), number): table
            for reading in self.readings()
            for table in reading.tables
            if table.trail and isinstance(number := table.trail[-1], int)
        }
