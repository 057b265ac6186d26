"""An endpoint's misbehaviour, by name: what comes over the connection instead of the reference candidate's plain reply.

``serve-reference --faults 500=0.1,reset=0.05,always:no-choices=0.02`` spoils one call of every tenth prompt with an HTTP 500,
one of every twentieth with a reset, and every call of every fiftieth with an empty list of choices.

Rules this module keeps:

* Which calls are spoilt depends on the seed, the prompt and how often the prompt was answered before, and on nothing else. A
  fault spoils one call and the next one to the same prompt is answered; with ``always:`` it spoils every call to a prompt.
* At most one fault hits a call.
* A fault that is no answer says nothing of what the candidate would have said: its texts hold ``CANARY``, so that one which was
  taken for an answer is found. A fault that is an answer (a filter, silence, a cut) is made of the candidate's own words.
* Everything is simulated, and says so.

It is pure: it neither sleeps nor writes, it says what should happen; ``server.py`` does it. What becomes of each is in
``docs/faults.md``.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final, Literal

from evalcenter import canon
from evalcenter.candidates import reading
from evalcenter.draws import Draws
from evalcenter.errors import InputError

Said = dict[str, Any]
"""A chat completion as it would be sent."""
Key = tuple[str, ...]

CANARY: Final = "[simulated fault]"
RENAMED: Final = "-renamed"
"""What the endpoint that renames its model puts behind the name."""
RETRY_AFTER_S: Final = 1
DRIP_S: Final = 0.4
"""Between two bytes of a reply that drips."""
TRICKLE_S: Final = 0.03
"""Between two pieces of a reply that comes slowly, but comes."""
ALWAYS: Final = "always:"
_PLACES: Final = 9
_WHOLE: Final = 10**_PLACES
_ORDER: Final = re.compile(r"(always:)?([a-z0-9-]+)(?:=((?:0|1)(?:\.[0-9]{1,9})?))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What happens on the connection: `pieces` are sent, each `pause_s` after the one before, and `then` it goes on like this.

    ``keep``: it stays open for the next call. ``close``: it is closed. ``reset``: it is reset. ``wait``: nothing more comes.
    """

    pieces: tuple[bytes, ...] = ()
    pause_s: float = 0.0
    then: Literal["keep", "close", "reset", "wait"] = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to misbehave: what the endpoint does in words, how, and whether what comes is an answer."""

    about: str
    act: Callable[[Said], Act]
    answers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """So large a share of the prompts meets this fault; `always` on every call, else once for each answer."""

    fault: str
    share: Decimal = Decimal(1)
    always: bool = False

    def __str__(self) -> str:
        return f"{ALWAYS if self.always else ''}{self.fault}={self.share}"


class Mischief:
    """Which calls are spoilt, and how. It remembers which prompts were answered, so it serves one run."""

    def __init__(self, orders: Iterable[Order], seed: str) -> None:
        held = tuple(orders)
        self._always = [order for order in held if order.always]
        self._once = [order for order in held if not order.always]
        self._seed = seed
        self._spoilt: set[Key] = set()
        self._answered: Counter[Key] = Counter()

    def next(self, asked: Key) -> str | None:
        """The name of the fault that this call to the prompt `asked` meets; None where it is answered as usual."""
        name = self._drawn(self._always, "always", asked)
        if name is not None:
            return name
        if asked not in self._spoilt:
            name = self._drawn(self._once, f"once/{self._answered[asked]}", asked)
        if name is None or FAULTS[name].answers:
            self._spoilt.discard(asked)
            self._answered[asked] += 1
        else:
            self._spoilt.add(asked)
        return name

    def _drawn(self, orders: Sequence[Order], what: str, asked: Key) -> str | None:
        if not orders:
            return None
        prompt = canon.digest([reading.clean(text) for text in asked])
        at, end = Draws(self._seed, f"misbehaving/{what}/{prompt}").below(_WHOLE), 0
        for order in orders:
            end += int(order.share * _WHOLE)
            if at < end:
                return order.fault
        return None


def parse(text: str) -> tuple[Order, ...]:
    """The orders in ``[always:]NAME[=SHARE],…``. Raises InputError for an unknown name or shares beyond 1."""
    orders = tuple(_order(part.strip()) for part in text.split(",") if part.strip())
    if sum(order.share for order in orders) > 1:
        raise InputError(
            f"the shares of {text!r} are more than 1 together", todo="give shares such as 500=0.1,reset=0.05"
        )
    return orders


def _order(part: str) -> Order:
    found = _ORDER.fullmatch(part)
    if found is None or Decimal(found[3] or 1) > 1:
        raise InputError(f"{part!r} is no fault with its share", todo="write it like 500=0.1, or always:500=0.1")
    if found[2] not in FAULTS:
        raise InputError(f"no fault is called {found[2]!r}", todo=f"the names are {', '.join(FAULTS)}")
    return Order(fault=found[2], share=Decimal(found[3] or 1), always=bool(found[1]))


def listed() -> str:
    """Every fault's name and what the endpoint does, a line each."""
    width = max(map(len, FAULTS))
    return "\n".join(f"{name:{width}}  {fault.about}" for name, fault in FAULTS.items())


