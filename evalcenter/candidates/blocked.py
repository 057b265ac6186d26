"""Recognises a provider's content filter in the dialects it speaks.

Rules this module keeps:

* A block counts as the candidate's refusal, so it is recognised by the provider's own code, or by a sentence that the provider
  uses for nothing else. The bare word "sensitive" proves nothing ("model names are case-sensitive").
* Codes are compared as a whole, and only where providers put them; what a prompt or an answer says is never searched.

It is pure, and it never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

FINISH: Final = frozenset(
    {
        *("content_filter", "content_filtered", "contentfilter", "sensitive", "sensitive_content", "safety"),
        *("prohibited_content", "blocklist", "spii", "recitation", "guardrail_intervened", "refusal", "moderation"),
    }
)
"""Finish reasons, in lower case."""

CODES: Final = frozenset(
    {
        *("content_filter", "content_filter_error", "responsibleaipolicyviolation"),  # Azure, Moonshot
        *("content_policy_violation", "moderation_blocked"),  # OpenAI
        *("data_inspection_failed", "datainspectionfailed"),  # DashScope
        *("sensitivecontentdetected", "inputtextsensitivecontentdetected", "outputtextsensitivecontentdetected"),  # Ark
        *("sensitivecontentdetected.severeviolation", "sensitivecontentdetected.violence"),
        *("sensitive", "sensitive_content", "sensitive_words_detected", "input_sensitive", "output_sensitive"),
        *("content_policy", "content_blocked", "risk_control", "content_security"),
        *("guardrail_intervened", "prohibited_content", "content_moderation"),
    }
)
"""Error codes and types, in lower case."""

NUMBERS: Final = frozenset({"1301", "10013", "10014", "10019"})
"""Codes of Zhipu and Spark. A number proves nothing by itself: the message must speak of the content too."""

MINIMAX: Final = frozenset({"1026", "1027"})
"""Status codes of MiniMax's ``base_resp``, which comes with HTTP 200."""

_SENTENCES: Final = re.compile(
    "|".join(
        (
            r"content exists risk",  # DeepSeek
            r"(?:in|out)put (?:text )?data may contain inappropriate content",  # DashScope
            r"rejected because it was considered high risk",  # Moonshot
            r"flagged as potentially violating our usage policy",  # OpenAI
            r"triggering Azure OpenAI's content management policy",
            r"requires moderation on .{0,80}your input was flagged",  # OpenRouter
            r"content violates usage guidelines",  # xAI
            r"系统检测到输入或生成内容可能包含不安全或敏感内容",  # Zhipu
        )
    ),
    re.IGNORECASE,
)
_CONTENT: Final = re.compile(
    r"敏感|不安全|违规|违反|审核|涉及|sensitive|unsafe|moderation|inappropriate", re.IGNORECASE
)
_SEARCHED: Final = 2000
_REFUSING: Final = frozenset({200, 400, 403, 422, 451})
"""The statuses with which a request may be refused for its content."""


def finish(reason: str | None) -> bool:
    """Whether a finish reason says that a content filter stepped in."""
    return reason is not None and reason.lower() in FINISH


def word(body: Any, status: int = 200) -> str | None:
    """The provider's own code for a blocked call, or None where `body` says something else (or the status does)."""
    if not isinstance(body, dict) or status not in _REFUSING:
        return None
    base = body.get("base_resp")
    if isinstance(base, dict) and _code(base.get("status_code")) in MINIMAX:
        return f"base_resp {_code(base.get('status_code'))}"
    for place in _places(body):
        said = place.get("message")
        message = said[:_SEARCHED] if isinstance(said, str) else ""
        for name in ("code", "type", "error_code"):
            found = _code(place.get(name))
            if found in CODES or (found in NUMBERS and _CONTENT.search(message)):
                return found
        if _SENTENCES.search(message):
            return "content_filter"
    return None


def _places(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The mappings in which providers put an error's code: the error, what is inside it, and the body itself."""
    error = body.get("error")
    if isinstance(error, str):
        yield {"message": error}
    if isinstance(error, dict):
        yield error
        for name in ("innererror", "inner_error"):
            if isinstance(error.get(name), dict):
                yield error[name]
    if "choices" not in body:
        yield body


def _code(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return ""
    return str(value).strip().lower() if isinstance(value, str) else str(value if abs(value) < 10**9 else "")
