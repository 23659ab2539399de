"""``whistle run``: the worker, which fires due timers and sends notices until told to stop."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import click

from whistle_engine.cli import completing, wrong
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
from whistle_engine.cli.reading.rules_from import policy_option
from whistle_engine.cli.reading.words import say
from whistle_engine.cli.store.opening import opened, shown, store_option

if TYPE_CHECKING:
    from whistle_engine.notify.api import Notifier
    from whistle_engine.relay import Figures, Relay

MOST = 1000
"""No more notices are counted."""

_log = logging.getLogger("whistle_engine.cli")


@command(
    short_help="Work: fire due timers, and send notices.",
    epilog="Exit codes: 0 told to stop, or with --once all done; 2 wrong usage, or the store "
    "cannot be opened, or no longer be worked on, or with --once fails. With --json, in the end: "
    '{"fired", "late", "refused", "postponed", "delivered", "retried", "dead", "overtaken", '
    '"waiting"}.',
)
@store_option
@click.option(
    "--notifier", "names", multiple=True, metavar="NAME[:ADDRESS]",
    shell_complete=completing.notifiers,
    help="Hand each notice to this one too; can be given again. `whistle plugins` lists them.",
)  # fmt: skip
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@policy_option
@lang_option
@json_option
def run(
    *,
    url: str,
    names: tuple[str, ...],
    once: bool,
    policy: str | None,
    lang: Lang | None,
    as_json: bool,
) -> None:
    """Fire due timers, and hand notices on, until told to stop by SIGTERM or SIGINT.

    Any number of workers may run on one store, on one machine or several: what one holds, no
    other takes, and what one that died held comes free again. What is done is told on stderr.

    The rules are those of the store's latest commit when it starts, or of --policy: start it again
    when other rules come into force.
    """
    from whistle_engine.cli.reading.rules_from import asked_for, of_store
    from whistle_engine.engine import Engine, utc_now
    from whistle_engine.relay import Relay

    lang = chosen(lang)
    if not as_json:
        readable(lang)
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    with opened(url) as store:
        rules = asked_for(policy, lang) if policy is not None else of_store(store, lang)
        if rules is None:
            raise BadInput(say("store.empty", lang))
        notifiers = [_notifier(name) for name in names]
        try:
            relay = Relay(Engine(store, rules), notifiers, report=_report)
        except ValueError as error:
            raise wrong.bad(error, lang) from None
        how = say("run.notifiers", lang, names=say("join", lang).join(_codes(names)))
        begins = say(
            "run.begins",
            lang,
            store=shown(url),
            notifiers=how if names else say("run.silent", lang),
        )
        figures = _worked(relay, begins, once=once)
        waiting = 0 if notifiers else len(store.outbox.waiting(until=utc_now(), limit=MOST))
    _tell(figures, waiting, lang, as_json=as_json)


def _notifier(name: str) -> Notifier:
    """A notifier by its name.

    Raises:
        BadInput: there is none, or it cannot be made.
    """
    from whistle_engine.cli.store.opening import installed
    from whistle_engine.errors import PluginError
    from whistle_engine.notify.memory import MemoryNotifier

    try:
        found = installed().notifier(name)
    except PluginError as error:
        raise wrong.bad(error) from None
    except Exception as error:  # a plugin may raise anything; it is told in one line all the same
        (code,) = _codes((name,))
        raise BadInput(f"--notifier {code}: {type(error).__name__}: {wrong.line(error)}") from error
    if isinstance(found, MemoryNotifier):
        raise BadInput(say("run.memory", chosen(None)))
    return found


def _codes(names: tuple[str, ...]) -> list[str]:
    """The notifiers without their addresses, which may hold a password."""
    return [name.partition(":")[0] for name in names]


def _worked(relay: Relay, begins: str, *, once: bool) -> Figures:
    """Say that it begins, and work until told to stop, or until nothing is due."""
    from whistle_engine.cli.working.signals import told_to_stop

    stopping: list[bool] = []

    def stop() -> None:
        stopping.append(True)
        relay.stop()

    with told_to_stop(stop):
        _log.info(begins)
        if not once:
            return relay.run()
        while not stopping and relay.step().anything:
            pass
        return relay.figures


def _report(figures: Figures) -> None:
    """One line in the log of what a step did."""
    from attrs import asdict

    _log.info(", ".join(f"{name} {count}" for name, count in asdict(figures).items() if count))


def _tell(figures: Figures, waiting: int, lang: Lang, *, as_json: bool) -> None:
    from datetime import timedelta

    from attrs import asdict

    from whistle_engine.cli.filling import fill
    from whistle_engine.cli.output import room
    from whistle_engine.cli.words import capital, span

    counts = asdict(figures)
    if as_json:
        write_json({**counts, "waiting": waiting})
        return
    told = {**counts, "late": span(timedelta(seconds=figures.late), lang)}
    parts = [say(f"run.{name}", lang, n=told[name]) for name, count in counts.items() if count]
    text = capital(say("stop", lang).join(parts), lang) + say("run.stop", lang)
    lines = [text] if parts else []
    if waiting:
        many = say("run.many", lang, n=MOST) if waiting == MOST else waiting
        lines.append(say("run.waiting", lang, n=many))
    lines = lines or [say("run.nothing", lang)]
    write("\n".join(line for each in lines for line in fill(each, room())))
