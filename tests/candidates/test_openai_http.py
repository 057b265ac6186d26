"""The client against real sockets, on both ways: what it sends, and what it makes of every way to fail."""

import asyncio
import gzip
import json
import socket
import ssl
import time
import zlib
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from evalcenter import __version__, boundary
from evalcenter.candidates import faults, openai_http, sdk, wire
from evalcenter.errors import CallFailed, InputError, KeyRefused, UnknownModel, Unreachable
from evalcenter.hooks import Adapter, Limits
from evalcenter.records import CandidateSpec, Sampling

KEY = "sk-test-0123456789abcdef"
WAYS = {"wire": wire.Wire, "sdk": sdk.Packaged}


@pytest.fixture(autouse=True, params=WAYS)
def way(request, monkeypatch):
    """Every test of this file holds on both ways, but those of kept connections, which only the wire keeps."""
    monkeypatch.setattr(openai_http, "_direct", lambda address: request.param == "wire")
    return request.param


def completion(content="250 mg", reason="stop", **more):
    return {
        "model": "m-1",
        "choices": [{"message": {"role": "assistant", "content": content, **more}, "finish_reason": reason}],
    }


def candidate(base_url, *, key=KEY, timeout=5.0, concurrency=4, settings=None, **spec):
    held = CandidateSpec(**{"adapter": "openai_http", "name": "n", "model": "m-1", "base_url": base_url, **spec})
    read = boundary.convert(openai_http.Settings, settings or {})
    return openai_http.plugin.open(held, read, key, Limits(timeout_s=timeout, concurrency=concurrency))


@asynccontextmanager
async def replying(handle):
    """Serve `handle` on a free port of this machine; yields the base URL."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def socket_server(handle):
    """Serve raw connections with `handle`; yields the base URL."""
    writers = []

    async def kept(reader, writer):
        writers.append(writer)
        await handle(reader, writer)

    server = await asyncio.start_server(kept, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        for writer in writers:
            writer.transport.abort()
        server.close()
        await server.wait_closed()


def fixed(body, status=200, headers=None, content_type="application/json"):
    async def handle(request):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return web.Response(body=raw, status=status, headers=headers, content_type=content_type)

    return handle


async def one_call(base_url, question, **how):
    open_ = candidate(base_url, **how)
    try:
        return await open_.ask(question)
    finally:
        await open_.close()


def answer_to(handle, question, **how):
    async def go():
        async with replying(handle) as base_url:
            return await one_call(base_url, question, **how)

    return asyncio.run(go())


def failure_of(handle, question, **how):
    with pytest.raises(CallFailed) as caught:
        answer_to(handle, question, **how)
    return caught.value


@pytest.fixture
def question(ask_of):
    return ask_of("What is the dose?")


def test_each_way_is_gone(way):
    """The tests of this file go the way that they say."""

    async def go():
        open_ = candidate("http://127.0.0.1:1/v1")
        await open_.close()
        return type(open_._transport)

    assert asyncio.run(go()) is WAYS[way]


def test_the_plugin_is_an_adapter():
    """The plugin satisfies the adapter's interface."""
    assert isinstance(openai_http.plugin, Adapter)


# -- what is sent -----------------------------------------------------------------------------------------------------


def sent_by(question, monkeypatch=None, **how):
    seen = {}

    async def handle(request):
        seen.update(
            path=request.path, headers={k.lower(): v for k, v in request.headers.items()}, body=await request.json()
        )
        return web.json_response(completion())

    answer_to(handle, question, **how)
    return seen


def test_only_what_is_set_is_sent(question):
    """A request without sampling settings holds the model and the messages only."""
    seen = sent_by(question)
    assert seen["path"] == "/v1/chat/completions"
    assert seen["body"] == {"model": "m-1", "messages": [{"role": "user", "content": "What is the dose?"}]}
    assert seen["headers"]["authorization"] == f"Bearer {KEY}"


def test_sampling_is_sent_as_numbers(question):
    """Sampling decimals become numbers on the wire."""
    sampling = Sampling(temperature="0.2", top_p="0.9", max_tokens=64, seed=7, stop=("END",))
    sampling = boundary.convert(Sampling, sampling)
    body = sent_by(question, sampling=sampling)["body"]
    assert (body["temperature"], body["top_p"], body["max_tokens"], body["seed"], body["stop"]) == (
        0.2,
        0.9,
        64,
        7,
        ["END"],
    )


def test_the_token_field_can_be_chosen(question):
    """Endpoints that want max_completion_tokens get it instead of max_tokens."""
    body = sent_by(question, sampling=Sampling(max_tokens=9), settings={"max_tokens_field": "max_completion_tokens"})[
        "body"
    ]
    assert body["max_completion_tokens"] == 9
    assert "max_tokens" not in body


