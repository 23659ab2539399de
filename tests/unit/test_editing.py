"""Changes to a policy as text: a year copied in, a row that a decision proposes, and its patch."""

from __future__ import annotations

import csv
import io
import subprocess
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from whistle_engine.errors import PolicyError
from whistle_engine.events import Admitted, CatalogueChangeProposed, Event, Urged
from whistle_engine.model import Affair, Label
from whistle_engine.policy import Category, ListItem
from whistle_engine.policy_file import load_policy, shipped_files
from whistle_engine.policy_file.calendars import Year
from whistle_engine.policy_file.csv_rows import read_rows
from whistle_engine.policy_file.editing import (
    Proposal,
    category_for,
    changed,
    item_for,
    patch,
    proposed,
    table_beside,
    with_category,
    with_listed,
    with_origin,
    with_row,
)
from whistle_engine.policy_file.files import Files
from whistle_engine.policy_file.years import (
    held_by,
    values,
    with_year,
    year_table,
    years_in_calendar,
)

CN = (files("whistle_engine") / "calendars" / "cn.toml").read_text("utf-8")
NINGXIA = (files("whistle_engine") / "calendars" / "ningxia.toml").read_text("utf-8")
POLICY = shipped_files("xingqing")

CATALOGUE = """\
# the whole
format = 1

[sources.article]
zh = "报道"
en = "the article"

# ==================== 日历
[calendar]
use = ["cn"]
years = [2025, 2026]  # and on
source = "choice: x"

# ==================== 派单目录
# -------------------- 快捷哨

[[categories]]
code = "lamp"   # 路灯
zh = "路灯"
en = "Lamp"
affair = "public"
kind = "quick"
leads = ["chengguan"]
source = "choice: x"
# stays with the row

# -------------------- 攻坚哨

[[categories]]
code = "road"
zh = "道路"
en = "Road"
affair = "public"
kind = "tough"
leads = [
  "jiaotong",  # first
]
joint = ["gongan"]
source = "choice: y"

# ==================== 清单
[street_list]
source = "choice: z"

[[street_list.items]]
category = "lamp"
source = "choice: z"

# ==================== 其他
[enforcement]
units = []
source = "choice: a"
"""
ROW = Category(
    code="drone",
    title=Label("无人机扰民", "Drones"),
    affair=Affair.PUBLIC,
    kind="quick",
    leads=("gongan",),
    joint=("zhifa",),
    since=date(2024, 3, 5),
    until=None,
    source="decision: m-1, 2024-03-05",
)
ITEM = ListItem(
    category="road", since=date(2024, 3, 5), until=None, source="decision: m-1, 2024-03-05"
)
ADDED = """\
[[categories]]
code = "drone"
zh = "无人机扰民"
en = "Drones"
affair = "public"
kind = "quick"
leads = ["gongan"]
joint = ["zhifa"]
since = 2024-03-05
source = "decision: m-1, 2024-03-05"

"""
DECLARED = """\
[sources.decision]
zh = "统筹协调决定"
en = "a decision of the coordinator"

"""
TABLE = (
    "code 编码,zh 名称,en,affair 类别,kind,leads 主办,joint,since 起,until 止,source 依据\r\n"
    'lamp,路灯,Lamp,public,quick,chengguan,,,,"choice: 甲, | a ""x"""\r\n'
    "road,道路,Road,public,tough,jiaotong；zhujian,gongan,2020/1/2,,choice: y\r\n"
)


# ------------------------------------------------------------------------------- a year


def years_of(calendar: str) -> Mapping[int, Year]:
    return years_in_calendar("c.toml", calendar.encode())


def years_in(policy: str) -> Mapping[int, Year]:
    return held_by("p.toml", policy.encode())[1]


def year(number: int, calendar: str = CN) -> Year:
    return years_of(calendar)[number]


def test_a_year_reads_and_writes_as_the_calendar_has_it() -> None:
    raw = tomllib.loads(CN)["year"]
    assert {str(y.number): values(y) for y in years_of(CN).values()} == raw


def test_a_year_comes_after_the_calendar_and_before_what_leads_over() -> None:
    new = with_year(CATALOGUE, year(2024))
    table = year_table(year(2024))
    assert new == CATALOGUE.replace("[2025, 2026]", "[2024, 2025, 2026]").replace(
        "# ==================== 派单目录", table + "\n# ==================== 派单目录"
    )
    assert years_in(new) == {2024: year(2024)}


