"""The page on several servers: its program runs on two, and prints what it shows."""

from __future__ import annotations

import contextlib
import io
from uuid import uuid4

from tests.docs.following import blocks, programs
from tests.postgres_server import dropped, running, with_options

PAGE = "how-to/several-servers.md"


def test_the_program_of_the_page_runs_on_two_servers(postgres: str) -> None:
    (program,) = programs(PAGE)
    (shown,) = [block.body for block in blocks(PAGE) if block.kind == "text"]
    schema = f"page_{uuid4().hex[:12]}"
    said = io.StringIO()
    with running() as second:
        source = program.body
        for number, url in enumerate((postgres, second.url()), 1):
            named = f"postgresql://whistle_engine@db{number}/city?schema="
            assert source.count(named) == 1
            district = "gulou" if number == 1 else "xinhua"
            source = source.replace(named + district, with_options(url, schema=schema))
        try:
            with contextlib.redirect_stdout(said):
                exec(source, {})  # noqa: S102  the page's own program
        finally:
            dropped(postgres, schema)
    assert said.getvalue() == shown


def test_both_pages_have_the_same_blocks() -> None:
    theirs = [(block.kind, block.body) for block in blocks(PAGE.replace(".md", ".zh.md"))]
    assert len(theirs) == 2
    assert theirs == [(block.kind, block.body) for block in blocks(PAGE)]
