"""The suite for other repositories: green where it should be, and failing where it should."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

import whistle_engine
from tests.sample_city import OWN, SAMPLE
from tests.walks import OTHER_RULES, RULES
from whistle_engine import commands as c
from whistle_engine.events import Refused
from whistle_engine.policy_file import load_rules, shipped_rules
from whistle_engine.story import parse_story, play
from whistle_engine.testing import Taken
from whistle_engine.testing.laws import LAWS, PolicyLaws, step_law

ROOT = Path(__file__).parents[2]
CITIES = ROOT / "tests" / "policies"

# ---------------------------------------------------------------- every law, on every city


class TestTiny(PolicyLaws):
    rules = RULES


class TestOther(PolicyLaws):
    rules = OTHER_RULES
    stories = 100


class TestXingqing(PolicyLaws):
    rules = shipped_rules("xingqing")
    stories = 100


class TestBeijing(PolicyLaws):
    rules = shipped_rules("beijing")
    stories = 100


class TestChongchuan(PolicyLaws):
    rules = load_rules(CITIES / "chongchuan.toml", CITIES / "chongchuan.directory.toml")
    stories = 100


def test_every_clause_that_a_policy_can_break_is_a_law() -> None:
    """L4 to L7 are FR1, FR5, FR6 and FR7; what a command's id does (L13), and that no field
    holds words (L15), is the engine's and the types', whatever the policy."""
    numbers = [f"L{n}" for n in (1, 2, 3, 8, 9, 10, 11, 12, 14, 16, 17, 18, 19)]
    assert [law.id for law in LAWS] == [*(f"FR{n}" for n in range(1, 11)), *numbers]
    assert all(law.says for law in LAWS)


# ---------------------------------------------------------------- a repository of its own


def python(*arguments: str | Path, cwd: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """Run Python on nothing but what is installed, this engine in a folder of its own."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, *arguments],
        cwd=cwd,
        env=env | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the engine's wheel is installed; if the tests are about an installed one, that."""
    if os.environ.get("WHISTLE_TEST_INSTALLED") == "1":
        return Path(whistle_engine.__file__).parents[1]
    dist, folder = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("site")
    build = ("-m", "build", "--wheel", "--no-isolation", "--outdir", dist)
    built = python(*build, cwd=ROOT, site=folder)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = dist.glob("*.whl")
    install = ("-m", "pip", "--disable-pip-version-check", "install", "--no-deps", "--no-index")
    installed = python(*install, "--target", folder, wheel, cwd=dist, site=folder)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return folder


