"""Where a page of a list ended, as a word to be handed back for the next page.

It holds the last row, which is what the engine goes on from, and is signed: so no row has to be
checked that the service did not make itself. What a reader may see is decided anew each time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

import jwt
from cattrs.preconf.json import make_converter
from whistle_engine.storage.rows import DutyRow, MatterRow

from desk.tokens import ALGORITHM

Row = TypeVar("Row", DutyRow, MatterRow)

_converter = make_converter()


@dataclass(frozen=True)
class Cursors:
    """Makes cursors of rows, and rows of cursors."""

    secret: str = field(repr=False)

    def after(self, row: DutyRow | MatterRow) -> str:
        """The cursor after a row; good for lists of such rows alone."""
        claims = {"aud": type(row).__name__, "row": _converter.unstructure(row)}
        return jwt.encode(claims, self.secret, algorithm=ALGORITHM)

    def row(self, kind: type[Row], cursor: str) -> Row:
        """The row that a cursor was made of.

        Raises:
            ValueError: it was not made here, or for another list.
        """
        try:
            claims = jwt.decode(cursor, self.secret, [ALGORITHM], audience=kind.__name__)
        except jwt.PyJWTError:
            raise ValueError("no such page: hand back `next` of the page before it") from None
        return _converter.structure(claims["row"], kind)
