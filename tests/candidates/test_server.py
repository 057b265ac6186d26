"""The reference endpoint over a real socket, asked by the real client and by a rude one."""

import asyncio
import json
import socket
from contextlib import asynccontextmanager

import aiohttp
import pytest

from evalcenter.candidates import openai_http, server
from evalcenter.errors import CallFailed, InputError, KeyRefused, UnknownModel, Unreachable
from evalcenter.hooks import Limits
from evalcenter.records import CandidateSpec, Sampling


def spec(base_url, model="reference-exemplary", **more):
    return CandidateSpec(adapter="openai_http", name="n", model=model, base_url=base_url, simulated=True, **more)


@asynccontextmanager
async def client(base_url, model="reference-exemplary", key=None, **more):
    opened = openai_http.plugin.open(
        spec(base_url, model, **more), openai_http.Settings(), key, Limits(timeout_s=5, concurrency=8)
    )
    try:
        yield opened
    finally:
        await opened.close()


def asked(items, question, model="reference-exemplary", *, server_key=None, key=None, **more):
    async def go():
        async with (
            server.running(server.Service(items, key=server_key)) as base_url,
            client(base_url, model, key, **more) as opened,
        ):
            return await opened.ask(question)

    return asyncio.run(go())


def raw(items, method, path, body=None, *, key=None, headers=None):
    """The status, the headers and the JSON of one plain request."""

    async def go():
        async with (
            server.running(server.Service(items, key=key)) as base_url,
            aiohttp.ClientSession() as session,
            session.request(method, base_url.removesuffix("/v1") + path, data=body, headers=headers) as got,
        ):
            return got.status, got.headers.copy(), await got.json()

    return asyncio.run(go())


def test_the_client_gets_a_good_example(items, ask_of):
    """The real client over a real socket gets one of the item's good examples with its usage."""
    answer = asked(items, ask_of("What is the dose?"))
    assert answer.text in {"250 mg", "Give 250 mg."}
    assert (answer.state, answer.model, answer.prompt_tokens) == ("complete", "reference-exemplary", 5)


def test_the_empty_persona_is_silent(items, ask_of):
    """The empty persona's answer arrives as silence."""
    assert asked(items, ask_of("What is the dose?"), "reference-empty").state == "silent"


def test_the_slow_persona_takes_its_time(items, ask_of):
    """The slow persona's delay is seen as latency."""
    assert asked(items, ask_of("What is the dose?"), "reference-slow-0.1").latency_ms >= 95


def test_a_token_limit_truncates(items, ask_of):
    """A limit on tokens cuts the answer and says so."""
    answer = asked(items, ask_of("What is the dose?"), sampling=Sampling(max_tokens=1))
    assert (answer.state, len(answer.text)) == ("truncated", 4)


def test_a_system_prompt_is_no_obstacle(items, ask_of):
    """A candidate file's system prompt does not hide the item."""
    assert asked(items, ask_of("What is the dose?"), system="Be brief.").text in {"250 mg", "Give 250 mg."}


def test_an_unknown_model_is_refused_as_openai_does(items, ask_of):
    """An unknown model name ends the run as one."""
    with pytest.raises(CallFailed) as caught:
        asked(items, ask_of("What is the dose?"), "gpt-x")
    assert isinstance(caught.value.fatal, UnknownModel)


@pytest.mark.parametrize("key", [None, "sk-wrong-key-000"])
def test_a_wrong_key_is_refused_as_openai_does(items, ask_of, key):
    """A missing or wrong key ends the run as one."""
    with pytest.raises(CallFailed) as caught:
        asked(items, ask_of("What is the dose?"), server_key="sk-right-key-000", key=key)
    assert isinstance(caught.value.fatal, KeyRefused)


def test_the_right_key_is_taken(items, ask_of):
    """The right key is answered."""
    assert asked(items, ask_of("What is the dose?"), server_key="sk-right-key-000", key="sk-right-key-000").text


def test_a_key_with_odd_characters_is_refused(items):
    """An Authorization header outside ASCII is a wrong key, not a crash."""
    status, _, body = raw(items, "GET", "/v1/models", key="k", headers={"Authorization": "Bearer ключ"})
    assert (status, body["error"]["code"]) == (401, "invalid_api_key")


def test_every_fault_reaches_the_client_as_itself(make_item, ask_of):
    """A rate limit, a server error, a cut connection and broken JSON each arrive as what they are, and then the answer."""
    bank = [make_item(f"i{n}", f"Q{n}?", ["good"], ["bad"]) for n in range(40)]

    async def go():
        kinds, texts = {}, []
        async with server.running(server.Service(bank)) as base_url, client(base_url, "reference-flaky-1") as opened:
            for n in range(40):
                for _ in range(3):
                    try:
                        texts.append((await opened.ask(ask_of(f"Q{n}?"))).text)
                        break
                    except CallFailed as problem:
                        kinds[problem.kind] = (problem.http_status, problem.retry_after, problem.retryable)
        return kinds, texts

    kinds, texts = asyncio.run(go())
    assert texts == ["good"] * 40
    assert kinds == {
        "rate_limit": (429, 1.0, True),
        "server_error": (500, None, True),
        "connection": (None, None, True),
        "not_json": (200, None, True),
    }


def test_the_models_are_listed(items):
    """The list of models names every persona as simulated."""
    status, _, body = raw(items, "GET", "/v1/models")
    assert status == 200
    assert {"reference-exemplary", "reference-flaky", "reference-judge-0.95"} <= {one["id"] for one in body["data"]}
    assert all(one["simulated"] for one in body["data"])


