"""``whistle matter``, ``ledger`` and ``inbox``: what a store tells, and to whom."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support import tiny_directory, tiny_policy
from tests.unit.cli_stores import (
    NOW,
    RESIDENT,
    at_work,
    documented,
    filled,
    is_wrong,
    keys,
    run,
)
from whistle_engine.cli.filling import width
from whistle_engine.cli.reading.rules_from import latest_commit, of_store
from whistle_engine.cli.reading.words import WORDS
from whistle_engine.cli.stories.performing import perform
from whistle_engine.cli.stories.shape import story_shape
from whistle_engine.commands import Command, Receive
from whistle_engine.compiling import compile_rules
from whistle_engine.engine import Engine
from whistle_engine.model import AppealKind, Place, TextRef
from whistle_engine.policy_file import shipped_rules
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import Record
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.story import shipped_story


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with closed matters of some stories."""
    names = ("shared", "street_lamp", "fr05_no_flow_back", "splitting", "household")
    return filled(tmp_path_factory.mktemp("stories"), *names)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with three matters that are dispatched."""
    return at_work(tmp_path_factory.mktemp("work"), "m1", "m2", "m3")


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is two hours later."""
    monkeypatch.setattr("whistle_engine.engine.utc_now", lambda: NOW + timedelta(hours=2))


def test_the_words_are_there_in_both_languages() -> None:
    assert all(zh and en and zh != en for zh, en in WORDS.values())


# ------------------------------------------------------------------------------- a matter


def test_a_matter_is_told_as_its_story_is(stories: str) -> None:
    told = run("matter", "fr05_no_flow_back", "--store", stories)
    assert told.exit_code == 0, told.output
    assert told.stderr == ""
    assert told.stdout.splitlines()[1] == "Matter fr05_no_flow_back"
    assert "✗ refused (FR5)" in told.stdout
    assert "✓ in time" in told.stdout
    assert "The limit is 4 work-hours" in told.stdout
    assert "Summary ─" in told.stdout
    assert told.stdout.endswith("It is closed: nobody has to act.\n")
    chinese = run("matter", "fr05_no_flow_back", "--store", stories, "--lang", "zh").stdout
    assert "✗ 拒绝（FR5）" in chinese
    assert chinese.endswith("已结案，无人待办。\n")
    for text in (told.stdout, chinese):
        assert max(map(width, text.splitlines())) <= 80


def test_whose_move_it_is_and_since_when(work: str) -> None:
    told = run("matter", "m1", "--store", work, "--lang", "zh").stdout
    rows = told.partition("当前承办")[2].splitlines()[1:]
    assert [row.split() for row in rows] == [
        ["责任单位", "待办环节", "起始时间", "截止", "剩余时间"],
        ["兴庆区城市管理局", "报到", "3月4日09:00", "3月4日13:00", "还有2小时"],
        ["兴庆区城市管理局", "办理", "3月4日09:00", "3月5日09:00", "还有22小时"],
    ]


@pytest.mark.parametrize(
    ("passed", "zh", "en"),
    [
        (timedelta(hours=4), "还有0分钟", "in 0 min"),
        (timedelta(hours=5, minutes=30), "✗ 已逾期1小时30分钟", "✗ 1 h 30 min late"),
    ],
)
def test_what_is_late_is_told(
    work: str, monkeypatch: pytest.MonkeyPatch, passed: timedelta, zh: str, en: str
) -> None:
    monkeypatch.setattr("whistle_engine.engine.utc_now", lambda: NOW + passed)
    for lang, words in (("zh", zh), ("en", en)):
        assert words in run("matter", "m1", "--store", work, "--lang", lang).stdout
        assert words in run("inbox", "chengguan", "--store", work, "--lang", lang).stdout
    assert ("✗ 3月4日13:00" in run("ledger", "--store", work, "--lang", "zh").stdout) is (
        "逾期" in zh
    )


