"""The planted faults fit the sources, and there is one for each clause; planting takes longer."""

from __future__ import annotations

import shlex
from importlib import import_module

import pytest

from tests.planted.faults import CLAUSES, ROOT, Clause, Fault, clauses, faults

pytestmark = pytest.mark.skipif(ROOT.name == "mutants", reason="mutmut's marks are in the sources")

PAGE = ROOT / "docs" / "reference" / "laws.md"


def test_every_clause_is_said_and_has_a_fault() -> None:
    assert tuple(clause.name for clause in clauses()) == CLAUSES
    assert {fault.clause for fault in faults()} == set(CLAUSES)


@pytest.mark.parametrize("clause", clauses(), ids=lambda clause: clause.name)
def test_what_checks_a_clause_is_there(clause: Clause) -> None:
    for check in clause.checked:
        if check.startswith("tests/"):
            assert (ROOT / check).is_file(), check
        else:
            module, _, name = check.rpartition(".")
            assert callable(getattr(import_module(module), name)), check


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: f"{fault.clause}: {fault.what}")
def test_a_fault_fits_its_file_and_still_compiles(fault: Fault) -> None:
    source = (ROOT / fault.file).read_text(encoding="utf-8")
    planted = fault.planted(source)
    assert planted != source
    compile(planted, fault.file, "exec")
    assert fault.tests
    for selection in fault.tests:
        assert (ROOT / shlex.split(selection)[0]).is_file(), selection


def test_faults_differ_and_each_says_what_it_does() -> None:
    told = [fault.what for fault in faults()]
    assert len(set(told)) == len(told)
    assert all(what.endswith(".") and "|" not in what for what in told)


def test_the_page_of_the_reference_names_each_clause_and_fault() -> None:
    """``make faults`` writes it."""
    page = PAGE.read_text(encoding="utf-8")
    for clause in clauses():
        assert f"## {clause.name}\n\n{clause.says}\n" in page
    for fault in faults():
        assert f"| {fault.what} |" in page
