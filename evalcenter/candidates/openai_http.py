"""Asks any endpoint that speaks the OpenAI chat-completions protocol, through the ``openai`` package.

Rules this module keeps:

* One call is one request: the client's own retries are off, because retries live in ``run.py``.
* The key reaches the Authorization header and nothing else. It is taken out of every message and answer, also when the endpoint
  sends it back. Keys in addresses, headers or the request body are refused.
* Only what the candidate file says is sent: no organisation, project or header from the environment. Redirects are not
  followed, because the address in the plan is the one that is tested.
* A reply is read up to a bound, unpacked.
* A system's proxy settings are honoured, except towards this machine.
* The body is parsed once, by ``reading.py``; everything that is not a success is read by ``faults.py``.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import ip_address
from typing import Any, ClassVar, Final, Literal
from urllib.parse import SplitResult, urlsplit

from evalcenter import __version__
from evalcenter.candidates import faults, reading
from evalcenter.errors import CallFailed, CandidateError, InputError
from evalcenter.hooks import Limits
from evalcenter.records import Answer, CandidateSpec, Params, Question, Sampling, record

KEYLESS: Final = "none"
"""What is sent as key to a server that asks for none."""
MAX_BYTES: Final = 64_000_000
"""The longest reply that is read, unpacked."""
_SECRET: Final = re.compile(
    r"authori[sz]ation|api[-_]?key|token|secret|cookie|password|credential|x-auth|^key$", re.IGNORECASE
)
_SECRET_FIELD: Final = re.compile(r"(api|access|secret|auth)[-_]?(key|token)|authori[sz]ation|password", re.IGNORECASE)
_SECRET_VALUE: Final = re.compile(r"\s*(bearer|basic)\s+\S|sk-[A-Za-z0-9_-]{16,}", re.IGNORECASE)
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_REASONS: Final[tuple[tuple[tuple[type[Exception], ...], str, str], ...]] = (
    ((ssl.SSLCertVerificationError,), "tls", "its certificate is not trusted:"),
    ((ssl.SSLError,), "tls", "the encrypted connection failed:"),
    ((socket.gaierror,), "dns", "the host's name is not known"),
    ((ConnectionRefusedError,), "connection", "nothing listens there (connection refused)"),
    ((ConnectionResetError, BrokenPipeError), "connection", "the connection was cut (reset)"),
)
_OURS: Final = frozenset({"model", "messages", "stream", "n"})


class TooLong(ValueError):
    """A reply that is longer than any answer: an endpoint must not be able to fill this machine's memory."""


@record
class Settings:
    """What this endpoint needs beyond the protocol.

    `headers` are sent with every request and hold no key. `extra_body` is merged into the request; a text in it that is a
    decimal number (``"1.05"``, which is how YAML's 1.05 arrives here) is sent as a number.
    """

    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    headers: Mapping[str, str] = field(default_factory=dict)
    extra_body: Params = field(default_factory=dict)


class OpenaiHttp:
    """Opens a hosted API, a gateway or a local engine (vLLM, SGLang, llama.cpp) behind a base URL."""

    name: ClassVar[str] = "openai_http"
    version: ClassVar[str] = "1"
    settings: ClassVar[type[Any]] = Settings

    def open(self, spec: CandidateSpec, settings: Settings, key: str | None, limits: Limits) -> Endpoint:
        """A client for `spec`. Raises InputError when the candidate file cannot be used as it is."""
        _check_headers(settings.headers)
        _check_body(settings.extra_body)
        if not spec.model:
            raise InputError("the candidate file names no model", todo="write the model's name under `model`")
        if key is not None and (not key.strip() or not key.isascii() or not key.isprintable()):
            raise InputError(
                "the key is empty or holds characters that an HTTP header cannot carry",
                todo="look for line ends or quotation marks in the environment variable that key_env names",
            )
        return Endpoint(spec, settings, key, limits)