@pytest.mark.parametrize(
    ("lang", "before", "after"),
    [("zh", "计时中2项", "已逾期、未办结1项"), ("en", "2 running", "1 overdue and running")],
)
def test_a_clock_that_runs_past_its_due_time_is_counted_as_overdue(
    work: str, monkeypatch: pytest.MonkeyPatch, lang: str, before: str, after: str
) -> None:
    told = {}
    for hours in (1, 6):
        monkeypatch.setattr(
            "whistle_engine.engine.utc_now", lambda h=hours: NOW + timedelta(hours=h)
        )
        told[hours] = " ".join(run("matter", "m1", "--store", work, "--lang", lang).stdout.split())
    assert (before in told[1], after in told[1]) == (True, False)
    assert (before in told[6], after in told[6]) == (False, True)


def test_words_are_shown_if_asked_for_and_contacts_never(work: str) -> None:
    plain = run("matter", "m1", "--store", work)
    assert "不亮" not in plain.stdout
    for more in ([], ["--json"]):
        told = run("matter", "m1", "--store", work, "--words", *more)
        assert "巷口路灯 [31m不亮" in told.stdout
        assert "\x1b" not in told.stdout
        assert "139" not in told.stdout
        assert "请尽快派人" in told.stdout


def test_erased_words_are_told_to_be_so(tmp_path: Path) -> None:
    url = at_work(tmp_path, "m1")
    with SqliteStore(url) as store:
        store.erase_text(TextRef("m1-1", "text"))
    assert "“(erased)”" in run("matter", "m1", "--store", url, "--words").stdout
    assert "（已擦除）" in run("matter", "m1", "--store", url, "--words", "--lang", "zh").stdout


def test_a_lone_raiser_goes_by_no_id(stories: str) -> None:
    assert "the raiser" in run("matter", "street_lamp", "--store", stories).stdout
    assert "resident" not in run("matter", "street_lamp", "--store", stories).stdout
    assert "诉求人" in run("matter", "street_lamp", "--store", stories, "--lang", "zh").stdout


def test_a_matter_as_json(work: str, stories: str) -> None:
    told = run("matter", "m1", "--store", work, "--json", "--words")
    shape = json.loads(told.stdout)
    assert [one["do"] for one in shape["commits"]] == ["receive", "classify", "blow", "dispatch"]
    assert shape["commits"][0]["by"]["roles"] == ["resident"]
    assert shape["matter"]["stage"] == "dispatched"
    assert [(one["what"], one["late"]) for one in shape["duties"]] == [
        ("report_in", False),
        ("solve", False),
    ]
    assert shape["now"] == "2026-03-04T11:00:00+08:00"
    assert shape["policy_digest"] == shipped_rules("xingqing").policy_digest
    refused = json.loads(run("matter", "fr05_no_flow_back", "--store", stories, "--json").stdout)
    known = documented("play") | documented("matter")
    assert keys(shape) | keys(refused) <= known | {"report_in", "solve"}
    assert documented("matter") <= keys(shape) | keys(refused)
    assert refused["commits"][-1]["version"] == len(refused["commits"])


def test_a_matter_ends_as_its_story_did(stories: str) -> None:
    story = story_shape(perform(shipped_story("street_lamp")))
    shape = json.loads(run("matter", "street_lamp", "--store", stories, "--json").stdout)
    assert shape["matter"] == story["matters"][0]


def test_what_is_not_there_and_what_is_not_the_actor_s_look_the_same(work: str) -> None:
    is_wrong(run("matter", "none", "--store", work), "no matter 'none' that this actor may see")
    for who in ("resident:wang", "street:daxin", "receiver:zhujian"):
        told = run("matter", "m1", "--store", work, "--as", who)
        is_wrong(told, "no matter 'm1' that this actor may see")
    for who in ("resident:li", "street:xinhuajie", "receiver:chengguan", "coordinator", "system"):
        assert run("matter", "m1", "--store", work, "--as", who).exit_code == 0


@pytest.mark.parametrize(
    ("who", "en", "zh"),
    [
        ("mayor", "there is no role mayor; there are resident, ", "没有角色mayor"),
        ("street", "say of which unit, as street:UNIT", "请写明street所在的单位"),
        ("resident", "say which resident, as resident:ID", "请写明诉求人编号"),
        ("street:xinhua", "did you mean xinhuajie?", "是否指xinhuajie？"),
    ],
)
def test_who_cannot_be_is_told(work: str, who: str, en: str, zh: str) -> None:
    is_wrong(run("ledger", "--store", work, "--as", who), en)
    is_wrong(run("ledger", "--store", work, "--as", who, "--lang", "zh"), zh)


