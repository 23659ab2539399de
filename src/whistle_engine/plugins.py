"""What is there by name: stores, notifiers, policies, calendars, suggesters; built in or brought.

Nothing is loaded until :meth:`Plugins.load` is called. It loads entry points one at a time: one
that is broken is set aside whole and told in :attr:`Plugins.problems`; authors ask for ``strict``.
Two that claim one name are an error that names both packages, whatever is asked for: which of them
a city would get must not hang on the order in which they were installed.

Whatever a plugin gives by name, a caller can pass as an object.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, TypeVar, cast

import pluggy
from attrs import field, frozen

from whistle_engine._builtin import BuiltIn
from whistle_engine.errors import PluginError
from whistle_engine.hookspecs import (
    GROUP,
    PROJECT,
    CalendarSource,
    Hooks,
    NotifierFactory,
    PolicySource,
    StoreFactory,
    Suggester,
    SuggesterFactory,
)
from whistle_engine.notify.api import Notifier
from whistle_engine.policy_file import completed, load_rules
from whistle_engine.rules import Rules
from whistle_engine.storage.api import Store

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

OURS = "whistle-engine"
"""The package of what is built in."""

Named = StoreFactory | NotifierFactory | PolicySource | CalendarSource | SuggesterFactory
"""What a plugin registers."""

KINDS: Mapping[str, type[Named]] = {
    "whistle_stores": StoreFactory,
    "whistle_notifiers": NotifierFactory,
    "whistle_policies": PolicySource,
    "whistle_calendars": CalendarSource,
    "whistle_suggesters": SuggesterFactory,
}
"""What each hook gives."""

CALLED: Mapping[type[Named], str] = {
    StoreFactory: "store",
    NotifierFactory: "notifier",
    PolicySource: "policy",
    CalendarSource: "calendar",
    SuggesterFactory: "suggester",
}
"""What the records are called in messages."""

_PASSWORD = re.compile(r"(?<=://)([^/@:\s]*):\S*@")
_SECRET = re.compile(
    r"""(?P<key>\b\w*(?:password|passwd|pwd|secret|token|api_?key|access_?key)["']?\s*[=:]\s*)"""
    r"""(?P<value>"[^"]*"|'[^']*'|[^\s&;,)}\]]+)""",
    re.IGNORECASE,
)

_ASKED = frozenset(
    name for part in Store.__mro__ for name in vars(part) if not name.startswith("_")
)
"""What a store has to have."""

R = TypeVar("R", StoreFactory, NotifierFactory, PolicySource, CalendarSource, SuggesterFactory)


@frozen(kw_only=True)
class Problem:
    """A plugin that was set aside.

    Attributes:
        name: the entry point's name.
        package: the package that brought it.
        error: what is wrong, in one line, its passwords masked.
    """

    name: str
    package: str
    error: str


@frozen(kw_only=True)
class Brought:
    """A record and who brought it.

    Attributes:
        plugin: the entry point's name.
        package: the package.
        record: what was registered.
    """

    plugin: str
    package: str
    record: Named


@frozen(kw_only=True)
class Plugins:
    """Everything that is there by name.

    Attributes:
        brought: all records, those that are built in first.
        problems: the plugins that were set aside.
    """

    brought: tuple[Brought, ...]
    problems: tuple[Problem, ...] = ()
    _known: Mapping[tuple[type[Named], str], Named] = field(init=False, repr=False, eq=False)

    @_known.default
    def _index(self) -> Mapping[tuple[type[Named], str], Named]:
        found: dict[tuple[type[Named], str], Brought] = {}
        for one in self.brought:
            key = (type(one.record), one.record.name)
            other = found.setdefault(key, one)
            if other is not one:
                raise PluginError(
                    f"the {CALLED[key[0]]} {key[1]!r} is claimed twice: by {_who(other)} and by "
                    f"{_who(one)}; remove one of them, or have its author choose another name",
                    code="plugin_claimed_twice",
                )
        return {key: one.record for key, one in found.items()}

    @classmethod
    def load(
        cls,
        *,
        strict: bool = False,
        plugins: Iterable[object] = (),
        points: Iterable[EntryPoint] | None = None,
    ) -> Plugins:
        """Load what is built in, what is installed, and what the caller has.

        Args:
            strict: raise where a plugin is broken, with its own error as the cause.
            plugins: modules or objects with hooks, besides those that are installed.
            points: the entry points, instead of those that are installed.

        Raises:
            PluginError: two claim one name; or, if ``strict``, one is broken.
        """
        from importlib.metadata import entry_points  # noqa: PLC0415  needed only here

        found = [*_records(BuiltIn(), "built-in", OURS)]
        problems: list[Problem] = []
        installed = entry_points(group=GROUP) if points is None else points
        waiting: Iterator[tuple[str, str, Callable[[], object]]] = chain(
            (
                (point.name, _package(point), point.load)
                for point in sorted(installed, key=lambda point: (_package(point), point.name))
            ),
            ((_called(plugin), "the caller", _itself(plugin)) for plugin in plugins),
        )
        for name, package, load in waiting:
            try:
                found += _records(load(), name, package)
            except (Exception, SystemExit) as error:  # a plugin may not end the process
                problem = Problem(name=name, package=package, error=_line(error))
                if strict:
                    raise PluginError(
                        f"the plugin {name!r} of {package} is broken: {problem.error}"
                    ) from error
                problems.append(problem)
        return cls(brought=tuple(found), problems=tuple(problems))

    # --------------------------------------------------------------------------- by name

    def open_store(self, where: str | Store, *, create: bool = True) -> Store:
        """Open a store by its URL; a store object is given back as it is.

        Args:
            where: such as ``memory:`` or ``sqlite:///whistle.db``.
            create: make one where there is none.

        Raises:
            PluginError: nobody registered a store for the scheme, it is no URL, or what was
                registered gives something else than a store.
            StoreError: it cannot be opened; or there is none, and none is to be made.
        """
        if not isinstance(where, str):
            return where
        scheme, colon, _ = where.partition(":")
        if not colon:
            known = ", ".join(sorted(self.names(StoreFactory)))
            raise PluginError(
                f"{where!r} is no URL of a store: it begins with a scheme and a colon, such as "
                f"memory: or sqlite:///whistle.db (schemes: {known})",
                code="store_url",
            )
        factory = self._get(StoreFactory, scheme.lower())
        store = factory.open(where, create=create)
        return cast("Store", self._opened(factory, f"{factory.scheme}:", store, *_ASKED))

    def _opened(self, factory: Named, name: str, found: object, *asked: str) -> object:
        """What a factory opened, if it has what it has to have."""
        missing = sorted(each for each in asked if not _has(found, each))
        if missing:
            who = next(_who(one) for one in self.brought if one.record is factory)
            raise PluginError(
                f"what {who} opens for {name} is no {CALLED[type(factory)]}: "
                f"{type(found).__name__} has no {', '.join(missing)}"
            )
        return found

    def notifier(self, name: str | Notifier) -> Notifier:
        """A notifier by its name, or ``NAME:ADDRESS``; an object is given back as it is.

        Raises:
            PluginError: nobody registered a notifier of the name, or what was registered gives
                something else.
        """
        if not isinstance(name, str):
            return name
        code, _, address = name.partition(":")
        factory = self._get(NotifierFactory, code)
        return cast("Notifier", self._opened(factory, code, factory.open(address), "name", "send"))

    def suggester(self, name: str | Suggester) -> Suggester:
        """A suggester by its name; an object is given back as it is.

        Raises:
            PluginError: nobody registered a suggester of the name, or what was registered gives
                something else.
        """
        if not isinstance(name, str):
            return name
        factory = self._get(SuggesterFactory, name)
        return cast("Suggester", self._opened(factory, name, factory.open(), "suggest"))

    def calendar(self, name: str) -> bytes:
        """The bytes of a calendar's file, by its name.

        Raises:
            PluginError: nobody registered a calendar of the name.
        """
        return self._get(CalendarSource, name).read()

    def rules(self, name: str | Rules) -> Rules:
        """The rules of a city by their name, with the calendar that they use; rules as they are.

        Raises:
            PluginError: nobody registered a policy of the name, or the calendar that it uses.
            PolicyError: the files have mistakes.
        """
        if not isinstance(name, str):
            return name
        source = self._get(PolicySource, name)
        return load_rules(completed(source.policy(), self.calendar), source.directory())

    def names(self, kind: type[Named]) -> tuple[str, ...]:
        """The names of one kind of record, sorted."""
        return tuple(sorted(name for of, name in self._known if of is kind))

    def _get(self, kind: type[R], name: str) -> R:
        found = self._known.get((kind, name))
        if found is not None:
            return cast("R", found)
        known = self.names(kind)
        from difflib import get_close_matches  # noqa: PLC0415  needed only here

        near = get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        aside = "".join(f"; {p.package} was set aside: {p.error}" for p in self.problems)
        raise PluginError(
            f"no {CALLED[kind]} is called {name!r}; there is {', '.join(known) or 'none'}"
            f"{hint}{aside}",
            code="plugin_unknown",
        )


# ------------------------------------------------------------------------------- one plugin


def _records(plugin: object, name: str, package: str) -> tuple[Brought, ...]:
    """What one plugin registers: all of it, or an error.

    Raises:
        PluginError: it has no hook, one that is unknown, or gives what it should not.
        Exception: whatever a hook of it raised.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    manager.register(plugin, name=name)
    manager.check_pending()
    if not manager.get_hookcallers(plugin):
        known = ", ".join(KINDS)
        raise PluginError(f"it has none of the hooks ({known}), or they are not marked @hookimpl")
    return tuple(
        Brought(plugin=name, package=package, record=_checked(record, hook))
        for hook in KINDS
        for result in getattr(manager.hook, hook)()
        for record in _several(result, hook)
    )


def _several(result: object, hook: str) -> Sequence[object]:
    if not isinstance(result, Iterable):
        raise PluginError(f"{hook} gives {type(result).__name__}, not several records")
    return tuple(result)


def _checked(record: object, hook: str) -> Named:
    wanted = KINDS[hook]
    if not isinstance(record, wanted):
        raise PluginError(f"{hook} gives {type(record).__name__}, not {wanted.__name__}")
    return record


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "an unknown package"


def _who(one: Brought) -> str:
    return f"{one.package} ({one.plugin})"


def _called(plugin: object) -> str:
    return str(getattr(plugin, "__name__", type(plugin).__name__))


def _itself(plugin: object) -> Callable[[], object]:
    return lambda: plugin


def _has(thing: object, name: str) -> bool:
    """Whether a thing has an attribute; that of its class is not read, since it may do work."""
    return hasattr(type(thing), name) or hasattr(thing, name)


def masked(text: str) -> str:
    """A text as it can be shown: passwords in URLs, and what is set to a secret's name, masked."""
    return _SECRET.sub(r"\g<key>***", _PASSWORD.sub(r"\1:***@", text))


def _line(error: BaseException) -> str:
    try:
        said = masked(" ".join(str(error).split()))
    except Exception:  # noqa: BLE001  an error that cannot say what it is, is one all the same
        said = ""
    kind = type(error).__name__
    return said if isinstance(error, PluginError) and said else f"{kind}: {said}".rstrip(": ")


__all__ = ["Brought", "Plugins", "Problem"]
