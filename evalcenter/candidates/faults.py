"""Turns an HTTP reply that is not a success, or none at all, into CallFailed, or into a blocked answer.

Rules this module keeps:

* A reply is fatal only when no other call can do better: a refused key, an account without credit, an unknown model, an address
  at which nothing speaks the protocol. Once an endpoint has answered, only a refused key and missing credit stay fatal: the
  rest may then be one prompt's or one minute's trouble.
* 408, 409, 425, 429 and everything from 500 are worth another call, at the time the endpoint names; other refusals are not.
* Every word of the endpoint goes through the scrubber, which takes the key out, before it is shortened or shown.

It is pure: the clock comes in as an argument.
"""

from __future__ import annotations

import math
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import quote, quote_plus

from evalcenter.candidates import blocked, reading
from evalcenter.errors import CallFailed, CandidateError, KeyRefused, UnknownModel, Unreachable
from evalcenter.records import Answer

RETRYABLE: Final = frozenset({408, 409, 425, 429})
SHOWN: Final = 300
MAX_BYTES: Final = 64_000_000
"""The longest reply that is read, unpacked."""
_PAGE: Final = re.compile(
    rb"\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype|html|head|body|title|h1|\?xml)", re.IGNORECASE | re.DOTALL
)
_TAGS: Final = re.compile(r"<[^<>]{0,400}>")
_NO_MODEL: Final = re.compile(
    r"\bmodel\b[^.;,]{0,120}?\b(?:does not exist|doesn't exist|not exist|not found|is unknown|not available)\b"
    r"|\b(?:unknown|no such|not found the|invalid) model\b(?! param)|模型[^，。；]{0,60}(?:不存在|未找到|不可用)",
    re.IGNORECASE,
)
_NO_MODEL_CODES: Final = frozenset(
    {"model_not_found", "modelnotfound", "model_not_exist", "deploymentnotfound", "invalid_model", "1211"}
    | {"invalidendpointormodel.notfound", "model_not_found_error", "modelnotexist"}
)
_NO_CREDIT: Final = frozenset({"insufficient_quota", "insufficient_balance", "arrearage", "1113", "billing_not_active"})
_REASONS: Final[tuple[tuple[tuple[type[Exception], ...], str, str], ...]] = (
    ((ssl.SSLCertVerificationError,), "tls", "its certificate is not trusted:"),
    ((ssl.SSLError,), "tls", "the encrypted connection failed:"),
    ((socket.gaierror,), "dns", "the host's name is not known"),
    ((ConnectionRefusedError,), "connection", "nothing listens there (connection refused)"),
    ((ConnectionResetError, BrokenPipeError), "connection", "the connection was cut (reset)"),
)


class TooLong(ValueError):
    """A reply that is longer than any answer: an endpoint must not be able to fill this machine's memory."""


class Broken(ConnectionError):
    """A connection that brought something else than one whole reply."""


class Scrubber:
    """Takes a key out of texts. It shows the key to nobody, not even in its own repr."""

    __slots__ = ("_forms", "_long", "_raw")

    def __init__(self, key: str | None) -> None:
        forms = {key, quote(key, safe=""), quote_plus(key)} if key else set()
        self._forms = tuple(sorted(forms, key=len, reverse=True))
        self._long = self._forms if key is not None and len(key) >= 8 else ()
        self._raw = tuple(form.encode() for form in self._long)

    def __call__(self, text: str) -> str:
        """`text` without the key, for messages."""
        for form in self._forms:
            text = text.replace(form, "[key]")
        return text

    def raw(self, body: bytes) -> bytes:
        """A reply's body without the key, so that no later cut can leave half of it. Keys below 8 characters stay."""
        for form in self._raw:
            body = body.replace(form, b"[key]")
        return body

    def evidence(self, text: str) -> str:
        """`text` without the key, for answers: a key of fewer than 8 characters could be a word of the answer."""
        for form in self._long:
            text = text.replace(form, "[key]")
        return text


