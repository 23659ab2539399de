"""Plugins, with real entry points: packages are laid on the path as an installer lays them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from whistle_engine.errors import PluginError, PolicyError
from whistle_engine.hookspecs import (
    GROUP,
    CalendarSource,
    Hooks,
    NotifierFactory,
    PolicySource,
    StoreFactory,
    SuggesterFactory,
    Suggestion,
    hookimpl,
)
from whistle_engine.notify.log import LogNotifier
from whistle_engine.notify.memory import MemoryNotifier
from whistle_engine.plugins import KINDS, OURS, Plugins, Problem, masked
from whistle_engine.policy_file import Files, completed, shipped, shipped_files, shipped_rules
from whistle_engine.storage.api import CONTRACT
from whistle_engine.storage.memory import MemoryStore

Install = Callable[..., None]

GOOD = """
from whistle_engine.hookspecs import NotifierFactory, StoreFactory, hookimpl
from whistle_engine.storage.memory import MemoryStore

opened = []

def open_store(url, *, create):
    opened.append(url)
    return MemoryStore()

@hookimpl
def whistle_stores():
    return [StoreFactory(scheme="acme", open=open_store, contract=1)]
"""


@pytest.fixture
def install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Install:
    """Lay a package on the path: a module, and beside it what an installer writes of it."""
    monkeypatch.syspath_prepend(tmp_path)

    def lay(package: str, source: str, *, name: str | None = None, at: str = "") -> None:
        module = package.replace("-", "_")
        (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", encoding="utf-8"
        )
        (info / "entry_points.txt").write_text(
            f"[{GROUP}]\n{name or module} = {at or module}\n", encoding="utf-8"
        )
        request.addfinalizer(lambda: sys.modules.pop(module, None))

    return lay


# ------------------------------------------------------------------------------- installed


def test_an_installed_plugin_is_found_and_nothing_of_it_opened(install: Install) -> None:
    install("acme-store", GOOD)
    plugins = Plugins.load(strict=True)
    (brought,) = [one for one in plugins.brought if one.package == "acme-store"]
    assert brought.plugin == "acme_store"
    assert plugins.problems == ()
    opened = sys.modules["acme_store"].opened
    assert opened == []
    assert isinstance(plugins.open_store("ACME://host/district"), MemoryStore)
    assert opened == ["ACME://host/district"]


BROKEN = {
    "does not import": ("import nothing_of_that_name\n", "ModuleNotFoundError: No module named"),
    "is no Python": ("def (\n", "SyntaxError"),
    "ends the process": ("raise SystemExit(3)\n", "SystemExit: 3"),
    "has no hook": ("whistle_stores = 1\n", "has none of the hooks"),
    "forgot the mark": ("def whistle_stores():\n    return []\n", "not marked @hookimpl"),
    "names an unknown hook": (
        GOOD + "\n@hookimpl\ndef whistle_stoers():\n    return []\n",
        "unknown hook 'whistle_stoers'",
    ),
    "takes an argument": (
        GOOD.replace("def whistle_stores()", "def whistle_stores(url)"),
        "definition: whistle_stores(url)",
    ),
    "raises in a hook": (
        GOOD + "\n@hookimpl\ndef whistle_notifiers():\n    raise OSError('no config')\n",
        "OSError: no config",
    ),
    "raises while it gives": (
        GOOD + "\n@hookimpl\ndef whistle_notifiers():\n    yield 1 / 0\n",
        "ZeroDivisionError: division by zero",
    ),
    "gives one record": (
        GOOD.replace("return [StoreFactory", "return (StoreFactory").replace(")]", "))"),
        "whistle_stores gives StoreFactory, not several records",
    ),
    "gives another kind": (
        GOOD + "\n@hookimpl\ndef whistle_notifiers():\n"
        "    return [StoreFactory(scheme='other', open=open_store, contract=1)]\n",
        "whistle_notifiers gives StoreFactory, not NotifierFactory",
    ),
    "gives a bad name": (
        GOOD.replace('"acme"', '"Acme DB"'),
        "ValueError: the scheme 'Acme DB' is no name: ",
    ),
    "was made for a later contract": (
        GOOD.replace("contract=1", "contract=2"),
        "made for contract 2, and this release has contract 1: install a release of the engine",
    ),
    "was made for an earlier contract": (
        GOOD.replace("contract=1", "contract=0"),
        "this release has contract 1: install a release of the plugin that fits",
    ),
    "gives what cannot be called": (
        GOOD.replace("open=open_store", "open='acme'"),
        "NotCallableError: 'open' must be callable",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_plugin_is_set_aside_whole_and_told(case: str, install: Install) -> None:
    source, error = BROKEN[case]
    install("acme-broken", source)
    install("zzz-fine", GOOD.replace('"acme"', '"fine"'))
    plugins = Plugins.load()
    (problem,) = plugins.problems
    assert (problem.name, problem.package) == ("acme_broken", "acme-broken")
    assert error in problem.error
    assert "\n" not in problem.error
    assert "acme" not in plugins.names(StoreFactory)
    assert isinstance(plugins.open_store("fine:"), MemoryStore)
    with pytest.raises(PluginError, match=r"'acme_broken' of acme-broken is broken: ") as raised:
        Plugins.load(strict=True)
    assert raised.value.__cause__ is not None


def test_an_entry_point_that_leads_nowhere_is_set_aside(install: Install) -> None:
    install("acme-nowhere", GOOD, at="acme_nowhere:plugin")
    (problem,) = Plugins.load().problems
    assert "has no attribute 'plugin'" in problem.error


def test_two_that_claim_one_name_are_an_error_naming_both_packages(install: Install) -> None:
    install("acme-store", GOOD)
    install("other-store", GOOD)
    for strict in (False, True):
        with pytest.raises(PluginError) as raised:
            Plugins.load(strict=strict)
        assert "the store 'acme' is claimed twice" in str(raised.value)
        assert "acme-store (acme_store)" in str(raised.value)
        assert "other-store (other_store)" in str(raised.value)


def test_nobody_takes_a_name_of_ours(install: Install) -> None:
    install("acme-store", GOOD.replace('"acme"', '"memory"'))
    with pytest.raises(PluginError, match=r"'memory'.*whistle-engine \(built-in\).*acme-store"):
        Plugins.load()


def test_one_plugin_may_not_claim_a_name_twice() -> None:
    with pytest.raises(PluginError, match="claimed twice"):
        Plugins.load(plugins=[stores("one", "one")])


def test_names_of_different_kinds_do_not_clash() -> None:
    plugin = SimpleNamespace(
        whistle_notifiers=hookimpl(lambda: [NotifierFactory(name="xingqing", open=mine)])
    )
    plugin.whistle_notifiers.__name__ = "whistle_notifiers"
    assert "xingqing" in Plugins.load(plugins=[plugin]).names(NotifierFactory)


def test_the_order_of_installing_makes_no_difference(install: Install) -> None:
    install("zzz-store", GOOD.replace('"acme"', '"last"'))
    install("aaa-store", GOOD.replace('"acme"', '"first"'))
    points = list(entry_points(group=GROUP))
    loaded = [Plugins.load(points=each).brought for each in (points, points[::-1])]
    order = [[one.record.name for one in brought if one.package != OURS] for brought in loaded]
    assert order == [["first", "last"]] * 2


def test_an_entry_point_without_a_package_is_told_as_such() -> None:
    point = EntryPoint(name="stray", value="nothing_there", group=GROUP)
    (problem,) = Plugins.load(points=[point]).problems
    assert problem.package == "an unknown package"


# ------------------------------------------------------------------------------- what it opens


@pytest.mark.parametrize("opened", ["None", "object()", "{}"])
def test_what_is_no_store_is_told_with_who_opened_it(opened: str, install: Install) -> None:
    install("acme-store", GOOD.replace("return MemoryStore()", f"return {opened}"))
    said = (
        r"what acme-store \(acme_store\) opens for acme: is no store: \w+ has no append, .*timers"
    )
    with pytest.raises(PluginError, match=said):
        Plugins.load().open_store("acme://x")


@pytest.mark.parametrize("opened", ["None", "object()"])
def test_what_is_no_notifier_is_told_with_who_opened_it(opened: str, install: Install) -> None:
    hook = f"""
