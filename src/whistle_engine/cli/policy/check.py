"""``whistle policy check``: what would go wrong under a policy and its directory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from whistle_engine.cli import completing
from whistle_engine.cli.helping import command
from whistle_engine.cli.output import (
    BadInput,
    Lang,
    chosen,
    json_option,
    lang_option,
    readable,
    write,
    write_json,
)
from whistle_engine.cli.policy.exploring import EACH, Exploration, explored, shape, told
from whistle_engine.cli.policy.files import directory_beside, source
from whistle_engine.cli.policy.files import told as telling
from whistle_engine.cli.policy.words import say
from whistle_engine.cli.reading.options import DAY
from whistle_engine.cli.wrong import bad

if TYPE_CHECKING:
    from whistle_engine.directory import Directory
    from whistle_engine.policy import Policy
    from whistle_engine.policy_file import Loaded
    from whistle_engine.problems import Problem, Spot
    from whistle_engine.review.findings import Finding


@command(
    epilog="Exit codes: 0 nothing found, or all of it accepted; 1 something found; 2 wrong usage, "
    "or a file cannot be used. "
    'With --json: {"findings": [{"code", "severity", "key", "file", "line", "column", "zh", "en", '
    '"witness", "involved": [{"key", "file", "line", "column"}], "value", "accepted"}], "on", '
    '"digests": {"policy", "directory"}}, and with --explore "exploration", the scopes of policy '
    'explore; of files that cannot be used {"problems": [{"code", "key", "file", "line", "column", '
    '"zh", "en"}]}.'
)
@click.argument("file", shell_complete=completing.policy_files)
@click.option(
    "--directory", type=click.Path(path_type=Path), metavar="FILE",
    help="The directory; by default NAME.directory.toml beside NAME.toml.",
)  # fmt: skip
@click.option(
    "--on", type=DAY, metavar="DAY",
    help="The day for which it is checked; by default today, in the city's time; never before "
    "the policy is in force.",
)  # fmt: skip
@click.option("--all", "accepted", is_flag=True, help="List accepted findings too.")
@click.option(
    "--explore", "exploring", is_flag=True,
    help="Hold every law against every state of the quick scopes too; see policy explore.",
)  # fmt: skip
@click.option(
    "--most", type=click.IntRange(min=1), metavar="N",
    help=f"With --explore: after so many states a scope is cut off, {EACH:,} unless you say "
    "otherwise; policy explore goes further.",
)  # fmt: skip
@lang_option
@json_option
@click.pass_context
def check(
    context: click.Context,
    *,
    file: str,
    directory: Path | None,
    on: datetime | None,
    lang: Lang | None,
    accepted: bool,
    exploring: bool,
    most: int | None,
    as_json: bool,
) -> None:
    """Check a policy: what would let matters stand still, or decide them wrongly.

    FILE is a policy, or the name of one that is shipped. Each finding stands in one line, with
    its place, how grave it is, and its code. What a city takes on purpose it names in
    [[accepted]], with code, key, value and source.
    """
    from whistle_engine.review.checking import check as findings

    lang = chosen(lang)
    if most is not None and not exploring:
        raise click.UsageError(say("explore.with", lang))
    if not as_json:
        readable(lang)
    loaded = _loaded(file, directory, lang, as_json=as_json)
    if loaded is None:
        context.exit(2)
    policy, units, beside = loaded
    begins = policy.value.in_force_from
    day = max(on.date() if on is not None else _today(policy.value), begins)
    found = findings(policy, units, on=day)
    if not as_json:
        _tell(found, policy.value, lang, accepted=accepted)
    if units is None:
        click.echo(say("check.alone", lang, file=beside), err=True)
    more = {"aloud": not as_json, "most": most or EACH}
    states = _explored(file, policy, units, lang, **more) if exploring else None
    if as_json:
        also = {"exploration": shape(states, {})} if states is not None else {}
        write_json(_shape(found, day, policy, units) | also)
    elif states is not None:
        write(told(states, {}, lang))
    if any(not each.accepted for each in found) or (states is not None and states.broken):
        context.exit(1)


def _explored(
    file: str, policy: Loaded[Policy], units: Loaded[Directory] | None, lang: Lang, **more: Any
) -> Exploration:
    """What the quick scopes show.

    Raises:
        BadInput: there is no directory, or together with it the policy cannot be used.
    """
    from whistle_engine.compiling import compile_rules
    from whistle_engine.review.explore import quick

    if units is None:
        raise BadInput(say("check.no_explore", lang, file=directory_beside(file).name))
    with telling(lang):
        rules = compile_rules(policy.value, units.value)
    try:
        scopes = quick(rules)
    except ValueError as error:
        raise BadInput(say("explore.cannot", lang, why=error)) from None
    return explored(rules, scopes, lang, policy=file, **more)


def _loaded(
    file: str, directory: Path | None, lang: Lang, *, as_json: bool
) -> tuple[Loaded[Policy], Loaded[Directory] | None, str] | None:
    """Both files and the name of the second, or ``None`` once what is wrong was told as JSON.

    Raises:
        BadInput: what is wrong, of both at once.
    """
    from whistle_engine.errors import PolicyError
    from whistle_engine.policy_file import load_directory, load_policy, titles

    wrong: list[Problem] = []
    also: list[Problem] = []
    policy, units = None, None
    from_ = source(file)
    beside = directory or directory_beside(file)
    try:
        if directory is None and not isinstance(from_, Path):
            units = load_directory(source(f"{file}.directory"))
        elif directory is not None or beside.is_file():
            units = load_directory(beside)
    except PolicyError as error:
        also += error.problems
    try:
        policy = load_policy(from_, units=titles(units))
    except PolicyError as error:
        wrong += error.problems
    wrong += also
    if policy is None or wrong:
        if not as_json:
            raise bad(PolicyError(wrong), lang)
        write_json({"problems": [_problem(each) for each in wrong]})
        return None
    return policy, units, beside.name


def _today(policy: Policy) -> date:
    return policy.local(datetime.now(UTC)).date()


def _tell(found: Sequence[Finding], policy: Policy, lang: Lang, *, accepted: bool) -> None:
    from whistle_engine.sources import told as worded

    lines, open_ = [], [each for each in found if not each.accepted]
    for each in found:
        if accepted or not each.accepted:
            lines.append(each.told(lang))
        if accepted and each.accepted:
            reason = worded(each.accepted, policy.sources, lang)
            lines.append(say("check.reason", lang, reason=reason))
    errors = sum(each.severity.value == "error" for each in open_)
    if open_:
        n = len(open_)
        lines.append(say("check.found", lang, n=n, errors=errors, warnings=n - errors))
    else:
        lines.append(say("check.all" if found and accepted else "check.none", lang))
    taken = sum(bool(each.accepted) for each in found)
    if taken and not accepted:
        lines.append(say("check.accepted", lang, n=taken))
    write("\n".join(lines))


def _shape(
    found: Iterable[Finding], day: date, policy: Loaded[Policy], units: Loaded[Directory] | None
) -> dict[str, Any]:
    return {
        "findings": [
            {
                **_problem(each.problem),
                "severity": each.severity.value,
                "witness": dict(each.witness),
                "involved": [{"key": other.key, **_place(other.spot)} for other in each.involved],
                "value": each.value or None,
                "accepted": each.accepted or None,
            }
            for each in found
        ],
        "on": day.isoformat(),
        "digests": {
            "policy": policy.digest,
            "directory": units.digest if units is not None else None,
        },
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "key": problem.key,
        **_place(problem.spot),
        "zh": problem.said("zh"),
        "en": problem.said("en"),
    }


def _place(spot: Spot | None) -> dict[str, Any]:
    if spot is None:
        return {"file": None, "line": None, "column": None}
    return {"file": spot.file, "line": spot.line, "column": spot.column}
