"""Numerals written in words, Chinese and English, and Chinese ones mixed with digits.

Rules this module keeps:

* 三百五十, 一百零五, 一千五 (1500), 二〇二六 (digit by digit), 三点五, 一亿二千万, 1万2千, 1.5万, 壹佰 are read exactly.
* English: ``two hundred and fifty``, ``twenty-five thousand``.

It refuses to guess: what is no numeral from end to end has no value.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

_ZH_DIGIT: Final = {
    c: n
    for n, cs in enumerate(("〇零", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for c in cs
}
_ZH_UNIT: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10**4, "亿": 10**8}
DIGITS: Final = "".join(_ZH_DIGIT)
UNITS: Final = "".join(_ZH_UNIT)
_EN_SMALL: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_EN_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
_EN: Final = {w: n for n, w in enumerate(_EN_SMALL.split())} | {w: 10 * n for n, w in enumerate(_EN_TENS.split(), 2)}
_EN_UNIT: Final = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
EN_WORD: Final = "|".join(sorted([*_EN, *_EN_UNIT], key=len, reverse=True))


def read_zh(words: str) -> Decimal | None:
    """The value of a Chinese numeral such as 三百五十, 一千五, 二〇二六, 三点五, or 1万2千; None when it is none."""
    whole, _, decimals = words.partition("点")
    if decimals:
        base = read_zh(whole)
        if base is None or base != int(base) or any(c not in _ZH_DIGIT for c in decimals):
            return None
        return base + Decimal("0." + "".join(str(_ZH_DIGIT[c]) for c in decimals))
    if all(c in _ZH_DIGIT for c in whole):
        return Decimal("".join(str(_ZH_DIGIT[c]) for c in whole)) if whole else None
    return _zh_sum(re.findall(rf"\d+(?:\.\d+)?|[{DIGITS}{UNITS}]", whole))


def _zh_sum(parts: list[str]) -> Decimal | None:
    total = section = Decimal(0)
    digit: Decimal | None = None
    last = 0  # the unit before a trailing digit: 一千五 is 1500, 一千零五 is 1005
    for part in parts:
        if part in "〇零":
            last = 10
            continue
        unit = _ZH_UNIT.get(part)
        if unit is None:
            if digit is not None:
                return None
            digit = Decimal(_ZH_DIGIT[part]) if part in _ZH_DIGIT else Decimal(part)
        elif unit < 10**4:
            section += (Decimal(1) if digit is None else digit) * unit
            digit, last = None, unit
        else:
            if digit is None and not section and not total:
                return None
            if unit == 10**8:
                total, section = (total + section + (digit or 0)) * unit, Decimal(0)
            else:
                total, section = total + (section + (digit or 0)) * unit, Decimal(0)
            digit, last = None, unit
    if digit is not None:
        section += digit * (last // 10) if last >= 100 else digit
    return total + section


def read_en(words: str) -> Decimal | None:
    """The value of an English numeral such as ``two hundred and fifty``; None when it is none."""
    total = current = 0
    seen = False
    for word in re.findall(r"[a-z]+", words.lower()):
        if word in _EN:
            current, seen = current + _EN[word], True
        elif word == "hundred":
            current, seen = (current or 1) * 100, True
        elif word in _EN_UNIT:
            total, current, seen = total + (current or 1) * _EN_UNIT[word], 0, True
        elif word not in {"and", "a"}:
            return None
    return Decimal(total + current) if seen else None
