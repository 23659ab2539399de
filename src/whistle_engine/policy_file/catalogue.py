"""Reading whistle kinds, the dispatch catalogue and the street list."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from whistle_engine.model import Affair, Label
from whistle_engine.policy import Category, ListItem, WhistleKind
from whistle_engine.policy_file import forms
from whistle_engine.policy_file.classifying import BELOW_PUBLIC
from whistle_engine.policy_file.forms import Form
from whistle_engine.policy_file.tables import Asked, Table

_EXTENSION = Form(
    Label(
        f"{forms.LIMIT.says.zh}，或“none”（不得延期）",
        f'{forms.LIMIT.says.en}, or "none" for never',
    ),
    forms.LIMIT.read,
)


def read_kind(table: Table, code: str) -> WhistleKind:
    """A whistle kind."""
    never = table.data.get("extension") == "none"
    extension = None if never else table.limit("extension", _EXTENSION)
    if never:
        table.asked["extension"] = Asked(_EXTENSION, needed=True)
    return WhistleKind(
        code=code,
        title=table.label(),
        rank=table.take("rank", forms.COUNT),
        urgent=table.take("urgent", forms.YES_NO),
        report_in=table.limit("report_in"),
        solve=table.limit("solve"),
        hand_in=table.limit("hand_in"),
        redo=table.limit("redo"),
        extension=extension,
        may_blow=frozenset(table.codes("may_blow", forms.BLOWER)),
        to_street=table.take("to_street", forms.YES_NO),
        evidence=table.take("evidence", forms.FROM_ONE),
        source=table.source(),
    )


def read_category(row: Table, kind: Form[str]) -> Category:
    """A row of the dispatch catalogue."""
    since, until = _dates(row)
    found = Category(
        code=row.take("code", forms.CODE),
        title=row.label(),
        affair=row.take("affair", forms.AFFAIR),
        kind=row.maybe("kind", kind),
        leads=row.codes("leads", forms.CODE, needed=False),
        joint=row.codes("joint", forms.CODE, needed=False),
        since=since,
        until=until,
        source=row.source(),
        solve=row.later("solve", forms.LIMIT),
    )
    if found.affair is Affair.PUBLIC and "kind" not in row.data:
        row.wrong("kind_missing", "kind", right=kind.says)
    if found.affair in BELOW_PUBLIC.values() and "kind" in row.data:
        row.wrong("kind_not_public", "kind")
    if found.affair in BELOW_PUBLIC.values() and "solve" in row.data:
        row.wrong("solve_not_public", "solve")
    for unit in sorted({unit for unit in found.leads if unit} & set(found.joint)):
        at = ("joint", found.joint.index(unit))
        row.wrong("lead_and_joint", "joint", at=at, name=unit)
    return found


def _dates(row: Table) -> tuple[date | None, date | None]:
    since, until = row.maybe("since", forms.DAY), row.maybe("until", forms.DAY)
    if since is not None and until is not None and until < since:
        row.wrong("until_before_since", "until", since=str(since), until=str(until))
    return since, until


def read_categories(root: Table, kind: Form[str]) -> tuple[Category, ...]:
    """The catalogue: of the rows of one category, one at most is in force on any day."""
    found: list[Category] = []
    periods: dict[str, _Periods] = defaultdict(_Periods)
    for row in root.rows("categories", "code"):
        one = read_category(row, kind)
        if periods[one.code].taken(one) and one.code:
            row.wrong("rows_overlap", "code", name=one.code)
        found.append(one)
    return tuple(found)


class _Periods:
    """The days on which one row or another is in force, as periods in order with gaps between."""

    def __init__(self) -> None:
        self._held: list[tuple[date, date]] = []

    def taken(self, one: Category | ListItem) -> bool:
        """Add the days of a row, and tell whether some of them were there before."""
        first, last = one.since or date.min, one.until or date.max
        begin = bisect_left(self._held, first, key=lambda period: period[1])
        end = bisect_right(self._held, last, key=lambda period: period[0])
        touched = self._held[begin:end]
        if touched:
            first, last = min(first, touched[0][0]), max(last, touched[-1][1])
        if first <= last:
            self._held[begin:end] = [(first, last)]
        return bool(touched)


def read_street_list(root: Table, category: Form[str]) -> tuple[ListItem, ...]:
    """The street list (街道职责清单)."""
    items: list[ListItem] = []
    periods: dict[str, _Periods] = defaultdict(_Periods)
    for row in _items(root):
        since, until = _dates(row)
        one = ListItem(
            category=row.take("category", category),
            since=since,
            until=until,
            source=row.source(),
        )
        if periods[one.category].taken(one) and one.category:
            row.wrong("rows_overlap", "category", name=one.category)
        items.append(one)
    return tuple(items)


def _items(root: Table) -> Iterable[Table]:
    """The rows of the street list, from its table or from the file beside."""
    if "street_list" in root.reading.beside:
        return root.rows("street_list", "category")
    table = root.table("street_list")
    table.source()
    return table.rows("items", "category", none=True)
