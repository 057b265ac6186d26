"""Opens a run for writing and serves its console until somebody ends it; or the register's pages, beside it or by themselves.

Rules this module keeps:

* It listens on this machine, unless another address is named together with the one that readers type; then it says what that takes.
* The run is this process's alone while the console is open: a second writer is turned away, and so is a console on a run that is
  being written.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from evalcenter import history, register, reviewers
from evalcenter.ciphers import Identity
from evalcenter.errors import InputError
from evalcenter.readings import Reading
from evalcenter.web import app, public
from evalcenter.web.console import Console

if TYPE_CHECKING:
    from uvicorn import Server

    from evalcenter.register.book import Book

BESIDE: Final = "/register"
"""Where the register's pages begin in the console."""
HERE: Final = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """Where the console listens, by which address readers reach it if that is another, who may sign in, which register it shows."""

    host: str = "127.0.0.1"
    port: int = 8321
    address: str = ""
    reviewers: Path = Path(reviewers.NAME)
    register: str | None = None


def serve(folder: Path, bound: Bound, identity: Identity | None = None) -> None:
    """Serve the run in `folder` until the program is interrupted.

    Raises InputError where nobody may sign in or the address can't be had, RunError's children where the run can't be written.
    """
    checked(bound)
    book = register.opened(bound.register) if bound.register else None
    with opened(folder, identity) as reading, listening(bound) as (port, sock):
        made = server(reading, bound, port, book)
        _say(folder, bound, port, len(reading.awaited()))
        with suppress(KeyboardInterrupt):
            made.run(sockets=[sock])
        left = len(reading.awaited())
    then = f"go on with:  evalcenter run --resume {folder}"
    tell(f"the console is closed; {f'{left} answers still wait; ' if left else ''}{then}")


@contextmanager
def opened(folder: Path, identity: Identity | None = None) -> Iterator[Reading]:
    """The reading of a run that is open for writing; what a kill left unwritten is written first."""
    with history.resume(folder, identity) as run:
        reading = Reading(run)
        reading.settle()
        yield reading


@contextmanager
def listening(bound: Bound) -> Iterator[tuple[int, socket.socket]]:
    """(port, socket) on which nobody is answered yet, and nobody turned away. Raises InputError where the address can't be had."""
    family = socket.AF_INET6 if ":" in bound.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((bound.host.strip("[]"), bound.port))
            sock.listen()  # whoever comes before the server is ready waits
        except OSError as problem:
            raise InputError(
                f"{bound.host}:{bound.port} can't be listened on: {problem.strerror}", todo="name another --port"
            ) from None
        yield sock.getsockname()[1], sock


def serve_register(where: str, bound: Bound) -> None:
    """Serve the register at `where` until the program is interrupted. Raises InputError where the address can't be had."""
    reachable(bound)
    book = register.opened(where)
    with listening(bound) as (port, sock):
        made = register_server(book, bound, port)
        tell(f"register of certificates on {bound.address or f'http://{bound.host}:{port}/'}; stop with Ctrl-C")
        with suppress(KeyboardInterrupt):
            made.run(sockets=[sock])


def register_server(book: Book, bound: Bound, port: int, **changes: Any) -> Server:
    """The server of a register's pages on `port`; `changes` are fields of its Desk."""
    hosts, _, secure = names(bound, port)
    return uvicorn_on(public.app(public.Desk(book=book, secure=secure, **changes), hosts))


def server(reading: Reading, bound: Bound, port: int, book: Book | None = None, **changes: Any) -> Server:
    """The server of a console on `port`, with the pages of the register `book` beside it; `changes` are fields of its Site."""
    hosts, origins, secure = names(bound, port)
    beside = public.routes(public.Desk(book=book, secure=secure, root=BESIDE)) if book is not None else []
    site = app.Site(
        console=Console(reading),
        reviewers=bound.reviewers,
        origins=origins,
        cookie=f"evalcenter_{port}",
        secure=secure,
        register=BESIDE if beside else "",
        **changes,
    )
    return uvicorn_on(app.app(site, hosts, beside), silent=reading.run.plan.sealing is not None)


def uvicorn_on(served: Any, *, silent: bool = False) -> Server:
    """A server of an application: it names itself to nobody, believes no proxy, and keeps no log of who asked what.

    A `silent` one tells of no error either: its words may quote a sealed item.
    """
    import uvicorn

    config = uvicorn.Config(
        served,
        log_level="critical" if silent else "warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        proxy_headers=False,
        ws="none",
    )
    return uvicorn.Server(config)


def names(bound: Bound, port: int) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """(hosts, origins, whether readers come over TLS) that the console answers to."""
    if bound.address:
        parts = urlsplit(bound.address)
        return (parts.netloc.lower(),), (f"{parts.scheme}://{parts.netloc}".lower(),), parts.scheme == "https"
    hosts = [f"{name}:{port}" for name in HERE] + ([*HERE] if port == 80 else [])
    return tuple(hosts), tuple(f"http://{host}" for host in hosts), False


def checked(bound: Bound) -> None:
    """Raise InputError where readers could not sign in, or could come from elsewhere without anybody having said so."""
    reachable(bound)
    if not reviewers.load(bound.reviewers).reviewers:
        raise InputError(
            "nobody may sign in yet", where=str(bound.reviewers), todo='add somebody:  evalcenter reviewer add "Dr Li"'
        )


def reachable(bound: Bound) -> None:
    """Raise InputError where the address is none, or readers could come from elsewhere without anybody having said so."""
    parts = urlsplit(bound.address)
    if bound.address and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/")):
        raise InputError(
            f"{bound.address!r} is no address of a console", todo="give one such as https://review.example.org"
        )
    if not _here(bound.host) and not bound.address:
        raise InputError(
            f"{bound.host} can be reached from other machines",
            todo="name with --address what readers type, such as https://review.example.org, and put the console behind TLS "
            "(docs/reviewing.md); or leave --host out",
        )


def _here(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _say(folder: Path, bound: Bound, port: int, awaited: int) -> None:
    here = f"http://{f'[{bound.host}]' if ':' in bound.host else bound.host}:{port}/"
    tell(f"review console of {folder} on {bound.address or here}: {awaited} answers wait; stop with Ctrl-C")
    if not _here(bound.host):
        tell(
            "WARNING: it listens beyond this machine, and speaks plain HTTP: whoever sees the traffic sees tokens, questions and "
            "answers. Put a reverse proxy with TLS before it, and let nothing else reach the port (docs/reviewing.md)."
        )


def tell(line: str, out: Callable[[str], Any] | None = None) -> None:
    """Say something to whoever runs the server."""
    (out or sys.stderr.write)(f"{line}\n")
    sys.stderr.flush()
