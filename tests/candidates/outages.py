"""Faults that are not the server's doing: nobody listens, no name, no trust, a clock that jumps. Runs of the whole line each."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from evalcenter import run
from evalcenter.candidates import misbehaving, server, wire
from evalcenter.candidates.misbehaving import Act, Fault, Order
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


class Trip(run.Watch):
    """Turns a fault on once some samples are answered, and off again at the first call that fails, if it mends."""

    def __init__(self, switch: Switch, *, mends: bool) -> None:
        self._switch, self._mends, self._answered = switch, mends, 0

    def answered(self, response: Response) -> None:
        self._answered += 1
        if self._answered == AFTER:
            self._switch(True)

    def retried(self, failure: CallFailed) -> None:
        if self._mends:
            self._switch(False)

    def failed(self, failure: Failure) -> None:
        if self._mends:
            self._switch(False)

    def slowed(self, allowed: int, pause_s: float) -> None:
        pass

    def moved(self, requirement: str, decided: Any) -> None:
        pass


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


def _parting(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """Every reply is the last one on its connection, so that each call has to find its way again."""

    def act(said: misbehaving.Said) -> Act:
        whole = misbehaving.http(200, misbehaving._plain(said), {"Connection": "close"})
        return Act(pieces=(whole,), then="close")

    monkeypatch.setattr(misbehaving, "FAULTS", {**misbehaving.FAULTS, "part": Fault(about="", act=act, answers=True)})
    monkeypatch.setattr(matrix, "FAULTS", misbehaving.FAULTS)
    return Recorded([Order(fault="part")], "s")


@contextmanager
def refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Switch, Recorded]]:
    """The server is gone while the switch is on."""
    mischief, asked = Recorded([], "s"), matrix.items(COUNT)
    with ExitStack() as held:
        base_url = held.enter_context(server.running_in_background(asked, seed="s", mischief=mischief))
        port = int(base_url.split(":")[2].split("/")[0])

        def switch(on: bool) -> None:
            held.close()
            if not on:
                held.enter_context(server.running_in_background(asked, seed="s", mischief=mischief, port=port))

        yield base_url, switch, mischief


@contextmanager
def nameless(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Switch, Recorded]]:
    """The name is this machine's, unless the switch is on; then this machine's own resolver says what it says of such a name."""
    known = [True]
    ask = socket.getaddrinfo

    def resolve(host: Any, *args: Any, **named: Any) -> Any:
        mine = host == "endpoint.invalid" and known[0]
        return ask("127.0.0.1" if mine else host, *args, **named)

    with monkeypatch.context() as patched:
        mischief = _parting(patched)
        patched.setattr(socket, "getaddrinfo", resolve)
        for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            patched.delenv(variable, raising=False)
        with server.running_in_background(matrix.items(COUNT), seed="s", mischief=mischief) as base_url:
            yield (
                base_url.replace("127.0.0.1", "endpoint.invalid"),
                lambda on: known.__setitem__(0, not on),
                mischief,
            )


class _Front(threading.Thread):
    """A TLS end before the server. While it is spoilt it speaks as `spoilt` says: not TLS at all, or with another certificate."""

    def __init__(self, port: int, good: ssl.SSLContext, spoilt: ssl.SSLContext | None) -> None:
        super().__init__(daemon=True)
        self._behind, self._good, self._spoilt, self.on = port, good, spoilt, False
        self._loop = asyncio.new_event_loop()
        self._ready, self._over, self.port = threading.Event(), asyncio.Event(), 0

    def run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self.join()

    async def _serve(self) -> None:
        served = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = served.sockets[0].getsockname()[1]
        self._ready.set()
        await self._over.wait()
        served.close()
        await served.wait_closed()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        context = self._spoilt if self.on else self._good
        with suppress(OSError, asyncio.IncompleteReadError):
            if context is None:
                writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                await writer.drain()
                await reader.read(2000)
            else:
                await writer.start_tls(context)
                await self._pass_on(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request and its reply."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        inner, outer = await asyncio.open_connection("127.0.0.1", self._behind)
        outer.write(head + await reader.readexactly(length))
        writer.write(await inner.read())
        await writer.drain()
        outer.close()
        await outer.wait_closed()


def _secured(*, other: bool) -> Place:
    @contextmanager
    def place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Switch, Recorded]]:
        contexts = []
        for name in ("localhost", "elsewhere.example"):
            kept = folder.with_name(f"{folder.name}-{name}")
            kept.mkdir()
            contexts.append(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
            contexts[-1].load_cert_chain(certificate(kept, name))
        trusting = wire.trusted()
        trusting.load_verify_locations(folder.with_name(f"{folder.name}-localhost") / "server.pem")
        with monkeypatch.context() as patched:
            mischief = _parting(patched)
            patched.setattr(wire, "trusted", lambda: trusting)
            with server.running_in_background(matrix.items(COUNT), seed="s", mischief=mischief) as base_url:
                front = _Front(int(base_url.split(":")[2].split("/")[0]), contexts[0], contexts[1] if other else None)
                front.start()
                front._ready.wait()
                try:
                    yield f"https://localhost:{front.port}/v1", lambda on: setattr(front, "on", on), mischief
                finally:
                    front.stop()

    return place


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
    "refused": refused,
    "no name": nameless,
    "no TLS": _secured(other=False),
    "certificate": _secured(other=True),
    "clock ahead": jumping(86400),
    "clock back": jumping(-86400),
}
