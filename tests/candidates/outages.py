"""Faults that are not the server's doing: nobody listens, no name, no trust, a clock that jumps. Runs of the whole line each."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from evalcenter import watching
from evalcenter.candidates import server, wire
from evalcenter.candidates.misbehaving import Order
from evalcenter.errors import CallFailed
from evalcenter.records import Failure, Response
from tests.candidates import matrix
from tests.candidates.matrix import COUNT, Ran, Recorded, Row
from tests.candidates.test_openai_http import certificate

ABOUT = {
    "refused": "nothing listens (connection refused)",
    "no name": "the host's name is not known (DNS)",
    "no TLS": "something else than TLS answers under https",
    "certificate": "the certificate is not trusted",
    "clock ahead": "this machine's clock jumps a day ahead",
    "clock back": "this machine's clock jumps a day back",
}
AFTER = 2
"""So many samples are answered before anything goes wrong."""
Switch = Callable[[bool], None]


class Trip(watching.Nobody):
    """Turns a fault on once some samples are answered, and off again at the first call that fails, if it mends."""

    def __init__(self, switch: Switch, *, mends: bool) -> None:
        self._switch, self._mends, self._answered = switch, mends, 0

    def answered(self, response: Response) -> None:
        self._answered += 1
        if self._answered == AFTER:
            self._switch(True)

    def retried(self, position: int, failure: CallFailed) -> None:
        if self._mends:
            self._switch(False)

    def failed(self, failure: Failure, latency_ms: int) -> None:
        if self._mends:
            self._switch(False)


Place = Callable[..., Any]
"""A context manager that gives a base URL and a switch for a folder and a monkeypatch."""


def row(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> Row:
    """The row of one of `ABOUT`."""
    place = PLACES[name]
    once, _ = interrupted(folder / "once", place, monkeypatch, mends=True)
    always, _ = interrupted(folder / "always", place, monkeypatch, mends=False)
    return Row(once.said(AFTER), always.said(AFTER), _from_the_start(folder / "all", place, monkeypatch).end())


def interrupted(folder: Path, place: Place, monkeypatch: pytest.MonkeyPatch, *, mends: bool) -> tuple[Ran, Ran]:
    """A run in which the fault begins in the middle, and the same run resumed when it is over."""
    with place(folder, monkeypatch) as (base_url, switch, mischief):
        made = matrix.planned(matrix.items(COUNT), base_url)
        ran = matrix.walked(folder, made, matrix.limits(), Trip(switch, mends=mends))
        switch(False)
        again = matrix.walked(folder, made, matrix.limits())
        matrix.check_calls(mischief, made)
        matrix.check_texts(again, mischief)
    matrix.check_resumed(ran, again)
    assert set(range(AFTER)) <= set(ran.held.responses)
    assert not mends or set(ran.held.responses) | {AFTER} == set(range(COUNT))
    return ran, again


def _from_the_start(folder: Path, place: Place, monkeypatch: pytest.MonkeyPatch) -> Ran:
    with place(folder, monkeypatch) as (base_url, switch, _):
        switch(True)
        return matrix.walked(folder, matrix.planned(matrix.items(COUNT), base_url), matrix.limits(concurrency=COUNT))


# -- the places -------------------------------------------------------------------------------------------------------


def _swapped(spoilt: str) -> Place:
    """The server on one port. While the switch is on, it is gone, or one without TLS or with another certificate is there."""

    @contextmanager
    def place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Switch, Recorded]]:
        mischief, secure = Recorded([], "s"), spoilt != "gone"
        contexts = _contexts(folder) if secure else {}
        context: list[ssl.SSLContext | None] = [None]
        site, runners = web.TCPSite, []

        def opened(runner: web.AppRunner, host: str, port: int) -> web.TCPSite:
            runners.append(runner)
            return site(runner, host, port, ssl_context=context[0])

        def part() -> None:
            """Cut all connections, as a TLS server that stops would wait for its clients' farewell."""
            for handler in runners[-1].server.connections:
                runners[-1].server._loop.call_soon_threadsafe(handler.transport.abort)

        with monkeypatch.context() as patched, ExitStack() as held:
            patched.setattr(web, "TCPSite", opened)
            if secure:
                trusting = wire.trusted()
                trusting.load_verify_locations(folder.with_name(f"{folder.name}-tls") / "here" / "server.pem")
                patched.setattr(wire, "trusted", lambda: trusting)

            def serve(name: str, port: int = 0) -> int:
                context[0] = contexts.get(name)
                running = server.running_in_background(matrix.items(COUNT), seed="s", mischief=mischief, port=port)
                base_url = held.enter_context(running)
                held.callback(part)
                return int(base_url.split(":")[2].split("/")[0])

            port = serve("here")

            def switch(on: bool) -> None:
                held.close()
                if not on or spoilt != "gone":
                    serve(spoilt if on else "here", port)

            yield f"{'https' if secure else 'http'}://127.0.0.1:{port}/v1", switch, mischief

    return place


def _contexts(folder: Path) -> dict[str, ssl.SSLContext]:
    """Certificates of this machine and of another name."""
    found = {}
    for name, subject in {"here": "127.0.0.1", "other": "elsewhere.example"}.items():
        kept = folder.with_name(f"{folder.name}-tls") / name
        kept.mkdir(parents=True)
        found[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        found[name].load_cert_chain(certificate(kept, subject))
    return found


@contextmanager
def _nameless(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Switch, Recorded]]:
    """The name is this machine's, unless the switch is on; then the resolver says what it says of a name that there can't be."""
    known, ask = [True], socket.getaddrinfo

    def resolve(host: Any, *args: Any, **named: Any) -> Any:
        return ask("127.0.0.1" if host == "endpoint.invalid" and known[0] else host, *args, **named)

    with monkeypatch.context() as patched, matrix.serving(matrix.items(COUNT)) as (base_url, mischief):
        patched.setattr(socket, "getaddrinfo", resolve)
        patched.setattr(wire, "IDLE_S", -1.0)  # every call opens a connection of its own, and asks for the name
        for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            patched.delenv(variable, raising=False)
        yield base_url.replace("127.0.0.1", "endpoint.invalid"), lambda on: known.__setitem__(0, not on), mischief


def jumping(seconds: float, orders: Sequence[Order] = (), seed: str = "s") -> Place:
    """This machine's clock is so many seconds off while the switch is on."""

    @contextmanager
    def place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Switch, Recorded]]:
        off, real, spelled = [0.0], time.time, time.gmtime
        with monkeypatch.context() as patched:
            patched.setattr(time, "time", lambda: real() + off[0])
            patched.setattr(time, "gmtime", lambda at=None: spelled(real() + off[0] if at is None else at))
            with matrix.serving(matrix.items(COUNT), orders, seed) as (base_url, mischief):
                yield base_url, lambda on: off.__setitem__(0, seconds if on else 0.0), mischief

    return place


PLACES: dict[str, Place] = {
    "refused": _swapped("gone"),
    "no name": _nameless,
    "no TLS": _swapped("plain"),
    "certificate": _swapped("other"),
    "clock ahead": jumping(86400),
    "clock back": jumping(-86400),
}