@dataclass(frozen=True, slots=True)
class Place:
    """Who was asked: the address and the model for messages, the scrubber, and whether it has answered before."""

    base_url: str
    model: str
    scrub: Scrubber
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP reply as it came: header names in lower case.

    `repeated`: it is, byte for byte, the reply before it on the same connection, which another question had brought.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    repeated: bool = False


def is_page(reply: Reply) -> bool:
    """Whether the reply is a web page. JSON is none, whatever type a careless server gives it."""
    if reply.body[:200].lstrip()[:1] in {b"{", b"["}:
        return False
    return "html" in reply.headers.get("content-type", "").lower() or _PAGE.match(reply.body[:4000]) is not None


def is_stream(reply: Reply) -> bool:
    """Whether the reply is a stream of events, which nobody asked for."""
    return reply.body[:200].lstrip().startswith((b"data:", b"event:", b": "))


def no_protocol(place: Place, status: int, found: str) -> CallFailed:
    """The failure for a reply that no model endpoint would give; fatal unless the endpoint has answered before."""
    fatal = Unreachable(
        f"nothing there speaks the protocol: {found}",
        where=place.base_url,
        todo="check the base URL: is it right? (it usually ends in /v1)",
    )
    return _failed(place, "no_protocol", found, status, retryable=True, fatal=fatal)


def read(reply: Reply, place: Place, now: datetime, latency_ms: int) -> Answer:
    """The blocked answer that an error reply stands for. Raises CallFailed for every other reply."""
    body = _json(reply.body)
    status = reply.status
    word = blocked.word(body, status)
    if word is not None:
        return Answer(text="", state="blocked", finish_reason=word, latency_ms=latency_ms)
    said = f"HTTP {status}: {_words(reply, body, place.scrub)}".rstrip(": ")
    if 300 <= status < 400:
        target = place.scrub(reply.headers.get("location", "another address"))
        raise no_protocol(place, status, f"HTTP {status} redirects to {reading.clean(target)[:SHOWN]}")
    codes = _codes(body)
    if status == 402 or codes & _NO_CREDIT:
        raise _key_refused(place, f"the account has no credit left ({said})", status)
    if status in {401, 403}:
        raise _refused(reply, body, place, said)
    if status in {404, 405, 410} or (status == 400 and body is not None):
        _missing(reply, body, place, said)
    raise CallFailed(
        _kind(status),
        said + _hint(said),
        http_status=status,
        retryable=status in RETRYABLE or status >= 500,
        retry_after=retry_after(reply.headers, now),
    )


def disguised(body: Any) -> int | None:
    """The HTTP status that an error under HTTP 200 carries as its code, as some gateways write it; None where there is none."""
    error = body.get("error") if isinstance(body, dict) and not body.get("choices") else None
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, str) and re.fullmatch("[45][0-9]{2}", code, re.ASCII):
        code = int(code)
    return code if isinstance(code, int) and 400 <= code <= 599 else None


def _kind(status: int) -> str:
    if status == 429:
        return "rate_limit"
    if status in {408, 504}:
        return "server_timeout"
    return "server_error" if status >= 500 else "bad_request"


def _refused(reply: Reply, body: Any, place: Place, said: str) -> CallFailed:
    if reply.status == 401 or not place.answered:
        return _key_refused(place, f"the endpoint refused the key ({said})", reply.status)
    # The key has worked before: a gateway has turned away this prompt.
    return CallFailed("forbidden", said, http_status=reply.status, retryable=not _speaks(body))


def _key_refused(place: Place, what: str, status: int) -> CallFailed:
    todo = "check the key in the environment variable that key_env names, and what it may be used for"
    fatal = KeyRefused(what, where=place.base_url, todo=todo)
    return CallFailed("key", what, http_status=status, retryable=False, fatal=fatal)