class Endpoint:
    """An open connection pool to one endpoint."""

    def __init__(self, spec: CandidateSpec, settings: Settings, key: str | None, limits: Limits) -> None:
        address = _address(spec.base_url)
        self._spec, self._timeout = spec, limits.timeout_s
        self._fixed = {**_sampling(spec.sampling, settings.max_tokens_field), **_numbers(settings.extra_body)}
        self._place = faults.Place(address.geturl(), spec.model, faults.Scrubber(key))
        self._client = _client(address, settings.headers, key or KEYLESS, limits)

    def __repr__(self) -> str:
        return f"Endpoint({self._place.base_url!r}, {self._spec.model!r})"

    async def ask(self, question: Question) -> Answer:
        """One answer. Raises CallFailed for everything that is not an answer."""
        begin = time.monotonic()
        reply = await self._post(self._messages(question))
        spent = round((time.monotonic() - begin) * 1000)
        reply = replace(reply, body=self._place.scrub.raw(reply.body))
        answer = self._read_scrubbed(reply, spent)
        if isinstance(answer, CallFailed):
            # Raised here, where no other error is being handled: the unscrubbed one must not hang on to it as its context.
            raise answer
        if not self._place.answered:
            self._place = replace(self._place, answered=True)
        return self._without_key(answer)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _messages(self, question: Question) -> list[dict[str, str]]:
        said = [{"role": message.role, "content": message.content} for message in question.messages]
        if self._spec.system and not any(message.role == "system" for message in question.messages):
            said.insert(0, {"role": "system", "content": self._spec.system})
        return said

    async def _post(self, messages: list[dict[str, str]]) -> faults.Reply:
        from openai import APIConnectionError, APIStatusError, OpenAIError

        create: Any = self._client.chat.completions.with_raw_response.create
        failed: CallFailed
        try:
            async with asyncio.timeout(self._timeout):
                raw = await create(model=self._spec.model, messages=messages, extra_body=self._fixed)
                return _reply(raw.http_response)
        except APIStatusError as problem:
            return _reply(problem.response)
        except TimeoutError:
            failed = CallFailed("timeout", f"no answer from {self._place.base_url} within {self._timeout:g} s")
        except (APIConnectionError, TooLong) as problem:
            failed = _unconnected(problem, self._place.base_url, self._timeout)
        except OSError as problem:
            failed = CallFailed("connection", f"{self._place.base_url}: the connection failed: {problem}")
        except (OpenAIError, ValueError) as problem:
            failed = CallFailed("not_sent", f"the request can't be sent ({type(problem).__name__})", retryable=False)
        raise self._scrubbed(failed)

    def _read_scrubbed(self, reply: faults.Reply, spent: int) -> Answer | CallFailed:
        try:
            return self._read(reply, spent)
        except CallFailed as problem:
            return self._scrubbed(problem)

    def _read(self, reply: faults.Reply, spent: int) -> Answer:
        if not 200 <= reply.status < 300:
            return faults.read(reply, self._place, datetime.now(UTC), spent)
        if faults.is_page(reply):
            raise faults.no_protocol(self._place, reply.status, "a web page came instead of an answer")
        if faults.is_stream(reply):
            raise faults.no_protocol(self._place, reply.status, "a stream came although none was asked for")
        try:
            body = reading.parse(reply.body)
            status = faults.disguised(body)
            if status is not None:
                return faults.read(replace(reply, status=status), self._place, datetime.now(UTC), spent)
            self._check_simulated(body)
            return reading.answer(body, latency_ms=spent)
        except CallFailed as problem:
            problem.http_status = problem.http_status or reply.status
            raise

    def _check_simulated(self, body: Any) -> None:
        """End the run where an endpoint says that it is a stand-in and the plan does not: no report may hide that."""
        if isinstance(body, dict) and body.get("simulated") is True and not self._spec.simulated:
            said = "the endpoint says that its answers are simulated"
            todo = "give --simulated, or write `simulated: true` in the candidate file, in a new run"
            fatal = CandidateError(said, where=self._place.base_url, todo=todo)
            raise CallFailed("simulated", said, retryable=False, fatal=fatal)

    def _scrubbed(self, problem: CallFailed) -> CallFailed:
        message = self._place.scrub(problem.message)[: 2 * faults.SHOWN]
        return CallFailed(
            problem.kind,
            message,
            http_status=problem.http_status,
            retryable=problem.retryable,
            retry_after=problem.retry_after,
            fatal=problem.fatal,
        )

    def _without_key(self, answer: Answer) -> Answer:
        hide = self._place.scrub.evidence
        return replace(
            answer,
            text=hide(answer.text),
            reasoning=hide(answer.reasoning),
            model=hide(answer.model) if answer.model else None,
            finish_reason=hide(answer.finish_reason) if answer.finish_reason else None,
        )


# -- the client -------------------------------------------------------------------------------------------------------


def _client(address: SplitResult, headers: Mapping[str, str], key: str, limits: Limits) -> Any:
    import openai

    # The pool's own type differs between the openai package's major versions, so it is taken from its default value.
    pool = type(openai.DEFAULT_CONNECTION_LIMITS)(
        max_connections=limits.concurrency, max_keepalive_connections=limits.concurrency
    )
    client = openai.AsyncOpenAI(
        api_key=key,
        base_url=address.geturl(),
        organization="",
        project="",
        timeout=limits.timeout_s,
        max_retries=0,
        http_client=openai.DefaultAsyncHttpxClient(
            limits=pool,
            follow_redirects=False,
            trust_env=not _here(address),
            timeout=limits.timeout_s,
            event_hooks={"response": [_bounded]},
        ),
    )
    client.organization = client.project = None
    # OPENAI_CUSTOM_HEADERS would otherwise be sent too, and is not in the plan.
    client._custom_headers = {"User-Agent": f"evalcenter/{__version__}", **headers}
    return client