# -- what is sent -----------------------------------------------------------------------------------------------------


def http(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> bytes:
    """One whole reply. The headers default to those of JSON with its length."""
    given = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _refusal(status: int, code: str | None, message: str, headers: Mapping[str, str] | None = None) -> Act:
    kind = "server_error" if status >= 500 else "invalid_request_error"
    return _error(status, {"message": f"{CANARY} {message}", "type": kind, "param": None, "code": code}, headers)


def _error(status: int, error: Said, headers: Mapping[str, str] | None = None) -> Act:
    body = json.dumps({"error": error, "simulated": True}, ensure_ascii=False).encode()
    return Act(pieces=(http(status, body, headers),))


def _plain(said: Said) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode()


def _choosing(said: Said, reason: str, content: str | None) -> Act:
    """The completion with another finish reason and content."""
    choice = {**said["choices"][0], "finish_reason": reason}
    choice["message"] = {**choice["message"], "content": content}
    return Act(pieces=(http(200, _plain({**said, "choices": [choice]})),))


def _half(said: Said) -> str:
    text = str(said["choices"][0]["message"]["content"])
    return text[: max(1, len(text) // 2)]


def _status(status: int) -> Callable[[Said], Act]:
    return lambda _: _refusal(status, None, HTTPStatus(status).phrase)


def _too_many(headers: Mapping[str, str]) -> Callable[[Said], Act]:
    return lambda _: _refusal(429, "rate_limit_exceeded", "Rate limit reached.", headers)


def _filtered(status: int, **error: Any) -> Callable[[Said], Act]:
    return lambda _: _error(status, error)


def _truncated(said: Said) -> Act:
    whole = http(200, _plain(said))
    return Act(pieces=(whole[: -len(_plain(said)) // 2],), then="close")


def _truncated_chunk(said: Said) -> Act:
    body = _plain(said)
    half = body[: len(body) // 2]
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    return Act(pieces=(head + b"%x\r\n%b\r\n" % (len(half), half),), then="close")


def _not_json(said: Said) -> Act:
    body = _plain(said)
    return Act(pieces=(http(200, body[: len(body) // 2]),))


def _no_choices(said: Said) -> Act:
    return Act(pieces=(http(200, _plain({**said, "choices": []})),))


def _page(_: Said) -> Act:
    body = f"<!doctype html><title>{CANARY}</title><p>Please sign in.".encode()
    return Act(pieces=(http(200, body, {"Content-Type": "text/html; charset=utf-8"}),))


def _typed(said: Said) -> Act:
    return Act(pieces=(http(200, _plain(said), {"Content-Type": "text/html"}),))


def _drip(said: Said) -> Act:
    whole = http(200, _plain(said))[:-1]
    return Act(pieces=tuple(whole[at : at + 1] for at in range(len(whole))), pause_s=DRIP_S, then="wait")


def _trickle(said: Said) -> Act:
    whole = http(200, _plain(said))
    step = -(-len(whole) // 8)
    return Act(pieces=tuple(whole[at : at + step] for at in range(0, len(whole), step)), pause_s=TRICKLE_S)


def _redirect(_: Said) -> Act:
    return Act(pieces=(http(307, b"", {"Location": "/v2/chat/completions"}),))


def _renamed(said: Said) -> Act:
    return Act(pieces=(http(200, _plain({**said, "model": f"{said['model']}{RENAMED}"})),))


def _twice(said: Said) -> Act:
    return Act(pieces=(2 * http(200, _plain(said)),))


FAULTS: Final[Mapping[str, Fault]] = {
    "429": Fault(about="HTTP 429 without Retry-After", act=_too_many({})),
    "429-after": Fault(
        about=f"HTTP 429 with `Retry-After: {RETRY_AFTER_S}`", act=_too_many({"Retry-After": str(RETRY_AFTER_S)})
    ),
    "429-date": Fault(
        about="HTTP 429 with Retry-After as a date one second after the reply's own, by a clock that is wrong",
        act=_too_many({"Date": "Thu, 01 Jan 2015 00:00:00 GMT", "Retry-After": "Thu, 01 Jan 2015 00:00:01 GMT"}),
    ),
    "500": Fault(about="HTTP 500", act=_status(500)),
    "502": Fault(about="HTTP 502", act=_status(502)),
    "503": Fault(about="HTTP 503", act=_status(503)),
    "closed": Fault(about="the connection is closed without a reply", act=lambda _: Act(then="close")),
    "reset": Fault(about="the connection is reset", act=lambda _: Act(then="reset")),
    "truncated": Fault(about="half of the body, then the end", act=_truncated),
    "truncated-chunk": Fault(about="a chunked body without its end", act=_truncated_chunk),
    "not-json": Fault(about="a whole reply whose JSON is half", act=_not_json),
    "no-choices": Fault(about="`choices: []`", act=_no_choices),
    "page": Fault(about="a web page under HTTP 200", act=_page),
    "drip": Fault(about="a byte now and then, and never the last one", act=_drip),
    "never": Fault(about="no reply, the connection stays open", act=lambda _: Act(then="wait")),
    "redirect": Fault(about="HTTP 307 to another address", act=_redirect),
    "401": Fault(about="HTTP 401", act=lambda _: _refusal(401, "invalid_api_key", "Incorrect API key provided.")),
    "unknown-model": Fault(
        about="HTTP 404: the model does not exist (any more)",
        act=lambda _: _refusal(404, "model_not_found", "The model does not exist."),
    ),
    "null": Fault(about="a message with null content", act=lambda said: _choosing(said, "stop", None), answers=True),
    "length": Fault(
        about="half of the answer, `finish_reason: length`",
        act=lambda said: _choosing(said, "length", _half(said)),
        answers=True,
    ),
    "filter-finish": Fault(
        about="half of the answer, `finish_reason: content_filter`",
        act=lambda said: _choosing(said, "content_filter", _half(said)),
        answers=True,
    ),
    "filter-azure": Fault(
        about="HTTP 400, code `content_filter` (Azure)",
        act=_filtered(400, code="content_filter", message=CANARY, innererror={"code": "ResponsibleAIPolicyViolation"}),
        answers=True,
    ),
    "filter-dashscope": Fault(
        about="HTTP 400, code `data_inspection_failed` (DashScope)",
        act=_filtered(400, code="data_inspection_failed", message=CANARY, type="data_inspection_failed"),
        answers=True,
    ),
    "filter-deepseek": Fault(
        about="HTTP 400, `Content Exists Risk` (DeepSeek)",
        act=_filtered(400, code="invalid_request_error", message="Content Exists Risk"),
        answers=True,
    ),
    "filter-zhipu": Fault(
        about="HTTP 400, code 1301 (Zhipu)",
        act=_filtered(400, code="1301", message=f"{CANARY} 系统检测到输入或生成内容可能包含不安全或敏感内容"),
        answers=True,
    ),
    "trickle": Fault(about="the reply in eight slow pieces", act=_trickle, answers=True),
    "wrong-type": Fault(about="the reply as `Content-Type: text/html`", act=_typed, answers=True),
    "renamed": Fault(about="the reply names another model than before", act=_renamed, answers=True),
    "twice": Fault(about="the reply twice over", act=_twice, answers=True),
}
"""Every fault by its name."""
