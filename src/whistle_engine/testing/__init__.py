"""For those who test their own city, policy, store or notifier.

``given(rules, …).when(command, at=…).then(…)`` says what one decision shall be; see
:mod:`whistle_engine.testing.spec`. The other kits are in modules of their own, and only those
need pytest or Hypothesis (the extra ``testing``).
"""

from whistle_engine.testing.spec import Given, Spec, When, given

__all__ = ["Given", "Spec", "When", "given"]
