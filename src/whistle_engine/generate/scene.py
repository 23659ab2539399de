"""What somebody sees who is about to act, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from attrs import frozen

from whistle_engine.commands import Act
from whistle_engine.generate.arrivals import Origin
from whistle_engine.generate.city import City
from whistle_engine.generate.dice import Dice
from whistle_engine.generate.profile import Profile
from whistle_engine.model import Actor, Clock, Evidence, Matter, Responder, UnitCode
from whistle_engine.rules import Rules
from whistle_engine.standing import responder

SOONEST = timedelta(minutes=10)
"""Nobody looks again at what has to wait before so much time has passed."""


@frozen(kw_only=True)
class Scene:
    """A matter at the moment at which somebody may act.

    Attributes:
        clock: the obligation that is to be met; ``None`` if it is done unasked.
        unit: the unit that acts, where a table names one.
        serial: how many commands there were on the matter.
    """

    city: City
    profile: Profile
    matter: Matter
    origin: Origin
    now: datetime
    dice: Dice
    serial: int
    clock: Clock | None = None
    unit: UnitCode | None = None

    @property
    def rules(self) -> Rules:
        """The rules in force."""
        return self.city.rules

    @property
    def party(self) -> Responder | None:
        """The place of the unit in the response."""
        return responder(self.matter, self.unit)

    def chance(self, chance: float) -> bool:
        """Tell whether something happens."""
        return self.dice.happens(chance)

    def proofs(self, many: int) -> tuple[Evidence, ...]:
        """So many photographs, each another one."""
        found = []
        for number in range(many):
            name = f"{self.matter.id}/{self.serial}/{number}"
            digest = f"sha256:{sha256(name.encode()).hexdigest()}"
            found.append(Evidence(f"evidence://{name}", digest, "image/jpeg"))
        return tuple(found)


@frozen(kw_only=True)
class Turn:
    """What somebody does.

    Attributes:
        occurred_at: when it really happened, if it is said, UTC.
        shirks: it is known to be refused, and is tried all the same.
        wordless: nothing is said with it.
    """

    by: Actor
    do: Act
    occurred_at: datetime | None = None
    shirks: bool = False
    wordless: bool = False


@frozen
class Later:
    """Nothing can be done yet: look again."""

    at: datetime


Doing = Callable[[Scene], Turn | Later | None]
"""Says what somebody does in a scene; ``None`` if there is nothing for it to do."""
