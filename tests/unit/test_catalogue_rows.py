"""What a row of the catalogue may say: the matter's own street leads, and a limit of its own."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve

from tests.support import (
    CHOICE,
    hours,
    label,
    local,
    tiny_categories,
    tiny_directory,
    tiny_policy,
    working_days,
)
from tests.unit.played import FED_BACK, NOT_SOLVED, Play, row, rules_with, wrote
from tests.unit.test_policy_file import POLICY, ROWS, UNITS, changed, files
from tests.walks import PROOF
from whistle_engine import codec
from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.directory import STREET, WORDS, Directory, Unit
from whistle_engine.errors import PolicyError
from whistle_engine.events import Refused
from whistle_engine.fitting import misfits
from whistle_engine.model import Limit, LimitUnit, Part, Unmet, What
from whistle_engine.policy import Category, ListItem
from whistle_engine.policy_file import editing, load_directory, load_policy
from whistle_engine.responder import first_lead, leads_of
from whistle_engine.rules import Rules
from whistle_engine.soundness import limits_of, problems

# ---------------------------------------------------------------- the matter's own street


def held(*codes: str) -> tuple[ListItem, ...]:
    items = tuple(ListItem(category=o, since=None, until=None, source=CHOICE) for o in codes)
    return (*tiny_policy().street_list, *items)


def with_rows(*rows: Category, listed: tuple[str, ...] = (), **more: Any) -> Rules:
    categories = (*tiny_categories(), *rows)
    return rules_with(categories=categories, street_list=held(*listed), **more)


STALLS = row("stalls", "tough", "street zhujian", "chengguan shuiwu")


def refusals(play: Play, who: str, act: c.Act) -> tuple[Unmet, ...]:
    result = play.do(who, act).result
    assert isinstance(result, Refused)
    return result.unmet


def test_the_word_stands_for_the_matters_own_street_in_its_place() -> None:
    play = Play(with_rows(STALLS, listed=("stalls",))).blown("stalls")
    assert [clock.unit for clock in play.running(What.DISPATCH)] == ["zhihui"]
    play.ok("operator", c.Dispatch())
    assert play.parts() == {"xinhua": Part.LEAD, "chengguan": Part.JOINT, "shuiwu": Part.INVITED}
    last = evolve(STALLS, leads=("zhujian", STREET))
    play = Play(with_rows(last, listed=("stalls",))).dispatched("stalls")
    assert play.parts()["zhujian"] is Part.LEAD
    assert "xinhua" not in play.parts()
    play = Play(with_rows(last, listed=("stalls",))).blown("stalls")
    play.ok("operator", c.Dispatch(lead="xinhua"))
    assert play.parts()["xinhua"] is Part.LEAD


def test_any_street_is_meant_and_told_by_its_own_code() -> None:
    assert leads_of(STALLS, "fenghuang") == ("fenghuang", "zhujian")
    assert leads_of(STALLS, None) == ("zhujian",)
    assert leads_of(evolve(STALLS, leads=("xinhua", STREET)), "xinhua") == ("xinhua",)
    assert leads_of(None, "xinhua") == ()
    rules = with_rows(STALLS, listed=("stalls",))
    now = local("2024-03-04 09:00")
    assert first_lead("stalls", rules, now, street="fenghuang") == "fenghuang"
    play = Play(rules).blown("stalls")
    (found,) = refusals(play, "operator", c.Dispatch(lead="gongan"))
    assert found.code == "not_in_catalogue"
    assert dict(found.facts)["leads"] == "xinhua, zhujian"


def test_the_hotline_sends_straight_to_it() -> None:
    play = Play(with_rows(STALLS, listed=("stalls",), straight=True)).classified("stalls")
    codes = play.no("hotline", c.SendStraight(to="fenghuang"))
    assert codes == {"cannot_lead", "not_in_catalogue"}
    play.ok("hotline", c.SendStraight(to="xinhua"))
    assert play.parts() == {"xinhua": Part.LEAD}


def test_it_is_passed_over_where_the_list_does_not_hold_the_category() -> None:
    only = row("kiosks", "tough", "street")
    # No such policy is compiled; the engine does not rely on that.
    rules = evolve(rules_with(), policy=tiny_policy(categories=(*tiny_categories(), STALLS, only)))
    assert Play(rules).dispatched("stalls").parts()["zhujian"] is Part.LEAD
    play = Play(rules).blown("kiosks")
    assert play.clock(What.DESIGNATE).unit == "shegong"
    assert play.no("operator", c.Dispatch()) == {"not_in_catalogue"}
    assert play.no("operator", c.Dispatch(lead="xinhua")) == {"not_on_street_list"}
    play.ok("coordinator", c.Admit())
    play.ok("operator", c.Dispatch())
    assert play.parts() == {"xinhua": Part.LEAD}


def test_it_leads_no_emergency() -> None:
    rows = row("dike", "emergency", "street chengguan"), row("ice", "emergency", "street")
    rules = with_rows(*rows, listed=("dike", "ice"))
    assert Play(rules).dispatched("dike", "emergency").parts() == {"chengguan": Part.LEAD}
    lead = rules.policy.urgent_lead
    assert Play(rules).dispatched("ice", "emergency").parts() == {lead: Part.LEAD}


def test_a_street_that_leads_by_the_word_calls_the_departments_of_the_row() -> None:
    play = Play(with_rows(evolve(STALLS, joint=()), listed=("stalls",))).dispatched("stalls")
    assert play.parts() == {"xinhua": Part.LEAD}
    play.ok("street", c.Blow(kind="tough"))
    assert play.parts() == {"xinhua": Part.LEAD, "zhujian": Part.JOINT}


def test_the_coordinators_choice_of_a_lead_of_the_row_proposes_nothing() -> None:
    play = Play(with_rows(STALLS, listed=("stalls",))).dispatched("stalls")
    assert (
        wrote(play.ok("coordinator", c.Designate(unit="zhujian")), e.CatalogueChangeProposed) == []
    )


def test_a_row_with_the_word_fits_only_what_the_list_holds() -> None:
    directory = load_directory(UNITS.encode()).value
    rows = changed(ROWS, ("quick,zhifa", "quick,street;zhifa"))
    assert misfits(load_policy(files(rows=rows)).value, directory) == ()
    until = ('category = "street_lamp"\n', 'category = "street_lamp"\nuntil = 2025-12-31\n')
    (found,) = misfits(load_policy(files(changed(POLICY, until), rows)).value, directory)
    assert (found.code, found.key) == ("street_not_listed", "categories.street_lamp.leads")
    rows = changed(ROWS, ("quick,zhifa", "quick,streets"))
    (found,) = misfits(load_policy(files(rows=rows)).value, directory)
    assert (found.code, found.near) == ("no_unit", STREET)
    rows = changed(ROWS, ("quick,zhifa,", "quick,zhifa,street"))
    (found,) = misfits(load_policy(files(rows=rows)).value, directory)
    assert (found.code, found.key) == ("no_unit", "categories.street_lamp.joint")


@pytest.mark.parametrize("word", WORDS)
def test_no_unit_is_called_by_a_word(word: str) -> None:
    text = changed(UNITS, ('code = "yingji"', f'code = "{word}"'))
    codes = {"code_is_word", "name_twice"} if word == "hotline" else {"code_is_word"}
    with pytest.raises(PolicyError) as raised:
        load_directory(text.encode())
    assert {found.code for found in raised.value.problems} == codes
    units = tiny_directory().units
    with pytest.raises(PolicyError) as raised:
        Directory(units=(*units[4:], Unit(code=word, title=label("x"), kind=units[10].kind)))
    assert "code_is_word" in {found.code for found in raised.value.problems}


def test_a_hotline_may_be_called_hotline() -> None:
    assert tiny_directory().unit("hotline") is not None


# ---------------------------------------------------------------- a limit of the category's own


def own(amount: int, unit: LimitUnit, code: str) -> Limit:
    return Limit(amount=amount, unit=unit, rule=f"categories.{code}.solve", source="cases: x")


def limited(code: str, limit: Limit, **more: Any) -> Rules:
    """The tiny city, in which one category has a limit of its own."""
    rows = tuple(
        evolve(found, solve=limit) if found.code == code else found for found in tiny_categories()
    )
    return rules_with(categories=rows, **more)


TWO_DAYS = own(2, LimitUnit.WORKING_DAYS, "pipes")


def test_solving_has_the_categorys_limit_and_says_so() -> None:
    play = Play(limited("pipes", TWO_DAYS)).dispatched()
    clock = play.clock(What.SOLVE)
    assert clock.due.limit == TWO_DAYS
    assert clock.due.at == local("2024-03-06 18:00")
    kind = play.rules.policy.kind_of["tough"]
    assert play.clock(What.REPORT_IN, "zhujian").due.limit == kind.report_in
    assert clock.latest is not None  # extended by as much as the kind allows, from its own due time
    assert kind.extension is not None
    assert clock.latest == play.rules.limits.extended(
        clock.due, kind.extension, at=play.now
    ).at  # fmt: skip


def test_it_may_be_longer_than_the_kinds() -> None:
    long = own(40, LimitUnit.WORKING_DAYS, "pipes")
    play = Play(limited("pipes", long)).dispatched()
    assert play.clock(What.SOLVE).due.limit == long
    assert play.clock(What.HAND_IN).due.limit == working_days(10)


def test_however_it_came_to_its_lead() -> None:
    short = own(2, LimitUnit.WORK_HOURS, "street_lamp")
    straight = limited("street_lamp", short, straight=True)
    play = Play(straight).classified("street_lamp")
    play.ok("hotline", c.SendStraight(to="zhujian"))
    assert play.clock(What.SOLVE).due.limit == short
    play = Play(straight).classified("street_lamp")
    play.ok("street", c.TakeOn())
    assert play.clock(What.SOLVE).due.limit == short
    play = Play(straight).blown("street_lamp", "quick")
    play.ok("coordinator", c.Designate(unit="gongan"))
    assert play.clock(What.SOLVE).due.limit == short
    six = own(6, LimitUnit.HOURS, "burst_main")
    play = Play(limited("burst_main", six)).received()
    play.ok("clerk", c.Blow(kind="emergency", category="burst_main"))
    assert play.clock(What.SOLVE).due.limit == six


def test_a_higher_whistle_has_its_kinds_limit() -> None:
    short = own(2, LimitUnit.WORK_HOURS, "street_lamp")
    play = Play(limited("street_lamp", short)).dispatched("street_lamp", "tough")
    assert play.clock(What.SOLVE).due.limit == working_days(15)
    play = Play(limited("street_lamp", short)).dispatched("street_lamp", "quick")
    play.ok("street", c.RaiseWhistle(kind="emergency"))
    assert play.clock(What.SOLVE).due.limit == hours(24)
    play = Play(limited("street_lamp", short)).blown("street_lamp", "quick")
    play.ok("street", c.RaiseWhistle(kind="emergency"))
    assert play.clock(What.SOLVE).due.limit == hours(24)


def test_raised_to_the_categorys_kind_it_has_the_categorys_limit() -> None:
    rules = limited("pipes", TWO_DAYS)
    quick = evolve(rules.policy.rules[-1], kind="quick")
    rules = limited("pipes", TWO_DAYS, rules=(quick,))
    play = Play(rules).dispatched("pipes", "quick")
    assert play.clock(What.SOLVE).due.limit == hours(24)
    play.ok("street", c.RaiseWhistle(kind="tough"))
    assert play.clock(What.SOLVE).due.limit == TWO_DAYS
    assert play.clock(What.HAND_IN).due.limit == TWO_DAYS


def test_a_joint_part_has_no_longer_than_solving() -> None:
    play = Play(limited("pipes", TWO_DAYS)).arrived()
    assert play.clock(What.HAND_IN, "chengguan").due == play.clock(What.SOLVE).due
    play.ok("r-zhujian", c.BringIn(unit="minzheng"))
    assert play.clock(What.HAND_IN, "minzheng").due.limit == TWO_DAYS
    play.ok("r-shuiwu", c.ReportIn())
    assert play.clock(What.HAND_IN, "shuiwu").due.limit == TWO_DAYS
    play.ok("r-chengguan", c.Accept())
    assert play.clock(What.HAND_IN, "zhujian").due.limit == TWO_DAYS
    twelve = own(12, LimitUnit.WORKING_DAYS, "pipes")
    play = Play(limited("pipes", twelve)).dispatched()
    assert play.clock(What.HAND_IN, "chengguan").due.limit == working_days(10)


def test_of_two_limits_of_other_units_the_one_that_ends_first() -> None:
    day = own(9, LimitUnit.WORK_HOURS, "street_lamp")  # until the next morning, or 12 hours on
    rows = tuple(
        evolve(found, solve=day, joint=("gongan",)) if found.code == "street_lamp" else found
        for found in tiny_categories()
    )
    play = Play(rules_with(categories=rows)).dispatched("street_lamp", "quick")
    hand_in = play.clock(What.HAND_IN, "gongan")  # it works round the clock: 9 hours on
    assert hand_in.due.limit == day
    rows = tuple(evolve(found, joint=("minzheng",)) if found.solve else found for found in rows)
    play = Play(rules_with(categories=rows)).dispatched("street_lamp", "quick")
    assert play.clock(What.HAND_IN, "minzheng").due.limit == hours(12)
    assert play.clock(What.SOLVE).due.at > play.clock(What.HAND_IN).due.at


def test_a_further_round_has_the_kinds_redo() -> None:
    play = Play(limited("pipes", TWO_DAYS)).arrived()
    play.ok("r-chengguan", c.ReportIn())
    play.ok("r-chengguan", c.HandIn(evidence=PROOF))
    play.ok("r-zhujian", c.BringIn(unit="chengguan"))  # asked for a further part
    assert play.clock(What.HAND_IN).due.limit == TWO_DAYS
    play.wait(play.clock(What.HAND_IN).due.at + timedelta(minutes=1))
    play.ok("r-zhujian", evolve(FED_BACK, without=("chengguan",)))
    play.ok("resident", NOT_SOLVED)
    assert play.clock(What.REDO).due.limit == working_days(7)
    assert play.clock(What.HAND_IN).due.limit == TWO_DAYS


def test_the_row_in_force_when_the_clock_starts_counts() -> None:
    change = date(2024, 3, 5)
    (pipes,) = (found for found in tiny_categories() if found.code == "pipes")
    rest = tuple(found for found in tiny_categories() if found.code != "pipes")
    old = evolve(pipes, until=change - timedelta(days=1), solve=working_days(9))
    new = evolve(pipes, since=change, solve=working_days(3))
    play = Play(rules_with(categories=(*rest, old, new))).dispatched()
    first = play.clock(What.SOLVE)
    assert first.due.limit == working_days(9)
    assert play.clock(What.HAND_IN).due.limit == working_days(9)
    play.wait(local("2024-03-05 09:00"))
    play.ok("r-zhujian", c.ReportIn())
    play.ok("r-zhujian", c.BringIn(unit="minzheng"))
    assert play.clock(What.HAND_IN, "minzheng").due.limit == working_days(3)
    assert play.again(first).due == first.due  # nothing restarts
    play = Play(play.rules, start=local("2024-03-05 09:00")).dispatched()
    assert play.clock(What.SOLVE).due.limit == working_days(3)


def test_without_one_nothing_is_other_than_before() -> None:
    play = Play().dispatched()
    assert play.clock(What.SOLVE).due.limit == working_days(15)
    assert b"solve" not in codec.canonical(tiny_categories()[0])
    rules = limited("pipes", TWO_DAYS)
    assert codec.load_policy(codec.canonical(rules.policy)) == rules.policy


# ---------------------------------------------------------------- in files

QUICK = "street_lamp,路灯故障,Street lamp out,public,quick,"


def table(**cells: str) -> str:
    """The base catalogue, with a column ``solve`` after ``kind``: cells by categories."""
    rows = [*csv.reader(io.StringIO(ROWS))]
    written = io.StringIO()
    heads = [[*rows[0][:5], "solve 办结期限", *rows[0][5:]]]
    body = [[*found[:5], cells.get(found[0], ""), *found[5:]] for found in rows[1:]]
    csv.writer(written, lineterminator="\n").writerows(heads + body)
    return written.getvalue()


def test_it_is_a_column_of_the_catalogue() -> None:
    found = load_policy(files(rows=table(street_lamp="4 work hours"))).value
    lamp, main, noise = found.categories
    assert lamp.solve == Limit(
        amount=4,
        unit=LimitUnit.WORK_HOURS,
        rule="categories.street_lamp.solve",
        source="choice: 示范 | made up",
    )
    assert (main.solve, noise.solve) == (None, None)
    assert dict(limits_of(found))["categories.street_lamp.solve"] == lamp.solve


def test_or_a_key_with_a_source_of_its_own() -> None:
    row_ = """
