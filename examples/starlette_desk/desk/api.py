"""The endpoints: each reads who asks, asks the engine in a thread, and tells what it said."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from whistle_engine import Affair, CodecError, Engine, Outcome, Refused, Stage, UnknownMatter
from whistle_engine.codec import canonical
from whistle_engine.commands import Command
from whistle_engine.model import Actor, Matter
from whistle_engine.storage.rows import DutyRow, LedgerFilter, MatterRow
from whistle_engine.texts import who

from desk import telling
from desk.answers import answer, refused
from desk.asking import Malformed, asked, body
from desk.cursors import Row
from desk.service import actor_of, desk_of, titles_of

USUAL, MOST = 20, 100
"""How many rows a page has, unless more are asked for, and at most."""

FILTERS: dict[str, Callable[[str], Any]] = {
    "open": {"true": True, "false": False}.__getitem__,
    "stage": Stage,
    "affair": Affair,
    "outcome": Outcome,
    "kind": str,
    "category": str,
    "community": str,
    "street": str,
    "lead": str,
}


async def give(request: Request) -> Response:
    """POST /commands: decide a command once, however often it is sent."""
    desk, actor, titles = desk_of(request), actor_of(request), titles_of(request)
    command, texts = asked(await body(request), actor)
    try:
        given = await desk.whistle.execute(command, texts=texts)
    except (CodecError, ValueError) as error:  # such as an id that is reserved for the system
        raise Malformed(str(error)) from error
    if not isinstance(given, Refused):
        return answer(json.loads(canonical(given)), request=request)
    state = await desk.whistle.do(partial(_seen, command=command, actor=actor))
    may = telling.may(state, actor, titles, desk.clock())
    return refused(request, given, titles, may)


def _seen(engine: Engine, command: Command, actor: Actor) -> Matter | None:
    try:
        return engine.matter(actor, command.matter)
    except UnknownMatter:
        return None


async def inbox(request: Request) -> Response:
    """GET /inbox: what waits for a unit, the earliest due first."""
    desk, actor, titles = desk_of(request), actor_of(request), titles_of(request)
    unit = request.query_params.get("unit")
    after, limit = _page(request, DutyRow)
    now = desk.clock()

    def read(engine: Engine) -> dict[str, Any]:
        rows = engine.inbox(actor, unit, after=after, limit=limit + 1)
        shown = rows[:limit]
        return {
            "items": telling.inbox(engine, actor, shown, titles, now),
            "next": desk.cursors.after(shown[-1]) if len(rows) > limit else None,
        }

    return answer(await desk.whistle.do(read), request=request)


async def ledger(request: Request) -> Response:
    """GET /ledger: the matters that the actor may see, the earliest received first."""
    desk, actor, titles = desk_of(request), actor_of(request), titles_of(request)
    where = _filter(request)
    after, limit = _page(request, MatterRow)
    rows = await desk.whistle.do(
        lambda engine: engine.ledger(actor, where, after=after, limit=limit + 1)
    )
    shown = rows[:limit]
    following = desk.cursors.after(shown[-1]) if len(rows) > limit else None
    items = telling.ledger(shown, titles)
    return answer({"items": items, "next": following}, request=request)


async def matter(request: Request) -> Response:
    """GET /matters/{matter}."""
    desk, actor, titles = desk_of(request), actor_of(request), titles_of(request)
    code, now = request.path_params["matter"], desk.clock()
    found = await desk.whistle.do(lambda engine: telling.matter(engine, actor, code, titles, now))
    return answer(found, request=request)


async def timeline(request: Request) -> Response:
    """GET /matters/{matter}/timeline."""
    desk, actor, titles = desk_of(request), actor_of(request), titles_of(request)
    code = request.path_params["matter"]
    items = await desk.whistle.do(lambda engine: telling.timeline(engine, actor, code, titles))
    return answer({"items": items}, request=request)


async def me(request: Request) -> Response:
    """GET /me: whom the token names, and how often the page asks again."""
    desk, actor, titles = desk_of(request), actor_of(request), titles_of(request)
    said = {
        "id": actor.id,
        "name": who(actor, titles.lang, rules=titles.rules),
        "refresh": desk.settings.refresh,
    }
    return answer(said, request=request)


async def health(request: Request) -> Response:
    """GET /health: whether the store answers and the worker works; needs no token."""
    desk = desk_of(request)
    await desk.whistle.do(lambda engine: engine.store.feed(0, limit=1))
    working = desk.worker.is_alive()
    return answer({"worker": working}, request=request, status=200 if working else 503)


def _page(request: Request, kind: type[Row]) -> tuple[Row | None, int]:
    """After which row to go on, and how many rows are wanted."""
    query = request.query_params
    try:
        limit = int(query.get("limit", USUAL))
        if not 1 <= limit <= MOST:
            raise ValueError(f"limit: 1 to {MOST} is wanted")  # noqa: TRY301  told as int's own
        after = query.get("after")
        return (None if after is None else desk_of(request).cursors.row(kind, after)), limit
    except ValueError as error:
        raise Malformed(str(error)) from error


def _filter(request: Request) -> LedgerFilter:
    wanted = {n: v for n, v in request.query_params.items() if n not in {"after", "limit"}}
    try:
        return LedgerFilter(**{name: FILTERS[name](value) for name, value in wanted.items()})
    except (KeyError, ValueError) as error:
        raise Malformed(f"no such filter: {error} (there is {', '.join(FILTERS)})") from error


ROUTES = [
    Route("/commands", give, methods=["POST"]),
    Route("/inbox", inbox),
    Route("/ledger", ledger),
    Route("/matters/{matter}", matter),
    Route("/matters/{matter}/timeline", timeline),
    Route("/me", me),
    Route("/health", health),
]
