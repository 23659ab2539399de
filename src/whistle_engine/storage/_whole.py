"""Whether a database holds tables of this release, all of them, and each as it was made."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from whistle_engine.errors import StoreMismatch, StoreUnreadable

Made = Mapping[str, tuple[str, str]]
"""Of what a schema is made: by name, of which kind, and how it was made."""


LONGEST = 300
"""How many characters of how something was made are shown."""


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
        StoreUnreadable: it says what is missing; or if nothing is, what is not as it was made, and
            how it should be.
    """
    missing = [
        f"the {kind} {name}"
        for name, (kind, _) in wanted.items()
        if name not in there and name.partition(".")[0] in {name, *there}  # no column without table
    ]
    changed = [
        _differing(name, made, there[name])
        for name, made in wanted.items()
        if there.get(name, made) != made
    ]
    if missing:
        told = (("missing", missing), ("not as it was made", changed))
        raise damaged([f"{what}: {_some(names)}" for what, names in told if names], where)
    if changed:
        raise StoreUnreadable(
            f"its tables were changed (not as it was made: {_some(changed)}); put back what"
            " differs, or keep a copy as it is, and go back to the latest backup",
            where=where,
        )


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


def _differing(name: str, made: tuple[str, str], there: tuple[str, str]) -> str:
    """What is not as it was made; with how it is and should be, if that can be told in a line."""
    kind, right = made
    found = there[1] if there[0] == kind else there[0]
    told = f"the {kind} {name}"
    if not found or max(len(right), len(found)) > LONGEST or "\n" in right + found:
        return told
    return f"{told}, which is {found} and should be {right}".replace("@", "")


def _some(names: Sequence[str], *, shown: int = 3) -> str:
    more = f" (and {len(names) - shown} more)" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more
