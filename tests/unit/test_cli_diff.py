"""``whistle policy diff`` and ``coverage``: what a change means, and what was ever shown."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, fields
from click.testing import CliRunner, Result

from tests.checked import DIRECTORY, POLICY
from tests.unit.cli_stores import at_work, filled
from whistle_engine.cli.app import whistle
from whistle_engine.cli.policy.diff_telling import Teller, percent
from whistle_engine.compiling import compile_rules
from whistle_engine.model import Affair, Label, Party, facts
from whistle_engine.policy import Accepted, Category, Policy
from whistle_engine.policy_file import (
    Files,
    load_policy,
    shipped_files,
    shipped_names,
    shipped_rules,
)
from whistle_engine.review.comparing import Epoch
from whistle_engine.review.diff import Diff, diff
from whistle_engine.story import shipped_story, write_story

RULE = (
    '[[rules]]\nid = "lamps-at-home"\nzh = "家中路灯"\nen = "Lamps at home"\n'
    'when = { category = ["lamp"], scope = ["home"] }\naffair = "household"\n'
    'source = "choice: 试拟 | a draft"\n\n[[rules]]\nid = "all"'
)


def run(*args: str | Path, **env: str) -> Result:
    settings = {"WHISTLE_LANG": "en", "COLUMNS": "80", **env}
    return CliRunner().invoke(
        whistle, ["policy", *map(str, args)], env=settings, prog_name="whistle"
    )


def written(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    text = POLICY
    for was, now in changes:
        assert was in text
        text = text.replace(was, now, 1)
    (folder / f"{name}.directory.toml").write_text(DIRECTORY, encoding="utf-8")
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder / f"{name}.toml"


def read(*changes: tuple[str, str]) -> Policy:
    text = POLICY
    for was, now in changes:
        assert was in text
        text = text.replace(was, now, 1)
    return load_policy(Files((("small.toml", text.encode()),))).value


# ---------------------------------------------------------------- in values


@pytest.mark.parametrize(
    ("was", "now", "key", "before", "after"),
    [
        ('solve = "5 working days"', 'solve = "8 work hours"', "kinds.quick.solve",
         "5 working days", "8 work hours"),
        ('leads = ["works"]', 'leads = ["rescue"]', "categories.lamp.leads 2026-02-01 – 2026-06-30",
         "works", "rescue"),
        ('defer = ["coordinator"]', "defer = []", "permissions.defer", "coordinator", "nobody"),
        ('action = "remind", percent = 80', 'action = "remind", percent = 70', "ladders.solve",
         None, None),
        ('units = ["works"]', "units = []", "enforcement.works", "on it", "(none)"),
        ('within = "8 hours"', 'within = "9 hours"', "objections.within", "8 hours", "9 hours"),
        ("rounds = 3", "rounds = 2", "marks.rounds", "3", "2"),
        ('possible = { ongoing = "emergency"', 'possible = { ongoing = "quick"',
         "signals.fire.possible.ongoing", "Emergency whistle", "Quick whistle"),
        ('zh = "来访"\nen = "Visit"', 'zh = "到访"\nen = "Visit"', "channels.visit", None, None),
        ("evidence = 1", "evidence = 2", "kinds.quick.evidence", "1", "2"),
        ('may_blow = ["street", "community"]', 'may_blow = ["street"]', "kinds.quick.may_blow",
         "community, street", "street"),
        ('estate = "9 days"', 'estate = "12 days"', "tracks.shared.estate", "9 days", "12 days"),
        ('urgent_lead = "rescue"', 'urgent_lead = "police"', "urgent_lead", "rescue", "police"),
    ],
)  # fmt: skip
def test_a_value_that_differs_is_told_by_its_meaning(
    was: str, now: str, key: str, before: str | None, after: str | None
) -> None:
    found = diff(read(), read((was, now)))
    assert not found.equivalent
    (one,) = [each for each in found.values if each.key == key]
    assert one.area != "sources"
    if before is not None:
        assert (one.before.en if one.before else "(none)") == before
        assert (one.after.en if one.after else "(none)") == after


def test_what_is_only_written_otherwise_is_equivalent() -> None:
    """A permission said once more, ladders in another order, sources and the version."""
    said = (
        'defer = ["coordinator"]',
        'defer = ["coordinator"]\nescalate = ["community", "street"]',
    )
    sources = ('source = "choice: 简单事项 | what is simple"', 'source = "choice: 简 | simple"')
    renamed = ('id = "all"', 'id = "everything"')
    found = diff(read(), read(said, sources, renamed, ('version = "1"', 'version = "2"')))
    assert found.equivalent
    told = {each.key for each in found.values}
    assert told >= {"version", "rules.all.source", "rules.everything.source", "kinds.quick.source"}


AT_HOME = (
    '[[rules]]\nid = "at-home"\nzh = "一户的事"\nen = "At home"\n'
    'when = { scope = ["home"] }\naffair = "household"\nsource = "choice: 试拟 | a draft"\n\n'
)
QUARRELS = (
    '[[rules]]\nid = "quarrels"\nzh = "邻里纠纷"\nen = "Quarrels"\n'
    'when = { category = ["quarrel"] }\naffair = "household"\n'
    'source = "choice: 试拟 | a draft"\n\n'
)
ALL = '[[rules]]\nid = "all"'
SWAPPED = ((ALL, AT_HOME + QUARRELS + ALL), (ALL, QUARRELS + AT_HOME + ALL))


def test_a_ladder_that_differs_is_told_once_for_all_its_clocks(tmp_path: Path) -> None:
    """As a value each kind of clock has its own; in words those that differ alike are one."""
    change = ('action = "remind", percent = 80', 'action = "remind", percent = 70')
    found = diff(read(), read(change))
    keys = [each.key for each in found.values]
    assert len(keys) > 3
    assert all(key.startswith("ladders.") for key in keys)
    ((heading, rows),) = Teller(found, "en").areas()
    assert heading == "Ladders"
    (row,) = rows
    assert row.key == "ladders." + "+".join(key.removeprefix("ladders.") for key in keys)
    assert row.title.en == ", ".join(key.removeprefix("ladders.") for key in keys)
    assert "办理（solve）、" in row.title.zh
    told = run("diff", written(tmp_path, "old"), written(tmp_path, "new", change)).stdout
    assert told.count("at 80% remind to holder") == 1
    both = (change, ('percent = 80, to = "holder" },\n]', 'percent = 85, to = "holder" },\n]'))
    ((_, rows),) = Teller(diff(read(), read(*both)), "en").areas()
    assert [row.key for row in rows][1:] == ["ladders.mark"]


def test_rules_that_swap_places_tell_another_reason() -> None:
    """Nothing is decided otherwise; but who asks why is told of another rule."""
    found = diff(*(read(change) for change in SWAPPED))
    assert not found.equivalent
    assert found.values == ()
    (epoch,) = found.epochs
    assert epoch.groups == ()
    (group,) = epoch.retold
    assert (group.before.by, group.after.by) == ("at-home", "quarrels")
    assert group.before.result == group.after.result == (Affair.HOUSEHOLD, None)
    assert (group.calm, dict(group.witness)) == (4, {"category": "quarrel", "scope": "home"})


def test_rules_of_one_title_that_swap_places_are_equivalent() -> None:
    """Whoever asks why is told the same words, by the same facts."""
    one, other = (
        AT_HOME.replace("at-home", name).replace('["home"]', f'["{value}"]')
        for name, value in (("x", "home"), ("y", "estate"))
    )
    assert diff(read((ALL, one + other + ALL)), read((ALL, other + one + ALL))).equivalent


def test_a_rule_that_reads_another_fact_is_told_by_it() -> None:
    """It decides as it did, and whoever asks why is told by other facts."""
    rule = QUARRELS.replace('zh = "邻里纠纷"', 'zh = "甲"')
    wide = rule.replace('["quarrel"] }', '["quarrel"], scope = ["home", "estate", "unknown"] }')
    found = diff(read((ALL, rule + ALL)), read((ALL, wide + ALL)))
    assert not found.equivalent
    (group,) = found.epochs[0].retold
    assert (group.before, group.calm) == (group.after, 12)
    teller = Teller(found, "en")
    assert teller.by(group) == (
        '"Quarrels" (quarrels); by these facts: category → category, Whom it concerns'
    )


def test_a_rule_that_is_called_otherwise_is_told_otherwise() -> None:
    """Its title is told to whoever asks why; only where it comes from is not."""
    found = diff(read(), read(('en = "As the catalogue says"', 'en = "By the catalogue"')))
    assert not found.equivalent
    (one,) = found.values
    assert (one.area, one.key) == ("texts", "rules.all.title")
    assert (one.before, one.after) == (
        Label("按派单目录", "As the catalogue says"),
        Label("按派单目录", "By the catalogue"),
    )
    sourced = diff(read(), read(('"choice: 按目录 | by the catalogue"', '"choice: 目录 | row"')))
    assert sourced.equivalent
    assert [(each.area, each.key) for each in sourced.values] == [("sources", "rules.all.source")]


RUNG = '  { action = "escalate", after = "2 working days", to = "coordinator" },\n'


def test_of_a_rung_that_goes_its_source_is_told_by_what_it_does() -> None:
    found = diff(read(), read((RUNG, "")))
    told = [(each.area, each.key) for each in found.values if each.area != "ladders"]
    assert told == [("sources", "ladders.others.escalate.source")]
    shifted = diff(read(), read((RUNG, ""), ("rungs = [\n", f"rungs = [\n{RUNG}")))
    assert [each.key for each in shifted.values if each.area == "sources"] == []


def test_a_source_is_told_only_where_one_is_said() -> None:
    """What stands under a table's source has none of its own: nothing goes, and nothing comes."""
    policy = read()
    for rungs in (policy.ladders[0].rungs[:1], ()):
        less = evolve(policy, ladders=(evolve(policy.ladders[0], rungs=rungs), *policy.ladders[1:]))
        for old, new in ((policy, less), (less, policy)):
            for each in diff(old, new).values:
                assert all(label is None or (label.zh and label.en)
                           for label in (each.before, each.after)), each  # fmt: skip
    was = 'action = "remind", percent = 80'
    found = diff(read(), read((was, f'source = "choice: 早 | early", {was}')))
    assert found.equivalent
    (one,) = found.values
    assert one.key == "ladders.others.remind.source"
    assert one.before is not None
    assert (one.before.en, one.after) == (
        "choice: 逐级 | step by step",
        Label("choice: 早 | early", "choice: 早 | early"),
    )


