"""Stories: wrong ones and what is said about them, times, writing, and playing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from whistle_engine import commands as c
from whistle_engine.errors import StoryError
from whistle_engine.events import Refused
from whistle_engine.model import (
    AppealKind,
    Evidence,
    Length,
    LimitUnit,
    Place,
    ResultCode,
    Stage,
    facts,
)
from whistle_engine.story import (
    PlayedStep,
    parse_story,
    plain,
    play,
    read_story,
    shipped_story,
    write_story,
)
from whistle_engine.story.fields import Setting, build
from whistle_engine.story.times import instant, told
from whistle_engine.story.values import Plain

ZONE = timezone(timedelta(hours=8))
NOON = datetime(2024, 3, 4, 4, 0, tzinfo=UTC)

HEAD = """
title = { zh = "甲", en = "A" }
policy = "xingqing"
start = 2024-03-04T09:00:00

[actors.wang]
roles = ["resident"]

[actors.gulou]
id = "gulou-secretary"
roles = ["community"]
unit = "gulou"
"""
RECEIVE = """
[[step]]
by = "wang"
do = "receive"
with = { channel = "visit", kind = "complaint", place = "gulou", \
facts = { category = "street_lamp" } }
"""


def message(text: str) -> str:
    """What is said about a story that cannot be read, or does not hold."""
    with pytest.raises(StoryError) as caught:
        play(parse_story(text, name="a", source="a.toml"))
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "a.toml: is not TOML: "),
        (HEAD, "a.toml: it has no steps; each begins with [[step]]"),
        (HEAD + '[step]\ndo = "check"\n', "a.toml: it has no steps; each begins with [[step]]"),
        (
            HEAD.replace("policy", "polcy") + RECEIVE,
            "a.toml: a story has no 'polcy'; did you mean 'policy'?",
        ),
        (
            HEAD.replace("policy", "polcy") + RECEIVE,
            'a.toml: `policy` is missing; it is the name of a policy, such as "xingqing"',
        ),
        (
            HEAD.replace('"xingqing"', '"xinqing"') + RECEIVE,
            'a.toml: policy: policies: nothing of the name "xinqing" comes with the library',
        ),
        (
            HEAD.replace('en = "A"', 'fr = "A"') + RECEIVE,
            'a.toml: `title` is not there in both languages; write { zh = "…", en = "…" }',
        ),
        (HEAD.replace("start", "# ") + RECEIVE, "a.toml: `start` is missing; it is a local time"),
        (
            HEAD.replace("2024-03-04T09:00:00", '"yesterday"') + RECEIVE,
            "a.toml: start: 'yesterday' is no time; write a local time",
        ),
        (
            HEAD.replace("2024-03-04T09:00:00", "2024-03-04T09:00:00Z") + RECEIVE,
            "names a zone; stories tell local time: leave the zone out",
        ),
        (
            HEAD.replace('"resident"', '"residant"') + RECEIVE,
            "a.toml: actor 'wang': no role 'residant'; did you mean 'resident'?",
        ),
        (
            HEAD.replace('unit = "gulou"', 'unit = "gulu"') + RECEIVE,
            "a.toml: actor 'gulou': no unit 'gulu' in the directory; did you mean 'gulou'?",
        ),
        (
            HEAD + RECEIVE.replace('"receive"', '"recieve"'),
            "a.toml, step 1 (line 14): no act 'recieve'; did you mean 'receive'?",
        ),
        (
            HEAD + RECEIVE.replace('by = "wang"', 'by = "wong"'),
            "a.toml, step 1 (line 14): no actor 'wong'; did you mean 'wang'?",
        ),
        (
            HEAD + RECEIVE.replace('by = "wang"', ""),
            'a.toml, step 1 (line 14): nobody does it; write by = "…" with the name of an actor',
        ),
        (
            HEAD + RECEIVE.replace("channel", "chanel"),
            "a.toml, step 1 (line 14): receive: no field 'chanel'; did you mean 'channel'?",
        ),
        (
            HEAD + RECEIVE.replace("channel", "chanel"),
            "a.toml, step 1 (line 14): receive: the field 'channel' is missing (a text)",
        ),
        (
            HEAD + RECEIVE.replace('"complaint"', '"complain"'),
            "receive: field 'kind': 'complain' is not one of its values; did you mean 'complaint'?",
        ),
        (
            HEAD + RECEIVE.replace('place = "gulou"', 'place = "gulov"'),
            "step 1 (line 14), receive: no unit 'gulov' in the directory; did you mean 'gulou'?",
        ),
        (
            HEAD + RECEIVE + '[step.expect]\nevents = ["recieved"]\n',
            "step 1 (line 14): `expect`: no event 'recieved'; did you mean 'received'?",
        ),
        (
            HEAD + RECEIVE + '[step.expect]\nstagge = "received"\n',
            "step 1 (line 14): `expect` has no 'stagge'; did you mean 'stage'?",
        ),
        (
            HEAD + RECEIVE + '[step.expect]\nrefused = "wrong_stag"\n',
            "`expect`: no code of a refusal 'wrong_stag'; did you mean 'wrong_stage'?",
        ),
        (
            HEAD + RECEIVE + '[[step]]\ndo = "wait"\n',
            'step 2 (line 18): `until` says how long to wait: every "wait" has it',
        ),
        (
            HEAD + RECEIVE + '[[step]]\ndo = "check"\nat = "2024-03-03 09:00"\n',
            (
                "step 2 (line 18), check: '2024-03-03 09:00' is before the step before, "
                "which was at 2024-03-04 09:00"
            ),
        ),
        (
            HEAD + RECEIVE + '[[step]]\nby = "wang"\ndo = "urge"\nat = "+2x"\n',
            "step 2 (line 18): '+2x' is no time; write a local time",
        ),
        (
            HEAD + RECEIVE + '[[step]]\nby = "wang"\ndo = "urge"\ntexts = { Text = "…" }\n',
            "step 2 (line 18), urge: 'Text' is no name of a text",
        ),
    ],
)
def test_says_what_is_wrong_and_where(text: str, said: str) -> None:
    assert said in message(text)


def test_tells_all_mistakes_at_once() -> None:
    wrong = HEAD + RECEIVE.replace("channel", "chanel").replace('"wang"', '"wong"')
    assert len(message(wrong).splitlines()) == 3


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        (
            'stage = "handling"',
            (
                "a.toml, step 1 (line 14), receive: "
                "expected the stage 'handling', but it is 'received'"
            ),
        ),
        (
            'events = ["classified"]',
            "expected the events ['classified'], but there came ['received visit",
        ),
        ('events = ["received hotline"]', "expected the events ['received hotline'], but there"),
        (
            'events = ["received", "clock_started look"]',
            (
                "expected 'clock_started look', but of that kind there came "
                "['clock_started classify gulou']"
            ),
        ),
        (
            'duties = ["look gulou"]',
            "expected the duties ['look gulou'], but there are ['classify gulou']",
        ),
        ("duties = []", "expected the duties [], but there are ['classify gulou']"),
        (
            'due = { "classify gulou" = 2024-03-04T12:00:00 }',
            (
                "expected 'classify gulou' to be due at 2024-03-04 12:00, "
                "but it is due at 2024-03-04 15:00"
            ),
        ),
        (
            'due = { "solve gulou" = 2024-03-04T12:00:00 }',
            "expected the duty 'solve gulou', but there is none",
        ),
        ('outcome = "settled"', "expected the outcome 'settled', but it is 'none'"),
        ('lead = "zhujian"', "expected the lead 'zhujian', but it is 'none'"),
        (
            'refused = "wrong_stage"',
            "expected to be refused with 'wrong_stage', but it was accepted",
        ),
    ],
)
def test_says_what_was_expected_and_what_came(expect: str, said: str) -> None:
    assert said in message(f"{HEAD}{RECEIVE}[step.expect]\n{expect}\n")


def test_says_why_a_step_was_refused() -> None:
    blow = '[[step]]\nby = "gulou"\ndo = "blow"\nwith = { kind = "quick" }\n'
    said = message(HEAD + RECEIVE + blow)
    assert "step 2 (line 18), blow: expected to be accepted, but it was refused: " in said
    assert "only_urgent_here (table; stage received)" in said
    other = blow + '[step.expect]\nrefused = "rounds_used"\n'
    assert "expected to be refused with 'rounds_used', but it was refused with: " in message(
        HEAD + RECEIVE + other
    )
    clause = blow + '[step.expect]\nrefused = "only_urgent_here"\nclause = "FR1"\n'
    assert "expected the clause 'FR1' behind 'only_urgent_here', but it is: " in message(
        HEAD + RECEIVE + clause
    )


def test_anything_may_stand_for_dots() -> None:
    expect = 'events = ["...", "received", "..."]\nduties = ["..."]\n'
    came = play(parse_story(f"{HEAD}{RECEIVE}[step.expect]\n{expect}"))
    assert came.states["story"].stage is Stage.RECEIVED


def test_each_step_is_told_before_it_is_judged() -> None:
    steps: list[PlayedStep] = []
    story = parse_story(f'{HEAD}{RECEIVE}[step.expect]\nstage = "closed"\n')
    with pytest.raises(StoryError):
        play(story, on_step=steps.append)
    assert [step.step.do for step in steps] == ["receive"]


def test_timers_fire_between_steps_at_their_own_time() -> None:
    later = '[[step]]\nat = "+1d"\ndo = "check"\n'
    came = play(parse_story(HEAD + RECEIVE + later))
    fired = came.steps[1].fired
    assert [told(one.at, ZONE) for one in fired] == [
        "2024-03-04 14:12",
        "2024-03-04 15:00",
    ]


def test_at_the_due_time_the_step_comes_first() -> None:
    classify = (
        '[[step]]\nat = "2024-03-04 15:00"\nby = "gulou"\ndo = "classify"\n'
        'with = { facts = {} }\n[step.expect]\nevents = ["classified", "clock_ended kept"]\n'
    )
    came = play(parse_story(HEAD + RECEIVE + classify))
    assert not isinstance(came.steps[1].answer, Refused)


def test_a_story_without_lines_is_told_without() -> None:
    text = HEAD + RECEIVE + 'texts = { text = """\n[[step]]\n""" }\n[step.expect]\nlead = "x"\n'
    assert message(text).startswith("a.toml, step 1, receive: expected the lead 'x'")


def test_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "lamp.toml"
    path.write_text(HEAD + RECEIVE, encoding="utf-8")
    story = read_story(path)
    assert (story.name, story.matter, story.source) == ("lamp", "lamp", str(path))
    with pytest.raises(StoryError, match="cannot be read: No such file"):
        read_story(tmp_path / "none.toml")
    path.write_bytes(b"\xff")
    with pytest.raises(StoryError, match="is not UTF-8; save it as UTF-8"):
        read_story(path)


def test_names_the_nearest_shipped_story() -> None:
    with pytest.raises(StoryError, match="no story 'cable' is shipped; did you mean 'cables'"):
        shipped_story("cable")


@pytest.mark.parametrize(
    ("text", "came"),
    [
        ("", "2024-03-04 12:00"),
        ("+30m", "2024-03-04 12:30"),
        ("+2h", "2024-03-04 14:00"),
        ("+1d2h5m", "2024-03-05 14:05"),
        ("+1d", "2024-03-05 12:00"),
        ("+1d 09:00", "2024-03-05 09:00"),
        ("2024-03-06", "2024-03-06 00:00"),
        ("2024-03-06T07:08:09", "2024-03-06 07:08:09"),
    ],
)
def test_times(text: str, came: str) -> None:
    assert told(instant(text, after=NOON, zone=ZONE), ZONE) == came


@pytest.mark.parametrize("text", ["+", "+h", "+1", "+1d 25:00", "noon", "+-1h"])
def test_no_times(text: str) -> None:
    with pytest.raises(StoryError, match="is no time"):
        instant(text, after=NOON, zone=ZONE)


@pytest.mark.parametrize(
    "act",
    [
        c.Receive(
            channel="visit",
            kind=AppealKind.HELP,
            place=Place(unit="gulou", lat=1, lon=2),
            raiser="wang",
            facts=facts(category="x", timing="over"),
        ),
        c.Split(parts=(c.SplitPart(matter="b", kind=AppealKind.HELP, facts=facts(a="b")),)),
        c.FeedBack(
            result=ResultCode.PLANNED,
            evidence=(Evidence("https://x/1", "sha256:00", "image/png"),),
            plan_date=NOON,
            without=("shuiwu",),
        ),
        c.StandDown(close=True),
        c.FireTimer(clock=1, step=2),
        c.GrantExtension(granted=False),
        c.Urge(),
    ],
)
def test_an_act_is_written_and_built_again(act: c.Act) -> None:
    setting = Setting(ZONE, NOON, {})
    assert build(c.NAMES[type(act)], plain(act, ZONE), setting) == act


def test_short_forms() -> None:
    setting = Setting(ZONE, NOON, {"wang": "resident-wang"})
    asked = build("ask_extension", {"by": "3 working_days"}, setting)
    assert isinstance(asked, c.AskExtension)
    assert asked.by == Length(3, LimitUnit.WORKING_DAYS)
    assert build("ask_extension", {"by": {"amount": 3, "unit": "working_days"}}, setting) == asked
    assert build("tell", {"raiser": "wang"}, setting) == c.Tell(raiser="resident-wang")
    handed = build("hand_in", {"evidence": ["a.jpg"]}, setting)
    assert isinstance(handed, c.HandIn)
    assert handed.evidence[0].media_type == "image/jpeg"
    assert plain(handed, ZONE) == {"evidence": ["a.jpg"]}


@pytest.mark.parametrize(
    ("name", "fields", "said"),
    [
        ("ask_extension", {"by": "3 workdays"}, 'write "3 working_days"'),
        ("ask_extension", {"by": "many hours"}, 'write "3 working_days"'),
        ("hand_in", {"evidence": "a.jpg"}, "'a.jpg' is no list"),
        ("hand_in", {"evidence": [1]}, "1 is no proof"),
        ("hand_in", {"evidence": [{"uri": "x"}]}, "the field 'digest' is missing"),
        ("stand_down", {"close": "yes"}, "'yes' is neither true nor false"),
        ("fire_timer", {"clock": "1", "step": 1}, "'1' is no whole number"),
        ("classify", {"facts": ["x"]}, "are no facts"),
        ("classify", {"facts": {"timing": 1}}, "the fact 'timing' has the value 1"),
        ("split", {"parts": ["x"]}, "'x' is no part"),
        ("defer", {"review_on": 1}, "1 is no time"),
        ("urge", {"text": "x"}, "it has no fields: leave `with` out"),
        ("mark", {"solved": "no"}, "(one of satisfied, mostly, not)"),
    ],
)
def test_wrong_fields(name: str, fields: dict[str, Plain], said: str) -> None:
    with pytest.raises(StoryError) as caught:
        build(name, fields, Setting(ZONE, NOON, {}))
    assert said in str(caught.value)


def test_writes_every_character() -> None:
    odd = 'a "quote" \\ 回车\n\t\x7f\U0001f600'
    text = HEAD + RECEIVE + f"texts = {{ text = {odd_toml(odd)} }}\n"
    story = parse_story(text)
    again = parse_story(write_story(story))
    assert again.steps[0].texts == {"text": odd}


def odd_toml(text: str) -> str:
    """A TOML string, every character escaped."""
    return '"' + "".join(f"\\U{ord(character):08x}" for character in text) + '"'
