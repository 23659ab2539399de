"""The pages: an inbox, the ledger, a matter, and a form for each thing that may be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from uuid import uuid4

from attrs import evolve
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from whistle_engine import Actor, Matter, Refused, UnknownMatter, allowed, commands, duties, texts
from whistle_engine.commands import NAMES
from whistle_engine.commits import Receipt
from whistle_engine.errors import CommandIdReused
from whistle_engine.model import Affair, Duty, Party, Stage, TextRef
from whistle_engine.standing import parties
from whistle_engine.storage.rows import DutyRow, Erased, LedgerFilter

from desk import words
from desk.choosing import Desk
from desk.forms import ACTS, ActForm
from desk.hosting import engine, give, rules
from desk.models import Attachment, Registration
from desk.people import actor_of, only_administers

PAGE = 25
MOST_DUTIES = 100
RESPONDING = frozenset({Party.RESPONDER, Party.INVITED})


def _seen(actor: Actor, matter: str) -> Matter:
    """A matter; what is not there and what is not the actor's look the same."""
    try:
        return engine().matter(actor, matter)
    except UnknownMatter:
        raise Http404(_("There is no such matter, or it is not yours to see.")) from None


# ------------------------------------------------------------------------------- many matters


def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for the user's unit or for the user, and what the user entered."""
    if only_administers(request.user):
        return redirect("admin:index")
    actor = actor_of(request.user)
    rows = engine().inbox(actor, limit=MOST_DUTIES)
    entered = [each.matter for each in Registration.objects.filter(by=request.user)[:PAGE]]
    states = dict(_states(actor, [*(row.matter for row in rows), *entered]))
    own = [states[each] for each in entered if each in states]
    waiting: list[tuple[DutyRow | Duty, Matter]] = [
        (row, states[row.matter]) for row in rows if row.matter in states
    ]
    waiting += [
        (duty, state) for state in own for duty in duties(state, rules()) if duty.raiser == actor.id
    ]
    waiting.sort(key=lambda pair: pair[0].due)
    shown = {
        "waiting": [(duty, state, _raised(actor, state)) for duty, state in waiting],
        "own": [(state, _raised(actor, state)) for state in own],
        "now": timezone.now(),
    }
    return render(request, "desk/inbox.html", shown)


def _states(actor: Actor, matters: Iterable[str]) -> Iterator[tuple[str, Matter]]:
    for each in dict.fromkeys(matters):
        with suppress(UnknownMatter):  # who changed units does not see all that they entered
            yield each, engine().matter(actor, each)


def _raised(actor: Actor, state: Matter) -> str:
    """The words in which a matter was raised, as far as they are the actor's to read."""
    ref = state.appeal.text
    said = engine().text(actor, state.id, ref) if ref is not None else None
    return _("(erased)") if said is Erased.ERASED else said or ""


def ledger(request: HttpRequest) -> HttpResponse:
    """The matters that the user may see, page by page."""
    asked, actor, whistle = request.GET, actor_of(request.user), engine()
    affair = asked.get("affair") if asked.get("affair") in {a.value for a in Affair} else None
    where = LedgerFilter(
        affair=Affair(affair) if affair else None,
        open={"yes": True, "no": False}.get(asked.get("open", "")),
    )
    last = None
    if "after" in asked:
        last = whistle.store.projection(_seen(actor, asked["after"]).id)
    found = whistle.ledger(actor, where, after=last.row if last else None, limit=PAGE + 1)
    more = found[PAGE - 1].matter if len(found) > PAGE else None
    return render(
        request, "desk/ledger.html", {"rows": found[:PAGE], "more": more, "affairs": tuple(Affair)}
    )


# --------------------------------------------------------------------------------- one matter


def matter(request: HttpRequest, matter: str) -> HttpResponse:
    """How a matter stands, what may be done now, and what has happened."""
    actor = actor_of(request.user)
    state = _seen(actor, matter)
    standing = parties(actor, state, rules())
    running, may = duties(state, rules()), _may(actor, state)
    first = _first(actor, running, may)
    return render(
        request,
        "desk/matter.html",
        {
            "matter": state,
            "standing": [party for party in Party if party in standing],
            "first": first,
            "more": [name for name in may if name not in first],
            "send_back": standing & RESPONDING and state.stage is not Stage.CLOSED,
            "duties": [
                (duty, texts.due(state.clocks[duty.clock - 1].due, rules(), words.lang()))
                for duty in running
            ],
            "history": list(_history(actor, matter)),
            "proofs": Attachment.objects.filter(matter=matter),
            "now": timezone.now(),
        },
    )