def test_an_early_ladder_that_is_moved_changes_nothing() -> None:
    policy = read()
    moved = evolve(policy, ladders=policy.ladders[::-1])
    assert diff(policy, moved).equivalent


@pytest.mark.parametrize("name", shipped_names())
def test_every_policy_is_equivalent_to_itself(name: str) -> None:
    policy = load_policy(shipped_files(name)).value
    found = diff(policy, policy)
    assert found.equivalent
    assert found.values == ()


def test_nothing_that_a_policy_sets_is_left_out() -> None:
    """Each field of a policy, changed by itself, is a difference; what it means is told apart."""
    policy = read()
    day = policy.in_force_from + timedelta(days=9)
    changed: dict[str, Any] = {
        "code": "other", "title": Label("别处", "Elsewhere"), "version": "9", "in_force_from": day,
        "utc_offset": timedelta(hours=7), "shifts": policy.shifts[:1],
        "calendar": evolve(policy.calendar, holidays=frozenset({day})),
        "channels": {}, "routes": {}, "facts": policy.facts[:-1], "floors": policy.floors[:-1],
        "rules": (evolve(policy.rules[0], affair=Affair.SHARED),),
        "kinds": (evolve(policy.kinds[0], evidence=5), *policy.kinds[1:]),
        "categories": policy.categories[:-1], "street_list": (),
        "tracks": tuple(evolve(t, limit=evolve(t.limit, amount=77)) for t in policy.tracks),
        "limits": {**policy.limits, "look": evolve(policy.limits["look"], amount=9)},
        "ladders": policy.ladders[1:],
        "objections": evolve(policy.objections, answer=policy.limits["docket"]),
        "extensions": evolve(policy.extensions, decided_by=Party.COORDINATOR),
        "deferrals": evolve(policy.deferrals, most=7), "marks": evolve(policy.marks, rounds=9),
        "enforcement": frozenset(), "urgent_lead": "police", "coordinator": "centre",
        "operations": "office", "hotline": None, "straight": True, "permissions": {"urge": set()},
        "sources": {}, "messages": {"resident.received": Label("收到", "got it")},
        "accepted": (Accepted(code="look_longer", key="limits.look", source="choice: 无 | none"),),
    }  # fmt: skip
    assert set(changed) == {each.name for each in fields(Policy)}
    provenance = {"version", "in_force_from", "sources", "accepted"}
    for name, value in changed.items():
        found = diff(policy, evolve(policy, **{name: value}), begins=policy.in_force_from)
        assert found.equivalent == (name in provenance), name
        assert found.values or found.epochs[0].groups, name


