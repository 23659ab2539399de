"""What is said of the mutants that survived is still of use."""

from __future__ import annotations

import pytest

from tests.mutated.page import Reason, reasons
from tests.planted.faults import ROOT

PAGE = ROOT / "docs" / "reference" / "mutants.md"


@pytest.mark.skipif(ROOT.name == "mutants", reason="mutmut copies no documentation")
@pytest.mark.parametrize("reason", reasons(), ids=lambda reason: reason.why[:40])
def test_each_reason_explains_a_mutant_that_survived(reason: Reason) -> None:
    assert reason.why in PAGE.read_text(encoding="utf-8")
