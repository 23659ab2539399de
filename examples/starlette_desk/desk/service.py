"""What runs while the service runs: a store, an engine on it, and a worker beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Thread

from starlette.requests import HTTPConnection
from whistle_engine import Engine, Rules
from whistle_engine.aio import AsyncEngine
from whistle_engine.engine import utc_now
from whistle_engine.model import Actor
from whistle_engine.notify.api import Notifier
from whistle_engine.plugins import Plugins
from whistle_engine.relay import Relay

from desk.cursors import Cursors
from desk.logged import Logged
from desk.settings import Settings
from desk.titles import Titles, chosen
from desk.tokens import BadToken, Tokens

Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What an endpoint needs; it hangs on each request's state."""

    settings: Settings
    rules: Rules
    whistle: AsyncEngine
    worker: Thread
    tokens: Tokens
    cursors: Cursors
    clock: Clock


@asynccontextmanager
async def running(
    settings: Settings, rules: Rules, clock: Clock = utc_now, notifiers: Iterable[Notifier] = ()
) -> AsyncIterator[Desk]:
    """Open the store and start the worker; on the way out stop it, and close the store.

    Several processes may run on one store: their workers keep apart by leases.
    """
    store = await asyncio.to_thread(Plugins.load().open_store, settings.store)
    try:
        engine = Engine(store, rules, clock=clock)
        relay = Relay(engine, [Logged(), *notifiers], clock=clock)
        worker = Thread(target=relay.run, name="desk-worker")
        async with AsyncEngine(engine) as whistle:
            worker.start()
            try:
                yield Desk(
                    settings=settings,
                    rules=rules,
                    whistle=whistle,
                    worker=worker,
                    tokens=Tokens(settings.secret),
                    cursors=Cursors(settings.secret),
                    clock=clock,
                )
            finally:
                relay.stop()
                await asyncio.to_thread(worker.join)
    finally:
        store.close()


def desk_of(request: HTTPConnection) -> Desk:
    """The desk of a request."""
    found: Desk = request.state.desk
    return found


def actor_of(request: HTTPConnection) -> Actor:
    """Who asks.

    Raises:
        BadToken: nobody that a token names.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise BadToken
    return desk_of(request).tokens.actor(token.strip())


def titles_of(request: HTTPConnection) -> Titles:
    """Titles in the language of the reader."""
    return Titles(desk_of(request).rules, chosen(request.headers.get("accept-language", "")))
