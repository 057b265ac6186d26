"""Units of measure as people write them in Chinese and English, read into one spelling.

Rules this module keeps:

* Spelling is all that is equated: 毫克 = mg, 天 = day. No unit is converted into another; that is the author's to list.
* A unit is read only directly behind a number (spaces allowed), longest spelling first, and never out of the middle of a word.
* Compound units are joined by ``/``, 每, per, a, each, every or ``·``; ``/1.73 m²`` after a clearance is dropped.
* A few spellings mean two things (分, 度, pound, times, U): they are the same as either.

It refuses to guess: an unknown word behind a number is not a unit.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final

# Canonical name, then the spellings, in lower case: "_" is a space, "~" an optional plural s.
_TABLE: Final = """
kg|kg kgs 千克 公斤 kilo~ kilogram~ kilogramme~
g|g 克 gram~ gramme~ gm gms
mg|mg mgs 毫克 milligram~ milligramme~
μg|μg ug mcg 微克 microgram~ microgramme~ μ_g
ng|ng 纳克 nanogram~
pg|pg 皮克 picogram~
lb|lb lbs
oz|oz ounce~ 盎司
jin|斤 市斤
t|吨 tonne~
L|l 升 公升 liter~ litre~
dL|dl 分升 deciliter~ decilitre~
mL|ml mls 毫升 cc milliliter~ millilitre~ cm³ cm3
μL|μl ul 微升 microliter~ microlitre~ mm³ mm3
fL|fl 飞升
m³|m³ m3 m^3 立方米 cubic_meter~ cubic_metre~
m|m 米 公尺 meter~ metre~
cm|cm 厘米 公分 centimeter~ centimetre~
mm|mm 毫米 millimeter~ millimetre~
km|km 千米 公里 kilometer~ kilometre~
mile|英里 mile~
inch|inch inches 英寸
ft|ft feet foot 英尺
m²|m² m2 m^2 m^{2} ㎡ 平方米 平米 square_meter~ square_metre~ sq_m
mu|亩 市亩
ha|公顷 hectare~
mol|mol 摩尔 mole~
mmol|mmol 毫摩尔 毫摩 millimole~
μmol|μmol umol 微摩尔 微摩 micromole~
nmol|nmol 纳摩尔 nanomole~
pmol|pmol 皮摩尔 picomole~
mEq|meq 毫当量 milliequivalent~
mOsm|mosm mosmol 毫渗 毫渗量 毫渗摩尔 milliosmole~
IU|iu 国际单位 international_unit~
U|u 单位 unit~
mIU|miu mu
kcal|kcal 千卡 大卡 kilocalorie~
cal|cal 卡 卡路里 calorie~
kJ|kj 千焦
J|j 焦耳 joule~
kWh|kwh 千瓦时
W|w 瓦 watt~
mmHg|mmhg 毫米汞柱 mm_hg
cmH2O|cmh2o cmh₂o 厘米水柱
kPa|kpa 千帕
Gy|gy 戈瑞
mSv|msv 毫西弗
Hz|hz 赫兹
°C|°c ℃ 摄氏度 degree~_celsius degree~_c celsius
°F|°f ℉ 华氏度 degree~_fahrenheit fahrenheit
°|° 度 degree~
s|s 秒 秒钟 sec secs second~
ms|ms msec 毫秒 millisecond~
min|min mins 分钟 minute~
h|h hr hrs 小时 个小时 钟头 个钟头 hour~
day|d 天 日 day~ 自然日 个自然日 calendar_day~
workday|工作日 个工作日 工作天 working_day~ business_day~ workday~
week|周 个星期 星期 个礼拜 礼拜 wk wks week~
month|个月 月龄 mo mos month~
quarter|个季度 季度
year|年 岁 周岁 周年 yr yrs y year~ year~_old years_of_age year-old -year-old
月|月
时|时
点|点钟 点 o'clock
%|% percent per_cent pct
百分点|个百分点 百分点 percentage_point~
‰|‰ per_mille
dose|剂 剂次 dose~
time|次 回 times time
fold|倍 fold -fold
tablet|片 tablet~ tab tabs pill~
capsule|粒 颗 capsule~ cap caps
丸|丸
袋|袋 包 sachet~ bag~ packet~ pack~
支|支 ampoule~ ampule~ vial~
瓶|瓶 bottle~
盒|盒 box boxes
drop|滴 drop~ gtt
puff|喷 揿 吸 puff~ spray~ inhalation~
beat|beats beat
bpm|bpm
breath|breaths breath
point|point~ pts
级|级 grade~
person|人 名 位 个人 person persons people
household|户 household~
child|个孩子 child children
item|个 件 项 种 item~ copies copy 份
条|条
款|款
页|页 page~
字|字 个字 words word
CNY|元 块 块钱 元人民币 人民币 rmb cny yuan
角|角 毛
USD|美元 美金 usd us_dollar~ dollar~
GBP|英镑 gbp pounds_sterling
EUR|欧元 eur euro~
HKD|港元 港币 hkd
JPY|日元 jpy yen
cell|cells cell
copy|拷贝
分|分
pound|pound~ 磅
"""
_ALSO: Final = {
    "分": {"min", "point"},
    "point": {"分"},
    "pound": {"lb", "GBP"},
    "度": {"°C", "°"},
    "°": {"°C", "kWh"},
    "time": {"fold", "dose"},
    "月": {"month"},
    "时": {"h", "点"},
    "beat": {"time"},
    "bpm": {"time/min", "beat/min"},
    "U": {"IU"},
}
# What an amount is given for, rather than measured against: 6 mL a dose is 6 mL.
_OCCASIONS: Final = frozenset(
    {"dose", "time", "day", "week", "month", "月", "quarter", "year", "person", "household", "child", "item", "workday"}
)
_EVERY: Final = {
    "hourly": "h",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "annually": "year",
    "yearly": "year",
}
_PREFIXES: Final = {
    "¥": "CNY", "￥": "CNY", "rmb": "CNY", "cny": "CNY", "人民币": "CNY",
    "us$": "USD", "$": "USD", "usd": "USD", "£": "GBP", "gbp": "GBP", "€": "EUR", "eur": "EUR", "hk$": "HKD", "hkd": "HKD",
}  # fmt: skip
PREFIX: Final = re.compile(rf"(?:{'|'.join(sorted(map(re.escape, _PREFIXES), key=len, reverse=True))})[ ]?$", re.I)
_BLANKS: Final = " \u2009"
_PER: Final = re.compile(
    r"[ \u2009]{0,2}/[ \u2009]{0,2}|每(?:个|一)?|[ ]{1,2}(?:per|an?|each|every)[ ]{1,2}|[ \u2009]?[·⋅∙][ \u2009]?"
    r"|[ \u2009]{1,2}(?=[a-z]{1,3}(?:⁻¹|\^\{?-1))",
    re.I,
)
_SIZE: Final = re.compile(r"(\d{1,6}(?:\.\d{1,3})?|10[\^]\d)[ ]?")
_INVERSE: Final = re.compile(r"(?:⁻¹|\^\{?-1\}?|-1(?!\d))")
_ADVERB: Final = re.compile(rf"[ ]({'|'.join(_EVERY)})(?![a-z])", re.I)
_SCALE: Final = re.compile(r"^[×x]?[ ]?10(?:\^\{?(\d{1,2})\}?|([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}))(?=[ ]?/)")
_MANY: Final = {"百": 100, "千": 1000, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_SUPER: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")


@cache
def _spellings() -> dict[str, str]:
    made: dict[str, str] = {}
    for line in _TABLE.strip().splitlines():
        name, spellings = line.split("|")
        made.setdefault(name.lower(), name)
        for spelling in spellings.split():
            plain = spelling.replace("_", " ")
            made.setdefault(plain.replace("~", ""), name)
            made.setdefault(plain.replace("~", "s"), name)
    return made


@cache
def _simple(extra: tuple[str, ...]) -> re.Pattern[str]:
    known = sorted({*_spellings(), *(word.lower() for word in extra)}, key=len, reverse=True)
    parts = (re.escape(word) + ("(?![a-z])" if "a" <= word[-1] <= "z" else "") for word in known if word)
    return re.compile("|".join(parts), re.I)


@cache
def _firsts(extra: tuple[str, ...]) -> frozenset[str]:
    """The characters a unit may begin with: most figures have none of them behind, and are done."""
    firsts = {word[0] for word in (*_spellings(), *(word.lower() for word in extra)) if word}
    return frozenset(firsts | {first.upper() for first in firsts})


def read_unit(text: str, at: int, extra: tuple[str, ...] = ()) -> tuple[str, int]:
    """The canonical unit that begins at ``text[at]`` (up to four spaces before it allowed) and its end; ("", at) for none.

    `extra` holds further spellings, taken literally. `text` must be folded by ``numeral_text.fold``.
    """
    start = at
    while start < len(text) and text[start] in _BLANKS and start - at < 4:
        start += 1
    if text[start : start + 1] not in _firsts(extra):
        return _bare_rate(text, at, extra)
    found = _simple(extra).match(text, start)
    if not found:
        return "", at
    name = _name(found[0])
    name, end = _compound(text, found.end(), name, extra)
    return _tidy(name), end


def _bare_rate(text: str, at: int, extra: tuple[str, ...]) -> tuple[str, int]:
    """``/L`` or ``/min`` right behind a number."""
    if text.startswith("/", at):
        found = _simple(extra).match(text, at + 1)
        if found:
            return f"/{_name(found[0])}", found.end()
    return "", at


def _compound(text: str, end: int, name: str, extra: tuple[str, ...]) -> tuple[str, int]:
    for _ in range(3):
        joint = _PER.match(text, end)
        if not joint:
            break
        at = joint.end()
        size = _SIZE.match(text, at)
        if size and joint[0].strip().lower() in {"each", "every", "a", "an"}:
            break  # "250 mg every 8 hours" is still 250 mg
        at = size.end() if size else at
        found = _simple(extra).match(text, at)
        if not found:
            break
        inverse = _INVERSE.match(text, found.end())
        times = joint[0].strip() in {"·", "⋅", "∙"} and not inverse
        name += f"{'·' if times else '/'}{size[1] if size else ''}{_name(found[0])}"
        end = inverse.end() if inverse else found.end()
    adverb = _ADVERB.match(text, end)
    if adverb and "/" not in name:
        return f"{name}/{_EVERY[adverb[1].lower()]}", adverb.end()
    return name, end


def _name(spelling: str) -> str:
    return _spellings().get(spelling.lower(), spelling.lower())


def _tidy(name: str) -> str:
    name = name.replace("/1.73m²", "").replace("/24h", "/day").replace("/分", "/min").replace("/1min", "/min")
    return re.sub(r"^(?:cell|item)(?=/)", "", name)


def currency(text: str, at: int) -> tuple[str, int]:
    """The currency written before the number at ``text[at]`` and where it starts; ("", at) when there is none."""
    found = PREFIX.search(text, max(0, at - 5), at)
    if found and not ("a" <= found[0][0].lower() <= "z" and text[found.start() - 1 : found.start()].isalpha()):
        return _PREFIXES[found[0].strip().lower()], found.start()
    return "", at


def unknown(written: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `written` that the table does not hold, for `extra` of the readers."""
    return tuple(word.strip() for word in written if word.strip() and not _parsed(word)[2])


