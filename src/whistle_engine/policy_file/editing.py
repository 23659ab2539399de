"""Changes to a policy that decisions propose: as text, for its owner to look at and apply.

Where the coordinator names a lead that no catalogue named, or admits a category to the street's
list, the decision counts for that matter alone. That it should count from now on is a change of
the policy, which is proposed here: a row more in the catalogue or in the street list, dated, with
the decision as its source. Nothing is changed on its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from attrs import frozen

from whistle_engine.errors import PolicyError
from whistle_engine.events import Admitted, CatalogueChangeProposed, Event
from whistle_engine.model import Affair, Label, Limit
from whistle_engine.policy import Category, ListItem, Policy
from whistle_engine.policy_file.csv_edits import MARK, records
from whistle_engine.policy_file.files import Files
from whistle_engine.policy_file.forms import LIMIT
from whistle_engine.policy_file.toml_edits import (
    as_table,
    edited,
    put_row,
    put_table,
    rows_in,
    set_key,
    table_in,
)
from whistle_engine.policy_file.toml_text import parsed
from whistle_engine.problems import Spot, placed, problem

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

DECISION = "decision"
"""The origin of what a decision proposed."""
DECISION_TITLE = Label("统筹协调决定", "a decision of the coordinator")
"""What the origin is called, where the file does not declare it yet."""

_CATALOGUE, _LIST, _ITEMS = "categories", "street_list", "items"
_LIKE = ("affair", "kind")
_NAMES = ("policy.toml", "table.csv")
"""What files are called in messages, where nobody names them."""
_DAY = timedelta(days=1)


@frozen(kw_only=True)
class Proposal:
    """What a decision in one matter proposes for all.

    Attributes:
        matter: the matter in which it was decided.
        on: the local day of the decision.
        category: the code that the matter has.
        unit: the unit that leads; for the street list, the street.
        listed: whether the category is to go on the street list.
    """

    matter: str
    on: date
    category: str
    unit: str
    listed: bool = False

    @property
    def source(self) -> str:
        """The decision, as the source of a row."""
        return f"{DECISION}: {self.matter}, {self.on}"


def proposed(matter: str, events: Iterable[Event], policy: Policy) -> tuple[Proposal, ...]:
    """What the decisions in a matter propose; of two on the same thing, the later.

    Args:
        matter: the matter's id.
        events: its events, in order.
        policy: the rules, for the local day.
    """
    found: dict[tuple[str, bool], Proposal] = {}
    for event in events:
        match event:
            case CatalogueChangeProposed(at=at, category=category, unit=unit):
                listed = False
            case Admitted(at=at, category=category, street=unit):
                listed = True
            case _:
                continue
        found[category, listed] = Proposal(
            matter=matter,
            on=policy.local(at).date(),
            category=category,
            unit=unit,
            listed=listed,
        )
    return tuple(found.values())


def category_for(
    proposal: Proposal,
    policy: Policy,
    *,
    code: str | None = None,
    title: Label | None = None,
    affair: Affair | None = None,
    kind: str | None = None,
    joint: Sequence[str] | None = None,
    since: date | None = None,
) -> Category:
    """The row of the catalogue that a decision proposes.

    The unit of the decision leads. If the catalogue has a row of the code on that day, the rest
    is as there, but for what is named here; its leads come after the unit. A limit of its own
    stays with its kind, and its source is named after the decision.

    Args:
        proposal: the decision.
        policy: the rules that are to be changed.
        code: the category, where the matter's own code is not what it should be.
        title: what it is called.
        affair: public, shared or household.
        kind: the whistle, for a public one.
        joint: who joins.
        since: the day from which the row counts; the day of the decision unless named.

    Raises:
        PolicyError: the code is new, and its title, affair or kind is missing.
    """
    code, since = code or proposal.category, since or proposal.on
    held = next((c for c in policy.categories if c.code == code and _counts(c, since)), None)
    title = title or (held.title if held else None)
    if affair is None and held is not None:
        affair, kind = held.affair, kind or held.kind
    if title is None or affair is None or (affair is Affair.PUBLIC and kind is None):
        raise PolicyError((problem("row_incomplete", name=code, known=tuple(policy.kind_of)),))
    leads = (proposal.unit, *(u for u in (held.leads if held else ()) if u != proposal.unit))
    join = joint if joint is not None else (held.joint if held else ())
    kind = kind if affair is Affair.PUBLIC else None
    solve = held.solve if held is not None and held.kind == kind else None
    return Category(
        code=code,
        title=title,
        affair=affair,
        kind=kind,
        leads=leads,
        joint=tuple(unit for unit in join if unit not in leads),
        since=since,
        until=None,
        source=f"{proposal.source}; {solve.source}" if solve is not None else proposal.source,
        solve=solve,
    )


def item_for(proposal: Proposal, *, code: str | None = None, since: date | None = None) -> ListItem:
    """The row of the street list that a decision proposes; as :func:`category_for`."""
    return ListItem(
        category=code or proposal.category,
        since=since or proposal.on,
        until=None,
        source=proposal.source,
    )


def changed(files: Files, entry: Category | ListItem) -> Mapping[str, str]:
    """A policy with a row more, wherever its rows stand.

    Args:
        files: those of a policy that loads.
        entry: the row.

    Returns:
        The new texts of the files that change, by their names.

    Raises:
        PolicyError: it cannot be changed so.
    """
    name, main = files.name, files.main.decode()
    beside = table_beside(files, _CATALOGUE if isinstance(entry, Category) else _LIST)
    if beside is not None:
        table = (files.get(beside) or b"").decode()
        new = with_row(table, entry, name=beside)
        return {} if new == table else {name: with_origin(main, name=name), beside: new}
    if isinstance(entry, Category):
        new = with_category(main, entry, name=name)
    else:
        new = with_listed(main, entry, name=name)
    return {} if new == main else {name: new}


def table_beside(files: Files, rows: str) -> str | None:
    """The name of the CSV file that holds rows of a policy, or ``None``.

    Args:
        files: those of the policy.
        rows: ``categories`` or ``street_list``.

    Raises:
        PolicyError: the main one is not TOML.
    """
    _, data = parsed(files.name, files.main)
    tables = data.get("tables")
    found = tables.get(rows) if isinstance(tables, dict) else None
    return found if isinstance(found, str) else None


def with_category(policy: str, row: Category, *, name: str = _NAMES[0]) -> str:
    """A policy's text with a row more in its catalogue.

    It comes after the last row of the same affair and kind. An older row of the category that is
    in force on that day ends the day before. The origin ``decision`` is declared if the row needs
    it. If a row says the same already, the text comes back as it is.

    Raises:
        PolicyError: a row of the category begins on that day or later; or the file cannot be
            changed in one place only.
    """

    def change(document: TOMLDocument) -> None:
        if _into(document, _CATALOGUE, _values(row), "code", _CATALOGUE):
            _declare(document)

    return edited(name, policy, change)


def with_listed(policy: str, item: ListItem, *, name: str = _NAMES[0]) -> str:
    """A policy's text with a row more at the end of the street list; as :func:`with_category`."""

    def change(document: TOMLDocument) -> None:
        holder, path = table_in(document, _LIST), f"{_LIST}.{_ITEMS}"
        if _into(holder, _ITEMS, _values(item), "category", path):
            _declare(document)

    return edited(name, policy, change)


