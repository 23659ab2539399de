"""Whether a database holds tables of this release, all of them, and each as it was made."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from whistle_engine.errors import StoreMismatch, StoreUnreadable

Made = Mapping[str, tuple[str, str]]
"""Of what a schema is made: by name, of which kind, and how it was made."""


def check(schema: int, where: str, *, known: int) -> None:
    """Refuse the tables of a newer release.

    Raises:
        StoreMismatch: there are such.
    """
    if schema > known:
        raise StoreMismatch(
            f"its tables are of schema {schema}, and this release knows them up to {known}; "
            "use the release that made them, or a newer one",
            where=where,
        )


def unnoted(wanted: Made, there: Made, where: str) -> None:
    """Refuse tables where nothing notes of which schema they are: nothing is made over them.

    Raises:
        StoreUnreadable: there are such.
    """
    if found := sorted(wanted.keys() & there.keys()):
        raise damaged([f"whistle_meta notes no schema, but there is {_some(found)}"], where)


def whole(wanted: Made, there: Made, where: str) -> None:
    """Refuse what is not all there, or not as it was made; what else is there may be.

    Raises:
        StoreUnreadable: it says what is missing, and what is not as it was made.
    """
    missing = [
        f"the {kind} {name}"
        for name, (kind, _) in wanted.items()
        if name not in there and name.partition(".")[0] in {name, *there}  # no column without table
    ]
    changed = [
        f"the {made[0]} {name}" for name, made in wanted.items() if there.get(name, made) != made
    ]
    told = (("missing", missing), ("not as it was made", changed))
    if wrong := [f"{what}: {_some(names)}" for what, names in told if names]:
        raise damaged(wrong, where)


def present(wanted: Made, names: Collection[str], where: str) -> None:
    """Refuse what is not all there, by name alone.

    Raises:
        StoreUnreadable: it says what is missing.
    """
    parts = ("column", "constraint")  # which have no name of their own in the catalogue
    there = {name: made for name, made in wanted.items() if name in names or made[0] in parts}
    whole(wanted, there, where)


def damaged(wrong: Sequence[str], where: str) -> StoreUnreadable:
    """The error for tables that are not as they should be."""
    return StoreUnreadable(
        f"its tables are damaged ({'; '.join(wrong)}); keep a copy as it is, and go back to "
        "the latest backup",
        where=where,
    )


def _some(names: Sequence[str], *, shown: int = 3) -> str:
    more = f" (and {len(names) - shown} more)" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more
