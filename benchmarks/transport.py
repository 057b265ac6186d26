"""What one call costs the client: CPU of this process a call, against an endpoint in a process of its own.

Every contender puts the same question and reads the text of the same answer. `ask` is the shipped adapter with all that it does to
a reply (scrubbing, reading it into an Answer); the others do no more than find the text. Contenders take turns, round after round,
and the ratio is the median over the rounds of a contender's cost to that of the bare aiohttp loop in the same round: the ratio can
be trusted, the milliseconds depend on the machine.

The second table is a new process's CPU from its start until the first request has reached the endpoint.

    python benchmarks/transport.py
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import urlsplit

from evalcenter.candidates import openai_http, sdk, wire
from evalcenter.hooks import Limits
from evalcenter.records import CandidateSpec, Message, Question

KEY = "sk-benchmark-0123456789"
PROMPT = "A child weighs 18 kg. What is the dose of amoxicillin at 25 mg/kg, in mg?"
QUESTION = Question(position=0, epoch=0, item="one", messages=(Message(role="user", content=PROMPT),))
Call = Callable[[], Awaitable[str]]


def completion(length: int) -> bytes:
    """A reply as hosted endpoints give it, with a text of `length` characters."""
    text = ("The dose is 450 mg. " * (length // 20 + 1))[:length]
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1770000000,
        "model": "m-1",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 40, "completion_tokens": 10, "total_tokens": 50},
    }
    raw = json.dumps(body).encode()
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Mon, 02 Mar 2026 08:00:00 GMT\r\nServer: benchmark\r\n"
    return f"{head}x-request-id: req-1\r\nContent-Length: {len(raw)}\r\n\r\n".encode() + raw


class Server(asyncio.Protocol):
    """Answers every request at once with the same bytes."""

    def __init__(self, reply: bytes) -> None:
        self.reply, self.held = reply, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        self.held += data
        while (end := self.held.find(b"\r\n\r\n")) >= 0:
            head = self.held[:end].lower()
            length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            if len(self.held) < end + 4 + length:
                return
            self.held = self.held[end + 4 + length :]
            self.transport.write(self.reply)


def serve(told: Connection, length: int) -> None:
    async def forever() -> None:
        reply = completion(length)
        server = await asyncio.get_running_loop().create_server(lambda: Server(reply), "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(forever())


# -- contenders -------------------------------------------------------------------------------------------------------


def endpoint(base_url: str, concurrency: int, way: str) -> Any:
    spec = CandidateSpec(adapter="openai_http", name="n", model="m-1", base_url=base_url)
    opened = openai_http.plugin.open(spec, openai_http.Settings(), KEY, Limits(concurrency=concurrency))
    if way == "sdk":
        opened._transport = sdk.Packaged(
            urlsplit(base_url), openai_http._sent({}), KEY, Limits(concurrency=concurrency), environment=False
        )
    return opened


@asynccontextmanager
async def asking(base_url: str, concurrency: int, way: str) -> Any:
    opened = endpoint(base_url, concurrency, way)

    async def call() -> str:
        return (await opened.ask(QUESTION)).text

    try:
        yield call
    finally:
        await opened.close()


def ask_wire(base_url: str, concurrency: int) -> Any:
    return asking(base_url, concurrency, "wire")


def ask_sdk(base_url: str, concurrency: int) -> Any:
    return asking(base_url, concurrency, "sdk")


@asynccontextmanager
async def wire_alone(base_url: str, concurrency: int) -> Any:
    opened = wire.Wire(urlsplit(base_url), {"Authorization": f"Bearer {KEY}"}, Limits(concurrency=concurrency))

    async def call() -> str:
        body = json.dumps({"model": "m-1", "messages": [{"role": "user", "content": PROMPT}]}).encode()
        return str(json.loads((await opened.post(body)).body)["choices"][0]["message"]["content"])

    try:
        yield call
    finally:
        await opened.close()


@asynccontextmanager
async def bare_aiohttp(base_url: str, concurrency: int) -> Any:
    import aiohttp

    url, headers = f"{base_url}/chat/completions", {"Authorization": f"Bearer {KEY}"}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=concurrency)) as session:

        async def call() -> str:
            body = {"model": "m-1", "messages": [{"role": "user", "content": PROMPT}]}
            async with session.post(url, json=body, headers=headers) as reply:
                return str((await reply.json())["choices"][0]["message"]["content"])

        yield call


@asynccontextmanager
async def sdk_create(base_url: str, _: int) -> Any:
    import openai

    async with openai.AsyncOpenAI(api_key=KEY, base_url=base_url, max_retries=0) as client:

        async def call() -> str:
            messages: Any = [{"role": "user", "content": PROMPT}]
            reply = await client.chat.completions.create(model="m-1", messages=messages)
            return str(reply.choices[0].message.content)

        yield call


@asynccontextmanager
async def sdk_post(base_url: str, _: int) -> Any:
    import openai

    http = openai.DefaultAioHttpClient()
    async with openai.AsyncOpenAI(api_key=KEY, base_url=base_url, max_retries=0, http_client=http) as client:

        async def call() -> str:
            body = {"model": "m-1", "messages": [{"role": "user", "content": PROMPT}]}
            raw: Any = await client.post(
                "/chat/completions",
                body=body,
                cast_to=object,
                options={"headers": {"X-Stainless-Raw-Response": "true"}},
            )
            return str(json.loads(raw.http_response.content)["choices"][0]["message"]["content"])

        yield call


CONTENDERS: dict[str, Callable[[str, int], Any]] = {
    "openai, `create`": sdk_create,
    "openai over aiohttp, `post`": sdk_post,
    "`ask` through a proxy's client (`sdk.py`)": ask_sdk,
    "bare aiohttp": bare_aiohttp,
    "`ask` (`wire.py`)": ask_wire,
    "`wire.py` alone": wire_alone,
}


# -- measuring --------------------------------------------------------------------------------------------------------


async def spend(call: Call, calls: int, concurrency: int, length: int) -> float:
    """CPU milliseconds a call of this process."""
    left = iter(range(calls))

    async def work() -> None:
        for _ in left:
            if len(await call()) != length:
                raise SystemExit("a wrong answer was read")

    begin = time.process_time()
    await asyncio.gather(*(work() for _ in range(concurrency)))
    return (time.process_time() - begin) * 1000 / calls


async def measure(base_url: str, asked: argparse.Namespace, length: int, calls: int) -> dict[str, list[float]]:
    spent: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    for _ in range(asked.rounds):
        for name, opening in CONTENDERS.items():
            async with opening(base_url, asked.concurrency) as call:
                await spend(call, 2 * asked.concurrency, asked.concurrency, length)  # connections, imports, caches
                spent[name].append(await spend(call, calls, asked.concurrency, length))
    return spent


def median(values: Iterable[float]) -> float:
    """The middle value (the upper one of two). The library's own is hidden by this folder's statistics.py."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def table(spent: dict[str, list[float]]) -> None:
    base = spent["bare aiohttp"]
    print("| | CPU ms/call, median | x bare aiohttp, median | lowest to highest |\n| --- | ---: | ---: | ---: |")
    for name, each in spent.items():
        ratios = [one / other for one, other in zip(each, base, strict=True)]
        span = f"{min(ratios):.2f}-{max(ratios):.2f}"
        print(f"| {name} | {median(each):.3f} | {median(ratios):.2f} | {span} |")


