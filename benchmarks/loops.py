"""Plain loops that put the benchmark's questions to the endpoint and look for the right words: what the runner is compared with.

    python benchmarks/loops.py aiohttp URL questions.jsonl --concurrency 64

Each reads the questions, keeps so many calls in flight, looks for the gold words in the answer, and prints how many were right.
Nothing is graded beyond that, retried, or written down.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

Put = Callable[[str], Awaitable[str]]


async def pull(asked: list[tuple[str, str]], put: Put, concurrency: int) -> int:
    """How many answers hold their gold words."""
    left, right = iter(asked), 0

    async def work() -> None:
        nonlocal right
        for prompt, gold in left:
            said = await put(prompt)
            right += gold in said

    await asyncio.gather(*(work() for _ in range(concurrency)))
    return right


def _body(prompt: str) -> dict[str, Any]:
    return {"model": "bench", "messages": [{"role": "user", "content": prompt}]}


async def aiohttp_(url: str, asked: list[tuple[str, str]], concurrency: int) -> int:
    """A bare aiohttp session."""
    import aiohttp

    headers = {"Authorization": "Bearer none"}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=concurrency), headers=headers) as session:

        async def put(prompt: str) -> str:
            async with session.post(f"{url}/chat/completions", json=_body(prompt)) as reply:
                return str((await reply.json())["choices"][0]["message"]["content"])

        return await pull(asked, put, concurrency)


async def openai_(url: str, asked: list[tuple[str, str]], concurrency: int) -> int:
    """The `openai` package as its documentation shows it."""
    import openai

    async with openai.AsyncOpenAI(api_key="none", base_url=url) as client:

        async def put(prompt: str) -> str:
            reply = await client.chat.completions.create(model="bench", messages=[{"role": "user", "content": prompt}])
            return reply.choices[0].message.content or ""

        return await pull(asked, put, concurrency)


async def openai_post(url: str, asked: list[tuple[str, str]], concurrency: int) -> int:
    """The `openai` package's low-level `post` over aiohttp, its raw reply decoded once."""
    import openai

    http = openai.DefaultAioHttpClient()
    async with openai.AsyncOpenAI(api_key="none", base_url=url, http_client=http) as client:
        options: Any = {"headers": {"X-Stainless-Raw-Response": "true"}}

        async def put(prompt: str) -> str:
            raw: Any = await client.post("/chat/completions", body=_body(prompt), cast_to=object, options=options)
            return str(json.loads(raw.http_response.content)["choices"][0]["message"]["content"])

        return await pull(asked, put, concurrency)


LOOPS = {"aiohttp": aiohttp_, "openai": openai_, "openai-post": openai_post}


def main() -> None:
    """Read the questions and ask them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("loop", choices=LOOPS)
    parser.add_argument("url")
    parser.add_argument("questions", type=Path)
    parser.add_argument("--concurrency", type=int, default=64)
    given = parser.parse_args()
    with given.questions.open(encoding="utf-8") as lines:
        asked = [(one["prompt"], one["gold"]) for one in map(json.loads, lines)]
    print(json.dumps({"right": asyncio.run(LOOPS[given.loop](given.url, asked, given.concurrency))}))


if __name__ == "__main__":
    main()
