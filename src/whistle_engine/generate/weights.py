"""How often each category is raised: by affair, kind, place in the catalogue, and season."""

from __future__ import annotations

from collections.abc import Iterator

from whistle_engine.generate.city import City
from whistle_engine.generate.profile import Arrivals
from whistle_engine.model import Affair
from whistle_engine.policy import Category

OFTEN = 4
"""How even the categories of one group are: row n weighs 1 / (OFTEN + n). A choice."""


class Weights:
    """The weights of a city's categories, reckoned once for each month."""

    def __init__(self, city: City, profile: Arrivals) -> None:
        """Reckon nothing yet."""
        self._city = city
        self._profile = profile
        self._months: dict[int, list[tuple[Category, float]]] = {}

    def of_month(self, month: int) -> list[tuple[Category, float]]:
        """The categories with their weights in a month, 1 to 12."""
        if month not in self._months:
            self._months[month] = [
                (row, weight * self._season(row, month))
                for group, share in self._groups()
                for row, weight in _shared_out(group, share)
            ]
        return self._months[month]

    def _groups(self) -> Iterator[tuple[list[Category], float]]:
        """The categories by affair and kind, with the share of each group."""
        profile = self._profile
        rows = self._city.categories
        yield [r for r in rows if r.affair is Affair.HOUSEHOLD], profile.household
        yield [r for r in rows if r.affair is Affair.SHARED], profile.shared
        public = [r for r in rows if r.affair is Affair.PUBLIC]
        yield [r for r in public if self._city.is_urgent(r)], profile.public * profile.urgent
        kinds = sorted(self._city.rules.policy.kinds, key=lambda k: k.rank)
        codes = [k.code for k in kinds if not k.urgent]
        weights = [1.0]
        while len(weights) < len(codes):
            weights.append(weights[-1] * profile.climb)
        left = profile.public * (1 - profile.urgent) / (sum(weights) or 1)
        for number, code in enumerate(codes):
            wanted = (code, None) if number == 0 else (code,)
            yield [r for r in public if r.kind in wanted], left * weights[number]

    def _season(self, row: Category, month: int) -> float:
        weight = 1.0
        for season in self._profile.seasons:
            if any(word in row.code or word in row.title.zh for word in season.words):
                weight *= season.months[month - 1]
        return weight


def _shared_out(rows: list[Category], share: float) -> Iterator[tuple[Category, float]]:
    """A group's share among its categories, those that come first in the catalogue more often."""
    weights = [1 / (OFTEN + number) for number in range(len(rows))]
    for row, weight in zip(rows, weights, strict=True):
        yield row, share * weight / sum(weights)