# ---------------------------------------------------------------- the command


def test_equal_policies_are_told_so(tmp_path: Path) -> None:
    old = written(tmp_path, "old")
    told = run("diff", old, old)
    assert (told.exit_code, told.stderr) == (0, "")
    assert "equivalent" in told.stdout
    assert "等效" in run("diff", old, old, "--lang", "zh").stdout


def test_a_new_rule_is_told_with_counts_and_the_smallest_case(tmp_path: Path) -> None:
    old = written(tmp_path, "old")
    new = written(tmp_path, "new", ('[[rules]]\nid = "all"', RULE))
    told = run("diff", old, new)
    assert told.exit_code == 1
    assert "1. Quick whistle → household" in told.stdout
    assert 'such as category "Street lamps", whom it concerns "a home"' in told.stdout
    held = json.loads(run("diff", old, new, "--json").stdout)
    (first,) = held["epochs"]  # its rows begin and end, and the change is the same
    assert first["since"] == "2026-01-01"
    assert first["calm"] == 4 * 4 * 3
    (group,) = first["groups"]
    assert group["before"] == {"rule": "all", "affair": "public", "kind": "quick"}
    assert group["after"] == {"rule": "lamps-at-home", "affair": "household", "kind": None}
    assert group["witness"] == {"category": "lamp", "scope": "home"}
    assert (group["calm"], group["recorded"]) == (4, None)
    assert [part["count"] for part in group["parts"]] == [4]


