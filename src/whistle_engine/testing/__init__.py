"""For those who test their own city, policy, store or notifier.

``given(rules, …).when(command, at=…).then(…)`` says what one decision shall be; see
:mod:`whistle_engine.testing.spec`. ``breaches(history)`` holds the laws against a history of your
own; ``STEP_LAWS`` and ``HISTORY_LAWS`` are the laws by name.

The other kits are in modules of their own, and only those need pytest or Hypothesis (the extra
``testing``): :mod:`~whistle_engine.testing.laws` runs every law on your policy in three lines,
:mod:`~whistle_engine.testing.strategies` draws what your tests need,
:mod:`~whistle_engine.testing.machine` runs a whole engine, and
:mod:`~whistle_engine.testing.stores` and :mod:`~whistle_engine.testing.notifiers` prove plugins.
"""

from whistle_engine.review.laws import HISTORY_LAWS, STEP_LAWS, Taken, breaches
from whistle_engine.testing.spec import Given, Spec, When, given

__all__ = ["HISTORY_LAWS", "STEP_LAWS", "Given", "Spec", "Taken", "When", "breaches", "given"]
