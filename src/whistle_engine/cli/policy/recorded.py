"""What a store has recorded under a policy, as far as reviewing it asks for that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import define, field

from whistle_engine.cli.output import BadInput, Lang
from whistle_engine.cli.policy.words import say
from whistle_engine.model import Facts

if TYPE_CHECKING:
    from whistle_engine.review.coverage import Step
    from whistle_engine.storage.api import Store
    from whistle_engine.storage.rows import Record


@define
class Recorded:
    """The commits of a store that rest on a policy, in whatever version of it.

    Those of another city's policy are left out: its categories and kinds are others, though some
    have the same codes.

    Attributes:
        store: the store.
        codes: the codes of the policy.
        own: how many of its commits were read.
        others: how many of other policies, by their codes.
    """

    store: Store
    codes: frozenset[str]
    own: int = 0
    others: Counter[str] = field(factory=Counter)
    _known: dict[str, str] = field(factory=dict)

    def decisions(self) -> Iterator[Facts]:
        """The facts of every classification that was recorded."""
        from whistle_engine.codec import load_events
        from whistle_engine.events import Classified
        from whistle_engine.storage import paging

        for record in paging.commits(self.store):
            if self._is_own(record):
                for event in load_events(record.events):
                    if isinstance(event, Classified):
                        yield event.facts

    def steps(self) -> Iterator[Step]:
        """Every event that was recorded, with its matter's state before it."""
        from whistle_engine.codec import load_events
        from whistle_engine.model import Matter
        from whistle_engine.storage import paging
        from whistle_engine.workflow import evolve

        for history in paging.histories(self.store):
            state: Matter | None = None
            for record in history.records:
                own = self._is_own(record)
                for event in load_events(record.events):
                    if own:
                        yield state, event
                    state = evolve(state, event, matter=history.matter)

    def expect_own(self, lang: Lang) -> None:
        """See that not all that was read is of other policies.

        Raises:
            BadInput: it is.
        """
        if self.others and not self.own:
            raise BadInput(
                say("recorded.other", lang, codes=self.named(), own=", ".join(sorted(self.codes)))
            )

    def left_out(self, lang: Lang) -> str:
        """How much was left out, in a sentence; empty if nothing was."""
        n = self.others.total()
        return say("recorded.left_out", lang, n=f"{n:,}", codes=self.named()) if n else ""

    def named(self) -> str:
        """The codes of the other policies."""
        return ", ".join(sorted(self.others))

    def _is_own(self, record: Record) -> bool:
        from whistle_engine.codec import load_basis

        digest = load_basis(record.basis).policy
        if digest not in self._known:
            self._known[digest] = _code(self.store, digest)
        code = self._known[digest]
        if code in self.codes:
            self.own += 1
            return True
        self.others[code] += 1
        return False


def _code(store: Store, digest: str) -> str:
    """The code of a policy that is kept in a store.

    Raises:
        StoreUnreadable: it is not there, or cannot be read.
    """
    import tomllib

    from whistle_engine import codec
    from whistle_engine.errors import StoreUnreadable
    from whistle_engine.policy_file import unpacked

    data = store.get_document(digest)
    if data is None:
        raise StoreUnreadable(f"the policy {digest} is not in the store; whistle verify tells more")
    if data.startswith(b"{"):  # built in code; no TOML file begins so
        return codec.load_policy(data).code
    try:
        return str(tomllib.loads(unpacked(data, digest).main.decode("utf-8-sig"))["code"])
    except (ValueError, KeyError):  # of what is read TOML's and UTF-8's errors are ValueErrors
        raise StoreUnreadable(
            f"the policy {digest} cannot be read; whistle verify tells more"
        ) from None
