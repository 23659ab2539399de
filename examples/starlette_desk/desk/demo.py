"""People and matters to try the desk with; not to be had where the service is in earnest."""

from __future__ import annotations

from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from whistle_engine import (
    AppealKind,
    Blow,
    Classify,
    Dispatch,
    Engine,
    Place,
    Receive,
    Refused,
    Role,
    Rules,
    facts,
)  # fmt: skip
from whistle_engine.commands import Act, Command
from whistle_engine.model import Actor
from whistle_engine.storage.api import Store
from whistle_engine.texts import label, who

from desk.answers import answer
from desk.asking import Malformed
from desk.service import Clock, desk_of, titles_of
from desk.settings import Settings

RESIDENT = Actor(id="li", roles=frozenset({Role.RESIDENT}))
COMMUNITY = Actor(id="gao", roles=frozenset({Role.COMMUNITY}), unit="gulou")
STREET = Actor(id="ma", roles=frozenset({Role.STREET}), unit="xinhuajie")
CENTRE = Actor(id="yang", roles=frozenset({Role.OPERATIONS}), unit="yunying")
BUREAU = Actor(id="wu", roles=frozenset({Role.RECEIVER}), unit="chengguan")
PEOPLE = {actor.id: actor for actor in (BUREAU, CENTRE, STREET, COMMUNITY)}

STEPS: tuple[tuple[Actor, Act], ...] = (
    (RESIDENT, Receive(channel="visit", kind=AppealKind.HELP, place=Place(unit="gulou"))),
    (COMMUNITY, Classify(facts=facts(category="street_lamp", public_power="yes"))),
    (STREET, Blow(kind="quick")),
    (CENTRE, Dispatch()),
)
MATTERS = (
    ("lamp-1", 4, timedelta(hours=5), "朝阳巷3号楼门前的路灯坏了三天，老人晚上不敢出门。"),
    ("lamp-2", 4, timedelta(hours=3, minutes=30), "泽民巷口的路灯一直闪，大白天也亮着。"),
    ("lamp-3", 4, timedelta(minutes=20), "小学东门一排路灯全灭，孩子放学时天已经黑了。"),
    ("lamp-4", 3, timedelta(minutes=10), "玉皇阁南街便道上的路灯杆歪了。"),
    ("lamp-5", 2, timedelta(minutes=5), "楼前路灯不亮，麻烦派人来看看。"),
)
"""Each with how many of the steps were taken, how long ago, and the resident's words."""


def fill(store: Store, rules: Rules, now: datetime) -> None:
    """Put the matters into a store that has none.

    Raises:
        ValueError: the rules are not those that the matters were thought up for.
    """
    if store.feed(0, limit=1):
        return
    for code, steps, ago, words in MATTERS:
        engine = Engine(store, rules, clock=_standing(now - ago))
        for number, (actor, act) in enumerate(STEPS[:steps], 1):
            command = Command(id=f"demo:{code}:{number}", matter=code, by=actor, do=act)
            found = engine.execute(command, texts={"text": words} if number == 1 else {})
            if isinstance(found, Refused):
                raise ValueError(  # noqa: TRY004  it is the rules' value
                    f"the demo is not for the rules {rules.policy.code!r}: {found.code}"
                )


def _standing(at: datetime) -> Clock:
    return lambda: at


async def people(request: Request) -> Response:
    """GET /demo: whom one can sign in as; nobody, where it is in earnest."""
    titles = titles_of(request)
    items = [
        {
            "id": actor.id,
            "name": who(actor, titles.lang, rules=titles.rules),
            "role": ", ".join(label(role, titles.lang) for role in actor.roles),
        }
        for actor in (PEOPLE.values() if desk_of(request).settings.demo else ())
    ]
    return answer({"items": items}, request=request)


async def sign_in(request: Request) -> Response:
    """POST /demo/{person}: a token by which one is somebody for a working day."""
    actor = PEOPLE.get(request.path_params["person"])
    if actor is None:
        raise Malformed(f"the demo has {', '.join(PEOPLE)}")
    token = desk_of(request).tokens.mint(actor, timedelta(hours=8))
    return answer({"token": token}, request=request)


def routes(settings: Settings) -> list[Route]:
    """Nobody can sign in by these outside the demo."""
    entry = Route("/demo/{person}", sign_in, methods=["POST"])
    return [Route("/demo", people), *([entry] if settings.demo else [])]