def test_a_second_year_comes_after_the_first() -> None:
    new = with_year(with_year(CATALOGUE, year(2024)), year(2026))
    assert [*years_in(new)] == [2024, 2026]
    assert f"{year_table(year(2024))}\n{year_table(year(2026))}\n# ===" in new
    assert tomllib.loads(new)["calendar"]["years"] == [2024, 2025, 2026]


def test_a_year_takes_the_place_of_what_was_there() -> None:
    once = with_year(CATALOGUE, year(2024))
    other = evolve(year(2024), make_up=frozenset())
    assert with_year(once, other) == with_year(CATALOGUE, other)
    assert with_year(once, year(2024)) == once


def test_years_are_wanted_even_where_none_were_named() -> None:
    new = with_year(CATALOGUE.replace("years = [2025, 2026]  # and on\n", ""), year(2024))
    assert tomllib.loads(new)["calendar"]["years"] == [2024]


def test_a_region_s_year_is_laid_over_the_state_s() -> None:
    both = year(2024, NINGXIA).over(year(2024))
    assert both.notices == (*year(2024).notices, *year(2024, NINGXIA).notices)
    assert both.holidays - year(2024).holidays == year(2024, NINGXIA).holidays
    day = date(2024, 2, 10)
    worked = Year(2024, ("n",), frozenset(), frozenset({day})).over(year(2024))
    assert day in worked.make_up - worked.holidays
    off = Year(2024, ("n",), frozenset({date(2024, 2, 4)}), frozenset()).over(year(2024))
    assert date(2024, 2, 4) in off.holidays - off.make_up


def test_line_ends_and_the_byte_order_mark_stay() -> None:
    new = with_year("\ufeff" + CATALOGUE.replace("\n", "\r\n"), year(2024))
    assert new == "\ufeff" + with_year(CATALOGUE, year(2024)).replace("\n", "\r\n")


def test_a_notice_may_have_quotation_marks() -> None:
    odd = evolve(year(2024), notices=('"1" \\ 2',))
    assert years_in(with_year(CATALOGUE, odd)) == {2024: odd}


@pytest.mark.parametrize(
    "text",
    [
        "a = ",
        "[calendar\n",
        "format = 1\n",
        "calendar = 1\n",
        "[calendar]\nuse = 'cn'\n[z]\na = 1\n[calendar.year.2020]\nnotices = []\n",
        "[calendar]\nyear = 3\n",
    ],
)
def test_a_file_that_cannot_take_a_year_is_refused_at_its_place(text: str) -> None:
    with pytest.raises(PolicyError) as refused:
        with_year(text, year(2024), name="城.toml")
    (found,) = refused.value.problems
    assert found.spot is not None
    assert str(found.spot).startswith("城.toml:")
    assert found.told("zh") != found.told("en")


def test_a_place_is_told_within_the_file() -> None:
    with pytest.raises(PolicyError) as refused:
        with_year("format = 1\na = \n", year(2024))
    assert [str(problem.spot) for problem in refused.value.problems] == ["policy.toml:2:5"]
    with pytest.raises(PolicyError) as refused:
        with_listed("format = 1\n[street_list]\nitems = [{ category = 'a' }]\n", ITEM)
    assert [str(problem.spot) for problem in refused.value.problems] == ["policy.toml:3:1"]
    later = CATALOGUE.replace('source = "choice: y"', 'since = 2025-01-01\nsource = "choice: y"')
    with pytest.raises(PolicyError) as refused:
        with_category(later, evolve(ROW, code="road"))
    line = later[: later.index('code = "road"')].count("\n")
    assert [str(problem.spot) for problem in refused.value.problems] == [f"policy.toml:{line}:1"]
    with pytest.raises(PolicyError) as refused:
        with_row(TABLE.replace("2020/1/2", "2025/1/2"), evolve(ROW, code="road"), name="c.csv")
    assert [str(problem.spot) for problem in refused.value.problems] == ["c.csv:3:1"]


