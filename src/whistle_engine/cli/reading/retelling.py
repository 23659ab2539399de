"""A stored matter as if it were played: what tells a story tells its history too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from whistle_engine.cli.reading.words import say
from whistle_engine.cli.stories.performing import Happened, Performance, Scene
from whistle_engine.commands import NAMES, FireTimer, FixDueTimes
from whistle_engine.commits import Commit
from whistle_engine.model import Label, Matter, MatterId
from whistle_engine.rules import Rules
from whistle_engine.story import PlayedStep, Step, Story, StoryActor
from whistle_engine.story.values import CHECK
from whistle_engine.workflow import evolve

_BY_ITSELF = (FireTimer, FixDueTimes)
"""What the system does: told as a timer, not as somebody's act."""

Words = Mapping[int, Mapping[str, str]]
"""By the version of a commit, the words that came with it, by name."""


def retell(matter: MatterId, commits: Iterable[Commit], rules: Rules, words: Words) -> Performance:
    """A matter's history as a performance.

    Args:
        matter: which matter.
        commits: all of its history.
        rules: by whose titles it is told.
        words: what is to be quoted.
    """
    state: Matter | None = None
    actors, scenes = {}, []
    for commit in commits:
        happened = []
        for event in commit.events:
            happened.append(Happened(matter=matter, event=event, before=state))
            state = evolve(state, event, matter=matter)
        by, given = commit.command.by, words.get(commit.version, {})
        itself = isinstance(commit.command.do, _BY_ITSELF)
        # Who acts goes by a number of its own: the same person may come in another role.
        name = str(commit.version)
        actors[name] = StoryActor(id=by.id, roles=by.roles, unit=by.unit)
        step = Step(
            do=CHECK if itself else NAMES[type(commit.command.do)], by=name, texts=dict(given)
        )
        scenes.append(
            Scene(
                step=PlayedStep(
                    number=commit.version, step=step, matter=matter, at=commit.recorded_at,
                    fired=(), answer=commit.refused or commit.events, elsewhere=(), state=state,
                    duties=(),
                ),
                timers=tuple(happened) if itself else (),
                own=() if itself else tuple(happened),
            )
        )  # fmt: skip
    return Performance(
        story=_story(matter, {**actors, **_raisers(state)}),
        rules=rules,
        scenes=tuple(scenes),
        states={} if state is None else {matter: state},
        quoted=("zh", "en"),
    )


def _raisers(state: Matter | None) -> dict[str, StoryActor]:
    """A raiser who is the only one goes by no id."""
    if state is None or len(state.raisers) != 1:
        return {}
    title = Label(say("raiser", "zh"), say("raiser", "en"))
    return {"raiser": StoryActor(id=state.raisers[0].id, roles=frozenset(), title=title)}


def _story(matter: MatterId, actors: Mapping[str, StoryActor]) -> Story:
    title = Label(say("matter.title", "zh", id=matter), say("matter.title", "en", id=matter))
    return Story(
        name=matter, title=title, policy="", start="", matter=matter, actors=actors, steps=()
    )
