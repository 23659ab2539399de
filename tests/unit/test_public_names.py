"""The names that people import: pinned, the same for type checkers, and loaded when asked for."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import whistle_engine

PUBLIC = [
    "compile_rules", "allowed", "decide", "duties", "evolve", "replay", "timers", "view",
    "Actor", "Affair", "AppealKind", "Evidence", "Limit", "LimitUnit", "Matter", "Outcome",
    "Place", "ResultCode", "Role", "Satisfied", "Solved", "Stage", "Unmet", "What", "facts",
    "Accept", "Add", "Admit", "Answer", "AskExtension", "Blow", "BringIn", "CallBack",
    "ChangeReceiver", "Classify", "Command", "Conclude", "ConfirmTime", "Defer", "Designate",
    "Dispatch", "Escalate", "FeedBack", "FireTimer", "FixDueTimes", "GrantExtension", "HandIn",
    "Look", "Mark", "Merge", "MoveUp", "Object", "RaiseWhistle", "Receive", "Redirect", "Release",
    "Reopen", "ReportIn", "ReportProgress", "Resume", "SendBack", "SendStraight", "Settle",
    "Split", "SplitPart", "StandDown", "Supervise", "TakeOn", "Tell", "Urge", "Withdraw",
    "Refused", "Policy", "Directory", "Receiver", "Unit", "Rules",
    "Problem", "Spot",
    "CodecError", "CommandIdReused", "NotifyError", "PluginError", "PolicyError", "StoreBusy",
    "StoreClosed", "StoreError", "StoreFailed", "StoreFull", "StoreMismatch", "StoreMisrouted",
    "StoreNotFound", "StoreReadOnly", "StoreUnreadable", "StoryError", "UnknownMatter",
    "VersionConflict", "WhistleError",
    "load_directory", "load_policy", "load_rules", "shipped_rules", "Engine", "Backoff", "Relay",
    "Plugins", "MemoryStore", "Erased", "LedgerFilter", "SqliteStore",
]  # fmt: skip
"""A name that is gone breaks its users: change this list on purpose, with a news fragment."""

HEAVY = ("cattrs", "click", "rich")


def test_the_public_names_are_these() -> None:
    assert vars(whistle_engine)["__all__"] == PUBLIC


def test_type_checkers_see_the_same_names() -> None:
    spec = find_spec("whistle_engine")
    assert spec is not None
    assert spec.origin is not None
    stub = ast.parse(Path(spec.origin).with_suffix(".pyi").read_text(encoding="utf-8"))
    homes: dict[str, str] = vars(whistle_engine)["_HOMES"]
    named = []
    for node in stub.body:
        assert isinstance(node, ast.ImportFrom), ast.unparse(node)
        assert node.module is not None
        for name in node.names:
            assert name.asname == name.name, f"{name.name} is not exported: no `as`"
            assert homes[name.name] == node.module.removeprefix("whistle_engine.")
            named.append(name.name)
    assert sorted(named) == sorted(PUBLIC)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_name_resolves(name: str) -> None:
    found = getattr(whistle_engine, name)
    assert found.__name__ == name
    assert found.__module__.startswith("whistle_engine.")
    assert getattr(whistle_engine, name) is found


def test_other_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        whistle_engine.nonsense  # type: ignore[attr-defined]  # noqa: B018  it is the access


def test_dir_lists_what_is_not_loaded_yet() -> None:
    assert set(PUBLIC) <= set(dir(whistle_engine))


def loaded_by(statement: str) -> set[str]:
    """The modules that a statement loads, in a Python of its own that had only started."""
    script = (
        "import json, sys; before = set(sys.modules)\n"
        f"{statement}\n"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run(  # noqa: S603  a fixed command
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    return set(json.loads(done.stdout))


def test_the_import_alone_loads_nothing_of_it() -> None:
    loaded = loaded_by("import whistle_engine")
    assert loaded.isdisjoint(HEAVY)
    assert {name for name in loaded if name.startswith("whistle_engine.")} == set()


def test_a_name_of_the_core_loads_neither_codec_nor_command_line() -> None:
    loaded = loaded_by("from whistle_engine import decide, evolve")
    assert loaded.isdisjoint((*HEAVY, "orjson", "pluggy", "hypothesis", "pytest"))
    assert "whistle_engine.workflow" in loaded
