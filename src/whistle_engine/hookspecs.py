"""What a plugin may register: a few hooks, each giving named records.

A plugin is a module (or any object) with some of these functions, marked by :data:`hookimpl`::

    from whistle_engine.hookspecs import StoreFactory, hookimpl


    @hookimpl
    def whistle_stores():
        return [StoreFactory(scheme="mydb", open=open_store, contract=1)]

Its package names it as an entry point of the group ``whistle_engine``. A hook only registers: it is
called once, when plugins are loaded, opens nothing and delivers nothing. What it names is
opened by :class:`whistle_engine.plugins.Plugins` when somebody asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import pluggy
from attrs import Attribute, field, frozen, validators

from whistle_engine.notify.api import Notifier
from whistle_engine.policy_file import Files
from whistle_engine.storage.api import CONTRACT, Store

GROUP = "whistle_engine"
"""The group of entry points."""

PROJECT = "whistle_engine"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin as one of the hooks below."""

_NAME = re.compile(r"[a-z][a-z0-9]*([+._-][a-z0-9]+)*")


def _named(_record: object, attribute: Attribute[str], value: str) -> None:
    if not _NAME.fullmatch(value):
        raise ValueError(
            f"the {attribute.name} {value!r} is no name: small letters and digits, from a letter "
            "on, with + . _ or - between them"
        )


_callable: Any = validators.is_callable()  # of whatever arguments


class OpensStore(Protocol):
    """Opens stores of one kind."""

    def __call__(self, url: str, /, *, create: bool) -> Store:
        """Open the store at a URL; the caller closes it.

        Args:
            url: all of it, scheme included.
            create: make one where there is none.

        Raises:
            StoreNotFound: there is none, and none is to be made.
        """
        ...


def _known(_record: object, _attribute: Attribute[int], value: int) -> None:
    if value != CONTRACT:
        raise ValueError(
            f"the store was made for contract {value}, and this release has contract {CONTRACT}: "
            f"install a release of {'the engine' if value > CONTRACT else 'the plugin'} that fits"
        )


@frozen(kw_only=True)
class StoreFactory:
    """A kind of store, by the scheme of its URLs.

    Attributes:
        scheme: what stands before the first colon: ``mydb`` in ``mydb://host/district``.
        open: opens the store at a whole URL.
        contract: the number of the contract that the store was made for and checked against, as
            it stood in :data:`.storage.api.CONTRACT` then. A plugin with another one is set aside.
    """

    scheme: str = field(validator=_named)
    open: OpensStore = field(validator=_callable)
    contract: int = field(validator=_known)

    @property
    def name(self) -> str:
        """The scheme."""
        return self.scheme


@frozen(kw_only=True)
class NotifierFactory:
    """A kind of notifier.

    Attributes:
        name: what it is asked for by, such as ``sms``.
        open: makes one; it is given what stands behind the first colon of ``sms:ADDRESS``, or
            nothing.
    """

    name: str = field(validator=_named)
    open: Callable[[str], Notifier] = field(validator=_callable)


@frozen(kw_only=True)
class PolicySource:
    """A city's rules.

    Attributes:
        name: what they are asked for by, such as ``xingqing``.
        policy: gives the policy's files, or the bytes of one alone.
        directory: gives those of the directory.
    """

    name: str = field(validator=_named)
    policy: Callable[[], Files | bytes] = field(validator=_callable)
    directory: Callable[[], Files | bytes] = field(validator=_callable)


@frozen(kw_only=True)
class CalendarSource:
    """The days of a country or region that differ from Monday to Friday.

    Attributes:
        name: what a policy names it by, in ``calendar.use``.
        read: gives the bytes of the calendar's file.
    """

    name: str = field(validator=_named)
    read: Callable[[], bytes] = field(validator=_callable)


@frozen(kw_only=True)
class Suggestion:
    """A fact that words seem to state; a person, or a rule of the host, decides.

    Attributes:
        fact, value: of those that the policy declares.
        percent: how sure the suggester is, 0 to 100.
        first, last: the part of the words that says so, from the first character's index up to,
            without, the last's; equal if no part does.
    """

    fact: str
    value: str
    percent: int = field(validator=[validators.ge(0), validators.le(100)])
    first: int = 0
    last: int = 0


class Suggester(Protocol):
    """Reads words and suggests facts; the same words give the same suggestions."""

    def suggest(self, words: str) -> Sequence[Suggestion]:
        """The facts that the words seem to state, the surest first; nothing, if none.

        Args:
            words: what a resident wrote; they are neither kept nor handed on.
        """
        ...


@frozen(kw_only=True)
class SuggesterFactory:
    """A kind of suggester.

    Attributes:
        name: what it is asked for by.
        open: makes one; it may load a model then.
    """

    name: str = field(validator=_named)
    open: Callable[[], Suggester] = field(validator=_callable)


class Hooks:
    """Every hook that there is."""

    @hookspec
    def whistle_stores(self) -> Iterable[StoreFactory]:
        """The stores that this plugin brings, by URL scheme."""
        return ()

    @hookspec
    def whistle_notifiers(self) -> Iterable[NotifierFactory]:
        """The notifiers that this plugin brings."""
        return ()

    @hookspec
    def whistle_policies(self) -> Iterable[PolicySource]:
        """The policies that this plugin brings, each with a directory."""
        return ()

    @hookspec
    def whistle_calendars(self) -> Iterable[CalendarSource]:
        """The calendars that this plugin brings."""
        return ()

    @hookspec
    def whistle_suggesters(self) -> Iterable[SuggesterFactory]:
        """The suggesters that this plugin brings."""
        return ()


__all__ = [
    "GROUP", "CalendarSource", "Hooks", "NotifierFactory", "PolicySource", "StoreFactory",
    "Suggester", "SuggesterFactory", "Suggestion", "hookimpl",
]  # fmt: skip
