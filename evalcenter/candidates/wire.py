"""HTTP/1.1 to one address, and nothing more: a pool of kept connections under ``openai_http.py``.

Rules this module keeps:

* One call is one POST and one reply. Nothing is sent again, no redirect is followed, no cookie is kept.
* Replies are parsed by llhttp (``httptools``) as strictly as it can. What is not HTTP, not whole or longer than the bounds is
  an error, never a shorter reply.
* A reply belongs to the call whose request came before it. A connection on which anything else arrives (bytes beyond the
  reply's end, bytes while nobody waits, the end of the stream) is dropped, and so is one whose call failed or was cancelled.
  A kept connection is looked at once more before it is used, because its bytes may wait in the system's buffer.
* No more connections are open than calls may be in flight.
* Certificates and host names are verified, by the system's store (or the one that ``SSL_CERT_FILE`` names).

What it refuses: proxies, HTTP/2, switching protocols, transfer codings other than chunked.
"""

from __future__ import annotations

import asyncio
import errno
import re
import select
import ssl
import zlib
from collections.abc import Mapping
from typing import Any, Final, Protocol, TypeAlias
from urllib.parse import SplitResult, quote

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from evalcenter.candidates import faults
from evalcenter.errors import CallFailed
from evalcenter.hooks import Limits

MAX_HEAD: Final = 100_000
"""The most bytes that a reply's status line, headers and trailers may have together, interim replies included."""
IDLE_S: Final = 4.0
"""How long an unused connection is kept. Servers commonly close theirs after five seconds and more."""
CODINGS: Final = {
    "": 0,
    "identity": 0,
    "gzip": 16 + zlib.MAX_WBITS,
    "x-gzip": 16 + zlib.MAX_WBITS,
    "deflate": zlib.MAX_WBITS,
}
"""The content codings that can be read, with zlib's name for each. None but identity is asked for."""
_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE: Final = re.compile(r"[\x20-\x7e]*")
_PORTS: Final = {"http": 80, "https": 443}
_HANDSHAKE_S: Final = 3600.0
_FRAMED: Final = frozenset({"content-length", "transfer-encoding"})
_Read: TypeAlias = tuple[int, dict[str, str], bytes]


class Transport(Protocol):
    """A way to put a request's body to the endpoint."""

    async def post(self, body: bytes) -> faults.Reply:
        """The reply, unpacked. Raises OSError, faults.TooLong or CallFailed; the caller keeps the time."""
        ...

    def part(self) -> None:
        """Close the connections that no call is using: what comes over them can't be trusted."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


class Wire:
    """The connections to one address. `headers` are sent with each request; Host and Content-Length are made here."""

    def __init__(self, address: SplitResult, headers: Mapping[str, str], limits: Limits) -> None:
        self._host, self._secure = address.hostname or "", address.scheme == "https"
        self._port = address.port or _PORTS[address.scheme]
        self._head = _head(address, headers)
        self._room = asyncio.Semaphore(limits.concurrency)
        self._context: ssl.SSLContext | None = None
        self._idle: list[_Connection] = []
        self._open: set[_Connection] = set()

    def __repr__(self) -> str:
        return f"Wire({self._host!r}, {self._port})"

    async def post(self, body: bytes) -> faults.Reply:
        """See Transport. A connection whose call does not end with a whole reply is closed."""
        async with self._room:
            connection = self._kept() or await self._connect()
            try:
                status, headers, raw = await connection.ask(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
            except BaseException:
                connection.abort()
                raise
            repeated = connection.repeats(body, raw)
            if connection.reusable:
                self._idle.append(connection)
            else:
                connection.abort()
        coding = headers.get("content-encoding")
        return faults.Reply(status, headers, raw if coding is None else unpacked(raw, coding), repeated)

    def part(self) -> None:
        """See Transport."""
        while self._idle:
            self._idle.pop().abort()

    async def close(self) -> None:
        """Close all connections, also those whose calls still wait."""
        ended = [connection.ended for connection in self._open]
        for connection in self._open:
            connection.abort()
        if ended:
            await asyncio.wait(ended, timeout=1.0)
        self._idle.clear()

    def _kept(self) -> _Connection | None:
        """The connection that was used last and is still as it was left; the others found on the way are dropped."""
        while self._idle:
            connection = self._idle.pop()
            if connection.untouched():
                return connection
            connection.abort()
        return None

    async def _connect(self) -> _Connection:
        if self._secure and self._context is None:
            self._context = trusted()
        given: dict[str, Any] = {}
        if not re.fullmatch(r"[0-9.]+|.*:.*", self._host):  # an IP address has no others to race with
            given["happy_eyeballs_delay"] = 0.25
        if self._secure:  # the caller keeps the time, of the handshake too
            given |= {"server_hostname": self._host, "ssl_handshake_timeout": _HANDSHAKE_S}
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: _Connection(self._open),
                self._host,
                self._port,
                ssl=self._context,
                **given,
            )
        except OSError as problem:
            # Where a name has several addresses, asyncio puts their errors into one text.
            if set(re.findall(r"\[Errno ([0-9]+)\]", str(problem))) == {str(errno.ECONNREFUSED)}:
                raise ConnectionRefusedError(errno.ECONNREFUSED, "refused") from None
            raise
        return connection


def trusted() -> ssl.SSLContext:
    """A context that verifies certificates and host names."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def can_reach(address: SplitResult) -> bool:
    """Whether the host is one that this module can name: plain ASCII or an IP address without a zone."""
    return re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:.]+", address.hostname or "", re.ASCII) is not None


