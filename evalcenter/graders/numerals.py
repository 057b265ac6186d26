"""Figures in running text, Chinese and English: numbers as digits or words, with unit, range, sign and place.

Rules this module keeps:

* ``1,234.5``, ``1'234`` and thin or no-break spaces group thousands; an ordinary space does not ("2 500 mg tablets" are two
  numbers) and a comma is never a decimal sign.
* 1.5万, 三百五十, 百分之九十, 三分之二, 两片半, 半片, 7块6, two hundred and fifty, 1½, 3/4, 4.5×10⁹, 1e-3 are read (words:
  ``spelled.py``); a fraction is divided to 28 digits. "8/10" counts as 8 out of 10, "120/80" as two numbers.
* A lone Chinese digit is a figure only before a known unit (一般 and 统一 hold none), and "one" likewise.
* 5–10, 5 至 10, between 5 and 10 and 5 ± 2 are one figure with a low and a high end; 两三天 is one too.
* Digits behind a Latin letter (B12, HbA1c, COVID-19) belong to a name. List numbers at the start of a line are marked.

It refuses to compute: "1000 / 250" stays two figures, and nothing longer than 60 digits is a figure. It stops after 2000
figures, and ``read_bounded`` says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Final, Literal

from evalcenter.graders import units
from evalcenter.graders.numeral_text import fold
from evalcenter.graders.spelled import DIGITS, EN_WORD, UNITS, read_en, read_zh

MAX_DIGITS: Final = 60
MAX_FIGURES: Final = 2000
Kind = Literal["number", "ordinal", "clock", "marker", "total"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of a text; ``text[start:end]`` of the original is the figure with its unit.

    `high` is the upper end of a range (`value` is the lower one). `unit` is canonical (``units.py``), "" where there is none.
    `per` is a rate written before the figure (每小时 15 mL has `per` "h"). `kind`: a plain number; the ordinal after 第;
    a time of day in minutes; a list marker; or the total in "8 out of 10".
    """

    value: Decimal
    start: int
    end: int
    high: Decimal | None = None
    unit: str = ""
    per: str = ""
    kind: Kind = "number"


# -- reading ----------------------------------------------------------------------------------------------------------

_VULGAR: Final = {"½": "0.5", "⅓": "1/3", "⅔": "2/3", "¼": "0.25", "¾": "0.75", "⅕": "0.2", "⅖": "0.4", "⅗": "0.6", "⅘": "0.8",
                  "⅙": "1/6", "⅚": "5/6", "⅛": "0.125", "⅜": "0.375", "⅝": "0.625", "⅞": "0.875"}  # fmt: skip
