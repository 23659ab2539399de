"""The kit for notifiers passes good ones and finds each broken one, by the test of its clause."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Sequence
from threading import Event, Lock, get_ident
from typing import Any

import pytest
from _pytest.outcomes import Failed, Skipped

from whistle_engine.errors import NotifyError
from whistle_engine.notify.api import Message, Notifier
from whistle_engine.notify.log import LogNotifier
from whistle_engine.notify.memory import MemoryNotifier
from whistle_engine.testing import notifiers
from whistle_engine.testing.notifiers import THREADS, NotifierContract, messages


class Gateway:
    """A far side: keeps each key once."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.lock = Lock()

    def post(self, key: str) -> None:
        with self.lock:
            if key not in self.keys:
                self.keys.append(key)


class Good:
    """A notifier as it should be."""

    name = "good"

    def __init__(self) -> None:
        self.gateway = Gateway()

    def send(self, message: Message) -> None:
        self.gateway.post(message.key)


class Down(Good):
    """Its far side is down."""

    def send(self, message: Message) -> None:
        raise NotifyError(f"the gateway does not answer about {message.key}", retry=True)


class TestMemory(NotifierContract):
    @pytest.fixture
    def notifier(self) -> Notifier:
        return MemoryNotifier()

    def arrived(self, notifier: Notifier) -> Sequence[str]:
        assert isinstance(notifier, MemoryNotifier)
        return [message.key for message in notifier.messages]


class TestLog(NotifierContract):
    @pytest.fixture
    def notifier(self) -> Notifier:
        return LogNotifier(logging.getLogger("kit"))


class TestGood(NotifierContract):
    @pytest.fixture
    def notifier(self) -> Notifier:
        return Good()

    @pytest.fixture
    def failing(self) -> Notifier:
        return Down()

    def arrived(self, notifier: Notifier) -> Sequence[str]:
        assert isinstance(notifier, Good)
        return notifier.gateway.keys


# ------------------------------------------------------------------------------- broken ones


class Nameless(Good):
    name = ""


class Wordy(Good):
    name = "our SMS: gateway"


class Method(Good):
    def name(self) -> str:  # type: ignore[override]
        return "method"


class Changing(Good):
    @property
    def name(self) -> str:  # type: ignore[override]
        self.gateway.post("x")
        self.gateway.keys.append("x")
        return f"n{len(self.gateway.keys)}"


class Foreign(Good):
    name = "短信"


class Picky(Good):
    """Raises for what is none of its business."""

    def send(self, message: Message) -> None:
        if message.actor is None:
            raise NotifyError("no person, no number", retry=False)
        super().send(message)


class Coroutine(Good):
    async def send(self, message: Message) -> None:  # type: ignore[override]
        self.gateway.post(message.key)


class Chatty(Good):
    def send(self, message: Message) -> None:
        super().send(message)
        return message.key  # type: ignore[return-value]


class Blackhole(Good):
    def send(self, message: Message) -> None:
        """Accept everything, and do nothing."""


class OwnKeys(Good):
    """A key of its own each time: receivers cannot tell that they have it already."""

    def send(self, message: Message) -> None:
        self.gateway.post(f"{message.key}/{len(self.gateway.keys)}")


class Once(Good):
    """An error when a message comes again."""

    def send(self, message: Message) -> None:
        if message.key in self.gateway.keys:
            raise NotifyError("sent before", retry=False)
        super().send(message)


