"""Help and whatever is wrong are told in Chinese too; nothing is left in English by oversight."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.unit.cli_stores import filled, run
from whistle_engine import errors
from whistle_engine.cli import clicks, wrong
from whistle_engine.cli.app import whistle
from whistle_engine.cli.filling import width
from whistle_engine.cli.help_zh import HELP
from whistle_engine.cli.helping import placeholder
from whistle_engine.cli.output import asked

SENTENCE = re.compile(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}")
"""Three English words in a row."""


def commands(
    found: click.Command = whistle, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command, by its path."""
    yield path, found
    if isinstance(found, click.Group):
        context = click.Context(found)
        for name in found.list_commands(context):
            inner = found.get_command(context, name)
            assert inner is not None
            yield from commands(inner, (*path, name))


ALL = {" ".join(path): (path, found) for path, found in commands()}


@pytest.mark.parametrize("name", ALL)
def test_help_is_told_in_both_languages(name: str) -> None:
    path, found = ALL[name]
    chinese = run(*path, "--help", WHISTLE_LANG="zh")
    english = run(*path, "--help")
    assert (chinese.exit_code, english.exit_code) == (0, 0)
    for told in (chinese.stdout, english.stdout):
        assert max(map(width, told.splitlines())) <= 80
        for option in (each for each in found.params if isinstance(each, click.Option)):
            assert option.opts[0] in told
    assert chinese.stdout.startswith("用法：whistle")
    assert not SENTENCE.search(re.sub(r"whistle [a-z]+( [a-z]+)?", "", chinese.stdout))
    assert not re.search(r"[\u4e00-\u9fff]", english.stdout.replace("街乡吹哨、部门报到", ""))


@pytest.mark.parametrize("name", ALL)
def test_both_languages_name_the_same_keys_and_codes(name: str) -> None:
    _, found = ALL[name]
    english, chinese = found.epilog or "", HELP.get(f"{name} epilog".strip(), "")
    assert bool(english) == bool(chinese)
    assert set(re.findall(r'"(\w+)"', chinese)) == set(re.findall(r'"(\w+)"', english))
    codes = re.findall(r"(?:codes: |; )([012]) ", english.partition("With --json")[0])
    assert re.findall(r"(?:退出码：|；)([012])", chinese.partition("--json")[0]) == codes


