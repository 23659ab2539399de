"""A page of the docs, followed as a reader would: its blocks in their order, in one folder.

- ``{code-block} python`` runs, in the same names as those before it. What it prints has to be the
  next block, a ``text``.
- A block with a caption is a file: it is written under that name.

Blocks of other kinds are not examples: a diagram, or what is typed where tests cannot follow.
"""

from __future__ import annotations

import ast
import contextlib
import io
import re
import tempfile
from pathlib import Path
from unittest import mock

import pytest
from attrs import define, field, frozen

DOCS = Path(__file__).parents[2] / "docs"
if not DOCS.is_dir():  # mutmut copies the sources and the tests, not the documentation
    pytest.skip("there is no documentation here", allow_module_level=True)

_FENCE = re.compile(
    r"^(?P<fence>```+)(?P<directive>\{code-block\} )?(?P<kind>\S+)\n"
    r"(?::caption: (?P<caption>[^\n]+)\n\n?)?(?P<body>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)


@frozen
class Block:
    """A fenced block of a page; ``line`` is that of its first line in the page."""

    kind: str
    caption: str | None
    body: str
    line: int


def blocks(page: str) -> tuple[Block, ...]:
    """The fenced blocks of a page under ``docs/``."""
    text = (DOCS / page).read_text("utf-8")
    return tuple(
        Block(
            (found["directive"] or "") + found["kind"],
            found["caption"],
            found["body"],
            text[: found.start("body")].count("\n") + 1,
        )
        for found in _FENCE.finditer(text)
    )


def programs(page: str) -> tuple[Block, ...]:
    """The blocks that run."""
    return tuple(
        block
        for block in blocks(page)
        if block.kind == "{code-block} python" and block.caption is None
    )


@define
class Reader:
    """Somebody who does what a page says, in a folder of their own."""

    folder: Path
    names: dict[str, object] = field(factory=lambda: {"__name__": "__main__"})
    printed: list[str] = field(factory=list)

    def follow(self, page: str) -> None:
        """Follow a page from its first block to its last."""
        found = blocks(page)
        for block, after in zip(found, (*found[1:], None), strict=True):
            if block.caption is not None:
                self._write(block)
            elif block.kind == "{code-block} python":
                shown = self._run(page, block)
                if shown:
                    self.printed.append(shown)
                    where = f"{page}, after line {block.line}"
                    assert after is not None, f"{where}: the output is not shown:\n{shown}"
                    assert after.kind == "text", f"{where}: the output is not shown:\n{shown}"
                    assert after.body == shown, f"{where}: it prints\n{shown}"

    def _write(self, block: Block) -> None:
        path = self.folder / str(block.caption)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.body, encoding="utf-8")

    def _run(self, page: str, block: Block) -> str:
        # As many empty lines before it as make a traceback name the page's own line.
        source = "\n" * (block.line - 1) + block.body
        code = compile(source, str(DOCS / page), "exec", dont_inherit=True)
        with (
            contextlib.chdir(self.folder),
            mock.patch.object(tempfile, "tempdir", str(self.folder)),
            contextlib.redirect_stdout(io.StringIO()) as out,
        ):
            exec(code, self.names)  # noqa: S102  the page's own program
        return out.getvalue()


def sense(page: str) -> str:
    """The page's programs without their strings and comments.

    Two pages that tell the same in two languages have the same sense.
    """
    tree = ast.parse("".join(block.body for block in programs(page)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)