def test_the_extra_body_is_merged_and_its_decimals_are_numbers(question):
    """The extra body is merged into the request; decimal text, as YAML gives it, is sent as a number, other text is not."""
    extra = {
        "repetition_penalty": "1.05",
        "top_k": 20,
        "nested": {"enable_thinking": False, "p": ["0.5"]},
        "id": "1.0.2",
    }
    body = sent_by(question, settings={"extra_body": extra})["body"]
    assert (body["repetition_penalty"], body["top_k"], body["id"]) == (1.05, 20, "1.0.2")
    assert body["nested"] == {"enable_thinking": False, "p": [0.5]}


def test_the_system_prompt_comes_first(question):
    """The candidate's system prompt is put before a question that has none."""
    roles = [m["role"] for m in sent_by(question, system="Be brief.")["body"]["messages"]]
    assert roles == ["system", "user"]


def test_a_questions_own_system_prompt_stays_alone(ask_of):
    """A question with a system prompt of its own keeps it, and the candidate's is not added."""
    said = sent_by(ask_of(("system", "Own."), "Q"), system="Be brief.")["body"]["messages"]
    assert [m["content"] for m in said] == ["Own.", "Q"]


def test_headers_are_sent(question):
    """Headers from the settings are sent with the request."""
    assert sent_by(question, settings={"headers": {"X-Tenant": "clinic-7"}})["headers"]["x-tenant"] == "clinic-7"


@pytest.mark.parametrize("name", ["User-Agent", "user-agent"])
def test_a_header_takes_the_place_of_ours(question, name):
    """A header from the settings replaces the one that would be sent, however it is spelled."""
    assert sent_by(question, settings={"headers": {name: "clinic/1"}})["headers"]["user-agent"] == "clinic/1"


def test_both_ways_send_the_same_headers(question):
    """Beside the package's own marks, a request has the same headers on both ways, and asks for nothing packed."""
    headers = sent_by(question)["headers"]
    named = {name: value for name, value in headers.items() if not name.startswith("x-stainless-")}
    assert named.pop("host").startswith("127.0.0.1:")
    assert int(named.pop("content-length")) > 0
    assert named.pop("connection", "keep-alive") == "keep-alive"
    assert named == {
        "accept": "application/json",
        "accept-encoding": "identity",
        "authorization": f"Bearer {KEY}",
        "content-type": "application/json",
        "user-agent": f"evalcenter/{__version__}",
    }


def test_text_is_sent_as_it_is(ask_of):
    """Quotation marks, line ends, Chinese and emoji arrive as they were asked."""
    text = 'a "b" \\ \n\t\x01 药 \U0001f48a \u2028'
    assert sent_by(ask_of(text))["body"]["messages"][0]["content"] == text


def test_without_a_key_a_placeholder_is_sent(question):
    """A keyless local server gets the placeholder."""
    assert sent_by(question, key=None)["headers"]["authorization"] == "Bearer none"


