"""The form of a command: the fields of its act, its words, and the id under which it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import attrs
from django import forms
from django.utils.translation import gettext_lazy as _
from whistle_engine import Command, Place, Role, commands, facts
from whistle_engine.commands import NAMES, Act, SplitPart
from whistle_engine.model import Facts, Length
from whistle_engine.transitions import TRANSITIONS

from desk.choosing import Desk
from desk.fields import PARTS, fields_of
from desk.hosting import rules
from desk.models import Attachment

ACTS: Mapping[str, type[Act]] = {
    name: act
    for act, name in NAMES.items()
    if act not in (commands.Receive, commands.FireTimer, commands.FixDueTimes)
}
"""The acts of people on a matter that is there, by name."""

TEXTS: Mapping[type[Act], tuple[str, ...]] = {
    commands.Receive: ("text",),
    commands.Add: ("text",),
    commands.FeedBack: ("text",),
    commands.GrantExtension: ("reason",),
    commands.Look: ("text",),
    commands.SendBack: ("reason",),
    commands.Supervise: ("text",),
}
"""The words that may come with an act; the table of transitions has those that must."""

FOR_OTHERS = frozenset({Role.COMMUNITY, Role.STREET, Role.HOTLINE})
"""Who enters appeals for residents that have no account here."""

LABELS = {
    "text": _("Words"),
    "reason": _("Reason"),
    "contact": _("Name and telephone of the caller; leave it empty if you raise it yourself"),
}


class ActForm(forms.Form):
    """Reads an act; the id is made when the form is shown, so that sent twice it counts once."""

    command = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, desk: Desk, *sent: Any) -> None:
        """Make the form of an act, with what was sent, if anything was."""
        super().__init__(*sent, label_suffix="")
        self.desk = desk
        self.proofs: list[Attachment] = []
        self.fields.update(fields_of(desk))
        must = TRANSITIONS[desk.act].texts
        names = [*must, *TEXTS.get(desk.act, ())]
        if desk.act is commands.Receive and desk.actor.roles & FOR_OTHERS:
            names.append("contact")
        for name in names:
            self.fields[f"text.{name}"] = forms.CharField(
                label=LABELS[name],
                required=name in must,
                max_length=4000,
                widget=forms.Textarea({"rows": 2 if name == "contact" else 4}),
            )

    @property
    def further(self) -> list[forms.BoundField]:
        """What is mostly not known, or not there: signals of danger, and at first other facts."""
        policy = rules().policy
        signals = {floor.signal for floor in policy.floors}
        first = self.desk.act is commands.Receive
        names = [f"facts.{f.name}" for f in policy.facts if first or f.name in signals]
        return [self[name] for name in names if name in self.fields]

    @property
    def main(self) -> list[forms.BoundField]:
        """All else."""
        further = {field.name for field in self.further}
        return [field for field in self.visible_fields() if field.name not in further]

    @property
    def matter(self) -> str:
        """The id of the matter; one that is opened has it from the command."""
        there = self.desk.matter
        return there.id if there is not None else self.cleaned_data["command"].hex[:12]

    @property
    def words(self) -> dict[str, str]:
        """The texts that came with it, by name."""
        found = self.cleaned_data.items()
        return {k.removeprefix("text."): v for k, v in found if k.startswith("text.") and v}

    def clean(self) -> dict[str, Any]:
        """Make the command of it."""
        data: dict[str, Any] = super().clean()
        if self.errors:
            return data
        self.proofs = [
            Attachment.of(upload, data["command"], n, matter=self.matter, by=self.desk.user)
            for n, upload in enumerate(data.get("evidence", ()))
        ]
        try:
            act = self._act()
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
        self.asked = Command(
            id=str(data["command"]), matter=self.matter, by=self.desk.actor, do=act
        )
        return data

    def _act(self) -> Act:
        values = {}
        for field in attrs.fields(self.desk.act):
            value = READERS.get(field.name, _plain)(self, field.name)
            if value not in (None, "", ()) or field.default is attrs.NOTHING:
                values[field.name] = value
        return self.desk.act(**values)


# --------------------------------------------------------------------- from the page to the act


def _plain(form: ActForm, name: str) -> Any:
    return form.cleaned_data.get(name)


def _facts(form: ActForm, _name: str) -> Facts:
    return tuple(
        sorted((k[6:], v) for k, v in form.cleaned_data.items() if k[:6] == "facts." and v)
    )


def _parts(form: ActForm, _name: str) -> tuple[SplitPart, ...]:
    data = form.cleaned_data
    rows = [(n, data[f"parts.{n}.kind"], data[f"parts.{n}.category"]) for n in PARTS]
    new = data["command"].hex[:12]
    return tuple(
        SplitPart(matter=f"{new}-{n}", kind=kind, facts=facts(category=row) if row else ())
        for n, kind, row in rows
        if kind
    )


def _raiser(form: ActForm, _name: str) -> str | None:
    """Whom it is about; an appeal is a caller's if a contact came with it, else one's own."""
    caller = f"caller-{form.matter}" if form.words.get("contact") else None
    return form.cleaned_data.get("raiser") or caller


def _length(form: ActForm, _name: str) -> Length | None:
    amount, unit = form.cleaned_data["by.amount"], form.cleaned_data["by.unit"]
    return Length(amount, unit) if amount and unit else None


READERS: Mapping[str, Callable[[ActForm, str], Any]] = {
    "by": _length,
    "evidence": lambda form, _: tuple(proof.evidence for proof in form.proofs),
    "facts": _facts,
    "parts": _parts,
    "place": lambda form, _: Place(unit=form.cleaned_data["place"]),
    "raiser": _raiser,
    "without": lambda form, _: tuple(form.cleaned_data.get("without", ())),
}
"""For the fields of acts that are no plain value of the page."""