def test_every_completion_says_that_it_is_simulated(items):
    """A completion carries the marks of simulation."""
    body = json.dumps({"model": "reference-exemplary", "messages": [{"role": "user", "content": "What is the dose?"}]})
    status, _, made = raw(items, "POST", "/v1/chat/completions", body)
    assert (status, made["simulated"], made["system_fingerprint"]) == (200, True, "evalcenter-reference")
    assert made["usage"]["simulated"]


def test_content_in_parts_is_understood(items):
    """A message whose content comes in parts is recognised."""
    parts = [{"type": "text", "text": "What is "}, {"type": "text", "text": "the dose?"}, 7]
    body = json.dumps({"model": "reference-reckless", "messages": [{"role": "user", "content": parts}]})
    assert raw(items, "POST", "/v1/chat/completions", body)[2]["choices"][0]["message"]["content"] in {
        "500 mg",
        "Give 5 g.",
    }


GOOD = {"model": "reference-exemplary", "messages": [{"role": "user", "content": "x"}]}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b"[]",
        b"{}",
        json.dumps({**GOOD, "model": 5}).encode(),
        json.dumps({**GOOD, "messages": []}).encode(),
        json.dumps({**GOOD, "messages": "x"}).encode(),
        json.dumps({**GOOD, "messages": [5]}).encode(),
        json.dumps({**GOOD, "messages": [{"role": "user"}]}).encode(),
        json.dumps({**GOOD, "messages": [{"role": "wizard", "content": "x"}]}).encode(),
        json.dumps({**GOOD, "messages": [{"role": ["user"], "content": "x"}]}).encode(),
        json.dumps({**GOOD, "stream": True}).encode(),
        json.dumps({**GOOD, "max_tokens": 0}).encode(),
        json.dumps({**GOOD, "max_tokens": True}).encode(),
        json.dumps({**GOOD, "max_completion_tokens": "9"}).encode(),
    ],
)
def test_a_malformed_request_gets_a_400(items, body):
    """A malformed request gets an error in the protocol's own form, and the server goes on."""
    status, _, made = raw(items, "POST", "/v1/chat/completions", body)
    assert (status, made["error"]["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("POST", "/chat/completions"), ("GET", "/v1/chat/completions")]
)
def test_another_address_gets_a_404(items, method, path):
    """Another address gets a 404 in the protocol's own form."""
    status, _, body = raw(items, method, path)
    assert (status, body["error"]["code"]) == (404, "unknown_url")


def test_a_request_beyond_the_bound_gets_a_413(items, monkeypatch):
    """A request that is too large gets an error in the protocol's own form."""
    monkeypatch.setattr(server, "MAX_BYTES", 1000)
    status, _, made = raw(items, "POST", "/v1/chat/completions", json.dumps({**GOOD, "pad": "x" * 2000}))
    assert (status, made["error"]["type"]) == (413, "invalid_request_error")


def test_a_key_that_is_no_text_is_refused(items):
    """An Authorization header with bytes that are no UTF-8 is a wrong key, not a crash."""

    async def go():
        async with server.running(server.Service(items, key="k")) as base_url:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(base_url.split(":")[2].split("/")[0]))
            writer.write(
                b"GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\r\nConnection: close\r\n\r\n"
            )
            got = await reader.read()
            writer.close()
            await writer.wait_closed()
            return got

    assert asyncio.run(go()).startswith(b"HTTP/1.1 401")


def test_a_base_url_without_v1_is_the_wrong_address(items, ask_of):
    """A base URL that lacks /v1 is told apart from an unknown model."""

    async def go():
        async with (
            server.running(server.Service(items)) as base_url,
            client(base_url.removesuffix("/v1")) as opened,
        ):
            await opened.ask(ask_of("What is the dose?"))

    with pytest.raises(CallFailed) as caught:
        asyncio.run(go())
    assert isinstance(caught.value.fatal, Unreachable)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])
def test_no_other_address_is_served(items, host):
    """The server listens on this machine only."""

    async def go():
        async with server.running(server.Service(items), host=host):
            pass

    with pytest.raises(InputError, match="this machine only"):
        asyncio.run(go())


def test_a_taken_port_is_said_in_plain_words(items):
    """A port that is taken is named, and nothing is left open."""

    async def go(port):
        async with server.running(server.Service(items), port=port):
            pass

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        with pytest.raises(Unreachable, match=str(port)):
            asyncio.run(go(port))
        with pytest.raises(Unreachable, match=str(port)), server.running_in_background(items, port=port):
            pass


def test_it_serves_in_the_background(items, ask_of):
    """The server in a thread answers a client outside it, and is gone afterwards."""

    async def go(base_url):
        async with client(base_url) as opened:
            return (await opened.ask(ask_of("What is the dose?"))).text

    with server.running_in_background(items, seed="s") as base_url:
        assert asyncio.run(go(base_url)) in {"250 mg", "Give 250 mg."}
    with pytest.raises(CallFailed, match="nothing listens"):
        asyncio.run(go(base_url))


def test_serving_tells_its_address_and_ends_when_interrupted(items):
    """The blocking form tells its address once it listens, and an interruption ends it."""
    told = []

    def say(line):
        told.append(line)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        server.serve(items, port=0, say=say)
    assert "http://127.0.0.1:" in told[0]
    assert "simulated" in told[0]


def test_without_a_listener_the_address_goes_to_stderr(items, capsys, monkeypatch):
    """Without `say` the address is written to stderr."""

    class Ended(Exception):
        pass

    def stop():
        raise Ended

    monkeypatch.setattr(server.asyncio, "Event", stop)
    with pytest.raises(Ended):
        server.serve(items, port=0)
    assert "reference candidates (simulated)" in capsys.readouterr().err