from whistle_engine.hookspecs import NotifierFactory, hookimpl

@hookimpl
def whistle_notifiers():
    return [NotifierFactory(name="sms", open=lambda address: {opened})]
"""
    install("acme-sms", hook)
    said = r"what acme-sms \(acme_sms\) opens for sms is no notifier: \w+ has no name, send"
    with pytest.raises(PluginError, match=said):
        Plugins.load().notifier("sms:here")


def test_an_error_that_cannot_be_told_sets_its_plugin_aside_all_the_same(
    install: Install,
) -> None:
    odd = "class Odd(Exception):\n    def __str__(self):\n        return 1 / 0\nraise Odd\n"
    install("acme-odd", odd)
    (problem,) = Plugins.load().problems
    assert problem.error == "Odd"


def test_a_store_that_lacks_one_call_is_told_so(install: Install) -> None:
    half = "class Half:\n    def __getattr__(self, name):\n        if name != 'scan':\n"
    half += "            return print\n        raise AttributeError(name)\n"
    install("acme-store", GOOD.replace("return MemoryStore()", "return Half()") + half)
    with pytest.raises(PluginError, match=r"is no store: Half has no scan$"):
        Plugins.load().open_store("acme:")


def test_a_store_is_not_read_to_see_whether_it_is_one(install: Install) -> None:
    """What its properties raise is for those who use them."""
    kind = "class Silent(MemoryStore):\n    @property\n    def timers(self):\n        1 / 0\n"
    install("acme-store", GOOD.replace("return MemoryStore()", "return Silent()") + kind)
    assert isinstance(Plugins.load().open_store("acme:"), MemoryStore)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("broken: password=secret", "broken: password=***"),
        ("DB_PASSWORD='se cret' host=db", "DB_PASSWORD=*** host=db"),
        ('{"api_key": "secret", "a": 1}', '{"api_key": ***, "a": 1}'),
        ("pg://me:secret@db/x?token=secret&a=1", "pg://me:***@db/x?token=***&a=1"),
        ("pg://me@db/x, sqlite:////tmp/a:b@c.db", "pg://me@db/x, sqlite:////tmp/a:b@c.db"),
        ("pg://me:sec/ret@db/x", "pg://me:***@db/x"),
        ("pg://me:p@ss@db/x", "pg://me:***@db/x"),
        ("no 'password' was given", "no 'password' was given"),
    ],
)
def test_passwords_in_what_a_broken_plugin_says_are_masked(
    said: str, shown: str, install: Install
) -> None:
    assert masked(said) == shown
    install("acme-broken", f"raise RuntimeError({said!r})\n")
    (problem,) = Plugins.load().problems
    assert problem.error == f"RuntimeError: {shown}"
    with pytest.raises(PluginError) as raised:
        Plugins.load(strict=True)
    assert "secret" not in str(raised.value)


# ------------------------------------------------------------------------------- objects first


class Stores:
    """A plugin as an object."""

    def __init__(self, *schemes: str) -> None:
        self.schemes = schemes

    @hookimpl
    def whistle_stores(self) -> list[StoreFactory]:
        return [
            StoreFactory(scheme=scheme, open=self.open, contract=CONTRACT)
            for scheme in self.schemes
        ]

    def open(self, _url: str, *, create: bool) -> MemoryStore:
        assert create
        return MemoryStore()


def stores(*schemes: str) -> Stores:
    return Stores(*schemes)


def mine(address: str) -> MemoryNotifier:
    return MemoryNotifier(address)


def test_a_caller_can_bring_plugins_as_objects() -> None:
    plugins = Plugins.load(plugins=[stores("mine")], points=[])
    assert isinstance(plugins.open_store("mine://x"), MemoryStore)
    (brought,) = [one for one in plugins.brought if one.package != OURS]
    assert (brought.plugin, brought.package) == ("Stores", "the caller")


def test_whatever_has_a_name_can_be_given_as_an_object() -> None:
    plugins = Plugins.load(points=[])
    store, notifier, suggester = MemoryStore(), MemoryNotifier(), Leaks()
    assert plugins.open_store(store) is store
    assert plugins.notifier(notifier) is notifier
    assert plugins.suggester(suggester) is suggester
    rules = shipped_rules()
    assert plugins.rules(rules) is rules


# ------------------------------------------------------------------------------- what is ours


def test_what_is_built_in() -> None:
    plugins = Plugins.load(points=[])
    assert {one.package for one in plugins.brought} == {OURS}
    assert plugins.problems == ()
    assert "memory" in plugins.names(StoreFactory)
    assert plugins.names(NotifierFactory) == ("log", "memory")
    assert "xingqing" in plugins.names(PolicySource)
    assert plugins.names(CalendarSource) == ("cn", "ningxia")
    assert plugins.names(SuggesterFactory) == ()


def test_our_stores_open(tmp_path: Path) -> None:
    plugins = Plugins.load(points=[])
    first, second = plugins.open_store("memory:"), plugins.open_store("memory://")
    assert isinstance(first, MemoryStore)
    assert first is not second
    with pytest.raises(PluginError, match="has no address"):
        plugins.open_store("memory://host")
    store = plugins.open_store(f"sqlite:///{tmp_path}/whistle.db")
    store.put_document("d", b"x")
    assert store.get_document("d") == b"x"
    store.close()
    assert list(tmp_path.iterdir())


def test_our_notifiers_open() -> None:
    plugins = Plugins.load(points=[])
    assert isinstance(plugins.notifier("log"), LogNotifier)
    assert isinstance(plugins.notifier("log:en"), LogNotifier)
    memory = plugins.notifier("memory:second")
    assert isinstance(memory, MemoryNotifier)
    assert memory.name == "second"
    assert plugins.notifier("memory").name == "memory"
    with pytest.raises(PluginError, match="say log, log:zh or log:en"):
        plugins.notifier("log:fr")


def test_our_rules_are_the_shipped_ones() -> None:
    rules, ours = Plugins.load(points=[]).rules("xingqing"), shipped_rules("xingqing")
    assert rules.policy_digest == ours.policy_digest
    assert rules.directory_digest == ours.directory_digest


# ------------------------------------------------------------------------------- rules


class City:
    """A city's policy, with a calendar of its own."""

    def __init__(self, calendar: str = "moon") -> None:
        self.used = calendar

    @hookimpl
    def whistle_policies(self) -> list[PolicySource]:
        return [PolicySource(name="city", policy=self.policy, directory=self.directory)]

    @hookimpl
    def whistle_calendars(self) -> list[CalendarSource]:
        return [CalendarSource(name="moon", read=self.calendar)]

    def policy(self) -> Files:
        files = shipped_files("xingqing")
        main = files.main.replace(b'use = ["cn", "ningxia"]', f'use = ["{self.used}"]'.encode())
        assert main != files.main
        beside = (file for file in files.files[1:] if not file[0].startswith("calendars/"))
        return Files(((files.name, main), *beside))

    def directory(self) -> Files:
        return shipped_files("xingqing.directory")

    def calendar(self) -> bytes:
        return shipped("cn", folder="calendars") + b"# by the moon\n"


