"""The matters to try out: whenever somebody logs in, there is work for them."""

from __future__ import annotations

import tempfile
from datetime import datetime
from io import StringIO
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import TestCase, TransactionTestCase, override_settings
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.sqlite import SqliteStore

from desk import demo
from desk.hosting import joined_store, rules
from desk.management.commands.demo_data import fill
from desk.models import Registration
from desk.tests.support import People

CITY = ZoneInfo("Asia/Shanghai")
TIMES = (
    datetime(2026, 3, 2, 9, 10, tzinfo=CITY),  # Monday
    datetime(2026, 3, 4, 3, 0, tzinfo=CITY),  # Wednesday, at night
    datetime(2026, 3, 6, 18, 30, tzinfo=CITY),  # Friday evening
    datetime(2026, 3, 7, 12, 0, tzinfo=CITY),  # Saturday
    datetime(2026, 3, 8, 23, 50, tzinfo=CITY),  # Sunday
    datetime(2026, 10, 3, 10, 0, tzinfo=CITY),  # in a long holiday
    datetime(2027, 6, 1, 10, 0, tzinfo=CITY),  # in a year whose calendar is not known yet
)


class Demo(People, TestCase):
    def test_there_is_work_for_everybody_whenever_it_is(self) -> None:
        self.look(TIMES[3], matters=0)

    def test_on_a_weekday_with_matters_that_came_in_by_chance(self) -> None:
        with patch("django.utils.timezone.now", return_value=TIMES[0]):
            self.look(TIMES[0], matters=10)
            self.assertContains(self.as_("yunying").get("/ledger/"), "/matters/g1-")

    def look(self, now: datetime, *, matters: int) -> None:
        with patch("django.utils.timezone.now", return_value=now):
            store = joined_store()
            self.assertTrue(fill(store, now, matters))
            self.assertFalse(fill(store, now, matters))
            for name in demo.PEOPLE:
                page = self.as_(name).get("/")
                self.assertContains(page, "/matters/", msg_prefix=name)
                self.assertNotContains(page, "Nothing waits for you", msg_prefix=name)
            self.assertContains(self.as_("chengguan").get("/"), 'class="late"')
            page = self.as_("chengguan").get("/matters/demo-1/")
            self.assertContains(page, "tried to send the matter back; refused")
            self.assertContains(self.as_("li").get("/"), "<b>Marking</b>")
        self.assertEqual(Registration.objects.count(), len(demo.MATTERS))

    def test_there_is_work_at_any_time(self) -> None:
        for now in TIMES:
            with self.subTest(now=now):
                store = MemoryStore()
                demo.fill(store, rules(), now)
                for name, actor in demo.PEOPLE.items():
                    if actor.unit is not None:
                        self.assertTrue(store.inbox(actor.unit, limit=1), name)
                (first, *_) = store.inbox("chengguan", limit=9)
                self.assertLess(first.due, now)
                written = b"".join(record.events for record in store.load("demo-1").records)
                self.assertIn(b"shirk_refused", written)


class Once(TransactionTestCase):
    def test_it_makes_people_and_matters_once(self) -> None:
        said = StringIO()
        with tempfile.TemporaryDirectory() as folder, self.settings(DEBUG=True):
            file = Path(folder) / "demo.sqlite3"
            with patch("desk.management.commands.demo_data.own_store", lambda: SqliteStore(file)):
                for _ in range(2):
                    call_command("demo_data", matters=5, stdout=said)
            with SqliteStore(file) as store:
                self.assertEqual(len(store.load("demo-9").records), 1)
        self.assertEqual(User.objects.count(), len(demo.PEOPLE) + 1)
        self.assertEqual(said.getvalue().count("came in"), 1)

    @override_settings(DEBUG=False)
    def test_it_is_not_for_real_use(self) -> None:
        with self.assertRaisesMessage(CommandError, "DISTRICT_DEBUG"):
            call_command("demo_data")
