"""A go-between before a PostgreSQL server, which can lose an answer: so a commit is ambiguous."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

SOCKET = ".s.PGSQL.5432"


class Proxy:
    """Hands on what comes, until it is told to lose an answer."""

    def __init__(self, folder: Path, server: Path) -> None:
        """Listen in a folder for what is meant for a server's."""
        self.folder = folder
        self._server = server
        self._losing = Event()
        self._before = 0
        self.lost = Event()
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / SOCKET))
        self._listening.listen()
        Thread(target=self._listen, daemon=True).start()

    def lose_the_next_answer(self, *, after: int = 0) -> None:
        """Cut the connection where the server next answers, and let nothing of it through.

        Args:
            after: so many answers come through before.
        """
        self.lost.clear()
        self._before = after
        self._losing.set()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server / SOCKET))
                Thread(target=self._hand_on, args=(client, server, False), daemon=True).start()
                Thread(target=self._hand_on, args=(server, client, True), daemon=True).start()

    def _hand_on(self, of: socket.socket, to: socket.socket, answers: bool) -> None:  # noqa: FBT001
        with suppress(OSError):
            while data := of.recv(65536):
                if answers and self._losing.is_set():
                    if not self._before:
                        self._losing.clear()
                        self.lost.set()
                        break
                    self._before -= 1
                to.sendall(data)
        for each in (of, to):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def close(self) -> None:
        """Listen no longer."""
        self._listening.close()


@contextmanager
def proxied(server: Path) -> Iterator[Proxy]:
    """A go-between before the server whose socket lies in a folder."""
    with TemporaryDirectory(prefix="pg_proxy_") as folder:
        proxy = Proxy(Path(folder), server)
        try:
            yield proxy
        finally:
            proxy.close()
