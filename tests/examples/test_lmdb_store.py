"""The example of a store is built, installed beside the engine under test, and keeps the contract.

Everything runs in processes of its own, as it would for whoever installed both packages.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

import whistle_engine

EXAMPLE = Path(__file__).parents[2] / "examples" / "lmdb_store"
URL = "lmdb:///{place}/store"
MINUTES = 5
"""For which a step may take at most; none takes one of them on two cores that have other work."""

pytestmark = pytest.mark.skipif(
    not EXAMPLE.exists(), reason="mutmut copies the sources and the tests, not the examples"
)


def run(*arguments: str | Path, cwd: Path, site: Path | None = None) -> str:
    """What a Python process prints; it has to end well."""
    done = subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment(site),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60 * MINUTES,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def environment(site: Path | None) -> dict[str, str]:
    """This process's, with the folder where the example is installed, and the same engine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    paths = [str(site)] if site is not None else []
    if os.environ.get("WHISTLE_TEST_INSTALLED") != "1":  # the engine under test is the sources
        paths.append(str(Path(whistle_engine.__file__).parents[1]))
    return kept | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example: building leaves nothing in the repository."""
    folder = tmp_path_factory.mktemp("example") / "lmdb_store"
    copytree(EXAMPLE, folder, ignore=ignore_patterns("__pycache__", ".*", "dist"))
    return folder


@pytest.fixture(scope="module")
def site(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the example's wheel is installed, alone."""
    run("-m", "build", "--wheel", "--no-isolation", cwd=source)
    (wheel,) = (source / "dist").glob("*.whl")
    folder = tmp_path_factory.mktemp("site")
    pip = ("-m", "pip", "--disable-pip-version-check", "install", "--no-deps", "--no-index")
    run(*pip, "--target", folder, wheel, cwd=source)
    return folder


def test_the_engine_finds_it_beside_itself(site: Path, tmp_path: Path) -> None:
    asked = (
        "import whistle_engine, whistle_store_lmdb; from whistle_engine.plugins import Plugins; "
        "found = Plugins.load(strict=True).brought; "
        "print(whistle_engine.__file__, whistle_store_lmdb.__file__, sep='\\n'); "
        "print(*(each.package for each in found if each.record.name == 'lmdb'))"
    )
    engine, store, packages = run("-W", "error", "-c", asked, cwd=tmp_path, site=site).splitlines()
    assert engine == whistle_engine.__file__
    assert Path(store).is_relative_to(site)
    assert packages == "whistle-store-lmdb"


def test_its_own_tests_pass(source: Path, site: Path) -> None:
    printed = run("-m", "pytest", "-p", "no:cacheprovider", "-vv", cwd=source, site=site)
    for test in ("TestLmdbStore::test_machine", "TestGrowing::test_s07_", "test_store.py::test_"):
        assert test in printed
    left_out = [line for line in printed.splitlines() if " SKIPPED" in line]
    assert all("load_all" in line or "restored" in line for line in left_out), left_out


def test_it_keeps_the_contract_as_the_command_line_checks_it(site: Path, tmp_path: Path) -> None:
    check = ("-m", "whistle_engine.cli", "store", "check", URL, "--json")
    report = json.loads(run(*check, cwd=tmp_path, site=site))
    assert report["kept"] is True
    assert report["capabilities"] == {"durable": True, "threads": True, "processes": True}
    open_ones = [each["test"] for each in report["tests"] if each["status"] == "undeclared"]
    # An append is held open by an author's own tests only; what is beside the contract it has not.
    allowed = ("held_open", "load_all", "restored")
    assert all(any(word in name for word in allowed) for name in open_ones), open_ones
    assert not list(tmp_path.iterdir())
