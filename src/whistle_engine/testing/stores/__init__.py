"""The kit for stores: does yours keep the contract S1 to S20? It needs the extra ``testing``.

Subclass :class:`StoreContract` in a test file of your own, give ``open_store``, and run pytest;
or call :func:`~whistle_engine.testing.stores.report.check` from a program.
"""

from whistle_engine.testing.stores.contract import StoreContract, overrides
from whistle_engine.testing.stores.faults import (
    AmbiguousCommit,
    AnswerLost,
    CrashAfter,
    CrashBefore,
    Crashed,
    DeliverTwice,
    Interrupted,
    SlowCommit,
)
from whistle_engine.testing.stores.kit import Excluded
from whistle_engine.testing.stores.machine import StoreMachine, store_machine
from whistle_engine.testing.stores.wrapped import Wrapped, WrappedQueue

__all__ = [
    "AmbiguousCommit",
    "AnswerLost",
    "CrashAfter",
    "CrashBefore",
    "Crashed",
    "DeliverTwice",
    "Excluded",
    "Interrupted",
    "SlowCommit",
    "StoreContract",
    "StoreMachine",
    "Wrapped",
    "WrappedQueue",
    "overrides",
    "store_machine",
]
