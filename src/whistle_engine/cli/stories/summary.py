"""What became of a matter, in a few rows: who led, who joined, when due, when done, what was kept.

Also the table of its clocks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from whistle_engine import events as e
from whistle_engine import texts
from whistle_engine.cli.output import Lang
from whistle_engine.cli.stories.telling import Teller
from whistle_engine.cli.tables import table
from whistle_engine.cli.words import moment, say, span, until
from whistle_engine.model import Clock, Matter, MatterId, Part, Verdict, What

HANDLED = (What.SOLVE, What.REDO, What.MEDIATE, What.DELIBERATE)
"""The clocks whose due time is the matter's."""


def rows(teller: Teller, matter: Matter) -> Iterator[tuple[str, str]]:
    """The rows of the summary, each a name and what is to be said; empty ones are left out."""
    lang = teller.lang
    for key, value in (
        ("whistle", _whistle(teller, matter)),
        ("lead", _lead(teller, matter)),
        ("first_responder", _first(teller, matter)),
        ("joint", _units(teller, matter, Part.JOINT)),
        ("invited", _units(teller, matter, Part.INVITED)),
        ("limit", _due(teller, matter)),
        ("done", _done(teller, matter)),
        ("plan", _plan(teller, matter)),
        ("closed", _closed(teller, matter)),
        ("stage", "" if matter.outcome else texts.label(matter.stage, lang)),
        ("marks", _marks(teller, matter)),
        ("clocks", _clocks(teller, matter)),
        ("shirked", _shirked(teller, matter.id)),
        ("refusals", _refusals(teller, matter.id)),
    ):
        if value:
            yield say(key, lang), value


def _whistle(teller: Teller, matter: Matter) -> str:
    whistle = matter.whistle
    if whistle is None:
        return ""
    kind = teller.rules.policy.kind_of[whistle.kind]
    return say(
        "whistle.by",
        teller.lang,
        kind=getattr(kind.title, teller.lang),
        unit=teller.unit(whistle.blower) if whistle.blower is not None else "—",
        at=moment(whistle.at, teller.rules, teller.lang),
    )


def _units(teller: Teller, matter: Matter, part: Part) -> str:
    units = (teller.unit(r.unit) for r in matter.responders if r.part is part)
    return say("join", teller.lang).join(units)


def _lead(teller: Teller, matter: Matter) -> str:
    led = _units(teller, matter, Part.LEAD)
    return say("lead.first", teller.lang, unit=led) if _leads_first(matter) else led


def _first(teller: Teller, matter: Matter) -> str:
    """Who was asked first, where that is another than the lead."""
    if matter.first_responder is None or _leads_first(matter):
        return ""
    return teller.unit(matter.first_responder)


def _leads_first(matter: Matter) -> bool:
    return any(r.part is Part.LEAD and r.unit == matter.first_responder for r in matter.responders)


def _handled(matter: Matter) -> list[Clock]:
    """The clocks of the work itself: those that were superseded only if there is no other."""
    found = [k for k in matter.clocks if k.what in HANDLED]
    return [k for k in found if k.verdict is not Verdict.SUPERSEDED] or found[-1:]


def _due(teller: Teller, matter: Matter) -> str:
    """When it was due; where it was handled again, each time, whose and how that ended."""
    lang = teller.lang
    clocks = _handled(matter)
    told = []
    for clock in clocks:
        at = until(clock.due.at, teller.rules, lang)
        if clock.due.moves and clock.due.moves[0].before != clock.due.at:
            first = until(clock.due.moves[0].before, teller.rules, lang)
            at = say("limit.moved", lang, at=at, first=first)
        if len(clocks) > 1:
            at = say(
                "limit.one",
                lang,
                at=at,
                what=texts.label(clock.what, lang),
                who=teller.holder(clock),
                verdict=verdict_words(teller, clock),
            )
        told.append(at)
    return say("stop", lang).join(told)


def _done(teller: Teller, matter: Matter) -> str:
    """When it was last fed back or settled, with what result; if it had one limit, how early."""
    lang = teller.lang
    for event in reversed(_events(teller, matter.id)):
        if not isinstance(event, e.FedBack | e.Settled):
            continue
        result = texts.label(event.result if isinstance(event, e.FedBack) else type(event), lang)
        at = moment(event.at, teller.rules, lang)
        clocks = _handled(matter)
        if len(clocks) != 1:
            return say("done.open", lang, at=at, result=result)
        due = clocks[0].due.at
        key = "done.late" if event.at > due else "done.early"
        return say(key, lang, at=at, result=result, by=span(abs(due - event.at), lang))
    return ""


