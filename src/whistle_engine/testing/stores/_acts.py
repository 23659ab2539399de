"""What the kit lets other processes do: functions at the top of a module, each given a store."""

from __future__ import annotations

from attrs import evolve

from whistle_engine.errors import VersionConflict
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import Draft
from whistle_engine.testing.stores._samples import AT, HOUR, MANY, draft, rich

ROUNDS = 5
"""How often each of a crowd appends."""


def race(store: Store, number: int) -> list[str]:
    """Append at version 1, 2, 3 … of one matter, in a race; the ids of what was written.

    Who loses goes on at the next version: so nobody needs to wait for anybody.
    """
    won: list[str] = []
    for version in range(1, ROUNDS + 1):
        one = draft("m", version, f"{number}-{version}")
        try:
            store.append([one])
        except VersionConflict:
            continue
        won.append(one.command_id)
    return won


def write_some(store: Store, number: int) -> list[tuple[str, int]]:
    """Append pairs of matters of its own; each command id with its positions."""
    told: list[tuple[str, int]] = []
    for version in range(1, ROUNDS + 1):
        drafts = [draft(f"{side}{number}", version, f"{number}-{version}") for side in ("a", "z")]
        told += [(r.command_id, r.position) for r in store.append(drafts).records]
    return told


def same_command(store: Store, number: int) -> tuple[bool, list[tuple[str, int]]]:
    """Send one command that everybody sends, with a matter of its own beside."""
    done = store.append([draft("shared", 1, "c"), draft(f"own{number}", 1, "c")])
    return done.again, [(r.matter, r.position) for r in done.records]


def claim_all(store: Store, number: int) -> list[tuple[str, int]]:
    """Claim timers two at a time until there are none; what was claimed."""
    del number
    found: list[tuple[str, int]] = []
    for _ in range(MANY):
        claims = store.timers.claim(now=AT, until=AT + HOUR, limit=2)
        found += [(claim.item.matter, claim.token) for claim in claims]
        if not claims:
            break
    return found


def pair(number: int) -> list[Draft]:
    """Two commits with all that goes along, of one command; the matters grow in turns."""
    version = number // 2 + 1
    drafts = [rich(f"{side}{number % 2}", version, f"c{number}") for side in ("a", "b")]
    return [evolve(one, basis=bytes([number % 256]) * 20_000) for one in drafts]


def write_pair(store: Store, number: int) -> None:
    """Append the pair of a number."""
    store.append(pair(number))
