"""Asks any endpoint that speaks the OpenAI chat-completions protocol.

Requests go over ``wire.py``, which costs next to nothing; where a proxy or an international host name stands in between, over the
``openai`` package's client (``sdk.py``). What is sent and what becomes of a reply is the same on both ways.

Rules this module keeps:

* One call is one request: retries live in ``run.py``.
* The key reaches the Authorization header and nothing else. It is taken out of every message and answer, also when the endpoint
  sends it back. Keys in addresses, headers or the request body are refused.
* Only what the candidate file says is sent: no organisation, project or header from the environment. Redirects are not
  followed, because the address in the plan is the one that is tested.
* A reply that was meant for the question before, because the endpoint sent it twice, is no answer to this one: it is recognised
  as a copy under an id, where the endpoint's ids differ. Its connection is dropped, or all that follows would be one question off.
* A reply is read up to a bound, unpacked. A whole call is kept to its time by the monotonic clock.
* A system's proxy settings are honoured, except towards this machine.
* The body is parsed once, by ``reading.py``; everything that is not a success is read by ``faults.py``.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import ip_address
from typing import Any, ClassVar, Final, Literal
from urllib.parse import SplitResult, urlsplit

from evalcenter import __version__
from evalcenter.candidates import faults, reading, sdk, wire
from evalcenter.errors import CallFailed, CandidateError, InputError
from evalcenter.hooks import Limits
from evalcenter.records import Answer, CandidateSpec, Params, Question, Sampling, record

KEYLESS: Final = "none"
"""What is sent as key to a server that asks for none."""
_SECRET: Final = re.compile(
    r"authori[sz]ation|api[-_]?key|token|secret|cookie|password|credential|x-auth|^key$", re.IGNORECASE
)
_SECRET_FIELD: Final = re.compile(r"(api|access|secret|auth)[-_]?(key|token)|authori[sz]ation|password", re.IGNORECASE)
_SECRET_VALUE: Final = re.compile(r"\s*(bearer|basic)\s+\S|sk-[A-Za-z0-9_-]{16,}", re.IGNORECASE)
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_FRAMING: Final = frozenset(
    {"connection", "content-length", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)
_OURS: Final = frozenset({"model", "messages", "stream", "n"})
_json: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


@record
class Settings:
    """What this endpoint needs beyond the protocol.

    `headers` are sent with every request and hold no key. `extra_body` is merged into the request; a text in it that is a
    decimal number (``"1.05"``, which is how YAML's 1.05 arrives here) is sent as a number. `client` says over what requests go.
    """

    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    headers: Mapping[str, str] = field(default_factory=dict)
    extra_body: Params = field(default_factory=dict)
    client: Literal["auto", "openai"] = "auto"


class OpenaiHttp:
    """Opens a hosted API, a gateway or a local engine (vLLM, SGLang, llama.cpp) behind a base URL."""

    name: ClassVar[str] = "openai_http"
    version: ClassVar[str] = "1"
    settings: ClassVar[type[Any]] = Settings
    probed: ClassVar[bool] = True

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

    punctual: ClassVar[bool] = True

    def __init__(self, spec: CandidateSpec, settings: Settings, key: str | None, limits: Limits) -> None:
        address = _address(spec.base_url)
        self._spec, self._timeout = spec, limits.timeout_s
        self._system = _message("system", spec.system) if spec.system else ""
        fixed = {"model": spec.model, **_sampling(spec.sampling, settings.max_tokens_field)}
        try:
            self._fixed = _json({**fixed, **_numbers(settings.extra_body)})[1:]
        except (TypeError, ValueError) as problem:
            raise InputError(f"extra_body can't be written as JSON: {problem}") from None
        self._place = faults.Place(address.geturl(), spec.model, faults.Scrubber(key))
        self._transport = _transport(address, settings, key or KEYLESS, limits)
        self._first_id: object = None
        self._ids_differ = False

    def __repr__(self) -> str:
        return f"Endpoint({self._place.base_url!r}, {self._spec.model!r})"

    async def ask(self, question: Question) -> Answer:
        """One answer. Raises CallFailed for everything that is not an answer."""
        return (await self._heard(question))[0]

    async def tell(self, question: Question) -> tuple[Answer, dict[str, str]]:
        """One answer, and what its reply says of the version behind the endpoint; raises as `ask` does."""
        answer, reply = await self._heard(question)
        return answer, {
            name: self._place.scrub(said) for name, said in reading.versions(reply.body, reply.headers).items()
        }

    async def _heard(self, question: Question) -> tuple[Answer, faults.Reply]:
        begin = time.monotonic()
        reply = await self._post(question)
        spent = round((time.monotonic() - begin) * 1000)
        body = self._place.scrub.raw(reply.body)
        scrubbed = faults.Reply(reply.status, reply.headers, body, reply.repeated)
        answer = self._read_scrubbed(scrubbed, spent)
        if isinstance(answer, CallFailed):
            # Raised here, where no other error is being handled: the unscrubbed one must not hang on to it as its context.
            raise answer
        if not self._place.answered:
            self._place = replace(self._place, answered=True)
        return self._without_key(answer), scrubbed

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    def _body(self, question: Question) -> bytes:
        said = [_message(message.role, message.content) for message in question.messages]
        if self._system and not any(message.role == "system" for message in question.messages):
            said.insert(0, self._system)
        return f'{{"messages":[{",".join(said)}],{self._fixed}'.encode()

    async def _post(self, question: Question) -> faults.Reply:
        failed: CallFailed
        try:
            body = self._body(question)
            async with asyncio.timeout(self._timeout):
                return await self._transport.post(body)
        except TimeoutError:
            failed = CallFailed("timeout", f"no answer from {self._place.base_url} within {self._timeout:g} s")
        except UnicodeEncodeError as problem:
            failed = CallFailed("not_sent", f"the request can't be sent ({type(problem).__name__})", retryable=False)
        except (OSError, faults.TooLong) as problem:
            failed = faults.unconnected(problem, self._place.base_url)
        except CallFailed as problem:
            failed = problem
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
            self._check_own(reply, body)
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

    def _check_own(self, reply: faults.Reply, body: Any) -> None:
        """Refuse the copy of another question's reply. An id that all replies share says nothing: equal answers are no copies."""
        given = body.get("id") if isinstance(body, dict) else None
        if reply.repeated and given and self._ids_differ:
            self._transport.part()
            raise CallFailed("repeated", "the reply is a copy of the one before it, which answered another question")
        self._first_id = self._first_id or given
        self._ids_differ = self._ids_differ or given != self._first_id

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
        said = (answer.text, answer.reasoning, answer.model or "", answer.finish_reason or "")
        hidden = tuple(map(hide, said))
        if hidden == said:
            return answer
        text, reasoning, model, reason = hidden
        return replace(answer, text=text, reasoning=reasoning, model=model or None, finish_reason=reason or None)


# -- the way there ----------------------------------------------------------------------------------------------------


def _transport(address: SplitResult, settings: Settings, key: str, limits: Limits) -> wire.Transport:
    sent = _sent(settings.headers)
    if settings.client == "auto" and _direct(address):
        return wire.Wire(address, {"Authorization": f"Bearer {key}", **sent}, limits)
    return sdk.Packaged(address, sent, key, limits, environment=not _here(address))


def _sent(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of every request but Authorization. A header from the settings takes the place of one of ours."""
    ours = {
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        "User-Agent": f"evalcenter/{__version__}",
    }
    spelled = {name.lower(): name for name in ours}
    return {**ours, **{spelled.get(name.lower(), name): value for name, value in headers.items()}}


def _direct(address: SplitResult) -> bool:
    """Whether `wire` can go: the host's name is a plain one, and no proxy of the system's settings stands before it."""
    if not wire.can_reach(address):
        return False
    if _here(address):
        return True
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    return not (proxies.get(address.scheme) or proxies.get("all")) or bool(proxy_bypass(address.netloc))


def _address(base_url: str | None) -> SplitResult:
    """The base URL, checked. Raises InputError when it is missing, malformed or holds a key."""
    try:
        parts = urlsplit((base_url or "").strip())
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_ok = urlsplit(""), False
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_ok:
        raise InputError(
            "the candidate has no usable base URL; expected such as https://host/v1",
            todo="write the address under `base_url`, or give it as --base-url, without /chat/completions",
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


# -- what is sent -----------------------------------------------------------------------------------------------------


def _message(role: str, content: str) -> str:
    return f'{{"role":"{role}","content":{_json(content)}}}'


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
        if name.lower() in _FRAMING:
            raise InputError(f"the header {name!r} belongs to the connection and can't be set", todo="remove it")
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