def test_what_only_another_rule_decides_is_told_without_shares(tmp_path: Path) -> None:
    old, new = (
        written(tmp_path, name, change) for name, change in zip(("a", "b"), SWAPPED, strict=True)
    )
    told = run("diff", old, new)
    assert told.exit_code == 1
    lines = [line.strip() for line in told.stdout.splitlines()]
    assert "no facts are decided otherwise" in lines
    assert "decided the same by another rule, or by other facts: 4 combinations (8.33%)" in lines
    assert "1. household, as before  4 combinations (8.33%)" in lines
    by = '"At home" (at-home); then: "Quarrels" (quarrels); by these facts: '
    assert f"{by}Whom it concerns → category" in lines
    zh = run("diff", old, new, "--lang", "zh").stdout
    assert "家事（结果不变）" in zh
    held = json.loads(run("diff", old, new, "--json").stdout)
    assert not held["equivalent"]
    (epoch,) = held["epochs"]
    assert epoch["groups"] == []
    (group,) = epoch["retold"]
    assert (group["before"]["rule"], group["after"]["rule"]) == ("at-home", "quarrels")
    assert "recorded" not in group
    page = tmp_path / "page.html"
    assert run("diff", old, new, "--html", page).exit_code == 1
    assert "household, as before" in page.read_text(encoding="utf-8")


