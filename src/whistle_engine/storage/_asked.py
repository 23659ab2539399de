"""What is asked of SQL stores, as conditions: the same for each but for how its SQL writes them."""

from __future__ import annotations

from attrs import frozen

from whistle_engine.model import Stage, UnitCode
from whistle_engine.storage._columns import Values, micros
from whistle_engine.storage.rows import LedgerFilter, MatterRow


@frozen
class Dialect:
    """How a database writes what conditions need.

    Attributes:
        mark: stands for a value.
        is_open, is_closed: of a matter; the first is what an index of open matters asks for.
    """

    mark: str
    is_open: str
    is_closed: str


@frozen
class Asked:
    """A page of the ledger, as a condition.

    Attributes:
        named: the columns that have to have one value.
        only_open: whether a closed matter cannot be among them.
        condition: begins with ``WHERE`` and ends with a blank, or is empty.
        values: those of its marks, in their order.
    """

    named: frozenset[str]
    only_open: bool
    condition: str
    values: Values


def asked(where: LedgerFilter, after: MatterRow | None, dialect: Dialect) -> Asked:
    """The condition of a filter, on the page that follows a row."""
    mark = dialect.mark
    only_open = where.open is True or where.stage not in (None, Stage.CLOSED)
    equal: dict[str, str | None] = {
        "affair": where.affair.value if where.affair is not None else None,
        "stage": where.stage.value if where.stage is not None else None,
        "outcome": where.outcome.value if where.outcome is not None else None,
        "kind": where.kind,
        "category": where.category,
        "community": where.community,
        "street": where.street,
        "lead": where.lead,
    }
    named = {name: value for name, value in equal.items() if value is not None}
    terms = [f"{name} = {mark}" for name in named]
    values: list[object] = [*named.values()]
    if only_open:
        terms.append(dialect.is_open)
    if where.open is False:
        terms.append(dialect.is_closed)
    begins = micros(where.opened_from) if where.opened_from is not None else None
    if after is not None and (begins is None or micros(after.opened_at) >= begins):
        terms.append(f"(opened_at, matter) > ({mark}, {mark})")
        values += (micros(after.opened_at), after.matter)
    elif begins is not None:
        terms.append(f"opened_at >= {mark}")
        values.append(begins)
    if where.opened_before is not None:
        terms.append(f"opened_at < {mark}")
        values.append(micros(where.opened_before))
    condition = f"WHERE {' AND '.join(terms)} " if terms else ""
    return Asked(frozenset(named), only_open, condition, tuple(values))


def nearby(
    place: UnitCode, at: tuple[int, int] | None, within: int, dialect: Dialect
) -> tuple[str, Values]:
    """The condition of matters at much the same place, and the values of its marks.

    Args:
        place: the unit of the place.
        at: latitude and longitude; without, the place alone counts, as for matters without.
        within: how far each of the two may differ.
        dialect: how the database writes it.
    """
    mark = dialect.mark
    if at is None:
        return f"place = {mark}", (place,)
    lat, lon = at
    condition = (
        f"CASE WHEN lat IS NULL OR lon IS NULL THEN place = {mark}"
        f" ELSE lat BETWEEN {mark} AND {mark} AND lon BETWEEN {mark} AND {mark} END"
    )
    return condition, (place, lat - within, lat + within, lon - within, lon + within)