@pytest.mark.parametrize(
    "table",
    [
        "[year.x]",
        "[year.2024]\nholidays = ['2024']",
        "[year.2024]\nholidays = ['2024-01-02/2024-01-01']",
        "[year.2024]\nmake_up = 3",
        "[year]\n2024 = 3",
        "[[year]]",
        "year = ",
    ],
)
def test_a_calendar_of_another_form_is_refused(table: str) -> None:
    with pytest.raises(PolicyError) as refused:
        years_of(table)
    assert all(problem.spot for problem in refused.value.problems)


def test_the_calendars_that_a_policy_uses() -> None:
    assert held_by("p.toml", CATALOGUE.encode())[0] == ("cn",)
    assert held_by("p.toml", b"[calendar]\n") == held_by("p.toml", b"a = 1") == ((), {})
    for wrong in (b"[calendar]\nuse = 'cn'", b"calendar = 1", b"[calendar]\nyears = ['x']"):
        with pytest.raises(PolicyError):
            held_by("p.toml", wrong)


# ------------------------------------------------------------------------------- a row


def test_a_row_comes_after_the_last_of_its_affair_and_kind() -> None:
    new = with_category(CATALOGUE, ROW)
    assert new == CATALOGUE.replace(
        "# -------------------- 攻坚哨", ADDED + "# -------------------- 攻坚哨"
    ).replace("# ==================== 日历", DECLARED + "# ==================== 日历")


def test_a_row_of_another_affair_comes_last() -> None:
    shared = evolve(ROW, affair=Affair.SHARED, kind=None)
    codes = [row["code"] for row in tomllib.loads(with_category(CATALOGUE, shared))["categories"]]
    assert codes == ["lamp", "road", "drone"]


def test_the_origin_is_declared_once() -> None:
    declared = CATALOGUE.replace("# ==================== 日历", DECLARED + "# 日历")
    assert with_category(declared, ROW).count("[sources.decision]") == 1
    assert with_origin(declared) == declared
    assert "[sources.decision]" in with_origin("a = 1\n\n[b]\nc = 1\n")


def test_an_older_row_ends_the_day_before() -> None:
    road = evolve(ROW, code="road", kind="tough")
    new = with_category(CATALOGUE, road)
    assert 'source = "choice: y"\nuntil = 2024-03-04\n\n[[categories]]\ncode = "road"' in new
    again = with_category(new, evolve(road, since=date(2024, 4, 1), leads=("zhifa",), joint=()))
    rows = [row for row in tomllib.loads(again)["categories"] if row["code"] == "road"]
    assert [row.get("until") for row in rows] == [date(2024, 3, 4), date(2024, 3, 31), None]


def test_an_end_that_was_later_is_moved() -> None:
    ends = CATALOGUE.replace('source = "choice: y"', 'until = 2025-01-01\nsource = "choice: y"')
    new = with_category(ends, evolve(ROW, code="road", kind="tough"))
    assert new.count("until = 2024-03-04\nsource") == 1


def test_a_row_that_ended_is_left_alone() -> None:
    ended = CATALOGUE.replace('source = "choice: y"', 'until = 2024-03-04\nsource = "choice: y"')
    new = with_category(ended, evolve(ROW, code="road", kind="tough"))
    assert [r.get("until") for r in tomllib.loads(new)["categories"]] == [
        None,
        date(2024, 3, 4),
        None,
    ]


def test_what_is_there_already_is_not_put_in_twice() -> None:
    once = with_category(CATALOGUE, ROW)
    assert with_category(once, ROW) == once
    assert with_category(once, evolve(ROW, since=date(2025, 1, 1), source="decision: z")) == once
    listed = with_listed(CATALOGUE, ITEM)
    assert with_listed(listed, ITEM) == listed


@pytest.mark.parametrize("since", [date(2024, 3, 5), date(2024, 3, 4)])
def test_a_row_may_not_begin_before_one_that_is_there(since: date) -> None:
    once = with_category(CATALOGUE, ROW)
    with pytest.raises(PolicyError, match="from 2024-03-05 on"):
        with_category(once, evolve(ROW, leads=("zhifa",), joint=(), since=since))


@pytest.mark.parametrize(
    "text",
    ["categories = [{ code = 'a' }]\n", "categories = 1\n"],
)
def test_rows_in_brackets_are_refused(text: str) -> None:
    with pytest.raises(PolicyError, match='"categories" stands in brackets'):
        with_category(text, ROW)


