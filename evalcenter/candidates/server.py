"""Serves the reference candidates and the simulated judge over a real socket, as an endpoint that speaks the OpenAI protocol.

Rules this module keeps:

* It listens on this machine only; any other address is refused.
* Every completion says that it is simulated (``simulated: true``, ``system_fingerprint: evalcenter-reference``).
* It never stops because of what a client sends: a malformed request gets a 400 in the protocol's own form.
* Where it misbehaves on purpose (``misbehaving.py``), it does so on that one connection and serves the others as usual.

Each model name is one persona with its own memory, so two runs against one server do not repeat each other's draws.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
import struct
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from evalcenter import plan
from evalcenter.candidates import misbehaving, personas, simulated_judge
from evalcenter.errors import EvalcenterError, InputError, Unreachable
from evalcenter.records import Item, Message, Role

if TYPE_CHECKING:
    from aiohttp import web

HOST: Final = "127.0.0.1"
MAX_BYTES: Final = 32_000_000
GONE_S: Final = 0.02
"""How often a connection on which nothing more will come is looked at, to see whether the client has left."""
_FLAKY: Final[dict[personas.Fault, str]] = {
    "rate_limit": "429-after",
    "server_error": "500",
    "cut": "reset",
    "not_json": "not-json",
}
_ROLES: Final[dict[str, Role]] = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}


class Refused(Exception):
    """A request that gets an error in the protocol's own form."""

    def __init__(self, status: int, message: str, code: str | None, kind: str = "invalid_request_error") -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": kind, "param": None, "code": code}}


