"""The page on PostgreSQL: its statements run, and what it says of erased words is so."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.docs.following import blocks, programs
from tests.drafts import draft
from tests.postgres_server import Server
from whistle_engine.model import TextRef
from whistle_engine.storage.postgres import PostgresStore
from whistle_engine.storage.rows import VaultText

PAGE = "how-to/from-sqlite-to-postgresql.md"
SQL = [block.body for block in blocks(PAGE) if block.kind == "sql"]
WORDS, SALT = "Erased-Words-擦除的话-8f3a" * 3, b"\x01Erased-Salt-5c1d\xfe"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that is set up as the page says."""
    made = Server(wal_recycle="off", min_wal_size="32MB")
    try:
        made.init()
        made.start()
        yield made
    finally:
        made.remove()


def execute(url: str, script: str) -> None:
    """Execute the statements of a block one by one."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in script.split(";"):
            if statement.strip():
                connection.execute(statement.encode())


def test_the_statements_of_the_page_run_and_erased_words_are_gone(server: Server) -> None:
    setup, scrubbing, *watching = SQL
    execute(server.url(), setup)
    owner = server.url("city").replace("user=whistle", "user=whistle_owner")
    engine = owner.replace("whistle_owner", "whistle_engine")
    granting, joining = (
        block.body.replace("postgresql://whistle_owner@db/city?", f"{owner}&").replace(
            "postgresql://whistle_engine@db/city", engine
        )
        for block in programs(PAGE)
    )
    exec(granting, {})  # noqa: S102  the page's own program
    execute(owner, "CREATE TABLE letters (title TEXT); GRANT INSERT ON letters TO whistle_engine")
    names: dict[str, object] = {}
    exec(granting.partition("\n")[0] + "\n" + joining, names)  # noqa: S102  as above
    words = VaultText(ref=TextRef("c", "text"), matter="m", salt=SALT, words=WORDS)
    with PostgresStore(f"{engine}&schema=gulou") as store:
        store.append([draft("m", 1, "c", texts=(words,))])
        assert store.read_text(words.ref) == words
        assert found(server) != []
        store.erase_text(words.ref)
        assert found(server) != [], "as the page says: beneath, they are there still"
        execute(server.url("city"), scrubbing)
        assert found(server) == []
        assert [record.matter for record in store.feed(0, limit=9)] == ["m-1", "m"]
    for statement in watching:
        execute(owner, statement)
    assert len(watching) == 5


def test_both_pages_have_the_same_blocks() -> None:
    """Statements, programs and commands; words in them are not translated."""
    assert blocks(PAGE.replace(".md", ".zh.md")), "it has some"
    theirs = [(block.kind, block.body) for block in blocks(PAGE.replace(".md", ".zh.md"))]
    assert theirs == [(block.kind, block.body) for block in blocks(PAGE)]


def found(server: Server) -> list[str]:
    """The server's files in which words or salt lie."""
    return [
        path.name
        for path in server.data.rglob("*")
        if path.is_file() and any(each in path.read_bytes() for each in (WORDS.encode(), SALT))
    ]