def test_nothing_from_the_environment_is_sent(question, monkeypatch):
    """The environment of the openai package adds no organisation, project, key, address or header."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-environment")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-environment")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-From: environment\nAuthorization: Bearer environment")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    seen = sent_by(question)
    assert "environment" not in json.dumps(seen)
    assert not [name for name in seen["headers"] if name.startswith("openai-")]


def test_a_base_url_with_the_whole_path_is_understood(question):
    """A base URL that was copied with /chat/completions is used without it."""

    async def go():
        async with replying(fixed(completion())) as base_url:
            return await one_call(base_url + "/chat/completions/", question)

    assert asyncio.run(go()).text == "250 mg"


# -- what is refused before the first call ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Authorization", "api-key", "X-API-Key", "x-goog-api-key", "Cookie", "X-Auth-Token"])
def test_a_header_that_looks_like_a_credential_is_refused(name):
    """A key in the settings would be written into the plan, so it is refused with the way to do it right."""
    with pytest.raises(InputError, match="credential") as caught:
        candidate("http://127.0.0.1:1/v1", settings={"headers": {name: "v"}})
    assert "key_env" in caught.value.todo


@pytest.mark.parametrize("value", ["Bearer abc", "basic dXNlcjpwYXNz", "sk-0123456789abcdef0123"])
def test_a_header_value_that_looks_like_a_credential_is_refused(value):
    """A key under an innocent header name is refused, and not shown."""
    with pytest.raises(InputError, match="credential") as caught:
        candidate("http://127.0.0.1:1/v1", settings={"headers": {"X-Tenant": value}})
    assert value not in str(caught.value)


@pytest.mark.parametrize("header", [{"X Bad": "v"}, {"X-Bad": "a\r\nb: c"}, {"X-Bad": "药"}, {"": "v"}])
def test_a_header_that_http_forbids_is_refused(header):
    """A header with forbidden characters is refused before anything is sent."""
    with pytest.raises(InputError, match="forbids"):
        candidate("http://127.0.0.1:1/v1", settings={"headers": header})


@pytest.mark.parametrize("name", ["Content-Length", "transfer-encoding", "Connection", "Expect", "TE", "Upgrade"])
def test_a_header_of_the_connection_is_refused(name):
    """A header that would change where a request ends, or how the connection is used, is refused."""
    with pytest.raises(InputError, match="belongs to the connection"):
        candidate("http://127.0.0.1:1/v1", settings={"headers": {name: "1"}})


@pytest.mark.parametrize("name", ["model", "messages", "stream", "n"])
def test_the_extra_body_may_not_change_the_question(name):
    """What the plan decides cannot be set in the extra body."""
    with pytest.raises(InputError, match=name):
        candidate("http://127.0.0.1:1/v1", settings={"extra_body": {name: 1}})


@pytest.mark.parametrize(
    "extra", [{"api_key": "x"}, {"user": "Bearer abc"}, {"a": [{"access_token": "x"}, {"b": "basic abc"}]}]
)
def test_a_credential_in_the_extra_body_is_refused(extra):
    """A key in the extra body is refused."""
    with pytest.raises(InputError, match="credential"):
        candidate("http://127.0.0.1:1/v1", settings={"extra_body": extra})


@pytest.mark.parametrize(
    "url", [None, "", "host/v1", "ftp://host/v1", "http://", "http://host:99999/v1", "http://[::1/v1"]
)
def test_an_unusable_base_url_is_refused(url):
    """A candidate without a usable base URL is refused; there is no default address."""
    with pytest.raises(InputError, match="base_url"):
        candidate(url)


@pytest.mark.parametrize("url", ["https://user:pass@host/v1", "https://host/v1?api-key=pass", "https://host/v1#pass"])
def test_a_base_url_with_a_key_is_refused(url):
    """A base URL that could hold a key is refused, and not shown."""
    with pytest.raises(InputError, match="base_url") as caught:
        candidate(url)
    assert "pass" not in str(caught.value)


@pytest.mark.parametrize("key", ["", "  ", "a\nb", "药匙"])
def test_a_key_that_cannot_be_sent_is_refused(key):
    """A key that no header can carry is refused, and not shown."""
    with pytest.raises(InputError, match="key"):
        candidate("http://127.0.0.1:1/v1", key=key)


def test_a_candidate_without_a_model_is_refused():
    """A candidate file must name its model."""
    with pytest.raises(InputError, match="no model"):
        candidate("http://127.0.0.1:1/v1", model="")


# -- what comes back --------------------------------------------------------------------------------------------------


def test_an_answer_comes_with_its_usage_and_latency(question):
    """An answer carries text, state, usage and a latency of at least what the endpoint took."""

    async def handle(request):
        await asyncio.sleep(0.05)
        return web.json_response({**completion(), "usage": {"prompt_tokens": 5, "completion_tokens": 2.0}})

    answer = answer_to(handle, question)
    assert (answer.text, answer.state, answer.prompt_tokens, answer.completion_tokens) == ("250 mg", "complete", 5, 2)
    assert 45 <= answer.latency_ms < 5000


@pytest.mark.parametrize(
    ("body", "state", "text"),
    [
        (completion(None), "silent", ""),
        (completion("half", "length"), "truncated", "half"),
        (completion("half", "content_filter"), "blocked", "half"),
        (completion("<think>t</think>250 mg"), "complete", "250 mg"),
        (completion("t</think>250 mg"), "complete", "250 mg"),
        (completion("<think>t"), "silent", ""),
        (completion("250 mg", reasoning_content="t"), "complete", "250 mg"),
        (completion(None, refusal="I can't."), "complete", "I can't."),
        (completion([{"type": "text", "text": "250 mg"}]), "complete", "250 mg"),
    ],
)
def test_each_kind_of_answer_keeps_its_state(question, body, state, text):
    """Each kind of answer arrives over the socket with its own state."""
    answer = answer_to(fixed(body), question)
    assert (answer.state, answer.text) == (state, text)


@pytest.mark.parametrize(
    "body",
    [
        {
            "error": {
                "code": "content_filter",
                "message": "filtered",
                "innererror": {"code": "ResponsibleAIPolicyViolation"},
            }
        },
        {"error": {"code": "data_inspection_failed", "message": "Input data may contain inappropriate content."}},
        {"error": {"code": "1301", "message": "系统检测到输入或生成内容可能包含不安全或敏感内容"}},
        {"error": {"message": "Content Exists Risk", "type": "invalid_request_error"}},
    ],
)
def test_a_filter_that_answers_400_is_a_blocked_answer(question, body):
    """A content filter's HTTP 400 is the candidate's own behaviour, not a failed call."""
    assert answer_to(fixed(body, 400), question).state == "blocked"


@pytest.mark.parametrize(
    ("body", "kind"), [(b"{half", "not_json"), (b"", "not_json"), ({"choices": []}, "no_message"), ([], "no_message")]
)
def test_a_success_without_an_answer_is_a_failed_call(question, body, kind):
    """HTTP 200 without a usable message is worth another call."""
    problem = failure_of(fixed(body), question)
    assert (problem.kind, problem.retryable, problem.http_status, problem.fatal) == (kind, True, 200, None)


@pytest.mark.parametrize("content_type", ["text/html", "application/json"])
def test_a_page_under_http_200_is_the_wrong_address(question, content_type):
    """A web page instead of an answer means that the base URL is wrong."""
    problem = failure_of(fixed(b"<!doctype html><title>Welcome</title>", content_type=content_type), question)
    assert (problem.kind, type(problem.fatal)) == ("no_protocol", Unreachable)


def test_a_stream_that_nobody_asked_for_is_no_answer(question):
    """A stream of events instead of one body is not the protocol."""
    assert failure_of(fixed(b"data: {}\n\n", content_type="text/event-stream"), question).kind == "no_protocol"


def test_a_page_after_an_answer_is_passing_trouble(question):
    """Once the endpoint has answered, a page is worth another call and ends nothing."""
    bodies = iter([web.json_response(completion()), web.Response(text="<html>", content_type="text/html")])

    async def handle(request):
        return next(bodies)

    async def go():
        async with replying(handle) as base_url:
            open_ = candidate(base_url)
            try:
                await open_.ask(question)
                with pytest.raises(CallFailed) as caught:
                    await open_.ask(question)
                return caught.value
            finally:
                await open_.close()

    problem = asyncio.run(go())
    assert (problem.kind, problem.fatal, problem.retryable) == ("no_protocol", None, True)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_fatal(question, status):
    """A refused key ends the run."""
    body = {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}
    assert isinstance(failure_of(fixed(body, status), question).fatal, KeyRefused)


def test_an_unknown_model_is_fatal(question):
    """A model that the endpoint does not know ends the run."""
    body = {"error": {"message": "The model `m-1` does not exist", "code": "model_not_found"}}
    assert isinstance(failure_of(fixed(body, 404), question).fatal, UnknownModel)


def test_a_404_page_is_the_wrong_address(question):
    """A 404 page ends the run with a hint at the base URL."""
    problem = failure_of(fixed(b"<html>404</html>", 404, content_type="text/html"), question)
    assert isinstance(problem.fatal, Unreachable)
    assert "/v1" in problem.fatal.todo


def test_a_redirect_is_not_followed(question):
    """A redirect is not followed, so the key and the question go nowhere else."""
    calls = []

    async def handle(request):
        calls.append(request.path)
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    assert isinstance(failure_of(handle, question).fatal, Unreachable)
    assert calls == ["/v1/chat/completions"]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"Retry-After": "Wed, 04 Mar 2026 12:00:09 GMT", "Date": "Wed, 04 Mar 2026 12:00:00 GMT"}, 9.0),
        ({}, None),
    ],
)
def test_a_rate_limit_says_when_to_come_back(question, headers, seconds):
    """A rate limit is worth another call at the time that the endpoint names."""
    problem = failure_of(fixed({"error": {"message": "slow down"}}, 429, headers), question)
    assert (problem.kind, problem.retryable, problem.retry_after) == ("rate_limit", True, seconds)


def test_one_call_is_one_request(question):
    """A server error is asked once: the client does not retry by itself."""
    calls = []

    async def handle(request):
        calls.append(1)
        return web.json_response({"error": {"message": "broke"}}, status=500)

    problem = failure_of(handle, question)
    assert (problem.kind, problem.retryable, len(calls)) == ("server_error", True, 1)


def test_a_refused_connection_is_said_in_plain_words(question):
    """A port on which nothing listens is a failed connection, in plain words."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{held.getsockname()[1]}/v1"
        with pytest.raises(CallFailed, match="nothing listens there") as caught:
            asyncio.run(one_call(base_url, question))
    assert (caught.value.kind, caught.value.retryable, caught.value.http_status) == ("connection", True, None)


