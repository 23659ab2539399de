"""People to log in as, and a few days of a district's matters, all of them made up."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from whistle_engine.generate import generate
from whistle_engine.storage.rows import LedgerFilter

from desk.hosting import own_store, rules
from desk.models import Profile

PEOPLE = (
    # name of the user, id in histories, role, unit
    ("li", "resident-li", "resident", ""),
    ("gulou", "gulou-secretary", "community", "gulou"),
    ("yumin", "yumin-secretary", "community", "yumin"),
    ("grid", "gulou_grid_1.head", "grid_branch", "gulou_grid_1"),
    ("xinhuajie", "xinhuajie-committee", "street", "xinhuajie"),
    ("hotline", "hotline-desk", "hotline", "hotline"),
    ("yunying", "yunying-desk", "operations", "yunying"),
    ("shegong", "shegong-office", "coordinator", "shegong"),
    ("chengguan", "chengguan.receiver", "receiver", "chengguan"),
    ("zhifa", "zhifa.receiver", "receiver", "zhifa"),
)
DAYS = timedelta(days=3)


class Command(BaseCommand):
    """For trying out; it does nothing twice."""

    help = "Makes users with all roles and a few days of made-up matters."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many matters, and which password all the users get."""
        parser.add_argument("--matters", type=int, default=80, help="how many appeals come in")
        parser.add_argument("--password", default="whistle", help="of all these users")

    def handle(self, *, matters: int, password: str, **_options: object) -> None:
        """Make them."""
        if not settings.DEBUG:
            raise CommandError("users with a known password are for trying out: DISTRICT_DEBUG=1")
        with transaction.atomic():
            for name, actor, role, unit in PEOPLE:
                make_user(name, actor, role, unit, password)
            if not User.objects.filter(username="admin").exists():
                User.objects.create_superuser("admin", password=password)
        now = timezone.now()
        with own_store() as store:
            if not store.ledger(LedgerFilter(), limit=1):
                run = generate(
                    store, rules(), seed=1, start=now - DAYS, until=now, matters=matters,
                    finish=False,
                )  # fmt: skip
                given = sum(1 for _ in run)
                self.stdout.write(f"{matters} appeals came in; {given} commands followed")
        names = ", ".join(name for name, *_ in PEOPLE)
        self.stdout.write(f"log in as {names} or admin, with the password {password}")


def make_user(name: str, actor: str, role: str, unit: str, password: str) -> User:
    """Make a user with a profile and a role, or leave the one that is there."""
    user, new = User.objects.get_or_create(username=name)
    if new:
        user.set_password(password)
        user.save()
        user.groups.add(Group.objects.get(name=role))
        Profile.objects.create(user=user, actor=actor, unit=unit)
    return user
