"""What happens when Django starts, and when it has migrated."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import Error, register
from django.db import connection
from django.db.models.signals import post_migrate


class DeskConfig(AppConfig):
    """The application's settings; Django finds them by itself."""

    name = "desk"

    def ready(self) -> None:
        """Let ``migrate`` make the engine's tables, and a group for each role."""
        from desk import hosting, people  # noqa: PLC0415  not before the models are there

        post_migrate.connect(hosting.make_tables, sender=self)
        post_migrate.connect(people.make_groups, sender=self)


@register
def right_database(**_: object) -> list[Error]:
    """Say what is wrong with the database's settings, before it shows in use."""
    if connection.vendor == "postgresql":
        return []
    if connection.vendor != "sqlite":
        return [Error(f"the engine has no store on {connection.vendor}", id="desk.E001")]
    if connection.settings_dict["OPTIONS"].get("transaction_mode") != "IMMEDIATE":
        hint = 'set OPTIONS to {"transaction_mode": "IMMEDIATE"}'
        return [Error("a transaction takes the write lock too late", hint=hint, id="desk.E002")]
    return []
