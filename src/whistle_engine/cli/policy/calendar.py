"""``whistle policy calendar``: a year of the State Council's notices, copied into a policy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

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
from whistle_engine.cli.policy import files as policy_files
from whistle_engine.cli.policy.files import loaded, shown_path, text_of, told, write_patch
from whistle_engine.cli.policy.words import say

if TYPE_CHECKING:
    from whistle_engine.policy_file.calendars import Year

CALENDAR = "cn"
"""The calendar that is taken unless the policy uses another."""


class _Found(NamedTuple):
    """A year, the calendars that it is from, and those asked that do not have it."""

    year: Year
    names: tuple[str, ...]
    without: tuple[str, ...]


class _Change(NamedTuple):
    """What copying a year in would change: how the file stands, and the patch."""

    state: str
    patch: str = ""
    written: bool = False
    until: str | None = None


@command(
    epilog="Exit codes: 0 done, or nothing to change; 1 the file has the year with other days; "
    "2 wrong usage, or the year or the file cannot be used, or a calendar does not have the year. "
    'With --json: {"year", "calendars", "without", "notices", "holidays", "make_up"}; with FILE '
    'also {"file", "state": "missing", "same" or "different", "patch", "written", "known_until"}.'
)
@click.argument("year", type=int)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--calendar", "names", multiple=True, metavar="NAME|FILE",
    shell_complete=completing.calendars,
    help="A calendar; again for one laid over it. By default those that the policy uses, else cn.",
)  # fmt: skip
@click.option(
    "--without", "nothing", multiple=True, metavar="NAME|FILE",
    shell_complete=completing.calendars,
    help="A later calendar that lacks the year: take it as having nothing there.",
)  # fmt: skip
@click.option("--write", "writes", is_flag=True, help="Change the file.")
@click.option("--replace", is_flag=True, help="Also if the file has the year with other days.")
@lang_option
@json_option
@click.pass_context
def calendar(
    context: click.Context,
    *,
    year: int,
    file: Path | None,
    names: tuple[str, ...],
    nothing: tuple[str, ...],
    lang: Lang | None,
    writes: bool,
    replace: bool,
    as_json: bool,
) -> None:
    """Copy the holidays and make-up days of a YEAR into a policy FILE.

    Without FILE the table is printed. With FILE the change is shown, and made with --write only,
    once the changed file was checked. A year that was copied in counts as known: if one of the
    calendars does not have it, nothing is changed unless --without says that it has nothing there.
    """
    lang = chosen(lang)
    if not as_json:
        readable(lang)
    if file is None and (writes or replace):
        raise click.UsageError(say("year.file", lang), context)
    with told(lang):
        if file is None:
            found, change = _found(year, names or (CALENDAR,), nothing, None, lang), None
        else:
            asked = (names, nothing)
            found, change = _copied(year, file, asked, lang, writes=writes, replace=replace)
    for name in found.without:
        if name not in nothing:
            click.echo(say("year.part", lang, name=name, year=year), err=True)
    if as_json:
        write_json(_shape(found, file, change))
    elif file is None or change is None:
        from whistle_engine.policy_file.years import year_table

        write(year_table(found.year).removesuffix("\n"))
    else:
        _tell(year, file, change, lang, replace=replace)
    if change is not None and change.state == "different" and not replace:
        click.echo(say("year.different", lang, file=file, year=year), err=True)
        context.exit(1)


def _found(
    year: int, names: tuple[str, ...], nothing: tuple[str, ...], folder: Path | None, lang: Lang
) -> _Found:
    """The year as the calendars have it, later ones laid over earlier ones.

    Raises:
        BadInput: the first one does not have it, or one taken as having nothing does.
    """
    from attrs import evolve

    from whistle_engine.policy_file.years import WITHOUT, years_in_calendar

    calendars = {name: years_in_calendar(*_calendar(name, folder)) for name in names}
    first = next(iter(calendars))
    if year not in calendars[first]:
        raise BadInput(
            say("year.none", lang, name=first, year=year, has=_span([*calendars[first]], lang))
        )
    laid = calendars[first][year]
    for years in [*calendars.values()][1:]:
        laid = years[year].over(laid) if year in years else laid
    without = tuple(name for name, years in calendars.items() if year not in years)
    for name in nothing:
        if name not in without:
            raise BadInput(say("year.has", lang, name=name, year=year))
    taken = tuple(WITHOUT.format(name=Path(name).stem) for name in nothing)
    return _Found(
        evolve(laid, notices=(*laid.notices, *taken)),
        tuple(name for name, years in calendars.items() if year in years),
        without,
    )


def _calendar(name: str, folder: Path | None) -> tuple[str, bytes]:
    """The name of a calendar's file, and its bytes: a path; or beside the policy, or shipped."""
    from whistle_engine.policy_file.files import CALENDARS, read_bytes, shipped

    path = Path(name)
    if not path.suffix and path.name == name:
        beside = (folder or Path()) / CALENDARS / f"{name}.toml"
        if folder is None or not beside.exists():
            return f"{name}.toml", shipped(name, folder="calendars")
        path = beside
    return str(path), read_bytes(path)


