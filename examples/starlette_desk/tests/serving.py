"""The service on a free port of this machine, in a thread, with a clock that a test sets."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any
from uuid import uuid4

import httpx
import uvicorn
from whistle_engine.model import Actor
from whistle_engine.notify.api import Message

from desk import demo
from desk.app import create
from desk.settings import Settings
from desk.tokens import Tokens

SECRET = "a secret of the tests, long enough"  # noqa: S105
HOUR = timedelta(hours=1)

RECEIVE = {"type": "receive/1", "channel": "visit", "kind": "help", "place": {"unit": "gulou"}}
CLASSIFY = {"type": "classify/1", "facts": {"category": "street_lamp", "public_power": "yes"}}
BLOW = {"type": "blow/1", "kind": "quick"}
DISPATCH = {"type": "dispatch/1"}
REPORT_IN = {"type": "report_in/1"}
STEPS = (
    (demo.RESIDENT, RECEIVE),
    (demo.COMMUNITY, CLASSIFY),
    (demo.STREET, BLOW),
    (demo.CENTRE, DISPATCH),
)


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)  # a Wednesday, 9:00 there

    def __call__(self) -> datetime:
        return self.now


class Told:
    """A notifier that keeps what units were told, for a test to wait for."""

    name = "told"

    def __init__(self) -> None:
        self.messages: Queue[Message] = Queue()

    def send(self, message: Message) -> None:
        self.messages.put(message)


@dataclass
class Service:
    """A running service."""

    url: str
    clock: Clock = field(default_factory=Clock)
    told: Told = field(default_factory=Told)

    def client(self, actor: Actor | None = None, *, lang: str = "en") -> httpx.Client:
        headers = {"accept-language": lang}
        if actor is not None:
            headers["authorization"] = "Bearer " + Tokens(SECRET).mint(actor, HOUR)
        return httpx.Client(base_url=self.url, headers=headers, trust_env=False, timeout=30)

    def get(self, actor: Actor, path: str, **query: str) -> httpx.Response:
        with self.client(actor) as client:
            return client.get(path, params=query)

    def give(self, actor: Actor, matter: str, do: dict[str, Any], **texts: str) -> httpx.Response:
        sent = {"command": {"id": uuid4().hex, "matter": matter, "do": do}, "texts": texts}
        with self.client(actor) as client:
            return client.post("/commands", json=sent)

    def bring(self, matter: str, *, steps: int = 4, words: str = "路灯不亮") -> None:
        """Bring a matter on its way: received, classified, blown, dispatched."""
        for number, (actor, do) in enumerate(STEPS[:steps]):
            given = self.give(actor, matter, do, **({} if number else {"text": words}))
            assert given.status_code == 200, given.text


def store_at(folder: Path) -> str:
    """The URL of a test's own store: in its folder, or wherever TEST_STORE says."""
    url = os.environ.get("TEST_STORE", "sqlite:///{place}/desk.db")
    return url.replace("{place}", str(folder)).replace("{name}", folder.name.lower())


@contextmanager
def serving(folder: Path, *, demo: bool = False) -> Iterator[Service]:
    """Run the service until the test is done with it."""
    settings = Settings(secret=SECRET, store=store_at(folder), refresh=0.2, demo=demo)
    listening = socket.create_server(("127.0.0.1", 0))
    service = Service(f"http://127.0.0.1:{listening.getsockname()[1]}")
    app = create(settings, clock=service.clock, notifiers=[service.told])
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield service
    finally:
        server.should_exit = True
        thread.join(timeout=60)
        assert not thread.is_alive()