def test_a_cut_connection_is_retryable(question):
    """A connection that is cut before the answer is worth another call."""

    async def cut(reader, writer):
        await reader.read(10)
        writer.transport.abort()
        await asyncio.sleep(0)

    async def go():
        async with socket_server(cut) as base_url:
            await one_call(base_url, question)

    with pytest.raises(CallFailed) as caught:
        asyncio.run(go())
    assert (caught.value.kind, caught.value.retryable) == ("connection", True)


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{half",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
    ],
)
def test_a_broken_reply_is_a_failed_connection(question, raw):
    """A reply that is cut short, is no HTTP, or cannot be unpacked is a failed connection."""

    async def speak(reader, writer):
        await reader.read(10)
        writer.write(raw)
        await writer.drain()
        writer.close()

    async def go():
        async with socket_server(speak) as base_url:
            await one_call(base_url, question)

    with pytest.raises(CallFailed) as caught:
        asyncio.run(go())
    assert (caught.value.kind, caught.value.retryable) == ("connection", True)


def test_silence_on_the_line_times_out(question):
    """An endpoint that never answers is a time-out."""

    async def hang(reader, writer):
        await reader.read()
        writer.close()

    async def go():
        async with socket_server(hang) as base_url:
            await one_call(base_url, question, timeout=0.2)

    with pytest.raises(CallFailed, match=r"within 0\.2 s") as caught:
        asyncio.run(go())
    assert (caught.value.kind, caught.value.retryable) == ("timeout", True)


