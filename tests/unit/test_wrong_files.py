"""Wrong files, each with the message that it gets: its code, its place, its words."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from tests.support import hours, tiny_directory, tiny_policy
from tests.wrong.mistakes import HERE, Mistake, made, mistakes, place, told
from tests.wrong.write import TOLD, said
from whistle_engine._sentences import SENTENCES
from whistle_engine._worktime import WorkTime
from whistle_engine.compiling import compile_rules
from whistle_engine.directory import Shift
from whistle_engine.errors import PolicyError
from whistle_engine.model import Affair, Party
from whistle_engine.policy import ListItem, Policy
from whistle_engine.policy_file import (
    csv_rows,
    files,
    load_policy,
    load_rules,
    shipped,
    toml_syntax,
    unpacked,
)
from whistle_engine.policy_file.editing import (
    Proposal,
    category_for,
    with_listed,
    with_row,
)
from whistle_engine.problems import Problem

WORDS: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(TOLD.read_text("utf-8"))


def test_the_base_files_have_no_mistake() -> None:
    rules = load_rules(HERE / "base.toml", HERE / "base.directory.toml")
    assert rules.policy.code == "base"


@pytest.mark.parametrize("mistake", mistakes(), ids=lambda mistake: mistake.name)
def test_a_mistake_is_told_at_its_place(mistake: Mistake, tmp_path: Path) -> None:
    expected = made(mistake, tmp_path)
    assert tuple(place(problem, tmp_path) for problem in told(mistake, tmp_path)) == expected


@pytest.mark.parametrize("mistake", mistakes(), ids=lambda mistake: mistake.name)
def test_a_mistake_is_told_in_the_words_that_were_read(mistake: Mistake, tmp_path: Path) -> None:
    assert said(mistake, tmp_path) == WORDS[mistake.name], "run python -m tests.wrong.write"


def test_no_words_are_left_of_mistakes_that_are_gone() -> None:
    assert set(WORDS) == {mistake.name for mistake in mistakes()}
    assert len(WORDS) > 150


# ---------------------------------------------------------------- what no file can have


def policy(**changes: Any) -> Policy:
    return tiny_policy(**changes)


def _first_rule(**changes: Any) -> Policy:
    rules = tiny_policy().rules
    return policy(rules=(evolve(rules[0], **changes), *rules[1:]))


def _floors(**changes: Any) -> Policy:
    floors = tiny_policy().floors
    return policy(floors=(*floors, evolve(floors[0], **changes)))


def _kind(**changes: Any) -> Policy:
    kinds = tiny_policy().kinds
    return policy(kinds=(evolve(kinds[0], **changes), *kinds[1:]))


def _rung(**changes: Any) -> Policy:
    first, *rest = tiny_policy().ladders
    return policy(ladders=(evolve(first, rungs=(evolve(first.rungs[0], **changes),)), *rest))


VALUES: Mapping[str, tuple[Callable[[], Policy], str]] = {
    "docket_at_once": (
        lambda: policy(limits={**tiny_policy().limits, "docket": hours(0)}),
        "limits.docket",
    ),
    "floor_twice": (_floors, "signals.collapse.present.imminent"),
    "floor_where": (lambda: _floors(level="certain"), "signals.collapse.certain.imminent"),
    "limit_missing": (lambda: policy(limits={}), "limits.classify"),
    "negative": (lambda: _kind(solve=hours(-1)), "kinds.quick.solve"),
    "no_command": (
        lambda: policy(permissions={"gran_extension": frozenset({Party.STREET})}),
        "permissions.gran_extension",
    ),
    "no_evidence": (lambda: _kind(evidence=0), "kinds.quick.evidence"),
    "no_kind": (lambda: _first_rule(kind="quik"), "rules.project.kind"),
    "no_round": (lambda: policy(marks=evolve(tiny_policy().marks, rounds=0)), "marks.rounds"),
    "no_such_value": (
        lambda: _first_rule(when=(("project", frozenset({"yess"})),)),
        "rules.project.when.project",
    ),
    "no_track": (
        lambda: policy(tracks=[t for t in tiny_policy().tracks if t.affair is Affair.SHARED]),
        "tracks.household",
    ),
    "percent": (lambda: _rung(percent=101), "ladders[1].rungs[1].percent"),
    "signal_undeclared": (
        lambda: policy(facts=[f for f in tiny_policy().facts if f.name != "crowd"]),
        "signals.crowd.present.imminent",
    ),
    "unknown_fact": (
        lambda: _first_rule(when=(("projekt", frozenset({"yes"})),)),
        "rules.project.when.projekt",
    ),
}


@pytest.mark.parametrize("code", VALUES)
def test_a_mistake_of_values_is_told_with_its_key(code: str) -> None:
    wrong, key = VALUES[code]
    with pytest.raises(PolicyError) as raised:
        compile_rules(wrong(), tiny_directory())
    found = [(problem.code, problem.key) for problem in raised.value.problems]
    assert found[0] == (code, key)
    assert all(problem.told("zh") and problem.told("en") for problem in raised.value.problems)


def _shifts() -> None:
    WorkTime(policy(shifts=(Shift(start=time(18), end=time(14)),)))


def _no_permission(patch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    patch.setattr(Path, "open", refuse)
    load_policy(HERE / "base.toml")


def _csv_otherwise(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(csv_rows, "BROKEN", ())
    csv_rows.read_rows("a.csv", b'a,b\n"c"d,e\n')


def _toml_otherwise(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(toml_syntax, "SYNTAX", ())
    load_policy(b"a")


def _incomplete() -> None:
    found = Proposal(matter="m", on=date(2024, 3, 5), category="drone", unit="gongan")
    category_for(found, tiny_policy())


ITEM = ListItem(category="a", since=date(2024, 3, 5), until=None, source="decision: m, 2024-03-05")
LISTED = "[street_list]\nsource = 'x'\n[[street_list.items]]\ncategory = 'a'\nsource = 'x'\n"

ELSEWHERE: Mapping[str, Callable[[pytest.MonkeyPatch], object]] = {
    "archive_broken": lambda _: unpacked(b"\0" * 257 + b"ustar", "a.tar"),
    "csv_broken": _csv_otherwise,
    "edit_by_hand": lambda _: with_listed("[[a]]\nb = 1\n[c]\n[[a]]\nb = 2\n", ITEM),
    "edit_in_brackets": lambda _: with_listed("[street_list]\nitems = [{ a = 1 }]\n", ITEM),
    "edit_no_column": lambda _: with_row("category,source\nb,x\n", ITEM),
    "edit_no_table": lambda _: with_listed("street_list = 1\n", ITEM),
    "file_no_permission": _no_permission,
    "not_shipped": lambda _: shipped("xinqing"),
    "row_incomplete": lambda _: _incomplete(),
    "row_later": lambda _: with_listed(f"{LISTED}since = 2024-03-06\n", ITEM),
    "row_no_since": lambda _: with_listed(LISTED, evolve(ITEM, since=None)),
    "shift_order": lambda _: _shifts(),
    "toml_other": _toml_otherwise,
}
"""What only happens in other ways than by a wrong file."""


@pytest.mark.parametrize("code", ELSEWHERE)
def test_a_mistake_elsewhere_is_told(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PolicyError) as raised:
        ELSEWHERE[code](monkeypatch)
    (found,) = raised.value.problems
    assert found.code == code
    assert found.told("zh").endswith(f" [{code}]")
    assert raised.value.told("en") == str(raised.value)


def test_every_sentence_is_said_of_some_mistake() -> None:
    """Both ways: no code without its mistake here, and no mistake of an unknown code."""
    told_of = {word.partition(" ")[0] for mistake in mistakes() for word in mistake.tells}
    codes = {code.removesuffix("_near") for code in SENTENCES}
    assert told_of | set(VALUES) | set(ELSEWHERE) == codes
    assert not told_of & (set(VALUES) | set(ELSEWHERE)) - {"unknown_fact"}


def test_sentences_are_in_both_languages_with_the_same_slots() -> None:
    for code, label in SENTENCES.items():
        slots = [
            {part.partition("}")[0] for part in text.replace("{{", "").split("{")[1:]}
            for text in (label.zh, label.en)
        ]
        assert slots[0] == slots[1], code
        assert label.zh != label.en
        assert not label.zh.endswith(("。", ".")), code
        assert not label.en.endswith("."), code


def test_a_shipped_name_is_found_by_its_likeness() -> None:
    with pytest.raises(PolicyError, match=r'there is .*; did you mean "xingqing"\?'):
        shipped("xinqing")
    assert files.shipped("cn", folder="calendars")


def test_a_problem_without_a_file_is_told_by_its_key() -> None:
    found = Problem(code="same_rank", key="kinds.a.rank", slots=(("name", "b"), ("rank", 1)))
    assert found.told("zh").startswith("kinds.a.rank：与“b”的等级1相同")
    assert str(found).startswith('kinds.a.rank: has the same rank as "b", 1')
