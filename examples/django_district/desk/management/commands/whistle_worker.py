"""The worker: due timers and notices, until it is told to stop."""

from __future__ import annotations

import signal

from django.core.management.base import BaseCommand
from django.utils import timezone
from whistle_engine import Engine
from whistle_engine.notify.log import LogNotifier
from whistle_engine.relay import Figures, Relay

from desk.hosting import own_store, rules


class Command(BaseCommand):
    """Any number of them may run at once; each stops on SIGTERM, and on Ctrl-C."""

    help = "Fires due timers and hands on notices, until SIGTERM."
    requires_migrations_checks = True

    def handle(self, **_options: object) -> None:
        """Work until a signal comes."""
        with own_store() as store:
            whistle = Engine(store, rules(), clock=timezone.now)
            relay = Relay(whistle, [LogNotifier()], report=self._tell)
            stops = (signal.SIGTERM, signal.SIGINT)
            before = [signal.signal(number, lambda *_: relay.stop()) for number in stops]
            self.stdout.write(f"working on {store.describe()}")
            try:
                self._tell(relay.run())
            finally:
                for number, handler in zip(stops, before, strict=True):
                    signal.signal(number, handler)
        self.stdout.write("stopped")

    def _tell(self, done: Figures) -> None:
        self.stdout.write(f"{done.fired} timers fired, {done.delivered} notices handed on")