def test_a_reply_that_trickles_times_out_as_a_whole(question):
    """An endpoint that sends a byte now and then does not keep a call alive beyond its time."""

    async def trickle(reader, writer):
        await reader.read(10)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        try:
            for _ in range(100):
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            pass
        writer.close()

    async def go():
        async with socket_server(trickle) as base_url:
            await one_call(base_url, question, timeout=0.3)

    with pytest.raises(CallFailed) as caught:
        asyncio.run(go())
    assert caught.value.kind == "timeout"


def test_an_unknown_host_is_said_in_plain_words(question):
    """A host without an address is a failed look-up."""
    with pytest.raises(CallFailed) as caught:
        asyncio.run(one_call("http://evalcenter-no-such-host.invalid/v1", question, timeout=20))
    assert caught.value.kind in {"dns", "timeout"}


def test_plain_http_behind_https_is_a_tls_failure(question):
    """An address that speaks no TLS is a failed encrypted connection."""

    async def go():
        async with replying(fixed(completion())) as base_url:
            await one_call(base_url.replace("http:", "https:"), question)

    with pytest.raises(CallFailed, match="encrypted connection") as caught:
        asyncio.run(go())
    assert caught.value.kind == "tls"


def test_an_error_in_disguise_is_read_as_its_status(question):
    """A refused key under HTTP 200 ends the run as a refused key."""
    problem = failure_of(fixed({"error": {"code": 401, "message": "no such key"}}), question)
    assert isinstance(problem.fatal, KeyRefused)
    assert problem.http_status == 401


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("packed", [False, True])
def test_an_endless_reply_is_cut_off(question, monkeypatch, status, packed):
    """A reply beyond the bound is given up, also when it is packed or comes with an error status."""
    monkeypatch.setattr(faults, "MAX_BYTES", 100_000)
    raw = b" " * 5_000_000
    headers = {"Content-Encoding": "gzip"} if packed else {}
    problem = failure_of(fixed(gzip.compress(raw) if packed else raw, status, headers), question)
    assert (problem.kind, problem.retryable) == ("too_long", False)


def raw_deflate(raw):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(raw) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("GZIP", gzip.compress), ("deflate", zlib.compress), ("deflate", raw_deflate)],
)
def test_a_packed_answer_is_unpacked(question, coding, pack):
    """An answer that comes packed although nobody asked for it is read, also without zlib's own header."""
    raw = pack(json.dumps(completion()).encode())
    assert answer_to(fixed(raw, headers={"Content-Encoding": coding}), question).text == "250 mg"


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "x-unheard-of"])
def test_an_answer_in_an_unknown_packing_is_refused(question, coding):
    """A packing that cannot be undone is said, not read as an answer."""
    problem = failure_of(fixed(b"\x0b\x02\x80", headers={"Content-Encoding": coding}), question)
    assert problem.kind in {"not_unpacked", "connection"}
    assert problem.http_status is None


def test_a_damaged_packing_is_a_failed_connection(question):
    """A packed answer that is damaged is worth another call."""
    problem = failure_of(fixed(b"\x1f\x8bgarbage-garbage", headers={"Content-Encoding": "gzip"}), question)
    assert (problem.kind, problem.retryable) == ("connection", True)