_V: Final = "".join(_VULGAR)
_PLAIN: Final = r"(?:\d{1,3}(?:[,'\u2009]\d{3}){1,20}+(?![,'\u2009]?\d)|\d++)(?:\.\d++)?+|(?<![\w.])\.\d++"
_BEGINS: Final = rf"(?=[\d.半{_V}{DIGITS}{UNITS}百千万]|(?<![A-Za-z])[A-Za-z])"
"""What any figure begins with: most places of a text are passed by at once."""
_FIGURE: Final = re.compile(
    _BEGINS
    + rf"""(?:(?P<share>[百千万]分之(?P<shared>[{DIGITS}{UNITS}点]{{1,20}}+|(?:{_PLAIN})))
    |(?P<part>(?P<of>[{DIGITS}{UNITS}]{{1,6}}|\d{{1,4}})分之(?P<parts>[{DIGITS}{UNITS}]{{1,6}}|\d{{1,4}}))
    |(?P<clock>(?<![\d:.])(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?![\d:]))
    |(?P<name>(?<![A-Za-z0-9])(?!(?:RMB|CNY|USD|GBP|EUR|HKD)\d|[xX]10\b)[A-Za-z][A-Za-z_]{{0,20}}+[-–]?\d++(?:[.-]?\d++)?+)
    |(?P<num>(?<![A-Za-z_]-)(?<![A-Za-z_])(?:{_PLAIN})|(?P<money>(?<=RMB)|(?<=CNY)|(?<=USD)|(?<=GBP)|(?<=EUR)|(?<=HKD))(?:{_PLAIN}))
    |(?P<vulgar>[{_V}])
    |(?P<half>半(?=片|粒|支|袋|包|瓶|盒|个|小时|年|天|日|月|量|斤|公斤|杯|勺))
    |(?P<zh>[{DIGITS}{UNITS}]{{1,40}}+(?:点[{DIGITS}]{{1,12}}+(?![{UNITS}分]))?+)
    |(?P<en>(?<![A-Za-z])(?:(?:{EN_WORD})(?![A-Za-z])(?:[ -]{{1,2}}(?:and[ ])?(?=(?:{EN_WORD})(?![A-Za-z])))?+){{1,12}}+))""",
    re.VERBOSE,
)
_POWER: Final = re.compile(
    r"[ \u2009]?[×xX*·][ \u2009]?10(?:\^[ ]?[{(]?([-+]?\d{1,3})(?!\d)[})]?|\*\*\(?([-+]?\d{1,3})(?!\d)\)?"
    r"|([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})|(\d{1,2})(?=[ ]?/[ ]?[Lμ]))"
    r"|[eE]([-+]?\d{1,3})(?![\w.])"
)
_OWN_POWER: Final = re.compile(r"(?:\^[{(]?([-+]?\d{1,3})[})]?|([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}))(?!\d)")
_SUPER: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SLASH: Final = re.compile(r"[ ]?/[ ]?(\d{1,4})(?![\d/.]|,\d)")
_MIXED: Final = re.compile(rf"[ ]?([{_V}])|[ ](\d{{1,2}})/(\d{{1,2}})(?![\d/])")
_TAIL: Final = re.compile(
    rf"[ ]?(?:[十百千万亿](?:[零]?(?:\d{{1,4}}|[{DIGITS}]{{1,2}}))?){{1,4}}+"
    r"|[ ](thousand|million|billion)(?![a-z])|(k)(?![A-Za-z])",
    re.I,
)
_TIMES: Final = {"thousand": 1000, "million": 10**6, "billion": 10**9, "k": 1000}
_JOIN: Final = re.compile(r"[ \u2009]{0,2}(?:[-–—~]{1,2}|至|到)[ \u2009]{0,2}|[ ](?:to|and|through)[ ]|[ ]?±[ ]?", re.I)
_BETWEEN: Final = re.compile(r"(?:between|from)[ ]{1,2}\W{0,3}$", re.I)
_MARKER: Final = re.compile(r"(?:^|\n)[ ]{0,12}(?:[-*#>•][ ]?){0,6}[(（\[]?$")
_AFTER_MARKER: Final = re.compile(r"[)）\]]|[.、．](?!\d)")
_STEP: Final = re.compile(
    r"(?:步骤|步|step|option|question|table|figure|chapter|section|表|图|附件|注|方案|方法)[ ]?$", re.I
)
_PREFIX_RATE: Final = re.compile(
    r"每(?:个|一|1|隔)?(小时|分钟|天|日|周|月|年|次|人|户|公斤|千克|kg|升|片|分)[^\d。；;,，\n]{0,8}$", re.I
)
_VAGUE: Final = "个种些项条点步位名件份方直定般样起旦边面度向"
_DIMES: Final = re.compile(rf"([1-9{DIGITS}])(?:[毛角](?:钱)?|(?=\W|$))")
"""What follows 块 in 7块6, 七块六毛: tenths."""
_NAMED_SIGN: Final = re.compile(r"(?:负|零下|minus |negative )$", re.I)


def read_figures(text: str, extra: tuple[str, ...] = ()) -> tuple[Figure, ...]:
    """The figures of `text` in order, spans in `text` itself. `extra` holds unit spellings beyond the built-in ones.

    Pure, bounded: of more than 2000 figures the rest is left out, and ``read_bounded`` says so. Digits that spell a date are
    figures too; ``dates.read_dates`` gives the dates' spans.
    """
    return read_bounded(text, extra)[0]


@lru_cache(maxsize=64)
def read_bounded(text: str, extra: tuple[str, ...] = ()) -> tuple[tuple[Figure, ...], bool]:
    """The figures of `text` as ``read_figures`` gives them, and whether these are all of them."""
    folded, places = fold(text)
    found = list(islice(_single(folded, extra), MAX_FIGURES + 1))
    joined = tuple(_joined(folded, found[:MAX_FIGURES]))
    if not isinstance(places, range):
        joined = tuple([replace(f, start=places[f.start], end=places[f.end - 1] + 1) for f in joined])
    return joined, len(found) <= MAX_FIGURES


def _single(text: str, extra: tuple[str, ...]) -> Iterator[Figure]:
    at = 0
    while found := _FIGURE.search(text, at):
        at = found.end()
        read = None if found["name"] else _value(text, found)
        if read is None:
            continue
        value, end, kind = read
        figure = _dressed(text, Figure(value=value, start=found.start(), end=end, kind=kind), extra)
        figure = _some(found["zh"] or "", figure)
        at = max(at, figure.end)
        if not _vague(found, text, figure):
            yield figure
        slash = _SLASH.match(text, end) if found["num"] and figure.unit == "" else None
        if slash and value < Decimal(slash[1]) and not _fraction(value, int(slash[1])):
            tail = text.startswith(("分", " points"), slash.end())
            yield Figure(
                value=Decimal(slash[1]), start=slash.start(1), end=slash.end(1), unit="分" if tail else "", kind="total"
            )
            at = slash.end()