def test_a_policy_finds_the_calendar_of_a_plugin() -> None:
    plugins = Plugins.load(plugins=[City()], points=[])
    rules = plugins.rules("city")
    moon = completed(City().policy(), lambda _: City().calendar())
    assert moon.get("calendars/moon.toml") == City().calendar()
    assert rules.policy_digest == moon.digest


def test_a_policy_whose_calendar_nobody_brings_says_so() -> None:
    plugins = Plugins.load(plugins=[City("sun")], points=[])
    with pytest.raises(
        PluginError, match="no calendar is called 'sun'; there is cn, moon, ningxia"
    ):
        plugins.rules("city")


@pytest.mark.parametrize("policy", [b"not toml =", b"\xff", b"calendar = 3\n", b"[calendar]\n"])
def test_mistakes_in_a_policy_are_told_by_who_reads_it(policy: bytes) -> None:
    class Wrong(City):
        @hookimpl
        def whistle_policies(self) -> list[PolicySource]:
            return [PolicySource(name="city", policy=lambda: policy, directory=self.directory)]

    with pytest.raises(PolicyError):
        Plugins.load(plugins=[Wrong()], points=[]).rules("city")


# ------------------------------------------------------------------------------- suggesters


class Leaks:
    """Knows one word."""

    def suggest(self, words: str) -> list[Suggestion]:
        at = words.find("漏水")
        if at < 0:
            return []
        return [Suggestion(fact="category", value="pipes", percent=80, first=at, last=at + 2)]

    @hookimpl
    def whistle_suggesters(self) -> list[SuggesterFactory]:
        return [SuggesterFactory(name="leaks", open=Leaks)]