def test_recorded_decisions_are_counted_beside(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'whistle.db'}"
    demo = CliRunner().invoke(whistle, ["demo", "--store", store], env={"WHISTLE_LANG": "en"})
    assert demo.exit_code == 0, demo.output
    new = tmp_path / "xingqing.toml"
    files = shipped_files("xingqing")
    files.write(tmp_path)
    text = new.read_text(encoding="utf-8")
    was = 'when = { category = ["overhead_cables"] }\naffair = "public"\nkind = "tough"'
    new.write_text(text.replace(was, was.replace("tough", "quick")), encoding="utf-8")
    held = json.loads(run("diff", "xingqing", new, "--store", store, "--json").stdout)
    assert held["decisions"] >= 1
    groups = held["epochs"][0]["groups"]
    (moved,) = [g for g in groups if g["before"]["rule"] == "tough-cables" and g["recorded"]]
    assert moved["after"] == {"rule": "tough-cables", "affair": "public", "kind": "quick"}
    assert sum(group["recorded"] for group in groups) == 1
    told = run("diff", "xingqing", new, "--store", store)
    assert re.search(r"recorded decisions: 1 of \d+ \(", told.stdout)


def cables(kind: str, since: date | None = None, until: date | None = None) -> Category:
    """The row of cables in Xingqing, of a kind, between days."""
    rows = shipped_rules("xingqing").policy.categories
    row = next(row for row in rows if row.code == "overhead_cables")
    return evolve(row, kind=kind, since=since, until=until)


def with_cables(*rows: Category) -> Policy:
    """Xingqing where the catalogue alone decides cables, by these rows."""
    policy = shipped_rules("xingqing").policy
    others = (row for row in policy.categories if row.code != "overhead_cables")
    rules = tuple(rule for rule in policy.rules if rule.id != "tough-cables")
    return evolve(policy, rules=rules, categories=(*others, *rows))


EVE, TURN = date(2026, 6, 30), date(2026, 7, 1)
DATED = with_cables(cables("tough", until=EVE), cables("quick", since=TURN))
RECORDS = 10 * [facts(category="overhead_cables")] + 5 * [facts(category="unknown")]


def shares(found: Diff, epoch: Epoch) -> list[int]:
    """How many records fall into each group into which some do."""
    return [n for group in epoch.groups if (n := found.share(epoch, group))]


def test_records_are_decided_anew_as_on_the_first_day_of_each_epoch() -> None:
    """Not by the row that was in force when they were recorded: the groups are of a day."""
    old = with_cables(cables("tough"))
    undated = diff(old, with_cables(cables("quick")), recorded=RECORDS)
    (only,) = undated.epochs
    assert shares(undated, only) == [10]
    dated = diff(old, DATED, recorded=RECORDS)
    first, second = dated.epochs
    assert (first.groups, second.since) == ((), TURN)
    assert shares(dated, second) == [10]
    assert dated.recorded is not None
    assert dated.recorded.total == 15
    sums = list(Teller(dated, "en").sums(second))
    assert sums[-1] == "recorded decisions that would be otherwise: 10 of 15 (66.7%)"


def test_each_epoch_has_shares_and_sums_of_its_own() -> None:
    """Lamps are otherwise from the first day on, and cables besides from a later one."""
    old = with_cables(cables("tough"))
    rows = tuple(
        evolve(row, kind="tough") if row.code == "street_lamp" else row for row in DATED.categories
    )
    records = [*RECORDS, *(3 * [facts(category="street_lamp")])]
    found = diff(old, evolve(DATED, categories=rows), recorded=records)
    assert [sorted(shares(found, epoch)) for epoch in found.epochs] == [[3], [3, 10]]
    lines = [list(Teller(found, "en").sums(epoch))[-1] for epoch in found.epochs]
    assert [re.findall(r"otherwise: (\d+) of", line) for line in lines] == [["3"], ["13"]]


def test_days_on_which_the_same_is_otherwise_are_one_epoch() -> None:
    """A row that ends in both is none of the change's; one that comes and goes is."""
    rows = tuple(
        evolve(row, kind="tough") if row.code == "street_lamp" else row for row in DATED.categories
    )
    (only,) = diff(DATED, evolve(DATED, categories=rows)).epochs
    assert len(only.groups) > 1
    back = (cables("tough", until=EVE), cables("quick", since=TURN, until=TURN),
            cables("tough", since=date(2026, 7, 2)))  # fmt: skip
    epochs = diff(with_cables(cables("tough")), with_cables(*back)).epochs
    assert [(epoch.since, bool(epoch.groups)) for epoch in epochs] == [
        (shipped_rules("xingqing").policy.in_force_from, False),
        (TURN, True),
        (date(2026, 7, 2), False),
    ]


