"""A local endpoint that answers as fast as Python can, or after given latencies: what the benchmarks put their questions to.

Every question holds its number as ``#`` and seven digits, and every answer is the one that belongs to it. The first request to
arrive waits the first latency, the second the second, whatever they ask: so the shortest possible time is known for everybody.

``GET /counts`` says how many questions came, how long it took from the first to the last answer, how many were under way at once,
and how many were asked again. ``GET /reset`` begins anew.

    python benchmarks/endpoint.py answers.jsonl [--latency lognormal:0.2:1.0] [--port 8001]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import heapq
import json
import random
import resource
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

HEAD: Final = (
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Mon, 02 Mar 2026 08:00:00 GMT\r\n"
    "Content-Length: {}\r\n\r\n"
)
SEED: Final = 7


def completion(number: int, text: str) -> bytes:
    """The bytes of a reply as hosted endpoints give it."""
    body = {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 1770000000,
        "model": "bench",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop", "logprobs": None}
        ],
        "usage": {"prompt_tokens": 40, "completion_tokens": 40, "total_tokens": 80},
    }
    return _framed(body)


def _framed(body: Any) -> bytes:
    raw = json.dumps(body, ensure_ascii=False).encode()
    return HEAD.format(len(raw)).encode() + raw


def latencies(spec: str, count: int) -> list[float]:
    """So many latencies in seconds: ``fixed:SECONDS``, ``lognormal:MEDIAN:SIGMA``, or none at all."""
    kind, *numbers = spec.split(":")
    if kind == "none":
        return []
    if kind == "fixed":
        return [float(numbers[0])] * count
    draws = random.Random(SEED)
    median, sigma = map(float, numbers)
    return [median * draws.lognormvariate(0.0, sigma) for _ in range(count)]


def ideal(waits: list[float], slots: int) -> float:
    """Seconds that `waits`, taken in order, need over so many slots."""
    free = [0.0] * slots
    for wait in waits:
        heapq.heapreplace(free, free[0] + wait)
    return max(free)


class Counts:
    """What came, since the last reset."""

    def __init__(self) -> None:
        self.arrived = self.flying = self.most = 0
        self.first = self.last = 0.0
        self.first_cpu = 0.0
        self.asked: Counter[bytes] = Counter()

    def words(self) -> dict[str, Any]:
        """For ``/counts``."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "requests": self.arrived,
            "span_s": self.last - self.first,
            "first_at": self.first,
            "most_in_flight": self.most,
            "asked_again": sum(count - 1 for count in self.asked.values()),
            "numbers": len(self.asked),
            "cpu_s": used.ru_utime + used.ru_stime,
        }


class Served:
    """What all connections share."""

    def __init__(self, replies: dict[bytes, bytes], waits: list[float]) -> None:
        self.replies, self.waits, self.counts = replies, waits, Counts()


class Connection(asyncio.Protocol):
    """One connection: as many questions as come over it, one after the other."""

    def __init__(self, served: Served) -> None:
        self.served, self.held = served, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        self.held = self.held + data if self.held else data
        while (end := self.held.find(b"\r\n\r\n")) >= 0:
            if self.held.startswith(b"GET"):
                self._told(self.held[: self.held.index(b" HTTP")])
                self.held = self.held[end + 4 :]
                continue
            size = _length(self.held[:end])
            if len(self.held) < end + 4 + size:
                return
            body, self.held = self.held[end + 4 : end + 4 + size], self.held[end + 4 + size :]
            self._asked(body)

    def _told(self, path: bytes) -> None:
        if path.endswith(b"reset"):
            self.served.counts = Counts()
        if path.endswith(b"models"):
            self.transport.write(_framed({"object": "list", "data": [{"id": "bench", "object": "model"}]}))
            return
        self.transport.write(_framed(self.served.counts.words()))

    def _asked(self, body: bytes) -> None:
        served, counts = self.served, self.served.counts
        at = body.rfind(b"#")
        number = body[at + 1 : at + 8]
        reply = served.replies.get(number)
        if reply is None:
            self.transport.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            return
        now = time.monotonic()
        counts.first = counts.first or now
        counts.asked[number] += 1
        wait = served.waits[counts.arrived % len(served.waits)] if served.waits else 0.0
        counts.arrived += 1
        counts.flying += 1
        counts.most = max(counts.most, counts.flying)
        if wait:
            asyncio.get_running_loop().call_later(wait, self._answer, reply)
        else:
            self._answer(reply)

    def _answer(self, reply: bytes) -> None:
        counts = self.served.counts
        counts.flying -= 1
        counts.last = time.monotonic()
        if not self.transport.is_closing():
            self.transport.write(reply)


def _length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    return int(lowered[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


async def serve(answers: Path, waits: list[float], port: int) -> None:
    """Serve on 127.0.0.1, printing the port first; until it is ended."""
    replies = {}
    with answers.open(encoding="utf-8") as lines:
        for line in lines:
            one = json.loads(line)
            replies[f"{one['number']}".encode()] = completion(one["number"], one["reply"])
    gc.freeze()
    served = Served(replies, waits)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(served), "127.0.0.1", port, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("answers", type=Path)
    parser.add_argument("--latency", default="none")
    parser.add_argument("--count", type=int, default=10_000, help="latencies to draw; then they begin again")
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    asyncio.run(serve(given.answers, latencies(given.latency, given.count), given.port))


if __name__ == "__main__":
    main()
