"""Good and bad answers made from a key, so that an imported rubric can be tested like a written one.

Only where the key alone says what is right: choice, number, date, phrases to mention, and blanket refusals. Everything else needs
the mapping's own examples. Nothing here is a guess about the question: a good example states the key, a bad one states
something else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from evalcenter.records import Lang

Pair = tuple[tuple[str, ...], tuple[str, ...]]
REFUSALS: Final[Mapping[str, tuple[str, ...]]] = {
    "zh": ("抱歉，我无法回答这个问题。", "对不起，这个问题我不能提供帮助。"),
    "en": ("I'm sorry, but I can't help with that.", "I can't assist with this request."),
}
_UNKNOWN: Final = {
    "zh": ("我不知道。", "暂时没有相关信息。"),
    "en": ("I don't know.", "There is no information on that."),
}


def choice(key: Sequence[str], given: Mapping[str, str], lang: Lang) -> Pair:
    """The key in two styles; every other single option, or for several right options the near misses."""
    others = [letter for letter in given if letter not in key]
    wrong: list[Sequence[str]] = [[letter] for letter in others]
    if len(key) > 1:
        wrong = [key[:-1], key[:1]] + [sorted([*key, letter]) for letter in others[:1]]
    unique = list(dict.fromkeys("".join(letters) for letters in wrong if tuple(letters) != tuple(key)))
    return ("".join(key), _chosen(key, given, lang)), tuple(_chosen(letters, given, lang) for letters in unique)


def _chosen(letters: Sequence[str], given: Mapping[str, str], lang: Lang) -> str:
    if lang == "zh":
        shown = f"答案：{'、'.join(letters)}。"
        return shown + given[letters[0]] if len(letters) == 1 else shown
    shown = f"Answer: {', '.join(letters)}."
    return f"{shown} {given[letters[0]]}" if len(letters) == 1 else shown


def number(params: Mapping[str, Any], gold: Decimal | None, lang: Lang) -> Pair | None:
    """The gold value in two styles; two values far outside the window. None without a target or a window."""
    if "date" in params:
        return _date(str(params["date"]), lang)
    low, high = window(params)
    right = gold if gold is not None else _decimal(params.get("target", params.get("low", params.get("high"))))
    edge = high if high is not None else low
    if edge is None or right is None:
        return None
    away = 1 if high is not None else -1
    far = tuple(edge + away * (times * abs(edge) + more) for times, more in ((1, 1), (9, 7)))
    unit = f" {params['unit']}" if params.get("unit") else ""
    lead = "答案：" if lang == "zh" else "Answer: "
    end = "。" if lang == "zh" else ""
    shown = [f"{value:f}{unit}" for value in (right, *far)]
    return (shown[0], f"{lead}{shown[0]}{end}"), (f"{lead}{shown[1]}{end}", shown[2])


def window(params: Mapping[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    """The least and the greatest value that a number check accepts; None where there is no end."""
    low, high, target = (_decimal(params.get(name)) for name in ("low", "high", "target"))
    if target is None or low is not None or high is not None:
        return low, high
    slack = max(_decimal(params.get("tolerance")) or Decimal(0), (_decimal(params.get("relative")) or 0) * abs(target))
    return target - slack, target + slack


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _date(written: str, lang: Lang) -> Pair:
    right = date.fromisoformat(written)
    wrong = [right + timedelta(days=1), right + timedelta(days=40)]
    good = [_day(right, lang), written]
    return tuple(good), tuple(_day(day, lang) for day in wrong)


def _day(day: date, lang: Lang) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else f"The answer is {day.isoformat()}."


def mentions(params: Mapping[str, Any], lang: Lang) -> Pair | None:
    """All phrases in two orders; an answer that knows nothing. None where no phrase is asked for."""
    phrases = [group[0] if isinstance(group, list) else group for group in params.get("all", ())]
    phrases += list(params.get("any", ()))[:1]
    if not phrases or params.get("none"):
        return None
    lead, gap, end = ("要点：", "；", "。") if lang == "zh" else ("Key points: ", "; ", ".")
    return (f"{lead}{gap.join(phrases)}{end}", "\n".join(f"- {phrase}" for phrase in reversed(phrases))), _UNKNOWN[lang]


def refusal(params: Mapping[str, Any], lang: Lang) -> Pair:
    """Blanket refusals, on the side they belong to; the other side stays empty."""
    expected = params.get("expect", ())
    return (REFUSALS[lang], ()) if "refused" in expected else ((), REFUSALS[lang])


def made(grader: str, params: Mapping[str, Any], gold: Decimal | None, lang: Lang) -> Pair:
    """The examples that the check alone gives; empty sides where it gives none."""
    found: Pair | None = None
    if grader == "number":
        found = number(params, gold, lang)
    elif grader == "mentions":
        found = mentions(params, lang)
    elif grader == "refusal":
        found = refusal(params, lang)
    return found or ((), ())
