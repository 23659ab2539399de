"""What things are called, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language
from whistle_engine import texts
from whistle_engine.model import Label
from whistle_engine.texts import Lang

from desk.hosting import rules

Choices = list[tuple[str, str]]
Groups = list[tuple[str, Choices]]

CAPTIONS = {
    "accept": "Accept the lead",
    "add": "Add words or proofs",
    "admit": "Admit to the street's list",
    "answer": "Answer the enquiry",
    "blow": "Blow the whistle",
    "bring_in": "Bring in a unit",
    "call_back": "Call the raiser back",
    "change_receiver": "Change the receiver",
    "conclude": "Close with reasons",
    "confirm_time": "Confirm a time",
    "defer": "Set aside until a review",
    "designate": "Designate the lead",
    "escalate": "Put before the coordinator",
    "grant_extension": "Decide on more time",
    "hand_in": "Hand in our part",
    "look": "Record a check on site",
    "mark": "Mark the result",
    "merge": "Merge into another matter",
    "object": "Object: not our duty",
    "receive": "Enter an appeal",
    "redirect": "Tell another way",
    "release": "Release a unit",
    "reopen": "Have it handled again",
    "resume": "Resume handling",
    "settle": "Settle by talking",
    "split": "Split into several matters",
    "supervise": "Press a unit",
    "take_on": "Take it on ourselves",
    "tell": "Tell the raiser the result",
    "urge": "Ask for haste",
    "withdraw": "Withdraw the appeal",
}
"""What stands in English on the button of an act whose label is too short for one."""


def lang() -> Lang:
    """The language of the page, as the engine calls it."""
    return "zh" if (get_language() or "").startswith("zh") else "en"


def title(label: Label) -> str:
    """A title in the language of the page."""
    return label.zh if lang() == "zh" else label.en


def caption(act: str) -> str:
    """What stands on the button of an act, and above its form."""
    said = texts.label(f"act.{act}", lang())
    return said if lang() == "zh" else CAPTIONS.get(act, said[:1].upper() + said[1:])


def named(name: str) -> str:
    """What the words are that came under a name; the name itself, if it is none of the usual."""
    try:
        return texts.label(f"text_name.{name}", lang())
    except ValueError:
        return name


def unit(code: str | None) -> str:
    """A unit's title, or the code of one that the directory does not have."""
    return texts.title("unit", code, lang(), rules=rules()) if code else ""


def units(codes: Iterable[str] | None = None) -> Choices:
    """Units to choose from: those of the codes, or all."""
    found = [each.code for each in rules().directory.units] if codes is None else codes
    return [(code, unit(code)) for code in found]


def category(code: str | None) -> str:
    """A category's title."""
    return texts.title("category", code, lang(), rules=rules()) if code else ""
