"""The contract between the relay and a notifier: one message, one call.

A notifier hands messages on: by SMS, e-mail, a group chat. The relay calls it with one message
at a time and takes no news for good news:

- **N1** it returns nothing once the message is accepted by whoever carries it on;
- **N2** it raises :class:`~whistle_engine.errors.NotifyError` if not, and says whether trying
  again may help; any other exception counts as one that may pass;
- **N3** it may be called again with a message that it accepted (a worker died, an answer came too
  late): the message is equal, or worded anew, under the same :attr:`Message.key`, by which
  receivers tell that they have it already. Delivery is at least once, never at most once;
- **N4** it may be called from several threads;
- **N5** it gives up in a time of its own; the relay waits only so long, and counts what it does
  not hear of in time as not accepted;
- **N6** a message that is none of its business, it accepts and drops: one that tells residents
  returns at once when a unit is to be told.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Protocol

from attrs import frozen

from whistle_engine.errors import NotifyError
from whistle_engine.model import ActorId, Label, MatterId, TextRef, UnitCode


class Audience(Enum):
    """As what somebody is told.

    Attributes:
        RESIDENT: somebody who raised the matter.
        UNIT: a unit, or one of its people.
        COORDINATOR: the unit that coordinates.
    """

    RESIDENT = "resident"
    UNIT = "unit"
    COORDINATOR = "coordinator"


@frozen(kw_only=True)
class Message:
    """What one recipient is told: codes, ids and the city's words, nothing that residents wrote.

    Attributes:
        key: names this message for good: the same in every delivery and from every worker, so
            that a receiver can drop what it has already. At most 300 ASCII characters if the
            matter's id is plain and short.
        audience: as what the recipient is told.
        unit: the unit that is told; beside ``actor``, the unit for which that person acts.
        actor: the person who is told; ``None`` if it is the unit as a whole.
        contact: where in the vault the person's contact lies, if it lies there; whoever reads it
            there is answerable for it.
        matter: which matter.
        code: in which words, such as ``unit.dispatched``; see :func:`whistle_engine.texts.notices`.
        event: what happened, as the commit's events and the timeline have it, such as
            ``dispatched`` or ``timer_fired.urge``.
        at: when it happened, UTC.
        due: until when the recipient (or whom it is about) has to act, UTC, if there is a time.
        text: the words, in Chinese and English, local time.
    """

    key: str
    audience: Audience
    unit: UnitCode | None
    actor: ActorId | None
    contact: TextRef | None
    matter: MatterId
    code: str
    event: str
    at: datetime
    due: datetime | None
    text: Label


class Notifier(Protocol):
    """Hands messages on; see the clauses N1 to N6 above."""

    @property
    def name(self) -> str:
        """A short code that tells it from others, such as ``sms``: in logs and figures."""
        ...

    def send(self, message: Message) -> None:
        """Hand on one message; to return is to have it accepted.

        Raises:
            NotifyError: it was not accepted; ``retry`` says whether trying again may help.
        """
        ...


__all__ = ["Audience", "Message", "Notifier", "NotifyError"]