def test_a_role_may_be_written_with_a_hyphen(work: str) -> None:
    assert run("ledger", "--store", work, "--as", "grid-branch:gulou_grid_1").exit_code == 0


# ------------------------------------------------------------------------------- the ledger


def test_the_ledger_lists_matters_by_time_of_receiving(stories: str) -> None:
    told = run("ledger", "--store", stories, "--lang", "zh")
    assert told.exit_code == 0, told.output
    assert told.stdout.splitlines()[0].split() == [
        "事项", "受理", "阶段", "哨型", "类别", "主办", "最近到期",
    ]  # fmt: skip
    rows = json.loads(run("ledger", "--store", stories, "--json").stdout)["rows"]
    assert [row["opened_at"] for row in rows] == sorted(row["opened_at"] for row in rows)
    assert {row["matter"] for row in rows} >= {"shared", "street_lamp", "household"}
    lamp = next(row for row in rows if row["matter"] == "street_lamp")
    assert (lamp["stage"], lamp["outcome"], lamp["kind"]) == ("closed", "settled", "quick")
    for lang in ("zh", "en"):
        for columns in ("50", "80", "100"):
            wide = run("ledger", "--store", stories, "--lang", lang, COLUMNS=columns).stdout
            assert max(map(width, wide.splitlines())) <= int(columns)


@pytest.mark.parametrize(
    ("args", "matters"),
    [
        (["--open"], ["m1", "m2", "m3"]),
        (["--closed"], []),
        (["--affair", "public", "--kind", "quick", "--stage", "dispatched"], ["m1", "m2", "m3"]),
        (["--affair", "household"], []),
        (["--category", "street_lamp", "--community", "gulou"], ["m1", "m2", "m3"]),
        (["--street", "xinhuajie", "--lead", "chengguan"], ["m1", "m2", "m3"]),
        (["--street", "daxin"], []),
        (["--outcome", "settled"], []),
        (["--from", "2026-03-04", "--before", "2026-03-05"], ["m1", "m2", "m3"]),
        (["--from", "2026-03-05"], []),
        (["--before", "2026-03-04"], []),
        (["--as", "street:xinhuajie"], ["m1", "m2", "m3"]),
        (["--as", "street:daxin"], []),
        (["--as", "resident:li"], []),
    ],
)
def test_filters_narrow_it_down(work: str, args: list[str], matters: list[str]) -> None:
    told = run("ledger", "--store", work, "--json", *args)
    assert told.exit_code == 0, told.output
    assert [row["matter"] for row in json.loads(told.stdout)["rows"]] == matters
    text = run("ledger", "--store", work, *args).stdout
    assert ("No matter fits." in text) is (matters == [])


def test_days_are_the_city_s(tmp_path: Path) -> None:
    """Nine in the evening of a day in UTC is the next day in Yinchuan."""
    url = at_work(tmp_path, "m1")
    midnight = int(datetime.fromisoformat("2026-03-04T00:00:00+08:00").timestamp() * 1_000_000)
    connection = sqlite3.connect(tmp_path / "whistle.db")
    with connection:
        connection.execute("UPDATE whistle_matters SET opened_at = ?", (midnight,))
    connection.close()
    for args, there in ((["--from", "2026-03-04"], 1), (["--before", "2026-03-04"], 0)):
        rows = json.loads(run("ledger", "--store", url, "--json", *args).stdout)["rows"]
        assert len(rows) == there


