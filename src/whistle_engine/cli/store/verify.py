"""``whistle verify``: is what is stored whole, and is all of it there still?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from whistle_engine.cli.filling import fill
from whistle_engine.cli.helping import command
from whistle_engine.cli.output import (
    BadInput,
    Lang,
    chosen,
    json_option,
    lang_option,
    readable,
    room,
    write,
    write_json,
)
from whistle_engine.cli.progress import Progress
from whistle_engine.cli.store.opening import STORE, opened, shown
from whistle_engine.cli.store.words import say
from whistle_engine.cli.wrong import line, why

if TYPE_CHECKING:
    from whistle_engine.checkpoints import Checkpoint
    from whistle_engine.verify import Counts, Mismatch, Report

_FILE = click.Path(path_type=Path, dir_okay=False)
_MOST_BYTES = 10_000
"""No checkpoint is longer: it is one line."""


@command(
    epilog="Exit codes: 0 all of it fits; 1 something does not; 2 wrong usage, or the store cannot "
    'be read. With --json: {"store", "ok", "counts": {"matters", "commits", "texts", "erased"}, '
    '"since", "mismatches": [{"matter", "version", "check", "label", "detail"}], "checkpoint": '
    '{"type", "position", "matters", "root"}, "written"}.'
)
@click.argument("url", required=False)
@click.option(
    "--store", "option", metavar="URL", envvar=STORE, show_envvar=True,
    help="The store, such as sqlite:///whistle.db.",
)  # fmt: skip
@click.option(
    "--since", type=_FILE, metavar="FILE",
    help="A checkpoint taken earlier: what was there then has to be there still.",
)  # fmt: skip
@click.option(
    "--checkpoint", "file", type=_FILE, metavar="FILE",
    help="Write a new checkpoint here if all of it fits; it may be the file of --since.",
)  # fmt: skip
@click.option(
    "--most", type=click.IntRange(min=1), default=10, show_default=True, metavar="N",
    help="Stop after so many that do not fit.",
)  # fmt: skip
@lang_option
@json_option
@click.pass_context
def verify(
    context: click.Context,
    *,
    url: str | None,
    option: str | None,
    since: Path | None,
    file: Path | None,
    most: int,
    lang: Lang | None,
    as_json: bool,
) -> None:
    """Verify a store: hash chain, bytes, words, look-ups, timers, notices.

    URL is that of the store; it may stand behind --store too, as with all other commands. It is
    only read, and others may go on writing.

    Whoever removes a matter with all that goes with it, or writes its chain anew, leaves nothing
    that does not fit. It shows against a checkpoint that is kept elsewhere: write one with
    --checkpoint, and give it with --since the next time.
    """
    from whistle_engine.verify import verify as verified

    lang = chosen(lang)
    if not as_json:
        readable(lang)
    url = _store(context, url, option, lang)
    then = _read(since, lang) if since is not None else None
    with opened(url) as store, Progress() as progress:

        def told(read: Counts) -> None:
            values = {"matters": read.matters, "commits": read.commits}
            progress.tell(say("verify.reading", lang, **values))

        report = verified(store, since=then, most=most, progress=told)
    written = file if report.checkpoint is not None else None
    if written is not None and report.checkpoint is not None:
        _write(written, report.checkpoint, lang)
    if as_json:
        write_json(_shape(report, url, then, written))
    else:
        lines = (
            _fits(report, then, written, lang) if report.ok else _wrong(report, most, file, lang)
        )
        write(
            "\n".join(each for text in lines for each in fill(text, room(), indent="  ", first=""))
        )
    if not report.ok:
        context.exit(1)


def _store(context: click.Context, url: str | None, option: str | None, lang: Lang) -> str:
    """The one store that is named.

    Raises:
        click.UsageError: none is, or two are.
    """
    given = context.get_parameter_source("option") is click.core.ParameterSource.COMMANDLINE
    if url and given:
        raise click.UsageError(say("store.twice", lang), context)
    if found := url or option:
        return found
    raise click.UsageError(say("store.which", lang, variable=STORE), context)


def _read(file: Path, lang: Lang) -> Checkpoint:
    """A checkpoint from its file.

    Raises:
        BadInput: it cannot be read, or is none.
    """
    from whistle_engine.checkpoints import Checkpoint
    from whistle_engine.errors import CodecError

    try:
        with file.open("rb") as opened_file:
            data = opened_file.read(_MOST_BYTES)
        return Checkpoint.load(data.decode("utf-8").strip())
    except OSError as error:
        raise BadInput(f"{file}: {why(error, lang)}") from None
    except (CodecError, UnicodeDecodeError) as error:
        raise BadInput(say("verify.file", lang, file=file, why=line(error))) from None


def _write(file: Path, checkpoint: Checkpoint, lang: Lang) -> None:
    from whistle_engine.cli.files import replace
    from whistle_engine.cli.policy.words import say as say_of_files

    try:
        replace(file, checkpoint.dump().encode() + b"\n")
    except OSError as error:
        raise BadInput(say_of_files("unwritable", lang, file=file, why=why(error, lang))) from None


# ------------------------------------------------------------------------------- what is told


def _fits(
    report: Report, since: Checkpoint | None, written: Path | None, lang: Lang
) -> Iterator[str]:
    counted = counts(report)
    erased = say("verify.erased", lang, n=counted["erased"]) if counted["erased"] else ""
    yield say("verify.fits", lang, **{**counted, "erased": erased})
    if since is not None:
        yield say("verify.since", lang, position=since.position)
    found = report.checkpoint
    if found is not None:
        yield say(
            "verify.point", lang, position=found.position, matters=found.matters, root=found.root
        )
    if written is not None:
        yield say("verify.written", lang, file=written)


def _wrong(report: Report, most: int, file: Path | None, lang: Lang) -> Iterator[str]:
    found = report.mismatches
    stopped = say("verify.most", lang, n=most) if len(found) == most else ""
    yield say("verify.wrong", lang, n=len(found), most=stopped, **counts(report))
    for each in found:
        yield f"✗ {_told(each, lang)}"
    if file is not None:
        yield say("verify.nothing", lang)


def _told(found: Mismatch, lang: Lang) -> str:
    """Where, what was held against what, and what is wrong."""
    where = []
    if found.matter is not None:
        where.append(say("verify.matter", lang, id=found.matter))
    if found.version is not None:
        where.append(say("verify.version", lang, n=found.version))
    what = say(f"what.{found.what.value}", lang)
    parts = (say("join", lang).join(where), what, found.detail)
    return say("colon", lang).join(filter(None, parts))


def _shape(
    report: Report, url: str, since: Checkpoint | None, written: Path | None
) -> dict[str, Any]:
    import json

    def plain(point: Checkpoint | None) -> object:
        return json.loads(point.dump()) if point is not None else None

    return {
        "store": shown(url),
        "ok": report.ok,
        "counts": counts(report),
        "since": plain(since),
        "mismatches": [
            {
                "matter": each.matter,
                "version": each.version,
                "check": each.what.value,
                "label": {"zh": say(f"what.{each.what.value}", "zh"),
                          "en": say(f"what.{each.what.value}", "en")},
                "detail": each.detail,
            }
            for each in report.mismatches
        ],
        "checkpoint": plain(report.checkpoint),
        "written": str(written) if written is not None else None,
    }  # fmt: skip


def counts(report: Report) -> dict[str, int]:
    """How much was read, by name."""
    from attrs import asdict

    return asdict(report.counts)
