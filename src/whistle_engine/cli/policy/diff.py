"""``whistle policy diff``: what a change of a policy means, fact by fact and value by value."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from whistle_engine.cli import completing
from whistle_engine.cli.files import replace
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
from whistle_engine.cli.policy.diff_words import say
from whistle_engine.cli.policy.files import policy_and_units, told
from whistle_engine.cli.reading.options import DAY
from whistle_engine.cli.wrong import why

if TYPE_CHECKING:
    from whistle_engine.cli.policy.diff_telling import Teller
    from whistle_engine.cli.policy.recorded import Recorded
    from whistle_engine.model import Label
    from whistle_engine.policy import Policy
    from whistle_engine.review.comparing import Group
    from whistle_engine.review.deciding import Decided
    from whistle_engine.review.diff import Diff


@command(
    epilog="Exit codes: 0 equivalent; 1 something is otherwise; 2 wrong usage, or a file cannot "
    'be used. With --json: {"equivalent", "old", "new", "epochs": [{"since", "size", "calm", '
    '"groups": [{"before", "after", "count", "calm", "recorded", "categories", "parts", '
    '"witness"}], "retold": groups that are decided as before, told by another rule or other '
    'facts}], "values": [{"area", "key", "title", "before", "after"}], "decisions", '
    '"others": {CODE: commits of the store under other policies}}.'
)
@click.argument("old", shell_complete=completing.policy_files)
@click.argument("new", shell_complete=completing.policy_files)
@click.option(
    "--on", type=DAY, metavar="DAY",
    help="The first day that counts; by default the first on which both may be in force.",
)  # fmt: skip
@click.option(
    "--store", "url", metavar="URL",
    help="Count the decisions that this store has recorded, too.",
)  # fmt: skip
@click.option(
    "--html", "target", type=click.Path(path_type=Path), metavar="FILE",
    help="Write a page for a meeting, in the language of the output; a file that is there is "
    "written over.",
)  # fmt: skip
@lang_option
@json_option
@click.pass_context
def diff(
    context: click.Context,
    *,
    old: str,
    new: str,
    on: datetime | None,
    url: str | None,
    target: Path | None,
    lang: Lang | None,
    as_json: bool,
) -> None:
    """Tell what changes from one policy to another: in meaning, not in text.

    OLD and NEW are policies, or the names of some that are shipped. Every combination of facts is
    looked at; of each group that is decided otherwise the smallest is told.
    """
    from whistle_engine.cli.policy.diff_telling import Teller, lines

    lang = chosen(lang)
    if not as_json:
        readable(lang)
    with told(lang):
        (before, its_units), (after, units) = policy_and_units(old), policy_and_units(new)
    begins = on.date() if on is not None else None
    found, recorded = _found(before, after, lang, begins=begins, units=(its_units, units), url=url)
    teller = Teller(found, lang, recorded.left_out(lang) if recorded is not None else "")
    if target is not None:
        _write_page(target, teller)
    if as_json:
        write_json(_shape(found) | {"others": dict(recorded.others) if recorded else {}})
    else:
        write("\n".join(lines(teller)))
        if target is not None:
            write("\n" + say("written", lang, file=target))
    if not found.equivalent:
        context.exit(1)


def _found(
    before: Policy, after: Policy, lang: Lang, *, url: str | None, **more: Any
) -> tuple[Diff, Recorded | None]:
    """The difference, with what a store has recorded under either of the two.

    Raises:
        BadInput: the store cannot be read, or is another city's, or the rules divide the facts
            too finely.
    """
    from whistle_engine.cli.policy.recorded import Recorded
    from whistle_engine.cli.store.opening import opened
    from whistle_engine.review.cells import TooManyCellsError
    from whistle_engine.review.diff import diff as compared

    try:
        if url is None:
            return compared(before, after, **more), None
        with opened(url) as store:
            recorded = Recorded(store, frozenset({before.code, after.code}))
            found = compared(before, after, recorded=recorded.decisions(), **more)
    except TooManyCellsError:
        raise BadInput(say("too_many", lang)) from None
    recorded.expect_own(lang)
    return found, recorded


def _write_page(target: Path, teller: Teller) -> None:
    """Write the page.

    Raises:
        BadInput: it cannot be written.
    """
    from whistle_engine.cli.policy.diff_page import page

    try:
        replace(target, page(teller).encode())
    except OSError as error:
        raise BadInput(
            say("unwritable", teller.lang, file=target, why=why(error, teller.lang))
        ) from None


def _shape(found: Diff) -> dict[str, Any]:
    return {
        "equivalent": found.equivalent,
        "old": {"code": found.old.code, "version": found.old.version},
        "new": {"code": found.new.code, "version": found.new.version},
        "epochs": [
            {
                "since": epoch.since.isoformat(),
                "size": epoch.size,
                "calm": epoch.calm,
                "groups": [
                    _group(group) | {"recorded": found.share(epoch, group)}
                    for group in epoch.groups
                ],
                "retold": [_group(group) for group in epoch.retold],
            }
            for epoch in found.epochs
        ],
        "values": [
            {
                "area": each.area,
                "key": each.key,
                "title": _label(each.title),
                "before": _label(each.before),
                "after": _label(each.after),
            }
            for each in found.values
        ],
        "decisions": found.recorded.total if found.recorded is not None else None,
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "before": _decided(group.before),
        "after": _decided(group.after),
        "count": group.count,
        "calm": group.calm,
        "categories": list(group.categories),
        "parts": [
            {
                "values": {name: list(held) for name, held in part.values},
                "count": part.count,
                "whole": part.whole,
            }
            for part in group.parts
        ],
        "witness": dict(group.witness),
    }


def _decided(decided: Decided) -> dict[str, str | None]:
    affair, kind = decided.result
    return {"rule": decided.by or None, "affair": affair.value, "kind": kind}


def _label(label: Label | None) -> dict[str, str] | None:
    return None if label is None else {"zh": label.zh, "en": label.en}