def with_row(table: str, entry: Category | ListItem, *, name: str = _NAMES[1]) -> str:
    """The text of a CSV table with a row more; as :func:`with_category`.

    All other bytes stay, but for the record of an older row that ends.
    """
    values = _values(entry)
    mark = MARK if table.startswith(MARK) else ""
    held = records(name, table.removeprefix(mark))
    key, path = ("code", _CATALOGUE) if isinstance(entry, Category) else ("category", _LIST)
    plan = _plan(held.values(), values, key, path, held.spots())
    if plan is None:
        return table
    if plan.ends is not None:
        held = held.with_cell(plan.ends, "until", values["since"] - _DAY)
    return mark + held.with_row(plan.after, values)


def with_origin(policy: str, *, name: str = _NAMES[0]) -> str:
    """A policy's text that declares the origin ``decision``."""
    return edited(name, policy, _declare)


def patch(old: str, new: str, name: str) -> str:
    """The change as a unified diff, for ``patch -p1`` or ``git apply``; empty if there is none.

    Args:
        old: the text as it is.
        new: the text as it would be.
        name: the file's path from the folder where the patch is applied, with ``/`` between.
    """
    from difflib import unified_diff  # noqa: PLC0415  needed only here

    tab = "\t" if " " in name else ""  # so that both tools find the end of the name
    lines = unified_diff(_kept(old), _kept(new), fromfile=f"a/{name}{tab}", tofile=f"b/{name}{tab}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


# ------------------------------------------------------------------------------ where it goes


@frozen
class _Plan:
    """After which row the new one comes, and which one ends before it; -1 is before all."""

    after: int
    ends: int | None


def _plan(
    rows: Sequence[Mapping[str, Any]],
    new: Mapping[str, Any],
    name: str,
    path: str,
    spots: Sequence[Spot] = (),
) -> _Plan | None:
    """Where a row goes; ``None`` if one says the same already."""
    since = new["since"]
    ends = None
    for number, row in enumerate(rows):
        if row.get(name) != new[name] or (row.get("until") or date.max) < since:
            continue
        if "until" not in row and _said(row) == _said(new) and _begins(row) <= since:
            return None
        if _begins(row) >= since:
            begins = row.get("since", since)
            told = problem("row_later", f"{path}[{number + 1}]", name=new[name], since=str(begins))
            raise PolicyError((placed(told, spots[number] if spots else None),))
        ends = number
    alike = [n for n, row in enumerate(rows) if all(row.get(k) == new.get(k) for k in _LIKE)]
    return _Plan(alike[-1] if alike else len(rows) - 1, ends)


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says, whatever its days and its source, and however its limit is written."""
    said = {key: held for key, held in row.items() if key not in {"since", "until", "source"}}
    limit = said.get("solve")
    with suppress(ValueError, TypeError):
        said["solve"] = LIMIT.read(limit.get("limit") if isinstance(limit, dict) else limit)
    return said


def _begins(row: Mapping[str, Any]) -> date:
    found = row.get("since", date.min)
    return found if isinstance(found, date) else date.min


def _counts(row: Category, day: date) -> bool:
    return (row.since or date.min) <= day <= (row.until or date.max)


def _into(
    holder: TOMLDocument | Any,
    name: str,
    values: Mapping[str, Any],
    key: str,
    path: str,
) -> bool:
    """Put a row into the list of tables of a name, and tell whether it was not there."""
    import tomlkit  # noqa: PLC0415  an extra, and needed only here

    rows = rows_in(holder, name, path)
    plan = _plan(rows.unwrap() if rows is not None else (), values, key, path)
    if plan is None:
        return False
    if rows is None:
        made = tomlkit.aot()
        made.append(as_table(values))
        holder.add(name, made)
    else:
        if plan.ends is not None:
            set_key(rows.body[plan.ends], "until", values["since"] - _DAY)
        put_row(rows, plan.after, as_table(values))
    return True


def _declare(document: TOMLDocument) -> None:
    if DECISION not in document.get("sources", {}):
        title = {"zh": DECISION_TITLE.zh, "en": DECISION_TITLE.en}
        put_table(document, ("sources", DECISION), as_table(title))


def _values(entry: Category | ListItem) -> dict[str, Any]:
    """A row as a file has it, in the order of its keys."""
    if entry.since is None:
        raise PolicyError((problem("row_no_since"),))
    found: dict[str, Any]
    if isinstance(entry, Category):
        found = {
            "code": entry.code,
            "zh": entry.title.zh,
            "en": entry.title.en,
            "affair": entry.affair.value,
            "kind": entry.kind,
            "solve": _written(entry.solve) if entry.solve is not None else None,
            "leads": list(entry.leads),
            "joint": list(entry.joint),
        }
    else:
        found = {"category": entry.category}
    found |= {"since": entry.since, "until": entry.until, "source": entry.source}
    return {key: value for key, value in found.items() if value not in (None, [])}


def _written(limit: Limit) -> str:
    unit = limit.unit.value.replace("_", " ")
    return f"{limit.amount} {unit.removesuffix('s') if limit.amount == 1 else unit}"


def _kept(text: str) -> list[str]:
    """The lines as diff tools see them: only a line feed ends one."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return [line for line in lines if line]
