"""What a finding is about besides its own value: each with the line on which it stands."""

from __future__ import annotations

from datetime import date

import pytest

from tests.checked import DIRECTORY, POLICY
from tests.unit.test_policy_check import IN_DIRECTORY, IN_POLICY, Bad, changed, found
from whistle_engine.review.findings import Finding

LINES = {
    ("category_gap", "categories.lamp.since"): ["until = 2026-06-30"],
    ("list_outside", "street_list.lamp.since"): ["since = 2026-02-01"],
    ("list_outside", "street_list.lamp.until"): ["until = 2027-06-30"],
    ("ladder_twice", "ladders[3].for"): ['for = ["mark"]'],
    ("looks_alike", "categories.burst.zh"): ['zh = "路灯"'],
    ("looks_alike", "kinds.emergency.en"): ['en = "Quick whistle"'],
    ("looks_alike", "channels.vlsit"): ["[channels.v1sit]"],
    ("looks_alike", "units.water.zh"): ['zh = "公安分局"'],
    ("ids_alike", "receivers.police.l.id"): ['id = "police.1"'],
    ("receiver_twice", "receivers.police.1.id"): ['id = "police.1"'],
    ("id_of_two_units", "receivers.police.1.id"): ['id = "police.1"'],
    ("id_of_two_units", "units.garden_grid.head"): ['head = "garden.head"'],
}
"""By code and key the lines of what else a finding is about."""


def lines(one: Finding, policy: str, directory: str) -> list[str]:
    told = []
    for each in one.involved:
        assert each.spot is not None
        text = directory if "directory" in each.spot.file else policy
        told.append(text.splitlines()[each.spot.line - 1])
    return told


@pytest.mark.parametrize("place", LINES, ids=" ".join)
def test_what_is_compared_with_another_names_its_line(place: tuple[str, str]) -> None:
    ours = next((bad for bad in IN_POLICY if (bad.code, bad.key) == place), None)
    theirs = next((bad for bad in IN_DIRECTORY if (bad.code, bad.key) == place), None)
    policy = changed(POLICY, ours) if ours else POLICY
    directory = changed(DIRECTORY, theirs) if theirs else DIRECTORY
    bad: Bad | None = ours or theirs
    assert bad is not None
    (one,) = found(policy, directory, on=bad.on)
    assert lines(one, policy, directory) == LINES[place]
    assert all(each.spot != one.spot for each in one.involved)


NARROWED = POLICY.replace('defer = ["coordinator"]', 'blow = ["street"]')


def test_a_kind_that_a_permission_narrows_names_its_line_and_mends_it_there() -> None:
    results = found(NARROWED)
    assert [each.code for each in results] == [
        "may_blow_in_vain",
        "may_blow_in_vain",
        "urgent_not_by_community",
    ]
    for one in results:
        assert lines(one, NARROWED, DIRECTORY) == ['blow = ["street"]']
    (urgent,) = results[2:]
    assert "add community to permissions.blow, or" in urgent.problem.said("en")
    assert "请在permissions.blow中补入community" in urgent.problem.said("zh")


def test_where_a_kind_leaves_out_the_community_it_is_mended_there() -> None:
    kind = 'may_blow = ["street", "community"]\nto_street = false'
    text = POLICY.replace(kind, kind.replace(', "community"', ""))
    (one,) = found(text)
    assert one.involved == ()
    assert "add community to may_blow, or" in one.problem.said("en")
    text = NARROWED.replace(kind, kind.replace(', "community"', ""))
    (one,) = (each for each in found(text) if each.code == "urgent_not_by_community")
    assert lines(one, text, DIRECTORY) == ['blow = ["street"]']
    assert "add community to may_blow and permissions.blow, or" in one.problem.said("en")


def test_a_whistle_that_nobody_blows_names_the_permission_that_narrows_it() -> None:
    kind = 'may_blow = ["street", "community"]\nto_street = false'
    text = NARROWED.replace(kind, kind.replace('"street", ', ""))
    (one,) = (each for each in found(text) if each.code == "nobody_blows")
    assert lines(one, text, DIRECTORY) == ['blow = ["street"]']


def test_a_power_in_vain_names_what_leaves_it_nothing() -> None:
    text = POLICY.replace("most = 2", "most = 0")
    (one,) = (each for each in found(text) if each.code == "permission_idle")
    assert lines(one, text, DIRECTORY) == ["most = 0"]
    text = POLICY.replace('defer = ["coordinator"]', 'send_straight = ["hotline"]')
    (one,) = (each for each in found(text) if each.code == "permission_idle")
    assert lines(one, text, DIRECTORY) == ["straight = false"]
    text = POLICY.replace('extension = "2 working days"', 'extension = "none"').replace(
        'defer = ["coordinator"]', 'ask_extension = ["responder"]'
    )
    idle = [each for each in found(text) if each.code == "permission_idle"]
    assert [lines(one, text, DIRECTORY) for one in idle] == [2 * ['extension = "none"']]


def test_a_category_that_is_relied_on_names_where() -> None:
    text = POLICY.replace("since = 2026-02-01\nuntil = 2027-05-31", "until = 2027-05-31")
    (one,) = found(text, on=date(2026, 1, 5))
    assert one.code == "category_not_yet"
    assert lines(one, text, DIRECTORY) == ['category = "lamp"']
    rule = (
        '[[rules]]\nid = "lamps"\nzh = "路灯事项"\nen = "Lamps"\nwhen = { category = ["lamp"] }\n'
        'affair = "public"\nkind = "quick"\nsource = "choice: 无 | none"\n\n[[rules]]\nid = "all"'
    )
    text = POLICY.replace("2027-06-30", "2026-07-31").replace('[[rules]]\nid = "all"', rule)
    (one,) = (e for e in found(text, on=date(2026, 8, 3)) if e.code == "category_ended")
    assert lines(one, text, DIRECTORY) == ['id = "lamps"']


def test_a_category_that_reads_like_another_of_many_rows_names_the_first_of_them() -> None:
    text = POLICY.replace('zh = "水管爆裂"', 'zh = "路 灯"')
    (one,) = found(text)
    (other,) = one.involved
    assert other.key == "categories.lamp.zh"
    assert other.spot is not None
    assert text.splitlines()[: other.spot.line].count('zh = "路灯"') == 1


def test_the_ladder_of_all_others_that_is_there_twice_names_the_first() -> None:
    text = POLICY.replace('for = ["mark"]', "for = []")
    (one,) = (each for each in found(text) if each.code == "ladder_twice")
    assert (one.key, one.value) == ("ladders[2].for", "[]")
    assert [each.key for each in one.involved] == ["ladders[1].for"]


def test_a_floor_that_falls_names_the_one_that_it_falls_from() -> None:
    both = 'possible = { ongoing = "emergency", imminent = "emergency" }'
    text = POLICY.replace(both, 'possible = { ongoing = "emergency" }')
    (one,) = (each for each in found(text) if each.code == "floor_below_earlier")
    assert one.key == "signals.fire.possible.imminent"
    (other,) = one.involved
    assert other.key == "signals.fire.possible.ongoing"
    assert other.spot is not None
    line = text.splitlines()[other.spot.line - 1]
    assert line[other.spot.column - 1 :].startswith(("ongoing", '"emergency"'))
