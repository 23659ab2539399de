"""A real server, real requests, and the worker beside it."""

from __future__ import annotations

import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.cookiejar import CookieJar
from io import StringIO
from threading import Event, Thread
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from django.contrib.auth.models import User
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.core.management import call_command
from django.test import TransactionTestCase
from django.utils import timezone
from whistle_engine import Command, Engine, Place, Receive
from whistle_engine.model import AppealKind

from desk.hosting import own_store, rules
from desk.models import Registration
from desk.people import actor_of
from desk.tests.support import APPEAL, PASSWORD, People


class Browser:
    """Opens pages and sends their forms, with the cookies and the hidden fields that they have."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.open = build_opener(HTTPCookieProcessor(CookieJar())).open

    def get(self, path: str) -> str:
        with self.open(self.server + path, timeout=30) as answer:
            return str(answer.read().decode())

    def post(self, path: str, fields: dict[str, str]) -> tuple[str, str]:
        with self.open(self.server + path, urlencode(fields).encode(), timeout=30) as answer:
            return answer.url.removeprefix(self.server), answer.read().decode()

    def send(self, path: str, fields: dict[str, str]) -> tuple[str, str]:
        """Fill in the form that is at a path, and send it."""
        hidden = dict(
            re.findall(r'name="(csrfmiddlewaretoken|command)" value="([^"]+)"', self.get(path))
        )
        return self.post(path, {**hidden, **fields})


class Live(People, StaticLiveServerTestCase):
    def browser(self, name: str) -> Browser:
        made = Browser(self.live_server_url)
        arrived, _ = made.send("/login/", {"username": name, "password": PASSWORD})
        self.assertEqual(arrived, "/")
        return made

    def test_an_appeal_over_the_wire(self) -> None:
        arrived, page = self.browser("li").send("/appeals/new/", APPEAL)
        self.assertIn("路灯不亮", page)
        arrived, page = self.browser("gulou").send(
            f"{arrived}classify/", {"facts.public_power": "yes"}
        )
        self.assertIn("待吹哨", page)
        (sheet,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
        self.assertIn(".late", self.browser("li").get(sheet))

    def test_many_clicks_at_once_count_once(self) -> None:
        browser = self.browser("li")
        page = browser.get("/appeals/new/")
        hidden = dict(re.findall(r'name="(csrfmiddlewaretoken|command)" value="([^"]+)"', page))
        with ThreadPoolExecutor(4) as pool:
            sent = pool.map(lambda _: browser.post("/appeals/new/", {**hidden, **APPEAL}), range(4))
            arrived = {path for path, _ in sent}
        self.assertEqual(len(arrived), 1)
        self.assertEqual(Registration.objects.count(), 1)
        with own_store() as store:
            self.assertEqual(len(store.load(hidden["command"].replace("-", "")[:12]).records), 1)


class Told(StringIO):
    """What a command writes; tells when a certain word comes."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self.word = word
        self.came = Event()

    def write(self, text: str) -> int:
        written = super().write(text)
        if self.word in text:
            self.came.set()
        return written


class Worker(People, TransactionTestCase):
    def test_it_fires_what_is_due_and_stops_when_told(self) -> None:
        past = timezone.now() - timedelta(days=10)
        li = actor_of(User.objects.get(username="li"))
        act = Receive(channel="visit", kind=AppealKind.HELP, place=Place(unit="gulou"))
        with own_store() as store:
            Engine(store, rules(), clock=lambda: past).execute(
                Command(id="long-ago", matter="long-ago", by=li, do=act)
            )
        said = Told("timers fired")

        def stop() -> None:
            said.came.wait(30)
            os.kill(os.getpid(), signal.SIGTERM)

        stopper = Thread(target=stop)
        stopper.start()
        before = signal.getsignal(signal.SIGTERM)
        with self.assertLogs("whistle_engine.notify") as log:
            call_command("whistle_worker", stdout=said)
        stopper.join()
        self.assertTrue(said.came.is_set())
        self.assertTrue(said.getvalue().endswith("stopped\n"))
        self.assertEqual(signal.getsignal(signal.SIGTERM), before)
        self.assertTrue([line for line in log.output if "鼓楼社区" in line or "gulou" in line])
        self.assertContains(self.as_("gulou").get("/matters/long-ago/"), "Reminder: Gulou")
