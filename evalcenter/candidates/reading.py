"""Turns one parsed chat completion into an Answer, or raises CallFailed.

Rules this module keeps, in this order:

1. No usable message (``choices: []``, no message, not JSON, an error in the body) is a failed call. It is never an answer.
2. A content filter is the candidate's own behaviour: the answer is ``blocked``, with whatever text came before.
3. ``finish_reason: length`` is ``truncated``.
4. A complete message in which nothing can be read is ``silent``: null or empty content, or thinking that never ends.
5. Everything else is ``complete``; a message's ``refusal`` field is its text.

Thinking is moved out of the text: closed blocks anywhere, and all that stands before a closing tag without an opening one.
A block that is opened after readable text and never closed stays text: a reader would have seen it.

It is pure, and on any JSON value it raises nothing but CallFailed. Texts leave it without lone surrogates and NUL characters,
which could not be written down.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from evalcenter.candidates import blocked
from evalcenter.errors import CallFailed
from evalcenter.records import Answer, AnswerState

TRUNCATED: Final = frozenset({"length", "max_tokens", "model_length", "model_context_window_exceeded"})
BROKEN: Final = frozenset(
    {"error", "abort", "aborted", "cancelled", "canceled", "network_error", "insufficient_system_resource"}
)
"""Finish reasons with which a server says that it broke off: a failed call."""

_TAG: Final = re.compile(
    r"<(?P<end>/?)(?P<word>think|thinking|seed:think)>|\[(?P<end2>/?)(?P<word2>THINK)\]|◁(?P<end3>/?)(?P<word3>think)▷",
    re.IGNORECASE,
)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NUMBER: Final = re.compile(r"\s*([0-9]{1,12})(?:\.0*)?\s*")
_MOST_TOKENS: Final = 10**12
_LABEL: Final = 200
_MOST_NAMES: Final = 8
_VERSION: Final = re.compile(r"(?:^|-)(?:model|version|revision|deployment|build|fingerprint|engine|release)(?:-|$)")


def clean(text: str) -> str:
    """`text` with lone surrogates and NUL characters replaced by U+FFFD."""
    text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    try:
        text.encode()  # finds lone surrogates, and faster than any search
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


def label(value: Any) -> str | None:
    """A short name that an endpoint reports (a model, a finish reason); None where it is no text."""
    return clean(value)[:_LABEL] if isinstance(value, str) and value else None


def parse(raw: bytes) -> Any:
    """The JSON value in `raw`. Raises CallFailed (kind ``not_json``)."""
    import msgspec

    with suppress(msgspec.MsgspecError, ValueError, RecursionError):
        return msgspec.json.decode(raw)
    try:  # what only Python's own reader takes: a byte order mark, NaN, half a surrogate pair
        return json.loads(raw.decode().removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise CallFailed("not_json", f"the reply is not JSON; it begins with {_begin(raw)!r}") from None


def _begin(raw: bytes) -> str:
    return clean(raw[:80].decode("utf-8", "replace"))


def versions(raw: bytes, headers: Mapping[str, str]) -> dict[str, str]:
    """What a reply says of the version behind the endpoint: its ``system_fingerprint``, and headers whose names speak of one."""
    body = parse(raw)
    named = {"system_fingerprint": body.get("system_fingerprint") if isinstance(body, dict) else None}
    named |= {f"header {name}": headers[name] for name in sorted(headers) if _VERSION.search(name)}
    found = {clean(name)[:_LABEL]: label(said) for name, said in list(named.items())[:_MOST_NAMES]}
    return {name: said for name, said in found.items() if said is not None}


def answer(body: Any, *, latency_ms: int = 0) -> Answer:
    """The answer in the chat completion `body`. Raises CallFailed where there is none (kinds in the module's docstring)."""
    if not isinstance(body, dict):
        raise CallFailed("no_message", "the reply is JSON, but not a chat completion")
    word = blocked.word(body)
    if word is not None:
        return Answer(
            text="", state="blocked", finish_reason=word, model=label(body.get("model")), latency_ms=latency_ms
        )
    choice = _choice(body)
    reason = label(choice.get("finish_reason"))
    stopped = blocked.finish(reason)
    message = choice.get("message")
    if not isinstance(message, dict) or not message:
        if not stopped:
            raise CallFailed("no_message", "the reply holds no message")
        message = {}
    if reason is not None and reason.lower() in BROKEN:
        raise CallFailed("broken_off", f"the endpoint broke the answer off (finish_reason {reason})")
    text, thought, unclosed = _texts(message)
    usage = body.get("usage")
    return Answer(
        text=text,
        state=_state(text, reason, stopped=stopped or _flagged(body, text), unclosed=unclosed),
        reasoning=thought,
        finish_reason=reason,
        model=label(body.get("model")),
        prompt_tokens=_tokens(usage, "prompt_tokens", "input_tokens"),
        completion_tokens=_tokens(usage, "completion_tokens", "output_tokens"),
        reasoning_tokens=_reasoning_tokens(usage),
        latency_ms=latency_ms,
    )


def recorded(text: str, *, reasoning: str = "", finish_reason: str | None = None, model: str | None = None) -> Answer:
    """An answer that was written down elsewhere, read by the same rules as a live one."""
    visible, thought, unclosed = split(clean(text))
    reason = label(finish_reason)
    return Answer(
        text=visible,
        state=_state(visible, reason, stopped=blocked.finish(reason), unclosed=unclosed),
        reasoning=_joined(clean(reasoning), thought),
        finish_reason=reason,
        model=label(model),
    )


def _state(text: str, reason: str | None, *, stopped: bool, unclosed: bool) -> AnswerState:
    if stopped:
        return "blocked"
    if reason is not None and reason.lower() in TRUNCATED:
        return "truncated"
    return "silent" if unclosed or not readable(text) else "complete"


def readable(text: str) -> bool:
    """Whether `text` holds anything that a reader could see: not only spaces, controls and zero-width characters."""
    said = text.strip()
    return said != "" and (said[0].isprintable() or any(one.isprintable() and one != " " for one in set(said)))


# -- the message ------------------------------------------------------------------------------------------------------


def _choice(body: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = body.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        first = choices[0]
        if not first.get("error"):
            return first
        raise CallFailed("error_body", f"the endpoint reports an error in its answer: {words(first)}")
    if body.get("error"):
        raise CallFailed("error_body", f"the endpoint reports an error in a reply marked as a success: {words(body)}")
    raise CallFailed("no_message", "the reply holds no choices")


def words(body: Any) -> str:
    """What an error body says, shortened; empty where it says nothing that can be read."""
    if not isinstance(body, dict):
        return ""
    detail = body.get("detail")
    for place in (body.get("error"), body, detail, *(detail[:1] if isinstance(detail, list) else ())):
        for name in ("message", "msg", "error_msg", "detail", "error"):
            said = place.get(name) if isinstance(place, Mapping) else None
            if isinstance(said, str) and said.strip():
                return clean(said.strip())
    return ""


def _texts(message: Mapping[str, Any]) -> tuple[str, str, bool]:
    """The readable text, the reasoning, and whether thinking was left open."""
    said, aside = _parts(message.get("content"))
    thinking = (message.get("reasoning_content"), message.get("reasoning"), message.get("thinking"))
    fields = [clean(field) for field in thinking if isinstance(field, str) and field]
    text, thought, unclosed = split(clean(said))
    if not (fields or aside or thought or message.get("refusal")):
        return text, "", unclosed
    refusal = message.get("refusal")
    if isinstance(refusal, str) and not readable(text):
        text, unclosed = clean(refusal), False
    return text, _joined(*dict.fromkeys(fields), clean(aside), thought), unclosed


def _parts(content: Any) -> tuple[str, str]:
    """The text and the thinking in a message's content: text, null, or a list of parts. Raises CallFailed on anything else."""
    if content is None or isinstance(content, str):
        return content or "", ""
    if isinstance(content, Mapping):
        content = [content]
    if not isinstance(content, list):
        raise CallFailed("no_message", f"the message's content is a {type(content).__name__}, not text")
    said: list[str] = []
    aside: list[str] = []
    for part in content:
        if isinstance(part, str):
            said.append(part)
        elif isinstance(part, Mapping):
            kind = part.get("type")
            thinking = kind in {"thinking", "reasoning"}
            (aside if thinking else said).append(_part(part))
    return "".join(said), "\n".join(aside)


def _part(part: Mapping[str, Any]) -> str:
    for name in ("text", "thinking", "reasoning", "refusal"):
        value = part.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, Mapping) and isinstance(value.get("value"), str):
            return str(value["value"])
        if isinstance(value, list):
            return "".join(str(p["text"]) for p in value if isinstance(p, Mapping) and isinstance(p.get("text"), str))
    return ""


def split(text: str) -> tuple[str, str, bool]:
    """`text` without its thinking, the thinking, and whether the text is nothing but thinking that never ends.

    A text without thinking comes back unchanged; otherwise the spaces around what is left are dropped.
    """
    if not _may_think(text):
        return text, "", False
    said: list[str] = []
    thought: list[str] = []
    at, opened, found = 0, "", False
    begin = 0
    for tag in _TAG.finditer(text):
        closing = bool(tag["end"] or tag["end2"] or tag["end3"])
        kind = (tag["word"] or tag["word2"] or tag["word3"]).lower() + tag[0][0]
        if closing and opened == kind:
            thought.append(text[begin : tag.start()])
            at, opened = tag.end(), ""
        elif closing and not opened and not found:
            thought.append(text[: tag.start()])
            at = tag.end()
        elif not closing and not opened:
            said.append(text[at : tag.start()])
            at, begin, opened = tag.start(), tag.end(), kind
        else:
            continue
        found = True
    if not found:
        return text, "", False
    rest = text[at:]
    if opened and not readable("".join(said)):
        return "", _joined(*thought, text[begin:]), True
    return "".join([*said, rest]).strip(), _joined(*thought), False


def _may_think(text: str) -> bool:
    """False where `_TAG` finds nothing, for most texts without a search: by what every tag begins with, or by its word."""
    if not ("<" in text or "[" in text or "◁" in text):
        return False
    return not text.isascii() or "think" in text.lower()


def _joined(*pieces: str) -> str:
    return "\n".join(piece.strip() for piece in pieces if piece.strip())


def _flagged(body: Mapping[str, Any], text: str) -> bool:
    """MiniMax marks a blocked call with two flags beside an empty message."""
    return (body.get("input_sensitive") is True or body.get("output_sensitive") is True) and not readable(text)


# -- usage ------------------------------------------------------------------------------------------------------------


def _tokens(usage: Any, *names: str) -> int | None:
    if isinstance(usage, dict):
        for name in names:
            count = _count(usage.get(name))
            if count is not None:
                return count
    return None


def _reasoning_tokens(usage: Any) -> int | None:
    if isinstance(usage, dict):
        for place in (usage.get("completion_tokens_details"), usage.get("output_tokens_details"), usage):
            count = _tokens(place, "reasoning_tokens")
            if count is not None:
                return count
    return None


def _count(value: Any) -> int | None:
    """A token count given as a whole number, a float or text; None where it is none of these, negative or absurd."""
    if value is None:
        return None
    if isinstance(value, str):
        whole = _NUMBER.fullmatch(value)
        return int(whole[1]) if whole else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if 0 <= value <= _MOST_TOKENS else None