def test_an_empty_list_gives_way_to_the_first_row() -> None:
    text = "[street_list]\nsource = 'x'\nitems = []  # none\n\n# next\n[z]\na = 1\n"
    data = tomllib.loads(with_listed(text, ITEM))
    assert [row["category"] for row in data["street_list"]["items"]] == ["road"]
    assert data["z"] == {"a": 1}


def test_a_row_without_a_first_day_is_refused() -> None:
    with pytest.raises(PolicyError, match="no day from which it counts"):
        with_category(CATALOGUE, evolve(ROW, since=None))


def test_the_first_row_of_all() -> None:
    new = with_category("format = 1\n\n[z]\na = 1", ROW)
    assert [row["code"] for row in tomllib.loads(new)["categories"]] == ["drone"]
    listed = with_listed("[street_list]\nsource = 'x'\n\n# next\n[z]\na = 1\n", ITEM)
    assert tomllib.loads(listed)["street_list"]["items"][0]["category"] == "road"


def test_the_street_list_grows_at_its_end() -> None:
    new = with_listed(CATALOGUE, ITEM)
    row = '[[street_list.items]]\ncategory = "road"\nsince = 2024-03-05\n'
    assert f'source = "choice: z"\n\n{row}source = "{ITEM.source}"\n\n# ==== ' in new.replace(
        "# ==================== ", "# ==== "
    )


# ------------------------------------------------------------------------------- in a table beside


def test_a_table_keeps_its_other_bytes() -> None:
    added = (
        "drone,无人机扰民,Drones,public,quick,gongan,zhifa,2024-03-05,,"
        '"decision: m-1, 2024-03-05"\r\n'
    )
    first, lamp, road = TABLE.splitlines(keepends=True)
    assert with_row(TABLE, ROW) == first + lamp + added + road
    assert with_row("\ufeff" + TABLE, ROW) == "\ufeff" + first + lamp + added + road


def test_an_older_row_of_a_table_ends_the_day_before() -> None:
    new = with_row(TABLE, evolve(ROW, code="road", kind="tough", joint=()))
    first, lamp, _, _ = new.splitlines(keepends=True)
    assert first + lamp == TABLE[: len(first + lamp)]
    assert "jiaotong；zhujian,gongan,2020/1/2,2024-03-04,choice: y\r\nroad," in new


def test_a_table_that_has_the_row_stays() -> None:
    once = with_row(TABLE, ROW)
    assert with_row(once, ROW) == once
    two = evolve(ROW, code="road", title=Label("道路", "Road"), kind="tough")
    assert with_row(TABLE, evolve(two, leads=("jiaotong", "zhujian"), joint=("gongan",))) == TABLE


