"""What the role that an engine runs under may do: everything but change or delete history."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg.sql import SQL, Composed, Identifier

RIGHTS: dict[str, str] = {
    "whistle_meta": "SELECT",
    "whistle_commits": "SELECT, INSERT",
    "whistle_documents": "SELECT, INSERT",
    "whistle_matters": "SELECT, INSERT, UPDATE",
    "whistle_duties": "SELECT, INSERT, UPDATE, DELETE",
    "whistle_timers": "SELECT, INSERT, UPDATE",
    "whistle_notices": "SELECT, INSERT, UPDATE",
    "whistle_texts": "SELECT, INSERT, UPDATE",  # erasing is an update
}
"""By table; nobody but the owner may do more."""


FUNCTIONS = (
    "whistle_rows", "whistle_project", "whistle_append", "whistle_rebuild", "whistle_feed",
)  # fmt: skip
"""What it may call: an owner's default privileges may have taken that from everybody."""


def grants(schema: str, role: str) -> Composed:
    """The statement that gives a role its rights, to be executed by the owner of the tables.

    It is one, so that a role that is at work never has fewer in between.
    """
    each = SQL("; ").join(_grants(Identifier(schema), Identifier(role)))
    return SQL("DO $whistle_grants$ BEGIN {}; END $whistle_grants$").format(each)


def _grants(of: Identifier, to: Identifier) -> Iterator[Composed]:
    yield SQL("GRANT USAGE ON SCHEMA {} TO {}").format(of, to)
    for table, rights in RIGHTS.items():
        on = SQL("{}.{}").format(of, Identifier(table))
        yield SQL("REVOKE ALL ON {} FROM {}").format(on, to)
        yield SQL("GRANT {} ON {} TO {}").format(SQL(rights), on, to)
    for function in FUNCTIONS:
        yield SQL("GRANT EXECUTE ON FUNCTION {}.{} TO {}").format(of, Identifier(function), to)
    yield SQL("GRANT USAGE, SELECT ON SEQUENCE {}.whistle_positions TO {}").format(of, to)
