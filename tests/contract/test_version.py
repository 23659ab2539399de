"""The contract has a number: what it asks of stores changes only together with that.

``python -m tests.contract.test_version`` writes ``tests/golden/contract-N.txt`` for a new number.
"""

from __future__ import annotations

import inspect
from pathlib import Path

from whistle_engine.storage import api
from whistle_engine.testing.stores.contract import standard_tests

GOLDEN = Path(__file__).parent.parent / "golden" / f"contract-{api.CONTRACT}.txt"
PROTOCOLS = (api.Commits, api.Lookups, api.Vault, api.Documents, api.Queue, api.Store)


def asked() -> list[str]:
    """Each call with its signature, each capability, and each test of the kit."""
    calls = [
        f"{protocol.__name__}.{name}{inspect.signature(call)}"
        for protocol in PROTOCOLS
        for name, call in sorted(vars(protocol).items())
        if not name.startswith("_") and inspect.isfunction(call)
    ]
    capabilities = [f"Capability.{each.name}" for each in api.Capability]
    return [*calls, *capabilities, *sorted(standard_tests())]


def test_the_contract_asks_what_its_number_says() -> None:
    recorded = GOLDEN.read_text(encoding="utf-8").splitlines()
    assert asked() == recorded, "what is asked of stores has changed: CONTRACT has to rise"


if __name__ == "__main__":
    GOLDEN.write_text("\n".join(asked()) + "\n", encoding="utf-8")
