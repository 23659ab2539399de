"""The command line ``whistle``: a thin face over the library, to try it and to look into it.

Exit codes are the same for every command: 0 done, 1 the answer is no (a story does not hold),
2 wrong usage or bad input, with a clear message on stderr and no traceback.

It needs the extra ``cli`` (click, rich for tables, and tomlkit to edit files). What a command
needs beyond click is imported when the command runs, so that ``whistle --help`` is quick.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]

_EXTRA = ("click", "rich", "tomlkit")


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line; the console script ``whistle`` calls this.

    Args:
        args: the words after ``whistle``; ``None`` takes those of the process.

    Raises:
        SystemExit: always, with the exit code.
    """
    try:
        from whistle_engine.cli.app import whistle

        whistle.main(args=None if args is None else list(args), prog_name="whistle")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        sys.stderr.write(
            f"whistle: {error.name} is not installed; "
            'install the extra: pip install "whistle-engine[cli]"\n'
        )
        sys.exit(2)