def _plan(teller: Teller, matter: Matter) -> str:
    """What became of a plan that was the result."""
    lang = teller.lang
    found = [k for k in matter.clocks if k.what is What.FOLLOW_UP]
    if not found or found[-1].verdict is Verdict.SUPERSEDED:
        return ""
    clock = found[-1]
    if clock.verdict is Verdict.KEPT and clock.ended is not None:
        at, by = moment(clock.ended, teller.rules, lang), span(clock.due.at - clock.ended, lang)
        return say("plan.kept", lang, at=at, by=by)
    at = until(clock.due.at, teller.rules, lang)
    return say("plan.missed" if clock.verdict is Verdict.MISSED else "plan.open", lang, at=at)


def _closed(teller: Teller, matter: Matter) -> str:
    if matter.closed_at is None or matter.outcome is None:
        return ""
    return say(
        "closed.how",
        teller.lang,
        at=moment(matter.closed_at, teller.rules, teller.lang),
        outcome=texts.label(matter.outcome, teller.lang),
    )


def _marks(teller: Teller, matter: Matter) -> str:
    lang = teller.lang
    return say("stop", lang).join(
        say(
            "mark",
            lang,
            who=teller.person(mark.raiser)
            if mark.raiser is not None
            else teller.unit(mark.unit or ""),
            solved=texts.label(mark.solved, lang),
            satisfied=texts.label(mark.satisfied, lang),
        )
        for mark in matter.round.marks
    )


def _clocks(teller: Teller, matter: Matter) -> str:
    lang = teller.lang
    counted = Counter(verdict_words(teller, clock) for clock in matter.clocks)
    always = [texts.label(verdict, lang) for verdict in (Verdict.KEPT, Verdict.MISSED)]
    each = say("join", lang).join(
        say("clocks.one", lang, verdict=verdict, n=counted[verdict])
        for verdict in dict.fromkeys([*always, *counted])
    )
    return say("clocks.count", lang, n=len(matter.clocks), each=each) if matter.clocks else ""


def verdict_words(teller: Teller, clock: Clock) -> str:
    """How a clock ended, or that it runs, perhaps past its due time."""
    if clock.verdict is not None:
        return texts.label(clock.verdict, teller.lang)
    return say("running.late" if _late(teller, clock) else "running", teller.lang)


def _late(teller: Teller, clock: Clock) -> bool:
    """Whether a clock that runs is past its due time."""
    return clock.verdict is None and teller.now is not None and teller.now > clock.due.at


def _shirked(teller: Teller, matter: MatterId) -> str:
    lang = teller.lang
    found = [
        (
            texts.label(event.how, lang),
            teller.unit(event.unit) if event.unit is not None else teller.person(event.actor),
            teller.clauses(event.clauses),
        )
        for event in _events(teller, matter)
        if isinstance(event, e.ShirkRefused)
    ]
    if not found:
        return ""
    key = "shirked.once" if len(found) == 1 else "shirked.count"
    return say(key, lang, n=len(found), each=_counted(found, lang))


def _refusals(teller: Teller, matter: MatterId) -> str:
    """The refusals that were no attempt to shirk."""
    lang = teller.lang
    found = []
    for scene in teller.played.scenes:
        refused = scene.step.answer
        if scene.step.matter == matter and isinstance(refused, e.Refused) and not refused.recorded:
            actor = teller.played.story.actors[scene.step.step.by or ""]
            who = texts.who(actor.actor, lang, rules=teller.rules)
            clauses = teller.clauses(u.clause for u in refused.unmet)
            found.append((texts.label(f"act.{refused.command}", lang), who, clauses))
    return _counted(found, lang)


def _counted(found: list[tuple[str, str, str]], lang: Lang) -> str:
    """What was refused, whose, and by which clauses; those that are alike with their number."""
    return say("stop", lang).join(
        say("refused.one" if n == 1 else "refused.many", lang, what=what, who=who, clauses=by, n=n)
        for (what, who, by), n in Counter(found).items()
    )


def _events(teller: Teller, matter: MatterId) -> list[e.Event]:
    """All that happened in a matter, in order."""
    return [
        happened.event
        for scene in teller.played.scenes
        for happened in (*scene.timers, *scene.own)
        if happened.matter == matter
    ]


def clock_table(teller: Teller, matter: Matter, cells: int) -> list[str]:
    """The clocks of a matter as the lines of a table: whose, for what, due, ended, and how."""
    lang = teller.lang
    rows = []
    for clock in matter.clocks:
        at = clock.ended
        verdict = Verdict.MISSED if _late(teller, clock) else clock.verdict or Verdict.SUPERSEDED
        mark = {Verdict.KEPT: "✓ ", Verdict.MISSED: "✗ "}.get(verdict)
        rows.append(
            (
                teller.holder(clock),
                texts.label(clock.what, lang),
                until(clock.due.at, teller.rules, lang, key="short"),
                moment(at, teller.rules, lang, key="short") if at is not None else "",
                (mark or "· ") + verdict_words(teller, clock),
            )
        )
    heads = [say(f"table.{key}", lang) for key in ("who", "what", "due", "ended", "verdict")]
    return table(heads, rows, cells, folded=(0, 1))
