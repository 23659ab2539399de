"""People and matters to try the pages with: for each of them there is something to do."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from attrs import field, frozen
from whistle_engine import (
    Actor,
    AppealKind,
    Blow,
    Classify,
    Command,
    Dispatch,
    Engine,
    Escalate,
    Evidence,
    FeedBack,
    Place,
    Receive,
    Refused,
    ReportIn,
    ResultCode,
    Role,
    Rules,
    SendBack,
    facts,
)
from whistle_engine.commands import Act
from whistle_engine.storage.api import Store


def _actor(id: str, role: Role, unit: str | None = None) -> Actor:  # noqa: A002  as Actor has it
    return Actor(id=id, roles=frozenset({role}), unit=unit)


PEOPLE = {
    "li": _actor("resident-li", Role.RESIDENT),
    "gulou": _actor("gulou-secretary", Role.COMMUNITY, "gulou"),
    "yumin": _actor("yumin-secretary", Role.COMMUNITY, "yumin"),
    "grid": _actor("gulou_grid_1.head", Role.GRID_BRANCH, "gulou_grid_1"),
    "xinhuajie": _actor("xinhuajie-committee", Role.STREET, "xinhuajie"),
    "hotline": _actor("hotline-desk", Role.HOTLINE, "hotline"),
    "yunying": _actor("yunying-desk", Role.OPERATIONS, "yunying"),
    "shegong": _actor("shegong-office", Role.COORDINATOR, "shegong"),
    "chengguan": _actor("chengguan.receiver", Role.RECEIVER, "chengguan"),
    "zhifa": _actor("zhifa.receiver", Role.RECEIVER, "zhifa"),
}
"""By the name under which each logs in."""

BETWEEN = timedelta(minutes=5)
"""From one step to the next."""

PICTURE = Evidence(
    "demo:cleared.jpg", f"sha256:{hashlib.sha256(b'cleared').hexdigest()}", "image/jpeg"
)


@frozen(kw_only=True)
class Step:
    """Somebody does something, with words."""

    by: str
    do: Act
    words: dict[str, str] = field(factory=dict)


@frozen(kw_only=True)
class Story:
    """A matter: how long ago it came in, in which words, and what was done since."""

    ago: timedelta
    words: str
    place: str = "gulou"
    kind: AppealKind = AppealKind.HELP
    steps: tuple[Step, ...] = ()
    by: str = "li"


def called(category: str, *, steps: int = 3) -> tuple[Step, ...]:
    """The way of a public matter as far as its bureau, or only some steps of it."""
    known = facts(category=category, public_power="yes")
    way = (
        Step(by="gulou", do=Classify(facts=known)),
        Step(by="xinhuajie", do=Blow(kind="quick")),
        Step(by="yunying", do=Dispatch()),
    )
    return way[:steps]


MATTERS = {
    "demo-1": Story(
        ago=timedelta(hours=7),
        words="朝阳巷3号楼门前的路灯坏了三天，老人晚上不敢出门。",
        steps=(
            *called("street_lamp"),
            Step(by="chengguan", do=SendBack(), words={"reason": "线路问题，不归我局管。"}),
            Step(by="xinhuajie", do=Escalate(), words={"reason": "一再催促，仍未到场。"}),
        ),
    ),
    "demo-2": Story(
        ago=timedelta(hours=2),
        words="楼下烧烤店的油烟直往屋里灌，窗户都不敢开。",
        kind=AppealKind.COMPLAINT,
        steps=called("cooking_fumes"),
    ),
    "demo-3": Story(
        ago=timedelta(hours=3),
        words="巷口的垃圾两天没人清，味道很大。",
        steps=(
            *called("garbage_removal"),
            Step(by="chengguan", do=ReportIn()),
            Step(
                by="chengguan",
                do=FeedBack(result=ResultCode.SOLVED, evidence=(PICTURE,)),
                words={"text": "已清运，增加了每天下午的一趟。"},
            ),
        ),
    ),
    "demo-4": Story(
        ago=timedelta(minutes=50),
        words="玉皇阁南街的路灯杆歪了，怕倒下来。",
        steps=called("street_lamp", steps=2),
    ),
    "demo-5": Story(
        ago=timedelta(minutes=40),
        words="菜市场门口占道摆摊，早晚都走不通。",
        kind=AppealKind.COMPLAINT,
        steps=called("street_stalls", steps=1),
    ),
    "demo-6": Story(
        ago=timedelta(minutes=30),
        words="小区车位不够，消防通道总被占，能不能一起商量个办法？",
        place="gulou_grid_1",
        kind=AppealKind.SUGGESTION,
        steps=(
            Step(
                by="gulou",
                do=Classify(
                    facts=facts(category="estate_parking", scope="estate", public_power="no")
                ),
            ),
        ),
    ),
    "demo-7": Story(ago=timedelta(minutes=20), words="人行道上有几块砖松了，下雨溅一身泥。"),
    "demo-8": Story(
        ago=timedelta(minutes=15), words="我母亲住裕民社区，怎么申请高龄津贴？", place="yumin",
        kind=AppealKind.ENQUIRY,
    ),
    "demo-9": Story(
        ago=timedelta(minutes=10), words="来电反映公园门口的健身器材断了一根横杆。", by="hotline"
    ),
}  # fmt: skip


def fill(store: Store, rules: Rules, now: datetime) -> dict[str, str]:
    """Put the matters into a store, as they stand at an instant.

    Returns:
        Who entered each.

    Raises:
        ValueError: the rules are not those that the matters were thought up for.
    """
    for matter, story in MATTERS.items():
        for number, step in enumerate(_steps(matter, story)):
            clock = _standing(now - story.ago + number * BETWEEN)
            answer = Engine(store, rules, clock=clock).execute(
                Command(id=f"{matter}:{number}", matter=matter, by=PEOPLE[step.by], do=step.do),
                texts=step.words,
            )
            if isinstance(answer, Refused) and not answer.recorded:
                raise ValueError(f"not for the rules {rules.policy.code!r}: {matter} {answer.code}")
    return {matter: story.by for matter, story in MATTERS.items()}


def _standing(at: datetime) -> Callable[[], datetime]:
    return lambda: at


def _steps(matter: str, story: Story) -> Iterator[Step]:
    raised = Receive(
        channel="hotline" if story.by == "hotline" else "visit",
        kind=story.kind,
        place=Place(unit=story.place),
        raiser=f"caller-{matter}" if story.by == "hotline" else None,
    )
    yield Step(by=story.by, do=raised, words={"text": story.words})
    yield from story.steps
