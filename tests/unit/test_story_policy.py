"""A story by a policy of one's own, from the story's folder, with the directory beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from whistle_engine.cli.app import whistle
from whistle_engine.cli.policy.new import STARTER
from whistle_engine.errors import PolicyError, StoryError
from whistle_engine.story import parse_story, play, read_story, write_story
from whistle_engine.story.playing import rules_of


def run(*args: str | Path, lang: str = "en") -> Result:
    return CliRunner().invoke(
        whistle, [*map(str, args)], env={"WHISTLE_LANG": lang}, prog_name="whistle"
    )


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A folder with a small city, as the command makes it."""
    folder = tmp_path / "mycity"
    assert run("policy", "new", folder).exit_code == 0
    return folder


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8-sig")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_story_is_played_by_the_policy_beside_it(city: Path) -> None:
    story = read_story(city / "mycity.story.toml")
    assert story.policy == "mycity.toml"
    assert play(story).rules.policy.code == "mycity"
    assert run("play", city / "mycity.story.toml").exit_code == 0


def test_the_policy_may_lie_in_another_folder(city: Path) -> None:
    stories = city / "stories"
    stories.mkdir()
    file = (city / "mycity.story.toml").rename(stories / "lamp.toml")
    change(file, '"mycity.toml"', '"../mycity.toml"')
    assert play(read_story(file)).rules.policy.code == "mycity"


def test_a_story_that_is_text_looks_where_it_is_said_to_be_from(city: Path) -> None:
    text = (city / "mycity.story.toml").read_text("utf-8")
    story = parse_story(text, source=str(city / "none.toml"))
    assert rules_of(story).policy.code == "mycity"
    assert parse_story(write_story(story)).policy == "mycity.toml"


def test_mistakes_in_the_policy_are_told(city: Path) -> None:
    change(city / "mycity.toml", 'report_in = "1 hour"', 'report_in = "1小时"')
    change(city / "mycity.directory.toml", "format = 1", "format = 7")
    story = read_story(city / "mycity.story.toml")
    with pytest.raises(PolicyError) as wrong:
        rules_of(story)
    assert len(wrong.value.problems) == 2
    with pytest.raises(StoryError) as caught:
        play(story)
    for line, problem in zip(str(caught.value).splitlines(), wrong.value.problems, strict=True):
        assert line == f"{story.source}: policy: {problem}"
    for lang, said in (("en", "it should be a limit"), ("zh", "应为期限")):
        told = run("play", city / "mycity.story.toml", lang=lang)
        assert told.exit_code == 2
        assert said in told.stderr


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("mycity.toml", "mycity.toml:1:1"),
        ("mycity.directory.toml", "mycity.directory.toml:1:1"),
        ("mycity.units.csv", "mycity.directory.toml:10:9"),
    ],
)
def test_a_file_that_is_not_there_is_told(city: Path, name: str, where: str) -> None:
    (city / name).unlink()
    told = run("play", city / "mycity.story.toml")
    assert told.exit_code == 2
    assert f"{where}: " in told.stderr
    assert f'there is no file "{name}"' in told.stderr


def test_a_name_without_ending_is_a_shipped_policy(city: Path) -> None:
    story = city / "mycity.story.toml"
    change(story, '"mycity.toml"', '"mycity"')
    told = run("play", story)
    assert told.exit_code == 2
    assert 'there is no "mycity"' in told.stderr or '"mycity"' in told.stderr


# ---------------------------------------------------------------- whistle policy new


def test_nothing_of_the_sample_s_code_is_left(city: Path) -> None:
    for file in city.iterdir():
        assert STARTER not in file.name
        assert STARTER not in file.read_text("utf-8-sig")


def test_tables_open_in_spreadsheet_programs(city: Path) -> None:
    tables = sorted(file.name for file in city.glob("*.csv"))
    assert tables == ["mycity.categories.csv", "mycity.receivers.csv", "mycity.units.csv"]
    for name in tables:
        assert (city / name).read_bytes().startswith(b"\xef\xbb\xbf")  # else taken for GBK


def test_nothing_is_written_over(city: Path) -> None:
    (city / "mycity.toml").unlink()
    before = {file: file.read_bytes() for file in city.iterdir()}
    told = run("policy", "new", city)
    assert told.exit_code == 2
    assert "is there already, and nothing was written" in told.stderr
    assert {file: file.read_bytes() for file in city.iterdir()} == before


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_name_that_is_no_code_needs_one(tmp_path: Path, lang: str) -> None:
    told = run("policy", "new", tmp_path / "某区", lang=lang)
    assert told.exit_code == 2
    assert "--code" in told.stderr
    assert not (tmp_path / "某区").exists()
    assert run("policy", "new", tmp_path / "某区", "--code", "q1", lang=lang).exit_code == 0
    assert run("play", tmp_path / "某区" / "q1.story.toml").exit_code == 0


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = run("policy", "new", tmp_path / "file" / "mycity")
    assert told.exit_code == 2
    assert "cannot be written" in told.stderr


def test_programs_get_the_names(tmp_path: Path) -> None:
    told = run("policy", "new", tmp_path / "a1", "--json")
    assert '"a1.toml"' in told.stdout
    assert min(p.name for p in (tmp_path / "a1").iterdir()) in told.stdout
