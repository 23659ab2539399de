"""Commands: ``serve`` runs the service, ``token`` signs a token."""

from __future__ import annotations

import argparse
import logging
import os
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import uvicorn
from whistle_engine import Role, WhistleError
from whistle_engine.model import Actor
from whistle_engine.plugins import Plugins

from desk.app import create
from desk.settings import read
from desk.tokens import NEVER, Tokens


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        0 if it was done; 2 with a line on stderr if something it was told is wrong.
    """
    options = _parser().parse_args(arguments)
    try:
        return serve(options) if options.command == "serve" else token(options)
    except (ValueError, WhistleError) as error:
        sys.stderr.write(f"whistle-desk: {error}\n")
        return 2


def serve(options: argparse.Namespace) -> int:
    """Run the service until it is told to stop."""
    settings = read(os.environ, demo=options.demo)
    with listen(options.host, options.port) as listening:  # before anything is written
        Plugins.load().open_store(settings.store).close()  # what is wrong is told in one line
        logging.basicConfig(level=logging.INFO)  # what the worker tells units is in the log
        host, port = listening.getsockname()[:2]
        server = uvicorn.Server(uvicorn.Config(create(settings)))
        sys.stderr.write(f"whistle-desk: running on {address(host, port)} (Ctrl-C stops it)\n")
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
    return 0 if server.started else 1


def listen(host: str, port: int) -> socket.socket:
    """Take an address, so that nobody else can.

    Raises:
        ValueError: it cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        why = str(error.strerror).partition(" (")[0]  # the rest says again which address it is
        raise ValueError(f"{address(host, port)}: {why}; take another --port or --host") from error


def address(host: str, port: int) -> str:
    """What to type into a browser."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def token(options: argparse.Namespace) -> int:
    """Print a token."""
    actor = Actor(id=options.id, roles=frozenset(map(Role, options.role)), unit=options.unit)
    signed = Tokens(read(os.environ).secret).mint(actor, timedelta(hours=options.hours))
    sys.stdout.write(f"{signed}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="whistle-desk", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("serve", help="run the service")
    run.add_argument("--demo", action="store_true", help="anybody signs in as one of a few people")
    run.add_argument("--host", default="127.0.0.1")
    run.add_argument(
        "--port", type=int, default=8001, help="8001, if nothing else is told; 0 takes a free one"
    )
    sign = commands.add_parser("token", help="sign a token")
    sign.add_argument("id", help="of the person, as the login service knows it")
    sign.add_argument(
        "--role", action="append", required=True, choices=[r.value for r in Role if r not in NEVER]
    )
    sign.add_argument("--unit", help="its code in the directory")
    sign.add_argument("--hours", type=float, default=8, help="how long it lasts")
    return parser


if __name__ == "__main__":
    sys.exit(main())