def _fraction(top: Decimal, low: int) -> bool:
    return low > 0 and top == int(top) and (top == 1 or low in {2, 3, 4, 6, 8, 16})


def _value(text: str, found: re.Match[str]) -> tuple[Decimal, int, Kind] | None:
    """Value, end and kind of a match; None when it is no figure."""
    if found["num"]:
        return _digits(text, found)
    value: Decimal | None = None
    kind: Kind = "number"
    if found["part"]:
        above, below = (Decimal(p) if p.isascii() else read_zh(p) for p in (found["parts"], found["of"]))
        value = above / below if above is not None and below else None
    elif found["share"]:
        number = found["shared"]
        value = read_zh(number) if number[0] in DIGITS + UNITS else Decimal(_clean(number)[:MAX_DIGITS])
    elif found["clock"]:
        hours, minutes = found["clock"].split(":")[:2]
        value, kind = Decimal(int(hours) * 60 + int(minutes)), "clock"
    elif found["vulgar"]:
        value = _vulgar(found["vulgar"])
    elif found["half"]:
        value = Decimal("0.5")
    elif found["zh"]:
        value = read_zh(found["zh"])
    else:
        value = read_en(found["en"])
    return None if value is None else (value, found.end(), kind)


def _clean(number: str) -> str:
    return re.sub(r"[,'\u2009]", "", number)


def _vulgar(char: str) -> Decimal:
    top, _, low = _VULGAR[char].partition("/")
    return Decimal(top) / Decimal(low or 1)


def _digits(text: str, found: re.Match[str]) -> tuple[Decimal, int, Kind] | None:
    number, end = _clean(found["num"]), found.end()
    if len(number) > MAX_DIGITS:
        return None
    value = Decimal(number)
    for reading in (_powered, _part, _multiplied):
        read = reading(text, end, value)
        if read:
            return *read, "number"
    return value, end, "number"


def _powered(text: str, end: int, value: Decimal) -> tuple[Decimal, int] | None:
    """4.5×10⁹, 10^9 or 1e-3."""
    found = _POWER.match(text, end)
    base = value
    if not found and value == 10:
        found, base = _OWN_POWER.match(text, end), Decimal(1)
    if not found:
        return None
    exponent = next(group for group in found.groups() if group)
    return base.scaleb(int(exponent.translate(_SUPER))), found.end()


def _part(text: str, end: int, value: Decimal) -> tuple[Decimal, int] | None:
    """1½, 1 1/2 or 3/4."""
    if value != int(value):
        return None
    mixed = _MIXED.match(text, end)
    if mixed:
        part = _vulgar(mixed[1]) if mixed[1] else Decimal(mixed[2]) / max(1, int(mixed[3]))
        return (value + part, mixed.end()) if part < 1 else None
    slash = _SLASH.match(text, end)
    if slash and value < int(slash[1]) and _fraction(value, int(slash[1])):
        return value / Decimal(slash[1]), slash.end()
    return None


def _multiplied(text: str, end: int, value: Decimal) -> tuple[Decimal, int] | None:
    """1.5万, 1万2千, 1.2 million or 5k."""
    tail = _TAIL.match(text, end)
    if not tail:
        return None
    word = (tail[1] or tail[2] or "").lower()
    read = value * _TIMES[word] if word else read_zh(f"{value:f}" + tail[0].strip())
    return None if read is None else (read, tail.end())


