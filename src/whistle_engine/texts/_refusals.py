"""Why a command was refused: what is wrong, by which clause, and what would be right."""

from __future__ import annotations

from whistle_engine.events import Refused
from whistle_engine.model import Unmet
from whistle_engine.problems import visible
from whistle_engine.texts._tables import fill, names, table, text
from whistle_engine.texts._voice import Voice


def refusal(refused: Refused, voice: Voice) -> str:
    """Every unmet condition, numbered if there are several, and what was recorded."""
    act = voice.among("act", refused.command)
    reasons = [condition(u, voice) for u in refused.unmet]
    if len(reasons) == 1:
        lines = [voice.say("refusals", "frame.one", act=act, reasons=reasons[0])]
    else:
        lines = [voice.say("refusals", "frame.many", act=act)]
        lines += [
            voice.say("refusals", "frame.item", n=str(n), reason=reason)
            for n, reason in enumerate(reasons, 1)
        ]
    if refused.recorded:
        lines.append(voice.say("refusals", "frame.recorded"))
    return "\n".join(lines)


def condition(unmet: Unmet, voice: Voice) -> str:
    """One unmet condition; facts that its sentences do not name are listed after them."""
    values = {name: visible(voice.fact(name, value)) for name, value in unmet.facts if value}
    if f"{unmet.code}.wrong" in table("refusals"):
        wrong = text("refusals", f"{unmet.code}.wrong", voice.lang)
        right = text("refusals", f"{unmet.code}.right", voice.lang)
    else:
        wrong = fill(text("refusals", "frame.other", voice.lang), {"code": unmet.code})
        right = ""
    told = names(wrong, values) | names(right, values)
    rest = voice.word("stop").join(
        voice.word("behind", name=voice.among("fact", name), value=value)
        for name, value in values.items()
        if name not in told
    )
    return voice.say(
        "refusals",
        "frame.reason",
        wrong=fill(wrong, values),
        clause=clause(unmet.clause, voice),
        facts=rest,
        right=fill(right, values),
    )


def clause(code: str, voice: Voice) -> str:
    """Where a clause stands: FR6 in the first-responder rule, ``policy`` in the city's rules."""
    head = code.partition(".")[0]
    family = head.rstrip("0123456789")
    if f"clause.{family}" not in table("labels"):
        return code
    return voice.say("labels", f"clause.{family}", clause=head)