def unpacked(raw: bytes, coding: str) -> bytes:
    """`raw` without its content coding. Raises CallFailed, faults.Broken or faults.TooLong."""
    check_coding(coding)
    bits = CODINGS[coding.strip().lower()]
    if not bits or not raw:
        return raw
    if bits == zlib.MAX_WBITS and raw[0] & 15 != 8:
        bits = -bits  # some servers leave out zlib's own header
    try:
        unpacking = zlib.decompressobj(bits)
        body = unpacking.decompress(raw, faults.MAX_BYTES + 1)
    except zlib.error:
        raise faults.Broken("the packed reply can't be unpacked") from None
    if len(body) > faults.MAX_BYTES:
        raise faults.TooLong
    if not unpacking.eof:
        raise faults.Broken("the packed reply is not whole")
    return body


def check_coding(coding: str) -> None:
    """Raises CallFailed for a content coding that can't be read."""
    if coding.strip().lower() not in CODINGS:
        raise CallFailed("not_unpacked", f"the reply is packed as {coding[:40]!r}, which nobody asked for")


def _head(address: SplitResult, headers: Mapping[str, str]) -> bytes:
    """The request's head up to the number of its bytes. Raises ValueError, without the value, for what could end a line."""
    path = quote(f"{address.path}/chat/completions", safe="/%:@!$&'()*+,;=~-._")
    host = f"[{address.hostname}]" if ":" in (address.hostname or "") else str(address.hostname)
    port = "" if address.port in {None, _PORTS[address.scheme]} else f":{address.port}"
    sent = dict(headers)
    if not any(name.lower() == "host" for name in headers):
        sent = {"Host": host + port, **headers}
    for name, value in sent.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError(f"the header {name!r} can't be sent")
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items()), "Content-Length: "]
    return "\r\n".join(lines).encode("ascii")


# -- one connection ---------------------------------------------------------------------------------------------------


