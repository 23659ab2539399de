"""Telling a tale that breaks a law: in words, and as a story that ``whistle play`` plays."""

from __future__ import annotations

from collections.abc import Iterator

from whistle_engine import texts
from whistle_engine.commands import NAMES, Command
from whistle_engine.events import Refused
from whistle_engine.model import Actor, Label, Role
from whistle_engine.policy_file import shipped_names, unpacked
from whistle_engine.review.laws import Taken, matter_of
from whistle_engine.rules import Rules
from whistle_engine.story import Expect, Step, Story, StoryActor, plain, write_story
from whistle_engine.story.values import WAIT
from whistle_engine.testing.laws_of_tales import Breach, Law
from whistle_engine.testing.strategies.tales import SYSTEM, Deed, Tale
from whistle_engine.texts import Importance, Lang
from whistle_engine.workflow import evolve

WORDS = "…"
"""What is written for each text that comes with a command."""


# ---------------------------------------------------------------- in words


def in_words(tale: Tale, lang: Lang = "en", *, breach: Breach | None = None) -> str:
    """A tale, a line for each thing that happened, the step that broke the law marked.

    Args:
        tale: the tale.
        lang: ``zh`` or ``en``.
        breach: the breach, if it is told for one.
    """
    lines = []
    for place, step in enumerate(tale.steps):
        marked = breach is not None and place == breach.step
        lines += [f"{'>>' if marked else '  '} {line}" for line in _lines(step, lang)]
    return "\n".join(lines)


def _lines(step: Taken, lang: Lang) -> Iterator[str]:
    """What was asked and when, then what came of it."""
    local = step.now.astimezone(step.rules.policy.zone)
    timer = Role.SYSTEM in step.command.by.roles
    by = (
        texts.label(Role.SYSTEM, lang)
        if timer
        else texts.who(step.command.by, lang, rules=step.rules)
    )
    asked = texts.label(type(step.command.do), lang)
    matter = matter_of(step) or step.command.matter
    yield f"{local:%Y-%m-%d %H:%M:%S}  {matter}  {by}: {asked}"
    if isinstance(step.result, Refused):
        for line in texts.refusal(step.result, lang, rules=step.rules).splitlines():
            yield f"      {line}"
        return
    state = step.before
    for event in step.result:
        if texts.importance(event) > Importance.BOOKKEEPING:
            yield f"      {texts.event(event, state, step.rules, lang)}"
        state = evolve(state, event, matter=matter)


# ---------------------------------------------------------------- as a story


def as_story(tale: Tale, *, name: str = "breach", policy: str = "", says: str = "") -> Story:
    """A tale as a story: the same deeds at the same times, the refusals expected.

    What breaks a law is not among the expectations: it is what the story shows.

    Args:
        tale: the tale.
        name: the story's name, which its commands' ids begin with.
        policy: what the story calls its policy; by default what the rules were read from.
        says: what it shows.
    """
    zone = tale.rules.policy.zone
    keys = _keys(tale)
    title = says or "A story that was drawn"
    steps = [_step(deed, tale, keys) for deed in tale.deeds]
    if tale.steps[-1].command.id != tale.deeds[-1].command.id:  # what timers did at the end
        until = tale.until.astimezone(zone).replace(tzinfo=None).isoformat(" ")
        steps.append(Step(do=WAIT, until=until))
    return Story(
        name=name,
        title=Label(zh=title, en=title),
        policy=policy or policy_name(tale.rules),
        start=tale.start.astimezone(zone).replace(tzinfo=None).isoformat(" "),
        matter=tale.deeds[0].command.matter,
        actors={key: _actor(actor) for actor, key in keys.items()},
        steps=tuple(steps),
    )


def policy_name(rules: Rules) -> str:
    """What a story calls the policy of some rules: a shipped one, or the file that it was in."""
    code = rules.policy.code
    if code in shipped_names():
        return code
    name = f"{code}.toml"
    return unpacked(rules.exact[0], name).name if rules.exact else name


def _keys(tale: Tale) -> dict[Actor, str]:
    """A name for each who acts: the id, with a number where somebody before has the same."""
    keys: dict[Actor, str] = {SYSTEM: SYSTEM.id}
    for deed in tale.deeds:
        actor = deed.command.by
        if actor not in keys:
            same = sum(other.id == actor.id for other in keys)
            keys[actor] = f"{actor.id}-{same + 1}" if same else actor.id
    return keys


def _actor(actor: Actor) -> StoryActor:
    return StoryActor(id=actor.id, roles=actor.roles, unit=actor.unit)


def _step(deed: Deed, tale: Tale, keys: dict[Actor, str]) -> Step:
    command, zone = deed.command, tale.rules.policy.zone
    own = command.matter == tale.deeds[0].command.matter
    return Step(
        do=NAMES[type(command.do)],
        by=keys[command.by],
        at=deed.at.astimezone(zone).replace(tzinfo=None).isoformat(" "),
        fields=plain(command.do, zone),
        matter=None if own else command.matter,
        texts=dict.fromkeys(command.texts, WORDS),
        expect=Expect(refused=_refused(tale, command)),
    )


def _refused(tale: Tale, command: Command) -> str | None:
    for step in tale.steps:
        if step.command.id == command.id and isinstance(step.result, Refused):
            return step.result.code
    return None


# ---------------------------------------------------------------- a failure


def told(tale: Tale, breach: Breach, law: Law, *, lang: Lang = "en", policy: str = "") -> str:
    """What a failing test says: the law, what is wrong, the shortest tale in words, its file.

    Args:
        tale: the tale that breaks the law.
        breach: where, and how.
        law: the law.
        lang: ``zh`` or ``en``.
        policy: what the story calls its policy.
    """
    story = as_story(
        tale, name=f"breach-{law.id.lower()}", policy=policy, says=f"{law.id}: {law.says}"
    )
    return "\n".join(
        (
            f"{law.id}: {law.says}",
            f"broken by the step marked >>: {breach.says}",
            "",
            in_words(tale, lang, breach=breach),
            "",
            f"The same as a story, {story.name}.toml, beside the policy:",
            "",
            write_story(story),
        )
    )