def told_rows(old: Policy, new: Policy) -> list[tuple[str, str]]:
    """The area and the key of each value that is otherwise."""
    return [(each.area, each.key) for each in diff(old, new).values]


def test_a_row_that_is_split_with_the_same_values_is_equivalent() -> None:
    whole, split = (
        with_cables(cables("tough")),
        with_cables(cables("tough", until=EVE), cables("tough", since=TURN)),
    )
    for old, new in ((whole, split), (split, whole)):
        assert diff(old, new).equivalent
        assert told_rows(old, new) == []


def test_of_a_row_only_what_changes_is_told_with_its_day() -> None:
    """Leads and joint units stay; the kind is another from a day on."""
    (one,) = diff(with_cables(cables("tough")), DATED).values
    assert (one.area, one.key) == ("catalogue", "categories.overhead_cables.affair 2026-07-01 – …")
    assert one.title.en == "Tangled overhead cables: affair (2026-07-01 – …)"
    assert (one.before, one.after) == (
        Label("公事，攻坚哨", "public, Tough whistle"),
        Label("公事，快捷哨", "public, Quick whistle"),
    )
    back = with_cables(cables("tough", until=EVE), cables("quick", since=TURN, until=TURN),
                       cables("tough", since=date(2026, 7, 2)))  # fmt: skip
    (day,) = diff(with_cables(cables("tough")), back).values
    assert day.key == "categories.overhead_cables.affair 2026-07-01 – 2026-07-01"


def test_a_row_is_told_once_for_each_time_in_which_it_is_otherwise() -> None:
    """Quick until the turn and an emergency after it, where it was tough: twice; its unit once."""
    rows = (cables("quick", until=EVE), cables("emergency", since=TURN))
    moved = tuple(evolve(row, leads=("zhifa",)) for row in rows)
    assert told_rows(with_cables(cables("tough")), with_cables(*moved)) == [
        ("catalogue", "categories.overhead_cables.affair … – 2026-06-30"),
        ("catalogue", "categories.overhead_cables.affair 2026-07-01 – …"),
        ("catalogue", "categories.overhead_cables.leads"),
    ]


def test_what_ends_before_both_are_in_force_is_left_out() -> None:
    """The later of their first days counts, whichever of the two is the newer."""
    ended = with_cables(cables("quick", until=EVE), cables("tough", since=TURN))
    whole = with_cables(cables("tough"))
    late = evolve(whole, in_force_from=TURN)
    for old, new in ((ended, late), (late, ended)):
        assert diff(old, new).equivalent
        assert told_rows(old, new) == [("sources", "in_force_from")]
        assert [epoch.since for epoch in diff(old, new).epochs] == [TURN]
        assert not diff(old, new, begins=EVE).equivalent
    assert not diff(ended, whole).equivalent


def test_the_street_list_is_compared_by_its_days() -> None:
    """What stands on it twice in a row stands on it; and from when it does not is told."""
    policy = read()
    (item,) = policy.street_list
    split = (evolve(item, until=EVE), evolve(item, since=TURN))
    assert told_rows(policy, evolve(policy, street_list=split)) == []
    shorter = evolve(policy, street_list=split[:1])
    assert told_rows(policy, shorter) == [
        ("lists", "street_list.lamp 2026-07-01 – 2027-05-31"),
        ("sources", "street_list.lamp.source 2026-07-01 – 2027-05-31"),
    ]


def test_a_row_for_the_longest_time_ends_with_it() -> None:
    longest = with_cables(cables("tough", until=date.max))
    assert told_rows(with_cables(cables("tough")), longest) == []