def test_cells_over_several_lines_and_a_last_line_without_end() -> None:
    table = 'category,since,until,source\na,,,"x\ny ""z"""\nb,,,w'
    new = with_row(table, ITEM)
    assert new == f'{table}\nroad,2024-03-05,,"{ITEM.source}"\n'


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("", "csv_empty"),
        ("\n,,\n", "csv_empty"),
        ("category,source\nb,x\n", 'no column "since"'),
        ('category,since,source\na,,"x\n', "csv_open_text"),
    ],
)
def test_a_table_that_cannot_take_the_row_is_refused(table: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        with_row(table, ITEM)


def test_where_the_rows_stand() -> None:
    beside = '[tables]\ncategories = "c.csv"\n' + CATALOGUE.replace("[[categories]]", "[[rest]]")
    held = Files((("p.toml", beside.encode()), ("c.csv", TABLE.encode())))
    assert table_beside(held, "categories") == "c.csv"
    assert table_beside(held, "street_list") is None
    new = changed(held, ROW)
    assert new == {"p.toml": with_origin(beside), "c.csv": with_row(TABLE, ROW)}
    assert changed(Files(tuple((n, text.encode()) for n, text in new.items())), ROW) == {}
    assert changed(held, ITEM) == {"p.toml": with_listed(beside, ITEM)}
    alone = Files((("p.toml", CATALOGUE.encode()),))
    assert changed(alone, ROW) == {"p.toml": with_category(CATALOGUE, ROW)}
    with pytest.raises(PolicyError):
        table_beside(Files((("p.toml", b"a = "),)), "categories")


def test_an_inch_mark_in_a_cell_is_no_quotation_mark() -> None:
    """It may stand in a cell without quotes; the records around it stay apart."""
    table = TABLE.replace("路灯", '5"灯').replace("道路", '3"路')
    added = with_row(table, ROW)
    assert [*added.splitlines(keepends=True)[:2], *added.splitlines(keepends=True)[3:]] == (
        table.splitlines(keepends=True)
    )
    assert added.splitlines()[2].startswith("drone,")
    inches = evolve(ROW, title=Label('5"管', 'a 5" pipe'))
    rows, wrong = read_rows("c.csv", with_row(table, inches).encode())
    assert [row.cells["zh"] for row in rows] == ['5"灯', '5"管', '3"路']
    assert not wrong


@pytest.mark.parametrize("space", ["\u3000", "\u00a0", " \t", "  "])
def test_the_first_row_is_read_as_the_reader_reads_it(space: str) -> None:
    table = f"\r\n,,\r\n code{space}编码 ,zh{space}名称,en,affair,kind,leads,joint,since,source\r\n"
    rows, wrong = read_rows("c.csv", with_row(table, ROW).encode())
    assert [row.cells["code"] for row in rows] == ["drone"]
    assert not wrong


CELLS = st.text(st.sampled_from("ab\"',;；、 \u3000\n\r一5"), max_size=6)


@given(
    table=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=5),
    older=st.integers(-1, 5),
    quoted=st.booleans(),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    mark=st.sampled_from(["", "\ufeff"]),
    ended=st.booleans(),
)
def test_a_row_more_changes_no_other(
    table: list[list[str]], older: int, *, quoted: bool, end: str, mark: str, ended: bool
) -> None:
    """But for the end of an older row of the category."""
    text = f"category 类别,since\u3000起,until,source,note{end}"
    for number, (first, *others) in enumerate(table):
        written = io.StringIO(newline="")
        code = "road" if number == older else f"x{first}"
        csv.writer(written, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL).writerow(
            [code, "", "", others[0], f"n{others[1]}"]
        )
        # An inch mark in a cell that is not quoted, which the writer would not write so.
        text += ("" if quoted else f'x5",,,{end}') + written.getvalue().removesuffix("\r\n") + end
    text = mark + (text if ended else text.removesuffix(end))
    before, wrong = read_rows("t.csv", text.encode())
    new = with_row(text, ITEM)
    after, still = read_rows("t.csv", new.encode())
    assert not wrong
    assert not still
    ends = {"until": "2024-03-04"}
    assert [row.cells for row in after[:-1]] == [
        {**row.cells, **(ends if row.cells["category"] == "road" else {})} for row in before
    ]
    assert after[-1].cells == {"category": "road", "since": "2024-03-05", "source": ITEM.source}
    if 0 <= older < len(table):
        assert new.startswith(text[: text.index("road")].removesuffix('"'))
    else:
        assert new.startswith(text)


# ------------------------------------------------------------------------------- from decisions

NIGHT = datetime(2024, 3, 4, 17, tzinfo=UTC)  # 1:00 of the 5th in Yinchuan
EVENTS: tuple[Event, ...] = (
    CatalogueChangeProposed(NIGHT, "road_works", "zhujian"),
    Urged(NIGHT, "li"),
    Admitted(NIGHT, "road_works", "xinhuajie"),
    CatalogueChangeProposed(NIGHT, "road_works", "chengguan"),
)


def test_decisions_propose_and_the_later_one_counts() -> None:
    policy = load_policy(POLICY).value
    assert proposed("m-1", EVENTS, policy) == (
        Proposal(matter="m-1", on=date(2024, 3, 5), category="road_works", unit="chengguan"),
        Proposal(
            matter="m-1",
            on=date(2024, 3, 5),
            category="road_works",
            unit="xinhuajie",
            listed=True,
        ),
    )
    assert proposed("m-1", EVENTS[1:2], policy) == ()