def _copied(
    year: int,
    path: Path,
    asked: tuple[tuple[str, ...], tuple[str, ...]],
    lang: Lang,
    *,
    writes: bool,
    replace: bool,
) -> tuple[_Found, _Change]:
    """The year, and the change; made, if it is to be and may be.

    Raises:
        BadInput: a calendar does not have the year, and nobody said that it has nothing there.
    """
    from whistle_engine.policy_file import Files
    from whistle_engine.policy_file.editing import patch
    from whistle_engine.policy_file.files import read_bytes
    from whistle_engine.policy_file.loading import gather
    from whistle_engine.policy_file.years import held_by, with_year

    data = read_bytes(path)
    text = text_of(Files(((path.name, data),)), path.name)
    used, own = held_by(path.name, data)
    names, nothing = asked
    found = _found(year, names or used or (CALENDAR,), nothing, path.parent, lang)
    held = own.get(year)
    for name in found.without:
        if name not in nothing:
            raise BadInput(say("year.lacks", lang, name=name, year=year))
    if held is not None and held.same_days(found.year):
        return found, _Change("same")
    new = with_year(text, found.year, name=path.name)
    policy = loaded(gather(path), {path.name: new}, lang).value
    state = "missing" if held is None else "different"
    written = writes and (held is None or replace)
    if written:
        policy_files.put(path, data, new.encode(), lang)
    until = policy.calendar.known_until.isoformat()
    return found, _Change(state, patch(text, new, shown_path(path)), written, until)


def _tell(year: int, file: Path, change: _Change, lang: Lang, *, replace: bool) -> None:
    if change.state == "same":
        write(say("year.same", lang, file=file, year=year))
    elif change.written:
        write(say("year.written", lang, file=file, year=year, until=_day(change.until, lang)))
    else:
        write_patch(change.patch)
        if change.state == "missing" or replace:
            click.echo(say("year.shown", lang), err=True)


def _shape(found: _Found, file: Path | None, change: _Change | None) -> dict[str, Any]:
    from whistle_engine.policy_file.years import values

    shape: dict[str, Any] = {
        "year": found.year.number,
        "calendars": list(found.names),
        "without": list(found.without),
        **values(found.year),
    }
    if change is not None:
        shape |= {
            "file": str(file),
            "state": change.state,
            "patch": change.patch,
            "written": change.written,
            "known_until": change.until,
        }
    return shape


def _day(day: str | None, lang: Lang) -> str:
    """A day in ISO's form, as a reader writes it."""
    if lang == "en":
        return str(day)
    year, month, number = map(int, str(day).split("-"))
    return f"{year}年{month}月{number}日"


def _span(years: list[int], lang: Lang) -> str:
    if not years:
        return say("year.nothing", lang)
    if years == [*range(years[0], years[-1] + 1)]:
        return say("year.span", lang, first=years[0], last=years[-1])
    return ("、" if lang == "zh" else ", ").join(map(str, years))
