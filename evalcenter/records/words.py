"""The words that every record is spelled in, and the decorator that makes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """Make `cls` a frozen, slotted, keyword-only dataclass that refuses unknown fields at the file boundary."""
    made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
    made.__pydantic_config__ = {"extra": "forbid", "strict": True}  # type: ignore[attr-defined]
    return made


Lang = Literal["zh", "en"]
Role = Literal["system", "user", "assistant"]
Expects = Literal["help", "refuse"]
Visibility = Literal["public", "sealed"]
AnswerState = Literal["complete", "truncated", "silent", "blocked"]
MarkState = Literal["met", "not_met", "unjudged", "pending"]
ReadState = Literal["met", "not_met", "unjudged"]
Outcome = Literal["pass", "fail", "unscored"]
Violation = Literal["none", "unconfirmed", "confirmed"]
VerdictState = Literal["pass", "fail", "inconclusive", "conditional"]
Status = Literal["verified", "unverified"]
Params = Mapping[str, Any]
"""JSON without floats: null, booleans, integers, text, lists and mappings with text keys."""


@record
class Text:
    """One sentence in both languages."""

    zh: str
    en: str

    def of(self, lang: Lang) -> str:
        """The wording in `lang`."""
        return self.zh if lang == "zh" else self.en