def test_a_suggester_reads_words_and_names_facts() -> None:
    suggester = Plugins.load(plugins=[Leaks()], points=[]).suggester("leaks")
    (found,) = suggester.suggest("楼上漏水三天了")
    assert (found.fact, found.value) == ("category", "pipes")
    assert "楼上漏水三天了"[found.first : found.last] == "漏水"
    assert suggester.suggest("路灯不亮") == []
    with pytest.raises(ValueError, match="'percent' must be <= 100"):
        Suggestion(fact="category", value="pipes", percent=101)


# ------------------------------------------------------------------------------- not there


def test_what_nobody_brings_is_told_with_what_there_is() -> None:
    plugins = Plugins.load(plugins=[stores("postgres")], points=[])
    with pytest.raises(
        PluginError, match=r"no store is called 'postgers'; there is .*memory.*"
    ) as e:
        plugins.open_store("postgers://host/db")
    assert "did you mean 'postgres'?" in str(e.value)
    with pytest.raises(PluginError, match=r"'whistle\.db' is no URL of a store"):
        plugins.open_store("whistle.db")
    with pytest.raises(PluginError, match="no suggester is called 'x'; there is none"):
        plugins.suggester("x")
    for ask in (plugins.notifier, plugins.calendar, plugins.rules):
        with pytest.raises(PluginError, match="is called 'nothing'"):
            ask("nothing")


