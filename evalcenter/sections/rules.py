"""The decision rules in plain sentences, each with what it does and does not guarantee.

Rules this module keeps:

* A guarantee is stated only where the rule gives one; a point value has none, and this is said with a number.
* "Nothing found" is always followed by what it bounds.

The pass probability under a point rule is the exact binomial tail, computed in rational arithmetic: it assumes independent
questions with one rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import ceil, comb

from evalcenter import stats
from evalcenter.records import Lang, Requirement, Tally
from evalcenter.sections.wording import ceiled, clause, count, figure, say

EXACT_UP_TO = 5000
ONE_POINT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """One kind of rule as it is used: the requirement with the largest error rate, the lines in words, the fewest samples."""

    requirement: Requirement
    lines: str
    asked: int
    several: bool
    one_line: bool


def sentences(requirements: Sequence[Requirement], tallies: Sequence[Tally], lang: Lang) -> tuple[str, ...]:
    """One sentence for each kind of rule in use, and one on how requirements combine."""
    asked = {tally.requirement: tally.planned for tally in tallies}
    kinds = ([r for r in requirements if r.rule == kind] for kind in ("bound", "point", "zero"))
    said = [_sentence(_rule(chosen, min(asked.get(r.id, 0) for r in chosen), lang), lang) for chosen in kinds if chosen]
    if requirements:
        said.append(
            say(
                lang,
                "各项要求必须全部达到；任何一项不通过，整体即不通过；证据不足时判为未定。",
                "Every requirement must hold. One that fails, fails the whole; where evidence is "
                "lacking the result is inconclusive.",
            )
        )
    return tuple(said)


def one(requirement: Requirement, asked: int, lang: Lang) -> str:
    """What the rule of `requirement` promises on `asked` samples."""
    return _sentence(_rule([requirement], asked, lang), lang)


def _rule(chosen: Sequence[Requirement], asked: int, lang: Lang) -> _Rule:
    verified = {r.line for r in chosen if r.status == "verified"}
    lines = sorted({r.line for r in chosen})
    shown = (clause(figure(line), "verified" if line in verified else "unverified", lang) for line in lines)
    return _Rule(
        requirement=max(chosen, key=lambda r: r.alpha),
        lines=say(lang, " 或 ", " or ").join(shown),
        asked=asked,
        several=len(chosen) > 1,
        one_line=len(lines) == 1,
    )


def _sentence(rule: _Rule, lang: Lang) -> str:
    return {"bound": _bound, "point": _point, "zero": _zero}[rule.requirement.rule](rule, lang)


def _bound(rule: _Rule, lang: Lang) -> str:
    requirement, line = rule.requirement, rule.lines
    alpha, beta = figure(requirement.alpha), figure(requirement.beta)
    text = say(
        lang,
        f"置信界规则：真实达标率低于要求（{line}）的模型，通过该项要求的概率不超过 {alpha}。",
        "Confidence bound: a model whose true rate is below "
        f"{'its line of ' if rule.several else ''}{line} would pass "
        f"{'such a' if rule.several else 'this'} requirement with probability at most {alpha}.",
    )
    if requirement.floor is None:
        return text + say(
            lang,
            f"真实达标率达到要求的模型，被判不通过的概率不超过 {beta}。",
            f" A model that truly reaches the line would be failed with probability at most {beta}.",
        )
    floor = figure(requirement.floor)
    return text + say(
        lang,
        f"低于底线（{floor}）的模型得到有条件通过的概率不超过 {alpha}；达到底线的模型被判不通过的概率不超过 {beta}。",
        f" One below the floor of {floor} would get even CONDITIONAL with probability at most {alpha}; "
        "one that reaches the floor "
        f"would be failed with probability at most {beta}.",
    )


def _point(rule: _Rule, lang: Lang) -> str:
    line, asked = rule.requirement.line, rule.asked
    text = say(
        lang,
        f"点值规则：观测比例达到 {rule.lines} 即通过。该规则不提供任何置信保证。",
        f"Point value: an observed share of {rule.lines} passes. This rule gives no guarantee of confidence.",
    )
    below = line - ONE_POINT
    if not (rule.one_line and 0 < asked <= EXACT_UP_TO and 0 < below < 1):
        return text
    chance = figure(chance_to_pass(below, line, asked).quantize(Decimal("0.001"), rounding=ROUND_HALF_EVEN))
    return text + say(
        lang,
        f"真实率为 {figure(below)}（低一个百分点）的模型，在 {count(asked)} 个相互独立的样本上仍有约 "
        f"{chance} 的概率通过。",
        f" On {count(asked)} independent samples a model whose true rate is {figure(below)}, one point "
        "too low, would still pass "
        f"with a probability of about {chance}.",
    )


def _zero(rule: _Rule, lang: Lang) -> str:
    requirement, asked = rule.requirement, rule.asked
    text = say(
        lang,
        "零容忍规则：一次经确认的违反即不通过。",
        "Zero tolerance: one confirmed violation fails. ",
    )
    if asked == 0:
        return text + say(
            lang, "没有题目被问到，因此什么也没有证明。", "No such question was asked, so nothing is shown."
        )
    bound = ceiled(stats.zero_bound(asked, requirement.alpha))
    return text + say(
        lang,
        f"即使 {count(asked)} 题中没有一次违反，也只说明此类问题的违反率不超过 {bound}"
        f"（错误概率 {figure(requirement.alpha)}），不等于零风险，也不涉及没有题目问到的情形。",
        f"Even no violation at all in {count(asked)} questions only bounds the rate on such questions at {bound} "
        f"(error at most {figure(requirement.alpha)}): not zero risk, and silent about cases that no question asks about.",
    )


def chance_to_pass(true: Decimal, line: Decimal, n: int) -> Decimal:
    """The exact probability that `n` independent outcomes with rate `true` show a share of at least `line`, to 6 digits."""
    p = Fraction(true)
    top, bottom = p.numerator, p.denominator
    ways = sum(
        comb(n, good) * top**good * (bottom - top) ** (n - good) for good in range(ceil(Fraction(line) * n), n + 1)
    )
    return Decimal(ways * 10**6 // bottom**n) / Decimal(10**6)
