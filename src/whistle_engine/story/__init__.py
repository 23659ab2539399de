"""Stories: what happens to a matter, written down with what is expected; read, written, played.

A story is a TOML file. Policy people write them as acceptance tests, the demo tells them, and
the tests of the library play those that are shipped::

    title = { zh = "…", en = "…" }
    policy = "xingqing"                   # a shipped policy, or a file: "mycity.toml", with
                                          # "mycity.directory.toml" beside it
    start = 2024-03-04T09:00:00           # local time, as everywhere in a story

    [actors.gao]                          # who takes part; "system" is always there
    id = "gao-fang"                       # optional: the actor's name
    roles = ["community"]
    unit = "yumin"

    [[step]]
    at = "+2h"                            # "2024-03-04 11:00", "+30m", "+1d 09:00"; or none
    by = "gao"
    do = "blow"                           # the name of an act (whistle_engine.commands.NAMES)
    with = { kind = "emergency" }         # its fields
    texts = { text = "…" }                # the words that go with it
    matter = "…"                          # optional: another matter than the story's own
    note = { zh = "…", en = "…" }         # what the demo tells
    [step.expect]
    events = ["blown emergency", "dispatched"]
    stage = "dispatched"
    lead = "yingji"
    duties = ["solve yingji", "..."]      # all running duties; "..." for any others
    due = { "solve yingji" = 2024-03-05T11:00:00 }

A step without ``refused`` in its expectations has to be accepted; a refusal is expected as
``refused = "kind_not_yours"`` and perhaps ``clause = "policy"``. ``do = "wait"`` with ``until``
lets time pass, and its ``events`` are what the timers did to its matter meanwhile; ``do =
"check"`` only looks. Timers fire between steps, too. How events are written and compared:
:mod:`whistle_engine.story.expecting`; short forms of fields: :mod:`whistle_engine.story.fields`.
"""

from whistle_engine.story.expecting import duty_words, refusal_words, words
from whistle_engine.story.fields import plain
from whistle_engine.story.playing import Happened, Played, PlayedStep, play
from whistle_engine.story.reading import (
    parse_story,
    read_story,
    shipped_stories,
    shipped_story,
    stories_in,
)
from whistle_engine.story.values import Expect, Step, Story, StoryActor
from whistle_engine.story.writing import write_story

__all__ = [
    "Expect",
    "Happened",
    "Played",
    "PlayedStep",
    "Step",
    "Story",
    "StoryActor",
    "duty_words",
    "parse_story",
    "plain",
    "play",
    "read_story",
    "refusal_words",
    "shipped_stories",
    "shipped_story",
    "stories_in",
    "words",
    "write_story",
]
