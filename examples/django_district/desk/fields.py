"""A form's field for each field of an act: by its name, or by its type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from functools import partial
from types import NoneType
from typing import Any, get_args, get_type_hints

import attrs
from django import forms
from django.core.validators import FileExtensionValidator, RegexValidator
from django.utils.translation import gettext_lazy as _
from whistle_engine.model import AppealKind, LimitUnit
from whistle_engine.texts import label

from desk import words
from desk.choosing import CHOICES, Desk, categories, late_joint
from desk.hosting import rules

PROOFS = FileExtensionValidator(["jpg", "jpeg", "png", "pdf", "mp4"])
MOST_BYTES = 20 * 1024 * 1024
PARTS = range(3)
"""How many matters a split can open on the page."""

LABELS = {
    "by": _("How much longer"),
    "category": _("Category"),
    "channel": _("How it came in"),
    "clause": _("Row of the dispatch catalogue"),
    "close": _("Close the matter: certified that nothing is there"),
    "evidence": _("Proofs (pictures, PDF, video)"),
    "granted": _("Granted"),
    "into": _("Number of the other matter"),
    "kind": _("Kind"),
    "lead": _("Lead"),
    "names": _("The unit responsible instead"),
    "nothing_there": _("Certified on site: nothing is there to settle"),
    "occurred_at": _("When it really happened"),
    "place": _("Place"),
    "plan_date": _("Planned for"),
    "raiser": _("Raiser"),
    "receiver": _("Receiver"),
    "result": _("Result"),
    "review_on": _("Review on"),
    "route": _("The other way"),
    "satisfied": _("Satisfied?"),
    "solved": _("Solved?"),
    "source_number": _("Number at the channel"),
    "to": _("Lead"),
    "unit": _("Unit"),
    "what": _("What"),
    "without": _("Without these joint units, which are late"),
}


class Uploads(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class ProofsField(forms.FileField):
    """Files of the kinds that serve as proofs, none of them too large."""

    widget = Uploads

    def clean(self, data: Any, initial: object = None) -> list[Any]:
        """Each file by itself."""
        if any(upload.size > MOST_BYTES for upload in data or ()):
            raise forms.ValidationError(_("A file may have at most 20 MB."))
        return [super(ProofsField, self).clean(upload, initial) for upload in data or ()]


KINDS: Mapping[object, Callable[..., forms.Field]] = {
    bool: lambda **options: forms.BooleanField(**options | {"required": False}),
    datetime: partial(forms.DateTimeField, widget=forms.DateTimeInput({"type": "datetime-local"})),
    str: partial(forms.CharField, validators=[RegexValidator(r"^[\w.:/@-]+\Z")], max_length=100),
}
"""For the fields that name nothing, by their types."""


def fields_of(desk: Desk) -> Iterator[tuple[str, forms.Field]]:
    """The fields of an act, by their names on the page; what has no label is not asked for."""
    hints = get_type_hints(desk.act)
    for attribute in attrs.fields(desk.act):
        if attribute.name in MANY:
            yield from MANY[attribute.name](attribute.default is attrs.NOTHING)
        elif attribute.name in LABELS and _wanted(attribute.name, desk):
            yield attribute.name, _field(attribute, hints[attribute.name], desk)


def _wanted(name: str, desk: Desk) -> bool:
    """Tell whether there is something to choose: some fields are not asked for always."""
    if name == "without":
        return bool(late_joint(desk))
    return name != "raiser" or desk.matter is not None


def _field(attribute: attrs.Attribute[Any], hint: Any, desk: Desk) -> forms.Field:
    name, required = attribute.name, attribute.default is attrs.NOTHING
    options = {"label": LABELS[name], "required": required}
    if not required:
        options["initial"] = attribute.default
    kind = next((arm for arm in get_args(hint) if arm is not NoneType), hint)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _members(kind, **options)
    if name == "evidence":
        return ProofsField(validators=[PROOFS], **options)
    if name == "without":
        return forms.MultipleChoiceField(choices=CHOICES[name](desk), **options)
    if name in CHOICES:
        return _one_of(CHOICES[name](desk), **options)
    return KINDS[kind](**options)


def _one_of(choices: words.Choices | words.Groups, **options: Any) -> forms.Field:
    return forms.ChoiceField(choices=[("", "—"), *choices], **options)


def _members(kind: type[Enum], **options: Any) -> forms.Field:
    members = [("", "—"), *((each.value, label(each, words.lang())) for each in kind)]
    return forms.TypedChoiceField(choices=members, coerce=kind, empty_value=None, **options)


def _facts(_required: bool) -> Iterator[tuple[str, forms.Field]]:
    """The category, and the other facts that the policy's rules read."""
    policy = rules().policy
    yield (
        "facts.category",
        _one_of(categories(), required=False, label=LABELS["category"]),
    )
    for fact in policy.facts:
        own = {value: words.title(said) for value, said in fact.titles.items()}
        values = [(v, own.get(v) or label(f"value.{v}", words.lang())) for v in fact.values]
        yield f"facts.{fact.name}", _one_of(values, required=False, label=words.title(fact.title))


def _parts(_required: bool) -> Iterator[tuple[str, forms.Field]]:
    known = categories()
    for number in PARTS:
        options = {"required": False, "label_suffix": f" {number + 1}"}
        yield f"parts.{number}.kind", _members(AppealKind, label=LABELS["kind"], **options)
        yield f"parts.{number}.category", _one_of(known, label=LABELS["category"], **options)


def _length(required: bool) -> Iterator[tuple[str, forms.Field]]:
    options = {"required": required, "min_value": 1, "max_value": 3660}
    yield "by.amount", forms.IntegerField(label=LABELS["by"], **options)
    yield "by.unit", _members(LimitUnit, label=_("Counted in"), required=required)


MANY: Mapping[str, Callable[[bool], Iterator[tuple[str, forms.Field]]]] = {
    "by": _length,
    "facts": _facts,
    "parts": _parts,
}
"""For what takes several fields of a form, those fields."""