class Links(HTMLParser):
    """Tags, and whatever would have to be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_needs_nothing_else(tmp_path: Path, lang: str) -> None:
    old = written(tmp_path, "old")
    title = ('zh = "小城"', 'zh = "小城<b>"')
    new = written(tmp_path, "new", ('[[rules]]\nid = "all"', RULE), title)
    target = tmp_path / "page.html"
    told = run("diff", old, new, "--html", target, "--lang", lang)
    assert told.exit_code == 1
    assert str(target) in told.stdout
    text = target.read_text(encoding="utf-8")
    assert "<b>" not in text
    assert "url(" not in text
    parser = Links()
    parser.feed(text)
    assert parser.open == []
    assert parser.fetched == []
    assert ("改判" if lang == "zh" else "decided otherwise") in text
    assert "@page" in text


def test_what_cannot_be_read_or_written_is_told_in_one_line(tmp_path: Path) -> None:
    old = written(tmp_path, "old")
    assert run("diff", old, tmp_path / "nosuch.toml").exit_code == 2
    told = run("diff", old, old, "--html", tmp_path / "no" / "page.html")
    assert told.exit_code == 2
    assert "Traceback" not in told.output
    told = run("diff", old, old, "--store", f"sqlite:///{tmp_path / 'nosuch.db'}")
    assert told.exit_code == 2


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [(0, 5, "0%"), (5, 5, "100%"), (1, 8, "12.5%"), (1, 10**6, "<0.01%"),
     (10**6 - 1, 10**6, "99.99%"), (999, 1000, "99.90%")],
)  # fmt: skip
def test_a_share_is_never_rounded_to_nothing_or_to_all(part: int, whole: int, told: str) -> None:
    assert percent(part, whole) == told


# ---------------------------------------------------------------- coverage


def test_stories_show_what_they_use() -> None:
    told = run("coverage", "xingqing", "cables", "fr02_report_in", "--json")
    assert told.exit_code == 0, told.output
    held = json.loads(told.stdout)
    counts = {item["key"]: item["count"] for item in held["items"]}
    assert counts["rules.tough-cables"] >= 1
    assert counts["categories.overhead_cables"] >= 1
    assert counts["kinds.tough"] >= 1
    assert counts["rules.by-catalogue"] == 0
    assert held["sorts"]["kinds"]["of"] == 3
    assert all(item["line"] for item in held["items"])


def test_a_category_that_a_whistle_is_blown_with_before_any_classification_is_shown() -> None:
    held = json.loads(run("coverage", "xingqing", "burst_main", "--json").stdout)
    shown = {i["key"]: i["count"] for i in held["items"] if i["sort"] == "categories"}
    assert {key: count for key, count in shown.items() if count} == {
        "categories.water_main_burst": 1
    }


def test_rungs_that_were_climbed_are_told_apart() -> None:
    held = json.loads(run("coverage", "xingqing", "silence", "--json").stdout)
    rungs = {i["key"]: i["count"] for i in held["items"] if i["sort"] == "rungs"}
    assert any(rungs.values())
    assert not all(rungs.values())
    assert held["sorts"]["rungs"] == {"shown": sum(map(bool, rungs.values())), "of": len(rungs)}


def test_a_store_shows_what_was_recorded(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'whistle.db'}"
    CliRunner().invoke(whistle, ["demo", "--store", store], env={"WHISTLE_LANG": "en"})
    held = json.loads(run("coverage", "xingqing", "--store", store, "--json").stdout)
    counts = {item["key"]: item["count"] for item in held["items"]}
    assert counts["rules.tough-cables"] == 1
    assert counts["kinds.emergency"] >= 1
    both = json.loads(run("coverage", "xingqing", "cables", "--store", store, "--json").stdout)
    assert {i["key"]: i["count"] for i in both["items"]}["rules.tough-cables"] == 2


def test_what_was_never_used_is_listed_with_its_line() -> None:
    told = run("coverage", "xingqing", "cables")
    assert "rules: 1 of 19 shown" in told.stdout
    assert re.search(r"xingqing\.toml:\d+:\d+: rules\.public-power: .*: never", told.stdout)
    assert "more, --all lists them" in told.stdout
    assert "规则：19项中用到1项" in run("coverage", "xingqing", "cables", "--lang", "zh").stdout
    whole = run("coverage", "xingqing", "cables", "--all").stdout
    assert "more, --all" not in whole
    assert re.search(r"rules\.tough-cables: .*: once$", whole, re.MULTILINE)
    twice = run("coverage", "xingqing", "cables", "cables", "--all").stdout
    assert re.search(r"rules\.tough-cables: .*: 2 times$", twice, re.MULTILINE)
    assert run("coverage", "xingqing").exit_code == 2
    other = run("coverage", "xingqing", "beijing_redo")
    assert (other.exit_code, "another city" in other.stderr) == (2, True)


def test_every_story_of_a_folder_is_played_whatever_its_name(tmp_path: Path) -> None:
    none = run("coverage", "xingqing", tmp_path)
    assert (none.exit_code, none.stdout) == (2, "")
    assert "no story is in this folder" in none.stderr
    assert "没有情景" in run("coverage", "xingqing", tmp_path, "--lang", "zh").stderr
    for name, told in (("线缆.toml", "cables"), ("b.story.toml", "fr02_report_in")):
        (tmp_path / name).write_text(write_story(shipped_story(told)), encoding="utf-8")
    shipped_files("xingqing").write(tmp_path)  # which are no stories
    (tmp_path / "notes.txt").write_text("[[step]]", encoding="utf-8")
    folder = run("coverage", "xingqing", tmp_path, "--json").stdout
    assert folder == run("coverage", "xingqing", "cables", "fr02_report_in", "--json").stdout
    (tmp_path / "broken.toml").write_text("[[step]]\nat = ", encoding="utf-8")
    broken = run("coverage", "xingqing", tmp_path)
    assert (broken.exit_code, "broken.toml" in broken.stderr) == (2, True)


def test_what_rests_on_another_policy_is_left_out_and_told(tmp_path: Path) -> None:
    """Categories of the same code are another city's all the same."""
    own = json.loads(run("coverage", "xingqing", "cables", "--json").stdout)
    assert own["others"] == {}
    mixed = filled(tmp_path, "cables", "beijing_redo")
    both = json.loads(run("coverage", "xingqing", "--store", mixed, "--json").stdout)
    assert both["items"] == own["items"]
    (others,) = both["others"].values()
    assert list(both["others"]) == ["beijing"]
    shown = run("coverage", "xingqing", "--store", mixed).stdout
    assert f"not counted: {others} commits of this store" in shown
    held = json.loads(run("diff", "xingqing", "xingqing", "--store", mixed, "--json").stdout)
    assert held["others"] == {"beijing": others}
    page = tmp_path / "page.html"
    told = run("diff", "xingqing", "xingqing", "--store", mixed, "--html", page, "--lang", "zh")
    assert f"另有{others}条记录依据的是别的规则（beijing），未计入" in told.stdout
    assert "未计入" in page.read_text(encoding="utf-8")
    either = json.loads(run("diff", "xingqing", "beijing", "--store", mixed, "--json").stdout)
    assert either["others"] == {}
    assert either["decisions"] > held["decisions"] > 0


def test_a_store_of_another_city_is_refused(tmp_path: Path) -> None:
    store = filled(tmp_path, "beijing_redo")
    for args in (("coverage", "xingqing"), ("diff", "xingqing", "xingqing")):
        told = run(*args, "--store", store)
        assert (told.exit_code, told.stdout) == (2, "")
        assert "rests on another policy (beijing), not on xingqing" in told.stderr
        assert "另一份规则（beijing）" in run(*args, "--store", store, "--lang", "zh").stderr


def test_records_under_an_older_version_count(tmp_path: Path) -> None:
    """Also those of rules that were built in code."""
    rules = shipped_rules("xingqing")
    older = compile_rules(evolve(rules.policy, version="2000.1"), rules.directory)
    store = at_work(tmp_path, "m1", "m2", rules=older)
    held = json.loads(run("coverage", "xingqing", "--store", store, "--json").stdout)
    assert held["others"] == {}
    assert {i["key"]: i["count"] for i in held["items"]}["categories.street_lamp"] == 2
