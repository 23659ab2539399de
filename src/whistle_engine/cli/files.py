"""Writing a file all at once: whoever reads it sees the old bytes or the new ones."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def replace(
    path: Path, data: bytes, *, just_before: Callable[[Path], object] = lambda _: None
) -> None:
    """Put bytes in place of a file's, or into a new file; the mode of an old one is kept.

    Args:
        path: the file; a link stays a link.
        data: the bytes.
        just_before: called with the file's own path once all is ready, to look at it again.

    Raises:
        OSError: it cannot be written; it is as it was.
    """
    from shutil import copymode
    from tempfile import mkstemp

    target = path.resolve()
    made = None
    try:
        handle, made = mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            copymode(target, made)
        just_before(target)
        Path(made).replace(target)
        made = None
    finally:
        if made is not None:
            Path(made).unlink(missing_ok=True)
