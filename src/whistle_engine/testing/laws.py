"""The laws for a city's own policy: run all of them by three lines, with laws of its own beside.

::

    class TestMyCity(PolicyLaws):
        rules = load_rules(HERE / "mycity.toml", HERE / "mycity.directory.toml")
        laws = (my_law,)

It needs the extra ``testing``. To hold the laws against histories of one's own, see
:func:`whistle_engine.testing.breaches`, which needs nothing.
"""

from whistle_engine.testing.laws_of_tales import Breach, Law, history_law, step_law, tale_law
from whistle_engine.testing.laws_shortest import shortest
from whistle_engine.testing.laws_suite import LAWS, PolicyLaws
from whistle_engine.testing.laws_told import as_story, in_words, told

__all__ = [
    "LAWS",
    "Breach",
    "Law",
    "PolicyLaws",
    "as_story",
    "history_law",
    "in_words",
    "shortest",
    "step_law",
    "tale_law",
    "told",
]