async def _bounded(response: Any) -> None:
    """Read a reply's body as far as a body may be long. What was read is where the response would keep it itself."""
    held = bytearray()
    async for chunk in response.aiter_bytes():
        held += chunk
        if len(held) > MAX_BYTES:
            await response.aclose()
            raise TooLong
    response._content = bytes(held)


def _address(base_url: str | None) -> SplitResult:
    """The base URL, checked. Raises InputError when it is missing, malformed or holds a key."""
    try:
        parts = urlsplit((base_url or "").strip())
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_ok = urlsplit(""), False
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_ok:
        raise InputError(
            "the candidate file has no usable base_url; expected such as https://host/v1",
            todo="write the address under `base_url`, without /chat/completions",
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InputError(
            "the base_url holds a user name, a query or a fragment, and could hold a key",
            where=f"{parts.scheme}://{parts.hostname}",
            todo="write the bare address; put the key into an environment variable and name it as key_env",
        )
    return parts._replace(path=parts.path.rstrip("/").removesuffix("/chat/completions"))


def _here(address: SplitResult) -> bool:
    host = address.hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _reply(raw: Any) -> faults.Reply:
    return faults.Reply(raw.status_code, {name.lower(): value for name, value in raw.headers.items()}, raw.content)


def _unconnected(problem: BaseException, base_url: str, timeout: float) -> CallFailed:
    """Plain words for a connection that failed, from the deepest reason that is known."""
    from openai import APITimeoutError

    causes = list(_causes(problem))
    if any(isinstance(cause, TooLong) for cause in causes):
        return CallFailed("too_long", f"the reply is longer than {MAX_BYTES} bytes", retryable=False)
    for kinds, kind, words in _REASONS:
        cause = next((cause for cause in causes if isinstance(cause, kinds)), None)
        if cause is not None:
            detail = getattr(cause, "verify_message", "") or getattr(cause, "reason", "") or ""
            trusted = not isinstance(cause, ssl.SSLCertVerificationError)
            return CallFailed(kind, f"{base_url}: {words} {detail}".rstrip(), retryable=trusted)
    if isinstance(problem, APITimeoutError):
        return CallFailed("timeout", f"no answer from {base_url} within {timeout:g} s")
    said = next((str(cause) for cause in causes[1:] if str(cause)), "no reason was given")
    return CallFailed("connection", f"{base_url}: the connection failed: {said}")


def _causes(problem: BaseException) -> Iterator[BaseException]:
    pending, seen = [problem], set()
    while pending:
        one = pending.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        pending.extend(cause for cause in (one.__cause__, one.__context__) if cause is not None)
        if isinstance(one, BaseExceptionGroup):
            pending.extend(one.exceptions)


# -- what is sent -----------------------------------------------------------------------------------------------------


def _sampling(sampling: Sampling, max_tokens_field: str) -> dict[str, Any]:
    """The sampling fields that are set. Decimals become floats here, on the wire, and nowhere else."""
    sent: dict[str, Any] = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        max_tokens_field: sampling.max_tokens,
        "seed": sampling.seed,
        "stop": list(sampling.stop) or None,
    }
    return {name: _number(value) for name, value in sent.items() if value is not None}


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _numbers(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _numbers(held) for name, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [_numbers(held) for held in value]
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return float(value)
    return _number(value)


def _check_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if _SECRET.search(name) or _SECRET_VALUE.match(value):
            raise InputError(
                f"the header {name!r} looks like a credential, and settings are written into the plan",
                todo="put the key into an environment variable and name it as key_env; it is sent as a bearer token",
            )
        if not _HEADER.fullmatch(name) or not value.isascii() or not value.isprintable():
            raise InputError(f"the header {name!r} cannot be sent: a name or value holds a character that HTTP forbids")


def _check_body(extra: Params) -> None:
    taken = sorted(_OURS & set(extra))
    if taken:
        raise InputError(
            f"extra_body may not set {', '.join(taken)}: the plan does",
            todo="remove it; the model's name belongs under `model`",
        )
    for name, value in _named(extra):
        if _SECRET_FIELD.search(name) or (isinstance(value, str) and _SECRET_VALUE.match(value)):
            raise InputError(
                f"extra_body's {name!r} looks like a credential, and settings are written into the plan",
                todo="put the key into an environment variable and name it as key_env",
            )


def _named(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in nested mappings and lists, with the name of the field that holds it."""
    if isinstance(value, Mapping):
        for field_name, held in value.items():
            yield from _named(held, field_name)
    elif isinstance(value, (list, tuple)):
        for held in value:
            yield from _named(held, name)
    else:
        yield name, value


plugin: Final = OpenaiHttp()