class ByWords(Good):
    """Drops what reads the same, though it is another message."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def send(self, message: Message) -> None:
        if message.text.zh not in self.seen:
            self.seen.add(message.text.zh)
            super().send(message)


class OneThread(Good):
    """Keeps what only the thread that made it may use, as some database drivers do."""

    def __init__(self) -> None:
        super().__init__()
        self.home = get_ident()

    def send(self, message: Message) -> None:
        if get_ident() != self.home:
            raise RuntimeError("made in another thread")
        super().send(message)


class OnlyFirst(Good):
    """Loses messages of all threads but one."""

    def send(self, message: Message) -> None:
        if not message.key.endswith(":5"):
            super().send(message)


class Silent(Good):
    """Its far side is down, and it says nothing."""

    def send(self, message: Message) -> None:
        pass


class OtherError(Good):
    def send(self, message: Message) -> None:
        raise OSError(f"down: {message.key}")


class Unsure(Good):
    def send(self, message: Message) -> None:
        raise NotifyError(message.key, retry="perhaps")  # type: ignore[arg-type]


class Quoting(Good):
    def send(self, message: Message) -> None:
        raise NotifyError(f"could not send {message.text.zh}", retry=True)


BROKEN: list[tuple[Callable[[], Any], str, str]] = [
    (Nameless, "test_name_is_a_short_code", "is not empty"),
    (Wordy, "test_name_is_a_short_code", "no blank or colon"),
    (Method, "test_name_is_a_short_code", "a string, not a method"),
    (Changing, "test_name_is_a_short_code", "does not change"),
    (Foreign, "test_name_is_a_short_code", "plain ASCII"),
    (Picky, "test_n1_every_kind_of_message_is_accepted", "no person"),
    (Coroutine, "test_n1_every_kind_of_message_is_accepted", "no coroutine function"),
    (Chatty, "test_n1_every_kind_of_message_is_accepted", "returns None"),
    (Blackhole, "test_n1_every_kind_of_message_is_accepted", "nothing did"),
    (OwnKeys, "test_n1_every_kind_of_message_is_accepted", "keys arrive unchanged"),
    (Silent, "test_n2_a_failure_is_told", "nothing was"),
    (OtherError, "test_n2_a_failure_is_told", "down"),
    (Unsure, "test_n2_a_failure_is_told", "True or False"),
    (Quoting, "test_n2_a_failure_is_told", "do not quote"),
    (Once, "test_n3_the_same_message_again_is_fine", "sent before"),
    (OwnKeys, "test_n3_the_same_message_again_is_fine", "that of the message"),
    (ByWords, "test_n3_different_messages_are_not_taken_for_one", "another key arrive"),
    (OneThread, "test_n4_several_threads_may_call", "several threads"),
    (OnlyFirst, "test_n4_several_threads_may_call", "lost between threads"),
]


@pytest.mark.parametrize(
    ("make", "test", "says"), BROKEN, ids=[f"{m.__name__}-{t}" for m, t, _ in BROKEN]
)
def test_each_broken_notifier_is_found(make: Callable[[], Any], test: str, says: str) -> None:
    with pytest.raises((AssertionError, Failed, NotifyError, OSError), match=says):
        getattr(TestGood(), test)(make())


def test_a_notifier_that_hangs_when_several_call_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    never = Event()

    class HangsTogether(Good):
        first = Lock()

        def send(self, message: Message) -> None:
            if not self.first.acquire(blocking=False):
                never.wait()
            super().send(message)

    monkeypatch.setattr(notifiers, "PATIENCE", 0.3)
    try:
        with pytest.raises(AssertionError, match=f"`send` comes back .* of {THREADS} have not"):
            TestGood().test_n4_several_threads_may_call(HangsTogether())
    finally:
        never.set()


def test_every_test_of_the_kit_finds_something() -> None:
    tests = {name for name, _ in inspect.getmembers(NotifierContract) if name.startswith("test_")}
    assert {test for _, test, _ in BROKEN} == tests


def test_what_cannot_be_seen_is_skipped_and_said() -> None:
    with pytest.raises(Skipped, match="N3"):
        TestLog().test_n3_different_messages_are_not_taken_for_one(LogNotifier())


def test_the_samples_are_of_every_audience() -> None:
    assert len({message.audience for message in messages()}) == 3
    assert len({message.key for message in messages()}) == 3
    assert THREADS > 1