def test_a_row_for_a_category_that_the_catalogue_has() -> None:
    policy = load_policy(POLICY).value
    held = policy.category("road_works", NIGHT)
    assert held is not None
    row = category_for(proposed("m-1", EVENTS, policy)[0], policy)
    assert row == evolve(
        held,
        leads=("chengguan", *held.leads),
        since=date(2024, 3, 5),
        source="decision: m-1, 2024-03-05",
    )
    lead = evolve(proposed("m-1", EVENTS, policy)[0], unit=held.leads[-1])
    moved = category_for(lead, policy, title=Label("甲", "A"), joint=(*held.leads, "x"))
    assert moved.leads == (held.leads[-1], *held.leads[:-1])
    assert (moved.title, moved.joint) == (Label("甲", "A"), ("x",))


def test_a_row_for_a_category_that_is_new() -> None:
    policy = load_policy(POLICY).value
    found = Proposal(matter="m-1", on=date(2024, 3, 5), category="unknown", unit="gongan")
    with pytest.raises(PolicyError, match='"quick", "tough", "emergency"'):
        category_for(found, policy, code="drone", title=ROW.title, affair=Affair.PUBLIC)
    row = category_for(
        found, policy, code="drone", title=ROW.title, affair=Affair.PUBLIC, kind="quick"
    )
    assert row == evolve(ROW, joint=())
    shared = category_for(
        found, policy, code="drone", title=ROW.title, affair=Affair.SHARED, kind="quick"
    )
    assert shared.kind is None
    assert item_for(found, code="drone", since=date(2025, 1, 1)) == ListItem(
        category="drone", since=date(2025, 1, 1), until=None, source=found.source
    )


# ------------------------------------------------------------------------------- it loads again


def text(held: Files, name: str) -> str:
    return (held.get(name) or b"").decode()


def replaced(new: Mapping[str, str]) -> Files:
    return Files(tuple((n, new[n].encode() if n in new else held) for n, held in POLICY.files))


@pytest.mark.parametrize("entry", [ROW, evolve(ROW, code="road_works", kind="tough", joint=())])
def test_the_shipped_policy_with_a_row_more_loads(entry: Category) -> None:
    policy = load_policy(replaced(changed(POLICY, entry))).value
    assert policy.category(entry.code, datetime(2024, 3, 5, tzinfo=UTC)) == entry
    before = load_policy(POLICY).value.category(entry.code, NIGHT)
    found = policy.category(entry.code, datetime(2024, 3, 4, tzinfo=UTC))
    assert found == (evolve(before, until=date(2024, 3, 4)) if before else None)


def test_the_shipped_policy_with_its_list_longer_loads() -> None:
    item = evolve(ITEM, category="street_lamp")
    policy = load_policy(replaced(changed(POLICY, item))).value
    assert policy.street_holds("street_lamp", NIGHT)
    assert not policy.street_holds("street_lamp", datetime(2024, 3, 4, tzinfo=UTC))


def test_the_shipped_policy_with_a_year_of_its_own_loads() -> None:
    own = evolve(year(2026), number=2027, notices=("n",), holidays=frozenset({date(2027, 1, 1)}))
    own = evolve(own, make_up=frozenset())
    new = with_year(text(POLICY, POLICY.name), own)
    calendar = load_policy(replaced({POLICY.name: new})).value.calendar
    assert calendar.known_until == date(2027, 12, 31)
    assert date(2027, 1, 1) in calendar.holidays


# ------------------------------------------------------------------------------- the patch


@pytest.mark.parametrize("tool", [["patch", "-p1", "--binary"], ["git", "apply"]])
@pytest.mark.parametrize(
    ("name", "old"),
    [
        ("policies/城 市.toml", CATALOGUE),
        ("p.toml", CATALOGUE.replace("\n", "\r\n")),
        ("p.toml", CATALOGUE.removesuffix("\n") + "  # \u2028 \x85 x"),
    ],
)
def test_tools_apply_the_patch(tool: list[str], name: str, old: str, tmp_path: Path) -> None:
    new = with_category(old, ROW)
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(old.encode())
    told = patch(old, new, name).encode()
    try:
        subprocess.run(tool, cwd=tmp_path, input=told, check=True, capture_output=True)  # noqa: S603
    except FileNotFoundError:
        pytest.skip(f"{tool[0]} is not installed")
    assert path.read_bytes() == new.encode()


def test_a_patch_between_texts_without_a_last_line_end() -> None:
    assert patch("a", "b", "x").endswith(
        "-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n"
    )
    assert patch("a", "a", "x") == ""
