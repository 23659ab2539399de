"""``whistle store backup``: a copy of a store that is in use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shlex import quote

import click

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
from whistle_engine.cli.store.opening import STORE, opened, shown
from whistle_engine.cli.wording import Words, speaker
from whistle_engine.cli.wrong import why

WORDS: Words = {
    "done": (
        "已备份到{file}（{size}字节）。请核验：whistle verify {again}",
        "The backup is in {file} ({size} bytes). Verify it: whistle verify {again}",
    ),
    "exists": (
        "{file}已存在，未作改动；请指定一个尚不存在的文件",
        "{file} is there already, and stays as it is; name a file that is not there yet",
    ),
    "other": (
        "{url}这类存储没有自带备份；请使用其数据库自身的备份工具",
        "a store such as {url} makes no backups itself; use the tools of its database",
    ),
}

say = speaker(WORDS)

_MARKS = str.maketrans({mark: f"%{ord(mark):02X}" for mark in "%?#"})
"""What means something in a URL."""


@command(
    epilog="Exit codes: 0 the backup is made; 2 wrong usage, there is such a file already, the "
    "store cannot be read or the file not be written. "
    'With --json: {"store", "file", "bytes"}.'
)
@click.argument("url", envvar=STORE)
@click.argument("file", type=click.Path(path_type=Path))
@lang_option
@json_option
def backup(*, url: str, file: Path, lang: Lang | None, as_json: bool) -> None:
    """Copy a store, as it is at one moment, into a new file.

    Others may go on reading and writing; with a rollback journal, writers wait for as long as the
    copying takes. FILE may not be there yet. Words that are erased later live on in it: keep
    backups no longer than you may.
    """
    lang = chosen(lang)
    if not as_json:
        readable(lang)
    with opened(url) as store:
        copy: Callable[[Path], None] | None = getattr(store, "backup", None)
        if copy is None:
            raise BadInput(say("other", lang, url=shown(url)))
        try:
            copy(file)
        except FileExistsError:
            raise BadInput(say("exists", lang, file=file)) from None
        except OSError as error:
            raise BadInput(f"{file}: {why(error, lang)}") from None
    size = file.stat().st_size
    if as_json:
        write_json({"store": shown(url), "file": str(file), "bytes": size})
    else:
        again = quote(f"sqlite:///{str(file).translate(_MARKS)}")
        write(say("done", lang, file=file, size=size, again=again))
