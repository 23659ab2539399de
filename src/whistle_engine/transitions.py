"""The one table of transitions: for each act, who may ever give it, in which stages, what then.

The permission check, the tables and the diagram in the docs, the exploration and "what may
I do now?" all read it. A policy's permissions narrow it, never widen it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from attrs import frozen

from whistle_engine import commands as c
from whistle_engine.model import Party, Stage, Unmet
from whistle_engine.moves import (
    clocks,
    coordination,
    intake,
    residents,
    response,
    tracks,
    whistle,
)
from whistle_engine.moves.record import Case, Record
from whistle_engine.standing import STANDING, Standing

OPEN = frozenset(Stage) - {Stage.CLOSED}
"""Every stage in which the matter is not closed."""

TALKING = frozenset({Stage.MEDIATING, Stage.DELIBERATING})
CALLED = frozenset({Stage.DISPATCHED, Stage.HANDLING})
BEFORE_BLOWN = frozenset({Stage.RECEIVED, *TALKING, Stage.AWAITING_WHISTLE})
JUDGED = frozenset({*TALKING, Stage.HANDLING})


def nothing_unmet(_case: Case[Any]) -> Iterator[Unmet]:
    """No condition beyond party and stage."""
    return iter(())


@frozen(kw_only=True, slots=False)
class Row:
    """One row of the table.

    Attributes:
        parties: who may ever give it.
        stages: from which stages; ``None`` is the matter that is not there yet.
        to: the stages to which it can lead, apart from staying.
        texts: the words that must come with it, by name.
        unmet: the conditions, all of which are told at once.
        act: what it writes.
    """

    parties: frozenset[Party]
    stages: frozenset[Stage]
    to: frozenset[Stage] = frozenset()
    texts: tuple[str, ...] = ()
    unmet: Callable[[Case[Any]], Iterator[Unmet]] = nothing_unmet
    act: Callable[[Case[Any], Record], None]

    @cached_property
    def standings(self) -> tuple[tuple[Party, Standing], ...]:
        """The parties, each with what tells whether an actor is it."""
        return tuple((party, STANDING[party]) for party in Party if party in self.parties)


def _opened(_case: Case[Any], _record: Record) -> None:
    """Opening is decided apart: there is no state to decide on."""


P = Party
S = Stage

TRANSITIONS: dict[type[c.Act], Row] = {
    c.Receive: Row(
        parties=frozenset({P.ANYONE}), stages=frozenset(), to=frozenset({S.RECEIVED}), act=_opened
    ),
    c.Add: Row(parties=frozenset({P.RAISER}), stages=OPEN, act=intake.add),
    c.Urge: Row(parties=frozenset({P.RAISER}), stages=OPEN, act=intake.urge),
    c.Withdraw: Row(
        parties=frozenset({P.RAISER}),
        stages=OPEN,
        to=frozenset({S.CLOSED}),
        act=intake.withdraw,
    ),
    c.Classify: Row(
        parties=frozenset({P.COMMUNITY, P.HOTLINE, P.STREET}),
        stages=frozenset({S.RECEIVED, S.AWAITING_WHISTLE}),
        to=frozenset({*TALKING, S.AWAITING_WHISTLE}),
        unmet=intake.classify_unmet,
        act=intake.classify,
    ),
    c.Answer: Row(
        parties=frozenset({P.COMMUNITY, P.HOTLINE}),
        stages=frozenset({S.RECEIVED}),
        to=frozenset({S.CLOSED}),
        texts=("text",),
        unmet=intake.answer_unmet,
        act=intake.answer,
    ),
    c.Redirect: Row(
        parties=frozenset({P.COMMUNITY, P.HOTLINE}),
        stages=frozenset({S.RECEIVED}),
        to=frozenset({S.CLOSED}),
        texts=("text",),
        unmet=intake.redirect_unmet,
        act=intake.redirect,
    ),
    c.Split: Row(
        parties=frozenset({P.COMMUNITY, P.HOTLINE}),
        stages=frozenset({S.RECEIVED}),
        unmet=intake.split_unmet,
        act=intake.split,
    ),
    c.Merge: Row(
        parties=frozenset({P.COMMUNITY, P.HOTLINE}),
        stages=OPEN,
        to=frozenset({S.CLOSED}),
        unmet=intake.merge_unmet,
        act=intake.merge,
    ),
    c.Look: Row(
        parties=frozenset({P.COMMUNITY, P.HOTLINE, P.STREET}),
        stages=frozenset({*BEFORE_BLOWN, S.BLOWN, *CALLED}),
        to=frozenset({S.AWAITING_WHISTLE, S.DELIBERATING}),
        unmet=intake.look_unmet,
        act=intake.look,
    ),
    c.Settle: Row(
        parties=frozenset({P.MICRO_GRID_LEADER, P.GRID_BRANCH}),
        stages=TALKING,
        to=frozenset({S.FED_BACK}),
        texts=("text",),
        unmet=tracks.settle_unmet,
        act=tracks.settle,
    ),
    c.MoveUp: Row(
        parties=frozenset({P.MICRO_GRID_LEADER, P.GRID_BRANCH}),
        stages=TALKING,
        to=frozenset({S.DELIBERATING, S.AWAITING_WHISTLE}),
        texts=("reason",),
        act=tracks.move_up,
    ),
    c.Blow: Row(
        parties=frozenset({P.COMMUNITY, P.STREET}),
        stages=frozenset({*BEFORE_BLOWN, *CALLED}),
        to=frozenset({S.BLOWN, S.DISPATCHED}),
        unmet=whistle.blow_unmet,
        act=whistle.blow,
    ),
    c.TakeOn: Row(
        parties=frozenset({P.STREET}),
        stages=frozenset({S.AWAITING_WHISTLE}),
        to=frozenset({S.DISPATCHED}),
        unmet=whistle.take_on_unmet,
        act=whistle.take_on,
    ),
    c.RaiseWhistle: Row(
        parties=frozenset({P.COMMUNITY, P.STREET}),
        stages=OPEN,
        to=frozenset({S.DISPATCHED, S.HANDLING}),
        unmet=whistle.raise_unmet,
        act=whistle.raise_whistle,
    ),
    c.StandDown: Row(
        parties=frozenset({P.COMMUNITY, P.STREET}),
        stages=frozenset({S.BLOWN, *CALLED}),
        to=frozenset({S.AWAITING_WHISTLE, S.CLOSED}),
        texts=("reason",),
        unmet=whistle.stand_down_unmet,
        act=whistle.stand_down,
    ),
    c.SendStraight: Row(
        parties=frozenset({P.HOTLINE}),
        stages=frozenset({S.AWAITING_WHISTLE}),
        to=frozenset({S.DISPATCHED}),
        unmet=whistle.send_straight_unmet,
        act=whistle.send_straight,
    ),
    c.Dispatch: Row(
        parties=frozenset({P.OPERATIONS}),
        stages=frozenset({S.BLOWN}),
        to=frozenset({S.DISPATCHED}),
        unmet=whistle.dispatch_unmet,
        act=whistle.dispatch,
    ),
    c.ReportIn: Row(
        parties=frozenset({P.RESPONDER, P.INVITED}),
        stages=CALLED,
        to=frozenset({S.HANDLING}),
        unmet=response.report_in_unmet,
        act=response.report_in,
    ),
    c.BringIn: Row(
        parties=frozenset({P.RESPONDER}),
        stages=CALLED,
        texts=("reason",),
        unmet=response.bring_in_unmet,
        act=response.bring_in,
    ),
    c.Accept: Row(
        parties=frozenset({P.RESPONDER, P.INVITED}),
        stages=CALLED,
        to=frozenset({S.HANDLING}),
        unmet=response.accept_unmet,
        act=response.accept,
    ),
    c.HandIn: Row(
        parties=frozenset({P.RESPONDER}),
        stages=frozenset({*CALLED, S.FED_BACK, S.CLOSED}),
        texts=("text",),
        unmet=response.hand_in_unmet,
        act=response.hand_in,
    ),
    c.ReportProgress: Row(
        parties=frozenset({P.RESPONDER}),
        stages=CALLED,
        texts=("text",),
        act=response.report_progress,
    ),
    c.ChangeReceiver: Row(
        parties=frozenset({P.RESPONDER}),
        stages=OPEN,
        act=response.change_receiver,
    ),
    c.FeedBack: Row(
        parties=frozenset({P.LEAD}),
        stages=CALLED,
        to=frozenset({S.FED_BACK}),
        unmet=response.feed_back_unmet,
        act=response.feed_back,
    ),
    c.Object: Row(
        parties=frozenset({P.LEAD}),
        stages=CALLED,
        texts=("reason",),
        unmet=response.object_unmet,
        act=response.object_,
    ),
    c.Release: Row(
        parties=frozenset({P.LEAD, P.COORDINATOR}),
        stages=CALLED,
        texts=("reason",),
        unmet=response.release_unmet,
        act=response.release,
    ),
    c.Tell: Row(
        parties=frozenset({P.FIRST_RESPONDER}),
        stages=frozenset({S.FED_BACK}),
        texts=("text",),
        unmet=residents.tell_unmet,
        act=residents.tell,
    ),
    c.SendBack: Row(
        parties=frozenset({P.RESPONDER, P.INVITED}),
        stages=OPEN,
        unmet=response.send_back_unmet,
        act=response.send_back,
    ),
    c.ConfirmTime: Row(
        parties=frozenset({P.COMMUNITY, P.STREET}),
        stages=frozenset({*CALLED, S.FED_BACK, S.CLOSED}),
        unmet=response.confirm_unmet,
        act=response.confirm,
    ),
    c.AskExtension: Row(
        parties=frozenset({P.LEAD}),
        stages=CALLED,
        texts=("reason",),
        unmet=clocks.ask_unmet,
        act=clocks.ask_extension,
    ),
    c.GrantExtension: Row(
        parties=frozenset({P.COORDINATOR, P.STREET}),
        stages=CALLED,
        unmet=clocks.grant_unmet,
        act=clocks.grant_extension,
    ),
    c.FireTimer: Row(
        parties=frozenset({P.SYSTEM}),
        stages=frozenset(S),
        to=frozenset({S.CLOSED, *JUDGED, S.DISPATCHED}),
        unmet=clocks.fire_unmet,
        act=clocks.fire_timer,
    ),
    c.FixDueTimes: Row(
        parties=frozenset({P.SYSTEM}),
        stages=frozenset(S),
        unmet=clocks.fix_unmet,
        act=clocks.fix_due_times,
    ),
    c.Mark: Row(
        parties=frozenset({P.RAISER, P.COMMUNITY, P.STREET, P.COORDINATOR}),
        stages=frozenset({S.FED_BACK}),
        to=frozenset({S.CLOSED, *JUDGED}),
        unmet=residents.mark_unmet,
        act=residents.mark,
    ),
    c.CallBack: Row(
        parties=frozenset({P.COMMUNITY, P.HOTLINE}),
        stages=frozenset({S.FED_BACK}),
        to=frozenset({S.CLOSED, *JUDGED}),
        unmet=residents.call_back_unmet,
        act=residents.call_back,
    ),
    c.Reopen: Row(
        parties=frozenset({P.RAISER, P.COMMUNITY, P.COORDINATOR}),
        stages=frozenset({S.FED_BACK, S.CLOSED}),
        to=frozenset({S.RECEIVED, S.AWAITING_WHISTLE, *JUDGED}),
        unmet=residents.reopen_unmet,
        act=residents.reopen,
    ),
    c.Supervise: Row(
        parties=frozenset({P.STREET, P.COORDINATOR}),
        stages=OPEN,
        unmet=coordination.supervise_unmet,
        act=coordination.supervise,
    ),
    c.Escalate: Row(
        parties=frozenset({P.COMMUNITY, P.STREET}),
        stages=OPEN,
        texts=("reason",),
        unmet=coordination.escalate_unmet,
        act=coordination.escalate,
    ),
    c.Designate: Row(
        parties=frozenset({P.COORDINATOR, P.STREET}),
        stages=frozenset({S.BLOWN, *CALLED}),
        to=frozenset({S.DISPATCHED, S.HANDLING}),
        texts=("reason",),
        unmet=coordination.designate_unmet,
        act=coordination.designate,
    ),
    c.Defer: Row(
        parties=frozenset({P.COORDINATOR}),
        stages=frozenset({S.HANDLING}),
        to=frozenset({S.DEFERRED}),
        texts=("reason",),
        unmet=coordination.defer_unmet,
        act=coordination.defer,
    ),
    c.Resume: Row(
        parties=frozenset({P.COORDINATOR}),
        stages=frozenset({S.DEFERRED}),
        to=frozenset({S.HANDLING}),
        act=coordination.resume,
    ),
    c.Conclude: Row(
        parties=frozenset({P.COORDINATOR}),
        stages=frozenset({S.FED_BACK}),
        to=frozenset({S.CLOSED}),
        texts=("reason",),
        unmet=coordination.conclude_unmet,
        act=coordination.conclude,
    ),
    c.Admit: Row(
        parties=frozenset({P.COORDINATOR}),
        stages=frozenset({S.AWAITING_WHISTLE, S.BLOWN, *CALLED}),
        unmet=coordination.admit_unmet,
        act=coordination.admit,
    ),
}
"""For each act, its row."""