def test_a_question_that_cannot_be_written_is_not_sent(ask_of):
    """A prompt with a lone surrogate cannot be sent, and asking again would not help."""
    problem = failure_of(fixed(completion()), ask_of("\ud800"))
    assert (problem.kind, problem.retryable) == ("not_sent", False)


def test_an_error_of_the_system_is_a_failed_connection(question, monkeypatch):
    """An error of the operating system below the client is a failed connection."""

    async def broken(*_, **__):
        raise OSError("too many open files")

    async def go():
        open_ = candidate("http://127.0.0.1:1/v1")
        monkeypatch.setattr(type(open_._transport), "post", broken)
        try:
            await open_.ask(question)
        finally:
            await open_.close()

    with pytest.raises(CallFailed, match="too many open files") as caught:
        asyncio.run(go())
    assert (caught.value.kind, caught.value.retryable) == ("connection", True)


# -- the key ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 400, 401, 404, 429, 500])
def test_a_key_that_is_sent_back_reaches_no_message(question, status):
    """An endpoint that echoes the key does not get it into any message."""
    body = {"error": {"message": f"Incorrect API key provided: {KEY}", "code": "x"}}
    problem = failure_of(fixed(body, status), question)
    assert (problem.__cause__, problem.__context__) == (None, None)
    assert KEY not in f"{problem!r} {problem.fatal!r} {problem.fatal}"
    assert "[key]" in problem.message


def test_a_key_in_an_answer_is_taken_out(question):
    """An endpoint that puts the key into its answer does not get it into a record."""
    body = {**completion(f"your key is {KEY}", KEY, reasoning=KEY), "model": KEY}
    assert KEY not in repr(answer_to(fixed(body), question))


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("before", [0, 60, 290, 3980])
def test_no_cut_leaves_half_a_key(question, status, before):
    """Where a reply is shortened for a message, it is not cut through the key."""
    problem = failure_of(fixed(b"{" + b"x" * before + KEY.encode(), status), question)
    assert KEY[:8] not in str(problem)


def test_json_under_the_type_of_a_page_is_an_answer(question):
    """A careless server's JSON under text/html is read as the answer it is."""
    assert answer_to(fixed(completion(), content_type="text/html"), question).text == "250 mg"


def test_the_candidate_does_not_show_its_key():
    """The open candidate's representation does not hold the key."""

    async def go():
        open_ = candidate("http://127.0.0.1:1/v1")
        await open_.close()
        return repr(open_)

    assert KEY not in asyncio.run(go())


def test_the_pool_is_as_wide_as_the_run(question):
    """As many calls are in flight as the limits allow, and no more."""
    now, most = [0], [0]

    async def handle(request):
        now[0] += 1
        most[0] = max(most[0], now[0])
        await asyncio.sleep(0.1)
        now[0] -= 1
        return web.json_response(completion())

    async def go():
        async with replying(handle) as base_url:
            open_ = candidate(base_url, concurrency=3)
            try:
                await asyncio.gather(*(open_.ask(question) for _ in range(9)))
            finally:
                await open_.close()

    asyncio.run(go())
    assert most[0] == 3


# -- the connection ---------------------------------------------------------------------------------------------------


REPLY = json.dumps(completion()).encode()


def framed(body=REPLY, head="HTTP/1.1 200 OK", *more):
    return "\r\n".join([head, f"Content-Length: {len(body)}", *more, "", ""]).encode() + body


