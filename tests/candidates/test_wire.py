"""The connections under the client, where only they can be looked at."""

import asyncio
import contextlib
import gc
import json
import warnings
from urllib.parse import urlsplit

import pytest

from evalcenter.candidates import misbehaving, openai_http, personas, wire
from evalcenter.errors import CallFailed
from evalcenter.hooks import Limits
from evalcenter.records import CandidateSpec


@pytest.mark.parametrize("steps", range(12))
def test_a_call_that_is_cancelled_leaves_no_socket(steps):
    """Wherever a call is cancelled, while it connects or later, its socket is closed and not left to the collector."""

    async def go():
        accepted = []
        server = await asyncio.start_server(lambda _, writer: accepted.append(writer), "127.0.0.1", 0)
        base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        held = wire.Wire(urlsplit(base_url), {}, Limits())
        call = asyncio.create_task(held.post(b"{}"))
        for _ in range(steps):
            await asyncio.sleep(0)
        call.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await call
        await held.close()
        await asyncio.sleep(0.01)
        for writer in accepted:
            writer.transport.abort()
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.01)

    gc.collect()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        asyncio.run(go())
        gc.collect()
    assert [str(one.message) for one in seen] == []


# -- a copy that comes late -------------------------------------------------------------------------------------------


def brought(ask_of, asked, *, late=(), reply):
    """What one call for each text in `asked` brings where the replies to `late` come again, before the next one on the wire.

    `reply` makes the body from the text and the number of the call.
    """
    found, calls = [], iter(range(1000))

    async def meet(reader, writer):
        before = b""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                said = json.loads(await reader.readexactly(length))["messages"][0]["content"]
                writer.write(before)
                await asyncio.sleep(0.01)
                whole = misbehaving.http(200, json.dumps(reply(said, next(calls))).encode())
                writer.write(whole)
                before = whole if said in late else b""
        writer.close()

    async def go():
        server = await asyncio.start_server(meet, "127.0.0.1", 0)
        base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        spec = CandidateSpec(adapter="openai_http", name="n", model="m", base_url=base_url)
        opened = openai_http.plugin.open(spec, openai_http.Settings(), None, Limits())
        for text in asked:
            try:
                found.append((await opened.ask(ask_of(text))).text)
            except CallFailed as problem:
                found.append(problem.kind)
        await opened.close()
        await asyncio.sleep(0.02)
        server.close()
        await server.wait_closed()

    asyncio.run(go())
    return found


def numbered(text, number):
    completion = {**personas.completion("m", f"re {text}", text, None), "id": f"chatcmpl-{number}"}
    del completion["simulated"]
    return completion


def test_a_late_copy_is_not_taken_for_the_next_answer(ask_of):
    """A reply that is sent again while the next question waits is a failed call, and no later answer is one question off."""
    found = brought(ask_of, ["a", "b", "c", "d", "e"], late={"b"}, reply=numbered)
    assert found == ["re a", "re b", "repeated", "re d", "re e"]


def test_equal_answers_under_one_id_are_answers(ask_of):
    """Where all replies have the same id, one that equals the reply before it is an answer."""

    def same(text, number):
        return numbered("", 0)

    assert brought(ask_of, ["a", "b", "c"], reply=same) == ["re "] * 3


def test_the_same_reply_to_the_same_question_is_an_answer(ask_of):
    """An endpoint that keeps its replies may give one again to the question that it belongs to."""

    def kept(text, number):
        return numbered(text, ord(text))

    assert brought(ask_of, ["a", "b", "b", "b"], reply=kept) == ["re a", "re b", "re b", "re b"]
