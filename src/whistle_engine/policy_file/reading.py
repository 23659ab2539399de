"""One file while it is read: its tables, its problems, and where everything stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from whistle_engine.errors import PolicyError
from whistle_engine.model import Label
from whistle_engine.policy_file.csv_rows import Cell, Row, as_toml
from whistle_engine.policy_file.forms import Titles
from whistle_engine.policy_file.places import Places
from whistle_engine.problems import MOST_PROBLEMS, Problem, Spot, problem

if TYPE_CHECKING:
    from whistle_engine.policy_file.tables import Table


class Reading:
    """One file while it is read: its tables, its problems, and where everything stands."""

    def __init__(self, name: str, text: str) -> None:
        """Begin with a TOML file's text."""
        self.name = name
        self.text = text
        self.tables: list[Table] = []
        self.problems: list[Problem] = []
        self.origins: Mapping[str, Label] = {}
        self.units: Titles = ()
        self.beside: dict[str, tuple[Row, ...]] = {}
        self.lost: set[str] = set()
        self.meant: set[str] = set()
        self._columns: set[tuple[str, str]] = set()
        self._places: Places | None = None
        self._by_path: dict[str, list[Table]] = {}
        self._known = 0

    @property
    def places(self) -> Places:
        """The places in the TOML file, found when first asked for."""
        if self._places is None:
            self._places = Places(self.name, self.text)
        return self._places

    def spot(self, key: str, item: object = None) -> Spot | None:
        """Where the value of a dotted key stands, or the nearest around it.

        Where it is a list that has the item, the item's place; where rows share a key, that of
        the row that has it.
        """
        for table in self.tables[self._known :]:
            self._by_path.setdefault(table.path, []).append(table)
        self._known = len(self.tables)
        while key:
            path, _, last = key.rpartition(".")
            for name, tables in ((last, self._by_path.get(path, [])), (key, self.tables[:1])):
                held = [table for table in tables if name in table.data]
                for table in held:
                    values = table.data[name]
                    if isinstance(values, list) and item in values:
                        return table.spot(name, (name, values.index(item)))
                    if (
                        item is not None
                        and isinstance(values, Cell)
                        and item in as_toml(values, list)
                    ):
                        return table.spot(name)
                if held:
                    return held[0].spot(name)
            if key in self._by_path:
                return self._by_path[key][0].spot()
            key = _shorter(key)
        return None

    def note(self, problem: Problem) -> None:
        """Keep a problem.

        Raises:
            PolicyError: there are more than anybody would read.
        """
        self.problems.append(problem)
        if len(self.problems) > MOST_PROBLEMS:
            raise PolicyError(in_order(self.problems))

    def first(self, row: Row, column: str) -> bool:
        """Tell whether something is wrong with a column of a file for the first time."""
        new = (row.spot.file, column) not in self._columns
        self._columns.add((row.spot.file, column))
        return new

    def check(self) -> None:
        """Raise all that was wrong, keys that nobody asked for among them.

        Raises:
            PolicyError: with every mistake, in the order of the file.
        """
        for table in self.tables:
            for name in table.data:
                if name not in table.asked:
                    table.unknown(name)
        # Where there is a slip of the pen, it is not told besides that what was meant is missing.
        wrong = in_order(p for p in self.problems if _absent(p) not in self.meant)
        if wrong:
            raise PolicyError(wrong)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Problems by their places, those without one first; none twice, and not more than the most."""
    found = sorted(
        dict.fromkeys(problems),
        key=lambda p: (p.spot.file, p.spot.line, p.spot.column) if p.spot else ("", 0, 0),
    )
    if len(found) > MOST_PROBLEMS:
        found[MOST_PROBLEMS:] = [problem("too_many", most=MOST_PROBLEMS)]
    return found


def _absent(problem: Problem) -> str:
    """The key or column that a problem tells as missing."""
    if problem.code == "missing_column":
        return f"{problem.key}.{dict(problem.slots)['name']}"
    return problem.key if problem.code == "missing" else ""


def _shorter(key: str) -> str:
    return key[: max(key.rfind("."), key.rfind("["), 0)]
