"""The domain engine for 街乡吹哨、部门报到: the rules of the mechanism, as a library.

The core is pure: ``decide`` says what a command leads to, ``evolve`` what an event makes
of a matter, and time is an argument of both. The names below are loaded when they are
first asked for; nothing runs at import.
"""

from __future__ import annotations

from importlib import import_module

_HOMES: dict[str, str] = {
    name: home
    for home, names in {
        "compiling": "compile_rules",
        "workflow": "allowed decide duties evolve replay timers view",
        "model": "Actor Affair AppealKind Evidence Limit LimitUnit Matter Outcome Place "
        "ResultCode Role Satisfied Solved Stage Unmet What facts",
        "commands": "Accept Add Admit Answer AskExtension Blow BringIn CallBack ChangeReceiver "
        "Classify Command Conclude ConfirmTime Defer Designate Dispatch Escalate FeedBack "
        "FireTimer FixDueTimes GrantExtension HandIn Look Mark Merge MoveUp Object "
        "RaiseWhistle Receive Redirect Release Reopen ReportIn ReportProgress Resume SendBack "
        "SendStraight Settle Split SplitPart StandDown Supervise TakeOn Tell Urge Withdraw",
        "events": "Refused",
        "policy": "Policy",
        "directory": "Directory Receiver Unit",
        "rules": "Rules",
        "problems": "Problem Spot",
        "errors": "CodecError CommandIdReused NotifyError PluginError PolicyError StoreBusy "
        "StoreClosed StoreError StoreFailed StoreFull StoreMismatch StoreMisrouted StoreNotFound "
        "StoreReadOnly StoreUnreadable StoryError UnknownMatter VersionConflict WhistleError",
        "policy_file": "load_directory load_policy load_rules shipped_rules",
        "engine": "Engine",
        "relay": "Backoff Relay",
        "plugins": "Plugins",
        "storage.memory": "MemoryStore",
        "storage.rows": "Erased LedgerFilter",
        "storage.sqlite": "SqliteStore",
    }.items()
    for name in names.split()
}

__all__ = [*_HOMES]  # noqa: PLE0604  all are strings; type checkers read __init__.pyi


def __getattr__(name: str) -> object:
    """Load a public name from its module, once."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The public names, also those not yet loaded."""
    return __all__
