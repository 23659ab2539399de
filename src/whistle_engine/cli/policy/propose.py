"""``whistle policy propose``: what a decision proposes, as a patch for the policy's owner."""

from __future__ import annotations

from datetime import datetime
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
from whistle_engine.cli.policy.files import (
    directory_beside,
    loaded,
    shown_path,
    text_of,
    told,
    write_patch,
)
from whistle_engine.cli.policy.words import say
from whistle_engine.cli.reading.options import DAY

if TYPE_CHECKING:
    from whistle_engine.directory import Directory
    from whistle_engine.policy import Category, ListItem, Policy
    from whistle_engine.policy_file import Files
    from whistle_engine.policy_file.editing import Proposal


@command(
    epilog="Exit codes: 0 done, or nothing to change; 2 wrong usage, or the file cannot be "
    'changed so. With --json: {"file", "there", "patch"}.'
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--matter", required=True, help="The matter in which it was decided.")
@click.option("--decided", required=True, type=DAY, metavar="DAY", help="The day of the decision.")
@click.option(
    "--category",
    "code",
    required=True,
    metavar="CODE",
    help="The category's code.",
    shell_complete=completing.categories,
)
@click.option(
    "--lead",
    metavar="UNIT",
    help="Who leads: a row of the dispatch catalogue.",
    shell_complete=completing.units,
)
@click.option("--listed", is_flag=True, help="The street answers for it: a row of its list.")
@click.option("--zh", help="What a new category is called in Chinese.")
@click.option("--en", help="What a new category is called in English.")
@click.option(
    "--affair",
    type=click.Choice(["public", "shared", "household"]),
    help="Whose affair a new category is.",
)
@click.option(
    "--kind",
    metavar="CODE",
    help="The whistle for a new public category.",
    shell_complete=completing.kinds,
)
@click.option(
    "--joint",
    multiple=True,
    metavar="UNIT",
    help="Who joins; again for another.",
    shell_complete=completing.units,
)
@click.option(
    "--since", type=DAY, metavar="DAY",
    help="From when it counts; by default the day of the decision.",
)  # fmt: skip
@click.option(
    "--directory", type=click.Path(path_type=Path), metavar="FILE",
    help="The units, to check that the lead may lead; by default NAME.directory.toml beside FILE.",
)  # fmt: skip
@lang_option
@json_option
@click.pass_context
def propose(
    context: click.Context,
    *,
    file: Path,
    matter: str,
    decided: datetime,
    code: str,
    lead: str | None,
    zh: str | None,
    en: str | None,
    affair: str | None,
    kind: str | None,
    joint: tuple[str, ...],
    since: datetime | None,
    directory: Path | None,
    lang: Lang | None,
    listed: bool,
    as_json: bool,
) -> None:
    """Put a decision into a policy FILE for all matters to come, as a patch.

    The file stays as it is. The patch is for `patch -p1` or `git apply`, from this folder. An
    older row of the category ends the day before; the decision is the new row's source.
    """
    lang = chosen(lang)
    if not as_json:
        readable(lang)
    if (lead is None) == (not listed):
        raise click.UsageError(say("row.either", lang), context)
    if (zh is None) != (en is None):
        raise click.UsageError(say("row.titles", lang), context)
    from whistle_engine.model import Affair, Label
    from whistle_engine.policy_file.editing import Proposal, item_for
    from whistle_engine.policy_file.loading import gather

    proposal = Proposal(
        matter=matter, on=decided.date(), category=code, unit=lead or "", listed=listed
    )
    begins = since.date() if since is not None else None
    with told(lang):
        files = gather(file)
        policy = loaded(files, {}, lang).value
        if listed:
            entry: Category | ListItem = item_for(proposal, since=begins)
        else:
            entry = _category(
                proposal,
                policy,
                lang,
                title=Label(zh, en) if zh is not None and en is not None else None,
                affair=Affair(affair) if affair is not None else None,
                kind=kind,
                joint=joint or None,
                since=begins,
            )
        patch = _patch(file, files, entry, directory, lang)
    if as_json:
        write_json({"file": str(file), "there": not patch, "patch": patch})
    elif patch:
        write_patch(patch)
    else:
        write(say("row.there", lang, file=file))


def _category(proposal: Proposal, policy: Policy, lang: Lang, **said: Any) -> Category:
    """The row of the catalogue.

    Raises:
        BadInput: what more has to be said, and by which options.
    """
    from whistle_engine.errors import PolicyError
    from whistle_engine.policy_file.editing import category_for

    try:
        return category_for(proposal, policy, **said)
    except PolicyError as error:
        raise BadInput(say("row.options", lang, why=error.problems[0].said(lang))) from None


def _expect_leads(entry: Category | ListItem, directory: Directory, lang: Lang) -> None:
    """See that nobody is to lead who can only be invited: no decision can have named it (FR1).

    Raises:
        BadInput: somebody is.
    """
    from whistle_engine.responder import INVITED_ONLY

    for code in getattr(entry, "leads", ()):
        unit = directory.unit(code)
        if unit is not None and (unit.kind in INVITED_ONLY or not unit.may_lead):
            title = unit.title.zh if lang == "zh" else unit.title.en
            raise BadInput(say("row.invited", lang, code=code, title=title))


def _patch(
    path: Path, files: Files, entry: Category | ListItem, directory: Path | None, lang: Lang
) -> str:
    """The patch for all files that change; the result was loaded, with the directory if any."""
    from whistle_engine.policy_file import compiled, load_directory
    from whistle_engine.policy_file.editing import changed, patch

    texts = changed(files, entry)
    policy = loaded(files, texts, lang)
    units = directory or directory_beside(path)
    if directory is not None or units.is_file():
        found = load_directory(units)
        compiled(policy, found)
        _expect_leads(entry, found.value, lang)
    else:
        click.echo(say("check.alone", lang, file=units.name), err=True)
    return "".join(
        patch(text_of(files, name), text, shown_path(path.parent / name))
        for name, text in texts.items()
    )
