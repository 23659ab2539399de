"""The application: the page, the API, and what runs while it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from whistle_engine.engine import utc_now
from whistle_engine.notify.api import Notifier
from whistle_engine.plugins import Plugins

from desk import api, demo
from desk.answers import HANDLERS
from desk.service import Clock, Desk, running
from desk.settings import Settings

STATIC = Path(__file__).parent / "static"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page runs and loads what is its own, and is shown in no frame."""


def create(
    settings: Settings, *, clock: Clock = utc_now, notifiers: Iterable[Notifier] = ()
) -> Starlette:
    """The application; its store opens when it starts, and closes when it ends.

    Args:
        settings: see there.
        clock: tells the time to the engine and its worker.
        notifiers: are given what units and residents have to be told, besides the log.

    Raises:
        PluginError: no rules are called so.
        PolicyError: the rules have mistakes.
    """
    rules = Plugins.load().rules(settings.policy)

    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncIterator[dict[str, Desk]]:
        async with running(settings, rules, clock, notifiers) as desk:
            if settings.demo:
                await desk.whistle.do(lambda engine: demo.fill(engine.store, rules, clock()))
            yield {"desk": desk}

    return Starlette(
        routes=[
            Route("/", page),
            Mount("/static", StaticFiles(directory=STATIC)),
            *api.ROUTES,
            *demo.routes(settings),
        ],
        exception_handlers=HANDLERS,
        lifespan=lifespan,
    )


async def page(_request: Request) -> Response:
    """GET /: the inbox page, which reads all the rest through the API."""
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": POLICY}
    return FileResponse(STATIC / "desk.html", headers=headers)