def _missing(reply: Reply, body: Any, place: Place, said: str) -> None:
    """Raise for an unknown model or an address without the protocol; return where a 400 says something else."""
    text = reading.words(body)[:2000]
    known = bool(_codes(body) & _NO_MODEL_CODES or _NO_MODEL.search(text))
    if reply.status != 400 and not known and _speaks(body):
        known = re.search(r"\bmodel\b|\bdeployment\b|模型", text, re.IGNORECASE) is not None
    if known:
        fatal = UnknownModel(
            f"the endpoint does not know the model {place.model!r} ({said})",
            where=place.base_url,
            todo="check the name under `model` in the candidate file",
        )
        raise _failed(place, "unknown_model", said, reply.status, retryable=False, fatal=fatal)
    if reply.status != 400:
        raise no_protocol(place, reply.status, said)


def _failed(
    place: Place, kind: str, message: str, status: int, *, retryable: bool, fatal: CandidateError
) -> CallFailed:
    if place.answered:
        return CallFailed(kind, message, http_status=status, retryable=True)
    return CallFailed(kind, message, http_status=status, retryable=retryable, fatal=fatal)


def _hint(said: str) -> str:
    if "max_completion_tokens" in said:
        return " (set `max_tokens_field: max_completion_tokens` in the candidate's settings)"
    return ""


# -- no reply at all --------------------------------------------------------------------------------------------------


def unconnected(problem: BaseException, base_url: str) -> CallFailed:
    """Plain words for a call that brought no reply, from the deepest reason that is known."""
    causes = list(_causes(problem))
    if any(isinstance(cause, TooLong) for cause in causes):
        return CallFailed("too_long", f"the reply is longer than {MAX_BYTES} bytes", retryable=False)
    for kinds, kind, words in _REASONS:
        cause = next((cause for cause in causes if isinstance(cause, kinds)), None)
        if cause is not None:
            detail = getattr(cause, "verify_message", "") or getattr(cause, "reason", "") or ""
            trusted = not isinstance(cause, ssl.SSLCertVerificationError)
            return CallFailed(kind, f"{base_url}: {words} {detail}".rstrip(), retryable=trusted)
    said = next((str(cause) for cause in causes if str(cause)), "no reason was given")
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


# -- what the endpoint says -------------------------------------------------------------------------------------------


def _json(raw: bytes) -> Any:
    try:
        return reading.parse(raw)
    except CallFailed:
        return None


def _speaks(body: Any) -> bool:
    """Whether `body` is an error as model endpoints write them."""
    if not isinstance(body, Mapping):
        return False
    if isinstance(body.get("error"), Mapping):
        return True
    return isinstance(body.get("message"), str) and any(name in body for name in ("code", "object", "type"))


def _codes(body: Any) -> set[str]:
    if not isinstance(body, Mapping):
        return set()
    places = [place for place in (body.get("error"), body) if isinstance(place, Mapping)]
    found = [place.get(name) for place in places for name in ("code", "type")]
    return {
        str(code).lower() for code in found if isinstance(code, str) or (isinstance(code, int) and abs(code) < 10**6)
    }


def _words(reply: Reply, body: Any, scrub: Scrubber) -> str:
    said = reading.words(body)
    if not said:
        said = _TAGS.sub(" ", reading.clean(reply.body[:4000].decode("utf-8", "replace")))
    return " ".join(scrub(said).split())[:SHOWN]


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds that the endpoint asks to wait: ``retry-after-ms``, or ``retry-after`` as seconds or as an HTTP date.

    A date is compared with the reply's own ``date``, so that two clocks that differ do no harm; else with `now`.
    """
    milliseconds = _seconds(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    written = headers.get("retry-after")
    seconds = _seconds(written)
    if seconds is not None or written is None:
        return seconds
    until, since = _date(written), _date(headers.get("date")) or now
    return None if until is None else max(0.0, (until - since).total_seconds())


def _seconds(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return max(0.0, value) if math.isfinite(value) else None


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text else None
    except (ValueError, OverflowError):
        return None
    if found is None:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
