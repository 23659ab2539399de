"""People to log in as, and matters to work on, all of them made up."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from whistle_engine import Actor
from whistle_engine.generate import generate
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import LedgerFilter

from desk import demo
from desk.hosting import own_store, rules
from desk.models import Profile, Registration

DAYS = timedelta(days=3)


class Command(BaseCommand):
    """For trying out; it does nothing twice."""

    help = "Makes users with all roles, work for each, and a few days of made-up matters."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many matters, and which password all the users get."""
        parser.add_argument("--matters", type=int, default=80, help="appeals beside those")
        parser.add_argument("--password", default="whistle", help="of all these users")

    def handle(self, *, matters: int, password: str, **_options: object) -> None:
        """Make them."""
        if not settings.DEBUG:
            raise CommandError("users with a known password are for trying out: DISTRICT_DEBUG=1")
        with transaction.atomic():
            for name, actor in demo.PEOPLE.items():
                make_user(name, actor, password)
            if not User.objects.filter(username="admin").exists():
                User.objects.create_superuser("admin", password=password)
        with own_store() as store:
            new = fill(store, timezone.now(), matters)
        if new:
            self.stdout.write(f"{matters} appeals came in, and {len(demo.MATTERS)} for you to work")
        names = ", ".join(demo.PEOPLE)
        self.stdout.write(f"log in as {names} or admin, with the password {password}")


def fill(store: Store, now: datetime, matters: int) -> bool:
    """Make matters that stand, at an instant, so that there is work for everybody.

    Args:
        store: where they are kept.
        now: when people log in, UTC.
        matters: how many more come in by chance, for the ledger.

    Returns:
        Whether it did; a store that has matters stays as it is.
    """
    if store.ledger(LedgerFilter(), limit=1):
        return False
    if matters:
        for _ in generate(
            store, rules(), seed=1, start=now - DAYS, until=now, matters=matters, finish=False
        ):
            pass
    entered = demo.fill(store, rules(), now)
    with transaction.atomic():
        for matter, name in entered.items():
            Registration.objects.create(matter=matter, by=User.objects.get(username=name))
    return True


def make_user(name: str, actor: Actor, password: str) -> User:
    """Make a user with a profile and roles, or leave the one that is there."""
    user, new = User.objects.get_or_create(username=name)
    if new:
        user.set_password(password)
        user.save()
        user.groups.set(Group.objects.filter(name__in=[role.value for role in actor.roles]))
        Profile.objects.create(user=user, actor=actor.id, unit=actor.unit or "")
    return user
