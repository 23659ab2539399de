"""What the tests of the SQLite store run in processes of their own.

``python -m tests.sqlite_workers NAME PATH …``: each prints what was acknowledged, line by line.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from datetime import timedelta

from attrs import evolve

from tests.drafts import AT, HOUR, draft, row, timer
from whistle_engine.errors import StoreBusy, StoreClosed, VersionConflict
from whistle_engine.model import TextRef, What
from whistle_engine.storage.rows import Draft, DutyRow, Notice, Projection, VaultText
from whistle_engine.storage.sqlite import SqliteStore


def tell(*words: object) -> None:
    """Acknowledge something, at once."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def rich(matter: str, version: int, command: str) -> Draft:
    """A commit with everything that goes along, all of it telling the version."""
    due = AT + HOUR * version
    duty = DutyRow(
        matter=matter, clock=version, what=What.BLOW, unit="u", raiser=None, since=AT, due=due
    )
    made = draft(
        matter,
        version,
        command,
        events=f"{matter} {version} ".encode() * 200,
        projection=Projection(
            row=row(matter, version),
            duties=(duty,),
            timers=tuple(timer(version, step, due, matter) for step in (1, 2)),
        ),
        notices=(
            Notice(matter=matter, version=version, number=1, code="x", event=0, due=due, unit="u"),
        ),
    )
    ref = TextRef(command, f"text-{matter}")
    text = VaultText(ref=ref, matter=matter, salt=b"s", words=f"{matter} 的话 {version}")
    return evolve(made, texts=(text,))


def write(path: str, name: str, count: str) -> None:
    """Append two matters at a time, over and over, going on from what is there."""
    with SqliteStore(path, busy_timeout=timedelta(seconds=60)) as store:
        begin = len(store.load(f"{name}-a").records)
        for version in range(begin + 1, begin + int(count) + 1):
            command = f"{name}:{version}"
            store.append([rich(f"{name}-{part}", version, command) for part in "ab"])
            tell(command)


def contend(path: str, name: str, count: str) -> None:
    """Append to one matter that all append to."""
    done = 0
    with SqliteStore(path, busy_timeout=timedelta(seconds=60)) as store:
        while done < int(count):
            version = len(store.load("m").records) + 1
            with suppress(VersionConflict, StoreBusy):
                store.append([draft("m", version, f"{name}:{done}")])
                tell(f"{name}:{done}", version)
                done += 1


def claim(path: str) -> None:
    """Claim timers until none is left."""
    with SqliteStore(path, busy_timeout=timedelta(seconds=60)) as store:
        while claims := store.timers.claim(now=AT, until=AT + HOUR, limit=3):
            for each in claims:
                tell(each.item.matter)


def fork(path: str, exclusive: str) -> None:
    """Use one store object before a fork, and after it on both sides."""
    store = SqliteStore(path, exclusive=exclusive == "1", busy_timeout=timedelta(0))
    store.append([draft("before")])
    child = os.fork()
    if child == 0:
        try:
            store.append([draft("child")])
            tell("child wrote")
            store.close()
        except StoreClosed:
            tell("child: closed")
        os._exit(0)
    os.waitpid(child, 0)
    store.append([draft("parent")])
    tell(*(record.matter for record in store.feed(0, limit=9)))
    store.close()


WORKERS = {each.__name__: each for each in (write, contend, claim, fork)}

if __name__ == "__main__":
    WORKERS[sys.argv[1]](*sys.argv[2:])