async def one_request(reader):
    """The head and the body of the next request; None at the end of the stream."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        return head, await reader.readexactly(int(length.split(b":")[1]))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def scripted(*connections, seen=None):
    """Answer with the bytes in `connections`: a list for each connection, an entry for each request, None for an end."""
    script = iter(connections)

    async def handle(reader, writer):
        for reply in next(script):
            asked = await one_request(reader)
            if asked is None:
                break
            if seen is not None:
                seen.append(asked)
            if reply is not None:
                writer.write(reply)
                await writer.drain()
        writer.close()

    return handle


def answers_to(handle, question, times=1, pause=0.0, **how):
    """What `times` calls in turn, with a pause between them, bring: texts and CallFailed."""
    found = []

    async def go():
        async with socket_server(handle) as base_url:
            open_ = candidate(base_url, **how)
            try:
                for _ in range(times):
                    try:
                        found.append((await open_.ask(question)).text)
                    except CallFailed as problem:
                        found.append(problem)
                    await asyncio.sleep(pause)
            finally:
                await open_.close()

    asyncio.run(go())
    return found


@pytest.mark.parametrize(
    "reply",
    [
        framed(),
        framed(REPLY, "HTTP/1.1 200"),
        framed(REPLY, "HTTP/1.1 200 OK", "Connection: close"),
        framed(REPLY, "HTTP/1.0 200 OK"),
        b"HTTP/1.0 200 OK\r\n\r\n" + REPLY,
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + REPLY,
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + framed(),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\n%b\r\n%x\r\n%b\r\n0\r\nTrailer: v\r\n\r\n"
        % (REPLY[:5], len(REPLY) - 5, REPLY[5:]),
        framed(REPLY, "HTTP/1.1 200 OK", "X-Odd: \u00e9", "X-Twice: a", "x-twice: b", "X-Empty:"),
    ],
    ids=["plain", "no reason", "close", "1.0", "1.0 to the end", "1.1 to the end", "interim", "chunked", "odd headers"],
)
def test_each_form_of_a_reply_is_read(question, reply):
    """However HTTP/1 allows a reply to be framed, it is read as a whole."""
    assert answers_to(scripted([reply]), question) == ["250 mg"]


@pytest.mark.parametrize(
    "reply",
    [
        None,
        b"HTTP/1.1 2",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        framed()[:-3],
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"cho',
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"cho\r\n',
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n123456",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nBad Header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 400_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 100_000,
    ],
)
def test_what_is_no_whole_reply_is_a_failed_connection(question, reply):
    """A reply that is cut, is not HTTP or has no end of headers is worth another call, and never a shorter answer."""
    [problem] = answers_to(scripted([reply]), question)
    assert isinstance(problem, CallFailed)
    assert (problem.kind, problem.retryable, problem.http_status) == ("connection", True, None)
    assert problem.message.startswith("http://127.0.0.1:")
    assert (problem.__cause__, problem.__context__) == (None, None)


@pytest.mark.parametrize("way", ["wire"], indirect=True)
def test_a_connection_is_used_again(question):
    """A connection that is left as it should be serves the next call."""
    assert answers_to(scripted([framed()] * 3), question, times=3) == ["250 mg"] * 3


def test_a_reply_that_nobody_asked_for_is_never_the_next_answer(question):
    """A reply that is delivered twice is read once; the next call gets its own answer over another connection."""
    other = framed(json.dumps(completion("500 mg")).encode())
    handle = scripted([framed() * 2, framed()], [other])
    assert answers_to(handle, question, times=2) == ["250 mg", "500 mg"]


def test_bytes_beyond_the_end_are_never_the_next_answer(question):
    """Bytes beyond a reply's stated length end the connection and reach no answer."""
    other = framed(json.dumps(completion("500 mg")).encode())
    handle = scripted([framed() + b"HTTP/1.1 200 OK\r\n"], [other])
    assert answers_to(handle, question, times=2) == ["250 mg", "500 mg"]


def test_a_late_second_reply_is_never_the_next_answer(question):
    """A second reply that comes while the connection waits for work ends it."""
    other = framed(json.dumps(completion("500 mg")).encode())
    calls = iter(([framed(), framed()], [other]))

    async def handle(reader, writer):
        for number, reply in enumerate(next(calls)):
            if number:
                await asyncio.sleep(0.05)
            else:
                await one_request(reader)
            writer.write(reply)
        await reader.read()

    assert answers_to(handle, question, times=2, pause=0.2) == ["250 mg", "500 mg"]


def test_a_connection_that_the_endpoint_closed_is_not_used(question):
    """A connection that was closed while it waited costs no call."""
    assert answers_to(scripted([framed()], [framed()]), question, times=2, pause=0.1) == ["250 mg", "250 mg"]


@pytest.mark.parametrize("way", ["wire"], indirect=True)
def test_a_kept_connection_that_ends_without_a_reply_is_a_failed_connection(question):
    """A kept connection that is closed when the next request comes is a failed call: nothing is sent twice here."""
    seen = []
    first, second = answers_to(scripted([framed(), None], [framed()], seen=seen), question, times=2)
    assert (first, second.kind, second.retryable, len(seen)) == ("250 mg", "connection", True, 2)


def test_a_failed_call_ends_its_connection(question):
    """After a call that ran out of time, its late reply is not read by the next call."""
    other = framed(json.dumps(completion("500 mg")).encode())
    calls = iter((framed(), other))

    async def handle(reader, writer):
        reply = next(calls)
        if await one_request(reader) is not None:
            await asyncio.sleep(0.3 if reply is not other else 0)
            writer.write(reply)
        await reader.read()

    first, second = answers_to(handle, question, times=2, timeout=0.15)
    assert (first.kind, second) == ("timeout", "500 mg")


def test_a_cancelled_call_closes_its_connection(question):
    """A call that is cancelled leaves no connection on which its reply could come."""
    closed = []

    async def handle(reader, writer):
        await one_request(reader)
        closed.append(await reader.read() == b"")
        writer.close()

    async def go():
        async with socket_server(handle) as base_url:
            open_ = candidate(base_url)
            call = asyncio.create_task(open_.ask(question))
            await asyncio.sleep(0.1)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            await asyncio.sleep(0.1)
            seen = list(closed)
            await open_.close()
            return seen

    assert asyncio.run(go()) == [True]


