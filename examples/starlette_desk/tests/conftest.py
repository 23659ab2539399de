from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Service, serving


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with serving(tmp_path) as found:
        yield found