[[categories]]
code = "lamp"
zh = "路灯"
en = "Lamp"
affair = "public"
kind = "quick"
solve = { limit = "1 working day", source = "notice: 一个工作日" }
leads = ["zhifa"]
source = "choice: 示范 | made up"
"""
    text = changed(
        POLICY,
        ('categories = "base.categories.csv"\n', ""),
        ("[objections]", f"{row_}\n[objections]"),
        ('category = "street_lamp"', 'category = "lamp"'),
    )
    text = text.replace('"water_main"', '"lamp"')
    (lamp,) = load_policy(files(text)).value.categories
    assert lamp.solve is not None
    assert (lamp.solve.amount, lamp.solve.source) == (1, "notice: 一个工作日")
    assert lamp.solve.rule == "categories.lamp.solve"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"street_lamp": "4"}, "bad_value"),
        ({"street_lamp": "0 hours"}, "bad_value"),
        ({"noise": "4 hours"}, "solve_not_public"),
    ],
)
def test_what_is_no_limit_or_has_no_whistle_is_refused(cells: dict[str, str], code: str) -> None:
    with pytest.raises(PolicyError) as raised:
        load_policy(files(rows=table(**cells)))
    (found,) = raised.value.problems
    (name,) = cells
    assert (found.code, found.key) == (code, f"categories.{name}.solve")
    assert found.spot is not None
    assert (found.spot.file, found.spot.column) == ("base.categories.csv", 6)


def test_so_it_is_of_values_built_in_code() -> None:
    rows = tuple(evolve(found, solve=hours(-1)) for found in tiny_categories())
    found = [(p.code, p.key) for p in problems(tiny_policy(categories=rows))]
    assert ("negative", "categories.pipes.solve") in found
    assert ("solve_not_public", "categories.quarrel.solve") in found
    assert ("solve_not_public", "categories.parking.solve") in found
    assert ("solve_not_public", "categories.pipes.solve") not in found


# ---------------------------------------------------------------- in proposed rows


def proposal(category: str = "street_lamp") -> editing.Proposal:
    return editing.Proposal(matter="m-1", on=date(2025, 3, 5), category=category, unit="yingji")


def test_a_proposed_row_keeps_the_limit_and_names_its_source() -> None:
    found = load_policy(files(rows=table(street_lamp="1 working day"))).value
    made = editing.category_for(proposal(), found)
    assert made.solve == found.categories[0].solve
    assert made.source == "decision: m-1, 2025-03-05; choice: 示范 | made up"
    other = editing.category_for(proposal(), found, kind="emergency")
    assert (other.solve, other.source) == (None, "decision: m-1, 2025-03-05")


def test_it_is_written_with_the_row() -> None:
    text = table(street_lamp="1 working days")
    found = load_policy(files(rows=text)).value
    made = editing.category_for(proposal(), found)
    new = editing.changed(files(rows=text), made)
    both = files(new["base.toml"], new["base.categories.csv"])
    again = load_policy(both).value
    day = local("2025-03-06 09:00")
    row_ = again.category("street_lamp", day)
    assert row_ is not None
    assert row_.leads == ("yingji", "zhifa")
    assert row_.solve is not None
    assert (row_.solve.amount, row_.solve.unit) == (1, LimitUnit.WORKING_DAYS)
    assert editing.changed(both, made) == {}
    otherwise = new["base.categories.csv"].replace("1 working day,yingji", "1 working_days,yingji")
    assert editing.changed(files(new["base.toml"], otherwise), made) == {}  # it says the same