class Service:
    """The endpoint's handlers. `render` turns an item into the messages that a candidate is sent; `mischief` spoils replies."""

    def __init__(
        self,
        items: Iterable[Item],
        *,
        key: str | None = None,
        seed: str = "reference",
        render: personas.Render = plan.render,
        mischief: misbehaving.Mischief | None = None,
    ) -> None:
        self._items = tuple(items)
        self._book = personas.Book(self._items, render)
        self._mischief = mischief or misbehaving.Mischief((), seed)
        self._key, self._seed = key, seed
        self._players: dict[str, personas.Player | simulated_judge.Judge] = {}

    def app(self) -> web.Application:
        """The web application."""
        from aiohttp import web

        app = web.Application(client_max_size=MAX_BYTES)
        app.router.add_post("/v1/chat/completions", self._answering(self._complete))
        app.router.add_get("/v1/models", self._answering(self._models))
        app.router.add_route("*", "/{path:.*}", self._answering(self._unknown))
        return app

    def _answering(self, handle: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
        async def answer(request: web.Request) -> web.StreamResponse:
            from aiohttp import web

            try:
                self._check_key(request)
                answered: web.StreamResponse = await handle(request)
            except Refused as problem:
                return web.json_response(problem.body, status=problem.status)
            except web.HTTPRequestEntityTooLarge:
                return web.json_response(Refused(413, "The request is too large.", None).body, status=413)
            return answered

        return answer

    def _check_key(self, request: web.Request) -> None:
        shown = request.headers.get("Authorization", "")
        if self._key is None or hmac.compare_digest(
            shown.encode("utf-8", "surrogateescape"), f"Bearer {self._key}".encode()
        ):
            return
        words = "Incorrect API key provided." if shown else "You didn't provide an API key."
        raise Refused(401, words, "invalid_api_key")

    async def _models(self, _: web.Request) -> web.Response:
        from aiohttp import web

        held = [
            {"id": personas.PREFIX + name, "object": "model", "created": 0, "owned_by": "evalcenter", "simulated": True}
            for name in (*personas.NAMES, simulated_judge.NAME)
        ]
        return web.json_response({"object": "list", "data": held})

    async def _unknown(self, request: web.Request) -> web.Response:
        raise Refused(404, f"Unknown request URL: {request.method} {request.path}.", "unknown_url")

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        from aiohttp import web

        asked = _request(await request.read())
        model, messages = asked["model"], _messages(asked.get("messages"))
        player = self._player(model)
        name = self._mischief.next((model, *personas.key(messages)))
        if name is not None and not misbehaving.FAULTS[name].answers:
            return await _spoilt(request, name, personas.completion(model, misbehaving.CANARY, "", None))
        reply = player.reply(messages)
        if reply.fault is not None:
            canary = personas.completion(model, misbehaving.CANARY, "", None)
            return await _spoilt(request, _FLAKY[reply.fault], canary)
        if reply.delay_ms:
            await asyncio.sleep(reply.delay_ms / 1000)
        text = "".join(message.content for message in messages)
        said = personas.completion(model, reply.text, text, _max_tokens(asked))
        return web.json_response(said) if name is None else await _spoilt(request, name, said)

    def _player(self, model: str) -> personas.Player | simulated_judge.Judge:
        if model not in self._players:
            try:
                self._players[model] = self._made(model)
            except EvalcenterError as problem:
                raise Refused(404, f"The model `{model}` does not exist: {problem.what}", "model_not_found") from None
        return self._players[model]

    def _made(self, model: str) -> personas.Player | simulated_judge.Judge:
        rates = simulated_judge.parse(model)
        if rates is not None:
            return simulated_judge.Judge(self._items, rates, self._seed)
        return personas.Player(self._book, personas.parse(model), self._seed)


async def _spoilt(request: web.Request, name: str, said: misbehaving.Said) -> web.StreamResponse:
    """Do on the connection what the fault `name` does to the reply `said`; what is returned sends nothing more."""
    from aiohttp import web

    act = misbehaving.FAULTS[name].act(said)
    transport = request.transport
    for piece in act.pieces:
        await asyncio.sleep(act.pause_s)
        if transport is None or transport.is_closing():
            break
        transport.write(piece)
    while act.then == "wait" and transport is not None and not transport.is_closing():
        await asyncio.sleep(GONE_S)
    if transport is not None and act.then == "reset":
        _reset(transport)

    class Sent(web.StreamResponse):
        """A response that went out already."""

        keep_alive = act.then == "keep"

        async def prepare(self, request: web.BaseRequest) -> None:
            """Send no head."""

        async def write_eof(self, data: bytes = b"") -> None:
            """Send no body."""

    return Sent()


def _reset(transport: asyncio.Transport) -> None:
    """Close with a TCP reset, so that the client's system reports one."""
    held = transport.get_extra_info("socket")
    if held is not None:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _request(raw: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(raw)
    except (ValueError, RecursionError):
        raise Refused(400, "The request body is not JSON.", None) from None
    if not isinstance(asked, dict) or not isinstance(asked.get("model"), str):
        raise Refused(400, "You must provide a model parameter.", None)
    if asked.get("stream"):
        raise Refused(400, "The reference candidate does not stream.", "unsupported_value")
    return asked


def _messages(value: Any) -> list[Message]:
    if not isinstance(value, list) or not value:
        raise Refused(400, "'messages' must be a list with at least one message.", None)
    return [_message(one) for one in value]


def _message(one: Any) -> Message:
    role = one.get("role") if isinstance(one, dict) else None
    content = one.get("content") if isinstance(one, dict) else None
    if isinstance(content, list):
        content = "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    if not isinstance(role, str) or role not in _ROLES or not isinstance(content, str):
        raise Refused(400, "Each message needs a role and a text as content.", None)
    return Message(role=_ROLES[role], content=content)


def _max_tokens(asked: dict[str, Any]) -> int | None:
    value = asked.get("max_completion_tokens", asked.get("max_tokens"))
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value
    raise Refused(400, "max_tokens must be a whole number of at least 1.", None)


# -- running it -------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def running(service: Service, *, host: str = HOST, port: int = 0) -> AsyncIterator[str]:
    """Serve while the block lasts; yields the base URL. Raises InputError for a foreign address, Unreachable for a taken port."""
    from aiohttp import web

    _check_host(host)
    runner = web.AppRunner(service.app(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as problem:
            raise Unreachable(
                f"the port {port} can't be used: {problem.strerror}",
                where=host,
                todo="choose another port, or 0 for a free one",
            ) from None
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()
        # What was closed gives its socket back in the loop's next turn, and there may be no other.
        await asyncio.sleep(0)


@contextmanager
def running_in_background(
    items: Iterable[Item],
    *,
    key: str | None = None,
    seed: str = "reference",
    port: int = 0,
    mischief: misbehaving.Mischief | None = None,
) -> Iterator[str]:
    """Serve in a thread while the block lasts, for callers that are not async; yields the base URL."""
    thread = _Thread(Service(items, key=key, seed=seed, mischief=mischief), port)
    thread.start()
    try:
        yield thread.base_url()
    finally:
        thread.stop()


class _Thread(threading.Thread):
    """A server in a thread with an event loop of its own."""

    def __init__(self, service: Service, port: int) -> None:
        super().__init__(name="evalcenter-reference", daemon=True)
        self._service, self._port = service, port
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._ready = threading.Event()
        self._url = ""
        self._problem: Exception | None = None

    def run(self) -> None:
        """Serve until `stop`."""
        try:
            self._loop.run_until_complete(self._serve())
        except Exception as problem:  # noqa: BLE001  (it is raised again in the thread that waits for the address)
            self._problem = problem
        finally:
            self._loop.close()
            self._ready.set()

    async def _serve(self) -> None:
        async with running(self._service, port=self._port) as self._url:
            self._ready.set()
            await self._ended.wait()

    def base_url(self) -> str:
        """The address, as soon as it is served. Raises what kept it from being served."""
        self._ready.wait()
        if self._problem is not None:
            raise self._problem
        return self._url

    def stop(self) -> None:
        """End the server and wait for the thread."""
        self._ready.wait()
        if self._problem is None:
            self._loop.call_soon_threadsafe(self._ended.set)
        self.join()


def serve(
    items: Iterable[Item],
    *,
    port: int = 8000,
    key: str | None = None,
    seed: str = "reference",
    faults: Sequence[misbehaving.Order] = (),
    say: Callable[[str], None] | None = None,
) -> None:
    """Serve until the program is interrupted (KeyboardInterrupt is passed on).

    `say` is told the address; without it the address is written to stderr. `faults` are what it does wrong on purpose.
    """
    tell = say or _say
    service = Service(items, key=key, seed=seed, mischief=misbehaving.Mischief(faults, seed))
    doing = f", with the faults {', '.join(map(str, faults))}" if faults else ""

    async def forever() -> None:
        async with running(service, port=port) as base_url:
            tell(f"reference candidates (simulated) on {base_url}{doing}; stop with Ctrl-C")
            await asyncio.Event().wait()

    asyncio.run(forever())


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _check_host(host: str) -> None:
    try:
        here = ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    if not here:
        raise InputError(
            f"the reference candidate listens on this machine only; {host!r} is another address", todo=f"use {HOST}"
        )