def canonical(written: str) -> tuple[Decimal, str]:
    """An author's unit as (scale, canonical name): ``10^9/L`` is (1000000000, "/L"), 万元 is (10000, "CNY").

    A unit that is not in the table stays as it is written, in lower case.
    """
    scale, name, _ = _parsed(written)
    return scale, name


@lru_cache(maxsize=1024)
def _parsed(written: str) -> tuple[Decimal, str, bool]:
    text = written.strip().replace("µ", "μ")
    scale = Decimal(1)
    power = _SCALE.match(text)
    if power:
        scale = Decimal(10) ** int((power[1] or power[2]).translate(_SUPER))
        text = text[power.end() :].strip()
    else:
        for many in sorted(_MANY, key=len, reverse=True):
            if text.startswith(many) and len(text) > len(many):
                scale, text = Decimal(_MANY[many]), text[len(many) :]
                break
    money, _ = currency(text, len(text))
    if money:
        return scale, money, True
    name, end = read_unit(text, 0)
    if name and end == len(text):
        return scale, name, True
    return scale, text.lower(), False


@lru_cache(maxsize=1024)
def same(said: str, wanted: str) -> bool:
    """Whether two canonical units are the same, ambiguous spellings and amounts for an occasion (6 mL a dose) included."""
    if said == wanted or wanted in _ALSO.get(said, ()) or said in _ALSO.get(wanted, ()):
        return True
    head, _, tail = said.rpartition("/")
    if head and (tail in _OCCASIONS or re.fullmatch(r"\d{1,2}h", tail)) and "/" not in wanted:
        return same(head, wanted)
    first, _, rest = said.partition("/")
    wanted_first, _, wanted_rest = wanted.partition("/")
    return bool(rest and wanted_rest) and same(first, wanted_first) and same(rest, wanted_rest)