def _may(actor: Actor, state: Matter) -> tuple[str, ...]:
    return tuple(n for n in allowed(state, actor, rules(), timezone.now()) if n in ACTS)


def _first(actor: Actor, running: Iterable[Duty], may: tuple[str, ...]) -> list[str]:
    """Of what somebody may do, what settles the duty of theirs that is due first."""
    mine = [
        duty
        for duty in running
        if duty.raiser == actor.id or (duty.unit is not None and duty.unit == actor.unit)
    ]
    for duty in sorted(mine, key=lambda duty: duty.due):
        if found := [name for name in duty.settled_by if name in may]:
            return found
    return []


def _history(
    actor: Actor, matter: str
) -> Iterator[tuple[list[texts.Line], list[tuple[str, object]]]]:
    """For each commit, its lines and the words that came with it, as far as the actor's to read."""
    whistle = engine()
    lines = iter(whistle.timeline(actor, matter, words.lang()))
    for commit in whistle.commits(actor, matter):
        told = [next(lines) for _event in commit.events]
        said = [
            (words.named(name), whistle.text(actor, matter, TextRef(commit.command.id, name)))
            for name in commit.command.texts
        ]
        shown = [line for line in told if line.importance > texts.Importance.BOOKKEEPING]
        yield shown, [(n, _("(erased)") if s is Erased.ERASED else s) for n, s in said if s]


def evidence(request: HttpRequest, proof: str) -> FileResponse:
    """A proof, for those who may see its matter."""
    found = get_object_or_404(Attachment, pk=proof)
    _seen(actor_of(request.user), found.matter)
    return FileResponse(found.file.open(), content_type=found.media_type, filename=found.name)


# -------------------------------------------------------------------------------- giving commands


def register(request: HttpRequest) -> HttpResponse:
    """An appeal comes in."""
    return _form(request, Desk(request.user, actor_of(request.user), commands.Receive))


def act(request: HttpRequest, matter: str, name: str) -> HttpResponse:
    """One of the things that can be done on a matter."""
    if name not in ACTS:
        raise Http404(name)
    actor = actor_of(request.user)
    return _form(request, Desk(request.user, actor, ACTS[name], _seen(actor, matter)))


def _form(request: HttpRequest, desk: Desk) -> HttpResponse:
    if request.method != "POST":
        return _page(request, desk, ActForm(desk))
    form = ActForm(desk, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, desk, form, status=400)
    try:
        answer = _given(form, sure="sure" in request.POST)
    except CommandIdReused:
        form.add_error(None, _("This form was sent before, with other content. Begin again."))
        return _page(request, desk, form, status=409)
    if isinstance(answer, Refused):
        form.data = form.data.copy()
        form.data["command"] = str(uuid4())  # a refusal that was recorded keeps its id
        return _page(request, desk, form, status=409, refused=answer)
    messages.success(request, _("Done: %s") % words.caption(NAMES[desk.act]))
    return redirect("matter", form.matter)


def _given(form: ActForm, *, sure: bool) -> Receipt | Refused:
    """Give the command; its proofs, and who entered it, are kept in the same transaction."""
    user, kept = form.desk.user, []

    def rows() -> None:
        if form.desk.matter is None:
            Registration.objects.get_or_create(matter=form.matter, defaults={"by": user})
        for proof in form.proofs:
            if not Attachment.objects.filter(pk=proof.pk).exists():  # sent again, it is there
                kept.append(proof)
                proof.save(force_insert=True)

    try:
        return give(form.asked, form.words, rows, sure=sure)
    except BaseException:
        for proof in kept:  # the rows are rolled back; files know no transactions
            proof.file.storage.delete(proof.file.name)
        raise


def _page(
    request: HttpRequest,
    desk: Desk,
    form: ActForm,
    *,
    status: int = 200,
    refused: Refused | None = None,
) -> HttpResponse:
    unsure = refused is not None and bool(refused.recorded) and "sure" not in request.POST
    if refused is not None and unsure:
        refused = evolve(refused, recorded=())  # it was taken back: see hosting.give
    shown = {
        "form": form,
        "desk": desk,
        "unsure": unsure,
        "why": texts.refusal(refused, words.lang(), rules=rules()) if refused else "",
        "name": NAMES[desk.act],
        "may": [
            each
            for each in (_may(desk.actor, desk.matter) if desk.matter and refused else ())
            if each != NAMES[desk.act]
        ],
    }
    return render(request, "desk/act.html", shown, status=status)