def test_a_jump_of_the_clock_ends_no_call(question, monkeypatch):
    """A call is kept to its time by a clock that nobody can set."""

    async def handle(request):
        monkeypatch.setattr(time, "time", lambda: 4e9)
        await asyncio.sleep(0.05)
        return web.json_response(completion())

    answer = answer_to(handle, question, timeout=3.0)
    assert (answer.text, answer.latency_ms < 3000) == ("250 mg", True)


def test_the_address_of_a_host_without_a_name_is_sent_in_brackets(question):
    """An IPv6 address is reached, and named with its port as HTTP wants it."""
    seen = []

    async def go():
        server = await asyncio.start_server(scripted([framed()], seen=seen), "::1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            answer = await one_call(f"http://[::1]:{port}/v1", question)
        finally:
            server.close()
            await server.wait_closed()
        return port, answer

    port, answer = asyncio.run(go())
    assert answer.text == "250 mg"
    assert f"\r\nhost: [::1]:{port}\r\n".encode() in seen[0][0].lower()


def test_a_path_is_sent_quoted(question):
    """A path beyond ASCII is sent as HTTP wants it."""
    seen = []

    async def go():
        async with socket_server(scripted([framed()], seen=seen)) as base_url:
            return await one_call(f"{base_url}/模型 a%20b", question)

    assert asyncio.run(go()).text == "250 mg"
    assert seen[0][0].startswith(b"POST /v1/%E6%A8%A1%E5%9E%8B%20a%20b/chat/completions HTTP/1.1\r\n")


# -- TLS --------------------------------------------------------------------------------------------------------------


def certificate(folder, *names):
    """A file with a key and a self-signed certificate for `names`, which may be addresses."""
    alternatives = [x509.IPAddress(ip_address(n)) if n[0].isdigit() else x509.DNSName(n) for n in names]
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    begin = datetime.now(UTC) - timedelta(days=1)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    coding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path = folder / "server.pem"
    path.write_bytes(key.private_bytes(coding, form, serialization.NoEncryption()) + built.public_bytes(coding))
    return path


def over_tls(question, path, monkeypatch, *, trusting, times=1):
    """What calls to https://localhost bring, and the server name that was asked for."""
    named = []
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(path)
    serving.sni_callback = lambda _, name, __: named.append(name)
    trusted = wire.trusted()
    if trusting:
        trusted.load_verify_locations(path)
    monkeypatch.setattr(wire, "trusted", lambda: trusted)

    async def go():
        found = []
        server = await asyncio.start_server(scripted(*[[framed()] * times] * 4), "127.0.0.1", 0, ssl=serving)
        open_ = candidate(f"https://localhost:{server.sockets[0].getsockname()[1]}/v1")
        try:
            for _ in range(times):
                try:
                    found.append((await open_.ask(question)).text)
                except CallFailed as problem:
                    found.append(problem)
        finally:
            await open_.close()
            server.close()
            await server.wait_closed()
        return found

    return asyncio.run(go()), named


def test_a_trusted_certificate_for_the_host_is_accepted(question, tmp_path, monkeypatch, way):
    """An endpoint with a certificate that is trusted answers, and each connection (the wire keeps one) names the host it wants."""
    path = certificate(tmp_path, "localhost")
    found, named = over_tls(question, path, monkeypatch, trusting=True, times=3)
    assert (found, named) == (["250 mg"] * 3, ["localhost"] * {"wire": 1, "sdk": 3}[way])


def test_a_candidate_file_may_choose_the_package(monkeypatch):
    """With `client: openai` everything goes over the package, also where the wire could go."""
    monkeypatch.setattr(openai_http, "_direct", lambda address: True)
    chosen = candidate("http://127.0.0.1:9/v1", settings=openai_http.Settings(client="openai"))
    assert type(chosen._transport) is sdk.Packaged
    asyncio.run(chosen.close())


@pytest.mark.parametrize(("name", "trusting"), [("localhost", False), ("elsewhere.example", True)])
def test_a_certificate_that_is_not_trusted_or_not_for_the_host_is_refused(
    question, tmp_path, monkeypatch, name, trusting
):
    """A certificate that is unknown, or another host's, ends the call and is not tried again."""
    [problem], _ = over_tls(question, certificate(tmp_path, name), monkeypatch, trusting=trusting)
    assert (problem.kind, problem.retryable) == ("tls", False)
    assert "its certificate is not trusted" in problem.message
