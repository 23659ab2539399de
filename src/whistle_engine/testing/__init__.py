"""For those who test their own city, policy, store or notifier.

``given(rules, …).when(command, at=…).then(…)`` says what one decision shall be; see
:mod:`whistle_engine.testing.spec`. ``breaches(history)`` holds the laws against a history of your
own; ``STEP_LAWS`` and ``HISTORY_LAWS`` are the laws by name.

The other kits need pytest or Hypothesis (the extra ``testing``) and are loaded when they are asked
for: :class:`.StoreContract` and :class:`.NotifierContract` prove plugins, and
:mod:`~whistle_engine.testing.laws` runs every law on your policy in three lines. What your own
tests need is drawn by :mod:`~whistle_engine.testing.strategies`, and
:mod:`~whistle_engine.testing.machine` runs a whole engine.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from whistle_engine.review.laws import HISTORY_LAWS, STEP_LAWS, Taken, breaches
from whistle_engine.testing.spec import Given, Spec, When, given

if TYPE_CHECKING:
    from whistle_engine.testing.notifiers import NotifierContract as NotifierContract
    from whistle_engine.testing.stores.contract import StoreContract as StoreContract

__all__ = ["HISTORY_LAWS", "STEP_LAWS", "Given", "Spec", "Taken", "When", "breaches", "given"]

_KITS = {
    "NotifierContract": "whistle_engine.testing.notifiers",
    "StoreContract": "whistle_engine.testing.stores",
}
"""Not in ``__all__``: a star would ask for pytest."""


def __getattr__(name: str) -> object:
    """A kit, once it is asked for.

    Raises:
        ModuleNotFoundError: what it needs is not installed.
    """
    if name not in _KITS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(_KITS[name]), name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"pytest", "hypothesis"}:
            raise
        raise ModuleNotFoundError(
            f"{name} needs {error.name}, which is not installed; "
            'install the extra: pip install "whistle-engine[testing]"',
            name=error.name,
        ) from None