def test_no_chinese_help_is_left_over() -> None:
    known = set()
    for name, (_, found) in ALL.items():
        known |= {name, f"{name} epilog".strip(), "--help"}
        for option in found.params:
            known |= {option.opts[-1], f"{name} {option.opts[-1]}".strip()}
    assert set(HELP) <= known


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (("ledgre",), "没有命令'ledgre'。是否指'ledger'？"),
        (("ledger", "--colour"), "没有选项'--colour'。"),
        (("matter",), "缺少参数'编号'。"),
        (("classify",), "缺少选项'--policy'。"),
        (("inbox", "a", "b", "--store", "memory:"), "多出参数（b）"),
        (("ledger", "--page"), "选项'--page'后面要写出值。"),
        (("ledger", "--open=1"), "选项'--open'不带值。"),
        (("ledger", "--page", "0"), "'--page'的值不对：0超出范围，应为x>=1。"),
        (("ledger", "--page", "x"), "'--page'的值不对：'x'不是整数。"),
        (("ledger", "--stage", "x"), "x不在可选范围内，可选：received、mediating"),
        (("policy", "propose", "--affair", "x"), "不在可选范围内，可选：'public'、'shared'"),
        (("verify", "--since", "/"), "'/'是文件夹，这里要的是文件。"),
        (
            ("demo", "--lang", "fr"),
            "'--lang'（环境变量'WHISTLE_LANG'）的值不对：'fr'不在可选范围内",
        ),
        (("policy", "calendar", "x"), "'年份'的值不对：'x'不是整数。"),
        (("policy",), "缺少命令。"),
        (("ledger", "--from", "2024-13-01"), "2024-13-01不是日期；日期写作2024-03-04"),
        (("verify",), "请写明存储：--store"),
        (("ledger",), "请写明存储：--store"),
        (("play",), "请写明情景"),
        (("play", "--list", "x"), "--list不带情景"),
        (("play", "nosuch"), "没有文件nosuch"),
        (("policy", "calendar", "2026", "--write"), "要写明文件"),
        (("ledger", "--store", "nosuch:x"), "[plugin_unknown]"),
        (("ledger", "--store", "nosuch"), "[store_url]"),
        (("ledger", "--store", "sqlite://x"), "[store_url]"),
        (("ledger", "--store", "sqlite:///nosuch.db"), "[store_not_found]"),
        (("verify", "memory:", "--since", "nosuch"), "nosuch: 文件或文件夹不存在"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_wrong_is_told_in_chinese(args: tuple[str, ...], expected: str) -> None:
    told = run(*args, WHISTLE_LANG="zh")
    assert told.exit_code == 2, told.output
    assert told.stderr.startswith("whistle")
    assert expected in told.stderr
    (line,) = told.stderr.splitlines()
    before, code, _detail = line.partition("]：")  # what stands after a code is technical
    assert not SENTENCE.search(re.sub(r"whistle [a-z]+ [a-z]+", "", before)), code


VARIABLES = {
    f"{name} {each.opts[-1]}".strip(): (found, each)
    for name, (_, found) in ALL.items()
    for each in found.params
    if each.envvar
}
"""What an environment variable can give."""


@pytest.mark.parametrize("name", VARIABLES)
def test_what_a_variable_can_give_is_named_with_it_in_chinese(name: str) -> None:
    found, param = VARIABLES[name]
    message = click.BadParameter("no", click.Context(found), param).format_message()
    variable = f"（环境变量'{param.envvar}'）" if isinstance(param, click.Option) else ""
    shown = placeholder(param.get_error_hint(click.Context(found)).partition(" (")[0], "zh")
    assert clicks.chinese(message) == f"{shown}{variable}的值不对：no"


def test_every_option_says_what_it_is() -> None:
    for _, found in ALL.values():
        for option in (each for each in found.params if isinstance(each, click.Option)):
            assert option.help, (found.name, option.opts)


def test_a_template_stands_for_each_sentence_of_click() -> None:
    """The sentences are click's own: a release that words them otherwise shows here."""
    folder = Path(click.__file__).parent
    source = "".join(file.read_text("utf-8") for file in folder.glob("*.py"))
    for template in clicks.SENTENCES:
        words = re.split(r"\{\w+\}", template.removesuffix(" {hint}"))
        wanted = max(words, key=len).strip(" .")
        assert wanted in source or "not a valid integer" in wanted or "Missing" in wanted, template


def test_every_error_has_its_code_and_its_sentence() -> None:
    raised = [one for one in vars(errors).values() if isinstance(one, type)]
    ours = [one for one in raised if issubclass(one, errors.WhistleError)]
    assert {one.__name__ for one in ours} <= set(wrong.KINDS)
    codes = [code for code, _ in wrong.KINDS.values()]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("code", wrong.CODES)
def test_an_error_of_a_class_with_several_is_told_by_its_code(code: str) -> None:
    error = errors.PluginError("some\ndetail", code=code)
    assert wrong.told(error, "zh") == f"{wrong.CODES[code]} [{code}]：some detail"
    assert wrong.told(error, "en") == "some detail"


def test_a_busy_store_is_told_in_chinese() -> None:
    told = wrong.told(errors.StoreBusy("database is locked", where="a.db"), "zh")
    assert told == "存储正被占用，没有写入；请稍后重试 [store_busy]：a.db: database is locked"


def test_the_language_may_stand_before_the_command(tmp_path: Path) -> None:
    url = filled(tmp_path, "burst_main")
    for args in (
        ("--lang", "zh", "ledger", "--store", url),
        ("--lang=zh", "ledger", "--store", url),
        ("ledger", "--store", url, "--lang", "zh"),
        ("--lang", "en", "ledger", "--store", url, "--lang", "zh"),
    ):
        assert "结案" in run(*args).stdout
    assert run("--lang", "zh", "policy", "--help").stdout.startswith("用法：")
    assert run("policy", "--help", "--lang", "zh").stdout.startswith("用法：")


def test_whose_word_counts() -> None:
    locale = {"LANG": "zh_CN.UTF-8"}
    assert asked((), locale) == "zh"
    assert asked((), {**locale, "WHISTLE_LANG": "en"}) == "en"
    assert asked(("--lang", "zh"), {"WHISTLE_LANG": "en"}) == "zh"
    assert asked(("--lang", "zh", "--lang=en"), {}) == "en"
    assert asked(("--lang", "fr"), locale) == "zh"
    assert asked(("--lang",), {}) == "en"