def _dressed(text: str, figure: Figure, extra: tuple[str, ...]) -> Figure:
    """The figure with its sign, unit, rate, and kind."""
    start, end, value, kind = figure.start, figure.end, figure.value, figure.kind
    if text.startswith(("百分之", "千分之", "万分之"), start):
        return replace(figure, unit={"百": "%", "千": "‰", "万": "万分"}[text[start]])
    unit, unit_end = units.read_unit(text, end, extra)
    if unit and text.startswith("半", unit_end) and not text.startswith(("半天", "半年", "半小"), unit_end):
        value, unit_end = value + Decimal("0.5"), unit_end + 1
    elif unit == "CNY" and text.startswith("块", unit_end - 1) and (dimes := _DIMES.match(text, unit_end)):
        value, unit_end = value + (read_zh(dimes[1]) or Decimal(0)) / 10, dimes.end()
    elif text.startswith("个半", end):
        unit, unit_end = units.read_unit(text, end + 2, extra)
        unit, unit_end = ("month", unit_end) if unit == "月" else (unit, unit_end)
        value += Decimal("0.5")
    money, money_start = units.currency(text, start)
    if money and not unit:
        unit, unit_end, start = money, end, money_start
    before = text[max(0, start - 12) : start]
    sign = _NAMED_SIGN.search(before) if before.endswith(("负", "下", " ")) else None
    if sign or (before.endswith(("-", "–")) and _is_sign(before[:-1])):
        value, start = -value, start - (len(sign[0]) if sign else 1)
    if before.endswith("第"):
        kind = "ordinal"
    elif kind == "number" and not unit and (_STEP.search(before) or _is_marker(text, start, end)):
        kind = "marker"
    reach = max(0, start - 16)
    rate = _PREFIX_RATE.search(text, reach, start) if text.find("每", reach, start) >= 0 else None
    per = units.canonical("月" if rate[1] == "月" else rate[1])[1] if rate else ""
    per = {"月": "month", "分": "min", "time": "dose"}.get(per, per)
    return Figure(value=value, start=start, end=max(end, unit_end), unit=unit, per=per, kind=kind)


def _some(words: str, figure: Figure) -> Figure:
    """两三天 as a range; other figures as they are."""
    if len(words) == 2 and figure.unit and all(c in DIGITS for c in words):
        low, high = (int(read_zh(c) or 0) for c in words)
        if low > 0 and (high == low + 1 or (low, high) == (3, 5)):
            return replace(figure, value=Decimal(low), high=Decimal(high))
    return figure


def _is_sign(before: str) -> bool:
    return not before or not (
        (before[-1].isalnum() and before[-1].isascii()) or (before[-1] in ")]%°' -–" and _after_number(before))
    )


def _after_number(before: str) -> bool:
    return before.rstrip(" -–")[-1:].isdigit() or before[-1:] in ")]%°-–"


def _is_marker(text: str, start: int, end: int) -> bool:
    return (
        end - start <= 3
        and bool(_AFTER_MARKER.match(text, end))
        and bool(_MARKER.search(text, max(0, start - 24), start))
    )


def _vague(found: re.Match[str], text: str, figure: Figure) -> bool:
    """Whether a numeral in words is part of another word rather than a figure."""
    words = found["zh"]
    if words:
        if set(words) <= set("千万亿百") and not (words in {"百万", "千万", "百", "千"} and figure.unit == "CNY"):
            return True
        if len(words) == 1:
            after = text[found.end() : found.end() + 1]
            if text.startswith(("个半", "分钟"), found.end()):
                return False
            return not figure.unit or (words == "一" and after in _VAGUE) or (words == "十" and after == "分")
        return False
    return (
        found["en"] is not None
        and found["en"].strip().lower() in {"one", "zero", "hundred", "thousand", "million", "billion"}
        and not figure.unit
    )


def _joined(text: str, figures: list[Figure]) -> Iterator[Figure]:
    """The figures with ranges put together. Three or more numbers on a string of hyphens are a code, not ranges."""
    at = 0
    while at < len(figures):
        until = at + 1
        while until < len(figures) and _hyphen(text, figures[until - 1], figures[until]):
            until += 1
        if until - at > 2:
            yield from figures[at:until]
            at = until
            continue
        made = _range(text, figures[at], figures[at + 1]) if at + 1 < len(figures) else None
        yield made or figures[at]
        at += 2 if made else 1


def _hyphen(text: str, first: Figure, second: Figure) -> bool:
    return text[first.end : second.start] == "-" or (text[second.start] == "-" and second.start == first.end)


def _range(text: str, first: Figure, second: Figure) -> Figure | None:
    joint = text[first.end : second.start]
    value = second.value
    if value < 0 and not joint.strip() and text[second.start] in "-–" and first.value >= 0:
        joint, value = joint + text[second.start], -value  # 5-10: a dash, not a sign
    if len(joint) > 9 or not _JOIN.fullmatch(joint) or {first.kind, second.kind} - {"number"}:
        return None
    if joint.strip().lower() == "and" and not _BETWEEN.search(text, max(0, first.start - 12), first.start):
        return None
    if first.unit and first.unit != second.unit and second.unit:
        return None
    if "±" in joint:
        return replace(
            first, value=first.value - value, high=first.value + value, end=second.end, unit=second.unit or first.unit
        )
    if (
        value <= first.value
        or first.high is not None
        or (text[first.start : first.start + 2].startswith("0") and first.value >= 1)
    ):
        return None
    return replace(first, high=value, end=second.end, unit=second.unit or first.unit, per=first.per or second.per)
