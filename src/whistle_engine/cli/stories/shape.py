"""What ``--json`` writes of stories and matters. docs/reference/cli.md says it.

Codes, ids and instants are those of the library; every text comes as ``{"zh": …, "en": …}``.
Instants are ISO 8601: local, with the city's offset, except inside ``event``, which is in the
wire format (UTC).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from whistle_engine import texts
from whistle_engine.cli.stories.performing import Happened, Performance, Scene
from whistle_engine.codec import dump_events
from whistle_engine.events import Refused
from whistle_engine.model import Clock, Duty, Label, Matter, Part
from whistle_engine.story import StoryActor

Shape = dict[str, Any]


def story_shape(played: Performance) -> Shape:
    """The whole story: what it is, whether it holds, its steps, and its matters at the end."""
    story = played.story
    return {
        "format": "story/1",
        "name": story.name,
        "title": _label(story.title),
        "note": _label(story.note),
        "policy": story.policy,
        "policy_digest": played.rules.policy_digest,
        "directory_digest": played.rules.directory_digest,
        "holds": not played.problems,
        "problems": [str(problem) for problem in played.problems],
        "steps": [_step(scene, played) for scene in played.scenes],
        "matters": [matter_shape(matter, played) for matter in played.states.values()],
    }


def _label(label: Label | None) -> Shape | None:
    return {"zh": label.zh, "en": label.en} if label is not None else None


def _both(say: Callable[[texts.Lang], str]) -> Shape:
    return {lang: say(lang) for lang in texts.LANGS}


def instant(at: datetime, played: Performance) -> str:
    """An instant in local time, with the city's offset."""
    return played.rules.policy.local(at).isoformat()


def _step(scene: Scene, played: Performance) -> Shape:
    came, step = scene.step, scene.step.step
    answer = came.answer
    by = played.story.actors[step.by] if step.by is not None else None
    return {
        "number": came.number,
        "line": step.line,
        "at": instant(came.at, played),
        "matter": came.matter,
        "by": actor_shape(by, played) if by is not None else None,
        "do": step.do,
        "note": _label(step.note),
        "timers": events_shape(scene.timers, played),
        "events": events_shape(scene.own, played),
        "refusal": refusal_shape(answer, played) if isinstance(answer, Refused) else None,
        "stage": came.state.stage.value if came.state is not None else None,
        "duties": [duty_shape(duty, played) for duty in came.duties],
    }


def actor_shape(actor: StoryActor, played: Performance) -> Shape:
    """Who acts."""

    def who(lang: texts.Lang) -> str:
        if actor.title is not None:
            return str(getattr(actor.title, lang))
        return texts.who(actor.actor, lang, rules=played.rules)

    return {
        "id": actor.id,
        "unit": actor.unit,
        "roles": sorted(role.value for role in actor.roles),
        "title": _both(who),
    }


def events_shape(happened: Iterable[Happened], played: Performance) -> list[Shape]:
    """What happened, in order."""
    return [
        {
            "matter": one.matter,
            "at": instant(one.event.at, played),
            "event": json.loads(dump_events((one.event,)))[0],
            "importance": texts.importance(one.event).name.lower(),
            "text": _both(lambda lang, o=one: texts.event(o.event, o.before, played.rules, lang)),  # type: ignore[misc]
        }
        for one in happened
    ]


def refusal_shape(refused: Refused, played: Performance) -> Shape:
    """Why a command was refused."""
    return {
        "command": refused.command,
        "code": refused.code,
        "clause": refused.clause,
        "unmet": [
            {
                "code": unmet.code,
                "clause": unmet.clause,
                "facts": dict(unmet.facts),
                "shirk": unmet.shirk.value if unmet.shirk is not None else None,
            }
            for unmet in refused.unmet
        ],
        "recorded": bool(refused.recorded),
        "text": _both(lambda lang: texts.refusal(refused, lang, rules=played.rules)),
    }


def duty_shape(duty: Duty, played: Performance) -> Shape:
    """Whose move it is."""
    return {
        "clock": duty.clock,
        "what": duty.what.value,
        "unit": duty.unit,
        "raiser": duty.raiser,
        "since": instant(duty.since, played),
        "due": instant(duty.due, played),
        "settled_by": list(duty.settled_by),
    }


def matter_shape(matter: Matter, played: Performance) -> Shape:
    """A matter as it stands, with its clocks."""
    parts: dict[Part, list[str]] = {part: [] for part in Part}
    for responder in matter.responders:
        parts[responder.part].append(responder.unit)
    return {
        "id": matter.id,
        "stage": matter.stage.value,
        "outcome": matter.outcome.value if matter.outcome is not None else None,
        "kind": matter.whistle.kind if matter.whistle is not None else None,
        "lead": next(iter(parts[Part.LEAD]), None),
        "first_responder": matter.first_responder,
        "joint": parts[Part.JOINT],
        "invited": parts[Part.INVITED],
        "closed_at": instant(matter.closed_at, played) if matter.closed_at is not None else None,
        "clocks": [_clock(clock, played) for clock in matter.clocks],
    }


def _clock(clock: Clock, played: Performance) -> Shape:
    due = clock.due
    return {
        "id": clock.id,
        "what": clock.what.value,
        "unit": clock.unit,
        "raiser": clock.raiser,
        "started": instant(clock.started, played),
        "due": instant(due.at, played),
        "limit": {
            "amount": due.limit.amount,
            "unit": due.limit.unit.value,
            "rule": due.limit.rule,
            "source": due.limit.source,
        },
        "provisional": due.provisional,
        "explained": _both(lambda lang: texts.due(due, played.rules, lang)),
        "ended": instant(clock.ended, played) if clock.ended is not None else None,
        "verdict": clock.verdict.value if clock.verdict is not None else None,
    }
