"""The kits are there under ``whistle_engine.testing``, and the rest of it needs no pytest."""

from __future__ import annotations

import subprocess
import sys

import pytest

from whistle_engine import testing
from whistle_engine.testing.notifiers import NotifierContract
from whistle_engine.testing.stores import StoreContract


def test_the_kits_can_be_asked_for() -> None:
    assert testing.StoreContract is StoreContract
    assert testing.NotifierContract is NotifierContract
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        testing.Nothing  # noqa: B018


@pytest.mark.parametrize("missing", ["pytest", "hypothesis"])
def test_without_the_extra_all_else_is_there_and_the_kit_says_what_to_install(missing: str) -> None:
    script = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from whistle_engine.testing import *\n"
        "loaded = {name for name, module in sys.modules.items() if module}\n"
        "assert given and not {'pytest', 'hypothesis'} & loaded\n"
        "try:\n    from whistle_engine.testing import StoreContract\n"
        "except ModuleNotFoundError as error:\n    print(error)\n"
    )
    done = subprocess.run(  # noqa: S603  a fixed command
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    assert done.stdout == (
        f"StoreContract needs {missing}, which is not installed; "
        'install the extra: pip install "whistle-engine[testing]"\n'
    )
