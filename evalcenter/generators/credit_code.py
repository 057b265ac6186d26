"""The last sign of the 18-sign unified social credit code, on codes that no organisation can have.

Rules this module keeps:

* The rule (values of the signs, weights, remainder) is printed. The region is 000000, which no region is.
* A sign that the table does not hold is a finding of its own, and is looked at first: no last sign can be worked out then.

It refuses real regions: see `check_codes.py`.
"""

from __future__ import annotations

from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.check_codes import LENGTH, Scheme, build, row, spaced
from evalcenter.generators.drafting import say
from evalcenter.generators.problems import Family
from evalcenter.records import Lang

SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ABSENT: Final = "IOSVZ"
WEIGHTS: Final = tuple(pow(3, at, 31) for at in range(LENGTH - 1))
ENDS: Final = "".join(SIGNS[(31 - rest) % 31] for rest in range(31))


def _body(draws: Draws) -> str:
    tail = "".join(draws.choice(SIGNS) for _ in range(9))
    return f"{draws.choice('BCDEFGHJ')}{draws.choice(SIGNS[1:])}000000{tail}"


def _flaw(draws: Draws, body: str) -> str:
    """The same code with one letter that the table does not hold."""
    at = draws.between(8, LENGTH - 2)
    return f"{body[:at]}{draws.choice(ABSENT)}{body[at + 1 :]}"


def _rule(lang: Lang, draws: Draws) -> str:
    values = spaced(lang, [(sign, at) for at, sign in enumerate(SIGNS)])
    lines = [
        say(lang, f"可用的字符及其数值：{values}。", f"Characters that may occur, and their values: {values}."),
        say(lang, f"第 1 至 17 位的权重依次为：{row(WEIGHTS)}。", f"Weights of characters 1 to 17: {row(WEIGHTS)}."),
        say(
            lang,
            "各位数值乘以权重后求和，除以 31 得余数；第 18 位的数值为 31 减余数，余数为 0 时取 0。",
            "Multiply the values by the weights, add up and divide by 31; the value of character 18 is 31 less the remainder, "
            "or 0 where the remainder is 0.",
        ),
    ]
    head = say(
        lang,
        f"核对规则(仅供本题)：代码共 {LENGTH} 位，先看字符是否都可用，再看第 18 位；第 3 至 8 位是虚构的地区，不核对。",
        f"Rule (for this question only): a code has {LENGTH} characters. Look first whether all of them may occur, then at "
        "character 18. Characters 3 to 8 are an invented region and are not checked.",
    )
    return "\n".join([head, *(f"- {line}" for line in draws.shuffled(lines))])


SCHEME: Final = Scheme(
    subject=("单位代码校验", "organisation's code"),
    label=("统一社会信用代码", "Organisation code"),
    signs=SIGNS,
    weights=WEIGHTS,
    modulus=31,
    ends=ENDS,
    body=_body,
    flaw=_flaw,
    flaw_first=True,
    options=(
        ("字符都可用，第 18 位与规则相符", "All characters may occur and character 18 fits"),
        ("字符都可用，第 18 位与规则不符", "All characters may occur, but character 18 does not fit"),
        ("含有不可用的字符", "It holds a character that may not occur"),
    ),
    rule=_rule,
)
plugin: Final = Family("credit_code", build(SCHEME), "2")
