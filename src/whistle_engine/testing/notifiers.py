"""The kit for notifiers: subclass :class:`NotifierContract`, and give it your notifier.

It looks like this::

    class TestSms(NotifierContract):
        @pytest.fixture
        def notifier(self) -> Notifier:
            return SmsNotifier(gateway_that_records)

        def arrived(self, notifier: Notifier) -> Sequence[str]:
            return [post["idempotency-key"] for post in gateway_that_records.posts]

        @pytest.fixture
        def failing(self) -> Notifier:
            return SmsNotifier(gateway_that_is_down)

The tests are named after the clauses N1 to N6 of :mod:`whistle_engine.notify.api`. Without
``arrived`` and ``failing`` they can see less, and say so by skipping.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier, Thread
from time import perf_counter

import pytest
from attrs import evolve

from whistle_engine.model import Label, TextRef
from whistle_engine.notify.api import Audience, Message, Notifier, NotifyError

AT = datetime(2024, 3, 4, 1, 2, 3, tzinfo=UTC)
THREADS = 8
PATIENCE = 60.0
"""Seconds after which a call that has not come back counts as hanging."""


def messages() -> tuple[Message, ...]:
    """One message to each kind of recipient; texts with Chinese, quotes, and an astral character.

    For authors who want to try their notifier by hand, too.
    """
    resident = Message(
        key="notice:m-1:1:1",
        audience=Audience.RESIDENT,
        unit=None,
        actor="resident-1",
        contact=TextRef("c-1", "contact"),
        matter="m-1",
        code="resident.received",
        event="received",
        at=AT,
        due=None,
        text=Label(zh="您反映的诉求已受理，事项编号m-1。", en="Your appeal was received."),
    )
    unit = evolve(
        resident,
        key="notice:m-1:4:1",
        audience=Audience.UNIT,
        unit="zhujian",
        actor="r-zhujian",
        contact=None,
        code="unit.dispatched",
        event="dispatched",
        due=AT + timedelta(hours=4),
        text=Label(
            zh="【派单】事项m-1由贵单位主办，“𠮷”。", en='Dispatch: you lead "m-1" & 1 < 2.'
        ),
    )
    coordinator = evolve(
        unit,
        key="notice:m-1:9:2",
        audience=Audience.COORDINATOR,
        unit="shegong",
        actor=None,
        code="coordinator.escalated",
        event="clock_started.docket",
        text=Label(zh="【上报】事项m-1提请统筹协调。", en="Matter m-1 was escalated to you."),
    )
    return (resident, unit, coordinator)


class NotifierContract:
    """What every notifier has to do; a test's name begins with its clause."""

    @pytest.fixture
    def notifier(self) -> Notifier:
        """The notifier, fresh for each test, with a far side that accepts."""
        raise NotImplementedError("give the fixture `notifier`: a fresh one of yours")

    @pytest.fixture
    def failing(self) -> Notifier:
        """One whose far side is down or refuses; without it, N2 is not looked at."""
        pytest.skip("no fixture `failing`: that failures are told (N2) is not shown")

    def arrived(self, notifier: Notifier) -> Sequence[str] | None:
        """The keys that reached the far side, in order; ``None`` if that cannot be seen."""
        del notifier
        return None

    def test_name_is_a_short_code(self, notifier: Notifier) -> None:
        """It stands in logs and figures, and two of one name cannot be told apart."""
        name = notifier.name
        assert isinstance(name, str), "check that `name` is a string, not a method"
        assert name, "check that `name` is not empty"
        assert name.isascii(), f"check that `name` is plain ASCII: {name!r}"
        assert not set(name) & set(" \t\n:"), f"check that `name` has no blank or colon: {name!r}"
        assert notifier.name == name, "check that `name` does not change"

    def test_n1_every_kind_of_message_is_accepted(self, notifier: Notifier) -> None:
        """Whoever it is for, it is accepted; what is none of its business, dropped (N6)."""
        for message in messages():
            self._accepted(notifier, message)
        arrived = self.arrived(notifier)
        if arrived is not None:
            strange = set(arrived) - {message.key for message in messages()}
            assert not strange, f"check that keys arrive unchanged: {sorted(strange)}"
            assert arrived, "check that what is accepted reaches the far side: nothing did"

    def test_n2_a_failure_is_told(self, failing: Notifier) -> None:
        """A message that was not accepted is never passed over in silence."""
        told = [error for error in map(partial(_failure, failing), messages()) if error is not None]
        assert told, "check that NotifyError is raised when the far side is down: nothing was"
        for error in told:
            assert isinstance(error.retry, bool), "check that `retry` is True or False"
            for text in (message.text for message in messages()):
                quoted = text.zh in str(error) or text.en in str(error)
                assert not quoted, f"check that errors do not quote the message: {error}"

    def test_n3_the_same_message_again_is_fine(self, notifier: Notifier) -> None:
        """A worker may have died in between; the key is the same, so receivers can tell."""
        for message in messages():
            self._accepted(notifier, message)
            self._accepted(notifier, message)
            self._accepted(notifier, evolve(message, text=Label(zh="换了说法。", en="Reworded.")))
        arrived = self.arrived(notifier)
        if arrived is not None:
            strange = set(arrived) - {message.key for message in messages()}
            assert not strange, f"check that the key is that of the message: {sorted(strange)}"

    def test_n3_different_messages_are_not_taken_for_one(self, notifier: Notifier) -> None:
        """Dropping what is there already goes by the key alone, not by the words or the matter."""
        if self.arrived(notifier) is None:
            pytest.skip("no `arrived`: that nothing is dropped (N3) is not shown")
        for message in messages():
            notifier.send(message)
        before = tuple(self.arrived(notifier) or ())
        for message in messages():
            notifier.send(evolve(message, key=f"{message.key}0"))
        wanted = {f"{key}0" for key in before}
        lost = wanted - set(self.arrived(notifier) or ())
        assert not lost, f"check that equal words under another key arrive: {sorted(lost)}"

    def test_n4_several_threads_may_call(self, notifier: Notifier) -> None:
        """Relays run in threads, and a call that hangs is left behind in its own."""
        together = Barrier(THREADS)
        problems: list[BaseException] = []

        def send(number: int) -> None:
            try:
                together.wait(PATIENCE)
                for message in messages():
                    notifier.send(evolve(message, key=f"{message.key}:{number}"))
            except BaseException as error:  # noqa: BLE001  shown below, in the test's own thread
                problems.append(error)

        threads = [Thread(target=send, args=(n,), daemon=True) for n in range(THREADS)]
        for thread in threads:
            thread.start()
        until = perf_counter() + PATIENCE
        for thread in threads:
            thread.join(max(0.0, until - perf_counter()))
        hanging = sum(thread.is_alive() for thread in threads)
        assert not hanging, (
            f"check that `send` comes back when several threads call: {hanging} of {THREADS} "
            f"have not within {PATIENCE:g} seconds"
        )
        assert not problems, f"check that several threads may call at once: {problems[0]!r}"
        arrived = self.arrived(notifier)
        if arrived is not None:
            kinds = {key.rpartition(":")[0] for key in arrived}
            lost = {f"{kind}:{n}" for kind in kinds for n in range(THREADS)} - set(arrived)
            assert not lost, f"check that no message is lost between threads: {sorted(lost)}"

    def _accepted(self, notifier: Notifier, message: Message) -> None:
        answer: object = notifier.send(message)  # type: ignore[func-returns-value]
        close = getattr(answer, "close", None)
        if close is not None:
            close()
        assert answer is None, (
            f"check that `send` returns None, and is no coroutine function: {answer!r}"
        )


def _failure(notifier: Notifier, message: Message) -> NotifyError | None:
    """How a notifier says that it could not hand on a message; ``None`` if it accepted it."""
    try:
        notifier.send(message)
    except NotifyError as error:
        return error
    return None