def test_what_was_set_aside_is_named_where_it_is_missed(install: Install) -> None:
    install("acme-broken", "import nothing_of_that_name\n")
    with pytest.raises(PluginError, match="acme-broken was set aside: ModuleNotFoundError"):
        Plugins.load().open_store("acme://x")


def test_every_hook_has_a_kind_and_a_prefix() -> None:
    hooks = {name for name in vars(Hooks) if not name.startswith("_")}
    assert hooks == set(KINDS)
    assert all(name.startswith("whistle_") for name in hooks)
    assert all(getattr(Hooks(), name)() == () for name in hooks)
    with pytest.raises(AttributeError):
        Problem(name="a", package="b", error="c").name = "d"  # type: ignore[misc]


# ------------------------------------------------------------------------------- at import


def loaded_by(statement: str) -> set[str]:
    script = (
        "import json, sys; before = set(sys.modules)\n"
        f"{statement}\n"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run(  # noqa: S603  a fixed command
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    found: list[Any] = json.loads(done.stdout)
    return set(found)


def test_the_engine_needs_no_plugins() -> None:
    loaded = loaded_by("from whistle_engine import Engine, MemoryStore")
    assert loaded.isdisjoint({"pluggy", "whistle_engine.plugins", "whistle_engine.hookspecs"})


def test_loading_plugins_opens_neither_stores_nor_notifiers() -> None:
    loaded = loaded_by("from whistle_engine.plugins import Plugins; Plugins.load(points=[])")
    assert loaded.isdisjoint(
        {
            "sqlite3",
            "whistle_engine.storage.memory",
            "whistle_engine.storage.sqlite._store",
            "whistle_engine.notify.log",
            "whistle_engine.notify.memory",
        }
    )