FIRST = """
import asyncio
from evalcenter.candidates import openai_http
from evalcenter.hooks import Limits
from evalcenter.records import CandidateSpec, Message, Question
question = Question(position=0, epoch=0, item="one", messages=(Message(role="user", content="Q"),))
spec = CandidateSpec(adapter="openai_http", name="n", model="m-1", base_url={base_url!r})
async def go():
    opened = openai_http.plugin.open(spec, openai_http.Settings(), "sk-benchmark", Limits())
    await opened.ask(question)
    await opened.close()
asyncio.run(go())
"""


def started(code: str) -> float:
    """CPU seconds of a process that runs `code`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def starts(base_url: str, rounds: int) -> None:
    cases = {"an empty program": "", "`import openai`": "import openai", "one `ask`": FIRST.format(base_url=base_url)}
    print("| | CPU s, median |\n| --- | ---: |")
    for name, code in cases.items():
        print(f"| {name} | {median(started(code) for _ in range(rounds)):.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description="CPU a call of ways to put a question to an endpoint.")
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--concurrency", type=int, default=16)
    asked = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    for length, calls in ((200, asked.calls), (1_000_000, max(20, asked.calls // 50))):
        server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, length), daemon=True)
        server.start()
        base_url = f"http://127.0.0.1:{ours.recv()}/v1"
        print(
            f"\nAnswers of {length} characters, {asked.concurrency} in flight, {asked.rounds} rounds of {calls} calls\n"
        )
        table(asyncio.run(measure(base_url, asked, length, calls)))
        if length == 200:
            print()
            starts(base_url, asked.rounds)
        server.terminate()


if __name__ == "__main__":
    main()