def test_pages_go_on_from_each_other(work: str) -> None:
    seen = []
    for page in ("1", "2", "3", "4"):
        told = json.loads(
            run("ledger", "--store", work, "--json", "--per-page", "1", "--page", page).stdout
        )
        assert told["page"] == int(page)
        assert told["more"] is (page in "12")
        seen += [row["matter"] for row in told["rows"]]
    assert seen == ["m1", "m2", "m3"]
    first = run("ledger", "--store", work, "--per-page", "2")
    assert first.stdout.endswith("Page 1; there is more: --page 2\n")
    assert run("ledger", "--store", work, "--per-page", "2", "--page", "2").stdout.endswith(
        "Page 2, the last.\n"
    )
    assert "Page" not in run("ledger", "--store", work).stdout
    assert run("ledger", "--store", work, "--page", "2").stdout == "There is no page 2.\n"
    assert "第1页；后面还有，加--page 2" in run(
        "ledger", "--store", work, "--per-page", "2", "--lang", "zh"
    ).stdout  # fmt: skip


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["--stage", "flying"], "'flying' is not one of received, "),
        (["--affair", "x"], "household, shared, public"),
        (["--outcome", "x"], "settled"),
        (["--street", "xinhua"], "did you mean xinhuajie?"),
        (["--kind", "qick"], "--kind: the policy has no qick; did you mean quick?"),
        (["--category", "lamp"], "--category: the policy has no lamp"),
        (["--from", "yesterday"], "yesterday"),
        (["--page", "0"], "0"),
        (["--per-page", "1001"], "1001"),
    ],
)
def test_what_is_wrong_with_a_filter_is_told(work: str, args: list[str], word: str) -> None:
    is_wrong(run("ledger", "--store", work, *args), word)


# ------------------------------------------------------------------------------- the inbox


def test_an_inbox_lists_what_waits_the_earliest_due_first(work: str) -> None:
    rows = json.loads(run("inbox", "chengguan", "--store", work, "--json").stdout)["rows"]
    assert [(row["matter"], row["what"]) for row in rows] == [
        ("m1", "report_in"), ("m2", "report_in"), ("m3", "report_in"),
        ("m1", "solve"), ("m2", "solve"), ("m3", "solve"),
    ]  # fmt: skip
    told = run("inbox", "chengguan", "--store", work, "--lang", "zh").stdout
    assert told.splitlines()[1].split() == [
        "m1", "报到", "2026年3月4日09:00", "2026年3月4日13:00", "还有2小时",
    ]  # fmt: skip
    assert run("inbox", "gulou", "--store", work).stdout == (
        "Nothing waits for Gulou Community that you may see.\n"
    )
    own = run("inbox", "chengguan", "--store", work, "--as", "receiver:chengguan", "--json")
    assert json.loads(own.stdout)["rows"] == rows
    other = run("inbox", "chengguan", "--store", work, "--as", "receiver:zhujian", "--json")
    assert json.loads(other.stdout)["rows"] == []
    is_wrong(run("inbox", "chengguang", "--store", work), "did you mean chengguan?")
    is_wrong(run("inbox", "--store", work), "Missing argument 'UNIT'")


def test_rows_as_json_have_the_keys_that_the_page_names(work: str) -> None:
    for name, *args in (["ledger"], ["inbox", "chengguan"]):
        shape = json.loads(run(name, *args, "--store", work, "--json").stdout)
        assert documented(name) == keys(shape)


# ------------------------------------------------------------------------------- the store


READS = (["matter", "m1"], ["ledger"], ["inbox", "gulou"], ["dead"], ["run", "--once"])


@pytest.mark.parametrize("args", READS)
def test_the_store_has_to_be_said(args: list[str], tmp_path: Path) -> None:
    is_wrong(run(*args), "--store sqlite:///whistle.db, or set WHISTLE_STORE")
    url = at_work(tmp_path, "m1")
    assert run(*args, WHISTLE_STORE=url).exit_code == 0


@pytest.mark.parametrize("args", READS)
def test_what_is_no_store_is_told(args: list[str], tmp_path: Path) -> None:
    is_wrong(run(*args, "--store", f"sqlite:///{tmp_path}/none.db"), "there is no such file")
    is_wrong(run(*args, "--store", "nosuch:"), "no store is called 'nosuch'")
    assert [*tmp_path.iterdir()] == []
    (tmp_path / "letter.txt").write_text("Dear all" * 999, encoding="utf-8")
    is_wrong(run(*args, "--store", f"sqlite:///{tmp_path}/letter.txt"), "no SQLite database")


@pytest.mark.parametrize("args", [*READS[:3], READS[4]])
def test_an_empty_store_names_no_rules(args: list[str]) -> None:
    is_wrong(run(*args, "--store", "memory:"), "the store holds no matter yet")
    is_wrong(run(*args, "--store", "memory:", "--lang", "zh"), "还没有事项")