@frozen
class Repository:
    """The sample as a repository beside this one, and where the engine is installed for it."""

    place: Path
    site: Path

    def __truediv__(self, name: str) -> Path:
        return self.place / name

    def suite(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run its tests."""
        run = ("-m", "pytest", "-q", "-rf", "-p", "no:cacheprovider", *options)
        return python(*run, cwd=self.place, site=self.site)


@pytest.fixture
def repository(tmp_path: Path, site: Path) -> Repository:
    """The sample, with fewer stories."""
    place = tmp_path / "linjiang"
    shutil.copytree(SAMPLE, place, ignore=shutil.ignore_patterns("__*", "conftest.py"))
    change(place / "test_linjiang.py", "laws = (soon,)", "laws = (soon,)\n    stories = 60")
    (place / "pyproject.toml").write_text("[tool.pytest]\n", encoding="utf-8")
    return Repository(place, site)


def test_the_sample_sees_the_installed_wheel_and_nothing_else(repository: Repository) -> None:
    asked = "import whistle_engine; print(whistle_engine.__file__)"
    done = python("-c", asked, cwd=repository.place, site=repository.site)
    found = Path(done.stdout.strip())
    assert found.is_relative_to(repository.site), done.stderr
    assert not found.is_relative_to(ROOT / "src")


def failed(done: subprocess.CompletedProcess[str]) -> set[str]:
    """The laws whose tests failed."""
    lines = (line for line in done.stdout.splitlines() if line.startswith("FAILED "))
    return {line.partition("test_law[")[2].partition("]")[0] for line in lines}


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, (old, text.count(old))
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_repository_of_its_own_holds_every_law_on_its_own_policy(repository: Repository) -> None:
    done = repository.suite()
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(LAWS) + 1} passed" in done.stdout


def test_its_own_law_fails_where_its_policy_breaks_it(repository: Repository) -> None:
    change(
        repository / "linjiang.toml", 'report_in = "4 work hours"', 'report_in = "20 working days"'
    )
    done = repository.suite("-k", f"{OWN} or FR2 or L9")
    assert done.returncode == 1, done.stdout + done.stderr
    assert failed(done) == {OWN}
    assert "days to report in" in done.stdout
    story = file_in(done.stdout)
    assert story.count("[[step]]") <= 5  # receive, classify, blow, dispatch; or take on
    told = parse_story(story, name="breach", source=str(repository / "breach.toml"))
    last = play(told).steps[-1]
    assert last.state is not None
    assert last.state.responders


def test_a_law_of_the_library_fails_where_its_policy_breaks_it(repository: Repository) -> None:
    """A policy that loads, and by which nobody can say that a matter is settled."""
    change(
        repository / "linjiang.toml",
        'admit = ["coordinator"]',
        'admit = ["coordinator"]\nmark = ["coordinator"]\ncall_back = []',
    )
    done = repository.suite("-k", "L17 or FR7 or L14")
    assert done.returncode == 1, done.stdout + done.stderr
    assert failed(done) == {"L17"}
    assert "came from" in done.stdout


def test_its_changed_law_fails_where_it_should(repository: Repository) -> None:
    change(repository / "test_linjiang.py", "days=14", "hours=2")
    done = repository.suite("-k", OWN)
    assert done.returncode == 1, done.stdout + done.stderr
    assert failed(done) == {OWN}


def file_in(said: str) -> str:
    """The story file in what a failing test says."""
    text = said.partition("beside the policy:\n")[2]
    lines = text.partition("=====")[0].splitlines()
    return "\n".join(line.removeprefix("E   ") for line in lines) + "\n"


# ---------------------------------------------------------------- how it is used wrongly


@step_law("FR1", "An id that is taken.")
def taken(_step: Taken) -> Iterator[str]:
    yield from ()


def test_a_law_cannot_be_left_out() -> None:
    with pytest.raises(TypeError, match="replaces test_law, so no law would be held"):
        type("Dodging", (PolicyLaws,), {"rules": RULES, "test_law": lambda _self: None})


def test_a_law_of_ones_own_has_an_id_of_its_own() -> None:
    with pytest.raises(TypeError, match=r"Taken\.laws has ids that are taken: FR1"):
        type("Taken", (PolicyLaws,), {"rules": RULES, "laws": (taken,)})


def test_it_says_that_the_city_is_missing() -> None:
    with pytest.raises(TypeError, match=r"Nowhere should say of which city: rules = load_rules"):
        type("Nowhere", (PolicyLaws,), {})().test_law(LAWS[0])


@step_law("X1", "Nobody withdraws.")
def nobody_withdraws(step: Taken) -> Iterator[str]:
    if isinstance(step.command.do, c.Withdraw) and not isinstance(step.result, Refused):
        yield f"{step.command.by.id} withdrew"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_breach_is_told_by_the_shortest_story(lang: str) -> None:
    city = type("City", (PolicyLaws,), {"rules": RULES, "laws": (nobody_withdraws,), "lang": lang})
    with pytest.raises(pytest.fail.Exception) as caught:
        city().test_law(nobody_withdraws)
    said = str(caught.value)
    assert said.startswith("X1: Nobody withdraws.\nbroken by the step marked >>: ")
    assert ("撤回诉求" if lang == "zh" else "withdraw") in said
    story = parse_story(said.partition("beside the policy:\n")[2], name="breach-x1")
    assert [step.do for step in story.steps] == ["receive", "withdraw"]
    assert play(story, RULES).steps[-1].answer
