"""Write the golden histories that are missing: ``python -m tests.golden.write``."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from datetime import timedelta
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import evolve

from tests.samples import acts, command, events, sample
from tests.support import NOW, actor, tiny_directory, tiny_policy
from whistle_engine.codec import dump_commit
from whistle_engine.commands import (
    Act,
    Blow,
    Classify,
    Command,
    Dispatch,
    FeedBack,
    HandIn,
    Mark,
    Receive,
    ReportIn,
    SendBack,
    Tell,
)
from whistle_engine.commits import Commit
from whistle_engine.compiling import compile_rules
from whistle_engine.engine import Engine
from whistle_engine.events import Refused
from whistle_engine.model import (
    Actor,
    AppealKind,
    Evidence,
    Place,
    ResultCode,
    Role,
    Satisfied,
    Solved,
    facts,
)
from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.sqlite import SqliteStore

HERE = Path(__file__).parent
ALICE = actor("alice", Role.RESIDENT)
OPENING = Receive(channel="12345", kind=AppealKind.HELP, place=Place(unit="gulou"))


def words() -> Iterable[Commit]:
    """A commit for each act, with an event or two, until all have come; the last is refused."""
    whole: Commit = sample(Commit)
    for number, (act, event) in enumerate(zip_longest(acts(), events()), 1):
        asked = act if act is not None else acts()[0]
        yield evolve(
            whole,
            version=number,
            position=number,
            command=command(asked, number),
            events=(event,) if event is not None else (),
            refused=None,
        )
    yield evolve(whole, refused=evolve(sample(Refused), recorded=events()[:1]))


def matter() -> Iterable[Commit]:
    """One matter from an appeal to its closing; with alerts, and an attempt to send it back."""
    return played(MemoryStore()).commits(ALICE, "m-1")


def played(store: Store) -> Engine:
    """Play that matter in a store."""
    alice = ALICE
    gulou = actor("c-1", Role.COMMUNITY, "gulou")
    xinhua = actor("s-1", Role.STREET, "xinhua")
    zhujian = actor("r-zhujian", Role.RECEIVER, "zhujian")
    chengguan = actor("r-chengguan", Role.RECEIVER, "chengguan")
    proof = Evidence("https://proofs.example/1", "sha256:" + "0" * 64, "image/jpeg")
    happy = Mark(solved=Solved.SOLVED, satisfied=Satisfied.MOSTLY)
    steps: tuple[tuple[Actor, Act, Mapping[str, str]], ...] = (
        (
            alice,
            Receive(
                channel="12345",
                kind=AppealKind.COMPLAINT,
                place=Place(unit="gulou", lat=38_470_000, lon=106_280_000),
                source_number="2024-0304-17",
            ),
            {"text": "楼道水管漏水", "contact": "13900000000"},
        ),
        (gulou, Classify(facts=facts(category="pipes", timing="ongoing")), {}),
        (xinhua, Blow(kind="tough"), {}),
        (actor("o-1", Role.OPERATIONS, "zhihui"), Dispatch(), {}),
        (zhujian, ReportIn(), {}),
        (zhujian, SendBack(), {"reason": "不归我们管"}),
        (chengguan, ReportIn(), {}),
        (chengguan, HandIn(evidence=(proof,)), {"text": "已清理现场"}),
        (
            zhujian,
            FeedBack(result=ResultCode.SOLVED, evidence=(proof,)),
            {"text": "水管已更换"},
        ),
        (zhujian, Tell(raiser="alice"), {"text": "水管已更换"}),
        (alice, happy, {}),
        (gulou, happy, {}),
    )
    now = NOW
    engine = Engine(
        store,
        compile_rules(tiny_policy(), tiny_directory()),
        clock=lambda: now,
        salt=lambda: b"0123456789abcdef",
    )
    for number, (by, act, texts) in enumerate(steps, 1):
        now += timedelta(hours=1)
        engine.fire_due()
        asked = Command(id=f"c-{number}", matter="m-1", by=by, do=act)
        answer = engine.execute(asked, texts=texts)
        if isinstance(answer, Refused) and not answer.recorded:
            raise AssertionError(answer)
    return engine


def sqlite_file() -> str:
    """A store on SQLite with that matter, and another that is open; as statements that make it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        with SqliteStore(path) as store:
            engine = played(store)
            asked = Command(id="open", matter="m-2", by=ALICE, do=OPENING)
            opened = engine.execute(asked, texts={"text": "路灯不亮"})
            assert not isinstance(opened, Refused), opened
            engine.erase(actor("system", Role.SYSTEM), command="c-6")
        with closing(sqlite3.connect(path)) as bare:
            (application,) = bare.execute("PRAGMA application_id").fetchone()
            return "\n".join((f"PRAGMA application_id = {application};", *bare.iterdump(), ""))


FILES: Mapping[str, Callable[[], Iterable[Commit]]] = {
    "1-words.jsonl": words,
    "1-matter.jsonl": matter,
}


STORE = "store-1.sql"


def main() -> None:
    """Write what is missing; never overwrite."""
    if not (HERE / STORE).exists():
        (HERE / STORE).write_text(sqlite_file(), encoding="utf-8")
    for name, commits in FILES.items():
        lines = b"".join(dump_commit(commit) + b"\n" for commit in commits())
        try:
            with (HERE / name).open("xb") as file:
                file.write(lines)
        except FileExistsError:
            continue


if __name__ == "__main__":
    main()