def test_reading_writes_nothing(tmp_path: Path) -> None:
    url = at_work(tmp_path, "m1")
    before = (tmp_path / "whistle.db").read_bytes()
    for args in READS[:4]:
        assert run(*args, "--store", url).exit_code == 0
    assert run("ledger", "--store", url, "--policy", "beijing", "--as", "system").exit_code == 0
    assert (tmp_path / "whistle.db").read_bytes() == before


def test_a_damaged_history_is_told(tmp_path: Path) -> None:
    url = at_work(tmp_path, "m1")
    connection = sqlite3.connect(tmp_path / "whistle.db")
    with connection:
        connection.execute("UPDATE whistle_commits SET events = x'7b' WHERE version = 2")
    connection.close()
    is_wrong(run("matter", "m1", "--store", url), "not JSON")


# ------------------------------------------------------------------------------- the rules


def test_the_rules_are_those_of_the_latest_commit(tmp_path: Path) -> None:
    """Whoever looks needs no policy file: its exact bytes are in the store."""
    url = at_work(tmp_path, "m1")
    rules = shipped_rules("xingqing")
    with SqliteStore(url) as store:
        found = of_store(store, "en")
    assert found is not None
    assert (found.policy, found.directory) == (rules.policy, rules.directory)
    assert found.policy_digest == rules.policy_digest


def test_rules_that_were_built_in_code_are_read_too(tmp_path: Path) -> None:
    rules = compile_rules(tiny_policy(), tiny_directory())
    with SqliteStore(tmp_path / "tiny.db") as store:
        engine = Engine(store, rules, clock=lambda: NOW)
        act = Receive(channel="12345", kind=AppealKind.HELP, place=Place(unit="gulou"))
        engine.execute(Command(id="c1", matter="m1", by=RESIDENT, do=act))
        found = of_store(store, "en")
    assert found is not None
    assert (found.policy, found.directory) == (rules.policy, rules.directory)
    assert found.policy_digest == engine.rules.policy_digest
    told = run("matter", "m1", "--store", f"sqlite:///{tmp_path}/tiny.db")
    assert told.exit_code == 0, told.output


def test_other_rules_can_be_named(work: str, tmp_path: Path) -> None:
    same = run("ledger", "--store", work, "--policy", "xingqing")
    assert same.stdout == run("ledger", "--store", work).stdout
    is_wrong(run("ledger", "--store", work, "--policy", "xingqin"), "did you mean 'xingqing'?")
    is_wrong(run("ledger", "--store", work, "--policy", tmp_path / "no.toml"), "there is no file")


def test_rules_that_are_gone_or_unreadable_are_told(tmp_path: Path) -> None:
    url = at_work(tmp_path, "m1")
    connection = sqlite3.connect(tmp_path / "whistle.db")
    with connection:
        connection.execute("UPDATE whistle_documents SET data = x'78'")
    is_wrong(run("ledger", "--store", url), "cannot be used", "--policy")
    is_wrong(run("ledger", "--store", url, "--lang", "zh"), "不能用")
    assert run("ledger", "--store", url, "--policy", "xingqing").exit_code == 0
    with connection:
        connection.execute("DELETE FROM whistle_documents")
    connection.close()
    is_wrong(run("ledger", "--store", url), "is not there; whistle verify says")
    is_wrong(run("ledger", "--store", url, "--lang", "zh"), "不在存储中")


@pytest.mark.parametrize(
    "positions",
    [[], [1], [2], [7], [1, 2, 3], [1, 2, 3, 4, 5], [5, 9, 1000], [10**12], [*range(1, 100)]],
)
def test_the_latest_commit_is_found_in_few_reads(positions: list[int]) -> None:
    class Feed(MemoryStore):
        reads = 0

        def feed(self, after: int, *, limit: int) -> tuple[Record, ...]:
            self.reads += 1
            found = [each for each in positions if each > after][:limit]
            return tuple(record(each) for each in found)

    store = Feed()
    latest = latest_commit(store)
    assert (latest.position if latest is not None else 0) == max(positions, default=0)
    assert store.reads <= 2 * max(positions, default=1).bit_length() + 4


def record(position: int) -> Record:
    return Record(
        matter="m", version=1, position=position, command_id="c", recorded_at=NOW, command=b"",
        basis=b"", events=b"", answer=b"", previous="", digest="",
    )  # fmt: skip
