"""The last sign of the 18-digit citizen number, on numbers that nobody can have.

Rules this module keeps:

* The rule (weights, remainder, table) is printed. The region begins with 00, which no region does.
* A day of birth that the calendar does not have is a finding of its own; the last sign is looked at first.

It refuses real regions: see `check_codes.py`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.check_codes import LENGTH, Scheme, build, row, spaced
from evalcenter.generators.drafting import say
from evalcenter.generators.problems import Family
from evalcenter.records import Lang

WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ENDS: Final = "10X98765432"
NO_DAYS: Final = ("0230", "0231", "0431", "0631", "0931", "1131", "1301", "0132", "0800", "0229")


def _body(draws: Draws) -> str:
    day = date(1950, 1, 1) + timedelta(days=draws.below(22_000))
    return f"00{draws.between(0, 9999):04d}{day:%Y%m%d}{draws.between(1, 999):03d}"


def _flaw(draws: Draws, body: str) -> str:
    """The same number with a day of birth that does not exist; 1900 had no 29 February."""
    day = draws.choice(NO_DAYS)
    year = draws.choice(("1900", "1971", "1983", "1994")) if day == "0229" else body[6:10]
    return f"{body[:6]}{year}{day}{body[14:]}"


def _rule(lang: Lang, draws: Draws) -> str:
    table = spaced(lang, list(enumerate(ENDS)))
    lines = [
        say(
            lang,
            f"第 1 至 17 位的权重依次为：{row(WEIGHTS)}。",
            f"Weights of digits 1 to 17: {row(WEIGHTS)}.",
        ),
        say(
            lang,
            f"各位数字乘以权重后求和，除以 11 取余数，余数对应的第 18 位为：{table}。",
            f"Multiply, add up, divide by 11; the remainder gives character 18: {table}.",
        ),
        say(
            lang,
            "第 7 至 14 位是出生年月日(公历)。",
            "Digits 7 to 14 are the year, month and day of birth.",
        ),
    ]
    head = say(
        lang,
        f"核对规则(仅供本题)：号码共 {LENGTH} 位，先看第 18 位，再看出生日期；前 6 位是虚构的地区，不核对。",
        f"Rule (for this question only): a number has {LENGTH} characters. Look at character 18 first, then at the day of birth. "
        "Digits 1 to 6 are an invented region and are not checked.",
    )
    return "\n".join([head, *(f"- {line}" for line in draws.shuffled(lines))])


SCHEME: Final = Scheme(
    subject=("身份号码校验", "resident number"),
    label=("登记的公民身份号码", "Resident number on file"),
    signs="0123456789",
    weights=WEIGHTS,
    modulus=11,
    ends=ENDS,
    body=_body,
    flaw=_flaw,
    flaw_first=False,
    options=(
        ("第 18 位与规则相符，出生日期也存在", "Character 18 fits and the day of birth exists"),
        ("第 18 位与规则不符", "Character 18 does not fit"),
        ("第 18 位相符，但出生日期在日历上不存在", "Character 18 fits, but the calendar has no such day of birth"),
    ),
    rule=_rule,
)
plugin: Final = Family("citizen_id", build(SCHEME), "2")
