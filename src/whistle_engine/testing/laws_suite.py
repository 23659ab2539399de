"""The suite: a city runs every law on its own policy, and laws of its own beside them.

::

    class TestMyCity(PolicyLaws):
        rules = load_rules(HERE / "mycity.toml", HERE / "mycity.directory.toml")

Each law is a test, called by its id: ``test_law[FR7]``. A law that breaks is told with the
shortest tale that was found: in words, and as a story file that ``whistle play`` plays.
"""

from __future__ import annotations

from typing import ClassVar

import pytest
from attrs import define, field
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from whistle_engine.rules import Rules
from whistle_engine.testing.laws_of_people import MORE
from whistle_engine.testing.laws_of_tales import REVIEWED, Law, joined
from whistle_engine.testing.laws_shortest import shortest
from whistle_engine.testing.laws_told import told
from whistle_engine.testing.strategies._cast import Cast
from whistle_engine.testing.strategies._drawing import MOVE_BYTES, SETTING_BYTES, tale_of
from whistle_engine.texts import Lang

LAWS: tuple[Law, ...] = tuple(
    sorted(
        joined((*REVIEWED, *MORE)),
        key=lambda law: (not law.id.startswith("FR"), int(law.id.lstrip("FRL"))),
    )
)
"""Every law that a policy can break, in order. L13 and L15 are the engine's alone."""

Numbers = tuple[int, tuple[int, ...]]


class _BrokenError(Exception):
    """A tale breaks the law that is looked at."""

    def __init__(self, numbers: Numbers) -> None:
        super().__init__()
        self.numbers = numbers


@define
class Verdicts:
    """Which laws a city's tales break: each tale is told once, and held against all laws."""

    cast: Cast
    laws: tuple[Law, ...]
    _known: dict[Numbers, frozenset[str]] = field(factory=dict, init=False)

    def broken(self, numbers: Numbers) -> frozenset[str]:
        """The ids of the laws that the tale of these numbers breaks."""
        if numbers not in self._known:
            tale = tale_of(numbers[0], list(numbers[1]), self.cast)
            self._known[numbers] = frozenset(law.id for law in self.laws if law.broken(tale))
        return self._known[numbers]


class PolicyLaws:
    """All laws, for any city's rules, and the city's own.

    Attributes:
        rules: the city's rules. This is all that has to be given.
        laws: laws of its own, made by ``step_law``, ``history_law`` or ``tale_law``.
        stories: how many stories are drawn; the same ones for every law.
        moves: how many things are done in one, after its beginning.
        seed: which stories; another number gives others.
        lang: in which language a failure is told, ``zh`` or ``en``.
        policy: what a story file calls the policy; by default what the rules were read from.
    """

    rules: ClassVar[Rules]
    laws: ClassVar[tuple[Law, ...]] = ()
    stories: ClassVar[int] = 200
    moves: ClassVar[int] = 40
    seed: ClassVar[int] = 0
    lang: ClassVar[Lang] = "en"
    policy: ClassVar[str] = ""
    _verdicts: ClassVar[Verdicts | None] = None

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Refuse a subclass that drops a law, or calls one of its own by a name that is taken."""
        super().__init_subclass__(**kwargs)
        cls._verdicts = None
        if cls.test_law is not PolicyLaws.test_law:
            raise TypeError(
                f"{cls.__name__} replaces test_law, so no law would be held against its policy; "
                "put laws of your own into `laws`"
            )
        names = [law.id for law in (*LAWS, *cls.laws)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise TypeError(f"{cls.__name__}.laws has ids that are taken: {', '.join(twice)}")

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make a test of each law."""
        if "law" in metafunc.fixturenames:
            laws = (*LAWS, *type(self).laws)
            metafunc.parametrize("law", laws, ids=[law.id for law in laws])

    def test_law(self, law: Law) -> None:
        """Check that no story breaks the law."""
        cls = type(self)
        numbers = breaking(law, cls._known(), stories=cls.stories, moves=cls.moves, number=cls.seed)
        if numbers is None:
            return
        tale, breach = shortest(tale_of(numbers[0], list(numbers[1]), cls._known().cast), law)
        pytest.fail(told(tale, breach, law, lang=cls.lang, policy=cls.policy), pytrace=False)

    @classmethod
    def _known(cls) -> Verdicts:
        if not hasattr(cls, "rules"):
            raise TypeError(f"{cls.__name__} should say of which city: rules = load_rules(…)")
        if cls._verdicts is None:
            cls._verdicts = Verdicts(Cast(cls.rules), (*LAWS, *cls.laws))
        return cls._verdicts


def _numbers(where: bytes, what: bytes) -> Numbers:
    ends = range(MOVE_BYTES, len(what) + 1, MOVE_BYTES)
    moves = (int.from_bytes(what[end - MOVE_BYTES : end], "big") for end in ends)
    return int.from_bytes(where, "big"), tuple(moves)


def breaking(
    law: Law, verdicts: Verdicts, *, stories: int, moves: int, number: int
) -> Numbers | None:
    """The numbers of a story that breaks a law, or ``None`` if none of those drawn does.

    Args:
        law: the law.
        verdicts: which laws each story breaks.
        stories: how many are drawn.
        moves: how many things are done in one at most.
        number: which are drawn: the seed.
    """
    # As bytes, since all of them are as likely, and many are drawn at once.
    where = st.binary(min_size=SETTING_BYTES, max_size=SETTING_BYTES)
    what = st.binary(min_size=moves // 2 * MOVE_BYTES, max_size=moves * MOVE_BYTES)
    drawn = st.builds(_numbers, where, what)

    @seed(number)
    @settings(
        max_examples=stories,
        database=None,
        deadline=None,
        phases=(Phase.generate,),  # what breaks a law is made shorter deed by deed
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(numbers=drawn)
    def look(numbers: Numbers) -> None:
        if law.id in verdicts.broken(numbers):
            raise _BrokenError(numbers)

    try:
        look()
    except _BrokenError as found:
        return found.numbers
    return None
