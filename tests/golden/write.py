"""Write the golden histories that are missing: ``python -m tests.golden.write``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from itertools import zip_longest
from pathlib import Path

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
from whistle_engine.storage.memory import MemoryStore

HERE = Path(__file__).parent


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
    alice = actor("alice", Role.RESIDENT)
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
        MemoryStore(), compile_rules(tiny_policy(), tiny_directory()), clock=lambda: now
    )
    for number, (by, act, texts) in enumerate(steps, 1):
        now += timedelta(hours=1)
        engine.fire_due()
        asked = Command(id=f"c-{number}", matter="m-1", by=by, do=act)
        answer = engine.execute(asked, texts=texts)
        if isinstance(answer, Refused) and not answer.recorded:
            raise AssertionError(answer)
    return engine.commits(alice, "m-1")


FILES: Mapping[str, Callable[[], Iterable[Commit]]] = {
    "1-words.jsonl": words,
    "1-matter.jsonl": matter,
}


def main() -> None:
    """Write what is missing; never overwrite."""
    for name, commits in FILES.items():
        lines = b"".join(dump_commit(commit) + b"\n" for commit in commits())
        try:
            with (HERE / name).open("xb") as file:
                file.write(lines)
        except FileExistsError:
            continue


if __name__ == "__main__":
    main()