class _Connection(asyncio.Protocol):
    """One connection and the reply that is being read from it. It adds itself to `kin` and leaves when it is lost."""

    __slots__ = (
        *("_again", "_before", "_body", "_fault", "_head", "_headed", "_headers", "_keep", "_kin", "_parser", "_quiet"),
        *("_received", "_since", "_status", "_transport", "_waiter", "_whole", "ended", "reusable"),
    )

    def __init__(self, kin: set[_Connection]) -> None:
        self._kin = kin
        self._parser = HttpResponseParser(self)
        self._transport: Any = None
        self._waiter: asyncio.Future[_Read] | None = None
        self._since = 0.0
        self._before = (0, 0)
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.reusable = False

    def ask(self, request: bytes) -> asyncio.Future[_Read]:
        """Send `request`; the future is the reply's status, headers (names in lower case) and body."""
        self._status = self._received = self._head = self._quiet = 0
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._headed = self._whole = self._keep = self._again = self.reusable = False
        self._fault: Exception | None = None
        self._waiter = self.ended.get_loop().create_future()
        self._transport.write(request)
        return self._waiter

    def repeats(self, asked: bytes, said: bytes) -> bool:
        """Whether the reply is that of the call before on this connection, which asked something else."""
        before, self._before = self._before, (hash(asked), hash(said))
        return before[0] != self._before[0] and before[1] == self._before[1]

    def abort(self) -> None:
        """Close at once."""
        self.reusable = False
        self._transport.abort()

    def untouched(self) -> bool:
        """Whether the connection, unused since its last reply, is open, fresh and has nothing to read, not even its end."""
        if not self.reusable or self.ended.get_loop().time() - self._since > IDLE_S:
            return False
        return not _readable(self._transport.get_extra_info("socket").fileno())

    # -- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = transport
        self._kin.add(self)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        waiter = self._waiter
        if waiter is None or waiter.done():
            self.abort()
            return
        self._received += len(data)
        self._quiet += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as problem:
            if self._whole:
                self._again = True
            elif self._fault is None:
                self._fault = faults.Broken(f"the reply is not HTTP/1.1 ({problem})")
        fault = self._fault or (None if self._whole else self._excess())
        if fault is not None:
            waiter.set_exception(fault)
            self.abort()
        elif self._whole:
            self._deliver(waiter)

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._kin.discard(self)
        self.reusable = False
        if not self.ended.done():
            self.ended.set_result(None)
        waiter = self._waiter
        if waiter is None or waiter.done():
            return
        ends_here = self._headed and not _FRAMED & self._headers.keys()  # as in HTTP/1.0
        if exc is None and ends_here:
            self._deliver(waiter)
        else:
            waiter.set_exception(exc or self._cut())

    def _deliver(self, waiter: asyncio.Future[_Read]) -> None:
        transport = self._transport
        kept = self._whole and self._keep and not self._again
        self.reusable = kept and not transport.is_closing() and not transport.get_write_buffer_size()
        self._since = self.ended.get_loop().time()
        waiter.set_result((self._status, self._headers, bytes(self._body)))

    def _excess(self) -> Exception | None:
        if self._quiet > MAX_HEAD:  # a head, a trailer or a chunk's extension that does not end
            return faults.Broken(f"the reply's headers are longer than {MAX_HEAD} bytes")
        return faults.TooLong() if self._received > faults.MAX_BYTES + MAX_HEAD else None

    def _cut(self) -> Exception:
        if not self._received:
            return faults.Broken("it was closed before a reply came")
        return faults.Broken(f"it was closed in the middle of a reply, after {self._received} bytes")

    # -- what the parser calls; after the reply's end its words count for nothing

    def on_message_begin(self) -> None:
        """A reply begins, or a second one."""
        self._again = self._whole

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, or one trailer."""
        if self._whole:
            return
        self._head += len(name) + len(value)
        if self._head > MAX_HEAD:
            self._fault = faults.Broken(f"the reply's headers are longer than {MAX_HEAD} bytes")
        elif not self._headed:  # nothing here reads a trailer
            key, text = name.decode("latin-1").lower(), _text(value)
            self._headers[key] = f"{self._headers[key]}, {text}" if key in self._headers else text

    def on_headers_complete(self) -> None:
        """The head is whole."""
        if self._whole:
            return
        self._headed, self._quiet, self._status = True, 0, self._parser.get_status_code()
        if self._headers.get("transfer-encoding", "chunked").lower() != "chunked":
            self._fault = faults.Broken("the reply has a transfer coding that nobody asked for")
        elif int(self._headers.get("content-length", 0)) > faults.MAX_BYTES:
            self._fault = faults.TooLong()

    def on_body(self, data: bytes) -> None:
        """A piece of the body."""
        if not self._whole:
            self._quiet = 0
            self._body += data

    def on_message_complete(self) -> None:
        """The reply is whole, or was an interim one."""
        if self._whole:
            return
        if self._status < 200:
            self._headers, self._headed = {}, False
        else:
            self._whole, self._keep = True, self._parser.should_keep_alive()


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _readable(descriptor: int) -> bool:
    """Whether the system holds bytes, or the end of the stream, for a socket."""
    if not hasattr(select, "poll"):
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
